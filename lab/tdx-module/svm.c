// SPDX-License-Identifier: GPL-2.0-only
/*
 * SVM: switched on for each CPU that comes online, off when it goes.
 *
 * Owns: EFER.SVME, VM_HSAVE_PA, the VCPUs and the pages that the CPU wants.
 * Must not know: what L2 is.
 */
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <asm/cpufeature.h>
#include <asm/msr-index.h>
#include <asm/processor.h>

#include "cpu.h"
#include "deadline.h"
#include "msr.h"
#include "state.h"
#include "svm.h"
#include "vcpu.h"

#define VM_CR_SVM_DISABLED 0x10

#define MSRPM_ORDER 1
#define IOPM_ORDER  2

DEFINE_PER_CPU(struct vcpu *, vcpus);
static u8 *iopm;
static int hotplug_state;

static_assert(offsetof(struct vmcb, es) == 0x400);
static_assert(offsetof(struct vmcb, event_inj) == 0xa8);
static_assert(offsetof(struct vmcb, star) == VMCB_STAR);
static_assert(offsetof(struct vmcb, lstar) == VMCB_LSTAR);
static_assert(offsetof(struct vmcb, cstar) == VMCB_CSTAR);
static_assert(offsetof(struct vmcb, sfmask) == VMCB_SFMASK);
static_assert(offsetof(struct vmcb, kernel_gs_base) == VMCB_KERNEL_GS_BASE);
static_assert(offsetof(struct vmcb, cr2) == 0x640);
static_assert(sizeof(struct vmcb) == 0x1000);
static_assert(offsetof(struct svm_run, vmcb_pa) == RUN_VMCB_PA);
static_assert(offsetof(struct svm_run, host_pa) == RUN_HOST_PA);
static_assert(offsetof(struct svm_run, vmcb) == RUN_VMCB);
static_assert(offsetof(struct svm_run, host) == RUN_HOST);
static_assert(offsetof(struct svm_run, shadow) == RUN_SHADOW);
static_assert(offsetof(struct svm_run, from) == RUN_FROM);
static_assert(offsetof(struct svm_run, gpr) == RUN_GPR);

/**
 * vcpu_of() - the L2 VCPU of a CPU
 * @cpu: any number
 *
 * Return: it, or NULL: no such CPU.
 */
struct vcpu *vcpu_of(unsigned int cpu)
{
	return cpu < nr_cpu_ids && cpu_possible(cpu) ? per_cpu(vcpus, cpu) : NULL;
}

static int cpu_start(unsigned int cpu)
{
	struct vcpu *vcpu = per_cpu(vcpus, cpu);

	if (cpu_rdmsr(MSR_EFER) & EFER_SVME) {
		pr_err("vtlirq_lab_tdx: CPU %u has SVM in use: unload kvm_amd first\n", cpu);
		return -EBUSY;
	}
	cpu_wrmsr(MSR_EFER, cpu_rdmsr(MSR_EFER) | EFER_SVME);
	cpu_wrmsr(MSR_VM_HSAVE_PA, __pa(vcpu->hsave));
	vcpu->online = true;
	return 0;
}

static int cpu_stop(unsigned int cpu)
{
	struct vcpu *vcpu = per_cpu(vcpus, cpu);

	if (!vcpu->online)
		return 0;
	vcpu->online = false;
	cpu_wrmsr(MSR_VM_HSAVE_PA, 0);
	cpu_wrmsr(MSR_EFER, cpu_rdmsr(MSR_EFER) & ~(u64)EFER_SVME);
	return 0;
}

static void vcpu_free(struct vcpu *vcpu)
{
	if (!vcpu)
		return;
	irq_work_sync(&vcpu->nudge);
	free_pages((unsigned long)vcpu->msrpm, MSRPM_ORDER);
	free_page((unsigned long)vcpu->hsave);
	free_page((unsigned long)vcpu->run.host);
	free_page((unsigned long)vcpu->run.vmcb);
	kfree(vcpu);
}

static bool vcpu_has_pages(struct vcpu *vcpu)
{
	vcpu->run.vmcb = (struct vmcb *)get_zeroed_page(GFP_KERNEL);
	vcpu->run.host = (struct vmcb *)get_zeroed_page(GFP_KERNEL);
	vcpu->hsave = (void *)get_zeroed_page(GFP_KERNEL);
	vcpu->msrpm = (u8 *)__get_free_pages(GFP_KERNEL, MSRPM_ORDER);
	return vcpu->run.vmcb && vcpu->run.host && vcpu->hsave && vcpu->msrpm;
}

/* The work is the interrupt: nothing is left to do when it has come. */
static void nudged(struct irq_work *work)
{
}

static struct vcpu *vcpu_new(unsigned int cpu)
{
	struct vcpu *vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL);

	if (!vcpu)
		return NULL;
	init_irq_work(&vcpu->nudge, nudged);
	if (!vcpu_has_pages(vcpu)) {
		vcpu_free(vcpu);
		return NULL;
	}
	vcpu->run.vmcb_pa = __pa(vcpu->run.vmcb);
	vcpu->run.host_pa = __pa(vcpu->run.host);
	vcpu->run.vmcb->msrpm = __pa(vcpu->msrpm);
	vcpu->run.vmcb->iopm = __pa(iopm);
	deadline_init(vcpu);
	vcpu_reset(vcpu, cpu);
	return vcpu;
}

static void free_all(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		vcpu_free(per_cpu(vcpus, cpu));
		per_cpu(vcpus, cpu) = NULL;
	}
	free_pages((unsigned long)iopm, IOPM_ORDER);
}

static int allocate_all(void)
{
	unsigned int cpu;

	iopm = (u8 *)__get_free_pages(GFP_KERNEL, IOPM_ORDER);
	if (!iopm)
		return -ENOMEM;
	memset(iopm, 0xff, PAGE_SIZE << IOPM_ORDER);

	for_each_possible_cpu(cpu) {
		per_cpu(vcpus, cpu) = vcpu_new(cpu);
		if (!per_cpu(vcpus, cpu)) {
			free_all();
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * svm_start() - make the VCPUs, and switch SVM on everywhere
 *
 * Context: may sleep.
 * Return: 0; -ENODEV: no SVM here; -EBUSY: another uses it; -ENOMEM.
 */
int svm_start(void)
{
	int error;

	if (!boot_cpu_has(X86_FEATURE_SVM) || !boot_cpu_has(X86_FEATURE_NPT) ||
	    (cpu_rdmsr(MSR_VM_CR) & VM_CR_SVM_DISABLED)) {
		pr_err("vtlirq_lab_tdx: this CPU has no SVM with nested paging: start QEMU with -cpu max,+svm\n");
		return -ENODEV;
	}

	error = allocate_all();
	if (error)
		return error;

	hotplug_state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "lab/vtlirq_tdx:online",
					  cpu_start, cpu_stop);
	if (hotplug_state < 0) {
		free_all();
		return hotplug_state;
	}
	return 0;
}

/**
 * svm_stop() - undo svm_start()
 *
 * Context: may sleep. No call is under way.
 */
void svm_stop(void)
{
	cpuhp_remove_state(hotplug_state);
	free_all();
}
