/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between the core of the driver and the host: hypercalls, and the
 * synthetic interrupt controller (SynIC) through which the host sends messages. The
 * build links one implementation from host/: Hyper-V, which Linux supports in the
 * same way on each architecture, or none.
 *
 * The implementation calls vtl_synic_interrupt() (synic.h) when the vector that all
 * messages share is raised.
 */
#ifndef _MSHV_VTL_HOST_H
#define _MSHV_VTL_HOST_H

#include <linux/types.h>

/**
 * vtl_host_exit() - undo vtl_host_cpu_online() of all CPUs
 *
 * No hypercall is made any more.
 * Context: module exit; may sleep.
 */
void vtl_host_exit(void);

/**
 * vtl_host_cpu_online() - allocate the pages that hypercalls of a CPU need, if not done yet
 * @cpu: the CPU
 *
 * Context: CPU hotplug, on that CPU; may sleep.
 * Return: 0, -ENOMEM, or another error if the pages cannot be shared with the host.
 */
int vtl_host_cpu_online(unsigned int cpu);

/**
 * vtl_host_call() - make a hypercall
 * @control: the control word of the call; untrusted, but not a fast call
 * @input:   a page of the kernel; all of it is copied to the host
 * @output:  a page of the kernel, which is copied to the host, and to which the host's output
 *           is copied. NULL if the call has no output
 * @status:  out: the host's result
 *
 * Context: process; may sleep.
 * Return: 0, or -EOPNOTSUPP if there is no host to call; then nothing was written.
 */
int vtl_host_call(u64 control, const void *input, void *output, u64 *status);

/**
 * vtl_host_synic_init() - set vtl_synic_interrupt() as handler of the shared vector
 *
 * Does not fail on a machine without such a host: then vtl_host_synic_available()
 * returns false.
 *
 * Context: module init, before any vtl_host_synic_online(); may sleep.
 */
void vtl_host_synic_init(void);

/**
 * vtl_host_synic_exit() - undo vtl_host_synic_init()
 *
 * Guarantees: vtl_synic_interrupt() does not run and will not be called again.
 * Context: module exit, after vtl_host_synic_offline() on each CPU; may sleep.
 */
void vtl_host_synic_exit(void);

/**
 * vtl_host_synic_online() - receive the host's messages for this CPU
 *
 * Does nothing without such a host. May be called again.
 * Context: CPU hotplug, on that CPU; may sleep.
 */
void vtl_host_synic_online(void);

/**
 * vtl_host_synic_offline() - undo vtl_host_synic_online()
 *
 * Context: CPU hotplug, or module exit with hotplug held off, where interrupts are off; on
 * that CPU.
 */
void vtl_host_synic_offline(void);

/**
 * vtl_host_synic_available() - whether a host sends messages here
 *
 * Context: any. The result may change.
 */
bool vtl_host_synic_available(void);

/**
 * vtl_host_synic_messages() - the message page of this CPU
 *
 * It has 16 slots of 256 bytes, one for each SINT (TLFS, "SynIC Message Page").
 * The host writes it at any time.
 *
 * Context: interrupts off.
 * Return: the page, valid until interrupts are enabled; or NULL.
 */
void *vtl_host_synic_messages(void);

/**
 * vtl_host_synic_events() - the event flags page of this CPU
 *
 * It has 2048 flags for each of 16 SINTs (TLFS, "SynIC Event Flags Page"). The host
 * sets them at any time.
 *
 * Context: interrupts off.
 * Return: the page, valid until interrupts are enabled; or NULL.
 */
void *vtl_host_synic_events(void);

/**
 * vtl_host_synic_mask() - mask or unmask a SINT of this CPU
 * @sint:   not SINT 0, which vtl_host_synic_online() controls
 * @masked: the host raises no interrupt. It may nevertheless write a message (TLFS,
 *          "SynIC Messages"); when it is unmasked, call vtl_synic_unmasked().
 *
 * After vtl_host_synic_online() it is masked. Does nothing without such a host.
 *
 * Context: the task stays on that CPU.
 */
void vtl_host_synic_mask(unsigned int sint, bool masked);

/**
 * vtl_host_synic_end_of_message() - tell the host that a slot is free
 *
 * Context: interrupts off, on the CPU of that slot.
 */
void vtl_host_synic_end_of_message(void);

#endif /* _MSHV_VTL_HOST_H */
