// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The clock, and waiting on it until somebody asks the command to end.
 *
 * Owns: which signals end a command that runs on. They are blocked and fetched,
 * never handled, so that no step of a command can be cut in two.
 * Knows nothing of the commands.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

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

static struct timespec time_left(u64 deadline)
{
	u64 now = clock_now();
	u64 gap = deadline > now ? deadline - now : 0;

	return (struct timespec){
		.tv_sec = gap / NANOSECONDS_PER_SECOND,
		.tv_nsec = gap % NANOSECONDS_PER_SECOND,
	};
}

/**
 * stop_wait_until() - sleep until a time, or until a signal asks to end
 * @deadline: the time by clock_now(), or NEVER
 *
 * Return: 0 at the deadline, or the signal's number.
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

/* A terminal that is gone can be read for ever, and gives nothing. */
static bool is_gone(const struct pollfd *input)
{
	return input->revents & (POLLHUP | POLLERR | POLLNVAL);
}

/**
 * stop_wait_input() - the same, but input or a signal that is not ours ends it, too
 * @deadline: the time by clock_now()
 * @fd: where input may come
 *
 * Return: 0 at the deadline; STOP_INPUT; or the number of the signal that asks to end,
 * which is SIGHUP where there is no input any more.
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
