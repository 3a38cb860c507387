// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Freeing a vector while interrupts arrive: none is lost or misdelivered, and each one is ended
 * by an EOI.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "../harness/lab.h"

#define WAIT_MS 5000

/*
 * A busy machine may stop the whole VM for longer than quarantine usually lasts, while the
 * vector is still the target of a device that raises.
 */
#define QUARANTINE_LONG_MS 60000
/* The device raises within this time, so that the quarantine starts again. */
#define QUARANTINE_STORM_MS 2000

/* How often a storm raises its source in one call. */
#define STORM_RAISES 20

/* A source that is raised as fast as possible by its own thread. */
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
		if (!labhost_raise(lab.host, storm->source->device, storm->source->source,
				   STORM_RAISES, NULL))
			storm->raised += STORM_RAISES;
		others_run();
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
 * One unmap while an interrupt is pending on its CPU. Returns false if that CPU enabled
 * interrupts before the unmap began, so that the round shows nothing.
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

	/* The bit is already set when unmap has returned: the test does not wait for it. */
	assert_true(run_wait(lab.run[1], 0x51, 0));
	assert_int_equal(run_quiet(lab.run[1], 5), 0);
	assert_int_equal(totals("relayed") - relayed, 1);
	return held;
}

static void a_pending_interrupt_is_relayed_at_unmap(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned long unmapped = totals("unmapped");
	unsigned int rounds, held = 0;

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

	/* Each round leaves a noisy vector in quarantine, so other vectors are allocated. */
	driver_parameter("quarantine_ms", QUARANTINE_LONG_MS);
	driver_parameter("vectors_per_cpu", 0);
	vector = vtl_map(lab.vtl, 0x51, 0);
	assert_true(vector > 0);
	source_route(storm.source, 0, vector);
	storm_start(&storm);
	for (round = 0; round < 150; round++) {
		vector = vtl_map(lab.vtl, 0x51, 0);
		assert_true(run_wait(lab.run[0], 0x51, WAIT_MS));
		/* Unmap twice: for this round's reference, and for the one of the round before. */
		assert_int_equal(vtl_unmap(lab.vtl, vector, 0), 0);
		assert_int_equal(vtl_unmap(lab.vtl, vector, 0), 0);
		run_take(lab.run[0], bits);
		assert_int_equal(run_quiet(lab.run[0], 2), 0);
		vector = vtl_map(lab.vtl, 0x51, 0);
		source_route(storm.source, 0, vector);
	}
	storm_stop(&storm);
	assert_false(cpu_in_service(0));
}

static void a_stale_device_sets_no_other_mappings_bit(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned long unmapped = totals("unmapped");
	int old = vtl_map(lab.vtl, 0x51, 0), new[8], i;
	int mark;

	driver_parameter("quarantine_ms", QUARANTINE_LONG_MS);
	/* Wait until the rate limit of earlier warnings has expired. */
	sleep_ms(5500);
	mark = kernel_log_mark();
	source_route(edu, 0, old);
	assert_int_equal(vtl_unmap(lab.vtl, old, 0), 0);
	/* The same proxy vector and others are mapped: none of them gets the old vector. */
	for (i = 0; i < 8; i++) {
		new[i] = vtl_map(lab.vtl, 0x51 + i, 0);
		assert_int_not_equal(new[i], old);
	}
	for (i = 0; i < 25; i++) {
		source_raise(edu);
		totals_wait("unmapped", unmapped + i + 1);
		assert_int_equal(run_quiet(lab.run[0], 5), 0);
	}
	/* The kernel warns, but not 25 times. */
	assert_in_range(kernel_log_count(mark, "has no mapping"), 1, 12);

	assert_true(source_relays(edu, 0, new[3], 0x54));
	assert_false(cpu_in_service(0));
}

