// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Hardware vectors: each is on the requested CPU or is refused; the quota; exhaustion; and all of
 * them are freed.
 */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../harness/lab.h"

static int vectors[PROXY_COUNT];

/* Maps until no vector is left. Returns how many were allocated. */
static unsigned int map_all(unsigned int cpu)
{
	return vtl_map_all(lab.vtl, cpu, vectors);
}

static void unmap_all(unsigned int cpu, unsigned int count)
{
	while (count--)
		assert_int_equal(vtl_unmap(lab.vtl, vectors[count], cpu), 0);
}

static void all_differ(unsigned int count)
{
	bool seen[256] = {};
	unsigned int i;

	for (i = 0; i < count; i++) {
		assert_in_range(vectors[i], 0x20, 0xff);
		assert_false(seen[vectors[i]]);
		seen[vectors[i]] = true;
	}
}

static unsigned int other_cpus_mapped(unsigned int cpu)
{
	unsigned int other, sum = 0;

	for (other = 0; other < lab.cpus; other++)
		sum += other == cpu ? 0 : cpus_column(other, "mapped");
	return sum;
}

static void exhaustion_of_a_cpu_is_enodev_and_takes_no_other_cpus_vector(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned int cpu = lab.cpus - 1, count, i;
	long quota = driver_parameter("vectors_per_cpu", 0);

	count = map_all(cpu);
	print_message("# CPU %u gave %u vectors\n", cpu, count);
	assert_in_range(count, 150, 203);
	assert_int_equal(vectors[count], -ENODEV);
	all_differ(count);
	assert_int_equal(other_cpus_mapped(cpu), 0);
	assert_int_equal(cpus_column(cpu, "mapped"), count);

	/* Each vector relays on the CPU, and for the proxy vector, that it was mapped for. */
	for (i = 0; i < count; i++) {
		check(source_relays(edu, cpu, vectors[i], PROXY_FIRST + i), "vector %#x of CPU %u",
		      vectors[i], cpu);
	}

	/* Another CPU has its own vectors; a pair that is mapped can be mapped again. */
	if (lab.cpus > 1)
		assert_true(vtl_map(lab.vtl, 0x51, 0) > 0);
	assert_int_equal(vtl_map(lab.vtl, PROXY_FIRST, cpu), vectors[0]);
	assert_int_equal(vtl_unmap(lab.vtl, vectors[0], cpu), 0);
	unmap_all(cpu, count);
	driver_parameter("vectors_per_cpu", quota);
}

static void all_vectors_are_freed(void **state)
{
	unsigned int cpu = lab.cpus - 1, first, round;
	long quota = driver_parameter("vectors_per_cpu", 0);

	first = map_all(cpu);
	for (round = 0; round < 3; round++) {
		unmap_all(cpu, first);
		/* Vectors in quarantine that were never raised are reused immediately. */
		assert_int_equal(map_all(cpu), first);
	}
	unmap_all(cpu, first);
	driver_parameter("vectors_per_cpu", quota);
}

static void the_default_quota_leaves_vectors_to_other_devices(void **state)
{
	long quota = driver_parameter("vectors_per_cpu", 0);
	unsigned int all, with_quota;

	assert_int_equal(quota, -1);
	all = map_all(0);
	unmap_all(0, all);
	driver_parameter("vectors_per_cpu", quota);
	with_quota = map_all(0);
	print_message("# CPU 0 has %u vectors, the quota gives %u\n", all, with_quota);
	assert_int_equal(vectors[with_quota], -ENODEV);
	assert_int_equal(cpus_column(0, "quota"), with_quota);
	assert_int_equal(cpus_column(0, "free"), 0);
	/* The quota is the allocator's range minus 64. */
	assert_in_range(with_quota, 100, 203 - 64);
	unmap_all(0, with_quota);
}

static void a_quota_of_five_gives_five(void **state)
{
	long quota = driver_parameter("vectors_per_cpu", 5);

	assert_int_equal(map_all(0), 5);
	assert_int_equal(vectors[5], -ENODEV);
	if (lab.cpus > 1)
		assert_true(vtl_map(lab.vtl, 0xf0, 1) > 0);
	/* A freed vector can be allocated again, whether it was in quarantine or not. */
	assert_int_equal(vtl_unmap(lab.vtl, vectors[4], 0), 0);
	assert_true(vtl_map(lab.vtl, 0xf0, 0) > 0);
	driver_parameter("vectors_per_cpu", quota);
}

/* Otherwise the checks for leaks, here and in other tests, would detect nothing. */
static void mappings_count_among_the_interrupt_descriptors(void **state)
{
	unsigned int before, i;
	int vtl = vtl_open();

	quarantine_wait_empty();
	before = irq_descriptors();
	for (i = 0; i < 50; i++)
		assert_true(vtl_map(vtl, 0x40 + i, 0) > 0);
	assert_int_equal(irq_descriptors(), before + 50);
	close(vtl);
	quarantine_wait_empty();
	assert_int_equal(irq_descriptors(), before);
}

/* Copies the state of the Linux interrupt of the only mapping, as genirq shows it. */
static bool interrupt_show(char *text, size_t size)
{
	glob_t files;
	bool found = false;
	size_t i, length;
	FILE *file;

	if (glob("/sys/kernel/debug/irq/irqs/*", 0, NULL, &files))
		return false;
	for (i = 0; i < files.gl_pathc && !found; i++) {
		file = fopen(files.gl_pathv[i], "re");
		if (!file)
			continue;
		length = fread(text, 1, size - 1, file);
		text[length] = 0;
		fclose(file);
		found = strstr(text, "VTL0-redirect");
	}
	globfree(&files);
	return found;
}

/* Its descriptor has no action, and is freed without a look for one (kernel/irq/manage.c). */
static void no_driver_can_request_the_interrupt_of_a_mapping(void **state)
{
	char text[4096];
	int vector = vtl_map(lab.vtl, 0x51, 0);

	assert_true(vector > 0);
	/* Only a kernel with CONFIG_GENERIC_IRQ_DEBUGFS has these files. */
	if (access("/sys/kernel/debug/irq/irqs", F_OK))
		skip();
	assert_true(interrupt_show(text, sizeof(text)));
	check(strstr(text, "_IRQ_NOREQUEST"), "the interrupt can be requested:\n%s", text);
	check(strstr(text, "_IRQ_NOPROBE"), "the interrupt can be probed:\n%s", text);
	assert_int_equal(vtl_unmap(lab.vtl, vector, 0), 0);
}

static const struct CMUnitTest tests[] = {
	LAB_TEST(exhaustion_of_a_cpu_is_enodev_and_takes_no_other_cpus_vector),
	LAB_TEST(all_vectors_are_freed),
	LAB_TEST(the_default_quota_leaves_vectors_to_other_devices),
	LAB_TEST(a_quota_of_five_gives_five),
	LAB_TEST(mappings_count_among_the_interrupt_descriptors),
	LAB_TEST(no_driver_can_request_the_interrupt_of_a_mapping),
};

TEST_PROGRAM("vectors", tests)
