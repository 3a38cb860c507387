// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * TDG.VP.VMCALL: what the host returns, and in which registers.
 *
 * The expected results follow Intel's Guest-Hypervisor Communication Interface (GHCI) for
 * TDX 1.5, chapter 3, "TDG.VP.VMCALL Interface". For the passing of registers they follow Intel's
 * TDX module TDX_1.5.01: src/td_dispatcher/vm_exits/tdg_vp_vmcall.c passes them, and
 * src/td_transitions/tdh_vp_enter.c returns them.
 */
#include <cpuid.h>
#include <string.h>
#include <x86intrin.h>

#include "tdx.h"

#define R(number)       BIT_ULL(number)
#define USUAL           0xfc00ULL	/* R10 to R15 */

/* GHCI, table "TDG.VP.VMCALL completion status codes". */
#define OK              0ULL
#define BAD_OPERAND     0x8000000000000000ULL
#define BAD_ALIGNMENT   0x8000000000000002ULL

enum {
	CPUID_CALL = 10, HLT_CALL = 12, IO_CALL = 30, RDMSR_CALL = 31, WRMSR_CALL = 32,
	MMIO_CALL = 48, WBINVD_CALL = 54, GET_INFO = 0x10000, MAP_GPA = 0x10001,
	GET_QUOTE = 0x10002, NOTIFY = 0x10004,
};

#define SHARED          BIT_ULL(39)
#define HPET            0xfed00000ULL
#define IOAPIC          0xfec00000ULL

static struct lab_tdx_regs regs;

static uint64_t vmcall(uint64_t function, uint64_t r12, uint64_t r13, uint64_t r14, uint64_t r15)
{
	regs = regs_poisoned(0);
	regs.rcx = USUAL;
	regs.r10 = 0;
	regs.r11 = function;
	regs.r12 = r12;
	regs.r13 = r13;
	regs.r14 = r14;
	regs.r15 = r15;
	check_hex(tdcall_regs(&regs), 0);
	return regs.r10;
}

/* tdg_vp_vmcall.c: RAX, RCX and RSP cannot be passed, and bits 63:32 are reserved. */
static void row_9_5_rcx_may_not_name_every_register(void **state)
{
	unsigned int bit;

	for (bit = 0; bit < 64; bit++) {
		bool bad = bit == 0 || bit == 1 || bit == 4 || bit >= 32;

		if (bad)
			check_hex(tdcall(0, USUAL | 1ULL << bit, 0, 0, 0), INVALID | 1);
	}
}

static void row_9_5_a_refused_mask_changes_rax_alone(void **state)
{
	struct lab_tdx_regs before;

	regs = regs_poisoned(0);
	regs.rcx = USUAL | 1;
	before = regs;
	before.rax = INVALID | 1;
	tdcall_regs(&regs);
	assert_memory_equal(&regs, &before, sizeof(regs));
}

/* tdg_vp_vmcall.c, xmm_select: bits 31:16 select XMM registers, and are legal. */
static void row_9_5_xmm_registers_may_be_named(void **state)
{
	memset(&regs, 0, sizeof(regs));
	regs.rcx = USUAL | 0xffff0000ULL;
	regs.r11 = GET_INFO;
	check_hex(tdcall_regs(&regs), 0);
	check_hex(regs.r10, OK);
}

/* tdg_vp_vmcall.c, copy_gprs_data_from_td_to_vmm(); tdh_vp_enter.c returns the values. */
static void row_9_5_registers_that_are_not_named_stay(void **state)
{
	check_hex(vmcall(GET_INFO, 0, 0, 0, 0), OK);
	check_hex(regs.rcx, USUAL);
	check_hex(regs.rdx, POISON);
	check_hex(regs.rbx, POISON);
	check_hex(regs.rbp, POISON);
	check_hex(regs.rsi, POISON);
	check_hex(regs.rdi, POISON);
	check_hex(regs.r8, POISON);
	check_hex(regs.r9, POISON);
}

