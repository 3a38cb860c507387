/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The APIC is in x2APIC mode to its reader: it has to ask, see tdx/l2.c.
 */
#define x2apic_mode 1
#define APIC_BASE   0xfee00000UL
#define APIC_IRR    0x200
