/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interface between the lab's guest and its VMM: the head of the image, the boot
 * page, and one report page for each VP. All of them are in the guest's memory, in little
 * endian. Both sides read and write the report pages while both run, so the description of
 * each member names its writer.
 *
 * Owns: these layouts, the command words and the calls. Must not know: how the guest was
 * entered.
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
 * The guest's memory contains, in this order: the image, the boot page, a report page
 * for each VP, page tables, and samples. It starts at any multiple of its size below 4 GiB.
 */
#define VTL0_MEMORY_SIZE	0x200000
#define VTL0_BOOT_OFFSET	0x100000
#define VTL0_REPORTS_OFFSET	0x101000
#define VTL0_TABLES_OFFSET	0x120000
#define VTL0_SAMPLES_OFFSET	0x130000
#define VTL0_PAGE_SIZE		0x1000

/* A byte of text for the VMM is written to this port. */
#define VTL0_CONSOLE_PORT	0xe9
/* A VP that has crashed writes any byte to this port and stops; see @crash in its report page. */
#define VTL0_CRASH_PORT		0xea

/* The VMM asserts this vector to make a halted guest check its command word. */
#define VTL0_VECTOR_COMMAND	0x2e

/**
 * struct vtl0_image - the first bytes of the image
 * @magic: VTL0_IMAGE_MAGIC
 * @entry: the offset at which each VP begins: in 64-bit mode, with page tables that
 *         identity-map the low 4 GiB, flat segments (CS 0x08, others 0x10) and
 *         interrupts disabled; RDI = address of the boot page, RSI = number of the VP
 * @size:  the size of the image in memory, including zeroed data
 */
struct vtl0_image {
	uint64_t magic;
	uint64_t entry;
	uint64_t size;
};

/* The kinds of devices, as in lab_host.h. */
#define VTL0_DEVICE_EDU		1
#define VTL0_DEVICE_IVSHMEM	2

/**
 * struct vtl0_device - a device that the guest may access
 * @registers: the address of its registers
 * @kind:      one of VTL0_DEVICE_*
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
 * @source: index of the interrupt among those of the device
 * @vp:     the VP that the interrupt goes to
 * @vector: the vector on that VP; 0 if the entry is not in use
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
 * @devices_count: the number of valid entries in @devices
 * @routes_count:  the number of valid entries in @routes
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
 * enum vtl0_command - the commands for a VP, with their arguments [0], [1] and [2]
 * @VTL0_COMMAND_NONE:     do nothing
 * @VTL0_COMMAND_MODE:     change the mode: [0] is one of enum vtl0_mode. For the
 *                         ringing modes, [1] is the index of a route to this VP,
 *                         and [2] is how often to ring (0: without end)
 * @VTL0_COMMAND_IPI:      write a value to the ICR: [0] is the value, as made by
 *                         VTL0_ICR(), and [1] is how often to write it
 * @VTL0_COMMAND_SELF_IPI: send IPIs to this VP: [0] is the vector, [1] how many
 * @VTL0_COMMAND_HOLD:     spin until the VMM sets "release". The task priority is
 *                         [0], and interrupts are enabled if [1] is not 0. @result
 *                         is how many interrupts arrived in the meantime
 * @VTL0_COMMAND_NEST:     raise three vectors of different priority classes,
 *                         [0] < [1] < [2]. The handler of the middle one enables
 *                         interrupts and raises the other two. @result is 1 if the
 *                         high one arrived at once, and the low one after it
 * @VTL0_COMMAND_PROBE:    read 4 bytes at the address [0], which may not belong to
 *                         the guest; @result is the value
 * @VTL0_COMMAND_READ_MSR: read the MSR [0]; @result is its value
 * @VTL0_COMMAND_CPUID:    execute CPUID with leaf [0] and subleaf [1]; @result is
 *                         EBX << 32 | EAX
 * @VTL0_COMMAND_SAY:      print a line on the console
 * @VTL0_COMMAND_SHUTDOWN: ask the VMM to end all VPs with the status [0]
 * @VTL0_COMMAND_SAMPLE:  take samples of an interrupt, on one VP at a time: [0] is
 *                         the index of a route to this VP whose device is an edu,
 *                         [1] is one of enum vtl0_sample_kind, [2] is how many.
 *                         @result is how many were taken, 0 if that is not possible
 * @VTL0_COMMAND_WRITE_MSR: write [1] to the MSR [0]
 * @VTL0_COMMAND_READ_REGISTER: read the register [0], one of enum vtl0_register;
 *                         @result is its value
 * @VTL0_COMMAND_WRITE_REGISTER: write [1] to the register [0], one of enum
 *                         vtl0_register that is not read only
 * @VTL0_COMMAND_LOAD_VECTORS: fill the floating-point and vector registers with
 *                         values that depend on the seed [0], including the upper
 *                         halves of the AVX registers if [1] is not 0. CR4 must
 *                         allow it.
 * @VTL0_COMMAND_CHECK_VECTORS: check these registers, with the same arguments;
 *                         @result is how many registers have another value
 * @VTL0_COMMAND_WAIT:     wait once: [0] is one of enum vtl0_wait. The task priority
 *                         is [1], and interrupts are enabled if [2] is not 0. After
 *                         VTL0_WAIT_IDLE, @result is EDX:EAX, which were not 0
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
 * enum vtl0_register - the registers that VTL0 accesses without an exit
 * @VTL0_REGISTER_PKRU:    the protection keys; needs CR4.PKE
 * @VTL0_REGISTER_DR0:     the address of breakpoint 0
 * @VTL0_REGISTER_DR1:     the address of breakpoint 1
 * @VTL0_REGISTER_DR2:     the address of breakpoint 2
 * @VTL0_REGISTER_DR3:     the address of breakpoint 3
 * @VTL0_REGISTER_DR6:     the debug status
 * @VTL0_REGISTER_CR2:     the address of the last page fault
 * @VTL0_REGISTER_XCR0:    the enabled state components; read only, by XGETBV; needs CR4.OSXSAVE
 * @VTL0_REGISTER_TSC_AUX: the number that RDTSCP returns; read only
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
 * @VTL0_MODE_SPIN:      spin with interrupts enabled
 * @VTL0_MODE_HALT:      wait for interrupts by HLT
 * @VTL0_MODE_RING:      raise its device's interrupt, and spin until it has arrived
 * @VTL0_MODE_RING_HALT: raise its device's interrupt, and wait for it by HLT
 */
