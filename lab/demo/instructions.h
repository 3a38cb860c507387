/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Counts the instructions that the delivery of an interrupt to VTL0 takes.
 */
#ifndef _LAB_DEMO_INSTRUCTIONS_H
#define _LAB_DEMO_INSTRUCTIONS_H

#include "../paravisor/vmm.h"
#include "run.h"

/* The number of interrupts for each measured route. The first quarter is a warm-up. */
#define INSTRUCTIONS_SAMPLES	64

/**
 * instructions_measure() - let the guest raise more interrupts, and count instructions
 * @vm:     the VMM; its guest halts, and its routes do not move
 * @result: the routes; each route whose device is an edu is measured
 *
 * The measurement begins with the guest's write to its device and ends with the first
 * instruction of its handler, on the same VP. The guest's clock has to count instructions,
 * except those below the kernel: this is the hypervisor's "clock=l2-stopped", under QEMU's
 * -icount.
 *
 * Context: ends the program if an interrupt does not come.
 * Return: instructions per interrupt, as the mean of the routes' medians; 0 if the clock
 * counts something else.
 */
double instructions_measure(struct vmm *vm, const struct run_result *result);

#endif /* _LAB_DEMO_INSTRUCTIONS_H */
