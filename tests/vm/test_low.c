// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * /dev/mshv_vtl_low: VTL0's memory, as OpenHCL's VMM maps it (openvmm,
 * openhcl/hcl/src/ioctl.rs: MshvVtlLow; underhill_mem/src/mapping.rs: build()).
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../harness/lab.h"

#define NODE		"/dev/mshv_vtl_low"
#define PAGE		4096UL
#define BLOCK		(2UL << 20)
/* This is the default reservation of lab/vm/run. */
#define BASE		0x10000000UL
#define SIZE		(32UL << 20)

/* Returns the mapping, or NULL with errno set. */
static uint8_t *low_map(int flags, int protection, uint64_t address, size_t size)
{
	int fd = must_open(NODE, flags);
	void *place = mmap(NULL, size, protection, MAP_SHARED, fd, address);

	close(fd);
	return place == MAP_FAILED ? NULL : place;
}

static uint8_t *memory_map(uint64_t address, size_t size)
{
	uint8_t *place = low_map(O_RDWR, PROT_READ | PROT_WRITE, address, size);

	check(place, "mapping of %#" PRIx64 ": %s", address, strerror(errno));
	return place;
}

static void is_refused(uint64_t address, size_t size)
{
	assert_null(low_map(O_RDWR, PROT_READ | PROT_WRITE, address, size));
	assert_int_equal(errno, EINVAL);
	assert_null(low_map(O_RDWR, PROT_READ, address, size));
	assert_int_equal(errno, EINVAL);
}

static void only_root_may_open_the_node(void **state)
{
	node_check_root_only(NODE);
}

/* mshv_vtl_low_open() of OHCL's driver. */
static void opening_the_node_needs_the_capability(void **state)
{
	pid_t child = child_fork(NULL);

	if (!child) {
		capability_drop();
		_exit(open(NODE, O_RDWR) >= 0 || errno != EPERM);
	}
	assert_int_equal(child_status(child), 0);
}

static void an_offset_is_an_address_of_vtl0(void **state)
{
	uint8_t *one = memory_map(BASE, SIZE), *other = memory_map(BASE + SIZE - PAGE, PAGE);

	one[SIZE - PAGE] = 0x5a;
	assert_int_equal(other[0], 0x5a);
	other[7] = 0xa5;
	assert_int_equal(one[SIZE - PAGE + 7], 0xa5);
	munmap(one, SIZE);
	munmap(other, PAGE);
	/* The data belongs to VTL0's memory, and not to one mapping. */
	other = memory_map(BASE + SIZE - PAGE, PAGE);
	assert_int_equal(other[7], 0xa5);
	munmap(other, PAGE);
}

/*
 * The bit is SHARED_MEMORY_FLAG in ioctl.rs. Where memory is not encrypted, the bit selects the
 * same memory. In a trust domain, private memory has no shared alias.
 */
static void the_highest_bit_of_the_offset_is_not_part_of_the_address(void **state)
{
	uint8_t *private = memory_map(BASE, BLOCK);
	uint8_t *shared = memory_map(BASE | MSHV_VTL_LOW_SHARED, BLOCK);

	assert_int_equal(MSHV_VTL_LOW_SHARED, 1ULL << 63);
	private[PAGE] = 0x77;
	if (is_trust_domain())
		assert_true(read_is_fatal(&shared[PAGE]));
	else
		assert_int_equal(shared[PAGE], 0x77);
	munmap(private, BLOCK);
	munmap(shared, BLOCK);
	is_refused(0x100000 | MSHV_VTL_LOW_SHARED, PAGE);
}

/* OHCL's PR 141: a private mapping of a file for reading could be written. */
static void a_private_mapping_is_refused(void **state)
{
	int fd = must_open(NODE, O_RDWR), reader = must_open(NODE, O_RDONLY);

	assert_ptr_equal(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, BASE),
			 MAP_FAILED);
	assert_int_equal(errno, EINVAL);
	assert_ptr_equal(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, reader, BASE), MAP_FAILED);
	assert_int_equal(errno, EINVAL);
	close(reader);
	close(fd);
}

static void a_file_for_reading_makes_no_writable_mapping(void **state)
{
	uint8_t *place;

	assert_null(low_map(O_RDONLY, PROT_READ | PROT_WRITE, BASE, PAGE));
	assert_int_equal(errno, EACCES);
	place = low_map(O_RDONLY, PROT_READ, BASE, PAGE);
	assert_non_null(place);
	(void)*(volatile uint8_t *)place;
	assert_errno(mprotect(place, PAGE, PROT_READ | PROT_WRITE), EACCES);
	munmap(place, PAGE);
}

