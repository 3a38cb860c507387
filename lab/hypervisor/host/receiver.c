// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receivers: where the host takes the proxied interrupts of devices.
 *
 * Owns: the receiver of each vector of the host. Must not know: devices.
 */
#include "host/receiver.h"
#include "vcpu/interrupts.h"
#include "vcpu/l1.h"

/* By CPU and vector. Written before a device uses the vector, and read after that. */
static struct receiver receivers[L1_CPUS_MAX][HOST_VECTORS];

static struct receiver *take_vector(u32 cpu)
{
	u8 vector = interrupts_alloc(&l1_cpus[cpu]);
	struct receiver *receiver;

	if (!vector)
		return NULL;
	receiver = &receivers[cpu][vector - HOST_VECTOR_FIRST];
	receiver->cpu = cpu;
	receiver->vector = vector;
	return receiver;
}

static struct receiver *take_any_vector(u64 vps)
{
	struct receiver *receiver = take_vector(__builtin_ctzll(vps));
	u32 cpu;

	for (cpu = 0; cpu < l1_count && !receiver; cpu++)
		receiver = take_vector(cpu);
	return receiver;
}

struct receiver *receiver_create(const struct host_proxy *proxy, u64 *exits)
{
	struct receiver *receiver = take_any_vector(proxy->vps);

	if (!receiver)
		return NULL;
	receiver->proxy = *proxy;
	receiver->exits = exits;
	return receiver;
}

void receiver_destroy(struct receiver *receiver)
{
	if (receiver)
		interrupts_release(&l1_cpus[receiver->cpu], receiver->vector);
}

void receiver_interrupt(u32 cpu, u32 vector)
{
	const struct receiver *receiver = &receivers[cpu][vector - HOST_VECTOR_FIRST];

	/* L1 may have programmed a device with this vector itself. */
	if (!receiver->exits)
		return;
	__atomic_add_fetch(receiver->exits, 1, __ATOMIC_RELAXED);
	proxied_interrupt(&receiver->proxy);
}
