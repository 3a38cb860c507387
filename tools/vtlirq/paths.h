/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_PATHS_H
#define VTLIRQ_PATHS_H

#include <stdbool.h>

#include "problem.h"

#define DRIVER_MODULE	"mshv_vtl"

const char *path_of_node(void);
const char *path_of_debugfs(void);
const char *path_of_cpuinfo(void);
const char *path_of_filesystems(void);
const char *path_of_kmsg(void);
const char *path_of_publications(void);

char *module_file(const char *module, const char *file);
bool module_is_there(const char *module);
bool module_is_listed(void);
bool driver_is_present(void);
bool debugfs_is_mounted(void);
bool debugfs_is_offered(void);
void explain_node(int error, struct problem *problem);
void explain_debugfs(const char *file, int error, struct problem *problem);

#endif /* VTLIRQ_PATHS_H */
