// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Loading a bzImage, by Linux's 64-bit boot protocol (Documentation/arch/x86/boot.rst).
 *
 * Owns: the layout of the guest's memory when it starts. Page tables, boot parameters and the
 * command line are at the beginning, the kernel at 16 MiB, the initial file system and, last,
 * the ACPI tables at the end.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "machine.h"

#define TABLES_OFFSET		0x10000
#define PARAMETERS_OFFSET	0x20000
#define COMMAND_LINE_OFFSET	0x21000
#define COMMAND_LINE_MAX	2048
#define KERNEL_OFFSET		(16 << 20)

/* Offsets in the boot parameters; the header has the same offset in the image. */
#define PARAMETER_RSDP		0x070
#define PARAMETER_E820_COUNT	0x1e8
#define HEADER			0x1f1
#define HEADER_SECTORS		0x1f1
#define HEADER_LENGTH		0x201
#define HEADER_MAGIC		0x202
#define HEADER_VERSION		0x206
#define HEADER_LOADER		0x210
#define HEADER_FLAGS		0x211
#define HEADER_INITRD		0x218
#define HEADER_INITRD_SIZE	0x21c
#define HEADER_COMMAND_LINE	0x228
#define HEADER_LOAD_FLAGS	0x236
#define HEADER_INIT_SIZE	0x260
#define HEADER_END		0x270
#define PARAMETER_E820		0x2d0

#define MAGIC			0x53726448u	/* "HdrS" */
#define VERSION_MIN		0x020c
#define LOADER_UNKNOWN		0xff
#define FLAG_LOADED_HIGH	0x01
#define LOAD_KERNEL_64		0x01
#define SECTOR			512
#define SECTORS_DEFAULT		4
#define ENTRY_64		0x200

#define E820_RAM		1
#define E820_ACPI		3
#define E820_ENTRY_SIZE		20

#define TABLE_ENTRY		0x003
#define LARGE_ENTRY		0x083
#define LARGE_SIZE		0x200000
#define TABLE_ENTRIES		512
#define TABLES_GIB		4

/**
 * struct file_bytes - a file, as it was read
 */
struct file_bytes {
	uint8_t *bytes;
	size_t size;
};

static int file_failed(const char *path, int error)
{
	complain("%s: %s", path, strerror(error));
	return -error;
}

static int file_read(const char *path, struct file_bytes *file)
{
	FILE *stream = fopen(path, "re");
	struct stat status;
	int ret = 0;

	if (!stream)
		return file_failed(path, errno);
	if (fstat(fileno(stream), &status)) {
		ret = file_failed(path, errno);
	} else {
		file->size = status.st_size;
		file->bytes = malloc(file->size + 1);
		if (!file->bytes)
			ret = file_failed(path, ENOMEM);
		else if (fread(file->bytes, 1, file->size, stream) != file->size)
			ret = file_failed(path, EIO);
	}
	fclose(stream);
	return ret;
}

static bool is_kernel(const struct file_bytes *file)
{
	const uint8_t *bytes = file->bytes;

	return file->size > HEADER_END && get_32(bytes + HEADER_MAGIC) == MAGIC &&
	       get_16(bytes + HEADER_VERSION) >= VERSION_MIN &&
	       get_16(bytes + HEADER_LOAD_FLAGS) & LOAD_KERNEL_64;
}

static void e820_add(uint8_t *parameters, uint64_t base, uint64_t size, uint32_t kind)
{
	uint8_t *entry = parameters + PARAMETER_E820 +
			 parameters[PARAMETER_E820_COUNT] * E820_ENTRY_SIZE;

	put_64(entry, base);
	put_64(entry + 8, size);
	put_32(entry + 16, kind);
	parameters[PARAMETER_E820_COUNT]++;
}

/* One table of level 4, one of level 3, and one of level 2 for each GiB. */
static void tables_write(struct machine *machine)
{
	uint64_t (*tables)[TABLE_ENTRIES], i, address = machine->memory.base + TABLES_OFFSET;

	tables = machine_memory(machine, address, (2 + TABLES_GIB) * PAGE_SIZE);
	tables[0][0] = (address + PAGE_SIZE) | TABLE_ENTRY;
	for (i = 0; i < TABLES_GIB; i++)
		tables[1][i] = (address + (2 + i) * PAGE_SIZE) | TABLE_ENTRY;
	for (i = 0; i < TABLES_GIB * TABLE_ENTRIES; i++)
		tables[2][i] = i * LARGE_SIZE | LARGE_ENTRY;
	machine->tables = address;
}

/*
 * Copies the kernel, and checks that it has room to unpack itself. Return: 0 or a negative errno.
 */
