// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The driver's barrier pairs on real threads of this machine: two or three threads go through an
 * array of cells in parallel. Each thread does its part of a pattern in each cell, and the
 * outcomes are counted. Before each cell, the first two threads wait for each other for a short
 * time, and the third waits for them. Then each thread pauses for a random time, so that the
 * parts overlap in all ways. The wait is short because another program may have the CPU of the
 * thread that is waited for. The outcome in which something is lost must never occur. Then the
 * same patterns run without a barrier or an order: there this outcome must occur, because
 * otherwise the loops could not detect it above either.
 *
 * The atomic operations are those of the shim kernel, which the unit tests use; assert and pull
 * are the driver's own code. This program does not test what the kernel orders by grace periods
 * and locks, and what a machine like this one always orders: see the *.litmus.
 *
 * This file owns the patterns and their outcomes. It must not know the memory model.
 */
#include <sched.h>
#include <time.h>

#include "shim.h"
#include "run_page.h"

#define CELLS		1024
#define THREADS		3
#define ROUNDS_LEAST	100000UL
#define MUTANT_SECONDS	60
#define OUTCOMES	4
/* The third thread may be ahead of the others by less than so many cells. */
#define LEAD		4
/* Each thread pauses for less than so many loops before its part of a cell. */
#define PAUSE_LOOPS	64
/* A thread waits for another one before a cell for so many loops at most. */
#define CELL_SPINS	512

/* A full barrier, for the compiler and the CPU. */
#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)

/* The values that a thread has read; only this thread writes them. */
struct seen {
	_Alignas(64) u32 first;
	u32 second;
};

/**
 * struct cell - one round of a pattern; each variable is on a separate cache line
 * @run:    a run page
 * @one, @two, @three: other variables that the threads share; a pattern defines them
 * @seen:   by thread: the values that it read, for outcome()
 */
struct cell {
	_Alignas(64) struct mshv_vtl_run run;
	_Alignas(64) u32 one;
	_Alignas(64) u32 two;
	_Alignas(64) u32 three;
	struct seen seen[THREADS];
};

/* The part of one thread in a cell. */
typedef void part_t(struct cell *cell);

/**
 * struct pattern - the parts of the threads in a cell
 * @name:    the name of the litmus test
 * @reset:   fills in a zeroed cell, or NULL
 * @outcome: the outcome of a cell after all parts: 0 if something is lost, or 1..3
 * @threads: by thread, its part; NULL: two threads are sufficient
 */
struct pattern {
	const char *name;
	void (*reset)(struct cell *cell);
	unsigned int (*outcome)(const struct cell *cell);
	part_t *threads[THREADS];
};

static struct cell cells[CELLS];

/* --- assert and pull ------------------------------------------------------ */

static void scan_is_set(struct cell *cell)
{
	cell->run.scan_proxy_irr = 1;
}

static void assert_vector(struct cell *cell, u32 mask)
{
	const struct vp_bit bit = {
		.run = &cell->run,
		.vector = __builtin_ctz(mask),
	};

	vtl_vp_assert(&bit);
}

static void assert_first(struct cell *cell)
{
	assert_vector(cell, 1);
}

static void assert_second(struct cell *cell)
{
	assert_vector(cell, 2);
}

/* Pulls, and records what was taken. */
static void pull(struct cell *cell, unsigned int thread)
{
	u32 bits[MSHV_VTL_PROXY_BANKS];
	unsigned int taken = vtl_vp_pull(&cell->run, bits);

	cell->seen[thread].first = taken & 1 ? bits[0] : 0;
}

static void pull_second(struct cell *cell)
{
	pull(cell, 1);
}

static void pull_third(struct cell *cell)
{
	pull(cell, 2);
}

/* Each vector is taken, or waits with scan set; 1: all wait, 2: some, 3: none. */
static unsigned int relayed(const struct cell *cell, u32 wanted, u32 taken)
{
	u32 waiting = cell->run.proxy_irr[0];

	if ((waiting | taken) != wanted || (waiting && !cell->run.scan_proxy_irr))
		return 0;
	return !taken ? 1 : waiting ? 2 : 3;
}

static unsigned int assert_pull_outcome(const struct cell *cell)
{
	return relayed(cell, 1, cell->seen[1].first);
}

static unsigned int assert_assert_outcome(const struct cell *cell)
{
	return relayed(cell, 3, cell->seen[2].first);
}

