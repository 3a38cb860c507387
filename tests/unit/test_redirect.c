// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The portable core of redirected interrupts, on the emulated architecture.
 *
 * This test includes redirect.c, so that it can set the module parameters.
 */
#include "../harness/check.h"
#include "shim.h"
#include "arch_emul.h"
#include "redirect.c"

#define FILES 3

static struct redirect_file files[FILES];

static struct mshv_vtl_run *run_page(unsigned int cpu)
{
	return (struct mshv_vtl_run *)vtl_vp_run_page_get(cpu);
}

static bool bit_is_set(unsigned int cpu, u32 vector)
{
	return run_page(cpu)->proxy_irr[vector / 32] >> vector % 32 & 1;
}

/* Takes all bits of a VP, as a VMM does. Returns how many there were. */
static unsigned int bits_take(unsigned int cpu)
{
	struct mshv_vtl_run *run = run_page(cpu);
	unsigned int bank, taken = 0;

	if (!__atomic_load_n(&run->scan_proxy_irr, __ATOMIC_ACQUIRE))
		return 0;
	__atomic_store_n(&run->scan_proxy_irr, 0, __ATOMIC_SEQ_CST);
	for (bank = 0; bank < MSHV_VTL_PROXY_BANKS; bank++)
		taken += __builtin_popcount(__atomic_exchange_n(&run->proxy_irr[bank], 0,
								__ATOMIC_RELAXED));
	return taken;
}

static u32 must_map(struct redirect_file *file, unsigned int cpu, u32 proxy_vector)
{
	u32 vector = 0;

	assert_int_equal(vtl_redirect_map(file, proxy_vector, EMUL_ID(cpu), &vector), 0);
	return vector;
}

static void must_unmap(struct redirect_file *file, unsigned int cpu, u32 vector)
{
	assert_int_equal(vtl_redirect_unmap(file, vector, EMUL_ID(cpu)), 0);
}

static struct redirect_stats stats_of(unsigned int cpu)
{
	struct redirect_stats stats;

	assert_true(vtl_redirect_stats_get(cpu, &stats));
	return stats;
}

static u64 count_of(unsigned int cpu, u32 proxy_vector)
{
	struct mshv_vector_counts counts[REDIRECT_VECTORS];

	vtl_redirect_counts_get(cpu, 0, REDIRECT_VECTORS, counts);
	return counts[proxy_vector].redirected;
}

static int machine_start(bool available)
{
	unsigned int cpu;
	int i, ret;

	shim_reset();
	emul_reset();
	vectors_per_cpu = 0;
	quarantine_ms = 1000;

	ret = vtl_vp_init();
	ret = ret ?: vtl_redirect_init(available);
	for_each_possible_cpu(cpu) {
		ret = ret ?: vtl_vp_online(cpu);
		ret = ret ?: vtl_redirect_online(cpu);
	}
	for (i = 0; i < FILES; i++)
		ret = ret ?: vtl_redirect_file_init(&files[i]);
	return ret;
}

static int setup(void **state)
{
	return machine_start(true);
}

static int setup_unavailable(void **state)
{
	return machine_start(false);
}

/* After every test, when all files are closed, everything must be free again. */
static int teardown(void **state)
{
	unsigned int cpu, leaked = 0;
	int i;

	shim_fail_at = 0;
	for (i = 0; i < FILES; i++)
		vtl_redirect_file_release(&files[i]);
	for_each_possible_cpu(cpu)
		leaked += stats_of(cpu).mapped;
	vtl_redirect_exit();
	for_each_possible_cpu(cpu)
		leaked += emul_vectors_taken(cpu);
	vtl_vp_exit();
	return leaked || shim_hotplug_readers || emul_arrivals != emul_eois;
}

static void an_arrival_sets_the_bit_of_its_vp_and_scan(void **state)
{
	u32 vector = must_map(&files[0], 1, 0x51);

	emul_raise(1, vector);
	assert_true(bit_is_set(1, 0x51));
	assert_int_equal(run_page(1)->scan_proxy_irr, 1);
	assert_int_equal(bits_take(0), 0);
	assert_int_equal(bits_take(1), 1);
	assert_int_equal(stats_of(1).relayed, 1);
	assert_int_equal(stats_of(0).relayed, 0);
}

