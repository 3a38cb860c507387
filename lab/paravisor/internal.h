/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the VMM's parts know of each other.
 */
#ifndef _LAB_PARAVISOR_INTERNAL_H
#define _LAB_PARAVISOR_INTERNAL_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/mshv_vtl.h>

#include "tdx.h"
#include "vmm.h"

#define PAGE_SIZE		4096
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define CONSOLE_LINE_MAX	160
/* 0x802..0x83f: registers of the x2APIC that are only remembered. */
#define APIC_REGISTERS		0x40

/**
 * struct vp - a VP and its thread, which alone uses it but for what is marked
 * @vm:       the VMM
 * @number:   which it is; its CPU
 * @apic_id:  of that CPU, and of the VP in VTL0
 * @run:      run page
 * @context:  its part for TDX
 * @apic:     virtual APIC page, in 32-bit words
 * @wake:     an eventfd: any thread ends the VP's stay in VTL0 by writing
 * @thread:   valid while @started
 * @started:  used by the caller of the library alone
 * @set_up:   the L2 VCPU has been set up
 * @event:    an event to inject was written, and not seen consumed
 * @ready:    posted by the thread when @error is known
 * @error:    of the set-up
 * @stop:     atomic, by any thread: come out and end
 * @stats:    what it saw
 * @apic_registers: what VTL0 wrote to registers that do nothing here
 * @line:     of the console, so far
 * @line_length: of it
 */
struct vp {
	struct vmm *vm;
	unsigned int number;
	unsigned int apic_id;
	struct mshv_vtl_run *run;
	struct mshv_tdx_context *context;
	uint32_t *apic;
	int wake;
	pthread_t thread;
	bool started;
	bool set_up;
	bool event;
	sem_t ready;
	int error;
	bool stop;
	struct vmm_stats stats;
	uint32_t apic_registers[APIC_REGISTERS];
	char line[CONSOLE_LINE_MAX];
	size_t line_length;
};

/**
 * struct vmm - a VTL0
 * @config:    as it was given
 * @vtl:       the VTL file
 * @host:      the lab's host, or a negative errno
 * @base:      address of the guest's memory
 * @memory:    the guest's memory, as this process sees it
 * @image:     head of the guest's image, as it was when loaded
 * @boot:      boot page
 * @vps:       the VPs
 * @lab_devices: by index in the boot page: the lab's host's index
 * @irqs:      which way the devices' interrupts come
 * @routes:    by index in the boot page; NULL: not in use
 * @ended:     atomic: the guest has ended, or a VP failed
 * @status:    valid when @ended
 */
struct vmm {
	struct vmm_config config;
	int vtl;
	int host;
	uint64_t base;
	int slot;
	uint8_t *memory;
	struct vtl0_image image;
	struct vtl0_boot *boot;
	struct vp vps[VTL0_VPS_MAX];
	unsigned int lab_devices[VTL0_DEVICES_MAX];
	struct vtlirq *irqs;
	struct vtlirq_route *routes[VTL0_ROUTES_MAX];
	bool ended;
	int status;
};

/* A line on standard error. */
__attribute__((format(printf, 1, 2)))
void complain(const char *format, ...);

/*
 * The guest's memory: gets it, loads the image, fills in the boot page. On
 * failure too, memory_close() undoes it.
 */
int memory_open(struct vmm *vm);
void memory_close(struct vmm *vm);

/* Lets VTL0 use the pages from @base on as TDX_READ and so on say; 0: not. */
int memory_give(struct vmm *vm, uint64_t base, uint64_t size, uint64_t rights);

/*
 * Makes @vm->irqs, and undoes it: all routes are gone then, and VTL0's access to
 * its devices.
 */
int devices_open(struct vmm *vm);
void devices_close(struct vmm *vm);

/* Sets up the L2 VCPU of the calling CPU, and @vp's registers. */
int vcpu_setup(struct vp *vp);

/* Takes VTL0 in and out until it is told to stop; the thread of a VP. */
void *vp_main(void *vp);

/* Asserts a vector for a VP, from the thread of another or of itself. */
void vp_post(struct vp *sender, unsigned int vp, unsigned int vector);

/* Ends the guest with a status; the first one counts. */
void vm_end(struct vmm *vm, int status);

/* Carries out why VTL0 came back. False: it cannot go on. */
bool exit_serve(struct vp *vp);

/* Goes on after the instruction that exited. */
void exit_step_over(struct vp *vp);

/* RDMSR and WRMSR that the CPU does not handle. False: no such register. */
bool msr_read(struct vp *vp, uint32_t msr, uint64_t *value);
bool msr_write(struct vp *vp, uint32_t msr, uint64_t value);

#endif /* _LAB_PARAVISOR_INTERNAL_H */
