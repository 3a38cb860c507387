// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory that a firmware would leave for L1. Owns: the page table and the segments with
 * which a CPU of L1 begins.
 */
#include "base/base.h"
#include "base/machine.h"
#include "boot/boot.h"
#include "control/call.h"

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
