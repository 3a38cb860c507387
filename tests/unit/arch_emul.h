/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An emulated architecture behind the driver's vectors.h: CPUs with a vector table and an
 * interrupt controller, which a test controls.
 */
#ifndef _ARCH_EMUL_H
#define _ARCH_EMUL_H

#include "shim.h"

/* CPU n has hardware id 10 * n + 3, so that the two are never confused. */
#define EMUL_ID(cpu) (10 * (cpu) + 3)

/* Hardware vectors 0x20.. that a CPU has for devices. */
#define EMUL_VECTOR_FIRST 0x20
#ifndef EMUL_VECTORS
#define EMUL_VECTORS 40
#endif

/* Resets: all vectors are free, nothing is pending, and interrupts are enabled. */
void emul_reset(void);

/*
 * A device's message arrives at a CPU. @cpu: the CPU; @vector: hardware vector. The interrupt is
 * handled immediately, or stays pending while the CPU's interrupts are disabled.
 */
void emul_raise(unsigned int cpu, u32 vector);

/* The CPU handles no interrupts until they are enabled again. @cpu: the CPU. */
void emul_interrupts_close(unsigned int cpu);

/* Enables interrupts, and handles those that are pending. @cpu: the CPU. */
void emul_interrupts_open(unsigned int cpu);

/*
 * Called after an arrival has found its mapping and before its handler runs; it does what
 * other CPUs do at that time. It may be NULL.
 */
extern void (*emul_meanwhile)(void);

/* Arrivals, ends of interrupt, and arrivals on a free vector. */
extern unsigned long emul_arrivals;
extern unsigned long emul_eois;
extern unsigned long emul_strays;

/* Returns the number of vectors that are allocated on a CPU. */
unsigned int emul_vectors_taken(unsigned int cpu);

#endif /* _ARCH_EMUL_H */
