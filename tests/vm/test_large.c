// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A large machine: all vectors of all CPUs, sets of VPs, and a device with a large MSI-X table.
 * It is meaningful on any machine; `tests/vm/run --table 2048 6.12 64 large` makes it large.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../harness/host.h"

#define WAIT_MS		10000
/* The first proxy vector of those that only one test uses. */
#define VECTOR		0x61
#define RAISES		5
#define SAMPLES		8
#define FIRST_SAMPLE	0xf8
#define LAST_SAMPLE	0xf0

#define TRACING		"/sys/kernel/tracing/"
/* The driver's functions, and those by which the kernel allocates a vector. */
static const char *const traced[] = {
	"*:mod:mshv_vtl", "irq_*", "__irq_*", "x86_vector_*", "kmem_cache_alloc*", "kernfs_*",
};

/* What each CPU has been given: hardware vectors, by proxy vector. */
static int vectors[CPUS_MAX][PROXY_COUNT];
static unsigned int given[CPUS_MAX];

/* The figures for the last line. */
static unsigned long all_mapped, all_entries, all_relayed, calls_first, calls_last;

static unsigned long map_all(int vtl)
{
	unsigned long sum = 0;
	unsigned int cpu;

	for (cpu = 0; cpu < lab.cpus; cpu++) {
		given[cpu] = vtl_map_all(vtl, cpu, vectors[cpu]);
		assert_int_equal(vectors[cpu][given[cpu]], -ENODEV);
		sum += given[cpu];
	}
	return sum;
}

/* Each CPU gives what its quota says, and each of its vectors once. */
static void check_all(void)
{
	unsigned int cpu, i;

	for (cpu = 0; cpu < lab.cpus; cpu++) {
		bool seen[256] = { false };

		assert_int_equal(cpus_column(cpu, "quota"), given[cpu]);
		assert_int_equal(cpus_column(cpu, "mapped"), given[cpu]);
		for (i = 0; i < given[cpu]; i++) {
			assert_in_range(vectors[cpu][i], 0x20, 0xff);
			check(!seen[vectors[cpu][i]], "CPU %u has vector %#x twice", cpu,
			      vectors[cpu][i]);
			seen[vectors[cpu][i]] = true;
		}
	}
}

static void every_cpu_gives_each_of_its_vectors_once(void **state)
{
	unsigned int descriptors;
	unsigned long first;
	int vtl = vtl_open();

	quarantine_wait_empty();
	descriptors = irq_descriptors();
	first = map_all(vtl);
	check_all();
	assert_int_equal(totals("mappings"), first);
	assert_int_equal(mappings_with(" mapped "), first);
	assert_int_equal(irq_descriptors(), descriptors + first);
	assert_true(first >= 100 * lab.cpus);

	/* The end of the file frees all of them: as many can be mapped again. */
	close(vtl);
	quarantine_wait_empty();
	assert_int_equal(totals("mappings"), 0);
	assert_int_equal(irq_descriptors(), descriptors);
	vtl = vtl_open();
	assert_int_equal(map_all(vtl), first);
	check_all();
	close(vtl);
	all_mapped = first;
}

/* No bit is set on any VP. */
static void nothing_is_set(void)
{
	unsigned int cpu, bank;

	for (cpu = 0; cpu < lab.cpus; cpu++) {
		assert_int_equal(lab.run[cpu]->scan_proxy_irr, 0);
		for (bank = 0; bank < 8; bank++)
			assert_int_equal(lab.run[cpu]->proxy_irr[bank], 0);
	}
}

static void relay_one(const struct labhost_source *source, unsigned int cpu, unsigned int number)
{
	uint32_t bits[8];
	unsigned int bank;

	source_route(source, cpu, vectors[cpu][number]);
	source_raise(source);
	wait_until(__atomic_load_n(&lab.run[cpu]->scan_proxy_irr, __ATOMIC_ACQUIRE),
		   "CPU %u, vector %#x", cpu, vectors[cpu][number]);
	assert_true(run_take(lab.run[cpu], bits));
	for (bank = 0; bank < 8; bank++)
		assert_int_equal(bits[bank], (PROXY_FIRST + number) / 32 == bank ?
				 1u << (PROXY_FIRST + number) % 32 : 0);
	nothing_is_set();
}

