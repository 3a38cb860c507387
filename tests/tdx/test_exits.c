// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which instructions of L2 exit to L1, and which do not.
 *
 * The expected results follow Intel's TDX module, release TDX_1.5.01: tdx_td_l2_dispatcher() of
 * src/td_dispatcher/tdx_td_l2_dispatcher.c, and td_l2_cr_access_exit() of
 * vm_exits_l2/td_l2_other_exits.c. The rows about MSRs follow td_rdmsr_exit() and td_wrmsr_exit()
 * of vm_exits/td_msr_access.c, with include/auto_gen/msr_config_lookup.c. Lengths and
 * qualifications are those of the SDM, 3C, "Basic VM-Exit Information".
 */
#include <sched.h>
#include <string.h>

#include "tdx.h"

#define VECTOR_UD 6
#define VECTOR_GP 13

/* Checks that the program's first exit has this reason, length and qualification. */
static void expect(enum guest_program program, uint32_t reason, uint32_t length,
		   uint64_t qualification)
{
	uint64_t rip;

	l2_start(program);
	l2_expect(reason);
	check_hex(l2.call.regs.r11 >> 32, length);
	check_hex(l2.call.regs.rcx, qualification);
	rip = l2.state->rip;
	/* RIP is still at the instruction, so that another entry exits again. */
	l2_expect(reason);
	check_hex(l2.state->rip, rip);
	l2_skip();
	l2_expect(18);
}

/* Checks that the program ends with this exception in L2. */
static void expect_fault(enum guest_program program, uint8_t vector)
{
	l2_exits(program, 18);
	check_hex(l2.state->rax, GUEST_FAULT + vector);
}

static void row_7_cpuid_is_10(void **state)
{
	expect(GUEST_CPUID, 10, 2, 0);
	expect(GUEST_REX_CPUID, 10, 3, 0);
}

static void row_7_hlt_is_12(void **state)
{
	expect(GUEST_HLT, 12, 1, 0);
}

static void row_7_vmcall_is_18(void **state)
{
	expect(GUEST_VMCALL, 18, 3, 0);
	/* AMD's instruction exits too, for guests that ask CPUID which one to use. */
	expect(GUEST_VMMCALL, 18, 3, 0);
}

static void row_7_tdcall_is_77(void **state)
{
	expect(GUEST_TDCALL, 77, 4, 0);
}

static void row_7_io_is_30(void **state)
{
	expect(GUEST_IN, 30, 2, 0x42 << 16 | 1 << 6 | 1 << 3);
	l2.state->rdx = 0x3f8;
	expect(GUEST_IN_DX, 30, 2, 0x3f8 << 16 | 1 << 3 | 1);
	l2.state->rdx = 0xcf8;
	expect(GUEST_OUT, 30, 1, 0xcf8 << 16 | 3);
}

static void row_7_cache_instructions_are_54_and_13(void **state)
{
	expect(GUEST_WBINVD, 54, 2, 0);
	expect(GUEST_INVD, 13, 2, 0);
}

static void row_7_monitor_and_mwait_are_39_and_36(void **state)
{
	l2.state->rax = L2_DATA;
	expect(GUEST_MONITOR, 39, 3, 0);
	l2.state->rcx = 0;
	expect(GUEST_MWAIT, 36, 3, 0);
}

static uint64_t xcr0_of_l1(void)
{
	cpu_set_t cpus;
	uint32_t low, high;

	CPU_ZERO(&cpus);
	CPU_SET(l2.cpu, &cpus);
	check(!sched_setaffinity(0, sizeof(cpus), &cpus), "cannot run on CPU %u", l2.cpu);
	asm volatile("xgetbv" : "=a" (low), "=d" (high) : "c" (0));
	return (uint64_t)high << 32 | low;
}

/* QEMU 7.2 cannot intercept it: there is no exit, but the shared state does not change either. */
static void row_7_xsetbv_is_55_or_without_effect_on_l1(void **state)
{
	uint64_t before = xcr0_of_l1();

	field_set_masked(FIELD(F_CR4), 1 << 18, 1 << 18);
	l2_start(GUEST_XSETBV);
	l2.state->rcx = 0;
	l2.state->rax = 1;
	l2.state->rdx = 0;
	if (l2_run() == 55)
		l2_skip();
	else
		check_hex(l2.call.regs.rax, 18);
	check_hex(xcr0_of_l1(), before);
}

