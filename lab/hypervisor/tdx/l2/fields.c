// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of the fields that an L1 reaches by VP.RD and VP.WR.
 *
 * Owns: which field identifiers there are, what may be written to each, what a
 * fresh VCPU holds, and the rule of a masked write. Must not know: registers
 * of a TDCALL, SVM. It compiles in user space too.
 */
#include "base/base.h"
#include "tdx/l2/logic.h"

/* Classes of VM 1; those of VM 2 and 3 follow at equal distances. */
#define CLASS_MANAGEMENT 0x20
#define CLASS_VMCS       0x24
#define CLASS_MSR_BITMAP 0x25
#define CLASS_SHADOW     0x26
#define CLASS_DISTANCE   8

/* L1's own VMCS has the same codes as that of an L2 VM, and L1 can access none of them. */
#define CLASS_OWN_VMCS   0

/* Codes of VM 1; those of VM 2 and 3 are the next ones. */
#define CODE_VCPU_INDEX   0x02
#define CODE_L2_CONTROLS  0x51
#define CODE_TSC_DEADLINE 0x59

/* Element sizes, in bits 33:32 of an identifier. */
#define SIZE_2 1ULL
#define SIZE_4 2ULL
#define SIZE_8 3ULL

#define CONTEXT_VCPU 2ULL

/* 31:24, 37:34, 46:38, 49:47, 55, 62: reserved, or used only for sequences. */
#define ID_RESERVED 0x4083fffcff000000ULL

struct vmcs_field {
	u32 code;
	bool readable;
	u64 mask;
	u64 initial;
};

/* In the order of enum l2_field, which is made from the same list. */
#define FIELD(name, code, mask, initial) { code, true, mask, initial },
#define HIDDEN(name, code) { code, false, 0, 0 },

static const struct vmcs_field vmcs_fields[L2_VMCS_COUNT] = {
#include "tdx/l2/field_list.h"
};

#undef FIELD
#undef HIDDEN

/* Other fields of a VCPU that L1 can neither read nor write: Intel's tdvps_fields_lookup.c. */
static const struct hidden_range {
	u32 class, first, count;
} hidden_ranges[] = {
	{ 1, 0, 128 },
	{ 2, 0, 6 }, { 2, 0x10, 2 },
	{ 16, 0, 16 },
	{ 17, 0, 4 }, { 17, 6, 1 }, { 17, 0x20, 1 }, { 17, 0x28, 1 }, { 17, 0x100, 1 },
	{ 18, 0, 1536 },
	{ 19, 0x48, 1 }, { 19, 0xe1, 1 }, { 19, 0x122, 1 }, { 19, 0x186, 8 }, { 19, 0x1a6, 2 },
	{ 19, 0x1c4, 2 }, { 19, 0x309, 7 }, { 19, 0x329, 1 }, { 19, 0x38d, 2 }, { 19, 0x3f1, 2 },
	{ 19, 0x3f6, 2 }, { 19, 0x4c1, 8 }, { 19, 0x600, 1 }, { 19, 0xda0, 1 }, { 19, 0x14cf, 1 },
	{ 19, 0x1b01, 1 }, { 19, 0x2081, 2 }, { 19, 0x2084, 1 }, { 19, 0x2102, 2 },
	{ CLASS_MANAGEMENT, 0, 1 }, { CLASS_MANAGEMENT, 3, 2 }, { CLASS_MANAGEMENT, 6, 1 },
	{ CLASS_MANAGEMENT, 0xa, 21 }, { CLASS_MANAGEMENT, 0x30, 3 },
	{ CLASS_MANAGEMENT, 0x40, 3 }, { CLASS_MANAGEMENT, 0x44, 12 },
	{ CLASS_MANAGEMENT, 0x54, 4 }, { CLASS_MANAGEMENT, 0x5c, 4 },
	{ CLASS_MANAGEMENT, 0x80, 32 }, { CLASS_MANAGEMENT, 0xa4, 20 },
	{ CLASS_MANAGEMENT, 0x100, 24 },
	{ 34, 0x200, 32 },
	{ CLASS_SHADOW, 0, L2_MSR_BITMAP_WORDS },
	{ CLASS_SHADOW + CLASS_DISTANCE, 0, L2_MSR_BITMAP_WORDS },
	{ CLASS_SHADOW + 2 * CLASS_DISTANCE, 0, L2_MSR_BITMAP_WORDS },
};

