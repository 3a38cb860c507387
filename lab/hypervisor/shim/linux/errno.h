/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HYPERVISOR_SHIM_ERRNO_H
#define _HYPERVISOR_SHIM_ERRNO_H

#define ENOENT  2
#define EIO     5
#define ENXIO   6
#define E2BIG   7
#define EAGAIN 11
#define ENOMEM 12
#define EBUSY  16
#define EEXIST 17
#define ENODEV 19
#define EINVAL 22
#define ENOSPC 28

#endif /* _HYPERVISOR_SHIM_ERRNO_H */