/* Maps all of it, its first page, its last, and one of its pages together with others. */
static void ram_is_refused(uint64_t first, uint64_t last)
{
	is_refused(first, last - first + 1);
	is_refused(first, PAGE);
	is_refused(last & ~(PAGE - 1), PAGE);
	is_refused(last & ~(PAGE - 1), 4 * PAGE);
	if (first >= PAGE)
		is_refused(first - PAGE, 2 * PAGE);
}

/*
 * The list is the kernel's own list of memory; a region may begin within a page. The lab calls
 * some memory ACPI's, as firmware does with what the kernel reads later (e820_type_to_string()
 * in arch/x86/kernel/e820.c).
 */
static void memory_of_the_kernel_is_refused(void **state)
{
	FILE *file = fopen("/proc/iomem", "re");
	uint64_t first, last;
	unsigned int ranges = 0, acpi = 0;
	char line[256];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if ((!strstr(line, ": System RAM") && !strstr(line, ": ACPI ")) ||
		    sscanf(line, "%" SCNx64 "-%" SCNx64, &first, &last) != 2)
			continue;
		assert_true(last);
		ram_is_refused(first & ~(PAGE - 1), last);
		ranges++;
		acpi += !!strstr(line, ": ACPI ");
	}
	fclose(file);
	assert_true(acpi && ranges - acpi >= 2);
	is_refused(BASE - PAGE, 2 * PAGE);
	is_refused(BASE, SIZE + PAGE);
}

static unsigned int address_bits(void)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	unsigned int bits = 0;
	char line[4096];

	assert_non_null(file);
	while (!bits && fgets(line, sizeof(line), file))
		sscanf(line, "address sizes : %u bits physical", &bits);
	fclose(file);
	assert_true(bits);
	return bits;
}

/* Such an address does not fit into a page table entry, or the CPU does not support it. */
static void an_address_beyond_the_cpus_is_refused(void **state)
{
	unsigned int bit;

	for (bit = address_bits(); bit < 63; bit++) {
		is_refused(1ULL << bit, PAGE);
		is_refused(1ULL << bit | BASE, PAGE);
		is_refused(1ULL << bit | 0x100000, PAGE);
		is_refused((1ULL << bit) - PAGE, 2 * PAGE);
	}
}

/*
 * OHCL's PR 141: VTL0's pages have no struct page, so a call that pins pages must fail on
 * them. A call that only copies data must work.
 */
/* Neither another task nor a pipe gets a reference to a page of this mapping. */
static void pages_are_not_pinned(uint8_t *place)
{
	uint8_t copy[16] = { 0 };
	struct iovec from = { place, sizeof(copy) }, to = { copy, sizeof(copy) };
	int pipes[2];

	memset(place, 0x3c, sizeof(copy));
	assert_errno(process_vm_readv(getpid(), &to, 1, &from, 1, 0), EFAULT);

	assert_int_equal(pipe(pipes), 0);
	assert_errno(vmsplice(pipes[1], &from, 1, 0), EFAULT);
	assert_int_equal(write(pipes[1], place, sizeof(copy)), sizeof(copy));
	assert_int_equal(read(pipes[0], copy, sizeof(copy)), sizeof(copy));
	assert_memory_equal(copy, place, sizeof(copy));
	close(pipes[0]);
	close(pipes[1]);
}

static void its_pages_cannot_be_pinned(void **state)
{
	uint8_t *place = memory_map(BASE, BLOCK);

	pages_are_not_pinned(place);
	munmap(place, BLOCK);
}

static unsigned long page_table_kb(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	unsigned long kb = 0;
	char line[256];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		sscanf(line, "VmPTE: %lu", &kb);
	fclose(file);
	assert_true(kb);
	return kb;
}

/* Maps the whole range at an address with offset @offset in a block of 2 MiB. */
static uint8_t *map_at_offset(size_t offset)
{
	int fd = must_open(NODE, O_RDWR);
	uint8_t *place = mmap(NULL, SIZE + 2 * BLOCK, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			      0);
	uint8_t *aligned;

	assert_ptr_not_equal(place, MAP_FAILED);
	munmap(place, SIZE + 2 * BLOCK);
	aligned = (uint8_t *)(((uintptr_t)place + BLOCK - 1) & ~(BLOCK - 1)) + offset;
	place = mmap(aligned, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, fd,
		     BASE);
	assert_ptr_equal(place, aligned);
	close(fd);
	return place;
}

static void touch_all(uint8_t *place)
{
	size_t at;

	for (at = 0; at < SIZE; at += PAGE)
		place[at] = at / PAGE;
}

static void all_are_touched(uint8_t *place)
{
	size_t at;

	for (at = 0; at < SIZE; at += PAGE)
		assert_int_equal(place[at], (uint8_t)(at / PAGE));
}

static bool kernel_has_blocks(void)
{
	struct utsname name;
	unsigned int major, minor;

	assert_int_equal(uname(&name), 0);
	assert_int_equal(sscanf(name.release, "%u.%u", &major, &minor), 2);
	return major > 6 || (major == 6 && minor >= 12);
}