static void quarantine_ends_unless_the_device_still_raises(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	int vector = vtl_map(lab.vtl, 0x51, 0), i;

	driver_parameter("quarantine_ms", 2500);
	source_route(edu, 0, vector);
	assert_int_equal(vtl_unmap(lab.vtl, vector, 0), 0);
	/* The loop takes longer than a quarantine lasts. */
	for (i = 0; i < 120; i++) {
		source_raise(edu);
		sleep_ms(30);
	}
	assert_int_equal(cpus_column(0, "quarantined"), 1);
	assert_int_equal(labhost_mask(lab.host, edu->device, edu->source), 0);
	quarantine_wait_empty();
}

/* ---- a device that still raises its old vector ---- */

#define STALE_PROXY	0x51
#define STALE_OTHERS	0x80
#define STALE_VECTORS	40

/**
 * struct stale - a device that still raises its old vector
 * @source: its source, raised once in two milliseconds
 * @raised: number of raises
 */
struct stale {
	const struct labhost_source *source;
	bool stop;
	unsigned long raised;
	pthread_t thread;
};

/* The device that raises now; the fixture stops it after a check that failed. */
static struct stale *stale_running;

static void *stale_run(void *arg)
{
	struct stale *stale = arg;

	while (!__atomic_load_n(&stale->stop, __ATOMIC_ACQUIRE)) {
		if (!labhost_raise(lab.host, stale->source->device, stale->source->source, 1,
				   NULL))
			stale->raised++;
		sleep_ms(2);
	}
	return NULL;
}

static void stale_start(struct stale *stale, unsigned int cpu, int vector)
{
	*stale = (struct stale){ .source = source_of_kind(LAB_HOST_KIND_EDU) };
	source_route(stale->source, cpu, vector);
	assert_int_equal(pthread_create(&stale->thread, NULL, stale_run, stale), 0);
	stale_running = stale;
	sleep_ms(50);
}

static void stale_stop(struct stale *stale)
{
	__atomic_store_n(&stale->stop, true, __ATOMIC_RELEASE);
	pthread_join(stale->thread, NULL);
	stale_running = NULL;
	assert_int_equal(labhost_mask(lab.host, stale->source->device, stale->source->source), 0);
	assert_true(stale->raised > 0);
}

/*
 * Maps and unmaps through @vtl many more times than there are vectors: @old is never
 * allocated, and no bit of the VP is set.
 */
static void is_not_allocated(int vtl, unsigned int cpu, int old, unsigned int first, int rounds)
{
	uint32_t bits[8];
	int i, vector;

	for (i = 0; i < rounds; i++) {
		vector = vtl_map(vtl, first + i % 64, cpu);
		check(vector > 0, "round %d: %s", i, strerror(-vector));
		check(vector != old, "round %d: proxy vector %#x got the noisy vector %#x", i,
		      first + i % 64, old);
		check(!run_take(lab.run[cpu], bits), "round %d: a bit that was not raised", i);
		assert_int_equal(vtl_unmap(vtl, vector, cpu), 0);
	}
	/* The old vector is still in quarantine, because it is still raised. */
	assert_true(cpus_column(cpu, "quarantined") > 0);
	assert_int_equal(run_quiet(lab.run[cpu], 50), 0);
}

/* The same for a VMM that starts again, and maps the interrupts of all its devices. */
static void is_not_allocated_to_a_new_vmm(unsigned int cpu, int old)
{
	int vtl = vtl_open(), i, vector, got = 0;
	uint32_t bits[8];

	for (i = 0; i < 2 * STALE_VECTORS; i++) {
		vector = vtl_map(vtl, STALE_OTHERS + i, cpu);
		check(vector != old, "proxy vector %#x got the noisy vector %#x", STALE_OTHERS + i,
		      old);
		got += vector > 0;
	}
	assert_true(got > STALE_VECTORS);
	sleep_ms(100);
	assert_false(run_take(lab.run[cpu], bits));
	close(vtl);
}

