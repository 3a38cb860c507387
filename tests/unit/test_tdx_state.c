// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The registers that VTL2 and VTL0 share on TDX: driver/platform/tdx/state.c on an emulated CPU
 * (shim_cpu.h), which has features that QEMU's CPU lacks.
 *
 * Both sides have random values, so that a register cannot have the right value by chance.
 * docs/state.md has the table that says when each register is switched.
 */
#include "../harness/check.h"
#include "shim_cpu.h"
#include "../harness/program.h"
#include "../../driver/platform/tdx/state.c"

#define SESSIONS	300
#define ENTRIES_MAX	6

/* The kernel uses all features of the CPU; with "noxsave", it uses none of them. */
#define CR4_ALL		(X86_CR4_OSXSAVE | X86_CR4_PKE | X86_CR4_PAE)
#define CR4_NOXSAVE	X86_CR4_PAE

/* MSRs up to this one are switched at each entry, the rest of enum cpu_msr once per session. */
#define ENTRY_MSR_LAST	CPU_MSR_XFD_ERR

static struct stream stream;
static struct tdx_state state;
static struct mshv_tdx_context context;

/* The values that each side has in its registers while it runs. */
static struct cpu_registers vtl2;
static struct cpu_registers vtl0;

/* DR7 when VTL2 calls the TDX module, which returns with the same value. */
static uint64_t dr7_at_call;

static bool kernel_uses(u64 cr4_bit)
{
	return cpu.cr4 & cr4_bit;
}

static int teardown(void **unused)
{
	kfree(state.extended);
	state.extended = NULL;
	return 0;
}

/* ---- values ---- */

static u64 msr_value(enum cpu_msr msr)
{
	if (msr == CPU_MSR_XFD)
		return random_once_in(&stream, 2) ? CPU_TILES : 0;
	return msr == CPU_MSR_TSC_AUX ? (u32)random_next(&stream) : random_next(&stream);
}

static void msrs_change(struct cpu_registers *registers, enum cpu_msr first,
			enum cpu_msr last)
{
	enum cpu_msr msr;

	for (msr = first; msr <= last; msr++) {
		if (cpu_has_msr(msr))
			registers->msr[msr] = msr_value(msr);
	}
}

static void legacy_change(struct cpu_extended *extended)
{
	random_fill(&stream, extended, offsetof(struct cpu_extended, avx));
	extended->mxcsr &= CPU_MXCSR_MASK;
}

static void extended_change(struct cpu_extended *extended)
{
	legacy_change(extended);
	if (cpu.has & CPU_XSAVE)
		random_fill(&stream, extended->avx, sizeof(extended->avx));
	if (cpu.has & CPU_AMX)
		random_fill(&stream, extended->tiles, sizeof(extended->tiles));
}

static void debug_registers_change(struct cpu_registers *registers)
{
	random_fill(&stream, registers->dr, sizeof(registers->dr));
}

/* Linux uses the debug registers only while a breakpoint is enabled. */
static void breakpoints_change(void)
{
	if (random_once_in(&stream, 2))
		debug_registers_change(&cpu.registers);
	cpu.registers.dr7 = random_once_in(&stream, 2) ?
		CPU_DR7_RESET : CPU_DR7_RESET | 1 | random_below(&stream, 256);
}

/* ---- the two sides ---- */

/* The changes by an interrupt of VTL2, or by another task before the session. */
static void vtl2_work(void)
{
	struct cpu_registers *registers = &cpu.registers;

	msrs_change(registers, 0, ENTRY_MSR_LAST);
	registers->cr2 = random_next(&stream);
	breakpoints_change();
	if (kernel_uses(X86_CR4_PKE))
		registers->pkru = random_next(&stream);
	if (kernel_uses(X86_CR4_OSXSAVE))
		extended_change(&registers->extended);
	else
		legacy_change(&registers->extended);
}

