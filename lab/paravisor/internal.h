/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the VMM's parts share: a kind of guest, a VP, the VMM; then the interface of each file.
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
/* 0x800..0x83f: registers of the x2APIC. */
#define APIC_REGISTERS		0x40

/* The address of a PCI function, as lspci prints it: bus << 8 | device << 3 | function. */
#define BDF_FORMAT		"%02x:%02x.%x"
#define BDF_NUMBERS(bdf)	(bdf) >> 8 & 0xff, (bdf) >> 3 & 0x1f, (bdf) & 7

struct vp;

/**
 * struct guest - a kind of guest
 * @open:       gets the memory and loads the image. The VPs' run pages are not mapped yet
 * @close:      undoes @open, also after @open has failed
 * @vcpu_setup: sets up the VP's registers: before its first entry, and, where the guest
 *              starts VPs itself, at each of its start-ups. On the VP's own thread
 * @serve:      carries out an exit that the VMM's core does not. False: the VP cannot go on.
 *              On the VP's own thread
 * @starts_vps: VPs other than 0 wait until the guest starts them by INIT and SIPI
 */
struct guest {
	int (*open)(struct vmm *vm);
	void (*close)(struct vmm *vm);
	int (*vcpu_setup)(struct vp *vp);
	bool (*serve)(struct vp *vp, uint32_t reason);
	bool starts_vps;
};

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

/* ---- vmm.c ---- */

/* Writes a line to standard error. */
__attribute__((format(printf, 1, 2)))
void complain(const char *format, ...);

/* Asserts a vector for a VP. Any VP's thread may call it; @sender is its own VP. */
void vp_post(struct vp *sender, unsigned int vp, unsigned int vector);

/* INIT: stops a VP, which then waits for SIPI. Any VP's thread may call it. */
void vp_init(struct vp *vp);

/* SIPI: starts a VP that waits for it, in real mode at @vector * 4096. */
void vp_startup(struct vp *vp, unsigned int vector);

/* ---- memory.c ---- */

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

/* Gives VTL0 these rights (TDX_READ and so on) to the pages from @base on; 0 takes them away. */
int memory_give(struct vmm *vm, uint64_t base, uint64_t size, uint64_t rights);

/* ---- interrupts.c ---- */

/* Opens and closes @vm->irqs and the lab's host. All routes must be destroyed before the close. */
int interrupts_open(struct vmm *vm);
void interrupts_close(struct vmm *vm);

/* ---- vp.c ---- */

/* The function of a VP's thread: it enters VTL0 until it is told to stop. */
void *vp_main(void *vp);

/* Lets a VP wait for an interrupt, by MSHV_VTL_OFFLOAD_HALT_*. Its own thread calls it. */
void vp_halt(struct vp *vp, uint8_t halt);

/* Ends any kind of wait of a VP. Its own thread calls it. */
void vp_unhalt(struct vp *vp);

/* Ends the guest with a status, unless it has ended already. */
void vm_end(struct vmm *vm, int status);

/*
 * ---- vcpu.c ----
 * The state that a VP starts in.
 */

/**
 * struct vcpu_state - where a VP begins in 64-bit mode, with flat segments
 * @cr3: address of page tables of 4 levels
 */
struct vcpu_state {
	uint64_t cr3;
	uint16_t code_selector;
	uint16_t data_selector;
	uint64_t rip;
	uint64_t rdi;
	uint64_t rsi;
};

/*
 * Each sets up all of the VP's registers and its virtual APIC. The VP's own thread calls them.
 * Return: 0 or a negative errno.
 */
int vcpu_set_long_mode(struct vp *vp, const struct vcpu_state *state);
/* The state after SIPI (Intel SDM, "MP Initialization Protocol"). */
int vcpu_set_real_mode(struct vp *vp, uint8_t vector);

/*
 * Lets VTL0 write CR0 and CR4, and those MSRs that the TDX module or the driver switches,
 * without an exit. Only an operating system needs that. A write that changes MCE, VMXE or SMXE
 * of CR4 still exits: their values belong to the TDX module.
 */
