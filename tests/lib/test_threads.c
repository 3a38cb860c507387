// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Many threads on one context, under ThreadSanitizer: threads that move their own and
 * shared routes; one that calls vtlirq_rebalance(); one that reads states; and devices
 * that keep raising interrupts.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake.h"

#define MOVERS		4
#define ROUTES		32
#define VPS		4
#define ITERATIONS		10000

static struct vtlirq *irqs;
static struct live live[ROUTES];
static uint64_t raised[ROUTES];
static bool stop;

static int allow(void *context, uint32_t vp, uint32_t vector)
{
	/* This is about the time to wake up a VP. */
	usleep(1);
	return fake_allow(context, vp, vector);
}

static struct fake_answer decide(const struct fake_delivery *delivery)
{
	static uint64_t random = 99;

	if (delivery->is_redirected && fake_random(&random) % 10 == 0)
		return (struct fake_answer) { .status = 5 };
	return (struct fake_answer) { .is_done = true };
}

/* No other route has this vector, so its counts are those of the route. */
static int move(int i, uint64_t *random)
{
	uint64_t vps = 1 + fake_random(random) % ((1 << VPS) - 1);
	struct vtlirq_target target = { .vector = 32 + i, .vps = &vps, .words = 1 };
	struct vtlirq_route_state state;

	if (fake_random(random) % 4 == 0)
		return vtlirq_route_prefer(live[i].route, fake_random(random) % 2 ?
					   VTLIRQ_PREFER_REDIRECTED : VTLIRQ_PREFER_PROXIED);
	if (fake_random(random) % 8 == 0)
		return vtlirq_route_state(live[i].route, &state);
	return vtlirq_route_retarget(live[i].route, &target);
}

/* Create and destroy a route that only this thread uses. */
static int create_and_destroy(int who, uint64_t *random)
{
	struct vtlirq_interrupt interrupt = { 1000 + who, 0xfee00000, 1000 };
	struct vtlirq_route *route;
	struct vtlirq_single_target single;
	int error;

	/* All threads share these VPs and this vector. */
	error = vtlirq_route_create(irqs, &interrupt,
				    vtlirq_target_single(&single, fake_random(random) % VPS, 200),
				    &route);
	return error ? error : vtlirq_route_destroy(route);
}

static void *run_mover(void *argument)
{
	intptr_t who = (intptr_t)argument;
	uint64_t random = 1234567 + who;
	intptr_t failures = 0;

	for (int i = 0; i < ITERATIONS; i++) {
		if (fake_random(&random) % 10 == 0)
			failures += !!create_and_destroy(who, &random);
		else
			failures += !!move(fake_random(&random) % ROUTES, &random);
	}
	return (void *)failures;
}

static void *run_balancer(void *argument)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		vtlirq_rebalance(irqs);
		usleep(1000);
	}
	return NULL;
}

static void *run_reader(void *argument)
{
	struct vtlirq_route_state *states;
	struct vtlirq_summary summary;
	size_t count;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		if (!vtlirq_routes(irqs, &states, &count))
			free(states);
		vtlirq_summary(irqs, &summary);
		usleep(200);
	}
	return NULL;
}

static void *run_devices(void *argument)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		for (int i = 0; i < ROUTES; i++) {
			fake_raise(&live[i].interrupt, 1 + i);
			raised[i] += 1 + i;
		}
		fake_settle();
		usleep(50);
	}
	return NULL;
}

static void open_all(void)
{
	const struct vtlirq_config config = { .refusal_ms = 1, .dwell_ms = 1, .allow = allow };
	struct vtlirq_single_target single;

	fake_reset();
	fake.vectors = 6;
	fake.decide = decide;
	check_open(config, &irqs);
	for (int i = 0; i < ROUTES; i++) {
		live[i].interrupt = (struct vtlirq_interrupt) { i, 0xfee00000, i };
		assert_int_equal(vtlirq_route_create(irqs, &live[i].interrupt,
						     vtlirq_target_single(&single, i % VPS, 32 + i),
						     &live[i].route), 0);
	}
}

/* Checks that all interrupts that were raised were counted, wherever the route was. */
static void check_counts(void)
{
	for (int i = 0; i < ROUTES; i++) {
		uint64_t seen = live[i].state.redirected + live[i].state.proxied;

		if (seen != raised[i])
			fake_violation("route %d: %llu interrupts raised, %llu counted", i,
				       (unsigned long long)raised[i], (unsigned long long)seen);
	}
}

static void finish(void)
{
	fake_settle();
	for (int i = 0; i < ROUTES; i++) {
		live_refresh(&live[i]);
		live[i].vps = fake_find(&live[i].interrupt)->vps;
		live[i].vector = 32 + i;
		/* The test does not know which thread moved it last: use the reported set. */
		if (live[i].state.delivery == VTLIRQ_REDIRECTED)
			live[i].state.vps = 1;
	}
	check_all(live, ROUTES);
	check_counts();
	assert_int_equal(check_verdict("threads"), 0);
	check_close(irqs);
}

static void threads_lose_no_interrupt(void **state)
{
	static void *(*const others[])(void *) = { run_balancer, run_reader, run_devices };
	pthread_t movers[MOVERS], helpers[3];
	void *failures;

	open_all();
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&helpers[i], NULL, others[i], NULL), 0);
	for (intptr_t i = 0; i < MOVERS; i++)
		assert_int_equal(pthread_create(&movers[i], NULL, run_mover, (void *)i), 0);
	for (int i = 0; i < MOVERS; i++) {
		pthread_join(movers[i], &failures);
		assert_null(failures);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < 3; i++)
		pthread_join(helpers[i], NULL);
	finish();
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(threads_lose_no_interrupt),
};

TEST_PROGRAM("lib: threads", tests)
