// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * I/O ports: which device has which. A port without a device reads as ones.
 */
#include <inttypes.h>

#include "machine.h"

#define KEYBOARD_RESET		0xfe
#define RESET_CPU		0x04
/* ACPI Specification 6.4, "PM1 Control Registers". */
#define CONTROL_ACPI		0x0001
#define CONTROL_SLEEP_TYPE(value) ((value) >> 10 & 7)
#define CONTROL_SLEEP		0x2000

static uint32_t port_read(struct vmm *vm, uint16_t port, unsigned int size)
{
	struct machine *machine = machine_of(vm);

	if (port >= PORT_UART && port <= PORT_UART_LAST)
		return uart_read(&machine->uart, port - PORT_UART);
	if (port == PORT_RESET && size == 1)
		return 0;
	if (port >= PORT_PCI_ADDRESS && port <= PORT_PCI_LAST)
		return pci_port_read(vm, port, size);
	if (port == PORT_CMOS_DATA)
		return cmos_read(&machine->cmos);
	/* No event ever comes, and ACPI is always on. */
	if (port == PORT_ACPI_EVENT)
		return 0;
	if (port == PORT_ACPI_ENABLE)
		return machine->acpi_enabled;
	if (port == PORT_ACPI_CONTROL)
		return CONTROL_ACPI;
	return UINT32_MAX;
}

static bool is_power_off(uint16_t port, unsigned int size, uint32_t value)
{
	return port == PORT_ACPI_CONTROL && size == 2 && value & CONTROL_SLEEP &&
	       CONTROL_SLEEP_TYPE(value) == ACPI_SLEEP_TYPE_OFF;
}

static bool is_reset(uint16_t port, unsigned int size, uint32_t value)
{
	if (size != 1)
		return false;
	return (port == PORT_ACPI_RESET && value == ACPI_RESET_VALUE) ||
	       (port == PORT_KEYBOARD && value == KEYBOARD_RESET) ||
	       (port == PORT_RESET && value & RESET_CPU);
}

/* Return: false if the guest has ended. */
static bool power_write(struct vmm *vm, uint16_t port, unsigned int size, uint32_t value)
{
	if (is_power_off(port, size, value))
		vm_end(vm, LINUX_ENDED_OFF);
	else if (is_reset(port, size, value))
		vm_end(vm, LINUX_ENDED_RESET);
	else
		return true;
	return false;
}

static bool port_write(struct vmm *vm, uint16_t port, unsigned int size, uint32_t value)
{
	struct machine *machine = machine_of(vm);

	if (!power_write(vm, port, size, value))
		return false;
	if (port >= PORT_UART && port <= PORT_UART_LAST)
		uart_write(&machine->uart, port - PORT_UART, value);
	else if (port == PORT_RESET && size == 1)
		return true;
	else if (port >= PORT_PCI_ADDRESS && port <= PORT_PCI_LAST)
		pci_port_write(vm, port, size, value);
	else if (port == PORT_ACPI_ENABLE)
		machine->acpi_enabled = value;
	else if (port == PORT_CMOS_INDEX)
		machine->cmos.index = value & 0x7f;
	else if (port == PORT_DEBUG && size == 1 && machine->config.debug)
		machine->config.debug(machine->config.debug_context, value);
	return true;
}

/* IN of less than 32 bits leaves the rest of RAX as it is. */
static void in_finish(struct vp *vp, unsigned int size, uint32_t value)
{
	uint64_t mask = (1ULL << (8 * size)) - 1;

	if (size == 4)
		vp->context->gpr.rax = value;
	else
		vp->context->gpr.rax = (vp->context->gpr.rax & ~mask) | (value & mask);
}

bool port_serve(struct vp *vp)
{
	uint64_t qualification = vp->context->exit.rcx;
	struct machine *machine = machine_of(vp->vm);
	unsigned int size = IO_SIZE(qualification);
	uint16_t port = IO_PORT(qualification);
	uint32_t value = vp->context->gpr.rax & (UINT32_MAX >> (32 - 8 * size));
	bool goes_on = true;

	if (qualification & (IO_STRING | IO_REPEAT)) {
		complain("VP %u: VTL0 at %#" PRIx64 " uses string I/O, at port %#x: not supported",
			 vp->number, (uint64_t)vp->context->gpr.rip, port);
		return false;
	}
	pthread_mutex_lock(&machine->lock);
	if (qualification & IO_IN)
		in_finish(vp, size, port_read(vp->vm, port, size));
	else
		goes_on = port_write(vp->vm, port, size, value);
	pthread_mutex_unlock(&machine->lock);
	exit_step_over(vp);
	return goes_on;
}
