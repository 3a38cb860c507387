// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Measures what map and unmap cost, as user space calls them, and compares that with a bare
 * vector. A bare vector is only allocated by the kernel's allocator and freed, by a system
 * call of the same kind with an argument of the same size.
 *
 * Each measurement is repeated with different numbers of existing mappings.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <linux/mshv_vtl.h>

#include "../../lines/lines.h"
#include "program.h"

#define GROUP		"map"
#define PROXY_FIRST	16
#define VECTORS_MAX	256

/* No ioctl has this number: the call is decoded, and fails. */
#define EMPTY_COMMAND	_IO(MSHV_IOCTL, 0xff)

/* A hardware vector that is never mapped. */
#define NOT_MAPPED	16

/*
 * Deferred work (grace periods, and the work that frees) ends within this many iterations
 * after the last unmap. They take a tenth of a second of the VM's time.
 */
#define SETTLE_ITERATIONS	50000000UL

/*
 * How often a total is measured, each time with one more mapping; its median is reported.
 * For both subjects, the fill level of the slabs decides whether each iteration frees and
 * allocates pages.
 */
#define ROUNDS		8

/**
 * struct subject - one of the two kinds of vectors that are compared
 * @name:    its name in the output
 * @fd:      the file descriptor
 * @command_map:   the ioctl that allocates a vector
 * @command_unmap: the ioctl that frees it
 * @empty:   the cost of an ioctl on that file that does nothing, including the clock's
 * @held:    the vectors that exist besides the one that is measured
 * @count:   the number of vectors in @held
 */
struct subject {
	const char *name;
	int fd;
	unsigned long command_map;
	unsigned long command_unmap;
	int64_t empty;
	unsigned int held[VECTORS_MAX];
	unsigned int count;
};

/* The argument of the ioctls of either kind. */
union argument {
	struct mshv_map_device_intr driver;
	struct bench_bare bare;
};

static int64_t map_ticks[SAMPLES], unmap_ticks[SAMPLES], pair_ticks[SAMPLES];

static bool is_driver(const struct subject *subject)
{
	return subject->command_map == MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT;
}

static union argument map_argument(const struct subject *subject, unsigned int proxy_vector)
{
	union argument argument = { };

	if (is_driver(subject)) {
		argument.driver.vector = proxy_vector;
		argument.driver.create_mapping = 1;
	}
	return argument;
}

static union argument unmap_argument(const struct subject *subject, unsigned int vector)
{
	union argument argument = { };

	if (is_driver(subject))
		argument.driver.vector = vector;
	else
		argument.bare.vector = vector;
	return argument;
}

static unsigned int vector_of(const struct subject *subject, const union argument *argument)
{
	return is_driver(subject) ? argument->driver.vector : argument->bare.vector;
}

static int64_t timed_ioctl(int fd, unsigned long command, const void *argument, long *result)
{
	uint64_t before = clock_read();

	*result = raw_ioctl(fd, command, argument);
	return clock_read() - before;
}

/* Add one mapping to @held. Return false if no vector is free. */
static bool hold_one(struct subject *subject)
{
	union argument argument = map_argument(subject, PROXY_FIRST + subject->count);
	long result = raw_ioctl(subject->fd, subject->command_map, &argument);

	if (result == -ENODEV || result == -ENOSPC)
		return false;
	if (result)
		die("%s: cannot map one more than %u: %s", subject->name, subject->count,
		    strerror(-result));
	subject->held[subject->count++] = vector_of(subject, &argument);
	return true;
}

static void release_one(struct subject *subject)
{
	union argument argument = unmap_argument(subject, subject->held[--subject->count]);
	long result = raw_ioctl(subject->fd, subject->command_unmap, &argument);

	if (result)
		die("%s: unmapping: %s", subject->name, strerror(-result));
}

/* Add one mapping to @held, if a vector remains free for the measurement. */
static bool hold_more(struct subject *subject)
{
	if (!hold_one(subject))
		return false;
	if (hold_one(subject)) {
		release_one(subject);
		return true;
	}
	release_one(subject);
	return false;
}