enum vtl0_mode {
	VTL0_MODE_SPIN,
	VTL0_MODE_HALT,
	VTL0_MODE_RING,
	VTL0_MODE_RING_HALT,
};

/**
 * enum vtl0_state - the state of a VP
 * @VTL0_STATE_OFF:     it was not entered yet
 * @VTL0_STATE_RUNNING: it is in its main loop
 * @VTL0_STATE_BUSY:    it carries out a command
 * @VTL0_STATE_HOLDING: it spins in VTL0_COMMAND_HOLD
 * @VTL0_STATE_CRASHED: it got an unexpected exception; see @crash
 * @VTL0_STATE_WAITING: it waits in VTL0_COMMAND_WAIT
 */
enum vtl0_state {
	VTL0_STATE_OFF,
	VTL0_STATE_RUNNING,
	VTL0_STATE_BUSY,
	VTL0_STATE_HOLDING,
	VTL0_STATE_CRASHED,
	VTL0_STATE_WAITING,
};

/* An entry of the log has the vector, and VTL0_LOG_END if its handler ended. */
#define VTL0_LOG_VECTOR(entry)	((entry) & 0xff)
#define VTL0_LOG_END		0x100

/**
 * struct vtl0_report - the report page of a VP
 * @command:        VMM: one of enum vtl0_command.
 * @sequence:       VMM: incremented by one after a command was written.
 * @arguments:      VMM: the arguments of the command.
 * @release:        VMM: another value than 0 ends VTL0_COMMAND_HOLD; the guest writes
 *                  0 when that command begins.
 * @done:           guest: the @sequence of the last command that was carried out.
 * @result:         guest: the result of that command.
 * @state:          guest: one of enum vtl0_state.
 * @mode:           guest: one of enum vtl0_mode.
 * @eois:           guest: the number of handled interrupts, except VTL0_VECTOR_COMMAND,
 *                  which is only in @counts.
 * @halts:          guest: the number of executed HLT instructions.
 * @spins:          guest: the number of iterations of its loop without HLT.
 * @ipis:           guest: the number of interrupts sent to itself and others.
 * @rings:          guest: how often it raised its device's interrupt.
 * @ring_ticks:     guest: TSC ticks from the last ring to the handler.
 * @ring_ticks_min: guest: the smallest number of such ticks; 0: none yet.
 * @nested:         guest: the interrupts that arrived in the handler of another one.
 * @probe_resume:   guest: where the VMM continues if the access of VTL0_COMMAND_PROBE
 *                  is not possible; 0 outside of that command.
 * @crash:          guest: vector, error code, RIP and CR2 of the exception.
 * @log_count:      guest: the number of entries that were written to @log since the start.
 * @reserved:       zero.
 * @log:            guest: the last entries; entry n is at n % VTL0_LOG_LENGTH.
 * @counts:         guest: the number of interrupts handled, by vector.
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
 * @VTL0_SAMPLE_EMPTY:     write to the device without raising an interrupt
 * @VTL0_SAMPLE_RING:      raise the interrupt, and spin with interrupts enabled
 * @VTL0_SAMPLE_RING_HALT: raise it with interrupts disabled, then execute STI and HLT
 * @VTL0_SAMPLE_HALT:      execute STI and HLT; VTL2 raises it after @halts has changed
 */
enum vtl0_sample_kind {
	VTL0_SAMPLE_EMPTY,
	VTL0_SAMPLE_RING,
	VTL0_SAMPLE_RING_HALT,
	VTL0_SAMPLE_HALT,
};

/**
 * struct vtl0_sample - a sample that VTL0_COMMAND_SAMPLE writes at VTL0_SAMPLES_OFFSET
 * @written:   the TSC before the write to the device; 0 if there is no write
 * @handled:   the TSC in the first instruction of the handler; 0 if it did not run
 * @continued: the TSC in the instruction after the write, or after HLT
 *
 * The handler is a special one: it reads the TSC, acknowledges the device, sends the
 * EOI and returns. The counts and @eois are updated after all samples.
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

/* A VMCALL with this in RAX, and a status from 0 to 255 in RCX. It does not return. */
#define VTL0_CALL_SHUTDOWN	1

/* Bits of the x2APIC's interrupt command register, for a fixed, edge-triggered interrupt. */
#define VTL0_ICR_LOGICAL		0x0800ULL
#define VTL0_ICR_ASSERT			0x4000ULL
#define VTL0_ICR_SHORTHAND_NONE		0x00000ULL
#define VTL0_ICR_SHORTHAND_SELF		0x40000ULL
#define VTL0_ICR_SHORTHAND_ALL		0x80000ULL
#define VTL0_ICR_SHORTHAND_OTHERS	0xc0000ULL
#define VTL0_ICR(destination, vector, flags) \
	((uint64_t)(destination) << 32 | VTL0_ICR_ASSERT | (flags) | (vector))

#endif /* _LAB_VTL0_REPORT_H */
