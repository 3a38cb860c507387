// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Tests of the command vtlirq that need no driver.
 *
 * open() and ioctl() are replaced by a fake driver and host (linked with --wrap); the VTL
 * file is a memory file, so that run pages can be mapped. The driver's state is read from
 * files that the test writes. Processes that publish routes are either fakes behind the library's
 * calls for tools, or real processes. Each command runs completely in a child process, and a
 * test checks what its user sees: output, messages, exit status.
 *
 * Build and run from the top of the repository:
 *   make -C tools check
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/mshv_vtl.h>

#include <vtlirq.h>

#include "../harness/check.h"
#include "command.h"

#define PAGE_BYTES		4096
#define VPS			3
#define VECTORS			256
#define FIRST_HARDWARE_VECTOR	0x25
#define OUTPUT_SIZE		65536
#define ARGUMENT_LIMIT		20
/* A test that hangs fails after this time. */
#define TEST_SECONDS		60

/* ---- the fake driver ---- */

/**
 * struct fake_driver - the behaviour of the driver, and the requests that it received
 * @redirects: its answer for MSHV_CAP_REDIRECTED_INTERRUPT
 * @is_foreign: it knows none of the ioctls
 * @is_openhcls: it is OpenHCL's driver, without vtlirq's additions
 * @is_willing: a driver of another kind, which answers every request with 0
 * @map_error: errno of map calls, from call number @map_error_at on
 * @map_error_at: counted from 0
 * @unmap_error: errno of unmap calls
 * @extensions: its answer for PROXIED_INTERRUPT and LOWER_VTL_TIMER_VIRT
 * @has_host: there is a node for hypercalls
 * @host_redirects: the host offers redirection
 * @refusal: the host's status for a redirected retarget
 * @refusal_of_all: the host's status for any retarget
 * @quota: quota of each VP
 * @full_vps: how many VPs, from 0 on, have used up their quota
 * @user: the user id that the command sees, or -1 for the real one
 * @counts: the counts of each vector of each VP
 * @maps: map calls that succeeded
 * @unmaps: unmap calls that succeeded
 * @last_apic_id: APIC id of the last map call
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

/* This memory is shared with the child in which the command runs. */
static struct fake_driver *driver;
static int vtl_memory;

/* The folder in which real processes publish their routes. */
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

/* Only every second APIC id is used by a VP, as in CPUINFO. */
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

/* The hypercalls that the library makes, and the offsets of their fields. */
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

/* The result must not depend on the machine that runs the tests. */
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
	/* The library always uses this name for the driver's node. */
	if (!strcmp(path, "/dev/mshv"))
		return dup(vtl_memory);
	if (!strcmp(path, "/dev/mshv_hvcall") || !strcmp(path, "/dev/null_hvcall"))
		return driver->has_host ? dup(vtl_memory) : answer(ENOENT);
	return __real_open(path, flags, mode);
}

int __real_ioctl(int fd, unsigned long request, ...);

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (request == TIOCGWINSZ)
		return __real_ioctl(fd, request, argument);
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
		return driver->is_openhcls ? answer(ENOTTY) : answer_vp(argument);
	case MSHV_HVCALL_SETUP:
		return 0;
	case MSHV_HVCALL:
		return answer_hvcall(argument);
	default:
		return answer(ENOTTY);
	}
}

/* Only every second APIC id is used by a VP. */
int __wrap_vtlirq_vp_apic_id(uint32_t vp, uint32_t *apic_id)
{
	*apic_id = 2 * vp;
	return vp < VPS ? 0 : -ENOENT;
}

/* ---- fake processes that publish routes ---- */

#define PEERS_MAX	3
#define PEER_ROUTES	12
/* A real process cannot have this number: it is above the kernel's limit. */
#define PEER_PID	5000001

/**
 * struct fake_peer - a process that publishes routes
 * @open_error: why it cannot be reached, or 0
 * @ask_error: why it does not answer, or 0
 * @summary: summary of its context
 * @count: number of routes
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
 * struct fake_peers - all fake processes; if there are none, the real library is asked
 * @list_error: why they cannot be listed, or 0
 * @count: number of processes
 * @all: the processes; number n has pid PEER_PID + n
 * @asked: how often the first one was asked for its routes
 * @shown_from: the first one appears after it was asked so often
 * @shown_until: it disappears after it was asked so often; 0: it stays
 * @step: redirected interrupts of each route of the first one between two requests
 * @move_error: result of moving a route
 * @prefer_error: result of choosing its delivery
 * @keeps_delivery: a preference does not change the delivery
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
	bool keeps_delivery;
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

/* Lists the last process first, so that the command has to sort them. */
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
	/* A process that has not appeared yet is also counted as asked. */
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
	if (peers->keeps_delivery)
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

/* ---- the kernel's files that the commands read ---- */

#define CPUS	"cpu hardware_id online mapped quarantined free quota relayed blocked unmapped\n"
#define MAPPINGS "cpu hardware_id vector proxy_vector state references relayed blocked late age_ms\n"
#define CPU(number, apic_id, flags) \
	"processor\t: " #number "\nphysical id\t: 0\napicid\t\t: " #apic_id \
	"\ninitial apicid\t: " #apic_id "\nflags\t\t: " flags "\n\n"
#define CPUINFO(flags)	CPU(0, 0, flags) CPU(1, 2, flags) CPU(2, 4, flags)
#define NO_HANDLER(number) \
	"0,1040,2031417,-;__common_interrupt: 1." #number " No irq handler for vector\n"

static const struct {
	const char *name;
	const char *text;
} files[] = {
	{ "typical/cpus", CPUS
	  "0 0 1 1 0 201 0 10 0 0\n"
	  "1 2 1 2 1 61 64 1234611 3 2\n"
	  "2 4 1 0 0 202 0 0 0 0\n"
	  "3 - 0 0 0 0 0 0 0 0\n" },
	{ "typical/mappings", MAPPINGS
	  "1 2 0x26 0x52 mapped 2 1234567 3 0 4200\n"
	  "0 0 0x25 0x51 mapped 1 10 0 0 850\n"
	  "1 2 0x25 0x51 mapped 1 0 0 0 187000\n"
	  "1 2 0x27 0x60 quarantined 0 44 0 2 36000000\n" },
	{ "typical/vps",
	  "cpu entries handled halts user_returns kicks merged\n"
	  "0 1000 900 50 100 3 7\n"
	  "1 10 5 1 5 0 0\n" },
	{ "reordered/cpus",
	  "numa unmapped blocked relayed quota free quarantined mapped online hardware_id cpu\n"
	  "0 6 5 7 0 100 0 1 1 0 0\n" },
	{ "reordered/mappings",
	  "age_ms device state proxy_vector vector late blocked relayed references hardware_id cpu\n"
	  "5 0000:00:03.0 mapped 0x51 0x25 0 1 7 1 0 0\n" },
	{ "empty/cpus", CPUS "0 0 1 0 0 198 0 0 0 0\n1 2 1 0 0 198 0 0 0 0\n" },
	{ "empty/mappings", MAPPINGS },
	/* CPU 2 can still allocate vectors from quarantine. */
	{ "full/cpus", CPUS
	  "0 0 1 4 0 0 4 0 0 0\n1 2 1 198 0 0 0 0 0 0\n"
	  "2 4 1 190 8 0 0 0 0 0\n3 - 0 0 0 0 0 0 0 0\n" },
	{ "full/mappings", MAPPINGS },
	{ "exhausted/cpus", CPUS
	  "0 0 1 4 0 0 4 0 0 0\n1 2 1 198 0 0 0 0 0 0\n2 - 0 0 0 0 0 0 0 0\n" },
	{ "cpuinfo", CPUINFO("fpu apicid") },
	{ "cpuinfo-tdx", CPUINFO("fpu apic hypervisor tdx_guest") },
	{ "filesystems", "nodev\tproc\nnodev\tdebugfs\nnodev\ttracefs\n\text4\n" },
	{ "filesystems-without-debugfs", "nodev\tproc\nnodev\ttracefs\n\text4\n" },
	{ "kmsg", "6,1040,2031417,-;mshv_vtl: can redirect\n" },
	{ "kmsg-no-handler", NO_HANDLER(49) NO_HANDLER(50) NO_HANDLER(51) NO_HANDLER(52) },
	{ "modules/mshv_vtl/version", "0.2.0\n" },
	{ "modules/mshv_vtl/parameters/vectors_per_cpu", "-1\n" },
};

/* The folder of these files. */
static char fixtures[64];

static int file_write(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", fixtures, name);
	for (char *end = path + strlen(fixtures); (end = strchr(end + 1, '/'));) {
		*end = '\0';
		mkdir(path, 0700);
		*end = '/';
	}
	file = fopen(path, "w");
	return !file || fputs(text, file) < 0 || fclose(file) ? -1 : 0;
}

