// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Server: see context.h.
 *
 * The thread never waits for a client: it reads what has arrived, answers, and drops a
 * client that does not read the answer. It trusts nothing that a client sends.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "context.h"
#include "wire.h"

#define CLIENTS_MAX	8
/* How long to wait when no more files can be opened. */
#define PAUSE_US	20000

/**
 * struct client - a client that is connected
 * @socket: -1: this entry is free
 * @used:   value of server.requests at its last request
 */
struct client {
	int socket;
	uint64_t used;
};

/**
 * struct server - the thread, and what it uses
 * @wake:     eventfd that tells the thread to end
 * @listener: socket that accepts clients
 * @requests: how many requests were served; shows which client was silent for longest
 */
struct server {
	struct vtlirq *irqs;
	pthread_t thread;
	struct sockaddr_un address;
	int wake;
	int listener;
	uint64_t requests;
	struct client clients[CLIENTS_MAX];
};

/* ---- requests ---- */

static int answer_routes(struct vtlirq *irqs, const struct wire_request *request,
			 struct wire_reply *reply)
{
	struct vtlirq_route_state *states;
	size_t count;
	int error = routes_states(irqs, request->id, WIRE_STATES, &states, &count);

	if (error)
		return error;
	memcpy(reply->states, states, count * sizeof(*states));
	reply->count = count;
	free(states);
	return 0;
}

static int answer_move(struct vtlirq *irqs, const struct wire_request *request)
{
	struct vtlirq_route *route = route_get(irqs, request->id);
	const struct vtlirq_target *target;
	struct vtlirq_single_target single;
	int error = -EINVAL;

	if (!route)
		return -ENOENT;
	if (request->what == WIRE_PREFER) {
		error = vtlirq_route_prefer(route, request->preference);
	} else {
		target = vtlirq_target_single(&single, request->vp, request->vector);
		if (target)
			error = vtlirq_route_retarget(route, target);
	}
	route_put(route);
	return error;
}

static int answer(struct vtlirq *irqs, const struct wire_request *request,
		  struct wire_reply *reply)
{
	if (request->magic != WIRE_MAGIC || request->version != WIRE_VERSION)
		return -EPROTO;
	switch (request->what) {
	case WIRE_SUMMARY:
		vtlirq_summary(irqs, &reply->summary);
		return 0;
	case WIRE_ROUTES:
		return answer_routes(irqs, request, reply);
	case WIRE_RETARGET:
	case WIRE_PREFER:
		return answer_move(irqs, request);
	}
	return -EPROTO;
}

/* ---- clients ---- */

static void drop(struct client *client)
{
	close(client->socket);
	client->socket = -1;
}

static void serve(struct server *server, struct client *client)
{
	struct wire_request request = { 0 };
	struct wire_reply reply = { .magic = WIRE_MAGIC, .version = WIRE_VERSION };
	ssize_t length;

	length = recv(client->socket, &request, sizeof(request), MSG_DONTWAIT | MSG_TRUNC);
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length <= 0) {
		drop(client);
		return;
	}
	/* A client of another version sends another size, and gets an error. */
	reply.error = -EPROTO;
	if (length == sizeof(request))
		reply.error = answer(server->irqs, &request, &reply);
	client->used = ++server->requests;
	length = send(client->socket, &reply, sizeof(reply), MSG_DONTWAIT | MSG_NOSIGNAL);
	if (length != sizeof(reply) || reply.error == -EPROTO)
		drop(client);
}

/* Return: a free entry; the client that was silent for longest is dropped if necessary. */
static struct client *make_room(struct server *server)
{
	struct client *room = &server->clients[0];

	for (int i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &server->clients[i];

		if (client->socket < 0)
			return client;
		if (client->used < room->used)
			room = client;
	}
	drop(room);
	return room;
}

static void welcome(struct server *server)
{
	struct client *client;
	int made = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (made < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
			system_pause_us(PAUSE_US);
		return;
	}
	if (!socket_is_trusted(made)) {
		close(made);
		return;
	}
	client = make_room(server);
	client->socket = made;
	client->used = ++server->requests;
}

