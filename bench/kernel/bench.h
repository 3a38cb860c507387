/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the bench's module offer each other. Functions that return int return 0
 * or a negative errno, unless a comment says more.
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
 * The end of interrupt as the driver has it: straight to the APIC driver. From
 * 6.6 on apic_eoi() is a static call whose trampoline is not exported.
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

/* Take the first edu device. It is no error if there is none. */
int bench_device_register(void);

/* Release it; there must be no route. */
void bench_device_unregister(void);

/* The device, or NULL. */
struct pci_dev *bench_device(void);

/* Its registers, or NULL. */
void __iomem *bench_device_registers(void);

/* Program the device's MSI with a vector of this CPU; 0 silences it. */
int bench_device_aim(u32 vector);

/**
 * struct bench_irq - an interrupt of the bench's own domain
 * @flow:   its flow handler; it runs from the moment that the vector exists
 * @data:   for the flow handler
 * @name:   for people
 * @cpu:    where
 * @irq:    out
 * @vector: out
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

/* Undo it; all vectors must have been freed. */
void bench_domain_remove(void);

/* Allocate a vector on @irq->cpu; -ENOSPC if none is free. */
int bench_irq_alloc(struct bench_irq *irq);

/* Free it; only @irq->irq is used. */
void bench_irq_free(struct bench_irq *irq);

/*
 * Choose who handles the device's interrupt, and fill in the route's vector. The previous
 * route ends; after an error there is none. The caller holds the node's lock.
 */
int bench_route_set(struct bench_route *route);

/* End the route, and silence the device. */
void bench_route_clear(void);

/* Number of interrupts that the route's own handler has taken since it was set. */
u64 bench_route_count(void);

/* The route that VFIO uses, to the eventfd @fd; it counts in @count. */
int bench_eventfd_start(int fd, u64 *count);

/* Undo it. */
void bench_eventfd_stop(void);

/* Take samples from kernel code. */
int bench_sample(const struct bench_sample *request);

struct bench_bare_file;

/* The bare vectors of a file, none at first. NULL if out of memory. */
struct bench_bare_file *bench_bare_open(void);

/* Free all of them. */
void bench_bare_close(struct bench_bare_file *file);

/* Allocate a vector and do nothing else. */
int bench_bare_map(struct bench_bare_file *file, struct bench_bare *args);

/* Free one; -ENOENT if the file does not have it. */
int bench_bare_unmap(struct bench_bare_file *file, const struct bench_bare *args);

/* Prepare counting; the driver must not be loaded yet. */
int bench_watch_init(void);

/* Undo it. */
void bench_watch_exit(void);

/* Count what the slab allocators give to @who, a BENCH_WATCH_*. */
int bench_watch_start(u32 who);

/* Stop counting, and fill in @result. */
void bench_watch_stop(struct bench_watch *result);

/* The node for user space. */
int bench_node_register(void);
void bench_node_unregister(void);

#endif /* _VTLIRQ_BENCH_H */
