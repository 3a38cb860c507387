/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The end of a bench that cannot go on.
 */
#ifndef BENCH_VTL0_DIE_H
#define BENCH_VTL0_DIE_H

/* A line on standard error, and the end. */
__attribute__((noreturn, format(printf, 1, 2)))
void die(const char *format, ...);

#endif /* BENCH_VTL0_DIE_H */
