// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The interrupts of a function: libvtlirq's routes, the mask at the host, and the counts.
 *
 * A message that VTL0 writes names an APIC and a vector of VTL0. The host, or the driver by a
 * hardware vector, delivers the interrupt there; the message is never written to the device.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../../labhost/labhost_client.h"
#include "machine.h"

/* A message (Intel SDM, "Message Signalled Interrupts"). */
#define MESSAGE_BASE(address)		((address) >> 20)
#define MESSAGE_BASE_APIC		0xfee
#define MESSAGE_APIC_ID(address)	((uint32_t)(address) >> 12 & 0xff)
#define MESSAGE_LOGICAL			0x4u
#define MESSAGE_VECTOR(data)		((data) & 0xff)
#define MESSAGE_MODE(data)		((data) >> 8 & 7)
#define MESSAGE_MODE_LOWEST		1
#define MESSAGE_LEVEL			0x8000u
#define VECTOR_MIN			16

#define DELIVERY_LENGTH	40

static void source_complain(const struct function *function, unsigned int number,
			    const char *what, const char *why)
{
	complain(BDF_FORMAT ", interrupt %u: %s: %s", BDF_NUMBERS(function->bdf), number, what,
		 why);
}

/* Return: the VP that a message names, or -1. */
static int message_vp(const struct function *function, unsigned int number,
		      const struct source_message *message)
{
	int vp;

	if (MESSAGE_BASE(message->address) != MESSAGE_BASE_APIC ||
	    message->address & MESSAGE_LOGICAL || message->data & MESSAGE_LEVEL ||
	    MESSAGE_MODE(message->data) > MESSAGE_MODE_LOWEST ||
	    MESSAGE_VECTOR(message->data) < VECTOR_MIN) {
		source_complain(function, number, "it stays silent",
				"its message is not fixed and edge-triggered with one APIC as its destination");
		return -1;
	}
	vp = machine_vp(function->vm, MESSAGE_APIC_ID(message->address));
	if (vp < 0)
		source_complain(function, number, "it stays silent",
				"its message names no VP");
	return vp;
}

static void source_set_open(struct function *function, unsigned int number, bool open)
{
	struct source *source = &function->sources[number];
	int ret;

	if (source->open == open)
		return;
	ret = labhost_set_masked(function->vm->host, function->lab_device, number, !open);
	if (ret)
		source_complain(function, number, open ? "it stays masked" : "it stays unmasked",
				strerror(-ret));
	else
		source->open = open;
}

/* The name is for tools that show routes; without it, they show numbers. */
static void source_name(const struct function *function, unsigned int number)
{
	char name[VTLIRQ_ROUTE_NAME_SIZE], kind[FUNCTION_KIND_LENGTH];

	function_kind(function, kind);
	snprintf(name, sizeof(name), "%s " BDF_FORMAT ", interrupt %u", kind,
		 BDF_NUMBERS(function->bdf), number);
	vtlirq_route_name_set(function->sources[number].route, name);
}

static int source_create(struct function *function, unsigned int number,
			 const struct vtlirq_target *target)
{
	const struct vtlirq_interrupt interrupt = {
		.device_id = function->bdf,
		.address = LAB_HOST_MSI_ADDRESS,
		.data = number,
	};
	int ret = vtlirq_route_create(function->vm->irqs, &interrupt, target,
				      &function->sources[number].route);

	if (!ret)
		source_name(function, number);
	return ret;
}

/* Returns whether the route has the target that VTL0 wants. */
static bool source_lead(struct function *function, unsigned int number, unsigned int vp,
			unsigned int vector)
{
	struct source *source = &function->sources[number];
	const struct vtlirq_target *target;
	struct vtlirq_single_target single;
	int ret;

	if (source->route && source->vp == vp && source->vector == vector)
		return true;
	target = vtlirq_target_single(&single, vp, vector);
	if (source->route)
		ret = vtlirq_route_retarget(source->route, target);
	else
		ret = source_create(function, number, target);
	if (ret) {
		source_complain(function, number, "it gets no route", strerror(-ret));
		return false;
	}
	source->vp = vp;
	source->vector = vector;
	return true;
}

void source_update(struct function *function, unsigned int number,
		   const struct source_message *message)
{
	int vp;

	if (!message->enabled) {
		source_set_open(function, number, false);
		return;
	}
	vp = message_vp(function, number, message);
	if (vp < 0 || !source_lead(function, number, vp, MESSAGE_VECTOR(message->data)))
		source_set_open(function, number, false);
	else
		source_set_open(function, number, true);
}

/* Adds the counts of a route that will be destroyed. */
static void counts_keep(struct source *source)
{
	struct vtlirq_route_state state;

	if (vtlirq_route_state(source->route, &state))
		return;
	source->redirected += state.redirected;
	source->proxied += state.proxied;
}

void source_close(struct function *function, unsigned int number)
{
	struct source *source = &function->sources[number];
	int ret;

	source_set_open(function, number, false);
	if (!source->route)
		return;
	counts_keep(source);
	ret = vtlirq_route_destroy(source->route);
	if (ret)
		source_complain(function, number, "its hardware vector is kept", strerror(-ret));
	source->route = NULL;
}

/* Describes the present delivery; a source that VTL0 has disabled has no route. */
static void delivery_write(const struct source *source, const struct vtlirq_route_state *state,
			   char text[DELIVERY_LENGTH])
{
	if (!source->route)
		snprintf(text, DELIVERY_LENGTH, "off");
	else if (state->delivery == VTLIRQ_REDIRECTED)
		snprintf(text, DELIVERY_LENGTH, "redirected, hardware vector %#x",
			 state->hardware_vector);
	else
		snprintf(text, DELIVERY_LENGTH, "proxied: %s", vtlirq_reason_name(state->reason));
}

static void source_print(const struct function *function, unsigned int number)
{
	const struct source *source = &function->sources[number];
	struct vtlirq_route_state state = { 0 };
	char delivery[DELIVERY_LENGTH];

	if (source->route && vtlirq_route_state(source->route, &state))
		return;
	if (!source->vector)
		return;
	delivery_write(source, &state, delivery);
	printf(BDF_FORMAT " %9u %3u %#6x %11" PRIu64 " %9" PRIu64 "  %s\n",
	       BDF_NUMBERS(function->bdf), number, source->vp, source->vector,
	       source->redirected + state.redirected, source->proxied + state.proxied, delivery);
}

void linux_report(struct vmm *vm)
{
	const struct machine *machine = machine_of(vm);
	unsigned int i, number;

	if (!machine->functions_count)
		return;
	printf("\n%-7s %9s %3s %6s %11s %9s  %s\n", "device", "interrupt", "VP", "vector",
	       "redirected", "proxied", "delivery at the end");
	for (i = 0; i < machine->functions_count; i++) {
		for (number = 0; number < machine->functions[i].sources_count; number++)
			source_print(&machine->functions[i], number);
	}
}
