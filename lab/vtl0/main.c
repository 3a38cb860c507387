// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A guest for VTL0: on each VP it counts the arriving interrupts, and carries out the
 * commands in its report page. It trusts the VMM.
 *
 * Owns: the main loop of a VP. Must not know: how VTL2 works.
 */
#include "guest.h"
#include "machine.h"

#define SVR_ENABLE	0x100
#define SVR_SPURIOUS	0xff

_Static_assert(STACKS == VTL0_VPS_MAX, "a stack for each VP");

struct vp vps[VTL0_VPS_MAX];

struct vp *vp_self(void)
{
	uint64_t here = (uint64_t)__builtin_frame_address(0);

	return &vps[(here - (uint64_t)stacks) >> STACK_SHIFT];
}

static struct vp *vp_setup(volatile struct vtl0_boot *boot, uint64_t number)
{
	struct vp *vp = &vps[number];

	vp->number = number;
	vp->boot = boot;
	vp->report = (volatile struct vtl0_report *)(boot->reports + number * VTL0_PAGE_SIZE);
	return vp;
}

/*
 * Interrupts are disabled from the check of the command word to HLT. An interrupt that arrives
 * in between ends HLT at once, so that no command is missed.
 */
static void halt(struct vp *vp)
{
	volatile struct vtl0_report *report = vp->report;

	interrupts_close();
	if (report->sequence != report->done) {
		interrupts_open();
		return;
	}
	/* The ring was already answered, so there may be no interrupt to wait for. */
	if (report->mode == VTL0_MODE_RING_HALT && !vp->rung_at) {
		interrupts_open();
		return;
	}
	report->halts++;
	interrupts_open_and_halt();
}

static void iterate(struct vp *vp)
{
	volatile struct vtl0_report *report = vp->report;

	command_poll(vp);
	if (report->mode == VTL0_MODE_RING || report->mode == VTL0_MODE_RING_HALT)
		ring_iterate(vp);

	if (report->mode == VTL0_MODE_HALT || report->mode == VTL0_MODE_RING_HALT) {
		halt(vp);
	} else {
		report->spins++;
		relax();
	}
}

/* Called by start.S. */
void guest_main(volatile struct vtl0_boot *boot, uint64_t number)
{
	struct vp *vp = vp_setup(boot, number);

	/* Each VP writes the same values, so that no order between the VPs is needed. */
	interrupts_setup();
	interrupts_load();
	wrmsr(MSR_X2APIC_SVR, SVR_ENABLE | SVR_SPURIOUS);
	wrmsr(MSR_X2APIC_TPR, 0);
	console_say(vp, "up, VPs in all: ", boot->vps);
	vp->report->state = VTL0_STATE_RUNNING;
	interrupts_open();

	for (;;)
		iterate(vp);
}
