/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between Linux 6.1, 6.12 and 7.x.
 */
#ifndef _LAB_HOST_COMPAT_H
#define _LAB_HOST_COMPAT_H

#include <linux/version.h>
#include <asm/apic.h>

/*
 * From 6.6 on apic_eoi() is a static call whose trampoline is not exported;
 * the callback behind it is a member of the exported apic driver.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
static inline void compat_apic_eoi(void)
{
	apic->eoi();
}
#else
static inline void compat_apic_eoi(void)
{
	apic_eoi();
}
#endif

#endif /* _LAB_HOST_COMPAT_H */
