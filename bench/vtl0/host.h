/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What of a proxied interrupt is the host's: the lab has it run on VTL2's CPU.
 */
#ifndef BENCH_VTL0_HOST_H
#define BENCH_VTL0_HOST_H

#include <stddef.h>
#include <stdint.h>

/* Has the kernel trace the moments when the host's part begins and ends. */
void host_trace_start(void);

/**
 * host_trace_stop() - end that
 * @values: out: from one to the other, for the last interrupts
 * @count:  for how many
 */
void host_trace_stop(int64_t *values, size_t count);

#endif /* BENCH_VTL0_HOST_H */
