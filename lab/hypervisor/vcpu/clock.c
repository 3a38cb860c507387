// SPDX-License-Identifier: GPL-2.0-only
/*
 * L1's time stamp counter.
 *
 * Owns: its offset from the CPU's. If the clock is stopped while the hypervisor works,
 * what remains between two readings in L1 is L1's own time: under QEMU's -icount, its
 * own instructions. That is for one CPU: with more, their clocks drift apart.
 */
#include "base/machine.h"
#include "base/print.h"
#include "vcpu/clock.h"
#include "vcpu/idle.h"
#include "vcpu/l1.h"
#include "vcpu/world.h"

/* What the two readings of world_measure have between them: RDTSC, MOV, VMMCALL. */
#define MEASURED_INSTRUCTIONS 3
#define VMMCALL_LENGTH        3

bool clock_is_stopped;

/* When guest mode was left, and what of the switch is not between the two readings. */
static u64 stopped_at[L1_CPUS_MAX];
static u64 unseen;

u64 clock_of_l1(const struct l1_cpu *l1)
{
	u64 now = clock_is_stopped ? stopped_at[l1->index] - unseen : machine_tsc();

	return now + l1->clock_offset;
}

u64 clock_offset_of_l2(const struct l1_cpu *l1)
{
	return clock_is_stopped ? clock_of_l1(l1) - machine_tsc() : l1->clock_offset;
}

void clock_stop(struct l1_cpu *l1)
{
	if (clock_is_stopped)
		stopped_at[l1->index] = machine_tsc();
}

u64 clock_go_on(struct l1_cpu *l1)
{
	if (clock_is_stopped)
		l1->clock_offset -= machine_tsc() - stopped_at[l1->index] + unseen;
	return l1->clock_offset;
}

static void run_once(struct l1_cpu *l1, struct vmcb *vmcb, u64 *regs)
{
	cpu_clgi();
	vmcb->tsc_offset = clock_go_on(l1);
	world_run(regs, machine_address(vmcb));
	clock_stop(l1);
	cpu_stgi();
	vmcb->rip += VMMCALL_LENGTH;
}

void clock_measure(struct l1_cpu *l1)
{
	struct vmcb *vmcb = idle_make(world_measure);
	u64 regs[GPR_COUNT] = { 0 };

	clock_stop(l1);
	run_once(l1, vmcb, regs);
	run_once(l1, vmcb, regs);
	unseen = (u32)vmcb->rax - (u32)regs[GPR_RCX] - MEASURED_INSTRUCTIONS;
	l1->clock_offset = 0;
	print("hypervisor: L1's clock stops at exits; a switch takes %llu ticks besides\n", unseen);
}
