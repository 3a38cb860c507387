// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Kept ways: see kept.h. There is at most one for each hardware vector, so that
 * a host that refuses for ever cannot make the list grow for ever.
 */
#include <stdlib.h>
#include <string.h>

#include "kept.h"

static bool is_same(const struct vtlirq_interrupt *one, const struct vtlirq_interrupt *other)
{
	return one->device_id == other->device_id && one->address == other->address &&
	       one->data == other->data;
}

static struct way *find(struct vtlirq *irqs, const struct way *way)
{
	struct way *kept = irqs->kept;

	while (kept && (kept->apic_id != way->apic_id || kept->hardware != way->hardware))
		kept = kept->kept_next;
	return kept;
}

void kept_add(struct vtlirq *irqs, const struct vtlirq_interrupt *interrupt, struct way *way)
{
	struct way *same;

	free(way->watch);
	way->watch = NULL;
	way->kept_for = *interrupt;
	pthread_mutex_lock(&irqs->lock);
	same = find(irqs, way);
	if (same) {
		same->kept_for_several |= !is_same(&same->kept_for, interrupt);
	} else {
		way->kept_next = irqs->kept;
		irqs->kept = way;
	}
	pthread_mutex_unlock(&irqs->lock);
	/* The other one's reference keeps the vector. */
	if (same)
		way_drop(irqs, way);
}

static struct way *take_out(struct vtlirq *irqs, const struct vtlirq_interrupt *interrupt)
{
	struct way **at;
	struct way *found;

	pthread_mutex_lock(&irqs->lock);
	for (at = &irqs->kept; *at; at = &(*at)->kept_next) {
		if (!(*at)->kept_for_several && is_same(&(*at)->kept_for, interrupt))
			break;
	}
	found = *at;
	if (found)
		*at = found->kept_next;
	pthread_mutex_unlock(&irqs->lock);
	return found;
}

void kept_release(struct vtlirq *irqs, const struct vtlirq_interrupt *interrupt)
{
	struct way *way;

	while ((way = take_out(irqs, interrupt)))
		way_drop(irqs, way);
}

void kept_forget(struct vtlirq *irqs)
{
	while (irqs->kept) {
		struct way *way = irqs->kept;

		irqs->kept = way->kept_next;
		way->is_mapped = false;
		/* While the mapping lives on, interrupts come, and the filter stays open. */
		way->is_held &= irqs->driver.is_own;
		way_drop(irqs, way);
	}
}
