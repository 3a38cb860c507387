// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPU vectors out of the kernel's own allocator, by an irq_domain under its
 * vector domain. Only exported symbols are used.
 */
#define pr_fmt(fmt) "vtlirq_lab_host: " fmt

#include <linux/cpumask.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/irqdomain.h>
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/topology.h>
#include <asm/hw_irq.h>
#include <asm/irqdomain.h>

#include "apic.h"
#include "vector.h"

/* More than any CPU keeps its interrupts closed, hold.c included. */
#define DRAIN_PATIENCE	(10 * HZ)

static struct fwnode_handle *fwnode;
static struct irq_domain *domain;

/* What the domain is to do; on the stack of lab_vector_alloc(). */
struct vector_request {
	irq_flow_handler_t handler;
	void *data;
};

/* There is nothing to mask or to end: the flow handlers do all themselves. */
static struct irq_chip vector_chip = {
	.name = "lab-host",
};

/* The descriptor is complete before the vector exists, which may fire at once. */
static int domain_alloc(struct irq_domain *d, unsigned int irq, unsigned int count, void *argument)
{
	struct irq_alloc_info *info = argument;
	struct vector_request *request = info->data;
	int error;

	error = irq_domain_set_hwirq_and_chip(d, irq, irq, &vector_chip, NULL);
	if (error)
		return error;

	irq_set_status_flags(irq, IRQ_NOREQUEST | IRQ_NOPROBE | IRQ_NOTHREAD | IRQ_NO_BALANCING);
	irq_set_handler_data(irq, request->data);
	__irq_set_handler(irq, request->handler, 0, "lab-host");
	return irq_domain_alloc_irqs_parent(d, irq, count, info);
}

static const struct irq_domain_ops domain_operations = {
	.alloc = domain_alloc,
	.free = irq_domain_free_irqs_common,
};

/**
 * lab_vector_alloc() - take a vector of a CPU
 * @cpu:     an online CPU, which stays so.
 * @handler: called for each interrupt, in hardirq context on that CPU; does the
 *           end of interrupt itself. May be called before this returns.
 * @data:    the descriptor's handler data.
 * @vector:  out: what it is.
 *
 * Return: 0; -ENOSPC: that CPU has none left; or another negative errno.
 */
int lab_vector_alloc(u32 cpu, irq_flow_handler_t handler, void *data, struct lab_vector *vector)
{
	struct vector_request request = { .handler = handler, .data = data };
	struct irq_alloc_info info = { .mask = cpumask_of(cpu), .data = &request };
	int irq;

	irq = __irq_domain_alloc_irqs(domain, -1, 1, cpu_to_node(cpu), &info, false, NULL);
	if (irq < 0)
		return irq;

	vector->cpu = cpu;
	vector->irq = irq;
	vector->number = irqd_cfg(irq_get_irq_data(irq))->vector;
	return 0;
}

struct vector_query {
	u8 number;
	bool requested;
};

static void look_here(void *info)
{
	struct vector_query *query = info;

	query->requested = lab_apic_requested(query->number);
}

/**
 * lab_vector_drain() - wait until no interrupt of a vector is pending
 * @vector: nobody sends to it any more; its CPU stays online.
 *
 * The question is an interrupt itself and may overtake the one asked for; so it
 * is asked until the answer is no. Then no handler of it runs either, since the
 * CPU answered with its interrupts off.
 *
 * Context: may sleep.
 */
void lab_vector_drain(const struct lab_vector *vector)
{
	unsigned long deadline = jiffies + DRAIN_PATIENCE;
	struct vector_query query = { .number = vector->number };

	for (;;) {
		query.requested = false;
		if (smp_call_function_single(vector->cpu, look_here, &query, 1) ||
		    !query.requested)
			return;
		if (time_after(jiffies, deadline))
			break;
		cond_resched();
	}
	pr_err("CPU %u does not take vector 0x%02x: its interrupt is lost; some handler there did not end an interrupt\n",
	       vector->cpu, vector->number);
}

/**
 * lab_vector_free() - give a vector back
 * @vector: drained. A handler that a stray interrupt started may still run for
 *          an RCU grace period.
 */
void lab_vector_free(struct lab_vector *vector)
{
	irq_dispose_mapping(vector->irq);
}

/**
 * lab_vectors_start() - be able to take vectors
 *
 * Return: 0 or a negative errno.
 */
int lab_vectors_start(void)
{
	if (!x86_vector_domain)
		return -ENODEV;

	fwnode = irq_domain_alloc_named_fwnode("vtlirq_lab_host");
	if (!fwnode)
		return -ENOMEM;

	domain = irq_domain_create_hierarchy(x86_vector_domain, 0, 0, fwnode, &domain_operations,
					     NULL);
	if (domain)
		return 0;
	irq_domain_free_fwnode(fwnode);
	return -ENOMEM;
}

/**
 * lab_vectors_stop() - undo lab_vectors_start(); all vectors are given back
 */
void lab_vectors_stop(void)
{
	/* No CPU may be in a flow handler when the module's text goes. */
	synchronize_rcu();
	irq_domain_remove(domain);
	irq_domain_free_fwnode(fwnode);
}
