// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocates and frees bare vectors: an interrupt of a domain with a flow handler, without
 * tables, references or checks of pending interrupts. This is the lowest cost that a
 * vector can have, and the driver's map and unmap are compared with it.
 */
#include <linux/bits.h>
#include <linux/cpumask.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/slab.h>

#include "bench.h"

#define BARE_VECTORS	256

/**
 * struct bench_bare_file - the vectors of one file
 * @lock: protects @irqs
 * @irqs: the Linux interrupts, by vector; 0 if the file does not have the vector
 */
struct bench_bare_file {
	struct mutex lock; /* protects @irqs */
	unsigned int irqs[BARE_VECTORS];
};

static u64 bare_count;

static void bare_flow(struct irq_desc *desc)
{
	bare_count++;
	bench_eoi();
}

struct bench_bare_file *bench_bare_open(void)
{
	struct bench_bare_file *file = kzalloc(sizeof(*file), GFP_KERNEL);

	if (file)
		mutex_init(&file->lock);
	return file;
}

static void bare_free(unsigned int number)
{
	struct bench_irq irq = { .irq = number };

	bench_irq_free(&irq);
}

void bench_bare_close(struct bench_bare_file *file)
{
	unsigned int vector;

	for (vector = 0; vector < BARE_VECTORS; vector++) {
		if (file->irqs[vector])
			bare_free(file->irqs[vector]);
	}
	kfree(file);
}

int bench_bare_map(struct bench_bare_file *file, struct bench_bare *args)
{
	struct bench_irq irq = {
		.flow = bare_flow,
		.name = "bare",
		.cpu = args->cpu,
	};
	int error;

	/* Only vectors of one CPU are supported, so that a vector identifies one interrupt. */
	if (args->cpu || args->reserved)
		return -EINVAL;

	mutex_lock(&file->lock);
	error = bench_irq_alloc(&irq);
	if (!error) {
		file->irqs[irq.vector] = irq.irq;
		args->vector = irq.vector;
	}
	mutex_unlock(&file->lock);
	return error;
}

int bench_bare_unmap(struct bench_bare_file *file, const struct bench_bare *args)
{
	unsigned int number = 0;
	u32 vector;

	if (args->vector >= BARE_VECTORS || args->cpu || args->reserved)
		return -EINVAL;

	vector = array_index_nospec(args->vector, BARE_VECTORS);
	mutex_lock(&file->lock);
	swap(number, file->irqs[vector]);
	if (number)
		bare_free(number);
	mutex_unlock(&file->lock);
	return number ? 0 : -ENOENT;
}
