// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Tests of the command vtlirq that need no driver.
 *
 * A driver and a host of this file's own stand behind open() and ioctl() (linked with
 * --wrap); the VTL file is a memory file, so that run pages can be mapped. The driver's
 * state is read from folders under fixtures/. Processes that publish routes are either
 * this file's own, behind the library's calls for tools, or real ones. Each command runs
 * whole, in a child process, and is judged by what its user sees: output, messages, exit
 * status.
 *
 * Build and run from the top of the repository:
 *   make -C tools check
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/mshv_vtl.h>

#include <vtlirq.h>

#include "command.h"
#include "driver_state.h"
#include "machine.h"
#include "number.h"
#include "run_page.h"
#include "sheet.h"
#include "table.h"
#include "top_rates.h"

#define PAGE_BYTES		4096
#define VPS			3
#define VECTORS			256
#define FIRST_HARDWARE_VECTOR	0x25
#define OUTPUT_SIZE		65536
#define ARGUMENT_LIMIT		20
/* A test that hangs is a failure, not a pause. */
#define TEST_SECONDS		60

/* ---- the driver of this file's own ---- */

/**
 * struct fake_driver - how the driver behaves, and what was asked of it
 * @redirects: what it answers for MSHV_CAP_REDIRECTED_INTERRUPT
 * @is_foreign: it knows none of the ioctls
 * @is_openhcls: it is OpenHCL's own, without what vtlirq's adds
 * @is_willing: a driver of another kind, which answers 0 to whatever it is asked
 * @map_error: errno of map calls, from call number @map_error_at on
 * @map_error_at: counted from 0
 * @unmap_error: errno of unmap calls
 * @extensions: what it answers for PROXIED_INTERRUPT and LOWER_VTL_TIMER_VIRT
 * @has_host: there is a node for calls to the host
 * @host_redirects: the host offers redirection
 * @refusal: the host's status for a redirected retarget
 * @refusal_of_all: the host's status for any retarget
 * @quota: of each VP
 * @full_vps: so many VPs, from 0 on, have used it up
 * @user: whom the command runs for, or -1 for whoever runs the tests
 * @counts: what came to each vector of each VP
 * @maps: map calls that succeeded
 * @unmaps: unmap calls that succeeded
 * @last_apic_id: of the last map call
 */
struct fake_driver {
	int redirects;
	bool is_foreign;
	bool is_openhcls;
	bool is_willing;
	int map_error;
	int map_error_at;
	int unmap_error;
	int extensions;
	bool has_host;
	bool host_redirects;
	unsigned int refusal;
	unsigned int refusal_of_all;
	unsigned int quota;
	unsigned int full_vps;
	int user;
	struct mshv_vector_counts counts[VPS][VECTORS];
	int maps;
	int unmaps;
	unsigned int last_apic_id;
};

/* Shared with the child in which the command runs. */
static struct fake_driver *driver;
static int vtl_memory;
static struct mshv_vtl_run *pages[VPS];

/* Where real processes publish. */
static char publications[64];

struct fake_peers;
static struct fake_peers *peers;

static int answer(int error)
{
	if (!error)
		return 0;
	errno = error;
	return -1;
}

static int answer_extension(const __u32 *capability)
{
	switch (*capability) {
	case MSHV_CAP_CORE_API_STABLE:
		return 0;
	case MSHV_CAP_REDIRECTED_INTERRUPT:
		if (driver->redirects >= 0)
			return driver->redirects;
		return answer(-driver->redirects);
	case MSHV_CAP_DR6_SHARED:
		return 1;
	case MSHV_CAP_PROXIED_INTERRUPT:
	case MSHV_CAP_LOWER_VTL_TIMER_VIRT:
		return driver->extensions;
	case MSHV_CAP_VP_INTERRUPTS:
		return driver->is_openhcls ? answer(EOPNOTSUPP) : 1;
	default:
		return answer(EOPNOTSUPP);
	}
}

static int answer_map(struct mshv_map_device_intr *asked)
{
	static int calls;

	for (size_t i = 0; i < sizeof(asked->padding); i++)
		assert_int_equal(asked->padding[i], 0);
	if (!asked->create_mapping) {
		driver->unmaps += !driver->unmap_error;
		return answer(driver->unmap_error);
	}
	if (driver->map_error && calls++ >= driver->map_error_at)
		return answer(driver->map_error);
	driver->last_apic_id = asked->apic_id;
	asked->vector = FIRST_HARDWARE_VECTOR + driver->maps++;
	return 0;
}

/* VPs have every second APIC id, as in fixtures/cpuinfo. */
static int answer_vp(struct mshv_vp_interrupts *asked)
{
	struct mshv_vector_counts *counts = (void *)(uintptr_t)asked->counts;

	if (asked->vp >= VPS || asked->counts_len + asked->counts_first > VECTORS)
		return answer(EINVAL);
	memcpy(counts, driver->counts[asked->vp] + asked->counts_first,
	       asked->counts_len * sizeof(*counts));
	asked->apic_id = 2 * asked->vp;
	asked->quota = driver->quota;
	asked->mapped = asked->vp < driver->full_vps ? driver->quota : 0;
	return 0;
}

/* The calls that the library makes, where the host's interface has the fields. */
#define CALL_GET_REGISTERS	0x50
#define REGISTER_REDIRECTS	(1ULL << 34)
#define RETARGET_FLAGS_AT	44
#define RETARGET_REDIRECTS	4
#define ONE_DONE		(1ULL << 32)

static int answer_hvcall(struct mshv_hvcall *call)
{
	__u64 *output = (void *)(uintptr_t)call->output;
	__u32 flags;

	if ((call->control & 0xffff) == CALL_GET_REGISTERS) {
		*output = driver->host_redirects ? REGISTER_REDIRECTS : 0;
		call->status = ONE_DONE;
		return 0;
	}
	memcpy(&flags, (char *)(uintptr_t)call->input + RETARGET_FLAGS_AT, sizeof(flags));
	call->status = driver->refusal_of_all;
	if (!call->status && flags & RETARGET_REDIRECTS)
		call->status = driver->refusal;
	return 0;
}

uid_t __real_geteuid(void);

uid_t __wrap_geteuid(void)
{
	return driver->user < 0 ? __real_geteuid() : (uid_t)driver->user;
}

/* The machine that runs the tests may be any. */
int __wrap_uname(struct utsname *about)
{
	*about = (struct utsname){ .release = "6.1.0-test", .machine = "x86_64" };
	return 0;
}

int __real_open(const char *path, int flags, ...);

int __wrap_open(const char *path, int flags, ...)
{
	va_list arguments;
	int mode;

	va_start(arguments, flags);
	mode = flags & O_CREAT ? va_arg(arguments, int) : 0;
	va_end(arguments);
	/* The library knows the node of the driver by this name alone. */
	if (!strcmp(path, "/dev/mshv"))
		return dup(vtl_memory);
	if (!strcmp(path, "/dev/mshv_hvcall") || !strcmp(path, "/dev/null_hvcall"))
		return driver->has_host ? dup(vtl_memory) : answer(ENOENT);
	return __real_open(path, flags, mode);
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	(void)fd;
	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (driver->is_foreign)
		return answer(ENOTTY);
	if (driver->is_willing)
		return 0;
	switch (request) {
	case MSHV_CHECK_EXTENSION:
		return answer_extension(argument);
	case MSHV_CREATE_VTL:
		return dup(vtl_memory);
	case MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT:
		return answer_map(argument);
	case MSHV_GET_VP_INTERRUPTS:
		return answer_vp(argument);
	case MSHV_HVCALL_SETUP:
		return 0;
	case MSHV_HVCALL:
		return answer_hvcall(argument);
	default:
		return answer(ENOTTY);
	}
}

/* As the driver does: first the bit, then, with release, the flag. */
static void raise_vector(struct mshv_vtl_run *run, unsigned int vector)
{
	__atomic_fetch_or(&run->proxy_irr[vector >> 5], 1U << (vector & 31), __ATOMIC_RELAXED);
	__atomic_store_n(&run->scan_proxy_irr, 1, __ATOMIC_RELEASE);
}

/* ---- processes of this file's own that publish routes ---- */

#define PEERS_MAX	3
#define PEER_ROUTES	12
/* No process has such a number: it is above the kernel's limit. */
#define PEER_PID	5000001

/**
 * struct fake_peer - a process that publishes routes
 * @open_error: why it cannot be reached, or 0
 * @ask_error: why it does not answer, or 0
 * @summary: of its context
 * @count: how many routes
 * @routes: the routes
 */
struct fake_peer {
	int open_error;
	int ask_error;
	struct vtlirq_summary summary;
	size_t count;
	struct vtlirq_route_state routes[PEER_ROUTES];
};

/**
 * struct fake_peers - all of them; without any, the library's own are asked
 * @list_error: why they cannot be listed, or 0
 * @count: how many
 * @all: the processes; number n has pid PEER_PID + n
 * @asked: how often the first one was asked for its routes
 * @shown_from: it is not there before it was asked that often
 * @shown_until: nor afterwards; 0: it stays
 * @step: what each route of the first one gets, redirected, between two questions
 * @move_error: what moving a route gives
 * @prefer_error: what choosing its way gives
 * @keeps_way: it does not take the way that is preferred
 * @steps: "r" for each retarget and "p" for each preference, in their order
 */
struct fake_peers {
	int list_error;
	size_t count;
	struct fake_peer all[PEERS_MAX];
	unsigned int asked;
	unsigned int shown_from;
	unsigned int shown_until;
	u64 step;
	int move_error;
	int prefer_error;
	bool keeps_way;
	char steps[16];
};

static bool has_fake_peers(void)
{
	return peers->count || peers->list_error;
}

static bool first_is_shown(void)
{
	return peers->asked >= peers->shown_from &&
	       (!peers->shown_until || peers->asked < peers->shown_until);
}

int __real_vtlirq_publishers(const char *directory, pid_t **pids, size_t *count);

/* The last one first: the command has to sort them. */
int __wrap_vtlirq_publishers(const char *directory, pid_t **pids, size_t *count)
{
	if (!has_fake_peers())
		return __real_vtlirq_publishers(directory, pids, count);
	if (peers->list_error)
		return -peers->list_error;
	*pids = calloc(PEERS_MAX, sizeof(**pids));
	*count = 0;
	for (size_t i = peers->count; i--;) {
		if (i || first_is_shown())
			(*pids)[(*count)++] = PEER_PID + i;
	}
	/* A process that is not there yet is asked for in vain. */
	peers->asked += !first_is_shown();
	return 0;
}

int __real_vtlirq_client_open(const char *directory, pid_t pid, struct vtlirq_client **peer);

int __wrap_vtlirq_client_open(const char *directory, pid_t pid, struct vtlirq_client **peer)
{
	size_t at = pid - PEER_PID;

	if (!has_fake_peers())
		return __real_vtlirq_client_open(directory, pid, peer);
	if (at >= peers->count)
		return -ENOENT;
	*peer = (struct vtlirq_client *)&peers->all[at];
	return -peers->all[at].open_error;
}

void __real_vtlirq_client_close(struct vtlirq_client *peer);

void __wrap_vtlirq_client_close(struct vtlirq_client *peer)
{
	if (!has_fake_peers())
		__real_vtlirq_client_close(peer);
}

int __real_vtlirq_client_summary(struct vtlirq_client *peer, struct vtlirq_summary *summary);

int __wrap_vtlirq_client_summary(struct vtlirq_client *peer, struct vtlirq_summary *summary)
{
	struct fake_peer *fake = (struct fake_peer *)peer;

	if (!has_fake_peers())
		return __real_vtlirq_client_summary(peer, summary);
	*summary = fake->summary;
	return -fake->ask_error;
}

int __real_vtlirq_client_routes(struct vtlirq_client *peer, struct vtlirq_route_state **states,
				size_t *count);

int __wrap_vtlirq_client_routes(struct vtlirq_client *peer, struct vtlirq_route_state **states,
				size_t *count)
{
	struct fake_peer *fake = (struct fake_peer *)peer;

	if (!has_fake_peers())
		return __real_vtlirq_client_routes(peer, states, count);
	*count = fake->count;
	*states = malloc(sizeof(fake->routes));
	memcpy(*states, fake->routes, sizeof(fake->routes));
	if (fake != &peers->all[0])
		return 0;
	peers->asked++;
	for (size_t i = 0; i < fake->count; i++) {
		fake->routes[i].redirected += peers->step;
		fake->routes[i].age_ms++;
	}
	return 0;
}

