// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls on Hyper-V. For messages of the host, see hyperv_synic.c.
 *
 * Owns: the pages for input and output, two per CPU. A confidential VM shares them with
 * the host. The kernel's own pages cannot be used: outside of VTL mode it has none for
 * the output of a call.
 *
 * This has run on an emulation of Hyper-V, but not yet on Hyper-V itself. It follows
 * the kernel's own sources (hv_common_cpu_init(), hv_do_hypercall(),
 * hv_tdx_hypercall()). The address of a page is passed to the host without the shared
 * bit, as in all of the kernel's hypercalls.
 */
#include <linux/cc_platform.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/set_memory.h>
#include <linux/string.h>

#include <asm/mshyperv.h>

#include "compat.h"
#include "host.h"
#include "hyperv.h"

/* The input page, then the output page. Set once, on that CPU. */
static DEFINE_PER_CPU(void *, call_pages);

/* If a paravisor runs below this kernel, it also accepts private pages. */
static bool pages_need_sharing(void)
{
	return cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT) && !compat_hv_paravisor();
}

static unsigned int pages_order(void)
{
	return get_order(2 * HYPERV_PAGE_SIZE);
}

/* If sharing fails, the state of the memory is unknown, so it is not freed. */
void *vtl_hyperv_pages_alloc(void)
{
	unsigned int order = pages_order();
	unsigned long pages = __get_free_pages(GFP_KERNEL, order);
	int ret = 0;

	if (!pages)
		return ERR_PTR(-ENOMEM);
	if (pages_need_sharing())
		ret = set_memory_decrypted(pages, 1 << order);
	if (ret)
		return ERR_PTR(ret);

	/* The content of a page is undefined after it was shared. */
	memset((void *)pages, 0, PAGE_SIZE << order);
	return (void *)pages;
}

void vtl_hyperv_pages_free(void *pages)
{
	unsigned int order = pages_order();

	if (!pages)
		return;
	if (pages_need_sharing() && set_memory_encrypted((unsigned long)pages, 1 << order))
		return;
	free_pages((unsigned long)pages, order);
}

void vtl_host_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		vtl_hyperv_pages_free(per_cpu(call_pages, cpu));
		per_cpu(call_pages, cpu) = NULL;
	}
}

int vtl_host_cpu_online(unsigned int cpu)
{
	void *pages;

	if (!hv_is_hyperv_initialized() || per_cpu(call_pages, cpu))
		return 0;

	pages = vtl_hyperv_pages_alloc();
	if (IS_ERR(pages))
		return PTR_ERR(pages);
	/* Only used on this CPU. */
	per_cpu(call_pages, cpu) = pages;
	return 0;
}

static u64 call_by_pages(void *pages, u64 control, const void *input, void *output)
{
	void *from_host = output ? pages + HYPERV_PAGE_SIZE : NULL;
	u64 status;

	memcpy(pages, input, HYPERV_PAGE_SIZE);
	if (output)
		memcpy(from_host, output, HYPERV_PAGE_SIZE);
	status = hv_do_hypercall(control, pages, from_host);
	if (output)
		memcpy(output, from_host, HYPERV_PAGE_SIZE);
	return status;
}

/* Interrupts are off, since an interrupt handler might make a hypercall, too. */
int vtl_host_call(u64 control, const void *input, void *output, u64 *status)
{
	int ret = -EOPNOTSUPP;
	unsigned long flags;
	void *pages;

	local_irq_save(flags);
	pages = this_cpu_read(call_pages);
	if (pages) {
		*status = call_by_pages(pages, control, input, output);
		ret = 0;
	}
	local_irq_restore(flags);
	return ret;
}
