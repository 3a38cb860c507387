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
#include "../harness/random.h"

/* ---- ledger.c ---- */

/*
 * The accounting of the soak, in memory that outlives the processes that write it: the keeper
 * raises and counts, workers own the routes and are killed.
 *
 * Owns: what keeper and workers tell each other, and where each device interrupt
 * may arrive. Knows nothing of routes, devices or VTL0.
 *
 * Each entry has three places (VP, vector) of its own, which no other entry ever has:
 * so an interrupt that shows up in a place tells whose it is.
 */

#define ENTRIES_MAX	256
#define ENTRIES_PER_CPU	64
#define PLACES		3
/* Above the vector that the guest's commands have. */
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
 * @source:  which
 * @worker:  whose
 * @open:    worker: it has a route and may raise; only a hint, since a masked
 *           source refuses to raise
 * @allowed: worker: by bit, the places to which it is sent now; two while it moves
 * @seen:    both: the places to which it was sent since it was last raised
 * @raised:  keeper
 * @handled: keeper: as it last saw it
 * @at:      keeper: what each place had then
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
 * struct worker_figures - what the processes that had this number did, in all
 * @hold:     keeper: nothing of it is raised now
 * @ready:    worker: enum readiness: each device has a route, and will keep it
 * @failure:  worker: the errno of a call that must not fail, or 0
 * @failed:   worker: which call that was
 * @moves, @made, @ended: routes retargeted, made, given back
 * @up, @down: changes to redirected and to proxied, in place
 * @refused:  calls that the host refused both ways
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
 * struct ledger - all of it
 * @seed:    of all that is random
 * @cpus:    VPs that take interrupts
 * @entries_count: valid ones in @entries
 * @workers_count: valid ones in @workers
 * @phase:   enum phase; the keeper's
 * @counts:  interrupts handled by the keeper's takers; with VTL0, the guest's report
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

/* A new ledger, all zeroes, in a file without a name: its descriptor in @fd. */
struct ledger *ledger_create(int *fd);

/* The one that another process made. */
struct ledger *ledger_attach(int fd);

/* Where an entry's place is. */
unsigned int place_vp(const struct ledger *ledger, unsigned int index, unsigned int place);
unsigned int place_vector(const struct ledger *ledger, unsigned int index, unsigned int place);

/* Whose place (@vp, @vector) is; false: nobody's. */
bool place_find(const struct ledger *ledger, unsigned int vp, unsigned int vector,
		unsigned int *index, unsigned int *place);

/*
 * Around a call that sends an entry to a place: before it, the new place is allowed
 * too; after it, the new or the old ones alone.
 */
uint32_t entry_move_begin(struct entry *entry, unsigned int place);
void entry_move_end(struct entry *entry, uint32_t allowed);

/* Before a raise: what arrives from now on may be in these places alone. */
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
 * Where interrupts are handled: by the guest in VTL0, or by whoever takes the bits of
 * the run pages; one or the other, or both in turns.
 */

/* Ready to handle; @vtl0: in VTL0. False: it cannot be. */
bool arrivals_open(struct ledger *ledger, bool vtl0);
void arrivals_close(void);

/* To be called all the time, by any threads: takes what has come, if that is its turn. */
void arrivals_poll(void);

/* How many came to a vector of a VP, in all. */
uint64_t arrivals_count(unsigned int vp, unsigned int vector);

/*
 * Of these, one call at a time. A VP runs, halts, or leaves VTL0 for a moment; all of
 * them enter or leave VTL0. False: that failed.
 */
bool arrivals_shake(struct stream *stream);
bool arrivals_switch(bool vtl0);

/* Whose turn it is now. */
bool arrivals_in_vtl0(void);

/* Whether VTL0 has ended by itself. */
bool arrivals_broken(void);

/* ---- crew.c ---- */

/*
 * The workers as the keeper has them: started, killed, started again.
 */

/* Starts a process for each number; @fd: the ledger's. */
void crew_start(struct ledger *ledger, int fd);

/*
 * Kills one with SIGKILL, and starts it again. @under_fire: its devices' interrupts
 * may be on their way when it dies; else it dies in the middle of whatever it does.
 */
void crew_kill(unsigned int number, bool under_fire);

/* How many were killed. */
uint64_t crew_killed(void);

/* Waits until all have come so far; false: not in time. */
bool crew_wait(enum readiness level, unsigned int ms);

/* The number of one that failed, or ended by itself; -1: none. */
int crew_failed(void);

/* Waits for their end; false if one did not end well. */
bool crew_end(void);

/* ---- fire.c ---- */

/*
 * Devices under fire: threads that raise each as soon as its last interrupt was
 * handled, and look where it was.
 */

#define FIRE_THREADS_MAX	8

/**
 * struct fire_trouble - the first thing that went wrong
 * @what:  NULL: nothing did
 * @index: of the entry
 * @place: where it came; PLACES: nowhere
 */
struct fire_trouble {
	const char *what;
	unsigned int index;
	unsigned int place;
};

/* @hang_ms: for how long an interrupt may be under way. */
void fire_start(struct ledger *ledger, unsigned int threads, unsigned int hang_ms);
void fire_stop(void);

/* No more raises, of any, or again; what is under way is looked for all the time. */
void fire_cease(bool cease);

/* When it returns, each thread has gone by all its entries since it was called. */
void fire_pass(void);

/* Sums over all entries, or over those of one worker. */
uint64_t fire_raised(void);
uint64_t fire_handled(void);
bool fire_is_quiet(int worker);

/* Interrupts in a place to which the route did not lead, or that nobody raised. */
uint64_t fire_misdelivered(void);

/* What went wrong first. */
struct fire_trouble fire_trouble(void);

/* ---- worker.c ---- */

/*
 * A worker: a process with routes of its own, which it changes at random until it is
 * told to end, or killed.
 */

/* All of a worker's life. @generation: how many had this number before. */
int worker_main(struct ledger *ledger, unsigned int number, unsigned int generation);

/* ---- state.c ---- */

/*
 * What the driver and the lab's host say of themselves.
 */

/**
 * struct state - figures that only grow
 * @redirected, @proxied: relayed by the driver, from vectors that entries may have
 * @blocked:  by the VMM's filter, either way
 * @unmapped: came to a hardware vector that stood for nothing
 * @exits:    of the host, for all sources
 * @raised:   what the host was told to raise
 * @merged:   vectors that waited already for a slot
 * @refused:  calls that the host refused
 * @halts:    of VPs in VTL0
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

/* Some of them, quicker. */
uint64_t state_merged(void);
uint64_t state_refused(void);
uint64_t state_halts(void);

/* All that is known of a device interrupt that makes trouble, and of the driver. */
void state_tell_entry(const struct ledger *ledger, unsigned int index, unsigned int place,
		      const char *what);

/* ---- table.c ---- */

/*
 * Lines for people: a row a second, the heads of the columns now and then.
 */

#define TABLE_HEAD_EVERY	20

/* Begins a row; every so often with the line @head before it. */
void table_row(const char *head, unsigned int second);

/* A figure, right under the head's column. */
void table_cell(int width, uint64_t value);

/* Ends it. */
void table_end(void);

/* A number as people write it: 1,234,567. In one of a few places, used in turn. */
const char *table_number(uint64_t value);

#endif /* _TESTS_SOAK_SOAK_H */
