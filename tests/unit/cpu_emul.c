// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The emulated CPU; see shim_cpu.h. The rules are those of the Intel SDM: volume 1, chapter 13
 * (XSAVE, XRSTOR, XFD) and "Guidelines for Writing to the MXCSR Register", volume 2 (each
 * instruction), volume 4 (which CPU has which MSR).
 */
#include "../harness/check.h"
#include "shim_cpu.h"

/* XSAVE area, standard format. The offsets beyond the header are specific to this CPU. */
#define AREA_AVX	576
#define AREA_TILES	832
#define AREA_SIZE	896

/* State component of PKRU, which this CPU does not store in the area. */
#define CPU_PKRU	BIT(9)

struct cpu cpu;
struct shim_cpu_data boot_cpu_data;

/* In the order of enum cpu_msr. @needs: requires one of these features; 0: every CPU has it. */
static const struct {
	u32 number;
	unsigned int needs;
} msrs[CPU_MSRS] = {
	{ MSR_IA32_SPEC_CTRL, CPU_SPEC_CTRL },
	{ MSR_IA32_XSS, CPU_XSAVES },
	{ MSR_IA32_XFD, CPU_AMX },
	{ MSR_IA32_XFD_ERR, CPU_AMX },
	{ MSR_IA32_U_CET, CPU_SHSTK | CPU_IBT },
	{ MSR_IA32_PL0_SSP, CPU_SHSTK },
	{ MSR_IA32_PL1_SSP, CPU_SHSTK },
	{ MSR_IA32_PL2_SSP, CPU_SHSTK },
	{ MSR_IA32_PL3_SSP, CPU_SHSTK },
	{ MSR_KERNEL_GS_BASE, 0 },
	{ MSR_STAR, 0 },
	{ MSR_LSTAR, 0 },
	{ MSR_SYSCALL_MASK, 0 },
	{ MSR_TSC_AUX, 0 },
};

void cpu_reset(unsigned int has, uint64_t cr4)
{
	memset(&cpu, 0, sizeof(cpu));
	cpu.has = has;
	cpu.cr4 = cr4;
	cpu.registers.xcr0 = CPU_X87;
	cpu.registers.dr6 = DR6_RESERVED;
	cpu.registers.dr7 = CPU_DR7_RESET;
	cpu.registers.extended.mxcsr = CPU_MXCSR_DEFAULT;
	shim_irqs_off = 0;
	boot_cpu_data.cpuid_level = has & CPU_XSAVE ? 0x1f : 0xb;
}

bool cpu_has_msr(enum cpu_msr msr)
{
	return !msrs[msr].needs || cpu.has & msrs[msr].needs;
}

uint64_t cpu_components(void)
{
	return CPU_X87 | CPU_SSE | CPU_AVX | (cpu.has & CPU_PKU ? CPU_PKRU : 0) |
	       (cpu.has & CPU_AMX ? CPU_TILES : 0);
}

/* ---- CPUID ---- */

u32 cpuid_ecx(u32 leaf)
{
	check(leaf == 1, "CPUID leaf %x", leaf);
	return cpu.has & CPU_XSAVE ? BIT(26) : 0;
}

static u32 area_size(u64 components)
{
	if (components & CPU_TILES)
		return AREA_SIZE;
	return components & CPU_AVX ? AREA_TILES : AREA_AVX;
}

void cpuid_count(u32 leaf, u32 subleaf, u32 *eax, u32 *ebx, u32 *ecx, u32 *edx)
{
	*eax = *ebx = *ecx = *edx = 0;
	if (leaf == 7 && !subleaf) {
		*ecx = (cpu.has & CPU_PKU ? BIT(3) : 0) | (cpu.has & CPU_SHSTK ? BIT(7) : 0);
		*edx = (cpu.has & CPU_IBT ? BIT(20) : 0) |
		       (cpu.has & CPU_SPEC_CTRL ? BIT(26) : 0);
		return;
	}
	check(leaf == 0xd && cpu.has & CPU_XSAVE, "CPUID leaf %x", leaf);
	if (subleaf == 1)
		*eax = (cpu.has & CPU_XSAVES ? BIT(3) : 0) | (cpu.has & CPU_AMX ? BIT(4) : 0);
	else
		*ebx = area_size(cpu.registers.xcr0);
}

/* ---- MSRs ---- */

static enum cpu_msr msr_find(u32 number)
{
	enum cpu_msr msr;

