// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Tests of the command vtlirq that need no driver.
 *
 * A driver of this file's own stands behind ioctl() (linked with --wrap=ioctl); its
 * VTL file is a memory file, so that run pages can be mapped. The driver's state is
 * read from folders under fixtures/. Each command runs whole, in a child process, and
 * is judged by what its user sees: output, messages, exit status.
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
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/mshv_vtl.h>

#include "command.h"
#include "driver_state.h"
#include "number.h"
#include "run_page.h"
#include "table.h"

#define PAGE_BYTES		4096
#define VPS			3
#define FIRST_HARDWARE_VECTOR	0x25
#define OUTPUT_SIZE		65536
#define ARGUMENT_LIMIT		16
/* A test that hangs is a failure, not a pause. */
#define TEST_SECONDS		60

/* ---- the driver of this file's own ---- */

/**
 * struct fake_driver - how the driver behaves, and what was asked of it
 * @redirects: what it answers for MSHV_CAP_REDIRECTED_INTERRUPT
 * @is_foreign: it knows none of the ioctls
 * @map_error: errno of map calls, from call number @map_error_at on
 * @map_error_at: counted from 0
 * @unmap_error: errno of unmap calls
 * @maps: map calls that succeeded
 * @unmaps: unmap calls that succeeded
 * @last_apic_id: of the last map call
 */
struct fake_driver {
	int redirects;
	bool is_foreign;
	int map_error;
	int map_error_at;
	int unmap_error;
	int maps;
	int unmaps;
	unsigned int last_apic_id;
};

/* Shared with the child in which the command runs. */
static struct fake_driver *driver;
static int vtl_memory;
static struct mshv_vtl_run *pages[VPS];

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
	switch (request) {
	case MSHV_CHECK_EXTENSION:
		return answer_extension(argument);
	case MSHV_CREATE_VTL:
		return dup(vtl_memory);
	case MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT:
		return answer_map(argument);
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

static int make_driver(void **state)
{
	(void)state;
	driver = mmap(NULL, sizeof(*driver), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
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
	*driver = (struct fake_driver){ .redirects = 1 };
	for (int vp = 0; vp < VPS; vp++)
		memset(pages[vp], 0, PAGE_BYTES);
	setenv("VTLIRQ_NODE", "/dev/null", 1);
	setenv("VTLIRQ_DEBUGFS", fixture("typical"), 1);
	setenv("VTLIRQ_CPUINFO", fixture("cpuinfo"), 1);
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
		"vtlirq map --help", "vtlirq help watch"
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
		"vtlirq map --vector 0x51 --cpu 0", "vtlirq watch"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		run_into_full_disk(lines[i]);
		assert_int_equal(run.status, STATUS_FAILED);
		assert_says(run.messages, "cannot write the output");
	}
	assert_balanced(1);
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
		world_test(a_wrong_value_names_the_option_and_the_range),
		world_test(list_is_a_table_sorted_by_cpu_and_vector),
		world_test(list_all_shows_quarantine_and_late_interrupts),
		world_test(list_of_nothing_says_so),
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
		world_test(output_that_does_not_arrive_is_a_failure),
	};

	return cmocka_run_group_tests(tests, make_driver, NULL);
}
