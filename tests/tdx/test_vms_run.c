// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * VM 2 and 3 run, each with its own registers, memory, virtual APIC and deadline.
 *
 * The expected results follow Intel's TDX module, release TDX_1.5.01; the comment of each row
 * names the file and the function.
 */
#include "tdx.h"

#define R 1
#define W 2
#define X 4

#define VMS       3
#define TPR_MSR   0x808
#define VECTOR    0x41
#define VALID     0x80000000u
#define REASON_RDMSR         31
#define REASON_EPT_VIOLATION 48
#define REASON_DEADLINE      52

#define F_EXIT_REASON 0x4402

/* The attributes have one field for each VM. */
#define VM_FIELD(vm, x) ((uint64_t)(x) << 16 * (vm))
#define EACH_VM_FIELD(x) (VM_FIELD(1, x) | VM_FIELD(2, x) | VM_FIELD(3, x))

static int setup_all(void **state)
{
	unsigned int vm;

	l2_setup_vms(state);
	for (vm = 2; vm <= VMS; vm++)
		l2_setup_vm(vm);
	l2_select(1);
	return 0;
}

#define TEST_ALL(function) cmocka_unit_test_setup_teardown(function, setup_all, l2_teardown)

/* src/td_transitions/tdg_vp_enter.c, tdg_vp_enter(): vm_id is bits 53:52 of RCX. */
static void row_2_3_each_vm_can_be_entered(void **state)
{
	unsigned int vm;

	for (vm = 1; vm <= VMS; vm++) {
		l2_select(vm);
		l2.state->rcx = 0x1000 + vm;
		l2_exits(GUEST_CPUID, 10);
		check_hex(l2.state->rcx, 0x1000 + vm);
		l2_skip();
		l2_expect(18);
	}
}

/* The same function: bits 1:0 of RCX request an invalidation, and do not name a VM. */
static void row_2_3_each_vm_can_be_entered_with_an_invalidation(void **state)
{
	unsigned int vm, how;
	uint64_t status;

	for (vm = 1; vm <= VMS; vm++) {
		l2_select(vm);
		for (how = 0; how < 4; how++) {
			do
				status = l2_enter_with(how);
			while (status >> 44 == 1);
			check_hex(status, 18);
		}
	}
}

/*
 * src/common/helpers/helpers.h, set_vm_vmcs_as_active(): there is a VMCS for each VM, which keeps
 * its masks, shadows and exit information while another VM runs.
 */
static void row_8_each_vm_has_its_own_vmcs(void **state)
{
	unsigned int vm, round;

	for (vm = 1; vm <= VMS; vm++)
		field_set(OF_VM(vm, FIELD(F_CR4_SHADOW)), 0x10000 * vm);
	for (round = 0; round < 2; round++) {
		for (vm = 1; vm <= VMS; vm++) {
			l2_select(vm);
			l2_exits(GUEST_READ_CR4, 18);
			check_hex(l2.state->r10, 0x10000 * vm);
		}
	}
	l2_select(2);
	l2_exits(GUEST_CPUID, 10);
	check_hex(field_get(FIELD(F_EXIT_REASON)), 18);
	check_hex(field_get(OF_VM(2, FIELD(F_EXIT_REASON))), 10);
	check_hex(field_get(OF_VM(3, FIELD(F_EXIT_REASON))), 18);
}

/* tdg_vp_enter.c, read_l2_enter_guest_state(): all general registers come from the buffer. */
static void row_8_a_vm_continues_where_it_stopped(void **state)
{
	unsigned int vm;

	for (vm = 1; vm <= VMS; vm++) {
		l2_select(vm);
		l2.state->r15 = 0x5000 + vm;
		l2_exits(GUEST_CPUID, 10);
		l2_skip();
	}
	for (vm = 1; vm <= VMS; vm++) {
		l2_select(vm);
		l2.state->rax = 0x6000 + vm;
		l2_expect(18);
		check_hex(l2.state->rax, 0x6000 + vm);
		check_hex(l2.state->r15, 0x5000 + vm);
	}
}

static void load_hidden(void)
{
	l2_start(GUEST_LOAD);
	l2.state->rbx = L2_HIDDEN;
}

static uint64_t all_attributes(enum page page)
{
	check_hex(tdcall(ATTR_RD, page_gpa(page), 0, 0, 0), 0);
	return l2.call.regs.rdx;
}

static uint64_t write_attributes(uint64_t rdx, uint64_t r8)
{
	return tdcall(ATTR_WR, page_gpa(PAGE_HIDDEN), rdx, r8, 0);
}

/*
 * src/td_dispatcher/vm_exits/tdg_mem_page_attr_wr.c, get_all_l2_sept_entries(): each VM has a
 * secure EPT, which contains its aliases.
 */
