/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The operations of the fuzzer of the ioctls, and sequences of them. Both are plain data, so
 * that they can be created at random, stored and mutated.
 */
#ifndef _TESTS_FUZZ_OP_H
#define _TESTS_FUZZ_OP_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <linux/mshv_vtl.h>

#include "../harness/random.h"
#include "tally.h"

#define OP_CPUS		16
#define OP_TABLES	4
#define OP_SEQUENCE	24

/* What an operation does; see op_kinds.h. */
enum op_kind {
	OP_KIND_CHECK_EXTENSION,
	OP_KIND_CREATE_VTL,
	OP_KIND_MAP,
	OP_KIND_UNMAP,
	OP_KIND_SET_POLL_FILE,
	OP_KIND_KICK_CPUS,
	OP_KIND_TDCALL,
	OP_KIND_GET_VP,
	OP_KIND_RETURN,
	OP_KIND_HVCALL_SETUP,
	OP_KIND_HVCALL,
	OP_KIND_WRONG,
	OP_KIND_MMAP,
	OP_KIND_MUNMAP,
	OP_KIND_TOUCH,
	OP_KIND_SCRIBBLE,
	OP_KIND_CLOSE,
	OP_KIND_OPEN,
	OP_KIND_EVENT,
	OP_KIND_PIN,
	OP_KIND_RAISE,
	OP_KIND_FORK,
	OP_KIND_DEBUGFS,
	OP_KIND_PARAMETER,
	OP_KIND_SEND_FILE,
	OP_KIND_GUEST,
	OP_KINDS
};

/* The functions of each kind know how the values are used. */
struct op {
	uint8_t kind;
	uint8_t how;
	uint8_t place;
	uint8_t slot;
	uint32_t word;
	uint64_t values[4];
};

struct op_sequence {
	uint32_t length;
	struct op ops[OP_SEQUENCE];
};

/**
 * struct op_world - data that do not change; shared by all processes
 * @tally:    the results of the operations
 * @cpus:     number of CPUs
 * @apic_ids: APIC id of each CPU
 * @has_vtl0: @good was taken from a guest that ran
 * @good:     contexts with which VTL0 runs
 * @tables:   limits and bases of GDT and IDT
 * @base:     address of VTL0's memory
 * @memory:   mapping of this memory in each process
 * @image:    initial contents of this memory
 * @failures: how often an allocation or a copy was made to fail
 */
struct op_world {
	struct tally tally;
	unsigned int cpus;
	uint32_t apic_ids[OP_CPUS];
	bool has_vtl0;
	struct mshv_vtl_run good[OP_CPUS];
	uint64_t tables[OP_TABLES];
	uint64_t base;
	uint8_t *memory;
	uint8_t *image;
	uint64_t failures;
};

#define OP_VTLS		8
#define OP_HVS		4
#define OP_EVENTS	12
#define OP_PAGES	64
#define OP_RECENT	64

/**
 * struct op_pool - objects that the threads of a process share, and may close for each other
 * @mshv:    /dev/mshv
 * @host:    the lab's host
 * @tdx:     the lab's TDX module; -1: none
 * @vtls:    VTL files; -1: none
 * @hvs:     files of /dev/mshv_hvcall
 * @events:  files that can be polled, and some that cannot
 * @arena:   OP_PAGES pages of address space, for mappings of VTL files
 * @recent:  mappings that were made: CPU << 8 | hardware vector
 * @cpus_mapped: number of CPUs, from 0 on, on which it maps; the others can go offline
 */
struct op_pool {
	int mshv;
	int host;
	int tdx;
	int vtls[OP_VTLS];
	int hvs[OP_HVS];
	int events[OP_EVENTS];
	uint8_t *arena;
	uint32_t recent[OP_RECENT];
	uint32_t recent_next;
	unsigned int cpus_mapped;
};

/**
 * struct op_thread - a thread that executes operations
 * @buffer: two pages, the second of which cannot be accessed
 * @frozen: a page that can only be read
 * @alarm:  ends a run of VTL0
 * @needs_repair: the VCPU of its CPU cannot continue
 * @fail:   /proc/thread-self/fail-nth; -1: there is none
 * @trap:   the place where the thread continues after an access to missing memory
 */
struct op_thread {
	struct op_world *world;
	struct op_pool *pool;
	uint8_t *buffer;
	uint8_t *frozen;
	timer_t alarm;
	bool needs_repair;
	int fail;
	sigjmp_buf trap;
};

/* Returns the name of a kind, for the tally. */
const char *op_name(unsigned int kind);

/* Returns how many ioctls of the driver were made. */
uint64_t op_ioctls(const struct tally *tally);

void op_sequence_random(struct op_sequence *sequence, struct stream *stream);
void op_sequence_mutate(struct op_sequence *sequence, const struct op_sequence *other,
			struct stream *stream);

/* Opens all that a process needs. Returns 0 or a negative errno. */
int op_pool_open(struct op_pool *pool);

/* Prepares the calling thread. */
int op_thread_begin(struct op_thread *thread, struct op_world *world, struct op_pool *pool);

/* Called once in a process: SIGBUS and SIGSEGV of an access continue at the thread's trap. */
void op_signals_set(void);

void op_sequence_run(struct op_thread *thread, const struct op_sequence *sequence);

#endif /* _TESTS_FUZZ_OP_H */