static void *run(void *argument)
{
	struct server *server = argument;
	struct pollfd polled[CLIENTS_MAX + 2];

	for (;;) {
		polled[0] = (struct pollfd) { .fd = server->wake, .events = POLLIN };
		polled[1] = (struct pollfd) { .fd = server->listener, .events = POLLIN };
		for (int i = 0; i < CLIENTS_MAX; i++)
			polled[i + 2] = (struct pollfd) {
				.fd = server->clients[i].socket,
				.events = POLLIN,
			};
		if (poll(polled, CLIENTS_MAX + 2, -1) < 0) {
			system_pause_us(PAUSE_US);
			continue;
		}
		if (polled[0].revents)
			return NULL;
		for (int i = 0; i < CLIENTS_MAX; i++) {
			if (polled[i + 2].revents)
				serve(server, &server->clients[i]);
		}
		if (polled[1].revents)
			welcome(server);
	}
}

/* ---- start and end ---- */

/* Make the directory, or check that no other user can change its contents. */
static int make_directory(const char *directory)
{
	struct stat status;

	if (mkdir(directory, 0700) && errno != EEXIST)
		return -errno;
	if (stat(directory, &status))
		return -errno;
	if (!S_ISDIR(status.st_mode))
		return -ENOTDIR;
	if ((status.st_uid && status.st_uid != geteuid()) || status.st_mode & 022)
		return -EPERM;
	return 0;
}

/* Errors that do not tell whether the name is in use. */
static bool is_inconclusive(int error)
{
	return error == -ENOMEM || error == -ENOBUFS || error == -EMFILE || error == -ENFILE;
}

/* Check that the name is free. Remove it if it was left by a dead process. */
static int free_name(const struct sockaddr_un *address)
{
	int other = socket_path_connect(address);

	if (other >= 0)
		close(other);
	if (other == -ECONNREFUSED)
		unlink(address->sun_path);
	else if (other != -ENOENT)
		return is_inconclusive(other) ? other : -EEXIST;
	return 0;
}

/*
 * Called with the directory locked, so that no process takes this socket for that of a dead
 * process before it listens.
 */
static int listen_at(struct server *server)
{
	const struct sockaddr_un *address = &server->address;
	int error = free_name(address);

	if (error)
		return error;
	if (bind(server->listener, (const struct sockaddr *)address, sizeof(*address)))
		return -errno;
	if (!chmod(address->sun_path, 0600) && !listen(server->listener, CLIENTS_MAX))
		return 0;
	error = -errno;
	unlink(address->sun_path);
	return error;
}

static int open_socket(struct server *server, const char *directory)
{
	int lock = socket_path_lock(directory);
	int error;

	if (lock < 0)
		return lock;
	server->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	error = server->listener < 0 ? -errno : listen_at(server);
	close(lock);
	return error;
}

static int open_files(struct server *server, const char *directory)
{
	int error = make_directory(socket_path_directory(directory));

	if (error)
		return error;
	error = socket_path_make(&server->address, directory, getpid());
	if (error)
		return error;
	server->wake = eventfd(0, EFD_CLOEXEC);
	if (server->wake < 0)
		return -errno;
	return open_socket(server, directory);
}

static void close_files(struct server *server)
{
	if (server->wake >= 0)
		close(server->wake);
	if (server->listener >= 0)
		close(server->listener);
}

/* The thread blocks all signals: the threads of the program handle them. */
static int start_thread(struct server *server)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&server->thread, NULL, run, server);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

static struct server *make(struct vtlirq *irqs)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server)
		return NULL;
	server->irqs = irqs;
	server->wake = -1;
	server->listener = -1;
	for (int i = 0; i < CLIENTS_MAX; i++)
		server->clients[i].socket = -1;
	return server;
}

static int start(struct server *server, const char *directory)
{
	int error = open_files(server, directory);

	if (error)
		return error;
	error = start_thread(server);
	if (error)
		unlink(server->address.sun_path);
	return error;
}

int vtlirq_publish(struct vtlirq *irqs, const char *directory)
{
	struct server *server = make(irqs);
	int error;

	if (!server)
		return -ENOMEM;
	error = start(server, directory);
	if (error) {
		close_files(server);
		free(server);
		return error;
	}
	pthread_mutex_lock(&irqs->lock);
	if (irqs->server)
		error = -EEXIST;
	else
		irqs->server = server;
	pthread_mutex_unlock(&irqs->lock);
	if (error)
		server_end(server);
	return error;
}

void server_end(struct server *server)
{
	uint64_t one = 1;

	if (!server)
		return;
	while (write(server->wake, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	pthread_join(server->thread, NULL);
	unlink(server->address.sun_path);
	for (int i = 0; i < CLIENTS_MAX; i++) {
		if (server->clients[i].socket >= 0)
			drop(&server->clients[i]);
	}
	close_files(server);
	free(server);
}
