/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The books of the soak, in memory that outlives whoever writes them: the keeper
 * raises and counts, workers own the routes and are killed.
 *
 * Owns: what keeper and workers tell each other, and where each device interrupt
 * may arrive. Knows nothing of routes, devices or VTL0.
 *
 * Each entry has three places (VP, vector) of its own, which no other entry ever has:
 * so an interrupt that shows up in a place tells whose it is.
 */
#ifndef _TESTS_SOAK_LEDGER_H
#define _TESTS_SOAK_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "../harness/lab.h"

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

/* struct worker_books.ready */
enum readiness {
	READY_NOT,
	READY_RUNS,
	READY_DRAINS,
};

/**
 * struct entry - a device interrupt, and its books
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
 * struct worker_books - what the processes that had this number did, in all
 * @hold:     keeper: nothing of it is raised now
 * @ready:    worker: enum readiness: each device has a route, and will keep it
 * @failure:  worker: the errno of a call that must not fail, or 0
 * @failed:   worker: which call that was
 * @moves, @made, @ended: routes retargeted, made, given back
 * @up, @down: changes to redirected and to proxied, in place
 * @refused:  calls that the host refused both ways
 * @files:    VTL files closed
 */
struct worker_books {
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
	struct worker_books workers[WORKERS_MAX];
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

static inline void books_add(uint64_t *figure, uint64_t count)
{
	__atomic_fetch_add(figure, count, __ATOMIC_RELAXED);
}

static inline uint64_t books_read(const uint64_t *figure)
{
	return __atomic_load_n(figure, __ATOMIC_RELAXED);
}

#endif /* _TESTS_SOAK_LEDGER_H */
