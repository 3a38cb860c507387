// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Fields: identifiers, masks, the rule for a write, values after reset.
 *
 * The expected results follow Intel's TDX module, release TDX_1.5.01. The rows of 3.1 are those of
 * md_check_as_single_element_id(), and the rows of 3.5 those of md_vp_write_element(), in
 * src/common/metadata_handlers/metadata_generic.c and metadata_vp.c.
 */
#include <cpuid.h>
#include <sched.h>
#include <unistd.h>

#include "tdx.h"

#define NUM_L2_VMS     0x9010000100000005ULL
#define TDX_FEATURES0  0x0A00000300000008ULL
#define GPA_ATTR_MASK  0xA200000100000000ULL
/* As OpenHCL's VMM names it (x86defs::tdx); the module looks only at the class and the code. */
#define CONFIG_FLAGS   0x9110000300000016ULL
#define TD_CTLS        0x1110000300000017ULL
#define NOTIFY_ENABLES 0x9110000300000010ULL
/* The identifier that Linux uses, without the bits that are ignored. */
#define TOPOLOGY_ENUM_CONFIGURED 0x9100000000000019ULL

/* Bits of TD_CTLS. */
#define ENUM_TOPOLOGY 0x2
#define REDUCE_VE     0x8

/* A bit of CONFIG_FLAGS. */
#define FLEXIBLE_PENDING_VE 0x2

#define CPUID_TOPOLOGY    0xb
#define CPUID_TOPOLOGY_V2 0x1f

static uint64_t rd(uint64_t id)
{
	return tdcall(VP_RD, 0, id, 0, 0);
}

static uint64_t wr(uint64_t id, uint64_t value, uint64_t mask)
{
	return tdcall(VP_WR, 0, id, value, mask);
}

static void row_3_1_reserved_bits_are_field_id_incorrect(void **state)
{
	static const unsigned int reserved[] = { 24, 31, 34, 37, 38, 46, 47, 49, 55, 62 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reserved); i++)
		check_hex(rd(FIELD(F_CR3) | 1ULL << reserved[i]), FIELD_UNKNOWN);
}

static void row_3_1_some_bits_are_ignored(void **state)
{
	static const unsigned int ignored[] = { 32, 33, 50, 51, 52, 54, 63 };
	uint64_t value = field_get(FIELD(F_CR3));
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ignored); i++) {
		check_hex(rd(FIELD(F_CR3) ^ 1ULL << ignored[i]), 0);
		check_hex(l2.call.regs.r8, value);
	}
}

static void row_3_1_undefined_codes_are_field_id_incorrect(void **state)
{
	check_hex(rd(FIELD(F_VAPIC + 1)), FIELD_UNKNOWN);
	check_hex(wr(FIELD(F_VAPIC + 1), 0, ~0ULL), FIELD_UNKNOWN);
}

static void row_3_1_class_of_an_absent_vm_is_field_id_incorrect(void **state)
{
	check_hex(rd(FIELD(F_CR3) + 0x0800000000000000ULL), FIELD_UNKNOWN);
	check_hex(rd(FIELD(F_CR3) + 0x1000000000000000ULL), FIELD_UNKNOWN);
	check_hex(wr(FIELD_BITMAP(0) + 0x0800000000000000ULL, 0, ~0ULL), FIELD_UNKNOWN);
}

static uint64_t field_of_class(uint64_t class, uint64_t code)
{
	return class << 56 | 2ULL << 52 | code;
}

/*
 * include/auto_gen/td_vmcs_fields_lookup.c and tdvps_fields_lookup.c: these fields exist, and their
 * masks are 0 for a guest. Beyond the last one of a class, there is none.
 */
