/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one way out of a program of the bench that is not success. The kernel unwinds
 * what the process has open.
 */
#ifndef _BENCH_DIE_H
#define _BENCH_DIE_H

/**
 * die() - say on standard error what failed, and end the program
 * @format: what failed and what to do, as for printf()
 */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/**
 * die_errno() - the same with the word for errno at the end
 * @format: what failed and what to do, as for printf()
 */
void die_errno(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif /* _BENCH_DIE_H */