/* While all are mapped: the first, the middle and the last mapping of each CPU. */
static void each_cpu_relays_on_its_own_vectors(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned long relayed = totals("relayed");
	unsigned int cpu;

	map_all(lab.vtl);
	for (cpu = 0; cpu < lab.cpus; cpu++) {
		relay_one(edu, cpu, 0);
		relay_one(edu, cpu, given[cpu] / 2);
		relay_one(edu, cpu, given[cpu] - 1);
		assert_false(cpu_in_service(cpu));
	}
	assert_int_equal(totals("relayed") - relayed, 3 * lab.cpus);
}

static void trace_write(const char *name, const char *text)
{
	char path[96];
	int ret;

	snprintf(path, sizeof(path), TRACING "%s", name);
	ret = text_write(path, O_TRUNC, text);
	check(!ret, "%s: %s: %s", path, text, strerror(-ret));
}

/* The kernel takes one word of each write. */
static void trace_choose(void)
{
	int fd = must_open(TRACING "set_ftrace_filter", O_WRONLY | O_TRUNC);
	unsigned int i;

	for (i = 0; i < sizeof(traced) / sizeof(*traced); i++) {
		char word[64];
		int length = snprintf(word, sizeof(word), "%s ", traced[i]);

		check(write(fd, word, length) == length, "%s: %s", word, strerror(errno));
	}
	check(!close(fd), "the tracer's filter: %s", strerror(errno));
}

static unsigned long trace_count(void)
{
	FILE *file = fopen(TRACING "trace", "re");
	unsigned long count = 0;
	char line[512];

	check(file, "the trace: %s", strerror(errno));
	while (fgets(line, sizeof(line), file))
		count += line[0] != '#';
	fclose(file);
	return count;
}

static bool trace_begin(void)
{
	char pid[16];

	if (access(TRACING "set_ftrace_filter", W_OK))
		return false;
	snprintf(pid, sizeof(pid), "%d", getpid());
	trace_write("tracing_on", "0");
	trace_write("buffer_size_kb", "64");
	trace_choose();
	trace_write("set_ftrace_pid", pid);
	trace_write("current_tracer", "function");
	return true;
}

static void trace_end(void)
{
	trace_write("current_tracer", "nop");
	trace_write("set_ftrace_pid", "");
	trace_write("set_ftrace_filter", "");
}

/* Returns the number of functions that a map calls: the smallest of some samples. */
static unsigned long calls_of_map(unsigned int proxy_vector, unsigned int cpu)
{
	unsigned long least = ~0UL, count;
	unsigned int i;

	for (i = 0; i < SAMPLES; i++) {
		int vector;

		trace_write("trace", "");
		trace_write("tracing_on", "1");
		vector = vtl_map(lab.vtl, proxy_vector + i, cpu);
		trace_write("tracing_on", "0");
		assert_true(vector > 0);
		count = trace_count();
		if (count < least)
			least = count;
	}
	return least;
}

/* Maps all vectors of all CPUs, but for the samples of the last CPU. */
static void map_most(void)
{
	unsigned int last = lab.cpus - 1, cpu, i, count;

	for (cpu = 0; cpu < lab.cpus; cpu++) {
		count = cpus_column(cpu, "quota") - cpus_column(cpu, "mapped");
		for (i = 0; i < count - (cpu == last ? SAMPLES : 0); i++)
			assert_true(vtl_map(lab.vtl, PROXY_FIRST + i, cpu) > 0);
	}
}

/*
 * It calls no function for each other mapping or CPU. What loops do inside one function is not
 * visible here: bench/scale counts the instructions of the driver itself.
 */
