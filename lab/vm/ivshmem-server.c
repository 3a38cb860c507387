// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * ivshmem-server: the server to which QEMU's ivshmem-doorbell devices connect.
 *
 * Each connected device is a peer, whose number is the device's IVPosition. The server
 * does not tell a device about the others. A device rings its own doorbell with its own
 * number, or a line "raise PEER VECTOR [COUNT]" on standard input makes the server ring.
 *
 * It ends at SIGTERM, SIGINT or the end of its standard input, so that it cannot outlive
 * the process that started it. Then it removes its socket.
 *
 * Owns: the shared memory, one eventfd for each peer and vector, and QEMU's protocol that
 * distributes them (docs/specs/ivshmem-spec.txt of QEMU). Must not know: which driver uses
 * the devices, and what a vector is for.
 */
#include <errno.h>
#include <endian.h>
#include <getopt.h>
#include <linux/types.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_PEERS	32
#define MAX_VECTORS	2048	/* the maximum of a PCI function */
#define PROTOCOL	0
#define SHARED_MEMORY	-1

/* A connected device. In a free entry, fd is -1. */
struct peer {
	int fd;
	int *bells;		/* one eventfd for each vector */
	unsigned int told;	/* how many of these were sent to the device */
};

struct server {
	const char *path;
	unsigned int vectors;
	size_t memory_size;
	int memory;
	int listener;
	int signals;
	struct peer peers[MAX_PEERS];
	char line[128];	/* the incomplete last line of standard input */
	size_t length;
};

static void complain(const char *what)
{
	fprintf(stderr, "ivshmem-server: %s: %s\n", what, strerror(errno));
}

/*
 * Send a message of the protocol: a number, and a file descriptor unless @passed is
 * negative. This does not block if the device does not read at once.
 */
static int send_message(int fd, long long number, int passed)
{
	__u64 wire = htole64(number);
	struct iovec data = { .iov_base = &wire, .iov_len = sizeof(wire) };
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
	struct cmsghdr *header;

	if (passed >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &passed, sizeof(int));
	}
	if (sendmsg(fd, &message, MSG_NOSIGNAL) != (ssize_t)sizeof(wire))
		return -1;
	return 0;
}

/*
 * Send the last messages to a new device, one for each doorbell. Those that do not fit into
 * the socket are sent after the device has read some: QEMU begins to read when all of its
 * devices are connected.
 */
static int send_bells(struct server *server, unsigned int id)
{
	struct peer *peer = &server->peers[id];

	while (peer->told < server->vectors) {
		if (send_message(peer->fd, id, peer->bells[peer->told]))
			return errno == EAGAIN ? 0 : -1;
		peer->told++;
	}
	return 0;
}

static void free_bells(struct peer *peer, unsigned int count)
{
	while (count--)
		close(peer->bells[count]);
	free(peer->bells);
	peer->bells = NULL;
}

static int make_bells(const struct server *server, struct peer *peer)
{
	unsigned int vector;

	peer->bells = calloc(server->vectors, sizeof(*peer->bells));
	if (!peer->bells)
		return -1;
	for (vector = 0; vector < server->vectors; vector++) {
		peer->bells[vector] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (peer->bells[vector] < 0) {
			free_bells(peer, vector);
			return -1;
		}
	}
	return 0;
}

static void remove_peer(const struct server *server, struct peer *peer)
{
	close(peer->fd);
	peer->fd = -1;
	free_bells(peer, server->vectors);
}

/* The protocol requires this order of messages. */
static int introduce(struct server *server, unsigned int id)
{
	int fd = server->peers[id].fd;

	if (send_message(fd, PROTOCOL, -1) || send_message(fd, id, -1) ||
	    send_message(fd, SHARED_MEMORY, server->memory))
		return -1;
	return send_bells(server, id);
}

static void add_peer(struct server *server)
{
	int fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	unsigned int id = 0;

	if (fd < 0) {
		complain("accept");
		return;
	}
	while (id < MAX_PEERS && server->peers[id].fd >= 0)
		id++;
	if (id == MAX_PEERS || make_bells(server, &server->peers[id])) {
		fprintf(stderr, "ivshmem-server: no room for one more device\n");
		close(fd);
		return;
	}
	server->peers[id].fd = fd;
	server->peers[id].told = 0;
	if (introduce(server, id)) {
		complain("a device does not accept a message");
		remove_peer(server, &server->peers[id]);
	}
}

/* A device sends no messages. It has disconnected, or there is room for more doorbells. */
static void hear_peer(struct server *server, unsigned int id, short events)
{
	struct peer *peer = &server->peers[id];
	char ignored[64];

	if (events & POLLOUT && send_bells(server, id)) {
		remove_peer(server, peer);
		return;
	}
	if (!(events & ~POLLOUT) || read(peer->fd, ignored, sizeof(ignored)) > 0)
		return;
	remove_peer(server, peer);
}

/*
 * Each ring is a write of its own: if the device reads the eventfd between two writes, it
 * raises two interrupts, else one.
 */
static void raise_vector(struct server *server, unsigned int id, unsigned int vector,
			 unsigned int count)
{
	while (count--) {
		if (eventfd_write(server->peers[id].bells[vector], 1)) {
			complain("raise");
			return;
		}
	}
}

