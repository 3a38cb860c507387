// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Prints the counts of each interrupt of the guest.
 */
#include <inttypes.h>
#include <stdio.h>

#include "machine.h"

#define DELIVERY_LENGTH	40

/* How it is delivered now; an interrupt that VTL0 has switched off has no route any more. */
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