static void row_3_2_l1_cannot_read_its_own_state(void **state)
{
	static const struct {
		uint64_t class, code;
	} hidden[] = {
		{ 0, 0x0810 }, { 0, 0x6802 }, { 1, 0x20 }, { 2, 0 }, { 16, 0 }, { 17, 0x28 },
		{ 18, 0x5ff }, { 19, 0x2081 }, { 32, 0 }, { 32, 0x110 }, { 34, 0x21f }, { 38, 511 },
	}, none[] = {
		{ 0, 0x6c00 }, { 1, 0x810 }, { 2, 0x810 }, { 16, 16 }, { 17, 0x810 },
		{ 18, 0x600 }, { 19, 0x2083 }, { 32, 5 }, { 33, 0x810 }, { 38, 512 }, { 46, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hidden); i++) {
		check_hex(rd(field_of_class(hidden[i].class, hidden[i].code)), FIELD_UNREADABLE);
		check_hex(wr(field_of_class(hidden[i].class, hidden[i].code), 0, ~0ULL),
			  FIELD_READ_ONLY);
	}
	for (i = 0; i < ARRAY_SIZE(none); i++)
		check_hex(rd(field_of_class(none[i].class, none[i].code)), FIELD_UNKNOWN);
}

static void row_3_2_msr_bitmap_has_512_words(void **state)
{
	check_hex(wr(FIELD_BITMAP(511), 5, ~0ULL), 0);
	check_hex(l2.call.regs.r8, ~0ULL);
	check_hex(field_get(FIELD_BITMAP(511)), 5);
}

static void row_10_5_11_msr_bitmap_word_512_is_field_id_incorrect(void **state)
{
	check_hex(rd(FIELD_BITMAP(512)), FIELD_UNKNOWN);
	check_hex(wr(FIELD_BITMAP(512), 0, ~0ULL), FIELD_UNKNOWN);
}

static void row_10_5_11_activity_state_is_not_writable(void **state)
{
	check_hex(wr(FIELD(F_ACTIVITY), 1, ~0ULL), FIELD_READ_ONLY);
	check_hex(field_get(FIELD(F_ACTIVITY)), 0);
}

static void row_10_5_11_pin_controls_are_not_writable(void **state)
{
	check_hex(wr(FIELD(F_PIN), 0x3f, ~0ULL), FIELD_READ_ONLY);
	check_hex(field_get(FIELD(F_PIN)), 0x3f);
}

static void row_3_3_posted_interrupts_are_read_only(void **state)
{
	check_hex(rd(FIELD(0x0002)), 0);
	check_hex(wr(FIELD(0x0002), 0, ~0ULL), FIELD_READ_ONLY);
	check_hex(rd(FIELD(0x2016)), 0);
	check_hex(wr(FIELD(0x2016), 0, ~0ULL), FIELD_READ_ONLY);
}

static void row_3_3_hidden_fields_are_not_readable(void **state)
{
	static const uint32_t hidden[] = { 0x0000, 0x2004, 0x2010, 0x2032, 0x203C, 0x482E };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hidden); i++)
		check_hex(rd(FIELD(hidden[i])), FIELD_UNREADABLE);
}

static void row_3_3_primary_controls_have_their_mask(void **state)
{
	uint64_t now = field_get(FIELD(F_PRIMARY));

	check_hex(wr(FIELD(F_PRIMARY), now ^ 1u << 7, 1u << 7), FIELD_READ_ONLY);
	check_hex(wr(FIELD(F_PRIMARY), now ^ 1u << 7, ~0ULL), FIELD_BAD_VALUE);
	check_hex(wr(FIELD(F_PRIMARY), now | INTERRUPT_WINDOW, ~0ULL), 0);
	check_hex(field_get(FIELD(F_PRIMARY)), now | INTERRUPT_WINDOW);
}

static void row_3_3_controls_without_capability_are_value_not_valid(void **state)
{
	uint64_t now = field_get(FIELD(F_PRIMARY));

	/* The bit is MTF, whose exit cannot be routed to L1. */
	check_hex(wr(FIELD(F_PRIMARY), now | 1u << 27, ~0ULL), FIELD_BAD_VALUE);
	check_hex(wr(FIELD(F_TERTIARY), 2, 2), FIELD_BAD_VALUE);
	/* RDTSCP cannot be disabled for L2 here. */
	check_hex(wr(FIELD(F_SECONDARY), 0, 1u << 3), FIELD_BAD_VALUE);
}

/*
 * src/common/helpers/virt_msr_helpers.h, calc_virt_ia32_vmx_true_procbased_ctls(): without
 * ATTRIBUTES.PERFMON, RDPMC always exits.
 */
