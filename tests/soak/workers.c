// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The workers, as the keeper manages them; see soak.h.
 *
 * When a route ends, its device must be silent, because its interrupts would not be handled. To
 * lose no interrupt, either the sources are masked while interrupts are in flight, and the
 * device keeps these until the next process unmasks it; or all interrupts have been handled
 * before.
 */
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "soak.h"

#define QUIET_MS	300

extern char **environ;

static struct ledger *ledger;
static int ledger_fd;
static pid_t pids[WORKERS_MAX];
static unsigned int generations[WORKERS_MAX];
static uint64_t killed;
/* Held while a worker may be dead, or about to be killed, on purpose. */
static pthread_mutex_t pids_lock = PTHREAD_MUTEX_INITIALIZER;

static void worker_start(unsigned int number)
{
	char which[16], generation[16], fd[16];
	char *const arguments[] = {
		"soak", "--worker", which, "--generation", generation, "--ledger", fd, NULL,
	};
	int ret;

	snprintf(which, sizeof(which), "%u", number);
	snprintf(generation, sizeof(generation), "%u", generations[number]++);
	snprintf(fd, sizeof(fd), "%d", ledger_fd);
	ret = posix_spawn(&pids[number], "/proc/self/exe", NULL, NULL, arguments, environ);
	if (!ret)
		return;
	fprintf(stderr, "soak: no process: %s\n", strerror(ret));
	exit(1);
}

void workers_start(struct ledger *shared, int fd)
{
	unsigned int i;

	ledger = shared;
	ledger_fd = fd;
	for (i = 0; i < ledger->workers_count; i++)
		worker_start(i);
}

static void sources_mask(unsigned int number)
{
	struct entry *entry;
	unsigned int i;

	for (i = 0; i < ledger->entries_count; i++) {
		entry = &ledger->entries[i];
		if (entry->worker != number)
			continue;
		__atomic_store_n(&entry->open, 0, __ATOMIC_RELEASE);
		labhost_set_masked(lab.host, entry->source.device, entry->source.source, true);
	}
}

/* The worker is stopped first, so that it cannot unmask a source that was just masked. */
static void silence_in_flight(unsigned int number)
{
	kill(pids[number], SIGSTOP);
	waitpid(pids[number], NULL, WUNTRACED);
	sources_mask(number);
}

static bool wait_quiet(unsigned int number)
{
	unsigned int waited;

	raisers_pass();
	for (waited = 0; waited < QUIET_MS && !raisers_are_quiet(number); waited++)
		sleep_ms(1);
	return raisers_are_quiet(number);
}

void workers_kill(unsigned int number, bool in_flight)
{
	struct worker_figures *figures = &ledger->workers[number];

	pthread_mutex_lock(&pids_lock);
	__atomic_store_n(&figures->hold, 1, __ATOMIC_RELEASE);
	/* A masked device may keep its interrupt for a long time, so the wait has a limit. */
	if (in_flight || !wait_quiet(number))
		silence_in_flight(number);
	kill(pids[number], SIGKILL);
	waitpid(pids[number], NULL, 0);
	sources_mask(number);
	figure_add(&killed, 1);
	__atomic_store_n(&figures->ready, READY_NOT, __ATOMIC_RELEASE);
	worker_start(number);
	__atomic_store_n(&figures->hold, 0, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&pids_lock);
}

uint64_t workers_killed(void)
{
	return figure_read(&killed);
}

bool workers_wait(enum readiness level, unsigned int ms)
{
	unsigned int i, waited;

	for (i = 0, waited = 0; i < ledger->workers_count; waited += 5) {
		if (__atomic_load_n(&ledger->workers[i].ready, __ATOMIC_ACQUIRE) >= level)
			i++;
		else
			sleep_ms(5);
		if (waited > ms || workers_failed() >= 0)
			return false;
	}
	return true;
}

int workers_failed(void)
{
	unsigned int i;
	int failed = -1;

	if (pthread_mutex_trylock(&pids_lock))
		return -1;
	for (i = 0; i < ledger->workers_count; i++) {
		if (__atomic_load_n(&ledger->workers[i].failure, __ATOMIC_ACQUIRE) ||
		    waitpid(pids[i], NULL, WNOHANG))
			failed = i;
	}
	pthread_mutex_unlock(&pids_lock);
	return failed;
}

bool workers_end(void)
{
	bool good = true;
	unsigned int i;
	int status;

	for (i = 0; i < ledger->workers_count; i++) {
		if (waitpid(pids[i], &status, 0) != pids[i] || !WIFEXITED(status) ||
		    WEXITSTATUS(status))
			good = false;
	}
	return good;
}
