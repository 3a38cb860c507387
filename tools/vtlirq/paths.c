// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Where the driver is found, and what it means when it is not found there.
 *
 * Owns: the paths, the environment variables that override them, and the advice
 * about a node or a file that cannot be opened.
 * Knows nothing of what is read there.
 */
#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <vtlirq.h>

#include "paths.h"
#include "sheet.h"

#define DEBUGFS_MOUNT	"/sys/kernel/debug"

static const char *path_or_default(const char *variable, const char *standard)
{
	const char *path = getenv(variable);

	return path && *path ? path : standard;
}

/**
 * path_of_node() - the driver's node
 *
 * Its siblings are this path with something added, such as /dev/mshv_hvcall.
 *
 * Return: VTLIRQ_NODE if it is set, else /dev/mshv.
 */
const char *path_of_node(void)
{
	return path_or_default("VTLIRQ_NODE", "/dev/mshv");
}

/**
 * path_of_debugfs() - the folder in which the driver shows its state
 *
 * Return: VTLIRQ_DEBUGFS if it is set, else the folder in debugfs.
 */
const char *path_of_debugfs(void)
{
	return path_or_default("VTLIRQ_DEBUGFS", DEBUGFS_MOUNT "/mshv_vtl");
}

/**
 * path_of_cpuinfo() - the file that names each online CPU's APIC id
 *
 * Return: VTLIRQ_CPUINFO if it is set, else /proc/cpuinfo.
 */
const char *path_of_cpuinfo(void)
{
	return path_or_default("VTLIRQ_CPUINFO", "/proc/cpuinfo");
}

/**
 * path_of_filesystems() - the file that names the kernel's kinds of file systems
 *
 * Return: VTLIRQ_FILESYSTEMS if it is set, else /proc/filesystems.
 */
const char *path_of_filesystems(void)
{
	return path_or_default("VTLIRQ_FILESYSTEMS", "/proc/filesystems");
}

/**
 * path_of_kmsg() - the file by which the kernel's log is read
 *
 * Return: VTLIRQ_KMSG if it is set, else /dev/kmsg.
 */
const char *path_of_kmsg(void)
{
	return path_or_default("VTLIRQ_KMSG", "/dev/kmsg");
}

/**
 * path_of_publications() - the folder in which processes publish their routes
 *
 * Return: VTLIRQ_DIRECTORY if it is set, else the one of libvtlirq.
 */
const char *path_of_publications(void)
{
	return path_or_default("VTLIRQ_DIRECTORY", VTLIRQ_DIRECTORY);
}

/**
 * module_file() - a file about a kernel module
 * @module: the module
 * @file: the file in its folder, "" for the folder itself
 *
 * Return: the path, below VTLIRQ_MODULES if it is set, else below /sys/module; to be
 * given to free().
 */
char *module_file(const char *module, const char *file)
{
	return memory_format("%s/%s/%s", path_or_default("VTLIRQ_MODULES", "/sys/module"),
			     module, file);
}

/**
 * module_is_there() - does the kernel list a module of this name?
 * @module: the module
 *
 * Return: true if it does. What is built in may not be listed.
 */
bool module_is_there(const char *module)
{
	char *path = module_file(module, "");
	bool is_there = !access(path, F_OK);

	free(path);
	return is_there;
}

/**
 * module_is_listed() - does the kernel list the driver as a module?
 *
 * Return: true if it does. A driver that is built in may not be listed.
 */
bool module_is_listed(void)
{
	return module_is_there(DRIVER_MODULE);
}

/**
 * driver_is_present() - is there a sign of the driver?
 *
 * Return: true if its module is listed, or its node is there.
 */
bool driver_is_present(void)
{
	return module_is_listed() || !access(path_of_node(), F_OK);
}

static void advise_loading(struct problem *problem)
{
	problem_next(problem, "load the driver: insmod mshv_vtl.ko (or modprobe mshv_vtl)");
}

/**
 * explain_node() - say why the node could not be opened
 * @error: what opening it gave, positive
 * @problem: where the explanation goes
 */
void explain_node(int error, struct problem *problem)
{
	const char *node = path_of_node();

	problem_what(problem, "cannot open %s: %s", node, strerror(error));
	if (error == EACCES || error == EPERM) {
		problem_next(problem, "run as root");
	} else if (error == ENXIO || error == ENODEV) {
		problem_what(problem, "%s is left over: no driver stands behind it", node);
		advise_loading(problem);
	} else if (error != ENOENT) {
		problem_next(problem, "look for mshv in the kernel's log (dmesg)");
	} else if (module_is_listed()) {
		problem_what(problem, "the driver is loaded, but %s is missing", node);
		problem_next(problem, "mount devtmpfs on /dev, and look for mshv in dmesg");
	} else {
		problem_what(problem, "%s is missing: the driver is not loaded", node);
		advise_loading(problem);
	}
}

/**
 * debugfs_is_mounted() - is debugfs mounted where everybody looks for it?
 *
 * Return: true if it is.
 */
bool debugfs_is_mounted(void)
{
	struct statfs about;

	return !statfs(DEBUGFS_MOUNT, &about) && about.f_type == DEBUGFS_MAGIC;
}

/**
 * debugfs_is_offered() - can debugfs be mounted?
 *
 * Return: false if the kernel was built without it, or booted with debugfs=off or
 * debugfs=no-mount, and says so.
 */
bool debugfs_is_offered(void)
{
	bool is_offered;
	char *text;
	int error;

	if (file_read(path_of_filesystems(), &text, &error))
		return true;
	is_offered = strstr(text, "\tdebugfs\n");
	free(text);
	return is_offered;
}

/* Nothing there. What is at fault: the variable, the driver, or the mount? */
static void explain_absence(struct problem *problem)
{
	if (getenv("VTLIRQ_DEBUGFS")) {
		problem_next(problem, "correct or unset VTLIRQ_DEBUGFS");
	} else if (!driver_is_present()) {
		problem_what(problem, "the driver is not loaded, so it has no state to show");
		advise_loading(problem);
	} else if (!debugfs_is_offered()) {
		problem_what(problem, "this kernel has no debugfs, where the driver shows its state");
		problem_next(problem, "boot without debugfs=off, with a kernel that has it");
	} else if (!debugfs_is_mounted()) {
		problem_what(problem, "debugfs, where the driver shows its state, is not mounted");
		problem_next(problem, "mount it: mount -t debugfs none " DEBUGFS_MOUNT);
	} else {
		problem_next(problem, "this driver shows no such file; is it another version?");
	}
}

/**
 * explain_debugfs() - say why a file of the driver's state could not be read
 * @file: its path
 * @error: what opening or reading it gave, positive
 * @problem: where the explanation goes
 */
void explain_debugfs(const char *file, int error, struct problem *problem)
{
	problem_what(problem, "cannot read %s: %s", file, strerror(error));
	if (error == EACCES)
		problem_next(problem, "run as root");
	else if (error == EPERM)
		problem_next(problem, "run as root; under kernel lockdown debugfs is closed");
	else if (error == ENOENT || error == ENOTDIR)
		explain_absence(problem);
	else
		problem_next(problem, "look for mshv in the kernel's log (dmesg)");
}
