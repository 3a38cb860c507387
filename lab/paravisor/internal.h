/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the VMM's parts share.
 */
#ifndef _LAB_PARAVISOR_INTERNAL_H
#define _LAB_PARAVISOR_INTERNAL_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/mshv_vtl.h>

#include "guest.h"
#include "tdx.h"
#include "vmm.h"

#define PAGE_SIZE		4096
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define CONSOLE_LINE_MAX	160
/* 0x800..0x83f: registers of the x2APIC. */
#define APIC_REGISTERS		0x40

/* The address of a PCI function, as lspci prints it: bus << 8 | device << 3 | function. */
#define BDF_FORMAT		"%02x:%02x.%x"
#define BDF_NUMBERS(bdf)	(bdf) >> 8 & 0xff, (bdf) >> 3 & 0x1f, (bdf) & 7

/* Physical memory; @size is 0 if there is none. */
struct range {
	uint64_t base;
	uint64_t size;
};

/**
 * struct vp - a VP and its thread, which alone uses the members without another remark
 * @vm:       the VMM
 * @number:   which it is; its CPU
 * @apic_id:  of that CPU, and of the VP in VTL0
 * @run:      run page
 * @context:  its part for TDX
 * @apic:     virtual APIC page, in 32-bit words
 * @wake:     an eventfd: any thread makes the VP leave VTL0 by writing to it
 * @thread:   valid while @started
 * @started:  used by the caller of the library alone
 * @set_up:   the L2 VCPU has been set up
 * @event:    an event to inject was written, and not seen consumed
 * @ready:    posted by the thread when @error is known
 * @error:    of the VP's set-up
 * @stop:     atomic, by any thread: come out and end
 * @stats:    what it has counted
 * @routed:   by vector, one bit: a route leads to it. Atomic, by any thread
 * @unrouted: the same: a route has ended since interrupts were last taken. Atomic
 * @apic_registers: what VTL0 wrote to registers that the virtual APIC page does not hold
 * @startup_lock: protects @waits and what follows, and their change
 * @startup_came: signalled when @waits ends
 * @waits:    the VP is not to run: INIT came, or no SIPI yet. The VP's thread clears it,
 *            and reads it without the lock
 * @starts:   SIPI came while @waits
 * @startup_vector: of that SIPI
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
	uint32_t routed[MSHV_VTL_PROXY_BANKS];
	uint32_t unrouted[MSHV_VTL_PROXY_BANKS];
	uint32_t apic_registers[APIC_REGISTERS];
	pthread_mutex_t startup_lock;
	pthread_cond_t startup_came;
	bool waits;
	bool starts;
	uint8_t startup_vector;
	char line[CONSOLE_LINE_MAX];
	size_t line_length;
};

/* VTL0's general registers, by their number in instructions, which is the TDX module's too. */
static inline uint64_t *vp_registers(struct vp *vp)
{
	return (uint64_t *)&vp->context->gpr;
}

/**
 * struct vmm - a VTL0
 * @config:    vmm_create()'s argument
 * @guest:     which kind of guest it runs
 * @guest_data: the kind's own
 * @vtl:       the VTL file
 * @host:      the lab's host, or a negative errno
 * @base:      address of the guest's memory
 * @slot:      bare guest: a socket, whose name stands for its part of the memory
 * @memory:    the guest's memory, as this process sees it
 * @image:     bare guest: head of its image, as it was when loaded
 * @boot:      bare guest: boot page
 * @vps:       the VPs
 * @lab_devices: bare guest: by index in the boot page: the lab's host's index
 * @irqs:      how the devices' interrupts are delivered
 * @routes:    bare guest: by index in the boot page; NULL: not in use
 * @ended:     atomic: the guest has ended, or a VP failed
 * @status:    valid when @ended
 */
struct vmm {
	struct vmm_config config;
	const struct guest *guest;
	void *guest_data;
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

/**
 * memory_range_find() - the largest range that Linux was booted without
 * @first: it lies from here on
 * @last:  up to here
 * @range: out
 *
 * Return: false if there is none.
 */
bool memory_range_find(uint64_t first, uint64_t last, struct range *range);

/* Maps memory of VTL0. Return: NULL on failure, which has been reported. */
void *memory_map(uint64_t base, uint64_t size);

/* Lets VTL0 use the pages from @base on as TDX_READ and so on say; 0: not. */
int memory_give(struct vmm *vm, uint64_t base, uint64_t size, uint64_t rights);

/*
 * Opens @vm->irqs and the lab's host; and closes them. All routes are destroyed before.
 */
int interrupts_open(struct vmm *vm);
void interrupts_close(struct vmm *vm);

/* The thread of a VP: enters VTL0 until it is told to stop. */
void *vp_main(void *vp);

/* The VP waits for an interrupt: MSHV_VTL_OFFLOAD_HALT_*. By its own thread. */
void vp_halt(struct vp *vp, uint8_t halt);

/* It waits no more, however it had halted. By its own thread. */
void vp_unhalt(struct vp *vp);

/* Asserts a vector for a VP, from the thread of another or of itself. */
void vp_post(struct vp *sender, unsigned int vp, unsigned int vector);

/* Ends the guest with a status; the first one counts. */
void vm_end(struct vmm *vm, int status);

/* INIT: the VP stops, and waits for SIPI. From any VP's thread. */
void vp_init(struct vp *vp);

/* SIPI: a VP that waits starts, in real mode at @vector * 4096; no other. */
void vp_startup(struct vp *vp, unsigned int vector);

/* Serves VTL0's exit. False: the VP cannot go on. */
bool exit_serve(struct vp *vp);

#endif /* _LAB_PARAVISOR_INTERNAL_H */
