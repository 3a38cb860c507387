/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_PATHS_H
#define VTLIRQ_PATHS_H

#include "base.h"

#define DRIVER_MODULE	"mshv_vtl"

/**
 * enum place - a file or folder, which a variable of the environment overrides
 * @NODE: the driver's node; the names of the others begin with it (VTLIRQ_NODE)
 * @DEBUGFS: the folder in which the driver shows its state (VTLIRQ_DEBUGFS)
 * @CPUINFO: shows the flags of each CPU (VTLIRQ_CPUINFO)
 * @FILESYSTEMS: lists the types of file system of the kernel (VTLIRQ_FILESYSTEMS)
 * @KMSG: the kernel's log (VTLIRQ_KMSG)
 * @PUBLICATIONS: the folder in which processes publish their routes (VTLIRQ_DIRECTORY)
 * @MODULES: has a folder for each module of the kernel (VTLIRQ_MODULES)
 */
enum place { NODE, DEBUGFS, CPUINFO, FILESYSTEMS, KMSG, PUBLICATIONS, MODULES };

const char *path_of(enum place place);
int file_read(const char *path, char **text);
char *module_file(const char *file);
bool module_is_listed(void);
void explain_node(int error, struct problem *problem);
void explain_debugfs(const char *file, int error, struct problem *problem);

/* ---- machine.c ---- */

/* Twelve letters, by which a CPU names its hypervisor, and a zero. */
#define HYPERVISOR_NAME_SIZE	13

bool cpu_has_flag(const char *flag);
void hypervisor_name(char name[HYPERVISOR_NAME_SIZE]);
int kernel_log_count(const char *text, unsigned int *count);

#endif /* VTLIRQ_PATHS_H */
