// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vtlirq_rebalance(), with a simulated clock.
 */
#include <string.h>
#include <unistd.h>

#include "fake.h"

#define SECOND	1000000000ULL
#define ROUTES	24

static struct vtlirq *irqs;
static struct live live[ROUTES];

static int setup(void **state)
{
	fake_reset();
	fake.now_ns = SECOND;
	memset(live, 0, sizeof(live));
	/* A round that does not end is a failure. */
	alarm(30);
	return 0;
}

static void look(void)
{
	check_routes(live, ROUTES);
}

static int close_all(void **state)
{
	look();
	check_close(irqs);
	return 0;
}

/* Create routes @first to @last to a VP, each with its own vector. */
static void create(int first, int last, uint32_t vp)
{
	for (int i = first; i <= last; i++) {
		live[i].interrupt = (struct vtlirq_interrupt) { 100 + i, 0xfee00000, i };
		assert_int_equal(live_target(irqs, &live[i], 1ULL << vp, 40 + i, 0), 0);
	}
	look();
}

/* Open a context on VPs with so many vectors, and create so many routes to VP 0. */
static void open_with_routes(unsigned int vectors, int routes, struct vtlirq_config config)
{
	fake.vectors = vectors;
	check_open(config, &irqs);
	create(0, routes - 1, 0);
}

/* Create routes 0 and 1, which share a vector of VP 0. */
static void create_shared(void)
{
	create(0, 0, 0);
	live[1].interrupt = (struct vtlirq_interrupt) { 100, 0xfee00000, 1 };
	assert_int_equal(live_target(irqs, &live[1], 1, 40, 0), 0);
}

/* Let a second pass in which each route gets the number of interrupts in @rates. */
static int second(const unsigned int *rates)
{
	int moved;

	for (int i = 0; i < ROUTES && live[i].route; i++)
		fake_raise(&live[i].interrupt, rates[i]);
	fake_settle();
	fake.now_ns += SECOND;
	moved = vtlirq_rebalance(irqs);
	look();
	return moved;
}

static void expect(int i, enum vtlirq_delivery delivery, enum vtlirq_reason reason)
{
	assert_int_equal(live[i].state.delivery, delivery);
	assert_int_equal(live[i].state.reason, reason);
}