static void the_last_mapping_calls_what_the_first_calls(void **state)
{
	unsigned int last = lab.cpus - 1;

	quarantine_wait_empty();
	if (!trace_begin())
		skip();
	calls_first = calls_of_map(FIRST_SAMPLE, 0);
	map_most();
	calls_last = calls_of_map(LAST_SAMPLE, last);
	trace_end();
	assert_int_equal(cpus_column(last, "free"), 0);
	print_message("# the first mapping calls %lu functions, the last of %lu calls %lu\n",
		      calls_first, totals("mappings"), calls_last);
	assert_true(calls_first > 0);
	assert_in_range(calls_last, 1, calls_first + calls_first / 4);
}

/* The ivshmem with the longest table: its entries are sources of their own. */
static size_t table_find(const struct labhost_source **first)
{
	struct lab_host_device device;
	size_t i, best = 0;

	*first = lab.sources;
	for (i = 0; i < lab.count; i++) {
		if (lab.sources[i].kind != LAB_HOST_KIND_IVSHMEM || lab.sources[i].source)
			continue;
		assert_int_equal(labhost_device_get(lab.host, lab.sources[i].device, &device), 0);
		if (device.sources > best) {
			best = device.sources;
			*first = &lab.sources[i];
		}
	}
	assert_true(best >= 2);
	return best;
}

/* The counts of a vector, of the driver and of the host, before and after some raises. */
static void raise_exactly(const struct labhost_source *source, unsigned int vp,
			  unsigned int proxy_vector, bool redirect)
{
	struct mshv_vector_counts before = vector_counts(vp, proxy_vector), after;
	struct lab_host_source host = host_source(source), now;
	unsigned int i;

	for (i = 0; i < RAISES; i++) {
		source_raise(source);
		check(run_wait(lab.run[vp], proxy_vector, WAIT_MS), "entry %u: no bit %#x of VP %u",
		      source->source, proxy_vector, vp);
	}
	after = vector_counts(vp, proxy_vector);
	now = host_source(source);
	assert_int_equal(after.redirected - before.redirected, redirect ? RAISES : 0);
	assert_int_equal(after.proxied - before.proxied, redirect ? 0 : RAISES);
	assert_int_equal(now.raised - host.raised, RAISES);
	assert_int_equal(now.exits - host.exits, redirect ? 0 : RAISES);
}

static void an_entry_takes_both_paths(int hv, const struct labhost_source *source, unsigned int vp)
{
	int vector = vtl_map(lab.vtl, VECTOR, vp);

	assert_true(vector > 0);
	assert_int_equal(hv_route(hv, source, vp, vector, HV_TARGET_REDIRECT), HV_SUCCESS);
	source_unmask(source);
	raise_exactly(source, vp, VECTOR, true);
	assert_int_equal(hv_route(hv, source, vp, VECTOR, 0), HV_SUCCESS);
	raise_exactly(source, vp, VECTOR, false);
	source_mask(source);
	assert_int_equal(vtl_unmap(lab.vtl, vector, vp), 0);
	nothing_is_set();
}

static void the_ends_of_a_table_take_both_paths(void **state)
{
	const struct labhost_source *table;
	unsigned int last = table_find(&table) - 1, i;
	const unsigned int entries[] = { 0, 1, last / 2, last - 1, last };
	int hv = hv_open();

	for (i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		struct labhost_source source = table[entries[i]];

		assert_int_equal(source.source, entries[i]);
		an_entry_takes_both_paths(hv, &source, lab.cpus - 1 - i % lab.cpus);
	}
	close(hv);
}

static void no_entry_is_beyond_the_table(void **state)
{
	const struct labhost_source *table;
	struct labhost_source beyond = { .kind = LAB_HOST_KIND_IVSHMEM };
	int hv = hv_open();

	beyond.source = table_find(&table);
	beyond.device = table->device;
	assert_int_equal(hv_route(hv, &beyond, 0, VECTOR, 0), HV_INVALID_PARAMETER);
	assert_int_equal(labhost_set_masked(lab.host, beyond.device, beyond.source, false),
			 -ENOENT);
	assert_int_equal(labhost_raise(lab.host, beyond.device, beyond.source, 1, NULL), -ENOENT);
	close(hv);
}

