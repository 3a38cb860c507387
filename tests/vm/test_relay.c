// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The relay of an interrupt from a device's MSI to the bit in the run page: every interrupt sets
 * the right vector of the right VP, and no other bit.
 */
#include <errno.h>
#include <string.h>

#include "../harness/lab.h"

#define WAIT_MS 5000

/* At this moment no bit may be set on any CPU, except on @except. */
static void nothing_else_is_set(unsigned int except)
{
	uint32_t bits[8];
	unsigned int cpu, bank;

	for (cpu = 0; cpu < lab.cpus; cpu++) {
		if (cpu == except)
			continue;
		assert_int_equal(lab.run[cpu]->scan_proxy_irr, 0);
		for (bank = 0; bank < 8; bank++)
			assert_int_equal(lab.run[cpu]->proxy_irr[bank], 0);
	}
	assert_false(run_take(lab.run[except], bits));
}

/* Follows one interrupt from the device to the bit. */
static void relay_once(const struct labhost_source *source, unsigned int cpu,
		       unsigned int proxy_vector)
{
	int vector = vtl_map(lab.vtl, proxy_vector, cpu);

	check(vector > 0, "map: %s", strerror(-vector));
	check(source_relays(source, cpu, vector, proxy_vector),
	      "device %u source %u: no bit %#x of VP %u", source->device, source->source,
	      proxy_vector, cpu);
	nothing_else_is_set(cpu);
	assert_int_equal(labhost_mask(lab.host, source->device, source->source), 0);
	assert_int_equal(vtl_unmap(lab.vtl, vector, cpu), 0);
}

static void every_source_reaches_every_vp(void **state)
{
	unsigned int cpu;
	size_t i;

	assert_true(lab.count >= 12);
	for (i = 0; i < lab.count; i++) {
		for (cpu = 0; cpu < lab.cpus; cpu++)
			relay_once(&lab.sources[i], cpu, 0x51 + i);
	}
}

/* Intel SDM, "Valid Interrupt Vectors": 16 to 255. */
static void every_legal_vector_is_relayed_as_itself(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned int proxy_vector;

	for (proxy_vector = 16; proxy_vector < 256; proxy_vector++)
		relay_once(edu, proxy_vector % lab.cpus, proxy_vector);
}

static void a_mapping_alone_sets_no_bit(void **state)
{
	unsigned int cpu;

	for (cpu = 0; cpu < lab.cpus; cpu++)
		assert_true(vtl_map(lab.vtl, 0x51, cpu) > 0);
	sleep_ms(200);
	nothing_else_is_set(0);
}

static void a_masked_source_raises_no_interrupt(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	int vector = vtl_map(lab.vtl, 0x51, 0);

	source_route(edu, 0, vector);
	assert_int_equal(labhost_mask(lab.host, edu->device, edu->source), 0);
	assert_int_equal(labhost_raise(lab.host, edu->device, edu->source, 1, NULL), -EAGAIN);
	sleep_ms(50);
	nothing_else_is_set(0);
}

static void a_blocked_vector_is_counted_and_sets_no_bit(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned int cpu = lab.cpus - 1;
	int vector = vtl_map(lab.vtl, 0x51, cpu), i;
	unsigned long blocked = totals("blocked"), relayed = totals("relayed");

	source_route(edu, cpu, vector);
	__atomic_store_n(&lab.run[cpu]->proxy_irr_blocked[2], 1U << 0x11, __ATOMIC_RELAXED);
	for (i = 0; i < 10; i++) {
		source_raise(edu);
		totals_wait("blocked", blocked + i + 1);
	}
	assert_int_equal(totals("relayed"), relayed);
	nothing_else_is_set(cpu);

	/* The neighbours are not blocked, and neither is the vector once the filter opens. */
	__atomic_store_n(&lab.run[cpu]->proxy_irr_blocked[2], ~(1U << 0x11), __ATOMIC_RELAXED);
	source_raise(edu);
	assert_true(run_wait(lab.run[cpu], 0x51, WAIT_MS));
	assert_int_equal(totals("blocked") - blocked, 10);
	assert_false(cpu_in_service(cpu));
}

static void the_same_vector_on_two_vps_is_separate(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	int on0, on1;

	NEEDS_TWO_CPUS();
	on0 = vtl_map(lab.vtl, 0x51, 0);
	on1 = vtl_map(lab.vtl, 0x51, 1);
	assert_true(source_relays(edu, 1, on1, 0x51));
	nothing_else_is_set(1);
	assert_true(source_relays(edu, 0, on0, 0x51));
	nothing_else_is_set(0);
}

static const struct CMUnitTest tests[] = {
	LAB_TEST(every_source_reaches_every_vp),
	LAB_TEST(every_legal_vector_is_relayed_as_itself),
	LAB_TEST(a_mapping_alone_sets_no_bit),
	LAB_TEST(a_masked_source_raises_no_interrupt),
	LAB_TEST(a_blocked_vector_is_counted_and_sets_no_bit),
	LAB_TEST(the_same_vector_on_two_vps_is_separate),
};

TEST_PROGRAM("relay", tests)
