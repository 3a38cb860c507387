/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the lab's guest and its VMM agree on: the head of the image, the boot
 * page, and one report page for each VP.
 *
 * Owns: these layouts, the command words and the calls. All of it lies in the
 * guest's memory, little endian, and is read and written by both while both
 * run: each member names its writer. Knows nothing of how the guest was entered.
 */
#ifndef _LAB_VTL0_REPORT_H
#define _LAB_VTL0_REPORT_H

#include <stdint.h>

#define VTL0_IMAGE_MAGIC	0x31474d49304c5456ULL	/* "VTL0IMG1" */
#define VTL0_BOOT_MAGIC		0x31544f4f42304c56ULL	/* "VL0BOOT1" */

#define VTL0_VPS_MAX		16
#define VTL0_DEVICES_MAX	16
#define VTL0_ROUTES_MAX		32
#define VTL0_ARGUMENTS		4
#define VTL0_LOG_LENGTH		64

/*
 * The guest's memory, from its start: the image, the boot page, a report page
 * for each VP, page tables, and samples. It starts at a multiple of its size, anywhere
 * below 4 GiB.
 */
#define VTL0_MEMORY_SIZE	0x200000
#define VTL0_BOOT_OFFSET	0x100000
#define VTL0_REPORTS_OFFSET	0x101000
#define VTL0_TABLES_OFFSET	0x120000
#define VTL0_SAMPLES_OFFSET	0x130000
#define VTL0_PAGE_SIZE		0x1000

/* One byte of text for the VMM. */
#define VTL0_CONSOLE_PORT	0xe9
/* Any byte: the VP has crashed, as its report page says; it goes no further. */
#define VTL0_CRASH_PORT		0xea

/* Asserted by the VMM to make a halted guest look at its command word. */
#define VTL0_VECTOR_COMMAND	0x2e

/**
 * struct vtl0_image - the first bytes of the image
 * @magic: VTL0_IMAGE_MAGIC
 * @entry: where each VP begins, counted from the image's start: in 64-bit
 *         mode, with page tables that map the low 4 GiB to themselves, flat
 *         segments (CS 0x08, others 0x10) and interrupts closed; RDI = address
 *         of the boot page, RSI = number of the VP
 * @size:  how much memory the image takes, zeroes included
 */
struct vtl0_image {
	uint64_t magic;
	uint64_t entry;
	uint64_t size;
};

/* As in lab_host.h. */
#define VTL0_DEVICE_EDU		1
#define VTL0_DEVICE_IVSHMEM	2

/**
 * struct vtl0_device - a device that the guest may touch
 * @registers: where its registers are
 * @kind:      VTL0_DEVICE_*
 * @reserved:  zero
 */
struct vtl0_device {
	uint64_t registers;
	uint32_t kind;
	uint32_t reserved;
};

/**
 * struct vtl0_route - an interrupt of such a device
 * @device: index of the device
 * @source: which of its interrupts
 * @vp:     the VP that it goes to
 * @vector: the vector there; 0: not in use
 */
struct vtl0_route {
	uint32_t device;
	uint32_t source;
	uint32_t vp;
	uint32_t vector;
};

/**
 * struct vtl0_boot - the boot page; the VMM writes it
 * @magic:   VTL0_BOOT_MAGIC
 * @reports: address of the report page of VP 0; the others follow it
 * @vps:     how many VPs there are
 * @devices_count: valid ones in @devices
 * @routes_count:  valid ones in @routes
 * @reserved: zero
 * @devices: the devices
 * @routes:  their interrupts; may change while the guest runs
 */
struct vtl0_boot {
	uint64_t magic;
	uint64_t reports;
	uint32_t vps;
	uint32_t devices_count;
	uint32_t routes_count;
	uint32_t reserved;
	struct vtl0_device devices[VTL0_DEVICES_MAX];
	struct vtl0_route routes[VTL0_ROUTES_MAX];
};