/* Changes all that VTL0 may write without an exit, if the VMM allows it. */
static void vtl0_work(void)
{
	struct cpu_registers *registers = &cpu.registers;

	if (random_once_in(&stream, 4))
		return;
	msrs_change(registers, 0, CPU_MSRS - 1);
	registers->cr2 = random_next(&stream);
	debug_registers_change(registers);
	registers->dr6 = random_once_in(&stream, 2) ? DR6_RESERVED : DR6_RESERVED | 3;
	if (cpu.has & CPU_PKU)
		registers->pkru = random_next(&stream);
	extended_change(&registers->extended);
}

/* If the CPU has no XSS, the VMM's value is unchanged. */
static u64 xss_of_vmm(void)
{
	return cpu_has_msr(CPU_MSR_XSS) ? vtl0.msr[CPU_MSR_XSS] : 0x5a5a;
}

static void vmm_write_msrs(void)
{
	msrs_change(&vtl0, CPU_MSR_KERNEL_GS_BASE, CPU_MSR_TSC_AUX);
	context.vp_state.msr_kernel_gs_base = vtl0.msr[CPU_MSR_KERNEL_GS_BASE];
	context.vp_state.msr_star = vtl0.msr[CPU_MSR_STAR];
	context.vp_state.msr_lstar = vtl0.msr[CPU_MSR_LSTAR];
	context.vp_state.msr_sfmask = vtl0.msr[CPU_MSR_SYSCALL_MASK];
	/* OpenHCL's VMM stores all bits of what VTL0 writes (write_msr_tdx() in its tdx/mod.rs). */
	context.vp_state.msr_tsc_aux = vtl0.msr[CPU_MSR_TSC_AUX] | random_next(&stream) << 32;
	msrs_change(&vtl0, CPU_MSR_XSS, CPU_MSR_XSS);
	context.vp_state.msr_xss = xss_of_vmm();
	vtl0.cr2 = random_next(&stream);
	context.vp_state.cr2 = vtl0.cr2;
}

/* The 512 bytes of FXSAVE; MXCSR also has reserved bits, which must not be loaded. */
static void vmm_write_fx_state(void)
{
	struct fxregs_state *fx = (struct fxregs_state *)context.fx_state;

	random_fill(&stream, fx, sizeof(*fx));
	memcpy(vtl0.extended.x87, fx->x87, sizeof(fx->x87));
	memcpy(vtl0.extended.st, fx->st, sizeof(fx->st));
	memcpy(vtl0.extended.xmm, fx->xmm, sizeof(fx->xmm));
	vtl0.extended.mxcsr = fx->mxcsr & CPU_MXCSR_MASK;
}

static void vmm_work(void)
{
	vmm_write_msrs();
	vmm_write_fx_state();
}

static void machine_start(unsigned int has, u64 cr4)
{
	stream.at = 1;
	cpu_reset(has, cr4);
	cpu.task_live = true;
	if (kernel_uses(X86_CR4_OSXSAVE))
		cpu.registers.xcr0 = cpu_components();

	memset(&features, 0, sizeof(features));
	predictor_barrier = PREDICTOR_BARRIER_SESSION;
	vtl_tdx_state_init();
	assert_false(cpu.kernel_fpu);

	memset(&context, 0, sizeof(context));
	teardown(NULL);
	memset(&state, 0, sizeof(state));
	state.extended = vtl_tdx_state_alloc();
	assert_non_null(state.extended);
	vtl_tdx_state_reset(&state, false);

	/* VTL0 starts with the state of a CPU after reset. */
	cpu_reset(has, cr4);
	vtl0 = cpu.registers;
	if (kernel_uses(X86_CR4_OSXSAVE))
		cpu.registers.xcr0 = cpu_components();
	vtl2 = cpu.registers;
	/* The VMM always writes these registers before it starts VTL0. */
	vmm_work();
}

/* ---- what has to be true ---- */

