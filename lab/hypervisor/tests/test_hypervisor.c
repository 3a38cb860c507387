// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The hypervisor's portable parts. Each expectation names where it comes from.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include <linux/errno.h>

#include "apic/apic.h"
#include "base/base.h"
#include "boot/boot.h"
#include "host/devices.h"
#include "host/host.h"
#include "tdx/abi.h"
#include "tdx/tdx.h"
#include "vcpu/exits.h"
#include "vcpu/gpa.h"

/* Stand-ins for what the portable parts use of the machine: pages, and stop(). */
#define POOL_PAGES 1024

static int pages_left = -1;

/* Pages are never freed: all tests together need fewer than this. */
static u8 pool[POOL_PAGES][PAGE_SIZE] __aligned(4096);
static u32 used;

void *heap_pages(u32 count)
{
	void *pages = pool[used];

	used += count;
	if (used > POOL_PAGES)
		abort();
	return memset(pages, 0, count * PAGE_SIZE);
}

void *heap_page(void)
{
	if (!pages_left)
		return NULL;
	if (pages_left > 0)
		pages_left--;
	return heap_pages(1);
}

void stop(const char *format, ...)
{
	abort();
}

#define MB (1ULL << 20)

/* Intel SDM 3A, "Deriving Logical x2APIC ID from the Local x2APIC ID". */
static void the_logical_id_is_that_of_x2apic(void **state)
{
	assert_int_equal(apic_logical_id(0), 1);
	assert_int_equal(apic_logical_id(7), 0x80);
	assert_int_equal(apic_logical_id(0x23), 0x20008);
}

static void a_destination_is_converted_to_xapic(void **state)
{
	u32 destination;

	assert_true(apic_destination(3ULL << 32, &destination));
	assert_int_equal(destination, 3);
	assert_true(apic_destination(0xffffffffULL << 32, &destination));
	assert_int_equal(destination, 0xff);
	/* A CPU of another cluster is not one of the first eight. */
	assert_false(apic_destination(0x10001ULL << 32 | APIC_ICR_LOGICAL, &destination));
}

static void an_icr_hits_its_targets(void **state)
{
	assert_true(apic_icr_hits(2ULL << 32, 0, 2));
	assert_false(apic_icr_hits(2ULL << 32, 0, 1));
	assert_true(apic_icr_hits(6ULL << 32 | APIC_ICR_LOGICAL, 0, 2));
	assert_false(apic_icr_hits(6ULL << 32 | APIC_ICR_LOGICAL, 0, 3));
	assert_true(apic_icr_hits(APIC_ICR_SELF, 1, 1));
	assert_false(apic_icr_hits(APIC_ICR_OTHERS, 1, 1));
	assert_true(apic_icr_hits(APIC_ICR_OTHERS, 1, 0));
	assert_true(apic_icr_hits(APIC_ICR_ALL, 1, 1));
}

/* Divide Configuration Register: 1011b divides by 1, 0000b by 2 (Intel SDM 3A, 11.5.4). */
static void the_count_ends_at_the_deadline(void **state)
{
	struct apic_count count;

	count = apic_count_until(3000, 3000000000ULL, 1000000000ULL);
	assert_int_equal(count.count, 1000);
	assert_int_equal(count.divide, 0xb);
	count = apic_count_until(0, 3000000000ULL, 1000000000ULL);
	assert_int_equal(count.count, 1);
	/* Five seconds of 1 GHz do not fit into 32 bits. */
	count = apic_count_until(5000000000ULL, 1000000000ULL, 1000000000ULL);
	assert_int_equal(count.count, 2500000000U);
	assert_int_equal(count.divide, 0);
	/* The timer is armed, however far the time is. */
	count = apic_count_until(~0ULL, 1000000000ULL, 1000000000ULL);
	assert_true(count.count > 3000000000U);
}