static void hold(struct subject *subject, unsigned int count)
{
	while (subject->count < count && hold_more(subject))
		;
}

static void release_all(struct subject *subject)
{
	while (subject->count)
		release_one(subject);
}

/* Measure one map and one unmap of the next proxy vector, and their sum. */
static void measure_pair(const struct subject *subject, unsigned int i)
{
	union argument argument = map_argument(subject, PROXY_FIRST + subject->count);
	long result;

	map_ticks[i] = timed_ioctl(subject->fd, subject->command_map, &argument, &result);
	if (result)
		die("%s: mapping: %s", subject->name, strerror(-result));

	argument = unmap_argument(subject, vector_of(subject, &argument));
	unmap_ticks[i] = timed_ioctl(subject->fd, subject->command_unmap, &argument, &result);
	if (result)
		die("%s: unmapping: %s", subject->name, strerror(-result));
	pair_ticks[i] = map_ticks[i] + unmap_ticks[i];
}

static void print(const char *what, const struct subject *subject, const char *held,
		  int64_t *ticks, int64_t less)
{
	lines_samples_less(GROUP, lines_name("%s, %s, %s mapped", what, subject->name, held),
			   ticks, SAMPLES, less);
}

/*
 * Run a fixed number of iterations. Deferred work and timers run in the meantime and make this
 * longer, so that the cost of deferred work is the difference to a call without any.
 */
static int64_t settle(void)
{
	unsigned long iterations = SETTLE_ITERATIONS;
	uint64_t before = clock_read();

	__asm__ volatile("1:\n\tdec %0\n\tjnz 1b" : "+r"(iterations));
	return clock_read() - before;
}

static int64_t measure_round(const struct subject *subject, unsigned int first, int64_t rest)
{
	uint64_t start = clock_read();
	unsigned int i;

	for (i = first; i < first + SAMPLES / ROUNDS; i++)
		measure_pair(subject, i);
	settle();
	return clock_read() - start - rest;
}

/*
 * Make sure that @count more mappings can be added. All mappings are released and made again,
 * so that the slabs are always filled in the same order.
 */
static void make_room(struct subject *subject, unsigned int count)
{
	unsigned int held = subject->count;

	hold(subject, held + count);
	held = subject->count - count;
	release_all(subject);
	settle();
	hold(subject, held);
}

/*
 * Measure map and unmap, and the mean cost of a pair including its deferred work: the time from
 * the first map to the end of the last grace period, less the time of settle() at rest.
 */
static void measure_pairs(struct subject *subject, const char *held)
{
	int64_t rounds[ROUNDS], rest;
	unsigned int i, pairs = SAMPLES / ROUNDS;

	make_room(subject, ROUNDS);
	settle();
	rest = settle();
	for (i = 0; i < ROUNDS; i++) {
		rounds[i] = measure_round(subject, i * pairs, rest);
		hold_more(subject);
	}
	print("map", subject, held, map_ticks, subject->empty);
	print("unmap", subject, held, unmap_ticks, subject->empty);
	print("map+unmap", subject, held, pair_ticks, 2 * subject->empty);
	lines_value(GROUP, lines_name("map+unmap to the last free, %s, %s mapped", subject->name,
				      held), "instructions", SAMPLES,
		    (double)lines_median(rounds, ROUNDS) / pairs - 2.0 * subject->empty);
}

/* Measure mapping the first mapping again, and dropping that reference. */
static void measure_hit(const struct subject *subject, const char *held)
{
	union argument argument;
	unsigned int i;
	long result;

	for (i = 0; i < SAMPLES; i++) {
		argument = map_argument(subject, PROXY_FIRST);
		map_ticks[i] = timed_ioctl(subject->fd, subject->command_map, &argument, &result);
		if (result || vector_of(subject, &argument) != subject->held[0])
			die("%s: cannot map the same vector again: %ld", subject->name, result);
		argument = unmap_argument(subject, subject->held[0]);
		unmap_ticks[i] = timed_ioctl(subject->fd, subject->command_unmap, &argument,
					     &result);
		if (result)
			die("%s: cannot drop a reference: %s", subject->name, strerror(-result));
	}
	print("map hit", subject, held, map_ticks, subject->empty);
	print("unmap of one reference of two", subject, held, unmap_ticks, subject->empty);
}

