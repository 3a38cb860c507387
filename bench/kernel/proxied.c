// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of an interrupt that is not redirected: the host has written a
 * message, the shared vector comes, and the driver takes the message.
 *
 * Stands in for the host, which only a lab build of the driver has a door for.
 * The message is written before the device is raised, and is no part of what is
 * measured, nor is the exit to the host.
 */
#define MSHV_VTL_LAB
#include <linux/err.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>

#include "bench.h"
#include "lab_backend.h"

static struct {
	int (*enter)(const struct host_backend *backend);
	void (*leave)(const struct host_backend *backend);
	void (*interrupt)(void);
} door;

static struct bench_message *messages;
static u64 *taken;

static u64 host_hypercall(u64 control, const void *input, void *output)
{
	/* HV_STATUS_INVALID_HYPERCALL_CODE: nothing is offered here. */
	return 2;
}

static void *host_messages(unsigned int cpu)
{
	return messages;
}

static void *host_events(unsigned int cpu)
{
	return NULL;
}

static void host_mask(unsigned int sint, bool masked)
{
}

static void host_end_of_message(void)
{
}

static const struct host_backend host = {
	.owner = THIS_MODULE,
	.hypercall = host_hypercall,
	.messages = host_messages,
	.events = host_events,
	.mask = host_mask,
	.end_of_message = host_end_of_message,
};

static void proxied_flow(struct irq_desc *desc)
{
	++*taken;
	door.interrupt();
	bench_eoi();
}

/* The driver may be one without a door, so nothing is linked to it. */
static int open_door(void)
{
	door.enter = symbol_get(vtl_host_backend_register);
	door.leave = symbol_get(vtl_host_backend_unregister);
	door.interrupt = symbol_get(vtl_host_backend_interrupt);
	return door.enter && door.leave && door.interrupt ? 0 : -EOPNOTSUPP;
}

static void close_door(void)
{
	if (door.enter)
		symbol_put(vtl_host_backend_register);
	if (door.leave)
		symbol_put(vtl_host_backend_unregister);
	if (door.interrupt)
		symbol_put(vtl_host_backend_interrupt);
}

void bench_proxied_prepare(void)
{
	messages->head = BENCH_MESSAGE_HEAD;
	messages->vector = BENCH_MESSAGE_VECTOR;
	/* The type last, as a host writes it. */
	smp_store_release(&messages->type, BENCH_MESSAGE_TYPE);
}

struct page *bench_proxied_page(void)
{
	return messages ? virt_to_page(messages) : NULL;
}

int bench_proxied_start(struct bench_irq *irq, u64 *count)
{
	int error;

	taken = count;
	error = open_door();
	if (error)
		goto close;

	error = -ENOMEM;
	messages = (void *)get_zeroed_page(GFP_KERNEL);
	if (!messages)
		goto close;

	error = door.enter(&host);
	if (error)
		goto free;

	*irq = (struct bench_irq) {
		.flow = proxied_flow,
		.name = "proxied",
		.cpu = raw_smp_processor_id(),
	};
	error = bench_irq_alloc(irq);
	if (!error)
		return 0;

	door.leave(&host);
free:
	free_page((unsigned long)messages);
	messages = NULL;
close:
	close_door();
	return error;
}

void bench_proxied_stop(struct bench_irq *irq)
{
	bench_irq_free(irq);
	door.leave(&host);
	close_door();
	/* User space may have it mapped, and then keeps it. */
	put_page(virt_to_page(messages));
	messages = NULL;
}