static int file_remove(const char *path, const struct stat *status, int type, struct FTW *place)
{
	return remove(path);
}

static int remove_driver(void **state)
{
	nftw(fixtures, file_remove, 8, FTW_DEPTH | FTW_PHYS);
	return rmdir(publications);
}

static int make_driver(void **state)
{
	driver = mmap(NULL, sizeof(*driver), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	peers = mmap(NULL, sizeof(*peers), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	strcpy(publications, "/tmp/vtlirq-test-XXXXXX");
	strcpy(fixtures, "/tmp/vtlirq-files-XXXXXX");
	if (peers == MAP_FAILED || !mkdtemp(publications) || !mkdtemp(fixtures))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		if (file_write(files[i].name, files[i].text))
			return -1;
	}
	vtl_memory = memfd_create("vtl", 0);
	if (driver == MAP_FAILED || vtl_memory < 0 || ftruncate(vtl_memory, VPS * PAGE_BYTES))
		return -1;
	return 0;
}

/* ---- running a command as a user does ---- */

/**
 * struct run - a command that runs, or that has ended
 * @child: its process
 * @pipe: pipe for its output
 * @messages_fd: file for its messages
 * @output: its output so far
 * @used: number of bytes in @output
 * @messages: its messages on standard error
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
/* A command that holds mappings or routes while another one is run. */
static struct run holder;

static const char *fixture(const char *name)
{
	static char path[4][128];
	static int next;
	char *text = path[next++ % 4];

	snprintf(text, sizeof(path[0]), "%s/%s", fixtures, name);
	return text;
}

/* The environment of a command: a driver that works, its state, three CPUs. */
static int make_world(void **state)
{
	*driver = (struct fake_driver){ .redirects = 1, .extensions = 1, .has_host = true,
					 .host_redirects = true, .user = -1 };
	memset(peers, 0, sizeof(*peers));
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

/* Starts a command line, such as "vtlirq mapping show". */
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

/* Reads more of the output. Returns false at its end. */
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

static void assert_runs(const char *line)
{
	assert_int_equal(run_command(line), STATUS_OK);
}

static void assert_shows(const char *line, const char *text)
{
	assert_runs(line);
	assert_says(run.output, text);
}

static void assert_fails(const char *line, const char *message)
{
	assert_int_equal(run_command(line), STATUS_FAILED);
	assert_says(run.messages, message);
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

static json_t *run_json(const char *line)
{
	assert_runs(line);
	return parse_json(run.output);
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

/* A table with a value of each kind, and with a missing value of each kind. */
static void a_table_shows_each_kind_of_value(void **state)
{
	struct row {
		u64 number;
		u32 small;
		double rate;
		char text[8];
		const char *string;
	};
	static const struct column all[] = {
		COLUMN("NUMBER", "a", NUMBER, struct row, number),
		COLUMN("HEX", "b", HEX, struct row, small),
		COLUMN("LIMIT", "c", LIMIT, struct row, small),
		COLUMN("FLAG", "d", FLAG, struct row, small),
		COLUMN("HIDDEN", "e", NUMBER, struct row, number, .show = ON_REQUEST),
		COLUMN("RATE", "f", RATE, struct row, rate),
		COLUMN("TEXT", "g", TEXT, struct row, text),
		COLUMN("STRING", "h", STRING, struct row, string),
	};
	static const struct columns columns = COLUMNS(all, struct row);
	static const struct row rows[] = {
		{ 7, 5, 12.34, "word", "two words" }, { UNKNOWN, 0, -1, "", NULL },
		{ 0, 300, 12345, "x", "y" },
	};
	char *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	table_print(stream, &columns, rows, ARRAY_SIZE(rows), false);
	fclose(stream);
	assert_string_equal(text,
			    "NUMBER    HEX  LIMIT  FLAG   RATE  TEXT  STRING\n"
			    "     7   0x05      5   yes   12.3  word  two words\n"
			    "     -   0x00   none    no      -     -  -\n"
			    "     0  0x12c    300   yes  12345     x  y\n");
	free(text);
}

static void ages_show_the_two_units_that_matter(void **state)
{
	static const struct column all[] = { { .heading = "A", .kind = AGE, .size = sizeof(u64) } };
	static const struct columns columns = COLUMNS(all, u64);
	static const u64 ages[] = { 0, 999, 1000, 59999, 60000, 3599999, 3600000, 86399999,
				    86400000, 1047600000 };
	char *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	table_print(stream, &columns, ages, ARRAY_SIZE(ages), false);
	fclose(stream);
	assert_string_equal(text, "     A\n   0ms\n 999ms\n  1.0s\n 59.9s\n 1m00s\n59m59s\n 1h00m\n"
				  "23h59m\n 1d00h\n12d03h\n");
	free(text);
}

/* ---- the first words ---- */

static void a_wrong_word_is_refused_with_the_right_ones(void **state)
{
	assert_int_equal(run_command("vtlirq lits"), STATUS_USAGE);
	assert_says(run.messages, "there is no object 'lits'; choose one of: route, mapping, vp, t");
	assert_int_equal(run_command("vtlirq route frobnicate"), STATUS_USAGE);
	assert_says(run.messages, "there is no verb 'frobnicate'; choose one of: show, hold, move");
	assert_int_equal(run_command("vtlirq"), STATUS_USAGE);
	assert_says(run.messages, "an object is missing");
	assert_string_equal(run.output, "");
}

static void words_may_be_shortened_and_show_left_out(void **state)
{
	static const char * const lines[] = { "vtlirq mapping", "vtlirq m s", "vtlirq map sho" };
	char whole[OUTPUT_SIZE];

	assert_runs("vtlirq mapping show");
	strcpy(whole, run.output);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_runs(lines[i]);
		assert_string_equal(run.output, whole);
	}
}

static char *read_tools_file(const char *name)
{
	char *path = memory_format("%s/%s", getenv("TOOLS") ?: "tools", name);
	char *text;
	int error = file_read(path, &text);

	if (error)
		fail_msg("%s: %s", path, strerror(-error));
	free(path);
	return text;
}

/* In the help, a line of a command begins with two spaces, the object and the verb. */
static void every_command_has_help_and_is_in_the_manual(void **state)
{
	char *manual = read_tools_file("man/vtlirq.8");
	char *overview;
	char object[16];
	int count = 0;
	char *line;

	assert_runs("vtlirq help");
	overview = strdup(run.output);
	for (line = strstr(overview, "\n  "); line; line = strstr(line + 1, "\n  "), count++) {
		char *command = memory_format("%.14s", line + 3);
		char *section;

		assert_int_equal(sscanf(command, "%15s", object), 1);
		while (command[strlen(command) - 1] == ' ')
			command[strlen(command) - 1] = '\0';
		while ((section = strstr(command, "  ")))
			memmove(section, section + 1, strlen(section));
		section = memory_format("\n.SS %s\n", command);
		assert_says(manual, section);
		free(section);
		section = memory_format("vtlirq %s --help", command);
		assert_shows(section, "Usage: vtlirq");
		assert_string_equal(run.messages, "");
		free(section);
		section = memory_format("vtlirq %s help", object);
		assert_shows(section, command);
		free(section);
		free(command);
	}
	assert_int_equal(count, 8);
	free(overview);
	free(manual);
	assert_runs("vtlirq --version");
	assert_int_equal(strncmp(run.output, "vtlirq ", 7), 0);
}

static void a_wrong_value_names_the_option_and_the_range(void **state)
{
	static const struct {
		const char *line;
		const char *message;
	} cases[] = {
		{ "mapping hold --vector 256 --cpu 0", "--vector: 256 is out of range; give 0" },
		{ "mapping hold --vector x --cpu 0", "--vector: 'x' is not a number; give 0" },
		{ "mapping hold --vector 1 --cpu 65536", "--cpu: 65536 is out of range; give" },
		{ "mapping hold --vector 250 --cpu 0 --count 7", "vector 250 on, give 1 to 6" },
		{ "mapping hold --vector 80 --cpu 0 --count 0", "--count: 0 is out of range" },
		{ "mapping hold --cpu 0", "--vector is missing" },
		{ "mapping hold --vector 80", "--cpu is missing" },
		{ "mapping show --cpu -1", "--cpu: '-1' is not a number; give 0 to 65535" },
		{ "mapping show --interval 0", "--interval: 0 is out of range; give 0.05 to" },
		{ "mapping show --reports 0", "--reports: 0 is out of range" },
		{ "mapping show now", "unexpected argument 'now'" },
		{ "vp show --frobnicate", "unrecognized option '--frobnicate'" },
		{ "route hold --msi 1:1 --vector 81 --vp 0", "--device is missing" },
		{ "route hold --device 8 --vector 81 --vp 0", "--msi is missing" },
		{ "route hold --device 8 --msi 1:1 --vp 0", "--vector is missing" },
		{ "route hold --device 8 --msi 1:1 --vector 81", "--vp is missing" },
		{ "route hold --device x --msi 1:1", "--device: 'x' is no device id" },
		{ "route hold --device 0x10000000000000000", "is no device id" },
		{ "route hold --msi 1", "--msi: '1' has no colon" },
		{ "route hold --msi 1:0x100000000", "--msi DATA: 0x100000000 is out of range" },
		{ "route hold --vector 15", "--vector: 15 is out of range; give 16 to 255" },
		{ "route hold --vp 3-1", "--vp: 1 is out of range; give 3 to 4095" },
		{ "route hold --vp 1,,2", "--vp: '' is not a number" },
		{ "route hold --device 8 --msi 1:1 --vector 250 --vp 0 --count 7",
		  "from vector 250 on, give 1 to 6" },
		{ "route hold --device 8 --msi 1:0xffffffff --vector 20 --vp 0 --count 2",
		  "has more than 32 bits" },
		{ "route hold --rebalance 0", "--rebalance: 0 is out of range; give 0.01 to" },
		{ "route hold --seconds 1.", "--seconds: '1.' is not a time in seconds" },
		{ "route move", "the route's number is missing" },
		{ "route move 1", "nothing is to change: give --vp, --vector or --delivery" },
		{ "route move 1 2 --vp 0", "unexpected argument '2'" },
		{ "route move x --vp 0", "ROUTE: 'x' is not a number" },
		{ "route move 1 --vp 4096", "--vp: 4096 is out of range; give 0 to 4095" },
		{ "route move 1 --delivery fast", "--delivery: 'fast' is neither" },
		{ "route show --pid 0", "--pid: 0 is out of range" },
		{ "top --interval 1.2345", "--interval: '1.2345' is not a time" },
		{ "doctor now", "unexpected argument 'now'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *line = memory_format("vtlirq %s", cases[i].line);

		assert_int_equal(run_command(line), STATUS_USAGE);
		assert_says(run.messages, cases[i].message);
		assert_string_equal(run.output, "");
		free(line);
	}
	assert_int_equal(driver->maps, 0);
}

/* ---- mapping show ---- */

static void mappings_are_sorted_by_cpu_and_vector(void **state)
{
	static const char expected[] =
		"CPU  APIC-ID  HARDWARE  PROXY  REFERENCES  RELAYED  BLOCKED    AGE\n"
		"  0        0      0x25   0x51           1       10        0  850ms\n"
		"  1        2      0x25   0x51           1        0        0  3m07s\n"
		"  1        2      0x26   0x52           2  1234567        3   4.2s\n"
		"1 vector in quarantine (--all shows them)\n";

	assert_runs("vtlirq mapping show");
	assert_string_equal(run.messages, "");
	assert_string_equal(run.output, expected);
	assert_shows("vtlirq mapping show --all --cpu 1",
		     "PROXY        STATE  REFERENCES  RELAYED  BLOCKED  LATE     AGE\n");
	assert_says(run.output, " 0x60  quarantined           0       44        0     2  10h00m\n");
	assert_says_not(run.output, "850ms");
	assert_says_not(run.output, "in quarantine");
	setenv("VTLIRQ_DEBUGFS", fixture("empty"), 1);
	assert_runs("vtlirq mapping show");
	assert_string_equal(run.output,
			    "no mapping: the host delivers every interrupt by message (proxied)\n");
}

static void mappings_in_json_have_promised_fields(void **state)
{
	json_t *mapping;
	json_t *root;

	assert_runs("vtlirq mapping show --json --all");
	/* A report is one line. */
	assert_ptr_equal(strchr(run.output, '\n'), run.output + strlen(run.output) - 1);
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
	json_decref(root);
	root = run_json("vtlirq mapping show --json");
	assert_int_equal(json_array_size(json_object_get(root, "mappings")), 3);
	json_decref(root);
}

static void columns_are_found_by_name(void **state)
{
	setenv("VTLIRQ_DEBUGFS", fixture("reordered"), 1);
	setenv("VTLIRQ_NODE", "/dev/no-such-node", 1);
	assert_shows("vtlirq mapping show",
		     "  0        0      0x25   0x51           1        7        1  5ms\n");
	assert_shows("vtlirq vp show",
		     " 0        0     yes       1            0   100   none           7        -        5         6 ");
}

static void a_malformed_state_is_refused_with_line_and_column(void **state)
{
	static const struct {
		const char *mappings;
		const char *message;
	} cases[] = {
		{ "", "line 1: the line that names the columns is expected" },
		{ "cpu hardware_id vector proxy_vector state references relayed late age_ms\n",
		  "line 1: no column is named blocked" },
		{ MAPPINGS "0 0 0x25 0x51 mapped 1 10 0 0 850\n0 0 0x26 0x5g mapped 1 10 0 0 850\n",
		  "line 3: column proxy_vector holds '0x5g', not a number" },
		{ MAPPINGS "0 0 0x25 0x51 mapped 1\n",
		  "line 2: the number of columns differs from the first" },
	};

	setenv("VTLIRQ_DEBUGFS", fixture("broken"), 1);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(file_write("broken/mappings", cases[i].mappings), 0);
		assert_fails("vtlirq mapping show", cases[i].message);
		assert_says(run.messages, "  next: ");
		assert_string_equal(run.output, "");
	}
}

static void reports_are_repeated_until_a_signal(void **state)
{
	start("vtlirq mapping show --interval 0.1");
	/* Wait for the headings of the second report. */
	read_until("\n\nCPU");
	kill(run.child, SIGINT);
	assert_int_equal(finish(), STATUS_OK);
	assert_runs("vtlirq vp show --interval 0.1 --reports 2 --json");
	assert_non_null(strstr(run.output, "]}\n{\"vps\":["));
	setenv("VTLIRQ_DEBUGFS", "/no/such/folder", 1);
	assert_fails("vtlirq mapping show --interval 0.1", "cannot read /no/such/folder/mappings");
	assert_says(run.messages, "next: correct or unset VTLIRQ_DEBUGFS");
}

/* ---- vp show ---- */

static void vps_come_from_debugfs_and_the_driver(void **state)
{
	json_t *root;
	json_t *vp;

	driver->counts[1][0x51] = (struct mshv_vector_counts){ 4711, 11 };
	assert_shows("vtlirq vp show",
		     "VP  APIC-ID  ONLINE  MAPPED  QUARANTINED  FREE  QUOTA  REDIRECTED  PROXIED  ");
	assert_says(run.output, "\n 1        2     yes       2            1    61     64        4711       11        0         2       0       10        5      1        5");
	/* CPU 3 is offline, so the driver does not know it. */
	assert_says(run.output, "\n 3        -      no       0            0     0   none           0        -        0         0       -        -");
	assert_string_equal(run.messages, "");
	root = run_json("vtlirq vp show --json --vp 1-3");
	assert_int_equal(json_array_size(json_object_get(root, "vps")), 3);
	vp = json_array_get(json_object_get(root, "vps"), 2);
	assert_json_number(vp, "vp", 3);
	assert_true(json_is_null(json_object_get(vp, "apic_id")));
	assert_true(json_is_false(json_object_get(vp, "online")));
	vp = json_array_get(json_object_get(root, "vps"), 0);
	assert_true(json_is_true(json_object_get(vp, "online")));
	assert_json_number(vp, "quota", 64);
	assert_json_number(vp, "free", 61);
	assert_json_number(vp, "proxied", 11);
	assert_json_number(vp, "user_returns", 5);
	assert_int_equal(json_object_size(vp), 17);
	assert_int_equal(json_array_size(json_object_get(root, "problems")), 0);
	json_decref(root);
}

static void vps_are_shown_from_one_source_if_the_other_is_missing(void **state)
{
	driver->quota = 9;
	setenv("VTLIRQ_DEBUGFS", "/no/such/folder", 1);
	assert_shows("vtlirq vp show --vp 0",
		     "\n 0        0     yes       0            0     -      9           0        0        0         -       -        -");
	assert_says(run.messages, "cannot read /no/such/folder/cpus");
	setenv("VTLIRQ_NODE", "/dev/no-such-node", 1);
	assert_fails("vtlirq vp show", "/dev/no-such-node is missing: the driver is not loaded");
	assert_string_equal(run.output, "");
	setenv("VTLIRQ_DEBUGFS", fixture("typical"), 1);
	assert_shows("vtlirq vp show",
		     "\n 1        2     yes       2            1    61     64     1234611        -        3         2 ");
	assert_fails("vtlirq vp show --vp 7",
		     "there is no CPU 7, and so no such VP\n  next: choose one of these: 0-3");
}

/* ---- mapping hold ---- */

static void assert_balanced(int maps)
{
	assert_int_equal(driver->maps, maps);
	assert_int_equal(driver->unmaps, maps);
}

static void mappings_are_held_until_a_signal(void **state)
{
	static const struct {
		int number;
		const char *name;
	} signals[] = { { SIGINT, "SIGINT" }, { SIGTERM, "SIGTERM" }, { SIGHUP, "SIGHUP" } };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		driver->maps = 0;
		driver->unmaps = 0;
		start("vtlirq mapping hold --vector 0x51 --cpu 1");
		read_until("\n");
		assert_string_equal(run.output,
				    "hardware_vector=0x25 cpu=1 apic_id=2 proxy_vector=0x51\n");
		assert_int_equal(driver->unmaps, 0);
		kill(run.child, signals[i].number);
		assert_int_equal(finish(), STATUS_OK);
		assert_says(run.messages, "holding until Ctrl-C, SIGTERM or SIGHUP\n");
		assert_says(run.messages, signals[i].name);
		assert_says(run.messages, ": unmapped 1 hardware vector on CPU 1\n");
		assert_balanced(1);
	}
}

static void the_hangup_is_ignored_under_nohup(void **state)
{
	signal(SIGHUP, SIG_IGN);
	start("vtlirq mapping hold --vector 0x51 --cpu 1");
	signal(SIGHUP, SIG_DFL);
	read_until("\n");
	kill(run.child, SIGHUP);
	kill(run.child, SIGTERM);
	assert_int_equal(finish(), STATUS_OK);
	assert_says(run.messages, "SIGTERM: unmapped 1 hardware vector");
}

static void mapping_hold_knows_the_apic_id_of_each_cpu(void **state)
{
	assert_runs("vtlirq mapping hold --vector 81 --cpu 2 --seconds 0");
	assert_string_equal(run.output, "hardware_vector=0x25 cpu=2 apic_id=4 proxy_vector=0x51\n");
	assert_int_equal(driver->last_apic_id, 4);
	assert_balanced(1);
	assert_fails("vtlirq mapping hold --vector 81 --cpu 3",
		     "--cpu 3: this CPU is offline, or does not exist");
}

static void mapping_hold_prints_a_record_each(void **state)
{
	json_t *root;

	assert_runs("vtlirq mapping hold --vector 0xfe --count 2 --cpu 0 --seconds 0");
	assert_string_equal(run.output,
			    "hardware_vector=0x25 cpu=0 apic_id=0 proxy_vector=0xfe\n"
			    "hardware_vector=0x26 cpu=0 apic_id=0 proxy_vector=0xff\n");
	assert_balanced(2);
	root = run_json("vtlirq mapping hold --vector 0x51 --cpu 0 --seconds 0 --json");
	assert_json_number(root, "proxy_vector", 0x51);
	json_decref(root);
}

static void mapping_hold_that_fails_half_way_unmaps(void **state)
{
	driver->map_error = ENODEV;
	driver->map_error_at = 2;
	assert_fails("vtlirq mapping hold --vector 0x51 --count 5 --cpu 2",
		     "mapped the first 2 of 5; unmapping them");
	assert_string_equal(run.output, "");
	assert_says(run.messages, "cannot map vector 0x53 on CPU 2");
	assert_int_equal(driver->unmaps, driver->maps);
	driver->map_error = 0;
	driver->unmap_error = ENOENT;
	assert_fails("vtlirq mapping hold --vector 0x51 --cpu 0 --seconds 0",
		     "cannot unmap hardware vector 0x27 on CPU 0");
	assert_says_not(run.messages, ": unmapped");
}

static void mapping_hold_explains_each_error(void **state)
{
	static const struct {
		int error;
		int vector;
		const char *what;
		const char *next;
	} cases[] = {
		{ ENODEV, 99, "no vector is left there, its quota is used up", "vectors_per_cpu" },
		{ ENOSPC, 99, "No space left", "free vectors" },
		{ EINVAL, 3, "Invalid argument", "give --vector 16 to 255" },
		{ EINVAL, 99, "Invalid argument", "vtlirq vp show whether that CPU is online" },
		{ ENOMEM, 99, "Cannot allocate memory", "free memory" },
		{ ENOTTY, 99, "Inappropriate ioctl", "this driver cannot redirect" },
		{ EPERM, 99, "Operation not", "run as root" },
		{ EIO, 99, "Input/output error", "dmesg" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *line = memory_format("vtlirq mapping hold --vector %d --cpu 0",
					   cases[i].vector);

		driver->map_error = cases[i].error;
		assert_fails(line, cases[i].what);
		assert_says(run.messages, cases[i].next);
		free(line);
	}
}

/* Root may open everything, so the test becomes another user for a moment. */
static void without_rights_the_advice_is_to_be_root(void **state)
{
	char path[] = "/tmp/vtlirq-test-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(chmod(path, 0), 0);
	setenv("VTLIRQ_NODE", path, 1);
	if (!geteuid())
		assert_int_equal(seteuid(65534), 0);
	run_command("vtlirq mapping hold --vector 0x51 --cpu 0");
	if (!getuid())
		assert_int_equal(seteuid(0), 0);
	unlink(path);
	assert_int_equal(run.status, STATUS_FAILED);
	assert_says(run.messages, "Permission denied\n  next: run as root");
}

/* ---- route show ---- */

/* A VMM with a route for each kind of fallback. */
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
	peer->summary.map_calls = 7;
}

static void routes_are_shown_with_reasons_and_processes(void **state)
{
	static const char expected[] =
		"    PID  ROUTE              DEVICE  MSI-DATA  VECTOR   VP    DELIVERY  HARDWARE                     REASON  REDIRECTED  PROXIED  RATE  MOVES   AGE  NAME\n"
		"5000001      1                 0x8      0x00    0x51    1  redirected      0x25                          -     1234567        0  1000      2  4.2s  NVMe 00:01.0, interrupt 1\n"
		"5000001      2  0x8000000000000010      0x01    0x60    0     proxied         -  refused:invalid-device-ID           0       44     0      0  4.2s  -\n"
		"5000001      3                 0x8      0x02    0x61    0     proxied         -                      quota           0        0     0      0  4.2s  -\n"
		"5000001      4                 0x8      0x03    0x62  0+3     proxied         -                      quota           0        0     0      0  4.2s  -\n"
		"5000001      5                 0x8      0x04    0x63    2     proxied         -                  error:EIO           0        0     0      0  4.2s  -\n"
		"\n"
		"    PID  ROUTES  REDIRECTED  DRIVER  HOST  DISABLED  POLICY  QUOTA  MAPS  RETARGETS  REFUSED  NOT-ASKED  PROMOTED  DEMOTED  MOVES  PROCESS\n"
		"5000001       5           1     yes   yes        no     yes   none     7          0        0          0         0        0      0  ?\n"
		"\n1 proxied: the host refused: ";

	make_mixed_peer();
	assert_runs("vtlirq route show");
	assert_string_equal(run.messages, "");
	assert_memory_equal(run.output, expected, strlen(expected));
	assert_says(run.output, "\n2 proxied: the quota is used up\n  next: see QUOTA");
	assert_says(run.output, "\n1 proxied: the host refused: its answer was 0x0057, invalid");
	assert_says(run.output, "\n1 proxied: the driver failed: Input/output error\n");
}

static void routes_of_several_processes_are_sorted(void **state)
{
	struct fake_peer *peer = add_peer();

	add_route(peer, 0, 0x51, VTLIRQ_REASON_REFUSED)->status = 0x57;
	add_route(peer, 0, 0x52, VTLIRQ_REASON_REFUSED)->status = 0x06;
	add_route(add_peer(), 1, 0x52, VTLIRQ_REASON_REFUSED)->status = 0x57;
	assert_runs("vtlirq route show");
	assert_true(strstr(run.output, "\n5000001 ") < strstr(run.output, "\n5000002 "));
	/* Each reason is explained only once. */
	assert_says(run.output, "\n2 proxied: the host refused: its answer was 0x0057, invalid dev");
	assert_says(run.output, "\n1 proxied: the host refused: its answer was 0x0006, access deni");
	assert_says_not(run.output, "\n1 proxied: the host refused: its answer was 0x0057");
	assert_fails("vtlirq route show --pid 4000000",
		     "process 4000000 publishes no routes\n  next: see vtlirq route");
}

static void the_absence_of_routes_is_reported(void **state)
{
	json_t *root;

	assert_shows("vtlirq route show", "no process publishes routes in /tmp/vtlirq-test-");
	assert_says(run.output, "vtlirq_publish()");
	setenv("VTLIRQ_DIRECTORY", "/no/such/folder", 1);
	root = run_json("vtlirq route show --json");
	assert_int_equal(json_array_size(json_object_get(root, "processes")), 0);
	json_decref(root);
	/* A process without a route has no table, but it is listed. */
	add_peer();
	assert_runs("vtlirq route show");
	assert_says_not(run.output, "DEVICE");
	assert_says(run.output, "\n5000001       0 ");
}

static void processes_that_do_not_answer_are_reported(void **state)
{
	json_t *root;

	add_peer()->open_error = EPROTO;
	add_route(add_peer(), 1, 0x52, VTLIRQ_REASON_NONE);
	assert_int_equal(run_command("vtlirq route show"), STATUS_FAILED);
	assert_says(run.output, "\n5000002 ");
	assert_says(run.messages, "process 5000001 was built with another version of libvtlirq");
	assert_int_equal(run_command("vtlirq route show --json"), STATUS_FAILED);
	root = parse_json(run.output);
	assert_int_equal(json_array_size(json_object_get(root, "processes")), 1);
	assert_int_equal(json_array_size(json_object_get(root, "problems")), 1);
	json_decref(root);
	peers->all[0] = (struct fake_peer){ .ask_error = ETIMEDOUT };
	assert_fails("vtlirq route show",
		     "process 5000001 does not answer\n  next: see whether it is st");
	/* A process that has ended in the meantime publishes nothing: that is no failure. */
	peers->all[0] = (struct fake_peer){ .open_error = ECONNREFUSED };
	assert_runs("vtlirq route show");
	assert_string_equal(run.messages, "");
	peers->list_error = EACCES;
	assert_fails("vtlirq route show", "Permission denied\n  next: run as root");
}

static void routes_in_json_have_promised_fields(void **state)
{
	json_t *root;
	json_t *process;
	json_t *route;

	make_mixed_peer();
	/* A name may hold any byte, and the JSON text must stay valid. */
	strcpy(peers->all[0].routes[2].name, "a \"b\" \\ \n \x80 c");
	root = run_json("vtlirq route show --json");
	process = json_array_get(json_object_get(root, "processes"), 0);
	assert_json_number(process, "pid", PEER_PID);
	assert_json_number(process, "redirected", 1);
	assert_true(json_is_true(json_object_get(process, "policy")));
	assert_int_equal(json_object_size(process), 16);
	route = json_array_get(json_object_get(root, "routes"), 0);
	assert_json_number(route, "pid", PEER_PID);
	assert_json_number(route, "hardware_vector", FIRST_HARDWARE_VECTOR);
	assert_true(json_is_null(json_object_get(route, "reason")));
	assert_json_text(route, "delivery", "redirected");
	assert_json_number(route, "redirected", 1234567);
	assert_json_number(route, "moves", 2);
	assert_json_text(route, "name", "NVMe 00:01.0, interrupt 1");
	assert_int_equal(json_object_size(route), 25);
	route = json_array_get(json_object_get(root, "routes"), 1);
	assert_true(json_is_null(json_object_get(route, "hardware_vector")));
	assert_json_text(route, "device_id", "0x8000000000000010");
	assert_json_number(route, "msi_data", 1);
	assert_json_text(route, "reason", "refused");
	assert_json_number(route, "host_status", 0x57);
	assert_json_text(route, "host_status_name", "invalid device ID");
	route = json_array_get(json_object_get(root, "routes"), 2);
	assert_json_text(route, "name", "a \"b\" \\ \n \xc2\x80 c");
	route = json_array_get(json_object_get(root, "routes"), 4);
	assert_json_number(route, "error", EIO);
	json_decref(root);
}

/* ---- route move ---- */

static void route_move_shows_before_and_after(void **state)
{
	static const char expected[] =
		"  WHEN  VP  VECTOR    DELIVERY  HARDWARE  REASON  MOVES\n"
		"before   1    0x51  redirected      0x25       -      0\n"
		" after   2    0x51  redirected      0x25       -      1\n";
	json_t *root;

	add_route(add_peer(), 1, 0x51, VTLIRQ_REASON_NONE);
	assert_runs("vtlirq route move 1 --vp 2");
	assert_string_equal(run.output, expected);
	assert_string_equal(run.messages, "");
	root = run_json("vtlirq route move --json --vector 0x77 1");
	assert_json_number(json_object_get(root, "before"), "proxy_vector", 0x51);
	assert_json_number(json_object_get(root, "after"), "proxy_vector", 0x77);
	assert_json_number(json_object_get(root, "after"), "vp", 2);
	json_decref(root);
	assert_string_equal(peers->steps, "rr");
}

/* The order must not allocate a hardware vector that the next step would free. */
static void route_move_takes_its_steps_in_the_cheap_order(void **state)
{
	add_route(add_peer(), 1, 0x51, VTLIRQ_REASON_NONE);
	assert_runs("vtlirq route move 1 --vp 2 --delivery proxied");
	assert_string_equal(peers->steps, "pr");
	assert_says(run.output, " proxied         -  preferred ");
	assert_runs("vtlirq route move 1 --vp 0 --delivery redirected");
	assert_string_equal(peers->steps, "prrp");
}

static void route_move_fails_if_the_route_falls_back(void **state)
{
	add_route(add_peer(), 1, 0x51, VTLIRQ_REASON_NO_VECTOR);
	peers->keeps_delivery = true;
	assert_int_equal(run_command("vtlirq route move 1 --delivery redirected"), STATUS_FAILED);
	assert_says(run.output, " after ");
	assert_says(run.messages, "route 1 stays proxied: no vector left on the CPU\n  next: see ");
}

static void route_move_needs_exactly_one_route(void **state)
{
	add_route(add_peer(), 1, 0x51, VTLIRQ_REASON_NONE);
	add_route(add_peer(), 1, 0x51, VTLIRQ_REASON_NONE);
	assert_fails("vtlirq route move 1 --vp 0",
		     "2 processes have a route 1\n  next: say which process by --pid");
	assert_fails("vtlirq route move 2 --vp 0", "there is no route 2\n");
	peers->count = 1;
	peers->all[0].routes[0].vps = 4;
	assert_fails("vtlirq route move 1 --vector 0x52",
		     "route 1 goes to 4 VPs, and this command moves to one\n");
	assert_string_equal(peers->steps, "");
	assert_runs("vtlirq route move 1 --vector 0x52 --vp 3");
}

static void route_move_explains_each_error(void **state)
{
	static const struct {
		int error;
		const char *what;
		const char *next;
	} cases[] = {
		{ ENXIO, "refuses it altogether", "check device id" },
		{ EOPNOTSUPP, "there is no host that can be asked", "vtlirq doctor" },
		{ EINVAL, "there is no such VP, or the vector", "give a VP that is online" },
		{ EPERM, "Operation not permitted", "run as root" },
		{ EIO, "Input/output error", "dmesg" },
	};

	add_route(add_peer(), 1, 0x51, VTLIRQ_REASON_NONE);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		peers->steps[0] = '\0';
		peers->move_error = cases[i].error;
		assert_fails("vtlirq route move 1 --vp 0",
			     "cannot move route 1 of process 5000001: ");
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
	sample->routes.process_count = 1;
	return sample;
}

static struct route *sample_route(struct sample *sample, u64 redirected, u64 proxied)
{
	struct routes *routes = &sample->routes;
	struct vtlirq_route_state state = {
		.id = routes->count + 1, .vector = 0x51 + routes->count, .vps = 1,
		.delivery = VTLIRQ_REDIRECTED, .age_ms = sample->when / 1000000,
		.redirected = redirected, .proxied = proxied,
	};

	routes->all = realloc(routes->all, (routes->count + 1) * sizeof(*routes->all));
	routes->all[routes->count] = route_describe(7, &state);
	return &routes->all[routes->count++];
}

static void free_sample(struct sample *sample)
{
	sample_free(sample);
	free(sample);
}

/* Compares two samples again, as if they had not been compared before. */
static void compare(const struct sample *old, struct sample *new)
{
	free(new->rates);
	new->rates = NULL;
	new->redirected = 0;
	new->proxied = 0;
	for (size_t i = 0; i < new->routes.count; i++) {
		new->routes.all[i].redirected_rate = RATE_UNKNOWN;
		new->routes.all[i].proxied_rate = RATE_UNKNOWN;
	}
	sample_compare(old, new);
}

static void rates_are_per_second_and_of_the_same_route(void **state)
{
	struct sample *old = make_sample(1000000000);
	struct sample *new = make_sample(1500000000);
	struct route *routes;

	sample_route(old, 100, 10);
	sample_route(old, 0, 50);
	sample_route(new, 200, 10);
	/* The counter of this route started again at 0. */
	sample_route(new, 5, 40);
	/* This route did not exist before. */
	sample_route(new, 1000, 0);
	compare(old, new);
	routes = new->routes.all;
	assert_true(routes[0].redirected_rate == 200 && routes[0].proxied_rate == 0);
	assert_true(routes[1].redirected_rate == 10 && routes[1].proxied_rate == RATE_UNKNOWN);
	assert_true(routes[2].redirected_rate == RATE_UNKNOWN);
	assert_true(new->redirected == 210 && new->proxied == 0);
	/* Another process has the same process number now. */
	routes[0].state.age_ms = 100;
	compare(old, new);
	assert_true(routes[0].redirected_rate == RATE_UNKNOWN);
	free_sample(new);
	free_sample(old);
}

static void add_vp(struct sample *sample, u64 redirected, u64 entries)
{
	sample->vps = calloc(1, sizeof(*sample->vps));
	sample->vp_count = 1;
	sample->vps[0].redirected = redirected;
	sample->vps[0].entries = entries;
}

/* The library reports the sum for each of the routes that share a VP and a vector. */
static void shared_counts_are_added_once(void **state)
{
	struct sample *old = make_sample(0);
	struct sample *new = make_sample(1000000000);

	for (int i = 0; i < 2; i++) {
		sample_route(old, 0, 0)->state.vector = 0x51;
		sample_route(new, 30, 4)->state.vector = 0x51;
	}
	compare(old, new);
	assert_true(new->redirected == 30 && new->proxied == 4);
	/* The driver's counters of VPs include all routes, so they are used instead. */
	add_vp(old, 0, 0);
	add_vp(new, 500, 70);
	compare(old, new);
	assert_true(new->redirected == 500 && new->proxied == 0);
	assert_true(new->rates[0].entries == 70);
	old->vps[0].entries = UNKNOWN;
	compare(old, new);
	assert_true(new->rates[0].entries == RATE_UNKNOWN && new->rates[0].redirected == 500);
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

	for (int i = 0; i < 3; i++)
		sample_route(old, 0, 0);
	sample_route(new, 0, 10);
	sample_route(new, 100, 0);
	sample_route(new, 20, 30);
	compare(old, new);
	for (size_t order = 0; order < ARRAY_SIZE(expected); order++) {
		sample_sort(new, order);
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(new->routes.all[i].state.id, expected[order][i]);
	}
	free_sample(new);
	free_sample(old);
}

/* ---- top: what is seen ---- */

static void top_batch_has_sums_vps_and_routes(void **state)
{
	json_t *route;
	json_t *root;

	make_mixed_peer();
	peers->step = 1000;
	assert_shows("vtlirq top --batch --interval 0.05 --reports 2",
		     "  1 process, 5 routes: 1 redirected, 4 proxied\n");
	assert_says(run.output, "interrupts/s: 0.0 redirected, 0.0 proxied; host exits/s: 0.0\n");
	assert_says(run.output, "\nVP  REDIRECTED/s  PROXIED/s  BLOCKED/s  ENTRIES/s ");
	assert_says(run.output, "\n 0           0.0        0.0        0.0        0.0 ");
	/* debugfs has no entry counter for VP 2. */
	assert_says(run.output, "\n 2           0.0        0.0        0.0          - ");
	assert_says(run.output, "    PID  ROUTE                     DEVICE  VECTOR   VP    DELIVERY  RED");
	assert_says(run.output, "      1  NVMe-00:01.0,-interrupt-1    0x51    1  redirected");
	assert_says(run.output, "      2         0x8000000000000010    0x60    0     proxied");
	assert_says(run.output, "  refused:invalid-device-ID\n");
	assert_says(run.output, "0+3     proxied");
	assert_says_not(run.output, "nan");
	assert_int_equal(peers->asked, 3);
	root = run_json("vtlirq top --json --interval 0.05 --reports 1");
	assert_json_number(json_object_get(root, "summary"), "redirected_routes", 1);
	assert_int_equal(json_array_size(json_object_get(root, "vps")), 4);
	route = json_array_get(json_object_get(root, "routes"), 0);
	assert_true(json_real_value(json_object_get(route, "redirected_rate")) > 0);
	json_decref(root);
}

/* The process exists only in the third of four samples. */
static void top_survives_processes_that_come_and_go(void **state)
{
	const char *report;

	add_route(add_peer(), 1, 0x51, VTLIRQ_REASON_NONE);
	peers->shown_from = 2;
	peers->shown_until = 3;
	assert_runs("vtlirq top --interval 0.05 --reports 3");
	report = strstr(run.output, "0 processes, 0 routes");
	assert_non_null(report);
	assert_says(report, "no routes: no process publishes any in ");
	report = strstr(report, "1 process, 1 route: 1 redirected, 0 proxied");
	assert_non_null(report);
	assert_says(report, "redirected             -          -      0  -\n");
	assert_says(report, "0 processes, 0 routes");
}

static void top_reports_what_it_cannot_read(void **state)
{
	add_peer()->open_error = ETIMEDOUT;
	assert_shows("vtlirq top --interval 0.05 --reports 1",
		     "no routes: process 5000001 does not answer; see whether it is s");
	assert_says(run.messages, "process 5000001 does not answer");
	peers->count = 0;
	setenv("VTLIRQ_NODE", "/dev/no-such-node", 1);
	setenv("VTLIRQ_DEBUGFS", "/no/such/folder", 1);
	assert_int_equal(run_command("vtlirq top --interval 0.05 --reports 1"), STATUS_FAILED);
	assert_says(run.output, "no VPs: /dev/no-such-node is missing: the driver is not loaded");
	run_command("vtlirq top --json --interval 0.05 --reports 1");
	assert_says(run.output, "/dev/no-such-node is missing: the driver is not loaded");
	json_decref(parse_json(run.output));
}

static void top_ends_at_a_signal(void **state)
{
	start("vtlirq top --interval 0.05");
	read_until("no routes");
	kill(run.child, SIGINT);
	assert_int_equal(finish(), STATUS_OK);
}

/* Runs the command on a terminal of 24 lines. */
static void start_on_terminal(const char *line, const char *kind)
{
	struct winsize size = { .ws_row = 24, .ws_col = 120 };

	memset(&run, 0, sizeof(run));
	run.messages_fd = memfd_create("messages", 0);
	setenv("TERM", kind, 1);
	fflush(NULL);
	run.child = forkpty(&run.pipe, NULL, NULL, &size);
	assert_true(run.child >= 0);
	if (!run.child)
		run_child(line, STDOUT_FILENO, run.messages_fd);
}

/* Reads the rest; when the command ends, reading from its terminal fails. */
static void finish_on_terminal(void)
{
	ssize_t got;
	int status;

	while ((got = read(run.pipe, run.output + run.used, OUTPUT_SIZE - 1 - run.used)) > 0)
		run.used += got;
	run.output[run.used] = '\0';
	assert_int_equal(waitpid(run.child, &status, 0), run.child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), STATUS_OK);
	assert_true(pread(run.messages_fd, run.messages, OUTPUT_SIZE - 1, 0) >= 0);
	close(run.messages_fd);
	close(run.pipe);
}

static void press(const char *keys)
{
	run.used = 0;
	run.output[0] = '\0';
	assert_int_equal(write(run.pipe, keys, strlen(keys)), strlen(keys));
}

static void top_draws_a_screen_and_handles_keys(void **state)
{
	make_mixed_peer();
	for (int i = 0; i < 4; i++)
		add_route(&peers->all[0], 2, 0x70 + i, VTLIRQ_REASON_NONE);
	start_on_terminal("vtlirq top --interval 0.1", "linux");
	read_until("q quit");
	assert_says(run.output, "by rate, every 0.1 s; q quit");
	assert_says(run.output, "refused:invalid-dev");
	press("e");
	read_until("exits, every");
	/* If the VPs are hidden, the screen has room for all routes. */
	press("v");
	read_until("\033[H");
	run.used = 0;
	read_until("q quit");
	assert_says_not(run.output, "ENTRIES/s");
	press("v\033[6~");
	read_until("\033[H");
	read_until("q quit");
	press("q");
	finish_on_terminal();
	assert_says(run.output, "\033[?25h\033[?1049l");
}

static void top_restores_the_terminal_at_a_signal(void **state)
{
	start_on_terminal("vtlirq top --interval 0.1", "linux");
	read_until("q quit");
	kill(run.child, SIGTERM);
	finish_on_terminal();
	assert_says(run.output, "\033[?25h\033[?1049l");
}

static void top_is_plain_on_an_unknown_terminal(void **state)
{
	start_on_terminal("vtlirq top --interval 0.1 --reports 1", "dumb");
	finish_on_terminal();
	assert_says(run.messages, "this kind of terminal is not known (TERM=dumb); as with --batch");
	assert_says_not(run.output, "\033");
}

/* ---- doctor ---- */

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
	assert_int_equal(json_array_size(json_object_get(root, "checks")), 13);
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

	assert_json_text(check, "finding", finding);
	assert_says(json_string_value(json_object_get(check, "what")), what);
	/* Each finding other than "ok" says what to do. */
	assert_int_equal(json_is_null(json_object_get(check, "next")), !strcmp(finding, "ok"));
	assert_int_equal(can_redirect, expected);
	json_decref(check);
}

