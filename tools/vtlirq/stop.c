// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The clock, and waiting on it until somebody asks the command to end.
 *
 * Owns: which signals end a command that runs on. They are blocked and fetched,
 * never handled, so that no step of a command can be cut in two.
 * Knows nothing of the commands.
 */
#include <errno.h>
#include <signal.h>
#include <time.h>

#include "stop.h"

static sigset_t stop_signals;

/**
 * clock_now() - the time, from a clock that nobody sets
 *
 * Return: nanoseconds since some moment in the past.
 */
u64 clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NANOSECONDS_PER_SECOND + now.tv_nsec;
}

/**
 * stop_prepare() - from here on, keep SIGINT, SIGTERM and SIGHUP for stop_wait_until()
 *
 * SIGHUP stays ignored if it is, as under nohup. SIGINT is taken even if it is
 * ignored, which a script's shell does to every command that it puts into the
 * background: a mapping must not outlive a kill -INT that the user typed.
 */
void stop_prepare(void)
{
	struct sigaction hangup;

	sigemptyset(&stop_signals);
	sigaddset(&stop_signals, SIGINT);
	sigaddset(&stop_signals, SIGTERM);
	sigaction(SIGHUP, NULL, &hangup);
	if (hangup.sa_handler != SIG_IGN)
		sigaddset(&stop_signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &stop_signals, NULL);
}

/**
 * stop_wait_until() - sleep until a time, or until a signal asks to end
 * @deadline: the time by clock_now(), or NEVER
 *
 * Return: 0 at the deadline, or the signal's number.
 */
int stop_wait_until(u64 deadline)
{
	struct timespec left = {};
	int number;

	do {
		u64 now = clock_now();
		u64 gap = deadline > now ? deadline - now : 0;

		left.tv_sec = gap / NANOSECONDS_PER_SECOND;
		left.tv_nsec = gap % NANOSECONDS_PER_SECOND;
		number = sigtimedwait(&stop_signals, NULL, deadline == NEVER ? NULL : &left);
	} while (number < 0 && errno == EINTR);
	return number < 0 ? 0 : number;
}
