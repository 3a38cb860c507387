/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts of the bench of VTL0, one section for each file.
 */
#ifndef _BENCH_VTL0_H
#define _BENCH_VTL0_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../../lab/paravisor/vmm.h"

/* ---- guest.c ---- */

/*
 * The guest that is measured: one VP, one edu device with one interrupt.
 */

/* Of all lines. */
#define GROUP		"vtl0"
/* The samples at the beginning are left out: the first ways are not yet trodden. */
#define WARM_UP		200
#define SAMPLES		2000
/* And a few at the end are left for those that were disturbed. */
#define SPARE		20
#define ALL		(WARM_UP + SAMPLES + SPARE)

/* Of the edu device. */
#define EDU_LIVENESS	0x04
#define EDU_RAISE	0x60

/**
 * struct guest - a guest of VTL0
 * @vm:         its VMM
 * @redirected: the way that its interrupts take; else proxied
 * @edu:        the lab's host's index of its edu device
 * @route:      of that device's interrupt
 * @registers:  that device's, for who raises from outside
 * @thread:     the VP's thread
 */
struct guest {
	struct vmm *vm;
	bool redirected;
	unsigned int edu;
	int route;
	volatile uint8_t *registers;
	pid_t thread;
};

/**
 * guest_open() - make a guest, and let it run
 * @guest:      to fill in
 * @redirected: whether its interrupts are, which is checked
 */
void guest_open(struct guest *guest, bool redirected);

/* Ends it. */
void guest_close(struct guest *guest);

/* How the way is called in the report. */
const char *guest_way(const struct guest *guest);

/**
 * guest_sample_post() - let it take ALL samples
 * @guest: the guest
 * @kind:  of which kind
 */
void guest_sample_post(struct guest *guest, enum vtl0_sample_kind kind);

/* Waits until they are taken. */
void guest_sample_wait(struct guest *guest);

/* Both in one. */
void guest_sample(struct guest *guest, enum vtl0_sample_kind kind);

/* The samples; valid until the next are taken. */
const struct vtl0_sample *guest_samples(const struct guest *guest);

/**
 * guest_sleep() - leave the CPU to the guest
 * @usecs: for so long at least
 */
void guest_sleep(unsigned int usecs);

/* ---- burst.c ---- */

/*
 * Several interrupts at once.
 */

/* Reports what bursts of 2, 8 and 32 cost; the edu's interrupt is gone after it. */
void burst_report(struct guest *guest);

/* ---- counts.c ---- */

/*
 * The books of VP 0: exits of VTL0, exits to the host, returns to user space.
 */

/**
 * struct counts - sums since the modules were loaded
 * @vtl0_exits:   VTL0 exited, as the TDX module tells it to VTL2
 * @host_exits:   for device interrupts, for messages taken, for other VPs kicked
 * @user_returns: of VTL0's thread
 */
struct counts {
	uint64_t vtl0_exits;
	uint64_t host_exits;
	uint64_t user_returns;
};

void counts_read(const struct guest *guest, struct counts *counts);

/* Calls of TDG.VP.ENTER by VP 0, as the TDX module counts them. */
uint64_t counts_entries(void);

/* ---- halted.c ---- */

/*
 * Interrupts of a guest that is halted.
 */

/**
 * halted_sample() - take ALL samples, each raised when the guest is in HLT
 * @guest:  the guest
 * @starts: out: for each, the TSC before the device was written
 *
 * Return: the cost of an empty sample: from TSC to TSC around a device write.
 */
int64_t halted_sample(struct guest *guest, uint64_t *starts);

#endif /* _BENCH_VTL0_H */
