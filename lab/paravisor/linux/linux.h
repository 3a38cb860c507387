/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest with an operating system of its own: Linux, from a bzImage.
 */
#ifndef _LAB_PARAVISOR_LINUX_H
#define _LAB_PARAVISOR_LINUX_H

#include <stdbool.h>
#include <stdint.h>

struct guest;
struct vmm;

#define LINUX_FUNCTIONS_MAX	4

/* How the guest ended: vmm_ended()'s status. */
#define LINUX_ENDED_OFF		0
#define LINUX_ENDED_RESET	1

/**
 * enum linux_signature - which hypervisor the guest finds
 * @LINUX_SIGNATURE_KVM:     KVM's, with no feature
 * @LINUX_SIGNATURE_HYPERV:  Hyper-V's, as OpenHCL shows it on TDX
 * @LINUX_SIGNATURE_HYPERV_IPI: the same, with the hint to send IPIs by hypercall: with it
 *                           Linux waits for contended spin locks in Hyper-V's idle state
 */
enum linux_signature {
	LINUX_SIGNATURE_KVM,
	LINUX_SIGNATURE_HYPERV,
	LINUX_SIGNATURE_HYPERV_IPI,
};

/**
 * struct linux_config - vmm_config.guest_config of this kind
 * @kernel:        path of the bzImage
 * @initrd:        path of the initial file system; NULL: none
 * @command_line:  of the kernel
 * @memory_mb:     how much memory; 0: all that is set aside
 * @signature:     which hypervisor it finds
 * @functions:     PCI functions to pass through: bus << 8 | device << 3 | function
 * @functions_count: how many
 * @console_in:    file of the serial port's input; negative: none
 * @console_out:   file of its output
 * @debug:         called with each byte that the guest writes to the port which emulators
 *                 have for debugging, on the VP's thread, which goes on when it returns; it
 *                 must not wait for another VP. NULL: the bytes are dropped
 * @debug_context: handed to @debug
 */
struct linux_config {
	const char *kernel;
	const char *initrd;
	const char *command_line;
	unsigned int memory_mb;
	enum linux_signature signature;
	uint16_t functions[LINUX_FUNCTIONS_MAX];
	unsigned int functions_count;
	int console_in;
	int console_out;
	void (*debug)(void *context, uint8_t byte);
	void *debug_context;
};

extern const struct guest linux_guest;

/**
 * linux_function_find() - find a PCI function of this machine by what it is
 * @kind: "nvme", "ethernet" or "usb", in any case
 *
 * Return: the first such function on bus 0, as in linux_config.functions, or -ENODEV.
 */
int linux_function_find(const char *kind);

/* Writes what the serial port has sent of a line that is not complete. From any thread. */
void linux_flush(struct vmm *vm);

/* Prints where each interrupt of a device leads, and how many came. The VPs are stopped. */
void linux_report(struct vmm *vm);

#endif /* _LAB_PARAVISOR_LINUX_H */
