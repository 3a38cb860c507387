// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * soak: the accounting of interrupts under load. Devices raise as fast as possible, while
 * routes are created, moved, promoted, demoted and destroyed, files are closed, processes are
 * killed, VPs are halted and taken out of VTL0, and the host refuses. At the end every interrupt
 * must be accounted for.
 *
 * This file owns the order of a run, the random changes, and the final checks. This process is
 * the keeper: it raises and counts, and outlives the processes that it kills.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../harness/program.h"
#include "../harness/host.h"
#include "soak.h"

/* The number of vectors of each CPU; it is smaller than the number of routes. */
#define QUOTA		32
#define DRAIN_MS	patience(60000)
#define TICK_MS		50
#define QUIET_MS	patience(1000)
/* How long one kind of handling lasts: less than the time limit for an interrupt. */
#define MODE_MS		10000

/**
 * enum mode - who handles the interrupts
 */
enum mode {
	MODE_PAGE,
	MODE_VTL0,
	MODE_BOTH,
};

static const char *const modes[] = { "page", "vtl0", "both", NULL };

#define NOT_A_WORKER	(~0ULL)

static struct {
	uint64_t seed;
	uint64_t seconds;
	uint64_t workers;
	uint64_t raisers;
	uint64_t hang;
	uint64_t kill_ms;
	uint64_t mode;
	uint64_t worker;
	uint64_t ledger;
	uint64_t generation;
} config = {
	.seconds = 60, .workers = 4, .raisers = 2, .hang = 20, .kill_ms = 4000,
	.mode = MODE_BOTH, .worker = NOT_A_WORKER,
};

static struct ledger *ledger;
static bool host_change_ends;

static void quiet_wait(unsigned int ms)
{
	uint64_t deadline = now_ms() + ms;

	while (!raisers_are_quiet(-1) && !raisers_fault().what && now_ms() < deadline)
		sleep_ms(2);
}

/* ---- what is done to all at random ---- */

/* In one case of eight, both kinds of delivery are refused. */
static void host_change(struct stream *stream)
{
	if (random_once_in(stream, 3)) {
		host_behave();
		return;
	}
	host_refuse(1 + random_below(stream, 5), HV_ACCESS_DENIED, !random_once_in(stream, 8));
}

/* Interrupts that VTL0 has accepted would wait until it runs again, so first let them end. */
static bool turn_change(void)
{
	bool good;

	raisers_pause(true);
	quiet_wait(QUIET_MS);
	good = arrivals_switch(!arrivals_in_vtl0());
	raisers_pause(false);
	return good;
}

/* Changes the state of VPs: periodically all of them enter VTL0, or all leave it. */
static bool vps_change(struct stream *stream)
{
	static uint64_t mode_ends;

	if (config.mode == MODE_BOTH && now_ms() > mode_ends) {
		mode_ends = now_ms() + MODE_MS;
		return turn_change();
	}
	return !random_once_in(stream, 2) || arrivals_shake(stream);
}

static void process_kill(struct stream *stream)
{
	static uint64_t next;

	if (!config.kill_ms || now_ms() < next)
		return;
	workers_kill(random_below(stream, config.workers), random_once_in(stream, 2));
	next = now_ms() + config.kill_ms;
}

static void *host_change_run(void *argument)
{
	struct stream stream = { config.seed ^ 0xc4a05 };
	bool *good = argument;

	while (!__atomic_load_n(&host_change_ends, __ATOMIC_ACQUIRE)) {
		sleep_ms(TICK_MS);
		if (random_once_in(&stream, 4))
			host_change(&stream);
		if (!vps_change(&stream))
			*good = false;
		process_kill(&stream);
	}
	/* Interrupts that VTL0 has accepted can be handled only there. */
	if (!arrivals_switch(config.mode != MODE_PAGE))
		*good = false;
	return NULL;
}

/* ---- what a second looks like ---- */

static struct worker_figures sums(void)
{
	struct worker_figures sum = { 0 };
	const struct worker_figures *figures;
	unsigned int i;

	for (i = 0; i < ledger->workers_count; i++) {
		figures = &ledger->workers[i];
		sum.moves += figure_read(&figures->moves);
		sum.made += figure_read(&figures->made);
		sum.ended += figure_read(&figures->ended);
		sum.up += figure_read(&figures->up);
		sum.down += figure_read(&figures->down);
		sum.refused += figure_read(&figures->refused);
		sum.files += figure_read(&figures->files);
	}
	return sum;
}