static void a_raised_vector_is_not_allocated_again(void **state)
{
	unsigned int cpu = lab.cpus - 1;
	static struct stale stale;
	uint32_t bits[8];
	int old = vtl_map(lab.vtl, STALE_PROXY, cpu);

	stale_start(&stale, cpu, old);
	assert_int_equal(vtl_unmap(lab.vtl, old, cpu), 0);
	run_take(lab.run[cpu], bits);
	is_not_allocated(lab.vtl, cpu, old, STALE_OTHERS, 400);
	stale_stop(&stale);
}

/* The quota is two vectors and one of them is noisy, so one is left. */
static void a_noisy_vector_counts_toward_the_quota(void **state)
{
	static struct stale stale;
	int old = vtl_map(lab.vtl, STALE_PROXY, 0), vector;

	driver_parameter("vectors_per_cpu", 2);
	stale_start(&stale, 0, old);
	assert_int_equal(vtl_unmap(lab.vtl, old, 0), 0);
	/* Wait for longer than a quiet vector stays in quarantine. */
	sleep_ms(2500);
	vector = vtl_map(lab.vtl, STALE_OTHERS, 0);
	assert_true(vector > 0);
	assert_int_not_equal(vector, old);
	assert_int_equal(vtl_map(lab.vtl, STALE_OTHERS + 1, 0), -ENODEV);
	/* The proxy vector that it was mapped to does not get it either. */
	assert_int_equal(vtl_map(lab.vtl, STALE_PROXY, 0), -ENODEV);
	stale_stop(&stale);
	quarantine_wait_empty();
	assert_int_equal(vtl_map(lab.vtl, STALE_OTHERS + 1, 0), old);
}

/* Maps as many vectors as a device with many interrupts uses. Returns the noisy one. */
static int many_map(int vtl, unsigned int cpu)
{
	int i, vector, noisy = 0;

	for (i = 0; i < STALE_VECTORS; i++) {
		vector = vtl_map(vtl, STALE_OTHERS + i, cpu);
		check(vector > 0, "map: %s", strerror(-vector));
		if (i == STALE_VECTORS / 2)
			noisy = vector;
	}
	return noisy;
}

static void a_noisy_vector_of_a_closed_file_is_not_allocated_again(void **state)
{
	unsigned int cpu = lab.cpus - 1;
	static struct stale stale;
	int file = vtl_open(), old = many_map(file, cpu);
	uint32_t bits[8];

	stale_start(&stale, cpu, old);
	close(file);
	run_take(lab.run[cpu], bits);
	is_not_allocated_to_a_new_vmm(cpu, old);
	stale_stop(&stale);
}

/* In a child: maps, and reports the vector to raise. */
static void killed_vmm_run(int report, unsigned int cpu)
{
	int vtl = vtl_open(), i, vector, noisy = -1;

	for (i = 0; i < STALE_VECTORS; i++) {
		vector = vtl_map(vtl, STALE_OTHERS + i, cpu);
		if (i == STALE_VECTORS / 2)
			noisy = vector;
	}
	child_report(report, &noisy, sizeof(noisy));
}

static void a_noisy_vector_of_a_killed_vmm_is_not_allocated_again(void **state)
{
	unsigned int cpu = lab.cpus - 1;
	static struct stale stale;
	unsigned long before = totals("mappings");
	int report, old = -1;
	uint32_t bits[8];
	pid_t child = child_fork(&report);

	if (!child)
		killed_vmm_run(report, cpu);
	child_read(report, &old, sizeof(old));
	assert_true(old >= 0);
	stale_start(&stale, cpu, old);
	child_kill(child);
	/* The kernel closes a process's files before it reports its end. */
	assert_int_equal(totals("mappings"), before);
	run_take(lab.run[cpu], bits);
	is_not_allocated_to_a_new_vmm(cpu, old);
	stale_stop(&stale);
}