static void row_6_each_vm_has_its_own_aliases(void **state)
{
	unsigned int owner, vm;

	for (owner = 1; owner <= VMS; owner++) {
		l2_select(owner);
		page_allow(PAGE_HIDDEN, R);
		check_hex(all_attributes(PAGE_HIDDEN), VM_FIELD(owner, 0x8000 | R));
		for (vm = 1; vm <= VMS; vm++) {
			l2_select(vm);
			load_hidden();
			l2_expect(vm == owner ? 18 : REASON_EPT_VIOLATION);
		}
		l2_select(owner);
		page_allow(PAGE_HIDDEN, 0);
	}
}

/* The same file: one call changes the aliases of several VMs, each with its own mask. */
static void row_6_one_call_changes_all_vms(void **state)
{
	uint64_t rdx = VM_FIELD(1, 0x8000 | R) | VM_FIELD(2, 0x8000 | R | W) |
		       VM_FIELD(3, 0x8000 | R | W | X);

	check_hex(write_attributes(rdx, EACH_VM_FIELD(0x7f)), 0);
	check_hex(l2.call.regs.rdx, rdx);
	check_hex(all_attributes(PAGE_HIDDEN), rdx);
	/* W of VM 1 and X of VM 3 change; VM 2 is ignored, since VALID is 0. */
	check_hex(write_attributes(VM_FIELD(1, 0x8000 | W) | VM_FIELD(3, 0x8000),
				   VM_FIELD(1, W) | VM_FIELD(2, 0x7f) | VM_FIELD(3, X)), 0);
	check_hex(l2.call.regs.rdx, VM_FIELD(1, 0x8000 | R | W) | VM_FIELD(3, 0x8000 | R | W));
	check_hex(all_attributes(PAGE_HIDDEN), EACH_VM_FIELD(0x8000 | R | W));
}

/* tdg_mem_page_attr_wr(), step 3: the removal of an alias leaves VALID only in its own field. */
static void row_6_an_alias_of_one_vm_goes(void **state)
{
	check_hex(write_attributes(EACH_VM_FIELD(0x8000 | R), EACH_VM_FIELD(0x7f)), 0);
	check_hex(write_attributes(VM_FIELD(2, 0x8000), VM_FIELD(2, 0x7f)), 0);
	check_hex(l2.call.regs.rdx, VM_FIELD(2, 0x8000));
	check_hex(all_attributes(PAGE_HIDDEN),
		  VM_FIELD(1, 0x8000 | R) | VM_FIELD(3, 0x8000 | R));
	l2_select(2);
	load_hidden();
	l2_expect(REASON_EPT_VIOLATION);
	l2_select(3);
	load_hidden();
	l2_expect(18);
}

/*
 * get_all_l2_sept_entries(): if the attributes of one VM are illegal, no VM's change. RDX has the
 * current attributes of that VM, and for the other VMs those that were requested.
 */
static void row_6_an_illegal_mix_of_one_vm_stops_all(void **state)
{
	uint64_t before = VM_FIELD(1, 0x8000 | R) | VM_FIELD(2, 0x8000 | R);

	check_hex(write_attributes(before, EACH_VM_FIELD(0x7f)), 0);
	check_hex(write_attributes(VM_FIELD(1, 0x8000 | R | W) | VM_FIELD(2, 0x8000 | W) |
				   VM_FIELD(3, 0x8000 | R | X), EACH_VM_FIELD(0x7f)),
		  PAGE_ATTR_BAD);
	check_hex(l2.call.regs.rcx, 0);
	check_hex(l2.call.regs.rdx, VM_FIELD(1, 0x8000 | R | W) | VM_FIELD(2, 0x8000 | R) |
				    VM_FIELD(3, 0x8000 | R | X));
	check_hex(all_attributes(PAGE_HIDDEN), before);
}

/* tdg_mem_page_attr_wr(): the fields of VMs above num_l2_vms must be 0. */
static void row_6_the_fields_of_vms_that_are_not_there(void **state)
{
	unsigned int vms, vm;

	for (vms = 0; vms <= VMS; vms++) {
		l2_set_vms(vms);
		for (vm = 1; vm <= VMS; vm++) {
			check_hex(write_attributes(VM_FIELD(vm, 0x8000), 0),
				  vm <= vms ? 0 : INVALID | 2);
			check_hex(write_attributes(0, VM_FIELD(vm, 0x7f)),
				  vm <= vms ? 0 : INVALID | 8);
		}
	}
}

/*
 * src/td_dispatcher/vm_exits/td_msr_access.c, rd_wr_msr_generic_checks(): the bitmap is
 * l2_shadow_msr_bitmaps of the VM that runs.
 */
static void row_4_5_each_vm_has_its_own_msr_bitmap(void **state)
{
	unsigned int vm;

	l2_select(2);
	msr_exits(TPR_MSR, true, false);
	for (vm = 1; vm <= VMS; vm++) {
		l2_select(vm);
		l2_start(GUEST_RDMSR);
		l2.state->rcx = TPR_MSR;
		l2_expect(vm == 2 ? 18 : REASON_RDMSR);
	}
}