static void second_print(unsigned int second, const struct state *before)
{
	static uint64_t handled_before;
	uint64_t raised = raisers_raised(), handled = raisers_handled();
	struct worker_figures sum = sums();

	table_row("   s where    raised    handled     /s  under    moves     made    ended       up     down  refused files killed    halts merged",
		  second);
	printf(" %5s", arrivals_in_vtl0() ? "vtl0" : "page");
	table_cell(10, raised);
	table_cell(10, handled);
	table_cell(6, handled - handled_before);
	table_cell(6, raised > handled ? raised - handled : 0);
	table_cell(8, sum.moves);
	table_cell(8, sum.made);
	table_cell(8, sum.ended);
	table_cell(8, sum.up);
	table_cell(8, sum.down);
	table_cell(8, state_refused() - before->refused);
	table_cell(5, sum.files);
	table_cell(6, workers_killed());
	table_cell(8, state_halts() - before->halts);
	table_cell(6, state_merged() - before->merged);
	table_end();
	handled_before = handled;
}

/* ---- the run ---- */

static bool has_fault(void)
{
	return raisers_fault().what || workers_failed() >= 0 || arrivals_broken();
}

static void run_load(const struct state *before)
{
	uint64_t begin = now_ms(), next = begin + 1000;
	pthread_t host_changes;
	bool good = true;

	pthread_create(&host_changes, NULL, host_change_run, &good);
	while (now_ms() < begin + config.seconds * 1000ULL && !has_fault()) {
		sleep_ms(TICK_MS);
		if (now_ms() < next)
			continue;
		second_print((now_ms() - begin) / 1000, before);
		next += 1000;
	}
	__atomic_store_n(&host_change_ends, true, __ATOMIC_RELEASE);
	pthread_join(host_changes, NULL);
	accounting_check(good, "the VPs carried out all commands");
}

static void fault_print(void)
{
	struct raisers_fault fault = raisers_fault();
	int failed = workers_failed();

	if (fault.what)
		state_tell_entry(ledger, fault.index, fault.place, fault.what);
	if (failed >= 0 && ledger->workers[failed].failure)
		printf("# worker %d: %s failed: %s\n", failed, ledger->workers[failed].failed,
		       strerror(ledger->workers[failed].failure));
	else if (failed >= 0)
		printf("# worker %d ended by itself\n", failed);
	if (arrivals_broken())
		printf("# VTL0 has ended\n");
}

/* Each device gets a route, and its last interrupt is handled; then the processes end. */
static void run_drain(void)
{
	host_behave();
	__atomic_store_n(&ledger->phase, PHASE_DRAIN, __ATOMIC_RELEASE);
	if (!accounting_check(workers_wait(READY_DRAINS, DRAIN_MS),
			      "each device has a route at the end"))
		fault_print();
	raisers_pause(true);
	quiet_wait(DRAIN_MS);
	raisers_stop();
	__atomic_store_n(&ledger->phase, PHASE_END, __ATOMIC_RELEASE);
	accounting_check(workers_end(), "all processes ended with status 0");
}

/* ---- the accounting ---- */

static void entries_check(void)
{
	unsigned int i, open = 0, idle = 0;
	struct entry *entry;

	for (i = 0; i < ledger->entries_count; i++) {
		entry = &ledger->entries[i];
		idle += !entry->raised;
		if (entry->handled == entry->raised)
			continue;
		if (!open++)
			state_tell_entry(ledger, i, PLACES, "does not balance");
	}
	accounting_check(!open, "each device: raised = handled (%u do not balance)", open);
	accounting_check(!idle, "each device was raised (%u were not)", idle);
}

/* Counts arrivals at places that belong to no entry. */
static uint64_t strays(void)
{
	unsigned int vp, vector, index, place;
	uint64_t sum = 0;

	for (vp = 0; vp < ledger->cpus; vp++) {
		for (vector = VECTOR_FIRST; vector < 256; vector++) {
			if (!place_find(ledger, vp, vector, &index, &place))
				sum += arrivals_count(vp, vector);
		}
	}
	return sum;
}

/* Counts all interrupts that arrived at a wrong place. */
static uint64_t misdelivered(void)
{
	return raisers_misdelivered() + strays();
}

static void figures_balance(const struct state *before, const struct state *after)
{
	uint64_t raised = raisers_raised(), redirected = after->redirected - before->redirected;
	uint64_t proxied = after->proxied - before->proxied;

	accounting_check(raisers_handled() == raised, "handled: %" PRIu64 " of %" PRIu64 " raised",
			 raisers_handled(), raised);
	accounting_check(after->raised - before->raised == raised,
			 "the counter of the lab's host: %" PRIu64,
			 after->raised - before->raised);
	accounting_check(!misdelivered(),
			 "none was misdelivered or spurious (%" PRIu64 ")",
			 misdelivered());
	accounting_check(redirected + proxied == raised, "the driver relayed %" PRIu64
			 " redirected, %" PRIu64 " proxied", redirected, proxied);
	accounting_check(redirected && proxied, "interrupts were delivered redirected and proxied");
	accounting_check(after->exits - before->exits == proxied, "host exits: %" PRIu64
			 ", one for each that was proxied", after->exits - before->exits);
	accounting_check(after->blocked == before->blocked, "no interrupt was blocked");
	accounting_check(after->unmapped == before->unmapped, "no interrupt arrived on an unmapped vector");
	accounting_check(after->merged == before->merged, "no interrupts were merged");
}

