// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running L1, and what is injected at each VMRUN.
 *
 * Owns: the loop, and the exceptions and NMIs that are injected. Interrupts are not:
 * they reach L1 from the CPU's APIC, and interrupts.c takes those of the host. Must not
 * know: why L1 exits.
 */
#include <asm/processor-flags.h>

#include "apic/apic.h"
#include "base/base.h"
#include "base/machine.h"
#include "vcpu/exits.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"
#include "vcpu/world.h"

#define CODE_64         0xa9b
#define DATA            0xc93
#define TSS_BUSY        0x8b
#define LDT             0x82
#define CR0_64          0x80000031
#define CR4_PAE         0x20
#define CR4_MCE         0x40
#define EFER_64         0x1d00
#define DR6_RESET       0xffff0ff0
#define DR7_RESET       0x400
#define PAT_RESET       0x0007040600070406ULL
#define RFLAGS_EMPTY    2
#define GDT_LIMIT       31
#define VECTOR_NMI      2
#define FIRST_INTERRUPT 32

struct l1_cpu l1_cpus[L1_CPUS_MAX];
u32 l1_count;

static struct vmcb_segment flat(u16 selector, u16 attributes, u32 limit)
{
	return (struct vmcb_segment){ selector, attributes, limit, 0 };
}

/* L1 cannot use SVM and its instructions. */
static u64 intercepts_always(void)
{
	return SVM_INTERCEPT(SVM_NMI) | SVM_INTERCEPT(SVM_SHUTDOWN) |
	       SVM_INTERCEPT(SVM_CPUID) | SVM_INTERCEPT(SVM_MSR) |
	       SVM_INTERCEPT(SVM_HLT) | SVM_INTERCEPT(SVM_VMRUN) | SVM_INTERCEPT(SVM_VMMCALL) |
	       SVM_INTERCEPT(SVM_VMLOAD) | SVM_INTERCEPT(SVM_VMSAVE) |
	       SVM_INTERCEPT(SVM_STGI) | SVM_INTERCEPT(SVM_CLGI) |
	       SVM_INTERCEPT(SVM_SKINIT) | SVM_INTERCEPT(SVM_INVLPGA) |
	       SVM_INTERCEPT(SVM_MONITOR) | SVM_INTERCEPT(SVM_MWAIT);
}

static u64 intercepts_of_td(void)
{
	return SVM_INTERCEPT(SVM_IOIO) | SVM_INTERCEPT(SVM_INVD) |
	       SVM_INTERCEPT(SVM_WBINVD) | SVM_INTERCEPT(SVM_RDPMC);
}

static void set_controls(struct vmcb *vmcb)
{
	u8 *ports = heap_pages(SVM_IOPM_BYTES / PAGE_SIZE);
	u8 *msrs = heap_pages(SVM_MSRPM_BYTES / PAGE_SIZE);

	if (options.td)
		memset(ports, 0xff, SVM_IOPM_BYTES);
	msr_fill_permissions(msrs);
	vmcb->iopm = machine_address(ports);
	vmcb->msrpm = machine_address(msrs);
	vmcb->intercepts = intercepts_always() | (options.td ? intercepts_of_td() : 0);
	vmcb->exceptions = BIT(VECTOR_UD);
	vmcb->cr_write = control_register_intercepts();
	vmcb->asid = ASID_L1;
	vmcb->nested_control = SVM_NESTED_PAGING;
	vmcb->nested_cr3 = gpa_root();
}

static void set_state(struct vmcb *vmcb, u64 rip, u64 cr3, u64 gdt)
{
	vmcb->cs = flat(0x10, CODE_64, 0xffffffff);
	vmcb->ds = flat(0x18, DATA, 0xffffffff);
	vmcb->es = vmcb->ds;
	vmcb->ss = vmcb->ds;
	vmcb->fs = vmcb->ds;
	vmcb->gs = vmcb->ds;
	vmcb->tr = flat(0, TSS_BUSY, 0);
	vmcb->ldtr = flat(0, LDT, 0);
	vmcb->gdtr.base = gdt;
	vmcb->gdtr.limit = GDT_LIMIT;
	/* A trust domain starts with NXE and machine checks enabled. */
	vmcb->efer = EFER_64;
	vmcb->cr0 = CR0_64;
	vmcb->cr4 = CR4_PAE | (options.td ? CR4_MCE : 0);
	vmcb->cr3 = cr3;
	vmcb->dr6 = DR6_RESET;
	vmcb->dr7 = DR7_RESET;
	vmcb->rflags = RFLAGS_EMPTY;
	vmcb->pat = PAT_RESET;
	vmcb->rip = rip;
}

void l1_prepare(struct l1_cpu *l1)
{
	l1->vmcb = heap_pages(1);
	l1->vmcb_pa = machine_address(l1->vmcb);
	l1->idle = idle_make(world_wait);
	set_controls(l1->vmcb);
}

void l1_start(struct l1_cpu *l1, u64 rip, u64 rsi, u64 cr3, u64 gdt)
{
	if (clock_is_stopped || clock_of_l2_is_stopped)
		clock_measure(l1);
	set_state(l1->vmcb, rip, cr3, gdt);
	l1->vmcb->int_state = 0;
	l1->vmcb->exit_int_info = 0;
	l1->nmi_blocked = false;
	l1->ve.valid = false;
	l1->cpuid_ve = 0;
	l1->posted = (struct l1_posted){ };
	memset(l1->regs, 0, sizeof(l1->regs));
	l1->regs[GPR_RSI] = rsi;
	world_load(l1->vmcb_pa);
	WRITE_ONCE(l1->online, true);
}

