// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The processes that publish their routes, and what they say.
 *
 * Owns: finding and asking them, and what is said about one that does not answer.
 * Knows nothing of how routes are shown or moved. Each call asks anew, so that a
 * process may come and go between two of them.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "peers.h"
#include "sheet.h"

/**
 * explain_peer() - say why a process could not be asked
 * @pid: the process
 * @error: what the library gave, positive
 * @problem: where the explanation goes
 */
void explain_peer(pid_t pid, int error, struct problem *problem)
{
	problem_what(problem, "cannot ask process %d for its routes: %s", pid, strerror(error));
	if (error == ENOENT) {
		problem_what(problem, "process %d publishes no routes", pid);
		problem_next(problem, "see vtlirq routes for those that do");
	} else if (error == ECONNREFUSED) {
		problem_what(problem, "process %d has ended, and left its socket behind", pid);
		problem_next(problem, "see vtlirq routes for those that run");
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

/* One that ends while it is asked is no problem: it publishes nothing any more. */
static bool has_ended(int error)
{
	return error == -ENOENT || error == -ECONNREFUSED || error == -ECONNRESET ||
	       error == -EPIPE;
}

static void read_name(struct peer *peer)
{
	char *path = memory_format("/proc/%d/comm", peer->pid);
	char *text;
	int error;

	snprintf(peer->name, sizeof(peer->name), "?");
	if (!file_read(path, &text, &error)) {
		snprintf(peer->name, sizeof(peer->name), "%s", strtok(text, "\n") ?: "?");
		free(text);
	}
	free(path);
	/* A process chooses its name; it must not steer the terminal. */
	for (char *letter = peer->name; *letter; letter++) {
		if (!isprint((unsigned char)*letter))
			*letter = '?';
	}
}

static int ask(struct peer *peer)
{
	struct vtlirq_client *handle;
	int error = vtlirq_client_open(path_of_publications(), peer->pid, &handle);

	if (error)
		return error;
	error = vtlirq_client_summary(handle, &peer->summary);
	if (!error)
		error = vtlirq_client_routes(handle, &peer->routes, &peer->count);
	vtlirq_client_close(handle);
	read_name(peer);
	return error;
}

static int by_pid(const void *left, const void *right)
{
	const pid_t *a = left;
	const pid_t *b = right;

	return (*a > *b) - (*a < *b);
}

static int find_pids(pid_t **pids, size_t *count, struct problem *problem)
{
	int error = vtlirq_publishers(path_of_publications(), pids, count);

	if (error) {
		problem_what(problem, "cannot look into %s: %s", path_of_publications(),
			     strerror(-error));
		problem_next(problem, error == -EACCES || error == -EPERM ?
			     "run as root" : "check VTLIRQ_DIRECTORY");
		return error;
	}
	if (*count)
		qsort(*pids, *count, sizeof(**pids), by_pid);
	return 0;
}

static void add_peer(struct peers *peers, pid_t pid)
{
	struct peer peer = { .pid = pid };
	int error = ask(&peer);

	if (!error) {
		peers->all = memory_grow(peers->all, peers->count + 1, sizeof(*peers->all));
		peers->all[peers->count++] = peer;
	} else if (!has_ended(error)) {
		explain_peer(pid, -error, problem_list_add(&peers->silent));
	}
}

static int read_only_one(struct peers *peers, pid_t pid, struct problem *problem)
{
	struct peer peer = { .pid = pid };
	int error = ask(&peer);

	if (error) {
		explain_peer(pid, -error, problem);
		return error;
	}
	peers->all = memory_grow(NULL, 1, sizeof(*peers->all));
	peers->all[peers->count++] = peer;
	return 0;
}

/**
 * peers_read() - ask the processes that publish their routes
 * @peers: what they say, to be given to peers_free()
 * @only: a process that must be among them, the only one that is asked; or ANY_PEER
 * @problem: what is said if it fails
 *
 * Processes that do not answer do not make it fail: see struct peers.
 *
 * Return: 0, or a negative errno; nothing to free then.
 */
int peers_read(struct peers *peers, pid_t only, struct problem *problem)
{
	size_t count = 0;
	pid_t *pids;
	int error;

	*peers = (struct peers){};
	if (only != ANY_PEER)
		return read_only_one(peers, only, problem);
	error = find_pids(&pids, &count, problem);
	if (error)
		return error;
	for (size_t i = 0; i < count; i++)
		add_peer(peers, pids[i]);
	free(pids);
	return 0;
}

/**
 * peers_free() - give the memory back
 * @peers: from peers_read(), empty afterwards
 */
void peers_free(struct peers *peers)
{
	for (size_t i = 0; i < peers->count; i++)
		free(peers->all[i].routes);
	free(peers->all);
	problem_list_free(&peers->silent);
	*peers = (struct peers){};
}

/**
 * peer_open() - reach a process in order to move its routes
 * @pid: the process
 * @handle: the library's, for vtlirq_client_close()
 * @problem: what is said if it fails
 *
 * Return: 0, or a negative errno.
 */
int peer_open(pid_t pid, struct vtlirq_client **handle, struct problem *problem)
{
	int error = vtlirq_client_open(path_of_publications(), pid, handle);

	if (error)
		explain_peer(pid, -error, problem);
	return error;
}
