// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Fuzzes driver/redirect.c on the emulated architecture: map, unmap, close, arrivals, time,
 * CPUs that go offline, allocations that fail. Each step is compared with a model of the
 * references.
 *
 * This program includes redirect.c, so that it can set the module parameters.
 */
#include "input.h"
#include "shim.h"
#include "arch_emul.h"
#include "redirect.c"

#define FILES 3

static struct redirect_file files[FILES];

/* The model: references by file, CPU and hardware vector; the proxy vector of each. */
static u32 held[FILES][SHIM_CPUS][REDIRECT_VECTORS];
static u32 stands_for[SHIM_CPUS][REDIRECT_VECTORS];
static bool is_closed[SHIM_CPUS];
/* Raised while the CPU had interrupts disabled. */
static bool pending[SHIM_CPUS][REDIRECT_VECTORS];

/**
 * struct past - the history of a vector in the model
 * @since:  when it was freed, or last raised after that; 0: never
 * @raised: it was raised since it was mapped
 */
static struct past {
	unsigned long since;
	bool raised;
} past[SHIM_CPUS][REDIRECT_VECTORS];

static u32 held_by_all(unsigned int cpu, u32 vector)
{
	u32 sum = 0;
	int i;

	for (i = 0; i < FILES; i++)
		sum += held[i][cpu][vector];
	return sum;
}

static void machine_start(struct input *input)
{
	unsigned int cpu;
	int i;

	shim_reset();
	emul_reset();
	memset(held, 0, sizeof(held));
	memset(is_closed, 0, sizeof(is_closed));
	memset(pending, 0, sizeof(pending));
	memset(past, 0, sizeof(past));
	vectors_per_cpu = (int)(input_byte(input) % 48) - 1;
	quarantine_ms = input_byte(input) * 4;
	assert(!vtl_vp_init() && !vtl_redirect_init(true));
	for_each_possible_cpu(cpu)
		assert(!vtl_vp_online(cpu) && !vtl_redirect_online(cpu));
	for (i = 0; i < FILES; i++)
		assert(!vtl_redirect_file_init(&files[i]));
}

static void machine_stop(void)
{
	unsigned int cpu;
	int i;

	shim_fail_at = 0;
	for (i = 0; i < FILES; i++)
		vtl_redirect_file_release(&files[i]);
	vtl_redirect_exit();
	for_each_possible_cpu(cpu)
		assert(!emul_vectors_taken(cpu));
	vtl_vp_exit();
	synchronize_rcu();
	assert(!shim_hotplug_readers && emul_arrivals == emul_eois);
}

/* Returns an id that usually belongs to a CPU. */
static u32 id_of(u8 byte, int *cpu)
{
	u32 id = byte < 240 ? EMUL_ID(byte % SHIM_CPUS) : byte;

	*cpu = vtl_cpu_find(id);
	return id;
}

/* A vector that was allocated must have been quiet for long enough, or never been raised. */
static void given_check(unsigned int cpu, u32 vector)
{
	struct past *one = &past[cpu][vector];

	assert(!pending[cpu][vector]);
	assert(!one->since || jiffies - one->since >= quarantine_ms || !one->raised);
	one->raised = false;
}

static void do_map(struct input *input)
{
	int file = input_byte(input) % FILES, cpu, ret;
	u32 id = id_of(input_byte(input), &cpu);
	u32 proxy_vector = input_byte(input), vector = 0;

	if (proxy_vector == 0xfe)
		proxy_vector = input_word(input);
	ret = vtl_redirect_map(&files[file], proxy_vector, id, &vector);
	if (cpu < 0 || !cpu_online((unsigned int)cpu) ||
	    !vtl_proxy_vector_is_legal(proxy_vector)) {
		assert(ret == -EINVAL);
		return;
	}
	assert(!ret || ret == -ENODEV || ret == -ENOMEM);
	if (ret)
		return;
	if (held_by_all(cpu, vector))
		assert(stands_for[cpu][vector] == proxy_vector);
	else
		given_check(cpu, vector);
	stands_for[cpu][vector] = proxy_vector;
	held[file][cpu][vector]++;
}

static void do_unmap(struct input *input)
{
	int file = input_byte(input) % FILES, cpu, ret;
	u32 id = id_of(input_byte(input), &cpu);
	u32 vector = EMUL_VECTOR_FIRST + input_byte(input) % (EMUL_VECTORS + 8);

	if (vector == EMUL_VECTOR_FIRST + EMUL_VECTORS + 1)
		vector = input_word(input);
	ret = vtl_redirect_unmap(&files[file], vector, id);
	if (vector >= REDIRECT_VECTORS) {
		assert(ret == -EINVAL);
	} else if (cpu < 0 || !held[file][cpu][vector]) {
		assert(ret == -ENOENT);
	} else {
		assert(!ret);
		held[file][cpu][vector]--;
		if (!held_by_all(cpu, vector))
			past[cpu][vector].since = jiffies;
	}
}

