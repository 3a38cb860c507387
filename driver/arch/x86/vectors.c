// SPDX-License-Identifier: GPL-2.0-only
/*
 * x86: hardware vectors from the kernel's own vector allocator.
 *
 * An irq_domain under x86_vector_domain allocates a Linux interrupt for each
 * mapping and, with it, a vector of the requested CPU. The interrupt has a flow
 * handler of this driver and no action: its descriptor points directly to the
 * mapping. Only exported symbols are used, and nothing under the kernel's arch/
 * changes.
 *
 * Knows nothing of ioctls, references or run pages.
 */
#define pr_fmt(fmt) "mshv_vtl: " fmt

#include <linux/cpumask.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/irqdomain.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/topology.h>
#include <linux/xarray.h>

#include <asm/apic.h>
#include <asm/hw_irq.h>
#include <asm/irq_vectors.h>
#include <asm/irqdomain.h>

#include "compat.h"
#include "redirect.h"
#include "vectors.h"

/* Vectors below it are illegal in a local APIC (Intel SDM, APIC chapter). */
#define X86_VECTOR_LEGAL_MIN	16

static struct fwnode_handle *x86_fwnode;
static struct irq_domain *x86_domain;

/* CPU number by APIC id; filled in as CPUs come online, read locklessly. */
static DEFINE_XARRAY(x86_cpus);

/*
 * The hot path. It calls the EOI of the APIC driver directly. The ack of the vector
 * domain would also handle interrupts that move to another CPU, but these never do.
 */
static void x86_flow_relay(struct irq_desc *desc)
{
	vtl_redirect_relay(irq_desc_get_handler_data(desc));
	compat_apic_eoi();
}

/* The handler of a quiesced vector. */
static void x86_flow_stale(struct irq_desc *desc)
{
	vtl_redirect_stale(irq_desc_get_handler_data(desc));
	compat_apic_eoi();
}

/*
 * It has no callback: a CPU vector cannot be masked, and an ack here would be a
 * second EOI if the interrupt core called it.
 */
static struct irq_chip x86_chip = {
	.name = "VTL0-redirect",
};

/*
 * Everything that the flow handler reads is in the descriptor before the parent
 * domain allocates the vector: from then on it can fire. The interrupt is never
 * started, so that the interrupt core does not touch it; the vector is active
 * nevertheless, since it was requested on one CPU.
 */
static int x86_domain_alloc(struct irq_domain *domain, unsigned int irq,
			    unsigned int count, void *arg)
{
	struct irq_alloc_info *info = arg;
	struct redirect_mapping *mapping = info->data;
	struct irq_data *data;
	int ret;

	ret = irq_domain_set_hwirq_and_chip(domain, irq, 0, &x86_chip, mapping);
	if (ret)
		return ret;

	irq_set_status_flags(irq, IRQ_NOREQUEST | IRQ_NOPROBE | IRQ_NOTHREAD |
			     IRQ_NO_BALANCING);
	irq_set_handler_data(irq, mapping);
	__irq_set_handler(irq, x86_flow_relay, 0, "vtl0");

	ret = irq_domain_alloc_irqs_parent(domain, irq, count, info);
	if (ret)
		return ret;

	data = irq_domain_get_irq_data(domain, irq);
	mapping->irq = irq;
	mapping->vector = irqd_cfg(data)->vector;
	data->hwirq = mapping->cpu << 8 | mapping->vector;
	irq_data_update_affinity(data, cpumask_of(mapping->cpu));
	return 0;
}

static const struct irq_domain_ops x86_domain_ops = {
	.alloc = x86_domain_alloc,
	.free = irq_domain_free_irqs_common,
};

/* The vector domain guarantees it. On a wrong CPU, all interrupts would be misdelivered. */
static bool vector_is_on_cpu(const struct redirect_mapping *mapping)
{
	struct irq_data *data = irq_get_irq_data(mapping->irq);

	return cpumask_test_cpu(mapping->cpu,
				irq_data_get_effective_affinity_mask(data)) &&
	       mapping->vector >= FIRST_EXTERNAL_VECTOR &&
	       mapping->vector < FIRST_SYSTEM_VECTOR;
}

