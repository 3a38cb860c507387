/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The fuzzer of the ioctls: its operations and sequences of them, which are plain data, so that
 * they can be created at random, stored and mutated; VTL0; and what they reach.
 */
#ifndef _TESTS_FUZZ_OP_H
#define _TESTS_FUZZ_OP_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <time.h>

#include <linux/mshv_vtl.h>

#include "../harness/program.h"
#include "tally.h"

#define OP_CPUS		16
#define OP_TABLES	4
#define OP_SEQUENCE	24

/* What an operation does; see below. */
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
 * @locked: address of the physical memory of a page that is locked
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
	uint64_t locked;
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

/*
 * ---- op_driver.c, op_guest.c, op_around.c ----
 * The functions for each kind of operation. They return 0 or more, or a negative errno. A thread
 * that touches memory that does not exist continues at its trap.
 */

/* Ioctls of the driver, op_driver.c. */
long op_check_extension(struct op_thread *thread, const struct op *op);
long op_create_vtl(struct op_thread *thread, const struct op *op);
long op_map(struct op_thread *thread, const struct op *op);
long op_unmap(struct op_thread *thread, const struct op *op);
long op_set_poll_file(struct op_thread *thread, const struct op *op);
long op_kick_cpus(struct op_thread *thread, const struct op *op);
long op_tdcall(struct op_thread *thread, const struct op *op);
long op_get_vp(struct op_thread *thread, const struct op *op);
long op_return(struct op_thread *thread, const struct op *op);
long op_hvcall_setup(struct op_thread *thread, const struct op *op);
long op_hvcall(struct op_thread *thread, const struct op *op);
long op_wrong(struct op_thread *thread, const struct op *op);

/* Several runs of VTL0, in op_guest.c. */
long op_guest(struct op_thread *thread, const struct op *op);

/* Operations around the ioctls, in op_around.c. */
long op_mmap(struct op_thread *thread, const struct op *op);
long op_munmap(struct op_thread *thread, const struct op *op);
long op_touch(struct op_thread *thread, const struct op *op);
long op_scribble(struct op_thread *thread, const struct op *op);
long op_close(struct op_thread *thread, const struct op *op);
long op_open(struct op_thread *thread, const struct op *op);
long op_event(struct op_thread *thread, const struct op *op);
long op_pin(struct op_thread *thread, const struct op *op);
long op_raise(struct op_thread *thread, const struct op *op);
long op_fork(struct op_thread *thread, const struct op *op);
long op_debugfs(struct op_thread *thread, const struct op *op);
long op_parameter(struct op_thread *thread, const struct op *op);
long op_send_file(struct op_thread *thread, const struct op *op);

/* Returns a value: a likely one, one at a boundary, or any. */
uint64_t op_value(uint8_t how, uint64_t raw);
unsigned int op_cpu(const struct op_thread *thread, const struct op *op);
int op_vtl(const struct op_thread *thread, const struct op *op);

/* Returns a file, which usually can be polled. */
int op_event_file(const struct op_thread *thread, unsigned int raw);

/* Maps the run page of a CPU; the caller unmaps it. NULL: there is none. */
struct mshv_vtl_run *op_run_map(const struct op_thread *thread, const struct op *op);

/* From now on, ends each run of VTL0 after @usecs; 0 stops that. */
void op_alarm_set(struct op_thread *thread, unsigned int usecs);

/* Puts @fd into a slot, and closes the previous file of the slot. */
void op_slot_set(int *slot, int fd);

/*
 * ---- guest.c ----
 * VTL0 for the fuzzer: the lab's guest is started, so that its tables and handlers are in
 * memory, and stopped. Then a program runs in its memory whose instructions only cause exits.
 */

/*
 * Creates VTL0, and records in @world how it runs. Its memory at @memory does not belong to
 * Linux, so that VTL0 can damage only this memory, even with garbage in its registers. Removes
 * the previous VTL0. Returns 0 or a negative errno.
 */
int guest_make(struct op_world *world);

void guest_drop(struct op_world *world);

/*
 * Called on the CPU of VP @vp: restores its L2 VCPU, whatever was written there; and if @memory
 * is set, all of VTL0's memory, too.
 */
void guest_repair(struct op_world *world, int vtl, unsigned int vp, bool memory);

/* Sets the registers with which the program begins; @seed determines what it does. */
void guest_context_fill(const struct op_world *world, struct mshv_vtl_run *run, unsigned int vp,
			uint64_t seed);

/*
 * ---- kcov.c ----
 * Coverage by KCOV: the places of the driver that the system calls of a thread have reached,
 * and the sequences of operations that reached new places.
 */

#define KCOV_PLACES	(1 << 18)
#define KCOV_KEPT	2048

/**
 * struct kcov_shared - memory that processes share
 * @base:    address of the driver's text; 0: there is no KCOV
 * @places:  by offset in the text: whether the place was reached
 * @reached: number of places that were reached
 * @kept:    sequences that reached a new place
 * @count:   total number of sequences that were kept
 */
struct kcov_shared {
	uint64_t base;
	uint64_t size;
	uint8_t places[KCOV_PLACES];
	uint64_t reached;
	uint64_t count;
	struct op_sequence kept[KCOV_KEPT];
};

/**
 * struct kcov - the trace of a thread
 * @fd:    -1: none
 * @trace: the number of places, followed by these places
 */
struct kcov {
	struct kcov_shared *shared;
	int fd;
	uint64_t *trace;
};

/* Finds the driver's text; called once, before all other functions. */
void kcov_find(struct kcov_shared *shared, const char *module);

/* Starts tracing of the calling thread. */
void kcov_begin(struct kcov *kcov, struct kcov_shared *shared);

/* Starts a new measurement. */
void kcov_clear(struct kcov *kcov);

/* Keeps @sequence if it has reached a new place since kcov_clear(). */
void kcov_judge(struct kcov *kcov, const struct op_sequence *sequence);

/* Chooses a sequence to run: a new one, or a changed copy of one that was kept. */
void kcov_choose(const struct kcov_shared *shared, struct op_sequence *sequence,
		 struct stream *stream);

/* Prints lines "# reached OFFSET", for the script that knows the driver's symbols. */
void kcov_print(const struct kcov_shared *shared);

#endif /* _TESTS_FUZZ_OP_H */
