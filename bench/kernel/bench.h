/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interfaces between the files of the bench's module. Functions that return int return 0
 * or a negative errno, unless a comment says otherwise.
 */
#ifndef _VTLIRQ_BENCH_H
#define _VTLIRQ_BENCH_H

#include <linux/irqhandler.h>
#include <linux/types.h>
#include <linux/version.h>
#include <asm/apic.h>

#include "bench_abi.h"

struct eventfd_ctx;
struct page;
struct pci_dev;

/*
 * End an interrupt in the same way as the driver: by a direct call of the APIC driver. From
 * 6.6 on, apic_eoi() is a static call whose trampoline is not exported.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
static __always_inline void bench_eoi(void)
{
	apic->eoi();
}
#else
static __always_inline void bench_eoi(void)
{
	apic_eoi();
}
#endif

/* Bind the first edu device. It is not an error if there is none. */
int bench_device_register(void);

/* Release the device. No route may exist. */
void bench_device_unregister(void);

/* Return the device, or NULL. */
struct pci_dev *bench_device(void);

/* Return the device's registers, or NULL. */
void __iomem *bench_device_registers(void);

/* Program the device's MSI with a vector of this CPU; 0 disables the MSI. */
int bench_device_program(u32 vector);

/**
 * struct bench_irq - an interrupt of the bench's own domain
 * @flow:   its flow handler, which may run as soon as the vector exists
 * @data:   the flow handler's data
 * @name:   a name for the user
 * @cpu:    the CPU on which the vector is allocated
 * @irq:    the number of the Linux interrupt, set by bench_irq_alloc()
 * @vector: the vector, set by bench_irq_alloc()
 */
struct bench_irq {
	irq_flow_handler_t flow;
	void *data;
	const char *name;
	unsigned int cpu;
	unsigned int irq;
	u32 vector;
};

/* Prepare the allocation of vectors. */
int bench_domain_create(void);

/* Undo bench_domain_create(). All vectors must have been freed. */
void bench_domain_remove(void);

/* Allocate a vector on @irq->cpu. Return -ENOSPC if none is free. */
int bench_irq_alloc(struct bench_irq *irq);

/* Free the vector. Only @irq->irq is used. */
void bench_irq_free(struct bench_irq *irq);

/*
 * Choose who handles the device's interrupt, and fill in the route's vector. The previous
 * route ends. After an error there is no route. The caller holds the node's lock.
 */
int bench_route_set(struct bench_route *route);

/* End the route, and disable the device's interrupt. */
void bench_route_clear(void);

/* Return the number of interrupts that the route's own handler has handled since it was set. */
u64 bench_route_count(void);

/* Start a route to the eventfd @fd, like VFIO's. It counts the interrupts in @count. */
int bench_eventfd_start(int fd, u64 *count);

/* End that route. */
void bench_eventfd_stop(void);

/* Take samples of interrupted kernel code. */
int bench_sample(const struct bench_sample *request);

struct bench_bare_file;

/* Create a file's set of bare vectors, which is empty. Return NULL if out of memory. */
struct bench_bare_file *bench_bare_open(void);

/* Free the set with all of its vectors. */
void bench_bare_close(struct bench_bare_file *file);

/* Allocate a vector, and do nothing else. */
int bench_bare_map(struct bench_bare_file *file, struct bench_bare *args);

/* Free a vector. Return -ENOENT if the file does not have it. */
int bench_bare_unmap(struct bench_bare_file *file, const struct bench_bare *args);

/* Prepare the counting of allocations. The driver must not be loaded yet. */
int bench_allocations_init(void);

/* Undo bench_allocations_init(). */
void bench_allocations_exit(void);

/* Start counting the slab allocations of @who, a BENCH_COUNT_*. */
int bench_allocations_start(u32 who);

/* Stop counting, and fill in @result. */
void bench_allocations_stop(struct bench_allocations *result);

#endif /* _VTLIRQ_BENCH_H */
