/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interfaces between the files of the bench of VTL0, one section for each file.
 */
#ifndef _BENCH_VTL0_H
#define _BENCH_VTL0_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../../lab/paravisor/vmm.h"

/* ---- guest.c: the guest that is measured, with one VP and one edu device ---- */

/* The group of all measurements. */
#define GROUP		"vtl0"
/* The first samples are left out: caches are cold, and pages are not mapped yet. */
#define WARM_UP		200
#define SAMPLES		2000
/* Additional samples that replace disturbed ones. */
#define SPARE		20
#define ALL		(WARM_UP + SAMPLES + SPARE)

/* The registers of the edu device. */
#define EDU_LIVENESS	0x04
#define EDU_RAISE	0x60

/**
 * struct guest - a guest of VTL0
 * @vm:         its VMM
 * @redirected: its interrupts are redirected, not proxied
 * @edu:        the index of its edu device in the lab's host
 * @route:      the route of that device's interrupt
 * @registers:  the registers of that device, to raise the interrupt from outside
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

/* Create and run a guest. Checks whether its interrupts are redirected as requested. */
void guest_open(struct guest *guest, bool redirected);

/* End the guest. */
void guest_close(struct guest *guest);

/* Return the name of its kind of delivery in the report. */
const char *guest_delivery(const struct guest *guest);

/* Tell the guest to take ALL samples of a kind. */
void guest_sample_post(struct guest *guest, enum vtl0_sample_kind kind);

/* Wait until the guest has taken these samples. */
void guest_sample_wait(struct guest *guest);

/* Do both: let the guest take ALL samples of a kind, and wait for them. */
void guest_sample(struct guest *guest, enum vtl0_sample_kind kind);

/* Return the samples. They are valid until the next ones are taken. */
const struct vtl0_sample *guest_samples(const struct guest *guest);

/* Leave the CPU to the guest for at least @usecs. */
void guest_sleep(unsigned int usecs);

/* ---- burst.c: several interrupts at once ---- */

/* Report what bursts of 2, 8 and 32 cost. The edu's interrupt has no route afterwards. */
void burst_report(struct guest *guest);

/* ---- counts.c: the counters of VP 0 ---- */

/**
 * struct counts - sums since the modules were loaded
 * @vtl0_exits:   exits of VTL0 that the TDX module reported to VTL2
 * @host_exits:   exits to the host: for device interrupts, acknowledged messages and kicks
 * @user_returns: returns of VTL0's thread to user space
 */
struct counts {
	uint64_t vtl0_exits;
	uint64_t host_exits;
	uint64_t user_returns;
};

void counts_read(const struct guest *guest, struct counts *counts);

/* Return the number of TDG.VP.ENTER calls by VP 0, as the TDX module counts them. */
uint64_t counts_entries(void);

/* ---- halted.c: interrupts of a halted guest ---- */

/*
 * Take ALL samples, each raised while the guest is in HLT; @starts has the TSC before each
 * write to the device. Return: the cost of an empty sample, two reads of the TSC around a
 * write to the device.
 */
int64_t halted_sample(struct guest *guest, uint64_t *starts);

#endif /* _BENCH_VTL0_H */
