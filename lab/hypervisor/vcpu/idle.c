// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for an interrupt without taking it.
 *
 * Owns: the guest that waits. If the hypervisor itself halted with interrupts on, it would take
 * the interrupt, which is L1's. So a guest halts in its place; the interrupt ends it, as it ends
 * L2, stays pending, and reaches L1 once L1 has interrupts on. An interrupt of the host is taken
 * here, and the wait goes on.
 */
#include "apic/apic.h"
#include "base/base.h"
#include "base/machine.h"
#include "vcpu/l1.h"
#include "vcpu/world.h"

#define CODE_64        0xa9b
#define DATA           0xc93
#define CR0_64         0x80010031
#define RFLAGS_EMPTY   2

static struct vmcb_segment flat(u16 selector, u16 attributes)
{
	return (struct vmcb_segment){ selector, attributes, 0xffffffff, 0 };
}

struct vmcb *idle_make(const u8 *code)
{
	struct vmcb *vmcb = heap_pages(1);

	vmcb->intercepts = SVM_INTERCEPT(SVM_INTR) | SVM_INTERCEPT(SVM_NMI) |
		SVM_INTERCEPT(SVM_SHUTDOWN) | SVM_INTERCEPT(SVM_VMRUN) |
		SVM_INTERCEPT(SVM_VMMCALL);
	vmcb->int_control = SVM_V_INTR_MASKING;
	vmcb->asid = ASID_IDLE;
	vmcb->cs = flat(0x08, CODE_64);
	vmcb->ds = flat(0x10, DATA);
	vmcb->es = vmcb->ds;
	vmcb->ss = vmcb->ds;
	vmcb->efer = cpu_rdmsr(MSR_EFER);
	vmcb->cr0 = CR0_64;
	vmcb->cr3 = machine_cr3();
	vmcb->cr4 = machine_cr4();
	vmcb->rflags = RFLAGS_EMPTY;
	vmcb->rip = machine_address(code);
	return vmcb;
}

/* GIF is 0: an NMI that another CPU sends after @nmi_waits was read stays pending. */
static bool has_something(const struct l1_cpu *l1)
{
	return apic_is_deliverable() || posted_is_deliverable(l1) || READ_ONCE(l1->nmi_waits);
}

void idle_wait(struct l1_cpu *l1)
{
	u64 regs[GPR_COUNT], before;

	cpu_clgi();
	while (!has_something(l1)) {
		l1->idle->rip = machine_address(world_wait);
		request_enter(l1);
		before = clock_of_l1(l1);
		clock_run(l1, l1->idle, regs);
		l1->waited += clock_of_l1(l1) - before;
		request_leave(l1);
		cpu_stgi();
		interrupts_take_hosts(l1);
		cpu_clgi();
	}
	cpu_stgi();
}