static void extended_check(const struct cpu_extended *extended)
{
	check(!memcmp(extended->x87, vtl0.extended.x87, sizeof(extended->x87)), "x87 control");
	check(extended->mxcsr == vtl0.extended.mxcsr, "%x, wanted %x", extended->mxcsr,
	      vtl0.extended.mxcsr);
	check(!memcmp(extended->st, vtl0.extended.st, sizeof(extended->st)), "x87");
	check(!memcmp(extended->xmm, vtl0.extended.xmm, sizeof(extended->xmm)), "SSE");
	check(!memcmp(extended->avx, vtl0.extended.avx, sizeof(extended->avx)), "AVX");
	check(!memcmp(extended->tiles, vtl0.extended.tiles, sizeof(extended->tiles)), "AMX");
}

static void msrs_check(const char *whose, const struct cpu_registers *wanted,
		       enum cpu_msr first, enum cpu_msr last)
{
	const u64 *has = (const u64 *)cpu.registers.msr;
	enum cpu_msr msr;

	for (msr = first; msr <= last; msr++)
		check(has[msr] == wanted->msr[msr], "%s, MSR no. %u: %llx, wanted %llx", whose,
		      msr, has[msr], (u64)wanted->msr[msr]);
}

/* While VTL0 runs, each register has VTL0's value, so that it has not VTL2's. */
static void vtl0_check(void)
{
	const struct cpu_registers *registers = &cpu.registers;

	msrs_check("VTL0", &vtl0, 0, CPU_MSRS - 1);
	check(registers->cr2 == vtl0.cr2, "VTL0");
	check(registers->xcr0 == vtl0.xcr0, "VTL0: %lx, wanted %lx", registers->xcr0, vtl0.xcr0);
	check(registers->pkru == vtl0.pkru, "VTL0: %x, wanted %x", registers->pkru, vtl0.pkru);
	check(registers->dr6 == vtl0.dr6, "VTL0: %lx, wanted %lx", registers->dr6, vtl0.dr6);
	check(!memcmp(registers->dr, vtl0.dr, sizeof(vtl0.dr)), "VTL0");
	extended_check(&registers->extended);
}

/* VTL2's kernel runs, but its task does not run yet. */
static void vtl2_kernel_check(void)
{
	const struct cpu_registers *registers = &cpu.registers;

	msrs_check("VTL2", &vtl2, 0, ENTRY_MSR_LAST);
	check(registers->dr6 == DR6_RESERVED, "VTL2: %lx", registers->dr6);
	if (kernel_uses(X86_CR4_PKE))
		check(registers->pkru == vtl2.pkru, "VTL2");
	if (kernel_uses(X86_CR4_OSXSAVE))
		check(registers->xcr0 == vtl2.xcr0, "VTL2: %lx", registers->xcr0);
	check(registers->dr7 == vtl2.dr7, "VTL2: %lx, wanted %lx", registers->dr7, vtl2.dr7);
	if (vtl2.dr7 & DR7_ENABLE)
		check(!memcmp(registers->dr, vtl2.dr, sizeof(vtl2.dr)), "VTL2");
}

/* The session is over: the task's registers are restored, and the VMM can read VTL0's. */
static void vtl2_task_check(void)
{
	vtl2_kernel_check();
	msrs_check("VTL2's task", &vtl2, ENTRY_MSR_LAST + 1, CPU_MSRS - 1);
	check(cpu.task_u_cet == vtl2.msr[CPU_MSR_U_CET], "%lx is saved as the task's U_CET",
	      cpu.task_u_cet);
	check(cpu.task_pl3_ssp == vtl2.msr[CPU_MSR_PL3_SSP], "%lx is saved as the task's PL3_SSP",
	      cpu.task_pl3_ssp);
}

