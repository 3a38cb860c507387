/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interface between the guest and the program that runs it: the layout of the
 * guest's memory, and the first words of the guest's image. The assembler reads this
 * file too.
 */
#ifndef BENCH_GUEST_H
#define BENCH_GUEST_H

/* The guest's RAM begins at 0. The first 4 GiB are identity-mapped. */
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

/* The registers of QEMU's edu device that are used here. */
#define EDU_RAISE	0x60
#define EDU_ACKNOWLEDGE	0x64
/* A register that inverts the value written to it, and has no other effect. */
#define EDU_LIVENESS	0x04
#define EDU_COPY_FROM	0x80
#define EDU_COPY_TO	0x88
#define EDU_COPY_SIZE	0x90
#define EDU_COPY	0x98
/* Copies from memory, and raises an interrupt when the copy is done. */
#define EDU_COPY_IN	5
/* The device's own memory, for copies. */
#define EDU_BUFFER	0x40000

#ifndef __ASSEMBLER__
#include <stdint.h>

/**
 * struct guest_head - the first words of the image: addresses of jobs and handlers
 * @ring:        job that writes the device register at RDI, RBP times
 * @halt:        job that halts RBP times, and counts in memory before each HLT
 * @wait:        job that starts a copy by the device and halts, RBP times
 * @nothing:     job that takes an empty sample, RBP times
 * @cpuid:       job that takes the same sample with a CPUID in it
 * @hypercall:   job that takes the same sample with a VMMCALL in it
 * @eoi_msr:     handler that ends the interrupt by an MSR of the x2APIC
 * @eoi_mmio:    handler that ends it by a register of the xAPIC
 * @eoi_pv:      handler that ends it in memory, if KVM says that this is enough
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
 * struct guest_sample - one of the RBP samples that a job writes, in ticks of the TSC
 * @start:       just before the measured instruction
 * @handler:     at the first instruction of the handler; 0 if it did not run
 * @after:       at the next instruction of the interrupted code
 */
struct guest_sample {
	uint64_t start;
	uint64_t handler;
	uint64_t after;
};
#endif

#endif
