// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Publishing: a child process publishes its routes; this process reads and moves them, and
 * then sends invalid requests.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fake.h"
#include "wire.h"

#define ROUTES	70	/* more than one message holds */

static char directory[64];
/* The kernel does not support file locks. */
static bool has_no_locks;

int __real_flock(int file, int operation);

int __wrap_flock(int file, int operation)
{
	if (!has_no_locks)
		return __real_flock(file, operation);
	errno = ENOSYS;
	return -1;
}

static int make_directory(void **state)
{
	snprintf(directory, sizeof(directory), "/tmp/vtlirq-test-XXXXXX");
	/* It takes 12 seconds alone, and much longer on a busy machine. */
	alarm(300);
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	return rmdir(directory);
}

/* ---- the other process ---- */

static const char *name_make(char name[VTLIRQ_ROUTE_NAME_SIZE], int i)
{
	snprintf(name, VTLIRQ_ROUTE_NAME_SIZE, "device, interrupt %d", i);
	return name;
}

static void make_routes(struct vtlirq *irqs)
{
	char name[VTLIRQ_ROUTE_NAME_SIZE];

	for (int i = 0; i < ROUTES; i++) {
		struct vtlirq_interrupt interrupt = { i, 0xfee00000, i };
		struct vtlirq_route *route;
		struct vtlirq_single_target single;

		if (vtlirq_route_create(irqs, &interrupt,
					vtlirq_target_single(&single, i % 4, 40 + i), &route))
			_exit(2);
		if (i % 2 && vtlirq_route_name_set(route, name_make(name, i)))
			_exit(6);
	}
}

/* Publishes until @to_child is closed, then exits; the status is 0 for success. */
static void publish(int to_child, int to_parent)
{
	struct vtlirq *irqs;
	char byte = 0;

	fake_reset();
	if (vtlirq_open(NULL, &irqs))
		_exit(1);
	make_routes(irqs);
	byte = -vtlirq_publish(irqs, directory);
	/* This call connects to the server, which might drop a client of the test for it. */
	if (vtlirq_publish(irqs, directory) != -EEXIST)
		_exit(4);
	if (write(to_parent, &byte, 1) != 1)
		_exit(3);
	while (read(to_child, &byte, 1) > 0)
		;
	vtlirq_close(irqs);
	check_nothing_left();
	_exit(check_verdict("child") ? 5 : 0);
}

static pid_t start(int *hold)
{
	int to_child[2], to_parent[2];
	char byte = 1;
	pid_t child;

	assert_int_equal(pipe(to_child), 0);
	assert_int_equal(pipe(to_parent), 0);
	fflush(stdout);
	child = fork();
	if (!child) {
		close(to_child[1]);
		publish(to_child[0], to_parent[1]);
	}
	close(to_child[0]);
	close(to_parent[1]);
	assert_int_equal(read(to_parent[0], &byte, 1), 1);
	assert_int_equal(byte, 0);
	close(to_parent[0]);
	*hold = to_child[1];
	return child;
}

