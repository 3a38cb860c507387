// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Devices of VTL0: their registers given to it, their interrupts redirected.
 *
 * Owns: the tables of the boot page. The lab's host is asked for what a host
 * would do: to make a device's interrupt a vector of a CPU.
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../host/labhost_client.h"
#include "internal.h"

static_assert(VTL0_DEVICE_EDU == LAB_HOST_KIND_EDU, "one number for both");
static_assert(VTL0_DEVICE_IVSHMEM == LAB_HOST_KIND_IVSHMEM, "one number for both");

/* Where the first BAR of a PCI function is. */
static int registers_find(unsigned int bdf, uint64_t *base)
{
	uint64_t first, last;
	char path[80];
	FILE *file;
	int found;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/0000:%02x:%02x.%x/resource",
		 bdf >> 8 & 0xff, bdf >> 3 & 0x1f, bdf & 7);
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
	/* What the guest uses of both kinds is at the beginning. */
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

void devices_take_back(struct vmm *vm)
{
	unsigned int i;

	for (i = 0; vm->boot && i < vm->boot->devices_count; i++)
		memory_give(vm, vm->boot->devices[i].registers, PAGE_SIZE, 0);
}

/* The hardware vector that stands for @vector on @vp's CPU. */
static int redirect_map(struct vmm *vm, unsigned int vp, unsigned int vector)
{
	struct mshv_map_device_intr map = {
		.vector = vector,
		.apic_id = vm->vps[vp].apic_id,
		.create_mapping = 1,
	};
	int ret;

	if (!ioctl(vm->vtl, MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT, &map))
		return map.vector;
	ret = -errno;
	complain("vector %#x of VP %u gets no hardware vector: %s", vector, vp, strerror(errno));
	return ret;
}

static int redirect_unmap(struct vmm *vm, unsigned int vp, unsigned int hardware)
{
	struct mshv_map_device_intr map = {
		.vector = hardware,
		.apic_id = vm->vps[vp].apic_id,
	};
	int ret;

	if (!ioctl(vm->vtl, MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT, &map))
		return 0;
	ret = -errno;
	complain("hardware vector %#x of VP %u cannot be given back: %s", hardware, vp,
		 strerror(errno));
	return ret;
}

static int route_free(const struct vmm *vm)
{
	unsigned int i;

	for (i = 0; i < VTL0_ROUTES_MAX; i++) {
		if (!vm->routes[i].used)
			return i;
	}
	complain("VTL0 has %d interrupts already", VTL0_ROUTES_MAX);
	return -ENOSPC;
}

/* The vector last: until then the guest takes the route for unused. */
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

int vmm_route_add(struct vmm *vm, unsigned int device, unsigned int source,
		  unsigned int vp, unsigned int vector)
{
	const struct vtl0_route route = {
		.device = device,
		.source = source,
		.vp = vp,
		.vector = vector,
	};
	int index, hardware, ret;

	if (device >= vm->boot->devices_count || vp >= vm->config.vps) {
		complain("no route from device %u to VP %u: VTL0 has none of the one or the other",
			 device, vp);
		return -EINVAL;
	}
	index = route_free(vm);
	if (index < 0)
		return index;
	hardware = redirect_map(vm, vp, vector);
	if (hardware < 0)
		return hardware;

	route_tell(vm, index, &route);
	ret = labhost_route(vm->host, vm->lab_devices[device], source, vm->vps[vp].apic_id,
			    hardware);
	if (ret) {
		complain("device %u, source %u cannot be routed: %s", device, source,
			 strerror(-ret));
		__atomic_store_n(&vm->boot->routes[index].vector, 0, __ATOMIC_RELEASE);
		redirect_unmap(vm, vp, hardware);
		return ret;
	}
	vm->routes[index] = (struct route) { .used = true, .hardware = hardware };
	return index;
}

int vmm_route_remove(struct vmm *vm, unsigned int index)
{
	struct vtl0_route *route = &vm->boot->routes[index];
	int ret;

	if (index >= VTL0_ROUTES_MAX || !vm->routes[index].used)
		return -EINVAL;

	ret = labhost_mask(vm->host, vm->lab_devices[route->device], route->source);
	if (ret) {
		complain("device %u, source %u cannot be masked: %s", route->device,
			 route->source, strerror(-ret));
		return ret;
	}
	vm->routes[index].used = false;
	ret = redirect_unmap(vm, route->vp, vm->routes[index].hardware);
	/* Until here it may come, and the guest must know what it is. */
	__atomic_store_n(&route->vector, 0, __ATOMIC_RELEASE);
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

unsigned int vmm_route_hardware_vector(struct vmm *vm, unsigned int index)
{
	return vm->routes[index].hardware;
}
