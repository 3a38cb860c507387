// SPDX-License-Identifier: GPL-2.0-only
/*
 * What raises #VE, and the outputs of TDG.VP.VEINFO.GET.
 *
 * The expectations are those of Intel's TDX module TDX_1.5.01: of
 * src/td_dispatcher/tdx_td_dispatcher.c, which instruction is one; of
 * vm_exits/td_other_exits.c, tdx_inject_ve(), what is written down; of
 * vm_exits/tdg_vp_veinfo_get.c, the registers. Qualifications are those of Intel's SDM 3C,
 * "VM Exits", since the module takes them from the CPU.
 */
#include "bare.h"

#define REASON_CPUID     10
#define REASON_HLT       12
#define REASON_INVD      13
#define REASON_VMCALL    18
#define REASON_CR        28
#define REASON_IO        30
#define REASON_RDMSR     31
#define REASON_WRMSR     32
#define REASON_MWAIT     36
#define REASON_MONITOR   39
#define REASON_EPT       48
#define REASON_WBINVD    54
#define REASON_APIC      56

#define NO_VALID_VE_INFO 0xc000070400000000ULL

/* SDM 3C, table "Exit Qualification for I/O Instructions". */
#define IO_SIZE(bytes)   ((bytes) - 1)
#define IO_IN            BIT(3)
#define IO_STRING        BIT(4)
#define IO_REPEAT        BIT(5)
#define IO_IMMEDIATE     BIT(6)
#define IO_PORT(port)    ((u64)(port) << 16)

/* SDM 3C, table "Exit Qualification for EPT Violations": with a linear address, and final. */
#define EPT_READ         0x181
#define EPT_WRITE        0x182
#define EPT_FETCH        0x184

/* This device is not mapped for a trust domain: the host emulates it. */
#define HPET             0xfed00000ULL

#define SELF_IPI         0x83f
#define VMX_CR4_FIXED1   0x489
#define CR4_L2_INITIAL   0x2040ULL
#define CR4_L2_WRITABLE  0x3ff1fbfULL
#define ICR              0x830
#define ICR_NMI_SELF     0x44400ULL

static u64 regs[REGS];

static void clear(void)
{
	u32 i;

	for (i = 0; i < REGS; i++)
		regs[i] = 0;
}

/* VEINFO.GET's registers. Return: the status. */
static u64 get_info(u64 *info)
{
	u32 i;

	for (i = 0; i < REGS; i++)
		info[i] = 0x5a5a5a5a5a5a5a5aULL;
	info[RAX] = TDG_VEINFO_GET;
	return tdcall(info);
}

static void check_info(u64 reason, u64 qualification, u64 gla, u64 gpa)
{
	u64 info[REGS];

	CHECK(get_info(info), 0);
	CHECK(info[RCX], reason);
	CHECK(info[RDX], qualification);
	CHECK(info[R8], gla);
	CHECK(info[R9], gpa);
}

static void check_fault(u64 vector, u64 wanted)
{
	const struct trap *trap = &cpu_here()->trap;

	CHECK(vector, wanted);
	CHECK(trap->rip, code_address());
	/* tdx_inject_ve(), inject_gp(): RF is set, as with a fault of the CPU's own. */
	CHECK(trap->rflags & RFLAGS_RF, RFLAGS_RF);
}

/* An instruction of @length bytes is a #VE. */
static void check_ve(const void *code, u32 length, u64 reason, u64 qualification)
{
	u64 info[REGS];

	check_fault(execute(code, length, regs), VECTOR_VE);
	CHECK(get_info(info), 0);
	CHECK(info[RCX], reason);
	CHECK(info[RDX], qualification);
	CHECK(info[R8], 0);
	CHECK(info[R9], 0);
	CHECK((u32)info[R10], length);
}

#define VE(bytes, reason, qualification) \
	check_ve(bytes, sizeof(bytes) - 1, reason, qualification)
#define RUN(bytes) execute(bytes, sizeof(bytes) - 1, regs)

static void row_ve_cpuid_of_the_hosts_leaves(void)
{
	static const u32 leaves[] = { 0x40000000, 0x40000001, 0x4000ffff, 0x4fffffff };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(leaves); i++) {
		clear();
		regs[RAX] = leaves[i];
		VE("\x0f\xa2", REASON_CPUID, 0);
		CHECK(regs[RAX], leaves[i]);
	}
}