static void the_quota_is_met_to_the_vector(void **state)
{
	u32 vector;

	vectors_per_cpu = 2;
	must_map(&files[0], 0, 0x30);
	vector = must_map(&files[0], 0, 0x31);
	assert_int_equal(stats_of(0).free, 0);
	assert_int_equal(vtl_redirect_map(&files[0], 0x32, EMUL_ID(0), &vector), -ENODEV);
	must_map(&files[0], 1, 0x32);
	/* Vectors in quarantine count against the quota, but they are reused. */
	vector = must_map(&files[0], 0, 0x31);
	must_unmap(&files[0], 0, vector);
	must_unmap(&files[0], 0, vector);
	assert_int_equal(stats_of(0).quarantined, 1);
	must_map(&files[0], 0, 0x33);
	assert_int_equal(stats_of(0).quarantined, 0);
}

static void the_automatic_quota_is_never_unlimited(void **state)
{
	vectors_per_cpu = -1;
	/* The emulated machine has fewer vectors than the quota must leave: one is allowed. */
	assert_int_equal(stats_of(0).quota, 1);
}

/* Maps all vectors by one file. */
static void map_them_all(struct redirect_file *file, unsigned int cpu, u32 *vectors)
{
	int i;

	for (i = 0; i < EMUL_VECTORS; i++)
		vectors[i] = must_map(file, cpu, 0x30 + i);
}

/* Maps all vectors, raises each of them, and takes their bits. */
static void map_and_raise_them_all(struct redirect_file *file, unsigned int cpu, u32 *vectors)
{
	int i;

	map_them_all(file, cpu, vectors);
	for (i = 0; i < EMUL_VECTORS; i++)
		emul_raise(cpu, vectors[i]);
	assert_int_equal(bits_take(cpu), EMUL_VECTORS);
}

static void exhaustion_allocates_quiet_vectors_from_quarantine(void **state)
{
	u32 vectors[EMUL_VECTORS];
	unsigned long before = jiffies;

	map_them_all(&files[0], 0, vectors);
	must_unmap(&files[0], 0, vectors[7]);
	must_unmap(&files[0], 0, vectors[9]);
	/* The vector that was freed first is allocated first. */
	assert_int_equal(must_map(&files[0], 0, 0xa0), vectors[7]);
	assert_int_equal(must_map(&files[0], 0, 0xa1), vectors[9]);
	assert_int_equal(jiffies, before);
}

static void map_waits_until_a_raised_vector_is_quiet(void **state)
{
	u32 vectors[EMUL_VECTORS];
	unsigned long before;

	map_and_raise_them_all(&files[0], 0, vectors);
	must_unmap(&files[0], 0, vectors[3]);
	shim_advance(300);
	must_unmap(&files[0], 0, vectors[4]);
	before = jiffies;
	/* The vector that has been quiet for longer is allocated, after no longer than its time. */
	assert_int_equal(must_map(&files[0], 0, 0xa0), vectors[3]);
	assert_int_equal(jiffies - before, 700);
	assert_int_equal(must_map(&files[0], 0, 0xa1), vectors[4]);
	assert_int_equal(jiffies - before, 1000);
}

/* Map checks the time itself, and does not depend on the periodic work. */
static void a_vector_is_allocated_again_when_its_quarantine_ends(void **state)
{
	u32 vectors[EMUL_VECTORS];

	quarantine_ms = 100;
	map_and_raise_them_all(&files[0], 0, vectors);
	must_unmap(&files[0], 0, vectors[3]);
	jiffies += 100;
	assert_int_equal(must_map(&files[0], 0, 0xa0), vectors[3]);
}

/* Map fails with -ENODEV, and does not wait. */
static void no_vector_is_left(struct redirect_file *file, unsigned int cpu, u32 proxy_vector)
{
	unsigned long before = jiffies;
	u32 vector;

	assert_int_equal(vtl_redirect_map(file, proxy_vector, EMUL_ID(cpu), &vector), -ENODEV);
	assert_int_equal(jiffies, before);
}

static void map_does_not_wait_without_a_vector_that_becomes_free(void **state)
{
	u32 vectors[EMUL_VECTORS];

	map_and_raise_them_all(&files[0], 0, vectors);
	/* The first vector is still raised. */
	must_unmap(&files[0], 0, vectors[3]);
	emul_raise(0, vectors[3]);
	no_vector_is_left(&files[0], 0, 0xa0);
	/* The quarantine of the second one ends too late. */
	quarantine_ms = 5000;
	must_unmap(&files[0], 0, vectors[4]);
	no_vector_is_left(&files[0], 0, 0xa0);
	/* The quota forbids the allocation. */
	quarantine_ms = 1000;
	vectors_per_cpu = EMUL_VECTORS - 2;
	no_vector_is_left(&files[0], 0, 0xa0);
}

