/* SPDX-License-Identifier: GPL-2.0-only */
/* Nobody here makes an ioctl; the side door goes by their numbers. */
#define _IO(type, number)          (number)
#define _IOR(type, number, object) (number)
#define _IOW(type, number, object) (number)
#define _IOWR(type, number, object) (number)
