// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Memory for VTL0: where it is, mapping it, and giving it.
 *
 * Owns: the ranges that Linux was told at boot to leave alone (memmap=SIZE$BASE), as a
 * paravisor's kernel is. An address of VTL0 is the same address of VTL2, so nothing is
 * translated.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

#define LINE_MAX_LENGTH	4096

/* Parses one word of the command line. Return: false if it reserves no range. */
static bool range_parse(const char *word, struct range *range)
{
	char unit = 0;

	if (sscanf(word, "memmap=%" SCNu64 "%c$%" SCNx64, &range->size, &unit, &range->base) != 3)
		return false;
	if (unit == 'K')
		range->size <<= 10;
	else if (unit == 'M')
		range->size <<= 20;
	else if (unit == 'G')
		range->size <<= 30;
	else
		return false;
	return true;
}

bool memory_range_find(uint64_t first, uint64_t last, struct range *range)
{
	char line[LINE_MAX_LENGTH] = "";
	FILE *file = fopen("/proc/cmdline", "re");
	char *word, *rest = NULL;
	struct range found;

	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);

	range->size = 0;
	for (word = strtok_r(line, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest)) {
		if (range_parse(word, &found) && found.base >= first &&
		    found.base + found.size - 1 <= last && found.size > range->size)
			*range = found;
	}
	return range->size;
}

void *memory_map(uint64_t base, uint64_t size)
{
	int fd = open("/dev/mshv_vtl_low", O_RDWR | O_CLOEXEC);
	void *place;

	if (fd < 0) {
		complain("/dev/mshv_vtl_low: %s", strerror(errno));
		return NULL;
	}
	place = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, base);
	close(fd);
	if (place == MAP_FAILED) {
		complain("VTL0's memory at %#" PRIx64 " cannot be mapped: %s", base,
			 strerror(errno));
		return NULL;
	}
	return place;
}

static int give_failed(uint64_t address, int64_t status)
{
	complain("page %#" PRIx64 " cannot be given to VTL0: %s %#" PRIx64, address,
		 status < 0 ? "errno" : "status", (uint64_t)(status < 0 ? -status : status));
	return status < 0 ? status : -EIO;
}

/*
 * Gives a page of 2 MiB if the TDX module also maps it by one, otherwise a page of 4 KiB. Return:
 * as tdx_page_give().
 */
static int64_t page_give(struct vmm *vm, uint64_t address, uint64_t left, uint64_t rights,
			 uint64_t *given)
{
	int64_t status;

	*given = TDX_LARGE_PAGE_SIZE;
	if (address % TDX_LARGE_PAGE_SIZE == 0 && left >= TDX_LARGE_PAGE_SIZE) {
		status = tdx_page_give(vm->vtl, address | TDX_LARGE_PAGE, rights);
		if (status != TDX_PAGE_SIZE_MISMATCH)
			return status;
	}
	*given = PAGE_SIZE;
	return tdx_page_give(vm->vtl, address, rights);
}

int memory_give(struct vmm *vm, uint64_t base, uint64_t size, uint64_t rights)
{
	uint64_t address, given;
	int64_t status;

	for (address = base; address < base + size; address += given) {
		status = page_give(vm, address, base + size - address, rights, &given);
		if (status)
			return give_failed(address, status);
	}
	return 0;
}
