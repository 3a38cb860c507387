// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Reads from a disk in the Linux that is measured, and counts what its CPU does in the
 * meantime. The same program runs in the same initial file system on each machine.
 *
 * The clock is the TSC, and a tick is an instruction (see bench/README.md). The CPU never idles: a
 * process of class SCHED_IDLE counts up in a loop of two instructions, which are subtracted. A
 * byte written to a debugging port tells the VMM that a phase begins or ends.
 *
 * Owns: the phases, the check that each I/O has read the data on the disk, and the output.
 * Must not know: on which machine it runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/aio_abi.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include <linux/fs.h>

#include "io.h"

#define BLOCK		4096u
#define DEPTH_MAX	64u
#define PHASES_MAX	16
#define ITERATIONS_MAX	32768u
#define LINE_LENGTH	512
#define SLEEP_NS	1000000
#define SETTLE_US	20000
#define DEVICE_TRIES	3000
/* The contents of the buffers before a read. The disk contains zeroes. */
#define PATTERN		0xa5
#define SPIN_INSTRUCTIONS 2

/**
 * struct phase - a phase of the measurement, and its result
 * @kind:       the kind of phase
 * @depth:      the number of I/Os that are in flight at a time
 * @count:      the number of I/Os, of sleeps, or of microseconds of spinning
 * @ticks:      the duration in ticks of the clock
 * @spins:      the iterations of the spinner
 * @interrupts: the interrupts of the disk's I/O queues
 * @waits:      how often the program asked for completions
 * @sleeps:     how often the program slept
 * @idle:       the kernel's own count of ticks without work
 * @each:       the ticks of an I/O without the spinner's, as the median over all rounds of
 *              submitting and waiting
 */
struct phase {
	const struct kind *kind;
	unsigned int depth;
	uint64_t count;
	uint64_t ticks;
	uint64_t spins;
	uint64_t interrupts;
	uint64_t waits;
	uint64_t sleeps;
	uint64_t idle;
	uint64_t each;
};

/**
 * struct kind - a kind of phase
 * @name:  its name on the command line
 * @spins: whether the spinner keeps the CPU busy
 * @run:   the function that carries out the phase
 */
struct kind {
	const char *name;
	bool spins;
	void (*run)(struct phase *phase);
};

/**
 * struct slots - the I/Os that can be in flight at a time
 * @blocks:   the I/O of each slot
 * @free:     the slots that are free
 * @free_count: the number of free slots
 */
struct slots {
	struct iocb blocks[DEPTH_MAX];
	unsigned int free[DEPTH_MAX];
	unsigned int free_count;
};

static int disk, port;
static uint64_t disk_blocks;
static uint8_t *buffers;
static aio_context_t context;
static volatile uint64_t *spins;
static uint64_t iterations[ITERATIONS_MAX];
static pid_t spinner;

static void __attribute__((format(printf, 1, 2), noreturn)) give_up(const char *format, ...)
{
	va_list arguments;

	printf(IO_PREFIX "failed: ");
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
	if (spinner > 0)
		kill(spinner, SIGKILL);
	exit(1);
}

/* --- the spinner ----------------------------------------------------------- */

static void __attribute__((noreturn)) spin(void)
{
	const struct sched_param parameters = { 0 };

	if (sched_setscheduler(0, SCHED_IDLE, &parameters))
		_exit(1);
	asm volatile("1: addq $1, %0; jmp 1b" : "+m"(*spins));
	_exit(1);
}

static void spinner_start(void)
{
	spins = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (spins == MAP_FAILED)
		give_up("no memory");
	spinner = fork();
	if (spinner < 0)
		give_up("fork: %s", strerror(errno));
	if (!spinner)
		spin();
}

/* --- the kernel's counters ------------------------------------------------- */

/* Add up the numbers that follow a word, over all lines of a file. */
static uint64_t file_sum(const char *path, const char *word)
{
	char line[LINE_LENGTH];
	uint64_t sum = 0;
	FILE *file = fopen(path, "re");
	char *place;

	if (!file)
		give_up("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		place = strstr(line, word);
		if (place)
			sum += strtoull(place + strlen(word), NULL, 10);
	}
	fclose(file);
	return sum;
}

static uint64_t idle_ns(void)
{
	return file_sum("/proc/timer_list", ".idle_sleeptime : ") +
	       file_sum("/proc/timer_list", ".iowait_sleeptime: ");
}

static uint64_t sleeps(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_nvcsw;
}

