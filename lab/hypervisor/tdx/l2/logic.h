/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two parts of l2/ that depend on nothing else, and compile in user space too: fields and
 * virtual APIC.
 */
#ifndef _HYPERVISOR_TDX_L2_LOGIC_H
#define _HYPERVISOR_TDX_L2_LOGIC_H

#include "tdx/abi.h"

/*
 * ---- fields.c: the fields of one VCPU ----
 *
 * The L2 VMCS and the few other fields, as VP.RD and VP.WR see them.
 */

#define FIELD_ALL  (~0ULL)
#define FIELD_NONE 0ULL

#define FIELD(name, code, mask, initial) L2_##name,
#define HIDDEN(name, code) L2_##name,

/* The index of a field in struct l2_fields. */
enum l2_field {
#include "tdx/l2/field_list.h"
	L2_VMCS_COUNT
};

#undef FIELD
#undef HIDDEN

#define L2_MSR_BITMAP_WORDS 512

/**
 * struct l2_fields - the metadata of one L2 VM of a VCPU that an L1 can reach
 * @vmcs:         the L2 VMCS, by enum l2_field
 * @msr_bitmap:   L1's shadow of the MSR bitmap
 * @l2_controls:  L2_CTLS: stored, without effect
 * @tsc_deadline: TSC_DEADLINE; all ones is off
 * @vcpu_index:   VCPU_INDEX, the same in all VMs
 */
struct l2_fields {
	u64 vmcs[L2_VMCS_COUNT];
	u64 msr_bitmap[L2_MSR_BITMAP_WORDS];
	u64 l2_controls;
	u64 tsc_deadline;
	u64 vcpu_index;
};

#define TSC_DEADLINE_OFF (~0ULL)
#define L2_VAPIC_UNSET   (~0ULL)

/**
 * enum field_kind - what a write of a field may have to tell others
 * @FIELD_PLAIN:      nobody
 * @FIELD_VAPIC_PAGE: another page is the virtual APIC
 * @FIELD_MSR_BITMAP: a word of the MSR bitmap
 * @FIELD_DEADLINE:   a time that must be within reach
 */
enum field_kind {
	FIELD_PLAIN,
	FIELD_VAPIC_PAGE,
	FIELD_MSR_BITMAP,
	FIELD_DEADLINE,
};

/**
 * struct field_place - a field that was found
 * @id:       its identifier, in the form of "next field" outputs
 * @value:    where its value is
 * @mask:     what L1 may write
 * @bits:     the bits that it has
 * @kind:     what a write affects
 * @vmcs:     enum l2_field, or -1
 * @readable: L1 may read it
 */
struct field_place {
	u64 id;
	u64 *value;
	u64 mask;
	u64 bits;
	enum field_kind kind;
	int vmcs;
	bool readable;
};

void l2_fields_reset(struct l2_fields *fields, u64 vcpu_index);
unsigned int l2_field_vm(u64 id);
bool l2_field_needs_vm(u64 id);
bool l2_field_find(struct l2_fields *fields, u64 id, struct field_place *place);
u64 l2_field_first(void);
u64 l2_field_next(u64 id);
u64 field_write_rule(u64 old, u64 value, u64 selected, u64 mask, u64 *result);
u64 l2_field_check(const struct l2_fields *fields, const struct field_place *place, u64 value);
u64 deadline_check(u64 deadline, u64 now);
bool field_id_is_sane(u64 id);

static inline u32 field_class(u64 id)
{
	return id >> 56 & 0x3f;
}

static inline u32 field_code(u64 id)
{
	return id & 0xffffff;
}

/* ---- vapic.c: the virtual APIC of L2 ---- */

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

#endif /* _HYPERVISOR_TDX_L2_LOGIC_H */