static void row_3_3_rdpmc_exits_without_perfmon(void **state)
{
	uint64_t now = field_get(FIELD(F_PRIMARY));

	check_hex(now >> 11 & 1, 1);
	check_hex(wr(FIELD(F_PRIMARY), 0, 1u << 11), FIELD_BAD_VALUE);
	check_hex(wr(FIELD(F_PRIMARY), 1u << 11, 1u << 11), 0);
	check_hex(field_get(FIELD(F_PRIMARY)), now);
}

static void row_3_3_vid_can_be_turned_off_and_on(void **state)
{
	field_set_masked(FIELD(F_SECONDARY), 0, VID);
	check_hex(field_get(FIELD(F_SECONDARY)), 0x1338B3FA & ~VID);
	field_set_masked(FIELD(F_SECONDARY), VID, VID);
	check_hex(field_get(FIELD(F_SECONDARY)), 0x1338B3FA);
}

/* metadata_vp.c, md_vp_handle_field_attribute_on_wr(): memory or not matters only at the entry. */
static void row_3_3_virtual_apic_page_must_be_private_and_aligned(void **state)
{
	check_hex(wr(FIELD(F_VAPIC), page_gpa(PAGE_VAPIC) + 8, ~0ULL), FIELD_BAD_VALUE);
	check_hex(wr(FIELD(F_VAPIC), page_gpa(PAGE_VAPIC) | 1ULL << 47, ~0ULL), FIELD_BAD_VALUE);
	check_hex(wr(FIELD(F_VAPIC), 0xfee00000, ~0ULL), 0);
	check_hex(field_get(FIELD(F_VAPIC)), 0xfee00000);
	check_hex(wr(FIELD(F_VAPIC), page_gpa(PAGE_SPARE), ~0ULL), 0);
	check_hex(field_get(FIELD(F_VAPIC)), page_gpa(PAGE_SPARE));
	l2_expect(18);
}

/* On TDX the entry would exit to the host repeatedly; here the operand is refused. */
static void row_2_3_6_virtual_apic_that_is_no_memory_is_refused(void **state)
{
	uint64_t status;

	field_set(FIELD(F_VAPIC), 0xfee00000);
	do
		status = l2_enter();
	while (status == PENDING);
	check_hex(status, INVALID | 170);
}

/*
 * metadata_vp.c, md_vp_adjust_value_per_field_attr_on_wr(): of the initial -1, the bits that can
 * be written remain set unless R9 selects them, and the result is no private address.
 */
static void row_3_5_a_part_of_an_address_that_was_never_set(void **state)
{
	check_hex(wr(FIELD(F_VAPIC), page_gpa(PAGE_VAPIC), 0xfffff000), FIELD_BAD_VALUE);
	check_hex(field_get(FIELD(F_VAPIC)), ~0ULL);
	check_hex(wr(FIELD(F_VAPIC), page_gpa(PAGE_VAPIC), ~0ULL), 0);
	check_hex(l2.call.regs.r8, ~0ULL);
}

/* metadata_vp.c, check_and_update_ia32_dbgctrl(); bit 13 reads as 0 by its mask. */
static void row_3_3_debugctl_has_no_messages_without_bts(void **state)
{
	check_hex(wr(FIELD(0x2802), 1 << 6, ~0ULL), FIELD_BAD_VALUE);
	check_hex(wr(FIELD(0x2802), 1 << 13, ~0ULL), 0);
	check_hex(field_get(FIELD(0x2802)), 0);
	check_hex(wr(FIELD(0x2802), 3 << 6, ~0ULL), 0);
	check_hex(wr(FIELD(0x2802), 0, 1 << 7), FIELD_BAD_VALUE);
	check_hex(field_get(FIELD(0x2802)), 3 << 6);
}

static void row_3_3_machine_check_stays_in_the_exception_bitmap(void **state)
{
	check_hex(wr(FIELD(F_EXCEPTIONS), 0, ~0ULL), FIELD_BAD_VALUE);
	check_hex(wr(FIELD(F_EXCEPTIONS), 0x40040, ~0ULL), 0);
	check_hex(wr(FIELD(F_EXCEPTIONS), 0, 1 << 18), FIELD_READ_ONLY);
}

