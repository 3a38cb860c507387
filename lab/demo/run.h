/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One run of the demo: a guest in VTL0, its devices raising interrupts under
 * given conditions, and what was counted.
 */
#ifndef _LAB_DEMO_RUN_H
#define _LAB_DEMO_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "../../lib/vtlirq.h"
#include "../hypervisor/l1/lab_tdx.h"

#define RUN_VPS		2
#define RUN_ROUTES_MAX	12

/**
 * struct run_plan - the conditions
 * @host_redirects: the host offers redirection
 * @quota:          most interrupts redirected to one VP; 0: all
 * @moves_min:      how often at least routes move to another VP; 0: they do not move
 * @interrupts:     how many, or a few more
 */
struct run_plan {
	bool host_redirects;
	unsigned int quota;
	unsigned long moves_min;
	unsigned long interrupts;
};

/**
 * struct run_route - a device interrupt of VTL0, and its counts
 * @index:   of the VMM's
 * @device:  of the lab's host
 * @name:    of the device
 * @source:  which of the device's interrupts
 * @vp:      where it was to go at first
 * @vector:  as VTL0 knows it; no other route has it
 * @before:  the lab host's count of it before the run
 * @raised:  what it was told to raise since
 * @handled: what VTL0's own handlers counted, on all VPs
 * @state:   what libvtlirq says at the end
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
 * struct run_counts - what was counted while the interrupts came
 * @host_exits:   device interrupts that went to the host, kicks from one VTL2 CPU to
 *                another, VTL0 left to the host
 * @eoms:         the register written that tells the host that its slot is free:
 *                an exit too, but for many interrupts if many come at once
 * @vtl0_exits:   VTL0 exited, for whatever reason
 * @user_returns: the VMM's threads came back from the kernel
 * @kicks:        those among @host_exits
 */
struct run_counts {
	uint64_t host_exits;
	uint64_t vtl0_exits;
	uint64_t user_returns;
	uint64_t kicks;
	uint64_t eoms;
};

/**
 * struct run_result - what came of it
 * @routes, @routes_count: the interrupts
 * @raised, @relayed, @handled: sums over them; @relayed is the driver's count
 * @misdelivered: what VTL0 handled that no route accounts for
 * @counts:   see struct run_counts
 * @kicks:    kicks that told the VPs what to do; no other count includes them
 * @summary:  of libvtlirq
 * @tdx:      why VTL0 exited
 * @instructions: see instructions_measure(); no other count includes its interrupts
 * @complete: every interrupt was handled before patience ended
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

/* Carries out a run; gives up, with a line, if it cannot be done at all. */
void run_carry_out(const struct run_plan *plan, struct run_result *result);

#endif /* _LAB_DEMO_RUN_H */