static void context_check(void)
{
	const struct fxregs_state *fx = (const struct fxregs_state *)context.fx_state;

	check(context.vp_state.msr_kernel_gs_base == vtl0.msr[CPU_MSR_KERNEL_GS_BASE], "-");
	check(context.vp_state.msr_star == vtl0.msr[CPU_MSR_STAR], "-");
	check(context.vp_state.msr_lstar == vtl0.msr[CPU_MSR_LSTAR], "-");
	check(context.vp_state.msr_sfmask == vtl0.msr[CPU_MSR_SYSCALL_MASK], "-");
	check(context.vp_state.msr_tsc_aux == vtl0.msr[CPU_MSR_TSC_AUX], "-");
	check(context.vp_state.msr_xss == xss_of_vmm(), "%llx", context.vp_state.msr_xss);
	check(context.vp_state.cr2 == vtl0.cr2, "-");
	check(!memcmp(fx->x87, vtl0.extended.x87, sizeof(fx->x87)), "-");
	check(!memcmp(fx->st, vtl0.extended.st, sizeof(fx->st)), "-");
	check(!memcmp(fx->xmm, vtl0.extended.xmm, sizeof(fx->xmm)), "-");
	check(fx->mxcsr == vtl0.extended.mxcsr, "-");
}

/* ---- a session ---- */

/* VTL2's task has run before, and its registers are in the CPU. */
static void task_run(void)
{
	vtl2_work();
	msrs_change(&cpu.registers, 0, CPU_MSRS - 1);
	vtl2 = cpu.registers;
	cpu.task_live = true;
}

static void session_start(void)
{
	task_run();
	shim_irqs_off = 1;
	assert_int_equal(vtl_tdx_state_session_begin(&state, &context), 0);
}

static void vtl0_enter(void)
{
	/* Only these can change by an interrupt: the other registers have VTL0's values. */
	memcpy(vtl2.msr, cpu.registers.msr, sizeof(vtl2.msr[0]) * (ENTRY_MSR_LAST + 1));
	memcpy(vtl2.dr, cpu.registers.dr, sizeof(vtl2.dr));
	vtl2.dr7 = cpu.registers.dr7;
	vtl2.pkru = cpu.registers.pkru;
	vtl_tdx_state_enter(&state);
	/* VTL0's addresses are loaded, while VTL2 still runs. */
	check(!(cpu.registers.dr7 & CPU_DR7_ENABLE), "DR7 is %lx", cpu.registers.dr7);
	/* The TDX module switches DR7. */
	dr7_at_call = cpu.registers.dr7;
	cpu.registers.dr7 = CPU_DR7_RESET | random_below(&stream, 256);
	vtl0_check();
}

static void vtl0_leave(void)
{
	vtl0 = cpu.registers;
	cpu.registers.dr7 = dr7_at_call;
	vtl_tdx_state_leave(&state);
	vtl2_kernel_check();
}

static void session_finish(void)
{
	shim_irqs_off = 0;
	vtl_tdx_state_session_end(&state, &context);
	vtl2_task_check();
	context_check();
}

static void session_run(unsigned int entries)
{
	session_start();
	while (entries--) {
		if (random_once_in(&stream, 2))
			vtl2_work();
		vtl0_enter();
		vtl0_work();
		vtl0_leave();
	}
	session_finish();
}

static void sessions_run(unsigned int sessions)
{
	while (sessions--) {
		if (random_once_in(&stream, 2))
			vmm_work();
		session_run(random_below(&stream, ENTRIES_MAX));
	}
}

/* ---- tests ---- */

static void each_side_keeps_its_registers(void **unused)
{
	machine_start(CPU_ALL, CR4_ALL);
	sessions_run(SESSIONS);
}