static void a_task_that_is_killed_does_not_wait(void **state)
{
	u32 vectors[EMUL_VECTORS];

	map_and_raise_them_all(&files[0], 0, vectors);
	must_unmap(&files[0], 0, vectors[3]);
	shim_killed = true;
	no_vector_is_left(&files[0], 0, 0xa0);
}

static u32 noisy_vector;

static void device_raises(void)
{
	emul_raise(2, noisy_vector);
}

/* The device starts to raise only when map waits for the vector. */
static void a_vector_raised_while_map_waits_is_not_allocated(void **state)
{
	u32 vectors[EMUL_VECTORS], vector;

	map_and_raise_them_all(&files[0], 2, vectors);
	noisy_vector = vectors[3];
	must_unmap(&files[0], 2, noisy_vector);
	shim_sleeper = device_raises;
	assert_int_equal(vtl_redirect_map(&files[0], 0xa0, EMUL_ID(2), &vector), -ENODEV);
	assert_int_equal(bits_take(2), 0);
}

static void quarantine_ends_meanwhile(void)
{
	shim_advance(3000);
	assert_int_equal(emul_vectors_taken(0), 0);
}

/* The interrupt that was pending at the unmap is swallowed, and the late one merges with it. */
static void a_merged_late_arrival_counts_for_quarantine(void **state)
{
	u32 vector = must_map(&files[0], 0, 0x40);

	emul_interrupts_close(0);
	emul_raise(0, vector);
	must_unmap(&files[0], 0, vector);
	shim_advance(900);
	emul_raise(0, vector);
	emul_interrupts_open(0);
	assert_int_equal(stats_of(0).unmapped, 0);
	shim_advance(900);
	assert_int_equal(emul_vectors_taken(0), 1);
}

static void a_running_handler_outlives_its_vector(void **state)
{
	u32 vector = must_map(&files[0], 0, 0x40);

	must_unmap(&files[0], 0, vector);
	emul_meanwhile = quarantine_ends_meanwhile;
	emul_raise(0, vector);
	emul_meanwhile = NULL;
	assert_int_equal(stats_of(0).unmapped, 1);
	assert_int_equal(bits_take(0), 0);
}

static void without_quarantine_a_vector_is_free_at_once(void **state)
{
	u32 vector = must_map(&files[0], 0, 0x40);

	quarantine_ms = 0;
	emul_raise(0, vector);
	must_unmap(&files[0], 0, vector);
	assert_int_equal(emul_vectors_taken(0), 0);
	assert_int_equal(stats_of(0).quarantined, 0);
}

static void what_is_pending_at_unmap_is_relayed_once(void **state)
{
	u32 vector = must_map(&files[0], 0, 0x40);

	emul_interrupts_close(0);
	emul_raise(0, vector);
	must_unmap(&files[0], 0, vector);
	assert_int_equal(bits_take(0), 1);
	assert_int_equal(count_of(0, 0x40), 1);

	/* Its arrival is neither relayed nor counted a second time, nor counted as unmapped. */
	emul_interrupts_open(0);
	assert_int_equal(bits_take(0), 0);
	assert_int_equal(count_of(0, 0x40), 1);
	assert_int_equal(stats_of(0).relayed, 1);
	assert_int_equal(stats_of(0).unmapped, 0);
	assert_int_equal(emul_arrivals, 1);
	assert_int_equal(emul_eois, 1);

	emul_raise(0, vector);
	assert_int_equal(stats_of(0).unmapped, 1);
}

static void a_vector_with_a_pending_interrupt_is_not_allocated_again(void **state)
{
	u32 vector = must_map(&files[0], 0, 0x40);

	quarantine_ms = 0;
	emul_interrupts_close(0);
	must_unmap(&files[0], 0, must_map(&files[0], 0, 0x41));
	emul_raise(0, vector);
	must_unmap(&files[0], 0, vector);
	assert_int_equal(bits_take(0), 1);
	assert_int_equal(emul_vectors_taken(0), 1);
	assert_int_not_equal(must_map(&files[0], 0, 0x42), vector);
	shim_advance(5000);
	assert_int_equal(stats_of(0).quarantined, 1);

	/* It is handled in the end, and sets no other bit. */
	emul_interrupts_open(0);
	assert_int_equal(bits_take(0), 0);
	assert_int_equal(emul_strays, 0);
	shim_advance(5000);
	assert_int_equal(stats_of(0).quarantined, 0);
}