/*
 * The controls that this emulation supports L1 to change. RDPMC exits in each trust domain that
 * has no performance monitoring: calc_virt_ia32_vmx_true_procbased_ctls() of virt_msr_helpers.h.
 */
#define PRIMARY_CHANGEABLE                                                      \
	(PRIMARY_INTERRUPT_WINDOW | PRIMARY_RDTSC |                             \
	 PRIMARY_CR3_LOAD | PRIMARY_CR3_STORE | PRIMARY_CR8_LOAD |              \
	 PRIMARY_CR8_STORE | PRIMARY_NMI_WINDOW | PRIMARY_MOV_DR | PRIMARY_PAUSE)
#define SECONDARY_CHANGEABLE (SECONDARY_VID | SECONDARY_MODE_EXECUTE)

/* The width of a VMCS field is in bits 14:13 of its encoding. */
static u64 vmcs_bits(u32 code)
{
	switch (code >> 13 & 3) {
	case 0:
		return 0xffff;
	case 2:
		return 0xffffffff;
	default:
		return ~0ULL;
	}
}

static u64 vmcs_size(u32 code)
{
	switch (code >> 13 & 3) {
	case 0:
		return SIZE_2;
	case 2:
		return SIZE_4;
	default:
		return SIZE_8;
	}
}

/* Returns the identifier of a field of VM 1. */
static u64 make_id(u64 class, u64 size, u64 code)
{
	return class << 56 | CONTEXT_VCPU << 52 | size << 32 | code;
}

static u64 vmcs_id(unsigned int index)
{
	return make_id(CLASS_VMCS, vmcs_size(vmcs_fields[index].code), vmcs_fields[index].code);
}

/**
 * l2_fields_reset() - reset a VCPU's L2 state
 * @fields:     the state
 * @vcpu_index: which VCPU
 */
void l2_fields_reset(struct l2_fields *fields, u64 vcpu_index)
{
	unsigned int i;

	memset(fields, 0, sizeof(*fields));
	for (i = 0; i < L2_VMCS_COUNT; i++)
		fields->vmcs[i] = vmcs_fields[i].initial;
	memset(fields->msr_bitmap, 0xff, sizeof(fields->msr_bitmap));
	fields->tsc_deadline = TSC_DEADLINE_OFF;
	fields->vcpu_index = vcpu_index;
}

/* Returns the VM of a class or code, if @first is that of VM 1; 0: it belongs to no VM. */
static unsigned int vm_of(u32 number, u32 first, u32 distance)
{
	u32 offset = number - first;

	if (number < first || offset % distance || offset / distance >= TDX_L2_VMS_MAX)
		return 0;
	return offset / distance + 1;
}

static unsigned int management_vm(u32 code)
{
	unsigned int vm = vm_of(code, CODE_L2_CONTROLS, 1);

	return vm ?: vm_of(code, CODE_TSC_DEADLINE, 1);
}

/**
 * l2_field_vm() - which L2 VM does a field identifier name
 * @id: from L1
 *
 * Return: 1 to TDX_L2_VMS_MAX; 1 also for a field that belongs to no VM.
 */
unsigned int l2_field_vm(u64 id)
{
	u32 class = field_class(id);
	unsigned int vm;

	if (class == CLASS_MANAGEMENT)
		vm = management_vm(field_code(id));
	else
		vm = vm_of(class, CLASS_VMCS, CLASS_DISTANCE) ?:
		     vm_of(class, CLASS_MSR_BITMAP, CLASS_DISTANCE) ?:
		     vm_of(class, CLASS_SHADOW, CLASS_DISTANCE);
	return vm ?: 1;
}

/**
 * l2_field_needs_vm() - whether a field exists only if its VM does
 * @id: from L1
 *
 * The controls and the deadline of a VM that does not exist can be read and written, without
 * effect.
 *
 * Return: whether it does.
 */
bool l2_field_needs_vm(u64 id)
{
	return field_class(id) >= CLASS_VMCS;
}

/**
 * field_id_is_sane() - whether the bits that a single-field access does not use are zero
 * @id: from L1
 *
 * Return: whether they are.
 */