/* The CPU fails the test when it executes an instruction, or accesses an MSR, that it lacks. */
static void missing_features_are_not_accessed(void **unused)
{
	static const struct {
		unsigned int lacks;
		u64 cr4;
	} cpus[] = {
		{ CPU_SPEC_CTRL, CR4_ALL },
		{ CPU_XSAVES, CR4_ALL },
		{ CPU_AMX, CR4_ALL },
		{ CPU_SHSTK, CR4_ALL },
		{ CPU_IBT, CR4_ALL },
		{ CPU_SHSTK | CPU_IBT, CR4_ALL },
		{ CPU_PKU, X86_CR4_OSXSAVE },
		{ CPU_XSAVE | CPU_XSAVES | CPU_AMX | CPU_PKU, 0 },
		{ CPU_ALL, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cpus); i++) {
		machine_start(CPU_ALL & ~cpus[i].lacks, cpus[i].cr4);
		sessions_run(SESSIONS);
		vtl_tdx_state_reset(&state, true);
	}
}

static void features_that_the_kernel_does_not_use_are_not_accessed(void **unused)
{
	machine_start(CPU_ALL, CR4_NOXSAVE);
	sessions_run(SESSIONS);
	assert_int_equal(cpu.xsave_uses, 0);
	assert_int_equal(cpu.registers.xcr0, CPU_X87);
	assert_int_equal(cpu.cr4, CR4_NOXSAVE);

	/* The kernel uses everything except protection keys. */
	machine_start(CPU_ALL, X86_CR4_OSXSAVE);
	sessions_run(SESSIONS);
}

static void refuse(u32 msr)
{
	struct mshv_tdx_context context_before;
	struct cpu_registers before;

	vmm_work();
	task_run();
	before = cpu.registers;
	context_before = context;
	cpu.refused = msr;
	shim_irqs_off = 1;
	assert_int_equal(vtl_tdx_state_session_begin(&state, &context), -EINVAL);
	shim_irqs_off = 0;
	cpu.refused = 0;

	check(!memcmp(&before, &cpu.registers, sizeof(before)), "MSR %x refused", msr);
	check(!memcmp(&context_before, &context, sizeof(context)), "MSR %x refused", msr);
	/* The VMM corrects the value. */
	session_run(2);
}

static void a_refused_value_changes_nothing(void **unused)
{
	static const u32 msrs[] = {
		MSR_IA32_XSS, MSR_KERNEL_GS_BASE, MSR_STAR, MSR_LSTAR, MSR_SYSCALL_MASK,
		MSR_TSC_AUX,
	};
	size_t i;

	machine_start(CPU_ALL, CR4_ALL);
	sessions_run(3);
	for (i = 0; i < ARRAY_SIZE(msrs); i++)
		refuse(msrs[i]);
}

/* VTL0's speculation controls must not apply to more of VTL2 than necessary. */
static void spec_ctrl_is_the_first_that_is_restored(void **unused)
{
	machine_start(CPU_ALL, CR4_ALL);
	vmm_work();
	session_start();
	vtl0_enter();
	cpu.registers.msr[CPU_MSR_SPEC_CTRL] = ~vtl2.msr[CPU_MSR_SPEC_CTRL];
	cpu.registers.msr[CPU_MSR_XFD] = CPU_TILES;
	cpu.registers.msr[CPU_MSR_XFD_ERR] = ~vtl2.msr[CPU_MSR_XFD_ERR];
	cpu.registers.pkru = ~vtl2.pkru;
	cpu.first = 0;
	vtl0_leave();
	assert_int_equal(cpu.first, MSR_IA32_SPEC_CTRL);
	session_finish();
}

/* The CPU fails the test if tile data is loaded or stored while XFD disables it. */
static void tile_data_survives_the_xfd_of_either(void **unused)
{
	unsigned int both;

	machine_start(CPU_ALL, CR4_ALL);
	for (both = 0; both < 4; both++) {
		session_start();
		vtl0_enter();
		cpu.registers.msr[CPU_MSR_XFD] = both & 1 ? CPU_TILES : 0;
		extended_change(&cpu.registers.extended);
		vtl0_leave();
		cpu.registers.msr[CPU_MSR_XFD] = both & 2 ? CPU_TILES : 0;
		extended_change(&cpu.registers.extended);
		vtl0_enter();
		vtl0_leave();
		session_finish();
	}
}