static int make_root_world(void **state)
{
	make_world(state);
	driver->user = 0;
	return 0;
}

static void doctor_reports_a_healthy_machine(void **state)
{
	setenv("VTLIRQ_MODULES", fixture("modules"), 1);
	setenv("VTLIRQ_DEBUGFS", fixture("empty"), 1);
	assert_diagnosis("module", "ok", "mshv_vtl is loaded, version 0.2.0, vectors_per_cpu -1",
			 true);
	assert_diagnosis("vectors", "ok", "396 vectors are left on 2 VPs", true);
	assert_diagnosis("host", "ok", "the host offers redirection", true);
	setenv("VTLIRQ_MODULES", "/no/such/folder", 1);
	assert_diagnosis("machine", "no", "Linux 6.1.0-test, x86_64, no TDX guest, hypervisor: none",
			 true);
	setenv("VTLIRQ_CPUINFO", fixture("cpuinfo-tdx"), 1);
	assert_says(run.output, "no TDX guest");
	assert_shows("vtlirq doctor", "Linux 6.1.0-test, x86_64, a TDX guest, hypervisor: ");
	assert_diagnosis("module", "ok", "no module mshv_vtl, but its node answers", true);
	assert_shows("vtlirq doctor", "\nok        hvcall        /dev/null_hvcall can be opened\n");
	assert_says(run.output, "\n\ninterrupts can be redirected now\n");
}

