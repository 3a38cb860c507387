/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_PEERS_H
#define VTLIRQ_PEERS_H

#include <stddef.h>
#include <sys/types.h>

#include <vtlirq.h>

#include "problem.h"

#define PEER_NAME_SIZE	32
/* Instead of a process: all of them. */
#define ANY_PEER	0

/**
 * struct peer - a process that publishes its routes, at one moment
 * @pid: the process
 * @name: the kernel's name for it, "?" if it ended meanwhile
 * @summary: of its context
 * @routes: by id
 * @count: how many
 */
struct peer {
	pid_t pid;
	char name[PEER_NAME_SIZE];
	struct vtlirq_summary summary;
	struct vtlirq_route_state *routes;
	size_t count;
};

/**
 * struct peers - all of them, at about the same moment
 * @count: how many
 * @all: by process number
 * @silent: why some that publish could not be asked
 */
struct peers {
	size_t count;
	struct peer *all;
	struct problem_list silent;
};

int peers_read(struct peers *peers, pid_t only, struct problem *problem);
void peers_free(struct peers *peers);

int peer_open(pid_t pid, struct vtlirq_client **handle, struct problem *problem);
void explain_peer(pid_t pid, int error, struct problem *problem);

#endif /* VTLIRQ_PEERS_H */