static void breakpoint_set(bool on)
{
	cpu.registers.dr7 = on ? CPU_DR7_RESET | 1 : CPU_DR7_RESET;
	if (on)
		debug_registers_change(&cpu.registers);
}

static void vtl2_has_breakpoints_from_one_entry_to_another(void **unused)
{
	machine_start(CPU_ALL, CR4_ALL);
	session_start();
	breakpoint_set(false);
	vtl0_enter();
	debug_registers_change(&cpu.registers);
	cpu.registers.dr6 = DR6_RESERVED | 1;
	vtl0_leave();

	/* An interrupt enables a breakpoint. */
	breakpoint_set(true);
	vtl0_enter();
	debug_registers_change(&cpu.registers);
	vtl0_leave();
	assert_memory_equal(cpu.registers.dr, vtl2.dr, sizeof(vtl2.dr));

	/* Another interrupt disables it, but the address remains in the register. */
	breakpoint_set(false);
	vtl0_enter();
	vtl0_leave();
	session_finish();
}

static void barriers_check(unsigned int when, unsigned int at_exit, unsigned int at_end)
{
	predictor_barrier = when;
	session_start();
	cpu.barriers = 0;
	vtl0_enter();
	vtl0_leave();
	assert_int_equal(cpu.barriers, at_exit);
	vtl0_enter();
	vtl0_leave();
	assert_int_equal(cpu.barriers, 2 * at_exit);
	session_finish();
	assert_int_equal(cpu.barriers, 2 * at_exit + at_end);
}

static void the_barrier_follows_the_parameter(void **unused)
{
	machine_start(CPU_ALL, CR4_ALL);
	barriers_check(PREDICTOR_BARRIER_NEVER, 0, 0);
	barriers_check(PREDICTOR_BARRIER_SESSION, 0, 1);
	barriers_check(PREDICTOR_BARRIER_EXIT, 1, 0);

	machine_start(CPU_ALL & ~CPU_SPEC_CTRL, CR4_ALL);
	barriers_check(PREDICTOR_BARRIER_SESSION, 0, 0);
	barriers_check(PREDICTOR_BARRIER_EXIT, 0, 0);
}

/* Intel SDM, volume 1, "Guidelines for Writing to the MXCSR Register": for a mask of 0. */
static void without_memory_mxcsr_has_the_bits_of_every_cpu(void **unused)
{
	machine_start(CPU_ALL, CR4_ALL);
	assert_int_equal(features.mxcsr_mask, CPU_MXCSR_MASK);
	shim_fail_at = shim_allocations + 1;
	assert_int_equal(mxcsr_mask_read(), 0xffbf);
	shim_fail_at = 0;
}

static void xcr0_set(u64 value, int wanted)
{
	struct cpu_registers before = cpu.registers;
	u64 cr4 = cpu.cr4;

	assert_int_equal(vtl_tdx_state_xcr0_set(&state, value), wanted);
	if (!wanted)
		vtl0.xcr0 = value;
	assert_int_equal(state.xcr0, vtl0.xcr0);
	assert_int_equal(cpu.cr4, cr4);
	assert_int_equal(shim_irqs_off, 0);
	/* VTL2's XCR0 is restored, unless VTL2 does not use one. */
	if (!kernel_uses(X86_CR4_OSXSAVE))
		before.xcr0 = vtl0.xcr0;
	assert_memory_equal(&cpu.registers, &before, sizeof(before));
}

static void xcr0s_set(void)
{
	xcr0_set(CPU_X87 | CPU_SSE | CPU_AVX, 0);
	sessions_run(10);
	xcr0_set(cpu_components(), 0);
	sessions_run(10);
	xcr0_set(0, -EINVAL);
	xcr0_set(CPU_X87 | CPU_AVX, -EINVAL);
	xcr0_set(1ULL << 62, -EINVAL);
	sessions_run(10);
	xcr0_set(CPU_X87, 0);
	sessions_run(10);
}