	for (msr = 0; msr < CPU_MSRS && msrs[msr].number != number; msr++)
		;
	check(msr < CPU_MSRS && cpu_has_msr(msr), "#GP: MSR %x", number);
	return msr;
}

u64 insn_rdmsr(u32 number)
{
	return cpu.registers.msr[msr_find(number)];
}

static void predictor_barrier_run(u64 value)
{
	check(cpu.has & CPU_SPEC_CTRL && value == PRED_CMD_IBPB, "#GP: PRED_CMD");
	cpu.barriers++;
}

int shim_wrmsr_safe(u32 number, u64 value)
{
	/* Intel SDM, volume 4, table 2-2: the upper half of TSC_AUX is reserved. */
	if (number == cpu.refused || (number == MSR_TSC_AUX && value >> 32))
		return -EIO;
	insn_wrmsr(number, value);
	return 0;
}

static void write_note(u32 what)
{
	if (!cpu.first)
		cpu.first = what;
}

void insn_wrmsr(u32 number, u64 value)
{
	write_note(number);
	if (number == MSR_IA32_PRED_CMD)
		predictor_barrier_run(value);
	else
		cpu.registers.msr[msr_find(number)] = value;
}

/* ---- CR4, XCR0, PKRU ---- */

void insn_write_cr4(unsigned long value)
{
	check(shim_irqs_off, "CR4 changes with interrupts on");
	check(cpu.has & CPU_XSAVE || !(value & X86_CR4_OSXSAVE), "#GP: CR4.OSXSAVE");
	check(cpu.has & CPU_PKU || !(value & X86_CR4_PKE), "#GP: CR4.PKE");
	cpu.cr4 = value;
}

static void check_osxsave(void)
{
	check(cpu.cr4 & X86_CR4_OSXSAVE, "#UD: CR4.OSXSAVE is 0");
	cpu.xsave_uses++;
}

u64 xgetbv(u32 index)
{
	check(cpu.cr4 & X86_CR4_OSXSAVE && !index, "#UD: XGETBV");
	return cpu.registers.xcr0;
}

int insn_xsetbv_safe(u64 value)
{
	check_osxsave();
	if (value & ~cpu_components() || !(value & CPU_X87) ||
	    (value & CPU_AVX && !(value & CPU_SSE)))
		return -EINVAL;
	write_note(CPU_NO_MSR);
	cpu.registers.xcr0 = value;
	return 0;
}

void insn_xsetbv(u64 value)
{
	check(!insn_xsetbv_safe(value), "#GP: XSETBV %llx", value);
}

u32 insn_rdpkru(void)
{
	check(cpu.cr4 & X86_CR4_PKE, "#UD: RDPKRU");
	return cpu.registers.pkru;
}

void insn_wrpkru(u32 value)
{
	check(cpu.cr4 & X86_CR4_PKE, "#UD: WRPKRU");
	write_note(CPU_NO_MSR);
	cpu.registers.pkru = value;
}

/* ---- extended state ---- */

/* From Linux 6.6 on: XFEATURE_MASK_CET_USER (arch/x86/include/asm/fpu/xstate.h). */
static void task_cet_save(void)
{
	cpu.task_u_cet = cpu.registers.msr[CPU_MSR_U_CET];
	cpu.task_pl3_ssp = cpu.registers.msr[CPU_MSR_PL3_SSP];
}

/*
 * The registers of the task are saved unless they have been saved before (Linux,
 * kernel_fpu_begin_mask()). The kernel's own use of the registers leaves arbitrary values in them.
 */
void kernel_fpu_begin(void)
{
	struct cpu_extended *extended = &cpu.registers.extended;

	check(!cpu.kernel_fpu, "kernel_fpu_begin() twice");
	cpu.kernel_fpu = true;
	if (cpu.task_live)
		task_cet_save();
	cpu.task_live = false;
	memset(extended, 0x4b, offsetof(struct cpu_extended, avx));
	extended->mxcsr = CPU_MXCSR_DEFAULT;
}

void kernel_fpu_end(void)
{
	check(cpu.kernel_fpu, "kernel_fpu_end() without kernel_fpu_begin()");
	cpu.kernel_fpu = false;
}

/* XFD disables tile data: a load would fault, and a store would lose the data. */
static u64 components_check(const void *area, u64 components)
{
	check_osxsave();
	check(!((uintptr_t)area % 64), "#GP: the area is at %p", area);
	components &= cpu.registers.xcr0;
	if (cpu.has & CPU_AMX && components & CPU_TILES)
		check(!cpu.registers.msr[CPU_MSR_XFD], "#NM: XFD is on");
	/* PKRU would have VTL0's value while VTL2 runs, so it must be switched separately. */
	check(!(components & CPU_PKRU), "PKRU is loaded with the rest");
	return components;
}