static void row_ve_the_length_counts_prefixes(void)
{
	clear();
	regs[RAX] = 0x40000000;
	VE("\x48\x0f\xa2", REASON_CPUID, 0);
	VE("\x67\x65\x0f\xa2", REASON_CPUID, 0);
	VE("\x3e\xf4", REASON_HLT, 0);
	regs[RCX] = 0x40000000;
	VE("\x48\x0f\x32", REASON_RDMSR, 0);
	VE("\x2e\x0f\x30", REASON_WRMSR, 0);
	VE("\x3e\x0f\x09", REASON_WBINVD, 0);
	VE("\x3e\x0f\x01\xc1", REASON_VMCALL, 0);
}

/* vm_exits/td_cpuid.c, include/auto_gen/cpuid_configurations.c: cpuid_lookup[], .faulting */
static void row_ve_cpuid_of_leaves_that_the_module_does_not_know(void)
{
	static const u32 leaves[] = { 2, 6, 9, 0xb, 0xf, 0x10, 0x16, 0x17, 0x18, 0x1a, 0x1b, 0x1f,
				      0x80000002, 0x80000004, 0x80000005, 0x80000006 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(leaves); i++) {
		clear();
		regs[RAX] = leaves[i];
		VE("\x0f\xa2", REASON_CPUID, 0);
	}
}

static void row_no_ve_cpuid_of_leaves_that_the_module_knows(void)
{
	static const u32 leaves[] = { 0, 1, 3, 4, 5, 7, 8, 0xa, 0xd, 0xe, 0x11, 0x12, 0x13, 0x14,
				      0x15, 0x19, 0x1c, 0x1d, 0x1e, 0x20, 0x21, 0x22, 0x23,
				      0x80000000, 0x80000001, 0x80000007, 0x80000008 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(leaves); i++) {
		clear();
		regs[RAX] = leaves[i];
		CHECK(RUN("\x0f\xa2"), NO_TRAP);
	}
}

/* td_cpuid.c: a leaf above the last one is treated as leaf 0x23. */
static void row_cpuid_above_the_last_leaf_is_the_last(void)
{
	u64 last[REGS];
	u32 i;

	clear();
	regs[RAX] = 0x23;
	CHECK(RUN("\x0f\xa2"), NO_TRAP);
	for (i = 0; i < REGS; i++)
		last[i] = regs[i];
	clear();
	regs[RAX] = 0x7fffffff;
	CHECK(RUN("\x0f\xa2"), NO_TRAP);
	for (i = 0; i < REGS; i++)
		CHECK(regs[i], last[i]);
	clear();
	regs[RAX] = 0x24;
	CHECK(RUN("\x0f\xa2"), NO_TRAP);
	CHECK(regs[RBX], last[RBX]);
}

static void row_cpuid_with_a_prefix_goes_on_behind_it(void)
{
	clear();
	CHECK(RUN("\x48\x0f\xa2"), NO_TRAP);
	CHECK(regs[RBX], 0x756e6547);
}

/* vm_exits/tdg_vp_cpuidve_set.c */
static void row_ve_cpuid_as_cpuidve_set_says(void)
{
	static const u8 cpuid[] = { 0x0f, 0xa2 };
	u64 info[REGS];

	CHECK(tdcall_1(TDG_CPUIDVE_SET, 1), 0);
	clear();
	VE("\x0f\xa2", REASON_CPUID, 0);
	CHECK(execute_as_user(cpuid, sizeof(cpuid), regs), NO_TRAP);
	CHECK(tdcall_1(TDG_CPUIDVE_SET, 2), 0);
	clear();
	CHECK(RUN("\x0f\xa2"), NO_TRAP);
	clear();
	CHECK(execute_as_user(cpuid, sizeof(cpuid), regs), VECTOR_VE);
	CHECK(get_info(info), 0);
	CHECK(info[RCX], REASON_CPUID);
	CHECK(tdcall_1(TDG_CPUIDVE_SET, 0), 0);
	CHECK(tdcall_1(TDG_CPUIDVE_SET, 4), OPERAND_INVALID(1));
}

static void row_ve_hlt(void)
{
	clear();
	VE("\xf4", REASON_HLT, 0);
}

