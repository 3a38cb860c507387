/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The leaves that concern L2, as tdcall.c calls them.
 */
#ifndef _HYPERVISOR_TDX_L2_CALLS_H
#define _HYPERVISOR_TDX_L2_CALLS_H

#include <linux/types.h>

struct l2_cpu;
struct tdcall_regs;

void tdx_vp_enter(struct l2_cpu *cpu, struct tdcall_regs *regs);

void memory_attr_rd(struct tdcall_regs *regs);
void memory_attr_wr(struct tdcall_regs *regs);

/* How many L2 VMs the partition has. On TDX, the host chooses it when it creates a TD. */
unsigned int metadata_l2_vms(void);
void metadata_set_l2_vms(unsigned int vms);
void metadata_vp_rd(struct tdcall_regs *regs);
void metadata_vp_wr(struct tdcall_regs *regs);
void metadata_vm_rd(struct tdcall_regs *regs);
void metadata_vm_wr(struct tdcall_regs *regs);
void metadata_sys_rd(struct tdcall_regs *regs);
void metadata_reset_vm(void);

#endif /* _HYPERVISOR_TDX_L2_CALLS_H */
