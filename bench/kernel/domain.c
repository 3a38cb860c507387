// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocates vectors for the bench's own interrupts, from a domain below the kernel's vector
 * domain. The driver allocates its vectors in the same way.
 */
#include <linux/cpumask.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/rcupdate.h>
#include <linux/topology.h>
#include <asm/hw_irq.h>
#include <asm/irqdomain.h>

#include "bench.h"

static struct fwnode_handle *domain_fwnode;
static struct irq_domain *domain;

/* It needs no callbacks: an interrupt cannot be masked, and its handler sends the EOI. */
static struct irq_chip domain_chip = {
	.name = "vtlirq-bench",
};

static int domain_alloc(struct irq_domain *d, unsigned int number, unsigned int count, void *arg)
{
	struct irq_alloc_info *info = arg;
	struct bench_irq *irq = info->data;
	int error;

	error = irq_domain_set_hwirq_and_chip(d, number, 0, &domain_chip, irq->data);
	if (error)
		return error;

	irq_set_handler_data(number, irq->data);
	__irq_set_handler(number, irq->flow, 0, irq->name);
	error = irq_domain_alloc_irqs_parent(d, number, count, info);
	if (error)
		return error;

	irq->irq = number;
	irq->vector = irqd_cfg(irq_domain_get_irq_data(d, number))->vector;
	return 0;
}

static const struct irq_domain_ops domain_ops = {
	.alloc = domain_alloc,
	.free = irq_domain_free_irqs_common,
};

int bench_irq_alloc(struct bench_irq *irq)
{
	struct irq_alloc_info info = {
		.mask = cpumask_of(irq->cpu),
		.data = irq,
	};
	int number;

	number = __irq_domain_alloc_irqs(domain, -1, 1, cpu_to_node(irq->cpu), &info, false, NULL);
	return number < 0 ? number : 0;
}

void bench_irq_free(struct bench_irq *irq)
{
	irq_dispose_mapping(irq->irq);
}

int bench_domain_create(void)
{
	if (!x86_vector_domain)
		return -ENODEV;

	domain_fwnode = irq_domain_alloc_named_fwnode("vtlirq_bench");
	if (!domain_fwnode)
		return -ENOMEM;

	domain = irq_domain_create_hierarchy(x86_vector_domain, 0, 0, domain_fwnode, &domain_ops,
					     NULL);
	if (!domain) {
		irq_domain_free_fwnode(domain_fwnode);
		return -ENOMEM;
	}
	return 0;
}

void bench_domain_remove(void)
{
	/* No CPU may be in a flow handler when the module's text is freed. */
	synchronize_rcu();
	irq_domain_remove(domain);
	irq_domain_free_fwnode(domain_fwnode);
}
