// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Leaves that a trust domain without L2 uses, and the registers of a call that fails.
 *
 * The expected results follow Intel's TDX module, release TDX_1.5.01; the comment of each row
 * names the file, which is in src/td_dispatcher if no other folder is named.
 */
#include <cpuid.h>
#include <sched.h>
#include <string.h>

#include "tdx.h"

enum {
	RTMR_EXTEND = 2,
	VEINFO_GET = 3,
	MR_REPORT = 4,
	CPUIDVE_SET = 5,
	PAGE_ACCEPT = 6,
	SERVTD_RD = 18,
	SERVTD_WR = 20,
	VERIFY_REPORT = 22,
};

#define SHARED           BIT_ULL(39)
#define NO_VE_INFO       STATUS(0xC0000704)
#define ALREADY_ACCEPTED STATUS(0x00000B0A)
#define NO_FIELD         (~0ULL)
#define NUM_L2_VMS       0x9010000100000005ULL
#define REPORT_BYTES     1024

/* vm_exits/tdg_vp_info.c writes only RCX, RDX and R8 to R11. */
static void row_1_2_vp_info_changes_its_outputs_alone(void **state)
{
	struct lab_tdx_regs regs = regs_poisoned(VP_INFO);

	check_hex(tdcall_regs(&regs), 0);
	check_hex(regs.r11, 0);
	check_hex(regs.rbx, POISON);
	check_hex(regs.rbp, POISON);
	check_hex(regs.rsi, POISON);
	check_hex(regs.rdi, POISON);
	check_hex(regs.r12, POISON);
	check_hex(regs.r15, POISON);
}

/* Linux, arch/x86/coco/tdx/tdx.c, tdx_setup(): it panics if bit 28 is clear. */
static void row_1_2_vp_info_has_sept_ve_disable(void **state)
{
	check_hex(tdcall(VP_INFO, 0, 0, 0, 0), 0);
	check_hex(l2.call.regs.rdx >> 28 & 1, 1);
	check_hex(l2.call.regs.rdx & 1, 0);
}

/* tdx_td_dispatcher.c, td_call(): only VM.RD has versions. */
static void row_1_1_no_other_leaf_has_a_version(void **state)
{
	static const uint64_t leaves[] = { 0, VP_INFO, RTMR_EXTEND, VEINFO_GET, MR_REPORT,
					   CPUIDVE_SET, PAGE_ACCEPT, VM_WR, VP_RD, VP_WR, SYS_RD,
					   ATTR_RD, ATTR_WR, INVEPT, INVGLA };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(leaves); i++)
		check_hex(tdcall(leaves[i] | 1 << 16, 0, 0, 0, 0), INVALID | 0);
}

/* vm_exits/tdg_vm_rd_wr.c: VM.RD has versions 0 and 1, and sets its default outputs before. */
static void row_1_1_vm_rd_has_no_version_2(void **state)
{
	check_hex(tdcall(VM_RD | 2 << 16, 0, NUM_L2_VMS, POISON, 0), INVALID | 0);
	check_hex(l2.call.regs.rdx, NO_FIELD);
	check_hex(l2.call.regs.r8, 0);
	check_hex(tdcall(VM_RD | 0xff << 16, 1, NUM_L2_VMS, 0, 0), INVALID | 0);
	/* A reserved bit is found earlier, by td_call(). */
	check_hex(tdcall(VM_RD | 2 << 16 | 1ULL << 32, 0, NUM_L2_VMS, POISON, 0), INVALID | 0);
	check_hex(l2.call.regs.rdx, NUM_L2_VMS);
	check_hex(l2.call.regs.r8, POISON);
}

/* tdx_td_dispatcher.c, td_call(): reserved bits are checked before the leaf. */
static void row_1_1_reserved_bits_count_for_every_leaf(void **state)
{
	static const uint64_t leaves[] = { 0, RTMR_EXTEND, VEINFO_GET, MR_REPORT, CPUIDVE_SET,
					   PAGE_ACCEPT, VM_RD, VP_ENTER };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(leaves); i++) {
		check_hex(tdcall(leaves[i] | 1ULL << 24, 0, 0, 0, 0), INVALID | 0);
		check_hex(tdcall(leaves[i] | 1ULL << 63, 0, 0, 0, 0), INVALID | 0);
	}
}

