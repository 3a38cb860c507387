// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What came to the guest, by interrupt: for people.
 */
#include <inttypes.h>
#include <stdio.h>

#include "machine.h"

static void source_print(const struct function *function, unsigned int number)
{
	const struct source *source = &function->sources[number];
	struct vtlirq_route_state state;

	if (!source->route || vtlirq_route_state(source->route, &state))
		return;
	printf("%02x:%02x.%x %9u %3u %#6x  ", function->bdf >> 8, function->bdf >> 3 & 0x1f,
	       function->bdf & 7, number, state.vp, state.vector);
	if (state.way == VTLIRQ_REDIRECTED)
		printf("redirected   %#6x", state.hardware_vector);
	else
		printf("proxied           -");
	printf(" %11" PRIu64 " %9" PRIu64 " %7" PRIu64 "  %s\n", state.redirected, state.proxied,
	       state.moves, state.way == VTLIRQ_PROXIED ? vtlirq_reason_name(state.reason) : "");
}

void linux_report(struct vmm *vm)
{
	const struct machine *machine = machine_of(vm);
	unsigned int i, number;

	if (!machine->functions_count)
		return;
	printf("\n%-7s %9s %3s %6s  %-10s %8s %11s %9s %7s\n", "device", "interrupt", "VP",
	       "vector", "delivery", "hardware", "redirected", "proxied", "moves");
	for (i = 0; i < machine->functions_count; i++) {
		for (number = 0; number < machine->functions[i].sources_count; number++)
			source_print(&machine->functions[i], number);
	}
}