static void doctor_reports_what_prevents_redirection(void **state)
{
	driver->redirects = 0;
	assert_diagnosis("redirects", "no", "the driver cannot redirect on this machine", false);
	driver->redirects = -EOPNOTSUPP;
	assert_diagnosis("redirects", "unknown", "the driver does not say whether", false);
	driver->redirects = 1;
	driver->host_redirects = false;
	assert_diagnosis("host", "no", "the host does not offer redirection", false);
	driver->host_redirects = true;
	driver->has_host = false;
	assert_diagnosis("hvcall", "no", "cannot open /dev/null_hvcall, which calls", false);
	driver->has_host = true;
	setenv(VTLIRQ_ENVIRONMENT_DISABLE, "1", 1);
	assert_diagnosis("environment", "no", "OPENHCL_DISABLE_PROXY_REDIRECT=1 forbids it", false);
	assert_diagnosis("host", "ok", "the host offers redirection", false);
	run_command("vtlirq doctor");
	assert_says(run.output, "\ninterrupts cannot be redirected now; correct first: environment\n");
	unsetenv(VTLIRQ_ENVIRONMENT_DISABLE);
	assert_diagnosis("environment", "ok", "does not forbid it here", true);
	driver->user = 65534;
	assert_diagnosis("root", "no", "not running as root", false);
}

