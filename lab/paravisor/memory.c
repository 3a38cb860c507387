// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The guest's memory: contiguous, at an address that is known, with the image,
 * the boot page, the report pages and page tables in it.
 *
 * Owns: where it comes from: a huge page of Linux, or a range that Linux was
 * told at boot to leave alone. An address of VTL0 is the same address of VTL2,
 * so nothing is translated.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

#define HUGE_PAGES	"/proc/sys/vm/nr_hugepages"
#define HUGE_PAGE_2MB	(21 << MAP_HUGE_SHIFT)
#define FOUR_GIB	0x100000000ULL

/* An entry of /proc/self/pagemap. */
#define PAGEMAP_PRESENT	0x8000000000000000ULL
#define PAGEMAP_FRAME	0x007fffffffffffffULL

#define ENTRIES		512
#define ENTRY_TABLE	0x003	/* present, writable */
#define ENTRY_LARGE	0x083
/* Not cached: devices lie in the last GiB. */
#define ENTRY_DEVICE	0x09b
#define DEVICES_BASE	0xc0000000ULL

static_assert(VTL0_MEMORY_SIZE == 2 << 20, "one huge page");

/* Asks the kernel for one more huge page than it has. */
static void huge_page_add(void)
{
	unsigned long count;
	FILE *file = fopen(HUGE_PAGES, "r+e");

	if (!file)
		return;
	if (fscanf(file, "%lu", &count) == 1) {
		rewind(file);
		fprintf(file, "%lu\n", count + 1);
	}
	fclose(file);
}

static void *huge_page_map(void)
{
	return mmap(NULL, VTL0_MEMORY_SIZE, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB | HUGE_PAGE_2MB | MAP_POPULATE |
		    MAP_LOCKED, -1, 0);
}

static int address_find(const void *place, uint64_t *address)
{
	uint64_t entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (pread(fd, &entry, sizeof(entry), (uintptr_t)place / PAGE_SIZE * 8) != sizeof(entry))
		entry = 0;
	close(fd);
	/* The frame is only told to who may know. */
	if (!(entry & PAGEMAP_PRESENT) || !(entry & PAGEMAP_FRAME))
		return -EPERM;
	*address = (entry & PAGEMAP_FRAME) * PAGE_SIZE;
	return *address < FOUR_GIB ? 0 : -ERANGE;
}

static int memory_take(struct vmm *vm)
{
	void *place = huge_page_map();
	int ret;

	if (place == MAP_FAILED) {
		huge_page_add();
		place = huge_page_map();
	}
	if (place == MAP_FAILED) {
		ret = -errno;
		complain("no huge page for VTL0: %s; set " HUGE_PAGES, strerror(errno));
		return ret;
	}
	ret = address_find(place, &vm->base);
	if (ret) {
		complain("no address below 4 GiB for VTL0's memory: %s; is the caller root?",
			 strerror(-ret));
		munmap(place, VTL0_MEMORY_SIZE);
		return ret;
	}
	vm->memory = place;
	return 0;
}

/* Is all of the range in one that the firmware's map calls reserved? */
static bool memory_is_reserved(uint64_t base)
{
	uint64_t first, last;
	bool found = false;
	char line[256];
	FILE *file = fopen("/proc/iomem", "re");

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64, &first, &last) != 2)
			continue;
		found = strstr(line, " : Reserved") && first <= base &&
			base + VTL0_MEMORY_SIZE - 1 <= last;
	}
	fclose(file);
	return found;
}

static int memory_map(struct vmm *vm)
{
	uint64_t base = vm->config.memory_base;
	int fd, ret = 0;
	void *place;

	if (base % VTL0_MEMORY_SIZE || base >= FOUR_GIB || !memory_is_reserved(base)) {
		complain("memory at %#" PRIx64 " is not set aside for VTL0; boot with memmap=2M$%#"
			 PRIx64, base, base);
		return -EADDRNOTAVAIL;
	}
	fd = open("/dev/mem", O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
		complain("/dev/mem: %s", strerror(errno));
		return ret;
	}
	place = mmap(NULL, VTL0_MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, base);
	if (place == MAP_FAILED) {
		ret = -errno;
		complain("/dev/mem does not map VTL0's memory: %s", strerror(errno));
	} else {
		vm->memory = place;
		vm->base = base;
	}
	close(fd);
	return ret;
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
	int ret = vm->config.memory_base ? memory_map(vm) : memory_take(vm);

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
	if (!vm->memory)
		return;
	/* Linux gets it back: VTL0 must not reach it any more. */
	memory_give(vm, vm->base, VTL0_MEMORY_SIZE, 0);
	munmap(vm->memory, VTL0_MEMORY_SIZE);
	vm->memory = NULL;
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
