// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest-physical space of each L2 VM: an SVM nested page table with pages of 4 KiB and
 * 2 MiB.
 *
 * Owns: the tables and their lock. Must not know: who asks for an alias, or the registers
 * of a TDCALL. A table has the format of the kernel's own: 4 or 5 levels, as CR4.LA57
 * says. An address of L2 is the same address of L1. The attributes are stored in bits that
 * the CPU ignores.
 */
#include <linux/errno.h>
#include <linux/types.h>

#include <asm/processor-flags.h>

#include "base/base.h"
#include "base/machine.h"
#include "tdx/l2/l2.h"

#define ENTRY_PRESENT    BIT_ULL(0)
#define ENTRY_WRITE      BIT_ULL(1)
#define ENTRY_USER       BIT_ULL(2)
#define ENTRY_LARGE      BIT_ULL(7)
#define ENTRY_NX         BIT_ULL(63)
#define ENTRY_ADDRESS    GENMASK_ULL(51, 12)
/* A bit that the CPU ignores: memory of L1, not a device. */
#define ENTRY_RAM        BIT_ULL(9)
#define ENTRY_ATTRIBUTES 52
#define ENTRY_TABLE      (ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER)

#define ENTRIES 512
/* Levels of the table start at 1, those of the module at 0. */
#define LEVEL_LARGE (1 + NPT_LEVEL_2M)

/* By VM; that of VM 1 is the first. */
static u64 *roots[TDX_L2_VMS_MAX];
static int levels;
static struct lock npt_lock;

static u64 *root_of(unsigned int vm)
{
	return roots[vm - 1];
}

static u64 *table_of(u64 entry)
{
	return machine_place(entry & ENTRY_ADDRESS);
}

static u64 *entry_of(u64 *table, u64 gpa, int level)
{
	return &table[gpa >> (12 + 9 * (level - 1)) & (ENTRIES - 1)];
}

static bool is_table(u64 entry)
{
	return (entry & ENTRY_PRESENT) && !(entry & ENTRY_LARGE);
}

/* The leaf that holds an address, or 0. */
static u64 look_up(unsigned int vm, u64 gpa)
{
	u64 *table = root_of(vm), entry = 0;
	int level;

	for (level = levels; level; level--) {
		entry = READ_ONCE(*entry_of(table, gpa, level));
		if (level == 1 || !is_table(entry))
			break;
		table = table_of(entry);
	}
	return entry & ENTRY_PRESENT ? entry : 0;
}

/* An empty table, or a table of small pages that replaces a large page. */
static u64 *make_table(u64 *entry)
{
	u64 *table = heap_page(), old = *entry;
	int i;

	if (!table)
		return NULL;
	for (i = 0; (old & ENTRY_PRESENT) && i < ENTRIES; i++)
		table[i] = (old & ~ENTRY_LARGE) + i * PAGE_SIZE;
	/* A concurrent look-up finds the old or the new entry. */
	__atomic_store_n(entry, machine_address(table) | ENTRY_TABLE, __ATOMIC_RELEASE);
	return table;
}

/* The entry of a level; missing tables are made. NULL: out of memory. The lock is held. */
static u64 *walk_to(unsigned int vm, u64 gpa, int to)
{
	u64 *table = root_of(vm), *entry;
	int level;

	for (level = levels; level > to; level--) {
		entry = entry_of(table, gpa, level);
		table = is_table(*entry) ? table_of(*entry) : make_table(entry);
		if (!table)
			return NULL;
	}
	return entry_of(table, gpa, to);
}

/*
 * L2 can access only memory of L1 and devices: other addresses may be the hypervisor's own. All
 * accesses of L2 are user accesses for this table. QEMU aborts if an instruction crosses into a
 * page of a device, so devices cannot be executed.
 */
static u64 make_leaf(u64 gpa, int level, u16 attributes, bool is_ram)
{
	u64 leaf = (gpa & ENTRY_ADDRESS) | (u64)attributes << ENTRY_ATTRIBUTES;

	if (level == LEVEL_LARGE)
		leaf |= ENTRY_LARGE;
	if (!(attributes & PAGE_ATTR_R))
		return 0;
	leaf |= ENTRY_PRESENT;
	if (attributes & PAGE_ATTR_W)
		leaf |= ENTRY_WRITE;
	if (!is_ram || !(attributes & (PAGE_ATTR_X | PAGE_ATTR_X_USER)))
		leaf |= ENTRY_NX;
	if (is_ram)
		leaf |= ENTRY_RAM;
	if (is_ram || ram_is_device(gpa))
		leaf |= ENTRY_USER;
	return leaf;
}

/**
 * npt_get() - find the attributes of a page
 * @vm:  which VM: 1 to TDX_L2_VMS_MAX
 * @gpa: private
 *
 * Takes no lock: tables are freed only while no L2 runs.
 *
 * Return: PAGE_ATTR_*, or 0 without an alias.
 */
u16 npt_get(unsigned int vm, u64 gpa)
{
	return look_up(vm, gpa) >> ENTRY_ATTRIBUTES & PAGE_ATTR_ALL;
}

/**
 * npt_memory() - find a page that L2 can access
 * @vm:  which VM
 * @gpa: private
 *
 * Takes no lock, so it can be called while L2 runs.
 *
 * Return: its address in the hypervisor; NULL: there is no alias, or it is not memory.
 */
const void *npt_memory(unsigned int vm, u64 gpa)
{
	return look_up(vm, gpa) & ENTRY_RAM ? ram_mapped(gpa) : NULL;
}

