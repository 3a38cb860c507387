/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts of the soak, one section for each file.
 */
#ifndef _TESTS_SOAK_SOAK_H
#define _TESTS_SOAK_SOAK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../harness/lab.h"
#include "../harness/program.h"

/* ---- ledger.c ---- */

/*
 * The accounting of the soak, in memory that outlives the processes that write it: the keeper
 * raises and counts; the workers own the routes and are killed.
 *
 * This file owns the communication between the keeper and the workers, and the set of places
 * where each device interrupt may arrive. It knows nothing about routes, devices or VTL0.
 *
 * Each entry has three places (VP, vector) of its own, which are never used by another entry: so
 * the place where an interrupt arrives shows which entry it belongs to.
 */

#define ENTRIES_MAX	256
#define ENTRIES_PER_CPU	64
#define PLACES		3
/* These are above the vector that the guest's commands use. */
#define VECTOR_FIRST	0x30
#define WORKERS_MAX	8

/**
 * enum phase - what the workers do
 * @PHASE_RUN:   change routes at random
 * @PHASE_DRAIN: let each device have a route, and leave it alone
 * @PHASE_END:   silence the devices, close, exit
 */
enum phase {
	PHASE_RUN,
	PHASE_DRAIN,
	PHASE_END,
};

/* struct worker_figures.ready */
enum readiness {
	READY_NOT,
	READY_RUNS,
	READY_DRAINS,
};

/**
 * struct entry - a device interrupt and its counts
 * @source:  the interrupt source
 * @worker:  the number of the worker that owns it
 * @open:    written by the worker: it has a route and may raise; only a hint, since a
 *           masked source refuses to raise
 * @allowed: written by the worker, by bit: the places to which it is sent now; two while it
 *           moves
 * @seen:    written by both: the places to which it was sent since it was last raised
 * @raised:  written by the keeper
 * @handled: written by the keeper: the count at its last look
 * @at:      written by the keeper: the count of each place at its last look
 */
struct entry {
	struct labhost_source source;
	uint32_t worker;
	uint32_t open;
	uint32_t allowed;
	uint32_t seen;
	uint64_t raised;
	uint64_t handled;
	uint64_t at[PLACES];
} __attribute__((aligned(128)));

/**
 * struct worker_figures - total counts of all processes that had this worker's number
 * @hold:     written by the keeper: none of its entries is raised now
 * @ready:    written by the worker: enum readiness: each device has a route, and will keep it
 * @failure:  written by the worker: the errno of a call that must not fail, or 0
 * @failed:   written by the worker: the name of that call
 * @moves, @made, @ended: routes retargeted, created, destroyed
 * @up, @down: changes to redirected and to proxied, without a move
 * @refused:  calls for which the host refused both kinds of delivery
 * @files:    VTL files closed
 */
struct worker_figures {
	uint32_t hold;
	uint32_t ready;
	int32_t failure;
	char failed[32];
	uint64_t moves;
	uint64_t made;
	uint64_t ended;
	uint64_t up;
	uint64_t down;
	uint64_t refused;
	uint64_t files;
} __attribute__((aligned(128)));

/**
 * struct ledger - all of the shared memory
 * @seed:    seed of all random numbers
 * @cpus:    number of VPs that handle interrupts
 * @entries_count: number of valid elements of @entries
 * @workers_count: number of valid elements of @workers
 * @phase:   enum phase; written by the keeper
 * @counts:  interrupts that the keeper has taken from run pages; for VTL0, the guest's report
 *           pages are read instead
 */
struct ledger {
	uint64_t seed;
	uint32_t cpus;
	uint32_t entries_count;
	uint32_t workers_count;
	uint32_t phase;
	struct worker_figures workers[WORKERS_MAX];
	struct entry entries[ENTRIES_MAX];
	uint64_t counts[CPUS_MAX][256];
};

/* Creates a ledger, filled with zeros, in a file without a name; @fd gets its descriptor. */
struct ledger *ledger_create(int *fd);

/* Maps the ledger that another process has created. */
struct ledger *ledger_attach(int fd);

/* Return the VP and the vector of an entry's place. */
unsigned int place_vp(const struct ledger *ledger, unsigned int index, unsigned int place);
unsigned int place_vector(const struct ledger *ledger, unsigned int index, unsigned int place);

/* Finds the entry that owns the place (@vp, @vector). Returns false if there is none. */
bool place_find(const struct ledger *ledger, unsigned int vp, unsigned int vector,
		unsigned int *index, unsigned int *place);

/*
 * Called around a call that sends an entry to a place: from the first one on, the new place is
 * allowed too; from the second one on, only the places in its argument.
 */
uint32_t entry_move_begin(struct entry *entry, unsigned int place);
void entry_move_end(struct entry *entry, uint32_t allowed);

/* Called before a raise: from now on, only these places are valid for an arrival. */
void entry_raise_begin(struct entry *entry);

static inline void figure_add(uint64_t *figure, uint64_t count)
{
	__atomic_fetch_add(figure, count, __ATOMIC_RELAXED);
}

static inline uint64_t figure_read(const uint64_t *figure)
{
	return __atomic_load_n(figure, __ATOMIC_RELAXED);
}

/* ---- arrivals.c ---- */

/*
 * The handling of interrupts: by the guest in VTL0, or by threads that take the bits of the run
 * pages; one or the other, or both alternately.
 */

/* Prepares the handling; @vtl0: in VTL0. Returns false if that is impossible. */
bool arrivals_open(struct ledger *ledger, bool vtl0);
void arrivals_close(void);

/* Any thread calls it continuously: it takes the bits that are set if VTL0 does not run. */
void arrivals_poll(void);