/* Vector 0 must go through the VMM, which takes it on the same thread. */
static void put_back_reset(struct cell *cell)
{
	cell->run.proxy_irr[0] = 1;
	cell->run.proxy_irr_exit[0] = 1;
	cell->run.scan_proxy_irr = 1;
}

static void put_back_take(struct cell *cell)
{
	u32 bits[MSHV_VTL_PROXY_BANKS];

	if (vtl_vp_pull(&cell->run, bits) & VP_PULLED_VMM && xchg(&cell->run.scan_proxy_irr, 0))
		cell->seen[0].first = xchg(&cell->run.proxy_irr[0], 0);
}

static unsigned int put_back_outcome(const struct cell *cell)
{
	return relayed(cell, 3, cell->seen[0].first);
}

static void scan_before_bit(struct cell *cell)
{
	/* This is the wrong order: the store does not follow the bit. */
	smp_store_release(&cell->run.scan_proxy_irr, 1);
	atomic_or(1, (atomic_t *)&cell->run.proxy_irr[0]);
}

static void assert_by_plain_or(struct cell *cell)
{
	WRITE_ONCE(cell->run.proxy_irr[0], READ_ONCE(cell->run.proxy_irr[0]) | 1);
	/* As in vtl_vp_assert(). */
	smp_store_release(&cell->run.scan_proxy_irr, 1);
}

static void take_then_clear(struct cell *cell)
{
	if (!READ_ONCE(cell->run.scan_proxy_irr))
		return;
	cell->seen[1].first = xchg(&cell->run.proxy_irr[0], 0);
	WRITE_ONCE(cell->run.scan_proxy_irr, 0);
}

/* --- halt and kick: @one is the sleeper, @two its state, @three cancel ---- */

static void post(struct cell *cell)
{
	atomic_or(1, (atomic_t *)&cell->run.proxy_irr[0]);
	if (xchg(&cell->run.scan_proxy_irr, 1))
		return;
	/* As at the start of rcuwait_wake_up(); pairs with halt(). */
	smp_mb();
	cell->seen[0].first = READ_ONCE(cell->one);
}

static void halt(struct cell *cell)
{
	/* As rcu_assign_pointer() in prepare_to_rcuwait(). */
	smp_store_release(&cell->one, 1);
	WRITE_ONCE(cell->two, 1);
	/* As in set_current_state(); pairs with post(). */
	smp_mb();
	cell->seen[1].first = READ_ONCE(cell->run.scan_proxy_irr);
}

static void halt_without_barrier(struct cell *cell)
{
	/* As in halt(), but the barrier after it is missing. */
	smp_store_release(&cell->one, 1);
	WRITE_ONCE(cell->two, 1);
	cell->seen[1].first = READ_ONCE(cell->run.scan_proxy_irr);
}

static void cancel(struct cell *cell)
{
	if (xchg(&cell->three, 1))
		return;
	/* As in post(); pairs with halt_unless_cancelled(). */
	smp_mb();
	cell->seen[0].first = READ_ONCE(cell->one);
}

static void halt_unless_cancelled(struct cell *cell)
{
	/* As in halt(). */
	smp_store_release(&cell->one, 1);
	WRITE_ONCE(cell->two, 1);
	/* As in halt(); pairs with cancel(). */
	smp_mb();
	cell->seen[1].first = READ_ONCE(cell->three);
}

/* At least one of the two must have seen the other. */
static unsigned int each_other_outcome(const struct cell *cell)
{
	return cell->seen[0].first + 2 * cell->seen[1].first;
}

static void wake(struct cell *cell)
{
	post(cell);
	if (!cell->seen[0].first)
		return;
	/* As at the start of try_to_wake_up(); pairs with halt(). */
	smp_mb();
	if (READ_ONCE(cell->two))
		WRITE_ONCE(cell->two, 0);
}

/* A sleeper that has seen nothing must have been made runnable. */
static unsigned int wake_outcome(const struct cell *cell)
{
	if (cell->seen[1].first)
		return 1;
	return cell->two ? 0 : 2;
}

/* --- the host's slot: @one is its type, @two the flag, @three the payload -- */

static void slot_is_taken(struct cell *cell)
{
	cell->one = 1;
	cell->three = 1;
}

