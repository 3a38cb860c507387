// SPDX-License-Identifier: GPL-2.0-only
/*
 * SINT 7 of each VP. Owns: the event flags pages, and which VPs have it masked.
 */
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/percpu.h>
#include <linux/smp.h>

#include "message.h"
#include "sint.h"
#include "sint_vp.h"
#include "synic.h"

#define FLAGS 2048

/**
 * struct events - one VP's side
 * @flags:    its event flags page
 * @unmasked: SINT 7 is not masked there; its CPU writes it, and all read it
 */
struct events {
	unsigned long *flags;
	bool unmasked;
};

static DEFINE_PER_CPU(struct events, vps);

struct host_message *sint_vp_slot(u32 vp)
{
	return (struct host_message *)lab_synic_messages(vp) + SINT;
}

bool sint_vp_set_flag(u32 vp, u32 flag)
{
	set_bit(SINT * FLAGS + flag, per_cpu(vps, vp).flags);
	return true;
}

bool sint_vp_is_masked(u32 vp)
{
	return !READ_ONCE(per_cpu(vps, vp).unmasked);
}

void sint_vp_interrupt(u32 vp)
{
	lab_synic_interrupt(vp);
}

/**
 * sint_vp_end_of_message() - this CPU has written its EOM register
 *
 * Context: the guest's interrupt handler.
 */
void sint_vp_end_of_message(void)
{
	lab_sint_look(smp_processor_id());
}

/**
 * sint_vp_events() - where a VP's event flags are
 * @cpu: a possible CPU.
 *
 * Return: its event flags page.
 */
void *sint_vp_events(unsigned int cpu)
{
	return per_cpu(vps, cpu).flags;
}

/**
 * sint_vp_mask() - this CPU has masked a SINT, or unmasked it
 * @sint:   any value; the others have no mask here.
 * @masked: which of the two.
 *
 * Context: the guest, preemption off.
 */
void sint_vp_mask(unsigned int sint, bool masked)
{
	if (sint != SINT)
		return;
	WRITE_ONCE(this_cpu_ptr(&vps)->unmasked, !masked);
	lab_sint_look(smp_processor_id());
}

/**
 * sint_vp_start() - have an event flags page for each VP
 *
 * Return: 0, or -ENOMEM.
 */
int sint_vp_start(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu(vps, cpu).flags = (void *)get_zeroed_page(GFP_KERNEL);
		if (!per_cpu(vps, cpu).flags) {
			sint_vp_stop();
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * sint_vp_stop() - undo sint_vp_start(); no guest reads the pages any more
 */
void sint_vp_stop(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		free_page((unsigned long)per_cpu(vps, cpu).flags);
}