static void finish(pid_t child, int hold)
{
	int status;

	close(hold);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- valid requests ---- */

static void a_client_reads_and_moves_routes(void **state)
{
	struct vtlirq_route_state *states;
	char name[VTLIRQ_ROUTE_NAME_SIZE];
	struct vtlirq_summary summary;
	struct vtlirq_client *client;
	struct stat status;
	char path[128];
	size_t count;
	pid_t *pids;
	pid_t child;
	int hold;

	child = start(&hold);
	snprintf(path, sizeof(path), "%s/%d", directory, child);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(vtlirq_publishers(directory, &pids, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(pids[0], child);
	free(pids);
	assert_int_equal(vtlirq_client_open(directory, child, &client), 0);
	assert_int_equal(vtlirq_client_summary(client, &summary), 0);
	assert_int_equal(summary.routes, ROUTES);
	assert_int_equal(summary.redirected, ROUTES);
	assert_int_equal(vtlirq_client_routes(client, &states, &count), 0);
	assert_int_equal(count, ROUTES);
	for (int i = 0; i < ROUTES; i++) {
		assert_int_equal(states[i].interrupt.data, i);
		assert_string_equal(states[i].name, i % 2 ? name_make(name, i) : "");
	}
	assert_int_equal(vtlirq_client_retarget(client, states[5].id, 2, 200), 0);
	assert_int_equal(vtlirq_client_prefer(client, states[6].id, VTLIRQ_PREFER_PROXIED), 0);
	assert_int_equal(vtlirq_client_retarget(client, 9999, 2, 200), -ENOENT);
	assert_int_equal(vtlirq_client_prefer(client, 9999, VTLIRQ_PREFER_PROXIED), -ENOENT);
	assert_int_equal(vtlirq_client_retarget(client, states[5].id, VTLIRQ_VPS_MAX, 200),
			 -EINVAL);
	assert_int_equal(vtlirq_client_retarget(client, states[5].id, 2, 5), -EINVAL);
	free(states);
	assert_int_equal(vtlirq_client_routes(client, &states, &count), 0);
	assert_int_equal(states[5].vp, 2);
	assert_int_equal(states[5].vector, 200);
	assert_int_equal(states[6].reason, VTLIRQ_REASON_PREFERRED);
	free(states);
	finish(child, hold);
	assert_true(vtlirq_client_summary(client, &summary) < 0);
	vtlirq_client_close(client);
	assert_int_equal(stat(path, &status), -1);
}

static void without_a_publisher_there_is_nothing_to_open(void **state)
{
	struct vtlirq_client *client;
	pid_t *pids;
	size_t count;

	assert_int_equal(vtlirq_client_open(directory, getpid(), &client), -ENOENT);
	assert_int_equal(vtlirq_publishers(directory, &pids, &count), 0);
	assert_int_equal(count, 0);
	free(pids);
	assert_int_equal(vtlirq_publishers("/nonexistent/vtlirq", &pids, &count), 0);
	assert_int_equal(count, 0);
	free(pids);
	vtlirq_client_close(NULL);
}

/* A process that was killed leaves its socket behind. */
static void the_socket_of_a_dead_process_is_removed(void **state)
{
	struct vtlirq_client *client;
	pid_t child, *pids;
	struct stat status;
	char path[128];
	size_t count;
	int hold;

	for (int i = 0; i < 2; i++) {
		child = start(&hold);
		snprintf(path, sizeof(path), "%s/%d", directory, child);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, NULL, 0), child);
		close(hold);
		assert_int_equal(stat(path, &status), 0);
		if (i) {
			assert_int_equal(vtlirq_client_open(directory, child, &client),
					 -ECONNREFUSED);
		} else {
			assert_int_equal(vtlirq_publishers(directory, &pids, &count), 0);
			assert_int_equal(count, 0);
			free(pids);
		}
		assert_int_equal(stat(path, &status), -1);
	}
}

static void a_dead_socket_is_removed_without_file_locks(void **state)
{
	has_no_locks = true;
	the_socket_of_a_dead_process_is_removed(state);
	has_no_locks = false;
}

static void only_safe_directories_are_accepted(void **state)
{
	struct vtlirq *irqs;
	char path[200];

	fake_reset();
	assert_int_equal(vtlirq_open(NULL, &irqs), 0);
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_true(vtlirq_publish(irqs, path) < 0);
	assert_int_equal(vtlirq_publish(irqs, "/nonexistent/vtlirq"), -ENOENT);
	assert_int_equal(vtlirq_publish(irqs, "/dev/null"), -ENOTDIR);
	/* The folder is refused, because other users could put their own sockets there. */
	assert_int_equal(vtlirq_publish(irqs, "/tmp"), -EPERM);
	snprintf(path, sizeof(path), "%s/new", directory);
	assert_int_equal(vtlirq_publish(irqs, path), 0);
	vtlirq_close(irqs);
	assert_int_equal(rmdir(path), 0);
}

/* ---- invalid requests ---- */

static int connect_raw(pid_t child)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int made = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/%d", directory, child);
	if (connect(made, (struct sockaddr *)&address, sizeof(address))) {
		close(made);
		return -1;
	}
	return made;
}

