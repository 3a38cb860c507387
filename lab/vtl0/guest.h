/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the guest's parts know of each other.
 */
#ifndef _LAB_VTL0_GUEST_H
#define _LAB_VTL0_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "report.h"

/**
 * struct nest - the plan of VTL0_COMMAND_NEST
 * @armed: it holds; cleared by the handler that carries it out
 * @low:   raised second; must wait
 * @middle: raised first; raises the others
 * @high:  raised last; must come at once
 */
struct nest {
	bool armed;
	uint8_t low;
	uint8_t middle;
	uint8_t high;
};

/**
 * struct vp - a virtual processor, used by itself alone
 * @number:    which it is
 * @boot:      the boot page
 * @report:    its report page
 * @nest:      what its handlers do beside counting
 * @depth:     handlers under way
 * @ring_route: index of the route that it rings
 * @ring_limit: stop ringing when @report->rings is this; 0: no end
 * @ring_goal: the last ring has been answered when the vector's count is this
 * @rung_at:   TSC when it rang; 0: not waiting
 */
struct vp {
	uint32_t number;
	volatile struct vtl0_boot *boot;
	volatile struct vtl0_report *report;
	struct nest nest;
	uint32_t depth;
	uint32_t ring_route;
	uint64_t ring_limit;
	uint64_t ring_goal;
	uint64_t rung_at;
};

extern struct vp vps[VTL0_VPS_MAX];

/**
 * vp_self() - the VP that this runs on
 *
 * Return: found by the stack: each VP has its own.
 */
struct vp *vp_self(void);

/* Makes the interrupt table; once. */
void interrupts_setup(void);
/* Tells the CPU of it; on each VP. */
void interrupts_load(void);

/* Tells a device that its interrupt was seen, if it wants to be told. */
void device_acknowledge(struct vp *vp, uint32_t vector);
/* Raises the interrupt of a route, if its device is known. */
void device_ring(struct vp *vp, uint32_t route);

/* Carries out the command of the report page, if there is a new one. */
void command_poll(struct vp *vp);
/* One turn of a ringing mode: rings if the last ring was answered. */
void ring_turn(struct vp *vp);
/* The vector of the VP's handler under way came: was it the ring's answer? */
void ring_answered(struct vp *vp, uint32_t vector);

/* Gives a vector a handler of its own, for all VPs, and takes it away. */
void interrupt_gate_set(uint32_t vector, const uint8_t *handler);
void interrupt_gate_reset(uint32_t vector);

/**
 * sample_run() - carry out VTL0_COMMAND_SAMPLE
 * @vp: on which
 *
 * Return: how many samples were taken.
 */
uint64_t sample_run(struct vp *vp);

/* Registers that VTL0 and VTL2 share on TDX; see enum vtl0_register. */
uint64_t register_read(enum vtl0_register number);
void register_write(enum vtl0_register number, uint64_t value);

/**
 * vectors_load() - fill the floating-point and vector registers
 * @seed: the values follow from it
 * @wide: the upper halves of the AVX registers too
 */
void vectors_load(uint64_t seed, bool wide);

/**
 * vectors_check() - do they still hold what vectors_load() has put there?
 * @seed: as it was there
 * @wide: likewise
 *
 * Return: how many registers do not.
 */
uint64_t vectors_check(uint64_t seed, bool wide);

/* A line on the console: text, and a number if @number is not negative. */
void console_say(struct vp *vp, const char *text, int64_t number);

/**
 * struct frame - what the entry code pushed, and the CPU before it
 */
struct frame {
	uint64_t registers[15];
	uint64_t vector;
	uint64_t error;
	uint64_t rip;
	uint64_t cs;
	uint64_t rflags;
	uint64_t rsp;
	uint64_t ss;
};

/* Called by start.S. */
void guest_main(volatile struct vtl0_boot *boot, uint64_t number);
void interrupt_handle(struct frame *frame);

/* In start.S: the entries, 16 bytes apart; a stack for each VP. */
extern const uint8_t interrupt_entries[];
extern uint8_t stacks[];
uint32_t probe_read(uint64_t address, volatile uint64_t *resume);

#endif /* _LAB_VTL0_GUEST_H */
