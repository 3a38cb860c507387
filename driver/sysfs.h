/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters for operators of a system without debugfs; see sysfs.c.
 */
#ifndef _MSHV_VTL_SYSFS_H
#define _MSHV_VTL_SYSFS_H

struct attribute_group;

/* The attributes of /dev/mshv, created and removed together with it. */
extern const struct attribute_group *vtl_sysfs_groups[];

#endif /* _MSHV_VTL_SYSFS_H */