static void the_first_call_only_measures(void **state)
{
	static const unsigned int rates[ROUTES] = { 0, 1000 };

	open_with_routes(1, 2, (struct vtlirq_config) { 0 });
	expect(1, VTLIRQ_PROXIED, VTLIRQ_REASON_NO_VECTOR);
	assert_int_equal(second(rates), 0);
	assert_int_equal(live[1].state.rate, 1000);
	/* The busy route gets the vector of the other one. */
	assert_int_equal(second(rates), 2);
	expect(0, VTLIRQ_PROXIED, VTLIRQ_REASON_DEMOTED);
	expect(1, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	assert_int_equal(live[0].state.demotions, 1);
	assert_int_equal(live[1].state.promotions, 1);
}

static void the_busiest_routes_get_the_vectors(void **state)
{
	static const unsigned int rates[ROUTES] = { 0, 0, 10, 500, 20, 400 };
	struct vtlirq_summary summary;

	open_with_routes(2, 6, (struct vtlirq_config) { 0 });
	second(rates);
	assert_int_equal(second(rates), 4);
	expect(3, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	expect(5, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	expect(2, VTLIRQ_PROXIED, VTLIRQ_REASON_NO_VECTOR);
	expect(0, VTLIRQ_PROXIED, VTLIRQ_REASON_DEMOTED);
	vtlirq_summary(irqs, &summary);
	assert_int_equal(summary.promotions, 2);
	assert_int_equal(summary.demotions, 2);
	assert_int_equal(summary.redirected, 2);
	/* After that, no route moves any more. */
	for (int i = 0; i < 10; i++)
		assert_int_equal(second(rates), 0);
}

static void free_vectors_are_used(void **state)
{
	static const unsigned int rates[ROUTES] = { 5, 1, 0, 7 };

	open_with_routes(1, 4, (struct vtlirq_config) { 0 });
	second(rates);
	/* No route is busy enough to replace the one that uses the vector. */
	assert_int_equal(second(rates), 0);
	fake.vectors = 4;
	/* A silent route is not promoted. */
	assert_int_equal(second(rates), 2);
	expect(1, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	expect(2, VTLIRQ_PROXIED, VTLIRQ_REASON_NO_VECTOR);
	expect(3, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
}

static void only_routes_above_the_promote_rate_are_promoted(void **state)
{
	static const unsigned int rates[ROUTES] = { 0, 100, 101 };

	open_with_routes(1, 3, (struct vtlirq_config) { .promote_rate = 100 });
	fake.vectors = 8;
	second(rates);
	assert_int_equal(second(rates), 1);
	expect(1, VTLIRQ_PROXIED, VTLIRQ_REASON_NO_VECTOR);
	expect(2, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
}

static void only_a_route_twice_as_busy_evicts_another(void **state)
{
	static const unsigned int close_by[ROUTES] = { 100, 199 };
	static const unsigned int twice[ROUTES] = { 100, 200 };

	open_with_routes(1, 2, (struct vtlirq_config) { 0 });
	second(close_by);
	for (int i = 0; i < 5; i++)
		assert_int_equal(second(close_by), 0);
	assert_int_equal(second(twice), 2);
	expect(1, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	close_all(NULL);
	setup(NULL);
	open_with_routes(1, 2, (struct vtlirq_config) { .hysteresis_percent = 10 });
	second(close_by);
	assert_int_equal(second(close_by), 2);
}

static void a_moved_route_stays_for_the_dwell_time(void **state)
{
	static const unsigned int one[ROUTES] = { 1000, 10 };
	static const unsigned int other[ROUTES] = { 10, 1000 };
	int moved = 0;

	open_with_routes(1, 2, (struct vtlirq_config) { .dwell_ms = 10000 });
	/* The other route is busier each second, but the dwell time is ten seconds. */
	for (int i = 0; i < 100; i++)
		moved += second(i % 2 ? one : other);
	assert_true(moved > 0);
	assert_true(moved <= 2 * 10);
}

static void a_round_makes_at_most_moves_max_moves(void **state)
{
	unsigned int rates[ROUTES] = { 0 };

	open_with_routes(1, 16, (struct vtlirq_config) { .moves_max = 3 });
	for (int i = 1; i < 16; i++)
		rates[i] = 10 * i;
	fake.vectors = 16;
	second(rates);
	for (int left = 15; left > 0; left -= 3)
		assert_int_equal(second(rates), 3);
	assert_int_equal(second(rates), 0);
}

static void an_exchange_needs_two_moves(void **state)
{
	static const unsigned int rates[ROUTES] = { 0, 1000 };

	open_with_routes(1, 2, (struct vtlirq_config) { .moves_max = 1 });
	for (int i = 0; i < 5; i++)
		assert_int_equal(second(rates), 0);
}

/* Two idle routes share the vector: both have to be demoted. */
static void all_routes_of_a_shared_vector_are_demoted(void **state)
{
	static const unsigned int rates[ROUTES] = { 0, 0, 1000 };

	fake.vectors = 1;
	check_open((struct vtlirq_config) { 0 }, &irqs);
	create_shared();
	create(2, 2, 0);
	second(rates);
	assert_int_equal(second(rates), 3);
	expect(0, VTLIRQ_PROXIED, VTLIRQ_REASON_DEMOTED);
	expect(1, VTLIRQ_PROXIED, VTLIRQ_REASON_DEMOTED);
	expect(2, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
}

static void a_busy_route_is_promoted_within_the_quota(void **state)
{
	static const unsigned int rates[ROUTES] = { 0, 50, 1000 };

	check_open((struct vtlirq_config) { .quota = 2 }, &irqs);
	create(0, 2, 0);
	expect(2, VTLIRQ_PROXIED, VTLIRQ_REASON_QUOTA);
	second(rates);
	assert_int_equal(second(rates), 2);
	expect(0, VTLIRQ_PROXIED, VTLIRQ_REASON_DEMOTED);
	expect(1, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	expect(2, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
}

static void a_refused_route_is_tried_again_after_its_wait(void **state)
{
	static const unsigned int rates[ROUTES] = { 1000 };
	int asked;

	fake.decide = fake_refuse_redirection;
	check_open((struct vtlirq_config) { .refusal_ms = 4000 }, &irqs);
	create(0, 0, 0);
	asked = fake.calls[FAKE_MAP];
	for (int i = 0; i < 3; i++)
		assert_int_equal(second(rates), 0);
	assert_int_equal(fake.calls[FAKE_MAP], asked);
	second(rates);
	assert_int_equal(fake.calls[FAKE_MAP], asked + 1);
	/* The host refuses again, so the next wait is twice as long. */
	for (int i = 0; i < 7; i++)
		second(rates);
	assert_int_equal(fake.calls[FAKE_MAP], asked + 1);
	fake.decide = NULL;
	assert_int_equal(second(rates), 1);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
}

/* No route is evicted for a device that the host may refuse again. */
static void a_refused_route_evicts_no_other(void **state)
{
	static const unsigned int rates[ROUTES] = { 1000, 0 };

	fake.decide = fake_refuse_redirection;
	open_with_routes(1, 1, (struct vtlirq_config) { 0 });
	fake.decide = NULL;
	create(1, 1, 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(second(rates), 0);
	expect(1, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
}

/* The host refuses to stop using the hardware vectors of routes below this number. */
static int stuck;

static struct fake_answer hold_stuck(const struct fake_delivery *delivery)
{
	if (!delivery->is_redirected && (int)delivery->interrupt.data < stuck)
		return (struct fake_answer) { .status = 5 };
	return (struct fake_answer) { .is_done = true };
}

/* The least busy route cannot be moved, so the next one is demoted instead. */
static void a_stuck_route_blocks_no_other(void **state)
{
	static const unsigned int rates[ROUTES] = { 0, 1, 1000 };
	int failures = 0;

	open_with_routes(2, 3, (struct vtlirq_config) { 0 });
	stuck = 1;
	fake.decide = hold_stuck;
	second(rates);
	assert_int_equal(second(rates), 2);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	expect(1, VTLIRQ_PROXIED, VTLIRQ_REASON_DEMOTED);
	expect(2, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	/* Route 1 needs the vector of route 0, which is tried at growing intervals. */
	for (int i = 0; i < 20; i++)
		failures += second(rates) < 0;
	assert_true(failures > 0);
	assert_true(failures <= 5);
	fake.decide = NULL;
}

/* There are more stuck routes than moves in a round: they must not use up all the moves. */
static void stuck_routes_leave_moves_for_others(void **state)
{
	unsigned int rates[ROUTES] = { 0 };
	int rounds = 0;

	open_with_routes(20, 21, (struct vtlirq_config) { .moves_max = 4 });
	stuck = 19;
	fake.decide = hold_stuck;
	rates[19] = 1;
	rates[20] = 1000;
	second(rates);
	while (live[20].state.delivery != VTLIRQ_REDIRECTED && rounds++ < 40)
		second(rates);
	expect(20, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	expect(19, VTLIRQ_PROXIED, VTLIRQ_REASON_DEMOTED);
	fake.decide = NULL;
}

/* One of two routes on the least busy vector cannot be moved: another vector is freed. */
static void a_stuck_route_keeps_its_shared_vector(void **state)
{
	static const unsigned int rates[ROUTES] = { 0, 0, 1, 1000 };

	fake.vectors = 2;
	check_open((struct vtlirq_config) { 0 }, &irqs);
	create_shared();
	create(2, 3, 0);
	stuck = 1;
	fake.decide = hold_stuck;
	second(rates);
	assert_true(second(rates) >= 2);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	expect(2, VTLIRQ_PROXIED, VTLIRQ_REASON_DEMOTED);
	expect(3, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	fake.decide = NULL;
}

/* A freed vector is first in quarantine; nevertheless, only one route is demoted. */
static void only_one_route_is_demoted_for_a_vector_in_quarantine(void **state)
{
	static const unsigned int rates[ROUTES] = { 0, 1, 2, 1000 };

	fake.quarantine_ms = 1500;
	open_with_routes(3, 4, (struct vtlirq_config) { 0 });
	second(rates);
	assert_int_equal(second(rates), 1);
	expect(0, VTLIRQ_PROXIED, VTLIRQ_REASON_DEMOTED);
	expect(3, VTLIRQ_PROXIED, VTLIRQ_REASON_NO_VECTOR);
	/* The policy does not know the quarantine, but it waits for the vector. */
	assert_int_equal(second(rates), 0);
	assert_int_equal(second(rates), 1);
	expect(1, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	expect(2, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	expect(3, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
}

/* Vectors in quarantine count against the driver's quota. */
static void vectors_in_quarantine_count_against_the_quota(void **state)
{
	fake.quota = 1;
	fake.quarantine_ms = 1500;
	check_open((struct vtlirq_config) { 0 }, &irqs);
	create(0, 0, 0);
	assert_int_equal(vtlirq_route_destroy(live[0].route), 0);
	live[0].route = NULL;
	create(1, 1, 0);
	expect(1, VTLIRQ_PROXIED, VTLIRQ_REASON_QUOTA);
}

static void multicast_and_preferred_routes_stay(void **state)
{
	static const unsigned int rates[ROUTES] = { 1000, 1000, 1000 };

	check_open((struct vtlirq_config) { 0 }, &irqs);
	create(0, 1, 0);
	assert_int_equal(vtlirq_route_prefer(live[0].route, VTLIRQ_PREFER_PROXIED), 0);
	assert_int_equal(live_target(irqs, &live[1], 3, 41, VTLIRQ_TARGET_MULTICAST), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(second(rates), 0);
}

/* What another thread does while the policy moves its first route. */
static void (*meanwhile)(void);

static struct fake_answer act_meanwhile(const struct fake_delivery *delivery)
{
	void (*act)(void) = meanwhile;

	meanwhile = NULL;
	if (act)
		act();
	return (struct fake_answer) { .is_done = true };
}

/* As second(), while another thread acts. */
static int second_with(void (*act)(void), const unsigned int *rates)
{
	meanwhile = act;
	fake.decide = act_meanwhile;
	return second(rates);
}

static void prefer_proxied_2(void)
{
	assert_int_equal(vtlirq_route_prefer(live[2].route, VTLIRQ_PREFER_PROXIED), 0);
}

static void a_preference_that_changes_meanwhile_is_respected(void **state)
{
	static const unsigned int rates[ROUTES] = { 8, 9, 7 };

	open_with_routes(1, 3, (struct vtlirq_config) { 0 });
	second(rates);
	fake.vectors = 4;
	assert_int_equal(second_with(prefer_proxied_2, rates), 1);
	expect(1, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	expect(2, VTLIRQ_PROXIED, VTLIRQ_REASON_PREFERRED);
}

/* It uses up none of the moves of the round. */
static void a_route_that_changes_meanwhile_is_no_move(void **state)
{
	static const unsigned int rates[ROUTES] = { 8, 9, 7, 6 };

	open_with_routes(1, 4, (struct vtlirq_config) { .moves_max = 2 });
	second(rates);
	fake.vectors = 4;
	assert_int_equal(second_with(prefer_proxied_2, rates), 2);
	expect(3, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
}

/* To VP 1, which has no free vector, either. */
static void move_2(void)
{
	assert_int_equal(live_target(irqs, &live[2], 2, 42, 0), 0);
}

static void move_2_and_back(void)
{
	move_2();
	assert_int_equal(live_target(irqs, &live[2], 1, 42, 0), 0);
}

static void destroy_2(void)
{
	assert_int_equal(vtlirq_route_destroy(live[2].route), 0);
	live[2].route = NULL;
}

/* Route 2 is busy and has no vector, but changes while route 4 gets the vector of route 3. */
static void expect_no_eviction_for_2(void (*act)(void))
{
	static const unsigned int rates[ROUTES] = { 1, 1, 500, 1, 1000 };

	open_with_routes(1, 1, (struct vtlirq_config) { 0 });
	create(1, 1, 1);
	create(2, 2, 0);
	create(3, 4, 2);
	second(rates);
	assert_int_equal(second_with(act, rates), 2);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	expect(1, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	expect(4, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
}

static void a_route_that_moves_meanwhile_evicts_no_other(void **state)
{
	expect_no_eviction_for_2(move_2);
	expect(2, VTLIRQ_PROXIED, VTLIRQ_REASON_NO_VECTOR);
}

/* It stays for its dwell time. */
static void a_route_that_moves_to_and_fro_meanwhile_evicts_no_other(void **state)
{
	expect_no_eviction_for_2(move_2_and_back);
	expect(2, VTLIRQ_PROXIED, VTLIRQ_REASON_NO_VECTOR);
}

static void a_route_that_ends_meanwhile_evicts_no_other(void **state)
{
	expect_no_eviction_for_2(destroy_2);
}

/* Route 0 is the victim for route 2, and moves on VP 0 while route 4 gets a vector. */
static void move_0(void)
{
	assert_int_equal(live_target(irqs, &live[0], 1, 45, 0), 0);
}

static void a_victim_that_moves_meanwhile_is_not_evicted(void **state)
{
	expect_no_eviction_for_2(move_0);
	expect(2, VTLIRQ_PROXIED, VTLIRQ_REASON_NO_VECTOR);
}

static void without_a_policy_no_route_moves(void **state)
{
	static const unsigned int rates[ROUTES] = { 0, 1000 };

	open_with_routes(1, 2, (struct vtlirq_config) { .flags = VTLIRQ_CONFIG_NO_POLICY });
	for (int i = 0; i < 3; i++)
		assert_int_equal(second(rates), 0);
}

/* Each interrupt is counted exactly once, however often routes move. */
static void each_interrupt_is_counted_once_over_moves(void **state)
{
	uint64_t raised[ROUTES] = { 0 };
	uint64_t random = 7;

	open_with_routes(3, 12, (struct vtlirq_config) { .dwell_ms = 1 });
	for (int turn = 0; turn < 500; turn++) {
		for (int i = 0; i < 12; i++) {
			unsigned int limit = 1u << fake_random(&random) % 12;
			unsigned int times = fake_random(&random) % limit;

			fake_raise(&live[i].interrupt, times);
			raised[i] += times;
		}
		fake.now_ns += SECOND;
		vtlirq_rebalance(irqs);
	}
	fake_settle();
	look();
	for (int i = 0; i < 12; i++) {
		assert_int_equal(live[i].state.redirected + live[i].state.proxied, raised[i]);
		assert_true(live[i].state.promotions > 5);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, close_all)

static const struct CMUnitTest tests[] = {
	TEST(the_first_call_only_measures),
	TEST(the_busiest_routes_get_the_vectors),
	TEST(free_vectors_are_used),
	TEST(only_routes_above_the_promote_rate_are_promoted),
	TEST(only_a_route_twice_as_busy_evicts_another),
	TEST(a_moved_route_stays_for_the_dwell_time),
	TEST(a_round_makes_at_most_moves_max_moves),
	TEST(an_exchange_needs_two_moves),
	TEST(all_routes_of_a_shared_vector_are_demoted),
	TEST(a_busy_route_is_promoted_within_the_quota),
	TEST(a_refused_route_is_tried_again_after_its_wait),
	TEST(a_refused_route_evicts_no_other),
	TEST(a_stuck_route_blocks_no_other),
	TEST(stuck_routes_leave_moves_for_others),
	TEST(a_stuck_route_keeps_its_shared_vector),
	TEST(only_one_route_is_demoted_for_a_vector_in_quarantine),
	TEST(vectors_in_quarantine_count_against_the_quota),
	TEST(multicast_and_preferred_routes_stay),
	TEST(a_preference_that_changes_meanwhile_is_respected),
	TEST(a_route_that_changes_meanwhile_is_no_move),
	TEST(a_route_that_moves_meanwhile_evicts_no_other),
	TEST(a_route_that_moves_to_and_fro_meanwhile_evicts_no_other),
	TEST(a_route_that_ends_meanwhile_evicts_no_other),
	TEST(a_victim_that_moves_meanwhile_is_not_evicted),
	TEST(without_a_policy_no_route_moves),
	TEST(each_interrupt_is_counted_once_over_moves),
};

TEST_PROGRAM("lib: policy", tests)
