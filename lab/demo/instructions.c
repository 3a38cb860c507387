// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Counts the instructions that the delivery of an interrupt to VTL0 takes; see run.h.
 *
 * The guest takes the samples: it reads its clock before it writes to the device, and in the
 * handler. A sample is too long if another CPU ran in between, so the median is used.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <x86intrin.h>

#include "../paravisor/vmm.h"
#include "demo.h"
#include "run.h"

#define WARM_UP		(INSTRUCTIONS_SAMPLES / 4)
#define COMMAND_MS	20000
/* The number of consecutive readings of the clock, and how many of them must be as expected. */
#define READINGS	64
#define READINGS_EQUAL	(READINGS * 3 / 4)
#define MANY		1000

static int compare(const void *a, const void *b)
{
	uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

	return (first > second) - (first < second);
}

static uint64_t median(uint64_t *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 2];
}

/* Return the distance of two readings, which is two instructions. */
static uint64_t reading_apart(void)
{
	uint32_t first, second;

	asm volatile("rdtsc; movl %%eax, %0; rdtsc" : "=&r"(first), "=&a"(second) : : "rdx");
	return second - first;
}

/* The same, with so many instructions more. */
static uint64_t many_apart(void)
{
	uint32_t first, second;

	asm volatile("rdtsc; movl %%eax, %0; .rept %c2; nop; .endr; rdtsc"
		     : "=&r"(first), "=&a"(second) : "i"(MANY) : "rdx");
	return second - first;
}

/*
 * Return the ticks of the clock for an instruction, or 0 if it does not count instructions: then
 * many of them do not take exactly so many times the ticks of one.
 */
static uint64_t instruction_ticks(void)
{
	uint64_t apart[READINGS], each;
	unsigned int i, equal = 0;

	for (i = 0; i < READINGS; i++)
		apart[i] = reading_apart();
	each = median(apart, READINGS) / 2;
	for (i = 0; i < READINGS; i++)
		equal += many_apart() == (MANY + 2) * each;
	return equal >= READINGS_EQUAL ? each : 0;
}

static const volatile struct vtl0_sample *samples_find(struct vmm *vm)
{
	const volatile uint8_t *reports = (const volatile uint8_t *)vmm_report(vm, 0);

	return (const volatile struct vtl0_sample *)(reports - VTL0_REPORTS_OFFSET +
						      VTL0_SAMPLES_OFFSET);
}

static uint64_t route_measure(struct vmm *vm, const struct run_route *route)
{
	const uint64_t arguments[VTL0_ARGUMENTS] = {
		route->index, VTL0_SAMPLE_RING, INSTRUCTIONS_SAMPLES,
	};
	const volatile struct vtl0_sample *samples = samples_find(vm);
	uint64_t ticks[INSTRUCTIONS_SAMPLES], taken = 0;
	unsigned int i;
	int ret;

	ret = vmm_command(vm, route->state.vp, VTL0_COMMAND_SAMPLE, arguments, COMMAND_MS, &taken);
	if (ret || taken != INSTRUCTIONS_SAMPLES)
		demo_give_up("%s: VTL0 has counted %lu interrupts, not %d: %s", route->name,
			     (unsigned long)taken, INSTRUCTIONS_SAMPLES, strerror(-ret));
	for (i = WARM_UP; i < INSTRUCTIONS_SAMPLES; i++)
		ticks[i] = samples[i].handled - samples[i].written;
	return median(ticks + WARM_UP, INSTRUCTIONS_SAMPLES - WARM_UP);
}

double instructions_measure(struct vmm *vm, const struct run_result *result)
{
	uint64_t each = instruction_ticks(), ticks = 0;
	unsigned int i, measured = 0;

	if (!each)
		return 0;
	for (i = 0; i < result->routes_count; i++) {
		if (strncmp(result->routes[i].name, "edu", 3))
			continue;
		ticks += route_measure(vm, &result->routes[i]);
		measured++;
	}
	return measured ? (double)ticks / each / measured : 0;
}
