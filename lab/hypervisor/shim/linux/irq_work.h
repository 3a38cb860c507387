/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An interrupt of this CPU itself, at once.
 */
#ifndef _HYPERVISOR_SHIM_IRQ_WORK_H
#define _HYPERVISOR_SHIM_IRQ_WORK_H

struct irq_work {
	int unused;
};

void irq_work_queue(struct irq_work *work);

#endif /* _HYPERVISOR_SHIM_IRQ_WORK_H */
