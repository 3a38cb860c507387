// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What "vtlirq top" counts, at one moment: the routes that processes publish, and
 * what came to each VP, whoever routed it.
 *
 * Owns: where the counts are from. Each sample asks anew and keeps nothing open, so
 * that processes, and the driver itself, may come and go.
 * Knows nothing of rates, nor of how they look.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpu.h"
#include "stop.h"
#include "top_sample.h"
#include "vtl_file.h"

#define VECTORS	(VECTOR_LIMIT + 1)

/* A VP whose CPU went offline meanwhile is left out. */
static int ask_vp(int file, unsigned int vp, struct vp_sample *sample)
{
	struct mshv_vector_counts counts[VECTORS] = {};
	struct mshv_vp_interrupts asked = {
		.vp = vp,
		.counts_len = VECTORS,
		.counts = (uintptr_t)counts,
	};
	int error = vtl_vp_interrupts(file, &asked);

	*sample = (struct vp_sample){ .vp = vp, .blocked = asked.blocked };
	for (size_t i = 0; i < VECTORS; i++) {
		sample->redirected += counts[i].redirected;
		sample->proxied += counts[i].proxied;
	}
	return error;
}

static int ask_vps(struct sample *sample, int file, const struct cpu_ids *ids)
{
	int error = 0;

	sample->vps = memory_grow(NULL, ids->count, sizeof(*sample->vps));
	for (size_t i = 0; i < ids->count; i++) {
		error = ask_vp(file, ids->ids[i].cpu, &sample->vps[sample->vp_count]);
		if (!error)
			sample->vp_count++;
		else if (error != -EINVAL)
			break;
	}
	if (sample->vp_count)
		return 0;
	problem_what(&sample->vps_missing, "the driver does not tell what came to each VP: %s",
		     strerror(-error));
	problem_next(&sample->vps_missing, "use vtlirq and the driver of the same release");
	return error ? error : -ENODATA;
}

/* VTL0's entries are in debugfs alone; without them the rest is shown. */
static void add_entries(struct sample *sample)
{
	struct problem ignored;
	struct vp_state *states;
	size_t count;

	if (driver_state_vps(&states, &count, &ignored))
		return;
	for (size_t i = 0; i < sample->vp_count; i++) {
		for (size_t j = 0; j < count; j++) {
			if (states[j].vp != sample->vps[i].vp)
				continue;
			sample->vps[i].has_entries = true;
			sample->vps[i].entries = states[j];
		}
	}
	free(states);
}

static int read_vps(struct sample *sample)
{
	struct problem *problem = &sample->vps_missing;
	struct cpu_ids ids;
	int file = vtl_file_open(problem);
	int error;

	if (file < 0)
		return file;
	error = cpu_ids_read(&ids, problem);
	if (!error) {
		error = ask_vps(sample, file, &ids);
		cpu_ids_free(&ids);
	}
	close(file);
	if (!error)
		add_entries(sample);
	return error;
}

/**
 * sample_take() - count everything now
 * @sample: the counts, to be given to sample_free()
 */
void sample_take(struct sample *sample)
{
	*sample = (struct sample){};
	sample->has_vps = !read_vps(sample);
	/* A process that does not answer takes its time. */
	sample->vps_when = clock_now();
	sample->has_peers = !peers_read(&sample->peers, ANY_PEER, &sample->peers_missing);
	sample->when = clock_now();
}

/**
 * sample_free() - give the memory back
 * @sample: from sample_take(), or all zero; empty afterwards
 */
void sample_free(struct sample *sample)
{
	peers_free(&sample->peers);
	free(sample->vps);
	*sample = (struct sample){};
}
