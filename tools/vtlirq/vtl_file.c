// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The calls to the driver, one function each.
 *
 * Owns: the node, the VTL file, their ioctls and the mapping of the run page.
 * Knows nothing of commands. The map and unmap calls return the bare errno,
 * since only the caller knows enough to explain it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "paths.h"
#include "vtl_file.h"

/**
 * vtl_node_open() - open the driver's node
 * @problem: what is said if it fails
 *
 * Return: a file descriptor, or a negative errno.
 */
int vtl_node_open(struct problem *problem)
{
	int node = open(path_of_node(), O_RDWR | O_CLOEXEC);
	int error = errno;

	if (node >= 0)
		return node;
	explain_node(error, problem);
	return -error;
}

/**
 * vtl_check_extension() - ask what the driver can do
 * @node: from vtl_node_open()
 * @capability: one of MSHV_CAP_*
 *
 * Return: the capability's value, or a negative errno.
 */
int vtl_check_extension(int node, unsigned int capability)
{
	__u32 number = capability;
	int value = ioctl(node, MSHV_CHECK_EXTENSION, &number);

	return value < 0 ? -errno : value;
}

/* A capability that no driver has: theirs are small numbers, or vtlirq's own. */
#define CAPABILITY_NONE	0xffffffff

/**
 * vtl_node_is_known() - does the node answer as a VTL driver does?
 * @node: from vtl_node_open()
 *
 * Return: true for vtlirq's driver and for others with OpenHCL's interface, which all
 * refuse an unknown capability with EOPNOTSUPP (MSHV_CHECK_EXTENSION).
 */
bool vtl_node_is_known(int node)
{
	return vtl_check_extension(node, CAPABILITY_NONE) == -EOPNOTSUPP;
}

/**
 * vtl_node_is_ours() - is it vtlirq's driver that stands behind the node?
 * @node: from vtl_node_open()
 *
 * Return: true if it knows a capability of this driver's own.
 */
bool vtl_node_is_ours(int node)
{
	return vtl_node_is_known(node) &&
	       vtl_check_extension(node, MSHV_CAP_VP_INTERRUPTS) > 0;
}

static void explain_foreign(struct problem *problem)
{
	problem_what(problem, "%s is not a VTL driver's node: it answers as none does",
		     path_of_node());
	problem_next(problem, "unload the driver that made it, then load mshv_vtl; or check VTLIRQ_NODE");
}

/**
 * vtl_file_create() - make a VTL file
 * @node: from vtl_node_open()
 * @problem: what is said if it fails
 *
 * Return: a file descriptor, or a negative errno.
 */
int vtl_file_create(int node, struct problem *problem)
{
	int file;
	int error;

	if (!vtl_node_is_known(node)) {
		explain_foreign(problem);
		return -ENOTTY;
	}
	file = ioctl(node, MSHV_CREATE_VTL, 0);
	error = errno;
	if (file >= 0)
		return file;
	problem_what(problem, "cannot make a VTL file on %s: %s", path_of_node(),
		     strerror(error));
	problem_next(problem, "look for mshv in the kernel's log (dmesg)");
	return -error;
}

/**
 * vtl_file_open() - open the node, make a VTL file, close the node
 * @problem: what is said if it fails
 *
 * Return: a file descriptor, or a negative errno.
 */
int vtl_file_open(struct problem *problem)
{
	int node = vtl_node_open(problem);
	int file;

	if (node < 0)
		return node;
	file = vtl_file_create(node, problem);
	close(node);
	return file;
}

static int map_or_unmap(int file, struct mshv_map_device_intr *request)
{
	return ioctl(file, MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT, request) < 0 ? -errno : 0;
}

/**
 * vtl_map() - ask for a hardware vector
 * @file: the VTL file, which holds the reference
 * @proxy_vector: the vector as VTL0 knows it
 * @apic_id: names the CPU
 *
 * Return: the hardware vector, or a negative errno.
 */
int vtl_map(int file, unsigned int proxy_vector, unsigned int apic_id)
{
	struct mshv_map_device_intr request = {
		.vector = proxy_vector,
		.apic_id = apic_id,
		.create_mapping = 1,
	};
	int error = map_or_unmap(file, &request);

	return error ? error : (int)request.vector;
}

/**
 * vtl_unmap() - give one reference on a hardware vector back
 * @file: the VTL file that holds it
 * @hardware_vector: from vtl_map()
 * @apic_id: names the CPU
 *
 * Return: 0, or a negative errno.
 */
int vtl_unmap(int file, unsigned int hardware_vector, unsigned int apic_id)
{
	struct mshv_map_device_intr request = {
		.vector = hardware_vector,
		.apic_id = apic_id,
	};

	return map_or_unmap(file, &request);
}

/**
 * vtl_vp_interrupts() - ask what came to a VP, and which vectors it has
 * @file: any VTL file
 * @asked: as struct mshv_vp_interrupts has it
 *
 * Return: 0, or a negative errno.
 */
int vtl_vp_interrupts(int file, struct mshv_vp_interrupts *asked)
{
	return ioctl(file, MSHV_GET_VP_INTERRUPTS, asked) < 0 ? -errno : 0;
}

/*
 * A page that the driver does not have raises SIGBUS at the first touch. The
 * kernel's own touch, on behalf of a write to a pipe, gives EFAULT instead.
 */
static int touch(const void *page)
{
	int error = 0;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	if (write(ends[1], page, 1) != 1)
		error = -errno;
	close(ends[0]);
	close(ends[1]);
	return error;
}

/**
 * vtl_run_page() - map the run page of a VP
 * @file: the VTL file
 * @vp: the VP
 * @run: the page; it stays mapped until the program ends
 * @problem: what is said if it fails
 *
 * Return: 0, or a negative errno.
 */
int vtl_run_page(int file, unsigned int vp, struct mshv_vtl_run **run,
		 struct problem *problem)
{
	long size = sysconf(_SC_PAGESIZE);
	off_t offset = (off_t)MSHV_VTL_PAGE_INDEX(MSHV_VTL_PAGE_RUN, vp) * size;
	void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, offset);
	int error = page == MAP_FAILED ? -errno : touch(page);

	if (!error) {
		*run = page;
		return 0;
	}
	problem_what(problem, "cannot map the run page of VP %u: %s", vp, strerror(-error));
	if (error == -EFAULT)
		problem_next(problem, "see in vtlirq status whether CPU %u is online", vp);
	else
		problem_next(problem, "look for mshv in the kernel's log (dmesg)");
	return error;
}
