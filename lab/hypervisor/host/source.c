// SPDX-License-Identifier: GPL-2.0-only
/*
 * The targets of devices' interrupts, and changing them without losing one.
 *
 * Owns: the sources, and the receiver of each vector of the host. Each change has the same three
 * steps: allocate a receiver for the new target, if it needs one; program the device, which takes
 * effect atomically; free the old receiver.
 */
#include <linux/errno.h>

#include "base/base.h"
#include "host/devices.h"
#include "host/hyperv.h"
#include "host/synic.h"
#include "l1/lab_host.h"
#include "vcpu/l1.h"

/* A PCI function has up to 2048 of them. */
#define SOURCES_MAX  8192
#define FIRST_VECTOR 16

/*
 * Receivers: where the host takes the proxied interrupts of one source. Each has a vector of the
 * host on a CPU.
 */

/**
 * struct receiver - a receiver
 * @proxy:  the target of its interrupts
 * @exits:  the source's counter of interrupts, shared with its other receivers; NULL: it
 *          was never used
 * @cpu:    the CPU
 * @vector: the vector on it
 *
 * The target never changes while it is used: a source with a new target gets a new receiver. So a
 * pending interrupt goes to the target that its source had when it was raised.
 */
struct receiver {
	struct host_proxy proxy;
	u64 *exits;
	u8 cpu;
	u8 vector;
};

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

/**
 * receiver_create() - let the host take interrupts for some VPs
 * @proxy: their target.
 * @exits: their counter, which is never freed.
 *
 * It prefers a CPU to which the message goes, and otherwise uses any.
 * Context: one caller at a time.
 * Return: the receiver, or NULL: no CPU has a vector left.
 */
static struct receiver *receiver_create(const struct host_proxy *proxy, u64 *exits)
{
	struct receiver *receiver = take_any_vector(proxy->vps);

	if (!receiver)
		return NULL;
	receiver->proxy = *proxy;
	receiver->exits = exits;
	return receiver;
}

/**
 * receiver_destroy() - free a receiver and its vector
 * @receiver: no device sends to it any more; or NULL.
 *
 * Context: as interrupts_release().
 */
static void receiver_destroy(struct receiver *receiver)
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

/**
 * struct route - the target of a source
 * @delivery: LAB_HOST_DELIVERY_*
 * @masked:   it raises nothing now
 * @apic_id:  message, redirected: the CPU
 * @vector:   message, redirected: its vector
 * @proxy:    proxied: the VPs and their vector
 */
struct route {
	u32 delivery;
	bool masked;
	u8 apic_id;
	u8 vector;
	struct host_proxy proxy;
};

/**
 * struct source - an interrupt source of a device
 * @function: of which device
 * @number:   which of its sources
 * @route:    where it goes
 * @receiver: where the host takes it, while proxied and unmasked; otherwise NULL
 * @exits:    how many interrupts came to the host; the receivers count them
 */
struct source {
	u16 function;
	u32 number;
	struct route route;
	struct receiver *receiver;
	u64 exits;
};

/* Protects the sources, except @exits. The PCI lock is taken inside. */
static struct lock source_lock;
static struct source sources[SOURCES_MAX];
static u32 source_count;

static struct source *find(u16 function, u32 number)
{
	u32 i;

	for (i = 0; i < source_count; i++) {
		if (sources[i].function == function && sources[i].number == number)
			return &sources[i];
	}
	return NULL;
}

/* A new source is masked: a device sends nothing after its reset. */
static struct source *make(u16 function, u32 number)
{
	struct source *source;

	if (source_count == SOURCES_MAX)
		return NULL;
	source = &sources[source_count++];
	*source = (struct source){ .function = function, .number = number, .route.masked = true };
	return source;
}

static int look_up(u32 device, u32 number, struct source **source)
{
	if (device > U16_MAX)
		return -ENOENT;
	/* Tests read sources often: the device is accessed only for a source that is not known. */
	*source = find(device, number);
	if (*source)
		return 0;
	if (number >= device_sources(device))
		return -ENOENT;
	*source = make(device, number);
	return *source ? 0 : -ENOMEM;
}

static bool needs_receiver(const struct route *route)
{
	return route->delivery == LAB_HOST_DELIVERY_PROXIED && !route->masked;
}

/* Vectors below L1's first one cannot be posted to it. */
static struct device_message message_of(const struct route *route,
					const struct receiver *receiver)
{
	if (receiver)
		return (struct device_message){
			true, l1_cpus[receiver->cpu].apic_id, receiver->vector,
		};
	return (struct device_message){
		!route->masked && route->delivery != LAB_HOST_DELIVERY_NONE &&
			route->vector >= L1_VECTOR_FIRST,
		route->apic_id, route->vector,
	};
}

/*
 * The lock is held. If the device refuses, the source is masked, and keeps its old route.
 * @old: out: its old receiver, to be destroyed without the lock.
 */