/* src/common/helpers/helpers.c, translate_gpas(): it uses l2_vapic_hpa[vm_id]. */
static void row_4_each_vm_has_its_own_virtual_apic_page(void **state)
{
	unsigned int vm;

	for (vm = 1; vm <= VMS; vm++) {
		l2_select(vm);
		vapic_put(VAPIC_TPR, vm << 4);
	}
	for (vm = 1; vm <= VMS; vm++) {
		l2_select(vm);
		l2_exits(GUEST_READ_CR8, 18);
		check_hex(l2.state->rax, vm);
		l2.state->rax = vm + 8;
		l2_exits(GUEST_WRITE_CR8, 18);
		check_hex(vapic_get(VAPIC_TPR), (vm + 8) << 4);
	}
	l2_select(1);
	check_hex(vapic_get(VAPIC_TPR), 9 << 4);
}

/* tdg_vp_enter.c, read_l2_enter_guest_state(): RVI belongs to the VM that is entered. */
static void row_4_an_interrupt_is_of_one_vm(void **state)
{
	unsigned int vm;

	log_eoi(true);
	for (vm = 1; vm <= VMS; vm++) {
		l2_select(vm);
		msr_offload();
		l2_start(GUEST_VMCALL);
		l2.state->rflags |= RFLAGS_IF;
	}
	l2_select(2);
	l2_assert(VECTOR);
	l2_select(1);
	l2_expect(18);
	l2_select(3);
	l2_ends_with(0);
	l2_select(2);
	check(vapic_bit(VAPIC_IRR, VECTOR), "it is not pending");
	l2_ends_with(1);
	check_hex(log_vector(0), VECTOR);
	check(!vapic_bit(VAPIC_IRR, VECTOR), "it is still pending");
}

/* set_vm_vmcs_as_active(): the VM-entry interruption information is in the VM's own VMCS. */
static void row_4_6_an_event_is_of_one_vm(void **state)
{
	unsigned int vm;

	field_set(OF_VM(3, FIELD(F_EVENT)), VALID | VECTOR);
	for (vm = 1; vm <= VMS; vm++) {
		l2_select(vm);
		l2.state->rflags |= RFLAGS_IF;
		l2_ends_with(vm == 3);
	}
	check_hex(field_get(OF_VM(3, FIELD(F_EVENT))) & VALID, 0);
}

/* helpers.c, set_vmx_preemption_timer(): it uses tsc_deadline[vm_id]. */
static void row_10_5_10_a_deadline_is_of_one_vm(void **state)
{
	unsigned int vm, round;

	field_set(VCPU_OF_VM(2, FIELD_DEADLINE), 1);
	for (round = 0; round < 2; round++) {
		for (vm = 1; vm <= VMS; vm++) {
			l2_select(vm);
			l2_expect(vm == 2 ? REASON_DEADLINE : 18);
		}
	}
	field_set(VCPU_OF_VM(2, FIELD_DEADLINE), ~0ULL);
	l2_select(2);
	l2_expect(18);
}

/* src/td_dispatcher/tdx_td_l2_dispatcher.c, handle_l2_vm_entry_failures(): only that VM fails. */
static void row_2_3_an_entry_of_one_vm_that_fails_leaves_the_others(void **state)
{
	l2_select(2);
	l2.state->rflags = 0;
	check_hex(l2_run(), 0x80000021);
	l2_select(1);
	l2_expect(18);
	l2_select(3);
	l2_expect(18);
	l2_select(2);
	l2.state->rflags = 2;
	l2_expect(18);
}

const struct CMUnitTest vm_run_tests[] = {
	TEST_ALL(row_2_3_each_vm_can_be_entered),
	TEST_ALL(row_2_3_each_vm_can_be_entered_with_an_invalidation),
	TEST_ALL(row_2_3_an_entry_of_one_vm_that_fails_leaves_the_others),
	TEST_ALL(row_8_each_vm_has_its_own_vmcs),
	TEST_ALL(row_8_a_vm_continues_where_it_stopped),
	TEST_ALL(row_6_each_vm_has_its_own_aliases),
	TEST_ALL(row_6_one_call_changes_all_vms),
	TEST_ALL(row_6_an_alias_of_one_vm_goes),
	TEST_ALL(row_6_an_illegal_mix_of_one_vm_stops_all),
	TEST_ALL(row_6_the_fields_of_vms_that_are_not_there),
	TEST_ALL(row_4_5_each_vm_has_its_own_msr_bitmap),
	TEST_ALL(row_4_each_vm_has_its_own_virtual_apic_page),
	TEST_ALL(row_4_an_interrupt_is_of_one_vm),
	TEST_ALL(row_4_6_an_event_is_of_one_vm),
	TEST_ALL(row_10_5_10_a_deadline_is_of_one_vm),
};

const size_t vm_run_count = ARRAY_SIZE(vm_run_tests);
