// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages and events of the host on Hyper-V: the SynIC of each CPU.
 *
 * Owns: where the message page and the event flags page of a CPU are, and the SINTs
 * of this driver. The pages are memory of this kernel; the host does not choose their
 * addresses. There are two cases, of which each build has one:
 *
 *   in the kernel's tree  hv_vmbus owns the SynIC, and its context has the addresses of
 *                         the pages. Linux exports it to a driver of this name.
 *   out of the tree       that context is not accessible. Unless hv_vmbus is loaded,
 *                         this driver owns the SynIC: its pages and its registers.
 *                         If hv_vmbus is loaded later, it takes over the SynIC of each
 *                         CPU, and no message arrives here any more.
 *
 * The kernel's handler of the hypervisor's callback vector calls this driver before the
 * end of interrupt. Before Linux 6.15 it can call only one driver, hv_vmbus or this one.
 *
 * This has run on an emulation of Hyper-V, but not yet on Hyper-V itself. It follows
 * the kernel's own sources (drivers/hv/hv.c, arch/x86/kernel/cpu/mshyperv.c).
 */
#define pr_fmt(fmt) "mshv_vtl: " fmt

#include <linux/err.h>
#include <linux/hyperv.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>

#include <asm/mshyperv.h>

#include "compat.h"
#include "host.h"
#include "hyperv.h"
#include "synic.h"

#define SINT_PROXY	0

/**
 * struct hyperv_synic - the SynIC of a CPU
 * @messages: message page; NULL while the CPU is offline, or if there is none
 * @events:   event flags page, likewise
 *
 * Only used on that CPU.
 */
struct hyperv_synic {
	void *messages;
	void *events;
};

static DEFINE_PER_CPU(struct hyperv_synic, hyperv_synics);
static bool synic_is_available;

#ifdef COMPAT_HV_CONTEXT

static bool synic_is_taken(void)
{
	return false;
}

static bool synic_claim(void)
{
	if (hv_context.cpu_context)
		return true;
	pr_info("no proxied interrupts: hv_vmbus found no VMBus, and has not set up the SynIC\n");
	return false;
}

/* When a CPU comes online, hv_vmbus enables its SynIC before this driver is called. */
static int synic_enable(struct hyperv_synic *synic)
{
	const struct hv_per_cpu_context *context = this_cpu_ptr(hv_context.cpu_context);

	if (!context->hyp_synic_message_page || !context->hyp_synic_event_page)
		return -ENODEV;
	synic->messages = context->hyp_synic_message_page;
	synic->events = context->hyp_synic_event_page;
	return 0;
}

static void synic_disable(const struct hyperv_synic *synic)
{
}

static void synic_free_all(void)
{
}

#else /* COMPAT_HV_CONTEXT */

/* The message page, then the event flags page. They are kept until module exit. */
static DEFINE_PER_CPU(void *, synic_pages);

/*
 * Whether hv_vmbus owns the SynIC and the handler. While it is being loaded or unloaded, this is
 * false.
 */
static bool synic_is_taken(void)
{
	if (!symbol_get(vmbus_driver_unregister))
		return false;
	symbol_put(vmbus_driver_unregister);
	return true;
}

static bool synic_claim(void)
{
	if (!synic_is_taken())
		return true;
	pr_info("no proxied interrupts: hv_vmbus owns the SynIC; only a driver in the kernel's tree can share it\n");
	return false;
}

static void *synic_pages_get(void)
{
	void *pages = this_cpu_read(synic_pages);

	if (!pages) {
		pages = vtl_hyperv_pages_alloc();
		if (!IS_ERR(pages))
			this_cpu_write(synic_pages, pages);
	}
	return pages;
}

/* Keeps only the reserved bits of the value that the host returns. */
static void simp_write(void *page)
{
	union hv_synic_simp simp = { .as_uint64 = compat_hv_get_msr(SIMP) };

	simp.simp_enabled = !!page;
	simp.base_simp_gpa = page ? virt_to_phys(page) >> HV_HYP_PAGE_SHIFT : 0;
	compat_hv_set_msr(SIMP, simp.as_uint64);
}

