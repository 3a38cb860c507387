/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The differences between the kernels that this driver supports (6.1, 6.12, 7.x).
 * No other file of the driver depends on the kernel version.
 */
#ifndef _MSHV_VTL_COMPAT_H
#define _MSHV_VTL_COMPAT_H

#include <linux/version.h>

/* vtl_sint_interrupt() wakes up readers and signals eventfds: these locks sleep there. */
#ifdef CONFIG_PREEMPT_RT
#error "mshv_vtl does not support kernels with PREEMPT_RT"
#endif

#ifdef CONFIG_X86_LOCAL_APIC

#include <asm/apic.h>

/*
 * From 6.6 on, apic_eoi() and apic_read() are static calls whose trampolines
 * are not exported. Their callbacks are members of the exported apic driver,
 * and are also updated when a hypervisor replaces them.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)

static __always_inline void compat_apic_eoi(void)
{
	apic->eoi();
}

#else

static __always_inline void compat_apic_eoi(void)
{
	apic_eoi();
}

#endif

static inline u32 compat_apic_read(u32 reg)
{
	return apic->read(reg);
}

#endif /* CONFIG_X86_LOCAL_APIC */

#ifdef CONFIG_X86_64

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#include <asm/cpuid/api.h>
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#include <asm/cpuid.h>
#else
#include <asm/processor.h>
#endif

#include <asm/msr.h>

/* From 6.16 on, the functions end with q, for quadword. */
#ifdef rdmsrq
#define compat_rdmsrq(msr, value)	rdmsrq(msr, value)
#define compat_rdmsrq_safe(msr, value)	rdmsrq_safe(msr, value)
#define compat_wrmsrq(msr, value)	wrmsrq(msr, value)
#define compat_wrmsrq_safe(msr, value)	wrmsrq_safe(msr, value)
#else
#define compat_rdmsrq(msr, value)	rdmsrl(msr, value)
#define compat_rdmsrq_safe(msr, value)	rdmsrl_safe(msr, value)
#define compat_wrmsrq(msr, value)	wrmsrl(msr, value)
#define compat_wrmsrq_safe(msr, value)	wrmsrl_safe(msr, value)
#endif

#endif /* CONFIG_X86_64 */

/* From 6.8 on, eventfd_signal() has no count. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define compat_eventfd_signal(eventfd)	eventfd_signal(eventfd)
#else
#define compat_eventfd_signal(eventfd)	eventfd_signal(eventfd, 1)
#endif

/* From 6.3 on, a function sets the flags of a mapping. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define compat_vm_flags_set(vma, flags)	vm_flags_set(vma, flags)
#else
#define compat_vm_flags_set(vma, flags)	((vma)->vm_flags |= (flags))
#endif

/* From 6.12 on, page frame numbers without a struct page can be mapped in blocks. */
#if defined(CONFIG_TRANSPARENT_HUGEPAGE) && LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)

#define COMPAT_VMF_HUGE_PFN

#include <linux/mm.h>

/* From 6.17 on, there is no pfn_t. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#define compat_vmf_pfn(pfn)	(pfn)
#else
#include <linux/pfn_t.h>
#define compat_vmf_pfn(pfn)	pfn_to_pfn_t(pfn)
#endif

#ifdef CONFIG_HAVE_ARCH_TRANSPARENT_HUGEPAGE_PUD
#define compat_vmf_insert_pfn_pud(fault, pfn, write) \
	vmf_insert_pfn_pud(fault, compat_vmf_pfn(pfn), write)
#else
#define compat_vmf_insert_pfn_pud(fault, pfn, write)	VM_FAULT_FALLBACK
#endif

static inline vm_fault_t compat_vmf_insert_huge_pfn(struct vm_fault *fault,
						    unsigned long pfn,
						    unsigned int order)
{
	bool write = fault->flags & FAULT_FLAG_WRITE;

	if (order == PMD_SHIFT - PAGE_SHIFT)
		return vmf_insert_pfn_pmd(fault, compat_vmf_pfn(pfn), write);
	if (order == PUD_SHIFT - PAGE_SHIFT)
		return compat_vmf_insert_pfn_pud(fault, pfn, write);
	return VM_FAULT_FALLBACK;
}

#endif /* COMPAT_VMF_HUGE_PFN */

#if IS_ENABLED(CONFIG_HYPERV)

#include <asm/mshyperv.h>

