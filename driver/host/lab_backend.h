/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The seam to the host: every call to it, and every message of it, goes
 * through here.
 *
 * On Hyper-V that is the hypercall page (or TDVMCALL) and the CPU's SynIC. A
 * lab build (MSHV_VTL_LAB) has a registration instead, behind which a model of
 * the host stands; a production build has neither the hook nor its symbols.
 * The rest of the driver cannot tell the two apart.
 */
#ifndef _MSHV_VTL_HOST_LAB_BACKEND_H
#define _MSHV_VTL_HOST_LAB_BACKEND_H

#include <linux/types.h>

struct module;

/**
 * struct host_backend - a host in software
 * @owner:     kept loaded while a call is under way, and while an
 *             /dev/mshv_hvcall or /dev/mshv_sint file is open
 * @hypercall: carries out one call. @control is the control word; @input and
 *             @output are pages of the kernel, zeroed beyond what the caller
 *             gave; @output is NULL for a call that has none. Process
 *             context; may sleep. Returns the host's result: status in bits
 *             0..15, elements done in bits 32..43.
 * @messages:  the SynIC message page of a CPU: 16 slots of 256 bytes, which
 *             the host writes at any time. Stays as long as the registration.
 * @events:    its event flags page, likewise: 16 times 2048 flags.
 * @mask:      this CPU writes the mask of one of its SINTs. At the registration all
 *             but SINT 0 are masked. Preemption off.
 * @end_of_message: this CPU writes its EOM register. Hardirq context.
 */
struct host_backend {
	struct module *owner;
	u64 (*hypercall)(u64 control, const void *input, void *output);
	void *(*messages)(unsigned int cpu);
	void *(*events)(unsigned int cpu);
	void (*mask)(unsigned int sint, bool masked);
	void (*end_of_message)(void);
};

#ifdef MSHV_VTL_LAB

/**
 * vtl_host_backend_register() - stand in for the host
 * @backend: must live until it is unregistered
 *
 * Context: may sleep.
 * Return: 0, or -EBUSY if there is one already.
 */
int vtl_host_backend_register(const struct host_backend *backend);

/**
 * vtl_host_backend_unregister() - undo vtl_host_backend_register()
 * @backend: the same
 *
 * No call and no interrupt is under way when it returns, and none follows.
 * Context: may sleep.
 */
void vtl_host_backend_unregister(const struct host_backend *backend);

/**
 * vtl_host_backend_interrupt() - the shared vector has come on this CPU
 *
 * What the kernel's entry for the hypervisor's callback vector is on Hyper-V.
 * The caller does the end of interrupt after it.
 *
 * Context: hardirq, interrupts off; between registering and unregistering.
 */
void vtl_host_backend_interrupt(void);

#endif /* MSHV_VTL_LAB */

#endif /* _MSHV_VTL_HOST_LAB_BACKEND_H */
