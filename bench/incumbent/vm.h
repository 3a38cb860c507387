/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One VM of Linux's own KVM with one vCPU, its APIC in the kernel, and the bare
 * guest in it. Knows nothing of VFIO, nor of what is measured.
 */
#ifndef BENCH_VM_H
#define BENCH_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest.h"

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

#endif