/* If it could go offline and online again, its vectors would leave quarantine too early. */
static void a_cpu_with_a_noisy_vector_stays_online(void **state)
{
	noisy_vector = must_map(&files[0], 2, 0x40);
	emul_raise(2, noisy_vector);
	must_unmap(&files[0], 2, noisy_vector);
	shim_sleeper = device_raises;
	assert_int_equal(vtl_redirect_offline(2), -EBUSY);
	shim_sleeper = NULL;
	assert_non_null(strstr(shim_log, "CPU 2 cannot go offline"));
	assert_int_equal(emul_vectors_taken(2), 1);
	/* The operation waits until the vector is quiet. */
	assert_int_equal(vtl_redirect_offline(2), 0);
	assert_int_equal(emul_vectors_taken(2), 0);
}

static void arrivals_are_counted_by_proxy_vector(void **state)
{
	u32 first = must_map(&files[0], 1, 0x40), other = must_map(&files[0], 1, 0x41);

	emul_raise(1, first);
	emul_raise(1, first);
	emul_raise(1, other);
	assert_int_equal(count_of(1, 0x40), 2);
	assert_int_equal(count_of(1, 0x41), 1);
	assert_int_equal(count_of(1, 0x42), 0);
	assert_int_equal(count_of(0, 0x40), 0);

	/* A blocked interrupt is not relayed. */
	run_page(1)->proxy_irr_blocked[2] = 1;
	emul_raise(1, first);
	assert_int_equal(count_of(1, 0x40), 2);
}

static void counts_include_mappings_that_are_gone(void **state)
{
	u32 vector;
	int i;

	for (i = 0; i < 100; i++) {
		vector = must_map(&files[i % FILES], 1, 0x40 + i % 4);
		emul_raise(1, vector);
		must_unmap(&files[i % FILES], 1, vector);
		/* A late interrupt is not counted. */
		emul_raise(1, vector);
		shim_advance(100);
	}
	for (i = 0; i < 4; i++)
		assert_int_equal(count_of(1, 0x40 + i), 25);

	emul_raise(1, must_map(&files[0], 1, 0x40));
	assert_int_equal(count_of(1, 0x40), 26);
	assert_int_equal(stats_of(1).relayed, 101);
}

/* The code that counts merges in VTL0's virtual APIC asks this; the shim's CPU is 0. */
static void a_vector_is_owned_until_the_entry_after_its_unmap(void **state)
{
	unsigned long merged = vtl_vp_merged_get(0);
	u32 vector, other;

	assert_false(vtl_redirect_owns(0x40));
	vector = must_map(&files[0], 0, 0x40);
	other = must_map(&files[0], 0, 0x41);
	assert_true(vtl_redirect_owns(0x40));
	emul_raise(0, vector);
	emul_raise(0, vector);
	assert_int_equal(vtl_vp_merged_get(0) - merged, 1);
	must_unmap(&files[0], 0, vector);
	assert_true(vtl_redirect_owns(0x40));
	vtl_vp_entries++;
	assert_false(vtl_redirect_owns(0x40));
	must_unmap(&files[0], 0, other);
	assert_true(vtl_redirect_owns(0x41));
	assert_false(vtl_redirect_owns(0x40));
	vector = must_map(&files[0], 0, 0x40);
	must_unmap(&files[0], 0, vector);
	assert_true(vtl_redirect_owns(0x40));
	assert_true(vtl_redirect_owns(0x41));
	vtl_vp_entries++;
	assert_false(vtl_redirect_owns(0x40));
	assert_false(vtl_redirect_owns(0x41));
}

