/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's own APIC, which plays L1's virtual APIC.
 */
#ifndef _LAB_TDX_APIC_H
#define _LAB_TDX_APIC_H

#include <linux/types.h>

bool apic_has_deliverable(void);

#endif /* _LAB_TDX_APIC_H */