static void row_7_triple_fault_is_2(void **state)
{
	l2.state->rbx = L2_DATA + 0x800;
	l2_exits(GUEST_TRIPLE, 2);
}

static void row_7_pause_is_40_if_asked(void **state)
{
	l2_exits(GUEST_PAUSE, 18);
	field_set_masked(FIELD(F_PRIMARY), 1u << 30, 1u << 30);
	expect(GUEST_PAUSE, 40, 2, 0);
}

static void row_7_rdtsc_is_16_if_asked(void **state)
{
	l2_exits(GUEST_RDTSC, 18);
	field_set_masked(FIELD(F_PRIMARY), 1u << 12, 1u << 12);
	expect(GUEST_RDTSC, 16, 2, 0);
	expect(GUEST_RDTSCP, 51, 3, 0);
}

static void row_7_rdpmc_is_15_if_asked(void **state)
{
	field_set_masked(FIELD(F_PRIMARY), 1u << 11, 1u << 11);
	expect(GUEST_RDPMC, 15, 2, 0);
}

static void row_7_debug_registers_are_29_if_asked(void **state)
{
	field_set_masked(FIELD(F_PRIMARY), 1u << 23, 1u << 23);
	expect(GUEST_READ_DR, 29, 3, 3 << 8 | 1 << 4 | 3);
}

static void row_7_exceptions_go_to_l2(void **state)
{
	expect_fault(GUEST_UD2, VECTOR_UD);
	check_hex(l2_stats().internal[LAB_TDX_INTERNAL_EXCEPTION], 1);
}

static void row_7_exceptions_of_the_bitmap_go_to_l1(void **state)
{
	field_set_masked(FIELD(F_EXCEPTIONS), 1 << VECTOR_UD, 1 << VECTOR_UD);
	l2_exits(GUEST_UD2, 0);
	check_hex(l2.call.regs.r9, 0x80000300 | VECTOR_UD);
	field_set_masked(FIELD(F_EXCEPTIONS), 1 << VECTOR_GP, 1 << VECTOR_GP);
	l2.state->rbx = 0x8000000000000000ULL;
	l2_exits(GUEST_LOAD, 0);
	check_hex(l2.call.regs.r9, 0x80000b00 | VECTOR_GP);
}

static void row_7_breakpoints_of_the_bitmap_are_software_exceptions(void **state)
{
	field_set_masked(FIELD(F_EXCEPTIONS), 1 << 3, 1 << 3);
	l2_exits(GUEST_INT3, 0);
	check_hex(l2.call.regs.r9, 0x80000603);
	check_hex(l2.call.regs.r11 >> 32, 1);
	/* INT n does not exit, and returns to the next instruction. */
	l2_exits(GUEST_SOFT_INT, 18);
	check_hex(log_count(), 1);
	check_hex(log_vector(0), 0x80);
}

static void row_7_page_faults_go_by_their_error_code(void **state)
{
	/* The page is marked as not present in L2's own page table. */
	((uint64_t *)page_at(PAGE_PT))[(L2_HIDDEN - L2_CODE) / PAGE] = 0;
	field_set_masked(FIELD(F_EXCEPTIONS), 1 << 14, 1 << 14);
	l2.state->rbx = L2_HIDDEN + 8;
	l2_exits(GUEST_STORE, 0);
	check_hex(l2.call.regs.r9, 0x0000000280000b0eULL);
	check_hex(l2.call.regs.rcx, L2_HIDDEN + 8);
	/* The bit is set, but the error code does not match. */
	field_set(FIELD(0x4006), 2);
	expect_fault(GUEST_STORE, 14);
}

static void row_7_svm_instructions_are_undefined(void **state)
{
	expect_fault(GUEST_VMRUN, VECTOR_UD);
}

