// SPDX-License-Identifier: GPL-2.0-only
/*
 * The leaves that read and write fields.
 *
 * Owns: the fields of the partition and of the module, which are few. Those of a VCPU are in
 * fields.c. Must not know: what a field is for, except the two whose writes affect other parts.
 */
#include <linux/types.h>

#include "base/machine.h"
#include "tdx/l2/l2.h"
#include "tdx/tdx.h"
#include "vcpu/l1.h"

#define ASK_FIRST (~0ULL)
#define LAST      (~0ULL)

#define VERSION   GENMASK_ULL(23, 16)
#define VERSION_1 BIT_ULL(16)

/* TDX_FEATURES0: VP fields for guests, partitioning, RBP kept, quick invalidation, topology. */
#define FEATURES0 (BIT_ULL(3) | BIT_ULL(7) | BIT_ULL(18) | BIT_ULL(19) | BIT_ULL(20))

#define GPA_ATTRIBUTES 0x807f

static unsigned int l2_vms = 1;

/**
 * struct small_field - a field of the partition or of the module
 * @id:    its identifier without the bits that are ignored
 * @mask:  the bits that L1 may write
 * @value: its value
 */
struct small_field {
	u64 id;
	u64 mask;
	u64 value;
};

#define NUM_VCPUS  0x1010000200000001ULL
#define NUM_L2_VMS 0x1010000100000005ULL
#define MAX_VCPUS  0x1110000200000002ULL
#define TD_CTLS    0x1110000300000017ULL

/* In TD_CTLS: the CPUs of L1 have the APIC ids and the topology that its host has chosen. */
#define PENDING_VE_DISABLE BIT_ULL(0)
#define ENUM_TOPOLOGY      BIT_ULL(1)

/* By ascending identifiers. L1's CPUs share them without a lock, since each is one word. */
static struct small_field vm_fields[] = {
	{ NUM_VCPUS, 0, 0 },
	{ NUM_L2_VMS, 0, 0 },
	{ 0x1110000300000000ULL, 0, TDX_ATTRIBUTES },
	{ 0x1110000300000001ULL, 0, TDX_XFAM },
	{ MAX_VCPUS, 0, 0 },
	/* The narrower of a trust domain's two widths. */
	{ 0x1110000000000003ULL, 0, 0 },
	{ 0x1110000300000010ULL, 1, 0 },
	{ 0x1110000300000016ULL, 0, 0 },
	/* PENDING_VE_DISABLE begins with the value of SEPT_VE_DISABLE: tdh_mng_init.c. */
	{ TD_CTLS, PENDING_VE_DISABLE | ENUM_TOPOLOGY, PENDING_VE_DISABLE },
	/* TOPOLOGY_ENUM_CONFIGURED: the host gave an APIC id to each CPU, by TDH.VP.INIT. */
	{ 0x1110000000000019ULL, 0, 1 },
};

static struct small_field sys_fields[] = {
	{ 0x0A00000300000008ULL, 0, FEATURES0 },
	{ 0x2200000100000000ULL, 0, GPA_ATTRIBUTES },
};

/**
 * metadata_l2_vms() - how many L2 VMs there are
 *
 * Return: 0 to TDX_L2_VMS_MAX.
 */
unsigned int metadata_l2_vms(void)
{
	return min_t(unsigned int, READ_ONCE(l2_vms), TDX_L2_VMS_MAX);
}

/**
 * metadata_set_l2_vms() - set the number of L2 VMs
 * @vms: up to TDX_L2_VMS_MAX
 */
void metadata_set_l2_vms(unsigned int vms)
{
	WRITE_ONCE(l2_vms, vms);
}

/**
 * metadata_reset_vm() - reset the partition's fields
 *
 * Except TD_CTLS: L1's kernel turns its topology on at boot and then relies on it.
 */
void metadata_reset_vm(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vm_fields); i++) {
		struct small_field *field = &vm_fields[i];

		if (field->mask && field->id != TD_CTLS)
			WRITE_ONCE(field->value, 0);
	}
}

static struct small_field *find_small(struct small_field *fields, size_t count, u64 id)
{
	size_t i;