/* Intel TDX Module Base Architecture Specification: what a virtual APIC page serves. */
static void the_module_serves_the_virtual_apic_page(void **state)
{
	assert_int_equal(apic_owner(0x808, true, false), APIC_OF_MODULE);
	assert_int_equal(apic_owner(0x80b, true, false), APIC_OF_MODULE);
	assert_int_equal(apic_owner(0x83f, true, false), APIC_OF_MODULE);
	assert_int_equal(apic_owner(0x830, true, true), APIC_OF_HOST);
	assert_int_equal(apic_owner(0x827, false, false), APIC_OF_MODULE);
	assert_int_equal(apic_owner(0x828, false, true), APIC_OF_HOST);
	/* With a topology, the module also serves the APIC's id. */
	assert_int_equal(apic_owner(0x802, false, false), APIC_OF_HOST);
	assert_int_equal(apic_owner(0x802, false, true), APIC_OF_MODULE);
	assert_int_equal(apic_owner(0x802, true, true), APIC_OF_HOST);
}

#define CPU_ID 5
#define CPUS   8

static void ask_cpuid(bool td, u64 cr4, u32 leaf, u32 subleaf, u32 fill, u32 words[4])
{
	struct cpuid_view view = {
		.td = td, .cr4 = cr4, .tsc_hz = 2000000000, .id = CPU_ID, .cpus = CPUS,
	};

	words[0] = fill;
	words[1] = fill;
	words[2] = fill;
	words[3] = fill;
	cpuid_answer(&view, leaf, subleaf, words);
}

/* Linux: TDX_CPUID_LEAF_ID and TDX_IDENT of arch/x86/include/asm/shared/tdx.h. */
static void cpuid_describes_a_trust_domain(void **state)
{
	u32 words[4];

	ask_cpuid(true, 0, 0, 0, ~0U, words);
	assert_int_equal(words[0], 0x23);
	assert_memory_equal(&words[1], "Genu", 4);
	ask_cpuid(true, 0, 0x21, 0, ~0U, words);
	assert_memory_equal(&words[1], "Inte", 4);
	assert_memory_equal(&words[3], "lTDX", 4);
	assert_memory_equal(&words[2], "    ", 4);
	ask_cpuid(true, 0, 0x80000008, 0, ~0U, words);
	assert_int_equal(words[0] & 0xff, GPA_WIDTH);
	ask_cpuid(true, 0, 0x15, 0, 0, words);
	assert_int_equal(words[2], 2000000000);
	/* Leaves that it does not know are 0, SVM's among them. */
	ask_cpuid(true, 0, 0x8000000a, 0, ~0U, words);
	assert_int_equal(words[0] | words[1] | words[2] | words[3], 0);
	ask_cpuid(true, 0, 0xa, 0, ~0U, words);
	assert_int_equal(words[0], 0);
}

/* Intel SDM 2A, CPUID, leaf 4: what Linux counts cores by where there is no leaf 0xb. */
static void cpuid_counts_the_cores(void **state)
{
	static const u32 sizes[] = { 48 * 1024, 32 * 1024, 2048 * 1024 };
	u32 words[4], i;

	for (i = 0; i < 3; i++) {
		ask_cpuid(true, 0, 4, i, ~0U, words);
		assert_int_equal(words[0] >> 26, CPUS - 1);
		assert_int_equal(((words[1] >> 22) + 1) * ((words[1] & 0xfff) + 1) * (words[2] + 1),
				 sizes[i]);
	}
	ask_cpuid(true, 0, 4, i, ~0U, words);
	assert_int_equal(words[0], 0);
}

/* The host of a trust domain chooses the CPUs' identity; otherwise it is the machine's. */
static void cpuid_has_the_id_of_the_cpu(void **state)
{
	u32 words[4];

	ask_cpuid(true, 0, 1, 0, ~0U, words);
	assert_int_equal(words[1], CPU_ID << 24 | 0xffffff);
	ask_cpuid(true, 0, 0xb, 1, 0x201, words);
	assert_int_equal(words[1], 0x201);
	assert_int_equal(words[3], CPU_ID);
	ask_cpuid(true, 0, 0x1f, 1, 0x201, words);
	assert_int_equal(words[1], 0x201);
	assert_int_equal(words[3], CPU_ID);
	ask_cpuid(false, 0, 1, 0, ~0U, words);
	assert_int_equal(words[1], ~0U);
	ask_cpuid(false, 0, 0xb, 1, 0x201, words);
	assert_int_equal(words[3], 0x201);
}

