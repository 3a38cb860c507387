// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The host's messages: which parts are trusted, when the host is told that the slot is free, and
 * how malformed messages are handled. This test plays the host.
 *
 * This test includes synic.c, so that it can start with all counters at 0.
 */
#include "../harness/check.h"
#include "shim.h"
#include "synic.c"

/* A CPU that comes online only in the test that is about it. */
#define CPU_NEVER 3

static struct synic_message *page;
static unsigned int eoms;
static void (*on_eom)(void);

bool vtl_proxy_vector_is_legal(u32 vector)
{
	return vector >= 16 && vector < 256;
}

/* This test does not use SINT 7. */
bool vtl_sint_is_open;

void vtl_sint_interrupt(struct synic_message *slots)
{
}

void *vtl_host_synic_messages(void)
{
	assert_int_not_equal(shim_irqs_off, 0);
	return page;
}

void vtl_host_synic_end_of_message(void)
{
	assert_int_not_equal(shim_irqs_off, 0);
	eoms++;
	if (on_eom)
		on_eom();
}

static int setup(void **state)
{
	unsigned int cpu;
	int ret;

	shim_reset();
	memset(&synic_cpus, 0, sizeof(synic_cpus));
	eoms = 0;
	on_eom = NULL;
	page = aligned_alloc(4096, 4096);
	memset(page, 0, 4096);
	vtl_synic_init();
	ret = vtl_vp_init();
	for (cpu = 0; cpu < CPU_NEVER; cpu++)
		ret = ret ?: vtl_vp_online(cpu);
	return ret ?: vtl_synic_online(0);
}

static int teardown(void **state)
{
	shim_stretch = NULL;
	shim_fail_at = 0;
	vtl_vp_sleeper.task = NULL;
	vtl_synic_exit();
	vtl_vp_exit();
	free(page);
	return 0;
}

static struct synic_stats stats(void)
{
	struct synic_stats figures;

	vtl_synic_stats_get(0, &figures);
	return figures;
}

static u64 count_of(u32 vector)
{
	struct mshv_vector_counts counts[256];

	vtl_synic_counts_get(0, 0, 256, counts);
	return counts[vector].proxied;
}

/* Takes all bits of the VP. Returns how many there were, or 0 if the scan flag is clear. */
static unsigned int bits_take(u32 bits[8])
{
	unsigned int bank, taken = 0;

	memset(bits, 0, 8 * sizeof(*bits));
	if (!vtl_vp_pull(vtl_vp_run_page(0), bits))
		return 0;
	for (bank = 0; bank < 8; bank++)
		taken += hweight32(bits[bank]);
	return taken;
}

static void post(u32 type, u32 head, u8 flags)
{
	page->payload[0] = head;
	page->size = 36;
	page->flags = flags;
	page->type = type;
}

/* The first word has the VTL, then whether there are several; source: driver/synic_message.h. */
static void post_single(u32 vector, u8 flags)
{
	memset(page->payload, 0, sizeof(page->payload));
	page->payload[1] = vector;
	post(MESSAGE_TYPE_PROXY, 0, flags);
}

static void post_multiple(const u32 bits[8], u8 flags)
{
	memset(page->payload, 0xff, sizeof(page->payload));
	memcpy(&page->payload[1], bits, 8 * sizeof(*bits));
	post(MESSAGE_TYPE_PROXY, 1 << 8, flags);
}

static void host_interrupts(void)
{
	unsigned long flags;

	local_irq_save(flags);
	vtl_synic_interrupt();
	local_irq_restore(flags);
}

static void single_arrives(u32 vector, u8 flags)
{
	post_single(vector, flags);
	host_interrupts();
}

static void post_second(void)
{
	if (eoms == 1)
		post_single(0x52, 0);
}

/*
 * TLFS, "SynIC Messages": the interrupt of a message for a masked SINT is lost. "EOM
 * Register": a write makes the host send the next message.
 */
static void messages_for_a_masked_sint_are_taken_later(void **state)
{
	u32 bits[8];

	post_single(0x51, 0);
	on_eom = post_second;
	vtl_synic_unmasked();
	assert_int_equal(shim_irqs_off, 0);
	assert_int_equal(page->type, MESSAGE_TYPE_PROXY);
	assert_int_equal(eoms, 1);
	assert_int_equal(bits_take(bits), 1);
	assert_int_equal(bits[2], 1 << 0x11);
	/* The second message has an interrupt of its own. */
	host_interrupts();
	assert_int_equal(bits_take(bits), 1);
	assert_int_equal(bits[2], 1 << 0x12);
	assert_int_equal(stats().interrupts, 2);
	assert_int_equal(stats().messages, 2);
}