static void doctor_without_a_driver_asks_to_load_it(void **state)
{
	setenv("VTLIRQ_NODE", "/dev/no-such-node", 1);
	setenv("VTLIRQ_DEBUGFS", "/no/such/folder", 1);
	assert_diagnosis("module", "no", "module mshv_vtl is not loaded", false);
	assert_diagnosis("node", "no", "/dev/no-such-node is missing", false);
	assert_diagnosis("redirects", "unknown", "the driver cannot be asked", false);
	assert_diagnosis("host", "unknown", "the host cannot be asked", false);
	assert_diagnosis("vectors", "unknown", "it is unknown how many vectors are left", false);
	driver->is_foreign = true;
	setenv("VTLIRQ_NODE", "/dev/null", 1);
	assert_diagnosis("node", "no", "/dev/null is not a VTL driver's node", false);
	assert_diagnosis("module", "no", "module mshv_vtl is not loaded", false);
	assert_diagnosis("redirects", "unknown", "the driver cannot be asked", false);
}

/* Another driver may have created the node, and it answers differently. */
static void doctor_detects_a_foreign_node(void **state)
{
	driver->is_willing = true;
	assert_diagnosis("node", "no", "/dev/null is not a VTL driver's node", false);
	assert_diagnosis("module", "no", "module mshv_vtl is not loaded", false);
	assert_diagnosis("redirects", "unknown", "the driver cannot be asked", false);
	assert_diagnosis("vtl0", "unknown", "the driver cannot be asked", false);
	driver->is_willing = false;
	driver->is_openhcls = true;
	driver->redirects = -EOPNOTSUPP;
	assert_diagnosis("node", "ok", "creates VTL files, by a driver that is not vtli", false);
}