static struct vtlirq_route_state *find_fake(struct vtlirq_client *peer, uint64_t id)
{
	struct fake_peer *fake = (struct fake_peer *)peer;

	for (size_t i = 0; i < fake->count; i++) {
		if (fake->routes[i].id == id)
			return &fake->routes[i];
	}
	return NULL;
}

int __real_vtlirq_client_retarget(struct vtlirq_client *peer, uint64_t id, uint32_t vp,
				  uint32_t vector);

int __wrap_vtlirq_client_retarget(struct vtlirq_client *peer, uint64_t id, uint32_t vp,
				  uint32_t vector)
{
	struct vtlirq_route_state *route;

	if (!has_fake_peers())
		return __real_vtlirq_client_retarget(peer, id, vp, vector);
	route = find_fake(peer, id);
	strcat(peers->steps, "r");
	if (peers->move_error || !route)
		return route ? -peers->move_error : -ENOENT;
	route->vp = vp;
	route->vps = 1;
	route->vector = vector;
	route->moves++;
	return 0;
}

int __real_vtlirq_client_prefer(struct vtlirq_client *peer, uint64_t id,
				enum vtlirq_preference preference);

int __wrap_vtlirq_client_prefer(struct vtlirq_client *peer, uint64_t id,
				enum vtlirq_preference preference)
{
	struct vtlirq_route_state *route;

	if (!has_fake_peers())
		return __real_vtlirq_client_prefer(peer, id, preference);
	route = find_fake(peer, id);
	strcat(peers->steps, "p");
	if (peers->prefer_error || !route)
		return route ? -peers->prefer_error : -ENOENT;
	if (peers->keeps_way)
		return 0;
	if (preference == VTLIRQ_PREFER_REDIRECTED) {
		route->delivery = VTLIRQ_REDIRECTED;
		route->reason = VTLIRQ_REASON_NONE;
		route->hardware_vector = FIRST_HARDWARE_VECTOR;
	} else {
		route->delivery = VTLIRQ_PROXIED;
		route->reason = VTLIRQ_REASON_PREFERRED;
	}
	return 0;
}

static struct vtlirq_route_state *add_route(struct fake_peer *peer, unsigned int vp,
					    unsigned int vector, enum vtlirq_reason reason)
{
	struct vtlirq_route_state *route = &peer->routes[peer->count++];

	*route = (struct vtlirq_route_state){
		.id = peer->count, .vector = vector, .vp = vp, .vps = 1,
		.interrupt = { 0x8, 0xfee00000, peer->count - 1 },
		.delivery = reason == VTLIRQ_REASON_NONE ? VTLIRQ_REDIRECTED : VTLIRQ_PROXIED,
		.reason = reason,
		.hardware_vector = FIRST_HARDWARE_VECTOR,
		.age_ms = 4200,
	};
	peer->summary.routes++;
	peer->summary.redirected += reason == VTLIRQ_REASON_NONE;
	return route;
}

static struct fake_peer *add_peer(void)
{
	struct fake_peer *peer = &peers->all[peers->count++];

	*peer = (struct fake_peer){
		.summary = { .driver_redirects = 1, .host_redirects = 1, .policy = 1 },
	};
	return peer;
}

static int remove_driver(void **state)
{
	(void)state;
	return rmdir(publications);
}

static int make_driver(void **state)
{
	(void)state;
	driver = mmap(NULL, sizeof(*driver), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	peers = mmap(NULL, sizeof(*peers), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	snprintf(publications, sizeof(publications), "/tmp/vtlirq-test-XXXXXX");
	if (peers == MAP_FAILED || !mkdtemp(publications))
		return -1;
	vtl_memory = memfd_create("vtl", 0);
	if (driver == MAP_FAILED || vtl_memory < 0 || ftruncate(vtl_memory, VPS * PAGE_BYTES))
		return -1;
	for (int vp = 0; vp < VPS; vp++) {
		pages[vp] = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, vtl_memory,
				 vp * PAGE_BYTES);
		if (pages[vp] == MAP_FAILED)
			return -1;
	}
	return 0;
}

/* ---- running a command as a user does ---- */

/**
 * struct run - a command that runs, or has run
 * @child: its process
 * @pipe: what it prints
 * @messages_fd: file that takes its messages
 * @output: what it printed so far
 * @used: bytes of it
 * @messages: what it said on standard error
 * @status: its exit status; 128 + n if signal n killed it
 */
struct run {
	pid_t child;
	int pipe;
	int messages_fd;
	char output[OUTPUT_SIZE];
	size_t used;
	char messages[OUTPUT_SIZE];
	int status;
};

static struct run run;
/* A command that holds something while another one is run. */
static struct run holder;

static const char *fixture(const char *name)
{
	static char path[4][512];
	static int next;
	const char *folder = getenv("TOOLS_FIXTURES");
	char *text = path[next++ % 4];

	snprintf(text, sizeof(path[0]), "%s/%s", folder ? folder : "tests/unit/fixtures", name);
	return text;
}

/* The world of a command: a driver that works, a state, three CPUs. */
static int make_world(void **state)
{
	(void)state;
	*driver = (struct fake_driver){ .redirects = 1, .extensions = 1, .has_host = true,
					 .host_redirects = true, .user = -1 };
	memset(peers, 0, sizeof(*peers));
	for (int vp = 0; vp < VPS; vp++)
		memset(pages[vp], 0, PAGE_BYTES);
	setenv("VTLIRQ_NODE", "/dev/null", 1);
	setenv("VTLIRQ_DEBUGFS", fixture("typical"), 1);
	setenv("VTLIRQ_CPUINFO", fixture("cpuinfo"), 1);
	setenv("VTLIRQ_MODULES", "/no/such/folder", 1);
	setenv("VTLIRQ_KMSG", fixture("kmsg"), 1);
	setenv("VTLIRQ_FILESYSTEMS", fixture("filesystems"), 1);
	setenv("VTLIRQ_DIRECTORY", publications, 1);
	unsetenv(VTLIRQ_ENVIRONMENT_DISABLE);
	return 0;
}

static void run_child(const char *line, int output, int messages)
{
	char *words = strdup(line);
	char *arguments[ARGUMENT_LIMIT] = {};
	int count = 0;
	char *word;

	while ((word = strsep(&words, " ")))
		arguments[count++] = word;
	dup2(output, STDOUT_FILENO);
	dup2(messages, STDERR_FILENO);
	alarm(TEST_SECONDS);
	exit(vtlirq_run(count, arguments));
}

/* Starts a command line, such as "vtlirq list". */
static void start(const char *line)
{
	int ends[2];

	run.used = 0;
	run.output[0] = '\0';
	run.messages_fd = memfd_create("messages", 0);
	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	run.child = fork();
	assert_true(run.child >= 0);
	if (!run.child) {
		close(ends[0]);
		run_child(line, ends[1], run.messages_fd);
	}
	close(ends[1]);
	run.pipe = ends[0];
}

static void start_holder(const char *line)
{
	start(line);
	holder = run;
}

/* Reads more of the output; false at its end. */
static bool read_more(void)
{
	ssize_t got = read(run.pipe, run.output + run.used, OUTPUT_SIZE - 1 - run.used);

	assert_true(got >= 0);
	run.used += got;
	run.output[run.used] = '\0';
	return got > 0;
}

static void read_until(const char *text)
{
	while (!strstr(run.output, text))
		assert_true(read_more());
}

static int finish(void)
{
	ssize_t length;
	int status;

	while (read_more())
		;
	close(run.pipe);
	assert_int_equal(waitpid(run.child, &status, 0), run.child);
	length = pread(run.messages_fd, run.messages, OUTPUT_SIZE - 1, 0);
	assert_true(length >= 0);
	run.messages[length] = '\0';
	close(run.messages_fd);
	run.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return run.status;
}

static int run_command(const char *line)
{
	start(line);
	return finish();
}

static void assert_says(const char *where, const char *what)
{
	if (!strstr(where, what))
		fail_msg("'%s' is not in:\n%s", what, where);
}

static void assert_says_not(const char *where, const char *what)
{
	if (strstr(where, what))
		fail_msg("'%s' is in:\n%s", what, where);
}

/* ---- JSON ---- */

static json_t *parse_json(const char *text)
{
	json_error_t error;
	json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!value)
		fail_msg("%s in:\n%s", error.text, text);
	return value;
}

static void assert_json_number(json_t *object, const char *key, json_int_t expected)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		fail_msg("%s is not a number", key);
	assert_int_equal(json_integer_value(value), expected);
}

static void assert_json_text(json_t *object, const char *key, const char *expected)
{
	assert_string_equal(json_string_value(json_object_get(object, key)), expected);
}

/* ---- small parts ---- */

static void numbers_are_decimal_or_hexadecimal(void **state)
{
	static const struct {
		const char *text;
		int error;
		u64 value;
	} cases[] = {
		{ "0", 0, 0 }, { "81", 0, 81 }, { "0x51", 0, 0x51 }, { "0X5a", 0, 0x5a },
		{ "010", 0, 10 }, { "9223372036854775807", 0, S64_MAX },
		{ "9223372036854775808", -ERANGE, 0 }, { "99999999999999999999", -ERANGE, 0 },
		{ "", -EINVAL, 0 }, { "-1", -EINVAL, 0 }, { "+1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 }, { "1 ", -EINVAL, 0 }, { "0x", -EINVAL, 0 },
		{ "0x0x1", -EINVAL, 0 }, { "0x-1", -EINVAL, 0 }, { "5g", -EINVAL, 0 },
		{ "a", -EINVAL, 0 }, { "1.5", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 value = 0;
		int error = number_parse(cases[i].text, &value);

		if (error != cases[i].error || (!error && value != cases[i].value))
			fail_msg("'%s': %d, %llu", cases[i].text, error, value);
	}
}

static void lists_are_sorted_without_doubles_and_written_as_ranges(void **state)
{
	static const unsigned int values[] = { 5, 2, 1, 5, 0, 9, 8 };
	struct number_list list = {};
	char *text = number_list_format(&list);

	(void)state;
	assert_string_equal(text, "none");
	free(text);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		number_list_add(&list, values[i]);
	text = number_list_format(&list);
	assert_string_equal(text, "0-2,5,8-9");
	assert_int_equal(list.count, 6);
	assert_true(number_list_has(&list, 5));
	assert_false(number_list_has(&list, 3));
	free(text);
	number_list_free(&list);
}

static void ages_show_the_two_units_that_matter(void **state)
{
	static const struct {
		u64 milliseconds;
		const char *text;
	} cases[] = {
		{ 0, "0ms" }, { 999, "999ms" }, { 1000, "1.0s" }, { 59999, "59.9s" },
		{ 60000, "1m00s" }, { 3599999, "59m59s" }, { 3600000, "1h00m" },
		{ 86399999, "23h59m" }, { 86400000, "1d00h" }, { 1047600000, "12d03h" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *text = age_format(cases[i].milliseconds);

		assert_string_equal(text, cases[i].text);
		free(text);
	}
}

/* ---- taking interrupts from a run page ---- */

#define PENDING_VECTOR	0xfe

/**
 * struct look - one look at the run page, made by a child that is stepped through
 * @taken: what it took
 * @is_over: it has returned
 */
struct look {
	u32 taken[MSHV_VTL_PROXY_BANKS];
	bool is_over;
};

static struct look *look;

static pid_t start_look(void)
{
	pid_t child;

	memset(look, 0, sizeof(*look));
	memset(pages[0], 0, PAGE_BYTES);
	raise_vector(pages[0], PENDING_VECTOR);
	fflush(NULL);
	child = fork();
	if (!child) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			_exit(EXIT_FAILURE);
		raise(SIGSTOP);
		run_page_take(pages[0], look->taken);
		look->is_over = true;
		_exit(EXIT_SUCCESS);
	}
	assert_true(child > 0);
	return child;
}

static void step(pid_t child, unsigned int instructions)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSTOPPED(status));
	for (unsigned int i = 0; i < instructions && !look->is_over; i++) {
		assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSTOPPED(status));
	}
}

static bool has_vector(const u32 taken[MSHV_VTL_PROXY_BANKS], unsigned int vector)
{
	return taken[vector >> 5] & 1U << (vector & 31);
}

/*
 * A look during which, after so many instructions, @vector arrives, and then a second
 * look. Returns in which of them it was taken, or 0 if the first was over too soon.
 */
