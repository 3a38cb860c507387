/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Coverage by KCOV: the places of the driver that the system calls of a thread have reached,
 * and the sequences of operations that reached new places.
 */
#ifndef _TESTS_FUZZ_KCOV_H
#define _TESTS_FUZZ_KCOV_H

#include <stdbool.h>
#include <stdint.h>

#include "op.h"

#define KCOV_PLACES	(1 << 18)
#define KCOV_KEPT	2048

/**
 * struct kcov_shared - memory that processes share
 * @base:    address of the driver's text; 0: there is no KCOV
 * @places:  by offset in the text: whether the place was reached
 * @reached: number of places that were reached
 * @kept:    sequences that reached a new place
 * @count:   total number of sequences that were kept
 */
struct kcov_shared {
	uint64_t base;
	uint64_t size;
	uint8_t places[KCOV_PLACES];
	uint64_t reached;
	uint64_t count;
	struct op_sequence kept[KCOV_KEPT];
};

/**
 * struct kcov - the trace of a thread
 * @fd:    -1: none
 * @trace: the number of places, followed by these places
 */
struct kcov {
	struct kcov_shared *shared;
	int fd;
	uint64_t *trace;
};

/* Finds the driver's text; called once, before all other functions. */
void kcov_find(struct kcov_shared *shared, const char *module);

/* Starts tracing of the calling thread. */
void kcov_begin(struct kcov *kcov, struct kcov_shared *shared);

/* Starts a new measurement. */
void kcov_clear(struct kcov *kcov);

/* Keeps @sequence if it has reached a new place since kcov_clear(). */
void kcov_judge(struct kcov *kcov, const struct op_sequence *sequence);

/* Chooses a sequence to run: a new one, or a changed copy of one that was kept. */
void kcov_choose(const struct kcov_shared *shared, struct op_sequence *sequence,
		 struct stream *stream);

/* Prints lines "# reached OFFSET", for the script that knows the driver's symbols. */
void kcov_print(const struct kcov_shared *shared);

#endif /* _TESTS_FUZZ_KCOV_H */
