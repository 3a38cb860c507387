// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * cycles: map and unmap repeatedly, on all CPUs, from several threads. Sometimes an
 * interrupt arrives in between, or the file is closed instead of an unmap. At the end the
 * system must be in the same state as before.
 *
 * This file owns the definition of a cycle, and of "the same state".
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../harness/program.h"
#include "soak.h"

#define THREADS_MAX	8
/* Each thread has its own proxy vectors, so that only one thread takes each bit. */
#define VECTOR_FIRST	0x30
#define VECTORS_EACH	16
#define HELD_MAX	6
#define RAISES_ONCE_IN	16
#define CLOSES_ONCE_IN	200
/* A call to another CPU is slow here, so most cycles are on the thread's own CPU. */
#define ELSEWHERE_ONCE_IN 16
#define WAIT_MS		patience(20000)
#define QUARANTINE_MS	50
/* First so many cycles fill the caches of the kernel; then ROUNDS measure the variation. */
#define WARM_UP		10000
#define ROUNDS		3
#define ROUND		2000
/* The kernel itself may allocate or free this much memory in the meantime. */
#define BOUND_KB	512
/* A leak also makes rounds differ, so the measured variation must have a limit. */
#define SWING_MAX_KB	512

static struct {
	uint64_t seed;
	uint64_t count;
	uint64_t seconds;
	uint64_t threads;
} config = { .count = 1000000, .seconds = 3000, .threads = 4 };

/**
 * struct cycler - a thread that maps and unmaps
 * @held: its present mappings
 */
struct cycler {
	pthread_t thread;
	unsigned int number;
	struct stream stream;
	int vtl;
	unsigned int held_count;
	struct held {
		unsigned int cpu;
		unsigned int proxy;
		int vector;
	} held[HELD_MAX];
};

static struct cycler cyclers[THREADS_MAX];
static uint64_t cycles, limit, interrupts, closes, waits;
static uint64_t deadline_ms;
static int failure;
static const char *failed;

static void fail_with(const char *what, int error)
{
	if (!__atomic_exchange_n(&failure, error ? error : -1, __ATOMIC_SEQ_CST))
		failed = what;
}

/* ---- a cycle ---- */

/* Waits for one bit and clears only this bit: the others belong to other threads. */
static bool bit_wait(struct mshv_vtl_run *run, unsigned int vector)
{
	uint32_t *bank = &run->proxy_irr[vector / 32], bit = 1U << vector % 32;
	uint64_t deadline = now_ms() + WAIT_MS;

	while (!(__atomic_load_n(bank, __ATOMIC_ACQUIRE) & bit)) {
		if (now_ms() > deadline)
			return false;
		sched_yield();
	}
	__atomic_fetch_and(bank, ~bit, __ATOMIC_SEQ_CST);
	return true;
}

/* Sends a real interrupt from this thread's own device. */
static void interrupt_send(struct cycler *cycler, const struct held *held)
{
	const struct labhost_source *source = &lab.sources[cycler->number];
	int ret = labhost_route(lab.host, source->device, source->source, apic_id(held->cpu),
				held->vector);

	if (!ret)
		ret = labhost_raise(lab.host, source->device, source->source, 1, NULL);
	if (ret) {
		fail_with("raise", -ret);
		return;
	}
	if (!bit_wait(lab.run[held->cpu], held->proxy)) {
		printf("# no interrupt: device %u, source %u, CPU %u, vector %#x for %#x\n",
		       source->device, source->source, held->cpu, held->vector, held->proxy);
		fail_with("an interrupt", ETIMEDOUT);
	}
	labhost_mask(lab.host, source->device, source->source);
	figure_add(&interrupts, 1);
}

/* Waits if needed: vectors of a closed file are in quarantine until they are quiet. */
static int map_when_one_is_left(const struct cycler *cycler, const struct held *held)
{
	uint64_t deadline = now_ms() + WAIT_MS;
	int vector = vtl_map(cycler->vtl, held->proxy, held->cpu);

	while (vector == -ENODEV && now_ms() < deadline) {
		figure_add(&waits, 1);
		sleep_ms(10);
		vector = vtl_map(cycler->vtl, held->proxy, held->cpu);
	}
	return vector;
}

