// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages to VPs: what waits, and when it is written into a slot (slot.c).
 */
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/kcsan-checks.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "apic.h"
#include "compat.h"
#include "lab_host.h"
#include "message.h"
#include "seam.h"
#include "sint_vp.h"
#include "slot.h"
#include "synic.h"
#include "vector.h"
#include "waiting.h"

/* What a host may post to a trust domain begins here. */
#define FIRST_POSTED_VECTOR 31

/**
 * struct vp - the host's side of one VP
 * @lock:       guards all below; with interrupts off, since interrupt handlers
 *              post, on any CPU. Only the behaviour's lock is taken inside.
 * @slots:      the message page.
 * @waiting:    interrupts that are not in a message yet, and counts.
 * @live:       its CPU is online and has its shared vector.
 * @shared:     that vector.
 */
struct vp {
	raw_spinlock_t lock;	/* see above */
	struct host_message *slots;
	struct lab_waiting waiting;
	bool live;
	struct lab_vector shared;
};

static DEFINE_PER_CPU(struct vp, vps);

/* The slot that the host writes to: that of the intercepts, as on Hyper-V. */
static struct host_message *slot_of(struct vp *vp)
{
	return &vp->slots[0];
}

/**
 * lab_vp_exists() - is there such a VP
 * @vp: any value.
 *
 * Return: whether there is, its CPU online or not.
 */
bool lab_vp_exists(u32 vp)
{
	return vp < nr_cpu_ids && cpu_present(vp);
}

/**
 * lab_vp_is_live() - does a VP take messages now
 * @vp: any value.
 *
 * Return: whether it does; it may change unless CPUs are kept from changing.
 */
bool lab_vp_is_live(u32 vp)
{
	return lab_vp_exists(vp) && READ_ONCE(per_cpu(vps, vp).live);
}

/**
 * lab_vp_all() - all VPs there are
 * @set: out: those.
 */
void lab_vp_all(struct vp_set *set)
{
	u32 cpu;

	memset(set, 0, sizeof(*set));
	for_each_present_cpu(cpu)
		vp_set_add(set, cpu);
}

static void interrupt(struct vp *vp)
{
	if (vp->live)
		lab_apic_raise(vp->shared.cpu, vp->shared.number);
}

/* Lock held. Writes one message if something waits, and the slot is free. */
static void deliver(struct vp *vp)
{
	struct host_message message;

	if (!vp->live || !lab_waiting_any(&vp->waiting) || !lab_slot_is_free(slot_of(vp)))
		return;
	lab_waiting_compose(&vp->waiting, &message);
	lab_slot_write(slot_of(vp), &message);
	interrupt(vp);
}

/* An interrupt for this VP has come to the host. */
static void post(u32 cpu, u8 vector)
{
	struct vp *vp = per_cpu_ptr(&vps, cpu);
	unsigned long flags;

	raw_spin_lock_irqsave(&vp->lock, flags);
	if (lab_waiting_add(&vp->waiting, vector)) {
		deliver(vp);
		vp->waiting.counts.queued += lab_waiting_has(&vp->waiting, vector);
	}
	raw_spin_unlock_irqrestore(&vp->lock, flags);
}

/**
 * lab_synic_proxy() - let VPs know of an interrupt
 * @proxy: which, and who.
 *
 * VPs whose CPU is offline are left out; if all are, the first of them gets it
 * when its CPU is back.
 *
 * Context: any.
 */
void lab_synic_proxy(const struct lab_proxy *proxy)
{
	u32 cpu, posted = 0;

	for_each_present_cpu(cpu) {
		if (!vp_set_has(&proxy->set, cpu) || !lab_vp_is_live(cpu))
			continue;
		post(cpu, proxy->vector);
		posted++;
		if (!proxy->multicast)
			break;
	}
	if (!posted)
		post(vp_set_first(&proxy->set), proxy->vector);
}

/**
 * lab_synic_end_of_message() - this CPU has written its EOM register
 *
 * Context: the guest's interrupt handler.
 */
void lab_synic_end_of_message(void)
{
	struct vp *vp = this_cpu_ptr(&vps);
	unsigned long flags;

	raw_spin_lock_irqsave(&vp->lock, flags);
	vp->waiting.counts.eoms++;
	deliver(vp);
	raw_spin_unlock_irqrestore(&vp->lock, flags);
	sint_vp_end_of_message();
}

/**
 * lab_synic_messages() - where a VP's messages are
 * @cpu: a possible CPU.
 *
 * Return: its message page.
 */
void *lab_synic_messages(unsigned int cpu)
{
	return per_cpu(vps, cpu).slots;
}

/**
 * lab_synic_post() - write a message as a hostile host would
 * @asked: which VP, what message, and whether it is to hear of it.
 *
 * What was in the slot is lost. What waits is delivered still.
 *
 * Return: 0, or -EINVAL: no such VP, or a value out of range.
 */
int lab_synic_post(const struct lab_host_post *asked)
{
	struct host_message message;
	unsigned long flags;
	struct vp *vp;

	if (!lab_vp_exists(asked->vp) || asked->interrupt > 1)
		return -EINVAL;

	vp = per_cpu_ptr(&vps, asked->vp);
	static_assert(sizeof(message) == sizeof(asked->message));
	memcpy(&message, asked->message, sizeof(message));

	raw_spin_lock_irqsave(&vp->lock, flags);
	/*
	 * The guest may be reading the slot: that is what a hostile host does,
	 * and the guest reads each word once. Only here; an honest host's writes
	 * stay under KCSAN's eyes.
	 */
	kcsan_disable_current();
	lab_slot_write(slot_of(vp), &message);
	kcsan_enable_current();
	if (asked->interrupt)
		interrupt(vp);
	deliver(vp);
	raw_spin_unlock_irqrestore(&vp->lock, flags);
	return 0;
}