/* tdx_td_dispatcher.c, td_call(): it has no case for these numbers. */
static void row_1_1_undefined_leaves_change_rax_alone(void **state)
{
	static const uint64_t leaves[] = { 13, 14, 15, 16, 17, 28, 31, 64, 0x7fff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(leaves); i++) {
		struct lab_tdx_regs regs = regs_poisoned(leaves[i]), before = regs;

		before.rax = INVALID | 0;
		tdcall_regs(&regs);
		assert_memory_equal(&regs, &before, sizeof(regs));
	}
}

/* vm_exits/tdg_vp_veinfo_get.c: the five outputs are 0 if there is no #VE. */
static void row_9_1_veinfo_get_without_a_ve(void **state)
{
	struct lab_tdx_regs regs = regs_poisoned(VEINFO_GET);

	check_hex(tdcall_regs(&regs), NO_VE_INFO);
	check_hex(regs.rcx, 0);
	check_hex(regs.rdx, 0);
	check_hex(regs.r8, 0);
	check_hex(regs.r9, 0);
	check_hex(regs.r10, 0);
	check_hex(regs.r11, POISON);
	check_hex(regs.rbx, POISON);
}

static void go_to_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(l2.cpu, &cpus);
	check(!sched_setaffinity(0, sizeof(cpus), &cpus), "cannot run on CPU %u", l2.cpu);
}

static uint32_t vendor(void)
{
	unsigned int a, b, c, d;

	__cpuid(0, a, b, c, d);
	return b;
}

#define GENU 0x756e6547

/*
 * vm_exits/td_cpuid.c: with bit 1 set, each CPUID of user space causes a #VE. Linux' handle_cpuid()
 * (arch/x86/coco/tdx/tdx.c) returns zeros for leaves outside of the host's range.
 */
static void row_9_1_cpuidve_makes_cpuid_of_user_space_a_ve(void **state)
{
	uint32_t seen;

	go_to_cpu();
	check_hex(vendor(), GENU);
	check_hex(tdcall(CPUIDVE_SET, 2, 0, 0, 0), 0);
	seen = vendor();
	check_hex(tdcall(CPUIDVE_SET, 0, 0, 0, 0), 0);
	check_hex(seen, 0);
	check_hex(vendor(), GENU);
}

/* vm_exits/td_cpuid.c: bit 0 is for CPL 0, so the results in user space do not change. */
static void row_9_1_cpuidve_of_the_supervisor_excludes_user_space(void **state)
{
	uint32_t seen;

	go_to_cpu();
	check_hex(tdcall(CPUIDVE_SET, 1, 0, 0, 0), 0);
	seen = vendor();
	check_hex(tdcall(CPUIDVE_SET, 0, 0, 0, 0), 0);
	check_hex(seen, GENU);
}

/* vm_exits/tdg_vp_cpuidve_set.c */
static void row_9_1_cpuidve_has_two_bits(void **state)
{
	unsigned int bit;

	for (bit = 2; bit < 64; bit++)
		check_hex(tdcall(CPUIDVE_SET, 1ULL << bit, 0, 0, 0), INVALID | 1);
}

/*
 * Intel SDM 2A, CPUID, and td_cpuid.c: the host's leaves cause a #VE, and Linux asks the host
 * for them.
 */
static void row_9_1_cpuid_of_the_hosts_range_is_a_ve(void **state)
{
	unsigned int a, b, c, d;
	char name[13] = { 0 };

	__cpuid(0x40000000, a, b, c, d);
	check(a >= 0x40000000 && a < 0x40010000, "%#x is no leaf of a host", a);
	memcpy(name, &b, 4);
	memcpy(name + 4, &c, 4);
	memcpy(name + 8, &d, 4);
	check(!strcmp(name, "KVMKVMKVM") || !strcmp(name, "Microsoft Hv"), "it is '%s'", name);
}

