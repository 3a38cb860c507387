// SPDX-License-Identifier: GPL-2.0-only
/*
 * The time stamp counter of L1, which L2 shares.
 *
 * Owns: its offset from the CPU's. If the clock is stopped while the hypervisor works, the
 * difference of two readings is the time of L1 and L2, and under QEMU's -icount the number of
 * their instructions. That works with one CPU; with more, their clocks drift apart. Only L2's
 * clock may be stopped with any number of CPUs, since L1 does not keep time by it.
 */
#include "apic/apic.h"
#include "base/base.h"
#include "base/machine.h"
#include "tdx/tdx.h"
#include "vcpu/l1.h"
#include "vcpu/world.h"

/* The instructions of world_measure from a reading to its exit: RDTSC, MOV, VMMCALL. */
#define MEASURED_INSTRUCTIONS 3
#define VMMCALL_LENGTH        3

/* The code that leads into a guest and back: world_run(), svm_run_switch(). */
enum { SWITCH_L1, SWITCH_L2, SWITCHES };

bool clock_is_stopped, clock_of_l2_is_stopped;

/* The CPU's TSC when guest mode was left. */
static u64 stopped_at[L1_CPUS_MAX];

/**
 * struct unseen - the hypervisor's own instructions outside of its two readings of the clock
 * @before: from the reading in go_on() to the guest
 * @after:  from the guest to the reading in stand_still()
 */
static struct unseen {
	u64 before, after;
} unseen[SWITCHES];

static bool stops(u32 through)
{
	return clock_is_stopped || (clock_of_l2_is_stopped && through == SWITCH_L2);
}

/* The TSC offset that SVM adds for the guest. */
static u64 offset(const struct l1_cpu *l1, u32 through)
{
	return stops(through) ? l1->clock_offset : 0;
}

u64 clock_of_l1(const struct l1_cpu *l1)
{
	return stops(SWITCH_L1) ? l1->clock_offset + stopped_at[l1->index] : machine_tsc();
}

static u64 go_on(struct l1_cpu *l1, u32 through)
{
	u64 before = unseen[through].before;

	if (!stops(SWITCH_L2))
		return 0;
	if (clock_is_stopped)
		timer_go_on(l1, before);
	l1->clock_offset -= machine_tsc() + before - stopped_at[l1->index];
	return offset(l1, through);
}

static void stand_still(struct l1_cpu *l1, u32 through)
{
	if (!stops(SWITCH_L2))
		return;
	stopped_at[l1->index] = machine_tsc() - unseen[through].after;
	if (clock_is_stopped)
		timer_stop(l1);
}

/* Not inlined, here and below: the measured code must be the code that runs. */
noinline void clock_run(struct l1_cpu *l1, struct vmcb *vmcb, u64 *regs)
{
	vmcb->tsc_offset = go_on(l1, SWITCH_L1);
	world_run(regs, machine_address(vmcb));
	stand_still(l1, SWITCH_L1);
}

noinline void clock_run_l2(struct l1_cpu *l1, struct svm_run *run)
{
	run->vmcb->tsc_offset = go_on(l1, SWITCH_L2);
	svm_run_switch(run);
	stand_still(l1, SWITCH_L2);
}

static void run_once(struct l1_cpu *l1, struct svm_run *run, u32 through)
{
	cpu_clgi();
	if (through == SWITCH_L2)
		clock_run_l2(l1, run);
	else
		clock_run(l1, run->vmcb, run->gpr);
	cpu_stgi();
	run->vmcb->rip += VMMCALL_LENGTH;
}

/* Under "-icount shift=N", an instruction takes 1 << N ticks. */
static u32 ticks_per_instruction(void)
{
	u32 first, second;

	asm volatile("rdtsc; movl %%eax, %0; rdtsc" : "=&r"(first), "=&a"(second) : : "rdx");
	return (second - first) / 2;
}

/* The reading of a clock that is stopped for every guest. */
static u32 stopped_reading(const struct l1_cpu *l1, u32 through, u32 reading)
{
	return reading + l1->clock_offset - offset(l1, through);
}

/* The guest's first reading is in RCX, and its second one in RAX; both have 32 bits. */
static void measure(struct l1_cpu *l1, u32 through)
{
	struct vmcb *vmcb = idle_make(world_measure);
	struct svm_run run = { .vmcb = vmcb, .host = heap_pages(1) };
	u32 before;

	run.vmcb_pa = machine_address(run.vmcb);
	run.host_pa = machine_address(run.host);
	run.from = run.gpr;
	run_once(l1, &run, through);
	before = l1->clock_offset + stopped_at[l1->index];
	unseen[through].after = before - stopped_reading(l1, through, run.gpr[GPR_RCX]) -
				MEASURED_INSTRUCTIONS * ticks_per_instruction();
	run_once(l1, &run, through);
	unseen[through].before = stopped_reading(l1, through, vmcb->rax) - before;
	print("hypervisor: the clock skips %llu ticks at each entry of %s and %llu at each exit\n",
	      unseen[through].before, through == SWITCH_L2 ? "L2" : "L1", unseen[through].after);
}

void clock_measure(struct l1_cpu *l1)
{
	/* Measure once: what is known is subtracted already. */
	if (unseen[SWITCH_L1].before)
		return;
	measure(l1, SWITCH_L1);
	measure(l1, SWITCH_L2);
}
