/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ioctls that tell the host how to behave, and what it has counted.
 */
#ifndef _HYPERVISOR_L1_BOARD_CONTROL_H
#define _HYPERVISOR_L1_BOARD_CONTROL_H

long lab_control_ioctl(unsigned int command, void __user *argument);

#endif /* _HYPERVISOR_L1_BOARD_CONTROL_H */