/* Interrupts that the driver does not count are reported only in the kernel's log. */
static void doctor_reads_the_kernels_log_for_unmapped_vectors(void **state)
{
	setenv("VTLIRQ_DEBUGFS", fixture("empty"), 1);
	assert_diagnosis("unmapped", "ok", "by the driver's counter and the kernel's log", true);
	setenv("VTLIRQ_KMSG", fixture("kmsg-no-handler"), 1);
	assert_diagnosis("unmapped", "no", "'No irq handler for vector': 4 times in the", true);
	setenv("VTLIRQ_KMSG", "/no/such/file", 1);
	assert_diagnosis("unmapped", "unknown", "the kernel's log, which has the others, cannot",
			 true);
	setenv("VTLIRQ_DEBUGFS", fixture("typical"), 1);
	assert_diagnosis("unmapped", "no", "2 interrupts arrived on a vector with no", true);
}

static void doctor_asks_to_mount_only_what_can_be_mounted(void **state)
{
	if (!access("/sys/kernel/debug/mshv_vtl", F_OK))
		skip();
	unsetenv("VTLIRQ_DEBUGFS");
	setenv("VTLIRQ_FILESYSTEMS", fixture("filesystems-without-debugfs"), 1);
	assert_diagnosis("debugfs", "no", "this kernel has no debugfs", true);
}

