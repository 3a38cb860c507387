// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * QEMU's edu device, used through VFIO; see incumbent.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../lines/lines.h"
#include "incumbent.h"
#include "guest.h"

#define COPY_PAGE	4096

/* Print the number of the device's IOMMU group into @group. */
static void group_of(const char *address, char *group, size_t size)
{
	char link[PATH_MAX];
	char target[PATH_MAX];
	ssize_t length;

	snprintf(link, sizeof(link), "/sys/bus/pci/devices/%s/iommu_group", address);
	length = readlink(link, target, sizeof(target) - 1);
	if (length < 0)
		die_errno("%s has no IOMMU group: boot with an IOMMU and intel_iommu=on", address);
	target[length] = 0;
	snprintf(group, size, "/dev/vfio/%s", strrchr(target, '/') + 1);
}

static void open_group(struct device *device, const char *address)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	char path[64];

	group_of(address, path, sizeof(path));
	device->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (device->container < 0)
		die_errno("/dev/vfio/vfio: load vfio and vfio_iommu_type1");
	device->group = open(path, O_RDWR | O_CLOEXEC);
	if (device->group < 0)
		die_errno("%s: bind %s to vfio-pci", path, address);
	if (ioctl(device->group, VFIO_GROUP_GET_STATUS, &status))
		die_errno("status of %s", path);
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		die("%s is not viable: bind all of its devices to vfio-pci", path);
	if (ioctl(device->group, VFIO_GROUP_SET_CONTAINER, &device->container))
		die_errno("%s cannot be added to a container", path);
	if (ioctl(device->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		die_errno("VFIO refuses the IOMMU: it requires interrupt remapping");
	device->fd = ioctl(device->group, VFIO_GROUP_GET_DEVICE_FD, address);
	if (device->fd < 0)
		die_errno("VFIO does not open %s", address);
}

static void map_registers(struct device *device)
{
	struct vfio_region_info region = {
		.argsz = sizeof(region),
		.index = VFIO_PCI_BAR0_REGION_INDEX,
	};
	void *memory;

	if (ioctl(device->fd, VFIO_DEVICE_GET_REGION_INFO, &region))
		die_errno("VFIO does not describe BAR0");
	device->size = region.size;
	memory = mmap(NULL, device->size, PROT_READ | PROT_WRITE, MAP_SHARED, device->fd,
		      (off_t)region.offset);
	if (memory == MAP_FAILED)
		die_errno("VFIO does not map BAR0");
	device->registers = memory;
}

/* An MSI is a write to memory: without bus mastering it is lost. */
static void let_master(const struct device *device)
{
	struct vfio_region_info region = {
		.argsz = sizeof(region),
		.index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	uint16_t command;
	off_t offset;

	if (ioctl(device->fd, VFIO_DEVICE_GET_REGION_INFO, &region))
		die_errno("VFIO does not describe the configuration space");
	offset = (off_t)region.offset + PCI_COMMAND;
	if (pread(device->fd, &command, sizeof(command), offset) != sizeof(command))
		die_errno("cannot read the PCI command register");
	command |= PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	if (pwrite(device->fd, &command, sizeof(command), offset) != sizeof(command))
		die_errno("cannot write the PCI command register");
}

static void take_interrupt(struct device *device)
{
	struct {
		struct vfio_irq_set set;
		int32_t event;
	} request = {
		.set = {
			.argsz = sizeof(request),
			.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			.index = VFIO_PCI_MSI_IRQ_INDEX,
			.count = 1,
		},
	};

	device->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (device->event < 0)
		die_errno("no eventfd");
	request.event = device->event;
	if (ioctl(device->fd, VFIO_DEVICE_SET_IRQS, &request))
		die_errno("VFIO does not bind the MSI to an eventfd");
}

void device_open(struct device *device, const char *address)
{
	open_group(device, address);
	let_master(device);
	map_registers(device);
	take_interrupt(device);
}

void device_write(const struct device *device, size_t offset, uint32_t value)
{
	*(volatile uint32_t *)(device->registers + offset) = value;
}

void device_forget(const struct device *device)
{
	eventfd_t value;

	if (eventfd_read(device->event, &value) && errno != EAGAIN)
		die_errno("the eventfd cannot be read");
}

void device_prepare_copy(const struct device *device)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ,
		.size = COPY_PAGE,
	};
	void *memory;

	memory = mmap(NULL, COPY_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		die_errno("no memory for the device");
	map.vaddr = (uintptr_t)memory;
	if (ioctl(device->container, VFIO_IOMMU_MAP_DMA, &map))
		die_errno("VFIO does not map memory for the device");
	device_write(device, EDU_COPY_FROM, (uint32_t)map.iova);
	device_write(device, EDU_COPY_TO, EDU_BUFFER);
	device_write(device, EDU_COPY_SIZE, sizeof(uint32_t));
}
