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

#endif /* _MSHV_VTL_COMPAT_H */
