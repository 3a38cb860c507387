// SPDX-License-Identifier: GPL-2.0-only
/*
 * x86: hardware vectors from the kernel's own vector allocator.
 *
 * An irq_domain under x86_vector_domain gives each mapping a Linux interrupt
 * and, with it, a vector of the CPU asked for. The interrupt has a flow
 * handler of the driver's own and no action: its descriptor leads straight to
 * the mapping. Nothing under arch/ of the kernel changes, and only exported
 * symbols are used.
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
 * The hot path. The EOI goes straight to the APIC driver: these interrupts
 * never move to another CPU, which is all that the vector domain's own ack
 * would look after.
 */
static void x86_flow_relay(struct irq_desc *desc)
{
	vtl_redirect_relay(irq_desc_get_handler_data(desc));
	compat_apic_eoi();
}

/* The vector was quiesced. */
static void x86_flow_stale(struct irq_desc *desc)
{
	vtl_redirect_stale(irq_desc_get_handler_data(desc));
	compat_apic_eoi();
}

/*
 * No callback at all: nothing can be masked at a CPU vector, and an ack here
 * would be a second EOI if the core ever called it.
 */
static struct irq_chip x86_chip = {
	.name = "VTL0-redirect",
};

/*
 * Everything that the flow handler reads is in the descriptor before the
 * parent takes the vector, which is when it can first fire. The interrupt is
 * never started, so that no core code touches it; the vector is live all the
 * same, since it was asked for on one CPU.
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

/* The vector domain promises it; a wrong CPU would be misdelivery for good. */
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

	if (WARN_ON_ONCE(!vector_is_on_cpu(mapping))) {
		irq_dispose_mapping(irq);
		return -ENODEV;
	}
	return 0;
}

/* On this CPU. */
static bool vector_is_in_irr(u32 vector)
{
	return compat_apic_read(APIC_IRR + vector / 32 * 0x10) &
	       BIT(vector % 32);
}

/*
 * Runs on the mapping's CPU with interrupts off, so no arrival of its vector
 * is under way. One may be pending: it is relayed here and now, and its
 * arrival, which comes as soon as interrupts are open again, is swallowed.
 * What arrives after the look at the IRR is late.
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
	/* The allocator's range without the system call vector, 0x80. */
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
	/* No CPU may be in a flow handler when the module's text goes. */
	synchronize_rcu();

	if (x86_domain) {
		irq_domain_remove(x86_domain);
		irq_domain_free_fwnode(x86_fwnode);
	}
	x86_domain = NULL;
	x86_fwnode = NULL;
	xa_destroy(&x86_cpus);
}