/* The host sees 0 in R13 to R15, and cannot change them. */
static void row_9_5_a_hosts_answer_needs_its_register_named(void **state)
{
	regs = regs_poisoned(0);
	regs.rcx = R(10) | R(11) | R(12);
	regs.r10 = 0;
	regs.r11 = CPUID_CALL;
	regs.r12 = 0x40000000;
	check_hex(tdcall_regs(&regs), 0);
	check_hex(regs.r10, OK);
	check(regs.r12 >= 0x40000000, "R12 is %#llx", (unsigned long long)regs.r12);
	check_hex(regs.r13, POISON);
	check_hex(regs.r14, POISON);
	check_hex(regs.r15, POISON);
}

/* If R11 is not passed, the host reads function 0, which does not exist. */
static void row_9_5_a_function_that_is_not_passed_is_0(void **state)
{
	memset(&regs, 0, sizeof(regs));
	regs.rcx = R(10) | R(12);
	regs.r11 = GET_INFO;
	check_hex(tdcall_regs(&regs), 0);
	check_hex(regs.r10, BAD_OPERAND);
	check_hex(regs.r11, GET_INFO);
}

/* Later versions of the GHCI have a status of its own for this, 3. */
static void row_9_5_unknown_functions_are_refused(void **state)
{
	static const uint64_t functions[] = { 0, 1, 11, 13, 18, 33, 47, 49, 53, 55, 0xffff, 0x10006,
					      0x1ffff, 1ULL << 40, ~0ULL };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(functions); i++)
		check_hex(vmcall(functions[i], 0, 0, 0, 0), BAD_OPERAND);
}

/* GHCI 3.1: R12 = 0, and R11 to R14 are returned as 0. */
static void row_9_6_get_td_vm_call_info(void **state)
{
	check_hex(vmcall(GET_INFO, 0, POISON, POISON, POISON), OK);
	check_hex(regs.r11, 0);
	check_hex(regs.r12, 0);
	check_hex(regs.r13, 0);
	check_hex(regs.r14, 0);
}

/* GHCI 3.2: both the address and the size are multiples of 4 KiB. */
static void row_9_6_map_gpa_checks_alignment(void **state)
{
	check_hex(vmcall(MAP_GPA, page_gpa(PAGE_SPARE) | 8, PAGE, 0, 0), BAD_ALIGNMENT);
	check_hex(vmcall(MAP_GPA, page_gpa(PAGE_SPARE), PAGE + 1, 0, 0), BAD_ALIGNMENT);
	check_hex(vmcall(MAP_GPA, page_gpa(PAGE_SPARE), 1, 0, 0), BAD_ALIGNMENT);
}

/* GHCI 3.2: an address beyond the guest's width is an invalid operand. */
static void row_9_6_map_gpa_checks_its_range(void **state)
{
	unsigned int bit;

	for (bit = 40; bit < 64; bit++)
		check_hex(vmcall(MAP_GPA, page_gpa(PAGE_SPARE) | 1ULL << bit, PAGE, 0, 0),
			  BAD_OPERAND);
	check_hex(vmcall(MAP_GPA, page_gpa(PAGE_SPARE), 1ULL << 62, 0, 0), BAD_OPERAND);
	check_hex(vmcall(MAP_GPA, page_gpa(PAGE_SPARE), 0, 0, 0), BAD_OPERAND);
}

/* GHCI 3.2: R11 is the address at which it failed. */
static void row_9_6_map_gpa_returns_the_address_that_failed(void **state)
{
	uint64_t nothing = 0x7000000000ULL;

	check_hex(vmcall(MAP_GPA, nothing, PAGE, 0, 0), BAD_OPERAND);
	check_hex(regs.r11, nothing);
}

/*
 * GHCI 3.2, and TDG.MEM.PAGE.ACCEPT: a shared page that becomes private is pending until it is
 * accepted, which fills it with zeros.
 */