static uint64_t accept(uint64_t rcx)
{
	return tdcall(PAGE_ACCEPT, rcx, 0, 0, 0);
}

/* vm_exits/tdg_mem_page_accept.c: the details are the level at which the page is mapped. */
static void row_9_2_accept_of_an_accepted_page_is_reported(void **state)
{
	volatile uint64_t *word = page_at(PAGE_SPARE);

	*word = 0x1234;
	check_hex(accept(page_gpa(PAGE_SPARE)), ALREADY_ACCEPTED | 0);
	check_hex(*word, 0x1234);
}

/* The same file: verify_page_info_input(LVL_PT, LVL_PD) requires 11:3 and 63:52 to be 0. */
static void row_9_2_accept_checks_its_reserved_bits(void **state)
{
	unsigned int bit;

	for (bit = 3; bit < 12; bit++)
		check_hex(accept(page_gpa(PAGE_SPARE) | 1ULL << bit), INVALID | 1);
	for (bit = 52; bit < 64; bit++)
		check_hex(accept(page_gpa(PAGE_SPARE) | 1ULL << bit), INVALID | 1);
}

static void row_9_2_accept_takes_4_kib_and_2_mib(void **state)
{
	unsigned int level;

	for (level = 2; level < 8; level++)
		check_hex(accept(level), INVALID | 1);
	/* The address of a page of 2 MiB must be a multiple of its size. */
	check_hex(accept((page_gpa(PAGE_SPARE) & ~0x1fffffULL) | 0x1000 | 1), INVALID | 1);
}

/* The same file: check_gpa_validity(PRIVATE_ONLY). */
static void row_9_2_accept_of_a_shared_address_is_operand_invalid_rcx(void **state)
{
	unsigned int bit;

	for (bit = 39; bit < 52; bit++)
		check_hex(accept(page_gpa(PAGE_SPARE) | 1ULL << bit), INVALID | 1);
}

static uint64_t report(uint64_t rcx, uint64_t rdx, uint64_t r8)
{
	return tdcall(MR_REPORT, rcx, rdx, r8, 0);
}

/* vm_exits/tdg_mr_report.c, and TDREPORT_STRUCT of the ABI specification. */
static void row_9_3_report_has_its_type_and_the_data(void **state)
{
	uint8_t *to = page_at(PAGE_SPARE), *from = page_at(PAGE_SPARE_2);
	unsigned int i;

	for (i = 0; i < 64; i++)
		from[i] = i ^ 0xa5;
	memset(to, 0xee, REPORT_BYTES);
	check_hex(report(page_gpa(PAGE_SPARE), page_gpa(PAGE_SPARE_2), 0), 0);
	check_hex(to[0], 0x81);
	check_hex(to[1], 0);
	/* Version 0 means that no service TD is bound. */
	check_hex(to[2], 0);
	assert_memory_equal(to + 128, from, 64);
}

/* TDINFO_STRUCT begins at 512 with ATTRIBUTES, which VP.INFO also returns. */
static void row_9_3_report_has_the_attributes(void **state)
{
	uint64_t *to = page_at(PAGE_SPARE);

	check_hex(report(page_gpa(PAGE_SPARE), page_gpa(PAGE_SPARE_2), 0), 0);
	check_hex(tdcall(VP_INFO, 0, 0, 0, 0), 0);
	check_hex(to[64], l2.call.regs.rdx);
	/* x87 and SSE are enabled in every XFAM. */
	check_hex(to[65] & 3, 3);
}

static void row_9_3_report_checks_alignments(void **state)
{
	unsigned int bit;

	for (bit = 0; bit < 10; bit++)
		check_hex(report(page_gpa(PAGE_SPARE) | 1 << bit, page_gpa(PAGE_SPARE_2), 0),
			  INVALID | 1);
	for (bit = 0; bit < 6; bit++)
		check_hex(report(page_gpa(PAGE_SPARE), page_gpa(PAGE_SPARE_2) | 1 << bit, 0),
			  INVALID | 2);
}

