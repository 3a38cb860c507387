/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ioctls that tell the host how to behave, and what it has counted.
 */
#ifndef _LAB_HOST_CONTROL_H
#define _LAB_HOST_CONTROL_H

long lab_control_ioctl(unsigned int command, void __user *argument);

#endif /* _LAB_HOST_CONTROL_H */