	if (!field_id_is_sane(id))
		return NULL;
	for (i = 0; i < count; i++)
		if (field_class(fields[i].id) == field_class(id) &&
		    field_code(fields[i].id) == field_code(id))
			return &fields[i];
	return NULL;
}

static u64 next_small(const struct small_field *fields, size_t count,
		      const struct small_field *field)
{
	return field + 1 < fields + count ? field[1].id : LAST;
}

bool tdx_module_has_topology(void)
{
	return READ_ONCE(find_small(vm_fields, ARRAY_SIZE(vm_fields), TD_CTLS)->value) &
	       ENUM_TOPOLOGY;
}

static bool rcx_is_zero(struct tdcall_regs *regs)
{
	if (regs->rcx)
		regs->rax = TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	return !regs->rcx;
}

/*
 * Each access to a VCPU's fields comes through here: they hold what L2 has changed from now
 * on, until that VM is entered again.
 */
static bool find_field(struct vcpu *vcpu, u64 id, struct field_place *place)
{
	state_settle(vcpu);
	if (vcpu->vm > metadata_l2_vms() && l2_field_needs_vm(id))
		return false;
	return l2_field_find(&vcpu->fields, id, place);
}

/* Each change of a field is made here: the next entry loads all of them. */
static void store_field(struct vcpu *vcpu, const struct field_place *place, u64 value)
{
	*place->value = value;
	state_written(vcpu);
}

/**
 * metadata_vp_rd() - TDG.VP.RD
 * @regs: in and out
 */
void metadata_vp_rd(struct tdcall_regs *regs)
{
	struct vcpu *vcpu = vcpu_here(l2_field_vm(regs->rdx));
	struct field_place place;

	if (!rcx_is_zero(regs))
		return;
	if (regs->rdx == ASK_FIRST) {
		regs->rax = TDX_FIRST_FIELD_ID;
		regs->rdx = l2_field_first();
		regs->r8 = 0;
		return;
	}
	if (!find_field(vcpu, regs->rdx, &place)) {
		regs->rax = TDX_FIELD_ID_INCORRECT;
		return;
	}
	if (!place.readable) {
		regs->rax = TDX_FIELD_NOT_READABLE;
		return;
	}
	regs->rax = TDX_SUCCESS;
	regs->rdx = l2_field_next(place.id);
	regs->r8 = *place.value;
}

/* Whether it is memory is checked when L2 is entered. */
static u64 check_page(u64 gpa)
{
	return gpa_is_private(gpa) ? TDX_SUCCESS : TDX_FIELD_VALUE_NOT_VALID;
}

/* The deadline of a VM that does not exist is stored without a check. */
static u64 check_deadline(u64 id, u64 deadline)
{
	return l2_field_vm(id) <= metadata_l2_vms() ? deadline_check(deadline, deadline_clock()) :
						      TDX_SUCCESS;
}

static u64 make_value(const struct vcpu *vcpu, const struct tdcall_regs *regs,
		      const struct field_place *place, u64 *value)
{
	u64 old = *place->value, status;

	/* md_vp_adjust_value_per_field_attr_on_wr() of metadata_vp.c: -1 means "never set". */
	if (place->kind == FIELD_VAPIC_PAGE && old == L2_VAPIC_UNSET)
		old &= place->mask;
	/* A bit beyond the field's size is one that cannot be written. */
	status = field_write_rule(old, regs->r8, regs->r9, place->mask, value);
	if (!status)
		status = l2_field_check(&vcpu->fields, place, *value);
	if (!status && place->kind == FIELD_VAPIC_PAGE)
		status = check_page(*value);
	if (!status && place->kind == FIELD_DEADLINE)
		status = check_deadline(regs->rdx, *value);
	if (!status && place->vmcs == L2_DEBUGCTL)
		*value &= ~DEBUGCTL_UNCORE_PMI;
	return status;
}

static void tell_others(struct vcpu *vcpu, const struct field_place *place)
{
	if (place->kind == FIELD_VAPIC_PAGE)
		vcpu->vapic.page = machine_place(*place->value);
	else if (place->kind == FIELD_MSR_BITMAP)
		msr_load_permissions(vcpu);
}

