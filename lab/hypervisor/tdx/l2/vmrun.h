/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between C and the world switch.
 */
#ifndef _HYPERVISOR_TDX_L2_VMRUN_H
#define _HYPERVISOR_TDX_L2_VMRUN_H

#define RUN_VMCB_PA  0x00
#define RUN_HOST_PA  0x08
#define RUN_VMCB     0x10
#define RUN_HOST     0x18
#define RUN_SHADOW   0x20
#define RUN_FROM     0x28
#define RUN_GPR      0x30

#ifndef __ASSEMBLY__

#include "tdx/abi.h"
#include "vcpu/vmcb.h"

/**
 * struct svm_run - operands of the world switch
 * @vmcb_pa: physical address of @vmcb
 * @host_pa: physical address of @host
 * @vmcb:    L2's control block
 * @host:    where L1's part of the state is saved that VMRUN does not switch
 * @shadow:  the first instruction of L2 is in an interrupt shadow
 * @from:    the registers with which L2 is entered, by enum l2_gpr: at first those of the state
 *           buffer, after each exit @gpr
 * @gpr:     L2's registers at its exit, except RAX and RSP, which are in @vmcb
 */
struct svm_run {
	u64 vmcb_pa;
	u64 host_pa;
	struct vmcb *vmcb;
	struct vmcb *host;
	u64 shadow;
	const u64 *from;
	u64 gpr[GPR_COUNT];
};

/**
 * svm_run() - run L2 until it exits
 * @run: operands.
 *
 * L2 starts with L1's KERNEL_GS_BASE, STAR, LSTAR, CSTAR and SFMASK, and L1 gets L2's, as with a
 * TDX module.
 *
 * Context: interrupts off and GIF 0, before and after.
 */
void svm_run(struct svm_run *run);

/**
 * svm_run_switch() - the world switch itself, for svm_run()
 * @run: operands.
 *
 * Context: likewise; the clock is that of L2.
 */
void svm_run_switch(struct svm_run *run);

#endif /* !__ASSEMBLY__ */
#endif /* _HYPERVISOR_TDX_L2_VMRUN_H */