static void row_ve_port_by_register(void)
{
	clear();
	regs[RDX] = 0x1234;
	VE("\xee", REASON_IO, IO_PORT(0x1234) | IO_SIZE(1));
	VE("\x66\xef", REASON_IO, IO_PORT(0x1234) | IO_SIZE(2));
	VE("\xef", REASON_IO, IO_PORT(0x1234) | IO_SIZE(4));
	VE("\xec", REASON_IO, IO_PORT(0x1234) | IO_IN | IO_SIZE(1));
	VE("\x66\xed", REASON_IO, IO_PORT(0x1234) | IO_IN | IO_SIZE(2));
	VE("\xed", REASON_IO, IO_PORT(0x1234) | IO_IN | IO_SIZE(4));
}

static void row_ve_port_by_number(void)
{
	clear();
	VE("\xe6\x80", REASON_IO, IO_PORT(0x80) | IO_IMMEDIATE | IO_SIZE(1));
	VE("\x66\xe7\x80", REASON_IO, IO_PORT(0x80) | IO_IMMEDIATE | IO_SIZE(2));
	VE("\xe4\x71", REASON_IO, IO_PORT(0x71) | IO_IMMEDIATE | IO_IN | IO_SIZE(1));
	VE("\xe5\x71", REASON_IO, IO_PORT(0x71) | IO_IMMEDIATE | IO_IN | IO_SIZE(4));
}

static void row_ve_port_by_string(void)
{
	clear();
	regs[RDX] = 0x3f8;
	regs[RSI] = ARENA;
	regs[RDI] = ARENA;
	regs[RCX] = 4;
	VE("\x6e", REASON_IO, IO_PORT(0x3f8) | IO_STRING | IO_SIZE(1));
	VE("\x6d", REASON_IO, IO_PORT(0x3f8) | IO_STRING | IO_IN | IO_SIZE(4));
	VE("\xf3\x6e", REASON_IO, IO_PORT(0x3f8) | IO_STRING | IO_REPEAT | IO_SIZE(1));
	VE("\xf3\x66\x6d", REASON_IO,
	   IO_PORT(0x3f8) | IO_STRING | IO_REPEAT | IO_IN | IO_SIZE(2));
	CHECK(regs[RCX], 4);
	CHECK(regs[RDI], ARENA);
}

/* vm_exits/td_msr_access.c: these MSRs are not in the table, or beyond the bitmaps. */
static void row_ve_msrs_of_the_host(void)
{
	static const u32 msrs[] = { 0x17, 0x3a, 0xfe, 0x179, 0x2ff, 0x802, 0x80d, 0x830, 0x1fff,
				    0x2000, 0x40000000, 0x4b564d00, 0xc0002000, 0xffffffff };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(msrs); i++) {
		clear();
		regs[RCX] = msrs[i];
		VE("\x0f\x32", REASON_RDMSR, 0);
		VE("\x0f\x30", REASON_WRMSR, 0);
	}
}

/*
 * include/auto_gen/msr_config_lookup.c, MSR_ACTION_GP; and the MSRs of attributes that are off
 * here: PERFMON, and all of XFAM beyond AVX.
 */
static void row_gp_msrs_that_a_td_lacks(void)
{
	static const u32 msrs[] = { 0x8c, 0x8f, 0x98, 0x9a, 0x9b, 0x9e, 0xc1, 0xc8, 0x186, 0x18d,
				    0x195, 0x1a6, 0x276, 0x309, 0x310, 0x38d, 0x38f, 0x392, 0x3f1,
				    0x3f7, 0x4c1, 0x500, 0x560, 0x570, 0x587, 0x6a0, 0x6a2, 0x6a4,
				    0x6a8, 0x800, 0x801, 0x804, 0x807, 0x829, 0x82e, 0x831, 0x840,
				    0x8ff, 0x985, 0x98a, 0xd90, 0xd93, 0x1200, 0x14ce, 0x1500,
				    0x16ff };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(msrs); i++) {
		clear();
		regs[RCX] = msrs[i];
		check_fault(RUN("\x0f\x32"), VECTOR_GP);
		check_fault(RUN("\x0f\x30"), VECTOR_GP);
	}
}

static void row_gp_writes_of_vmx_capabilities(void)
{
	u32 msr;

	for (msr = 0x480; msr <= 0x492; msr++) {
		clear();
		regs[RCX] = msr;
		check_fault(RUN("\x0f\x30"), VECTOR_GP);
	}
}

