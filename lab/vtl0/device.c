// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Raises and acknowledges interrupts of the devices that the guest may access, and prints lines
 * on the port that is its console.
 *
 * The guest trusts the VMM to fill in the boot page. It still ignores an index that is out
 * of range, since the page changes while the guest runs. Must not know: what the interrupts
 * are used for.
 */
#include "guest.h"
#include "machine.h"

#define EDU_RAISE		0x60
#define EDU_ACKNOWLEDGE		0x64
#define EDU_CAUSE		1
#define IVSHMEM_POSITION	0x08
#define IVSHMEM_DOORBELL	0x0c

static volatile struct vtl0_device *route_device(volatile struct vtl0_boot *boot,
						 volatile struct vtl0_route *route)
{
	uint32_t index = route->device;

	if (index >= boot->devices_count || index >= VTL0_DEVICES_MAX)
		return 0;
	return &boot->devices[index];
}

void device_acknowledge(struct vp *vp, uint32_t vector)
{
	volatile struct vtl0_device *device;
	volatile struct vtl0_route *route;
	uint32_t i;

	for (i = 0; i < vp->boot->routes_count && i < VTL0_ROUTES_MAX; i++) {
		route = &vp->boot->routes[i];
		if (route->vector != vector || route->vp != vp->number)
			continue;
		device = route_device(vp->boot, route);
		if (device && device->kind == VTL0_DEVICE_EDU)
			mmio_write(device->registers + EDU_ACKNOWLEDGE, EDU_CAUSE);
	}
}

void device_ring(struct vp *vp, uint32_t index)
{
	volatile struct vtl0_route *route = &vp->boot->routes[index % VTL0_ROUTES_MAX];
	volatile struct vtl0_device *device = route_device(vp->boot, route);
	uint32_t peer;

	if (!device)
		return;
	if (device->kind == VTL0_DEVICE_EDU) {
		mmio_write(device->registers + EDU_RAISE, EDU_CAUSE);
		return;
	}
	/* An ivshmem device can ring its own doorbell, like that of any other peer. */
	peer = mmio_read(device->registers + IVSHMEM_POSITION);
	mmio_write(device->registers + IVSHMEM_DOORBELL, peer << 16 | route->source);
}

static void text_write(const char *text)
{
	while (*text)
		outb(VTL0_CONSOLE_PORT, *text++);
}

static void number_write(uint64_t number)
{
	if (number >= 10)
		number_write(number / 10);
	outb(VTL0_CONSOLE_PORT, '0' + number % 10);
}

void console_say(struct vp *vp, const char *text, int64_t number)
{
	text_write("VP ");
	number_write(vp->number);
	text_write(": ");
	text_write(text);
	if (number >= 0)
		number_write(number);
	text_write("\n");
}
