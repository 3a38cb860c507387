/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interfaces between the files of the guest; for assembly, the VPs' stacks alone.
 */
#ifndef _LAB_VTL0_GUEST_H
#define _LAB_VTL0_GUEST_H

/* The sizes of the VPs' stacks, which are adjacent. */
#define STACK_SHIFT	14
#define STACKS		16

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

#include "report.h"

/**
 * struct nest - the vectors of VTL0_COMMAND_NEST
 * @armed: the command is under way; cleared by the handler that carries it out
 * @low:   the vector that is raised second, and must be delivered last
 * @middle: the vector that is raised first, and whose handler raises the others
 * @high:  the vector that is raised last, and must be delivered at once
 */
struct nest {
	bool armed;
	uint8_t low;
	uint8_t middle;
	uint8_t high;
};

/**
 * struct vp - a virtual processor; only that processor itself uses it
 * @number:    its number
 * @boot:      the boot page
 * @report:    its report page
 * @nest:      the current VTL0_COMMAND_NEST
 * @depth:     how many handlers are running, nested in each other
 * @ring_route: the index of the route whose interrupt the VP raises
 * @ring_limit: the value of @report->rings at which it stops; 0: it does not stop
 * @ring_goal: the count of the vector when the last ring has been answered
 * @rung_at:   the TSC when the VP rang; 0 if it is not waiting for an interrupt
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
 * vp_self() - find the VP that this code runs on
 *
 * Return: the VP that the current stack belongs to.
 */
struct vp *vp_self(void);

/* Fills in the interrupt table. */
void interrupts_setup(void);
/* Loads the interrupt table on the current VP. */
void interrupts_load(void);

/* Acknowledges an interrupt at its device, if the device requires that. */
void device_acknowledge(struct vp *vp, uint32_t vector);
/* Raises the interrupt of a route, if its device is known. */
void device_ring(struct vp *vp, uint32_t route);

/* Carries out the command in the report page, if there is a new one. */
void command_poll(struct vp *vp);
/* One iteration of a ringing mode: rings if the last ring was answered. */
void ring_iterate(struct vp *vp);
/* Checks whether the vector that is being handled is the answer to the VP's last ring. */
void ring_answered(struct vp *vp, uint32_t vector);

/* Sets and resets a special handler for a vector, on all VPs. */
void interrupt_gate_set(uint32_t vector, const uint8_t *handler);
void interrupt_gate_reset(uint32_t vector);

/**
 * sample_run() - carry out VTL0_COMMAND_SAMPLE
 * @vp: the VP that takes the samples
 *
 * Return: how many samples were taken.
 */
uint64_t sample_run(struct vp *vp);

/* Read and write a register that VTL0 and VTL2 share on TDX; see enum vtl0_register. */
uint64_t register_read(enum vtl0_register number);
void register_write(enum vtl0_register number, uint64_t value);

/**
 * vectors_load() - fill the floating-point and vector registers
 * @seed: the seed of the values
 * @wide: also fill the upper halves of the AVX registers
 */
void vectors_load(uint64_t seed, bool wide);

/**
 * vectors_check() - check whether the registers still have the values from vectors_load()
 * @seed: the seed that vectors_load() got
 * @wide: the flag that vectors_load() got
 *
 * Return: how many registers have another value.
 */
uint64_t vectors_check(uint64_t seed, bool wide);

/*
 * Prints a line for the VMM over an I/O port, each byte an exit: a text, and a number if
 * @number is not negative.
 */
void console_say(struct vp *vp, const char *text, int64_t number);

/**
 * struct frame - the stack frame of an interrupt, pushed by the CPU and by the entry code
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

/* In start.S: the interrupt entries, 16 bytes apart, and a stack for each VP. */
extern const uint8_t interrupt_entries[];
extern uint8_t stacks[];
uint32_t probe_read(uint64_t address, volatile uint64_t *resume);

#endif /* __ASSEMBLER__ */
#endif /* _LAB_VTL0_GUEST_H */
