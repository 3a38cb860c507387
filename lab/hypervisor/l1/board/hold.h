/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Raising a source while its CPU cannot take the interrupt.
 */
#ifndef _HYPERVISOR_L1_BOARD_HOLD_H
#define _HYPERVISOR_L1_BOARD_HOLD_H

#include <linux/types.h>

struct lab_device;

int lab_hold_raise(struct lab_device *device, u32 source, u32 cpu, u32 usecs);
void lab_hold_wait_idle(void);

#endif /* _HYPERVISOR_L1_BOARD_HOLD_H */