/* metadata_vp.c checks only the bits of CR0 that the module owns; the CPU refuses the entry. */
static void row_3_3_paging_without_protection_fails_the_entry(void **state)
{
	check_hex(wr(FIELD(F_CR0), 0x80000000, 0x80000001), 0);
	check_hex(l2_run(), 0x80000021);
	field_set_masked(FIELD(F_CR0), 1, 1);
	l2_expect(18);
}

static void row_3_3_interrupt_status_comes_from_the_buffer(void **state)
{
	field_set(FIELD(F_STATUS), 0x6061);
	l2.state->rvi = 0x31;
	l2.state->svi = 0x41;
	l2_expect(18);
	check_hex(field_get(FIELD(F_STATUS)), 0x4131);
	check_hex(l2.state->rvi, 0x31);
	check_hex(l2.state->svi, 0x41);
}

static void row_3_3_exit_information_can_be_read(void **state)
{
	l2_exits(GUEST_CPUID, 10);
	check_hex(field_get(FIELD(0x4402)), 10);
	check_hex(field_get(FIELD(0x440C)), 2);
	check_hex(field_get(FIELD(0x681E)), l2.state->rip);
}

static void row_3_4_there_is_one_l2(void **state)
{
	check_hex(tdcall(VM_RD, 0, NUM_L2_VMS, 0, 0), 0);
	check_hex(l2.call.regs.r8, 1);
	check_hex(tdcall(VM_WR, 0, NUM_L2_VMS, 2, ~0ULL), FIELD_READ_ONLY);
}

static void row_3_4_features_include_partitioning(void **state)
{
	check_hex(tdcall(SYS_RD, 0, TDX_FEATURES0, 0, 0), 0);
	check_hex(l2.call.regs.r8, 1 << 3 | 1 << 7 | 1 << 18 | 1 << 19 | 1 << 20);
	check_hex(tdcall(SYS_RD, 0, GPA_ATTR_MASK, 0, 0), 0);
	check_hex(l2.call.regs.r8, 0x807f);
	check_hex(tdcall(SYS_RD, 0, 0x0A00000300000009ULL, 0, 0), FIELD_UNKNOWN);
}

/*
 * src/common/metadata_handlers/metadata_td.c, md_td_write_element(): PENDING_VE_DISABLE begins with
 * the value of ATTRIBUTES.SEPT_VE_DISABLE (tdh_mng_init.c), and cannot change without
 * CONFIG_FLAGS.FLEXIBLE_PENDING_VE.
 */
static void row_3_4_partition_fields_have_their_masks(void **state)
{
	check_hex(tdcall(VM_RD, 0, CONFIG_FLAGS, 0, 0), 0);
	check_hex(l2.call.regs.r8 & FLEXIBLE_PENDING_VE, 0);
	check_hex(tdcall(VM_WR, 0, TD_CTLS, 0, 1), FIELD_BAD_VALUE);
	check_hex(tdcall(VM_WR, 0, TD_CTLS, 1, 1), 0);
	check_hex(l2.call.regs.r8 & 1, 1);
	check_hex(tdcall(VM_RD, 0, TD_CTLS, 0, 0), 0);
	check_hex(l2.call.regs.r8 & ~(uint64_t)ENUM_TOPOLOGY, 1);
	check_hex(tdcall(VM_WR, 0, TD_CTLS, REDUCE_VE, REDUCE_VE), FIELD_READ_ONLY);
	check_hex(tdcall(VM_WR, 0, NOTIFY_ENABLES, 1, ~0ULL), 0);
	check_hex(l2.call.regs.r8, 0);
}

static uint64_t set_topology(uint64_t value)
{
	uint64_t old;

	check_hex(tdcall(VM_WR, 0, TD_CTLS, value, ENUM_TOPOLOGY), 0);
	old = l2.call.regs.r8;
	return old & ENUM_TOPOLOGY;
}

/* Without a topology CPUID causes a #VE, and Linux returns zeros. */
static void check_no_topology(unsigned int leaf)
{
	unsigned int a, b, c, d;

	__cpuid_count(leaf, 1, a, b, c, d);
	check_hex(a | b | c | d, 0);
}

