// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The counters of the driver and of the lab's host; see soak.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../harness/host.h"
#include "soak.h"

#define DEBUGFS	"/sys/kernel/debug/mshv_vtl/"

static void vp_add(unsigned int vp, struct state *state)
{
	struct mshv_vector_counts counts[256];
	struct mshv_vp_interrupts args = {
		.vp = vp,
		.counts_len = 256,
		.counts = (uintptr_t)counts,
	};
	unsigned int vector;

	if (ioctl(lab.vtl, MSHV_GET_VP_INTERRUPTS, &args)) {
		perror("GET_VP_INTERRUPTS");
		return;
	}
	for (vector = VECTOR_FIRST; vector < 256; vector++) {
		state->redirected += counts[vector].redirected;
		state->proxied += counts[vector].proxied;
	}
	state->blocked += args.blocked;
}

struct state state_read(void)
{
	struct state state = {
		.unmapped = totals("unmapped"),
		.merged = state_merged(),
		.refused = state_refused(),
		.halts = state_halts(),
	};
	struct lab_host_source source;
	unsigned int vp;
	size_t i;

	for (vp = 0; vp < lab.cpus; vp++)
		vp_add(vp, &state);
	for (i = 0; i < lab.count; i++) {
		source = host_source(&lab.sources[i]);
		state.exits += source.exits;
		state.raised += source.raised;
	}
	return state;
}

uint64_t state_merged(void)
{
	uint64_t sum = 0;
	unsigned int vp;

	for (vp = 0; vp < lab.cpus; vp++)
		sum += host_vp(vp).merged;
	return sum;
}

uint64_t state_refused(void)
{
	struct lab_host_behaviour behaviour = { 0 };

	labhost_behaviour_get(lab.host, &behaviour);
	return behaviour.refused;
}

uint64_t state_halts(void)
{
	uint64_t sum = 0;
	unsigned int vp;

	for (vp = 0; vp < lab.cpus; vp++)
		sum += debugfs_column("vps", vp, "halts");
	return sum;
}

static void file_tell(const char *name)
{
	char line[512];
	FILE *file;

	snprintf(line, sizeof(line), DEBUGFS "%s", name);
	file = fopen(line, "re");
	if (!file)
		return;
	printf("# %s:\n", name);
	while (fgets(line, sizeof(line), file))
		printf("#   %s", line);
	fclose(file);
}

static void place_tell(const struct ledger *ledger, unsigned int index, unsigned int place)
{
	const struct entry *entry = &ledger->entries[index];
	unsigned int vp = place_vp(ledger, index, place);
	unsigned int vector = place_vector(ledger, index, place);
	struct mshv_vector_counts counts = vector_counts(vp, vector);

	printf("#   place %u: VP %u, vector %#x: %" PRIu64 " handled; the driver relayed %" PRIu64
	       " redirected, %" PRIu64 " proxied; run page %#x, filter %#x\n", place, vp, vector,
	       entry->at[place], (uint64_t)counts.redirected, (uint64_t)counts.proxied,
	       lab.run[vp]->proxy_irr[vector / 32], lab.run[vp]->proxy_irr_blocked[vector / 32]);
}

void state_tell_entry(const struct ledger *ledger, unsigned int index, unsigned int place,
		      const char *what)
{
	static const char *const names[] = { "nowhere", "by message", "redirected", "proxied" };
	const struct entry *entry = &ledger->entries[index];
	struct lab_host_source source = host_source(&entry->source);
	unsigned int i;

	printf("# device %u, source %u (route %u of worker %u) %s", entry->source.device,
	       entry->source.source, index, entry->worker, what);
	if (place < PLACES)
		printf(": place %u", place);
	printf("\n#   raised %" PRIu64 ", handled %" PRIu64 "; sent to places %#x, since it was raised %#x\n",
	       entry->raised, entry->handled, entry->allowed, entry->seen);
	printf("#   the host: %s to VP %u, vector %#x, %smasked, %" PRIu64 " raised\n",
	       names[source.delivery % 4], source.vp, source.vector, source.masked ? "" : "un",
	       (uint64_t)source.raised);
	for (i = 0; i < PLACES; i++)
		place_tell(ledger, index, i);
	file_tell("totals");
	file_tell("cpus");
	file_tell("synic");
	file_tell("vps");
	file_tell("mappings");
	fflush(stdout);
}