static void row_9_3_report_has_no_other_subtype(void **state)
{
	unsigned int bit;

	for (bit = 0; bit < 64; bit++)
		check_hex(report(page_gpa(PAGE_SPARE), page_gpa(PAGE_SPARE_2), 1ULL << bit),
			  INVALID | 8);
}

/* The address of the report is translated last, when all other operands are valid. */
static void row_9_3_report_checks_in_order(void **state)
{
	uint64_t nothing = 0x7000000000ULL;

	check_hex(report(1, 1, 1), INVALID | 1);
	check_hex(report(nothing, 1, 1), INVALID | 2);
	check_hex(report(nothing, page_gpa(PAGE_SPARE_2), 1), INVALID | 8);
}

/* vm_exits/tdg_mr_rtmr_extend.c */
static void row_9_3_extend_checks_its_operands(void **state)
{
	unsigned int bit;

	for (bit = 0; bit < 6; bit++)
		check_hex(tdcall(RTMR_EXTEND, page_gpa(PAGE_SPARE) | 1 << bit, 0, 0, 0),
			  INVALID | 1);
	check_hex(tdcall(RTMR_EXTEND, page_gpa(PAGE_SPARE), 4, 0, 0), INVALID | 2);
	check_hex(tdcall(RTMR_EXTEND, page_gpa(PAGE_SPARE), NO_FIELD, 0, 0), INVALID | 2);
	check_hex(tdcall(RTMR_EXTEND, page_gpa(PAGE_SPARE) | 1, 4, 0, 0), INVALID | 1);
}

/* The same file: PRIVATE_ONLY. */
static void row_9_3_extend_accepts_only_private_memory(void **state)
{
	check_hex(tdcall(RTMR_EXTEND, page_gpa(PAGE_SPARE) | SHARED, 3, 0, 0), INVALID | 1);
}

#define RTMR_OFFSET (512 + 208)
#define RTMR_BYTES  48

/* Only the named register changes, and it changes again at the second call. */
static void row_9_3_extend_changes_one_register(void **state)
{
	uint8_t *to = page_at(PAGE_SPARE), before[4 * RTMR_BYTES], once[RTMR_BYTES];
	uint8_t *rtmrs = to + RTMR_OFFSET;

	check_hex(report(page_gpa(PAGE_SPARE), page_gpa(PAGE_SPARE_2), 0), 0);
	memcpy(before, rtmrs, sizeof(before));
	check_hex(tdcall(RTMR_EXTEND, page_gpa(PAGE_SPARE_2), 3, 0, 0), 0);
	check_hex(report(page_gpa(PAGE_SPARE), page_gpa(PAGE_SPARE_2), 0), 0);
	assert_memory_equal(rtmrs, before, 3 * RTMR_BYTES);
	assert_memory_not_equal(rtmrs + 3 * RTMR_BYTES, before + 3 * RTMR_BYTES, RTMR_BYTES);
	memcpy(once, rtmrs + 3 * RTMR_BYTES, RTMR_BYTES);
	check_hex(tdcall(RTMR_EXTEND, page_gpa(PAGE_SPARE_2), 3, 0, 0), 0);
	check_hex(report(page_gpa(PAGE_SPARE), page_gpa(PAGE_SPARE_2), 0), 0);
	assert_memory_not_equal(rtmrs + 3 * RTMR_BYTES, once, RTMR_BYTES);
}

/*
 * src/vmm_dispatcher/migration_api_calls/tdg_servtd_rd_wr.c: no service TD is bound. The module
 * has several status codes for that; a guest may rely only on their class, and on the default
 * outputs.
 */
static void row_9_4_service_tds_are_refused(void **state)
{
	check_hex(tdcall(SERVTD_RD, 0, NUM_L2_VMS, POISON, 0) >> 63, 1);
	check_hex(l2.call.regs.rdx, NO_FIELD);
	check_hex(l2.call.regs.r8, 0);
	check_hex(tdcall(SERVTD_WR, 0, NUM_L2_VMS, POISON, 0) >> 63, 1);
	check_hex(l2.call.regs.rdx, NUM_L2_VMS);
	check_hex(l2.call.regs.r8, 0);
}