static void model_close(int file)
{
	unsigned int cpu;
	u32 vector;

	for_each_possible_cpu(cpu) {
		for (vector = 0; vector < REDIRECT_VECTORS; vector++) {
			u32 had = held[file][cpu][vector];

			held[file][cpu][vector] = 0;
			if (had && !held_by_all(cpu, vector))
				past[cpu][vector].since = jiffies;
		}
	}
}

static void do_close(struct input *input)
{
	int file = input_byte(input) % FILES;

	vtl_redirect_file_release(&files[file]);
	model_close(file);
	shim_fail_at = 0;
	assert(!vtl_redirect_file_init(&files[file]));
}

struct search {
	u32 vector;
	bool found;
};

static void vector_compare(const struct redirect_mapping *mapping, bool quarantined, void *arg)
{
	struct search *search = arg;

	search->found |= mapping->vector == search->vector;
}

/* Returns whether the driver has the vector mapped or in quarantine. */
static bool vector_is_taken(unsigned int cpu, u32 vector)
{
	struct search search = { .vector = vector };

	vtl_redirect_visit(cpu, vector_compare, &search);
	return search.found;
}

/* A mapped vector sets its bit, and no other vector sets any bit. */
static void do_raise(struct input *input)
{
	unsigned int cpu = input_byte(input) % SHIM_CPUS;
	u32 vector = EMUL_VECTOR_FIRST + input_byte(input) % EMUL_VECTORS;
	struct mshv_vtl_run *run = vtl_vp_run_page(cpu);
	u32 proxy = stands_for[cpu][vector], i, set = 0;
	bool mapped = held_by_all(cpu, vector);

	if (!cpu_online(cpu) || !vector_is_taken(cpu, vector))
		return;
	pending[cpu][vector] = is_closed[cpu];
	past[cpu][vector].raised = true;
	if (!mapped)
		past[cpu][vector].since = jiffies;
	memset(run->proxy_irr, 0, sizeof(run->proxy_irr));
	emul_raise(cpu, vector);
	for (i = 0; i < MSHV_VTL_PROXY_BANKS; i++)
		set += hweight32(run->proxy_irr[i]);
	assert(set == (mapped && !is_closed[cpu]));
	if (set)
		assert(run->proxy_irr[proxy / 32] >> proxy % 32 & 1);
}

static void interrupts_open(unsigned int cpu)
{
	memset(pending[cpu], 0, sizeof(pending[cpu]));
	emul_interrupts_open(cpu);
}

static void do_close_interrupts(struct input *input)
{
	unsigned int cpu = input_byte(input) % SHIM_CPUS;

	if (is_closed[cpu])
		interrupts_open(cpu);
	else
		emul_interrupts_close(cpu);
	is_closed[cpu] = !is_closed[cpu];
	assert(!emul_strays);
}

static unsigned int mapped_on(unsigned int cpu)
{
	unsigned int vector, mapped = 0;

	for (vector = EMUL_VECTOR_FIRST; vector < EMUL_VECTOR_FIRST + EMUL_VECTORS; vector++)
		mapped += !!held_by_all(cpu, vector);
	return mapped;
}

static void do_hotplug(struct input *input)
{
	unsigned int cpu = input_byte(input) % SHIM_CPUS;
	struct redirect_stats stats;
	int ret;

	if (!shim_cpu_online[cpu]) {
		assert(!vtl_redirect_online(cpu));
		shim_cpu_online[cpu] = true;
		return;
	}
	ret = vtl_redirect_offline(cpu);
	assert(vtl_redirect_stats_get(cpu, &stats));
	assert(ret == (mapped_on(cpu) || stats.quarantined ? -EBUSY : 0));
	shim_cpu_online[cpu] = ret;
	/* When the CPU goes offline, its pending interrupts are gone. */
	if (!ret && is_closed[cpu]) {
		interrupts_open(cpu);
		is_closed[cpu] = false;
		emul_strays = 0;
	}
}

static void do_fail(struct input *input)
{
	shim_fail_at = shim_allocations + 1 + input_byte(input) % 4;
}

static void do_advance(struct input *input)
{
	shim_advance(input_byte(input) * 4);
	synchronize_rcu();
}

static void accounting_check(void)
{
	struct redirect_stats stats;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		assert(vtl_redirect_stats_get(cpu, &stats));
		assert(stats.mapped == mapped_on(cpu));
		assert(emul_vectors_taken(cpu) == stats.mapped + stats.quarantined);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const steps[])(struct input *input) = {
		do_map, do_map, do_map, do_unmap, do_unmap, do_raise, do_raise, do_close,
		do_close_interrupts, do_hotplug, do_fail, do_advance,
	};
	struct input input = { data, size };
	unsigned int done = 0;

	machine_start(&input);
	while (!input_is_empty(&input)) {
		steps[input_byte(&input) % (sizeof(steps) / sizeof(steps[0]))](&input);
		/* This is done rarely, because it takes longer than the step. */
		if (!(++done % 16))
			accounting_check();
	}
	accounting_check();
	machine_stop();
	return 0;
}
