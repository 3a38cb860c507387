// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Every out-of-memory path: each public function is called with its allocation 1, 2,
 * 3 ... failing, until it succeeds without a failure. A call that fails must change
 * nothing, to the byte, and must succeed when it is repeated.
 *
 * Failures are injected into malloc() and similar functions, and into functions of the
 * C library that allocate (linked with --wrap). This test does not know the internals of the
 * library.
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake.h"

#define SECOND		1000000000ULL
#define PATIENCE_MS	5000
#define ROUTES		40	/* more than one message to a client holds */
/* No operation has so many allocations; a test that does not end is a failure, too. */
#define FAILURES_MAX	2000

/* This function is part of AddressSanitizer. */
size_t __sanitizer_get_current_allocated_bytes(void);

/* ---- failure injection ---- */

/* All threads decrement it; the call that finds 1 fails. 0: no failure. */
static int countdown;

static bool fails(void)
{
	int left = __atomic_load_n(&countdown, __ATOMIC_RELAXED);

	if (left <= 0 || __atomic_sub_fetch(&countdown, 1, __ATOMIC_RELAXED))
		return false;
	errno = ENOMEM;
	/* The failure happened; 0 would mean that none was requested. */
	__atomic_store_n(&countdown, -1, __ATOMIC_RELAXED);
	return true;
}

static void inject(unsigned int number)
{
	__atomic_store_n(&countdown, number, __ATOMIC_RELAXED);
}

/* Return: whether the failure happened. */
static bool met(void)
{
	return __atomic_exchange_n(&countdown, 0, __ATOMIC_RELAXED) == -1;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
ssize_t __real_getline(char **line, size_t *size, FILE *file);
ssize_t __real___getdelim(char **line, size_t *size, int end, FILE *file);
FILE *__real_fopen(const char *path, const char *mode);
DIR *__real_opendir(const char *path);
int __real_socket(int domain, int type, int protocol);
int __real_eventfd(unsigned int value, int flags);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
			  void *(*run)(void *), void *argument);

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

/* Called once, when so many calls of calloc() were made: what another thread could do. */
static void (*meanwhile)(void);
static int meanwhile_at;