/* Level 1 is the level of the cores, and the package has all of them. */
static void check_topology(unsigned int leaf)
{
	unsigned int a, b, c, d, id;

	__cpuid(1, a, id, c, d);
	__cpuid_count(leaf, 1, a, b, c, d);
	check_hex(c >> 8 & 0xff, 2);
	check_hex(b & 0xffff, sysconf(_SC_NPROCESSORS_CONF));
	check_hex(d, id >> 24);
}

static void row_3_4_the_host_has_configured_the_topology(void **state)
{
	check_hex(tdcall(VM_RD, 0, TOPOLOGY_ENUM_CONFIGURED, 0, 0), 0);
	check_hex(l2.call.regs.r8, 1);
	check_hex(tdcall(VM_WR, 0, TOPOLOGY_ENUM_CONFIGURED, 0, 1), FIELD_READ_ONLY);
}

/* The test's process is pinned to one CPU, because each CPU has its own answer. */
static void row_3_4_l1_turns_its_topology_on(void **state)
{
	uint64_t before = set_topology(0);
	cpu_set_t all, one;
	int cpu;

	sched_getaffinity(0, sizeof(all), &all);
	for (cpu = 0; cpu < sysconf(_SC_NPROCESSORS_CONF); cpu++) {
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		check(!sched_setaffinity(0, sizeof(one), &one), "CPU %d", cpu);
		set_topology(0);
		check_no_topology(CPUID_TOPOLOGY);
		check_no_topology(CPUID_TOPOLOGY_V2);
		check_hex(set_topology(ENUM_TOPOLOGY), 0);
		check_topology(CPUID_TOPOLOGY);
		check_topology(CPUID_TOPOLOGY_V2);
	}
	sched_setaffinity(0, sizeof(all), &all);
	check_hex(set_topology(before), ENUM_TOPOLOGY);
}

static void row_3_4_vm_rd_version_1_returns_the_next_field(void **state)
{
	unsigned int count = 0;
	uint64_t id;

	check_hex(tdcall(VM_RD | 1 << 16, 0, ~0ULL, 0, 0), STATUS(0xC0B));
	for (id = l2.call.regs.rdx; id != ~0ULL; id = l2.call.regs.rdx, count++)
		check_hex(tdcall(VM_RD | 1 << 16, 0, id, 0, 0), 0);
	check(count >= 4, "%u fields", count);
	/* Version 0 of VM.RD does not change RDX. */
	check_hex(tdcall(VM_RD, 0, NUM_L2_VMS, 0, 0), 0);
	check_hex(l2.call.regs.rdx, NUM_L2_VMS);
}

static void row_3_4_vcpu_fields(void **state)
{
	check_hex(field_get(FIELD_VCPU_INDEX), l2.cpu);
	check_hex(wr(FIELD_VCPU_INDEX, 5, ~0ULL), FIELD_READ_ONLY);
	field_set(FIELD_L2_CONTROLS, 3);
	check_hex(field_get(FIELD_L2_CONTROLS), 3);
	check_hex(wr(FIELD_L2_CONTROLS, 8, 8), FIELD_READ_ONLY);
	check_hex(field_get(FIELD_DEADLINE), ~0ULL);
}

static void row_3_5_the_previous_value_comes_back(void **state)
{
	field_set(FIELD(F_CR0_SHADOW), 0x11);
	check_hex(wr(FIELD(F_CR0_SHADOW), 0x22, ~0ULL), 0);
	check_hex(l2.call.regs.r8, 0x11);
	check_hex(field_get(FIELD(F_CR0_SHADOW)), 0x22);
}

static void row_3_5_only_selected_bits_are_written(void **state)
{
	field_set(FIELD(F_CR0_SHADOW), 0xff00);
	check_hex(wr(FIELD(F_CR0_SHADOW), 0x0ff0, 0x00ff), 0);
	check_hex(field_get(FIELD(F_CR0_SHADOW)), 0xfff0);
}

static void row_3_5_forbidden_bits_may_be_written_unchanged(void **state)
{
	uint64_t now = field_get(FIELD(F_SECONDARY));

	check_hex(wr(FIELD(F_SECONDARY), now, ~0ULL), 0);
	check_hex(wr(FIELD(F_SECONDARY), now ^ 2, ~0ULL), FIELD_BAD_VALUE);
	check_hex(wr(FIELD(F_SECONDARY), now ^ 2, 2), FIELD_READ_ONLY);
	check_hex(field_get(FIELD(F_SECONDARY)), now);
}