static void map_one(struct cycler *cycler)
{
	struct held *held = &cycler->held[cycler->held_count];

	held->cpu = random_once_in(&cycler->stream, ELSEWHERE_ONCE_IN) ?
		    random_below(&cycler->stream, lab.cpus) : cycler->number % lab.cpus;
	held->proxy = VECTOR_FIRST + cycler->number * VECTORS_EACH +
		      random_below(&cycler->stream, VECTORS_EACH);
	held->vector = map_when_one_is_left(cycler, held);
	if (held->vector < 0) {
		fail_with("map", -held->vector);
		return;
	}
	cycler->held_count++;
	if (random_once_in(&cycler->stream, RAISES_ONCE_IN))
		interrupt_send(cycler, held);
}

static void unmap_one(struct cycler *cycler)
{
	unsigned int which = random_below(&cycler->stream, cycler->held_count);
	struct held held = cycler->held[which];
	int ret = vtl_unmap(cycler->vtl, held.vector, held.cpu);

	if (ret)
		fail_with("unmap", -ret);
	cycler->held[which] = cycler->held[--cycler->held_count];
	figure_add(&cycles, 1);
}

/* The close removes the mappings of the file. */
static void file_close(struct cycler *cycler)
{
	close(cycler->vtl);
	figure_add(&cycles, cycler->held_count);
	figure_add(&closes, 1);
	cycler->held_count = 0;
}

static void cycle_do(struct cycler *cycler)
{
	if (cycler->held_count == HELD_MAX ||
	    (cycler->held_count && random_once_in(&cycler->stream, 2))) {
		unmap_one(cycler);
	} else {
		map_one(cycler);
	}
	if (random_once_in(&cycler->stream, CLOSES_ONCE_IN)) {
		file_close(cycler);
		cycler->vtl = vtl_open();
	}
}

static void *cycler_run(void *argument)
{
	struct cycler *cycler = argument;

	cpu_pin(cycler->number % lab.cpus);
	cycler->vtl = vtl_open();
	while (figure_read(&cycles) < figure_read(&limit) &&
	       !__atomic_load_n(&failure, __ATOMIC_RELAXED) && now_ms() < deadline_ms)
		cycle_do(cycler);
	file_close(cycler);
	return NULL;
}

/* ---- rounds of them ---- */

static void second_print(unsigned int second)
{
	static const char head[] =
		"   s     cycles     /s interrupts  closes  mapped  available kB  slab kB";
	static uint64_t before;
	uint64_t done = figure_read(&cycles);

	table_row(head, second);
	table_cell(10, done);
	table_cell(6, done - before);
	table_cell(10, figure_read(&interrupts));
	table_cell(7, figure_read(&closes));
	table_cell(7, totals("mappings"));
	table_cell(13, measure_available());
	table_cell(8, measure_slab());
	table_end();
	before = done;
}

/* Runs @count more cycles; prints a line every second if @begin is not 0. */
static void cycles_run(uint64_t count, uint64_t begin)
{
	uint64_t next = begin + 1000;
	unsigned int i;

	__atomic_store_n(&limit, figure_read(&cycles) + count, __ATOMIC_RELAXED);
	for (i = 0; i < config.threads; i++)
		pthread_create(&cyclers[i].thread, NULL, cycler_run, &cyclers[i]);
	while (begin && figure_read(&cycles) < limit && !failure && now_ms() < deadline_ms) {
		sleep_ms(50);
		if (now_ms() < next)
			continue;
		second_print((now_ms() - begin) / 1000);
		next += 1000;
	}
	for (i = 0; i < config.threads; i++)
		pthread_join(cyclers[i].thread, NULL);
}

static int64_t distance(int64_t one, int64_t other)
{
	return one > other ? one - other : other - one;
}

/*
 * Measures how much the figures of memory differ from round to round, before anything could be
 * lost: @swing gets the greatest difference. Returns the last figures.
 */
static struct measure learn(struct measure *swing)
{
	struct measure last = measure_take(), now;
	unsigned int round;

	*swing = (struct measure){ .available = 0 };
	for (round = 0; round < ROUNDS; round++) {
		cycles_run(ROUND, 0);
		now = measure_take();
		if (distance(now.available, last.available) > swing->available)
			swing->available = distance(now.available, last.available);
		if (distance(now.slab, last.slab) > swing->slab)
			swing->slab = distance(now.slab, last.slab);
		last = now;
	}
	return last;
}

/* ---- what must hold ---- */

static void memory_check(const char *what, int64_t lost, int64_t swing)
{
	int64_t bound = BOUND_KB + 2 * (swing < SWING_MAX_KB ? swing : SWING_MAX_KB);

	accounting_check(lost <= bound, "%s: %" PRId64 " kB are gone; up to %" PRId64
			 " may be, as rounds differ by %" PRId64, what, lost, bound, swing);
}