void *__wrap_calloc(size_t count, size_t size)
{
	if (__atomic_load_n(&meanwhile_at, __ATOMIC_ACQUIRE) > 0 &&
	    !__atomic_sub_fetch(&meanwhile_at, 1, __ATOMIC_ACQ_REL))
		meanwhile();
	return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

ssize_t __wrap_getline(char **line, size_t *size, FILE *file)
{
	return fails() ? -1 : __real_getline(line, size, file);
}

/* With optimization, the header replaces getline() by this function. */
ssize_t __wrap___getdelim(char **line, size_t *size, int end, FILE *file)
{
	return fails() ? -1 : __real___getdelim(line, size, end, file);
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	return fails() ? NULL : __real_fopen(path, mode);
}

DIR *__wrap_opendir(const char *path)
{
	return fails() ? NULL : __real_opendir(path);
}

int __wrap_socket(int domain, int type, int protocol)
{
	return fails() ? -1 : __real_socket(domain, type, protocol);
}

int __wrap_eventfd(unsigned int value, int flags)
{
	return fails() ? -1 : __real_eventfd(value, flags);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
			  void *(*run)(void *), void *argument)
{
	return fails() ? EAGAIN : __real_pthread_create(thread, attributes, run, argument);
}

/* ---- the state before and after ---- */

static struct vtlirq *irqs;
/* With a policy, vtlirq_rebalance() would not only close filters, but also move routes. */
static bool has_policy;
static struct vtlirq_client *client;
static struct live live[ROUTES];
static char directory[64];

/**
 * struct snapshot - the state that a failed call must not change
 * @bytes: allocated memory
 */
struct snapshot {
	size_t bytes;
	int files;
	uint32_t references[FAKE_VPS][256];
	uint32_t filter[FAKE_VPS][256];
	struct fake_delivery deliveries[ROUTES];
	struct {
		uint32_t delivery, reason, vp, vector, hardware;
	} routes[ROUTES];
};

/* Let the time pass in which messages may arrive, and close the filters after it. */
static void settle(void)
{
	__atomic_fetch_add(&fake.now_ns, 11 * SECOND, __ATOMIC_RELAXED);
	if (irqs && !has_policy)
		assert_true(vtlirq_rebalance(irqs) >= 0);
}

/*
 * Waits until the number does not change any more: the thread of the server may still be
 * freeing its answer.
 */
static size_t bytes_settled(void)
{
	size_t last = 0, bytes = __sanitizer_get_current_allocated_bytes();

	for (int same = 0; same < 10; same = bytes == last ? same + 1 : 0) {
		last = bytes;
		poll(NULL, 0, 1);
		bytes = __sanitizer_get_current_allocated_bytes();
	}
	return bytes;
}

static void snapshot_take(struct snapshot *snapshot)
{
	memset(snapshot, 0, sizeof(*snapshot));
	for (int i = 0; i < ROUTES; i++) {
		live_refresh(&live[i]);
		if (!live[i].route)
			continue;
		snapshot->routes[i].delivery = live[i].state.delivery;
		snapshot->routes[i].reason = live[i].state.reason;
		snapshot->routes[i].vp = live[i].state.vp;
		snapshot->routes[i].vector = live[i].state.vector;
		snapshot->routes[i].hardware = live[i].state.hardware_vector;
	}
	fake_lock();
	for (int vp = 0; vp < FAKE_VPS; vp++) {
		for (int vector = 0; vector < 256; vector++)
			snapshot->references[vp][vector] = fake.mappings[vp][vector].references;
	}
	memcpy(snapshot->filter, fake.filter, sizeof(snapshot->filter));
	memcpy(snapshot->deliveries, fake.deliveries, sizeof(snapshot->deliveries));
	snapshot->files = fake_files();
	fake_unlock();
	snapshot->bytes = bytes_settled();
}

static void snapshot_compare(const struct snapshot *before)
{
	struct snapshot now;
	int patience = PATIENCE_MS;

	settle();
	snapshot_take(&now);
	/* Memory that another thread had allocated at the first reading is freed soon. */
	for (; now.bytes > before->bytes && patience; patience--) {
		poll(NULL, 0, 1);
		now.bytes = __sanitizer_get_current_allocated_bytes();
	}
	assert_int_equal(now.files, before->files);
	assert_memory_equal(now.references, before->references, sizeof(now.references));
	assert_memory_equal(now.filter, before->filter, sizeof(now.filter));
	assert_memory_equal(now.deliveries, before->deliveries, sizeof(now.deliveries));
	assert_memory_equal(now.routes, before->routes, sizeof(now.routes));
	assert_true(now.bytes <= before->bytes);
}

/* ---- steps of the tests ---- */

static int open_context(void)
{
	struct vtlirq_config config = {
		.size = sizeof(config),
		.allow = fake_allow,
		.forbid = fake_forbid,
		.flags = has_policy ? 0 : VTLIRQ_CONFIG_NO_POLICY,
		.dwell_ms = 1,
	};
	int error = vtlirq_open(&config, &irqs);

	if (error)
		irqs = NULL;
	return error;
}

static int create_flags(int i, uint64_t vps, uint32_t flags)
{
	live[i].interrupt = (struct vtlirq_interrupt) { 100 + i, 0xfee00000, i };
	return live_target(irqs, &live[i], vps, 40 + i, flags);
}

static int create(int i, uint64_t vps)
{
	return create_flags(i, vps, 0);
}

static int retarget(int i, uint64_t vps, uint32_t vector)
{
	return live_target(irqs, &live[i], vps, vector, 0);
}

static void look(void)
{
	check_routes(live, ROUTES);
}

/* ---- operations: preparation, call, check ---- */

static void nothing(void)
{
}

static void has_context(void)
{
	assert_int_equal(open_context(), 0);
}

static void open_done(void)
{
	struct vtlirq_summary summary;

	vtlirq_summary(irqs, &summary);
	assert_true(summary.driver_redirects);
}

static int run_create(void)
{
	return create(0, 1);
}

static void is_redirected(void)
{
	look();
	assert_int_equal(live[0].state.delivery, VTLIRQ_REDIRECTED);
}

static void is_proxied(void)
{
	look();
	assert_int_equal(live[0].state.delivery, VTLIRQ_PROXIED);
}

static void has_context_without_vectors(void)
{
	fake.vectors = 0;
	has_context();
}

static int run_create_multicast(void)
{
	return create_flags(0, 0xff, VTLIRQ_TARGET_MULTICAST);
}

static int run_create_any(void)
{
	return create(0, 0xff);
}

/* The driver reports no APIC ids, so that the library finds them itself. */
static void has_old_driver(void)
{
	fake.counts = -EOPNOTSUPP;
	fake.redirects = -EOPNOTSUPP;
	has_context();
}

static void has_host_that_refuses(void)
{
	fake.decide = fake_refuse_redirection;
	has_context();
}

static void has_route(void)
{
	has_context();
	assert_int_equal(create(0, 1), 0);
}

static void has_proxied_route(void)
{
	fake.vectors = 0;
	has_route();
}

static int run_retarget(void)
{
	return retarget(0, 2, 99);
}

static int run_retarget_set(void)
{
	return retarget(0, 0xfc, 99);
}

static int run_retarget_same(void)
{
	return retarget(0, 1, 40);
}

static void is_moved(void)
{
	look();
	assert_int_equal(live[0].state.vector, 99);
}

static int run_prefer_proxied(void)
{
	return vtlirq_route_prefer(live[0].route, VTLIRQ_PREFER_PROXIED);
}

static int run_prefer_redirected(void)
{
	return vtlirq_route_prefer(live[0].route, VTLIRQ_PREFER_REDIRECTED);
}

static void has_preferred_proxied(void)
{
	has_route();
	assert_int_equal(run_prefer_proxied(), 0);
}

static int run_destroy(void)
{
	int error = vtlirq_route_destroy(live[0].route);

	live[0].route = NULL;
	return error;
}

static void is_gone(void)
{
	settle();
	assert_int_equal(fake_references(), 0);
	assert_int_equal(fake_open_filters(), 0);
}

static int run_state(void)
{
	struct vtlirq_route_state state;

	return vtlirq_route_state(live[0].route, &state);
}

static void has_routes(void)
{
	has_context();
	for (int i = 0; i < ROUTES; i++)
		assert_int_equal(create(i, 1ULL << i % FAKE_VPS), 0);
}

static int run_routes(void)
{
	struct vtlirq_route_state *states;
	size_t count;
	int error = vtlirq_routes(irqs, &states, &count);

	if (error)
		return error;
	assert_int_equal(count, ROUTES);
	assert_int_equal(states[ROUTES - 1].interrupt.data, ROUTES - 1);
	free(states);
	return 0;
}

static int run_apic_id(void)
{
	uint32_t apic_id = ~0u;
	int error = vtlirq_vp_apic_id(0, &apic_id);

	if (!error)
		assert_int_not_equal(apic_id, ~0u);
	return error;
}

/* Route 1 is busy and has no vector: route 0 uses the only one. */
static void has_busy_route(void)
{
	fake.vectors = 1;
	has_policy = true;
	has_context();
	assert_int_equal(create(0, 1), 0);
	assert_int_equal(create(1, 1), 0);
	assert_int_equal(vtlirq_rebalance(irqs), 0);
	fake_raise(&live[1].interrupt, 10000);
	fake_settle();
	__atomic_fetch_add(&fake.now_ns, SECOND, __ATOMIC_RELAXED);
}

static int run_rebalance(void)
{
	return vtlirq_rebalance(irqs);
}

static void busy_route_is_redirected(void)
{
	/* After a failure, the following calls do the work; they must see interrupts. */
	for (int i = 0; i < 4 && live[1].state.delivery != VTLIRQ_REDIRECTED; i++) {
		fake_raise(&live[1].interrupt, 10000);
		fake_settle();
		__atomic_fetch_add(&fake.now_ns, SECOND, __ATOMIC_RELAXED);
		assert_true(vtlirq_rebalance(irqs) >= 0);
		live_refresh(&live[1]);
	}
	look();
	assert_int_equal(live[1].state.delivery, VTLIRQ_REDIRECTED);
	assert_int_equal(live[0].state.delivery, VTLIRQ_PROXIED);
}

/* ---- publishing ---- */

static int run_publish(void)
{
	return vtlirq_publish(irqs, directory);
}

static void is_published(void)
{
	struct vtlirq_client *found;

	assert_int_equal(vtlirq_publish(irqs, directory), -EEXIST);
	assert_int_equal(vtlirq_client_open(directory, getpid(), &found), 0);
	vtlirq_client_close(found);
}

static void has_published(void)
{
	has_routes();
	assert_int_equal(run_publish(), 0);
}

static int run_publishers(void)
{
	size_t count;
	pid_t *pids;
	int error = vtlirq_publishers(directory, &pids, &count);

	if (error)
		return error;
	assert_int_equal(count, 1);
	assert_int_equal(pids[0], getpid());
	free(pids);
	return 0;
}

static int run_client_open(void)
{
	int error = vtlirq_client_open(directory, getpid(), &client);

	if (error)
		client = NULL;
	return error;
}

static void has_client(void)
{
	has_published();
	assert_int_equal(run_client_open(), 0);
}

static int run_client_summary(void)
{
	struct vtlirq_summary summary;
	int error = vtlirq_client_summary(client, &summary);

	if (!error)
		assert_int_equal(summary.routes, ROUTES);
	return error;
}

static int run_client_routes(void)
{
	struct vtlirq_route_state *states;
	size_t count;
	int error = vtlirq_client_routes(client, &states, &count);

	if (error) {
		assert_null(states);
		assert_int_equal(count, 0);
		return error;
	}
	assert_int_equal(count, ROUTES);
	free(states);
	return 0;
}

static int run_client_retarget(void)
{
	int error;

	live_refresh(&live[0]);
	error = vtlirq_client_retarget(client, live[0].state.id, 1, 99);
	if (!error) {
		live[0].vps = 2;
		live[0].vector = 99;
	}
	return error;
}

static int run_client_prefer(void)
{
	live_refresh(&live[0]);
	return vtlirq_client_prefer(client, live[0].state.id, VTLIRQ_PREFER_PROXIED);
}

static const struct sweep_operation operations[] = {
	{ "open", nothing, open_context, open_done, NULL },
	{ "create, redirected", has_context, run_create, is_redirected, NULL },
	{ "create, no vector left", has_context_without_vectors, run_create, is_proxied, NULL },
	{ "create, multicast", has_context, run_create_multicast, is_proxied, NULL },
	{ "create, to any of a set", has_context, run_create_any, is_redirected, NULL },
	{ "create, driver without APIC ids", has_old_driver, run_create, look, NULL },
	{ "create, host refuses", has_host_that_refuses, run_create, is_proxied, NULL },
	{ "retarget, redirected", has_route, run_retarget, is_moved, NULL },
	{ "retarget to a set", has_route, run_retarget_set, is_moved, NULL },
	{ "retarget to the same target", has_route, run_retarget_same, is_redirected, NULL },
	{ "retarget, proxied", has_proxied_route, run_retarget, is_moved, NULL },
	{ "prefer proxied", has_route, run_prefer_proxied, is_proxied, NULL },
	{ "prefer redirected", has_preferred_proxied, run_prefer_redirected, is_redirected, NULL },
	{ "destroy, redirected", has_route, run_destroy, is_gone, NULL },
	{ "destroy, proxied", has_proxied_route, run_destroy, is_gone, NULL },
	{ "state of a route", has_route, run_state, look, NULL },
	{ "states of all", has_routes, run_routes, look, NULL },
	{ "APIC id", nothing, run_apic_id, nothing, NULL },
	{ "rebalance", has_busy_route, run_rebalance, busy_route_is_redirected, NULL },
	{ "publish", has_context, run_publish, is_published, NULL },
	{ "publishers", has_published, run_publishers, look, NULL },
	{ "client: open", has_published, run_client_open, look, NULL },
	{ "client: summary", has_client, run_client_summary, look, NULL },
	{ "client: routes", has_client, run_client_routes, look, NULL },
	{ "client: retarget", has_client, run_client_retarget, is_moved, NULL },
	{ "client: prefer", has_client, run_client_prefer, is_proxied, NULL },
};

/* ---- the loop ---- */

static struct snapshot before;

static void begin(const struct sweep_operation *operation)
{
	fake_reset();
	fake.is_filtered = true;
	fake.now_ns = 1000 * SECOND;
	memset(live, 0, sizeof(live));
	has_policy = false;
	irqs = NULL;
	client = NULL;
}

static void remember(const struct sweep_operation *operation)
{
	settle();
	snapshot_take(&before);
}

static void end(const struct sweep_operation *operation)
{
	vtlirq_client_close(client);
	vtlirq_close(irqs);
	irqs = NULL;
	check_nothing_left();
	assert_int_equal(check_verdict("close"), 0);
}

/* The error is ENOMEM for memory, and EAGAIN for a thread. */
static bool expected(int error)
{
	return error == -ENOMEM || error == -EAGAIN;
}

static void compare(const struct sweep_operation *operation)
{
	/* vtlirq_rebalance() may have moved some routes before it failed. */
	if (operation->run != run_rebalance)
		snapshot_compare(&before);
}

static const struct sweep sweep = {
	begin, remember, inject, met, expected, compare, end, FAILURES_MAX,
};

/* The C library and the sanitizer allocate memory at first use, and do not free it. */
static void warm_up(const struct sweep_operation *operation)
{
	for (int i = 0; i < 2; i++)
		sweep_attempt(&sweep, operation, 0);
}

static unsigned int every_failure_of(const struct sweep_operation *operation)
{
	unsigned int count;
	size_t bytes;
	unsigned int files;

	warm_up(operation);
	files = sweep_files_open();
	bytes = __sanitizer_get_current_allocated_bytes();
	count = sweep_from(&sweep, operation, 1);
	assert_int_equal(sweep_files_open(), files);
	assert_int_equal(__sanitizer_get_current_allocated_bytes(), bytes);
	return count;
}

static void every_failure_changes_nothing(void **state)
{
	size_t count = ARRAY_SIZE(operations);
	unsigned int injected = 0;

	for (size_t i = 0; i < count; i++)
		injected += every_failure_of(&operations[i]);
	printf("# figure: libvtlirq: %zu operations, %u failures injected, all as before\n", count,
	       injected);
}

static void destroy_all_but_one(void)
{
	for (int i = 0; i < ROUTES - 1; i++) {
		assert_int_equal(vtlirq_route_destroy(live[i].route), 0);
		live[i].route = NULL;
	}
}

/* The routes are destroyed when the publisher has chosen those for its first reply. */
static void a_list_continues_after_routes_that_are_gone(void **state)
{
	struct vtlirq_route_state *states;
	size_t count;

	begin(NULL);
	has_client();
	meanwhile = destroy_all_but_one;
	__atomic_store_n(&meanwhile_at, 2, __ATOMIC_RELEASE);
	assert_int_equal(vtlirq_client_routes(client, &states, &count), 0);
	assert_int_equal(meanwhile_at, 0);
	assert_int_equal(count, 1);
	free(states);
	end(NULL);
}

static int make_directory(void **state)
{
	unsetenv(VTLIRQ_ENVIRONMENT_DISABLE);
	snprintf(directory, sizeof(directory), "/tmp/vtlirq-test-XXXXXX");
	alarm(300);
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_failure_changes_nothing),
		cmocka_unit_test(a_list_continues_after_routes_that_are_gone),
	};

	return cmocka_run_group_tests_name("failures", tests, make_directory, remove_directory);
}
