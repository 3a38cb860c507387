// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The bare guest's devices: their registers given to it, their interrupts routed.
 *
 * Owns: the tables of the boot page. The lab's host is asked for what the guest would do
 * to its device: mask it, unmask it, raise it.
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../labhost/labhost_client.h"
#include "internal.h"

static_assert(VTL0_DEVICE_EDU == LAB_HOST_KIND_EDU, "one number for both");
static_assert(VTL0_DEVICE_IVSHMEM == LAB_HOST_KIND_IVSHMEM, "one number for both");

/* Finds the first BAR of a PCI function. */
static int registers_find(unsigned int bdf, uint64_t *base)
{
	uint64_t first, last;
	char path[80];
	FILE *file;
	int found;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/0000:" BDF_FORMAT "/resource",
		 BDF_NUMBERS(bdf));
	file = fopen(path, "re");
	if (!file)
		return -errno;
	found = fscanf(file, "%" SCNx64 " %" SCNx64, &first, &last);
	fclose(file);
	if (found != 2 || !first)
		return -ENXIO;
	if (last > UINT32_MAX || first % PAGE_SIZE)
		return -ERANGE;
	*base = first;
	return 0;
}

static int device_give(struct vmm *vm, const struct lab_host_device *device)
{
	unsigned int index = vm->boot->devices_count;
	uint64_t registers = 0;
	int ret;

	ret = registers_find(device->bdf, &registers);
	if (ret) {
		complain("%s: its registers cannot be given to VTL0: %s", device->name,
			 strerror(-ret));
		return ret;
	}
	/* The registers that the guest uses are in the first page, for both kinds of device. */
	ret = memory_give(vm, registers, PAGE_SIZE, TDX_READ | TDX_WRITE);
	if (ret)
		return ret;

	vm->lab_devices[index] = device->index;
	vm->boot->devices[index].registers = registers;
	vm->boot->devices[index].kind = device->kind;
	__atomic_store_n(&vm->boot->devices_count, index + 1, __ATOMIC_RELEASE);
	return index;
}

int vmm_device_add(struct vmm *vm, unsigned int lab_device)
{
	struct lab_host_device device;
	int ret;

	if (vm->boot->devices_count == VTL0_DEVICES_MAX)
		return -ENOSPC;
	ret = vm->host < 0 ? vm->host : labhost_device_get(vm->host, lab_device, &device);
	if (ret) {
		complain("device %u of the lab's host: %s", lab_device, strerror(-ret));
		return ret;
	}
	return device_give(vm, &device);
}

static void devices_take_back(struct vmm *vm)
{
	unsigned int i;

	for (i = 0; vm->boot && i < vm->boot->devices_count; i++)
		memory_give(vm, vm->boot->devices[i].registers, PAGE_SIZE, 0);
}

void bare_devices_close(struct vmm *vm)
{
	unsigned int i;

	for (i = 0; i < VTL0_ROUTES_MAX; i++) {
		if (vm->routes[i])
			vmm_route_remove(vm, i);
	}
	devices_take_back(vm);
}

static int route_free(const struct vmm *vm)
{
	unsigned int i;

	for (i = 0; i < VTL0_ROUTES_MAX; i++) {
		if (!vm->routes[i])
			return i;
	}
	complain("VTL0 has %d interrupts already", VTL0_ROUTES_MAX);
	return -ENOSPC;
}

/* The vector is written last: until then, the guest treats the route as unused. */
static void route_tell(struct vmm *vm, unsigned int index, const struct vtl0_route *route)
{
	struct vtl0_route *told = &vm->boot->routes[index];

	told->device = route->device;
	told->source = route->source;
	told->vp = route->vp;
	__atomic_store_n(&told->vector, route->vector, __ATOMIC_RELEASE);
	if (index >= vm->boot->routes_count)
		__atomic_store_n(&vm->boot->routes_count, index + 1, __ATOMIC_RELEASE);
}

/* The guest names the interrupt to the host in this way. */
static struct vtlirq_interrupt interrupt_of(const struct lab_host_device *device,
					    unsigned int source)
{
	return (struct vtlirq_interrupt) {
		.device_id = device->bdf,
		.address = LAB_HOST_MSI_ADDRESS,
		.data = source,
	};
}

/* The name is for tools that show routes; without it, they show numbers. */
static void route_name(struct vtlirq_route *route, const struct lab_host_device *device,
		       unsigned int source)
{
	char name[VTLIRQ_ROUTE_NAME_SIZE];

	snprintf(name, sizeof(name), "%.*s, interrupt %u", (int)sizeof(device->name),
		 device->name, source);
	vtlirq_route_name_set(route, name);
}