static void doctor_reports_what_does_not_prevent_redirection(void **state)
{
	driver->extensions = 0;
	assert_diagnosis("proxied", "no", "the driver does not take the host's messages", true);
	assert_diagnosis("vtl0", "no", "the driver cannot enter VTL0", true);
	assert_shows("vtlirq doctor", "\n[no]      vtl0          the driver cannot enter VTL0\n                        next: ");
	setenv("VTLIRQ_DEBUGFS", "/no/such/folder", 1);
	assert_diagnosis("debugfs", "no", "cannot read /no/such/folder/cpus", true);
	assert_diagnosis("unmapped", "unknown", "the driver's counters cannot be read", true);
}

static void doctor_counts_the_vectors_that_are_left(void **state)
{
	setenv("VTLIRQ_DEBUGFS", fixture("full"), 1);
	assert_diagnosis("vectors", "no", "VP 0-1: no vector is left, or the quota is", true);
	/* Two CPUs are online, and both are full. */
	setenv("VTLIRQ_DEBUGFS", fixture("exhausted"), 1);
	assert_diagnosis("vectors", "no", "VP 0-1: no vector is left, or the quota is", false);
	setenv("VTLIRQ_DEBUGFS", "/no/such/folder", 1);
	assert_diagnosis("vectors", "ok", "no VP has used up its quota", true);
	driver->quota = 2;
	driver->full_vps = 1;
	assert_diagnosis("vectors", "no", "VP 0: no vector is left, or the quota is", true);
	driver->full_vps = VPS;
	assert_int_equal(run_command("vtlirq doctor"), STATUS_FAILED);
}

/* ---- route hold ---- */

static int stop_holder(int number)
{
	kill(holder.child, number);
	run = holder;
	return finish();
}