bool field_id_is_sane(u64 id)
{
	return !(id & ID_RESERVED);
}

static bool find_vmcs(struct l2_fields *fields, u32 code, struct field_place *place)
{
	unsigned int i;

	for (i = 0; i < L2_VMCS_COUNT; i++) {
		if (vmcs_fields[i].code != code)
			continue;
		place->id = vmcs_id(i);
		place->value = &fields->vmcs[i];
		place->bits = vmcs_bits(code);
		place->mask = vmcs_fields[i].mask & place->bits;
		place->readable = vmcs_fields[i].readable;
		place->kind = i == L2_VAPIC ? FIELD_VAPIC_PAGE : FIELD_PLAIN;
		place->vmcs = i;
		return true;
	}
	return false;
}

/* Describes a field that L1 can neither read nor write; its value is arbitrary. */
static void hide(struct l2_fields *fields, u64 id, struct field_place *place)
{
	place->id = id;
	place->value = &fields->vmcs[L2_VPID];
	place->bits = 0;
	place->mask = 0;
	place->readable = false;
	place->kind = FIELD_PLAIN;
	place->vmcs = -1;
}

static bool find_hidden(struct l2_fields *fields, u64 id, struct field_place *place)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hidden_ranges); i++) {
		const struct hidden_range *range = &hidden_ranges[i];

		if (range->class == field_class(id) && field_code(id) >= range->first &&
		    field_code(id) - range->first < range->count) {
			hide(fields, id, place);
			return true;
		}
	}
	return false;
}

static bool find_bitmap_word(struct l2_fields *fields, u32 code, struct field_place *place)
{
	if (code >= L2_MSR_BITMAP_WORDS)
		return false;
	place->id = make_id(CLASS_MSR_BITMAP, SIZE_8, code);
	place->value = &fields->msr_bitmap[code];
	place->bits = ~0ULL;
	place->mask = ~0ULL;
	place->readable = true;
	place->kind = FIELD_MSR_BITMAP;
	place->vmcs = -1;
	return true;
}

static bool find_management(struct l2_fields *fields, u32 code, struct field_place *place)
{
	place->id = make_id(CLASS_MANAGEMENT, SIZE_8, code);
	place->bits = ~0ULL;
	place->readable = true;
	place->kind = FIELD_PLAIN;
	place->vmcs = -1;
	if (code == CODE_VCPU_INDEX) {
		place->id = make_id(CLASS_MANAGEMENT, SIZE_4, code);
		place->value = &fields->vcpu_index;
		place->mask = 0;
	} else if (vm_of(code, CODE_L2_CONTROLS, 1)) {
		place->value = &fields->l2_controls;
		place->mask = 0x7;
	} else if (vm_of(code, CODE_TSC_DEADLINE, 1)) {
		place->value = &fields->tsc_deadline;
		place->mask = ~0ULL;
		place->kind = FIELD_DEADLINE;
	} else {
		return false;
	}
	return true;
}

/**
 * l2_field_find() - what does a field identifier of VP.RD or VP.WR name
 * @fields: of the calling VCPU, and of the VM that @id names
 * @id:     from L1
 * @place:  out: the field; its identifier is that of VM 1
 *
 * Return: false if there is no such field, or its identifier is malformed.
 */
bool l2_field_find(struct l2_fields *fields, u64 id, struct field_place *place)
{
	if (!field_id_is_sane(id))
		return false;

	if (field_class(id) == CLASS_MANAGEMENT && find_management(fields, field_code(id), place))
		return true;
	if (vm_of(field_class(id), CLASS_VMCS, CLASS_DISTANCE))
		return find_vmcs(fields, field_code(id), place);
	if (vm_of(field_class(id), CLASS_MSR_BITMAP, CLASS_DISTANCE))
		return find_bitmap_word(fields, field_code(id), place);
	if (field_class(id) == CLASS_OWN_VMCS && find_vmcs(fields, field_code(id), place)) {
		hide(fields, id, place);
		return true;
	}
	return find_hidden(fields, id, place);
}

/**
 * l2_field_first() - the first field of a walk over all fields
 *
 * Return: its identifier.
 */
u64 l2_field_first(void)
{
	return make_id(CLASS_MANAGEMENT, SIZE_4, CODE_VCPU_INDEX);
}