/**
 * enum vtl0_command - what a VP can be told to do, with its arguments
 * @VTL0_COMMAND_NONE:     nothing
 * @VTL0_COMMAND_MODE:     [0] one of enum vtl0_mode, what to do from now on;
 *                         for the ringing ones [1] index of the route, whose
 *                         VP must be this one, and [2] how often (0: no end)
 * @VTL0_COMMAND_IPI:      [0] a value for the ICR, as VTL0_ICR() makes it;
 *                         [1] how often to write it
 * @VTL0_COMMAND_SELF_IPI: [0] vector; [1] how often
 * @VTL0_COMMAND_HOLD:     spin until the VMM sets "release", with [0] in the
 *                         task priority, and interrupts open if [1] is not 0;
 *                         @result is how many came meanwhile
 * @VTL0_COMMAND_NEST:     [0] < [1] < [2], vectors of three priority classes:
 *                         while the middle one is handled with interrupts open,
 *                         the low and the high one are raised; @result is 1 if
 *                         the high one came at once, and the low one after
 * @VTL0_COMMAND_PROBE:    read 4 bytes at [0], which may not be the guest's;
 *                         @result is what was read
 * @VTL0_COMMAND_READ_MSR: [0] which; @result is its value
 * @VTL0_COMMAND_CPUID:    [0] leaf, [1] subleaf; @result is EBX << 32 | EAX
 * @VTL0_COMMAND_SAY:      a line on the console
 * @VTL0_COMMAND_SHUTDOWN: ask the VMM to end all; [0] with which status
 * @VTL0_COMMAND_SAMPLE:  take samples of an interrupt: [0] index of the route,
 *                         whose device is an edu and whose VP is this one, [1]
 *                         one of enum vtl0_sample_kind, [2] how many; one VP at a
 *                         time; @result is how many were taken, 0 if that is not
 *                         possible
 * @VTL0_COMMAND_WRITE_MSR: [0] which, [1] its new value
 * @VTL0_COMMAND_READ_REGISTER: [0] one of enum vtl0_register; @result is its value
 * @VTL0_COMMAND_WRITE_REGISTER: [0] one of enum vtl0_register that can be
 *                         written, [1] its new value
 * @VTL0_COMMAND_LOAD_VECTORS: fill the floating-point and vector registers with
 *                         values that follow from the seed [0]; [1] not 0: with
 *                         the upper halves of AVX. CR4 must allow it.
 * @VTL0_COMMAND_CHECK_VECTORS: the same arguments; @result is how many registers
 *                         do not hold what they were filled with
 * @VTL0_COMMAND_WAIT:     wait once, by [0], one of enum vtl0_wait, with [1] in the
 *                         task priority, and interrupts open if [2] is not 0;
 *                         @result is EDX:EAX after VTL0_WAIT_IDLE, which were not 0
 *                         before
 */
enum vtl0_command {
	VTL0_COMMAND_NONE,
	VTL0_COMMAND_MODE,
	VTL0_COMMAND_IPI,
	VTL0_COMMAND_SELF_IPI,
	VTL0_COMMAND_HOLD,
	VTL0_COMMAND_NEST,
	VTL0_COMMAND_PROBE,
	VTL0_COMMAND_READ_MSR,
	VTL0_COMMAND_CPUID,
	VTL0_COMMAND_SAY,
	VTL0_COMMAND_SHUTDOWN,
	VTL0_COMMAND_SAMPLE,
	VTL0_COMMAND_WRITE_MSR,
	VTL0_COMMAND_READ_REGISTER,
	VTL0_COMMAND_WRITE_REGISTER,
	VTL0_COMMAND_LOAD_VECTORS,
	VTL0_COMMAND_CHECK_VECTORS,
	VTL0_COMMAND_WAIT,
};

