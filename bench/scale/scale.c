// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Measures what a mapping costs when it is the only one, and when there are 200 on each of
 * 2,048 CPUs. It runs the driver's portable core on the emulated architecture.
 */
#include "../lines/lines.h"
#include "vectors.h"
#include "arch_emul.h"
#include "core.h"
#include "scale.h"

/* The number of mappings of each CPU. VTL0's vectors begin at 16. */
#define MAPPINGS 200
#define PROXY_FIRST 16
#define ALL ((unsigned long)SHIM_CPUS * MAPPINGS)

/* The number of operations that are measured, and of CPUs whose mappings are listed. */
#define OPERATIONS 200
#define LISTS 16

/* Longer than the driver's quarantine_ms. */
#define QUARANTINE_MS 1100

/* Consecutive samples are on distant CPUs, and no CPU is used twice. */
#define STRIDE 797

/**
 * struct place - where a sample is taken
 * @cpu:    the CPU
 * @proxy:  the proxy vector
 * @vector: the hardware vector, as soon as it is mapped
 */
struct place {
	unsigned int cpu;
	u32 proxy;
	u32 vector;
};

/* If @held is false, print a message and end the bench. */
#define must(held, ...)                   \
	do {                              \
		if (!(held))              \
			die(__VA_ARGS__); \
	} while (0)

static struct redirect_file file;
static struct count empty;

static struct place place_of(unsigned int number)
{
	return (struct place){
		.cpu = number * STRIDE % SHIM_CPUS,
		.proxy = PROXY_FIRST + number % MAPPINGS,
	};
}

static void map(struct place *place)
{
	int error = vtl_redirect_map(&file, place->proxy, EMUL_ID(place->cpu), &place->vector);

	must(!error, "CPU %u, vector %u: map: %s", place->cpu, place->proxy, strerror(-error));
}

static void unmap(const struct place *place)
{
	int error = vtl_redirect_unmap(&file, place->vector, EMUL_ID(place->cpu));

	must(!error, "CPU %u, vector %u: unmap: %s", place->cpu, place->proxy, strerror(-error));
}

static void find(const struct redirect_mapping *mapping, bool quarantined, void *argument)
{
	struct place *place = argument;

	if (!quarantined && mapping->proxy_vector == place->proxy)
		place->vector = mapping->vector;
}

static void count_one(const struct redirect_mapping *mapping, bool quarantined, void *argument)
{
	++*(unsigned int *)argument;
}

static void measure_map(struct place *place, struct samples *samples)
{
	count_start();
	map(place);
	samples_add(samples, count_stop(), 1);
}

static void measure_unmap(const struct place *place, struct samples *samples)
{
	count_start();
	unmap(place);
	samples_add(samples, count_stop(), 1);
}

static void measure_relay(const struct place *place, struct samples *samples)
{
	struct redirect_mapping *mapping = core_mapping(place->cpu, place->vector);
	long before = local_read(&mapping->relayed);

	count_start();
	core_relay(mapping);
	samples_add(samples, count_stop(), 1);
	must(local_read(&mapping->relayed) == before + 1, "CPU %u, vector %u: not relayed",
	     place->cpu, place->proxy);
}

/* List a CPU's mappings. A sample is the cost for each of its @mappings. */
static void measure_list(unsigned int cpu, unsigned int mappings, struct samples *samples)
{
	unsigned int seen = 0;
	struct count count;

	count_start();
	vtl_redirect_visit(cpu, count_one, &seen);
	count = count_stop();
	must(seen == mappings, "CPU %u: %u mappings listed, not %u", cpu, seen, mappings);
	samples_add(samples, count, mappings ?: 1);
}

static void measure_empty(void)
{
	count_start();
	core_empty();
	empty = count_stop();
	must(empty.core, "the processor does not single-step");
	printf("# empty, a call of a function that does nothing: %lu, and outside the core %lu\n",
	       empty.core, empty.other);
}

static void machine_start(void)
{
	unsigned int cpu;
	int error;

	shim_reset();
	emul_reset();
	core_quota_set(0);
	error = vtl_vp_init();
	error = error ?: vtl_redirect_init(true);
	for_each_possible_cpu(cpu) {
		error = error ?: vtl_vp_online(cpu);
		error = error ?: vtl_redirect_online(cpu);
	}
	error = error ?: vtl_redirect_file_init(&file);
	must(!error, "no memory");
}

/* Everything is freed, including the vectors in quarantine. */
static void machine_stop(void)
{
	unsigned int cpu, taken = 0;

	vtl_redirect_file_release(&file);
	vtl_redirect_exit();
	vtl_vp_exit();
	for_each_possible_cpu(cpu)
		taken += emul_vectors_taken(cpu);
	must(!taken, "%u vectors are still taken", taken);
}

static void report_memory(unsigned long mappings, const struct memory *before)
{
	report_value("memory", mappings, "bytes", memory.taken - before->taken);
	report_value("memory asked for", mappings, "bytes", memory.asked - before->asked);
}

/*
 * Each sample is taken on another CPU. The first mapping on a CPU also allocates the file's row
 * of references.
 */