/* md_check_forbidden_bits_unchanged(): bits beyond the field's size are 0, and cannot change. */
static void row_3_5_bits_beyond_the_size_are_forbidden(void **state)
{
	check_hex(wr(FIELD(F_CS_SELECTOR), 1 << 16 | 8, ~0ULL), FIELD_BAD_VALUE);
	check_hex(wr(FIELD(0x4802), 1ULL << 32, ~0ULL), FIELD_BAD_VALUE);
	check_hex(wr(FIELD(0x4802), ~0ULL, ~0ULL), FIELD_BAD_VALUE);
	check_hex(wr(FIELD(0x4802), ~0ULL, 0xffffffff), 0);
	check_hex(wr(FIELD(0x4802), 1ULL << 32, 1ULL << 32), FIELD_READ_ONLY);
	check_hex(field_get(FIELD(0x4802)), 0xffffffff);
}

static void row_3_5_a_vcpu_has_its_own_fields(void **state)
{
	uint32_t cpu = l2.cpu;

	field_set(FIELD(F_CR0_SHADOW), 0x1111 + cpu);
	/* With a single CPU there is no difference to check; its own value is checked below. */
	if (cpu) {
		l2.cpu = 0;
		field_set(FIELD(F_CR0_SHADOW), 0x2222);
		check_hex(field_get(FIELD_VCPU_INDEX), 0);
		l2.cpu = cpu;
	}
	check_hex(field_get(FIELD(F_CR0_SHADOW)), 0x1111 + cpu);
}

static void row_1_2_rcx_must_be_zero(void **state)
{
	check_hex(tdcall(VP_RD, 1, FIELD(F_CR3), 0, 0), INVALID | 1);
	check_hex(tdcall(VP_WR, 1, FIELD(F_CR3), 0, ~0ULL), INVALID | 1);
	check_hex(tdcall(VM_RD, 1, NUM_L2_VMS, 0, 0), INVALID | 1);
	check_hex(tdcall(VM_WR, 1, NUM_L2_VMS, 0, ~0ULL), INVALID | 1);
}

static void row_1_2_vp_rd_walks_all_fields(void **state)
{
	uint64_t id, last = 0;
	unsigned int count = 0;

	check_hex(rd(~0ULL), STATUS(0xC0B));
	for (id = l2.call.regs.rdx; id != ~0ULL; id = l2.call.regs.rdx, count++) {
		check_hex(rd(id), 0);
		/* The fields are in ascending order of class and code, so the loop ends. */
		check((id & 0x3f00000000ffffffULL) > last, "%#llx after %#llx",
		      (unsigned long long)id, (unsigned long long)last);
		last = id & 0x3f00000000ffffffULL;
	}
	check(count > 512 + 80, "%u fields", count);
	check_hex(last, 0x25000000000001ffULL);
}

/*
 * src/common/data_structures/td_vmcs_init.c; for the controls see
 * lab/hypervisor/tdx/l2/field_list.h. L1 reads the shadow of CR0 as init_tdvps_shadow_masks() sets
 * it, and not as the CPU has it.
 */