static int look_with_arrival(unsigned int vector, unsigned int instructions)
{
	u32 second[MSHV_VTL_PROXY_BANKS] = {};
	pid_t child = start_look();
	bool was_over;

	step(child, instructions);
	was_over = look->is_over;
	raise_vector(pages[0], vector);
	ptrace(PTRACE_CONT, child, NULL, NULL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	run_page_take(pages[0], second);
	assert_true(has_vector(look->taken, PENDING_VECTOR));
	assert_false(has_vector(second, PENDING_VECTOR));
	assert_int_equal(has_vector(look->taken, vector) + has_vector(second, vector), 1);
	if (was_over)
		return 0;
	return has_vector(second, vector) ? 2 : 1;
}

/* At every instruction, and next to a pending one, before it and in another bank. */
static void an_interrupt_is_taken_once_whenever_it_arrives(void **state)
{
	static const unsigned int vectors[] = { 0xff, 0xe0, 0x00 };

	(void)state;
	look = mmap(NULL, sizeof(*look), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		    0);
	assert_true(look != MAP_FAILED);
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		unsigned int in_look[3] = {};

		for (unsigned int at = 0; !in_look[0]; at++)
			in_look[look_with_arrival(vectors[i], at)]++;
		/* Else the steps were not taken where it matters. */
		assert_true(in_look[1] > 0);
		assert_true(in_look[2] > 0);
	}
	munmap(look, sizeof(*look));
}

static void bits_without_the_flag_are_left_alone(void **state)
{
	u32 taken[MSHV_VTL_PROXY_BANKS];

	(void)state;
	pages[0]->proxy_irr[2] = 1;
	assert_false(run_page_take(pages[0], taken));
	assert_int_equal(pages[0]->proxy_irr[2], 1);
	pages[0]->scan_proxy_irr = 1;
	assert_true(run_page_take(pages[0], taken));
	assert_int_equal(taken[2], 1);
	assert_int_equal(pages[0]->scan_proxy_irr, 0);
	assert_int_equal(pages[0]->proxy_irr[2], 0);
}

/* ---- the first word ---- */

static void a_mistyped_command_is_suggested(void **state)
{
	(void)state;
	assert_int_equal(run_command("vtlirq lits"), STATUS_USAGE);
	assert_says(run.messages, "there is no command 'lits'; did you mean 'list'?");
	assert_int_equal(run_command("vtlirq wat"), STATUS_USAGE);
	assert_says(run.messages, "did you mean 'watch'?");
	assert_int_equal(run_command("vtlirq frobnicate"), STATUS_USAGE);
	assert_says_not(run.messages, "did you mean");
	assert_int_equal(run_command("vtlirq"), STATUS_USAGE);
	assert_says(run.messages, "a command is missing");
	assert_string_equal(run.output, "");
}

static void help_goes_to_standard_output(void **state)
{
	static const char * const lines[] = {
		"vtlirq --help", "vtlirq help", "vtlirq list --help", "vtlirq help status",
		"vtlirq route --help", "vtlirq routes --help", "vtlirq retarget --help",
		"vtlirq help top", "vtlirq help doctor", "vtlirq map --help", "vtlirq help watch"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_int_equal(run_command(lines[i]), STATUS_OK);
		assert_says(run.output, "Usage: vtlirq");
		assert_string_equal(run.messages, "");
	}
	assert_says(run.output, "WARNING: this takes the interrupts away from a VMM");
	assert_int_equal(run_command("vtlirq --version"), STATUS_OK);
	assert_int_equal(strncmp(run.output, "vtlirq ", 7), 0);
}

static char *read_tools_file(const char *name)
{
	char *path = memory_format("%s/../../../tools/%s", fixture(""), name);
	char *text = NULL;
	int error = 0;

	if (file_read(path, &text, &error))
		fail_msg("%s: %s", path, strerror(error));
	free(path);
	return text;
}

/* The lines below "Commands:" begin with two spaces and the command. */
static void every_command_has_a_page_and_is_completed(void **state)
{
	char *completion = read_tools_file("completion/vtlirq.bash");
	char *overview = read_tools_file("man/vtlirq.1");
	char words[256] = " ";
	char name[32];
	char *line;
	int count = 0;

	(void)state;
	sscanf(strstr(completion, "all=\""), "all=\"%253[a-z ]", words + 1);
	strcat(words, " ");
	run_command("vtlirq help");
	line = strstr(run.output, "Commands:\n");
	assert_non_null(line);
	for (line = strchr(line, '\n') + 1; sscanf(line, "  %31[a-z] ", name) == 1; count++) {
		char *page = memory_format("man/vtlirq-%s.1", name);
		char *entry = memory_format(".It Cm %s\n", name);
		char *word = memory_format(" %s ", name);

		free(read_tools_file(page));
		assert_says(overview, entry);
		assert_says(words, word);
		free(word);
		free(entry);
		free(page);
		line = strchr(line, '\n') + 1;
	}
	assert_int_equal(count, 9);
	free(overview);
	free(completion);
}

