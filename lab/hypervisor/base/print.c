// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log, on QEMU's debug console.
 *
 * Owns: the port, and the order of lines. L1's console is its own serial port.
 */
#include "base/base.h"
#include "base/machine.h"

#define LOG_PORT  0x402
#define LINE_SIZE 512

/* ACPI's sleep control of QEMU's q35: S5, which is "off". */
#define PM1_CONTROL     0x604
#define PM1_CONTROL_OFF 0x2000

/* Held while a line is written, so that lines of several CPUs are not mixed. */
static struct lock log_lock;

static void write_list(const char *format, va_list list)
{
	char line[LINE_SIZE];
	const char *byte;

	print_to(line, sizeof(line), format, list);
	lock_take(&log_lock);
	for (byte = line; *byte; byte++)
		port_write8(LOG_PORT, *byte);
	lock_drop(&log_lock);
}

void print(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	write_list(format, list);
	va_end(list);
}

void stop(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	write_list(format, list);
	va_end(list);
	report_counters();
	print("hypervisor: the machine is stopped\n");
	port_write16(PM1_CONTROL, PM1_CONTROL_OFF);
	for (;;)
		asm volatile("cli; hlt");
}
