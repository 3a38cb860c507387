// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Clients: connections to processes that publish their contexts.
 */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire.h"

/**
 * struct vtlirq_client - a connection to a process
 * @lock: held during a request
 */
struct vtlirq_client {
	pthread_mutex_t lock;
	int socket;
};

/* ---- find the processes ---- */

/* Return: the process that a name in the directory belongs to, or 0. */
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

/* Return: whether the process is alive. The socket of a dead process is removed. */
static bool is_alive(const char *directory, pid_t pid)
{
	struct sockaddr_un address;
	int made;

	if (socket_path_make(&address, directory, pid))
		return false;
	made = socket_path_connect_or_remove(directory, &address);
	if (made >= 0)
		close(made);
	/* Any other error: the process is alive, but busy. */
	return made >= 0 || (made != -ECONNREFUSED && made != -ENOENT);
}

static int list(DIR *opened, const char *directory, pid_t **pids, size_t *count)
{
	struct dirent *entry;
	int error = 0;

	while (!error && (entry = readdir(opened))) {
		pid_t pid = pid_of(entry->d_name);

		if (pid && is_alive(directory, pid))
			error = append(pids, count, pid);
	}
	return error;
}

int vtlirq_publishers(const char *directory, pid_t **pids, size_t *count)
{
	DIR *opened = opendir(socket_path_directory(directory));
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

/* ---- requests ---- */

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

static int ask(struct vtlirq_client *client, struct wire_request *request, struct wire_reply *reply)
{
	int error;

	request->magic = WIRE_MAGIC;
	request->version = WIRE_VERSION;
	pthread_mutex_lock(&client->lock);
	error = transfer(client->socket, request, reply);
	/* A late answer must not be taken for the answer to the next request. */
	if (error == -ETIMEDOUT)
		shutdown(client->socket, SHUT_RDWR);
	pthread_mutex_unlock(&client->lock);
	return error;
}

int vtlirq_client_open(const char *directory, pid_t pid, struct vtlirq_client **opened)
{
	struct vtlirq_summary summary;
	struct vtlirq_client *client;
	struct sockaddr_un address;
	int error = socket_path_make(&address, directory, pid);

	if (error)
		return error;
	client = calloc(1, sizeof(*client));
	if (!client)
		return -ENOMEM;
	pthread_mutex_init(&client->lock, NULL);
	client->socket = socket_path_connect_or_remove(directory, &address);
	error = client->socket < 0 ? client->socket : vtlirq_client_summary(client, &summary);
	if (error) {
		vtlirq_client_close(client);
		return error;
	}
	*opened = client;
	return 0;
}

void vtlirq_client_close(struct vtlirq_client *client)
{
	if (!client)
		return;
	if (client->socket >= 0)
		close(client->socket);
	pthread_mutex_destroy(&client->lock);
	free(client);
}

int vtlirq_client_summary(struct vtlirq_client *client, struct vtlirq_summary *summary)
{
	struct wire_request request = { .what = WIRE_SUMMARY };
	struct wire_reply reply;
	int error = ask(client, &request, &reply);

	if (!error)
		*summary = reply.summary;
	return error;
}

static int ask_states(struct vtlirq_client *client, struct vtlirq_route_state **states,
		      size_t *count)
{
	struct vtlirq_route_state *grown;
	struct wire_reply reply;
	uint64_t after = 0;
	int error;

	do {
		struct wire_request request = { .what = WIRE_ROUTES, .id = after };

		error = ask(client, &request, &reply);
		if (error)
			return error;
		/* Plus one, so that an empty list is not NULL. */
		grown = realloc(*states, (*count + reply.count + 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		*states = grown;
		memcpy(grown + *count, reply.states, reply.count * sizeof(*grown));
		for (uint32_t i = 0; i < reply.count; i++)
			route_name_clean(grown[*count + i].name);
		*count += reply.count;
		/* Ids must increase, or the server could keep this loop running for ever. */
		if (reply.count && grown[*count - 1].id <= after)
			return -EPROTO;
		if (reply.count)
			after = grown[*count - 1].id;
	} while (reply.count);
	return 0;
}

int vtlirq_client_routes(struct vtlirq_client *client, struct vtlirq_route_state **states,
			 size_t *count)
{
	int error;

	*states = NULL;
	*count = 0;
	error = ask_states(client, states, count);
	if (error) {
		free(*states);
		*states = NULL;
		*count = 0;
	}
	return error;
}

int vtlirq_client_retarget(struct vtlirq_client *client, uint64_t id, uint32_t vp, uint32_t vector)
{
	struct wire_request request = {
		.what = WIRE_RETARGET,
		.id = id,
		.vp = vp,
		.vector = vector,
	};
	struct wire_reply reply;

	return ask(client, &request, &reply);
}

int vtlirq_client_prefer(struct vtlirq_client *client, uint64_t id,
			 enum vtlirq_preference preference)
{
	struct wire_request request = {
		.what = WIRE_PREFER,
		.id = id,
		.preference = preference,
	};
	struct wire_reply reply;

	return ask(client, &request, &reply);
}
