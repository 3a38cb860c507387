/* SPDX-License-Identifier: GPL-2.0-only */
/* New enough for nothing to be missing. */
#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + (c))
#define LINUX_VERSION_CODE      KERNEL_VERSION(7, 0, 0)