static void row_9_6_a_page_goes_to_the_host_and_comes_back(void **state)
{
	uint64_t gpa = page_gpa(PAGE_SPARE);
	volatile uint64_t *word = page_at(PAGE_SPARE);

	*word = 0x1234;
	check_hex(vmcall(MAP_GPA, gpa | SHARED, PAGE, 0, 0), OK);
	check_hex(vmcall(MAP_GPA, gpa, PAGE, 0, 0), OK);
	check_hex(tdcall(6, gpa, 0, 0, 0), 0);
	check_hex(*word, 0);
	check_hex(tdcall(6, gpa, 0, 0, 0), STATUS(0xB0A));
}

/* GHCI 3.3: the buffer must be shared and aligned, and consist of whole pages. */
static void row_9_6_get_quote_checks_its_buffer(void **state)
{
	check_hex(vmcall(GET_QUOTE, page_gpa(PAGE_SPARE) | SHARED | 8, PAGE, 0, 0), BAD_ALIGNMENT);
	check_hex(vmcall(GET_QUOTE, page_gpa(PAGE_SPARE) | SHARED, PAGE / 2, 0, 0), BAD_ALIGNMENT);
	/* The address is private. */
	check_hex(vmcall(GET_QUOTE, page_gpa(PAGE_SPARE), PAGE, 0, 0), BAD_OPERAND);
	check_hex(vmcall(GET_QUOTE, page_gpa(PAGE_SPARE) | SHARED, PAGE, 0, 0), BAD_OPERAND);
}

/* GHCI 3.5: vectors 32 to 255 are allowed. */
static void row_9_6_event_notify_takes_vectors_of_32_and_up(void **state)
{
	check_hex(vmcall(NOTIFY, 0, 0, 0, 0), BAD_OPERAND);
	check_hex(vmcall(NOTIFY, 31, 0, 0, 0), BAD_OPERAND);
	check_hex(vmcall(NOTIFY, 256, 0, 0, 0), BAD_OPERAND);
	check_hex(vmcall(NOTIFY, 1ULL << 32 | 64, 0, 0, 0), BAD_OPERAND);
}

/* GHCI 3.6: R12 and R13 are EAX and ECX; R12 to R15 return EAX to EDX. */
static void row_9_7_cpuid_equals_the_instruction(void **state)
{
	unsigned int a, b, c, d;

	__cpuid(0x40000000, a, b, c, d);
	check_hex(vmcall(CPUID_CALL, 0x40000000, 0, POISON, POISON), OK);
	check_hex(regs.r12, a);
	check_hex(regs.r13, b);
	check_hex(regs.r14, c);
	check_hex(regs.r15, d);
}

/*
 * GHCI 3.7: by R12, L1 tells whether it has interrupts disabled. A host may then keep it halted
 * when an interrupt comes; this one does not, as the comment of Linux' __halt() allows.
 */
static void row_9_7_hlt_ends_with_a_pending_interrupt(void **state)
{
	l2.flags = LAB_TDX_CALL_PENDING;
	check_hex(vmcall(HLT_CALL, 1, 0, 0, 0), OK);
	check_hex(l2.call.before, 0);
	check_hex(l2.call.after, 1);
}

static void row_9_7_hlt_waits_for_an_interrupt(void **state)
{
	unsigned int tries;

	/* Another interrupt of L1 may come before its timer. */
	for (tries = 0; tries < 1000; tries++) {
		l2.flags = LAB_TDX_CALL_TIMER;
		l2.usecs = 1000;
		check_hex(vmcall(HLT_CALL, 1, 0, 0, 0), OK);
		check_hex(l2.call.before, 0);
		if (l2.call.after)
			return;
	}
	check(false, "the timer's interrupt has never ended it");
}

#define PCI_ADDRESS 0xcf8

