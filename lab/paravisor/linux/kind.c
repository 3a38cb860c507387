// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a PCI function is, by its class: its name for people, and the function of a name.
 */
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "machine.h"

/* PCI Local Bus Specification 3.0, chapter 6. */
#define CONFIG_DEVICE	0x02
#define CONFIG_CLASS	0x0a
#define PATH_LENGTH	64

/* PCI Code and ID Assignment Specification: base class, then subclass. */
static const char *class_name(uint16_t class)
{
	switch (class) {
	case 0x0108:
		return "NVMe";
	case 0x0200:
		return "Ethernet";
	case 0x0c03:
		return "USB";
	default:
		return NULL;
	}
}

void function_kind(const struct function *function, char kind[FUNCTION_KIND_LENGTH])
{
	const char *name = class_name(get_16(&function->config[CONFIG_CLASS]));

	if (name)
		snprintf(kind, FUNCTION_KIND_LENGTH, "%s", name);
	else
		snprintf(kind, FUNCTION_KIND_LENGTH, "%04x:%04x", get_16(function->config),
			 get_16(&function->config[CONFIG_DEVICE]));
}

/*
 * Reads the class of a function on bus 0, without the interface. Return: 0: there is no function.
 */
static uint16_t class_read(unsigned int devfn)
{
	unsigned int class = 0;
	char path[PATH_LENGTH];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/0000:" BDF_FORMAT "/class",
		 BDF_NUMBERS(devfn));
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%x", &class) != 1)
		class = 0;
	fclose(file);
	return class >> 8;
}

int linux_function_find(const char *kind)
{
	unsigned int devfn;
	const char *name;

	for (devfn = 0; devfn <= UINT8_MAX; devfn++) {
		name = class_name(class_read(devfn));
		if (name && !strcasecmp(name, kind))
			return devfn;
	}
	return -ENODEV;
}