/*
 * From 6.15 on, the hypervisor's callback vector has a handler for this driver. Before that, it has
 * a single one, and hv_vmbus replaces this driver's when it is loaded.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#define compat_hv_handler_set(handler)	hv_setup_mshv_handler(handler)
#define compat_hv_handler_clear()	hv_setup_mshv_handler(NULL)
#define compat_hv_handler_shared()	false
#else
#define compat_hv_handler_set(handler)	hv_setup_vmbus_handler(handler)
#define compat_hv_handler_clear()	hv_remove_vmbus_handler()
#define compat_hv_handler_shared()	true
#endif

/* Whether this kernel has partitions of its own, so that mshv_root may use the SynIC. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#define compat_hv_parent()	hv_parent_partition()
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#define compat_hv_parent()	hv_root_partition()
#else
#define compat_hv_parent()	hv_root_partition
#endif

/* As hv_recommend_using_aeoi(), which is not in a public header of all kernels. */
#ifdef HV_DEPRECATING_AEOI_RECOMMENDED
#define compat_hv_auto_eoi()	(!(ms_hyperv.hints & HV_DEPRECATING_AEOI_RECOMMENDED))
#else
#define compat_hv_auto_eoi()	false
#endif

/* From 6.10 on, the functions are named after MSRs. */
#ifdef HV_MSR_SINT0
#define compat_hv_get_msr(name)		hv_get_msr(HV_MSR_##name)
#define compat_hv_set_msr(name, value)	hv_set_msr(HV_MSR_##name, value)
#else
#define compat_hv_get_msr(name)		hv_get_register(HV_REGISTER_##name)
#define compat_hv_set_msr(name, value)	hv_set_register(HV_REGISTER_##name, value)
#endif

/* From 6.6 on, the bit has a name. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define compat_hv_paravisor()	(ms_hyperv.paravisor_present)
#else
#define compat_hv_paravisor()	(ms_hyperv.isolation_config_a & HV_PARAVISOR_PRESENT)
#endif

/*
 * In the kernel's own tree (drivers/hv/mshv_vtl/) the header of hv_vmbus exists; from
 * 6.19 on, hv_vmbus exports what it declares to this driver.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
#if __has_include("../hyperv_vmbus.h")
#include "../hyperv_vmbus.h"
#define COMPAT_HV_CONTEXT
#endif
#endif

#endif /* CONFIG_HYPERV */

/* From 6.4 on, smp_send_reschedule() is a macro that uses a trace event. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#include <trace/events/ipi.h>
#endif

/*
 * Work of the kernel for a task that is about to enter a guest. From 6.18 on, a
 * generic helper handles it. Before, the helper needs a vCPU of KVM, and the
 * functions that it calls are not exported: in such a kernel, work for user space
 * makes the task return to user space.
 */
#ifdef CONFIG_VIRT_XFER_TO_GUEST_WORK

#include <linux/entry-virt.h>

static inline bool compat_guest_work_is_pending(unsigned long flags)
{
	return flags & XFER_TO_GUEST_MODE_WORK;
}

static inline int compat_guest_work_handle(void)
{
	return xfer_to_guest_mode_handle_work();
}

#else

#include <linux/sched.h>
#include <linux/task_work.h>
#include <linux/thread_info.h>

/* From 6.13 on, there are two flags for a reschedule. */
#ifdef _TIF_NEED_RESCHED_LAZY
#define COMPAT_TIF_RESCHED	(_TIF_NEED_RESCHED | _TIF_NEED_RESCHED_LAZY)
#else
#define COMPAT_TIF_RESCHED	_TIF_NEED_RESCHED
#endif

/*
 * Restartable sequences set _TIF_NOTIFY_RESUME at every preemption and wake-up. Without
 * task work, it can wait until the task returns to user space for another reason.
 */
static inline bool compat_guest_work_is_for_user(unsigned long flags)
{
	if (flags & (_TIF_SIGPENDING | _TIF_NOTIFY_SIGNAL))
		return true;
	return flags & _TIF_NOTIFY_RESUME && task_work_pending(current);
}

static inline bool compat_guest_work_is_pending(unsigned long flags)
{
	return flags & COMPAT_TIF_RESCHED || compat_guest_work_is_for_user(flags);
}

static inline int compat_guest_work_handle(void)
{
	unsigned long flags = read_thread_flags();

	if (flags & COMPAT_TIF_RESCHED)
		schedule();
	return compat_guest_work_is_for_user(flags) ? -EINTR : 0;
}

#endif /* CONFIG_VIRT_XFER_TO_GUEST_WORK */

#endif /* _MSHV_VTL_COMPAT_H */