/* GHCI 3.9: R12 size, R13 direction, R14 port, R15 value; R11 returns the value. */
static void row_9_7_io_reads_what_it_wrote(void **state)
{
	unsigned int tries;

	/* The kernel may use the register at the same time, on another CPU. */
	for (tries = 0; tries < 100; tries++) {
		check_hex(vmcall(IO_CALL, 4, 1, PCI_ADDRESS, 0x80001234), OK);
		check_hex(vmcall(IO_CALL, 4, 0, PCI_ADDRESS, 0), OK);
		if (regs.r11 == 0x80001234)
			return;
	}
	check_hex(regs.r11, 0x80001234);
}

static void row_9_7_io_has_three_sizes(void **state)
{
	static const uint64_t sizes[] = { 0, 3, 5, 8, 1ULL << 32 | 4, ~0ULL };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		check_hex(vmcall(IO_CALL, sizes[i], 0, 0x80, 0), BAD_OPERAND);
}

static void row_9_7_io_has_64_ki_of_ports(void **state)
{
	check_hex(vmcall(IO_CALL, 1, 0, 0x10000, 0), BAD_OPERAND);
	check_hex(vmcall(IO_CALL, 1, 0, 1ULL << 32 | 0x80, 0), BAD_OPERAND);
}

/* GHCI 3.9: the direction is 0 or 1. */
static void row_9_7_io_has_two_directions(void **state)
{
	check_hex(vmcall(IO_CALL, 1, 2, 0x80, 0), BAD_OPERAND);
	check_hex(vmcall(IO_CALL, 1, ~0ULL, 0x80, 0), BAD_OPERAND);
}

#define MTRR_CAP 0xfe

/* GHCI 3.10. Linux reads IA32_MTRRCAP by this call during boot. */
static void row_9_7_rdmsr_gives_the_value_in_r11(void **state)
{
	check_hex(vmcall(RDMSR_CALL, MTRR_CAP, 0, 0, 0), OK);
	check_hex(regs.r11, 0);
}

static void row_9_7_rdmsr_of_an_unknown_msr_is_refused(void **state)
{
	check_hex(vmcall(RDMSR_CALL, 0x12345678, 0, 0, 0), BAD_OPERAND);
	check_hex(vmcall(RDMSR_CALL, 0xc0011029, 0, 0, 0), BAD_OPERAND);
}

static void row_9_7_wrmsr_of_an_unknown_msr_is_refused(void **state)
{
	check_hex(vmcall(WRMSR_CALL, 0x12345678, 1, 0, 0), BAD_OPERAND);
	/* This MSR is read-only. */
	check_hex(vmcall(WRMSR_CALL, MTRR_CAP, 1, 0, 0), BAD_OPERAND);
}

/* The number of an MSR has 32 bits. */
static void row_9_7_msrs_have_numbers_of_32_bits(void **state)
{
	check_hex(vmcall(RDMSR_CALL, 1ULL << 32 | MTRR_CAP, 0, 0, 0), BAD_OPERAND);
	check_hex(vmcall(WRMSR_CALL, 1ULL << 32 | 0x830, 0, 0, 0), BAD_OPERAND);
}

/* GHCI 3.12: R12 size, R13 direction, R14 address, R15 value. The HPET is Intel's. */
static void row_9_7_mmio_reads_a_device(void **state)
{
	check_hex(vmcall(MMIO_CALL, 4, 0, HPET | SHARED, 0), OK);
	check_hex(regs.r11 >> 16, 0x8086);
	/* The HPET's period in femtoseconds; the IA-PC HPET specification has this maximum. */
	check_hex(vmcall(MMIO_CALL, 4, 0, (HPET + 4) | SHARED, 0), OK);
	check(regs.r11 && regs.r11 <= 0x05F5E100, "%#llx", (unsigned long long)regs.r11);
}

/* 82093AA data sheet: the index register is also readable. */
static void row_9_7_mmio_writes_a_device(void **state)
{
	unsigned int number;

	for (number = 0; number < 3; number++) {
		check_hex(vmcall(MMIO_CALL, 4, 1, IOAPIC | SHARED, number), OK);
		check_hex(vmcall(MMIO_CALL, 4, 0, IOAPIC | SHARED, 0), OK);
		check_hex(regs.r11, number);
	}
}

