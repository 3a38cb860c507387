// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The processes that publish their routes, and these routes.
 *
 * Owns: finding and asking the processes, and what is said about one that does not answer.
 * Nothing stays open between two calls, so that processes may come and go.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

/* Says why a process could not be asked. */
void explain_process(pid_t pid, int error, struct problem *problem)
{
	problem_what(problem, "cannot ask process %d for its routes: %s", pid, strerror(error));
	if (error == ENOENT) {
		problem_what(problem, "process %d publishes no routes", pid);
		problem_next(problem, "see vtlirq route show for those that do");
	} else if (error == ECONNREFUSED) {
		problem_what(problem, "process %d has ended, and left its socket behind", pid);
		problem_next(problem, "see vtlirq route show for those that run");
	} else if (error == EPROTO) {
		problem_what(problem, "process %d was built with another version of libvtlirq",
			     pid);
		problem_next(problem, "use the vtlirq of its release; this one is %s",
			     vtlirq_version());
	} else if (error == EACCES || error == EPERM) {
		problem_next(problem, "run as root");
	} else if (error == ETIMEDOUT || error == EAGAIN) {
		problem_what(problem, "process %d does not answer", pid);
		problem_next(problem, "see whether it is stopped: ps -o pid,stat,comm %d", pid);
	} else {
		problem_next(problem, "see whether process %d still runs, then try again", pid);
	}
}

/* A process that ends while it is asked is no problem: it publishes nothing any more. */
static bool has_ended(int error)
{
	return error == -ENOENT || error == -ECONNREFUSED || error == -ECONNRESET ||
	       error == -EPIPE;
}

static void read_name(struct process *process)
{
	char *path = memory_format("/proc/%llu/comm", process->pid);
	char *text;

	snprintf(process->name, sizeof(process->name), "?");
	if (!file_read(path, &text)) {
		snprintf(process->name, sizeof(process->name), "%s", strtok(text, "\n") ?: "?");
		free(text);
	}
	free(path);
	/* A process chooses its name; it must not control the terminal. */
	for (char *letter = process->name; *letter; letter++) {
		if (!isprint((unsigned char)*letter))
			*letter = '?';
	}
}

static void add_process(struct routes *routes, struct process *process,
			const struct vtlirq_route_state *states, size_t count)
{
	read_name(process);
	routes->processes = memory_grow(routes->processes, routes->process_count + 1,
					sizeof(*routes->processes));
	routes->processes[routes->process_count++] = *process;
	for (size_t i = 0; i < count; i++) {
		routes->all = memory_grow(routes->all, routes->count + 1, sizeof(*routes->all));
		routes->all[routes->count++] = route_describe(process->pid, &states[i]);
	}
}

static int ask(struct routes *routes, pid_t pid)
{
	struct process process = { .pid = pid };
	struct vtlirq_route_state *states = NULL;
	struct vtlirq_client *peer;
	size_t count = 0;
	int error = vtlirq_client_open(path_of(PUBLICATIONS), pid, &peer);

	if (error)
		return error;
	error = vtlirq_client_summary(peer, &process.summary);
	if (!error)
		error = vtlirq_client_routes(peer, &states, &count);
	vtlirq_client_close(peer);
	if (error)
		return error;
	add_process(routes, &process, states, count);
	free(states);
	return 0;
}

static int by_pid(const void *left, const void *right)
{
	const pid_t *a = left;
	const pid_t *b = right;

	return (*a > *b) - (*a < *b);
}

static int find_pids(pid_t **pids, size_t *count, struct problem *problem)
{
	int error = vtlirq_publishers(path_of(PUBLICATIONS), pids, count);

	if (error) {
		problem_what(problem, "cannot look into %s: %s", path_of(PUBLICATIONS),
			     strerror(-error));
		problem_next(problem, error == -EACCES || error == -EPERM ?
			     "run as root" : "check VTLIRQ_DIRECTORY");
		return error;
	}
	if (*count)
		qsort(*pids, *count, sizeof(**pids), by_pid);
	return 0;
}

/*
 * Asks the processes that publish their routes. A process that does not answer is no failure,
 * unless it is the only one: see struct routes.
 */
int routes_read(struct routes *routes, u64 only, struct problem *problem)
{
	size_t count = 0;
	pid_t *pids;
	int error;

	*routes = (struct routes){};
	if (only != UNKNOWN) {
		error = ask(routes, only);
		if (error)
			explain_process(only, -error, problem);
		return error;
	}
	error = find_pids(&pids, &count, problem);
	if (error)
		return error;
	for (size_t i = 0; i < count; i++) {
		error = ask(routes, pids[i]);
		if (error && !has_ended(error))
			explain_process(pids[i], -error, problem_list_add(&routes->silent));
	}
	free(pids);
	return 0;
}

/* Frees what routes_read() allocated. */
void routes_free(struct routes *routes)
{
	free(routes->all);
	free(routes->processes);
	problem_list_free(&routes->silent);
	*routes = (struct routes){};
}
