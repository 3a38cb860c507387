// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Giving a vector back while interrupts arrive: none lost, none misdelivered,
 * each one EOId.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vtl.h"

#define WAIT_MS 5000

/*
 * A busy machine may stop the whole VM for longer than quarantine usually
 * lasts, with a device that raises still pointing at the vector.
 */
#define QUARANTINE_LONG_MS 60000

/* A source that raises as fast as it can on a thread of its own. */
struct storm {
	const struct labhost_source *source;
	unsigned int away_from;
	bool stop;
	unsigned long raised;
	pthread_t thread;
};

static void *storm_run(void *arg)
{
	struct storm *storm = arg;

	cpu_pin_away(storm->away_from);
	while (!__atomic_load_n(&storm->stop, __ATOMIC_ACQUIRE)) {
		if (!labhost_raise(lab.host, storm->source->device, storm->source->source, 20,
				   NULL))
			storm->raised += 20;
	}
	return NULL;
}

static void storm_start(struct storm *storm)
{
	assert_int_equal(pthread_create(&storm->thread, NULL, storm_run, storm), 0);
}

static void storm_stop(struct storm *storm)
{
	__atomic_store_n(&storm->stop, true, __ATOMIC_RELEASE);
	pthread_join(storm->thread, NULL);
}

/*
 * One unmap with an interrupt pending at its CPU; false if that CPU opened its
 * interrupts before unmap had begun, and the round says nothing.
 */
static bool unmap_with_one_pending(const struct labhost_source *source)
{
	unsigned long relayed = totals("relayed");
	int vector = vtl_map(lab.vtl, 0x51, 1), ret;
	bool held;

	assert_true(vector > 0);
	source_route(source, 1, vector);
	ret = labhost_raise_held(lab.host, source->device, source->source, 1, 50000);
	check(!ret, "raise_held: %s", strerror(-ret));
	held = !__atomic_load_n(&lab.run[1]->scan_proxy_irr, __ATOMIC_ACQUIRE);
	assert_int_equal(vtl_unmap(lab.vtl, vector, 1), 0);

	/* When unmap has returned the bit is there; nothing is waited for. */
	assert_true(run_wait(lab.run[1], 0x51, 0));
	assert_int_equal(run_quiet(lab.run[1], 5), 0);
	assert_int_equal(totals("relayed") - relayed, 1);
	return held;
}

static void what_is_pending_at_unmap_is_relayed(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned long unmapped = totals("unmapped");
	unsigned int rounds, held = 0;

	(void)state;
	NEEDS_TWO_CPUS();
	cpu_pin(0);
	for (rounds = 0; rounds < 100 && held < 20; rounds++)
		held += unmap_with_one_pending(edu);
	check(held == 20, "only %u of %u were pending at unmap", held, rounds);
	assert_int_equal(totals("unmapped"), unmapped);
	assert_false(cpu_in_service(1));
}

static void after_unmap_no_bit_is_set(void **state)
{
	struct storm storm = { .source = source_of_kind(LAB_HOST_KIND_EDU) };
	uint32_t bits[8];
	int vector, round;
	long span;

	(void)state;
	span = driver_parameter("quarantine_ms", QUARANTINE_LONG_MS);
	vector = vtl_map(lab.vtl, 0x51, 0);
	assert_true(vector > 0);
	source_route(storm.source, 0, vector);
	storm_start(&storm);
	for (round = 0; round < 200; round++) {
		vector = vtl_map(lab.vtl, 0x51, 0);
		assert_true(run_wait(lab.run[0], 0x51, WAIT_MS));
		/* Twice: the one of this round, and the one before it. */
		assert_int_equal(vtl_unmap(lab.vtl, vector, 0), 0);
		assert_int_equal(vtl_unmap(lab.vtl, vector, 0), 0);
		run_take(lab.run[0], bits);
		assert_int_equal(run_quiet(lab.run[0], 2), 0);
		vector = vtl_map(lab.vtl, 0x51, 0);
		source_route(storm.source, 0, vector);
	}
	storm_stop(&storm);
	driver_parameter("quarantine_ms", span);
	assert_false(cpu_in_service(0));
}