static int change(struct source *source, const struct route *wanted, struct receiver **old)
{
	struct receiver *fresh = NULL;
	struct device_message message;
	int error;

	if (needs_receiver(wanted)) {
		fresh = receiver_create(&wanted->proxy, &source->exits);
		if (!fresh)
			return -ENOSPC;
	}
	message = message_of(wanted, fresh);
	error = device_program(source->function, source->number, &message);
	if (error) {
		receiver_destroy(fresh);
		fresh = NULL;
		source->route.masked = true;
	} else {
		source->route = *wanted;
	}
	*old = source->receiver;
	source->receiver = fresh;
	return error;
}

/* A new target; the source stays masked if it was. */
static int change_delivery(u32 device, u32 number, struct route *wanted)
{
	struct receiver *old = NULL;
	struct source *source;
	int error;

	lock_take(&source_lock);
	error = look_up(device, number, &source);
	if (!error) {
		wanted->masked = source->route.masked;
		error = change(source, wanted, &old);
	}
	lock_drop(&source_lock);
	receiver_destroy(old);
	return error;
}

static int set_masked(u32 device, u32 number, bool masked)
{
	struct receiver *old = NULL;
	struct source *source;
	struct route wanted;
	int error;

	lock_take(&source_lock);
	error = look_up(device, number, &source);
	/* The message is written even without a change: a reset device has lost it. */
	if (!error) {
		wanted = source->route;
		wanted.masked = masked;
		error = change(source, &wanted, &old);
	}
	lock_drop(&source_lock);
	receiver_destroy(old);
	return error;
}

static int set_message(const struct lab_host_message *asked)
{
	struct route wanted = {
		.delivery = LAB_HOST_DELIVERY_MESSAGE,
		.apic_id = asked->apic_id, .vector = asked->vector,
	};
	struct receiver *old = NULL;
	struct source *source;
	int error;

	lock_take(&source_lock);
	error = look_up(asked->device, asked->source, &source);
	if (!error)
		error = change(source, &wanted, &old);
	lock_drop(&source_lock);
	receiver_destroy(old);
	return error;
}

int source_set_message(const struct lab_host_message *asked)
{
	if (asked->enabled > 1)
		return -EINVAL;
	if (!asked->enabled)
		return set_masked(asked->device, asked->source, true);
	if (asked->apic_id > U8_MAX || asked->vector < FIRST_VECTOR || asked->vector > U8_MAX)
		return -EINVAL;
	return set_message(asked);
}

int source_set_mask(const struct lab_host_mask *asked)
{
	if (asked->masked > 1 || asked->reserved)
		return -EINVAL;
	return set_masked(asked->device, asked->source, asked->masked);
}

static u32 find_cpu(u8 apic_id)
{
	u32 cpu;

	for (cpu = 0; cpu < l1_count; cpu++) {
		if (l1_cpus[cpu].apic_id == apic_id)
			return cpu;
	}
	return ~0u;
}

static void describe(const struct source *source, struct lab_host_source *state)
{
	const struct route *route = &source->route;

	state->delivery = route->delivery;
	state->masked = route->masked;
	state->exits = __atomic_load_n(&source->exits, __ATOMIC_RELAXED);
	if (route->delivery == LAB_HOST_DELIVERY_PROXIED) {
		state->vp = __builtin_ctzll(route->proxy.vps);
		state->vector = route->proxy.vector;
	} else if (route->delivery != LAB_HOST_DELIVERY_NONE) {
		state->vp = find_cpu(route->apic_id);
		state->vector = route->vector;
	}
}

int source_read(struct lab_host_source *state)
{
	struct lab_host_source answer = { .device = state->device, .source = state->source };
	struct source *source;
	int error;

	lock_take(&source_lock);
	error = look_up(state->device, state->source, &source);
	if (!error)
		describe(source, &answer);
	lock_drop(&source_lock);
	if (!error)
		*state = answer;
	return error;
}

static u16 status_of(int error)
{
	switch (error) {
	case 0:
		return HOST_STATUS_SUCCESS;
	case -ENOENT:
		return HOST_STATUS_INVALID_PARAMETER;
	case -ENOSPC:
	case -ENOMEM:
		return HOST_STATUS_INSUFFICIENT_MEMORY;
	default:
		return HOST_STATUS_FAILED;
	}
}

static void describe_wanted(const struct host_retarget *asked, struct route *wanted)
{
	wanted->vector = asked->vector;
	if (asked->redirect) {
		wanted->delivery = LAB_HOST_DELIVERY_REDIRECTED;
		wanted->apic_id = l1_cpus[vp_set_first(&asked->set)].apic_id;
		return;
	}
	wanted->delivery = LAB_HOST_DELIVERY_PROXIED;
	wanted->proxy = (struct host_proxy){
		.vps = asked->set.banks[0], .vector = asked->vector, .multicast = asked->multicast,
	};
}

u16 source_retarget(const struct host_retarget *asked)
{
	struct route wanted = { };

	if (asked->device > U16_MAX || !device_sources(asked->device))
		return HOST_STATUS_INVALID_DEVICE;
	if (asked->redirect && !l1_cpus[vp_set_first(&asked->set)].online)
		return HOST_STATUS_INVALID_VP_STATE;
	describe_wanted(asked, &wanted);
	return status_of(change_delivery(asked->device, asked->source, &wanted));
}
