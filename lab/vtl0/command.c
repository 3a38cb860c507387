// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Carries out the guest's commands, outside of handlers and with interrupts enabled, like
 * the kernel of a guest.
 *
 * Owns: the meaning of each command word.
 */
#include "guest.h"
#include "machine.h"

static void command_mode(struct vp *vp)
{
	volatile struct vtl0_report *report = vp->report;

	vp->rung_at = 0;
	vp->ring_route = report->arguments[1];
	vp->ring_limit = report->arguments[2] ? report->rings + report->arguments[2] : 0;
	report->mode = report->arguments[0];
}

static void command_ipi(struct vp *vp, uint32_t msr)
{
	uint64_t value = vp->report->arguments[0];
	uint64_t count = vp->report->arguments[1];

	for (; count; count--) {
		vp->report->ipis++;
		wrmsr(msr, value);
	}
}

static void command_hold(struct vp *vp)
{
	volatile struct vtl0_report *report = vp->report;
	bool open = report->arguments[1];
	uint64_t before;

	interrupts_close();
	wrmsr(MSR_X2APIC_TPR, report->arguments[0]);
	before = report->eois;
	report->release = 0;
	report->state = VTL0_STATE_HOLDING;
	if (open)
		interrupts_open();
	while (!report->release)
		relax();
	interrupts_close();

	report->result = report->eois - before;
	report->state = VTL0_STATE_BUSY;
	wrmsr(MSR_X2APIC_TPR, 0);
	interrupts_open();
}

/* Check the log's entry @n of the six entries that a nest has just written. */
static bool nest_was(struct vp *vp, uint32_t n, uint16_t entry)
{
	return vp->report->log[(vp->report->log_count - 6 + n) % VTL0_LOG_LENGTH] == entry;
}

static void command_nest(struct vp *vp)
{
	volatile struct vtl0_report *report = vp->report;
	uint64_t before = report->log_count;

	vp->nest.low = report->arguments[0];
	vp->nest.middle = report->arguments[1];
	vp->nest.high = report->arguments[2];
	vp->nest.armed = true;
	report->ipis++;
	wrmsr(MSR_X2APIC_SELF_IPI, vp->nest.middle);
	relax();

	report->result = report->log_count - before == 6 && !vp->nest.armed &&
			 nest_was(vp, 0, vp->nest.middle) &&
			 nest_was(vp, 1, vp->nest.high) &&
			 nest_was(vp, 2, vp->nest.high | VTL0_LOG_END) &&
			 nest_was(vp, 3, vp->nest.middle | VTL0_LOG_END) &&
			 nest_was(vp, 4, vp->nest.low) &&
			 nest_was(vp, 5, vp->nest.low | VTL0_LOG_END);
}

static void command_cpuid(struct vp *vp)
{
	uint32_t eax = vp->report->arguments[0], ecx = vp->report->arguments[1], ebx, edx;

	asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	vp->report->result = (uint64_t)ebx << 32 | eax;
}

static uint64_t wait_by(enum vtl0_wait how, bool open)
{
	if (how == VTL0_WAIT_IDLE) {
		if (open)
			interrupts_open();
		return idle();
	}
	if (open)
		interrupts_open_and_halt();
	else
		halt_once();
	return 0;
}

static void command_wait(struct vp *vp)
{
	volatile struct vtl0_report *report = vp->report;

	interrupts_close();
	wrmsr(MSR_X2APIC_TPR, report->arguments[1]);
	report->state = VTL0_STATE_WAITING;
	report->result = wait_by(report->arguments[0], report->arguments[2]);
	report->state = VTL0_STATE_BUSY;
	interrupts_close();
	wrmsr(MSR_X2APIC_TPR, 0);
	interrupts_open();
}

static void command_carry_out(struct vp *vp)
{
	volatile struct vtl0_report *report = vp->report;

	report->result = 0;
	switch (report->command) {
	case VTL0_COMMAND_MODE:
		command_mode(vp);
		break;
	case VTL0_COMMAND_IPI:
		command_ipi(vp, MSR_X2APIC_ICR);
		break;
	case VTL0_COMMAND_SELF_IPI:
		command_ipi(vp, MSR_X2APIC_SELF_IPI);
		break;
	case VTL0_COMMAND_HOLD:
		command_hold(vp);
		break;
	case VTL0_COMMAND_NEST:
		command_nest(vp);
		break;
	case VTL0_COMMAND_PROBE:
		report->result = probe_read(report->arguments[0], &report->probe_resume);
		break;
	case VTL0_COMMAND_READ_MSR:
		report->result = rdmsr(report->arguments[0]);
		break;
	case VTL0_COMMAND_CPUID:
		command_cpuid(vp);
		break;
	case VTL0_COMMAND_SAY:
		console_say(vp, "here, interrupts handled: ", report->eois);
		break;
	case VTL0_COMMAND_SHUTDOWN:
		vmcall(VTL0_CALL_SHUTDOWN, report->arguments[0]);
		break;
	case VTL0_COMMAND_SAMPLE:
		report->result = sample_run(vp);
		break;
	case VTL0_COMMAND_WRITE_MSR:
		wrmsr(report->arguments[0], report->arguments[1]);
		break;
	case VTL0_COMMAND_READ_REGISTER:
		report->result = register_read(report->arguments[0]);
		break;
	case VTL0_COMMAND_WRITE_REGISTER:
		register_write(report->arguments[0], report->arguments[1]);
		break;
	case VTL0_COMMAND_LOAD_VECTORS:
		vectors_load(report->arguments[0], report->arguments[1]);
		break;
	case VTL0_COMMAND_CHECK_VECTORS:
		report->result = vectors_check(report->arguments[0], report->arguments[1]);
		break;
	case VTL0_COMMAND_WAIT:
		command_wait(vp);
		break;
	}
}

void command_poll(struct vp *vp)
{
	volatile struct vtl0_report *report = vp->report;
	uint32_t sequence = report->sequence;

	if (sequence == report->done)
		return;

	report->state = VTL0_STATE_BUSY;
	command_carry_out(vp);
	report->state = VTL0_STATE_RUNNING;
	/* The last store: neither x86 nor, with volatile, the compiler reorders stores. */
	report->done = sequence;
}

void ring_iterate(struct vp *vp)
{
	volatile struct vtl0_report *report = vp->report;
	uint32_t vector;

	if (vp->rung_at)
		return;
	if (vp->ring_limit && report->rings >= vp->ring_limit) {
		report->mode = report->mode == VTL0_MODE_RING ? VTL0_MODE_SPIN : VTL0_MODE_HALT;
		return;
	}
	vector = vp->boot->routes[vp->ring_route % VTL0_ROUTES_MAX].vector & 0xff;
	vp->ring_goal = report->counts[vector] + 1;
	report->rings++;
	/* Set this before the ring, since the interrupt may come before the next line. */
	vp->rung_at = rdtsc();
	device_ring(vp, vp->ring_route);
}

void ring_answered(struct vp *vp, uint32_t vector)
{
	volatile struct vtl0_report *report = vp->report;
	uint64_t ticks = rdtsc() - vp->rung_at;

	if (!vp->rung_at || report->counts[vector] < vp->ring_goal ||
	    vp->boot->routes[vp->ring_route % VTL0_ROUTES_MAX].vector != vector)
		return;

	vp->rung_at = 0;
	report->ring_ticks = ticks;
	if (!report->ring_ticks_min || ticks < report->ring_ticks_min)
		report->ring_ticks_min = ticks;
}