static void row_3_6_a_fresh_vcpu(void **state)
{
	static const struct {
		uint64_t id, value;
	} fresh[] = {
		{ FIELD(F_PIN), 0x3F },
		{ FIELD(F_PRIMARY), 0xB5226DFA },
		{ FIELD(F_SECONDARY), 0x1338B3FA },
		{ FIELD(F_TERTIARY), 0x80 },
		{ FIELD(0x400C), 0x1F3FEDFF },
		{ FIELD(F_ENTRY_CONTROLS), 0x3ED1FF },
		{ FIELD(F_EXCEPTIONS), 1 << 18 },
		{ FIELD(0x0002), 0xFFFF },
		{ FIELD(0x2000), ~0ULL },
		{ FIELD(0x2016), ~0ULL },
		{ FIELD(0x202A), ~0ULL },
		{ FIELD(0x202E), ~0ULL },
		{ FIELD(0x2036), ~0ULL },
		{ FIELD(0x2804), 0x0007040600070406 },
		{ FIELD(0x2808), 0xFF },
		{ FIELD(0x280A), ~0ULL },
		{ FIELD(0x2810), ~0ULL },
		{ FIELD(0x4810), 0xFFFF },
		{ FIELD(0x4820), 0x10082 },
		{ FIELD(0x4822), 0x8B },
		{ FIELD(0x681A), 0x400 },
		{ FIELD(F_CR0_SHADOW), 0 },
		{ FIELD(F_CR4_SHADOW), 0 },
		{ FIELD(F_CR0), 0x21 },
		{ FIELD(F_CR4), 0x2040 },
		{ FIELD(F_EFER), 0x901 },
		{ FIELD(0x681E), 0xFFFFFFF0 },
		{ FIELD(0x4816), 0xC09B },
		{ FIELD(F_CR0_MASK), ~0ULL },
		{ FIELD(F_CR4_MASK), ~0ULL },
		{ FIELD(F_VAPIC), ~0ULL },
		{ FIELD_BITMAP(0), ~0ULL },
		{ FIELD_BITMAP(511), ~0ULL },
		{ FIELD_DEADLINE, ~0ULL },
		{ FIELD_L2_CONTROLS, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fresh); i++)
		check_hex(field_get(fresh[i].id), fresh[i].value);
}

const struct CMUnitTest field_tests[] = {
	TEST(row_3_1_reserved_bits_are_field_id_incorrect),
	TEST(row_3_1_some_bits_are_ignored),
	TEST(row_3_1_undefined_codes_are_field_id_incorrect),
	TEST(row_3_1_class_of_an_absent_vm_is_field_id_incorrect),
	TEST(row_3_2_l1_cannot_read_its_own_state),
	TEST(row_3_2_msr_bitmap_has_512_words),
	TEST(row_10_5_11_msr_bitmap_word_512_is_field_id_incorrect),
	TEST(row_10_5_11_activity_state_is_not_writable),
	TEST(row_10_5_11_pin_controls_are_not_writable),
	TEST(row_3_3_posted_interrupts_are_read_only),
	TEST(row_3_3_hidden_fields_are_not_readable),
	TEST(row_3_3_primary_controls_have_their_mask),
	TEST(row_3_3_controls_without_capability_are_value_not_valid),
	TEST(row_3_3_vid_can_be_turned_off_and_on),
	TEST(row_3_3_rdpmc_exits_without_perfmon),
	TEST(row_3_3_virtual_apic_page_must_be_private_and_aligned),
	TEST(row_2_3_6_virtual_apic_that_is_no_memory_is_refused),
	TEST_BARE(row_3_5_a_part_of_an_address_that_was_never_set),
	TEST(row_3_3_debugctl_has_no_messages_without_bts),
	TEST(row_3_3_machine_check_stays_in_the_exception_bitmap),
	TEST(row_3_3_paging_without_protection_fails_the_entry),
	TEST(row_3_3_interrupt_status_comes_from_the_buffer),
	TEST(row_3_3_exit_information_can_be_read),
	TEST(row_3_4_there_is_one_l2),
	TEST(row_3_4_features_include_partitioning),
	TEST(row_3_4_partition_fields_have_their_masks),
	TEST(row_3_4_the_host_has_configured_the_topology),
	TEST(row_3_4_l1_turns_its_topology_on),
	TEST(row_3_4_vm_rd_version_1_returns_the_next_field),
	TEST(row_3_4_vcpu_fields),
	TEST(row_3_5_the_previous_value_comes_back),
	TEST(row_3_5_only_selected_bits_are_written),
	TEST(row_3_5_forbidden_bits_may_be_written_unchanged),
	TEST(row_3_5_bits_beyond_the_size_are_forbidden),
	TEST(row_3_5_a_vcpu_has_its_own_fields),
	TEST(row_1_2_rcx_must_be_zero),
	TEST(row_1_2_vp_rd_walks_all_fields),
	TEST_BARE(row_3_6_a_fresh_vcpu),
};

const size_t field_count = ARRAY_SIZE(field_tests);
