// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests of the test kernel. Owns: their pages, and the fields that they need.
 */
#include "bare.h"
#include "base/base.h"

#define L2_MEMORY   (ARENA + ARENA_BYTES / 2)
#define PAGES_OF_VM 16
#define PAGE_CODE   0
#define PAGE_BUFFER 1
#define PAGE_VAPIC  2
#define PAGE_TABLES 4

#define PTE_TABLE   0x007
#define PTE_1G      0x087

/* VM 1: class 0x24, or 0x25; VM 2: 8 more. Of management fields, the code is 1 more. */
#define CLASS_DISTANCE    (8ULL << 56)
#define CLASS_MANAGEMENT  0x20
#define CLASS_OF(id)      ((id) >> 56 & 0x3f)

/* Bits of one VM in a page's attributes. */
#define ATTR_SHIFT  16
#define ATTR_RWX    0x8007ULL
#define ATTR_ALL    0x7ULL

u64 l2_page(u32 vm, u32 number)
{
	return L2_MEMORY + (vm * PAGES_OF_VM + number) * PAGE_SIZE;
}

struct l2_buffer *l2_buffer(u32 vm)
{
	return (struct l2_buffer *)l2_page(vm, PAGE_BUFFER);
}

u64 field_of(u32 vm, u64 id)
{
	return id + (vm - 1) * (CLASS_OF(id) == CLASS_MANAGEMENT ? 1 : CLASS_DISTANCE);
}

u64 field_get(u64 id)
{
	u64 regs[REGS] = { [RAX] = TDG_VP_RD, [RDX] = id };

	CHECK(tdcall(regs), 0);
	return regs[R8];
}

void field_set_masked(u64 id, u64 value, u64 mask)
{
	u64 regs[REGS] = { [RAX] = TDG_VP_WR, [RDX] = id, [R8] = value, [R9] = mask };

	CHECK(tdcall(regs), 0);
}

void field_set(u64 id, u64 value)
{
	field_set_masked(id, value, ~0ULL);
}

u64 l2_map(u32 vm, u64 gpa)
{
	u64 regs[REGS] = {
		[RAX] = TDG_ATTR_WR, [RCX] = gpa, [RDX] = ATTR_RWX << ATTR_SHIFT * vm,
		[R8] = ATTR_ALL << ATTR_SHIFT * vm,
	};

	return tdcall(regs);
}

static u64 write_masked(u32 vm, u32 code, u64 value, u64 mask)
{
	u64 regs[REGS] = {
		[RAX] = TDG_VP_WR, [RDX] = field_of(vm, FIELD(code)), [R8] = value, [R9] = mask,
	};

	return tdcall(regs);
}

/* An identity mapping, by pages of 1 GiB. */
static void make_tables(u64 *pml4, u64 *pdpt)
{
	u32 i;

	for (i = 0; i < 512; i++)
		pdpt[i] = (u64)i << 30 | PTE_1G;
	memset(pml4, 0, PAGE_SIZE);
	pml4[0] = (u64)pdpt | PTE_TABLE;
}

u64 l2_set_modes(u32 vm, u64 tables)
{
	u64 status = 0;

	make_tables((u64 *)tables, (u64 *)(tables + PAGE_SIZE));
	status |= l2_map(vm, tables);
	status |= l2_map(vm, tables + PAGE_SIZE);
	status |= write_masked(vm, 0x6802, tables, ~0ULL);
	status |= write_masked(vm, 0x6804, 0x620, 0x6a0);
	status |= write_masked(vm, 0x6800, 0x80000033, 0x8000001f);
	status |= write_masked(vm, 0x2806, 0x501, 0x501);
	status |= write_masked(vm, 0x4012, 0x200, 0x200);
	status |= write_masked(vm, 0x4816, 0xa09b, ~0ULL);
	return status;
}

void l2_make(u32 vm, const void *code, u32 length)
{
	struct l2_buffer *buffer = l2_buffer(vm);
	u64 vapic = l2_page(vm, PAGE_VAPIC);

	memset((void *)l2_page(vm, PAGE_CODE), 0xf4, PAGE_SIZE);
	memcpy((void *)l2_page(vm, PAGE_CODE), code, length);
	memset(buffer, 0, sizeof(*buffer));
	memset((void *)vapic, 0, PAGE_SIZE);
	buffer->rip = l2_page(vm, PAGE_CODE);
	buffer->rflags = 2;
	CHECK(l2_map(vm, l2_page(vm, PAGE_CODE)), 0);
	CHECK(l2_set_modes(vm, l2_page(vm, PAGE_TABLES)), 0);
	field_set(field_of(vm, FIELD_VAPIC), vapic);
	field_set(field_of(vm, FIELD_DEADLINE), ~0ULL);
}

u64 l2_enter(u32 vm, u64 *regs)
{
	memset(regs, 0, REGS * sizeof(*regs));
	regs[RAX] = TDG_VP_ENTER;
	regs[RCX] = (u64)vm << 52;
	regs[RDX] = (u64)l2_buffer(vm);
	return tdcall(regs);
}