/* td_msr_access.c, rdmsr_ia32_perf_capabilities(): it reads as 0 while PERFMON is off. */
static void row_performance_capabilities_are_zero(void)
{
	clear();
	regs[RCX] = 0x345;
	regs[RAX] = ~0ULL;
	regs[RDX] = ~0ULL;
	CHECK(RUN("\x0f\x32"), NO_TRAP);
	CHECK(regs[RAX], 0);
	CHECK(regs[RDX], 0);
	check_fault(RUN("\x0f\x30"), VECTOR_GP);
}

/* td_msr_access.c, wrmsr_ia32_efer(): SCE is L1's; any other change is a #VE. */
static void row_ve_efer(void)
{
	u64 before;

	clear();
	regs[RCX] = 0xc0000080;
	CHECK(RUN("\x0f\x32"), NO_TRAP);
	before = regs[RAX];
	CHECK(before & 0xd00, 0xd00);
	regs[RAX] = before ^ 1;
	CHECK(RUN("\x0f\x30"), NO_TRAP);
	CHECK(RUN("\x0f\x32"), NO_TRAP);
	CHECK(regs[RAX], before ^ 1);
	regs[RAX] = before ^ 0x800;
	VE("\x0f\x30", REASON_WRMSR, 0);
	regs[RAX] = before ^ 0x100;
	VE("\x0f\x30", REASON_WRMSR, 0);
	regs[RAX] = before | 0x1000;
	VE("\x0f\x30", REASON_WRMSR, 0);
	/* A change of LMA is ignored. */
	regs[RAX] = before ^ 0x400;
	CHECK(RUN("\x0f\x30"), NO_TRAP);
	CHECK(RUN("\x0f\x32"), NO_TRAP);
	CHECK(regs[RAX], before);
}

static u64 read_cr(const char *code)
{
	CHECK(execute(code, 3, regs), NO_TRAP);
	return regs[RAX];
}

#define CR0_NOW read_cr("\x0f\x20\xc0")
#define CR4_NOW read_cr("\x0f\x20\xe0")

/* td_other_exits.c, td_cr_access_exit(); common/helpers/helpers.c, write_guest_cr0(). */
static void row_cr0_obeys_its_fixed_bits(void)
{
	u64 before;

	clear();
	before = CR0_NOW;
	regs[RBX] = before & ~BIT_ULL(5);
	check_fault(RUN("\x0f\x22\xc3"), VECTOR_GP);
	regs[RBX] = before | BIT_ULL(32);
	check_fault(RUN("\x0f\x22\xc3"), VECTOR_GP);
	regs[RBX] = before & ~BIT_ULL(0);
	check_fault(RUN("\x0f\x22\xc3"), VECTOR_GP);
	regs[RBX] = before | BIT_ULL(29);
	check_fault(RUN("\x0f\x22\xc3"), VECTOR_GP);
	CHECK(CR0_NOW, before);
	/* Changes of reserved bits are ignored; L1 owns WP and TS. */
	regs[RBX] = before | BIT_ULL(6) | BIT_ULL(28) | BIT_ULL(16) | BIT_ULL(3);
	CHECK(RUN("\x0f\x22\xc3"), NO_TRAP);
	CHECK(CR0_NOW, before | BIT_ULL(16) | BIT_ULL(3));
	CHECK(RUN("\x0f\x06"), NO_TRAP);
	CHECK(CR0_NOW, before | BIT_ULL(16));
	regs[RBX] = 8;
	CHECK(RUN("\x0f\x01\xf3"), NO_TRAP);
	CHECK(CR0_NOW, (before & ~BIT_ULL(1)) | BIT_ULL(16) | BIT_ULL(3));
	regs[RBX] = before;
	CHECK(RUN("\x0f\x22\xc3"), NO_TRAP);
	CHECK(CR0_NOW, before);
}

/* SDM 3A, 4.5: a bit of CR3 beyond the physical address width is reserved. */
static void row_gp_cr3_beyond_the_address_width(void)
{
	u64 before;
	u32 bit;

	clear();
	before = read_cr("\x0f\x20\xd8");
	for (bit = 40; bit < 64; bit++) {
		regs[RBX] = before | BIT_ULL(bit);
		check_fault(RUN("\x0f\x22\xdb"), VECTOR_GP);
	}
	CHECK(read_cr("\x0f\x20\xd8"), before);
}