/**
 * enum vtl0_register - a register that VTL0 reaches without an exit
 * @VTL0_REGISTER_PKRU:    needs CR4.PKE
 * @VTL0_REGISTER_DR0:     and the three after it
 * @VTL0_REGISTER_DR1:     see there
 * @VTL0_REGISTER_DR2:     see there
 * @VTL0_REGISTER_DR3:     see there
 * @VTL0_REGISTER_DR6:     the status of what hit
 * @VTL0_REGISTER_CR2:     the address of the last page fault
 * @VTL0_REGISTER_XCR0:    read only, by XGETBV; needs CR4.OSXSAVE
 * @VTL0_REGISTER_TSC_AUX: read only, by RDTSCP
 */
enum vtl0_register {
	VTL0_REGISTER_PKRU,
	VTL0_REGISTER_DR0,
	VTL0_REGISTER_DR1,
	VTL0_REGISTER_DR2,
	VTL0_REGISTER_DR3,
	VTL0_REGISTER_DR6,
	VTL0_REGISTER_CR2,
	VTL0_REGISTER_XCR0,
	VTL0_REGISTER_TSC_AUX,
};

/**
 * enum vtl0_wait - how VTL0_COMMAND_WAIT waits
 * @VTL0_WAIT_HLT:  by HLT
 * @VTL0_WAIT_IDLE: by a read of the MSR that the TLFS calls HV_X64_MSR_GUEST_IDLE
 */
enum vtl0_wait {
	VTL0_WAIT_HLT,
	VTL0_WAIT_IDLE,
};

/**
 * enum vtl0_mode - what a VP does between commands
 * @VTL0_MODE_SPIN:      turns round with interrupts open
 * @VTL0_MODE_HALT:      waits for interrupts by HLT
 * @VTL0_MODE_RING:      rings its device, spins until the interrupt has come
 * @VTL0_MODE_RING_HALT: rings its device, waits for the interrupt by HLT
 */
enum vtl0_mode {
	VTL0_MODE_SPIN,
	VTL0_MODE_HALT,
	VTL0_MODE_RING,
	VTL0_MODE_RING_HALT,
};

/**
 * enum vtl0_state - where a VP is
 * @VTL0_STATE_OFF:     never entered
 * @VTL0_STATE_RUNNING: in its loop
 * @VTL0_STATE_BUSY:    carries out a command
 * @VTL0_STATE_HOLDING: in the middle of VTL0_COMMAND_HOLD
 * @VTL0_STATE_CRASHED: took an exception; see @crash
 * @VTL0_STATE_WAITING: in the middle of VTL0_COMMAND_WAIT
 */
enum vtl0_state {
	VTL0_STATE_OFF,
	VTL0_STATE_RUNNING,
	VTL0_STATE_BUSY,
	VTL0_STATE_HOLDING,
	VTL0_STATE_CRASHED,
	VTL0_STATE_WAITING,
};

/* An entry of the log: the vector, and whether its handler began or ended. */
#define VTL0_LOG_VECTOR(entry)	((entry) & 0xff)
#define VTL0_LOG_END		0x100

/**
 * struct vtl0_report - the report page of a VP
 * @command:        VMM: one of enum vtl0_command.
 * @sequence:       VMM: raised by one, last, when a command has been written.
 * @arguments:      VMM: of the command.
 * @release:        VMM: not 0 ends VTL0_COMMAND_HOLD; the guest writes 0 when
 *                  that command begins.
 * @done:           guest: @sequence of the command last carried out.
 * @result:         guest: what came of it.
 * @state:          guest: one of enum vtl0_state.
 * @mode:           guest: one of enum vtl0_mode.
 * @eois:           guest: interrupts ended, but for VTL0_VECTOR_COMMAND, which is
 *                  in @counts alone.
 * @halts:          guest: HLT instructions executed.
 * @spins:          guest: turns of its loop without HLT.
 * @ipis:           guest: interrupts sent to itself and others.
 * @rings:          guest: how often it rang its device.
 * @ring_ticks:     guest: TSC from ringing to the handler, the last time.
 * @ring_ticks_min: guest: the shortest; 0: none yet.
 * @nested:         guest: interrupts that came while another was handled.
 * @probe_resume:   guest: where to go on if the access of
 *                  VTL0_COMMAND_PROBE cannot be had; 0: no probe is under way.
 * @crash:          guest: vector, error code, RIP and CR2 of the exception.
 * @log_count:      guest: how many entries were ever written to @log.
 * @reserved:       zero.
 * @log:            guest: the last entries; entry n is at n % VTL0_LOG_LENGTH.
 * @counts:         guest: interrupts handled, by vector.
 */