static void a_stale_device_sets_no_other_mappings_bit(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned long unmapped = totals("unmapped");
	int old = vtl_map(lab.vtl, 0x51, 0), new[8], i;
	long span = driver_parameter("quarantine_ms", QUARANTINE_LONG_MS);
	int mark;

	(void)state;
	/* Let the limit of the warnings before it run out. */
	sleep_ms(5500);
	mark = kernel_log_mark();
	source_route(edu, 0, old);
	assert_int_equal(vtl_unmap(lab.vtl, old, 0), 0);
	/* The very same, and others: none gets the old vector. */
	for (i = 0; i < 8; i++) {
		new[i] = vtl_map(lab.vtl, 0x51 + i, 0);
		assert_int_not_equal(new[i], old);
	}
	for (i = 0; i < 25; i++) {
		source_raise(edu);
		totals_wait("unmapped", unmapped + i + 1);
		assert_int_equal(run_quiet(lab.run[0], 5), 0);
	}
	/* Warned of, and not 25 times. */
	assert_in_range(kernel_log_count(mark, "has no mapping"), 1, 12);

	source_route(edu, 0, new[3]);
	source_raise(edu);
	assert_true(run_wait(lab.run[0], 0x54, WAIT_MS));
	assert_false(cpu_in_service(0));
	driver_parameter("quarantine_ms", span);
}

static void quarantine_ends_in_time_but_not_while_the_device_raises(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	long span = driver_parameter("quarantine_ms", 2500);
	int vector = vtl_map(lab.vtl, 0x51, 0), i;

	(void)state;
	source_route(edu, 0, vector);
	assert_int_equal(vtl_unmap(lab.vtl, vector, 0), 0);
	/* Longer than quarantine lasts. */
	for (i = 0; i < 120; i++) {
		source_raise(edu);
		sleep_ms(30);
	}
	assert_int_equal(cpus_column(0, "quarantined"), 1);
	assert_int_equal(labhost_mask(lab.host, edu->device, edu->source), 0);
	quarantine_wait_empty();
	driver_parameter("quarantine_ms", span);
}

static void quarantine_is_bounded_in_number(void **state)
{
	long bound = driver_parameter("quarantine_max", 4);
	int vectors[10], i;

	(void)state;
	quarantine_wait_empty();
	for (i = 0; i < 10; i++)
		vectors[i] = vtl_map(lab.vtl, 0x51 + i, 0);
	for (i = 0; i < 10; i++)
		assert_int_equal(vtl_unmap(lab.vtl, vectors[i], 0), 0);
	assert_int_equal(cpus_column(0, "quarantined"), 4);
	assert_int_equal(mappings_with(" quarantined "), 4);
	driver_parameter("quarantine_max", 0);
	vectors[0] = vtl_map(lab.vtl, 0x51, 0);
	assert_int_equal(vtl_unmap(lab.vtl, vectors[0], 0), 0);
	assert_int_equal(cpus_column(0, "quarantined"), 0);
	driver_parameter("quarantine_max", bound);
}

/*
 * 2,000 unmaps while the device raises without a pause. A missed EOI would
 * leave the vector in service, and that CPU would never again take one of its
 * priority class: so each vector is tried afterwards.
 */
static void two_thousand_unmaps_in_a_storm(void **state)
{
	struct storm storm = { .source = source_of_kind(LAB_HOST_KIND_EDU) };
	const struct labhost_source *probe = storm.source + 1;
	unsigned int cpu = lab.cpus - 1, round, proxy;
	long quota, span;
	int vector;

	(void)state;
	assert_int_equal(probe->kind, LAB_HOST_KIND_EDU);
	span = driver_parameter("quarantine_ms", QUARANTINE_LONG_MS);
	storm.away_from = cpu;
	vector = vtl_map(lab.vtl, 0x51, cpu);
	assert_true(vector > 0);
	source_route(storm.source, cpu, vector);
	storm_start(&storm);
	for (round = 0; round < 2000; round++) {
		assert_int_equal(vtl_unmap(lab.vtl, vector, cpu), 0);
		vector = vtl_map(lab.vtl, 0x51, cpu);
		check(vector > 0, "round %u: %s", round, strerror(-vector));
		source_route(storm.source, cpu, vector);
	}
	storm_stop(&storm);
	print_message("# %lu raised in the storm\n", storm.raised);
	assert_true(storm.raised > 2000);
	assert_false(cpu_in_service(cpu));
	assert_int_equal(labhost_mask(lab.host, storm.source->device, storm.source->source), 0);
	assert_int_equal(vtl_unmap(lab.vtl, vector, cpu), 0);
	driver_parameter("quarantine_ms", span);
	quarantine_wait_empty();
	runs_clear();

	/* The storm's source is silent; another tries every vector there is. */
	quota = driver_parameter("vectors_per_cpu", 0);
	for (proxy = 16; proxy < 256; proxy++) {
		vector = vtl_map(lab.vtl, proxy, cpu);
		if (vector < 0)
			break;
		source_route(probe, cpu, vector);
		source_raise(probe);
		check(run_wait(lab.run[cpu], proxy, WAIT_MS), "vector %#x is stuck", vector);
	}
	assert_in_range(proxy, 150, 255);
	driver_parameter("vectors_per_cpu", quota);
}

