/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels that this driver builds for (6.1, 6.12,
 * 7.x), and nothing else. The rest of the driver knows no kernel version.
 */
#ifndef _MSHV_VTL_COMPAT_H
#define _MSHV_VTL_COMPAT_H

#include <linux/version.h>

#ifdef CONFIG_X86_LOCAL_APIC

#include <asm/apic.h>

/*
 * From 6.6 on apic_eoi() and apic_read() are static calls whose trampolines
 * are not exported. The callbacks behind them are members of the exported
 * apic driver, and stay up to date when a hypervisor replaces them.
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

/* From 6.16 on an MSR's value is a quadword by name, too. */
#ifdef rdmsrq
#define compat_rdmsrq(msr, value)	rdmsrq(msr, value)
#define compat_wrmsrq(msr, value)	wrmsrq(msr, value)
#define compat_wrmsrq_safe(msr, value)	wrmsrq_safe(msr, value)
#else
#define compat_rdmsrq(msr, value)	rdmsrl(msr, value)
#define compat_wrmsrq(msr, value)	wrmsrl(msr, value)
#define compat_wrmsrq_safe(msr, value)	wrmsrl_safe(msr, value)
#endif

#endif /* CONFIG_X86_64 */

/* From 6.15 on the hypervisor's callback vector has a handler for this driver. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#define COMPAT_HV_HANDLER
#endif

/* From 6.4 on smp_send_reschedule() is a macro that traces. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#include <trace/events/ipi.h>
#endif

#include <linux/thread_info.h>

/* From 6.13 on a reschedule may be asked for in two ways. */
#ifdef _TIF_NEED_RESCHED_LAZY
#define COMPAT_TIF_RESCHED	(_TIF_NEED_RESCHED | _TIF_NEED_RESCHED_LAZY)
#else
#define COMPAT_TIF_RESCHED	_TIF_NEED_RESCHED
#endif

#endif /* _MSHV_VTL_COMPAT_H */
