/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an operator sees without debugfs; see sysfs.c.
 */
#ifndef _MSHV_VTL_SYSFS_H
#define _MSHV_VTL_SYSFS_H

struct attribute_group;

/* The attributes of /dev/mshv, which come and go with it. */
extern const struct attribute_group *vtl_sysfs_groups[];

#endif /* _MSHV_VTL_SYSFS_H */