int vcpu_open_registers(struct vp *vp);
/* Carries out a write that exited. Return: -EINVAL if it must raise #GP. */
int vcpu_write_cr4(struct vp *vp, uint64_t value);

/*
 * ---- exit.c ----
 * What the kinds of guest use to serve exits.
 */

/* Serves VTL0's exit. Return: false if the VP cannot continue. */
bool exit_serve(struct vp *vp);

/* VMX exit reasons (Intel SDM, appendix C). */
enum exit_reason {
	REASON_TRIPLE_FAULT = 2,
	REASON_CPUID = 10,
	REASON_HLT = 12,
	REASON_INVD = 13,
	REASON_VMCALL = 18,
	REASON_CONTROL_REGISTER = 28,
	REASON_IO = 30,
	REASON_RDMSR = 31,
	REASON_WRMSR = 32,
	REASON_EPT_VIOLATION = 48,
	REASON_TIMER = 52,
	REASON_WBINVD = 54,
};

#define EXCEPTION_PROTECTION		13

/* Qualification of an I/O exit (Intel SDM, table 28-5). */
#define IO_SIZE(qualification)		(((qualification) & 7) + 1)
#define IO_IN				0x08
#define IO_STRING			0x10
#define IO_REPEAT			0x20
#define IO_IMMEDIATE			0x40
#define IO_PORT_SHIFT			16
#define IO_PORT(qualification)		((uint16_t)((qualification) >> IO_PORT_SHIFT))

/* Qualification of an EPT violation (Intel SDM, table 28-7). */
#define EPT_WRITE	0x02
#define EPT_FETCH	0x04

/**
 * exit_halt() - HLT: the VP is not entered again until an interrupt is pending
 * @vp: the VP
 *
 * Return: false if it cannot go on.
 */
bool exit_halt(struct vp *vp);

/* Moves RIP past the instruction that exited. */
void exit_step_over(struct vp *vp);

/* Returns EDX:EAX, the value that WRMSR writes. */
uint64_t exit_msr_value(const struct vp *vp);

/* Ends RDMSR or WRMSR; @value is what was read. */
void exit_msr_finish(struct vp *vp, bool write, uint64_t value);

/* Lets the VP take an exception at its next entry, at the instruction that exited. */
void exit_inject_exception(struct vp *vp, unsigned int vector, bool has_error, uint32_t error);

/* Reports an exit that this VMM does not serve. Return: false. */
bool exit_refuse(struct vp *vp, uint32_t reason);

/*
 * ---- apic.c ----
 * A VP's x2APIC. All of it is called by the VP's own thread.
 */

/* Sets the state after INIT: nothing is pending or in service, and no timer runs. */
void apic_reset(struct vp *vp);

/*
 * Carry out RDMSR and WRMSR of a register that exits. Return: false if it or its value is illegal.
 */
bool apic_read(struct vp *vp, uint32_t msr, uint64_t *value);
bool apic_write(struct vp *vp, uint32_t msr, uint64_t value);

/* Do the same for IA32_TSC_DEADLINE, which not every guest has. */
bool apic_deadline_read(struct vp *vp, uint32_t msr, uint64_t *value);
bool apic_deadline_write(struct vp *vp, uint32_t msr, uint64_t value);

/* Makes the timer's interrupt pending, unless it is masked: the deadline has come. */
void apic_timer_expire(struct vp *vp);

/* Does that if the deadline has come and the VMM serves the timer. */
void apic_timer_poll(struct vp *vp);

/* ---- bare.c, bare_memory.c, bare_device.c ---- */

/* The lab's own guest, lab/vtl0. */
extern const struct guest bare_guest;

/*
 * Allocates the guest's memory, loads the image, and fills in the boot page. bare_memory_close()
 * undoes it, also after a failure.
 */
int bare_memory_open(struct vmm *vm);
void bare_memory_close(struct vmm *vm);

/* Takes back the routes and the registers of all of its devices. */
void bare_devices_close(struct vmm *vm);

#endif /* _LAB_PARAVISOR_INTERNAL_H */
