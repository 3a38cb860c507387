/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interfaces between the files of the bench of KVM with VFIO, one section for each file.
 */
#ifndef _BENCH_INCUMBENT_H
#define _BENCH_INCUMBENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest.h"

/* ---- device.c: QEMU's edu device through VFIO, with mapped registers and an eventfd ---- */

/**
 * struct device - an open device
 * @registers:   its mapped BAR0
 * @size:        the size of BAR0
 * @event:       the eventfd that its MSI signals
 */
struct device {
	volatile uint8_t *registers;
	size_t size;
	int event;
	int container;
	int group;
	int fd;
};

/* Open a device that is bound to vfio-pci. @address is as in sysfs: "0000:00:01.0". */
void device_open(struct device *device, const char *address);

/* Write the register at @offset in BAR0. */
void device_write(const struct device *device, size_t offset, uint32_t value);

/* Prepare a copy from memory to the device. Writing EDU_COPY_IN to EDU_COPY starts it. */
void device_prepare_copy(const struct device *device);

/* Reset the eventfd. */
void device_forget(const struct device *device);

/* ---- vm.c: a VM of Linux's own KVM with one vCPU, an in-kernel APIC, and the bare guest ---- */

/* How the guest ends an interrupt. */
enum vm_eoi {
	VM_EOI_MSR,	/* by the x2APIC */
	VM_EOI_MMIO,	/* by the xAPIC */
	VM_EOI_PV,	/* by KVM's paravirtual EOI, with an x2APIC */
};

/**
 * struct vm - an open VM
 * @ram:         the guest's memory, from its address 0 on
 * @head:        the first words of the guest's image
 * @run:         KVM's description of an exit to user space
 * @stats:       the file with KVM's statistics of the vCPU
 */
struct vm {
	uint8_t *ram;
	const struct guest_head *head;
	struct kvm_run *run;
	size_t run_size;
	int kvm;
	int fd;
	int vcpu;
	int stats;
};

/* Create a VM from the guest's image file. The guest is then ready for jobs. */
void vm_open(struct vm *vm, const char *image, enum vm_eoi eoi);

/* Undo vm_open(). */
void vm_close(struct vm *vm);

/* Map memory of this process at the guest's address GUEST_DEVICE. */
void vm_map(struct vm *vm, volatile void *memory, size_t size);

/* Bind an eventfd to the guest's interrupt, or unbind it. */
void vm_connect(struct vm *vm, int event, bool bind);

/*
 * Run one of the jobs in struct guest_head to its end: the guest takes @count samples, and writes
 * the device register at its address @target. Return: how often the vCPU returned to user space
 * before the job was done.
 */
uint64_t vm_run(struct vm *vm, uint64_t job, uint64_t target, size_t count);

/* Return the samples of the last job. */
const struct guest_sample *vm_samples(const struct vm *vm);

/* Return the counter of how often the guest was about to halt. vm_run() sets it to 0. */
const volatile uint64_t *vm_ready(const struct vm *vm);

/* ---- vm.c: KVM's own statistics of a vCPU ---- */

/**
 * struct stats - what KVM has counted since the vCPU was created
 * @exits:       exits from the guest to KVM
 * @interrupts:  those of @exits that an interrupt of the host caused
 * @decodes:     instructions that KVM read and decoded in software
 */
struct stats {
	uint64_t exits;
	uint64_t interrupts;
	uint64_t decodes;
};

/* Read the statistics. @fd is from KVM_GET_STATS_FD of the vCPU. */
void stats_read(int fd, struct stats *stats);

/* ---- halted.c: interrupts of a halted guest ---- */

/*
 * Let the guest halt @count times, and raise an interrupt each time from another thread. The
 * times at which it was raised are written to @starts, and vm_samples() has the guest's times.
 * Return: the cost of an empty sample of that thread.
 */
int64_t halted_run(struct vm *vm, const struct device *device, uint64_t *starts, size_t count);

/* The same, but the device itself raises the interrupts, on an idle machine. */
void halted_wait(struct vm *vm, const struct device *device, uint64_t *starts, size_t count);

#endif /* _BENCH_INCUMBENT_H */
