/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Coverage by KCOV: which places of the driver the system calls of a thread have reached,
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
 * struct kcov_shared - what processes share
 * @base:    where the driver's text is; 0: there is no KCOV
 * @places:  by offset in the text: it was reached
 * @reached: how many were
 * @kept:    sequences that reached a new one
 * @count:   how many were kept, ever
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
 * struct kcov - a thread's
 * @fd:    -1: none
 * @trace: number of places, then these
 */
struct kcov {
	struct kcov_shared *shared;
	int fd;
	uint64_t *trace;
};

/* Looks for the driver; once, before all else. */
void kcov_find(struct kcov_shared *shared, const char *module);

/* On the thread itself. */
void kcov_begin(struct kcov *kcov, struct kcov_shared *shared);

/* From here on it is looked. */
void kcov_clear(struct kcov *kcov);

/* Keeps @sequence if, since kcov_clear(), it has come to a new place. */
void kcov_judge(struct kcov *kcov, const struct op_sequence *sequence);

/* A sequence to run: new, or one that was kept, changed. */
void kcov_choose(const struct kcov_shared *shared, struct op_sequence *sequence,
		 struct stream *stream);

/* Lines "# reached OFFSET", for the script that knows the driver's symbols. */
void kcov_print(const struct kcov_shared *shared);

#endif /* _TESTS_FUZZ_KCOV_H */
