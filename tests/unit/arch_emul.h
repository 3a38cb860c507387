/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An emulated architecture behind the driver's vectors.h: CPUs with a vector table and an
 * interrupt controller, which a test controls.
 */
#ifndef _ARCH_EMUL_H
#define _ARCH_EMUL_H

#include "shim.h"

/* CPU n has hardware id 10 * n + 3, so that nobody takes one for the other. */
#define EMUL_ID(cpu) (10 * (cpu) + 3)

/* Hardware vectors 0x20.. that a CPU has for devices. */
#define EMUL_VECTOR_FIRST 0x20
#ifndef EMUL_VECTORS
#define EMUL_VECTORS 40
#endif

/**
 * emul_reset() - all vectors free, nothing pending, no interrupt closed
 */
void emul_reset(void);

/**
 * emul_raise() - a device's message arrives at a CPU
 * @cpu:    where
 * @vector: hardware vector
 *
 * Taken at once, or pending while the CPU's interrupts are closed.
 */
void emul_raise(unsigned int cpu, u32 vector);

/**
 * emul_interrupts_close() - the CPU takes no interrupt until they are opened
 * @cpu: which
 */
void emul_interrupts_close(unsigned int cpu);

/**
 * emul_interrupts_open() - and takes what is pending
 * @cpu: which
 */
void emul_interrupts_open(unsigned int cpu);

/*
 * Called between the moment when an arrival has found its mapping and the
 * moment when its handler runs, for what other CPUs do meanwhile; or NULL.
 */
extern void (*emul_meanwhile)(void);

/* Arrivals, ends of interrupt, and arrivals on a vector that is nobody's. */
extern unsigned long emul_arrivals;
extern unsigned long emul_eois;
extern unsigned long emul_strays;

/* Vectors taken on a CPU. */
unsigned int emul_vectors_taken(unsigned int cpu);

#endif /* _ARCH_EMUL_H */
