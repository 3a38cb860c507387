/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A VP's x2APIC; see apic.c. All of it is called by the VP's own thread.
 */
#ifndef _LAB_PARAVISOR_APIC_H
#define _LAB_PARAVISOR_APIC_H

#include <stdbool.h>
#include <stdint.h>

struct vp;

/* As after INIT: nothing is pending or in service, and no timer runs. */
void apic_reset(struct vp *vp);

/* RDMSR and WRMSR of a register that exits. False: no such register, or value. */
bool apic_read(struct vp *vp, uint32_t msr, uint64_t *value);
bool apic_write(struct vp *vp, uint32_t msr, uint64_t value);

/* The same for IA32_TSC_DEADLINE, which not every guest has. */
bool apic_deadline_read(struct vp *vp, uint32_t msr, uint64_t *value);
bool apic_deadline_write(struct vp *vp, uint32_t msr, uint64_t value);

/* The deadline has come: the timer's interrupt becomes pending, unless it is masked. */
void apic_timer_expire(struct vp *vp);

/* The same, if the deadline has come and the VMM serves the timer. */
void apic_timer_poll(struct vp *vp);

#endif /* _LAB_PARAVISOR_APIC_H */