static void slot_free(struct cell *cell)
{
	sync_cmpxchg(&cell->one, 1, 0);
	cell->seen[0].first = READ_ONCE(cell->two);
}

static void slot_free_by_store(struct cell *cell)
{
	WRITE_ONCE(cell->one, 0);
	cell->seen[0].first = READ_ONCE(cell->two);
}

static void host_waits(struct cell *cell)
{
	WRITE_ONCE(cell->two, 1);
	/* Pairs with the exchange in slot_free(). */
	smp_mb();
	cell->seen[1].first = !READ_ONCE(cell->one);
}

static void host_writes(struct cell *cell)
{
	WRITE_ONCE(cell->three, 1);
	/* The type last; pairs with message_read(). */
	smp_store_release(&cell->one, 1);
}

static void message_read(struct cell *cell)
{
	cell->seen[1].first = READ_ONCE(cell->one);
	/* The type first; pairs with host_writes(). */
	virt_rmb();
	cell->seen[1].second = READ_ONCE(cell->three);
}

static unsigned int first_then_second_outcome(const struct cell *cell)
{
	if (!cell->seen[1].first)
		return 1;
	return cell->seen[1].second ? 2 : 0;
}

static void read_then_free(struct cell *cell)
{
	cell->seen[0].first = READ_ONCE(cell->three);
	sync_cmpxchg(&cell->one, 1, 0);
}

static void host_writes_again(struct cell *cell)
{
	/* Pairs with the exchange in read_then_free(). */
	if (!smp_load_acquire(&cell->one))
		WRITE_ONCE(cell->three, 2);
}

static unsigned int reuse_outcome(const struct cell *cell)
{
	return cell->seen[0].first == 2 ? 0 : cell->three;
}

/* --- publishing: @one is what is published, @two and @three what is behind - */

static void publish(struct cell *cell)
{
	WRITE_ONCE(cell->two, 1);
	/* Pairs with look_behind(). */
	smp_store_release(&cell->one, 1);
}

static void look_behind(struct cell *cell)
{
	/* Pairs with publish(). */
	cell->seen[1].first = smp_load_acquire(&cell->one);
	cell->seen[1].second = READ_ONCE(cell->two);
}

static void allow_first(struct cell *cell)
{
	WRITE_ONCE(cell->two, 1);
	cell->seen[0].first = !sync_cmpxchg(&cell->one, 0, 1);
}

static void allow_second(struct cell *cell)
{
	WRITE_ONCE(cell->three, 1);
	cell->seen[1].first = !sync_cmpxchg(&cell->one, 0, 2);
}

static void look_whose(struct cell *cell)
{
	/* Pairs with the exchanges in allow_first() and allow_second(). */
	u32 whose = smp_load_acquire(&cell->one);

	cell->seen[2].first = whose;
	cell->seen[2].second = whose == 1 ? READ_ONCE(cell->two) : READ_ONCE(cell->three);
}

static unsigned int allow_outcome(const struct cell *cell)
{
	if (cell->seen[0].first + cell->seen[1].first != 1)
		return 0;
	if (cell->seen[2].first && !cell->seen[2].second)
		return 0;
	return 1 + cell->seen[2].first;
}

/* --- one owner at a time: @one is the owner, @two what owners write ------- */

static void own(struct cell *cell, unsigned int thread)
{
	WRITE_ONCE(cell->two, READ_ONCE(cell->two) + 1);
	cell->seen[thread].first = 1;
	/* Pairs with the exchange of the next owner. */
	smp_store_release(&cell->one, 0);
}

static void own_first(struct cell *cell)
{
	if (!sync_cmpxchg(&cell->one, 0, 1))
		own(cell, 0);
}

static void own_second(struct cell *cell)
{
	if (!sync_cmpxchg(&cell->one, 0, 2))
		own(cell, 1);
}

static void own_by_look(struct cell *cell)
{
	if (READ_ONCE(cell->one))
		return;
	WRITE_ONCE(cell->one, 2);
	own(cell, 1);
}

static unsigned int owner_outcome(const struct cell *cell)
{
	u32 owners = cell->seen[0].first + cell->seen[1].first;

	return cell->two == owners ? owners : 0;
}