static void figure_print(unsigned int seconds, uint64_t halts)
{
	struct worker_figures sum = sums();
	uint64_t raised = raisers_raised(), handled = raisers_handled();

	printf("# figure: %s interrupts raised and handled, %s moves, %s routes made and ended, %s promotions, %s demotions, %s VTL files closed, %s processes killed, %s halts of VPs, %s lost, %s misdelivered in %s s\n",
	       table_number(handled), table_number(sum.moves), table_number(sum.made),
	       table_number(sum.up), table_number(sum.down),
	       table_number(sum.files), table_number(workers_killed()), table_number(halts),
	       table_number(raised > handled ? raised - handled : 0),
	       table_number(misdelivered()), table_number(seconds));
}

/* ---- the whole ---- */

static void entries_choose(void)
{
	unsigned int limit = ENTRIES_PER_CPU * lab.cpus, i;

	ledger->seed = config.seed;
	ledger->cpus = lab.cpus;
	ledger->workers_count = config.workers;
	for (i = 0; i < lab.count && i < limit && i < ENTRIES_MAX; i++) {
		ledger->entries[i].source = lab.sources[i];
		ledger->entries[i].worker = i % config.workers;
	}
	ledger->entries_count = i;
}

static void soak(void)
{
	struct state before, after;
	uint64_t begin;
	int fd;

	ledger = ledger_create(&fd);
	if (!lab_open(1)) {
		printf("Bail out! the lab has no devices\n");
		exit(1);
	}
	host_behave();
	entries_choose();
	driver_parameter("vectors_per_cpu", QUOTA);
	before = state_read();
	if (!accounting_check(arrivals_open(ledger, config.mode != MODE_PAGE),
			      "the interrupts have a receiver"))
		return;
	raisers_start(ledger, config.raisers, patience(config.hang * 1000));
	workers_start(ledger, fd);
	begin = now_ms();
	if (accounting_check(workers_wait(READY_RUNS, DRAIN_MS), "%u devices have routes in %u processes",
			     ledger->entries_count, ledger->workers_count))
		run_load(&before);
	if (has_fault()) {
		fault_print();
		accounting_check(false, "no interrupt was lost and no process failed");
	}
	run_drain();
	entries_check();
	after = state_read();
	figures_balance(&before, &after);
	figure_print((now_ms() - begin) / 1000, after.halts - before.halts);
	arrivals_close();
	runs_clear();
	lab_close();
	close(fd);
}

int main(int argc, char **argv)
{
	const struct option_spec options[] = {
		{ "seed", "S", "do the same as another run, as far as threads allow",
		  .value = &config.seed },
		{ "seconds", "S", "length of the run (60)", .value = &config.seconds },
		{ "mode", "M", "who handles interrupts: vtl0, page, or both alternately (both)",
		  .value = &config.mode, .words = modes },
		{ "workers", "N", "number of processes that own the routes (4)",
		  .value = &config.workers, .min = 1, .max = WORKERS_MAX },
		{ "raisers", "N", "number of threads that raise interrupts (2)",
		  .value = &config.raisers, .min = 1, .max = RAISERS_MAX },
		{ "hang", "S", "an interrupt that is not handled in this time is lost (20)",
		  .value = &config.hang },
		{ "kill", "MS", "time between two killed processes (4000); 0: kill none",
		  .value = &config.kill_ms },
		{ "worker", "N", NULL, .value = &config.worker },
		{ "generation", "N", NULL, .value = &config.generation },
		{ "ledger", "FD", NULL, .value = &config.ledger },
	};
	struct accounting accounting;

	config.seed = options_seed();
	options_parse(argc, argv, "The accounting of interrupts under load.", options,
		      ARRAY_SIZE(options));
	if (config.worker != NOT_A_WORKER)
		return worker_main(ledger_attach(config.ledger), config.worker, config.generation);

	printf("# soak --seed %" PRIu64 " --seconds %" PRIu64 " --mode %s\n", config.seed,
	       config.seconds, modes[config.mode]);
	accounting_begin(&accounting);
	soak();
	accounting_end(&accounting);
	return accounting_status();
}
