// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The clock, and waiting until a time or until a signal asks the command to end.
 *
 * Owns: which signals end a command. They are blocked and fetched, never handled, so that
 * they interrupt no step of a command.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base.h"

static sigset_t stop_signals;

/* The time, from a monotonic clock. Returns nanoseconds since some time in the past. */
u64 clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NANOSECONDS_PER_SECOND + now.tv_nsec;
}

/*
 * Block SIGINT, SIGQUIT, SIGTERM and SIGHUP, for stop_wait_until() to fetch. SIGHUP stays
 * ignored if it is, as under nohup. SIGINT is fetched even if it is ignored, as in every command
 * that a script's shell runs in the background: it has to end a command that holds mappings.
 */
void stop_prepare(void)
{
	struct sigaction hangup;

	sigemptyset(&stop_signals);
	sigaddset(&stop_signals, SIGINT);
	sigaddset(&stop_signals, SIGQUIT);
	sigaddset(&stop_signals, SIGTERM);
	sigaction(SIGHUP, NULL, &hangup);
	if (hangup.sa_handler != SIG_IGN)
		sigaddset(&stop_signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &stop_signals, NULL);
}

static struct timespec time_left(u64 deadline)
{
	u64 now = clock_now();
	u64 gap = deadline > now ? deadline - now : 0;

	return (struct timespec){
		.tv_sec = gap / NANOSECONDS_PER_SECOND,
		.tv_nsec = gap % NANOSECONDS_PER_SECOND,
	};
}

/*
 * Sleeps until a time, or until a signal asks to end. Returns 0 at the deadline, or the signal's
 * number.
 */
int stop_wait_until(u64 deadline)
{
	int number;

	do {
		struct timespec left = time_left(deadline);

		number = sigtimedwait(&stop_signals, NULL, deadline == NEVER ? NULL : &left);
	} while (number < 0 && errno == EINTR);
	return number < 0 ? 0 : number;
}

/* What ended a command that holds something, by what stop_wait_until() returned. */
const char *stop_name(int number)
{
	static char name[16];

	snprintf(name, sizeof(name), "SIG%s", number ? sigabbrev_np(number) : "");
	return number ? name : "time is over";
}

/* Tells the user how long something is held. Returns the end, by clock_now(), or NEVER. */
u64 hold_until(u64 hold_ms)
{
	if (hold_ms == UNKNOWN)
		note_print("holding until Ctrl-C, SIGTERM or SIGHUP");
	else if (hold_ms)
		note_print("holding for %g s; Ctrl-C ends it earlier", hold_ms / 1000.0);
	return hold_ms == UNKNOWN ? NEVER : clock_now() + hold_ms * NANOSECONDS_PER_MS;
}

/* A terminal that was closed is always readable, and gives no input. */
static bool is_gone(const struct pollfd *input)
{
	return input->revents & (POLLHUP | POLLERR | POLLNVAL);
}

/*
 * The same, but input ends it as well, and so does any other signal. Returns 0 at the deadline;
 * STOP_INPUT; or the number of the signal that asks to end, which is SIGHUP if the input has
 * ended.
 */
int stop_wait_input(u64 deadline, int fd)
{
	struct timespec left = time_left(deadline);
	struct pollfd files[] = {
		{ .fd = signalfd(-1, &stop_signals, SFD_CLOEXEC), .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};
	struct signalfd_siginfo signal;
	int result = 0;
	int count = ppoll(files, 2, &left, NULL);

	if (count < 0)
		result = STOP_INPUT;
	else if (count && files[0].revents & POLLIN &&
		 read(files[0].fd, &signal, sizeof(signal)) == sizeof(signal))
		result = signal.ssi_signo;
	else if (count && is_gone(&files[1]))
		result = SIGHUP;
	else if (count)
		result = STOP_INPUT;
	close(files[0].fd);
	return result;
}
