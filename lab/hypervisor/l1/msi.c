// SPDX-License-Identifier: GPL-2.0-only
/*
 * A test: interrupts of QEMU's edu device on each CPU, one after the other.
 *
 * Owns: the device while it is loaded. Prints a line for each CPU, and one at the end.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/pci.h>

#define EDU_VENDOR      0x1234
#define EDU_DEVICE      0x11e8
#define EDU_STATUS      0x24
#define EDU_RAISE       0x60
#define EDU_ACKNOWLEDGE 0x64

#define PATIENCE_SECONDS 20

static uint count = 1000;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "Interrupts on each CPU");

static struct pci_dev *device;
static void __iomem *registers;
static atomic_t handled;
static unsigned int last_cpu;

static irqreturn_t handle(int irq, void *unused)
{
	writel(readl(registers + EDU_STATUS), registers + EDU_ACKNOWLEDGE);
	WRITE_ONCE(last_cpu, smp_processor_id());
	atomic_inc(&handled);
	return IRQ_HANDLED;
}

static bool raise_one(void)
{
	u64 until = ktime_get_ns() + PATIENCE_SECONDS * NSEC_PER_SEC;
	int before = atomic_read(&handled);

	writel(1, registers + EDU_RAISE);
	while (atomic_read(&handled) == before) {
		if (ktime_get_ns() > until)
			return false;
		cpu_relax();
	}
	return true;
}

static void try_cpu(unsigned int cpu, int irq)
{
	unsigned int i, lost = 0, elsewhere = 0;

	irq_set_affinity_and_hint(irq, cpumask_of(cpu));
	for (i = 0; i < count && lost < 3; i++) {
		if (!raise_one())
			lost++;
		else if (READ_ONCE(last_cpu) != cpu)
			elsewhere++;
	}
	pr_info("hypervisor_msi: CPU %u: %u raised, %u lost, %u elsewhere\n", cpu, i, lost,
		elsewhere);
}

static int start_device(void)
{
	int error = pci_enable_device(device);

	if (error)
		return error;
	pci_set_master(device);
	registers = pci_ioremap_bar(device, 0);
	if (!registers)
		return -ENOMEM;
	error = pci_alloc_irq_vectors(device, 1, 1, PCI_IRQ_MSI);
	if (error < 0)
		return error;
	return request_irq(pci_irq_vector(device, 0), handle, 0, "hypervisor_msi", device);
}

static int __init msi_init(void)
{
	unsigned int cpu;
	int error;

	device = pci_get_device(EDU_VENDOR, EDU_DEVICE, NULL);
	if (!device)
		return -ENODEV;
	error = start_device();
	if (error) {
		pr_err("hypervisor_msi: the device does not start: %d\n", error);
		return error;
	}
	for_each_online_cpu(cpu)
		try_cpu(cpu, pci_irq_vector(device, 0));
	pr_info("hypervisor_msi: done, %d handled\n", atomic_read(&handled));
	return 0;
}

static void __exit msi_exit(void)
{
	irq_update_affinity_hint(pci_irq_vector(device, 0), NULL);
	free_irq(pci_irq_vector(device, 0), device);
	pci_free_irq_vectors(device);
	iounmap(registers);
	pci_disable_device(device);
	pci_dev_put(device);
}

module_init(msi_init);
module_exit(msi_exit);

MODULE_DESCRIPTION("Interrupts of QEMU's edu device on each CPU");
MODULE_LICENSE("GPL");