static void row_9_7_mmio_has_four_sizes(void **state)
{
	static const uint64_t sizes[] = { 0, 3, 5, 6, 7, 16, 1ULL << 32 | 4, ~0ULL };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		check_hex(vmcall(MMIO_CALL, sizes[i], 0, HPET | SHARED, 0), BAD_OPERAND);
}

/* A host may access only shared memory: the address must have the shared bit. */
static void row_9_7_mmio_of_a_private_address_is_refused(void **state)
{
	check_hex(vmcall(MMIO_CALL, 4, 0, HPET, 0), BAD_OPERAND);
	check_hex(vmcall(MMIO_CALL, 4, 0, page_gpa(PAGE_SPARE), 0), BAD_OPERAND);
	check_hex(vmcall(MMIO_CALL, 4, 0, page_gpa(PAGE_SPARE) | SHARED, 0), BAD_OPERAND);
}

static void row_9_7_mmio_has_two_directions(void **state)
{
	check_hex(vmcall(MMIO_CALL, 4, 2, HPET | SHARED, 0), BAD_OPERAND);
}

/* GHCI 3.11: R12 is 0 for WBINVD, and 1 for WBNOINVD. */
static void row_9_7_wbinvd_has_two_kinds(void **state)
{
	check_hex(vmcall(WBINVD_CALL, 0, 0, 0, 0), OK);
	check_hex(vmcall(WBINVD_CALL, 1, 0, 0, 0), OK);
	check_hex(vmcall(WBINVD_CALL, 2, 0, 0, 0), BAD_OPERAND);
}

const struct CMUnitTest ghci_tests[] = {
	TEST(row_9_5_rcx_may_not_name_every_register),
	TEST(row_9_5_a_refused_mask_changes_rax_alone),
	TEST(row_9_5_xmm_registers_may_be_named),
	TEST(row_9_5_registers_that_are_not_named_stay),
	TEST(row_9_5_a_hosts_answer_needs_its_register_named),
	TEST(row_9_5_a_function_that_is_not_passed_is_0),
	TEST(row_9_5_unknown_functions_are_refused),
	TEST(row_9_6_get_td_vm_call_info),
	TEST(row_9_6_map_gpa_checks_alignment),
	TEST(row_9_6_map_gpa_checks_its_range),
	TEST(row_9_6_map_gpa_returns_the_address_that_failed),
	TEST(row_9_6_a_page_goes_to_the_host_and_comes_back),
	TEST(row_9_6_get_quote_checks_its_buffer),
	TEST(row_9_6_event_notify_takes_vectors_of_32_and_up),
	TEST(row_9_7_cpuid_equals_the_instruction),
	TEST(row_9_7_hlt_ends_with_a_pending_interrupt),
	TEST(row_9_7_hlt_waits_for_an_interrupt),
	TEST(row_9_7_io_reads_what_it_wrote),
	TEST(row_9_7_io_has_three_sizes),
	TEST(row_9_7_io_has_64_ki_of_ports),
	TEST(row_9_7_io_has_two_directions),
	TEST(row_9_7_rdmsr_gives_the_value_in_r11),
	TEST(row_9_7_rdmsr_of_an_unknown_msr_is_refused),
	TEST(row_9_7_wrmsr_of_an_unknown_msr_is_refused),
	TEST(row_9_7_msrs_have_numbers_of_32_bits),
	TEST(row_9_7_mmio_reads_a_device),
	TEST(row_9_7_mmio_writes_a_device),
	TEST(row_9_7_mmio_has_four_sizes),
	TEST(row_9_7_mmio_of_a_private_address_is_refused),
	TEST(row_9_7_mmio_has_two_directions),
	TEST(row_9_7_wbinvd_has_two_kinds),
};

const size_t ghci_count = ARRAY_SIZE(ghci_tests);
