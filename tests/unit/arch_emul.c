// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The emulated architecture; see arch_emul.h. It knows vectors and mappings only as far as
 * vectors.h exposes them, and does not know about references.
 */
#include "arch_emul.h"
#include "redirect.h"
#include "vectors.h"

struct emul_vector {
	struct redirect_mapping *mapping;
	bool late;
	bool pending;
};

static struct emul_cpu {
	struct emul_vector vectors[EMUL_VECTORS];
	bool closed;
} emul_cpus[SHIM_CPUS];

void (*emul_meanwhile)(void);
unsigned long emul_arrivals;
unsigned long emul_eois;
unsigned long emul_strays;

static struct emul_vector *emul_vector(unsigned int cpu, u32 vector)
{
	assert(vector >= EMUL_VECTOR_FIRST);
	assert(vector < EMUL_VECTOR_FIRST + EMUL_VECTORS);
	return &emul_cpus[cpu].vectors[vector - EMUL_VECTOR_FIRST];
}

void emul_reset(void)
{
	memset(emul_cpus, 0, sizeof(emul_cpus));
	emul_meanwhile = NULL;
	emul_arrivals = 0;
	emul_eois = 0;
	emul_strays = 0;
}

static void emul_deliver(struct emul_vector *vector)
{
	struct redirect_mapping *mapping = vector->mapping;
	bool late = vector->late;

	vector->pending = false;
	emul_arrivals++;
	if (emul_meanwhile)
		emul_meanwhile();
	if (!mapping)
		emul_strays++;
	else if (late)
		vtl_redirect_stale(mapping);
	else
		vtl_redirect_relay(mapping);
	emul_eois++;
}

void emul_raise(unsigned int cpu, u32 vector)
{
	struct emul_vector *v = emul_vector(cpu, vector);

	v->pending = true;
	if (!emul_cpus[cpu].closed)
		emul_deliver(v);
}

void emul_interrupts_close(unsigned int cpu)
{
	emul_cpus[cpu].closed = true;
}

void emul_interrupts_open(unsigned int cpu)
{
	unsigned int i;

	emul_cpus[cpu].closed = false;
	for (i = 0; i < EMUL_VECTORS; i++) {
		if (emul_cpus[cpu].vectors[i].pending)
			emul_deliver(&emul_cpus[cpu].vectors[i]);
	}
}

unsigned int emul_vectors_taken(unsigned int cpu)
{
	unsigned int i, taken = 0;

	for (i = 0; i < EMUL_VECTORS; i++)
		taken += !!emul_cpus[cpu].vectors[i].mapping;
	return taken;
}

int vtl_vectors_init(void)
{
	return 0;
}

void vtl_vectors_exit(void)
{
}

int vtl_vectors_cpu_online(unsigned int cpu)
{
	return 0;
}

int vtl_cpu_find(u32 hardware_id)
{
	if (hardware_id % 10 != 3 || hardware_id / 10 >= SHIM_CPUS)
		return -ENOENT;
	return hardware_id / 10;
}

u32 vtl_cpu_hardware_id(unsigned int cpu)
{
	return EMUL_ID(cpu);
}

bool vtl_proxy_vector_is_legal(u32 vector)
{
	return vector >= 16 && vector < 256;
}

unsigned int vtl_vector_limit(void)
{
	return EMUL_VECTORS;
}

/* Allocates the lowest free vector, as a real allocator may do: a reuse shows at once. */
int vtl_vector_alloc(struct redirect_mapping *mapping)
{
	struct emul_cpu *cpu = &emul_cpus[mapping->cpu];
	unsigned int i;

	if (++shim_allocations == shim_fail_at)
		return -ENOMEM;

	for (i = 0; i < EMUL_VECTORS; i++) {
		if (cpu->vectors[i].mapping)
			continue;
		cpu->vectors[i].mapping = mapping;
		cpu->vectors[i].late = false;
		mapping->vector = EMUL_VECTOR_FIRST + i;
		return 0;
	}
	return -ENOSPC;
}

void vtl_vector_quiesce(struct redirect_mapping *mapping)
{
	struct emul_vector *v = emul_vector(mapping->cpu, mapping->vector);

	assert(v->mapping == mapping && !v->late);
	if (v->pending) {
		vtl_redirect_relay(mapping);
		mapping->already_relayed = true;
	}
	v->late = true;
}

bool vtl_vector_is_pending(const struct redirect_mapping *mapping)
{
	return emul_vector(mapping->cpu, mapping->vector)->pending;
}

void vtl_vector_free(struct redirect_mapping *mapping)
{
	struct emul_vector *v = emul_vector(mapping->cpu, mapping->vector);

	assert(v->mapping == mapping && v->late);
	v->mapping = NULL;
	v->late = false;
}