/* As many entries as the CPUs have vectors for, each with a vector of its own. */
static void all_entries_are_redirected_at_once(void **state)
{
	const struct labhost_source *table;
	size_t entries = table_find(&table), i;
	unsigned long relayed = totals("relayed");
	uint64_t exits = host_exits(), raised = 0;
	int hv = hv_open();

	map_all(lab.vtl);
	for (i = 0; i < entries && i / lab.cpus < given[i % lab.cpus]; i++) {
		unsigned int vp = i % lab.cpus, number = i / lab.cpus;

		assert_int_equal(hv_route(hv, &table[i], vp, vectors[vp][number],
					  HV_TARGET_REDIRECT), HV_SUCCESS);
		source_unmask(&table[i]);
	}
	entries = i;
	for (i = 0; i < entries; i++) {
		source_raise(&table[i]);
		check(run_wait(lab.run[i % lab.cpus], PROXY_FIRST + i / lab.cpus, WAIT_MS),
		      "entry %zu", i);
		raised++;
	}
	nothing_is_set();
	assert_int_equal(totals("relayed") - relayed, raised);
	assert_int_equal(host_exits(), exits);
	all_entries = entries;
	all_relayed = raised;
	close(hv);
}

/*
 * Sends one interrupt to all VPs of a set (multicast: TLFS, HV_DEVICE_INTERRUPT_TARGET). Returns
 * the host's result of the retarget.
 */
static uint64_t send_to(int hv, uint64_t bank)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	struct hv_retarget input = hv_target(edu, 0, VECTOR, HV_TARGET_MULTICAST);
	uint64_t status;

	input.bank = bank;
	status = hv_retarget(hv, &input);
	if (status == HV_SUCCESS) {
		source_unmask(edu);
		source_raise(edu);
	}
	return status;
}

static void set_gets_it(int hv, uint64_t bank)
{
	unsigned int vp;

	assert_int_equal(send_to(hv, bank), HV_SUCCESS);
	for (vp = 0; vp < lab.cpus; vp++) {
		if (bank >> vp & 1)
			check(run_wait(lab.run[vp], VECTOR, WAIT_MS), "VP %u of set %#lx", vp,
			      (unsigned long)bank);
	}
	/* Each of them has got it once, and no other VP has. */
	for (vp = 0; vp < lab.cpus; vp++)
		assert_int_equal(run_quiet(lab.run[vp], 1), 0);
}

static void an_interrupt_reaches_the_vps_of_its_set(void **state)
{
	uint64_t last = 1ULL << (lab.cpus - 1), all = last | (last - 1);
	int hv = hv_open();

	set_gets_it(hv, last);
	set_gets_it(hv, last | 1);
	set_gets_it(hv, all & 0xaaaaaaaaaaaaaaaaULL ? all & 0xaaaaaaaaaaaaaaaaULL : all);
	set_gets_it(hv, all);
	close(hv);
}

/* A plain mask is the same set without its banks. */
static void a_mask_names_the_last_vp(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned int last = lab.cpus - 1;
	struct hv_retarget input = hv_target(edu, last, VECTOR, 0);
	int hv = hv_open();

	input.flags = 0;
	input.format = 1ULL << last;
	assert_int_equal(hv_retarget(hv, &input), HV_SUCCESS);
	source_unmask(edu);
	raise_exactly(edu, last, VECTOR, false);
	close(hv);
}

/*
 * A set with a second bank of 64 VPs. The partition has no VP there, so the call is refused as a
 * whole, and VP 0 of the first bank gets nothing; the route before it stays. Banks: TLFS,
 * HV_VP_SET; the status is the lab's own (lab/hypervisor/tests/test_hypercall.c).
 */