/* write_guest_cr4(): a bit that the CPU lacks raises #GP, one that the module owns raises #VE. */
static void row_cr4_obeys_its_fixed_bits(void)
{
	u32 bit;
	u64 before;

	clear();
	before = CR4_NOW;
	for (bit = 25; bit < 64; bit++) {
		regs[RBX] = before | BIT_ULL(bit);
		check_fault(RUN("\x0f\x22\xe3"), VECTOR_GP);
	}
	regs[RBX] = before & ~BIT_ULL(5);
	check_fault(RUN("\x0f\x22\xe3"), VECTOR_GP);
	regs[R9] = before | BIT_ULL(13);
	VE("\x41\x0f\x22\xe1", REASON_CR, 4 | 9 << 8);
	regs[RBX] = before | BIT_ULL(14);
	VE("\x0f\x22\xe3", REASON_CR, 4 | RBX << 8);
	regs[RBX] = before & ~BIT_ULL(6);
	VE("\x0f\x22\xe3", REASON_CR, 4 | RBX << 8);
	CHECK(CR4_NOW, before);
	regs[RBX] = before | BIT_ULL(7);
	CHECK(RUN("\x0f\x22\xe3"), NO_TRAP);
	CHECK(CR4_NOW, before | BIT_ULL(7));
	regs[RBX] = before;
	CHECK(RUN("\x0f\x22\xe3"), NO_TRAP);
}

/* virt_msr_helpers.h, calc_virt_ia32_vmx_cr4_fixed(): GUEST_CR4_L2_INIT, and what L1 may write. */
static void row_cr4_fixed1_describes_l2(void)
{
	u64 value = rdmsr(VMX_CR4_FIXED1);

	CHECK(value & CR4_L2_INITIAL, CR4_L2_INITIAL);
	CHECK(value & ~(CR4_L2_INITIAL | CR4_L2_WRITABLE), 0);
	CHECK(value & BIT_ULL(5), BIT_ULL(5));
}

static void row_ve_caches(void)
{
	clear();
	VE("\x0f\x09", REASON_WBINVD, 0);
	VE("\x0f\x08", REASON_INVD, 0);
	VE("\xf3\x0f\x09", REASON_WBINVD, 0);
}

static void row_ve_monitor_and_mwait(void)
{
	clear();
	regs[RAX] = ARENA;
	VE("\x0f\x01\xc8", REASON_MONITOR, 0);
	VE("\x0f\x01\xc9", REASON_MWAIT, 0);
}

static void row_ve_vmcall(void)
{
	static const u8 vmcall[] = { 0x0f, 0x01, 0xc1 };
	u64 info[REGS];

	clear();
	VE("\x0f\x01\xc1", REASON_VMCALL, 0);
	/* SDM 3C, VMCALL: an exit whatever the privilege. */
	CHECK(execute_as_user(vmcall, sizeof(vmcall), regs), VECTOR_VE);
	CHECK(get_info(info), 0);
	CHECK(info[RCX], REASON_VMCALL);
}

static void row_gp_rdpmc(void)
{
	clear();
	check_fault(RUN("\x0f\x33"), VECTOR_GP);
	CHECK(cpu_here()->trap.error, 0);
}

static void row_ud_instructions_of_vmx(void)
{
	clear();
	regs[RAX] = ARENA;
	CHECK(RUN("\x0f\x01\xc2"), VECTOR_UD);
	CHECK(RUN("\x0f\x01\xc3"), VECTOR_UD);
	CHECK(RUN("\x0f\x01\xc4"), VECTOR_UD);
	CHECK(RUN("\x0f\x78\xc1"), VECTOR_UD);
	CHECK(RUN("\x0f\x79\xc1"), VECTOR_UD);
	CHECK(RUN("\x0f\xc7\x30"), VECTOR_UD);
	CHECK(RUN("\x66\x0f\x01\xcf"), VECTOR_UD);
}

/* Intel's CPUs do not have them. */
static void row_ud_instructions_of_svm(void)
{
	u8 code[] = { 0x0f, 0x01, 0xd8 };

	for (; code[2] <= 0xdf; code[2]++) {
		clear();
		CHECK(execute(code, sizeof(code), regs), VECTOR_UD);
		CHECK(cpu_here()->trap.rip, code_address());
	}
}

static u64 view(u64 place)
{
	return SHARED_VIEW | place;
}

static void check_mmio(const void *code, u32 length, u64 qualification, u64 place)
{
	check_fault(execute(code, length, regs), VECTOR_VE);
	check_info(REASON_EPT, qualification, view(place), SHARED | place);
}