static const struct pattern patterns[] = {
	{ "assert-pull", scan_is_set, assert_pull_outcome, { assert_first, pull_second } },
	{ "assert-assert", scan_is_set, assert_assert_outcome,
	  { assert_first, assert_second, pull_third } },
	{ "put-back", put_back_reset, put_back_outcome, { put_back_take, assert_second } },
	{ "post-pull", scan_is_set, assert_pull_outcome, { post, pull_second } },
	{ "post-halt", NULL, each_other_outcome, { post, halt } },
	{ "cancel-halt", NULL, each_other_outcome, { cancel, halt_unless_cancelled } },
	{ "wake-state", NULL, wake_outcome, { wake, halt } },
	{ "message-free", slot_is_taken, each_other_outcome, { slot_free, host_waits } },
	{ "message-read", NULL, first_then_second_outcome, { host_writes, message_read } },
	{ "message-reuse", slot_is_taken, reuse_outcome, { read_then_free, host_writes_again } },
	{ "run-page-publish", NULL, first_then_second_outcome, { publish, look_behind } },
	{ "hvcall-publish", NULL, allow_outcome, { allow_first, allow_second, look_whose } },
	{ "owner-handover", NULL, owner_outcome, { own_first, own_second } },
};

/* In these patterns the outcome 0 must occur. */
static const struct pattern mutants[] = {
	{ "post-halt, no barrier in halt", NULL, each_other_outcome,
	  { post, halt_without_barrier } },
	{ "message-free, freed by a store", slot_is_taken, each_other_outcome,
	  { slot_free_by_store, host_waits } },
	{ "assert-assert, plain or", scan_is_set, assert_assert_outcome,
	  { assert_by_plain_or, assert_second, pull_third } },
	{ "assert-pull, scan before bit", scan_is_set, assert_pull_outcome,
	  { scan_before_bit, pull_second } },
	{ "assert-pull, cleared late", scan_is_set, assert_pull_outcome,
	  { assert_first, take_then_clear } },
	{ "owner-handover, look then store", NULL, owner_outcome,
	  { own_first, own_by_look } },
};

/* --- threads -------------------------------------------------------------- */

/* The pattern that all threads run; thread 0 writes it between two meetings. */
static const struct pattern *current_pattern;
static bool finished;
/* How many cells the third thread is ahead of the others in this batch. */
static unsigned int third_lead;
/*
 * By thread, on a separate cache line: the number of cells that it has reached in this batch, and
 * the state of its random numbers.
 */
static struct {
	_Alignas(64) unsigned int cells;
	unsigned int seed;
} reached[THREADS] = { { .seed = 1 }, { .seed = 2 }, { .seed = 3 } };

static unsigned int arrived;
static unsigned int meeting;

/* All threads meet here. A thread that waits sometimes gives the CPU to others. */
static void meet(void)
{
	unsigned int now = READ_ONCE(meeting);
	unsigned int spins = 0;

	if (__atomic_add_fetch(&arrived, 1, __ATOMIC_ACQ_REL) == THREADS) {
		WRITE_ONCE(arrived, 0);
		/* Pairs with the load below. */
		smp_store_release(&meeting, now + 1);
		return;
	}
	/* Pairs with the store above. */
	while (smp_load_acquire(&meeting) == now) {
		if (++spins % 1024 == 0)
			sched_yield();
	}
}