/*
 * OHCL's PR 159: one table of 4 KiB for each 2 MiB of VTL0 would need tens of MiB. A new page
 * directory and the table above it are allowed.
 */
static void aligned_memory_takes_no_page_tables(void **state)
{
	unsigned long before = page_table_kb(), tables = SIZE / BLOCK * (PAGE / 1024), grown;
	uint8_t *place = map_at_offset(0);

	touch_all(place);
	grown = page_table_kb() - before;
	if (kernel_has_blocks())
		assert_in_range(grown, 0, 3 * PAGE / 1024);
	else
		assert_in_range(grown, tables, tables + 3 * PAGE / 1024);
	all_are_touched(place);
	munmap(place, SIZE);
}

static void unaligned_memory_is_mapped_page_by_page(void **state)
{
	uint8_t *place = map_at_offset(PAGE), *other = memory_map(BASE, SIZE);

	touch_all(place);
	all_are_touched(other);
	munmap(place, SIZE);
	munmap(other, SIZE);
}

static void a_hole_in_a_block_leaves_the_rest(void **state)
{
	uint8_t *place = map_at_offset(0);

	touch_all(place);
	assert_int_equal(munmap(place + BLOCK + 5 * PAGE, PAGE), 0);
	assert_int_equal(place[BLOCK + 4 * PAGE], (uint8_t)(BLOCK / PAGE + 4));
	assert_int_equal(place[BLOCK + 6 * PAGE], (uint8_t)(BLOCK / PAGE + 6));
	assert_int_equal(mprotect(place + 2 * BLOCK + PAGE, PAGE, PROT_READ), 0);
	assert_int_equal(place[2 * BLOCK + PAGE], 1);
	place[2 * BLOCK] = 0x99;
	assert_int_equal(place[2 * BLOCK], 0x99);
	munmap(place, SIZE);
}

static void a_mapping_does_not_grow(void **state)
{
	uint8_t *place = memory_map(BASE, SIZE - PAGE);

	assert_ptr_equal(mremap(place, SIZE - PAGE, SIZE, MREMAP_MAYMOVE), MAP_FAILED);
	assert_int_equal(errno, EFAULT);
	munmap(place, SIZE - PAGE);
}

static void a_child_has_the_same_memory(void **state)
{
	uint8_t *place = map_at_offset(0);
	pid_t child;

	place[PAGE] = 0x11;
	child = child_fork(NULL);
	if (!child) {
		place[3 * PAGE] = place[PAGE] + 1;
		_exit(0);
	}
	assert_int_equal(child_status(child), 0);
	assert_int_equal(place[3 * PAGE], 0x12);
	munmap(place, SIZE);
}

/* add_vtl0_memory() in OpenHCL's ioctl.rs; the end in hcl_pfn_range_t is exclusive. */
static int memory_add(uint64_t start_pfn, uint64_t end_pfn)
{
	const struct mshv_vtl0_memory args = { .start_pfn = start_pfn, .end_pfn = end_pfn };
	int vtl = vtl_open(), ret = ioctl(vtl, MSHV_ADD_VTL0_MEMORY, &args) ? -errno : 0;

	close(vtl);
	return ret;
}

#define FRAME(address)	((address) / PAGE)
#define ADDED		(4 * BLOCK)

static void added_memory_is_mapped_by_the_kernel(void **state)
{
	uint8_t *place = memory_map(BASE, SIZE);
	unsigned long before;

	place[0] = 0x41;
	place[ADDED - 1] = 0x42;
	before = direct_map_size();
	assert_int_equal(memory_add(FRAME(BASE), FRAME(BASE + ADDED)), 0);
	assert_int_equal(direct_map_size() - before, ADDED / 1024);
	/* The kernel did not write to the memory, which can still be mapped. */
	assert_int_equal(place[0], 0x41);
	munmap(place, SIZE);
	place = memory_map(BASE, SIZE);
	assert_int_equal(place[ADDED - 1], 0x42);
	place[ADDED - 1] = 0x43;
	pages_are_not_pinned(place);
	munmap(place, SIZE);
}