/**
 * lab_synic_read() - what was counted for a VP, and what waits
 * @number: which; any value.
 * @state:  out: that.
 *
 * Return: 0, or -EINVAL: no such VP.
 */
int lab_synic_read(u32 number, struct lab_host_vp *state)
{
	unsigned long flags;
	struct vp *vp;

	if (!lab_vp_exists(number))
		return -EINVAL;

	vp = per_cpu_ptr(&vps, number);
	raw_spin_lock_irqsave(&vp->lock, flags);
	lab_waiting_read(&vp->waiting, state);
	state->slot_full = READ_ONCE(slot_of(vp)->type) != MESSAGE_NONE;
	raw_spin_unlock_irqrestore(&vp->lock, flags);
	state->vp = number;
	return 0;
}

/**
 * lab_synic_interrupt() - raise a CPU's shared vector, message or not
 * @cpu: any value.
 *
 * Return: 0, or -EINVAL: no such CPU, or offline.
 */
int lab_synic_interrupt(u32 cpu)
{
	unsigned long flags;
	struct vp *vp;
	int error;

	if (!lab_vp_exists(cpu))
		return -EINVAL;

	vp = per_cpu_ptr(&vps, cpu);
	raw_spin_lock_irqsave(&vp->lock, flags);
	error = vp->live ? 0 : -EINVAL;
	interrupt(vp);
	raw_spin_unlock_irqrestore(&vp->lock, flags);
	return error;
}

/**
 * lab_synic_raise() - raise a vector of a CPU, as a hostile host would
 * @cpu:    any value.
 * @vector: any value; 0: that CPU's shared vector.
 *
 * Context: CPUs are kept from changing.
 * Return: 0, or -EINVAL: no such CPU, or offline; no vector that a host may post.
 */
int lab_synic_raise(u32 cpu, u32 vector)
{
	if (!vector)
		return lab_synic_interrupt(cpu);
	if (vector < FIRST_POSTED_VECTOR || vector > U8_MAX ||
	    cpu >= nr_cpu_ids || !cpu_online(cpu))
		return -EINVAL;
	lab_apic_raise(cpu, vector);
	return 0;
}

/* What the kernel's entry for the hypervisor's callback vector is on Hyper-V. */
static void shared_vector(struct irq_desc *desc)
{
	seam_interrupt();
	compat_apic_eoi();
}

/**
 * lab_synic_cpu_start() - a CPU is online: its VP takes messages
 * @cpu: the CPU.
 *
 * Return: 0 or a negative errno.
 */
int lab_synic_cpu_start(unsigned int cpu)
{
	struct vp *vp = per_cpu_ptr(&vps, cpu);
	int error;

	error = lab_vector_alloc(cpu, shared_vector, NULL, &vp->shared);
	if (!error)
		lab_synic_cpu_resume(cpu);
	return error;
}

/**
 * lab_synic_cpu_pause() - a VP takes no more messages
 * @cpu: its CPU, online.
 *
 * What comes for it waits. It is out of the choice for interrupts that may go to
 * one VP of several.
 */
void lab_synic_cpu_pause(unsigned int cpu)
{
	struct vp *vp = per_cpu_ptr(&vps, cpu);
	unsigned long flags;

	raw_spin_lock_irqsave(&vp->lock, flags);
	vp->live = false;
	raw_spin_unlock_irqrestore(&vp->lock, flags);
}

/**
 * lab_synic_cpu_resume() - undo lab_synic_cpu_pause()
 * @cpu: the same.
 *
 * The guest hears of a message that it left behind, and of what came meanwhile.
 */
void lab_synic_cpu_resume(unsigned int cpu)
{
	struct vp *vp = per_cpu_ptr(&vps, cpu);
	unsigned long flags;

	raw_spin_lock_irqsave(&vp->lock, flags);
	vp->live = true;
	if (READ_ONCE(slot_of(vp)->type) != MESSAGE_NONE)
		interrupt(vp);
	deliver(vp);
	raw_spin_unlock_irqrestore(&vp->lock, flags);
}

/**
 * lab_synic_cpu_stop() - give a CPU's shared vector back
 * @cpu: the CPU, online, and its VP paused.
 */
void lab_synic_cpu_stop(unsigned int cpu)
{
	struct vp *vp = per_cpu_ptr(&vps, cpu);

	lab_vector_drain(&vp->shared);
	lab_vector_free(&vp->shared);
}

/**
 * lab_synic_start() - have a message page for each VP
 *
 * Return: 0, or -ENOMEM.
 */
int lab_synic_start(void)
{
	struct vp *vp;
	u32 cpu;

	static_assert(sizeof(struct host_message) == MESSAGE_BYTES);
	for_each_possible_cpu(cpu) {
		vp = per_cpu_ptr(&vps, cpu);
		raw_spin_lock_init(&vp->lock);
		vp->slots = (void *)get_zeroed_page(GFP_KERNEL);
		if (!vp->slots) {
			lab_synic_stop();
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * lab_synic_stop() - undo lab_synic_start(); no guest reads the pages any more
 */
void lab_synic_stop(void)
{
	u32 cpu;

	for_each_possible_cpu(cpu)
		free_page((unsigned long)per_cpu(vps, cpu).slots);
}