static void obey(struct server *server, const char *line)
{
	unsigned int id, vector, count = 1;
	char rest;
	int got = sscanf(line, "raise %u %u %u %c", &id, &vector, &count, &rest);

	if (got != 2 && got != 3) {
		fprintf(stderr, "ivshmem-server: not \"raise PEER VECTOR [COUNT]\": %s\n", line);
		return;
	}
	if (id >= MAX_PEERS || server->peers[id].fd < 0 || vector >= server->vectors) {
		fprintf(stderr, "ivshmem-server: no device %u with a vector %u\n", id, vector);
		return;
	}
	raise_vector(server, id, vector, count);
}

/* Carry out each complete line of input. Return false at the end of input. */
static bool hear_input(struct server *server)
{
	size_t room = sizeof(server->line) - 1 - server->length;
	ssize_t got = read(STDIN_FILENO, server->line + server->length, room);
	char *end;

	if (got <= 0)
		return got < 0 && (errno == EINTR || errno == EAGAIN);
	server->length += got;
	server->line[server->length] = '\0';
	while ((end = strchr(server->line, '\n'))) {
		*end++ = '\0';
		obey(server, server->line);
		server->length -= end - server->line;
		memmove(server->line, end, server->length + 1);
	}
	if (server->length == sizeof(server->line) - 1) {
		fprintf(stderr, "ivshmem-server: a line of input is too long: dropped\n");
		server->length = 0;
	}
	return true;
}

static int open_listener(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	if (listen(fd, MAX_PEERS)) {
		unlink(path);
		close(fd);
		return -1;
	}
	return fd;
}

static int open_memory(size_t size)
{
	int fd = memfd_create("ivshmem", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, size)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Signals are read from a file descriptor, so that they cannot interrupt other work. */
static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int open_server(struct server *server)
{
	unsigned int id;

	for (id = 0; id < MAX_PEERS; id++)
		server->peers[id].fd = -1;
	server->signals = open_signals();
	if (server->signals < 0) {
		complain("signals");
		return -1;
	}
	server->memory = open_memory(server->memory_size);
	if (server->memory < 0) {
		complain("shared memory");
		return -1;
	}
	server->listener = open_listener(server->path);
	if (server->listener < 0) {
		complain(server->path);
		return -1;
	}
	return 0;
}

static void watch(const struct server *server, struct pollfd *fds)
{
	unsigned int id;

	fds[0] = (struct pollfd){ .fd = server->signals, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = server->listener, .events = POLLIN };
	for (id = 0; id < MAX_PEERS; id++) {
		const struct peer *peer = &server->peers[id];
		short more = peer->told < server->vectors ? POLLOUT : 0;

		fds[3 + id] = (struct pollfd){ .fd = peer->fd, .events = POLLIN | more };
	}
}

static int serve(struct server *server)
{
	struct pollfd fds[3 + MAX_PEERS];
	unsigned int id;

	for (;;) {
		watch(server, fds);
		if (poll(fds, 3 + MAX_PEERS, -1) < 0) {
			complain("poll");
			return EXIT_FAILURE;
		}
		if (fds[0].revents || (fds[1].revents && !hear_input(server)))
			return EXIT_SUCCESS;
		for (id = 0; id < MAX_PEERS; id++) {
			if (fds[3 + id].revents)
				hear_peer(server, id, fds[3 + id].revents);
		}
		if (fds[2].revents)
			add_peer(server);
	}
}

static void print_help(FILE *where)
{
	fprintf(where,
		"Usage: ivshmem-server --socket PATH [--vectors N] [--memory BYTES]\n"
		"Serves QEMU's ivshmem-doorbell devices (8 vectors and 4 MiB by default).\n"
		"Prints \"ready\" when they may connect. Then it reads from standard input:\n"
		"  raise PEER VECTOR [COUNT]\n"
		"It ends at the end of the input.\n");
}

static bool parse_number(const char *text, unsigned long most, unsigned long *number)
{
	char *end;

	errno = 0;
	*number = strtoul(text, &end, 0);
	return !errno && *text >= '0' && *text <= '9' && !*end && *number && *number <= most;
}

static int parse(int argc, char **argv, struct server *server)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "vectors", required_argument, NULL, 'v' },
		{ "memory", required_argument, NULL, 'm' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	unsigned long vectors = 8, memory = 4 << 20;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 's')
			server->path = optarg;
		else if (option == 'v' && parse_number(optarg, MAX_VECTORS, &vectors))
			continue;
		else if (option == 'm' && parse_number(optarg, 1UL << 32, &memory))
			continue;
		else
			return option == 'h' ? 1 : -1;
	}
	/* The memory is a PCI BAR of the device, so its size must be a power of two. */
	if (!server->path || optind != argc || memory & (memory - 1))
		return -1;
	server->vectors = vectors;
	server->memory_size = memory;
	return 0;
}

int main(int argc, char **argv)
{
	static struct server server;
	int status = parse(argc, argv, &server);

	if (status) {
		print_help(status > 0 ? stdout : stderr);
		return status > 0 ? EXIT_SUCCESS : 2;
	}
	if (open_server(&server))
		return EXIT_FAILURE;
	if (printf("ready\n") < 0 || fflush(stdout))
		complain("standard output");
	status = serve(&server);
	unlink(server.path);
	return status;
}