/**
 * metadata_vp_wr() - TDG.VP.WR
 * @regs: in and out
 */
void metadata_vp_wr(struct tdcall_regs *regs)
{
	struct vcpu *vcpu = vcpu_here(l2_field_vm(regs->rdx));
	struct field_place place;
	u64 value;

	if (!rcx_is_zero(regs))
		return;
	if (!find_field(vcpu, regs->rdx, &place)) {
		regs->rax = TDX_FIELD_ID_INCORRECT;
		return;
	}
	regs->rax = make_value(vcpu, regs, &place, &value);
	if (regs->rax)
		return;
	regs->r8 = *place.value;
	store_field(vcpu, &place, value);
	tell_others(vcpu, &place);
}

static u64 vm_value(const struct small_field *field)
{
	switch (field->id) {
	case NUM_VCPUS:
	case MAX_VCPUS:
		return l1_count;
	case NUM_L2_VMS:
		return metadata_l2_vms();
	default:
		return READ_ONCE(field->value);
	}
}

/**
 * metadata_vm_rd() - TDG.VM.RD
 * @regs: in and out; only version 1 returns the next field
 */
void metadata_vm_rd(struct tdcall_regs *regs)
{
	bool tells_next = regs->rax & VERSION_1;
	struct small_field *field;

	if ((regs->rax & VERSION) > VERSION_1) {
		regs->rax = TDX_OPERAND_INVALID | TDX_OPERAND_RAX;
		return;
	}
	if (!rcx_is_zero(regs))
		return;
	if (tells_next && regs->rdx == ASK_FIRST) {
		regs->rax = TDX_FIRST_FIELD_ID;
		regs->rdx = vm_fields[0].id;
		regs->r8 = 0;
		return;
	}
	field = find_small(vm_fields, ARRAY_SIZE(vm_fields), regs->rdx);
	if (!field) {
		regs->rax = TDX_FIELD_ID_INCORRECT;
		return;
	}
	regs->rax = TDX_SUCCESS;
	if (tells_next)
		regs->rdx = next_small(vm_fields, ARRAY_SIZE(vm_fields), field);
	regs->r8 = vm_value(field);
}

/**
 * metadata_vm_wr() - TDG.VM.WR
 * @regs: in and out
 */
void metadata_vm_wr(struct tdcall_regs *regs)
{
	struct small_field *field;
	u64 old, value;

	if (!rcx_is_zero(regs))
		return;
	field = find_small(vm_fields, ARRAY_SIZE(vm_fields), regs->rdx);
	if (!field) {
		regs->rax = TDX_FIELD_ID_INCORRECT;
		return;
	}
	old = READ_ONCE(field->value);
	regs->rax = field_write_rule(old, regs->r8, regs->r9, field->mask, &value);
	/* Without CONFIG_FLAGS.FLEXIBLE_PENDING_VE: md_td_write_element() of metadata_td.c. */
	if (!regs->rax && field->id == TD_CTLS && ((old ^ value) & PENDING_VE_DISABLE))
		regs->rax = TDX_FIELD_VALUE_NOT_VALID;
	if (regs->rax)
		return;
	WRITE_ONCE(field->value, value);
	regs->r8 = old;
}

/**
 * metadata_sys_rd() - TDG.SYS.RD
 * @regs: in and out
 */
void metadata_sys_rd(struct tdcall_regs *regs)
{
	struct small_field *field;

	if (regs->rdx == ASK_FIRST) {
		regs->rax = TDX_FIRST_FIELD_ID;
		regs->rdx = sys_fields[0].id;
		regs->r8 = 0;
		return;
	}
	field = find_small(sys_fields, ARRAY_SIZE(sys_fields), regs->rdx);
	if (!field) {
		regs->rax = TDX_FIELD_ID_INCORRECT;
		return;
	}
	regs->rax = TDX_SUCCESS;
	regs->rdx = next_small(sys_fields, ARRAY_SIZE(sys_fields), field);
	regs->r8 = field->value;
}
