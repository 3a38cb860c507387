// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Coverage by KCOV; see op.h.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "op.h"

#define KCOV_FILE	"/sys/kernel/debug/kcov"
#define KCOV_INIT_TRACE	_IOR('c', 1, unsigned long)
#define KCOV_ENABLE	_IO('c', 100)
#define KCOV_TRACE_PC	0
#define KCOV_WORDS	(64 << 10)

static uint64_t number_read(const char *path, int base)
{
	uint64_t number = 0;
	char text[32];
	FILE *file = fopen(path, "re");

	if (file && fgets(text, sizeof(text), file))
		number = strtoull(text, NULL, base);
	if (file)
		fclose(file);
	return number;
}

void kcov_find(struct kcov_shared *shared, const char *module)
{
	char path[128];

	if (access(KCOV_FILE, R_OK | W_OK))
		return;
	snprintf(path, sizeof(path), "/sys/module/%s/coresize", module);
	shared->size = number_read(path, 10);
	if (!shared->size || shared->size > KCOV_PLACES)
		shared->size = KCOV_PLACES;
	snprintf(path, sizeof(path), "/sys/module/%s/sections/.text", module);
	shared->base = number_read(path, 16);
}

void kcov_begin(struct kcov *kcov, struct kcov_shared *shared)
{
	kcov->shared = shared;
	kcov->fd = shared->base ? open(KCOV_FILE, O_RDWR | O_CLOEXEC) : -1;
	if (kcov->fd < 0)
		return;
	if (!ioctl(kcov->fd, KCOV_INIT_TRACE, KCOV_WORDS))
		kcov->trace = mmap(NULL, KCOV_WORDS * sizeof(uint64_t), PROT_READ | PROT_WRITE,
				   MAP_SHARED, kcov->fd, 0);
	if (!kcov->trace || kcov->trace == MAP_FAILED ||
	    ioctl(kcov->fd, KCOV_ENABLE, KCOV_TRACE_PC)) {
		close(kcov->fd);
		kcov->fd = -1;
	}
}

void kcov_clear(struct kcov *kcov)
{
	if (kcov->fd >= 0)
		__atomic_store_n(&kcov->trace[0], 0, __ATOMIC_RELAXED);
}

static bool place_is_new(struct kcov_shared *shared, uint64_t place)
{
	uint64_t offset = place - shared->base;

	if (offset >= shared->size || shared->places[offset])
		return false;
	if (__atomic_exchange_n(&shared->places[offset], 1, __ATOMIC_RELAXED))
		return false;
	__atomic_fetch_add(&shared->reached, 1, __ATOMIC_RELAXED);
	return true;
}

void kcov_judge(struct kcov *kcov, const struct op_sequence *sequence)
{
	uint64_t count, i;
	bool is_new = false;

	if (kcov->fd < 0)
		return;
	count = __atomic_load_n(&kcov->trace[0], __ATOMIC_RELAXED);
	for (i = 0; i < count && i < KCOV_WORDS - 1; i++)
		is_new |= place_is_new(kcov->shared, kcov->trace[1 + i]);
	if (!is_new)
		return;
	i = __atomic_fetch_add(&kcov->shared->count, 1, __ATOMIC_RELAXED);
	kcov->shared->kept[i % KCOV_KEPT] = *sequence;
}

void kcov_choose(const struct kcov_shared *shared, struct op_sequence *sequence,
		 struct stream *stream)
{
	uint64_t count = __atomic_load_n(&shared->count, __ATOMIC_RELAXED);
	const struct op_sequence *other;

	if (count > KCOV_KEPT)
		count = KCOV_KEPT;
	if (!count || random_once_in(stream, 2)) {
		op_sequence_random(sequence, stream);
		return;
	}
	*sequence = shared->kept[random_below(stream, count)];
	other = &shared->kept[random_below(stream, count)];
	/* A sequence that is being written at this moment may be invalid. */
	if (!sequence->length || sequence->length > OP_SEQUENCE || !other->length ||
	    other->length > OP_SEQUENCE) {
		op_sequence_random(sequence, stream);
		return;
	}
	op_sequence_mutate(sequence, other, stream);
}

void kcov_print(const struct kcov_shared *shared)
{
	uint64_t offset;

	if (!shared->base) {
		printf("# this kernel has no KCOV: sequences were not kept\n");
		return;
	}
	printf("# %" PRIu64 " places of the driver reached, %" PRIu64 " sequences kept\n",
	       shared->reached, shared->count);
	for (offset = 0; offset < shared->size; offset++) {
		if (shared->places[offset])
			printf("# reached %#" PRIx64 "\n", offset);
	}
}