static void row_7_owned_bits_of_cr0_are_28(void **state)
{
	field_set(FIELD(F_CR0_MASK), 8);
	field_set(FIELD(F_CR0_SHADOW), 0);
	l2.state->r9 = 0x8000003b;
	expect(GUEST_WRITE_CR0, 28, 4, 9 << 8);
	check_hex(field_get(FIELD(F_CR0)), 0x80000033);
}

static void row_7_other_bits_of_cr0_are_l2s(void **state)
{
	field_set(FIELD(F_CR0_MASK), 8);
	field_set(FIELD(F_CR0_SHADOW), 0);
	l2.state->r9 = 0x80010033;
	l2_exits(GUEST_WRITE_CR0, 18);
	check_hex(field_get(FIELD(F_CR0)), 0x80010033);
	check_hex(l2_stats().internal[LAB_TDX_INTERNAL_CR], 1);
}

static void row_7_fixed_bits_of_cr0_are_gp(void **state)
{
	field_set(FIELD(F_CR0_MASK), 0);
	l2.state->r9 = 0x80000013;
	expect_fault(GUEST_WRITE_CR0, VECTOR_GP);
}

/* src/common/helpers/helpers.c, write_guest_cr0(): L1 gets NW and CD; reserved bits are ignored. */
static void row_7_cache_bits_of_cr0_are_28(void **state)
{
	field_set(FIELD(F_CR0_MASK), 0);
	l2.state->r9 = 0xc0000033;
	expect(GUEST_WRITE_CR0, 28, 4, 9 << 8);
	l2.state->r9 = 0xa0000033;
	expect(GUEST_WRITE_CR0, 28, 4, 9 << 8);
	l2.state->r9 = 0xc0000013;
	expect_fault(GUEST_WRITE_CR0, VECTOR_GP);
	l2.state->r9 = 0x80000033 | 1 << 19 | 1 << 6;
	l2_exits(GUEST_WRITE_CR0, 18);
	check_hex(field_get(FIELD(F_CR0)), 0x80000033);
}

static void row_7_clts_follows_the_mask(void **state)
{
	field_set(FIELD(F_CR0_MASK), 8);
	field_set(FIELD(F_CR0_SHADOW), 8);
	expect(GUEST_CLTS, 28, 2, 2 << 4);
	field_set(FIELD(F_CR0_MASK), 0);
	field_set_masked(FIELD(F_CR0), 8, 8);
	l2_exits(GUEST_CLTS, 18);
	check_hex(field_get(FIELD(F_CR0)) & 8, 0);
}

static void row_3_3_read_shadows_are_what_l2_reads(void **state)
{
	field_set(FIELD(F_CR0_MASK), 0xffff);
	field_set(FIELD(F_CR0_SHADOW), 0x12345678);
	l2_exits(GUEST_READ_CR0, 18);
	check_hex(l2.state->rax, 0x80005678);
	field_set(FIELD(F_CR4_MASK), ~0ULL);
	field_set(FIELD(F_CR4_SHADOW), 0x55);
	l2_exits(GUEST_READ_CR4, 18);
	check_hex(l2.state->r10, 0x55);
	/* The module's own bits, MCE and VMXE: init_tdvps_fields() of Intel's helpers.c. */
	field_set(FIELD(F_CR4_MASK), 0);
	l2_exits(GUEST_READ_CR4, 18);
	check_hex(l2.state->r10, 0x2660);
}

/*
 * The module owns MCE, VMXE and SMXE unless L1 does: write_guest_cr4() of Intel's helpers.c, and
 * combine_l2_cr0_cr4_controls() of its metadata_vp.c.
 */
static void row_7_owned_bits_of_cr4_are_28(void **state)
{
	static const uint64_t of_module[] = { 0x2620, 0x660, 0x6660 };
	unsigned int i;

	field_set(FIELD(F_CR4_MASK), 0x80);
	field_set(FIELD(F_CR4_SHADOW), 0);
	l2.state->rax = 0x26e0;
	expect(GUEST_WRITE_CR4, 28, 3, 4);
	for (i = 0; i < 3; i++) {
		l2.state->rax = of_module[i];
		expect(GUEST_WRITE_CR4, 28, 3, 4);
	}
	l2.state->rax = 0x2460;
	l2_exits(GUEST_WRITE_CR4, 18);
	check_hex(field_get(FIELD(F_CR4)), 0x2460);
}