/*
 * For each retarget of the guest, OpenHCL's VMM maps, is refused by the host and unmaps
 * (virt_mshv_vtl, processor/hardware_cvm/mod.rs): the vectors are not exhausted even if there
 * are few, and the interrupt that is raised in the end is relayed.
 */
static void failed_attempts_use_up_no_vectors(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	int vector = 0, round;

	driver_parameter("quarantine_ms", QUARANTINE_LONG_MS);
	for (round = 0; round < 3000; round++) {
		driver_parameter("vectors_per_cpu", round < 1500 ? -1 : 3);
		vector = vtl_map(lab.vtl, 16 + round % 240, 0);
		check(vector > 0, "round %d: %s", round, strerror(-vector));
		assert_int_equal(vtl_unmap(lab.vtl, vector, 0), 0);
	}
	vector = vtl_map(lab.vtl, STALE_PROXY, 0);
	assert_true(vector > 0);
	assert_true(source_relays(edu, 0, vector, STALE_PROXY));
	assert_int_equal(run_quiet(lab.run[0], 20), 0);
	assert_false(cpu_in_service(0));
}

/* All vectors were raised and are quiet now: map waits for one, but only for a limited time. */
static void raised_vectors_are_freed_when_they_are_quiet(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	uint64_t before = now_ms();
	int vector, round;

	driver_parameter("vectors_per_cpu", 2);
	for (round = 0; round < 6; round++) {
		vector = vtl_map(lab.vtl, STALE_OTHERS + round, 0);
		check(vector > 0, "round %d: %s", round, strerror(-vector));
		assert_true(source_relays(edu, 0, vector, STALE_OTHERS + round));
		assert_int_equal(labhost_mask(lab.host, edu->device, edu->source), 0);
		assert_int_equal(vtl_unmap(lab.vtl, vector, 0), 0);
	}
	assert_true(now_ms() - before >= 2 * QUARANTINE_DEFAULT_MS);
	/* If the quarantine lasts too long, map fails instead of waiting for its end. */
	driver_parameter("quarantine_ms", QUARANTINE_LONG_MS);
	before = now_ms();
	assert_int_equal(vtl_map(lab.vtl, STALE_PROXY, 0), -ENODEV);
	assert_true(now_ms() - before < QUARANTINE_DEFAULT_MS);
}

/* Waits if needed: a vector that was raised after its unmap is in quarantine for a while. */
static int map_when_one_is_left(unsigned int proxy, unsigned int cpu)
{
	unsigned int waited;
	int vector = vtl_map(lab.vtl, proxy, cpu);

	for (waited = 0; vector == -ENODEV && waited < patience(WAIT_MS); waited += 20) {
		sleep_ms(20);
		vector = vtl_map(lab.vtl, proxy, cpu);
	}
	check(vector > 0, "map: %s", strerror(-vector));
	return vector;
}

/*
 * Waits until the device has raised its present vector: a raise that is in progress now may
 * have begun before that vector was set. A vector that was never raised could be allocated to
 * another mapping; see docs/trust.md.
 */
static void storm_wait_raise(struct storm *storm)
{
	unsigned long before = __atomic_load_n(&storm->raised, __ATOMIC_RELAXED);
	uint64_t deadline = now_ms() + patience(WAIT_MS);

	while (__atomic_load_n(&storm->raised, __ATOMIC_RELAXED) - before <
	       2 * STORM_RAISES) {
		check(now_ms() < deadline, "the storm is over");
		others_run();
	}
}

/* Returns how often a source was raised in total. */
static uint64_t source_raised(const struct labhost_source *source)
{
	__u64 total = 0;

	assert_int_equal(labhost_raise(lab.host, source->device, source->source, 0, &total), 0);
	return total;
}

/*
 * 2,000 unmaps while the device raises without a pause. A missing EOI would leave the vector in
 * service, and that CPU would never again accept a vector of the same priority class. So each
 * vector is tested afterwards.
 */
