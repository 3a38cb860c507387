// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Peers: the contexts of other processes.
 */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "route_name.h"
#include "wire.h"

/**
 * struct vtlirq_peer - a process, connected
 * @lock: one request at a time
 */
struct vtlirq_peer {
	pthread_mutex_t lock;
	int socket;
};

/* ---- finding them ---- */

/* Return: the process that a name in the directory stands for, or 0. */
static pid_t pid_of(const char *name)
{
	char *end;
	long pid = strtol(name, &end, 10);

	if (name[0] < '1' || name[0] > '9' || *end || pid > INT32_MAX)
		return 0;
	return pid;
}

static int append(pid_t **pids, size_t *count, pid_t pid)
{
	pid_t *grown = realloc(*pids, (*count + 1) * sizeof(pid_t));

	if (!grown)
		return -ENOMEM;
	grown[(*count)++] = pid;
	*pids = grown;
	return 0;
}

static int compare(const void *left, const void *right)
{
	const pid_t *one = left, *other = right;

	return (*one > *other) - (*one < *other);
}

/* Return: whether somebody is there. If not, what was left behind is gone now. */
static bool is_there(const char *directory, pid_t pid)
{
	struct sockaddr_un address;
	int made;

	if (address_of_process(&address, directory, pid))
		return false;
	made = address_reach(directory, &address);
	if (made >= 0)
		close(made);
	/* One that is busy is there. */
	return made >= 0 || (made != -ECONNREFUSED && made != -ENOENT);
}

static int list(DIR *opened, const char *directory, pid_t **pids, size_t *count)
{
	struct dirent *entry;
	int error = 0;

	while (!error && (entry = readdir(opened))) {
		pid_t pid = pid_of(entry->d_name);

		if (pid && is_there(directory, pid))
			error = append(pids, count, pid);
	}
	return error;
}

int vtlirq_peers(const char *directory, pid_t **pids, size_t *count)
{
	DIR *opened = opendir(address_directory(directory));
	int error;

	*count = 0;
	*pids = malloc(sizeof(pid_t));
	if (!*pids || (!opened && errno != ENOENT)) {
		error = *pids ? -errno : -ENOMEM;
		goto fail;
	}
	if (!opened)
		return 0;
	error = list(opened, directory, pids, count);
	if (error)
		goto fail;
	closedir(opened);
	qsort(*pids, *count, sizeof(pid_t), compare);
	return 0;
fail:
	if (opened)
		closedir(opened);
	free(*pids);
	*pids = NULL;
	*count = 0;
	return error;
}

/* ---- asking them ---- */

static int transfer(int socket, const struct wire_request *request, struct wire_reply *reply)
{
	ssize_t length;

	do {
		length = send(socket, request, sizeof(*request), MSG_NOSIGNAL);
	} while (length < 0 && errno == EINTR);
	if (length < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	do {
		length = recv(socket, reply, sizeof(*reply), MSG_TRUNC);
	} while (length < 0 && errno == EINTR);
	if (length < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	if (!length)
		return -ECONNRESET;
	if (length != sizeof(*reply) || reply->magic != WIRE_MAGIC ||
	    reply->version != WIRE_VERSION || reply->count > WIRE_STATES || reply->error > 0)
		return -EPROTO;
	return reply->error;
}

static int ask(struct vtlirq_peer *peer, struct wire_request *request, struct wire_reply *reply)
{
	int error;

	request->magic = WIRE_MAGIC;
	request->version = WIRE_VERSION;
	pthread_mutex_lock(&peer->lock);
	error = transfer(peer->socket, request, reply);
	/* A late answer must not be taken for that of the next request. */
	if (error == -ETIMEDOUT)
		shutdown(peer->socket, SHUT_RDWR);
	pthread_mutex_unlock(&peer->lock);
	return error;
}

int vtlirq_peer_open(const char *directory, pid_t pid, struct vtlirq_peer **opened)
{
	struct vtlirq_summary summary;
	struct vtlirq_peer *peer;
	struct sockaddr_un address;
	int error = address_of_process(&address, directory, pid);

	if (error)
		return error;
	peer = calloc(1, sizeof(*peer));
	if (!peer)
		return -ENOMEM;
	pthread_mutex_init(&peer->lock, NULL);
	peer->socket = address_reach(directory, &address);
	error = peer->socket < 0 ? peer->socket : vtlirq_peer_summary(peer, &summary);
	if (error) {
		vtlirq_peer_close(peer);
		return error;
	}
	*opened = peer;
	return 0;
}

void vtlirq_peer_close(struct vtlirq_peer *peer)
{
	if (!peer)
		return;
	if (peer->socket >= 0)
		close(peer->socket);
	pthread_mutex_destroy(&peer->lock);
	free(peer);
}

int vtlirq_peer_summary(struct vtlirq_peer *peer, struct vtlirq_summary *summary)
{
	struct wire_request request = { .what = WIRE_SUMMARY };
	struct wire_reply reply;
	int error = ask(peer, &request, &reply);

	if (!error)
		*summary = reply.summary;
	return error;
}

static int ask_states(struct vtlirq_peer *peer, struct vtlirq_route_state **states, size_t *count)
{
	struct vtlirq_route_state *grown;
	struct wire_reply reply;
	uint64_t after = 0;
	int error;

	do {
		struct wire_request request = { .what = WIRE_ROUTES, .id = after };

		error = ask(peer, &request, &reply);
		if (error)
			return error;
		/* Plus one: that an empty list is not NULL. */
		grown = realloc(*states, (*count + reply.count + 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		*states = grown;
		memcpy(grown + *count, reply.states, reply.count * sizeof(*grown));
		for (uint32_t i = 0; i < reply.count; i++)
			route_name_clean(grown[*count + i].name);
		*count += reply.count;
		/* Ids rise: a peer that says otherwise could keep us for ever. */
		if (reply.count && grown[*count - 1].id <= after)
			return -EPROTO;
		if (reply.count)
			after = grown[*count - 1].id;
	} while (reply.count);
	return 0;
}

int vtlirq_peer_routes(struct vtlirq_peer *peer, struct vtlirq_route_state **states,
		       size_t *count)
{
	int error;

	*states = NULL;
	*count = 0;
	error = ask_states(peer, states, count);
	if (error) {
		free(*states);
		*states = NULL;
		*count = 0;
	}
	return error;
}

int vtlirq_peer_retarget(struct vtlirq_peer *peer, uint64_t id, uint32_t vp, uint32_t vector)
{
	struct wire_request request = {
		.what = WIRE_RETARGET,
		.id = id,
		.vp = vp,
		.vector = vector,
	};
	struct wire_reply reply;

	return ask(peer, &request, &reply);
}

int vtlirq_peer_prefer(struct vtlirq_peer *peer, uint64_t id, enum vtlirq_preference preference)
{
	struct wire_request request = {
		.what = WIRE_PREFER,
		.id = id,
		.preference = preference,
	};
	struct wire_reply reply;

	return ask(peer, &request, &reply);
}