/* A VMM that is started again registers all of its memory again. */
static void memory_is_added_once(void **state)
{
	unsigned long before;

	assert_int_equal(memory_add(FRAME(BASE), FRAME(BASE + ADDED)), 0);
	before = direct_map_size();
	assert_int_equal(memory_add(FRAME(BASE), FRAME(BASE + ADDED)), 0);
	assert_int_equal(memory_add(FRAME(BASE + BLOCK), FRAME(BASE + ADDED)), 0);
	/* Where memory is not encrypted, the shared address selects the same memory. */
	assert_int_equal(memory_add(FRAME(BASE) | FRAME(MSHV_VTL_LOW_SHARED),
				    FRAME(BASE + BLOCK)), is_trust_domain() ? -EOPNOTSUPP : 0);
	assert_int_equal(memory_add(FRAME(BASE + BLOCK), FRAME(BASE + ADDED + BLOCK)), -EEXIST);
	assert_int_equal(memory_add(FRAME(BASE), FRAME(BASE + SIZE)), -EEXIST);
	assert_int_equal(direct_map_size(), before);
	/* Two adjacent ranges that were added are treated as one. */
	assert_int_equal(memory_add(FRAME(BASE + ADDED), FRAME(BASE + ADDED + BLOCK)), 0);
	assert_int_equal(memory_add(FRAME(BASE), FRAME(BASE + ADDED + BLOCK)), 0);
	assert_int_equal(direct_map_size() - before, BLOCK / 1024);
}

static void only_memory_of_vtl0_is_added(void **state)
{
	static const uint64_t ranges[][2] = {
		{ 0, 0 },
		{ FRAME(BASE + BLOCK), FRAME(BASE) },
		/* A range of the kernel's RAM, and ranges that belong to the kernel in part. */
		{ FRAME(8 * BLOCK), FRAME(9 * BLOCK) },
		{ FRAME(BASE - BLOCK), FRAME(BASE + BLOCK) },
		{ FRAME(BASE), FRAME(BASE + SIZE + BLOCK) },
		/* These ranges are not aligned to whole blocks. */
		{ FRAME(BASE + SIZE - BLOCK), FRAME(BASE + SIZE - PAGE) },
		{ FRAME(BASE + SIZE - BLOCK + PAGE), FRAME(BASE + SIZE) },
		/* The CPU has no such address. */
		{ FRAME(1UL << 52), FRAME((1UL << 52) + BLOCK) },
		{ FRAME(0UL - BLOCK), FRAME(0UL - BLOCK) + FRAME(BLOCK) },
		{ 0UL - FRAME(BLOCK), 0 },
		{ FRAME(BASE), 0UL - FRAME(BLOCK) },
		{ FRAME(BASE) | 1UL << 50, FRAME(BASE + BLOCK) | 1UL << 50 },
	};
	unsigned long before = direct_map_size();
	int mark = kernel_log_mark(), vtl;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++)
		check(memory_add(ranges[i][0], ranges[i][1]) == -EINVAL, "range %zu", i);
	vtl = vtl_open();
	assert_errno(ioctl(vtl, MSHV_ADD_VTL0_MEMORY, 8), EFAULT);
	close(vtl);
	assert_int_equal(direct_map_size(), before);
	assert_int_equal(kernel_log_count(mark, "WARNING"), 0);
}

static void adding_memory_needs_the_capability(void **state)
{
	pid_t child;

	child = child_fork(NULL);
	if (!child) {
		capability_drop();
		_exit(memory_add(FRAME(BASE), FRAME(BASE + BLOCK)) != -EPERM);
	}
	assert_int_equal(child_status(child), 0);
}

static void the_node_has_no_ioctls(void **state)
{
	int fd = must_open(NODE, O_RDWR);
	unsigned int number;
	char byte = 0;

	for (number = 0; number < 256; number++)
		assert_errno(ioctl(fd, _IOWR(MSHV_IOCTL, number, char[16]), 0), ENOTTY);
	assert_int_equal(read(fd, &byte, 1), -1);
	assert_int_equal(write(fd, &byte, 1), -1);
	close(fd);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(only_root_may_open_the_node),
	cmocka_unit_test(opening_the_node_needs_the_capability),
	cmocka_unit_test(an_offset_is_an_address_of_vtl0),
	cmocka_unit_test(the_highest_bit_of_the_offset_is_not_part_of_the_address),
	cmocka_unit_test(a_private_mapping_is_refused),
	cmocka_unit_test(a_file_for_reading_makes_no_writable_mapping),
	cmocka_unit_test(memory_of_the_kernel_is_refused),
	cmocka_unit_test(an_address_beyond_the_cpus_is_refused),
	cmocka_unit_test(its_pages_cannot_be_pinned),
	cmocka_unit_test(aligned_memory_takes_no_page_tables),
	cmocka_unit_test(unaligned_memory_is_mapped_page_by_page),
	cmocka_unit_test(a_hole_in_a_block_leaves_the_rest),
	cmocka_unit_test(a_mapping_does_not_grow),
	cmocka_unit_test(a_child_has_the_same_memory),
	cmocka_unit_test(added_memory_is_mapped_by_the_kernel),
	cmocka_unit_test(memory_is_added_once),
	cmocka_unit_test(only_memory_of_vtl0_is_added),
	cmocka_unit_test(adding_memory_needs_the_capability),
	cmocka_unit_test(the_node_has_no_ioctls),
};

TEST_PROGRAM("VTL0's memory", tests)