static void a_wrong_value_names_the_option_and_the_range(void **state)
{
	static const struct {
		const char *line;
		const char *message;
	} cases[] = {
		{ "vtlirq map --vector 256 --cpu 0", "--vector: 256 is out of range; give 0" },
		{ "vtlirq map --vector x --cpu 0", "--vector: 'x' is not a number; give 0" },
		{ "vtlirq map --vector 1 --cpu 65536", "--cpu: 65536 is out of range; give 0 to" },
		{ "vtlirq map --vector 250 --cpu 0 --count 7", "from vector 250 on, give 1 to 6" },
		{ "vtlirq map --vector 80 --cpu 0 --count 0", "--count: 0 is out of range; give" },
		{ "vtlirq map --vector 80 --apic-id 0x100000000", "--apic-id: 0x100000000 is out" },
		{ "vtlirq map --cpu 0", "--vector is missing" },
		{ "vtlirq map --vector 80", "give one of --cpu and --apic-id" },
		{ "vtlirq map --vector 80 --cpu 0 --apic-id 0", "give one of --cpu and --apic-id" },
		{ "vtlirq watch --interval 0", "--interval: 0 is out of range; give 1 to 1000000" },
		{ "vtlirq watch --count 0", "--count: 0 is out of range" },
		{ "vtlirq watch --vector 999", "--vector: 999 is out of range" },
		{ "vtlirq list --cpu -1", "--cpu: '-1' is not a number; give 0 to 65535" },
		{ "vtlirq list now", "unexpected argument 'now'" },
		{ "vtlirq status now", "unexpected argument 'now'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(run_command(cases[i].line), STATUS_USAGE);
		assert_says(run.messages, cases[i].message);
		assert_string_equal(run.output, "");
	}
	assert_int_equal(driver->maps, 0);
}

/* ---- list ---- */

static void list_is_a_table_sorted_by_cpu_and_vector(void **state)
{
	static const char expected[] =
		"CPU  APIC-ID  HARDWARE  PROXY  REFERENCES  RELAYED  BLOCKED    AGE\n"
		"  0        0      0x25   0x51           1       10        0  850ms\n"
		"  1        2      0x25   0x51           1        0        0  3m07s\n"
		"  1        2      0x26   0x52           2  1234567        3   4.2s\n"
		"\n"
		"3 mappings on 2 CPUs, 1234577 relayed, 3 blocked; "
		"1 vector in quarantine, 2 late interrupts (--all shows them)\n";

	(void)state;
	assert_int_equal(run_command("vtlirq list"), STATUS_OK);
	assert_string_equal(run.messages, "");
	assert_string_equal(run.output, expected);
}

static void list_all_shows_quarantine_and_late_interrupts(void **state)
{
	(void)state;
	assert_int_equal(run_command("vtlirq list --all --cpu 1"), STATUS_OK);
	assert_says(run.output, "PROXY        STATE  REFERENCES  RELAYED  BLOCKED  LATE     AGE\n");
	assert_says(run.output, " 0x60  quarantined           0       44        0     2  10h00m\n");
	assert_says(run.output, "2 mappings on 1 CPU, 1234567 relayed, 3 blocked; 1 vector in");
	assert_says_not(run.output, "850ms");
}

static void list_of_nothing_says_so(void **state)
{
	(void)state;
	setenv("VTLIRQ_DEBUGFS", fixture("empty"), 1);
	assert_int_equal(run_command("vtlirq list"), STATUS_OK);
	assert_string_equal(run.output, "no mapping: the host relays every interrupt (proxied)\n");
	assert_int_equal(run_command("vtlirq list --json"), STATUS_OK);
	assert_says(run.output, "\"mappings\": []");
}

static void list_json_has_numbers_under_promised_keys(void **state)
{
	json_t *root;
	json_t *mapping;

	(void)state;
	assert_int_equal(run_command("vtlirq list --json --all"), STATUS_OK);
	root = parse_json(run.output);
	assert_int_equal(json_array_size(json_object_get(root, "mappings")), 4);
	mapping = json_array_get(json_object_get(root, "mappings"), 3);
	assert_json_number(mapping, "cpu", 1);
	assert_json_number(mapping, "apic_id", 2);
	assert_json_number(mapping, "hardware_vector", 0x27);
	assert_json_number(mapping, "proxy_vector", 0x60);
	assert_json_text(mapping, "state", "quarantined");
	assert_json_number(mapping, "references", 0);
	assert_json_number(mapping, "relayed", 44);
	assert_json_number(mapping, "blocked", 0);
	assert_json_number(mapping, "late", 2);
	assert_json_number(mapping, "age_ms", 36000000);
	assert_int_equal(json_object_size(mapping), 10);
	assert_json_number(json_object_get(root, "summary"), "cpus", 2);
	assert_json_number(json_object_get(root, "summary"), "mapped", 3);
	assert_json_number(json_object_get(root, "summary"), "quarantined", 1);
	assert_json_number(json_object_get(root, "summary"), "relayed", 1234577);
	assert_json_number(json_object_get(root, "summary"), "blocked", 3);
	assert_json_number(json_object_get(root, "summary"), "late", 2);
	json_decref(root);
	assert_int_equal(run_command("vtlirq list --json"), STATUS_OK);
	root = parse_json(run.output);
	assert_int_equal(json_array_size(json_object_get(root, "mappings")), 3);
	json_decref(root);
}

static void columns_are_found_by_name(void **state)
{
	(void)state;
	setenv("VTLIRQ_DEBUGFS", fixture("reordered"), 1);
	assert_int_equal(run_command("vtlirq list"), STATUS_OK);
	assert_says(run.output,
		    "  0        0      0x25   0x51           1        7        1  5ms\n");
	assert_int_equal(run_command("vtlirq status"), STATUS_OK);
	assert_says(run.output, "7 relayed, 5 blocked, 6 unmapped\n");
	assert_says(run.output,
		    "  0        0     yes       1            0   100   none        7        5  ");
}

static void a_malformed_state_is_refused_with_line_and_column(void **state)
{
	static const struct {
		const char *folder;
		const char *message;
	} cases[] = {
		{ "broken/no-header", "line 1: the line that names the columns is expected" },
		{ "broken/no-column", "line 1: no column is named blocked" },
		{ "broken/bad-number", "line 3: column proxy_vector holds '0x5g', not a number" },
		{ "broken/short-row", "line 2: it has not as many columns as the first line" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		setenv("VTLIRQ_DEBUGFS", fixture(cases[i].folder), 1);
		assert_int_equal(run_command("vtlirq list"), STATUS_FAILED);
		assert_says(run.messages, cases[i].message);
		assert_says(run.messages, "  next: ");
		assert_string_equal(run.output, "");
	}
}

static void list_of_a_cpu_that_is_not_there_fails(void **state)
{
	(void)state;
	assert_int_equal(run_command("vtlirq list --cpu 7"), STATUS_FAILED);
	assert_says(run.messages, "--cpu 7: there is no such CPU");
	assert_says(run.messages, "next: choose one of these: 0-3");
	assert_int_equal(run_command("vtlirq list --cpu 3"), STATUS_OK);
	assert_says(run.output, "no mapping");
}

/* ---- status ---- */

static void status_of_a_usable_driver_is_success(void **state)
{
	json_t *root;
	json_t *value;

	(void)state;
	assert_int_equal(run_command("vtlirq status"), STATUS_OK);
	assert_says(run.output, "/dev/null          present  (mappings and run pages)\n");
	assert_says(run.output, "/dev/null_hvcall   absent ");
	assert_says(run.output, "REDIRECTED_INTERRUPT  (0x10000) 1\n");
	assert_says(run.output, "PROXIED_INTERRUPT     (0x10002) 1\n");
	assert_says(run.output, "REGISTER_PAGE         (0x1)     not supported\n");
	assert_says(run.output, "\nusable        yes\n");
	assert_says(run.output, "  3        -      no       0            0     0   none        0 ");
	assert_says(run.messages, "2 interrupts arrived on a vector with no mapping");
	assert_int_equal(run_command("vtlirq status --json"), STATUS_OK);
	root = parse_json(run.output);
	assert_true(json_is_true(json_object_get(root, "usable")));
	value = json_array_get(json_object_get(root, "cpus"), 3);
	assert_true(json_is_null(json_object_get(value, "apic_id")));
	assert_true(json_is_false(json_object_get(value, "online")));
	value = json_array_get(json_object_get(root, "cpus"), 1);
	assert_json_number(value, "quota", 64);
	assert_json_number(value, "free", 61);
	assert_json_number(json_object_get(root, "totals"), "relayed", 1234621);
	value = json_array_get(json_object_get(root, "capabilities"), 5);
	assert_json_text(value, "name", "REDIRECTED_INTERRUPT");
	assert_json_number(value, "number", 0x10000);
	assert_json_number(value, "value", 1);
	value = json_array_get(json_object_get(root, "capabilities"), 1);
	assert_true(json_is_null(json_object_get(value, "value")));
	assert_int_equal(json_array_size(json_object_get(root, "problems")), 0);
	assert_int_equal(json_array_size(json_object_get(root, "notes")), 1);
	json_decref(root);
}

static void status_without_a_node_says_how_to_load_the_driver(void **state)
{
	json_t *root;

	(void)state;
	setenv("VTLIRQ_NODE", "/dev/no-such-node", 1);
	assert_int_equal(run_command("vtlirq status"), STATUS_FAILED);
	assert_says(run.output, "\nusable        no, 1 problem\n");
	assert_says(run.messages, "the driver is not loaded\n  next: load the driver: insmod");
	assert_int_equal(run_command("vtlirq status --json"), STATUS_FAILED);
	root = parse_json(run.output);
	assert_true(json_is_false(json_object_get(root, "usable")));
	assert_int_equal(json_array_size(json_object_get(root, "problems")), 1);
	json_decref(root);
	assert_int_equal(run_command("vtlirq map --vector 0x51 --cpu 0"), STATUS_FAILED);
	assert_says(run.messages, "insmod mshv_vtl.ko");
	assert_int_equal(run_command("vtlirq watch"), STATUS_FAILED);
	assert_says(run.messages, "insmod mshv_vtl.ko");
}

static void status_tells_what_the_driver_cannot_do(void **state)
{
	(void)state;
	driver->redirects = 0;
	assert_int_equal(run_command("vtlirq status"), STATUS_FAILED);
	assert_says(run.messages, "the driver cannot redirect interrupts on this machine");
	driver->redirects = -EOPNOTSUPP;
	assert_int_equal(run_command("vtlirq status"), STATUS_FAILED);
	assert_says(run.messages, "try it: vtlirq map");
	driver->is_foreign = true;
	assert_int_equal(run_command("vtlirq status"), STATUS_FAILED);
	assert_says(run.messages, "/dev/null does not answer as the Hyper-V VTL driver");
	assert_says(run.output, "\nusable        no, 1 problem\n");
}

/* What is missing is only the look into the driver: interrupts can be redirected. */
static void status_without_debugfs_is_a_note(void **state)
{
	(void)state;
	setenv("VTLIRQ_DEBUGFS", "/no/such/folder", 1);
	assert_int_equal(run_command("vtlirq status"), STATUS_OK);
	assert_says(run.output, "\nusable        yes\n");
	assert_says(run.messages, "cannot read /no/such/folder/cpus");
	assert_says(run.messages, "next: correct or unset VTLIRQ_DEBUGFS");
	assert_int_equal(run_command("vtlirq list"), STATUS_FAILED);
	assert_says(run.messages, "cannot read /no/such/folder/mappings");
}

static void status_notes_cpus_that_are_full(void **state)
{
	(void)state;
	setenv("VTLIRQ_DEBUGFS", fixture("full"), 1);
	assert_int_equal(run_command("vtlirq status"), STATUS_OK);
	assert_says(run.messages, "CPU 0-1: no vector is left, or the quota is used up");
}

/* Root may open everything: the test becomes somebody else for a moment. */
static void without_rights_the_advice_is_to_be_root(void **state)
{
	char path[] = "/tmp/vtlirq-test-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(chmod(path, 0), 0);
	setenv("VTLIRQ_NODE", path, 1);
	if (!geteuid())
		assert_int_equal(seteuid(65534), 0);
	run_command("vtlirq map --vector 0x51 --cpu 0");
	if (!getuid())
		assert_int_equal(seteuid(0), 0);
	unlink(path);
	assert_int_equal(run.status, STATUS_FAILED);
	assert_says(run.messages, "Permission denied\n  next: run as root");
}

static void list_again_and_again_ends_at_a_signal(void **state)
{
	(void)state;
	start("vtlirq list --interval 0.1");
	/* The heading of the second list. */
	read_until("\n\nCPU");
	kill(run.child, SIGINT);
	assert_int_equal(finish(), STATUS_OK);
	setenv("VTLIRQ_DEBUGFS", "/no/such/folder", 1);
	assert_int_equal(run_command("vtlirq list --interval 0.1"), STATUS_FAILED);
}

/* ---- map ---- */

static void assert_balanced(int maps)
{
	assert_int_equal(driver->maps, maps);
	assert_int_equal(driver->unmaps, maps);
}

static void map_holds_until_a_signal_and_unmaps(void **state)
{
	static const struct {
		int number;
		const char *name;
	} signals[] = { { SIGINT, "SIGINT" }, { SIGTERM, "SIGTERM" }, { SIGHUP, "SIGHUP" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		driver->maps = 0;
		driver->unmaps = 0;
		start("vtlirq map --vector 0x51 --cpu 1");
		read_until("\n");
		assert_string_equal(run.output,
				    "hardware_vector=0x25 cpu=1 apic_id=2 proxy_vector=0x51\n");
		assert_int_equal(driver->unmaps, 0);
		kill(run.child, signals[i].number);
		assert_int_equal(finish(), STATUS_OK);
		assert_says(run.messages, "holding until Ctrl-C, SIGTERM or SIGHUP\n");
		assert_says(run.messages, signals[i].name);
		assert_says(run.messages, ": gave back 1 hardware vector on CPU 1\n");
		assert_balanced(1);
	}
}

static void map_by_apic_id_finds_the_cpu(void **state)
{
	(void)state;
	assert_int_equal(run_command("vtlirq map --vector 81 --apic-id 4 --seconds 0"), STATUS_OK);
	assert_string_equal(run.output, "hardware_vector=0x25 cpu=2 apic_id=4 proxy_vector=0x51\n");
	assert_int_equal(driver->last_apic_id, 4);
	assert_balanced(1);
	assert_int_equal(run_command("vtlirq map --vector 81 --apic-id 5"), STATUS_FAILED);
	assert_says(run.messages, "--apic-id 5: no CPU that is online has this APIC id");
	assert_says(run.messages, "in use: 0,2,4\n");
	assert_int_equal(run_command("vtlirq map --vector 81 --cpu 3"), STATUS_FAILED);
	assert_says(run.messages, "--cpu 3: this CPU is offline, or does not exist");
	assert_says(run.messages, "online: 0-2\n");
}

static void without_apic_ids_in_cpuinfo_the_driver_is_asked(void **state)
{
	(void)state;
	setenv("VTLIRQ_CPUINFO", fixture("cpuinfo-without-apic"), 1);
	assert_int_equal(run_command("vtlirq map --vector 81 --cpu 1 --seconds 0"), STATUS_OK);
	assert_says(run.output, "cpu=1 apic_id=2 ");
	setenv("VTLIRQ_DEBUGFS", "/no/such/folder", 1);
	assert_int_equal(run_command("vtlirq map --vector 81 --cpu 1 --seconds 0"), STATUS_FAILED);
	assert_says(run.messages, "the APIC id of CPU 1 is not to be found");
	assert_balanced(1);
}

static void map_of_many_prints_a_line_each(void **state)
{
	(void)state;
	assert_int_equal(run_command("vtlirq map --vector 0xfe --count 2 --cpu 0 --seconds 0"),
			 STATUS_OK);
	assert_string_equal(run.output,
			    "hardware_vector=0x25 cpu=0 apic_id=0 proxy_vector=0xfe\n"
			    "hardware_vector=0x26 cpu=0 apic_id=0 proxy_vector=0xff\n");
	assert_balanced(2);
}

static void map_that_fails_half_way_gives_back(void **state)
{
	(void)state;
	driver->map_error = ENODEV;
	driver->map_error_at = 2;
	driver->maps = 0;
	assert_int_equal(run_command("vtlirq map --vector 0x51 --count 5 --cpu 2"), STATUS_FAILED);
	assert_string_equal(run.output, "");
	assert_says(run.messages, "the first 2 of 5 were mapped; giving them back");
	assert_says(run.messages, "cannot map vector 0x53 on CPU 2");
	assert_int_equal(driver->unmaps, driver->maps);
}

static void map_explains_each_error(void **state)
{
	static const struct {
		int error;
		const char *line;
		const char *what;
		const char *next;
	} cases[] = {
		{ ENODEV, "vtlirq map --vector 0x51 --cpu 0",
		  "its quota is used up (4 mapped, quota 4)", "raise /sys/module/mshv_vtl/param" },
		{ ENODEV, "vtlirq map --vector 0x51 --cpu 1",
		  "the kernel has no vector left there (198 mapped)",
		  "A VMM would let the host relay this interrupt (proxied delivery)" },
		{ ENODEV, "vtlirq map --vector 0x51 --cpu 1",
		  "the kernel has no vector left there", "vtlirq list --all --cpu 1" },
		{ ENOSPC, "vtlirq map --vector 0x51 --cpu 1", "No space left", "free vectors" },
		{ EINVAL, "vtlirq map --vector 3 --cpu 0", "Invalid argument",
		  "give --vector 16 to 255" },
		{ EINVAL, "vtlirq map --vector 99 --cpu 0", "Invalid argument",
		  "vtlirq status whether CPU 0 is online" },
		{ ENOMEM, "vtlirq map --vector 99 --cpu 0", "Cannot allocate memory",
		  "free memory" },
		{ ENOTTY, "vtlirq map --vector 99 --cpu 0", "Inappropriate ioctl",
		  "this driver cannot redirect" },
		{ EPERM, "vtlirq map --vector 99 --cpu 0", "Operation not", "run as root" },
		{ EIO, "vtlirq map --vector 99 --cpu 0", "Input/output error", "dmesg" },
	};

	(void)state;
	setenv("VTLIRQ_DEBUGFS", fixture("full"), 1);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		driver->map_error = cases[i].error;
		assert_int_equal(run_command(cases[i].line), STATUS_FAILED);
		assert_says(run.messages, cases[i].what);
		assert_says(run.messages, cases[i].next);
	}
	driver->map_error = ENODEV;
	driver->redirects = 0;
	assert_int_equal(run_command("vtlirq map --vector 0x51 --cpu 0"), STATUS_FAILED);
	assert_says(run.messages, ": the driver cannot redirect on this machine\n");
}

static void map_reports_an_unmap_that_fails(void **state)
{
	(void)state;
	driver->unmap_error = ENOENT;
	assert_int_equal(run_command("vtlirq map --vector 0x51 --cpu 0 --seconds 0"),
			 STATUS_FAILED);
	assert_says(run.messages, "cannot unmap hardware vector 0x25 on CPU 0");
	assert_says_not(run.messages, "gave back");
}

/* ---- watch ---- */

static void watch_prints_what_is_relayed_while_it_runs(void **state)
{
	(void)state;
	start("vtlirq watch --cpu 1 --count 3");
	read_until("COUNT\n");
	raise_vector(pages[1], 0x51);
	read_until("      1    0x51         1\n");
	raise_vector(pages[1], 0x51);
	read_until("      1    0x51         2\n");
	raise_vector(pages[0], 0x60);
	raise_vector(pages[1], 0xff);
	assert_int_equal(finish(), STATUS_OK);
	assert_says(run.output, "      1    0xff         1\n");
	assert_says(run.output, "VP  VECTOR  COUNT ");
	assert_says(run.output, "\n 1    0x51      2 ");
	assert_says(run.output, "3 interrupts taken in ");
	assert_says(run.output, " s from 1 VP\n");
	assert_says_not(run.output, "0x60");
	assert_int_equal(pages[0]->proxy_irr[3], 1);
	assert_says(run.messages, "watching VP 1 every 1000 us");
}

static void watch_looks_once_at_all_vps(void **state)
{
	(void)state;
	raise_vector(pages[0], 0x20);
	raise_vector(pages[2], 0x31);
	raise_vector(pages[2], 0x32);
	assert_int_equal(run_command("vtlirq watch --seconds 0 --vector 0x20 --vector 0x32"),
			 STATUS_OK);
	assert_says(run.messages, "watching VP 0-2 ");
	assert_says(run.output, "      0    0x20         1\n");
	assert_says(run.output, "      2    0x32         1\n");
	assert_says(run.output, "2 interrupts taken in ");
	assert_says(run.output, " from 3 VPs; 1 more, of other vectors, taken and not shown\n");
	assert_int_equal(pages[2]->proxy_irr[1], 0);
}

static void watch_ends_at_a_signal_with_a_summary(void **state)
{
	(void)state;
	start("vtlirq watch");
	read_until("COUNT\n");
	kill(run.child, SIGINT);
	assert_int_equal(finish(), STATUS_OK);
	assert_says(run.output, "0 interrupts taken in ");
}

static void watch_that_waits_in_vain_fails(void **state)
{
	(void)state;
	assert_int_equal(run_command("vtlirq watch --count 2 --seconds 0"), STATUS_FAILED);
	assert_says(run.messages, "waited for 2 interrupts; only 0 came in time");
}

static void watch_tells_that_vectors_are_blocked(void **state)
{
	(void)state;
	pages[1]->proxy_irr_blocked[2] = 1U << (0x51 & 31);
	run_command("vtlirq watch --seconds 0 --vector 0x51");
	assert_says(run.messages, "VP 1: the VMM blocks vectors (proxy_irr_blocked)");
	run_command("vtlirq watch --seconds 0 --vector 0x52");
	assert_says_not(run.messages, "blocks");
}

static void watch_json_is_one_object_per_line(void **state)
{
	json_t *object;
	json_t *vector;
	char *end;

	(void)state;
	raise_vector(pages[1], 0x51);
	assert_int_equal(run_command("vtlirq watch --seconds 0 --json"), STATUS_OK);
	end = strchr(run.output, '\n');
	assert_non_null(end);
	*end = '\0';
	object = parse_json(run.output);
	assert_json_text(object, "type", "interrupt");
	assert_json_number(object, "vp", 1);
	assert_json_number(object, "vector", 0x51);
	assert_json_number(object, "count", 1);
	assert_true(json_is_integer(json_object_get(object, "time_ns")));
	json_decref(object);
	object = parse_json(end + 1);
	assert_json_text(object, "type", "summary");
	assert_int_equal(json_array_size(json_object_get(object, "vps")), 3);
	assert_json_number(object, "shown", 1);
	assert_json_number(object, "hidden", 0);
	vector = json_array_get(json_object_get(object, "vectors"), 0);
	assert_json_number(vector, "vp", 1);
	assert_json_number(vector, "vector", 0x51);
	assert_json_number(vector, "count", 1);
	json_decref(object);
}

/* The page of a CPU that is offline raises SIGBUS; the user gets a sentence. */
static void watch_survives_a_page_that_is_not_there(void **state)
{
	(void)state;
	assert_int_equal(ftruncate(vtl_memory, (VPS - 1) * PAGE_BYTES), 0);
	run_command("vtlirq watch --cpu 2 --seconds 0");
	assert_int_equal(ftruncate(vtl_memory, VPS * PAGE_BYTES), 0);
	assert_int_equal(run.status, STATUS_FAILED);
	assert_says(run.messages, "cannot map the run page of VP 2: Bad address");
	assert_says(run.messages, "see in vtlirq status whether CPU 2 is online");
}

/* ---- routes ---- */

/* A VMM with a route for each kind of fallback that looks different. */
static void make_mixed_peer(void)
{
	struct fake_peer *peer = add_peer();
	struct vtlirq_route_state *route = add_route(peer, 1, 0x51, VTLIRQ_REASON_NONE);

	strcpy(route->name, "NVMe 00:01.0, interrupt 1");
	route->redirected = 1234567;
	route->rate = 1000;
	route->moves = 2;
	route = add_route(peer, 0, 0x60, VTLIRQ_REASON_REFUSED);
	route->status = 0x57;
	route->proxied = 44;
	route->interrupt.device_id = 0x8000000000000010;
	add_route(peer, 0, 0x61, VTLIRQ_REASON_QUOTA);
	route = add_route(peer, 0, 0x62, VTLIRQ_REASON_QUOTA);
	route->vps = 4;
	route = add_route(peer, 2, 0x63, VTLIRQ_REASON_ERROR);
	route->error = EIO;
}

static void routes_is_a_table_with_reasons(void **state)
{
	static const char expected[] =
		"    PID  ROUTE              DEVICE  MSI-DATA  VECTOR   VP         WAY  HARDWARE                     REASON  REDIRECTED  PROXIED  RATE  MOVES   AGE  NAME\n"
		"5000001      1                 0x8       0x0    0x51    1  redirected      0x25                          -     1234567        0  1000      2  4.2s  NVMe 00:01.0, interrupt 1\n"
		"5000001      2  0x8000000000000010       0x1    0x60    0     proxied         -  refused:invalid-device-ID           0       44     0      0  4.2s  -\n"
		"5000001      3                 0x8       0x2    0x61    0     proxied         -                      quota           0        0     0      0  4.2s  -\n"
		"5000001      4                 0x8       0x3    0x62  0+3     proxied         -                      quota           0        0     0      0  4.2s  -\n"
		"5000001      5                 0x8       0x4    0x63    2     proxied         -                  error:EIO           0        0     0      0  4.2s  -\n"
		"\n"
		"process 5000001 (?): 1 of 5 routes redirected; driver and host can redirect\n";

	(void)state;
	make_mixed_peer();
	assert_int_equal(run_command("vtlirq routes"), STATUS_OK);
	assert_string_equal(run.messages, "");
	assert_memory_equal(run.output, expected, strlen(expected));
	assert_says(run.output, "  2 proxied: the quota is used up\n    next: see QUOTA");
	assert_says(run.output, "  1 proxied: the host refused: its answer was 0x0057, invalid");
	assert_says(run.output, "  1 proxied: the driver failed: Input/output error\n");
}

static void routes_are_sorted_by_process_and_can_be_of_one(void **state)
{
	(void)state;
	add_route(add_peer(), 0, 0x51, VTLIRQ_REASON_NONE);
	add_route(add_peer(), 1, 0x52, VTLIRQ_REASON_NONE);
	assert_int_equal(run_command("vtlirq routes"), STATUS_OK);
	assert_true(strstr(run.output, "\n5000001 ") < strstr(run.output, "\n5000002 "));
	assert_int_equal(run_command("vtlirq routes --pid 4000000"), STATUS_FAILED);
	assert_says(run.messages, "process 4000000 publishes no routes\n  next: see vtlirq routes");
	assert_int_equal(run_command("vtlirq routes --pid 5000001"), STATUS_USAGE);
}

static void routes_tells_what_keeps_a_process_from_redirecting(void **state)
{
	struct fake_peer *peer = add_peer();

	(void)state;
	add_route(peer, 0, 0x51, VTLIRQ_REASON_HOST);
	peer->summary.host_redirects = 0;
	run_command("vtlirq routes");
	assert_says(run.output, ": 0 of 1 route redirected; the host does not offer redirection\n");
	peer->summary.driver_redirects = 0;
	run_command("vtlirq routes");
	assert_says(run.output, "; the driver cannot redirect\n");
	peer->summary.disabled = 1;
	peer->summary.policy = 0;
	peer->summary.quota = 7;
	run_command("vtlirq routes");
	assert_says(run.output, "; redirection is disabled, by the environment or the VMM; quota 7");
	assert_says(run.output, "; the policy is off\n");
}

static void routes_explains_each_reason_once(void **state)
{
	struct fake_peer *peer = add_peer();

	(void)state;
	add_route(peer, 0, 0x51, VTLIRQ_REASON_REFUSED)->status = 0x57;
	add_route(peer, 0, 0x52, VTLIRQ_REASON_REFUSED)->status = 0x06;
	add_route(peer, 0, 0x53, VTLIRQ_REASON_REFUSED)->status = 0x57;
	run_command("vtlirq routes");
	assert_says(run.output, "  2 proxied: the host refused: its answer was 0x0057, invalid dev");
	assert_says(run.output, "  1 proxied: the host refused: its answer was 0x0006, access deni");
	assert_says_not(run.output, "  1 proxied: the host refused: its answer was 0x0057");
}

static void routes_of_nothing_says_so(void **state)
{
	json_t *root;

	(void)state;
	assert_int_equal(run_command("vtlirq routes"), STATUS_OK);
	assert_says(run.output, "no process publishes routes in /tmp/vtlirq-test-");
	assert_says(run.output, "vtlirq_publish()");
	setenv("VTLIRQ_DIRECTORY", "/no/such/folder", 1);
	assert_int_equal(run_command("vtlirq routes --json"), STATUS_OK);
	root = parse_json(run.output);
	assert_int_equal(json_array_size(json_object_get(root, "processes")), 0);
	json_decref(root);
	/* A process without a route has no table, but is there. */
	add_peer();
	assert_int_equal(run_command("vtlirq routes"), STATUS_OK);
	assert_says_not(run.output, "PID");
	assert_says(run.output, "(?): 0 of 0 routes redirected");
}

static void routes_survives_processes_that_do_not_answer(void **state)
{
	json_t *root;

	(void)state;
	add_peer()->open_error = EPROTO;
	add_route(add_peer(), 1, 0x52, VTLIRQ_REASON_NONE);
	assert_int_equal(run_command("vtlirq routes"), STATUS_FAILED);
	assert_says(run.output, "\n5000002 ");
	assert_says(run.messages, "process 5000001 was built with another version of libvtlirq");
	assert_int_equal(run_command("vtlirq routes --json"), STATUS_FAILED);
	root = parse_json(run.output);
	assert_int_equal(json_array_size(json_object_get(root, "processes")), 1);
	assert_int_equal(json_array_size(json_object_get(root, "problems")), 1);
	json_decref(root);
	peers->all[0] = (struct fake_peer){ .ask_error = ETIMEDOUT };
	assert_int_equal(run_command("vtlirq routes"), STATUS_FAILED);
	assert_says(run.messages, "process 5000001 does not answer\n  next: see whether it is st");
	/* One that ended meanwhile publishes nothing: that is no failure. */
	peers->all[0] = (struct fake_peer){ .open_error = ECONNREFUSED };
	assert_int_equal(run_command("vtlirq routes"), STATUS_OK);
	assert_string_equal(run.messages, "");
	peers->list_error = EACCES;
	assert_int_equal(run_command("vtlirq routes"), STATUS_FAILED);
	assert_says(run.messages, "Permission denied\n  next: run as root");
}

static void routes_json_has_values_under_promised_keys(void **state)
{
	json_t *root;
	json_t *process;
	json_t *route;

	(void)state;
	make_mixed_peer();
	assert_int_equal(run_command("vtlirq routes --json"), STATUS_OK);
	root = parse_json(run.output);
	process = json_array_get(json_object_get(root, "processes"), 0);
	assert_json_number(process, "pid", PEER_PID);
	assert_json_number(json_object_get(process, "summary"), "redirected", 1);
	assert_true(json_is_true(json_object_get(json_object_get(process, "summary"), "policy")));
	route = json_array_get(json_object_get(process, "routes"), 0);
	assert_json_number(route, "hardware_vector", FIRST_HARDWARE_VECTOR);
	assert_true(json_is_null(json_object_get(route, "reason")));
	assert_json_text(route, "way", "redirected");
	assert_json_number(route, "redirected", 1234567);
	assert_json_number(route, "moves", 2);
	assert_json_text(route, "name", "NVMe 00:01.0, interrupt 1");
	assert_int_equal(json_object_size(route), 17);
	route = json_array_get(json_object_get(process, "routes"), 1);
	assert_true(json_is_null(json_object_get(route, "hardware_vector")));
	assert_json_text(json_object_get(route, "interrupt"), "device_id", "0x8000000000000010");
	assert_json_number(json_object_get(route, "interrupt"), "data", 1);
	assert_json_text(json_object_get(route, "reason"), "name", "refused");
	assert_json_number(json_object_get(route, "reason"), "status", 0x57);
	assert_json_text(json_object_get(route, "reason"), "status_name", "invalid device ID");
	route = json_array_get(json_object_get(process, "routes"), 4);
	assert_json_number(json_object_get(route, "reason"), "error", EIO);
	json_decref(root);
}

/* ---- retarget ---- */

static void retarget_shows_before_and_after(void **state)
{
	static const char expected[] =
		"  WHEN  VP  VECTOR         WAY  HARDWARE  REASON  MOVES\n"
		"before   1    0x51  redirected      0x25       -      0\n"
		" after   2    0x51  redirected      0x25       -      1\n";

	(void)state;
	add_route(add_peer(), 1, 0x51, VTLIRQ_REASON_NONE);
	assert_int_equal(run_command("vtlirq retarget 1 --vp 2"), STATUS_OK);
	assert_string_equal(run.output, expected);
	assert_string_equal(run.messages, "");
	assert_int_equal(run_command("vtlirq retarget 1 --vector 0x77"), STATUS_OK);
	assert_int_equal(peers->all[0].routes[0].vector, 0x77);
	assert_int_equal(peers->all[0].routes[0].vp, 2);
	assert_string_equal(peers->steps, "rr");
}

/* No hardware vector is asked for that the next step would give back. */
static void retarget_takes_its_steps_in_the_cheap_order(void **state)
{
	(void)state;
	add_route(add_peer(), 1, 0x51, VTLIRQ_REASON_NONE);
	assert_int_equal(run_command("vtlirq retarget 1 --vp 2 --way proxied"), STATUS_OK);
	assert_string_equal(peers->steps, "pr");
	assert_says(run.output, " proxied         -  preferred ");
	assert_int_equal(run_command("vtlirq retarget 1 --vp 0 --way redirected"), STATUS_OK);
	assert_string_equal(peers->steps, "prrp");
}

static void retarget_of_a_route_that_falls_back_fails(void **state)
{
	(void)state;
	add_route(add_peer(), 1, 0x51, VTLIRQ_REASON_NO_VECTOR);
	peers->keeps_way = true;
	assert_int_equal(run_command("vtlirq retarget 1 --way redirected"), STATUS_FAILED);
	assert_says(run.output, " after ");
	assert_says(run.messages, "route 1 stays proxied: no vector left on the CPU\n  next: see ");
}

static void retarget_wants_exactly_one_route(void **state)
{
	(void)state;
	add_route(add_peer(), 1, 0x51, VTLIRQ_REASON_NONE);
	add_route(add_peer(), 1, 0x51, VTLIRQ_REASON_NONE);
	assert_int_equal(run_command("vtlirq retarget 1 --vp 0"), STATUS_FAILED);
	assert_says(run.messages, "2 processes have a route 1\n  next: say which process by --pid");
	assert_int_equal(run_command("vtlirq retarget 2 --vp 0"), STATUS_FAILED);
	assert_says(run.messages, "there is no route 2\n");
	peers->count = 1;
	peers->all[0].routes[0].vps = 4;
	assert_int_equal(run_command("vtlirq retarget 1 --vector 0x52"), STATUS_FAILED);
	assert_says(run.messages, "route 1 goes to 4 VPs, and this command moves to one\n");
	assert_string_equal(peers->steps, "");
	assert_int_equal(run_command("vtlirq retarget 1 --vector 0x52 --vp 3"), STATUS_OK);
}

static void retarget_explains_each_error(void **state)
{
	static const struct {
		int error;
		const char *what;
		const char *next;
	} cases[] = {
		{ ENXIO, "refuses it altogether", "check device id" },
		{ EOPNOTSUPP, "there is no host that can be asked", "vtlirq doctor" },
		{ EINVAL, "the VP or the vector cannot be had", "give a VP that is online" },
		{ EPERM, "Operation not permitted", "run as root" },
		{ EIO, "Input/output error", "dmesg" },
	};

	(void)state;
	add_route(add_peer(), 1, 0x51, VTLIRQ_REASON_NONE);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		peers->steps[0] = '\0';
		peers->move_error = cases[i].error;
		assert_int_equal(run_command("vtlirq retarget 1 --vp 0"), STATUS_FAILED);
		assert_says(run.messages, "cannot move route 1 of process 5000001: ");
		assert_says(run.messages, cases[i].what);
		assert_says(run.messages, cases[i].next);
		assert_string_equal(run.output, "");
	}
}

/* ---- top: rates ---- */

static struct sample *make_sample(u64 when)
{
	struct sample *sample = calloc(1, sizeof(*sample));

	sample->when = when;
	sample->vps_when = when;
	sample->has_peers = true;
	sample->peers.count = 1;
	sample->peers.all = calloc(1, sizeof(*sample->peers.all));
	sample->peers.all[0].pid = 7;
	return sample;
}

static struct vtlirq_route_state *sample_route(struct sample *sample, u64 redirected,
					       u64 proxied)
{
	struct peer *peer = &sample->peers.all[0];
	struct vtlirq_route_state *route;

	peer->routes = realloc(peer->routes, (peer->count + 1) * sizeof(*peer->routes));
	route = &peer->routes[peer->count++];
	*route = (struct vtlirq_route_state){
		.id = peer->count, .vector = 0x50 + peer->count, .vps = 1,
		.delivery = VTLIRQ_REDIRECTED, .age_ms = sample->when / 1000000,
		.redirected = redirected, .proxied = proxied,
	};
	return route;
}

static void free_sample(struct sample *sample)
{
	sample_free(sample);
	free(sample);
}

static void rates_are_per_second_and_of_the_same_route(void **state)
{
	struct sample *old = make_sample(1000000000);
	struct sample *new = make_sample(1500000000);
	struct rates rates;

	(void)state;
	sample_route(old, 100, 10);
	sample_route(old, 0, 50);
	sample_route(new, 200, 10);
	/* It counts anew. */
	sample_route(new, 5, 40);
	/* It was not there. */
	sample_route(new, 1000, 0);
	rates_between(old, new, &rates);
	assert_int_equal(rates.route_count, 3);
	assert_true(rates.routes[0].redirected == 200 && rates.routes[0].proxied == 0);
	assert_true(rates.routes[1].redirected == 10 && rates.routes[1].proxied == RATE_UNKNOWN);
	assert_true(rates.routes[2].redirected == RATE_UNKNOWN);
	assert_true(rates.redirected == 210 && rates.proxied == 0);
	rates_free(&rates);
	/* The same process number, but another process. */
	new->peers.all[0].routes[0].age_ms = 100;
	rates_between(old, new, &rates);
	assert_true(rates.routes[0].redirected == RATE_UNKNOWN);
	rates_free(&rates);
	free_sample(new);
	free_sample(old);
}

/* The library shows the sum to each of the routes that share VP and vector. */
static void shared_counts_are_added_once(void **state)
{
	struct sample *old = make_sample(0);
	struct sample *new = make_sample(1000000000);
	struct rates rates;

	(void)state;
	for (int i = 0; i < 2; i++) {
		sample_route(old, 0, 0)->vector = 0x51;
		sample_route(new, 30, 4)->vector = 0x51;
	}
	rates_between(old, new, &rates);
	assert_true(rates.redirected == 30 && rates.proxied == 4);
	rates_free(&rates);
	/* What the driver says of VPs counts all, and goes before. */
	for (int i = 0; i < 2; i++) {
		struct sample *sample = i ? new : old;

		sample->vps = calloc(1, sizeof(*sample->vps));
		sample->vp_count = 1;
		sample->vps[0].redirected = i * 500;
		sample->vps[0].entries.entries = i * 70;
		sample->vps[0].has_entries = true;
	}
	rates_between(old, new, &rates);
	assert_true(rates.redirected == 500 && rates.proxied == 0);
	assert_true(rates.vps[0].entries == 70);
	rates_free(&rates);
	old->vps[0].has_entries = false;
	rates_between(old, new, &rates);
	assert_true(rates.vps[0].entries == RATE_UNKNOWN && rates.vps[0].redirected == 500);
	rates_free(&rates);
	free_sample(new);
	free_sample(old);
}

static void routes_are_sorted_by_each_order(void **state)
{
	static const u64 expected[][3] = {
		[ORDER_RATE] = { 2, 3, 1 },
		[ORDER_EXITS] = { 3, 1, 2 },
		[ORDER_ROUTE] = { 1, 2, 3 },
	};
	struct sample *old = make_sample(0);
	struct sample *new = make_sample(1000000000);
	struct rates rates;

	(void)state;
	for (int i = 0; i < 3; i++)
		sample_route(old, 0, 0);
	sample_route(new, 0, 10);
	sample_route(new, 100, 0);
	sample_route(new, 20, 30);
	rates_between(old, new, &rates);
	for (size_t order = 0; order < ARRAY_SIZE(expected); order++) {
		rates_sort(&rates, order);
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(rates.routes[i].state.id, expected[order][i]);
	}
	rates_free(&rates);
	free_sample(new);
	free_sample(old);
}

/* ---- top: what is seen ---- */

static void top_batch_has_sums_vps_and_routes(void **state)
{
	(void)state;
	make_mixed_peer();
	peers->step = 1000;
	assert_int_equal(run_command("vtlirq top --batch --interval 0.05 --count 2"), STATUS_OK);
	assert_says(run.output, "  1 process, 5 routes: 1 redirected, 4 proxied\n");
	assert_says(run.output, "interrupts/s: 0.0 redirected, 0.0 proxied; host exits/s: 0.0\n");
	assert_says(run.output, "\nVP  REDIRECTED/s  PROXIED/s  BLOCKED/s  ENTRIES/s ");
	assert_says(run.output, "\n 0           0.0        0.0        0.0        0.0 ");
	/* debugfs says nothing of VP 2's entries. */
	assert_says(run.output, "\n 2           0.0        0.0        0.0          - ");
	assert_says(run.output, "    PID  ROUTE                     DEVICE  VECTOR   VP         WAY  RED");
	assert_says(run.output, "      1  NVMe 00:01.0, interrupt 1    0x51    1  redirected");
	assert_says(run.output, "      2         0x8000000000000010    0x60    0     proxied");
	assert_says(run.output, "  refused:invalid-device-ID\n");
	assert_says(run.output, "0+3     proxied");
	assert_says_not(run.output, "nan");
	assert_int_equal(peers->asked, 3);
}

/* It comes with the third sample of four, and is gone in the last one. */
static void top_survives_processes_that_come_and_go(void **state)
{
	const char *report;

	(void)state;
	add_route(add_peer(), 1, 0x51, VTLIRQ_REASON_NONE);
	peers->shown_from = 2;
	peers->shown_until = 3;
	assert_int_equal(run_command("vtlirq top --interval 0.05 --count 3"), STATUS_OK);
	report = strstr(run.output, "0 processes, 0 routes");
	assert_non_null(report);
	assert_says(report, "no routes: no process publishes any in ");
	report = strstr(report, "1 process, 1 route: 1 redirected, 0 proxied");
	assert_non_null(report);
	assert_says(report, "redirected             -          -      0  -\n");
	assert_says(report, "0 processes, 0 routes");
}

static void top_says_what_it_cannot_see(void **state)
{
	(void)state;
	add_peer()->open_error = ETIMEDOUT;
	assert_int_equal(run_command("vtlirq top --interval 0.05 --count 1"), STATUS_OK);
	assert_says(run.output, "no routes: process 5000001 does not answer; see whether it is s");
	assert_says(run.messages, "process 5000001 does not answer");
	peers->count = 0;
	setenv("VTLIRQ_NODE", "/dev/no-such-node", 1);
	assert_int_equal(run_command("vtlirq top --interval 0.05 --count 1"), STATUS_FAILED);
	assert_says(run.output, "no VPs: /dev/no-such-node is missing: the driver is not loaded");
}

static void top_ends_at_a_signal(void **state)
{
	(void)state;
	start("vtlirq top --interval 0.05");
	read_until("no routes");
	kill(run.child, SIGINT);
	assert_int_equal(finish(), STATUS_OK);
}

/* A terminal of 24 lines, on which the command runs. */
static void start_on_terminal(const char *line)
{
	struct winsize size = { .ws_row = 24, .ws_col = 120 };

	memset(&run, 0, sizeof(run));
	run.messages_fd = memfd_create("messages", 0);
	setenv("TERM", "linux", 1);
	fflush(NULL);
	run.child = forkpty(&run.pipe, NULL, NULL, &size);
	assert_true(run.child >= 0);
	if (!run.child)
		run_child(line, STDOUT_FILENO, run.messages_fd);
}

static void finish_on_terminal(void)
{
	int status;

	/* Its terminal ends with it, which the reader gets as an error. */
	while (read(run.pipe, run.output, sizeof(run.output)) > 0)
		;
	assert_int_equal(waitpid(run.child, &status, 0), run.child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), STATUS_OK);
	close(run.messages_fd);
	close(run.pipe);
}

