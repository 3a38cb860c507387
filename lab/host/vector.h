/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPU vectors of the host's own.
 *
 * Owns: the irq_domain that they come from. Knows not what they are for.
 */
#ifndef _LAB_HOST_VECTOR_H
#define _LAB_HOST_VECTOR_H

#include <linux/irqhandler.h>
#include <linux/types.h>

/**
 * struct lab_vector - one vector of one CPU
 * @cpu:    the CPU.
 * @irq:    Linux's number for it.
 * @number: the vector.
 */
struct lab_vector {
	u32 cpu;
	int irq;
	u8 number;
};

int lab_vector_alloc(u32 cpu, irq_flow_handler_t handler, void *data, struct lab_vector *vector);
void lab_vector_drain(const struct lab_vector *vector);
void lab_vector_free(struct lab_vector *vector);

int lab_vectors_start(void);
void lab_vectors_stop(void);

#endif /* _LAB_HOST_VECTOR_H */