static void row_7_l1_may_own_the_modules_bits_of_cr4(void **state)
{
	field_set(FIELD(F_CR4_MASK), 0x6040);
	field_set(FIELD(F_CR4_SHADOW), 0);
	l2.state->rax = 0x660;
	expect(GUEST_WRITE_CR4, 28, 3, 4);
	l2.state->rax = 0x220;
	l2_exits(GUEST_WRITE_CR4, 18);
	check_hex(field_get(FIELD(F_CR4)), 0x2260);
	l2_exits(GUEST_READ_CR4, 18);
	check_hex(l2.state->r10, 0x220);
}

static void row_7_cr3_is_28_if_asked(void **state)
{
	l2.state->rsi = page_gpa(PAGE_PML4);
	l2_exits(GUEST_WRITE_CR3, 18);
	field_set_masked(FIELD(F_PRIMARY), 1u << 15, 1u << 15);
	expect(GUEST_WRITE_CR3, 28, 3, 6 << 8 | 3);
}

static void row_7_cr8_is_28_if_asked(void **state)
{
	field_set_masked(FIELD(F_PRIMARY), 3u << 19, 3u << 19);
	expect(GUEST_WRITE_CR8, 28, 4, 8);
	expect(GUEST_READ_CR8, 28, 4, 1 << 4 | 8);
}

/* L2 reads the MSR without an exit to L1. Returns EAX. */
static uint64_t msr_read(uint32_t msr)
{
	l2.state->rcx = msr;
	l2_exits(GUEST_RDMSR, 18);
	return l2.state->rax;
}

static void read_exits(uint32_t msr)
{
	l2.state->rcx = msr;
	expect(GUEST_RDMSR, 31, 2, 0);
}

static void read_faults(uint32_t msr)
{
	l2.state->rcx = msr;
	expect_fault(GUEST_RDMSR, VECTOR_GP);
}

static void write_exits(uint32_t msr)
{
	l2.state->rcx = msr;
	expect(GUEST_WRMSR, 32, 2, 0);
}

static void write_faults(uint32_t msr)
{
	l2.state->rcx = msr;
	expect_fault(GUEST_WRMSR, VECTOR_GP);
}

/* @read and @write check what happens to L2's read or write of each MSR; NULL: there is none. */
static void each_msr(const uint32_t *msrs, size_t count, void (*read)(uint32_t msr),
		     void (*write)(uint32_t msr))
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (read)
			read(msrs[i]);
		if (write)
			write(msrs[i]);
	}
}

static void row_4_4_every_msr_exits_by_default(void **state)
{
	static const uint32_t msrs[] = { 0x10, 0x1b, 0x808, 0x80b, 0x830, 0x83f, 0xc0000080,
					 0xc0000102, 0x40000000, 0xc0010015 };

	each_msr(msrs, ARRAY_SIZE(msrs), read_exits, write_exits);
}

/* Clears the MSR bitmap, so that L1 intercepts no MSR that the bitmap covers. */
static void release_all_msrs(void)
{
	unsigned int word;

	for (word = 0; word < 512; word++)
		field_set(FIELD_BITMAP(word), 0);
}

static void row_4_4_icr_always_exits(void **state)
{
	release_all_msrs();
	l2.state->rcx = 0x830;
	l2.state->rax = 0x4031;
	l2.state->rdx = 7;
	expect(GUEST_WRMSR, 32, 2, 0);
	check_hex(l2.state->rax, 0x4031);
	check_hex(l2.state->rdx, 7);
}

static void row_4_4_other_apic_registers_exit_anyway(void **state)
{
	static const uint32_t msrs[] = { 0x802, 0x803, 0x80d, 0x80f, 0x828, 0x82f, 0x832, 0x83e };

	release_all_msrs();
	each_msr(msrs, ARRAY_SIZE(msrs), read_exits, NULL);
}

