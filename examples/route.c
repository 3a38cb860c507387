// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Creates one route with libvtlirq, and prints how it is delivered, and why.
 *
 *     route DEVICE-ID MSI-DATA VP VTL0-VECTOR
 *
 * The route exists until Enter is pressed. Build it outside the tree with
 *     cc route.c $(pkg-config --cflags --libs libvtlirq)
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vtlirq.h>

#define MSI_ADDRESS	0xfee00000

static int failed(struct vtlirq *irqs, const char *what, int error)
{
	uint32_t status = irqs ? vtlirq_last_hv_status(irqs) : 0;

	fprintf(stderr, "route: %s: %s", what, strerror(-error));
	if (status)
		fprintf(stderr, " (the host says: %s)", vtlirq_hv_status_name(status));
	fprintf(stderr, "\n");
	vtlirq_close(irqs);
	return 1;
}

static void print(const struct vtlirq_route_state *state)
{
	printf("vector %" PRIu32 " of VP %" PRIu32 ": %s", state->vector, state->vp,
	       vtlirq_delivery_name(state->delivery));
	if (state->delivery == VTLIRQ_REDIRECTED)
		printf(", on hardware vector 0x%" PRIx32 "\n", state->hardware_vector);
	else
		printf(": %s\n", vtlirq_reason_name(state->reason));
}

int main(int argc, char **argv)
{
	struct vtlirq_interrupt interrupt = { .address = MSI_ADDRESS };
	const struct vtlirq_target *target = NULL;
	struct vtlirq_route_state state;
	struct vtlirq_route *route;
	struct vtlirq_single_target single;
	struct vtlirq *irqs = NULL;
	int error;

	if (argc == 5)
		target = vtlirq_target_single(&single, strtoul(argv[3], NULL, 0),
					      strtoul(argv[4], NULL, 0));
	if (!target) {
		fprintf(stderr, "usage: route DEVICE-ID MSI-DATA VP VTL0-VECTOR\n");
		return 2;
	}
	interrupt.device_id = strtoull(argv[1], NULL, 0);
	interrupt.data = strtoul(argv[2], NULL, 0);

	error = vtlirq_open(NULL, &irqs);
	if (error)
		return failed(NULL, "cannot open the driver mshv_vtl", error);
	error = vtlirq_route_create(irqs, &interrupt, target, &route);
	if (error)
		return failed(irqs, "cannot create the route", error);
	error = vtlirq_route_state(route, &state);
	if (error)
		return failed(irqs, "cannot read the state of the route", error);
	print(&state);
	getchar();
	error = vtlirq_route_destroy(route);
	if (error)
		return failed(irqs, "the host still uses the hardware vector", error);
	vtlirq_close(irqs);
	return 0;
}
