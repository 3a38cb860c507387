// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delivers a device's interrupt to user space as VFIO does: by the kernel's own PCI-MSI
 * with its edge flow handler, request_irq(), and an action that signals an eventfd.
 */
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/interrupt.h>
#include <linux/pci.h>

#include "bench.h"

static struct eventfd_ctx *context;
static u64 *taken;

/* From 6.8 on, a signal always adds one. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define signal_once(context)	eventfd_signal(context)
#else
#define signal_once(context)	eventfd_signal(context, 1)
#endif

static irqreturn_t eventfd_action(int irq, void *arg)
{
	++*taken;
	signal_once(arg);
	return IRQ_HANDLED;
}

static int eventfd_request(struct pci_dev *pdev)
{
	int error;

	error = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI);
	if (error < 0)
		return error;

	error = request_irq(pci_irq_vector(pdev, 0), eventfd_action, 0, "vtlirq-bench-eventfd",
			    context);
	if (error)
		pci_free_irq_vectors(pdev);
	return error;
}

int bench_eventfd_start(int fd, u64 *count)
{
	int error;

	context = eventfd_ctx_fdget(fd);
	if (IS_ERR(context))
		return PTR_ERR(context);

	taken = count;
	error = eventfd_request(bench_device());
	if (error)
		eventfd_ctx_put(context);
	return error;
}

void bench_eventfd_stop(void)
{
	struct pci_dev *pdev = bench_device();

	free_irq(pci_irq_vector(pdev, 0), context);
	pci_free_irq_vectors(pdev);
	/* Disabling MSI enables the INTx line again, which must not raise interrupts. */
	pci_intx(pdev, 0);
	eventfd_ctx_put(context);
}