#define MMIO(bytes, qualification, place) \
	check_mmio(bytes, sizeof(bytes) - 1, qualification, place)

static void row_ve_mmio_read(void)
{
	clear();
	regs[RBX] = view(HPET);
	regs[RCX] = 0x10;
	MMIO("\x8b\x03", EPT_READ, HPET);
	MMIO("\x48\x8b\x83\xf0\x00\x00\x00", EPT_READ, HPET + 0xf0);
	MMIO("\x0f\xb6\x44\x8b\x04", EPT_READ, HPET + 0x44);
	MMIO("\x3b\x43\x08", EPT_READ, HPET + 8);
	MMIO("\xff\x33", EPT_READ, HPET);
}

static void row_ve_mmio_write(void)
{
	clear();
	regs[R9] = view(HPET);
	regs[RDI] = view(HPET) + 0x20;
	MMIO("\x41\x89\x01", EPT_WRITE, HPET);
	MMIO("\x41\xc7\x41\x10\x01\x00\x00\x00", EPT_WRITE, HPET + 0x10);
	MMIO("\xaa", EPT_WRITE, HPET + 0x20);
}

static void row_ve_mmio_by_string(void)
{
	clear();
	regs[RSI] = view(HPET) + 8;
	regs[RDI] = ARENA;
	MMIO("\xa4", EPT_READ, HPET + 8);
	regs[RDI] = view(HPET) + 0xf0;
	regs[RSI] = ARENA;
	MMIO("\x48\xa5", EPT_WRITE, HPET + 0xf0);
}

static void row_ve_mmio_fetch(void)
{
	clear();
	regs[RBX] = view(HPET);
	CHECK(RUN("\xff\xe3"), VECTOR_VE);
	CHECK(cpu_here()->trap.rip, view(HPET));
	check_info(REASON_EPT, EPT_FETCH, view(HPET), SHARED | HPET);
}

static void row_ve_info_is_there_once(void)
{
	u64 info[REGS];

	clear();
	CHECK(RUN("\xf4"), VECTOR_VE);
	CHECK(get_info(info), 0);
	CHECK(info[RCX], REASON_HLT);
	CHECK(get_info(info), NO_VALID_VE_INFO);
	CHECK(info[RCX], 0);
	CHECK(info[RDX], 0);
	CHECK(info[R8], 0);
	CHECK(info[R9], 0);
	CHECK(info[R10], 0);
	CHECK(info[RBX], 0x5a5a5a5a5a5a5a5aULL);
	CHECK(info[R11], 0x5a5a5a5a5a5a5a5aULL);
}

/* tdx_inject_ve(): while the first one is not fetched, inject_df(). */
static void row_df_a_second_ve_before_the_first_is_fetched(void)
{
	u64 info[REGS];

	clear();
	regs[RDX] = 0x80;
	CHECK(RUN("\xee"), VECTOR_VE);
	check_fault(RUN("\xf4"), VECTOR_DF);
	CHECK(cpu_here()->trap.error, 0);
	CHECK(get_info(info), 0);
	CHECK(info[RCX], REASON_IO);
	CHECK(info[RDX], IO_PORT(0x80) | IO_SIZE(1));
	CHECK(get_info(info), NO_VALID_VE_INFO);
}

/* tdx_td_dispatcher.c: no NMI window while there is information that is not fetched. */
static void row_an_nmi_waits_until_the_ve_is_fetched(void)
{
	struct cpu *cpu = cpu_here();
	u64 info[REGS];
	u32 before;

	clear();
	CHECK(RUN("\xf4"), VECTOR_VE);
	before = cpu->arrivals;
	CHECK(tdvmcall(VMCALL_WRMSR, ICR, ICR_NMI_SELF, 0, 0, NULL), 0);
	CHECK(RUN("\x90"), NO_TRAP);
	CHECK(cpu->arrivals, before);
	CHECK(get_info(info), 0);
	CHECK(info[RCX], REASON_HLT);
	CHECK(cpu->arrivals, before + 1);
	CHECK(cpu->arrived[before % 64], VECTOR_NMI);
}

/* tdx_td_dispatcher.c, td_call(), requires 64-bit mode; SDM 2B, TDCALL, requires CPL 0. */
static void row_gp_tdcall_of_user_space(void)
{
	static const u8 code[] = { 0x66, 0x0f, 0x01, 0xcc };

	clear();
	regs[RAX] = TDG_VP_INFO;
	CHECK(execute_as_user(code, sizeof(code), regs), VECTOR_GP);
	CHECK(cpu_here()->trap.error, 0);
}

