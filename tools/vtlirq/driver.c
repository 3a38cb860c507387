// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The calls to the driver, one function each.
 *
 * Owns: the node, the VTL file and their ioctls. Map and unmap return the bare errno, since
 * only the caller knows enough to explain it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "driver.h"
#include "paths.h"

/* Open the driver's node. Returns a file descriptor, or a negative errno. */
int driver_open_node(struct problem *problem)
{
	int node = open(path_of(NODE), O_RDWR | O_CLOEXEC);
	int error = errno;

	if (node >= 0)
		return node;
	explain_node(error, problem);
	return -error;
}

/* Ask what the driver can do. Returns the capability's value, or a negative errno. */
int driver_capability(int node, unsigned int capability)
{
	__u32 number = capability;
	int value = ioctl(node, MSHV_CHECK_EXTENSION, &number);

	return value < 0 ? -errno : value;
}

/* No driver has this capability: theirs are small numbers, or vtlirq's own. */
#define CAPABILITY_NONE	0xffffffff

/*
 * Does the node answer as a VTL driver does? Returns true for vtlirq's driver and for others
 * with OpenHCL's interface, which all refuse an unknown capability with EOPNOTSUPP
 * (MSHV_CHECK_EXTENSION).
 */
bool driver_is_known(int node)
{
	return driver_capability(node, CAPABILITY_NONE) == -EOPNOTSUPP;
}

/*
 * Is the node one of vtlirq's driver? Returns true if it knows a capability that only this
 * driver has.
 */
bool driver_is_ours(int node)
{
	return driver_is_known(node) && driver_capability(node, MSHV_CAP_VP_INTERRUPTS) > 0;
}

/* Create a VTL file. Returns a file descriptor, or a negative errno. */
int driver_create_file(int node, struct problem *problem)
{
	int file;
	int error;

	if (!driver_is_known(node)) {
		problem_what(problem, "%s is not a VTL driver's node, by what it answers",
			     path_of(NODE));
		problem_next(problem, "unload the driver that made it, then load mshv_vtl; or check VTLIRQ_NODE");
		return -ENOTTY;
	}
	file = ioctl(node, MSHV_CREATE_VTL, 0);
	error = errno;
	if (file >= 0)
		return file;
	problem_what(problem, "cannot create a VTL file on %s: %s", path_of(NODE),
		     strerror(error));
	problem_next(problem, "look for mshv in the kernel's log (dmesg)");
	return -error;
}

/*
 * Open the node, create a VTL file, close the node. Returns a file descriptor, or a negative
 * errno.
 */
int driver_open_file(struct problem *problem)
{
	int node = driver_open_node(problem);
	int file;

	if (node < 0)
		return node;
	file = driver_create_file(node, problem);
	close(node);
	return file;
}

static int map_or_unmap(int file, struct mshv_map_device_intr *request)
{
	return ioctl(file, MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT, request) < 0 ? -errno : 0;
}

/* Allocate a hardware vector. Returns the hardware vector, or a negative errno. */
int driver_map(int file, unsigned int proxy_vector, unsigned int apic_id)
{
	struct mshv_map_device_intr request = {
		.vector = proxy_vector,
		.apic_id = apic_id,
		.create_mapping = 1,
	};
	int error = map_or_unmap(file, &request);

	return error ? error : (int)request.vector;
}

/* Drop one reference on a hardware vector. */
int driver_unmap(int file, unsigned int hardware_vector, unsigned int apic_id)
{
	struct mshv_map_device_intr request = {
		.vector = hardware_vector,
		.apic_id = apic_id,
	};

	return map_or_unmap(file, &request);
}

/* Ask for the interrupts that came to a VP, and for its vectors. */
int driver_vp_interrupts(int file, struct mshv_vp_interrupts *asked)
{
	return ioctl(file, MSHV_GET_VP_INTERRUPTS, asked) < 0 ? -errno : 0;
}

/*
 * Touching a run page that the driver does not have raises SIGBUS. The kernel reads it for
 * a write to a pipe instead, which fails with EFAULT then.
 */
static bool read_safely(const void *from, void *to, size_t size)
{
	bool is_read = false;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return false;
	if (write(ends[1], from, size) == (ssize_t)size)
		is_read = read(ends[0], to, size) == (ssize_t)size;
	close(ends[0]);
	close(ends[1]);
	return is_read;
}

/*
 * Does the VMM's filter in the run page drop this vector? Returns true if it does; false also if
 * the run page cannot be read.
 */
bool driver_vector_is_blocked(int file, unsigned int vp, unsigned int vector)
{
	long size = sysconf(_SC_PAGESIZE);
	off_t offset = (off_t)MSHV_VTL_PAGE_INDEX(MSHV_VTL_PAGE_RUN, vp) * size;
	struct mshv_vtl_run *run = mmap(NULL, size, PROT_READ, MAP_SHARED, file, offset);
	__u32 bank = 0;

	if (run == MAP_FAILED)
		return false;
	if (!read_safely(&run->proxy_irr_blocked[vector >> 5], &bank, sizeof(bank)))
		bank = 0;
	munmap(run, size);
	return bank & 1U << (vector & 31);
}
