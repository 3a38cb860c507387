// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interface between the hypervisor and the files of l2/, which run L2.
 *
 * Owns: what they use of the hypervisor: the L2 VCPUs, memory of L1, the deadline's timer, and
 * L1's APIC.
 */
#include "apic/apic.h"
#include "base/base.h"
#include "base/machine.h"
#include "host/devices.h"
#include "tdx/l2/l2.h"
#include "tdx/tdx.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"
#include "vcpu/world.h"

#define LEAF_NUMBER GENMASK_ULL(15, 0)

static_assert(TDX_GPA_WIDTH == GPA_WIDTH);
static_assert(offsetof(struct vmcb, es) == 0x400);
static_assert(offsetof(struct vmcb, event_inj) == 0xa8);
static_assert(offsetof(struct vmcb, star) == VMCB_STAR);
static_assert(offsetof(struct vmcb, kernel_gs_base) == VMCB_KERNEL_GS_BASE);
static_assert(offsetof(struct vmcb, cr2) == 0x640);
static_assert(sizeof(struct vmcb) == 0x1000);
static_assert(offsetof(struct svm_run, shadow) == RUN_SHADOW);
static_assert(offsetof(struct svm_run, from) == RUN_FROM);
static_assert(offsetof(struct svm_run, gpr) == RUN_GPR);

/* By the number of the CPU. Except for resets, no other CPU uses it. */
static struct l2_cpu *cpus[L1_CPUS_MAX];

struct l2_cpu *l2_cpu_here(void)
{
	return cpus[l1_here()->index];
}

void *ram_mapped(u64 gpa)
{
	return machine_place(gpa);
}

bool ram_is_memory(u64 gpa)
{
	return gpa_state(gpa) == GPA_PRIVATE;
}

bool ram_is_pending(u64 gpa)
{
	return gpa_state(gpa) == GPA_PENDING;
}

void *ram_at(u64 gpa)
{
	return ram_is_memory(gpa) ? gpa_memory(gpa) : NULL;
}

/* The IOAPIC is not L1's: the host checks each write of L1, see host/board.c. */
bool ram_is_device(u64 gpa)
{
	return gpa_is_device(gpa) && !ioapic_is_at(gpa);
}

bool ram_is_large(u64 gpa)
{
	return gpa_is_large(gpa);
}

int ram_split(u64 gpa)
{
	return gpa_split(gpa);
}

u64 deadline_clock(void)
{
	return clock_of_l1(l1_here());
}

void deadline_start(struct vcpu *vcpu)
{
	timer_end_l2(l1_here(), vcpu->fields.tsc_deadline);
}

void deadline_stop(struct vcpu *vcpu)
{
	timer_keep_l2(l1_here());
}

/* The deadline is due already: send the NMI that its timer would raise. */
void deadline_interrupt(void)
{
	request_nmi_here();
}

bool apic_has_deliverable(void)
{
	return apic_is_deliverable() || posted_is_deliverable(l1_here()) ||
	       READ_ONCE(l1_here()->nmi_waits);
}

bool apic_host_takes(void)
{
	bool was_taken;

	cpu_stgi();
	was_taken = interrupts_take_hosts(l1_here());
	cpu_clgi();
	return was_taken;
}

/*
 * If a virtual interrupt is requested at VMRUN, QEMU may lose a physical interrupt that reaches
 * the APIC at that moment (see docs/faults.md), and L2 would not end. So an NMI ends it after a
 * while, and the APIC is made to signal its requests again.
 */
void apic_timer_repeat(void)
{
	timer_beat(l1_here());
}

void apic_timer_restore(void)
{
	timer_calm(l1_here());
}

/* Reports that an interrupt has ended L2 before its first instruction. */
static void exit_at_once(struct vmcb *vmcb)
{
	vmcb->exit_code = SVM_INTR;
	vmcb->exit_int_info = vmcb->event_inj & EVENT_VALID ? vmcb->event_inj : 0;
	vmcb->exit_int_error = vmcb->event_inj_error;
}

/* The APIC signals its requests to the CPU after each run, and not only at L2's end. */
void svm_run(struct svm_run *run)
{
	struct l1_cpu *l1 = l1_here();
	u64 before = clock_of_l1(l1);

	if (posted_ends_l2(l1)) {
		exit_at_once(run->vmcb);
		return;
	}
	clock_run_l2(l1, run);
	l2_cpu_here()->stats.ticks += clock_of_l1(l1) - before;
	apic_tell_cpu();
}

/* The VMs of a CPU share the page that holds L1's state, since only one runs at a time. */
static void make_vcpu(struct vcpu *vcpu, struct vmcb *host, const u8 *ports)
{
	vcpu->run.vmcb = heap_pages(1);
	vcpu->run.host = host;
	vcpu->msrpm = heap_pages(SVM_MSRPM_BYTES / PAGE_SIZE);
	vcpu->run.vmcb_pa = machine_address(vcpu->run.vmcb);
	vcpu->run.host_pa = machine_address(vcpu->run.host);
	vcpu->run.vmcb->msrpm = machine_address(vcpu->msrpm);
	vcpu->run.vmcb->iopm = machine_address(ports);
}

