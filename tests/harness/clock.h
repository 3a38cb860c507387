/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Time for tests: clocks in milliseconds, sleeping, and time limits.
 */
#ifndef _TESTS_HARNESS_CLOCK_H
#define _TESTS_HARNESS_CLOCK_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static inline uint64_t clock_ms(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/* Reads a clock that never goes back. */
static inline uint64_t now_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

/* Sleeps for @ms. A test must not rely on the exact time. */
static inline void sleep_ms(unsigned int ms)
{
	struct timespec span = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	while (nanosleep(&span, &span) && errno == EINTR)
		;
}

/* Lets other threads run, including threads of the same CPU. */
static inline void pause_briefly(void)
{
	const struct timespec pause = { .tv_nsec = 50000 };

	nanosleep(&pause, NULL);
}

/*
 * The time limit for something that must happen: @ms, multiplied by VTLIRQ_SLOWNESS, which is
 * set for kernels on which everything takes longer.
 */
static inline unsigned int patience(unsigned int ms)
{
	const char *text = getenv("VTLIRQ_SLOWNESS");
	unsigned long factor = text ? strtoul(text, NULL, 10) : 1;

	return factor ? ms * factor : ms;
}

/* This is enough for a slow machine that is busy with other work. */
#define PATIENCE_MS	patience(20000)

/*
 * wait_until() - wait for a condition, for at most PATIENCE_MS
 * @condition: evaluated repeatedly
 * @...:       what check() prints if it does not become true; the test then ends
 */
#define wait_until(condition, ...)                                      \
	do {                                                            \
		uint64_t wait_end_ms = now_ms() + PATIENCE_MS;          \
									\
		while (!(condition)) {                                  \
			check(now_ms() < wait_end_ms, __VA_ARGS__);     \
			pause_briefly();                                \
		}                                                       \
	} while (0)

#endif /* _TESTS_HARNESS_CLOCK_H */