/* Returns the total number of interrupts that arrived at a vector of a VP. */
uint64_t arrivals_count(unsigned int vp, unsigned int vector);

/*
 * Only one of these may be called at a time. A VP runs, halts, or leaves VTL0 for a moment; all
 * of them enter or leave VTL0. They return false if that failed.
 */
bool arrivals_shake(struct stream *stream);
bool arrivals_switch(bool vtl0);

/* Returns whether VTL0 handles the interrupts now. */
bool arrivals_in_vtl0(void);

/* Returns whether VTL0 has ended by itself. */
bool arrivals_broken(void);

/* ---- workers.c ---- */

/*
 * The workers, as the keeper manages them: they are started, killed, and started again.
 */

/* Starts a process for each number; @fd: file of the ledger. */
void workers_start(struct ledger *ledger, int fd);

/*
 * Kills a worker with SIGKILL, and starts it again. @in_flight: interrupts of its devices may
 * be in flight when it dies; otherwise it dies in the middle of any of its operations.
 */
void workers_kill(unsigned int number, bool in_flight);

/* Returns how many were killed. */
uint64_t workers_killed(void);

/* Waits until all workers have reached @level; returns false after @ms. */
bool workers_wait(enum readiness level, unsigned int ms);

/* Returns the number of a worker that failed, or ended by itself; -1: none. */
int workers_failed(void);

/* Waits until all workers have ended; returns false if one reported an error. */
bool workers_end(void);

/* ---- raisers.c ---- */

/*
 * Raising devices: threads that raise each device as soon as its last interrupt was handled, and
 * check where it arrived.
 */

#define RAISERS_MAX	8

/**
 * struct raisers_fault - the first error that was found
 * @what:  NULL: there was none
 * @index: the index of the entry
 * @place: the place where it arrived; PLACES: none
 */
struct raisers_fault {
	const char *what;
	unsigned int index;
	unsigned int place;
};

/* @hang_ms: the time limit for an interrupt. */
void raisers_start(struct ledger *ledger, unsigned int threads, unsigned int hang_ms);
void raisers_stop(void);

/* Stops or resumes raising all devices; interrupts in flight are still counted. */
void raisers_pause(bool on);

/* Returns after each thread has checked all its entries since the call. */
void raisers_pass(void);

/* Return sums over all entries, or over those of one worker. */
uint64_t raisers_raised(void);
uint64_t raisers_handled(void);
bool raisers_are_quiet(int worker);

/* Returns how many interrupts arrived at a wrong place, or without having been raised. */
uint64_t raisers_misdelivered(void);

/* Returns the first error. */
struct raisers_fault raisers_fault(void);

/* ---- worker.c ---- */

/*
 * A worker: a process with its own routes, which it changes at random until it is told to end,
 * or is killed.
 */

/* The main function of a worker. @generation: how many processes had this number before. */
int worker_main(struct ledger *ledger, unsigned int number, unsigned int generation);

/* ---- state.c ---- */

/*
 * The counters of the driver and of the lab's host.
 */

/**
 * struct state - counters that only increase
 * @redirected, @proxied: relayed by the driver, for vectors that entries may have
 * @blocked:  blocked by the VMM's filter, for both kinds of delivery
 * @unmapped: arrived at a hardware vector without a mapping
 * @exits:    exits to the host, for all sources
 * @raised:   raises that the host was told to make
 * @merged:   vectors that were already waiting for a slot
 * @refused:  calls that the host refused
 * @halts:    halts of VPs in VTL0
 */
struct state {
	uint64_t redirected;
	uint64_t proxied;
	uint64_t blocked;
	uint64_t unmapped;
	uint64_t exits;
	uint64_t raised;
	uint64_t merged;
	uint64_t refused;
	uint64_t halts;
};

struct state state_read(void);

/* Read single counters faster. */
uint64_t state_merged(void);
uint64_t state_refused(void);
uint64_t state_halts(void);

/* Prints everything that is known about a device interrupt with an error, and the driver. */
void state_tell_entry(const struct ledger *ledger, unsigned int index, unsigned int place,
		      const char *what);

/* ---- table.c ---- */

/*
 * Output for people: one row each second, with the headings of the columns repeated.
 */

#define TABLE_HEAD_EVERY	20

/* Begins a row; at regular intervals the line @head is printed before it. */
void table_row(const char *head, unsigned int second);

/* Prints a figure, aligned with the heading of its column. */
void table_cell(int width, uint64_t value);

/* Ends the row. */
void table_end(void);

/* Formats a number as 1,234,567. The result is one of a few buffers, which are reused. */
const char *table_number(uint64_t value);

/* ---- measure.c ---- */

/*
 * What the kernel has allocated: memory, descriptors, vectors. Every leak shows here.
 */

/**
 * struct measure - the figures at a quiet moment
 * @available:  kB of available memory (MemAvailable)
 * @slab:       kB in objects of the slab allocator that are in use, over all caches
 * @files:      open files of the system
 * @fds:        open files of this process
 * @descriptors: interrupt descriptors of the kernel (/sys/kernel/irq)
 * @rows:       lines of /proc/interrupts
 * @vectors:    by CPU: how many hardware vectors can be allocated there
 */
struct measure {
	int64_t available;
	int64_t slab;
	int64_t files;
	int64_t fds;
	int64_t descriptors;
	int64_t rows;
	int64_t vectors[CPUS_MAX];
};

/* Waits until everything that is being freed has been freed, and measures. */
struct measure measure_take(void);

/* Measure a single figure without waiting, in kB. */
int64_t measure_available(void);
int64_t measure_slab(void);

#endif /* _TESTS_SOAK_SOAK_H */