/* Threads 0 and 1 usually meet here before each cell, and leave at slightly different times. */
static void meet_at_cell(unsigned int thread, unsigned int number)
{
	const unsigned int other = thread ? 0 : 1;
	unsigned int spins = CELL_SPINS, loops;

	WRITE_ONCE(reached[thread].cells, number);
	while (READ_ONCE(reached[other].cells) < number && --spins)
		;
	/* Without the fence, the compiler would remove the loop. */
	for (loops = rand_r(&reached[thread].seed) % PAUSE_LOOPS; loops; loops--)
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* Runs this thread's part of a batch. */
static void batch_run(unsigned int thread)
{
	const unsigned int lead = thread == 2 ? third_lead : 0;
	part_t *part = current_pattern->threads[thread];
	unsigned int i;

	if (!part)
		return;
	for (i = 0; i < CELLS; i++) {
		meet_at_cell(thread, i + 1);
		part(&cells[(i + lead) % CELLS]);
	}
}

static void *thread_run(void *arg)
{
	unsigned int thread = (uintptr_t)arg;

	for (;;) {
		meet();
		if (finished)
			return NULL;
		batch_run(thread);
		meet();
	}
}

static void batch_prepare(const struct pattern *pattern)
{
	static unsigned int seed = 1;
	unsigned int i;

	memset(cells, 0, sizeof(cells));
	for (i = 0; i < CELLS && pattern->reset; i++)
		pattern->reset(&cells[i]);
	for (i = 0; i < THREADS; i++)
		reached[i].cells = 0;
	third_lead = rand_r(&seed) % LEAD;
	current_pattern = pattern;
}

static void batch(const struct pattern *pattern, unsigned long outcomes[OUTCOMES])
{
	unsigned int i;

	batch_prepare(pattern);
	meet();
	batch_run(0);
	meet();
	for (i = 0; i < CELLS; i++)
		outcomes[pattern->outcome(&cells[i])]++;
}

/* Two parallel threads need a CPU each; the third may run on any CPU. */
static void threads_start(pthread_t threads[THREADS])
{
	unsigned int cpus = 0, cpu, i;
	cpu_set_t allowed, one;
	int list[2] = { 0, 0 };

	sched_getaffinity(0, sizeof(allowed), &allowed);
	for (cpu = 0; cpu < CPU_SETSIZE && cpus < 2; cpu++) {
		if (CPU_ISSET(cpu, &allowed))
			list[cpus++] = cpu;
	}
	threads[0] = pthread_self();
	for (i = 0; i < THREADS; i++) {
		if (i && pthread_create(&threads[i], NULL, thread_run, (void *)(uintptr_t)i)) {
			fprintf(stderr, "stress: cannot start a thread: let this user have more\n");
			exit(1);
		}
		CPU_ZERO(&one);
		CPU_SET(list[i % 2], &one);
		if (i < 2 && cpus == 2)
			pthread_setaffinity_np(threads[i], sizeof(one), &one);
	}
}

/* --- main ----------------------------------------------------------------- */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* Runs a pattern for its time and rounds; a mutant ends when it has shown its outcome. */
static bool pattern_run(const struct pattern *pattern, double seconds, bool mutant,
			unsigned long outcomes[OUTCOMES])
{
	double end = now() + (mutant ? MUTANT_SECONDS : seconds);
	unsigned long rounds = 0;

	do {
		batch(pattern, outcomes);
		rounds += CELLS;
		if (outcomes[0])
			return mutant;
	} while (now() < end || (!mutant && rounds < ROUNDS_LEAST));
	return !mutant;
}

static unsigned long total(const unsigned long outcomes[OUTCOMES])
{
	return outcomes[0] + outcomes[1] + outcomes[2] + outcomes[3];
}

/**
 * struct report - the state of the report
 * @number: number of the next line of TAP
 * @rounds: rounds of all patterns
 * @bad:    number of lines that are not ok
 */
struct report {
	unsigned int number;
	unsigned long rounds;
	unsigned int bad;
};

static void pattern_report(const struct pattern *pattern, double seconds, bool mutant,
			   struct report *report)
{
	unsigned long outcomes[OUTCOMES] = {};
	bool good = pattern_run(pattern, seconds, mutant, outcomes);
	unsigned long rounds = total(outcomes);

	printf("%s %u - on threads: %s%s (lost %lu of %lu rounds; others %lu, %lu, %lu)\n",
	       good ? "ok" : "not ok", report->number++, pattern->name,
	       mutant ? " is detected" : ": never, as expected", outcomes[0], rounds,
	       outcomes[1], outcomes[2], outcomes[3]);
	fflush(stdout);
	report->bad += !good;
	if (!mutant)
		report->rounds += rounds;
}

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

int main(int argc, char **argv)
{
	double seconds = (argc > 1 ? atof(argv[1]) : 10) / COUNT(patterns);
	struct report report = { .number = argc > 2 ? atoi(argv[2]) : 1 };
	pthread_t threads[THREADS];
	unsigned int i;

	threads_start(threads);
	for (i = 0; i < COUNT(patterns); i++)
		pattern_report(&patterns[i], seconds, false, &report);
	for (i = 0; i < COUNT(mutants); i++)
		pattern_report(&mutants[i], seconds, true, &report);
	finished = true;
	meet();
	for (i = 1; i < THREADS; i++)
		pthread_join(threads[i], NULL);

	printf("# on threads: %lu rounds of %zu patterns, %zu mutants\n", report.rounds,
	       COUNT(patterns), COUNT(mutants));
	return report.bad ? 1 : 0;
}
