// SPDX-License-Identifier: GPL-2.0-only
/*
 * L1's guest-physical space: SVM's nested page table.
 *
 * Owns: the table, which also records what is private, pending or shared. Memory is mapped by
 * pages of 2 MiB until a part of one changes. Portable: it compiles in user
 * space too, where an address is a pointer.
 */
#include <linux/errno.h>

#include "base/base.h"
#include "vcpu/gpa.h"

#define ENTRY_PRESENT BIT_ULL(0)
#define ENTRY_WRITE   BIT_ULL(1)
#define ENTRY_USER    BIT_ULL(2)
#define ENTRY_LARGE   BIT_ULL(7)
/* A bit that the CPU ignores: this is memory, present or not. */
#define ENTRY_MEMORY  BIT_ULL(9)
#define ENTRY_ADDRESS GENMASK_ULL(51, 12)
#define ENTRY_TABLE   (ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER)

#define ENTRIES       512
#define LEVELS        4
#define LEVEL_1G      3

/* Changes are made under the lock; the CPU, gpa_state() and gpa_shared_pages() read without it. */
static struct lock gpa_lock;
static u64 *root;
static u64 shared_pages;
static bool has_two_halves;

static u64 level_size(int level)
{
	return 1ULL << (12 + 9 * (level - 1));
}

static u64 *table_of(u64 entry)
{
	return (u64 *)(unsigned long)(entry & ENTRY_ADDRESS);
}

static u64 *entry_of(u64 *table, u64 gpa, int level)
{
	return &table[gpa >> (12 + 9 * (level - 1)) & (ENTRIES - 1)];
}

/* A large page is replaced by a table of smaller pages with the same attributes. */
static u64 *split(u64 *entry, int level)
{
	u64 *table = heap_page(), old = *entry, part;
	u32 i;

	if (!table)
		return NULL;
	part = level_size(level - 1);
	for (i = 0; old && i < ENTRIES; i++)
		table[i] = level - 1 == 1 ? (old & ~ENTRY_LARGE) + i * part : old + i * part;
	__atomic_store_n(entry, (u64)(unsigned long)table | ENTRY_TABLE, __ATOMIC_RELEASE);
	return table;
}

static bool is_leaf(u64 entry, int level)
{
	return level == 1 || !(entry & ENTRY_PRESENT) || (entry & ENTRY_LARGE);
}

/* The entry of a level; missing tables are made. NULL: out of memory. */
static u64 *walk_to(u64 gpa, int to)
{
	u64 *table = root, *entry;
	int level;

	for (level = LEVELS; level > to; level--) {
		entry = entry_of(table, gpa, level);
		table = is_leaf(*entry, level) ? split(entry, level) : table_of(*entry);
		if (!table)
			return NULL;
	}
	return entry_of(table, gpa, to);
}

/* The entry that describes an address, at whatever level it is. */
static u64 look_up(u64 gpa)
{
	u64 *table = root, entry = 0;
	int level;

	for (level = LEVELS; level; level--) {
		entry = READ_ONCE(*entry_of(table, gpa, level));
		if (is_leaf(entry, level))
			break;
		table = table_of(entry);
	}
	return entry;
}

/* At boot. Uses the largest level that fits. Stops the machine if it is out of memory. */
static void map(u64 gpa, u64 address, u64 size, u64 flags)
{
	while (size) {
		int level = LEVEL_1G;
		u64 *entry;

		while (level > 1 && ((gpa | address) % level_size(level) ||
				     size < level_size(level)))
			level--;
		entry = walk_to(gpa, level);
		if (!entry)
			stop("hypervisor: no memory for L1's page table\n");
		*entry = address | flags | ENTRY_TABLE | (level > 1 ? ENTRY_LARGE : 0);
		gpa += level_size(level);
		address += level_size(level);
		size -= level_size(level);
	}
}

void gpa_start(bool two_halves)
{
	has_two_halves = two_halves;
	shared_pages = 0;
	root = heap_pages(1);
}

void gpa_add_memory(u64 base, u64 size)
{
	map(base, base, size, ENTRY_MEMORY);
}

void gpa_add_device(u64 base, u64 size)
{
	map(has_two_halves ? base | GPA_SHARED : base, base, size, 0);
}

void gpa_add_both(u64 base, u64 size)
{
	map(base, base, size, ENTRY_MEMORY);
	if (has_two_halves)
		map(base | GPA_SHARED, base, size, 0);
}

u64 gpa_root(void)
{
	return (unsigned long)root;
}

enum gpa_state gpa_state(u64 gpa)
{
	u64 private, shared;

	if (gpa >> GPA_WIDTH)
		return GPA_NOTHING;
	private = look_up(gpa & ~GPA_SHARED);
	shared = has_two_halves ? look_up(gpa | GPA_SHARED) : 0;
	if ((private & ENTRY_MEMORY) && (private & ENTRY_PRESENT))
		return GPA_PRIVATE;
	if ((private | shared) & ENTRY_PRESENT)
		return GPA_OF_HOST;
	return private & ENTRY_MEMORY ? GPA_PENDING : GPA_NOTHING;
}

const char *gpa_state_name(enum gpa_state state)
{
	static const char * const names[] = {
		"nothing", "private memory", "private memory that it has not accepted",
		"the host's",
	};

	return names[state];
}

