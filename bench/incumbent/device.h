/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * QEMU's edu device in the hands of VFIO: its registers mapped, its MSI an
 * eventfd. Knows nothing of KVM.
 */
#ifndef BENCH_DEVICE_H
#define BENCH_DEVICE_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct device - an open device
 * @registers:   its BAR0, mapped
 * @size:        of BAR0
 * @event:       eventfd that its MSI signals
 */
struct device {
	volatile uint8_t *registers;
	size_t size;
	int event;
	int container;
	int group;
	int fd;
};

/**
 * device_open() - take a device that is bound to vfio-pci
 * @device:      to fill in
 * @address:     as sysfs names it, "0000:00:01.0"
 */
void device_open(struct device *device, const char *address);

/**
 * device_write() - write one of its registers
 * @device:      that was opened
 * @offset:      in BAR0
 * @value:       what
 */
void device_write(const struct device *device, size_t offset, uint32_t value);

/**
 * device_prepare_copy() - make the device able to copy memory, to itself
 * @device:      that was opened
 *
 * A write of EDU_COPY_IN to EDU_COPY then begins a copy.
 */
void device_prepare_copy(const struct device *device);

/**
 * device_forget() - make the eventfd forget what nobody has read
 * @device:      that was opened
 */
void device_forget(const struct device *device);

#endif