/*
 * Map and unmap from several threads, over all CPUs, while devices raise. As a
 * host would, a device is sent elsewhere before its vector is given back: to a
 * mapping that stays.
 */
static int staying_vector;

static void *churn_run(void *arg)
{
	const struct labhost_source *source = &lab.sources[(unsigned long)arg];
	unsigned int seed = (unsigned long)arg, i;
	int vtl = vtl_open();

	for (i = 0; i < 1500; i++) {
		unsigned int cpu = rand_r(&seed) % lab.cpus;
		int vector = vtl_map(vtl, 0x51 + rand_r(&seed) % 6, cpu);

		if (vector < 0)
			return (void *)-1L;
		if (i % 20 == 0) {
			source_route(source, cpu, vector);
			source_raise(source);
			source_route(source, 0, staying_vector);
		}
		if (rand_r(&seed) % 8 && vtl_unmap(vtl, vector, cpu))
			return (void *)-1L;
	}
	close(vtl);
	return NULL;
}

static void several_threads_map_and_unmap_in_a_storm(void **state)
{
	struct storm storm = { .source = source_of_kind(LAB_HOST_KIND_EDU) };
	pthread_t threads[3];
	unsigned int cpu;
	unsigned long i;
	void *failed;
	long span;

	(void)state;
	span = driver_parameter("quarantine_ms", QUARANTINE_LONG_MS);
	staying_vector = vtl_map(lab.vtl, 0x60, 0);
	assert_true(staying_vector > 0);
	source_route(storm.source, 0, staying_vector);
	storm_start(&storm);
	for (i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, churn_run, (void *)i), 0);
	for (i = 0; i < 3; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	storm_stop(&storm);
	driver_parameter("quarantine_ms", span);
	assert_int_equal(totals("mappings"), 1);
	for (cpu = 0; cpu < lab.cpus; cpu++)
		assert_false(cpu_in_service(cpu));
}

/* OpenHCL mounts sysfs, and no debugfs (underhill_init/src/lib.rs). */
static void sysfs_has_each_cpus_counters(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned int last = lab.cpus - 1;
	unsigned long redirected = sysfs_count("redirected", last);
	unsigned long unmapped = sysfs_count("unmapped", last), i;
	int vector = vtl_map(lab.vtl, 0x51, last);

	(void)state;
	source_route(edu, last, vector);
	for (i = 1; i <= 5; i++) {
		source_raise(edu);
		assert_true(run_wait(lab.run[last], 0x51, WAIT_MS));
		assert_int_equal(sysfs_count("redirected", last), redirected + i);
	}
	assert_int_equal(vtl_unmap(lab.vtl, vector, last), 0);
	source_raise(edu);
	for (i = 0; i < WAIT_MS && sysfs_count("unmapped", last) == unmapped; i++)
		sleep_ms(1);
	assert_int_equal(sysfs_count("unmapped", last), unmapped + 1);
	assert_int_equal(sysfs_count("redirected", last), redirected + 5);
	assert_int_equal(sysfs_count("redirected", last), cpus_column(last, "relayed"));
	assert_int_equal(sysfs_count("redirected", 0), cpus_column(0, "relayed"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(what_is_pending_at_unmap_is_relayed),
		LAB_TEST(after_unmap_no_bit_is_set),
		LAB_TEST(a_stale_device_sets_no_other_mappings_bit),
		LAB_TEST(quarantine_ends_in_time_but_not_while_the_device_raises),
		LAB_TEST(quarantine_is_bounded_in_number),
		LAB_TEST(two_thousand_unmaps_in_a_storm),
		LAB_TEST(several_threads_map_and_unmap_in_a_storm),
		LAB_TEST(sysfs_has_each_cpus_counters),
	};

	return cmocka_run_group_tests_name("unmap", tests, NULL, NULL);
}