static int kernel_place(struct machine *machine, const struct file_bytes *kernel)
{
	uint32_t sectors = kernel->bytes[HEADER_SECTORS];
	uint32_t init = get_32(kernel->bytes + HEADER_INIT_SIZE);
	size_t setup = ((sectors ? sectors : SECTORS_DEFAULT) + 1) * SECTOR, size;
	uint64_t address = machine->memory.base + KERNEL_OFFSET;
	void *place;

	if (setup >= kernel->size)
		return -ENOEXEC;
	size = kernel->size - setup;
	place = machine_memory(machine, address, init > size ? init : size);
	if (!place) {
		complain("the kernel needs %u MiB after the first 16, and VTL0 has %" PRIu64 " in all",
			 (init >> 20) + 1, machine->memory.size >> 20);
		return -ENOSPC;
	}
	memcpy(place, kernel->bytes + setup, size);
	machine->entry = address + ENTRY_64;
	return 0;
}

/* Copies it right below @end. Return: its address; 0: there is no room. */
static uint64_t initrd_place(struct machine *machine, const struct file_bytes *initrd,
			     uint64_t end)
{
	uint64_t address = (end - initrd->size) & ~(uint64_t)(PAGE_SIZE - 1);

	if (initrd->size > machine->memory.size / 2)
		return 0;
	memcpy(machine_memory(machine, address, initrd->size), initrd->bytes, initrd->size);
	return address;
}

static int command_line_write(struct machine *machine, uint64_t address)
{
	size_t size = strlen(machine->config.command_line) + 1;

	if (size > COMMAND_LINE_MAX) {
		complain("the kernel's command line is longer than %u characters",
			 COMMAND_LINE_MAX - 1);
		return -E2BIG;
	}
	memcpy(machine_memory(machine, address, size), machine->config.command_line, size);
	return 0;
}

static void header_write(uint8_t *parameters, const uint8_t *image)
{
	/* The byte at HEADER_LENGTH is the offset of a jump past the header's end. */
	size_t end = HEADER_MAGIC + image[HEADER_LENGTH];

	memset(parameters, 0, PAGE_SIZE);
	memcpy(parameters + HEADER, image + HEADER, end - HEADER);
	parameters[HEADER_LOADER] = LOADER_UNKNOWN;
	parameters[HEADER_FLAGS] |= FLAG_LOADED_HIGH;
}

static void memory_describe(const struct machine *machine, uint8_t *parameters, uint64_t acpi)
{
	if (machine->low.size)
		e820_add(parameters, machine->low.base, machine->low.size, E820_RAM);
	e820_add(parameters, machine->memory.base, acpi - machine->memory.base, E820_RAM);
	e820_add(parameters, acpi, ACPI_SIZE, E820_ACPI);
}

static int files_place(struct vmm *vm, const struct file_bytes *kernel,
		       const struct file_bytes *initrd)
{
	struct machine *machine = machine_of(vm);
	uint64_t acpi = machine->memory.base + machine->memory.size - ACPI_SIZE;
	uint64_t command_line = machine->memory.base + COMMAND_LINE_OFFSET, at;
	uint8_t *parameters;
	int ret;

	machine->parameters = machine->memory.base + PARAMETERS_OFFSET;
	parameters = machine_memory(machine, machine->parameters, PAGE_SIZE);
	header_write(parameters, kernel->bytes);
	ret = kernel_place(machine, kernel);
	if (!ret)
		ret = command_line_write(machine, command_line);
	if (ret)
		return ret;
	if (initrd->size) {
		at = initrd_place(machine, initrd, acpi);
		if (!at)
			return -ENOSPC;
		put_32(parameters + HEADER_INITRD, at);
		put_32(parameters + HEADER_INITRD_SIZE, initrd->size);
	}
	put_32(parameters + HEADER_COMMAND_LINE, command_line);
	put_64(parameters + PARAMETER_RSDP, acpi_write(vm, acpi));
	memory_describe(machine, parameters, acpi);
	tables_write(machine);
	return 0;
}

int boot_load(struct vmm *vm)
{
	const struct linux_config *config = &machine_of(vm)->config;
	struct file_bytes kernel = { 0 }, initrd = { 0 };
	int ret = file_read(config->kernel, &kernel);

	if (!ret && config->initrd)
		ret = file_read(config->initrd, &initrd);
	if (!ret && !is_kernel(&kernel)) {
		complain("%s is not a bzImage with a 64-bit entry", config->kernel);
		ret = -ENOEXEC;
	}
	if (!ret)
		ret = files_place(vm, &kernel, &initrd);
	if (ret == -ENOSPC && initrd.size)
		complain("%s does not fit into VTL0's memory", config->initrd);
	free(kernel.bytes);
	free(initrd.bytes);
	return ret;
}