static void row_4_4_reserved_apic_registers_are_gp(void **state)
{
	static const uint32_t msrs[] = { 0x800, 0x801, 0x804, 0x807, 0x829, 0x82e, 0x831,
					 0x840, 0x8ff };

	release_all_msrs();
	each_msr(msrs, ARRAY_SIZE(msrs), read_faults, write_faults);
}

static void row_4_4_registers_of_the_page_can_be_read(void **state)
{
	release_all_msrs();
	vapic_put(0x80, 0x20);
	vapic_put(0x100 + 0x20, 0xabcd);
	vapic_put(0x180 + 0x70, 0x1234);
	vapic_put(0x200 + 0x70, 0x4321);
	check_hex(msr_read(0x812), 0xabcd);
	check_hex(msr_read(0x81f), 0x1234);
	check_hex(msr_read(0x827), 0x4321);
	check_hex(msr_read(0x80a), 0x20);
}

static void row_4_4_registers_of_the_page_cannot_be_written(void **state)
{
	static const uint32_t msrs[] = { 0x80a, 0x810, 0x827 };

	release_all_msrs();
	l2.state->rdx = 0;
	each_msr(msrs, ARRAY_SIZE(msrs), NULL, write_faults);
}

static void row_4_5_msrs_outside_the_bitmap_exit(void **state)
{
	release_all_msrs();
	read_exits(0x400000f0);
}

static void row_4_5_some_msrs_pass_through(void **state)
{
	release_all_msrs();
	l2.state->rcx = 0xc0000100;
	l2.state->rax = 0x11223344;
	l2.state->rdx = 0x55;
	l2.state->rsi = 0xc0000101;
	l2.state->rbx = 0x99;
	l2_exits(GUEST_WRMSR_TWICE, 18);
	check_hex(field_get(FIELD(0x680E)), 0x5511223344);
	check_hex(field_get(FIELD(0x6810)), 0x99);
	/* Each VM has its own FS and GS base: L1 would not run any more if its own had changed. */
	check_hex(msr_read(0xc0000100), 0x11223344);
	check_hex(l2.state->rdx, 0x55);
}

static void write_efer(uint64_t value)
{
	l2.state->rcx = 0xc0000080;
	l2.state->rax = value;
	l2.state->rdx = value >> 32;
}

static void row_4_5_efer_hides_svm_and_refuses_some_bits(void **state)
{
	release_all_msrs();
	check_hex(msr_read(0xc0000080), 0xd01);
	write_efer(0xd00);
	l2_exits(GUEST_WRMSR, 18);
	check_hex(field_get(FIELD(F_EFER)), 0xd00);
}

/* wrmsr_ia32_efer(): LMA is ignored; what is neither SCE nor LME is L1's. */
static void row_4_5_other_bits_of_efer_are_32(void **state)
{
	static const uint64_t values[] = { 0x1d01, 0x501, 0xd03, 1ULL << 32 | 0xd01 };
	unsigned int i;

	release_all_msrs();
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		write_efer(values[i]);
		expect(GUEST_WRMSR, 32, 2, 0);
		check_hex(field_get(FIELD(F_EFER)), 0xd01);
	}
	write_efer(0x900);
	l2_exits(GUEST_WRMSR, 18);
	check_hex(field_get(FIELD(F_EFER)), 0xd00);
}

/* wrmsr_ia32_debugctl(), rdmsr_ia32_debugctl() */
static void row_4_5_debugctl(void **state)
{
	release_all_msrs();
	l2.state->rcx = 0x1d9;
	l2.state->rdx = 0;
	l2.state->rax = 1 << 6;
	expect(GUEST_WRMSR, 32, 2, 0);
	l2.state->rcx = 0x1d9;
	l2.state->rax = 1 << 3;
	expect_fault(GUEST_WRMSR, VECTOR_GP);
	l2.state->rcx = 0x1d9;
	l2.state->rax = 1 << 13;
	l2_exits(GUEST_WRMSR, 18);
	l2_exits(GUEST_RDMSR, 18);
	check_hex(l2.state->rax, 0);
}

