// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The guest's memory: contiguous, at an address that is known, with the image,
 * the boot page, the report pages and page tables in it.
 *
 * Owns: where it comes from: a range that Linux was told at boot to leave alone, as
 * a paravisor's kernel is, of which each guest has a part. An address of VTL0 is
 * the same address of VTL2, so nothing is translated.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

/* Which parts of the range are in use: a byte for each, locked by its VMM. */
#define SLOTS_FILE	"/run/vtlirq-vtl0-memory"
#define FOUR_GIB	0x100000000ULL

#define ENTRIES		512
#define ENTRY_TABLE	0x003	/* present, writable */
#define ENTRY_LARGE	0x083
/* Not cached: devices lie in the last GiB. */
#define ENTRY_DEVICE	0x09b
#define DEVICES_BASE	0xc0000000ULL

/*
 * The range that Linux was booted without, from memmap=SIZE$BASE on its command
 * line. Return: false if there is none.
 */
static bool range_find(uint64_t *base, uint64_t *size)
{
	char line[4096] = "", unit = 0;
	FILE *file = fopen("/proc/cmdline", "re");
	const char *word;

	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);

	word = strstr(line, "memmap=");
	if (!word || sscanf(word, "memmap=%" SCNu64 "%c$%" SCNx64, size, &unit, base) != 3 ||
	    unit != 'M')
		return false;
	*size <<= 20;
	return *base % VTL0_MEMORY_SIZE == 0 && *base + *size <= FOUR_GIB;
}

/* Takes the part of the file that stands for a guest, or says that it is taken. */
static bool slot_lock(int fd, uint64_t slot)
{
	struct flock lock = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = slot, .l_len = 1,
	};

	return !fcntl(fd, F_OFD_SETLK, &lock);
}

/*
 * A part of the range that no other VMM has. The lock lasts as long as the
 * descriptor, so that a VMM that dies gives its part back.
 */
static int slot_take(struct vmm *vm)
{
	uint64_t base, size, slot;
	int fd;

	if (!range_find(&base, &size)) {
		complain("no memory is set aside for VTL0; boot VTL2 with memmap=32M$0x10000000");
		return -EADDRNOTAVAIL;
	}
	fd = open(SLOTS_FILE, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		complain(SLOTS_FILE ": %s", strerror(errno));
		return -errno;
	}
	for (slot = 0; slot < size / VTL0_MEMORY_SIZE; slot++) {
		if (!slot_lock(fd, slot))
			continue;
		vm->base = base + slot * VTL0_MEMORY_SIZE;
		vm->slot = fd;
		return 0;
	}
	close(fd);
	complain("all of the memory that is set aside for VTL0 is in use");
	return -EBUSY;
}

static int memory_map(struct vmm *vm)
{
	int fd = open("/dev/mshv_vtl_low", O_RDWR | O_CLOEXEC);
	void *place;

	if (fd < 0) {
		complain("/dev/mshv_vtl_low: %s", strerror(errno));
		return -errno;
	}
	place = mmap(NULL, VTL0_MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, vm->base);
	close(fd);
	if (place == MAP_FAILED) {
		complain("VTL0's memory cannot be mapped: %s", strerror(errno));
		return -errno;
	}
	vm->memory = place;
	return 0;
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
	/* What an earlier guest left there is not for this one. */
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

/* Four levels for the low 4 GiB: one table, one, four, with pages of 2 MiB. */
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

int memory_open(struct vmm *vm)
{
	int ret = slot_take(vm);

	if (!ret)
		ret = memory_map(vm);
	if (!ret)
		ret = image_load(vm);
	if (ret)
		return ret;

	boot_fill(vm);
	tables_fill(vm);
	return memory_give(vm, vm->base, VTL0_MEMORY_SIZE, TDX_READ | TDX_WRITE | TDX_EXECUTE);
}

void memory_close(struct vmm *vm)
{
	if (vm->memory) {
		/* The next guest gets it: this one must not reach it any more. */
		memory_give(vm, vm->base, VTL0_MEMORY_SIZE, 0);
		munmap(vm->memory, VTL0_MEMORY_SIZE);
		vm->memory = NULL;
	}
	if (vm->slot >= 0)
		close(vm->slot);
	vm->slot = -1;
}

int memory_give(struct vmm *vm, uint64_t base, uint64_t size, uint64_t rights)
{
	uint64_t address;
	int64_t status;

	for (address = base; address < base + size; address += PAGE_SIZE) {
		status = tdx_page_give(vm->vtl, address, rights);
		if (status) {
			complain("page %#" PRIx64 " cannot be given to VTL0: %s %#" PRIx64, address,
				 status < 0 ? "errno" : "status",
				 (uint64_t)(status < 0 ? -status : status));
			return status < 0 ? status : -EIO;
		}
	}
	return 0;
}