static void measure_single(void)
{
	static struct samples firsts, maps, unmaps, relays;
	struct memory before = memory;
	unsigned int i;

	machine_start();
	report_memory(0, &before);
	for (i = 0; i < OPERATIONS; i++) {
		struct place place = place_of(i);

		measure_map(&place, &firsts);
		if (!i)
			report_memory(1, &before);
		unmap(&place);
		shim_advance(QUARANTINE_MS);
		measure_map(&place, &maps);
		measure_relay(&place, &relays);
		measure_unmap(&place, &unmaps);
		shim_advance(QUARANTINE_MS);
	}
	report_samples("first map of a file on a CPU", 1, &firsts, &empty);
	report_samples("map", 1, &maps, &empty);
	report_samples("unmap", 1, &unmaps, &empty);
	report_samples("relay", 1, &relays, &empty);
	machine_stop();
}

/* Only one of all CPUs has a mapping. The others have only the fixed cost of an empty list. */
static void measure_single_list(void)
{
	static struct samples lists, bare;
	unsigned int i;

	machine_start();
	for (i = 0; i < LISTS; i++) {
		struct place place = place_of(i);

		measure_list(place.cpu, 0, &bare);
		map(&place);
		measure_list(place.cpu, 1, &lists);
		unmap(&place);
		shim_advance(QUARANTINE_MS);
	}
	report_samples("list", 0, &bare, &empty);
	report_samples("list", 1, &lists, &empty);
	printf("# list of all CPUs with 1 mapping in all, from the two: %.0f\n",
	       samples_first(&lists) + samples_first(&bare) * (SHIM_CPUS - 1));
	machine_stop();
}

static void fill(void)
{
	struct place place;

	for_each_possible_cpu(place.cpu)
		for (place.proxy = PROXY_FIRST; place.proxy < PROXY_FIRST + MAPPINGS; place.proxy++)
			map(&place);
}

/* While all vectors are mapped, each sample unmaps and maps one of them. */
static void measure_among_all(void)
{
	static struct samples maps, unmaps, relays;
	unsigned int i;

	for (i = 0; i < OPERATIONS; i++) {
		struct place place = place_of(i);

		vtl_redirect_visit(place.cpu, find, &place);
		measure_relay(&place, &relays);
		measure_unmap(&place, &unmaps);
		measure_map(&place, &maps);
	}
	report_samples("map", ALL, &maps, &empty);
	report_samples("unmap", ALL, &unmaps, &empty);
	report_samples("relay", ALL, &relays, &empty);
}

/* Only the vector in quarantine is left: it leaves quarantine early, for the new mapping. */
static void measure_full_quota(void)
{
	static struct samples maps;
	unsigned int i;

	core_quota_set(MAPPINGS);
	for (i = 0; i < OPERATIONS; i++) {
		struct place place = place_of(i);

		vtl_redirect_visit(place.cpu, find, &place);
		unmap(&place);
		measure_map(&place, &maps);
	}
	core_quota_set(0);
	report_samples("map with the quota used up", ALL, &maps, &empty);
}

/* Measure the worker after the operations before, which left @quarantined vectors in quarantine. */
static void measure_quarantine(unsigned int quarantined)
{
	static struct samples looks;
	struct redirect_stats stats;
	unsigned int cpu, found = 0;

	for_each_possible_cpu(cpu) {
		vtl_redirect_stats_get(cpu, &stats);
		found += stats.quarantined;
	}
	must(found == quarantined, "%u in quarantine, not %u", found, quarantined);
	count_start();
	core_quarantine_look();
	samples_add(&looks, count_stop(), 1);
	report_samples("look at the quarantines of all CPUs", ALL, &looks, &empty);
}

static void measure_all(void)
{
	static struct samples lists;
	struct memory before = memory;
	unsigned int i;

	machine_start();
	fill();
	report_memory(ALL, &before);
	for (i = 0; i < LISTS; i++)
		measure_list(place_of(i).cpu, MAPPINGS, &lists);
	report_samples("list", ALL, &lists, &empty);
	printf("# list of all CPUs, from that: %.0f\n", samples_first(&lists) * ALL);
	measure_among_all();
	shim_advance(QUARANTINE_MS);
	measure_full_quota();
	measure_quarantine(0);
	machine_stop();
}

int main(void)
{
	printf("# %u CPUs, %u mappings each where there are %lu\n", SHIM_CPUS, MAPPINGS, ALL);
	printf("# instructions are those of the driver's core, as %s compiles it\n", __VERSION__);
	printf("# outside the core: the C library, and the emulated architecture, which looks for a free\n");
	printf("# vector one by one and stands for the kernel's own allocator\n");
	printf("# list is for each mapping of one CPU; of a CPU with none (0), for the whole CPU\n");
	printf("# memory is as the kernel's allocators round it; the kernel's own for each vector\n");
	printf("# is not in it; a mapping is %zu bytes (%zu), a CPU's table %zu (%zu)\n",
	       sizeof(struct redirect_mapping), memory_of(sizeof(struct redirect_mapping)),
	       core_table_size(), memory_of(core_table_size()));
	count_init();
	measure_empty();
	measure_single();
	measure_single_list();
	measure_all();
	return 0;
}