struct vtl0_report {
	uint32_t command;
	uint32_t sequence;
	uint64_t arguments[VTL0_ARGUMENTS];
	uint32_t release;

	uint32_t done;
	uint64_t result;
	uint32_t state;
	uint32_t mode;
	uint64_t eois;
	uint64_t halts;
	uint64_t spins;
	uint64_t ipis;
	uint64_t rings;
	uint64_t ring_ticks;
	uint64_t ring_ticks_min;
	uint64_t nested;
	uint64_t probe_resume;
	uint64_t crash[4];
	uint32_t log_count;
	uint32_t reserved;
	uint16_t log[VTL0_LOG_LENGTH];
	uint64_t counts[256];
};

/**
 * enum vtl0_sample_kind - what VTL0_COMMAND_SAMPLE does for each sample
 * @VTL0_SAMPLE_EMPTY:     a device write that raises nothing
 * @VTL0_SAMPLE_RING:      rings the device, then waits with interrupts open
 * @VTL0_SAMPLE_RING_HALT: rings it with interrupts closed, then STI and HLT
 * @VTL0_SAMPLE_HALT:      STI and HLT; who raises it waits until @halts has grown
 */
enum vtl0_sample_kind {
	VTL0_SAMPLE_EMPTY,
	VTL0_SAMPLE_RING,
	VTL0_SAMPLE_RING_HALT,
	VTL0_SAMPLE_HALT,
};

/**
 * struct vtl0_sample - what VTL0_COMMAND_SAMPLE leaves at VTL0_SAMPLES_OFFSET
 * @written:   TSC before the device write; 0 if there is none
 * @handled:   TSC in the first instruction of the handler; 0 if none ran
 * @continued: TSC in the instruction after the write, or after HLT
 *
 * The handler is not the usual one: it reads the TSC, acknowledges the device,
 * ends the interrupt and returns. Counts and @eois are made up for afterwards.
 */
struct vtl0_sample {
	uint64_t written;
	uint64_t handled;
	uint64_t continued;
};

#define VTL0_SAMPLES_MAX	16384

_Static_assert(sizeof(struct vtl0_boot) <= VTL0_PAGE_SIZE, "the boot page is one page");
_Static_assert(sizeof(struct vtl0_report) <= VTL0_PAGE_SIZE, "a report page is one page");
_Static_assert(VTL0_SAMPLES_OFFSET + VTL0_SAMPLES_MAX * sizeof(struct vtl0_sample) <=
	       VTL0_MEMORY_SIZE, "the samples are the last");

/* VMCALL: RAX is this, RCX a status, 0 to 255; it does not return. */
#define VTL0_CALL_SHUTDOWN	1

/* The x2APIC's interrupt command register: a fixed, edge-triggered interrupt. */
#define VTL0_ICR_LOGICAL		0x0800ULL
#define VTL0_ICR_ASSERT			0x4000ULL
#define VTL0_ICR_SHORTHAND_NONE		0x00000ULL
#define VTL0_ICR_SHORTHAND_SELF		0x40000ULL
#define VTL0_ICR_SHORTHAND_ALL		0x80000ULL
#define VTL0_ICR_SHORTHAND_OTHERS	0xc0000ULL
#define VTL0_ICR(destination, vector, flags) \
	((uint64_t)(destination) << 32 | VTL0_ICR_ASSERT | (flags) | (vector))

#endif /* _LAB_VTL0_REPORT_H */