void l1_skip(struct l1_cpu *l1, u32 length)
{
	l1->vmcb->rip += length;
	l1->vmcb->rflags &= ~X86_EFLAGS_RF;
	l1->vmcb->int_state = 0;
}

void l1_raise(struct l1_cpu *l1, u8 vector)
{
	bool has_error = vector == VECTOR_DF || vector == VECTOR_GP;

	/* A fault sets RF, and so does a TDX module. */
	l1->vmcb->rflags |= X86_EFLAGS_RF;
	l1->vmcb->event_inj = EVENT_VALID | EVENT_EXCEPTION | vector |
		(has_error ? EVENT_ERROR_CODE : 0);
	l1->vmcb->event_inj_error = 0;
}

void l1_raise_ve(struct l1_cpu *l1, const struct l1_ve *ve)
{
	if (l1->ve.valid) {
		print("hypervisor: CPU %u: #VE with reason %u while that with %u is not fetched\n",
		      l1->index, ve->reason, l1->ve.reason);
		l1_show(l1);
		l1_raise(l1, VECTOR_DF);
		return;
	}
	l1->ve = *ve;
	l1->ve.valid = true;
	l1->count.ve++;
	l1_raise(l1, VECTOR_VE);
}

void l1_show(struct l1_cpu *l1)
{
	const struct vmcb *vmcb = l1->vmcb;
	u8 code[8] = { 0 };

	walk_read(vmcb, vmcb->rip, code, sizeof(code));
	print("  RIP %llx RSP %llx RFLAGS %llx CPL %u CR0 %llx CR2 %llx CR3 %llx CR4 %llx\n",
	      vmcb->rip, vmcb->rsp, vmcb->rflags, vmcb->cpl, vmcb->cr0, vmcb->cr2, vmcb->cr3,
	      vmcb->cr4);
	print("  RAX %llx RBX %llx RCX %llx RDX %llx RSI %llx RDI %llx RBP %llx\n", vmcb->rax,
	      l1->regs[GPR_RBX], l1->regs[GPR_RCX], l1->regs[GPR_RDX], l1->regs[GPR_RSI],
	      l1->regs[GPR_RDI], l1->regs[GPR_RBP]);
	print("  R8 %llx R9 %llx R10 %llx R11 %llx R12 %llx R13 %llx R14 %llx R15 %llx\n",
	      l1->regs[GPR_R8], l1->regs[GPR_R9], l1->regs[GPR_R10], l1->regs[GPR_R11],
	      l1->regs[GPR_R12], l1->regs[GPR_R13], l1->regs[GPR_R14], l1->regs[GPR_R15]);
	print("  exit %llx with %llx and %llx, code %02x %02x %02x %02x %02x %02x %02x %02x\n",
	      vmcb->exit_code, vmcb->exit_info_1, vmcb->exit_info_2, code[0], code[1], code[2],
	      code[3], code[4], code[5], code[6], code[7]);
}

/*
 * A delivery that an exit has interrupted is repeated, unless the exit itself has raised an
 * exception. QEMU reports an interrupt as an exception here.
 */
static void repeat_interrupted(struct vmcb *vmcb)
{
	u32 info = vmcb->exit_int_info;

	vmcb->exit_int_info = 0;
	if (!(info & EVENT_VALID) || (vmcb->event_inj & EVENT_VALID))
		return;
	if ((info & EVENT_TYPE) == EVENT_EXCEPTION && (info & EVENT_VECTOR) >= FIRST_INTERRUPT)
		info &= ~EVENT_TYPE;
	vmcb->event_inj = info;
	vmcb->event_inj_error = vmcb->exit_int_error;
}

/* An NMI waits until the #VE handler has fetched the contents: the NMI handler may raise #VE. */
static void inject_nmi(struct l1_cpu *l1)
{
	if (l1->nmi_blocked || l1->ve.valid || (l1->vmcb->event_inj & EVENT_VALID) ||
	    !__atomic_exchange_n(&l1->nmi_waits, false, __ATOMIC_SEQ_CST))
		return;
	l1->nmi_blocked = true;
	l1->count.nmis++;
	l1->vmcb->event_inj = EVENT_VALID | EVENT_NMI | VECTOR_NMI;
	l1->vmcb->intercepts |= SVM_INTERCEPT(SVM_IRET);
}

static void enter(struct l1_cpu *l1)
{
	struct vmcb *vmcb = l1->vmcb;

	apic_tell_cpu();
	cpu_clgi();
	control_register_repair(l1);
	repeat_interrupted(vmcb);
	inject_nmi(l1);
	request_enter(l1);
	interrupts_enter(l1);
	posted_enter(l1);
	clock_run(l1, vmcb, l1->regs);
	request_leave(l1);
	vmcb->tlb_control = 0;
	vmcb->event_inj = 0;
	cpu_stgi();
}

void l1_run(struct l1_cpu *l1)
{
	for (;;) {
		enter(l1);
		exits_handle_l1(l1);
	}
}
