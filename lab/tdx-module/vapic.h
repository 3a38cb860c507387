/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual APIC of L2. Portable: it compiles in user space too.
 */
#ifndef _LAB_TDX_VAPIC_H
#define _LAB_TDX_VAPIC_H

#include "abi.h"

#define VAPIC_TPR      0x080
#define VAPIC_PPR      0x0a0
#define VAPIC_ISR      0x100
#define VAPIC_TMR      0x180
#define VAPIC_IRR      0x200
#define VAPIC_SELF_IPI 0x3f0

/**
 * struct vapic - one VCPU's virtual APIC while L2 runs
 * @page: the virtual-APIC page, L1's memory
 * @rvi:  requesting virtual interrupt
 * @svi:  servicing virtual interrupt
 */
struct vapic {
	u8 *page;
	u8 rvi;
	u8 svi;
};

u32 vapic_read(const struct vapic *vapic, u32 offset);
void vapic_write(struct vapic *vapic, u32 offset, u32 value);
void vapic_update_ppr(struct vapic *vapic);
bool vapic_is_pending(const struct vapic *vapic);
u8 vapic_deliver(struct vapic *vapic);
u8 vapic_eoi(struct vapic *vapic);
void vapic_set_tpr(struct vapic *vapic, u8 tpr);
void vapic_self_ipi(struct vapic *vapic, u8 vector);

#endif /* _LAB_TDX_VAPIC_H */