/* Count the interrupts of the I/O queues, on the only CPU. Queue 0 is the admin queue. */
static uint64_t interrupts(void)
{
	char line[LINE_LENGTH], *colon, *queue;
	FILE *file = fopen("/proc/interrupts", "re");
	uint64_t sum = 0;

	if (!file)
		give_up("/proc/interrupts: %s", strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		colon = strchr(line, ':');
		queue = strstr(line, "nvme0q");
		if (colon && queue && queue[strlen("nvme0q")] != '0')
			sum += strtoull(colon + 1, NULL, 10);
	}
	fclose(file);
	return sum;
}

/* --- rounds ---------------------------------------------------------------- */

/** struct instant - the clock and the spinner's iterations at one time */
struct instant {
	uint64_t tsc;
	uint64_t spins;
};

static struct instant instant_now(void)
{
	return (struct instant){ .tsc = __rdtsc(), .spins = *spins };
}

/* Record the ticks for each of the @ios I/Os that completed since @before. Return: now. */
static struct instant iteration_end(struct phase *phase, struct instant before, unsigned int ios)
{
	struct instant now = instant_now();

	iterations[phase->waits++] = (now.tsc - before.tsc -
				      (now.spins - before.spins) * SPIN_INSTRUCTIONS) / ios;
	return now;
}

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

static uint64_t iterations_median(const struct phase *phase)
{
	if (!phase->waits)
		return 0;
	qsort(iterations, phase->waits, sizeof(iterations[0]), compare);
	return iterations[(phase->waits - 1) / 2];
}

/* --- I/Os ------------------------------------------------------------------ */

static uint64_t offset_next(void)
{
	static uint64_t state = 0x2545f4914f6cdd1dULL;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % disk_blocks * BLOCK;
}

/* Read one block at a time, as an ordinary program does. */
static void run_single(struct phase *phase)
{
	struct instant now = instant_now();

	while (phase->waits < phase->count) {
		if (pread(disk, buffers, BLOCK, offset_next()) != BLOCK)
			give_up("read: %s", strerror(errno));
		now = iteration_end(phase, now, 1);
	}
}

static unsigned int slots_submit(struct slots *slots, uint64_t most)
{
	struct iocb *asked[DEPTH_MAX], *block;
	unsigned int count = 0, place;

	while (slots->free_count && count < most) {
		place = slots->free[--slots->free_count];
		block = &slots->blocks[place];
		*block = (struct iocb){
			.aio_lio_opcode = IOCB_CMD_PREAD,
			.aio_fildes = disk,
			.aio_buf = (uintptr_t)buffers + place * BLOCK,
			.aio_nbytes = BLOCK,
			.aio_offset = offset_next(),
			.aio_data = place,
		};
		asked[count++] = block;
	}
	if (count && syscall(SYS_io_submit, context, count, asked) != (long)count)
		give_up("io_submit: %s", strerror(errno));
	return count;
}

static unsigned int slots_complete(struct slots *slots)
{
	struct io_event events[DEPTH_MAX];
	long count, i;

	count = syscall(SYS_io_getevents, context, 1, DEPTH_MAX, events, NULL);
	if (count < 1)
		give_up("io_getevents: %s", strerror(errno));
	for (i = 0; i < count; i++) {
		if (events[i].res != BLOCK)
			give_up("an I/O has read %lld bytes", (long long)events[i].res);
		slots->free[slots->free_count++] = events[i].data;
	}
	return count;
}

static void run_queue(struct phase *phase)
{
	struct instant now = instant_now();
	uint64_t submitted = 0, completed = 0;
	unsigned int count;
	struct slots slots;

	for (slots.free_count = 0; slots.free_count < phase->depth; slots.free_count++)
		slots.free[slots.free_count] = slots.free_count;
	while (completed < phase->count) {
		submitted += slots_submit(&slots, phase->count - submitted);
		count = slots_complete(&slots);
		completed += count;
		now = iteration_end(phase, now, count);
	}
}

static void run_read(struct phase *phase)
{
	if (phase->depth == 1)
		run_single(phase);
	else
		run_queue(phase);
}

/* --- phases without I/O ---------------------------------------------------- */

static void run_nothing(struct phase *phase)
{
	phase->count = 0;
}

static void run_spin(struct phase *phase)
{
	usleep(phase->count);
}

static void run_sleep(struct phase *phase)
{
	const struct timespec pause = { .tv_nsec = SLEEP_NS };
	uint64_t i;

	for (i = 0; i < phase->count; i++)
		nanosleep(&pause, NULL);
}

static const struct kind kinds[] = {
	{ "nothing", true, run_nothing },
	{ "spin", true, run_spin },
	{ "read", true, run_read },
	{ "sleep", false, run_sleep },
};

/* --- measuring ------------------------------------------------------------- */

