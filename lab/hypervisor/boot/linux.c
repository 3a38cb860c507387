// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a firmware and a boot loader would leave for L1, a Linux kernel.
 *
 * Owns: the page table and the segments with which a CPU of L1 begins; and the fields of the boot
 * protocol. Offsets are those of the setup header in the file, which are the same in the boot
 * parameters.
 */
#include "base/base.h"
#include "base/machine.h"
#include "boot/boot.h"
#include "boot/start.h"
#include "control/call.h"

#define SECTOR            512

#define PARAMS_ACPI       0x070
#define PARAMS_MAP_COUNT  0x1e8
#define PARAMS_MAP        0x2d0

#define HEADER_BEGIN      0x1f1
#define HEADER_SETUP_SECTS 0x1f1
#define HEADER_LENGTH     0x201
#define HEADER_MAGIC      0x202
#define HEADER_VERSION    0x206
#define HEADER_LOADER     0x210
#define HEADER_FLAGS      0x211
#define HEADER_INITRD     0x218
#define HEADER_INITRD_SIZE 0x21c
#define HEADER_LINE       0x228
#define HEADER_XLOADFLAGS 0x236
#define HEADER_PREFERRED  0x258
#define HEADER_INIT_SIZE  0x260

#define MAGIC             0x53726448
#define VERSION_NEEDED    0x020c
#define KERNEL_64         BIT(0)
#define LOADER_UNKNOWN    0xff
#define FLAG_CAN_USE_HEAP 0x80
#define ENTRY_64          0x200

#define PTE_TABLE  0x003
#define PTE_LARGE  0x083
/* Linux's boot protocol requires these two: selectors 0x10 and 0x18. */
#define GDT_CODE   2
#define GDT_DATA   3
#define CODE_64    0x00af9b000000ffffULL
#define DATA       0x00cf93000000ffffULL

/* MOV RBX, MOV EAX, VMMCALL. */
static const struct {
	u8 mov_rbx[2];
	u64 magic;
	u8 mov_eax;
	u32 call;
	u8 vmmcall[3];
} __packed park_code = {
	{ 0x48, 0xbb }, CONTROL_MAGIC, 0xb8, CONTROL_PARK, { 0x0f, 0x01, 0xd9 },
};

struct firmware *firmware;

void firmware_start(void *place)
{
	u32 i;

	firmware = place;
	memset(firmware, 0, sizeof(*firmware));
	firmware->pml4[0] = machine_address(firmware->pdpt) | PTE_TABLE;
	for (i = 0; i < 4; i++)
		firmware->pdpt[i] = machine_address(firmware->pd[i]) | PTE_TABLE;
	for (i = 0; i < 4 * 512; i++)
		firmware->pd[i / 512][i % 512] = (u64)i << 21 | PTE_LARGE;
	firmware->gdt[GDT_CODE] = CODE_64;
	firmware->gdt[GDT_DATA] = DATA;
	memcpy(firmware->park, &park_code, sizeof(park_code));
}

static u16 get16(const u8 *file, u32 place)
{
	u16 value;

	memcpy(&value, file + place, sizeof(value));
	return value;
}

static u32 get32(const u8 *file, u32 place)
{
	u32 value;

	memcpy(&value, file + place, sizeof(value));
	return value;
}

static u64 get64(const u8 *file, u32 place)
{
	u64 value;

	memcpy(&value, file + place, sizeof(value));
	return value;
}

static void put32(u8 *params, u32 place, u32 value)
{
	memcpy(params + place, &value, sizeof(value));
}

static void check(const struct linux_image *image)
{
	if (image->size < 2 * SECTOR || get32(image->file, HEADER_MAGIC) != MAGIC)
		stop("hypervisor: the first module is not a bzImage\n");
	if (get16(image->file, HEADER_VERSION) < VERSION_NEEDED ||
	    !(get16(image->file, HEADER_XLOADFLAGS) & KERNEL_64))
		stop("hypervisor: the kernel has no 64-bit entry\n");
}

/* The file may overlap the kernel's load address. */
void linux_load(struct linux_image *image, u64 limit)
{
	u32 sectors = image->file[HEADER_SETUP_SECTS], room = 0;
	u64 place, setup;

	check(image);
	setup = (sectors ? sectors + 1 : 5) * SECTOR;
	place = get64(image->file, HEADER_PREFERRED);
	room = get32(image->file, HEADER_INIT_SIZE);
	if (image->size < setup || place > limit || room > limit - place)
		stop("hypervisor: the kernel needs memory up to %llx, but it ends at %llx\n",
		     place + room, limit);
	if (place < IMAGE_END)
		stop("hypervisor: the kernel is to be loaded to %llx, but needs %x or more\n",
		     place, IMAGE_END);
	print("hypervisor: a kernel of %llu bytes goes to %llx, and may use %u bytes\n",
	      image->size, place, room);
	memmove(machine_place(place), image->file + setup, image->size - setup);
	image->entry = place + ENTRY_64;
}

void linux_set_params(const u8 *header, const struct map *map, u64 initrd, u64 initrd_size,
		      u64 acpi)
{
	u8 *params = firmware->params;
	u32 end = HEADER_MAGIC + header[HEADER_LENGTH];

	memcpy(params + HEADER_BEGIN, header + HEADER_BEGIN, end - HEADER_BEGIN);
	memcpy(params + PARAMS_ACPI, &acpi, sizeof(acpi));
	params[PARAMS_MAP_COUNT] = map->count;
	memcpy(params + PARAMS_MAP, map->ranges, map->count * sizeof(*map->ranges));
	params[HEADER_LOADER] = LOADER_UNKNOWN;
	params[HEADER_FLAGS] |= FLAG_CAN_USE_HEAP;
	put32(params, HEADER_INITRD, initrd);
	put32(params, HEADER_INITRD_SIZE, initrd_size);
	memcpy(firmware->line, options.linux_line, sizeof(options.linux_line));
	put32(params, HEADER_LINE, machine_address(firmware->line));
}
