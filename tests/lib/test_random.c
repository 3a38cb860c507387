// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Random operations on many routes, with failures of every kind; the checker runs after
 * each. The seed is printed; SEED in the environment repeats a run, and OPERATIONS sets
 * its length.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake.h"

#define ROUTES		256
#define VPS		4
#define OPERATIONS	100000

static struct live lives[ROUTES];
static struct vtlirq *irqs;
static uint64_t seed;
/* How many of 100 retarget calls fail, by kind of failure. */
static unsigned int failures;
static unsigned int counts[VTLIRQ_REASON_ERROR + 1];

static uint32_t below(uint32_t limit)
{
	return fake_random(&seed) % limit;
}

/* ---- the host ---- */

static struct fake_answer any_failure(void)
{
	switch (below(8)) {
	case 0:
		return (struct fake_answer) { .error = EIO, .is_done = below(2) };
	case 1:
		return (struct fake_answer) { .error = EFAULT, .is_done = true };
	case 2:
		return (struct fake_answer) { .elements = 1, .is_done = below(2) };
	case 3:
		return (struct fake_answer) { .status = 0x78, .is_done = below(2) };
	case 4:
		return (struct fake_answer) { .error = ENOMEM };
	case 5:
		return (struct fake_answer) { .error = EPERM };
	default:
		return (struct fake_answer) { .status = 5 };
	}
}

static struct fake_answer decide(const struct fake_delivery *delivery)
{
	struct live *live = &lives[delivery->interrupt.data];
	struct fake_answer answer = { .is_done = true };

	if (below(100) < failures)
		answer = any_failure();
	else if (delivery->is_redirected && delivery->interrupt.device_id % 8 == 0)
		answer = (struct fake_answer) { .status = 5 };
	if (answer.is_done && !answer.error && !answer.status && !answer.elements)
		live->is_unsure = false;
	else if ((answer.error && answer.error != ENOMEM && answer.error != EPERM) ||
		 answer.status == 0x78 || answer.elements)
		live->is_unsure = true;
	return answer;
}

static int allow(void *context, uint32_t vp, uint32_t vector)
{
	if (below(400) < failures)
		return -EAGAIN;
	return fake_allow(context, vp, vector);
}

/* ---- operations ---- */

/* To any target, or in one case of eight to the same one. */
static void target(struct live *live)
{
	uint32_t vector = 32 + below(40);
	uint32_t flags = below(12) ? 0 : VTLIRQ_TARGET_MULTICAST;
	uint64_t vps = below(3) ? 1ULL << below(VPS) : 1 + below((1 << VPS) - 1);

	if (live->route && !below(8))
		live_target(irqs, live, live->vps, live->vector, live->flags);
	else
		live_target(irqs, live, vps, vector, flags);
}

static void create(struct live *live)
{
	uint32_t index = live - lives;

	live->interrupt = (struct vtlirq_interrupt) {
		.device_id = index / 4,
		.address = 0xfee00000,
		.data = index,
	};
	target(live);
}

static void destroy(struct live *live)
{
	struct vtlirq_route_state state = live->state;

	if (vtlirq_route_destroy(live->route) && state.delivery == VTLIRQ_REDIRECTED)
		fake.mappings[state.vp][state.hardware_vector].may_be_used = true;
	live->route = NULL;
}

static void rebalance(void)
{
	__atomic_fetch_add(&fake.now_ns, 100000000ULL * (1 + below(30)), __ATOMIC_RELAXED);
	vtlirq_rebalance(irqs);
	for (int i = 0; i < ROUTES; i++)
		live_refresh(&lives[i]);
}

static void change_conditions(void)
{
	failures = below(4) ? 0 : below(40);
	fake.vectors = 4 + below(29);
	fake.quota = below(3) ? 0 : 1 + below(32);
	fake.map_errno = below(10) ? 0 : ENOMEM;
	fake.interrupted = below(4) ? 0 : below(30);
	fake.offline[below(VPS)] = !below(4);
}

static void operate(void)
{
	struct live *live = &lives[below(ROUTES)];
	uint32_t what = below(100);

	if (what < 3)
		return change_conditions();
	if (what < 7)
		return rebalance();
	if (what < 20) {
		if (live->route && !live->is_unsure)
			fake_raise(&live->interrupt, below(1000));
		fake_settle();
		return;
	}
	if (!live->route)
		create(live);
	else if (what < 30)
		destroy(live);
	else if (what < 40)
		vtlirq_route_prefer(live->route, below(2) ? VTLIRQ_PREFER_REDIRECTED :
				    VTLIRQ_PREFER_PROXIED);
	else
		target(live);
	live_refresh(live);
	if (live->route)
		counts[live->state.reason]++;
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static void begin(uint32_t quota)
{
	fake_reset();
	memset(lives, 0, sizeof(lives));
	memset(counts, 0, sizeof(counts));
	failures = 0;
	fake.now_ns = 1000000000;
	fake.decide = decide;
	check_open((struct vtlirq_config) { .quota = quota, .allow = allow }, &irqs);
}

static void run(uint32_t quota, uint64_t operations)
{
	char when[64];

	begin(quota);
	for (uint64_t i = 0; i < operations; i++) {
		operate();
		check_all(lives, ROUTES);
		snprintf(when, sizeof(when), "after operation %llu", (unsigned long long)i);
		if (check_verdict(when))
			fail();
	}
	failures = 0;
	vtlirq_close(irqs);
	check_nothing_left();
	if (check_verdict("after the close"))
		fail();
	print_message("# deliveries by reason:");
	for (unsigned int i = 0; i <= VTLIRQ_REASON_ERROR; i++)
		print_message(" %u", counts[i]);
	print_message("\n");
}

static void random_operations_keep_the_rules(void **state)
{
	seed = from_environment("SEED", time(NULL) * 2654435761u + 1);
	printf("# SEED=%llu\n", (unsigned long long)seed);
	fflush(stdout);
	run(0, from_environment("OPERATIONS", OPERATIONS));
}

static void random_operations_keep_the_rules_under_a_quota(void **state)
{
	run(6, from_environment("OPERATIONS", OPERATIONS) / 4);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(random_operations_keep_the_rules),
	cmocka_unit_test(random_operations_keep_the_rules_under_a_quota),
};

TEST_PROGRAM("lib: random operations", tests)