static int route_create(struct vmm *vm, const struct vtl0_route *route,
			struct vtlirq_route **created)
{
	struct vtlirq_interrupt interrupt;
	struct lab_host_device device;
	struct vtlirq_single_target single;
	int ret;

	ret = labhost_device_get(vm->host, vm->lab_devices[route->device], &device);
	if (!ret) {
		interrupt = interrupt_of(&device, route->source);
		ret = vtlirq_route_create(vm->irqs, &interrupt,
					  vtlirq_target_single(&single, route->vp, route->vector),
					  created);
	}
	if (!ret)
		route_name(*created, &device, route->source);
	else
		complain("device %u, source %u gets no route: %s (the host: %s)", route->device,
			 route->source, strerror(-ret),
			 vtlirq_hv_status_name(vtlirq_last_hv_status(vm->irqs)));
	return ret;
}

static int route_set_masked(struct vmm *vm, const struct vtl0_route *route, bool masked)
{
	int ret = labhost_set_masked(vm->host, vm->lab_devices[route->device], route->source,
				     masked);

	if (ret)
		complain("device %u, source %u cannot be %s: %s", route->device, route->source,
			 masked ? "masked" : "unmasked", strerror(-ret));
	return ret;
}

static bool route_is_sound(struct vmm *vm, unsigned int device, unsigned int vp)
{
	if (device < vm->boot->devices_count && vp < vm->config.vps)
		return true;
	complain("no route from device %u to VP %u: VTL0 has no such device or no such VP", device,
		 vp);
	return false;
}

int vmm_route_add(struct vmm *vm, unsigned int device, unsigned int source,
		  unsigned int vp, unsigned int vector)
{
	const struct vtl0_route route = {
		.device = device,
		.source = source,
		.vp = vp,
		.vector = vector,
	};
	int index, ret;

	if (!route_is_sound(vm, device, vp))
		return -EINVAL;
	index = route_free(vm);
	if (index < 0)
		return index;
	ret = route_create(vm, &route, &vm->routes[index]);
	if (ret) {
		vm->routes[index] = NULL;
		return ret;
	}
	route_tell(vm, index, &route);
	ret = route_set_masked(vm, &route, false);
	if (ret) {
		vmm_route_remove(vm, index);
		return ret;
	}
	return index;
}

static bool route_is_used(struct vmm *vm, unsigned int index)
{
	return index < VTL0_ROUTES_MAX && vm->routes[index];
}

int vmm_route_move(struct vmm *vm, unsigned int index, unsigned int vp, unsigned int vector)
{
	struct vtl0_route *told = &vm->boot->routes[index];
	struct vtlirq_single_target single;
	int ret;

	if (!route_is_used(vm, index) || !route_is_sound(vm, told->device, vp))
		return -EINVAL;
	ret = vtlirq_route_retarget(vm->routes[index], vtlirq_target_single(&single, vp, vector));
	if (ret) {
		complain("route %u cannot be moved to vector %#x of VP %u: %s", index, vector, vp,
			 strerror(-ret));
		return ret;
	}
	__atomic_store_n(&told->vp, vp, __ATOMIC_RELAXED);
	__atomic_store_n(&told->vector, vector, __ATOMIC_RELEASE);
	return 0;
}

int vmm_route_state(struct vmm *vm, unsigned int index, struct vtlirq_route_state *state)
{
	if (!route_is_used(vm, index))
		return -EINVAL;
	return vtlirq_route_state(vm->routes[index], state);
}

int vmm_route_remove(struct vmm *vm, unsigned int index)
{
	struct vtl0_route *told = &vm->boot->routes[index];
	int ret;

	if (!route_is_used(vm, index))
		return -EINVAL;

	ret = route_set_masked(vm, told, true);
	if (ret)
		return ret;
	ret = vtlirq_route_destroy(vm->routes[index]);
	if (ret)
		complain("route %u keeps its vector: %s", index, strerror(-ret));
	vm->routes[index] = NULL;
	/* The interrupt may arrive until here, so the guest must know its route until here. */
	__atomic_store_n(&told->vector, 0, __ATOMIC_RELEASE);
	return ret;
}

int vmm_route_raise(struct vmm *vm, unsigned int index, unsigned int count, uint64_t *raised)
{
	const struct vtl0_route *route = &vm->boot->routes[index];
	__u64 total = 0;
	int ret;

	ret = labhost_raise(vm->host, vm->lab_devices[route->device], route->source, count, &total);
	if (ret)
		complain("device %u, source %u does not raise: %s", route->device, route->source,
			 strerror(-ret));
	else if (raised)
		*raised = total;
	return ret;
}