static void mark(char byte)
{
	if (pwrite(port, &byte, 1, IO_PORT_DEBUG) != 1)
		give_up("/dev/port: %s", strerror(errno));
}

/* Between its two marks, the program only carries out the phase. */
static void phase_run(struct phase *phase)
{
	memset(buffers, PATTERN, DEPTH_MAX * BLOCK);
	memset(iterations, 0, sizeof(iterations));
	if (!phase->kind->spins)
		kill(spinner, SIGSTOP);
	usleep(SETTLE_US);
	phase->interrupts = interrupts();
	phase->idle = idle_ns();
	phase->sleeps = sleeps();
	mark(IO_MARK_BEGIN);
	phase->spins = *spins;
	phase->ticks = __rdtsc();
	phase->kind->run(phase);
	phase->ticks = __rdtsc() - phase->ticks;
	phase->spins = *spins - phase->spins;
	mark(IO_MARK_END);
	phase->sleeps = sleeps() - phase->sleeps;
	phase->idle = idle_ns() - phase->idle;
	phase->each = iterations_median(phase);
	phase->interrupts = interrupts() - phase->interrupts;
	if (!phase->kind->spins)
		kill(spinner, SIGCONT);
}

/* Check that each buffer that was used contains the data on the disk. */
static void phase_verify(const struct phase *phase)
{
	size_t i;

	for (i = 0; i < (size_t)phase->depth * BLOCK; i++) {
		if (buffers[i])
			give_up("byte %zu is not what is on the disk", i);
	}
}

static void phase_print(unsigned int number, const struct phase *phase)
{
	printf(IO_PREFIX "%u %s depth=%u count=%" PRIu64 " ticks=%" PRIu64 " spin=%" PRIu64
	       " interrupts=%" PRIu64 " waits=%" PRIu64 " sleeps=%" PRIu64 " idle=%" PRIu64
	       " each=%" PRIu64 "\n", number,
	       phase->kind->name, phase->depth, phase->count, phase->ticks,
	       phase->spins * SPIN_INSTRUCTIONS, phase->interrupts, phase->waits, phase->sleeps,
	       phase->idle, phase->each);
}

/* --- command line and disk ------------------------------------------------- */

/* Parse NAME, NAME:COUNT or read:COUNT:DEPTH. */
static void phase_parse(const char *text, struct phase *phase)
{
	char name[16] = "";
	size_t i;

	if (sscanf(text, "%15[a-z]:%" SCNu64 ":%u", name, &phase->count, &phase->depth) < 1)
		give_up("'%s' is no phase", text);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strcmp(kinds[i].name, name))
			phase->kind = &kinds[i];
	}
	if (!phase->kind || phase->depth > DEPTH_MAX ||
	    (phase->kind->run == run_read && phase->count > ITERATIONS_MAX) ||
	    (phase->kind->run == run_read && (!phase->depth || phase->count < phase->depth)))
		give_up("'%s' is no phase", text);
}

/* The disk's device node appears some time after the driver was loaded. */
static void disk_open(const char *path)
{
	unsigned int tries = 0;
	uint64_t bytes;

	do {
		disk = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
		if (disk < 0)
			usleep(SETTLE_US);
	} while (disk < 0 && ++tries < DEVICE_TRIES);
	if (disk < 0 || ioctl(disk, BLKGETSIZE64, &bytes))
		give_up("%s: %s", path, strerror(errno));
	disk_blocks = bytes / BLOCK;
	if (posix_memalign((void **)&buffers, BLOCK, DEPTH_MAX * BLOCK))
		give_up("no memory");
	if (syscall(SYS_io_setup, DEPTH_MAX, &context))
		give_up("io_setup: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	static struct phase phases[PHASES_MAX];
	int count = argc - 2, i;

	if (count < 1 || count > PHASES_MAX)
		give_up("needs a disk and 1 to %u phases", PHASES_MAX);
	for (i = 0; i < count; i++)
		phase_parse(argv[i + 2], &phases[i]);
	disk_open(argv[1]);
	port = open("/dev/port", O_RDWR | O_CLOEXEC);
	if (port < 0)
		give_up("/dev/port: %s", strerror(errno));
	spinner_start();
	for (i = 0; i < count; i++) {
		phase_run(&phases[i]);
		phase_verify(&phases[i]);
	}
	/* The results are printed at the end, so that the console is quiet during the phases. */
	for (i = 0; i < count; i++)
		phase_print(i, &phases[i]);
	kill(spinner, SIGKILL);
	waitpid(spinner, NULL, 0);
	puts(IO_PREFIX "done");
	return 0;
}
