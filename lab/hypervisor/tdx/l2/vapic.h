/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual APIC of L2. Portable: it compiles in user space too.
 */
#ifndef _HYPERVISOR_TDX_L2_VAPIC_H
#define _HYPERVISOR_TDX_L2_VAPIC_H

#include "tdx/abi.h"

#define VAPIC_TPR      0x080
#define VAPIC_PPR      0x0a0
#define VAPIC_ISR      0x100
#define VAPIC_TMR      0x180
#define VAPIC_IRR      0x200
#define VAPIC_SELF_IPI 0x3f0

#define VAPIC_PRIORITY_CLASS 0xf0

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

u8 vapic_deliver(struct vapic *vapic);
u8 vapic_eoi(struct vapic *vapic);
void vapic_set_tpr(struct vapic *vapic, u8 tpr);
void vapic_self_ipi(struct vapic *vapic, u8 vector);

/**
 * vapic_read() - read a register of the page
 * @vapic:  the virtual APIC
 * @offset: of the register, a multiple of 16 within the page
 *
 * Return: its 32 bits.
 */
static inline u32 vapic_read(const struct vapic *vapic, u32 offset)
{
	return READ_ONCE(*(u32 *)(vapic->page + offset));
}

/**
 * vapic_write() - store into a register of the page
 * @vapic:  the virtual APIC
 * @offset: as for vapic_read()
 * @value:  its 32 bits
 */
static inline void vapic_write(struct vapic *vapic, u32 offset, u32 value)
{
	WRITE_ONCE(*(u32 *)(vapic->page + offset), value);
}

/**
 * vapic_update_ppr() - "PPR virtualization"
 * @vapic: the virtual APIC
 */
static inline void vapic_update_ppr(struct vapic *vapic)
{
	u8 tpr = vapic_read(vapic, VAPIC_TPR);
	u8 service = vapic->svi & VAPIC_PRIORITY_CLASS;

	vapic_write(vapic, VAPIC_PPR,
		    (tpr & VAPIC_PRIORITY_CLASS) >= service ? tpr : service);
}

/**
 * vapic_is_pending() - "evaluation of pending virtual interrupts"
 * @vapic: the virtual APIC
 *
 * Return: whether RVI outranks PPR.
 */
static inline bool vapic_is_pending(const struct vapic *vapic)
{
	return (vapic->rvi & VAPIC_PRIORITY_CLASS) >
	       (vapic_read(vapic, VAPIC_PPR) & VAPIC_PRIORITY_CLASS);
}

#endif /* _HYPERVISOR_TDX_L2_VAPIC_H */
