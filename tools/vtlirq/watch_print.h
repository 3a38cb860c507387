/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_WATCH_PRINT_H
#define VTLIRQ_WATCH_PRINT_H

#include <stdbool.h>
#include <stddef.h>

#include "types.h"

#define VECTORS		256

/**
 * struct tally - what was seen of one vector of one VP
 * @count: how often it was taken
 * @first: when first, in nanoseconds since the start
 * @last: when last
 */
struct tally {
	u64 count;
	u64 first;
	u64 last;
};

/**
 * struct watch_sums - what was seen altogether
 * @elapsed: nanoseconds since the start
 * @shown: interrupts that were shown
 * @hidden: interrupts that were taken as well, of vectors that were not asked for
 */
struct watch_sums {
	u64 elapsed;
	u64 shown;
	u64 hidden;
};

void watch_print_heading(void);
void watch_print_event(bool json, u64 when, unsigned int vp, unsigned int vector,
		       u64 count);

/* One row of VECTORS tallies for each of the VPs. */
void watch_print_text_summary(const unsigned int *vps, size_t vp_count,
			      const struct tally *tallies, const struct watch_sums *sums);
void watch_print_json_summary(const unsigned int *vps, size_t vp_count,
			      const struct tally *tallies, const struct watch_sums *sums);

#endif /* VTLIRQ_WATCH_PRINT_H */
