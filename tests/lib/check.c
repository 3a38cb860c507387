// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The checker: see fake.h.
 */
#include <stdio.h>
#include <string.h>

#include "fake.h"

/* The state that the driver should have for the routes. */
struct expected {
	uint32_t references[FAKE_VPS][256];
	uint32_t filter[FAKE_VPS][256];
};

void live_refresh(struct live *live)
{
	int error;

	if (!live->route)
		return;
	error = vtlirq_route_state(live->route, &live->state);
	/* An injected failure occurs once, and may have hit this call. */
	if (error && fake.fail_at[FAKE_VP_INTERRUPTS])
		error = vtlirq_route_state(live->route, &live->state);
	if (error)
		fake_violation("state of a route: error %d", error);
}

int live_target(struct vtlirq *irqs, struct live *live, uint64_t vps, uint32_t vector,
		uint32_t flags)
{
	struct vtlirq_target target = { .vector = vector, .flags = flags, .vps = &vps, .words = 1 };
	struct vtlirq_route *route = live->route;
	int error;

	if (route)
		error = vtlirq_route_retarget(route, &target);
	else
		error = vtlirq_route_create(irqs, &live->interrupt, &target, &route);
	if (error)
		return error;
	live->route = route;
	live->vps = vps;
	live->vector = vector;
	live->flags = flags;
	return 0;
}

static void expect_filters(struct expected *expected, uint64_t vps, uint32_t vector)
{
	for (uint32_t vp = 0; vp < FAKE_VPS; vp++)
		expected->filter[vp][vector] |= vps >> vp & 1;
}

static void check_redirected(const struct live *live, struct expected *expected)
{
	const struct vtlirq_route_state *state = &live->state;
	const struct fake_mapping *mapping = &fake.mappings[state->vp][state->hardware_vector];
	const struct fake_delivery *delivery = fake_find(&live->interrupt);

	expected->references[state->vp][state->hardware_vector]++;
	expect_filters(expected, 1ULL << state->vp, state->vector);
	if (!mapping->references || mapping->proxy_vector != state->vector)
		fake_violation("redirected, but not mapped: VP %u, vector %u", state->vp,
			       state->vector);
	if (!(live->vps >> state->vp & 1))
		fake_violation("redirected to VP %u, which is not in the target", state->vp);
	if (live->is_unsure)
		return;
	if (!delivery || !delivery->is_redirected || delivery->vector != state->hardware_vector ||
	    delivery->vps != 1ULL << state->vp || delivery->generation != mapping->generation)
		fake_violation("redirected, but not by the host: VP %u, vector %u",
			       state->vp, state->vector);
}

static void check_proxied(const struct live *live, struct expected *expected)
{
	const struct fake_delivery *delivery = fake_find(&live->interrupt);

	expect_filters(expected, live->vps, live->vector);
	fake_message(live->vps, live->vector);
	if (live->is_unsure)
		return;
	if (!delivery || delivery->is_redirected || delivery->vector != live->vector ||
	    delivery->vps != live->vps || delivery->is_multicast != !!live->flags)
		fake_violation("proxied, but not by the host: vector %u", live->vector);
}

static void check_live(const struct live *live, struct expected *expected)
{
	const struct vtlirq_route_state *state = &live->state;
	uint32_t vps = __builtin_popcountll(live->vps);
	bool is_redirected = state->delivery == VTLIRQ_REDIRECTED;

	if (state->vector != live->vector || state->vps != vps)
		fake_violation("a route has vector %u, %u VPs; not %u, %u", state->vector,
			       state->vps, live->vector, vps);
	if (is_redirected == !!state->reason)
		fake_violation("delivery %u for reason %u", state->delivery, state->reason);
	if (is_redirected)
		check_redirected(live, expected);
	else
		check_proxied(live, expected);
}

/* A delivery that the library retains keeps its mapping, and its filter stays open. */
static void expect_retained(struct expected *expected, uint32_t vp, uint32_t vector)
{
	const struct fake_mapping *mapping = &fake.mappings[vp][vector];
	uint32_t extra = mapping->references - expected->references[vp][vector];

	if (!mapping->may_be_used || extra != 1)
		return;
	expected->references[vp][vector]++;
	expected->filter[vp][mapping->proxy_vector] = 1;
}

/*
 * A filter is open if a route needs it, and closed otherwise, except while messages may
 * still arrive, and until the next call of the library that closes it.
 */
static void check_filter(uint32_t vp, uint32_t vector, uint32_t wanted)
{
	uint32_t is_open = fake.filter[vp][vector];

	/* The route was moved away after the last check: messages may arrive from now on. */
	if (!wanted && fake.wanted[vp][vector])
		fake_message(1ULL << vp, vector);
	fake.wanted[vp][vector] = wanted;
	if (is_open == wanted)
		return;
	if (!wanted && is_open == 1 && fake.messages_until_ms[vp][vector])
		return;
	fake_violation("VP %u, vector %u: filter is %u, not %u", vp, vector, is_open, wanted);
}

static void check_model(struct expected *expected)
{
	for (uint32_t vp = 0; vp < FAKE_VPS; vp++) {
		for (uint32_t vector = 0; vector < 256; vector++)
			expect_retained(expected, vp, vector);
		for (uint32_t vector = 0; vector < 256; vector++) {
			uint32_t there = fake.mappings[vp][vector].references;
			uint32_t wanted = expected->references[vp][vector];

			if (there != wanted)
				fake_violation("vector %#x of VP %u: %u references, not %u",
					       vector, vp, there, wanted);
			if (fake.is_filtered)
				check_filter(vp, vector, expected->filter[vp][vector]);
		}
	}
	for (int i = 0; i < FAKE_DELIVERIES_MAX && fake.deliveries[i].is_used; i++) {
		const struct fake_delivery *delivery = &fake.deliveries[i];
		uint32_t vp = __builtin_ctzll(delivery->vps);

		if (delivery->is_redirected &&
		    fake.mappings[vp][delivery->vector].generation != delivery->generation)
			fake_violation("the host uses vector %#x of VP %u, which has another mapping",
				       delivery->vector, vp);
	}
}

void check_all(const struct live *lives, size_t count)
{
	static struct expected expected;

	memset(&expected, 0, sizeof(expected));
	for (size_t i = 0; i < count; i++) {
		if (lives[i].route)
			check_live(&lives[i], &expected);
	}
	check_model(&expected);
}

void check_nothing_left(void)
{
	if (fake_files())
		fake_violation("%d files are left open", fake_files());
	if (fake_references())
		fake_violation("%u references are left", fake_references());
	if (fake.is_filtered && fake_open_filters())
		fake_violation("%u filters are left open", fake_open_filters());
}

int check_verdict(const char *when)
{
	if (!fake.violations)
		return 0;
	printf("# %s: %llu violations; the first: %s\n", when,
	       (unsigned long long)fake.violations, fake.first_violation);
	fflush(stdout);
	return 1;
}

void check_routes(struct live *lives, size_t count)
{
	for (size_t i = 0; i < count; i++)
		live_refresh(&lives[i]);
	check_all(lives, count);
	assert_int_equal(check_verdict("check"), 0);
}

void check_open(struct vtlirq_config config, struct vtlirq **irqs)
{
	config.size = sizeof(config);
	config.allow = config.allow ?: fake_allow;
	config.forbid = fake_forbid;
	fake.is_filtered = true;
	assert_int_equal(vtlirq_open(&config, irqs), 0);
}

void check_close(struct vtlirq *irqs)
{
	vtlirq_close(irqs);
	check_nothing_left();
	assert_int_equal(check_verdict("close"), 0);
}