static void send_garbage(int socket, uint64_t *random)
{
	static uint8_t message[70000];
	size_t length = fake_random(random) % (fake_random(random) % 2 ? 64 : sizeof(message));

	for (size_t i = 0; i < length; i++)
		message[i] = fake_random(random);
	/* Some requests have a valid start. */
	if (fake_random(random) % 2 && length >= 32) {
		const uint32_t header[] = { 0x716c7476, fake_random(random) % 3,
					    fake_random(random) % 7, fake_random(random) % 4 };

		memcpy(message, header, sizeof(header));
		length = fake_random(random) % 4 ? 32 : length;
	}
	send(socket, message, length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void malformed_requests_are_refused(void **state)
{
	struct vtlirq_route_state *states;
	struct vtlirq_client *client;
	uint64_t random = 5;
	size_t count;
	pid_t child;
	int hold;

	child = start(&hold);
	for (int i = 0; i < 3000; i++) {
		int raw = connect_raw(child);

		for (uint32_t j = fake_random(&random) % 8; raw >= 0 && j; j--)
			send_garbage(raw, &random);
		if (raw >= 0)
			close(raw);
	}
	/* The server still answers, and has all its routes. */
	assert_int_equal(vtlirq_client_open(directory, child, &client), 0);
	assert_int_equal(vtlirq_client_routes(client, &states, &count), 0);
	assert_int_equal(count, ROUTES);
	free(states);
	vtlirq_client_close(client);
	finish(child, hold);
}

/* Clients that send requests and never read, and clients that send nothing. */
static void clients_that_do_not_read_block_no_other(void **state)
{
	const uint32_t request[8] = { WIRE_MAGIC, WIRE_VERSION, WIRE_ROUTES };
	struct vtlirq_summary summary;
	struct vtlirq_client *client;
	time_t begin = time(NULL);
	int raw[40];
	pid_t child;
	int hold;

	child = start(&hold);
	for (int i = 0; i < 40; i++) {
		raw[i] = connect_raw(child);
		for (int j = 0; raw[i] >= 0 && j < 1000 && i % 2; j++)
			send(raw[i], request, sizeof(request), MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	assert_int_equal(vtlirq_client_open(directory, child, &client), 0);
	assert_int_equal(vtlirq_client_summary(client, &summary), 0);
	vtlirq_client_close(client);
	finish(child, hold);
	assert_true(time(NULL) - begin < 5);
	for (int i = 0; i < 40; i++) {
		if (raw[i] >= 0)
			close(raw[i]);
	}
}

/* Listen at the socket of this process, in place of the library's server. */
static int listen_as_publisher(struct sockaddr_un *address)
{
	int listener = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	snprintf(address->sun_path, sizeof(address->sun_path), "%s/%d", directory, getpid());
	assert_int_equal(bind(listener, (struct sockaddr *)address, sizeof(*address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	return listener;
}

/* A server of another version, or another program: its answers are invalid. */
static void a_malformed_answer_is_refused(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct vtlirq_client *client;
	int listener, made;
	pid_t child;

	listener = listen_as_publisher(&address);
	child = fork();
	if (!child) {
		char bytes[64];

		made = accept(listener, NULL, NULL);
		_exit(recv(made, bytes, sizeof(bytes), 0) < 0 ||
		      send(made, bytes, sizeof(bytes), 0) < 0);
	}
	assert_int_equal(vtlirq_client_open(directory, getpid(), &client), -EPROTO);
	close(listener);
	waitpid(child, NULL, 0);
	assert_int_equal(vtlirq_client_open(directory, getpid(), &client), -ECONNREFUSED);
}

/* A server of this version, with a route whose name is not valid. */
static void answer_unprintable(int listener)
{
	struct wire_reply reply = { .magic = WIRE_MAGIC, .version = WIRE_VERSION };
	int made = accept(listener, NULL, NULL);
	struct wire_request request;

	while (recv(made, &request, sizeof(request), 0) > 0) {
		reply.count = request.what == WIRE_ROUTES && !request.id;
		reply.states[0].id = 1;
		memset(reply.states[0].name, '\033', VTLIRQ_ROUTE_NAME_SIZE);
		reply.states[0].name[0] = 'a';
		if (send(made, &reply, sizeof(reply), 0) < 0)
			_exit(1);
	}
	_exit(0);
}

static void an_unprintable_name_is_replaced(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct vtlirq_route_state *states;
	struct vtlirq_client *client;
	size_t count;
	int listener;
	pid_t child;

	listener = listen_as_publisher(&address);
	child = fork();
	if (!child)
		answer_unprintable(listener);
	close(listener);
	assert_int_equal(vtlirq_client_open(directory, getpid(), &client), 0);
	assert_int_equal(vtlirq_client_routes(client, &states, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(strnlen(states[0].name, VTLIRQ_ROUTE_NAME_SIZE),
			 VTLIRQ_ROUTE_NAME_SIZE - 1);
	assert_int_equal(strspn(states[0].name, "a?"), VTLIRQ_ROUTE_NAME_SIZE - 1);
	free(states);
	vtlirq_client_close(client);
	waitpid(child, NULL, 0);
	assert_int_equal(unlink(address.sun_path), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

static const struct CMUnitTest tests[] = {
	TEST(a_client_reads_and_moves_routes),
	TEST(without_a_publisher_there_is_nothing_to_open),
	TEST(the_socket_of_a_dead_process_is_removed),
	TEST(a_dead_socket_is_removed_without_file_locks),
	TEST(only_safe_directories_are_accepted),
	TEST(malformed_requests_are_refused),
	TEST(clients_that_do_not_read_block_no_other),
	TEST(a_malformed_answer_is_refused),
	TEST(an_unprintable_name_is_replaced),
};

TEST_PROGRAM("lib: clients", tests)
