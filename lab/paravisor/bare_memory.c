// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The memory of the bare guest, with the image, the boot page, the report pages and page
 * tables in it.
 *
 * Owns: which part of the range that was set aside for VTL0 a guest has: several may run
 * at a time.
 */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "internal.h"

/* The reserved memory below this is for a guest that starts its CPUs there. */
#define LOW_END		0x100000

#define ENTRIES		512
#define ENTRY_TABLE	0x003	/* present, writable */
#define ENTRY_LARGE	0x083
/* Devices are in the last GiB, which is not cached. */
#define ENTRY_DEVICE	0x09b
#define DEVICES_BASE	0xc0000000ULL

/*
 * Binds a socket to the name of a part of the range. A socket serves as the lock because the kernel
 * frees its name with it, and has sockets without CONFIG_FILE_LOCKING, too. Return: the socket, or
 * a negative errno; -EADDRINUSE if another VMM has the name.
 */
static int slot_bind(uint64_t slot)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int opened = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int length, ret = opened;

	if (opened < 0)
		return -errno;
	/* The name begins with a zero: it is not in the file system. */
	length = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1,
			  "vtlirq-vtl0-memory-%" PRIu64, slot);
	if (bind(opened, (const struct sockaddr *)&name,
		 offsetof(struct sockaddr_un, sun_path) + 1 + length)) {
		ret = -errno;
		close(opened);
	}
	return ret;
}

/*
 * Finds a part of the range that no other VMM uses. The open socket reserves it, so that the part
 * of a VMM that has died is free again.
 */
static int slot_take(struct vmm *vm)
{
	struct range range;
	uint64_t slot;
	int taken;

	if (!memory_range_find(LOW_END, UINT32_MAX, &range) || range.base % VTL0_MEMORY_SIZE) {
		complain("no memory is set aside for VTL0; boot VTL2 with memmap=32M$0x10000000");
		return -EADDRNOTAVAIL;
	}
	for (slot = 0; slot < range.size / VTL0_MEMORY_SIZE; slot++) {
		taken = slot_bind(slot);
		if (taken == -EADDRINUSE)
			continue;
		if (taken < 0) {
			complain("a socket: %s", strerror(-taken));
			return taken;
		}
		vm->base = range.base + slot * VTL0_MEMORY_SIZE;
		vm->slot = taken;
		return 0;
	}
	complain("all of the memory that is set aside for VTL0 is in use");
	return -EBUSY;
}

static int image_load(struct vmm *vm)
{
	FILE *file = fopen(vm->config.payload, "re");
	size_t size;
	int ret;

	if (!file) {
		ret = -errno;
		complain("%s: %s", vm->config.payload, strerror(errno));
		return ret;
	}
	/* This guest must not see the data of an earlier one. */
	memset(vm->memory, 0, VTL0_MEMORY_SIZE);
	size = fread(vm->memory, 1, VTL0_BOOT_OFFSET, file);
	fclose(file);

	memcpy(&vm->image, vm->memory, sizeof(vm->image));
	if (size >= sizeof(vm->image) && vm->image.magic == VTL0_IMAGE_MAGIC &&
	    vm->image.size <= VTL0_BOOT_OFFSET && vm->image.entry < size)
		return 0;
	complain("%s is not an image for VTL0", vm->config.payload);
	return -ENOEXEC;
}

static void boot_fill(struct vmm *vm)
{
	vm->boot = (struct vtl0_boot *)(vm->memory + VTL0_BOOT_OFFSET);
	*vm->boot = (struct vtl0_boot) {
		.magic = VTL0_BOOT_MAGIC,
		.reports = vm->base + VTL0_REPORTS_OFFSET,
		.vps = vm->config.vps,
	};
}

/* Four levels map the low 4 GiB, with pages of 2 MiB: one table, one, and four. */
static void tables_fill(struct vmm *vm)
{
	uint64_t (*tables)[ENTRIES] = (void *)(vm->memory + VTL0_TABLES_OFFSET);
	uint64_t address = vm->base + VTL0_TABLES_OFFSET;
	unsigned int table, entry;

	tables[0][0] = (address + PAGE_SIZE) | ENTRY_TABLE;
	for (table = 0; table < 4; table++)
		tables[1][table] = (address + (2 + table) * PAGE_SIZE) | ENTRY_TABLE;

	for (table = 0, address = 0; table < 4; table++) {
		for (entry = 0; entry < ENTRIES; entry++, address += 2 << 20)
			tables[2 + table][entry] = address | (address < DEVICES_BASE ?
							      ENTRY_LARGE : ENTRY_DEVICE);
	}
}

int bare_memory_open(struct vmm *vm)
{
	int ret = slot_take(vm);

	if (ret)
		return ret;
	vm->memory = memory_map(vm->base, VTL0_MEMORY_SIZE);
	if (!vm->memory)
		return -ENOMEM;
	ret = image_load(vm);
	if (ret)
		return ret;

	boot_fill(vm);
	tables_fill(vm);
	return memory_give(vm, vm->base, VTL0_MEMORY_SIZE, TDX_READ | TDX_WRITE | TDX_EXECUTE);
}

void bare_memory_close(struct vmm *vm)
{
	if (vm->memory) {
		/* The memory is for the next guest, and this one must not access it any more. */
		memory_give(vm, vm->base, VTL0_MEMORY_SIZE, 0);
		munmap(vm->memory, VTL0_MEMORY_SIZE);
		vm->memory = NULL;
	}
	if (vm->slot >= 0)
		close(vm->slot);
	vm->slot = -1;
}