static void legacy_load(const struct fxregs_state *area, u64 components)
{
	struct cpu_extended *extended = &cpu.registers.extended;

	check(!(area->mxcsr & ~CPU_MXCSR_MASK), "#GP: MXCSR %x", area->mxcsr);
	if (components & CPU_X87) {
		memcpy(extended->x87, area->x87, sizeof(area->x87));
		memcpy(extended->st, area->st, sizeof(area->st));
	}
	if (components & CPU_SSE)
		memcpy(extended->xmm, area->xmm, sizeof(area->xmm));
	if (components & (CPU_SSE | CPU_AVX))
		extended->mxcsr = area->mxcsr;
}

static void legacy_store(struct fxregs_state *area, u64 components)
{
	const struct cpu_extended *extended = &cpu.registers.extended;

	if (components & CPU_X87) {
		memcpy(area->x87, extended->x87, sizeof(area->x87));
		memcpy(area->st, extended->st, sizeof(area->st));
	}
	if (components & CPU_SSE)
		memcpy(area->xmm, extended->xmm, sizeof(area->xmm));
	if (components & (CPU_SSE | CPU_AVX)) {
		area->mxcsr = extended->mxcsr;
		area->mxcsr_mask = CPU_MXCSR_MASK;
	}
}

/* A component that the header does not mark as present is loaded with its reset value. */
static void component_load(void *to, const u8 *from, size_t size, bool present)
{
	if (present)
		memcpy(to, from, size);
	else
		memset(to, 0, size);
}

static void xrstor(const struct xregs_state *area, u64 components)
{
	struct cpu_extended *extended = &cpu.registers.extended;
	u64 present = area->header.xfeatures;
	const u8 *bytes = (const u8 *)area;

	components = components_check(area, components);
	check(!(present & ~cpu.registers.xcr0) && !area->header.xcomp_bv,
	      "#GP: the header has %llx", present);
	/* The driver marks both as present, so their absence is not emulated. */
	check((present & components & 3) == (components & 3), "x87 and SSE are absent");
	legacy_load(&area->i387, components);
	if (components & CPU_AVX)
		component_load(extended->avx, bytes + AREA_AVX, sizeof(extended->avx),
			       present & CPU_AVX);
	if (components & CPU_TILES)
		component_load(extended->tiles, bytes + AREA_TILES, sizeof(extended->tiles),
			       present & CPU_TILES);
}

static void xsave(struct xregs_state *area, u64 components)
{
	const struct cpu_extended *extended = &cpu.registers.extended;
	u8 *bytes = (u8 *)area;

	components = components_check(area, components);
	legacy_store(&area->i387, components);
	if (components & CPU_AVX)
		memcpy(bytes + AREA_AVX, extended->avx, sizeof(extended->avx));
	if (components & CPU_TILES)
		memcpy(bytes + AREA_TILES, extended->tiles, sizeof(extended->tiles));
	area->header.xfeatures |= components;
}

void insn_extended_load(const void *area, u64 components)
{
	check(!cpu.task_live, "the registers of a task are lost");
	check(!cpu.kernel_fpu, "the kernel's own registers are lost");
	if (components)
		xrstor(area, components);
	else
		legacy_load(area, CPU_X87 | CPU_SSE);
}

void insn_extended_store(void *area, u64 components)
{
	check(!cpu.task_live, "the registers belong to a task");
	if (components)
		xsave(area, components);
	else
		legacy_store(area, CPU_X87 | CPU_SSE);
}

/* ---- debug registers ---- */

/* While a breakpoint is enabled, it would apply to an address of the other VTL. */
void cpu_write_dr(unsigned int number, u64 value)
{
	check(!(cpu.registers.dr7 & CPU_DR7_ENABLE), "DR%u changes with DR7 %lx", number,
	      cpu.registers.dr7);
	cpu.registers.dr[number] = value;
}

/* ---- memory ---- */

void *shim_cpu_alloc(size_t size)
{
	void *memory;

	if (++shim_allocations == shim_fail_at)
		return NULL;
	memory = aligned_alloc(size & (size - 1) ? 16 : size, size);
	if (memory)
		memset(memory, 0, size);
	return memory;
}
