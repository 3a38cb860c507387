// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The calls to the driver, one function each.
 *
 * Owns: the node, the VTL file and their ioctls.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "machine.h"

/* Opens the driver's node. Returns a file descriptor, or a negative errno. */
int driver_open_node(struct problem *problem)
{
	int node = open(path_of(NODE), O_RDWR | O_CLOEXEC);
	int error = errno;

	if (node >= 0)
		return node;
	explain_node(error, problem);
	return -error;
}

/* Asks what the driver can do. Returns the capability's value, or a negative errno. */
int driver_capability(int node, unsigned int capability)
{
	__u32 number = capability;
	int value = ioctl(node, MSHV_CHECK_EXTENSION, &number);

	return value < 0 ? -errno : value;
}

/* No driver has this capability: theirs are small numbers, or vtlirq's own. */
#define CAPABILITY_NONE	0xffffffff

/*
 * Does the node answer as a VTL driver does? vtlirq's driver and others with OpenHCL's
 * interface refuse an unknown capability with EOPNOTSUPP (MSHV_CHECK_EXTENSION).
 */
bool driver_is_known(int node)
{
	return driver_capability(node, CAPABILITY_NONE) == -EOPNOTSUPP;
}

/* Is the node one of vtlirq's driver? Only that has this capability. */
bool driver_is_ours(int node)
{
	return driver_is_known(node) && driver_capability(node, MSHV_CAP_VP_INTERRUPTS) > 0;
}

/* Creates a VTL file. Returns a file descriptor, or a negative errno. */
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

/* Opens the node, creates a VTL file, closes the node. Returns as driver_create_file(). */
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

/*
 * Allocates a hardware vector on the CPU with this APIC id for a proxy vector; the VTL file
 * holds it. Returns the hardware vector, or a bare negative errno.
 */
int driver_map(int file, unsigned int proxy_vector, unsigned int apic_id)
{
	struct mshv_map_device_intr map = {
		.vector = proxy_vector, .apic_id = apic_id, .create_mapping = 1,
	};

	return ioctl(file, MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT, &map) < 0 ? -errno
									   : (int)map.vector;
}

/* Drops one reference on a hardware vector. */
int driver_unmap(int file, unsigned int hardware_vector, unsigned int apic_id)
{
	struct mshv_map_device_intr unmap = { .vector = hardware_vector, .apic_id = apic_id };

	return ioctl(file, MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT, &unmap) < 0 ? -errno : 0;
}

/* Asks for the interrupts that came to a VP, and for its vectors. */
int driver_vp_interrupts(int file, struct mshv_vp_interrupts *asked)
{
	return ioctl(file, MSHV_GET_VP_INTERRUPTS, asked) < 0 ? -errno : 0;
}
