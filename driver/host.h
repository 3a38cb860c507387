/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between the driver's core and the host: calls to it, and the
 * synthetic interrupt controller (SynIC) by which it sends messages. The build
 * links one implementation, from host/: Hyper-V, which Linux offers in the same
 * form on each architecture, or none.
 *
 * The host calls back synic.h: vtl_synic_interrupt(), when the vector that all
 * messages share has come.
 */
#ifndef _MSHV_VTL_HOST_H
#define _MSHV_VTL_HOST_H

#include <linux/types.h>

/**
 * vtl_host_init() - prepare to call the host
 *
 * A machine without a host is no failure: vtl_host_call() then refuses.
 *
 * Context: module init, before any vtl_host_cpu_online(); may sleep.
 */
void vtl_host_init(void);

/**
 * vtl_host_exit() - undo vtl_host_init() and vtl_host_cpu_online()
 *
 * Nobody calls the host any more.
 * Context: module exit; may sleep.
 */
void vtl_host_exit(void);

/**
 * vtl_host_cpu_online() - allocate the pages of a CPU that calls to the host need
 * @cpu: the CPU
 *
 * May be called again; does its work once.
 * Context: CPU hotplug, on that CPU; may sleep.
 * Return: 0, -ENOMEM, or -EIO if the host does not share a page.
 */
int vtl_host_cpu_online(unsigned int cpu);

/**
 * vtl_host_call() - one call to the host
 * @control: the call's control word; untrusted, but not a fast call
 * @input:   a page of the kernel; the whole of it goes to the host
 * @output:  a zeroed page of the kernel; what the host writes is copied here. NULL
 *           if the call has no output
 * @status:  out: the host's result
 *
 * Context: process; may sleep.
 * Return: 0, or -EOPNOTSUPP if there is no host that can be called; then
 * nothing was written.
 */
int vtl_host_call(u64 control, const void *input, void *output, u64 *status);

/**
 * vtl_host_synic_init() - let the shared vector lead to vtl_synic_interrupt()
 *
 * A machine without such a host is no failure: vtl_host_synic_available() says
 * so then.
 *
 * Context: module init, before any vtl_host_synic_online(); may sleep.
 */
void vtl_host_synic_init(void);

/**
 * vtl_host_synic_exit() - undo vtl_host_synic_init() and vtl_host_synic_online()
 *
 * Guarantees: vtl_synic_interrupt() has returned and will not be called again.
 * Context: module exit; may sleep.
 */
void vtl_host_synic_exit(void);

/**
 * vtl_host_synic_online() - receive the host's messages for this CPU
 *
 * Does nothing where there is no such host. May be called again.
 * Context: CPU hotplug, on that CPU; may sleep.
 */
void vtl_host_synic_online(void);

/**
 * vtl_host_synic_offline() - undo vtl_host_synic_online()
 *
 * Context: CPU hotplug, on that CPU; may sleep.
 */
void vtl_host_synic_offline(void);

/**
 * vtl_host_synic_available() - does a host send messages here, now?
 *
 * Context: any. The answer may change.
 * Return: true if so.
 */
bool vtl_host_synic_available(void);

/**
 * vtl_host_synic_messages() - the message page of this CPU
 *
 * It has 16 slots of 256 bytes, one for each SINT (TLFS, "SynIC Message Page").
 * The host writes it at any time.
 *
 * Context: hardirq.
 * Return: the page, which stays until that interrupt is over; or NULL.
 */
void *vtl_host_synic_messages(void);

/**
 * vtl_host_synic_events() - the event flags page of this CPU
 *
 * It has 16 times 2048 flags, for each SINT (TLFS, "SynIC Event Flags Page"), which
 * the host sets at any time.
 *
 * Context: hardirq.
 * Return: the page, which stays until that interrupt is over; or NULL.
 */
void *vtl_host_synic_events(void);

/**
 * vtl_host_synic_mask() - let the host use a SINT of this CPU, or not
 * @sint:   not SINT 0, which is vtl_host_synic_online()'s
 * @masked: it sends no message and sets no flag
 *
 * After vtl_host_synic_online() it is masked. Does nothing where there is no such
 * host.
 *
 * Context: on that CPU, preemption off.
 */
void vtl_host_synic_mask(unsigned int sint, bool masked);

/**
 * vtl_host_synic_end_of_message() - tell the host that a slot is free again
 *
 * Context: hardirq, on the CPU of that slot.
 */
void vtl_host_synic_end_of_message(void);

#endif /* _MSHV_VTL_HOST_H */
