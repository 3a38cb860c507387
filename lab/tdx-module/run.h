/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running L2 until L1 is concerned.
 */
#ifndef _LAB_TDX_RUN_H
#define _LAB_TDX_RUN_H

struct l2_exit;
struct vcpu;

void l2_run(struct vcpu *vcpu, struct l2_exit *exit);

#endif /* _LAB_TDX_RUN_H */