static void two_thousand_unmaps_under_load(void **state)
{
	struct storm storm = { .source = source_of_kind(LAB_HOST_KIND_EDU) };
	const struct labhost_source *probe = storm.source + 1;
	unsigned long arrived = totals("relayed") + totals("unmapped");
	uint64_t raised = source_raised(storm.source);
	unsigned int cpu = lab.cpus - 1, round, proxy;
	int vector;

	assert_int_equal(probe->kind, LAB_HOST_KIND_EDU);
	driver_parameter("quarantine_ms", QUARANTINE_STORM_MS);
	driver_parameter("vectors_per_cpu", 0);
	storm.away_from = cpu;
	vector = vtl_map(lab.vtl, 0x51, cpu);
	assert_true(vector > 0);
	source_route(storm.source, cpu, vector);
	storm_start(&storm);
	for (round = 0; round < 2000; round++) {
		storm_wait_raise(&storm);
		assert_int_equal(vtl_unmap(lab.vtl, vector, cpu), 0);
		vector = map_when_one_is_left(0x51, cpu);
		source_route(storm.source, cpu, vector);
	}
	storm_stop(&storm);
	arrived = totals("relayed") + totals("unmapped") - arrived;
	raised = source_raised(storm.source) - raised;
	print_message("# %lu raised in the storm, %lu relayed or late\n", (unsigned long)raised,
		      arrived);
	assert_true(raised > 2000);
	/* None was relayed twice. Fewer arrive, because the CPU merges those that are pending. */
	assert_in_range(arrived, 1, raised);
	assert_false(cpu_in_service(cpu));
	assert_int_equal(labhost_mask(lab.host, storm.source->device, storm.source->source), 0);
	assert_int_equal(vtl_unmap(lab.vtl, vector, cpu), 0);
	quarantine_wait_empty();
	runs_clear();

	/* The storm's source is silent now; another source tests every vector. */
	for (proxy = 16; proxy < 256; proxy++) {
		vector = vtl_map(lab.vtl, proxy, cpu);
		if (vector < 0)
			break;
		check(source_relays(probe, cpu, vector, proxy), "vector %#x is stuck", vector);
	}
	assert_in_range(proxy, 150, 255);
}

/* OpenHCL mounts sysfs, but not debugfs (underhill_init/src/lib.rs). */
static void sysfs_has_each_cpus_counters(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned int last = lab.cpus - 1;
	unsigned long redirected = sysfs_count("redirected", last);
	unsigned long unmapped = sysfs_count("unmapped", last), i;
	int vector = vtl_map(lab.vtl, 0x51, last);

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

/* Waits until the vectors of the previous test are free again. */
static int setup(void **state)
{
	int ret = lab_setup(state);

	quarantine_wait_empty();
	return ret;
}

/* The cleanup also runs after a check that failed. */
static int teardown(void **state)
{
	if (stale_running)
		stale_stop(stale_running);
	driver_parameter("quarantine_ms", QUARANTINE_DEFAULT_MS);
	driver_parameter("vectors_per_cpu", -1);
	return lab_teardown(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest tests[] = {
	TEST(a_pending_interrupt_is_relayed_at_unmap),
	TEST(after_unmap_no_bit_is_set),
	TEST(a_stale_device_sets_no_other_mappings_bit),
	TEST(quarantine_ends_unless_the_device_still_raises),
	TEST(a_raised_vector_is_not_allocated_again),
	TEST(a_noisy_vector_counts_toward_the_quota),
	TEST(a_noisy_vector_of_a_closed_file_is_not_allocated_again),
	TEST(a_noisy_vector_of_a_killed_vmm_is_not_allocated_again),
	TEST(failed_attempts_use_up_no_vectors),
	TEST(raised_vectors_are_freed_when_they_are_quiet),
	TEST(two_thousand_unmaps_under_load),
	TEST(sysfs_has_each_cpus_counters),
};

TEST_PROGRAM("unmap", tests)