/* The lock is held, so that npt_drop() sees the alias of a page that is being shared. */
static int set_leaf(unsigned int vm, u64 gpa, int level, u16 attributes)
{
	bool is_ram = attributes && ram_is_memory(gpa);
	u64 *entry;

	/* Without an alias, no table is needed. */
	if (!attributes && !look_up(vm, gpa) && level == 1)
		return 0;
	entry = walk_to(vm, gpa, level);
	if (!entry)
		return -ENOMEM;
	if (level > 1 && is_table(*entry))
		return -EEXIST;
	/* Another CPU may have shared a part of it since the level was checked. */
	if (level > 1 && attributes && !ram_is_large(gpa))
		return -EEXIST;
	WRITE_ONCE(*entry, make_leaf(gpa, level, attributes, is_ram));
	return 0;
}

/**
 * npt_set() - make, change or remove the alias of a page
 * @vm:         which VM
 * @gpa:        private, at a boundary of the page
 * @level:      0: of 4 KiB, NPT_LEVEL_2M: of 2 MiB; all of it is memory of L1, or none is
 * @attributes: PAGE_ATTR_*, with R unless there are none
 *
 * A large page is split if a part of it changes.
 * Context: any but NMI; outside of GIF 0.
 * Return: 0; -ENOMEM; -EEXIST: the large page has been split.
 */
int npt_set(unsigned int vm, u64 gpa, int level, u16 attributes)
{
	int error;

	lock_take(&npt_lock);
	error = set_leaf(vm, gpa, level + 1, attributes);
	lock_drop(&npt_lock);
	return error;
}

static u64 level_size(int level)
{
	return 1ULL << (12 + 9 * (level - 1));
}

/*
 * Clear the part of one entry that is within a range. A large page is split if only a part of it
 * is; if there is no memory for that, all of it is cleared. Lock held. Return: the address at
 * which the next entry begins.
 */
static u64 drop_at(unsigned int vm, u64 gpa, u64 end)
{
	u64 *table = root_of(vm), *entry, next;
	int level;

	for (level = levels;; level--) {
		entry = entry_of(table, gpa, level);
		next = (gpa & ~(level_size(level) - 1)) + level_size(level);
		if (!(*entry & ENTRY_PRESENT))
			return next;
		if (is_table(*entry) && level > 1) {
			table = table_of(*entry);
			continue;
		}
		if (level > 1 && (gpa % level_size(level) || next > end)) {
			table = make_table(entry);
			if (table)
				continue;
		}
		WRITE_ONCE(*entry, 0);
		return next;
	}
}

/**
 * npt_drop() - remove the aliases of some pages in all VMs
 * @base: private, at a page's boundary
 * @size: whole pages
 *
 * L1 does not have these pages any more. The caller must make all CPUs leave guest mode.
 * Context: as npt_set().
 */
void npt_drop(u64 base, u64 size)
{
	unsigned int vm;
	u64 gpa;

	lock_take(&npt_lock);
	for (vm = 1; vm <= TDX_L2_VMS_MAX; vm++)
		for (gpa = base; gpa < base + size;)
			gpa = drop_at(vm, gpa, base + size);
	lock_drop(&npt_lock);
}

/**
 * npt_refresh() - adapt the aliases of pages whose state has changed
 * @base: private, at a page's boundary
 * @size: whole pages
 *
 * A page that L1 has accepted becomes accessible through its existing aliases.
 * Context: as npt_set().
 */
void npt_refresh(u64 base, u64 size)
{
	unsigned int vm;
	u16 attributes;
	u64 gpa;

	for (vm = 1; vm <= TDX_L2_VMS_MAX; vm++) {
		for (gpa = base; gpa < base + size; gpa += PAGE_SIZE) {
			attributes = npt_get(vm, gpa);
			if (attributes)
				npt_set(vm, gpa, 0, attributes);
		}
	}
}

/**
 * npt_root() - where the CPU finds the table
 * @vm: which VM
 *
 * Return: the physical address of the root.
 */
u64 npt_root(unsigned int vm)
{
	return machine_address(root_of(vm));
}

/* Not recursive: there are at most four levels below the root. */
static void free_below(u64 *table, int level)
{
	u64 *stack[5] = { };
	int index[5] = { };
	int depth = 0;

	stack[0] = table;
	while (depth >= 0) {
		u64 entry;

		if (level - depth == 1 || index[depth] == ENTRIES) {
			if (depth)
				heap_page_free(stack[depth]);
			depth--;
			continue;
		}
		entry = stack[depth][index[depth]++];
		if (is_table(entry)) {
			stack[++depth] = table_of(entry);
			index[depth] = 0;
		}
	}
}

/**
 * npt_clear() - remove all aliases of all VMs
 *
 * Context: no L2 runs, no call is under way.
 */
void npt_clear(void)
{
	unsigned int i;

	for (i = 0; i < TDX_L2_VMS_MAX; i++) {
		free_below(roots[i], levels);
		memset(roots[i], 0, PAGE_SIZE);
	}
}

/**
 * npt_create() - make an empty table for each VM
 *
 * Return: 0, or -ENOMEM.
 */
int npt_create(void)
{
	unsigned int i;

	levels = machine_cr4() & X86_CR4_LA57 ? 5 : 4;
	for (i = 0; i < TDX_L2_VMS_MAX; i++) {
		roots[i] = heap_page();
		if (!roots[i])
			return -ENOMEM;
	}
	return 0;
}