int vtl_vector_alloc(struct redirect_mapping *mapping)
{
	struct irq_alloc_info info = {
		.mask = cpumask_of(mapping->cpu),
		.data = mapping,
	};
	int irq;

	irq = __irq_domain_alloc_irqs(x86_domain, -1, 1,
				      cpu_to_node(mapping->cpu), &info, false,
				      NULL);
	if (irq < 0)
		return irq;
	/* The core has cleared it, since it allocates interrupts to be requested. */
	irq_set_status_flags(irq, IRQ_NOREQUEST);

	if (WARN_ON_ONCE(!vector_is_on_cpu(mapping))) {
		irq_dispose_mapping(irq);
		return -ENODEV;
	}
	return 0;
}

/* Reads the local APIC of this CPU. */
static bool vector_is_in_irr(u32 vector)
{
	return compat_apic_read(APIC_IRR + vector / 32 * 0x10) &
	       BIT(vector % 32);
}

/*
 * Runs on the mapping's CPU with interrupts off, so the handler of its vector does
 * not run. If an interrupt is pending, it is relayed here, and the handler ignores
 * it when it is delivered, as soon as interrupts are enabled again. An interrupt
 * that arrives after the IRR was read is stale.
 */
static void vector_quiesce_here(void *arg)
{
	struct redirect_mapping *mapping = arg;

	if (vector_is_in_irr(mapping->vector)) {
		vtl_redirect_relay(mapping);
		mapping->already_relayed = true;
	}
	__irq_set_handler(mapping->irq, x86_flow_stale, 0, "vtl0-stale");
}

void vtl_vector_quiesce(struct redirect_mapping *mapping)
{
	int ret;

	ret = smp_call_function_single(mapping->cpu, vector_quiesce_here,
				       mapping, true);
	/* A CPU with a mapping does not go offline. */
	WARN_ON_ONCE(ret);
}

struct vector_query {
	u32 vector;
	bool pending;
};

static void vector_query_here(void *arg)
{
	struct vector_query *query = arg;

	query->pending = vector_is_in_irr(query->vector);
}

bool vtl_vector_is_pending(const struct redirect_mapping *mapping)
{
	struct vector_query query = { .vector = mapping->vector };

	smp_call_function_single(mapping->cpu, vector_query_here, &query, true);
	return query.pending;
}

void vtl_vector_free(struct redirect_mapping *mapping)
{
	irq_dispose_mapping(mapping->irq);
}

bool vtl_proxy_vector_is_legal(u32 vector)
{
	return vector >= X86_VECTOR_LEGAL_MIN && vector < NR_VECTORS;
}

unsigned int vtl_vector_limit(void)
{
	/* The range of the allocator, without the system call vector 0x80. */
	return FIRST_SYSTEM_VECTOR - FIRST_EXTERNAL_VECTOR - 1;
}

u32 vtl_cpu_hardware_id(unsigned int cpu)
{
	return cpu_physical_id(cpu);
}

void vtl_cpus_interrupt(const struct cpumask *cpus)
{
	apic->send_IPI_mask(cpus, RESCHEDULE_VECTOR);
}

int vtl_vectors_cpu_online(unsigned int cpu)
{
	return xa_err(xa_store(&x86_cpus, vtl_cpu_hardware_id(cpu),
			       xa_mk_value(cpu), GFP_KERNEL));
}

int vtl_cpu_find(u32 hardware_id)
{
	void *entry = xa_load(&x86_cpus, hardware_id);

	return entry ? (int)xa_to_value(entry) : -ENOENT;
}

int vtl_vectors_init(void)
{
	if (!x86_vector_domain)
		return -ENODEV;

	x86_fwnode = irq_domain_alloc_named_fwnode("mshv_vtl");
	if (!x86_fwnode)
		return -ENOMEM;

	x86_domain = irq_domain_create_hierarchy(x86_vector_domain, 0, 0,
						 x86_fwnode, &x86_domain_ops,
						 NULL);
	if (!x86_domain) {
		irq_domain_free_fwnode(x86_fwnode);
		x86_fwnode = NULL;
		return -ENOMEM;
	}
	return 0;
}

void vtl_vectors_exit(void)
{
	/* No CPU may run a flow handler when the text of the module is freed. */
	synchronize_rcu();

	if (x86_domain) {
		irq_domain_remove(x86_domain);
		irq_domain_free_fwnode(x86_fwnode);
	}
	x86_domain = NULL;
	x86_fwnode = NULL;
	xa_destroy(&x86_cpus);
}
