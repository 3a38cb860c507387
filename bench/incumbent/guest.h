/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the guest and the program that runs it agree on: where things lie in the
 * guest's memory, and what the guest's image begins with. The assembler reads
 * this file too.
 */
#ifndef BENCH_GUEST_H
#define BENCH_GUEST_H

/* The guest's RAM begins at 0; all of the first 4 GiB is mapped as it is. */
#define GUEST_RAM	0x200000
#define GUEST_TABLES	0x1000
#define GUEST_GDT	0x8000
#define GUEST_IDT	0x9000
#define GUEST_STACK	0xf000
#define GUEST_PV_EOI	0x10000
#define GUEST_READY	0x11000
#define GUEST_IMAGE	0x20000
#define GUEST_SAMPLES	0x100000
#define GUEST_DEVICE	0x80000000
#define GUEST_APIC	0xfee00000

#define GUEST_VECTOR	0x41
/* A write to this port ends a job. */
#define GUEST_DONE_PORT	0x10

/* The registers of QEMU's edu device that serve here. */
#define EDU_RAISE	0x60
#define EDU_ACKNOWLEDGE	0x64
/* Inverts what is written to it, and does nothing else. */
#define EDU_LIVENESS	0x04
#define EDU_COPY_FROM	0x80
#define EDU_COPY_TO	0x88
#define EDU_COPY_SIZE	0x90
#define EDU_COPY	0x98
/* Copy from memory, and raise an interrupt when that is done. */
#define EDU_COPY_IN	5
/* The device's own memory, for copies. */
#define EDU_BUFFER	0x40000

#ifndef __ASSEMBLER__
#include <stdint.h>

/**
 * struct guest_head - the first words of the image, all addresses in the guest
 * @ring:        job: write the device register at RDI, RBP times
 * @halt:        job: halt RBP times, and say so before each
 * @wait:        job: begin a copy of the device's and halt, RBP times
 * @nothing:     job: an empty sample, RBP times
 * @cpuid:       job: the same with a CPUID
 * @hypercall:   job: the same with a VMMCALL
 * @eoi_msr:     handler that ends the interrupt by an MSR of the x2APIC
 * @eoi_mmio:    handler that ends it by a register of the xAPIC
 * @eoi_pv:      handler that ends it in memory where KVM says that this will do
 */
struct guest_head {
	uint64_t ring;
	uint64_t halt;
	uint64_t wait;
	uint64_t nothing;
	uint64_t cpuid;
	uint64_t hypercall;
	uint64_t eoi_msr;
	uint64_t eoi_mmio;
	uint64_t eoi_pv;
};

/**
 * struct guest_sample - what a job leaves behind, RBP times, in ticks of the TSC
 * @start:       just before
 * @handler:     at the first instruction of the handler; 0 when it did not run
 * @after:       at the next instruction of what was interrupted
 */
struct guest_sample {
	uint64_t start;
	uint64_t handler;
	uint64_t after;
};
#endif

#endif
