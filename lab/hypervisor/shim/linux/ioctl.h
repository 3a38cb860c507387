/* SPDX-License-Identifier: GPL-2.0-only */
/* Nobody here makes an ioctl. */
#define _IO(type, number)
#define _IOW(type, number, object)
#define _IOWR(type, number, object)
