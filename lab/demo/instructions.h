/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The instructions that an interrupt costs on its way into VTL0.
 */
#ifndef _LAB_DEMO_INSTRUCTIONS_H
#define _LAB_DEMO_INSTRUCTIONS_H

#include "../paravisor/vmm.h"
#include "run.h"

/* Interrupts for each route that is measured; the first quarter is a warm-up. */
#define INSTRUCTIONS_SAMPLES	64

/**
 * instructions_measure() - let the guest raise more interrupts, and count instructions
 * @vm:     the VMM; its guest halts, and its routes do not move
 * @result: the routes; of those whose device is an edu, each is measured
 *
 * From the guest's write to its device to the first instruction of its handler, on the
 * same VP. The guest's clock has to count instructions, and not those below the kernel:
 * the hypervisor's "clock=l2-stopped", under QEMU's -icount.
 *
 * Context: gives up if an interrupt does not come.
 * Return: instructions for each, the mean over the routes of their medians; 0 if the clock
 * counts something else.
 */
double instructions_measure(struct vmm *vm, const struct run_result *result);

#endif /* _LAB_DEMO_INSTRUCTIONS_H */
