/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts of the bench of KVM with VFIO, one section for each file.
 */
#ifndef _BENCH_INCUMBENT_H
#define _BENCH_INCUMBENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest.h"

/* ---- device.c ---- */

/*
 * QEMU's edu device in the hands of VFIO: its registers mapped, its MSI an
 * eventfd. Knows nothing of KVM.
 */

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

/* ---- vm.c ---- */

/*
 * One VM of Linux's own KVM with one vCPU, its APIC in the kernel, and the bare
 * guest in it. Knows nothing of VFIO, nor of what is measured.
 */

/* How the guest ends an interrupt. */
enum vm_eoi {
	VM_EOI_MSR,	/* x2APIC */
	VM_EOI_MMIO,	/* xAPIC */
	VM_EOI_PV,	/* x2APIC, and KVM's paravirtual EOI */
};

/**
 * struct vm - an open VM
 * @ram:         the guest's memory, from its address 0 on
 * @head:        the first words of the guest's image
 * @run:         what KVM says of an exit to user space
 * @stats:       KVM's books of the vCPU; see stats.h
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

/**
 * vm_open() - make a VM whose guest is ready for jobs
 * @vm:          to fill in
 * @image:       the guest's, a file
 * @eoi:         how it ends interrupts
 */
void vm_open(struct vm *vm, const char *image, enum vm_eoi eoi);

/**
 * vm_close() - undo vm_open()
 * @vm:          that was opened
 */
void vm_close(struct vm *vm);

/**
 * vm_map() - put memory of this process at the guest's GUEST_DEVICE
 * @vm:          that was opened
 * @memory:      what the guest shall see there
 * @size:        of it
 */
void vm_map(struct vm *vm, volatile void *memory, size_t size);

/**
 * vm_connect() - bind an eventfd to the guest's interrupt, or release it
 * @vm:          that was opened
 * @event:       an eventfd
 * @bind:        true to bind
 */
void vm_connect(struct vm *vm, int event, bool bind);

/**
 * vm_run() - let the guest do a job to its end
 * @vm:          that was opened
 * @job:         one of those in the guest's head
 * @target:      the guest's address of the device register that the job writes
 * @count:       how many samples
 *
 * Return: how often the vCPU came back to user space before the job was done.
 */
uint64_t vm_run(struct vm *vm, uint64_t job, uint64_t target, size_t count);

/**
 * vm_samples() - what the last job left behind
 * @vm:          that was opened
 *
 * Return: the samples, as many as the job was to take.
 */
const struct guest_sample *vm_samples(const struct vm *vm);

/**
 * vm_ready() - the word that counts how often the guest was about to halt
 * @vm:          that was opened
 *
 * Return: its place in this process; vm_run() sets it to 0.
 */
const volatile uint64_t *vm_ready(const struct vm *vm);

/* ---- stats.c ---- */

/*
 * KVM's own books of a vCPU. Knows nothing of what the vCPU does.
 */

/**
 * struct stats - what KVM counted since the vCPU was made
 * @exits:       from the guest to KVM
 * @interrupts:  of these, because of an interrupt of the host
 * @decodes:     instructions that KVM read and decoded in software
 */
struct stats {
	uint64_t exits;
	uint64_t interrupts;
	uint64_t decodes;
};

/**
 * stats_read() - read the books
 * @fd:          from KVM_GET_STATS_FD of the vCPU
 * @stats:       to fill in
 */
void stats_read(int fd, struct stats *stats);

/* ---- halted.c ---- */

/*
 * Interrupts of a guest that is halted: who raises them, and when.
 */

/**
 * halted_run() - let the guest halt, and raise it each time from another thread
 * @vm:          whose guest handles the device's interrupt
 * @device:      that raises it
 * @starts:      to fill in: when each interrupt was raised
 * @count:       how many
 *
 * What the guest saw of each is in vm_samples().
 *
 * Return: the cost of an empty sample of the thread that raises.
 */
int64_t halted_run(struct vm *vm, const struct device *device, uint64_t *starts, size_t count);

/**
 * halted_wait() - let the guest halt, and the device raise it on an idle machine
 * @vm:          whose guest handles the device's interrupt
 * @device:      that raises it
 * @starts:      to fill in: when each interrupt was raised
 * @count:       how many
 *
 * What the guest saw of each is in vm_samples().
 */
void halted_wait(struct vm *vm, const struct device *device, uint64_t *starts, size_t count);

#endif /* _BENCH_INCUMBENT_H */