/* Leaves that the module does not know, or knows as "faulting", raise #VE. */
static void the_module_serves_only_its_cpuid_leaves(void **state)
{
	assert_true(cpuid_is_of_module(0, ~0U));
	assert_true(cpuid_is_of_module(7, 2));
	assert_false(cpuid_is_of_module(7, 3));
	assert_false(cpuid_is_of_module(6, 0));
	assert_false(cpuid_is_of_module(0xb, 0));
	assert_false(cpuid_is_of_module(0x80000002, 0));
	assert_false(cpuid_is_of_module(0x40000000, 0));
	/* Beyond the ranges: leaf 0x23. */
	assert_true(cpuid_is_of_module(0x24, 3));
	assert_false(cpuid_is_of_module(0x24, 4));
	assert_true(cpuid_is_of_module(0x80000009, 0));
}

static void check_prefixes(const char *bytes, u32 count, u32 prefixes, bool data)
{
	struct code code = { .count = count };

	memcpy(code.bytes, bytes, count);
	code_prefixes(&code);
	assert_int_equal(code.prefixes, prefixes);
	assert_int_equal(code.data, data);
}

static void prefixes_are_counted(void **state)
{
	check_prefixes("\x0f\xa2", 2, 0, false);
	check_prefixes("\x66\x0f\x01\xcc", 4, 1, true);
	check_prefixes("\x2e\x66\x48\x0f\x01\xcc", 6, 3, true);
	check_prefixes("\xf3\x0f\x09", 3, 1, false);
	/* There are no bytes after the prefixes. */
	check_prefixes("\x66\x66", 2, 2, true);
	check_prefixes("", 0, 0, false);
}

/* INIT would reset a CPU below the hypervisor. */
static void an_illegal_ioapic_entry_is_masked(void **state)
{
	u32 mode;

	assert_int_equal(ioapic_entry(0x31), 0x31);
	assert_int_equal(ioapic_entry(0x8131), 0x8131);
	for (mode = 2; mode < 8; mode++)
		assert_int_equal(ioapic_entry(mode << 8 | 0x31), BIT(16) | mode << 8 | 0x31);
	assert_int_equal(ioapic_entry(0x1f), BIT(16) | 0x1f);
	assert_int_equal(ioapic_entry(0x8), BIT(16) | 0x8);
}

/* Bits that mirror CR4 mirror L1's: Intel SDM 2A, CPUID. */
static void cpuid_mirrors_l1s_cr4(void **state)
{
	u32 words[4];

	ask_cpuid(true, 0, 1, 0, ~0U, words);
	assert_false(words[2] & BIT(27));
	ask_cpuid(false, BIT(18), 1, 0, 0, words);
	assert_true(words[2] & BIT(27));
	ask_cpuid(true, BIT(22), 7, 0, 0, words);
	assert_true(words[2] & BIT(4));
	assert_false(words[2] & BIT(16));
}

static void cpuid_hides_svm(void **state)
{
	u32 words[4];

	ask_cpuid(false, 0, 0x80000001, 0, ~0U, words);
	assert_false(words[2] & BIT(2));
	ask_cpuid(false, 0, 0x80000002, 0, 0x41414141, words);
	assert_int_equal(words[0], 0x41414141);
}

/* TLFS 2.4; the isolation leaf is include/hyperv/hvgdk_mini.h's of Linux. */
static void cpuid_describes_the_host(void **state)
{
	struct host_identity identity = { .hyperv = true, .td = true, .vps = 4 };
	u32 words[4];

	host_cpuid_answer(&identity, 0x40000000, words);
	assert_memory_equal(&words[1], "Microsoft Hv", 12);
	host_cpuid_answer(&identity, 0x40000001, words);
	assert_memory_equal(&words[0], "Hv#1", 4);
	host_cpuid_answer(&identity, 0x4000000c, words);
	assert_int_equal(words[0], 0);
	assert_int_equal(words[1] & 0xf, 3);
	/*
	 * HvCallGetVpRegisters needs AccessVpRegisters (TLFS), and a partition with VTLs has
	 * AccessVsm: HvPartitionPrivilege in hvdef, bits 49 and 48.
	 */
	host_cpuid_answer(&identity, 0x40000003, words);
	assert_int_equal(words[1] & (BIT(16) | BIT(17)), BIT(16) | BIT(17));
	identity.td = false;
	host_cpuid_answer(&identity, 0x40000004, words);
	assert_false(words[0] & BIT(3));
	host_cpuid_answer(&identity, 0x40000003, words);
	assert_false(words[1] & BIT(22));
	identity.hyperv = false;
	host_cpuid_answer(&identity, 0x40000000, words);
	assert_memory_equal(&words[1], "KVMKVMKVM\0\0\0", 12);
}