/* vm_exits/tdg_mr_verifyreport.c: the leaf requires a CPU with SEAMVERIFYREPORT. */
static void row_9_4_verifyreport_is_not_supported(void **state)
{
	check_hex(tdcall(VERIFY_REPORT, page_gpa(PAGE_SPARE), 0, 0, 0), INVALID | 0);
}

/* vm_exits/tdg_vp_rd_wr.c, "Default output register operands". */
static void row_3_5_a_vp_rd_that_fails_has_no_next_field(void **state)
{
	check_hex(tdcall(VP_RD, 0, FIELD(0xfffe), POISON, 0), FIELD_UNKNOWN);
	check_hex(l2.call.regs.rdx, NO_FIELD);
	check_hex(l2.call.regs.r8, 0);
	check_hex(tdcall(VP_RD, 1, FIELD(F_CR3), POISON, 0), INVALID | 1);
	check_hex(l2.call.regs.rdx, NO_FIELD);
	check_hex(l2.call.regs.r8, 0);
}

static void row_3_5_a_vp_wr_that_fails_has_r8_zero(void **state)
{
	uint64_t id = FIELD(0xfffe);

	check_hex(tdcall(VP_WR, 0, id, POISON, NO_FIELD), FIELD_UNKNOWN);
	check_hex(l2.call.regs.rdx, id);
	check_hex(l2.call.regs.r8, 0);
	check_hex(tdcall(VP_WR, 0, FIELD(F_PIN), 0, NO_FIELD), FIELD_READ_ONLY);
	check_hex(l2.call.regs.r8, 0);
}

/* vm_exits/tdg_vm_rd_wr.c: only version 1 writes RDX. */
static void row_3_5_a_vm_rd_that_fails(void **state)
{
	uint64_t id = 0x9010000100000fffULL;

	check_hex(tdcall(VM_RD, 0, id, POISON, 0), FIELD_UNKNOWN);
	check_hex(l2.call.regs.rdx, id);
	check_hex(l2.call.regs.r8, 0);
	check_hex(tdcall(VM_RD | 1 << 16, 0, id, POISON, 0), FIELD_UNKNOWN);
	check_hex(l2.call.regs.rdx, NO_FIELD);
	check_hex(l2.call.regs.r8, 0);
}

static void row_3_5_a_vm_wr_that_fails_has_r8_zero(void **state)
{
	check_hex(tdcall(VM_WR, 0, NUM_L2_VMS, 2, NO_FIELD), FIELD_READ_ONLY);
	check_hex(l2.call.regs.rdx, NUM_L2_VMS);
	check_hex(l2.call.regs.r8, 0);
}

/* vm_exits/tdg_sys_rd.c */
static void row_3_5_a_sys_rd_that_fails_has_no_next_field(void **state)
{
	check_hex(tdcall(SYS_RD, 0, 0x0A00000300000fffULL, POISON, 0), FIELD_UNKNOWN);
	check_hex(l2.call.regs.rdx, NO_FIELD);
	check_hex(l2.call.regs.r8, 0);
}

/* vm_exits/tdg_vm_rd_wr.c, and include/auto_gen/tdr_tdcs_fields_lookup.c. */
static void row_3_4_vp_info_agrees_with_the_fields(void **state)
{
	struct lab_tdx_regs info;

	check_hex(tdcall(VP_INFO, 0, 0, 0, 0), 0);
	info = l2.call.regs;
	check_hex(tdcall(VM_RD, 0, 0x9010000200000001ULL, 0, 0), 0);
	check_hex(l2.call.regs.r8, (uint32_t)info.r8);
	check_hex(tdcall(VM_RD, 0, 0x1110000200000002ULL, 0, 0), 0);
	check_hex(l2.call.regs.r8, info.r8 >> 32);
	check_hex(tdcall(VM_RD, 0, 0x1110000300000000ULL, 0, 0), 0);
	check_hex(l2.call.regs.r8, info.rdx);
}