static void a_cpu_without_pages_takes_nothing(void **state)
{
	struct synic_message *kept = page;

	page = NULL;
	vtl_synic_unmasked();
	page = kept;
	assert_int_equal(eoms, 0);
}

static void a_vector_that_is_pending_merges(void **state)
{
	const u32 sent[8] = { 0, 0, 0x00060000, 1, 0, 0, 0, 0 };
	unsigned long before = vtl_vp_merged_get(0);
	u32 bits[8];

	assert_false(vtl_synic_has_arrived(0x51));
	single_arrives(0x51, 0);
	assert_true(vtl_synic_has_arrived(0x51));
	assert_false(vtl_synic_has_arrived(0x50));
	single_arrives(0x51, 0);
	assert_int_equal(vtl_vp_merged_get(0), before + 1);
	/* 0x52 and 0x60 are new, and 0x51 merges. */
	post_multiple(sent, 0);
	host_interrupts();
	assert_int_equal(stats().relayed, 5);
	assert_int_equal(vtl_vp_merged_get(0), before + 2);
	post_multiple(sent, 0);
	host_interrupts();
	assert_int_equal(stats().relayed, 8);
	assert_int_equal(vtl_vp_merged_get(0), before + 5);
	assert_int_equal(bits_take(bits), 8 - 5);
}

/* The code that counts merges in VTL0's virtual APIC asks this. */
static void an_entry_of_vtl0_clears_the_arrivals(void **state)
{
	u32 bits[8];

	single_arrives(0x51, 0);
	vtl_vp_entries++;
	assert_false(vtl_synic_has_arrived(0x51));
	single_arrives(0x52, 0);
	single_arrives(0x53, 0);
	assert_false(vtl_synic_has_arrived(0x51));
	assert_true(vtl_synic_has_arrived(0x52));
	assert_true(vtl_synic_has_arrived(0x53));
	vtl_vp_run_page(0)->proxy_irr_blocked[2] = 1U << 0x14;
	single_arrives(0x54, 0);
	assert_false(vtl_synic_has_arrived(0x54));
	bits_take(bits);
}

/* OHCL-Linux-Kernel, drivers/hv/mshv_vtl_main.c, mshv_vtl_scan_proxy_interrupts(). */
static void the_low_byte_of_a_single_vector_counts(void **state)
{
	u32 bits[8];

	single_arrives(0xdead0051, 0);
	assert_int_equal(bits_take(bits), 1);
	assert_int_equal(bits[2], 1U << 0x11);
	assert_int_equal(stats().malformed, 0);
}

/* TLFS, HV_MESSAGE: the flag is read once the slot is empty, and EOM is written if it is set. */
static void eom_is_written_only_if_a_message_is_pending(void **state)
{
	single_arrives(0x51, 0);
	assert_int_equal(eoms, 0);
	single_arrives(0x51, 0xfe);
	assert_int_equal(eoms, 0);
	single_arrives(0x51, 1);
	assert_int_equal(eoms, 1);
	/* The slot is empty: the host is not told, whatever the value of the flag. */
	host_interrupts();
	assert_int_equal(eoms, 1);
	assert_int_equal(stats().messages, 3);
}

/* The first call comes before the bit is set, the second before the slot is freed. */
static void host_flags_another(void)
{
	static bool bit_is_set;

	if (bit_is_set)
		page->flags = 1;
	bit_is_set = true;
}

static void a_pending_flag_that_is_set_late_is_seen(void **state)
{
	post_single(0x51, 0);
	/* The flag is set after the message was handled, just before the slot is freed. */
	shim_stretch = host_flags_another;
	host_interrupts();
	assert_int_equal(eoms, 1);
}

static void host_rewrites(void)
{
	page->type = 0x80000042;
	page->flags = 1;
}

static void a_slot_that_the_host_rewrites_is_not_cleared(void **state)
{
	u32 bits[8];

	post_single(0x51, 1);
	shim_stretch = host_rewrites;
	host_interrupts();
	shim_stretch = NULL;
	assert_int_equal(page->type, 0x80000042);
	assert_int_equal(eoms, 0);
	assert_int_equal(stats().messages, 1);
	assert_int_equal(bits_take(bits), 1);

	/* The message is handled at the next interrupt. */
	host_interrupts();
	assert_int_equal(page->type, 0);
	assert_int_equal(stats().unknown, 1);
	assert_int_equal(eoms, 1);
}

static void host_never_ends(void)
{
	post_single(0x51, 1);
}