/* Below the addresses that a sanitizer uses, and below the shared bit. */
#define SPACE_PLACE ((void *)0x20000000)

/* Memory of the test itself: an address is a pointer, as in the hypervisor. */
static u8 *space_make(u64 size)
{
	u8 *memory = mmap(SPACE_PLACE, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	assert_ptr_equal(memory, SPACE_PLACE);
	gpa_start(true);
	gpa_add_memory((uintptr_t)memory, size);
	return memory;
}

/* Addresses that are not accessed may have any value. */
static void each_page_has_its_own_state(void **state)
{
	u64 done;

	gpa_start(true);
	gpa_add_memory(16 * MB, 4 * MB);
	gpa_add_device(32 * MB, MB);
	gpa_add_both(64 * MB, PAGE_SIZE);
	assert_int_equal(gpa_state(16 * MB), GPA_PRIVATE);
	assert_int_equal(gpa_state((16 * MB) | GPA_SHARED), GPA_PRIVATE);
	assert_int_equal(gpa_state(20 * MB), GPA_NOTHING);
	assert_int_equal(gpa_state(32 * MB), GPA_OF_HOST);
	assert_int_equal(gpa_state(~0ULL), GPA_NOTHING);
	assert_null(gpa_memory(32 * MB));
	assert_true(gpa_is_device(32 * MB));
	assert_true(gpa_is_device(GPA_CHIPS | GPA_SHARED));
	assert_false(gpa_is_device(GPA_APIC + 0x300));
	/* L1 may write any address into a BAR. */
	assert_ptr_equal(gpa_device(32 * MB), (void *)(32 * MB));
	assert_null(gpa_device((32 * MB) | GPA_SHARED));
	assert_null(gpa_device(GPA_APIC + 0x300));
	assert_false(gpa_is_device(16 * MB));
	assert_false(gpa_is_device(20 * MB));
	assert_false(gpa_is_device(~0ULL));
	assert_null(gpa_shared_memory(16 * MB));

	assert_int_equal(gpa_share(16 * MB + PAGE_SIZE, PAGE_SIZE, true, &done), 0);
	assert_int_equal(done, PAGE_SIZE);
	assert_int_equal(gpa_state(16 * MB + PAGE_SIZE), GPA_OF_HOST);
	assert_int_equal(gpa_state(16 * MB), GPA_PRIVATE);
	assert_int_equal(gpa_state(16 * MB + 2 * PAGE_SIZE), GPA_PRIVATE);
	assert_non_null(gpa_shared_memory(16 * MB + PAGE_SIZE));
	assert_int_equal(gpa_share(16 * MB + PAGE_SIZE, PAGE_SIZE, true, &done), 0);
	assert_int_equal(gpa_shared_pages(), 1);

	assert_int_equal(gpa_share(16 * MB + PAGE_SIZE, PAGE_SIZE, false, &done), 0);
	assert_int_equal(gpa_state(16 * MB + PAGE_SIZE), GPA_PENDING);
	assert_null(gpa_shared_memory(16 * MB + PAGE_SIZE));
	/* Making private memory private changes nothing. */
	assert_int_equal(gpa_share(16 * MB, PAGE_SIZE, false, &done), 0);
	assert_int_equal(gpa_state(16 * MB), GPA_PRIVATE);
	assert_int_equal(gpa_shared_pages(), 0);
	/* L1 can share a ROM, too, which is in both halves. */
	assert_int_equal(gpa_share(64 * MB, PAGE_SIZE, false, &done), 0);
	assert_int_equal(gpa_state(64 * MB), GPA_PENDING);
	assert_int_equal(gpa_shared_pages(), 0);
	assert_int_equal(gpa_share(64 * MB, PAGE_SIZE, true, &done), 0);
	assert_int_equal(gpa_state(64 * MB), GPA_OF_HOST);
	assert_non_null(gpa_shared_memory(64 * MB));
	assert_int_equal(gpa_shared_pages(), 1);
}

static void a_large_page_is_split_only_if_a_part_changes(void **state)
{
	u64 done;

	gpa_start(true);
	gpa_add_memory(16 * MB, 6 * MB);
	gpa_add_device(32 * MB, 2 * MB);
	assert_true(gpa_is_large(17 * MB));
	assert_true(gpa_is_large((17 * MB) | GPA_SHARED));
	assert_false(gpa_is_large(24 * MB));
	assert_false(gpa_is_large(32 * MB));
	assert_false(gpa_is_large(~0ULL));
	/* A part is shared; another is asked for. */
	assert_int_equal(gpa_share(18 * MB, PAGE_SIZE, true, &done), 0);
	assert_false(gpa_is_large(19 * MB));
	assert_int_equal(gpa_split(21 * MB), 0);
	assert_false(gpa_is_large(20 * MB));
	assert_int_equal(gpa_state(21 * MB), GPA_PRIVATE);
	assert_true(gpa_is_large(16 * MB));
	/* An address that is not in a large page needs no table. */
	pages_left = 0;
	assert_int_equal(gpa_split(21 * MB), 0);
	assert_int_equal(gpa_split(32 * MB), 0);
	assert_int_equal(gpa_split(16 * MB), -ENOMEM);
	pages_left = -1;
	assert_true(gpa_is_large(16 * MB));
}

static void invalid_ranges_are_refused(void **state)
{
	u64 done;

	gpa_start(true);
	gpa_add_memory(16 * MB, 4 * MB);
	assert_int_equal(gpa_share(20 * MB - PAGE_SIZE, 2 * PAGE_SIZE, true, &done), -EINVAL);
	assert_int_equal(done, PAGE_SIZE);
	assert_int_equal(gpa_share(0, ~0ULL & PAGE_MASK, true, &done), -EINVAL);
	assert_int_equal(done, 0);
	assert_int_equal(gpa_accept(16 * MB, PAGE_SIZE), GPA_WAS_ACCEPTED);
	assert_int_equal(gpa_accept(20 * MB - PAGE_SIZE, PAGE_SIZE), GPA_CANNOT_ACCEPT);
	assert_int_equal(gpa_accept(48 * MB, PAGE_SIZE), GPA_CANNOT_ACCEPT);
	assert_int_equal(gpa_accept((16 * MB) | GPA_SHARED, PAGE_SIZE), GPA_CANNOT_ACCEPT);
	/* One of its pages differs. */
	assert_int_equal(gpa_share(18 * MB, PAGE_SIZE, true, &done), 0);
	assert_int_equal(gpa_accept(18 * MB, 2 * MB), GPA_WRONG_SIZE);
}

static void without_free_pages_a_change_fails(void **state)
{
	u64 done;

	gpa_start(true);
	gpa_add_memory(16 * MB, 4 * MB);
	pages_left = 0;
	assert_int_equal(gpa_share(16 * MB, PAGE_SIZE, true, &done), -ENOMEM);
	pages_left = 1;
	assert_int_equal(gpa_share(16 * MB, PAGE_SIZE, true, &done), -ENOMEM);
	pages_left = -1;
	assert_int_equal(gpa_state(16 * MB), GPA_PRIVATE);
	assert_int_equal(gpa_share(16 * MB, PAGE_SIZE, true, &done), 0);
}

/* TDG.MEM.PAGE.ACCEPT initializes the page: Intel TDX Module ABI Specification. */
static void accept_zeroes_the_page(void **state)
{
	u8 *memory = space_make(4 * MB);
	u64 done, gpa = (uintptr_t)memory;

	memset(memory, 0x5a, 4 * MB);
	assert_int_equal(gpa_share(gpa, 2 * MB, true, &done), 0);
	assert_int_equal(memory[0], 0x5a);
	assert_int_equal(gpa_share(gpa, 2 * MB, false, &done), 0);
	assert_int_equal(gpa_accept(gpa, 2 * MB), GPA_ACCEPTED);
	assert_int_equal(memory[0] | memory[2 * MB - 1], 0);
	assert_int_equal(memory[2 * MB], 0x5a);
	assert_int_equal(gpa_state(gpa), GPA_PRIVATE);
	munmap(memory, 4 * MB);
}

static u64 decode(const char *code, u32 count)
{
	struct operand_state state = {
		.gpr = { [GPR_RAX] = 0x1000, [GPR_RBX] = 0x20, [GPR_RBP] = 0x3000,
			 [GPR_RSP] = 0x4000, [GPR_R8] = 0x5000, [GPR_R12] = 0x6000,
			 [GPR_R13] = 0x7000 },
		.rip = 0x100000, .fs_base = 0xf0000, .gs_base = 0xe0000,
	};
	u64 address = 0;

	return operand_decode((const u8 *)code, count, &state, &address) ? address : ~0ULL;
}

/* Each was assembled by GNU as. */
static void each_form_of_operand_is_decoded(void **state)
{
	assert_int_equal(decode("\x8b\x08", 2), 0x1000);			/* (%rax) */
	assert_int_equal(decode("\x8b\x48\x10", 3), 0x1010);			/* 0x10(%rax) */
	assert_int_equal(decode("\x8b\x48\xf0", 3), 0xff0);			/* -0x10(%rax) */
	assert_int_equal(decode("\x8b\x4d\x00", 3), 0x3000);			/* 0(%rbp) */
	assert_int_equal(decode("\x8b\x0c\x24", 3), 0x4000);			/* (%rsp) */
	assert_int_equal(decode("\x8b\x0c\x98", 3), 0x1080);			/* (%rax,%rbx,4) */
	assert_int_equal(decode("\x41\x8b\x08", 3), 0x5000);			/* (%r8) */
	assert_int_equal(decode("\x41\x8b\x0c\x24", 4), 0x6000);		/* (%r12) */
	assert_int_equal(decode("\x41\x8b\x4d\x00", 4), 0x7000);		/* 0(%r13) */
	assert_int_equal(decode("\x8b\x0d\x10\x00\x00\x00", 6), 0x100016);	/* 0x10(%rip) */
	assert_int_equal(decode("\x65\x8b\x08", 3), 0xe1000);			/* %gs:(%rax) */
	assert_int_equal(decode("\x64\x48\x8b\x08", 4), 0xf1000);		/* %fs:(%rax) */
	assert_int_equal(decode("\x0f\xb6\x08", 3), 0x1000);			/* movzbl (%rax) */
	/* movl $1, 0x10(%rip): the immediate counts. */
	assert_int_equal(decode("\xc7\x05\x10\x00\x00\x00\x01\x00\x00\x00", 10), 0x10001a);
	/* A register is not memory, and an incomplete instruction is not decoded. */
	assert_int_equal(decode("\x8b\xc8", 2), ~0ULL);
	assert_int_equal(decode("\x8b\x88\x10", 3), ~0ULL);
	assert_int_equal(decode("", 0), ~0ULL);
}

/* FIPS 180-4's example, and the empty message. */
static void sha384_has_the_published_results(void **state)
{
	static const u8 abc[] = { 0xcb, 0x00, 0x75, 0x3f, 0x45, 0xa3, 0x5e, 0x8b };
	static const u8 empty[] = { 0x38, 0xb0, 0x60, 0xa7, 0x51, 0xac, 0x96, 0x38 };
	u8 hash[SHA384_BYTES];

	sha384((const u8 *)"abc", 3, hash);
	assert_memory_equal(hash, abc, sizeof(abc));
	assert_int_equal(hash[47], 0xa7);
	sha384((const u8 *)"", 0, hash);
	assert_memory_equal(hash, empty, sizeof(empty));
}

static void memory_is_taken_from_its_top(void **state)
{
	struct map map = { .count = 0 };

	assert_true(map_add(&map, 0, 640 * 1024, MAP_MEMORY));
	assert_true(map_add(&map, MB, 63 * MB, MAP_MEMORY));
	assert_int_equal(map_top(&map, 4096 * MB), 64 * MB);
	assert_int_equal(map_take_top(&map, 4096 * MB, MB, 2 * MB, MAP_RESERVED), 62 * MB);
	assert_int_equal(map_top(&map, 4096 * MB), 62 * MB);
	assert_true(map_set(&map, 2 * MB, 2 * MB, MAP_RESERVED));
	assert_false(map_set(&map, 2 * MB, 3 * MB, MAP_NVS));
	assert_int_equal(map_take_top(&map, 4096 * MB, 100 * MB, MB, MAP_NVS), 0);
	while (map_add(&map, 0, 1, MAP_NVS))
		;
	assert_int_equal(map.count, MAP_RANGES_MAX);
	assert_false(map_set(&map, 4 * MB, MB, MAP_NVS));
}

/* Linux permanently blocks the class of the host's vectors (setup_local_APIC()). */
static void priorities_are_converted(void **state)
{
	assert_int_equal(apic_priority_of_cpu(0), 0);
	assert_int_equal(apic_priority_of_cpu(0x10), 0);
	assert_int_equal(apic_priority_of_cpu(0x1f), 0);
	assert_int_equal(apic_priority_of_cpu(0x20), 0x20);
	/* Intel SDM 3A, "Task and Processor Priorities". */
	assert_int_equal(apic_l1_priority(0x10, 0), 0x10);
	assert_int_equal(apic_l1_priority(0x35, 0x30), 0x35);
	assert_int_equal(apic_l1_priority(0x35, 0x40), 0x40);
}

static const char *text(const char *format, ...)
{
	static char line[32];
	va_list list;

	va_start(list, format);
	print_to(line, sizeof(line), format, list);
	va_end(list);
	return line;
}

static void print_formats_like_printf(void **state)
{
	assert_string_equal(text("%u %d %x", 7, -3, 0xab), "7 -3 ab");
	assert_string_equal(text("%02x|%4u|%s|%c", 5, 12, "word", 'x'), "05|  12|word|x");
	assert_string_equal(text("%llx", ~0ULL), "ffffffffffffffff");
	/* Text that does not fit is truncated. */
	assert_int_equal(strlen(text("%s%s", "0123456789012345678", "0123456789012345678")), 31);
	assert_string_equal(text("100%%"), "100%");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_logical_id_is_that_of_x2apic),
		cmocka_unit_test(a_destination_is_converted_to_xapic),
		cmocka_unit_test(an_icr_hits_its_targets),
		cmocka_unit_test(the_count_ends_at_the_deadline),
		cmocka_unit_test(the_module_serves_the_virtual_apic_page),
		cmocka_unit_test(cpuid_describes_a_trust_domain),
		cmocka_unit_test(cpuid_counts_the_cores),
		cmocka_unit_test(cpuid_has_the_id_of_the_cpu),
		cmocka_unit_test(the_module_serves_only_its_cpuid_leaves),
		cmocka_unit_test(prefixes_are_counted),
		cmocka_unit_test(an_illegal_ioapic_entry_is_masked),
		cmocka_unit_test(cpuid_mirrors_l1s_cr4),
		cmocka_unit_test(cpuid_hides_svm),
		cmocka_unit_test(cpuid_describes_the_host),
		cmocka_unit_test(each_page_has_its_own_state),
		cmocka_unit_test(a_large_page_is_split_only_if_a_part_changes),
		cmocka_unit_test(invalid_ranges_are_refused),
		cmocka_unit_test(without_free_pages_a_change_fails),
		cmocka_unit_test(accept_zeroes_the_page),
		cmocka_unit_test(each_form_of_operand_is_decoded),
		cmocka_unit_test(sha384_has_the_published_results),
		cmocka_unit_test(memory_is_taken_from_its_top),
		cmocka_unit_test(priorities_are_converted),
		cmocka_unit_test(print_formats_like_printf),
	};

	return cmocka_run_group_tests_name("hypervisor", tests, NULL, NULL);
}