static void same_check(const char *what, int64_t before, int64_t after)
{
	accounting_check(before == after, "%s: %" PRId64 ", as before: %" PRId64, what, after,
			 before);
}

static int64_t measures_check(const struct measure *before, const struct measure *after,
			      const struct measure *swing)
{
	int64_t lost = 0;
	unsigned int cpu;

	memory_check("memory", before->available - after->available, swing->available);
	memory_check("objects of the slab allocator",
		     after->slab - before->slab, swing->slab);
	same_check("open files of the system", before->files, after->files);
	same_check("open files of the process", before->fds, after->fds);
	same_check("interrupt descriptors", before->descriptors, after->descriptors);
	same_check("rows of /proc/interrupts", before->rows, after->rows);
	for (cpu = 0; cpu < lab.cpus; cpu++) {
		accounting_check(before->vectors[cpu] == after->vectors[cpu],
				 "vectors of CPU %u: %" PRId64 ", as before: %" PRId64, cpu,
				 after->vectors[cpu], before->vectors[cpu]);
		lost += before->vectors[cpu] - after->vectors[cpu];
	}
	return lost;
}

static void run_cycles(void)
{
	struct measure before, after, swing;
	uint64_t begin = now_ms(), done, raised;
	int64_t vectors;

	deadline_ms = begin + config.seconds * 1000ULL;
	printf("# the caches fill: %u cycles, then %u times %u\n", WARM_UP, ROUNDS, ROUND);
	cycles_run(WARM_UP, begin);
	before = learn(&swing);
	done = figure_read(&cycles);
	raised = figure_read(&interrupts);
	/* The time for filling the caches does not count. */
	begin = now_ms();
	deadline_ms = begin + config.seconds * 1000ULL;
	cycles_run(config.count, begin);
	begin = now_ms() - begin;
	done = figure_read(&cycles) - done;
	raised = figure_read(&interrupts) - raised;
	after = measure_take();
	accounting_check(!failure, "each call and each interrupt came to its end (%s: %s)",
			 failed ? failed : "none failed", strerror(failure > 0 ? failure : 0));
	accounting_check(done >= config.count, "%" PRIu64 " cycles in the time", done);
	printf("# %" PRIu64 " times a vector had to be waited for\n", figure_read(&waits));
	vectors = measures_check(&before, &after, &swing);
	/* The differences show what is lost: less free memory, more slab memory in use. */
	printf("# figure: %s map/unmap cycles, %s of them with an interrupt, in %s s; lost: %"
	       PRId64 " kB of memory, %" PRId64 " kB of slab, %" PRId64 " open files, %" PRId64
	       " vectors\n", table_number(done), table_number(raised), table_number(begin / 1000),
	       before.available - after.available, after.slab - before.slab,
	       after.files - before.files, vectors);
}

/* ---- the whole ---- */

static void devices_open(void)
{
	unsigned int i;

	if (!lab_open(config.threads)) {
		printf("Bail out! the lab has too few devices\n");
		exit(1);
	}
	/* In one second more vectors are freed than exist, so quarantine must be short. */
	driver_parameter("quarantine_ms", QUARANTINE_MS);
	for (i = 0; i < config.threads; i++) {
		cyclers[i].number = i;
		cyclers[i].stream.at = config.seed + i;
	}
}

int main(int argc, char **argv)
{
	const struct option_spec options[] = {
		{ "seed", "S", "do the same as another run, as far as threads allow",
		  .value = &config.seed },
		{ "count", "N", "number of cycles (1000000)", .value = &config.count },
		{ "seconds", "S", "fail if they take longer (3000)", .value = &config.seconds },
		{ "threads", "N", "number of threads (4)",
		  .value = &config.threads, .min = 1, .max = THREADS_MAX },
	};
	struct accounting accounting;

	config.seed = options_seed();
	options_parse(argc, argv, "Map and unmap again and again.", options, ARRAY_SIZE(options));
	printf("# cycles --seed %" PRIu64 " --count %" PRIu64 " --threads %" PRIu64 "\n",
	       config.seed, config.count, config.threads);
	accounting_begin(&accounting);
	devices_open();
	run_cycles();
	runs_clear();
	lab_close();
	accounting_end(&accounting);
	return accounting_status();
}