static u64 next_vmcs(unsigned int index)
{
	while (++index < L2_VMCS_COUNT)
		if (vmcs_fields[index].readable)
			return vmcs_id(index);
	return make_id(CLASS_MSR_BITMAP, SIZE_8, 0);
}

static u64 next_management(u32 code)
{
	switch (code) {
	case CODE_VCPU_INDEX:
		return make_id(CLASS_MANAGEMENT, SIZE_8, CODE_L2_CONTROLS);
	case CODE_L2_CONTROLS:
		return make_id(CLASS_MANAGEMENT, SIZE_8, CODE_TSC_DEADLINE);
	default:
		/* The first of the VMCS is hidden. */
		return next_vmcs(0);
	}
}

/**
 * l2_field_next() - the readable field after this one
 * @id: the identifier in the place that l2_field_find() returned for this field
 *
 * Return: its identifier; all ones at the end.
 */
u64 l2_field_next(u64 id)
{
	u32 code = field_code(id);
	unsigned int i;

	if (field_class(id) == CLASS_MANAGEMENT)
		return next_management(code);
	if (field_class(id) == CLASS_MSR_BITMAP)
		return code + 1 < L2_MSR_BITMAP_WORDS ?
			make_id(CLASS_MSR_BITMAP, SIZE_8, code + 1) : ~0ULL;

	for (i = 0; i < L2_VMCS_COUNT; i++)
		if (vmcs_fields[i].code == code)
			return next_vmcs(i);
	return ~0ULL;
}

/**
 * field_write_rule() - the result of a masked write
 * @old:      its value
 * @value:    L1's
 * @selected: the bits that L1 selects
 * @mask:     the bits that L1 may write
 * @result:   out: the new value
 *
 * Return: a status; @result is only set on success.
 */
u64 field_write_rule(u64 old, u64 value, u64 selected, u64 mask, u64 *result)
{
	u64 effective = selected & mask;

	if (!effective)
		return TDX_FIELD_NOT_WRITABLE;
	if ((value ^ old) & selected & ~mask)
		return TDX_FIELD_VALUE_NOT_VALID;
	*result = (old & ~effective) | (value & effective);
	return TDX_SUCCESS;
}

/**
 * deadline_check() - whether a TSC deadline is valid
 * @deadline: from L1
 * @now:      the TSC
 *
 * A deadline in the past is due immediately. A deadline so far ahead that the difference does
 * not fit is an error.
 *
 * Return: a status.
 */
u64 deadline_check(u64 deadline, u64 now)
{
	if (deadline == TSC_DEADLINE_OFF || deadline <= now || deadline - now < 1ULL << 63)
		return TDX_SUCCESS;
	return TDX_OPERAND_INVALID;
}

/* check_and_update_ia32_dbgctrl() of metadata_vp.c: branch messages are not sent without BTS. */
static bool debugctl_is_valid(u64 debugctl)
{
	return !(debugctl & DEBUGCTL_TR) || (debugctl & DEBUGCTL_BTS);
}

static bool controls_are_valid(u64 now, u64 wanted, u64 changeable)
{
	return !((now ^ wanted) & ~changeable);
}

/**
 * l2_field_check() - may a field have this value
 * @fields: of the VCPU
 * @place:  the field, by l2_field_find()
 * @value:  what it would hold
 *
 * The caller checks whether an address is memory of L1.
 *
 * Return: a status.
 */
u64 l2_field_check(const struct l2_fields *fields, const struct field_place *place, u64 value)
{
	bool valid = true;

	switch (place->vmcs) {
	case L2_PRIMARY:
		valid = controls_are_valid(fields->vmcs[L2_PRIMARY], value, PRIMARY_CHANGEABLE);
		break;
	case L2_SECONDARY:
		valid = controls_are_valid(fields->vmcs[L2_SECONDARY], value,
					   SECONDARY_CHANGEABLE);
		break;
	case L2_TERTIARY:
	case L2_EPTP:
		valid = value == fields->vmcs[place->vmcs];
		break;
	case L2_DEBUGCTL:
		valid = debugctl_is_valid(value);
		break;
	default:
		break;
	}
	return valid ? TDX_SUCCESS : TDX_FIELD_VALUE_NOT_VALID;
}
