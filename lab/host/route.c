// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changing where a source's interrupts go, and losing none.
 *
 * A change is always the same three steps: a receiver for the new way, if it
 * needs one; the device is told, which is one moment for all raises; the old
 * receiver is drained and given back. So what was raised before the change has
 * been posted to the old target when the change is done.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/mutex.h>

#include "apic.h"
#include "device.h"
#include "lab_host.h"
#include "message_writer.h"
#include "receiver.h"
#include "route.h"
#include "synic.h"

static bool needs_receiver(const struct lab_route *route)
{
	return route->way == LAB_HOST_WAY_PROXIED && !route->masked;
}

static void make_message(const struct lab_route *route, const struct lab_receiver *receiver,
			 struct lab_message *message)
{
	*message = (struct lab_message){ };
	if (receiver) {
		lab_receiver_message(receiver, message);
	} else if (route->way != LAB_HOST_WAY_NONE && !route->masked) {
		message->apic_id = route->apic_id;
		message->vector = route->vector;
		message->enabled = true;
	}
}

/*
 * The source's mutex is held. If the device refuses, it is masked and so is the
 * route, which is the old one otherwise.
 */
static int change(struct lab_device *device, u32 number, struct lab_source *source,
		  const struct lab_route *wanted)
{
	struct lab_receiver *old = source->receiver, *fresh = NULL;
	struct lab_message message;
	int error;

	if (needs_receiver(wanted)) {
		fresh = lab_receiver_create(&wanted->proxy);
		if (IS_ERR(fresh))
			return PTR_ERR(fresh);
	}

	make_message(wanted, fresh, &message);
	error = lab_source_program(device, number, &message);
	if (error) {
		source->route.masked = true;
		source->exits += lab_receiver_destroy(fresh);
		fresh = NULL;
	} else if (wanted != &source->route) {
		source->route = *wanted;
	}
	source->receiver = fresh;
	source->exits += lab_receiver_destroy(old);
	return error;
}

/* A new way; the source stays masked if it was. */
static int change_way(struct lab_device *device, u32 number, struct lab_route *wanted)
{
	struct lab_source *source = lab_source_find(device, number);
	int error;

	if (!source)
		return -ENOENT;

	mutex_lock(&source->change);
	wanted->masked = source->route.masked;
	error = change(device, number, source, wanted);
	mutex_unlock(&source->change);
	return error;
}

/**
 * lab_route_message() - send to a CPU's vector, unmasked
 * @device:  the device.
 * @number:  which source; any value.
 * @apic_id: the CPU.
 * @vector:  16..255.
 *
 * Return: 0; -ENOENT: no such source; or what the device answered, and then
 * the source is masked.
 */
int lab_route_message(struct lab_device *device, u32 number, u8 apic_id, u8 vector)
{
	struct lab_source *source = lab_source_find(device, number);
	struct lab_route wanted = {
		.way = LAB_HOST_WAY_MESSAGE,
		.apic_id = apic_id,
		.vector = vector,
	};
	int error;

	if (!source)
		return -ENOENT;

	mutex_lock(&source->change);
	error = change(device, number, source, &wanted);
	mutex_unlock(&source->change);
	return error;
}

/**
 * lab_route_redirect() - send straight to a VP's CPU vector
 * @device: the device.
 * @number: which source; any value.
 * @vp:     one that exists.
 * @vector: the vector of its CPU, 31..255.
 *
 * Return: 0; -ENOENT: no such source; -ENXIO: that CPU is offline, or a message
 * cannot name it; or what the device answered, and then the source is masked.
 */
int lab_route_redirect(struct lab_device *device, u32 number, u32 vp, u8 vector)
{
	struct lab_route wanted = {
		.way = LAB_HOST_WAY_REDIRECTED,
		.vector = vector,
	};

	if (!cpu_online(vp) || lab_apic_id(vp) > U8_MAX)
		return -ENXIO;
	wanted.apic_id = lab_apic_id(vp);
	return change_way(device, number, &wanted);
}

/**
 * lab_route_proxy() - send to the host, who tells VPs
 * @device: the device.
 * @number: which source; any value.
 * @proxy:  which VPs, and what.
 *
 * Return: 0; -ENOENT: no such source; -ENOSPC: no CPU has a vector left;
 * -ENOMEM; or what the device answered, and then the source is masked.
 */
int lab_route_proxy(struct lab_device *device, u32 number, const struct lab_proxy *proxy)
{
	struct lab_route wanted = {
		.way = LAB_HOST_WAY_PROXIED,
		.proxy = *proxy,
	};

	return change_way(device, number, &wanted);
}

/**
 * lab_route_set_masked() - mask or unmask a source, wherever it goes
 * @device: the device.
 * @number: which source; any value.
 * @masked: whether.
 *
 * Return: 0; -ENOENT, -ENOSPC, -ENOMEM and others as lab_route_proxy().
 */
int lab_route_set_masked(struct lab_device *device, u32 number, bool masked)
{
	struct lab_source *source = lab_source_find(device, number);
	struct lab_route wanted;
	int error = 0;

	if (!source)
		return -ENOENT;

	mutex_lock(&source->change);
	wanted = source->route;
	wanted.masked = masked;
	if (masked != source->route.masked)
		error = change(device, number, source, &wanted);
	mutex_unlock(&source->change);
	return error;
}

/* The CPU of this name; ~0 if there is none, as LAB_HOST_SET_MESSAGE allows. */
static u32 find_cpu(u8 apic_id)
{
	u32 cpu;

	for_each_possible_cpu(cpu) {
		if (lab_apic_id(cpu) == apic_id)
			return cpu;
	}
	return ~0u;
}

static void describe(const struct lab_route *route, struct lab_host_source *state)
{
	state->way = route->way;
	state->masked = route->masked;
	if (route->way == LAB_HOST_WAY_PROXIED) {
		state->vp = vp_set_first(&route->proxy.set);
		state->vector = route->proxy.vector;
	} else if (route->way != LAB_HOST_WAY_NONE) {
		state->vp = find_cpu(route->apic_id);
		state->vector = route->vector;
	}
}

/**
 * lab_route_read() - tell where a source goes, and what that has cost
 * @device: the device.
 * @number: which source; any value.
 * @state:  out: all but the device's index and the source's number.
 *
 * Return: 0, or -ENOENT: no such source.
 */
int lab_route_read(struct lab_device *device, u32 number, struct lab_host_source *state)
{
	struct lab_source *source = lab_source_find(device, number);
	int error;

	if (!source)
		return -ENOENT;

	mutex_lock(&source->change);
	describe(&source->route, state);
	state->exits = source->exits + lab_receiver_exits(source->receiver);
	error = lab_source_raised(device, number, &state->raised);
	mutex_unlock(&source->change);
	return error;
}

/**
 * lab_route_leave_cpu() - move a device's receivers away from a CPU
 * @device: the device.
 * @cpu:    online, but its VP is not live: no receiver is put there.
 *
 * Return: 0; or -ENOSPC or -ENOMEM, and then some of them are there still.
 */
int lab_route_leave_cpu(struct lab_device *device, u32 cpu)
{
	struct lab_source *source;
	int error = 0;
	u32 number;

	for (number = 0; number < device->source_count && !error; number++) {
		source = &device->sources[number];
		mutex_lock(&source->change);
		if (source->receiver && lab_receiver_cpu(source->receiver) == cpu)
			error = change(device, number, source, &source->route);
		mutex_unlock(&source->change);
	}
	return error;
}