/* LRETQ to a segment of 32 bits, TDCALL there, and back by the trap or by HLT's. */
static void row_gp_tdcall_in_compatibility_mode(void)
{
	static const u8 code[] = {
		0x6a, SELECTOR_CODE_32, 0x53, 0x48, 0xcb, 0x66, 0x0f, 0x01, 0xcc, 0xf4,
	};

	clear();
	regs[RAX] = TDG_VP_INFO;
	regs[RBX] = code_address() + 5;
	CHECK(execute(code, sizeof(code), regs), VECTOR_GP);
	CHECK(cpu_here()->trap.rip, code_address() + 5);
	CHECK(cpu_here()->trap.cs, SELECTOR_CODE_32);
}

/* SDM 3C, "Self-IPI Virtualization": below 16 is an exit, which comes after the write. */
static void row_ve_self_ipi_of_an_illegal_vector(void)
{
	u64 info[REGS];

	clear();
	regs[RCX] = SELF_IPI;
	regs[RAX] = 5;
	CHECK(RUN("\x0f\x30"), VECTOR_VE);
	CHECK(cpu_here()->trap.rip, code_address() + 2);
	CHECK(get_info(info), 0);
	CHECK(info[RCX], REASON_APIC);
	CHECK(info[RDX], 0x3f0);
}

/* SDM 3C, "Virtualizing MSR-Based APIC Accesses": bits that are reserved there are #GP. */
static void row_gp_apic_registers(void)
{
	static const struct {
		u32 msr;
		u64 value;
	} writes[] = {
		{ 0x808, 0x100 }, { 0x80b, 1 }, { 0x83f, 0x100 }, { 0x80a, 0 }, { 0x810, 0 },
		{ 0x818, 0 }, { 0x820, 0 }, { 0x827, 0 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(writes); i++) {
		clear();
		regs[RCX] = writes[i].msr;
		regs[RAX] = writes[i].value;
		check_fault(RUN("\x0f\x30"), VECTOR_GP);
	}
}

const struct row ve_rows[] = {
	ROW(row_ve_cpuid_of_the_hosts_leaves),
	ROW(row_ve_the_length_counts_prefixes),
	ROW(row_ve_cpuid_of_leaves_that_the_module_does_not_know),
	ROW(row_no_ve_cpuid_of_leaves_that_the_module_knows),
	ROW(row_cpuid_above_the_last_leaf_is_the_last),
	ROW(row_cpuid_with_a_prefix_goes_on_behind_it),
	ROW(row_ve_cpuid_as_cpuidve_set_says),
	ROW(row_ve_hlt),
	ROW(row_ve_port_by_register),
	ROW(row_ve_port_by_number),
	ROW(row_ve_port_by_string),
	ROW(row_ve_msrs_of_the_host),
	ROW(row_gp_msrs_that_a_td_lacks),
	ROW(row_gp_writes_of_vmx_capabilities),
	ROW(row_performance_capabilities_are_zero),
	ROW(row_ve_efer),
	ROW(row_cr0_obeys_its_fixed_bits),
	ROW(row_gp_cr3_beyond_the_address_width),
	ROW(row_cr4_obeys_its_fixed_bits),
	ROW(row_cr4_fixed1_describes_l2),
	ROW(row_ve_caches),
	ROW(row_ve_monitor_and_mwait),
	ROW(row_ve_vmcall),
	ROW(row_gp_rdpmc),
	ROW(row_ud_instructions_of_vmx),
	ROW(row_ud_instructions_of_svm),
	ROW(row_ve_mmio_read),
	ROW(row_ve_mmio_write),
	ROW(row_ve_mmio_by_string),
	ROW(row_ve_mmio_fetch),
	ROW(row_ve_info_is_there_once),
	ROW(row_df_a_second_ve_before_the_first_is_fetched),
	ROW(row_an_nmi_waits_until_the_ve_is_fetched),
	ROW(row_gp_tdcall_of_user_space),
	ROW(row_gp_tdcall_in_compatibility_mode),
	ROW(row_ve_self_ipi_of_an_illegal_vector),
	ROW(row_gp_apic_registers),
};

const u32 ve_count = ARRAY_SIZE(ve_rows);
