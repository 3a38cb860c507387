// SPDX-License-Identifier: GPL-2.0-only
/*
 * The seam to the host on Hyper-V: the kernel's hypercall, and the SynIC of
 * each CPU.
 *
 * NOT YET RUN. There was no Hyper-V host to run it on: it was written from the
 * kernel's own sources, and compiles. What it relies on:
 *
 *   calls      pages that the kernel shares with the host, one pair a CPU, used
 *              with interrupts off, as all other callers do
 *   messages   hv_vmbus has set up the message page of each CPU, and SINT0 is
 *              nobody else's
 *   interrupt  the kernel gives the callback vector to a handler for this
 *              driver; it does the end of interrupt after it. From 6.15 on; on
 *              an older kernel proxied interrupts are not available
 */
#define pr_fmt(fmt) "mshv_vtl: " fmt

#include <linux/cc_platform.h>
#include <linux/hyperv.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>
#include <linux/string.h>

#include <asm/mshyperv.h>

#include "host.h"
#include "compat.h"
#include "synic.h"

#define HOST_PAGE_SIZE	4096

/* The kernel is part of this machine: nothing to be kept. */
void *vtl_host_get(void)
{
	return NULL;
}

void vtl_host_put(void *token)
{
}

/*
 * Most kernels have no output page: they let the host write elsewhere. Memory
 * that is encrypted the host cannot write, so that there one is needed.
 */
static bool host_is_callable(void)
{
	return hv_is_hyperv_initialized() && hyperv_pcpu_input_arg &&
	       (hyperv_pcpu_output_arg || !cc_platform_has(CC_ATTR_MEM_ENCRYPT));
}

/* On this CPU's pages; interrupts are off, as they may call the host too. */
static u64 host_call_here(u64 control, const void *input, void *output)
{
	void *to_host = *this_cpu_ptr(hyperv_pcpu_input_arg);
	void *from_host = output;
	u64 status;

	if (hyperv_pcpu_output_arg)
		from_host = *this_cpu_ptr(hyperv_pcpu_output_arg);

	memcpy(to_host, input, HOST_PAGE_SIZE);
	if (from_host != output)
		memset(from_host, 0, HOST_PAGE_SIZE);
	status = hv_do_hypercall(control, to_host, from_host);
	if (from_host != output)
		memcpy(output, from_host, HOST_PAGE_SIZE);
	return status;
}

int vtl_host_call(u64 control, const void *input, void *output, u64 *status)
{
	unsigned long flags;

	if (!host_is_callable())
		return -EOPNOTSUPP;

	local_irq_save(flags);
	*status = host_call_here(control, input, output);
	local_irq_restore(flags);
	return 0;
}

#ifdef COMPAT_HV_HANDLER

/* The message page of each CPU, once its SynIC was set up; else NULL. */
static DEFINE_PER_CPU(void *, synic_pages);
static bool synic_is_available;

static void sint_write(bool masked)
{
	union hv_synic_sint sint = {
		.vector = HYPERVISOR_CALLBACK_VECTOR,
		.masked = masked,
		.auto_eoi = hv_recommend_using_aeoi(),
	};

	hv_set_msr(HV_MSR_SINT0, sint.as_uint64);
}

/*
 * On a confidential VM the host answers for the MSR, and is not trusted with
 * an address of ours: a page that is shared with it anyway is all that it may
 * name. Elsewhere the host sees all memory as it is.
 */
static bool page_is_the_hosts(void *page)
{
	unsigned int level;
	pte_t *entry;

	if (!virt_addr_valid(page))
		return false;
	if (!cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT))
		return true;

	/* The entry of a large page has its encryption bit in the same place. */
	entry = lookup_address((unsigned long)page, &level);
	return entry && cc_mkdec(pte_val(*entry)) == pte_val(*entry);
}

static void *message_page_find(void)
{
	union hv_synic_simp simp = { .as_uint64 = hv_get_msr(HV_MSR_SIMP) };
	u64 address = simp.base_simp_gpa << HV_HYP_PAGE_SHIFT;
	void *page;

	if (!simp.simp_enabled)
		return NULL;

	/* Without the bit that says shared, where the address has one. */
	if (ms_hyperv.shared_gpa_boundary)
		address &= ms_hyperv.shared_gpa_boundary - 1;
	page = phys_to_virt(address);
	return page_is_the_hosts(page) ? page : NULL;
}

void vtl_host_synic_online(void)
{
	void *page;

	if (!synic_is_available)
		return;

	page = message_page_find();
	this_cpu_write(synic_pages, page);
	if (page)
		sint_write(false);
	else
		pr_warn("CPU %u has no message page that can be used: proxied interrupts do not come there\n",
			smp_processor_id());
}

void vtl_host_synic_offline(void)
{
	if (!this_cpu_read(synic_pages))
		return;

	sint_write(true);
	this_cpu_write(synic_pages, NULL);
}

static void synic_offline_here(void *unused)
{
	vtl_host_synic_offline();
}

/* The pages are hv_vmbus's: it must stay while they are in use. */
void vtl_host_synic_init(void)
{
	if (!hv_is_hyperv_initialized())
		return;
	if (ms_hyperv.paravisor_present || hv_root_partition()) {
		pr_info("no proxied interrupts: this machine is no VTL2\n");
		return;
	}
	if (!symbol_get(vmbus_driver_unregister)) {
		pr_info("no proxied interrupts: load hv_vmbus before this module\n");
		return;
	}

	hv_setup_mshv_handler(vtl_synic_interrupt);
	synic_is_available = true;
}

void vtl_host_synic_exit(void)
{
	if (!synic_is_available)
		return;

	on_each_cpu(synic_offline_here, NULL, true);
	hv_setup_mshv_handler(NULL);
	synic_is_available = false;
	/* A CPU may be in the handler, or have just read where it is. */
	synchronize_rcu();
	symbol_put(vmbus_driver_unregister);
}

bool vtl_host_synic_available(void)
{
	return synic_is_available;
}

void *vtl_host_synic_messages(void)
{
	return this_cpu_read(synic_pages);
}

void vtl_host_synic_end_of_message(void)
{
	hv_set_msr(HV_MSR_EOM, 0);
}

#else

void vtl_host_synic_init(void)
{
	if (hv_is_hyperv_initialized())
		pr_info("no proxied interrupts: this kernel gives the hypervisor's vector to no driver; Linux 6.15 and later do\n");
}

void vtl_host_synic_exit(void)
{
}

void vtl_host_synic_online(void)
{
}

void vtl_host_synic_offline(void)
{
}

bool vtl_host_synic_available(void)
{
	return false;
}

void *vtl_host_synic_messages(void)
{
	return NULL;
}

void vtl_host_synic_end_of_message(void)
{
}

#endif /* COMPAT_HV_HANDLER */
