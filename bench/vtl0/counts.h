/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The books of VP 0: exits of VTL0, exits to the host, returns to user space.
 */
#ifndef BENCH_VTL0_COUNTS_H
#define BENCH_VTL0_COUNTS_H

#include <stdint.h>

#include "guest.h"

/**
 * struct counts - sums since the modules were loaded
 * @vtl0_exits:   VTL0 exited, as the TDX module tells it to VTL2
 * @host_exits:   for device interrupts, for messages taken, for other VPs kicked
 * @user_returns: of VTL0's thread
 */
struct counts {
	uint64_t vtl0_exits;
	uint64_t host_exits;
	uint64_t user_returns;
};

void counts_read(const struct guest *guest, struct counts *counts);

/* Calls of TDG.VP.ENTER by VP 0, as the TDX module counts them. */
uint64_t counts_entries(void);

#endif /* BENCH_VTL0_COUNTS_H */