static void a_file_holds_no_more_references_than_can_be_counted(void **state)
{
	u32 vector = must_map(&files[0], 0, 0x40), again = 0;
	u32 *row = files[0].references[0];

	/* Act as if the file had mapped it so often. */
	row[vector] = U32_MAX - 1;
	redirect_tables[0]->by_vector[vector]->references = U32_MAX - 1;
	assert_int_equal(vtl_redirect_map(&files[0], 0x40, EMUL_ID(0), &again), 0);
	assert_int_equal(again, vector);
	assert_int_equal(vtl_redirect_map(&files[0], 0x40, EMUL_ID(0), &again), -EOVERFLOW);
	assert_int_equal(row[vector], U32_MAX);

	/* Another file may map it, and the sum has more bits. */
	must_map(&files[1], 0, 0x40);
	assert_true(redirect_tables[0]->by_vector[vector]->references == 1UL << 32);
	must_unmap(&files[0], 0, vector);
	assert_int_equal(vtl_redirect_map(&files[0], 0x40, EMUL_ID(0), &again), 0);

	/* All references are dropped with the file. */
	vtl_redirect_file_release(&files[0]);
	assert_int_equal(vtl_redirect_file_init(&files[0]), 0);
	must_unmap(&files[1], 0, vector);
	assert_int_equal(stats_of(0).mapped, 0);
}

/* All that there are, on all CPUs at once: each is its CPU's, and relays to its VP alone. */
static void every_vector_of_every_cpu_is_one_mapping(void **state)
{
	unsigned int cpu, i;

	for_each_possible_cpu(cpu) {
		bool seen[REDIRECT_VECTORS] = { false };
		u32 vector;

		for (i = 0; i < EMUL_VECTORS; i++) {
			vector = must_map(&files[cpu % FILES], cpu, 0x20 + i);
			assert_false(seen[vector]);
			seen[vector] = true;
		}
		assert_int_equal(vtl_redirect_map(&files[0], 0x10, EMUL_ID(cpu), &vector),
				 -ENODEV);
		assert_int_equal(stats_of(cpu).mapped, EMUL_VECTORS);
	}
	for_each_possible_cpu(cpu) {
		for (i = 0; i < EMUL_VECTORS; i++)
			emul_raise(cpu, redirect_tables[cpu]->by_proxy[0x20 + i]);
		assert_int_equal(stats_of(cpu).relayed, EMUL_VECTORS);
	}
	for_each_possible_cpu(cpu)
		assert_int_equal(bits_take(cpu), EMUL_VECTORS);
}

static void a_machine_that_cannot_redirect_is_enodev(void **state)
{
	u32 vector;

	assert_false(vtl_redirect_available());
	assert_int_equal(vtl_redirect_map(&files[0], 0x40, EMUL_ID(0), &vector), -ENODEV);
	assert_int_equal(vtl_redirect_map(&files[0], 3, EMUL_ID(0), &vector), -EINVAL);
	assert_int_equal(vtl_redirect_unmap(&files[0], 0x40, EMUL_ID(0)), -ENOENT);
	assert_int_equal(vtl_redirect_unmap(&files[0], 0x40, EMUL_ID(SHIM_CPUS)), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest tests[] = {
	TEST(an_arrival_sets_the_bit_of_its_vp_and_scan),
	TEST(the_quota_is_met_to_the_vector),
	TEST(the_automatic_quota_is_never_unlimited),
	TEST(exhaustion_allocates_quiet_vectors_from_quarantine),
	TEST(map_waits_until_a_raised_vector_is_quiet),
	TEST(a_vector_is_allocated_again_when_its_quarantine_ends),
	TEST(map_does_not_wait_without_a_vector_that_becomes_free),
	TEST(a_task_that_is_killed_does_not_wait),
	TEST(a_vector_raised_while_map_waits_is_not_allocated),
	TEST(a_merged_late_arrival_counts_for_quarantine),
	TEST(a_running_handler_outlives_its_vector),
	TEST(without_quarantine_a_vector_is_free_at_once),
	TEST(what_is_pending_at_unmap_is_relayed_once),
	TEST(a_vector_with_a_pending_interrupt_is_not_allocated_again),
	TEST(a_cpu_with_a_noisy_vector_stays_online),
	TEST(arrivals_are_counted_by_proxy_vector),
	TEST(counts_include_mappings_that_are_gone),
	TEST(a_vector_is_owned_until_the_entry_after_its_unmap),
	TEST(a_file_holds_no_more_references_than_can_be_counted),
	TEST(every_vector_of_every_cpu_is_one_mapping),
	cmocka_unit_test_setup_teardown(a_machine_that_cannot_redirect_is_enodev,
					setup_unavailable, teardown),
};

TEST_PROGRAM("redirect", tests)