static void routes_that_are_held_are_seen_moved_and_destroyed(void **state)
{
	start_holder("vtlirq route hold --device 0x8 --msi 0xfee00000:0 --vector 0x51 --vp 1 --count 2");
	while (!strstr(holder.output, "route=2")) {
		run = holder;
		assert_true(read_more());
		holder = run;
	}
	assert_says(holder.output, "route=1 device_id=0x8 msi_address=0xfee00000 msi_data=0x00 proxy_vector=0x51 vp=1 delivery=redirected hardware_vector=0x25 reason=-\n");
	assert_says(holder.output, "route=2 device_id=0x8 msi_address=0xfee00000 msi_data=0x01 proxy_vector=0x52 vp=1 ");
	assert_int_equal(driver->last_apic_id, 2);
	driver->counts[1][0x51] = (struct mshv_vector_counts){ 4711, 11 };
	assert_shows("vtlirq route show", " 4711       11 ");
	assert_says(run.output, "       2           2     yes   yes        no ");
	assert_runs("vtlirq route move 2 --vp 0 --vector 0x60");
	assert_string_equal(run.messages, "");
	assert_says(run.output, "\n after   0    0x60  redirected ");
	assert_int_equal(driver->last_apic_id, 0);
	assert_runs("vtlirq route move 1 --delivery proxied");
	assert_shows("vtlirq top --reports 1 --interval 0.05",
		     "1 process, 2 routes: 1 redirected, 1 proxied\n");
	assert_int_equal(stop_holder(SIGINT), STATUS_OK);
	assert_says(run.messages, "SIGINT: destroyed 2 routes\n");
	assert_says(run.output, "vp=1 delivery=proxied hardware_vector=- reason=preferred\n");
	assert_balanced(3);
	assert_shows("vtlirq route show", "no process publishes routes");
}

static void route_hold_falls_back_and_says_why(void **state)
{
	driver->refusal = 0x57;
	assert_shows("vtlirq route hold --device 8 --msi 1:0 --vector 81 --vp 1 --seconds 0",
		     "delivery=proxied hardware_vector=- reason=refused\n");
	assert_says(run.messages, "route 1 is proxied: the host refused: its answer was 0x0057");
	assert_says(run.messages, "time is over: destroyed 1 route\n");
	assert_balanced(1);
	driver->refusal = 0;
	assert_shows("vtlirq route hold --device 8 --msi 1:0 --vector 81 --vp 0-1 --multicast --seconds 0",
		     " vp=0 delivery=proxied hardware_vector=- reason=multicast\n");
	assert_shows("vtlirq route hold --device 8 --msi 1:0 --vector 81 --vp 1 --proxied --seconds 0",
		     " reason=disabled\n");
	driver->map_error = ENODEV;
	assert_shows("vtlirq route hold --device 8 --msi 1:0 --vector 81 --vp 1 --seconds 0 --json",
		     "\"reason\":\"no-vector\"");
	json_decref(parse_json(run.output));
	assert_balanced(1);
}

static void route_hold_fails_if_a_route_cannot_be_created(void **state)
{
	static const char line[] = "vtlirq route hold --device 8 --msi 1:2 --vector 81 --vp 1";

	driver->refusal_of_all = 0x05;
	assert_fails(line, "cannot route MSI 0x1:0x2 of device 0x8 to vector 0x51: ");
	assert_says(run.messages, "refuses it altogether (invalid parameter)\n");
	assert_string_equal(run.output, "");
	driver->has_host = false;
	assert_fails(line, "there is no host that can be asked\n");
	assert_int_equal(driver->maps, driver->unmaps);
	setenv("VTLIRQ_DIRECTORY", "/dev/null/nowhere", 1);
	assert_fails(line, "cannot publish the routes in /dev/null/nowhere");
	setenv("VTLIRQ_NODE", "/dev/no-such-node", 1);
	assert_fails(line, "insmod mshv_vtl.ko");
}

/* ---- output that cannot be written ---- */

/* Runs a command line whose output goes to @file, which is closed. */
static void run_into(const char *line, int file)
{
	int status;
	pid_t child;

	assert_true(file >= 0);
	run.messages_fd = memfd_create("messages", 0);
	fflush(NULL);
	child = fork();
	if (!child)
		run_child(line, file, run.messages_fd);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(file);
	memset(run.messages, 0, sizeof(run.messages));
	assert_true(pread(run.messages_fd, run.messages, OUTPUT_SIZE - 1, 0) >= 0);
	close(run.messages_fd);
	assert_true(WIFEXITED(status));
	run.status = WEXITSTATUS(status);
}

static void output_that_does_not_arrive_is_a_failure(void **state)
{
	static const char * const lines[] = {
		"vtlirq help", "vtlirq mapping show", "vtlirq mapping show --json", "vtlirq vp show",
		"vtlirq mapping hold --vector 0x51 --cpu 0", "vtlirq mapping show --interval 0.05",
		"vtlirq route show", "vtlirq route show --json", "vtlirq doctor",
		"vtlirq top --interval 0.05",
		"vtlirq route hold --device 8 --msi 1:0 --vector 81 --vp 1"
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		run_into(lines[i], open("/dev/full", O_WRONLY));
		assert_int_equal(run.status, STATUS_FAILED);
		assert_says(run.messages, "cannot write the output");
	}
	assert_balanced(2);
}

static void a_reader_that_leaves_does_not_leave_a_route_behind(void **state)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	run_into("vtlirq route hold --device 8 --msi 1:0 --vector 81 --vp 1", ends[1]);
	assert_int_equal(run.status, STATUS_FAILED);
	assert_balanced(1);
}

#define world_test(name)	cmocka_unit_test_setup(name, make_world)
#define root_test(name)		cmocka_unit_test_setup(name, make_root_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(numbers_are_decimal_or_hexadecimal),
		world_test(lists_are_sorted_without_doubles_and_written_as_ranges),
		world_test(a_table_shows_each_kind_of_value),
		world_test(ages_show_the_two_units_that_matter),
		world_test(a_wrong_word_is_refused_with_the_right_ones),
		world_test(words_may_be_shortened_and_show_left_out),
		world_test(every_command_has_help_and_is_in_the_manual),
		world_test(a_wrong_value_names_the_option_and_the_range),
		world_test(mappings_are_sorted_by_cpu_and_vector),
		world_test(mappings_in_json_have_promised_fields),
		world_test(columns_are_found_by_name),
		world_test(a_malformed_state_is_refused_with_line_and_column),
		world_test(reports_are_repeated_until_a_signal),
		world_test(vps_come_from_debugfs_and_the_driver),
		world_test(vps_are_shown_from_one_source_if_the_other_is_missing),
		world_test(mappings_are_held_until_a_signal),
		world_test(the_hangup_is_ignored_under_nohup),
		world_test(mapping_hold_knows_the_apic_id_of_each_cpu),
		world_test(mapping_hold_prints_a_record_each),
		world_test(mapping_hold_that_fails_half_way_unmaps),
		world_test(mapping_hold_explains_each_error),
		world_test(without_rights_the_advice_is_to_be_root),
		world_test(routes_are_shown_with_reasons_and_processes),
		world_test(routes_of_several_processes_are_sorted),
		world_test(the_absence_of_routes_is_reported),
		world_test(processes_that_do_not_answer_are_reported),
		world_test(routes_in_json_have_promised_fields),
		world_test(route_move_shows_before_and_after),
		world_test(route_move_takes_its_steps_in_the_cheap_order),
		world_test(route_move_fails_if_the_route_falls_back),
		world_test(route_move_needs_exactly_one_route),
		world_test(route_move_explains_each_error),
		world_test(rates_are_per_second_and_of_the_same_route),
		world_test(shared_counts_are_added_once),
		world_test(routes_are_sorted_by_each_order),
		world_test(top_batch_has_sums_vps_and_routes),
		world_test(top_survives_processes_that_come_and_go),
		world_test(top_reports_what_it_cannot_read),
		world_test(top_ends_at_a_signal),
		world_test(top_draws_a_screen_and_handles_keys),
		world_test(top_restores_the_terminal_at_a_signal),
		world_test(top_is_plain_on_an_unknown_terminal),
		root_test(doctor_reports_a_healthy_machine),
		root_test(doctor_reports_what_prevents_redirection),
		root_test(doctor_without_a_driver_asks_to_load_it),
		root_test(doctor_detects_a_foreign_node),
		root_test(doctor_reads_the_kernels_log_for_unmapped_vectors),
		root_test(doctor_asks_to_mount_only_what_can_be_mounted),
		root_test(doctor_reports_what_does_not_prevent_redirection),
		root_test(doctor_counts_the_vectors_that_are_left),
		world_test(routes_that_are_held_are_seen_moved_and_destroyed),
		world_test(route_hold_falls_back_and_says_why),
		world_test(route_hold_fails_if_a_route_cannot_be_created),
		world_test(output_that_does_not_arrive_is_a_failure),
		world_test(a_reader_that_leaves_does_not_leave_a_route_behind),
	};

	/* nohup makes a process ignore this signal, and the commands would inherit that. */
	signal(SIGHUP, SIG_DFL);
	return cmocka_run_group_tests(tests, make_driver, remove_driver);
}
