// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Where the driver and its state are found, and why they may be missing there.
 *
 * Owns: the paths, the environment variables that override them, and the advice
 * about a node or a file that cannot be opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <vtlirq.h>

#include "machine.h"

#define DEBUGFS_MOUNT	"/sys/kernel/debug"

const char *path_of(enum place place)
{
	static const char * const places[][2] = {
		[NODE] = { "VTLIRQ_NODE", "/dev/mshv" },
		[DEBUGFS] = { "VTLIRQ_DEBUGFS", DEBUGFS_MOUNT "/mshv_vtl" },
		[CPUINFO] = { "VTLIRQ_CPUINFO", "/proc/cpuinfo" },
		[FILESYSTEMS] = { "VTLIRQ_FILESYSTEMS", "/proc/filesystems" },
		[KMSG] = { "VTLIRQ_KMSG", "/dev/kmsg" },
		[PUBLICATIONS] = { "VTLIRQ_DIRECTORY", VTLIRQ_DIRECTORY },
		[MODULES] = { "VTLIRQ_MODULES", "/sys/module" },
	};
	const char *path = getenv(places[place][0]);

	return path && *path ? path : places[place][1];
}

/* Reads to the end. Returns NULL with errno set if it fails. */
static char *read_all(int fd)
{
	char *contents = NULL;
	size_t used = 0;
	ssize_t got;

	do {
		contents = memory_grow(contents, used + 4096, 1);
		got = read(fd, contents + used, 4095);
		used += got > 0 ? got : 0;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0) {
		free(contents);
		return NULL;
	}
	contents[used] = '\0';
	return contents;
}

/* Reads a whole file of unknown size. Returns 0, or a negative errno, and @text is NULL. */
int file_read(const char *path, char **text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int error;

	*text = fd < 0 ? NULL : read_all(fd);
	error = errno;
	if (fd >= 0)
		close(fd);
	if (*text)
		return 0;
	return error > 0 ? -error : -EIO;
}

/* The path of a file about the driver's module. The caller frees it. */
char *module_file(const char *file)
{
	return memory_format("%s/" DRIVER_MODULE "/%s", path_of(MODULES), file);
}

/*
 * Does the kernel list the driver as a module? Returns true if it does. A driver that is built
 * in may not be listed.
 */
bool module_is_listed(void)
{
	char *path = module_file("");
	bool is_there = !access(path, F_OK);

	free(path);
	return is_there;
}

static void advise_loading(struct problem *problem)
{
	problem_next(problem, "load the driver: insmod mshv_vtl.ko (or modprobe mshv_vtl)");
}

/* Says why the node could not be opened. */
void explain_node(int error, struct problem *problem)
{
	const char *node = path_of(NODE);

	problem_what(problem, "cannot open %s: %s", node, strerror(error));
	if (error == EACCES || error == EPERM) {
		problem_next(problem, "run as root");
	} else if (error == ENXIO || error == ENODEV) {
		problem_what(problem, "%s is left over: its driver is not loaded", node);
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

static bool debugfs_is_mounted(void)
{
	struct statfs about;

	return !statfs(DEBUGFS_MOUNT, &about) && about.f_type == DEBUGFS_MAGIC;
}

/* False for a kernel without debugfs, or booted with debugfs=off or debugfs=no-mount. */
static bool debugfs_is_offered(void)
{
	bool is_offered;
	char *text;

	file_read(path_of(FILESYSTEMS), &text);
	is_offered = !text || strstr(text, "\tdebugfs\n");
	free(text);
	return is_offered;
}

/* The file does not exist: is it the variable, the driver, or the mount? */
static void explain_absence(struct problem *problem)
{
	if (getenv("VTLIRQ_DEBUGFS")) {
		problem_next(problem, "correct or unset VTLIRQ_DEBUGFS");
	} else if (!module_is_listed() && access(path_of(NODE), F_OK)) {
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

/* Says why a file of the driver's state could not be read. */
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
