// SPDX-License-Identifier: GPL-2.0-only
/*
 * A receiver: a CPU vector of the host's own, to which one source sends while
 * it is proxied. Each interrupt there is one exit to the host.
 *
 * Where its interrupts go never changes: a source that is to go elsewhere gets
 * another receiver. So an interrupt that was on its way when that happened
 * goes where the source went when it was raised.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "apic.h"
#include "compat.h"
#include "device.h"
#include "receiver.h"
#include "synic.h"
#include "vector.h"

/**
 * struct lab_receiver - a vector, and what stands behind it
 * @vector: the vector.
 * @proxy:  who hears of its interrupts.
 * @exits:  how many came.
 * @rcu:    it is freed when no handler, not even of a stray interrupt, runs.
 */
struct lab_receiver {
	struct lab_vector vector;
	struct lab_proxy proxy;
	atomic64_t exits;
	struct rcu_head rcu;
};

static void receive(struct irq_desc *desc)
{
	struct lab_receiver *receiver = irq_desc_get_handler_data(desc);

	atomic64_inc(&receiver->exits);
	lab_synic_proxy(&receiver->proxy);
	compat_apic_eoi();
}

/* An APIC id has eight bits in a message. */
static int take_vector(struct lab_receiver *receiver, u32 cpu)
{
	if (!lab_vp_is_live(cpu) || lab_apic_id(cpu) > U8_MAX)
		return -ENOSPC;
	return lab_vector_alloc(cpu, receive, receiver, &receiver->vector);
}

/* Rather where the message goes to; else anywhere, since it need not be there. */
static int take_any_vector(struct lab_receiver *receiver)
{
	u32 cpu;
	int error;

	error = take_vector(receiver, vp_set_first(&receiver->proxy.set));
	if (error != -ENOSPC)
		return error;
	for_each_online_cpu(cpu) {
		error = take_vector(receiver, cpu);
		if (error != -ENOSPC)
			return error;
	}
	return -ENOSPC;
}

/**
 * lab_receiver_create() - let the host take interrupts for some VPs
 * @proxy: who hears of them; copied.
 *
 * The caller keeps CPUs from coming and going.
 *
 * Return: the receiver, or ERR_PTR(): -ENOSPC: no CPU has a vector left;
 * -ENOMEM.
 */
struct lab_receiver *lab_receiver_create(const struct lab_proxy *proxy)
{
	struct lab_receiver *receiver = kzalloc(sizeof(*receiver), GFP_KERNEL);
	int error;

	if (!receiver)
		return ERR_PTR(-ENOMEM);

	receiver->proxy = *proxy;
	error = take_any_vector(receiver);
	if (!error)
		return receiver;
	kfree(receiver);
	return ERR_PTR(error);
}

/**
 * lab_receiver_destroy() - undo lab_receiver_create()
 * @receiver: no device sends to it any more; or NULL.
 *
 * What was sent has been posted when this returns.
 *
 * Return: how many exits it has seen.
 */
u64 lab_receiver_destroy(struct lab_receiver *receiver)
{
	u64 exits;

	if (!receiver)
		return 0;
	lab_vector_drain(&receiver->vector);
	lab_vector_free(&receiver->vector);
	exits = atomic64_read(&receiver->exits);
	kfree_rcu(receiver, rcu);
	return exits;
}

/**
 * lab_receiver_exits() - how many interrupts came
 * @receiver: or NULL.
 *
 * Return: that.
 */
u64 lab_receiver_exits(const struct lab_receiver *receiver)
{
	return receiver ? atomic64_read(&receiver->exits) : 0;
}

/**
 * lab_receiver_cpu() - whose vector it is
 * @receiver: the receiver.
 *
 * Return: that CPU.
 */
u32 lab_receiver_cpu(const struct lab_receiver *receiver)
{
	return receiver->vector.cpu;
}

/**
 * lab_receiver_message() - what a source is to send so that it comes here
 * @receiver: the receiver.
 * @message:  out: that.
 */
void lab_receiver_message(const struct lab_receiver *receiver, struct lab_message *message)
{
	message->apic_id = lab_apic_id(receiver->vector.cpu);
	message->vector = receiver->vector.number;
	message->enabled = true;
}