static void row_3_4_the_partitions_own_fields_are_read_only(void **state)
{
	static const uint64_t ids[] = { 0x9010000200000001ULL, 0x1110000300000000ULL,
					0x1110000300000001ULL, 0x1110000200000002ULL,
					0x1110000000000003ULL, 0x1110000300000016ULL };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		check_hex(tdcall(VM_RD, 0, ids[i], 0, 0), 0);
		check_hex(tdcall(VM_WR, 0, ids[i], l2.call.regs.r8, NO_FIELD), FIELD_READ_ONLY);
	}
}

/*
 * The same table: a guest may not read FATAL, CHLDCNT and HKID's place. The module answers that
 * they are not readable, and here they do not exist.
 */
static void row_3_4_the_hosts_fields_are_hidden(void **state)
{
	static const uint64_t ids[] = { 0x8010000000000001ULL, 0x8010000200000002ULL,
					0x8010000300000004ULL };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++)
		check_hex(tdcall(VM_RD, 0, ids[i], 0, 0) >> 63, 1);
}

/* vm_exits/tdg_vp_enter.c (src/td_transitions): the shared bit is the highest of the width. */
static void row_2_3_1_a_shared_buffer_is_operand_invalid_rdx(void **state)
{
	unsigned int bit;

	for (bit = 39; bit < 47; bit++)
		check_hex(tdcall(VP_ENTER, VM_1, page_gpa(PAGE_STATE) | 1ULL << bit, 0, 0),
			  INVALID | 2);
}

const struct CMUnitTest leaf_tests[] = {
	TEST(row_1_2_vp_info_changes_its_outputs_alone),
	TEST(row_1_2_vp_info_has_sept_ve_disable),
	TEST(row_1_1_no_other_leaf_has_a_version),
	TEST(row_1_1_vm_rd_has_no_version_2),
	TEST(row_1_1_reserved_bits_count_for_every_leaf),
	TEST(row_1_1_undefined_leaves_change_rax_alone),
	TEST(row_9_1_veinfo_get_without_a_ve),
	TEST(row_9_1_cpuidve_makes_cpuid_of_user_space_a_ve),
	TEST(row_9_1_cpuidve_of_the_supervisor_excludes_user_space),
	TEST(row_9_1_cpuidve_has_two_bits),
	TEST(row_9_1_cpuid_of_the_hosts_range_is_a_ve),
	TEST(row_9_2_accept_of_an_accepted_page_is_reported),
	TEST(row_9_2_accept_checks_its_reserved_bits),
	TEST(row_9_2_accept_takes_4_kib_and_2_mib),
	TEST(row_9_2_accept_of_a_shared_address_is_operand_invalid_rcx),
	TEST(row_9_3_report_has_its_type_and_the_data),
	TEST(row_9_3_report_has_the_attributes),
	TEST(row_9_3_report_checks_alignments),
	TEST(row_9_3_report_has_no_other_subtype),
	TEST(row_9_3_report_checks_in_order),
	TEST(row_9_3_extend_checks_its_operands),
	TEST(row_9_3_extend_accepts_only_private_memory),
	TEST(row_9_3_extend_changes_one_register),
	TEST(row_9_4_service_tds_are_refused),
	TEST(row_9_4_verifyreport_is_not_supported),
	TEST(row_3_5_a_vp_rd_that_fails_has_no_next_field),
	TEST(row_3_5_a_vp_wr_that_fails_has_r8_zero),
	TEST(row_3_5_a_vm_rd_that_fails),
	TEST(row_3_5_a_vm_wr_that_fails_has_r8_zero),
	TEST(row_3_5_a_sys_rd_that_fails_has_no_next_field),
	TEST(row_3_4_vp_info_agrees_with_the_fields),
	TEST(row_3_4_the_partitions_own_fields_are_read_only),
	TEST(row_3_4_the_hosts_fields_are_hidden),
	TEST(row_2_3_1_a_shared_buffer_is_operand_invalid_rdx),
};

const size_t leaf_count = ARRAY_SIZE(leaf_tests);
