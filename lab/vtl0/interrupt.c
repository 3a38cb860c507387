// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Handles the guest's interrupts and exceptions: counts each interrupt and sends its EOI.
 *
 * Owns: the interrupt table, the counts and the log. Must not know: the purpose of an
 * interrupt.
 */
#include "guest.h"
#include "machine.h"

#define ENTRY_SIZE	16
#define GATE_INTERRUPT	0x8e
#define SELECTOR_CODE	0x08
#define VECTOR_NMI	2
/* A vector below 32 may be an exception; a vector from 16 on may be an interrupt. */
#define VECTORS_EXCEPTION	32
#define VECTOR_INTERRUPT_MIN	16

/**
 * struct gate - an entry of the interrupt table, as the CPU defines it
 */
struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint8_t stack;
	uint8_t type;
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};

/**
 * struct table_pointer - the operand of LIDT
 */
struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

static struct gate gates[256];

void interrupt_gate_set(uint32_t vector, const uint8_t *handler)
{
	uint64_t entry = (uint64_t)handler;

	gates[vector] = (struct gate) {
		.offset_low = entry,
		.selector = SELECTOR_CODE,
		.type = GATE_INTERRUPT,
		.offset_middle = entry >> 16,
		.offset_high = entry >> 32,
	};
}

void interrupt_gate_reset(uint32_t vector)
{
	interrupt_gate_set(vector, interrupt_entries + vector * ENTRY_SIZE);
}

void interrupts_setup(void)
{
	uint32_t vector;

	for (vector = 0; vector < 256; vector++)
		interrupt_gate_reset(vector);
}

void interrupts_load(void)
{
	struct table_pointer pointer = { sizeof(gates) - 1, (uint64_t)gates };

	asm volatile("lidt %0" : : "m"(pointer));
}

static void log_write(struct vp *vp, uint16_t entry)
{
	uint32_t count = vp->report->log_count;

	vp->report->log[count % VTL0_LOG_LENGTH] = entry;
	vp->report->log_count = count + 1;
}

/* Interrupts may have the numbers of exceptions, but only interrupts are in service. */
static bool is_interrupt(uint32_t vector)
{
	if (vector >= VECTORS_EXCEPTION)
		return true;
	return vector >= VECTOR_INTERRUPT_MIN && rdmsr(MSR_X2APIC_ISR0) >> vector & 1;
}

static void crash(struct vp *vp, const struct frame *frame)
{
	vp->report->crash[0] = frame->vector;
	vp->report->crash[1] = frame->error;
	vp->report->crash[2] = frame->rip;
	vp->report->crash[3] = read_cr2();
	vp->report->state = VTL0_STATE_CRASHED;
	outb(VTL0_CRASH_PORT, 0);
	for (;;)
		halt_for_ever();
}

/*
 * The handler of the middle vector raises the lower one, which must wait, and the higher one,
 * which must be delivered before this handler returns.
 */
static void nest_carry_out(struct vp *vp)
{
	vp->nest.armed = false;
	interrupts_open();
	wrmsr(MSR_X2APIC_SELF_IPI, vp->nest.low);
	wrmsr(MSR_X2APIC_SELF_IPI, vp->nest.high);
	vp->report->ipis += 2;
	/* The higher one is delivered here at the latest, if it can be delivered at all. */
	relax();
	interrupts_close();
}

static void handle(struct vp *vp, uint32_t vector)
{
	vp->report->nested += vp->depth > 0;
	vp->depth++;
	log_write(vp, vector);
	ring_answered(vp, vector);
	device_acknowledge(vp, vector);

	if (vp->nest.armed && vector == vp->nest.middle)
		nest_carry_out(vp);

	log_write(vp, vector | VTL0_LOG_END);
	vp->depth--;
	vp->report->eois++;
}

/* Called by the entry code. */
void interrupt_handle(struct frame *frame)
{
	struct vp *vp = vp_self();

	if (frame->vector != VECTOR_NMI && !is_interrupt(frame->vector))
		crash(vp, frame);

	vp->report->counts[frame->vector]++;
	if (frame->vector == VECTOR_NMI)
		return;
	/* The command vector only ends HLT, and is not part of the other counts and the log. */
	if (frame->vector != VTL0_VECTOR_COMMAND)
		handle(vp, frame->vector);
	wrmsr(MSR_X2APIC_EOI, 0);
}