static void top_draws_a_screen_and_obeys_keys(void **state)
{
	(void)state;
	make_mixed_peer();
	start_on_terminal("vtlirq top --interval 0.1");
	read_until("q quit");
	assert_says(run.output, "routes by rate, every 0.1 s");
	assert_says(run.output, "refused:invalid-dev");
	assert_int_equal(write(run.pipe, "e", 1), 1);
	read_until("exits, every");
	assert_int_equal(write(run.pipe, "q", 1), 1);
	finish_on_terminal();
}

static void top_gives_the_terminal_back_at_a_signal(void **state)
{
	(void)state;
	start_on_terminal("vtlirq top --interval 0.1");
	read_until("q quit");
	kill(run.child, SIGTERM);
	finish_on_terminal();
}

/* ---- doctor ---- */

static void kernels_from_6_1_on_are_supported(void **state)
{
	static const char * const good[] = { "6.1.0-50-amd64", "6.1", "6.12.3", "7.2-rc1", "10.0" };
	static const char * const bad[] = { "6.0.19", "5.15.0-1", "4.4.0", "6", "", "x6.1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		if (!kernel_is_supported(good[i]))
			fail_msg("%s", good[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (kernel_is_supported(bad[i]))
			fail_msg("%s", bad[i]);
	}
}

static json_t *diagnosis_of(const char *name, bool *can_redirect)
{
	json_t *root;
	json_t *found = NULL;
	json_t *check;
	size_t i;

	run_command("vtlirq doctor --json");
	root = parse_json(run.output);
	*can_redirect = json_is_true(json_object_get(root, "can_redirect"));
	assert_int_equal(run.status, *can_redirect ? STATUS_OK : STATUS_FAILED);
	assert_int_equal(json_array_size(json_object_get(root, "checks")), 15);
	json_array_foreach(json_object_get(root, "checks"), i, check) {
		if (!strcmp(json_string_value(json_object_get(check, "name")), name))
			found = json_deep_copy(check);
	}
	assert_non_null(found);
	json_decref(root);
	return found;
}

static void assert_diagnosis(const char *name, const char *finding, const char *what,
			     bool expected)
{
	bool can_redirect;
	json_t *check = diagnosis_of(name, &can_redirect);
	const char *next = json_string_value(json_object_get(check, "next"));

	assert_json_text(check, "finding", finding);
	assert_says(json_string_value(json_object_get(check, "what")), what);
	/* Whatever is not as it should be comes with what to do. */
	assert_true(!strcmp(finding, "ok") || *next);
	assert_int_equal(can_redirect, expected);
	json_decref(check);
}

static int make_root_world(void **state)
{
	make_world(state);
	driver->user = 0;
	return 0;
}

static void doctor_finds_a_healthy_machine_healthy(void **state)
{
	(void)state;
	setenv("VTLIRQ_MODULES", fixture("modules"), 1);
	setenv("VTLIRQ_DEBUGFS", fixture("empty"), 1);
	assert_diagnosis("module", "ok", "mshv_vtl is loaded, version 0.2.0, vectors_per_cpu -1",
			 true);
	assert_diagnosis("vectors", "ok", "396 vectors are left on 2 CPUs", true);
	assert_diagnosis("host", "ok", "the host offers redirection", true);
	setenv("VTLIRQ_MODULES", "/no/such/folder", 1);
	setenv("VTLIRQ_CPUINFO", fixture("cpuinfo-tdx"), 1);
	assert_diagnosis("tdx", "ok", "CPU flag tdx_guest", true);
	assert_diagnosis("module", "ok", "no module mshv_vtl, but its node answers", true);
	assert_int_equal(run_command("vtlirq doctor"), STATUS_OK);
	assert_says(run.output, "\nok        hvcall       /dev/null_hvcall can be opened\n");
	assert_says(run.output, "\n\ninterrupts can be redirected now\n");
}

static void doctor_tells_what_keeps_from_redirecting(void **state)
{
	(void)state;
	driver->redirects = 0;
	assert_diagnosis("redirects", "no", "the driver cannot redirect on this machine", false);
	driver->redirects = -EOPNOTSUPP;
	assert_diagnosis("redirects", "unknown", "the driver does not say whether", false);
	driver->redirects = 1;
	driver->host_redirects = false;
	assert_diagnosis("host", "no", "the host does not offer redirection", false);
	driver->host_redirects = true;
	driver->has_host = false;
	assert_diagnosis("hvcall", "no", "cannot open /dev/null_hvcall, by which", false);
	driver->has_host = true;
	setenv(VTLIRQ_ENVIRONMENT_DISABLE, "1", 1);
	assert_diagnosis("environment", "no", "OPENHCL_DISABLE_PROXY_REDIRECT=1 forbids it", false);
	assert_diagnosis("host", "ok", "the host offers redirection", false);
	run_command("vtlirq doctor");
	assert_says(run.output, "\ninterrupts cannot be redirected now; see to: environment\n");
	unsetenv(VTLIRQ_ENVIRONMENT_DISABLE);
	assert_diagnosis("environment", "ok", "does not forbid it here", true);
}

static void doctor_without_a_driver_asks_to_load_it(void **state)
{
	(void)state;
	setenv("VTLIRQ_NODE", "/dev/no-such-node", 1);
	setenv("VTLIRQ_DEBUGFS", "/no/such/folder", 1);
	assert_diagnosis("module", "no", "module mshv_vtl is not loaded", false);
	assert_diagnosis("node", "no", "/dev/no-such-node is missing", false);
	assert_diagnosis("redirects", "unknown", "the driver cannot be asked", false);
	assert_diagnosis("host", "unknown", "the host cannot be asked", false);
	assert_diagnosis("vectors", "unknown", "there is no driver that has vectors", false);
	assert_diagnosis("tdx", "no", "no TDX guest", false);
	driver->is_foreign = true;
	setenv("VTLIRQ_NODE", "/dev/null", 1);
	assert_diagnosis("node", "no", "/dev/null is not a VTL driver's node", false);
	assert_diagnosis("module", "no", "module mshv_vtl is not loaded", false);
	assert_diagnosis("redirects", "unknown", "the driver cannot be asked", false);
}

/* Something else may have made the node: not every answer is a VTL driver's. */
static void doctor_is_not_taken_in_by_a_foreign_node(void **state)
{
	(void)state;
	driver->is_willing = true;
	assert_diagnosis("node", "no", "/dev/null is not a VTL driver's node", false);
	assert_diagnosis("module", "no", "module mshv_vtl is not loaded", false);
	assert_diagnosis("redirects", "unknown", "the driver cannot be asked", false);
	assert_diagnosis("vtl0", "unknown", "the driver cannot be asked", false);
	driver->is_willing = false;
	driver->is_openhcls = true;
	driver->redirects = -EOPNOTSUPP;
	assert_diagnosis("node", "ok", "makes VTL files, by a driver that is not vtlirq's", false);
}

/* What the driver does not count, only the kernel's log tells. */
static void doctor_reads_the_kernels_log_for_vectors_of_nobody(void **state)
{
	(void)state;
	setenv("VTLIRQ_DEBUGFS", fixture("empty"), 1);
	assert_diagnosis("unmapped", "ok", "by the driver's count and the kernel's log", true);
	setenv("VTLIRQ_KMSG", fixture("kmsg-no-handler"), 1);
	assert_diagnosis("unmapped", "no", "'No irq handler for vector': 4 times in the", true);
	setenv("VTLIRQ_KMSG", "/no/such/file", 1);
	assert_diagnosis("unmapped", "unknown", "the kernel's log, which tells of others, cannot",
			 true);
	setenv("VTLIRQ_DEBUGFS", fixture("typical"), 1);
	assert_diagnosis("unmapped", "no", "2 interrupts arrived on a vector with no", true);
}

static void doctor_asks_to_mount_only_what_can_be_mounted(void **state)
{
	(void)state;
	if (!access("/sys/kernel/debug/mshv_vtl", F_OK))
		skip();
	unsetenv("VTLIRQ_DEBUGFS");
	setenv("VTLIRQ_FILESYSTEMS", fixture("filesystems-without-debugfs"), 1);
	assert_diagnosis("debugfs", "no", "this kernel has no debugfs", true);
}

static void doctor_tells_what_is_only_worth_knowing(void **state)
{
	(void)state;
	assert_diagnosis("unmapped", "no", "2 interrupts arrived on a vector with no", true);
	driver->extensions = 0;
	assert_diagnosis("proxied", "no", "the driver does not take the host's messages", true);
	assert_diagnosis("vtl0", "no", "the driver cannot enter VTL0", true);
	run_command("vtlirq doctor");
	assert_says(run.output, "\n[no]      vtl0         the driver cannot enter VTL0\n"
				"                       next: ");
	setenv("VTLIRQ_DEBUGFS", "/no/such/folder", 1);
	assert_diagnosis("debugfs", "no", "cannot read /no/such/folder/cpus", true);
	assert_diagnosis("unmapped", "unknown", "the driver's counts cannot be read", true);
}

static void doctor_counts_the_vectors_that_are_left(void **state)
{
	(void)state;
	/* One of three CPUs still gives up vectors from quarantine. */
	setenv("VTLIRQ_DEBUGFS", fixture("full"), 1);
	assert_diagnosis("vectors", "no", "CPU 0-1: no vector is left, or the quota is", true);
	/* Of two that are online, both are full. */
	setenv("VTLIRQ_DEBUGFS", fixture("exhausted"), 1);
	assert_diagnosis("vectors", "no", "CPU 0-1: no vector is left, or the quota is", false);
	setenv("VTLIRQ_DEBUGFS", "/no/such/folder", 1);
	assert_diagnosis("vectors", "ok", "no VP has used up its quota", true);
	driver->quota = 2;
	driver->full_vps = 2;
	assert_diagnosis("vectors", "no", "VP 0-1: the quota is used up", true);
	driver->full_vps = VPS;
	assert_diagnosis("vectors", "no", "VP 0-2: the quota is used up", false);
}

static void doctor_wants_root(void **state)
{
	(void)state;
	driver->user = 65534;
	assert_diagnosis("root", "no", "not running as root", false);
}

/* ---- route ---- */

static int stop_holder(int number)
{
	kill(holder.child, number);
	run = holder;
	return finish();
}

static void routes_that_are_held_are_seen_moved_and_given_up(void **state)
{
	(void)state;
	start_holder("vtlirq route --device 0x8 --msi 0xfee00000:0 --vector 0x51 --vp 1 --count 2");
	while (!strstr(holder.output, "route=2")) {
		run = holder;
		assert_true(read_more());
		holder = run;
	}
	assert_says(holder.output, "route=1 device=0x8 msi=0xfee00000:0x0 vector=0x51 vp=1 way=redirected hardware_vector=0x25 reason=-\n");
	assert_says(holder.output, "route=2 device=0x8 msi=0xfee00000:0x1 vector=0x52 vp=1 ");
	assert_int_equal(driver->last_apic_id, 2);
	driver->counts[1][0x51] = (struct mshv_vector_counts){ 4711, 11 };
	assert_int_equal(run_command("vtlirq routes"), STATUS_OK);
	assert_says(run.output, " 4711       11 ");
	assert_says(run.output, ": 2 of 2 routes redirected; driver and host can redirect\n");
	run_command("vtlirq retarget 2 --vp 0 --vector 0x60");
	assert_string_equal(run.messages, "");
	assert_int_equal(run.status, STATUS_OK);
	assert_says(run.output, "\n after   0    0x60  redirected ");
	assert_int_equal(driver->last_apic_id, 0);
	assert_int_equal(run_command("vtlirq retarget 1 --way proxied"), STATUS_OK);
	assert_int_equal(run_command("vtlirq top --count 1 --interval 0.05"), STATUS_OK);
	assert_says(run.output, "1 process, 2 routes: 1 redirected, 1 proxied\n");
	assert_int_equal(stop_holder(SIGINT), STATUS_OK);
	assert_says(run.messages, "SIGINT: gave up 2 routes\n");
	assert_says(run.output, "vp=1 way=proxied hardware_vector=- reason=preferred\n");
	assert_balanced(3);
	assert_int_equal(run_command("vtlirq routes"), STATUS_OK);
	assert_says(run.output, "no process publishes routes");
}

static void route_falls_back_and_says_why(void **state)
{
	(void)state;
	driver->refusal = 0x57;
	run_command("vtlirq route --device 8 --msi 1:0 --vector 81 --vp 1 --seconds 0");
	assert_int_equal(run.status, STATUS_OK);
	assert_says(run.output, "way=proxied hardware_vector=- reason=refused:invalid-device-ID\n");
	assert_says(run.messages, "route 1 is proxied: the host refused: its answer was 0x0057");
	assert_says(run.messages, "time is over: gave up 1 route\n");
	assert_balanced(1);
	driver->refusal = 0;
	run_command("vtlirq route --device 8 --msi 1:0 --vector 81 --vps 0-1 --multicast --seconds 0");
	assert_says(run.output, " vp=0+1 way=proxied hardware_vector=- reason=multicast\n");
	run_command("vtlirq route --device 8 --msi 1:0 --vector 81 --vp 1 --proxied --seconds 0");
	assert_says(run.output, " reason=disabled\n");
	driver->map_error = ENODEV;
	run_command("vtlirq route --device 8 --msi 1:0 --vector 81 --vp 1 --seconds 0");
	assert_says(run.output, " reason=no-vector\n");
	assert_balanced(1);
}

static void route_that_cannot_be_made_fails(void **state)
{
	static const char line[] = "vtlirq route --device 8 --msi 1:2 --vector 81 --vp 1";

	(void)state;
	driver->refusal_of_all = 0x05;
	assert_int_equal(run_command(line), STATUS_FAILED);
	assert_says(run.messages, "cannot route MSI 0x1:0x2 of device 0x8 to vector 0x51: ");
	assert_says(run.messages, "refuses it altogether (invalid parameter)\n");
	assert_string_equal(run.output, "");
	driver->has_host = false;
	assert_int_equal(run_command(line), STATUS_FAILED);
	assert_says(run.messages, "there is no host that can be asked\n");
	assert_int_equal(driver->maps, driver->unmaps);
	setenv("VTLIRQ_DIRECTORY", "/dev/null/nowhere", 1);
	assert_int_equal(run_command(line), STATUS_FAILED);
	assert_says(run.messages, "cannot publish the routes in /dev/null/nowhere");
	setenv("VTLIRQ_NODE", "/dev/no-such-node", 1);
	assert_int_equal(run_command(line), STATUS_FAILED);
	assert_says(run.messages, "insmod mshv_vtl.ko");
}

static void route_warns_of_a_filter_that_is_closed(void **state)
{
	(void)state;
	pages[1]->proxy_irr_blocked[2] = 1U << (0x51 & 31);
	run_command("vtlirq route --device 8 --msi 1:0 --vector 0x51 --vp 1 --seconds 0");
	assert_says(run.messages, "VP 1: the VMM blocks vector 0x51 (proxy_irr_blocked)");
	run_command("vtlirq route --device 8 --msi 1:0 --vector 0x52 --vp 1 --seconds 0");
	assert_says_not(run.messages, "blocks");
}

static void wrong_values_of_the_new_commands_are_named(void **state)
{
	static const struct {
		const char *line;
		const char *message;
	} cases[] = {
		{ "vtlirq route --msi 1:1 --vector 81 --vp 0", "--device is missing" },
		{ "vtlirq route --device 8 --vector 81 --vp 0", "--msi is missing" },
		{ "vtlirq route --device 8 --msi 1:1 --vp 0", "--vector is missing" },
		{ "vtlirq route --device 8 --msi 1:1 --vector 81", "give --vp or --vps" },
		{ "vtlirq route --device x --msi 1:1", "--device: 'x' is no device id" },
		{ "vtlirq route --device 0x10000000000000000", "is no device id" },
		{ "vtlirq route --device 8 --msi 1", "--msi: '1' has no colon" },
		{ "vtlirq route --msi 1:0x100000000", "--msi DATA: 0x100000000 is out of range" },
		{ "vtlirq route --vector 15", "--vector: 15 is out of range; give 16 to 255" },
		{ "vtlirq route --vps 3-1", "--vps: 1 is out of range; give 3 to 4095" },
		{ "vtlirq route --vps 1,,2", "--vps: '' is not a number" },
		{ "vtlirq route --device 8 --msi 1:1 --vector 250 --vp 0 --count 7",
		  "from vector 250 on, give 1 to 6" },
		{ "vtlirq route --device 8 --msi 1:0xffffffff --vector 20 --vp 0 --count 2",
		  "has more than 32 bits" },
		{ "vtlirq route --rebalance 0", "--rebalance: 0 is out of range; give 0.01 to" },
		{ "vtlirq route --seconds 1.", "--seconds: '1.' is not a time in seconds" },
		{ "vtlirq retarget", "the route's number is missing" },
		{ "vtlirq retarget 1", "nothing is to change: give --vp, --vector or --way" },
		{ "vtlirq retarget 1 2 --vp 0", "unexpected argument '2'" },
		{ "vtlirq retarget x --vp 0", "ROUTE: 'x' is not a number" },
		{ "vtlirq retarget 1 --vp 4096", "--vp: 4096 is out of range; give 0 to 4095" },
		{ "vtlirq retarget 1 --way fast", "--way: 'fast' is neither" },
		{ "vtlirq routes --pid 0", "--pid: 0 is out of range" },
		{ "vtlirq routes now", "unexpected argument 'now'" },
		{ "vtlirq top --interval 0.01", "--interval: 0.01 is out of range; give 0.05 to" },
		{ "vtlirq top --interval 1.2345", "--interval: '1.2345' is not a time" },
		{ "vtlirq top --count 0", "--count: 0 is out of range" },
		{ "vtlirq doctor now", "unexpected argument 'now'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(run_command(cases[i].line), STATUS_USAGE);
		assert_says(run.messages, cases[i].message);
		assert_string_equal(run.output, "");
	}
}

/* ---- output that cannot be written ---- */

static void run_into_full_disk(const char *line)
{
	int full = open("/dev/full", O_WRONLY);
	int status;
	pid_t child;

	assert_true(full >= 0);
	run.messages_fd = memfd_create("messages", 0);
	fflush(NULL);
	child = fork();
	if (!child)
		run_child(line, full, run.messages_fd);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(full);
	memset(run.messages, 0, sizeof(run.messages));
	assert_true(pread(run.messages_fd, run.messages, OUTPUT_SIZE - 1, 0) >= 0);
	close(run.messages_fd);
	assert_true(WIFEXITED(status));
	run.status = WEXITSTATUS(status);
}

static void output_that_does_not_arrive_is_a_failure(void **state)
{
	static const char * const lines[] = {
		"vtlirq list", "vtlirq list --json", "vtlirq status",
		"vtlirq map --vector 0x51 --cpu 0", "vtlirq watch", "vtlirq routes",
		"vtlirq routes --json", "vtlirq doctor", "vtlirq top --interval 0.05",
		"vtlirq route --device 8 --msi 1:0 --vector 81 --vp 1"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		run_into_full_disk(lines[i]);
		assert_int_equal(run.status, STATUS_FAILED);
		assert_says(run.messages, "cannot write the output");
	}
	assert_balanced(2);
}

#define world_test(name)	cmocka_unit_test_setup(name, make_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(numbers_are_decimal_or_hexadecimal),
		world_test(lists_are_sorted_without_doubles_and_written_as_ranges),
		world_test(ages_show_the_two_units_that_matter),
		world_test(an_interrupt_is_taken_once_whenever_it_arrives),
		world_test(bits_without_the_flag_are_left_alone),
		world_test(a_mistyped_command_is_suggested),
		world_test(help_goes_to_standard_output),
		world_test(every_command_has_a_page_and_is_completed),
		world_test(a_wrong_value_names_the_option_and_the_range),
		world_test(list_is_a_table_sorted_by_cpu_and_vector),
		world_test(list_all_shows_quarantine_and_late_interrupts),
		world_test(list_of_nothing_says_so),
		world_test(list_again_and_again_ends_at_a_signal),
		world_test(list_json_has_numbers_under_promised_keys),
		world_test(columns_are_found_by_name),
		world_test(a_malformed_state_is_refused_with_line_and_column),
		world_test(list_of_a_cpu_that_is_not_there_fails),
		world_test(status_of_a_usable_driver_is_success),
		world_test(status_without_a_node_says_how_to_load_the_driver),
		world_test(status_tells_what_the_driver_cannot_do),
		world_test(status_without_debugfs_is_a_note),
		world_test(status_notes_cpus_that_are_full),
		world_test(without_rights_the_advice_is_to_be_root),
		world_test(map_holds_until_a_signal_and_unmaps),
		world_test(map_by_apic_id_finds_the_cpu),
		world_test(without_apic_ids_in_cpuinfo_the_driver_is_asked),
		world_test(map_of_many_prints_a_line_each),
		world_test(map_that_fails_half_way_gives_back),
		world_test(map_explains_each_error),
		world_test(map_reports_an_unmap_that_fails),
		world_test(watch_prints_what_is_relayed_while_it_runs),
		world_test(watch_looks_once_at_all_vps),
		world_test(watch_ends_at_a_signal_with_a_summary),
		world_test(watch_that_waits_in_vain_fails),
		world_test(watch_tells_that_vectors_are_blocked),
		world_test(watch_json_is_one_object_per_line),
		world_test(watch_survives_a_page_that_is_not_there),
		world_test(routes_is_a_table_with_reasons),
		world_test(routes_are_sorted_by_process_and_can_be_of_one),
		world_test(routes_tells_what_keeps_a_process_from_redirecting),
		world_test(routes_explains_each_reason_once),
		world_test(routes_of_nothing_says_so),
		world_test(routes_survives_processes_that_do_not_answer),
		world_test(routes_json_has_values_under_promised_keys),
		world_test(retarget_shows_before_and_after),
		world_test(retarget_takes_its_steps_in_the_cheap_order),
		world_test(retarget_of_a_route_that_falls_back_fails),
		world_test(retarget_wants_exactly_one_route),
		world_test(retarget_explains_each_error),
		world_test(rates_are_per_second_and_of_the_same_route),
		world_test(shared_counts_are_added_once),
		world_test(routes_are_sorted_by_each_order),
		world_test(top_batch_has_sums_vps_and_routes),
		world_test(top_survives_processes_that_come_and_go),
		world_test(top_says_what_it_cannot_see),
		world_test(top_ends_at_a_signal),
		world_test(top_draws_a_screen_and_obeys_keys),
		world_test(top_gives_the_terminal_back_at_a_signal),
		world_test(kernels_from_6_1_on_are_supported),
		cmocka_unit_test_setup(doctor_finds_a_healthy_machine_healthy, make_root_world),
		cmocka_unit_test_setup(doctor_tells_what_keeps_from_redirecting, make_root_world),
		cmocka_unit_test_setup(doctor_without_a_driver_asks_to_load_it, make_root_world),
		cmocka_unit_test_setup(doctor_tells_what_is_only_worth_knowing, make_root_world),
		cmocka_unit_test_setup(doctor_counts_the_vectors_that_are_left, make_root_world),
		cmocka_unit_test_setup(doctor_is_not_taken_in_by_a_foreign_node, make_root_world),
		cmocka_unit_test_setup(doctor_reads_the_kernels_log_for_vectors_of_nobody,
				       make_root_world),
		cmocka_unit_test_setup(doctor_asks_to_mount_only_what_can_be_mounted,
				       make_root_world),
		cmocka_unit_test_setup(doctor_wants_root, make_root_world),
		world_test(routes_that_are_held_are_seen_moved_and_given_up),
		world_test(route_falls_back_and_says_why),
		world_test(route_that_cannot_be_made_fails),
		world_test(route_warns_of_a_filter_that_is_closed),
		world_test(wrong_values_of_the_new_commands_are_named),
		world_test(output_that_does_not_arrive_is_a_failure),
	};

	/* Under nohup it is ignored, and the commands would leave it so. */
	signal(SIGHUP, SIG_DFL);
	return cmocka_run_group_tests(tests, make_driver, remove_driver);
}
