/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypervisor uses only the numbers of ioctls, for the side door. */
#define _IO(type, number)          (number)
#define _IOR(type, number, object) (number)
#define _IOW(type, number, object) (number)
#define _IOWR(type, number, object) (number)