static void vtl0_has_an_xcr0_of_its_own(void **unused)
{
	machine_start(CPU_ALL, CR4_ALL);
	xcr0s_set();

	machine_start(CPU_ALL, CR4_NOXSAVE);
	xcr0s_set();

	machine_start(0, 0);
	xcr0_set(CPU_X87, -EINVAL);
}

/* Registers that the VMM cannot write itself have their reset values (docs/state.md). */
static void reset_check(u64 cr4)
{
	struct cpu_registers before;
	const void *extended;

	machine_start(CPU_ALL, cr4);
	xcr0_set(cpu_components(), 0);
	session_start();
	vtl0_enter();
	while (!cpu.registers.pkru)
		vtl0_work();
	vtl0_leave();
	session_finish();

	before = cpu.registers;
	extended = state.extended;
	vtl_tdx_state_reset(&state, true);
	assert_ptr_equal(state.extended, extended);
	/* Only registers that the kernel does not use are reset in the CPU. */
	if (!kernel_uses(X86_CR4_OSXSAVE))
		before.xcr0 = CPU_X87;
	if (!kernel_uses(X86_CR4_PKE))
		before.pkru = 0;
	assert_memory_equal(&cpu.registers, &before, sizeof(before));

	vmm_work();
	vtl0.xcr0 = CPU_X87;
	vtl0.pkru = 0;
	vtl0.dr6 = DR6_RESERVED;
	memset(vtl0.dr, 0, sizeof(vtl0.dr));
	memset(vtl0.msr, 0, sizeof(vtl0.msr[0]) * (CPU_MSR_PL3_SSP + 1));
	vtl0.msr[CPU_MSR_XSS] = context.vp_state.msr_xss;
	/* Registers that the kernel does not use are unchanged. */
	if (kernel_uses(X86_CR4_OSXSAVE)) {
		memset(vtl0.extended.avx, 0, sizeof(vtl0.extended.avx));
		memset(vtl0.extended.tiles, 0, sizeof(vtl0.extended.tiles));
	}
	assert_int_equal(cpu.cr4, cr4);
	assert_int_equal(shim_irqs_off, 0);
	session_run(1);
}

static void the_next_vmm_starts_with_reset_registers(void **unused)
{
	reset_check(CR4_ALL);
	reset_check(CR4_NOXSAVE);
}

/* A VP can be set up on any CPU, where VTL0 may already run. */
static void the_setup_of_another_vp_changes_no_register(void **unused)
{
	struct tdx_state another = { .extended = NULL };
	struct cpu_registers before;

	machine_start(CPU_ALL, CR4_NOXSAVE);
	xcr0_set(cpu_components(), 0);
	sessions_run(10);
	before = cpu.registers;
	another.extended = vtl_tdx_state_alloc();
	vtl_tdx_state_reset(&another, false);
	assert_memory_equal(&cpu.registers, &before, sizeof(before));
	kfree(another.extended);
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

static const struct CMUnitTest tests[] = {
	TEST(each_side_keeps_its_registers),
	TEST(missing_features_are_not_accessed),
	TEST(features_that_the_kernel_does_not_use_are_not_accessed),
	TEST(a_refused_value_changes_nothing),
	TEST(spec_ctrl_is_the_first_that_is_restored),
	TEST(tile_data_survives_the_xfd_of_either),
	TEST(vtl2_has_breakpoints_from_one_entry_to_another),
	TEST(the_barrier_follows_the_parameter),
	TEST(without_memory_mxcsr_has_the_bits_of_every_cpu),
	TEST(vtl0_has_an_xcr0_of_its_own),
	TEST(the_next_vmm_starts_with_reset_registers),
	TEST(the_setup_of_another_vp_changes_no_register),
};

TEST_PROGRAM("registers that VTL2 and VTL0 share", tests)
