/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The L2 VMCS and the few other fields of one VCPU, as VP.RD and VP.WR see
 * them. Portable: it compiles in user space too.
 */
#ifndef _HYPERVISOR_TDX_L2_FIELDS_H
#define _HYPERVISOR_TDX_L2_FIELDS_H

#include "tdx/abi.h"

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

#endif /* _HYPERVISOR_TDX_L2_FIELDS_H */