static void reset_cpu(struct l2_cpu *cpu, u32 index)
{
	u32 i;

	for (i = 0; i < TDX_L2_VMS_MAX; i++)
		vcpu_reset(&cpu->vcpus[i], index);
	memset(&cpu->hooks, 0, sizeof(cpu->hooks));
	memset(&cpu->stats, 0, sizeof(cpu->stats));
}

void l2_start(struct l1_cpu *l1)
{
	struct l2_cpu *cpu = heap_pages(ALIGN(sizeof(*cpu), PAGE_SIZE) / PAGE_SIZE);
	struct vmcb *host = heap_pages(1);
	static u8 *ports;
	u32 i;

	if (!l1->index) {
		ports = heap_pages(SVM_IOPM_BYTES / PAGE_SIZE);
		memset(ports, 0xff, SVM_IOPM_BYTES);
		npt_create();
	}
	for (i = 0; i < TDX_L2_VMS_MAX; i++) {
		cpu->vcpus[i].vm = i + 1;
		cpu->vcpus[i].hooks = &cpu->hooks;
		cpu->vcpus[i].stats = &cpu->stats;
		make_vcpu(&cpu->vcpus[i], host, ports);
	}
	reset_cpu(cpu, l1->index);
	cpus[l1->index] = cpu;
}

static void read_registers(const struct l1_cpu *l1, struct tdcall_regs *regs)
{
	const u64 *r = l1->regs;

	*regs = (struct tdcall_regs){
		.rax = l1->vmcb->rax, .rcx = r[GPR_RCX], .rdx = r[GPR_RDX], .rbx = r[GPR_RBX],
		.rbp = r[GPR_RBP], .rsi = r[GPR_RSI], .rdi = r[GPR_RDI], .r8 = r[GPR_R8],
		.r9 = r[GPR_R9], .r10 = r[GPR_R10], .r11 = r[GPR_R11], .r12 = r[GPR_R12],
		.r13 = r[GPR_R13], .r14 = r[GPR_R14], .r15 = r[GPR_R15],
	};
}

static void write_registers(struct l1_cpu *l1, const struct tdcall_regs *regs)
{
	u64 *r = l1->regs;

	r[GPR_RCX] = regs->rcx;
	r[GPR_RDX] = regs->rdx;
	r[GPR_RBX] = regs->rbx;
	r[GPR_RBP] = regs->rbp;
	r[GPR_RSI] = regs->rsi;
	r[GPR_RDI] = regs->rdi;
	r[GPR_R8] = regs->r8;
	r[GPR_R9] = regs->r9;
	r[GPR_R10] = regs->r10;
	r[GPR_R11] = regs->r11;
	r[GPR_R12] = regs->r12;
	r[GPR_R13] = regs->r13;
	r[GPR_R14] = regs->r14;
	r[GPR_R15] = regs->r15;
}

/*
 * CR2 and DR6 are shared by L1 and L2: l2/ expects L1's in the CPU. For other CPUs, this CPU is
 * in guest mode meanwhile: each entry of L2 flushes its TLB, and an NMI ends L2 at any time.
 */
static void enter(struct l1_cpu *l1, struct tdcall_regs *regs)
{
	u32 posted = __atomic_load_n(&l1->posted.requested, __ATOMIC_SEQ_CST);

	cpu_write_cr2(l1->vmcb->cr2);
	cpu_write_dr6(l1->vmcb->dr6);
	request_enter_l2(l1);
	tdx_module_call(regs);
	request_leave(l1);
	posted_left_l2(l1, posted);
	l1->vmcb->cr2 = cpu_read_cr2();
	l1->vmcb->dr6 = cpu_read_dr6();
}

u64 l2_call(struct l1_cpu *l1)
{
	struct tdcall_regs regs;

	read_registers(l1, &regs);
	if ((regs.rax & LEAF_NUMBER) == TDX_VP_ENTER)
		enter(l1, &regs);
	else
		tdx_module_call(&regs);
	write_registers(l1, &regs);
	return regs.rax;
}

void l2_pages_go(u64 base, u64 size)
{
	npt_drop(base, size);
}

void l2_pages_accepted(u64 base, u64 size)
{
	npt_refresh(base, size);
}

size_t l2_stats_size(void)
{
	return sizeof(struct lab_tdx_stats);
}

size_t l2_hook_size(void)
{
	return sizeof(struct lab_tdx_hook);
}

bool l2_get_stats(u64 index, void *to)
{
	struct l2_cpu *cpu = index < l1_count ? cpus[index] : NULL;

	if (!cpu)
		return false;
	cpu->stats.waited = l1_cpus[index].waited;
	memcpy(to, &cpu->stats, sizeof(cpu->stats));
	return true;
}

bool l2_set_hook(const void *hook)
{
	struct lab_tdx_hook copy;

	memcpy(&copy, hook, sizeof(copy));
	return !hook_set(&l2_cpu_here()->hooks, &copy);
}

bool l2_reset_vcpus(u64 index)
{
	if (index >= l1_count || !cpus[index])
		return false;
	reset_cpu(cpus[index], index);
	return true;
}

bool l2_set_vms(u64 vms)
{
	if (vms > TDX_L2_VMS_MAX)
		return false;
	metadata_set_l2_vms(vms);
	return true;
}

void l2_count_flush(u64 kind)
{
	l2_cpu_here()->stats.flushes[kind]++;
}

void l2_reset_vm(void)
{
	npt_clear();
	metadata_reset_vm();
}
