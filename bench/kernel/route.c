// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chooses who handles the device's interrupt: one of the designs that the driver is compared
 * with, or the driver itself, which has already allocated a vector.
 *
 * Owns: the current route. The node calls these functions under its lock.
 */
#include <linux/atomic.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/pci.h>

#include "bench.h"

/* The target of a relay: bits for the pending vectors, and a word that is 1 if any may be set. */
struct plain_target {
	u32 blocked[8];
	atomic_t bits[8];
	u8 scan;
};

/* The plain design's data for an interrupt, which is the argument of its action. */
struct plain_mapping {
	struct plain_target *target;
	u32 proxy_vector;
	u64 count;
};

static struct plain_target plain_target;
static struct plain_mapping plain_mapping;
static u64 route_taken;
static struct bench_irq route_irq;
static u32 route_kind;

/* The minimum that a module has to do for an interrupt of its own. */
static void floor_flow(struct irq_desc *desc)
{
	u64 *count = irq_desc_get_handler_data(desc);

	++*count;
	bench_eoi();
}

/*
 * The plain design: the kernel's simple flow handler, which does not send an EOI, and an
 * action that sets the bit and sends the EOI.
 */
static irqreturn_t plain_action(int irq, void *arg)
{
	struct plain_mapping *mapping = arg;
	struct plain_target *target = mapping->target;
	u32 bank = mapping->proxy_vector / 32;
	u32 mask = 1U << mapping->proxy_vector % 32;

	mapping->count++;
	if (!(READ_ONCE(target->blocked[bank]) & mask))
		atomic_or(mask, &target->bits[bank]);
	WRITE_ONCE(target->scan, 1);
	bench_eoi();
	return IRQ_HANDLED;
}

static int floor_start(void)
{
	route_irq = (struct bench_irq) {
		.flow = floor_flow,
		.data = &route_taken,
		.name = "floor",
		.cpu = raw_smp_processor_id(),
	};
	return bench_irq_alloc(&route_irq);
}

static int plain_start(void)
{
	int error;

	plain_mapping = (struct plain_mapping) {
		.target = &plain_target,
		.proxy_vector = 0x52,
	};
	route_irq = (struct bench_irq) {
		.flow = handle_simple_irq,
		.data = &plain_mapping,
		.name = "plain",
		.cpu = raw_smp_processor_id(),
	};
	error = bench_irq_alloc(&route_irq);
	if (error)
		return error;

	error = request_irq(route_irq.irq, plain_action, 0, "vtlirq-bench-plain", &plain_mapping);
	if (error)
		bench_irq_free(&route_irq);
	return error;
}

static int route_start(struct bench_route *route)
{
	int error;

	switch (route->kind) {
	case BENCH_ROUTE_NONE:
		return 0;
	case BENCH_ROUTE_VECTOR:
		if (route->vector < FIRST_EXTERNAL_VECTOR || route->vector >= NR_VECTORS)
			return -EINVAL;
		return 0;
	case BENCH_ROUTE_FLOOR:
		error = floor_start();
		break;
	case BENCH_ROUTE_PLAIN:
		error = plain_start();
		break;
	case BENCH_ROUTE_EVENTFD:
		return bench_eventfd_start(route->eventfd, &route_taken);
	default:
		return -EINVAL;
	}
	route->vector = route_irq.vector;
	return error;
}

void bench_route_clear(void)
{
	if (!bench_device())
		return;

	/* An interrupt comes immediately after the write that raises it, so none is pending. */
	if (route_kind == BENCH_ROUTE_EVENTFD)
		bench_eventfd_stop();
	else
		bench_device_program(0);
	if (route_kind == BENCH_ROUTE_PLAIN)
		free_irq(route_irq.irq, &plain_mapping);
	if (route_kind == BENCH_ROUTE_PLAIN || route_kind == BENCH_ROUTE_FLOOR)
		bench_irq_free(&route_irq);
	route_kind = BENCH_ROUTE_NONE;
}

int bench_route_set(struct bench_route *route)
{
	int error;

	if (!bench_device())
		return -ENODEV;

	bench_route_clear();
	route_taken = 0;
	error = route_start(route);
	if (error)
		return error;
	route_kind = route->kind;

	if (route->kind == BENCH_ROUTE_EVENTFD || route->kind == BENCH_ROUTE_NONE)
		return 0;
	error = bench_device_program(route->vector);
	if (error)
		bench_route_clear();
	return error;
}

u64 bench_route_count(void)
{
	return route_kind == BENCH_ROUTE_PLAIN ? plain_mapping.count : route_taken;
}
