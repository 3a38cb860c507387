// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Fuzzes lib/server.c and lib/client.c: the requests that a client may send to the process that
 * publishes its routes, and the answers of such a process.
 *
 * This program includes both, to reach the functions that read the socket; the routes are fake.
 */
#include "server.c"
#include "client.c"
#undef NDEBUG
#include <assert.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "input.h"

static struct vtlirq_route paper_route;

int routes_states(struct vtlirq *irqs, uint64_t after, size_t limit,
		  struct vtlirq_route_state **states, size_t *count)
{
	*count = after % (limit + 1);
	*states = calloc(*count + 1, sizeof(**states));
	return *states ? 0 : -ENOMEM;
}

struct vtlirq_route *route_get(struct vtlirq *irqs, uint64_t id)
{
	return id & 1 ? &paper_route : NULL;
}

void route_put(struct vtlirq_route *route)
{
	assert(route == &paper_route);
}

void vtlirq_summary(struct vtlirq *irqs, struct vtlirq_summary *summary)
{
	memset(summary, 0x11, sizeof(*summary));
}

int vtlirq_route_prefer(struct vtlirq_route *route, enum vtlirq_preference preference)
{
	return preference > VTLIRQ_PREFER_PROXIED ? -EINVAL : 0;
}

int vtlirq_route_retarget(struct vtlirq_route *route, const struct vtlirq_target *target)
{
	size_t i;
	uint64_t any = 0;

	for (i = 0; i < target->words; i++)
		any |= target->vps[i];
	assert(any);
	return target->vector < 16 ? -EINVAL : 0;
}

static void sockets_open(int pair[2])
{
	assert(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
}

/* Sends a message of any size, usually with a valid start. */
static size_t request_send(struct input *input, int socket)
{
	uint8_t bytes[2 * sizeof(struct wire_request)];
	struct wire_request *request = (void *)bytes;
	uint8_t how = input_byte(input);
	size_t size = how & 3 ? sizeof(*request) : input_byte(input) % sizeof(bytes);

	input_take(input, bytes, sizeof(bytes));
	if (how & 0xc) {
		request->magic = WIRE_MAGIC;
		request->version = WIRE_VERSION;
		request->what %= 6;
	}
	assert(send(socket, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)size);
	return size;
}

static void reply_check(int socket, size_t asked)
{
	struct wire_reply reply;
	ssize_t length = recv(socket, &reply, sizeof(reply), MSG_DONTWAIT | MSG_TRUNC);

	if (length <= 0)
		return;
	assert(length == sizeof(reply));
	assert(reply.magic == WIRE_MAGIC && reply.version == WIRE_VERSION);
	assert(reply.error <= 0 && reply.count <= WIRE_STATES);
	assert(asked == sizeof(struct wire_request) || reply.error == -EPROTO);
}

static void server_fuzz(struct input *input)
{
	struct server *server = make(NULL);
	size_t asked;
	int pair[2];

	assert(server);
	while (!input_is_empty(input)) {
		sockets_open(pair);
		server->clients[0].socket = pair[0];
		do {
			asked = request_send(input, pair[1]);
			serve(server, &server->clients[0]);
			reply_check(pair[1], asked);
		} while (server->clients[0].socket >= 0 && !input_is_empty(input));
		if (server->clients[0].socket >= 0)
			drop(&server->clients[0]);
		close(pair[1]);
	}
	free(server);
}

/* Sends an answer, usually with a valid size and head. */
static void reply_send(struct input *input, int socket)
{
	struct wire_reply reply;
	uint8_t how = input_byte(input);
	size_t size = how & 7 ? sizeof(reply) : input_word(input) % sizeof(reply);
	uint32_t i;

	input_take(input, &reply, 64);
	memset((uint8_t *)&reply + 64, how, sizeof(reply) - 64);
	if (how & 0x38) {
		reply.magic = WIRE_MAGIC;
		reply.version = WIRE_VERSION;
		reply.error = how & 0x80 ? reply.error : 0;
		reply.count %= WIRE_STATES + 2;
		for (i = 0; how & 0x40 && i < WIRE_STATES; i++)
			reply.states[i].id = input_byte(input);
	}
	send(socket, &reply, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void client_fuzz(struct input *input)
{
	struct vtlirq_client client = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct vtlirq_route_state *states;
	struct vtlirq_summary summary;
	unsigned int replies = 0;
	size_t count, i;
	int pair[2];

	sockets_open(pair);
	client.socket = pair[0];
	while (!input_is_empty(input) && replies++ < 24)
		reply_send(input, pair[1]);
	shutdown(pair[1], SHUT_WR);
	if (!vtlirq_client_routes(&client, &states, &count)) {
		for (i = 0; i < count; i++)
			assert(states[i].id <= UINT64_MAX);
		free(states);
	}
	vtlirq_client_summary(&client, &summary);
	vtlirq_client_prefer(&client, 1, VTLIRQ_PREFER_PROXIED);
	close(pair[0]);
	close(pair[1]);
}

static void name_fuzz(struct input *input)
{
	char name[32];

	input_take(input, name, sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert(pid_of(name) >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const parts[])(struct input *input) = { server_fuzz, client_fuzz, name_fuzz };
	struct input input = { data, size };

	parts[input_byte(&input) % 3](&input);
	return 0;
}