bool gpa_is_large(u64 gpa)
{
	const u64 wanted = ENTRY_PRESENT | ENTRY_LARGE | ENTRY_MEMORY;

	return !(gpa >> GPA_WIDTH) && (look_up(gpa & ~GPA_SHARED) & wanted) == wanted;
}

int gpa_split(u64 gpa)
{
	u64 plain = gpa & ~GPA_SHARED;
	int error = 0;

	lock_take(&gpa_lock);
	if (gpa_is_large(plain) && !walk_to(plain, 1))
		error = -ENOMEM;
	lock_drop(&gpa_lock);
	return error;
}

void *gpa_memory(u64 gpa)
{
	u64 plain = gpa & ~GPA_SHARED;

	if (gpa >> GPA_WIDTH || !(look_up(plain) & ENTRY_MEMORY))
		return NULL;
	return (void *)(unsigned long)plain;
}

void *gpa_shared_memory(u64 gpa)
{
	void *place = gpa_memory(gpa);

	if (place && has_two_halves && gpa_state(gpa) != GPA_OF_HOST)
		return NULL;
	return place;
}

void *gpa_own_memory(u64 gpa)
{
	enum gpa_state wanted = gpa_is_shared_half(gpa) ? GPA_OF_HOST : GPA_PRIVATE;

	return gpa_state(gpa) == wanted ? gpa_memory(gpa) : NULL;
}

bool gpa_is_device(u64 gpa)
{
	u64 plain = gpa & ~GPA_SHARED;

	if (gpa >> GPA_WIDTH || gpa_memory(gpa))
		return false;
	if (plain >= GPA_CHIPS && plain < GPA_CHIPS_END)
		return plain >> PAGE_SHIFT != GPA_APIC >> PAGE_SHIFT;
	return gpa_state(gpa) == GPA_OF_HOST;
}

void *gpa_device(u64 gpa)
{
	return gpa < GPA_SHARED && gpa_is_device(gpa) ? (void *)(unsigned long)gpa : NULL;
}

u64 gpa_shared_pages(void)
{
	return READ_ONCE(shared_pages);
}

static int share_page(u64 gpa, bool shared)
{
	u64 *private = walk_to(gpa, 1), *other = walk_to(gpa | GPA_SHARED, 1);
	bool was_shared;

	if (!private || !other)
		return -ENOMEM;
	if (!(*private & ENTRY_MEMORY))
		return -EINVAL;
	was_shared = *other & ENTRY_PRESENT && !(*private & ENTRY_PRESENT);
	if (shared) {
		WRITE_ONCE(*private, ENTRY_MEMORY);
		WRITE_ONCE(*other, gpa | ENTRY_TABLE);
	} else if (*other & ENTRY_PRESENT) {
		WRITE_ONCE(*other, 0);
		WRITE_ONCE(*private, ENTRY_MEMORY);
	}
	WRITE_ONCE(shared_pages, shared_pages + shared - was_shared);
	return 0;
}

int gpa_share(u64 base, u64 size, bool shared, u64 *done)
{
	int error = 0;

	*done = 0;
	if (!has_two_halves || size > GPA_SHARED || base > GPA_SHARED - size)
		return -EINVAL;
	lock_take(&gpa_lock);
	for (; *done < size; *done += PAGE_SIZE) {
		/* A walk makes tables where there are none, so check first. */
		if (!(look_up(base + *done) & ENTRY_MEMORY))
			error = -EINVAL;
		else
			error = share_page(base + *done, shared);
		if (error)
			break;
	}
	lock_drop(&gpa_lock);
	return error;
}

static enum gpa_accepted accept_page(u64 gpa)
{
	enum gpa_state state = gpa_state(gpa);
	u64 *entry;

	if (state == GPA_PRIVATE)
		return GPA_WAS_ACCEPTED;
	if (state != GPA_PENDING)
		return GPA_CANNOT_ACCEPT;
	/* It is pending, so its table exists. */
	entry = walk_to(gpa, 1);
	memset((void *)(unsigned long)gpa, 0, PAGE_SIZE);
	__atomic_store_n(entry, gpa | ENTRY_MEMORY | ENTRY_TABLE, __ATOMIC_RELEASE);
	return GPA_ACCEPTED;
}

/* All of a large page must have one state: the module has no partly accepted pages. */
static bool is_uniform(u64 base, u64 size)
{
	enum gpa_state first = gpa_state(base);
	u64 gpa;

	for (gpa = base; gpa < base + size; gpa += PAGE_SIZE) {
		if (gpa_state(gpa) != first)
			return false;
	}
	return true;
}

enum gpa_accepted gpa_accept(u64 base, u64 size)
{
	enum gpa_accepted result = GPA_WRONG_SIZE;
	u64 gpa;

	if (gpa_is_shared_half(base) || base >> GPA_WIDTH)
		return GPA_CANNOT_ACCEPT;
	lock_take(&gpa_lock);
	if (is_uniform(base, size)) {
		for (gpa = base; gpa < base + size; gpa += PAGE_SIZE)
			result = accept_page(gpa);
	}
	lock_drop(&gpa_lock);
	return result;
}
