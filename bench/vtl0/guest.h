/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest that is measured: one VP, one edu device with one interrupt.
 */
#ifndef BENCH_VTL0_GUEST_H
#define BENCH_VTL0_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../../lab/paravisor/vmm.h"

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

#endif /* BENCH_VTL0_GUEST_H */
