// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Takes samples of an interrupt, as seen by the interrupted code. The code of a sample is
 * in sample_loops.S.
 *
 * Owns: the check whether samples can be taken, and the special handler of the sampled
 * vector, which is installed only while samples are taken.
 */
#include "guest.h"
#include "machine.h"

#define EDU_LIVENESS	0x04
#define EDU_RAISE	0x60

/* These are in sample_loops.S. Interrupts are disabled before and after them. */
void sample_empty(volatile struct vtl0_sample *samples, uint64_t count, uint64_t registers,
		  uint64_t offset);
void sample_ring(volatile struct vtl0_sample *samples, uint64_t count, uint64_t registers,
		 uint64_t offset);
void sample_ring_halt(volatile struct vtl0_sample *samples, uint64_t count, uint64_t registers,
		      uint64_t offset);
void sample_halt(volatile struct vtl0_sample *samples, uint64_t count, uint64_t registers,
		 uint64_t offset, volatile uint64_t *halts);
extern const uint8_t sample_handler[];

static volatile struct vtl0_sample *samples_find(struct vp *vp)
{
	return (volatile struct vtl0_sample *)(vp->boot->reports - VTL0_REPORTS_OFFSET +
					       VTL0_SAMPLES_OFFSET);
}

/* Return the registers of the route's device, or 0 if this VP cannot take samples of it. */
static uint64_t registers_find(struct vp *vp, volatile struct vtl0_route *route)
{
	uint32_t index = route->device;

	if (route->vp != vp->number || index >= VTL0_DEVICES_MAX ||
	    vp->boot->devices[index].kind != VTL0_DEVICE_EDU)
		return 0;
	return vp->boot->devices[index].registers;
}

static void take(struct vp *vp, uint64_t registers, enum vtl0_sample_kind kind, uint64_t count)
{
	volatile struct vtl0_sample *samples = samples_find(vp);

	switch (kind) {
	case VTL0_SAMPLE_EMPTY:
		sample_empty(samples, count, registers, EDU_LIVENESS);
		break;
	case VTL0_SAMPLE_RING:
		sample_ring(samples, count, registers, EDU_RAISE);
		break;
	case VTL0_SAMPLE_RING_HALT:
		sample_ring_halt(samples, count, registers, EDU_RAISE);
		break;
	case VTL0_SAMPLE_HALT:
		sample_halt(samples, count, registers, EDU_RAISE, &vp->report->halts);
		break;
	}
}

/* Add what the usual handler and loop would have counted. */
static void make_up(struct vp *vp, uint32_t vector, enum vtl0_sample_kind kind, uint64_t count)
{
	volatile struct vtl0_report *report = vp->report;

	if (kind == VTL0_SAMPLE_EMPTY)
		return;
	report->counts[vector] += count;
	report->eois += count;
	if (kind != VTL0_SAMPLE_HALT)
		report->rings += count;
	if (kind == VTL0_SAMPLE_RING_HALT)
		report->halts += count;
}

uint64_t sample_run(struct vp *vp)
{
	volatile struct vtl0_report *report = vp->report;
	volatile struct vtl0_route *route =
		&vp->boot->routes[report->arguments[0] % VTL0_ROUTES_MAX];
	enum vtl0_sample_kind kind = report->arguments[1];
	uint64_t count = report->arguments[2], registers = registers_find(vp, route);
	uint32_t vector = route->vector & 0xff;

	if (!registers || !vector || kind > VTL0_SAMPLE_HALT || !count || count > VTL0_SAMPLES_MAX)
		return 0;

	interrupts_close();
	interrupt_gate_set(vector, sample_handler);
	take(vp, registers, kind, count);
	interrupt_gate_reset(vector);
	make_up(vp, vector, kind, count);
	interrupts_open();
	return count;
}
