// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running L2 until an exit is for L1.
 *
 * Owns: the loop over VMRUN, and the state that L1 and L2 share. Must not know:
 * registers of a TDCALL.
 */
#include "base/cpu.h"
#include "tdx/l2/l2.h"

/*
 * QEMU 7.2 does not intercept XSETBV, so L2 can change XCR0, which L1 shares. On TDX it cannot do
 * that without L1, so the change is undone.
 */
static void run_with_xcr0(struct vcpu *vcpu)
{
	u64 xcr0 = cpu_read_xcr0();

	svm_run(&vcpu->run);
	if (cpu_read_xcr0() != xcr0)
		cpu_write_xcr0(xcr0);
}

/* QEMU may lose an interrupt of L1 here, see tdx/l2.c. */
static void run_with_request(struct vcpu *vcpu)
{
	apic_timer_repeat();
	run_with_xcr0(vcpu);
	apic_timer_restore();
	apic_tell_again();
}

/*
 * CR2 and DR6 are shared by L1 and L2, since a TDX module does not switch them. The world switch
 * handles STAR and similar MSRs. DR7 is each VM's own: an exit of SVM turns L1's breakpoints
 * off, and QEMU's exit leaves L2's value.
 */
static void run_once(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu->run.vmcb;
	u64 dr7 = cpu_read_dr7();

	vmcb->cr2 = cpu_read_cr2();
	vmcb->dr6 = cpu_read_dr6();
	if (unlikely(vmcb->int_control & SVM_V_IRQ))
		run_with_request(vcpu);
	else
		run_with_xcr0(vcpu);
	cpu_write_cr2(vmcb->cr2);
	cpu_write_dr6(vmcb->dr6);
	if (cpu_read_dr7() != dr7)
		cpu_write_dr7(dr7);
}

static void forget_interrupted(struct vcpu *vcpu)
{
	vcpu_set_field(vcpu, L2_IDT_EVENT, 0);
	vcpu_set_field(vcpu, L2_IDT_EVENT_ERROR, 0);
}

/**
 * l2_run() - run L2 until an exit is for L1
 * @vcpu: the VCPU, whose state is loaded
 * @exit: in: all 0; out: the exit
 *
 * Context: interrupts off, GIF 0; an NMI opens GIF for a moment.
 */
void l2_run(struct vcpu *vcpu, struct l2_exit *exit)
{
	for (;;) {
		if (event_prepare(vcpu, exit)) {
			forget_interrupted(vcpu);
			return;
		}
		run_once(vcpu);
		if ((u32)vcpu->run.vmcb->exit_code == SVM_FAILED) {
			forget_interrupted(vcpu);
			exit->reason = VMX_ENTRY_FAILED;
			return;
		}
		event_after(vcpu);
		if (exits_handle(vcpu, exit))
			return;
		event_again(vcpu);
		*exit = (struct l2_exit){ };
	}
}