static void one_interrupt_handles_a_bounded_number_of_messages(void **state)
{
	host_never_ends();
	on_eom = host_never_ends;
	host_interrupts();
	assert_int_equal(stats().messages, SYNIC_BUDGET);
	assert_int_equal(eoms, SYNIC_BUDGET);
	assert_int_not_equal(page->type, 0);
	host_interrupts();
	assert_int_equal(stats().messages, 2 * SYNIC_BUDGET);
}

/* The next vector that a conforming host has to send; it counts down. */
static u32 queue_next;
static unsigned int queue_raised;

static void queue_send(void)
{
	if (queue_next < 0x30)
		return;
	post_single(queue_next, queue_next > 0x30);
	queue_next--;
	queue_raised++;
}

static void a_long_queue_is_handled_completely(void **state)
{
	unsigned int taken;
	u32 bits[8];

	queue_next = 0x30 + 99;
	queue_raised = 0;
	on_eom = queue_send;
	queue_send();
	/* An interrupt that is raised during the handling of another one is handled after it. */
	while (queue_raised) {
		queue_raised = 0;
		host_interrupts();
	}
	taken = bits_take(bits);
	assert_int_equal(taken, 100);
	assert_int_equal(stats().messages, 100);
	assert_int_equal(stats().relayed, 100);
	assert_true(stats().interrupts >= 100 / SYNIC_BUDGET);
}

static void a_halted_vp_is_woken_once_a_message(void **state)
{
	const u32 sent[8] = { 0, 0, 0x00030000, 1, 0, 0, 0, 0 };

	vtl_vp_sleeper.task = &vtl_vp_sleeper;
	post_multiple(sent, 0);
	host_interrupts();
	assert_int_equal(shim_wakeups, 1);
	single_arrives(3, 0);
	assert_int_equal(shim_wakeups, 1);
}

static void messages_without_a_vp_are_dropped(void **state)
{
	shim_cpu = CPU_NEVER;
	single_arrives(0x51, 1);
	assert_int_equal(page->type, 0);
	assert_int_equal(eoms, 1);
	assert_int_equal(stats().malformed, 1);
	assert_int_equal(stats().relayed, 0);

	/* The CPU has a run page, but no counters yet. */
	shim_cpu = 0;
	vtl_synic_exit();
	single_arrives(0x51, 1);
	assert_int_equal(stats().malformed, 2);
	assert_int_equal(vtl_vp_run_page(0)->scan_proxy_irr, 0);
	assert_int_equal(count_of(0x51), 0);

	assert_int_equal(vtl_synic_online(0), 0);
	single_arrives(0x51, 1);
	assert_int_equal(vtl_vp_run_page(0)->scan_proxy_irr, 1);
	assert_int_equal(count_of(0x51), 1);
}

static void an_interrupt_without_a_page_is_ignored(void **state)
{
	struct synic_message *before = page;

	post_single(0x51, 1);
	page = NULL;
	host_interrupts();
	page = before;
	assert_int_not_equal(page->type, 0);
	assert_int_equal(stats().interrupts, 1);
	assert_int_equal(stats().messages, 0);
}

static void other_slots_are_not_touched(void **state)
{
	u8 before[4096];

	memset(page, 0x5a, 4096);
	post_single(0x51, 0);
	memcpy(before, page, 4096);
	host_interrupts();
	assert_memory_equal(before + 256, (u8 *)page + 256, 4096 - 256);
	assert_int_equal(stats().messages, 1);
}

static void failed_allocation_of_counters_is_enomem(void **state)
{
	vtl_synic_exit();
	shim_allocations = 0;
	shim_fail_at = 1;
	assert_int_equal(vtl_synic_online(0), -ENOMEM);
	assert_int_equal(vtl_synic_online(0), 0);
	/* The counters remain once they are allocated. */
	assert_int_equal(vtl_synic_online(0), 0);
	assert_int_equal(shim_allocations, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest tests[] = {
	TEST(messages_for_a_masked_sint_are_taken_later),
	TEST(a_cpu_without_pages_takes_nothing),
	TEST(a_vector_that_is_pending_merges),
	TEST(an_entry_of_vtl0_clears_the_arrivals),
	TEST(the_low_byte_of_a_single_vector_counts),
	TEST(eom_is_written_only_if_a_message_is_pending),
	TEST(a_pending_flag_that_is_set_late_is_seen),
	TEST(a_slot_that_the_host_rewrites_is_not_cleared),
	TEST(one_interrupt_handles_a_bounded_number_of_messages),
	TEST(a_long_queue_is_handled_completely),
	TEST(a_halted_vp_is_woken_once_a_message),
	TEST(messages_without_a_vp_are_dropped),
	TEST(an_interrupt_without_a_page_is_ignored),
	TEST(other_slots_are_not_touched),
	TEST(failed_allocation_of_counters_is_enomem),
};

TEST_PROGRAM("synic", tests)
