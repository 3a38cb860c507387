/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When the TDX module was called, ran VTL0 and returned; and so, of a stretch of
 * time, how much was the module's and how much was not.
 */
#ifndef BENCH_VTL0_STAMPS_H
#define BENCH_VTL0_STAMPS_H

#include <stddef.h>
#include <stdint.h>

#include "../../lab/tdx-module/lab_tdx.h"

/**
 * struct stamps - the log of VP 0
 * @node:  of the TDX module
 * @log:   the stamps, once read
 * @count: how many
 * @cost:  of a stamp itself, which lies in every stretch between two
 */
struct stamps {
	int node;
	struct lab_tdx_stamp *log;
	size_t count;
	int64_t cost;
};

/**
 * struct shares - a stretch of time
 * @total: all of it, without the stamps' own cost
 * @outside: when the module was not called
 */
struct shares {
	int64_t total;
	int64_t outside;
};

/* Begins a log. */
void stamps_start(struct stamps *stamps);

/* How many there are by now. */
size_t stamps_count(const struct stamps *stamps);

/* Reads all of it, and ends it; free() takes @log. */
void stamps_stop(struct stamps *stamps);

/**
 * stamps_share() - split a stretch of time
 * @stamps: once read
 * @at:     where to begin to look: an index; moved on. Stretches must not
 *          overlap, and come in their order.
 * @begin:  a TSC
 * @end:    a later one
 * @shares: out
 */
void stamps_share(const struct stamps *stamps, size_t *at, uint64_t begin, uint64_t end,
		  struct shares *shares);

/* How many stamps of a moment there are from index @from on, below @to. */
size_t stamps_of(const struct stamps *stamps, size_t from, size_t to, enum lab_tdx_moment moment,
		 uint32_t detail);

#endif /* BENCH_VTL0_STAMPS_H */