static void a_vp_of_the_next_bank_does_not_exist(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned int last = lab.cpus - 1;
	struct {
		struct hv_retarget call;
		uint64_t second;
	} input = {
		.call = hv_target(edu, 0, VECTOR + 1, HV_TARGET_MULTICAST),
		.second = 1,
	};
	uint64_t control = HV_CALL_RETARGET | 3ULL << 17, status = 0;
	int hv = hv_open();

	assert_int_equal(hv_route(hv, edu, last, VECTOR, 0), HV_SUCCESS);
	input.call.valid_banks = 3;
	assert_int_equal(hv_call(hv, control, &input, sizeof(input), NULL, 0, &status), 0);
	assert_int_equal(status & 0xffff, HV_INVALID_VP_INDEX);
	source_unmask(edu);
	raise_exactly(edu, last, VECTOR, false);
	nothing_is_set();

	/* An empty second bank adds none. */
	input.second = 0;
	assert_int_equal(hv_call(hv, control, &input, sizeof(input), NULL, 0, &status), 0);
	assert_int_equal(status & 0xffff, HV_SUCCESS);
	raise_exactly(edu, 0, VECTOR + 1, false);
	close(hv);
}

/* Returns how many calls of a function a CPU has got from others, from /proc/interrupts. */
static unsigned long function_calls(unsigned int cpu)
{
	FILE *file = fopen("/proc/interrupts", "re");
	unsigned long value = 0;
	char line[4096], *save, *word;
	bool seen = false;

	check(file, "/proc/interrupts: %s", strerror(errno));
	while (!seen && fgets(line, sizeof(line), file)) {
		word = strtok_r(line, " ", &save);
		seen = word && !strcmp(word, "CAL:");
	}
	fclose(file);
	check(seen, "/proc/interrupts has no function calls");
	do {
		word = strtok_r(NULL, " ", &save);
		check(word, "CPU %u has no function calls", cpu);
		value = strtoul(word, NULL, 10);
	} while (cpu--);
	return value;
}

/* A mask of more VPs than there are: each of the others gets an interrupt. */
static void a_kick_reaches_every_vp_of_its_mask(void **state)
{
	const uint64_t mask[4] = { ~0ULL, ~0ULL, ~0ULL, ~0ULL };
	struct mshv_kick_cpus kick = {
		.len = 256, .mask = (uintptr_t)mask, .flags = MSHV_KICK_CPUS_WAIT,
	};
	unsigned long before[CPUS_MAX] = { 0 };
	unsigned int cpu;

	cpu_pin(0);
	for (cpu = 1; cpu < lab.cpus; cpu++)
		before[cpu] = function_calls(cpu);
	assert_int_equal(ioctl(lab.vtl, MSHV_KICK_CPUS, &kick), 0);
	for (cpu = 1; cpu < lab.cpus; cpu++)
		check(function_calls(cpu) > before[cpu], "CPU %u was not kicked", cpu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HV_TEST(every_cpu_gives_each_of_its_vectors_once),
		HV_TEST(each_cpu_relays_on_its_own_vectors),
		HV_TEST(the_last_mapping_calls_what_the_first_calls),
		HV_TEST(the_ends_of_a_table_take_both_paths),
		HV_TEST(no_entry_is_beyond_the_table),
		HV_TEST(all_entries_are_redirected_at_once),
		HV_TEST(an_interrupt_reaches_the_vps_of_its_set),
		HV_TEST(a_mask_names_the_last_vp),
		HV_TEST(a_vp_of_the_next_bank_does_not_exist),
		HV_TEST(a_kick_reaches_every_vp_of_its_mask),
	};
	int status = cmocka_run_group_tests_name("large", tests, NULL, NULL);

	printf("# figure: %ld CPUs, %lu mappings (%lu calls for the first, %lu for the last), an MSI-X table with %lu entries in use, %lu interrupts raised and relayed\n",
	       sysconf(_SC_NPROCESSORS_ONLN), all_mapped, calls_first, calls_last, all_entries,
	       all_relayed);
	return status;
}