static void siefp_write(void *page)
{
	union hv_synic_siefp siefp = { .as_uint64 = compat_hv_get_msr(SIEFP) };

	siefp.siefp_enabled = !!page;
	siefp.base_siefp_gpa = page ? virt_to_phys(page) >> HV_HYP_PAGE_SHIFT : 0;
	compat_hv_set_msr(SIEFP, siefp.as_uint64);
}

static void scontrol_write(bool enable)
{
	union hv_synic_scontrol scontrol = { .as_uint64 = compat_hv_get_msr(SCONTROL) };

	scontrol.enable = enable;
	compat_hv_set_msr(SCONTROL, scontrol.as_uint64);
}

static int synic_enable(struct hyperv_synic *synic)
{
	void *pages;

	if (synic_is_taken())
		return -EBUSY;
	pages = synic_pages_get();
	if (IS_ERR(pages))
		return PTR_ERR(pages);
	synic->messages = pages;
	synic->events = pages + HYPERV_PAGE_SIZE;
	simp_write(synic->messages);
	siefp_write(synic->events);
	scontrol_write(true);
	return 0;
}

/*
 * If another page is there, hv_vmbus has taken over the registers. The host, which returns the
 * value, can thereby deny only its own service: the pages become private before they are freed.
 */
static void synic_disable(const struct hyperv_synic *synic)
{
	const union hv_synic_simp simp = { .as_uint64 = compat_hv_get_msr(SIMP) };

	if (simp.base_simp_gpa != virt_to_phys(synic->messages) >> HV_HYP_PAGE_SHIFT)
		return;
	simp_write(NULL);
	siefp_write(NULL);
	scontrol_write(false);
}

static void synic_free_all(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		vtl_hyperv_pages_free(per_cpu(synic_pages, cpu));
		per_cpu(synic_pages, cpu) = NULL;
	}
}

#endif /* COMPAT_HV_CONTEXT */

static void sint_write(unsigned int number, bool masked)
{
	union hv_synic_sint sint = {
		.vector = HYPERVISOR_CALLBACK_VECTOR,
		.masked = masked,
		.auto_eoi = compat_hv_auto_eoi(),
	};

	compat_hv_set_msr(SINT0 + number, sint.as_uint64);
}

void vtl_host_synic_online(void)
{
	struct hyperv_synic *synic = this_cpu_ptr(&hyperv_synics);
	int ret;

	if (!synic_is_available)
		return;

	ret = synic_enable(synic);
	if (ret) {
		pr_warn("CPU %u has no SynIC (%d): it receives no proxied interrupts\n",
			smp_processor_id(), ret);
		return;
	}
	sint_write(SINT_PROXY, false);
	vtl_synic_unmasked();
}

void vtl_host_synic_offline(void)
{
	struct hyperv_synic *synic = this_cpu_ptr(&hyperv_synics);

	if (!synic->messages)
		return;

	sint_write(SINT_PROXY, true);
	synic_disable(synic);
	synic->messages = NULL;
	synic->events = NULL;
}

void vtl_host_synic_init(void)
{
	if (!hv_is_hyperv_initialized())
		return;
	if (compat_hv_paravisor() || compat_hv_parent()) {
		pr_info("no proxied interrupts: this machine is not VTL2\n");
		return;
	}
	if (!synic_claim())
		return;

	compat_hv_handler_set(vtl_synic_interrupt);
	synic_is_available = true;
}

void vtl_host_synic_exit(void)
{
	if (!synic_is_available)
		return;

	if (!compat_hv_handler_shared() || !synic_is_taken())
		compat_hv_handler_clear();
	synic_is_available = false;
	/* A CPU may run the handler, or have read its address before it was cleared. */
	synchronize_rcu();
	synic_free_all();
}

bool vtl_host_synic_available(void)
{
	return synic_is_available;
}

void *vtl_host_synic_messages(void)
{
	return this_cpu_read(hyperv_synics.messages);
}

void *vtl_host_synic_events(void)
{
	return this_cpu_read(hyperv_synics.events);
}

void vtl_host_synic_mask(unsigned int sint, bool masked)
{
	if (this_cpu_read(hyperv_synics.messages))
		sint_write(sint, masked);
}

void vtl_host_synic_end_of_message(void)
{
	compat_hv_set_msr(EOM, 0);
}
