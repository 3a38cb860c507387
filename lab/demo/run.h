/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One run of the demo: a guest in VTL0 whose devices raise interrupts under given conditions,
 * and the counts of that run.
 */
#ifndef _LAB_DEMO_RUN_H
#define _LAB_DEMO_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "../../lib/vtlirq.h"
#include "../hypervisor/l1/lab_tdx.h"

struct vmm;

#define RUN_VPS		2
#define RUN_ROUTES_MAX	12

/**
 * struct run_plan - the conditions of a run
 * @host_redirects: the host offers redirection
 * @quota:          the maximum number of redirected interrupts per VP; 0: no maximum
 * @moves_min:      how often routes move to another VP at least; 0: they do not move
 * @interrupts:     how many interrupts to raise; it may be a few more
 */
struct run_plan {
	bool host_redirects;
	unsigned int quota;
	unsigned long moves_min;
	unsigned long interrupts;
};

/**
 * struct run_route - a device interrupt of VTL0, and its counts
 * @index:   the VMM's index of the route
 * @device:  the index of the device at the lab's host
 * @name:    the device's name
 * @source:  the index of the interrupt among those of the device
 * @vp:      the VP that gets the interrupt at first
 * @vector:  the proxy vector, which no other route has
 * @before:  the lab host's count of the interrupt before the run
 * @raised:  how often it was raised since then
 * @handled: the count of VTL0's own handlers, on all VPs
 * @state:   the state that libvtlirq reports at the end
 */
struct run_route {
	unsigned int index;
	unsigned int device;
	char name[32];
	unsigned int source;
	unsigned int vp;
	unsigned int vector;
	uint64_t before;
	uint64_t raised;
	uint64_t handled;
	struct vtlirq_route_state state;
};

/**
 * struct run_counts - what was counted while the interrupts were raised
 * @host_exits:   device interrupts that went to the host, kicks from one VTL2 CPU to another,
 *                and exits of VTL0 that the host handled
 * @eoms:         writes to the register that tells the host that its message slot is free;
 *                each is an exit too, but one serves many interrupts if many come at once
 * @vtl0_exits:   exits of VTL0, for any reason
 * @user_returns: returns of the VMM's threads to user space
 * @kicks:        the kicks among @host_exits
 */
struct run_counts {
	uint64_t host_exits;
	uint64_t vtl0_exits;
	uint64_t user_returns;
	uint64_t kicks;
	uint64_t eoms;
};

/**
 * struct run_result - the result of a run
 * @routes, @routes_count: the interrupts
 * @raised, @relayed, @handled: sums over all routes; @relayed is the driver's count
 * @misdelivered: interrupts that VTL0 handled, but that do not belong to a route
 * @counts:   see struct run_counts
 * @kicks:    kicks with commands for the VPs; no other count includes them
 * @summary:  libvtlirq's summary
 * @tdx:      the reasons of VTL0's exits
 * @instructions: see instructions_measure(); no other count includes its interrupts
 * @complete: each interrupt was handled before the time-out
 */
struct run_result {
	struct run_route routes[RUN_ROUTES_MAX];
	unsigned int routes_count;
	uint64_t raised;
	uint64_t relayed;
	uint64_t handled;
	uint64_t misdelivered;
	struct run_counts counts;
	uint64_t kicks;
	struct vtlirq_summary summary;
	struct lab_tdx_stats tdx;
	double instructions;
	bool complete;
};

/* Carry out a run. If that is not possible, end the program with a message. */
void run_carry_out(const struct run_plan *plan, struct run_result *result);

/* ---- instructions.c: the instructions that the delivery of an interrupt to VTL0 takes ---- */

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

#endif /* _LAB_DEMO_RUN_H */
