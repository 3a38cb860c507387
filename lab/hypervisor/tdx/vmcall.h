/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TDG.VP.VMCALL: what a trust domain asks of its host.
 */
#ifndef _HYPERVISOR_TDX_VMCALL_H
#define _HYPERVISOR_TDX_VMCALL_H

#include <linux/types.h>

struct l1_cpu;

/**
 * vmcall_handle() - L1 calls its host
 * @l1: of this CPU.
 *
 * Source: Guest-Host-Communication Interface for Intel TDX, chapter 3.
 * Return: the TDX module's status, for RAX; the host's is in R10.
 */
u64 vmcall_handle(struct l1_cpu *l1);

#endif /* _HYPERVISOR_TDX_VMCALL_H */
