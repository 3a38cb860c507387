/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Several interrupts at once.
 */
#ifndef BENCH_VTL0_BURST_H
#define BENCH_VTL0_BURST_H

#include "guest.h"

/* Reports what bursts of 2, 8 and 32 cost; the edu's interrupt is gone after it. */
void burst_report(struct guest *guest);

#endif /* BENCH_VTL0_BURST_H */
