/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The leaves that read and write fields.
 */
#ifndef _HYPERVISOR_TDX_L2_METADATA_H
#define _HYPERVISOR_TDX_L2_METADATA_H

#include <linux/types.h>

struct tdcall_regs;

/* How many L2 VMs the partition has: a host's choice, when it makes one. */
unsigned int metadata_l2_vms(void);
void metadata_set_l2_vms(unsigned int vms);
void metadata_vp_rd(struct tdcall_regs *regs);
void metadata_vp_wr(struct tdcall_regs *regs);
void metadata_vm_rd(struct tdcall_regs *regs);
void metadata_vm_wr(struct tdcall_regs *regs);
void metadata_sys_rd(struct tdcall_regs *regs);
void metadata_reset_vm(void);

#endif /* _HYPERVISOR_TDX_L2_METADATA_H */