static void row_4_5_vmx_capabilities_exit(void **state)
{
	static const uint32_t msrs[] = { 0x480, 0x481, 0x489, 0x492 };

	release_all_msrs();
	each_msr(msrs, ARRAY_SIZE(msrs), read_exits, write_faults);
}

/* find_msr_entry(): these are not in the table, or their write is not; CSTAR is one of them. */
static void row_4_5_unknown_msrs_exit(void **state)
{
	static const uint32_t msrs[] = { 0x17, 0x1b, 0x8b, 0xfe, 0x200, 0x493, 0x6e0, 0x1fff,
					 0xc0000083, 0xc0000104, 0xc0001fff };

	release_all_msrs();
	each_msr(msrs, ARRAY_SIZE(msrs), read_exits, write_exits);
	write_exits(0x10);
	write_exits(0x1a0);
}

/* rd_wr_msr_generic_case(): MSR_ACTION_GP, for features that the trust domain does not have. */
static void row_4_5_those_of_absent_features_are_gp(void **state)
{
	static const uint32_t msrs[] = { 0x8c, 0x9b, 0xc1, 0x186, 0x309, 0x38f, 0x560, 0x6a0,
					 0x985, 0xd90, 0x1234 };

	release_all_msrs();
	each_msr(msrs, ARRAY_SIZE(msrs), read_faults, write_faults);
}

const struct CMUnitTest exit_tests[] = {
	TEST(row_7_cpuid_is_10),
	TEST(row_7_hlt_is_12),
	TEST(row_7_vmcall_is_18),
	TEST(row_7_tdcall_is_77),
	TEST(row_7_io_is_30),
	TEST(row_7_cache_instructions_are_54_and_13),
	TEST(row_7_monitor_and_mwait_are_39_and_36),
	TEST(row_7_xsetbv_is_55_or_without_effect_on_l1),
	TEST(row_7_triple_fault_is_2),
	TEST(row_7_pause_is_40_if_asked),
	TEST(row_7_rdtsc_is_16_if_asked),
	TEST(row_7_rdpmc_is_15_if_asked),
	TEST(row_7_debug_registers_are_29_if_asked),
	TEST(row_7_exceptions_go_to_l2),
	TEST(row_7_exceptions_of_the_bitmap_go_to_l1),
	TEST(row_7_breakpoints_of_the_bitmap_are_software_exceptions),
	TEST(row_7_page_faults_go_by_their_error_code),
	TEST(row_7_svm_instructions_are_undefined),
	TEST(row_7_owned_bits_of_cr0_are_28),
	TEST(row_7_other_bits_of_cr0_are_l2s),
	TEST(row_7_fixed_bits_of_cr0_are_gp),
	TEST(row_7_cache_bits_of_cr0_are_28),
	TEST(row_7_clts_follows_the_mask),
	TEST(row_3_3_read_shadows_are_what_l2_reads),
	TEST(row_7_owned_bits_of_cr4_are_28),
	TEST(row_7_l1_may_own_the_modules_bits_of_cr4),
	TEST(row_7_cr3_is_28_if_asked),
	TEST(row_7_cr8_is_28_if_asked),
	TEST(row_4_4_every_msr_exits_by_default),
	TEST(row_4_4_icr_always_exits),
	TEST(row_4_4_other_apic_registers_exit_anyway),
	TEST(row_4_4_reserved_apic_registers_are_gp),
	TEST(row_4_4_registers_of_the_page_can_be_read),
	TEST(row_4_4_registers_of_the_page_cannot_be_written),
	TEST(row_4_5_msrs_outside_the_bitmap_exit),
	TEST(row_4_5_some_msrs_pass_through),
	TEST(row_4_5_efer_hides_svm_and_refuses_some_bits),
	TEST(row_4_5_other_bits_of_efer_are_32),
	TEST(row_4_5_debugctl),
	TEST(row_4_5_vmx_capabilities_exit),
	TEST(row_4_5_unknown_msrs_exit),
	TEST(row_4_5_those_of_absent_features_are_gp),
};

const size_t exit_count = ARRAY_SIZE(exit_tests);