static void measure_miss(const struct subject *subject, const char *held)
{
	union argument argument;
	unsigned int i;
	long result;

	for (i = 0; i < SAMPLES; i++) {
		argument = unmap_argument(subject, NOT_MAPPED);
		unmap_ticks[i] = timed_ioctl(subject->fd, subject->command_unmap, &argument,
					     &result);
		if (result != -ENOENT)
			die("%s: unmapping nothing: %ld", subject->name, result);
	}
	print("unmap miss", subject, held, unmap_ticks, subject->empty);
}

static void measure_held(struct subject *subject, unsigned int count, const char *held)
{
	hold(subject, count);
	lines_remark("%s: %u mapped before, of %s asked for", subject->name, subject->count, held);
	measure_pairs(subject, held);
	if (is_driver(subject)) {
		measure_hit(subject, held);
		measure_miss(subject, held);
	}
}

/* Print the largest number of mappings that was possible. */
static void print_most(const struct subject *subject)
{
	lines_value(GROUP, lines_name("most mapped, %s", subject->name), "mappings", 1,
		    subject->count);
}

static void measure_subject(struct subject *subject)
{
	measure_held(subject, 1, "1");
	measure_held(subject, 32, "32");
	measure_held(subject, 128, "128");
	measure_held(subject, VECTORS_MAX, "max");
	print_most(subject);
	release_all(subject);
}

/* Measure with the default quarantine, with which an unmap does not free the vector at once. */
static void measure_defaults(struct subject *subject)
{
	hold(subject, 1);
	measure_pairs(subject, "1");
	release_all(subject);
}

/*
 * Measure the cost of the clock, and of a system call that does nothing. It is subtracted from
 * all figures of this group.
 */
static void measure_empty(struct subject *subject)
{
	uint64_t before;
	int64_t clock;
	unsigned int i;
	long result;

	for (i = 0; i < SAMPLES; i++) {
		before = clock_read();
		map_ticks[i] = clock_read() - before;
	}
	clock = lines_median(map_ticks, SAMPLES);

	for (i = 0; i < SAMPLES; i++)
		map_ticks[i] = timed_ioctl(subject->fd, EMPTY_COMMAND, NULL, &result);
	subject->empty = lines_median(map_ticks, SAMPLES);
	lines_samples_less(GROUP, lines_name("empty ioctl, %s", subject->name), map_ticks, SAMPLES,
			   clock);
}

void map_all(void)
{
	struct subject ours = {
		.name = "ours",
		.fd = vtl_open(),
		.command_map = MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT,
		.command_unmap = MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT,
	};
	struct subject bare = {
		.name = "bare",
		.fd = bench_open(),
		.command_map = BENCH_BARE_MAP,
		.command_unmap = BENCH_BARE_UNMAP,
	};
	long quarantine, quota;

	measure_empty(&ours);
	measure_empty(&bare);
	quota = driver_parameter("vectors_per_cpu", 0);
	quarantine = driver_parameter("quarantine_ms", 0);
	lines_remark("map: vectors_per_cpu=0; quarantine_ms=0, so that each unmap frees its vector");
	measure_subject(&bare);
	measure_subject(&ours);

	driver_parameter("quarantine_ms", quarantine);
	ours.name = "ours with quarantine";
	lines_remark("map: quarantine_ms=%ld, as it is by default", quarantine);
	measure_defaults(&ours);
	driver_parameter("vectors_per_cpu", quota);
	close(ours.fd);
	close(bare.fd);
}
