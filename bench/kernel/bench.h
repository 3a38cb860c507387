/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the bench's module, among themselves.
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

/**
 * bench_device_register() - take the first edu device
 *
 * Return: 0 or a negative errno; no device at all is no error.
 */
int bench_device_register(void);

/**
 * bench_device_unregister() - give it back, with no route
 */
void bench_device_unregister(void);

/**
 * bench_device() - the device
 *
 * Return: it, or NULL if there is none.
 */
struct pci_dev *bench_device(void);

/**
 * bench_device_registers() - where a write raises it
 *
 * Return: its registers, or NULL if there is no device.
 */
void __iomem *bench_device_registers(void);

/**
 * bench_device_aim() - program the device's MSI by hand
 * @vector: of this CPU; 0: the device sends nothing
 *
 * Return: 0 or a negative errno.
 */
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

/**
 * bench_domain_create() - get ready to give vectors
 *
 * Return: 0 or a negative errno.
 */
int bench_domain_create(void);

/**
 * bench_domain_remove() - undo it; all vectors were freed
 */
void bench_domain_remove(void);

/**
 * bench_irq_alloc() - take a vector on the CPU that is asked for
 * @irq: what is wanted, and what was had
 *
 * Return: 0, -ENOSPC or another negative errno.
 */
int bench_irq_alloc(struct bench_irq *irq);

/**
 * bench_irq_free() - give it back
 * @irq: of which @irq->irq counts
 */
void bench_irq_free(struct bench_irq *irq);

/**
 * bench_route_set() - say who takes the device's interrupt
 * @route: what is wanted; its vector is filled in
 *
 * Ends the route before it. The caller has the node's lock.
 *
 * Return: 0 or a negative errno; then there is no route.
 */
int bench_route_set(struct bench_route *route);

/**
 * bench_route_clear() - nobody takes it, and the device is silent
 */
void bench_route_clear(void);

/**
 * bench_route_count() - what the route's own handler has taken
 *
 * Return: so many interrupts since the route was set.
 */
u64 bench_route_count(void);

/**
 * bench_eventfd_start() - the route that VFIO has
 * @fd:    the eventfd
 * @count: its counter
 *
 * Return: 0 or a negative errno.
 */
int bench_eventfd_start(int fd, u64 *count);

/**
 * bench_eventfd_stop() - undo it
 */
void bench_eventfd_stop(void);

/**
 * bench_sample() - sample from kernel code
 * @request: how often, what is written, and where the ticks go
 *
 * Return: 0 or a negative errno.
 */
int bench_sample(const struct bench_sample *request);

struct bench_bare_file;

/**
 * bench_bare_open() - the bare vectors of a file: none yet
 *
 * Return: them, or NULL without memory.
 */
struct bench_bare_file *bench_bare_open(void);

/**
 * bench_bare_close() - give all of them back
 * @file: from bench_bare_open()
 */
void bench_bare_close(struct bench_bare_file *file);

/**
 * bench_bare_map() - take a vector and nothing else
 * @file: who gets it
 * @args: the vector is filled in
 *
 * Return: 0 or a negative errno.
 */
int bench_bare_map(struct bench_bare_file *file, struct bench_bare *args);

/**
 * bench_bare_unmap() - give one back
 * @file: who has it
 * @args: says which
 *
 * Return: 0, -EINVAL, or -ENOENT if the file does not have it.
 */
int bench_bare_unmap(struct bench_bare_file *file, const struct bench_bare *args);

/**
 * bench_watch_init() - get ready; the driver is not loaded yet
 *
 * Return: 0 or a negative errno.
 */
int bench_watch_init(void);

/**
 * bench_watch_exit() - undo it
 */
void bench_watch_exit(void);

/**
 * bench_watch_start() - count what the slab allocators hand out
 * @who: BENCH_WATCH_*: to whom
 *
 * Return: 0, -EINVAL, -EBUSY, or another negative errno.
 */
int bench_watch_start(u32 who);

/**
 * bench_watch_stop() - stop counting
 * @result: out, if a watch was on: what was counted
 */
void bench_watch_stop(struct bench_watch *result);

/**
 * bench_node_register() - let user space in
 *
 * Return: 0 or a negative errno.
 */
int bench_node_register(void);

/**
 * bench_node_unregister() - and out
 */
void bench_node_unregister(void);

#endif /* _VTLIRQ_BENCH_H */
