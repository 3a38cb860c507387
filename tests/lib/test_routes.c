// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Contexts and routes, one behaviour per test: when a route is redirected, when it is not
 * and why, and that a failure of any call changes nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/mshv_vtl.h>

#include "fake.h"

#define SECOND	1000000000ULL

/* This function is part of AddressSanitizer. */
size_t __sanitizer_get_current_allocated_bytes(void);

static struct vtlirq *irqs;
static struct live live[8];

/* ---- steps of the tests ---- */

static void open_with(struct vtlirq_config config)
{
	memset(live, 0, sizeof(live));
	check_open(config, &irqs);
}

static void open_usual(void)
{
	open_with((struct vtlirq_config) { 0 });
}

static void look(void)
{
	check_routes(live, ARRAY_SIZE(live));
}

static int close_all(void **state)
{
	check_close(irqs);
	return 0;
}

/* Create route @i, with its own device. */
static int create_flags(int i, uint64_t vps, uint32_t vector, uint32_t flags)
{
	live[i].interrupt = (struct vtlirq_interrupt) { 100 + i, 0xfee00000, i };
	return live_target(irqs, &live[i], vps, vector, flags);
}

static int create(int i, uint64_t vps, uint32_t vector)
{
	return create_flags(i, vps, vector, 0);
}

static int retarget(int i, uint64_t vps, uint32_t vector)
{
	return live_target(irqs, &live[i], vps, vector, 0);
}

static int destroy(int i)
{
	int error = vtlirq_route_destroy(live[i].route);

	live[i].route = NULL;
	return error;
}

/* Let the time pass in which messages may arrive, and close the filters after it. */
static void settle(void)
{
	fake.now_ns += 11 * SECOND;
	vtlirq_rebalance(irqs);
}

static void expect(int i, enum vtlirq_delivery delivery, enum vtlirq_reason reason)
{
	look();
	assert_int_equal(live[i].state.delivery, delivery);
	assert_int_equal(live[i].state.reason, reason);
}

static int setup(void **state)
{
	fake_reset();
	unsetenv(VTLIRQ_ENVIRONMENT_DISABLE);
	return 0;
}

static int setup_open(void **state)
{
	setup(state);
	open_usual();
	return 0;
}

/* ---- hosts ---- */

static struct fake_answer refuse_all(const struct fake_delivery *delivery)
{
	return (struct fake_answer) { .status = 0xd };
}

/* The host does what is asked, but never says so. */
static struct fake_answer unsure_host(const struct fake_delivery *delivery)
{
	return (struct fake_answer) { .status = 0x78, .is_done = delivery->vps == 2 };
}

/* The host gives this answer to a number of calls, and correct answers after that. */
static struct fake_answer wrong_answer;
static int wrong_answers;

static struct fake_answer wrong(const struct fake_delivery *delivery)
{
	if (wrong_answers-- > 0)
		return wrong_answer;
	return (struct fake_answer) { .is_done = true };
}

static void host_answers(int times, struct fake_answer answer)
{
	wrong_answers = times;
	wrong_answer = answer;
	fake.decide = wrong;
}

/* ---- open ---- */

/* Return: what vtlirq_open() returns if this call fails with @error. */
static int open_result(enum fake_call call, int error)
{
	switch (call) {
	case FAKE_CHECK_EXTENSION:
		/* Any error means "no". */
		return 0;
	case FAKE_GET_REGISTERS:
		return error == ENOMEM ? -ENOMEM : 0;
	case FAKE_OPEN_HVCALL:
		return error == ENOENT ? 0 : -error;
	default:
		return -error;
	}
}

static void open_reports_each_error(void **state)
{
	static const int errors[] = { EPERM, EACCES, ENOENT, ENOMEM, EIO, EINVAL, EFAULT, ENOTTY };
	static const enum fake_call calls[] = {
		FAKE_OPEN_MSHV, FAKE_CREATE_VTL, FAKE_OPEN_HVCALL, FAKE_HVCALL_SETUP,
		FAKE_GET_REGISTERS, FAKE_CHECK_EXTENSION,
	};

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(errors); j++) {
			int error;

			fake_reset();
			fake.fail_at[calls[i]] = 1;
			fake.fail_errno[calls[i]] = errors[j];
			error = vtlirq_open(NULL, &irqs);
			assert_int_equal(error, open_result(calls[i], errors[j]));
			if (!error)
				vtlirq_close(irqs);
			check_nothing_left();
			assert_int_equal(check_verdict("open"), 0);
		}
	}
}

static void open_checks_its_configuration(void **state)
{
	struct {
		struct vtlirq_config config;
		uint64_t later;
	} big = { .config = { .size = sizeof(big) } };
	struct vtlirq_config config = { .size = 8 };

	assert_int_equal(vtlirq_open(&config, &irqs), -EINVAL);
	config = (struct vtlirq_config) { .size = sizeof(config), .flags = 1u << 31 };
	assert_int_equal(vtlirq_open(&config, &irqs), -EINVAL);
	config = (struct vtlirq_config) { .size = sizeof(config), .vtl_fd = 3 };
	assert_int_equal(vtlirq_open(&config, &irqs), -EINVAL);
	config.flags = VTLIRQ_CONFIG_VTL_FD;
	config.vtl_fd = -1;
	assert_int_equal(vtlirq_open(&config, &irqs), -EINVAL);
	assert_int_equal(vtlirq_open(&big.config, &irqs), 0);
	vtlirq_close(irqs);
	big.later = 1;
	assert_int_equal(vtlirq_open(&big.config, &irqs), -EINVAL);
	vtlirq_close(NULL);
	check_nothing_left();
	assert_int_equal(check_verdict("config"), 0);
}

/* ---- without redirection ---- */

static void expect_no_map(enum vtlirq_reason reason)
{
	assert_int_equal(create(0, 1, 40), 0);
	expect(0, VTLIRQ_PROXIED, reason);
	assert_int_equal(fake.calls[FAKE_MAP], 0);
	close_all(NULL);
}

static void a_disabled_library_maps_nothing(void **state)
{
	setenv(VTLIRQ_ENVIRONMENT_DISABLE, "1", 1);
	open_usual();
	expect_no_map(VTLIRQ_REASON_DISABLED);
	setenv(VTLIRQ_ENVIRONMENT_DISABLE, "0", 1);
	open_with((struct vtlirq_config) { .flags = VTLIRQ_CONFIG_NO_REDIRECT });
	expect_no_map(VTLIRQ_REASON_DISABLED);
}

static void without_a_capability_nothing_is_mapped(void **state)
{
	fake.capabilities = ~(1ULL << 34);
	open_usual();
	expect_no_map(VTLIRQ_REASON_HOST);
	setup(state);
	fake.redirects = 0;
	open_usual();
	expect_no_map(VTLIRQ_REASON_DRIVER);
}

static void a_driver_without_the_ioctl_is_asked_once(void **state)
{
	struct vtlirq_summary summary;

	fake.redirects = -EOPNOTSUPP;
	fake.map_errno = ENOTTY;
	open_usual();
	for (int i = 0; i < 8; i++)
		assert_int_equal(create(i, 1, 40 + i), 0);
	expect(7, VTLIRQ_PROXIED, VTLIRQ_REASON_DRIVER);
	assert_int_equal(fake.calls[FAKE_MAP], 1);
	vtlirq_summary(irqs, &summary);
	assert_int_equal(summary.driver_redirects, 0);
}

static void a_driver_without_the_capability_number_may_redirect(void **state)
{
	struct vtlirq_summary summary;

	fake.redirects = -EOPNOTSUPP;
	open_usual();
	assert_int_equal(create(0, 1, 40), 0);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	vtlirq_summary(irqs, &summary);
	assert_int_equal(summary.driver_redirects, 1);
}

static void without_hypercalls_no_route_is_created(void **state)
{
	fake.fail_at[FAKE_OPEN_HVCALL] = 1;
	fake.fail_errno[FAKE_OPEN_HVCALL] = ENOENT;
	open_usual();
	assert_int_equal(create(0, 1, 40), -EOPNOTSUPP);
}

/* ---- create ---- */

static void routes_to_one_target_share_a_vector(void **state)
{
	struct vtlirq_route_state *states;
	size_t count;

	assert_int_equal(create(0, 2, 40), 0);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	assert_int_equal(live[0].state.vp, 1);
	assert_int_equal(live[0].state.hardware_vector, FAKE_FIRST_VECTOR);
	/* Another route to the same VP and vector has the same hardware vector. */
	assert_int_equal(create(1, 2, 40), 0);
	expect(1, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	assert_int_equal(live[1].state.hardware_vector, FAKE_FIRST_VECTOR);
	assert_int_equal(vtlirq_routes(irqs, &states, &count), 0);
	assert_int_equal(count, 2);
	assert_true(states[0].id < states[1].id);
	free(states);
	assert_int_equal(destroy(0), 0);
	look();
}

static const char *name_of(int i)
{
	look();
	return live[i].state.name;
}

static void names_are_copied_and_checked(void **state)
{
	char name[VTLIRQ_ROUTE_NAME_SIZE + 1];
	struct vtlirq_route *route;

	assert_int_equal(create(0, 2, 40), 0);
	assert_int_equal(create(1, 2, 41), 0);
	route = live[0].route;
	assert_string_equal(name_of(0), "");
	strcpy(name, "NVMe 00:01.0, interrupt 1");
	assert_int_equal(vtlirq_route_name_set(route, name), 0);
	/* The name was copied. */
	memset(name, 'x', sizeof(name));
	assert_string_equal(name_of(0), "NVMe 00:01.0, interrupt 1");
	assert_string_equal(name_of(1), "");
	/* A name that is too long or not printable is refused, and the old one is kept. */
	name[VTLIRQ_ROUTE_NAME_SIZE] = '\0';
	assert_int_equal(vtlirq_route_name_set(route, name), -EINVAL);
	assert_int_equal(vtlirq_route_name_set(route, "a\033[2J"), -EINVAL);
	assert_int_equal(vtlirq_route_name_set(route, "a\n"), -EINVAL);
	assert_int_equal(vtlirq_route_name_set(route, "caf\303\251"), -EINVAL);
	assert_int_equal(vtlirq_route_name_set(route, "a\177"), -EINVAL);
	assert_string_equal(name_of(0), "NVMe 00:01.0, interrupt 1");
	name[VTLIRQ_ROUTE_NAME_SIZE - 1] = '\0';
	assert_int_equal(vtlirq_route_name_set(route, name), 0);
	assert_string_equal(name_of(0), name);
	/* A shorter name replaces the old one completely, and is kept when the route moves. */
	assert_int_equal(vtlirq_route_name_set(route, " ~"), 0);
	assert_int_equal(retarget(0, 1, 42), 0);
	assert_string_equal(name_of(0), " ~");
	for (size_t i = 2; i < VTLIRQ_ROUTE_NAME_SIZE; i++)
		assert_int_equal(live[0].state.name[i], 0);
	assert_int_equal(vtlirq_route_name_set(route, ""), 0);
	assert_string_equal(name_of(0), "");
	assert_int_equal(vtlirq_route_name_set(route, "a"), 0);
	assert_int_equal(vtlirq_route_name_set(route, NULL), 0);
	assert_string_equal(name_of(0), "");
}

static void create_checks_its_arguments(void **state)
{
	uint64_t words[VTLIRQ_VPS_MAX / 64 + 1] = { 0 };
	struct vtlirq_target target = { .vector = 40, .vps = words };
	struct vtlirq_interrupt interrupt = { 100, 0xfee00000, 0 };
	struct vtlirq_route *route;
	struct vtlirq_single_target single;

	assert_int_equal(create(0, 0, 40), -EINVAL);
	assert_int_equal(create(0, 1, 15), -EINVAL);
	assert_int_equal(create(0, 1, 256), -EINVAL);
	assert_int_equal(create_flags(0, 1, 40, 2), -EINVAL);
	assert_int_equal(vtlirq_route_create(irqs, &interrupt, &target, &route), -EINVAL);
	words[VTLIRQ_VPS_MAX / 64] = 1;
	target.words = VTLIRQ_VPS_MAX / 64 + 1;
	assert_int_equal(vtlirq_route_create(irqs, &interrupt, &target, &route), -EINVAL);
	assert_int_equal(create(0, 1, 40), 0);
	assert_int_equal(vtlirq_route_create(irqs, &live[0].interrupt,
					     vtlirq_target_single(&single, 0, 41), &route),
			 -EEXIST);
	assert_null(vtlirq_target_single(&single, VTLIRQ_VPS_MAX, 41));
	assert_int_equal(vtlirq_route_destroy(NULL), 0);
	look();
}

static void one_vp_of_a_set_gets_the_vector(void **state)
{
	fake.vectors = 1;
	assert_int_equal(create(0, 1, 40), 0);
	assert_int_equal(create(1, 7, 41), 0);
	expect(1, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	assert_int_equal(live[1].state.vp, 1);
	assert_int_equal(live[1].state.vps, 3);
	fake.offline[2] = true;
	assert_int_equal(create(2, 6, 42), 0);
	expect(2, VTLIRQ_PROXIED, VTLIRQ_REASON_NO_VECTOR);
	assert_int_equal(create(3, 4, 42), 0);
	expect(3, VTLIRQ_PROXIED, VTLIRQ_REASON_ERROR);
	assert_int_equal(live[3].state.error, EINVAL);
}

static void multicast_to_several_vps_is_proxied(void **state)
{
	assert_int_equal(create_flags(0, 3, 40, VTLIRQ_TARGET_MULTICAST), 0);
	expect(0, VTLIRQ_PROXIED, VTLIRQ_REASON_MULTICAST);
	assert_int_equal(create_flags(1, 2, 41, VTLIRQ_TARGET_MULTICAST), 0);
	expect(1, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
}

/* In order, without the empty ones. */
static void the_host_gets_the_banks_that_are_not_empty(void **state)
{
	const uint64_t words[] = { 1 << 3, 0, 1ULL << 63 | 1, 1 };
	struct vtlirq_interrupt interrupt = { 100, 0xfee00000, 0 };
	struct vtlirq_target target = {
		.vector = 40, .flags = VTLIRQ_TARGET_MULTICAST, .vps = words, .words = 4,
	};
	struct vtlirq_single_target last;
	struct vtlirq_route_state now;
	struct vtlirq_route *route;

	assert_int_equal(vtlirq_route_create(irqs, &interrupt, &target, &route), 0);
	assert_int_equal(fake.valid_banks, 1 << 0 | 1 << 2 | 1 << 3);
	assert_int_equal(fake.banks[0], words[0]);
	assert_int_equal(fake.banks[1], words[2]);
	assert_int_equal(fake.banks[2], words[3]);
	assert_int_equal(fake.banks[3], 0);
	assert_int_equal(vtlirq_route_state(route, &now), 0);
	assert_int_equal(now.vp, 3);
	assert_int_equal(now.vps, 4);

	/* The last VP of the last bank. */
	assert_non_null(vtlirq_target_single(&last, VTLIRQ_VPS_MAX - 1, 41));
	assert_int_equal(vtlirq_route_retarget(route, &last.target), 0);
	assert_int_equal(fake.valid_banks, 1ULL << (VTLIRQ_VPS_MAX / 64 - 1));
	assert_int_equal(fake.banks[0], 1ULL << 63);
	assert_int_equal(fake.banks[1], 0);
	assert_int_equal(vtlirq_route_destroy(route), 0);
}

/* TLFS, HV_VP_SET, "Processor Set Example"; openvmm, vm/hv1/hv1_structs/src/proc_mask.rs. */
static void the_host_gets_the_specifications_set(void **state)
{
	const uint64_t words[] = { 1 << 0 | 1 << 5, 0, 1ULL << (130 - 128) };
	struct vtlirq_interrupt interrupt = { 100, 0xfee00000, 0 };
	struct vtlirq_target target = {
		.vector = 40, .flags = VTLIRQ_TARGET_MULTICAST, .vps = words, .words = 3,
	};
	struct vtlirq_route *route;

	assert_int_equal(vtlirq_route_create(irqs, &interrupt, &target, &route), 0);
	assert_int_equal(fake.valid_banks, 0x5);
	assert_int_equal(fake.banks[0], 0x21);
	assert_int_equal(fake.banks[1], 0x4);
	assert_int_equal(fake.banks[2], 0);
	assert_int_equal(vtlirq_route_destroy(route), 0);
}

static void a_route_beyond_a_quota_is_proxied(void **state)
{
	fake.quota = 2;
	open_usual();
	for (int i = 0; i < 3; i++)
		assert_int_equal(create(i, 1, 40 + i), 0);
	expect(2, VTLIRQ_PROXIED, VTLIRQ_REASON_QUOTA);
	/* Its old vector has to be unmapped before it can get another one. */
	assert_int_equal(retarget(1, 1, 50), 0);
	expect(1, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	close_all(NULL);
	fake_reset();
	open_with((struct vtlirq_config) { .quota = 1 });
	assert_int_equal(create(0, 1, 40), 0);
	assert_int_equal(create(1, 1, 41), 0);
	expect(1, VTLIRQ_PROXIED, VTLIRQ_REASON_QUOTA);
	assert_int_equal(fake.calls[FAKE_MAP], 1);
	assert_int_equal(retarget(0, 1, 50), 0);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
}

/* ---- refusals ---- */

static void the_wait_doubles_after_each_refusal(void **state)
{
	struct vtlirq_summary summary;

	fake.now_ns = SECOND;
	fake.decide = fake_refuse_redirection;
	assert_int_equal(vtlirq_last_hv_status(irqs), 0);
	assert_int_equal(create(0, 1, 40), 0);
	expect(0, VTLIRQ_PROXIED, VTLIRQ_REASON_REFUSED);
	assert_int_equal(live[0].state.status, 5);
	assert_int_equal(vtlirq_last_hv_status(irqs), 5);
	assert_int_equal(fake_references(), 0);
	/* The host is not asked again too early; the wait doubles each time. */
	for (uint64_t wait = SECOND; wait <= 64 * SECOND; wait *= 2) {
		assert_int_equal(retarget(0, 2, 41), 0);
		fake.now_ns += wait - 1000000;
		assert_int_equal(retarget(0, 1, 40), 0);
		vtlirq_summary(irqs, &summary);
		fake.now_ns += 1000000;
		assert_int_equal(retarget(0, 1, 40), 0);
		expect(0, VTLIRQ_PROXIED, VTLIRQ_REASON_REFUSED);
	}
	vtlirq_summary(irqs, &summary);
	assert_int_equal(summary.refusals, 8);
	assert_int_equal(summary.refusals_saved, 14);
	assert_int_equal(summary.map_calls, 8);
	/* The longest wait is 64 times the first one. */
	fake.now_ns += 64 * SECOND;
	fake.decide = NULL;
	assert_int_equal(retarget(0, 1, 40), 0);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	/* After a success, the next wait is short again. */
	fake.decide = fake_refuse_redirection;
	assert_int_equal(retarget(0, 2, 40), 0);
	fake.now_ns += SECOND;
	fake.decide = NULL;
	assert_int_equal(retarget(0, 2, 40), 0);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
}

static void a_refused_retarget_changes_nothing(void **state)
{
	assert_int_equal(create(1, 1, 41), 0);
	fake.decide = refuse_all;
	assert_int_equal(create(0, 1, 40), -ENXIO);
	assert_int_equal(vtlirq_last_hv_status(irqs), 0xd);
	assert_int_equal(retarget(1, 2, 42), -ENXIO);
	expect(1, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	/* The same target is refused: nothing changes. */
	assert_int_equal(retarget(1, 1, 41), -ENXIO);
	expect(1, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	assert_int_equal(vtlirq_route_prefer(live[1].route, VTLIRQ_PREFER_PROXIED), -ENXIO);
	expect(1, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	fake.decide = NULL;
	assert_int_equal(create(0, 1, 40), 0);
	look();
}

/* Create a route to VP 0 for each of these devices, with this result, and destroy it. */
static void try_devices(uint64_t first, uint64_t end, int result)
{
	for (uint64_t i = first; i < end; i++) {
		struct vtlirq_interrupt interrupt = { i * 0x9e3779b9, 0xfee00000, 0 };
		struct vtlirq_route *route = NULL;
		struct vtlirq_single_target single;

		if (vtlirq_route_create(irqs, &interrupt, vtlirq_target_single(&single, 0, 40),
					&route) != result)
			fail();
		vtlirq_route_destroy(route);
	}
}

static void the_memory_for_refusals_is_bounded(void **state)
{
	const char *fewer = getenv("DEVICES");
	uint64_t devices = fewer ? strtoull(fewer, NULL, 0) : 1000000;
	size_t before;

	fake.decide = refuse_all;
	try_devices(0, 101, -ENXIO);
	before = __sanitizer_get_current_allocated_bytes();
	try_devices(101, devices, -ENXIO);
	assert_int_equal(__sanitizer_get_current_allocated_bytes(), before);
}

/* ---- time-outs, and answers that do not tell what the host did ---- */

static void a_retarget_that_times_out_is_repeated(void **state)
{
	fake.now_ns = SECOND;
	host_answers(3, (struct fake_answer) { .status = 0x78 });
	assert_int_equal(create(0, 1, 40), 0);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	assert_int_equal(fake.calls[FAKE_RETARGET], 4);
	/* The host always times out: nothing changes. */
	host_answers(1000, (struct fake_answer) { .status = 0x78 });
	assert_int_equal(retarget(0, 2, 41), -ENXIO);
	assert_true(fake.calls[FAKE_RETARGET] < 50);
	live[0].is_unsure = true;
	look();
	assert_int_equal(live[0].state.delivery, VTLIRQ_REDIRECTED);
	assert_int_equal(live[0].state.vp, 0);
	fake.decide = NULL;
	assert_int_equal(retarget(0, 4, 42), 0);
	live[0].is_unsure = false;
	fake.now_ns += 2 * SECOND;
	assert_int_equal(retarget(0, 4, 42), 0);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	/* No vector is retained any more, because the host has accepted another target. */
	assert_int_equal(fake_references(), 1);
}

/* invoke_hvcall_ioctl() in openvmm, openhcl/hcl/src/ioctl.rs, repeats each call that times out. */
static void a_read_of_the_capabilities_that_times_out_is_repeated(void **state)
{
	fake.now_ns = SECOND;
	fake.register_timeouts = 1;
	open_usual();
	assert_int_equal(create(0, 1, 40), 0);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	assert_int_equal(fake.calls[FAKE_GET_REGISTERS], 2);
	close_all(NULL);

	/* The host always times out: the context works without redirection. */
	setup(state);
	fake.now_ns = SECOND;
	fake.register_timeouts = 1000;
	open_usual();
	assert_int_equal(fake.calls[FAKE_GET_REGISTERS], 11);
	/* Ten pauses, of which each one is twice as long as the last. */
	assert_int_equal(fake.now_ns - SECOND, 1023 * 50000);
	expect_no_map(VTLIRQ_REASON_HOST);
}

/* The host uses the new delivery, but reports an error: the library sets the old one again. */
static void the_old_target_is_restored(void **state)
{
	static const struct fake_answer answers[] = {
		{ .error = EIO, .is_done = true },
		{ .error = EFAULT, .is_done = true },
		{ .elements = 3, .is_done = true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		fake_reset();
		open_usual();
		assert_int_equal(create(0, 1, 40), 0);
		host_answers(2, answers[i]);
		assert_true(retarget(0, 2, 41) < 0);
		expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
		assert_int_equal(fake_references(), 1);
		fake.decide = NULL;
		close_all(NULL);
	}
}

/* A guest chooses how many devices there are, and the host never says what it did. */
static void the_memory_for_unsure_answers_is_bounded(void **state)
{
	size_t before;

	fake.now_ns = 100 * SECOND;
	fake.redirects = 0;
	open_usual();
	host_answers(10000, (struct fake_answer) { .error = EIO });
	try_devices(0, 1100, -EIO);
	before = __sanitizer_get_current_allocated_bytes();
	try_devices(1100, 5000, -EIO);
	assert_int_equal(__sanitizer_get_current_allocated_bytes(), before);

	/* Another one shares what is shared already: the delivery of route 0 is released. */
	fake.decide = NULL;
	try_devices(0, 1, 0);
	host_answers(2, (struct fake_answer) { .error = EIO });
	assert_int_equal(create(0, 2, 40), -EIO);
	try_devices(6000, 6001, -EIO);
	fake.decide = NULL;
	assert_int_equal(create(0, 4, 42), 0);
	settle();
	assert_int_equal(fake.filter[1][40], 0);
	assert_int_equal(destroy(0), 0);

	/* The host may still use the filter for the devices that it has not accepted now. */
	fake.decide = NULL;
	try_devices(0, 1100, 0);
	settle();
	assert_int_equal(fake.filter[0][40], 1);

	/* There is room again, so that each device has its own entry. */
	host_answers(2, (struct fake_answer) { .error = EIO });
	assert_int_equal(create(0, 1, 50), -EIO);
	assert_int_equal(create(1, 1, 50), -EIO);
	assert_int_equal(create(0, 2, 51), 0);
	assert_int_equal(create(1, 2, 52), 0);
	settle();
	assert_int_equal(fake.filter[0][50], 0);
}

/* ---- moves ---- */

static void a_retarget_moves_the_route(void **state)
{
	struct vtlirq_summary summary;

	assert_int_equal(create(0, 1, 40), 0);
	assert_int_equal(retarget(0, 2, 40), 0);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	assert_int_equal(retarget(0, 2, 41), 0);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	assert_int_equal(fake.calls[FAKE_MAP], 3);
	assert_int_equal(fake.calls[FAKE_RETARGET], 3);
	/* The same target: no vector is mapped, but the host is called. */
	assert_int_equal(retarget(0, 2, 41), 0);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	assert_int_equal(fake.calls[FAKE_MAP], 3);
	assert_int_equal(fake.calls[FAKE_RETARGET], 4);
	assert_int_equal(live[0].state.moves, 2);
	vtlirq_summary(irqs, &summary);
	assert_int_equal(summary.moves, 2);
	assert_int_equal(summary.redirected, 1);
	/* The same target, which the host now refuses to redirect. */
	fake.decide = fake_refuse_redirection;
	assert_int_equal(retarget(0, 2, 41), 0);
	expect(0, VTLIRQ_PROXIED, VTLIRQ_REASON_REFUSED);
	assert_int_equal(fake_references(), 0);
}

static void a_preference_moves_the_route(void **state)
{
	assert_int_equal(create(0, 3, 40), 0);
	assert_int_equal(vtlirq_route_prefer(live[0].route, 7), -EINVAL);
	assert_int_equal(vtlirq_route_prefer(live[0].route, VTLIRQ_PREFER_PROXIED), 0);
	expect(0, VTLIRQ_PROXIED, VTLIRQ_REASON_PREFERRED);
	assert_int_equal(retarget(0, 2, 41), 0);
	expect(0, VTLIRQ_PROXIED, VTLIRQ_REASON_PREFERRED);
	fake.map_errno = ENOMEM;
	assert_int_equal(vtlirq_route_prefer(live[0].route, VTLIRQ_PREFER_REDIRECTED), 0);
	expect(0, VTLIRQ_PROXIED, VTLIRQ_REASON_ERROR);
	fake.map_errno = 0;
	assert_int_equal(vtlirq_route_prefer(live[0].route, VTLIRQ_PREFER_REDIRECTED), 0);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
}

static void a_refused_destroy_retains_the_vector(void **state)
{
	assert_int_equal(create(0, 1, 40), 0);
	assert_int_equal(create(1, 1, 40), 0);
	fake.decide = refuse_all;
	fake.mappings[0][FAKE_FIRST_VECTOR].may_be_used = true;
	assert_int_equal(destroy(0), -ENXIO);
	assert_int_equal(fake_references(), 2);
	look();
	/* The filter stays open, because interrupts may still arrive. */
	fake_raise(&(struct vtlirq_interrupt){ 100, 0xfee00000, 0 }, 1);
	fake.decide = NULL;
	assert_int_equal(destroy(1), 0);
	assert_int_equal(fake_references(), 1);
	/* The same interrupt gets another target: the retained vector is unmapped. */
	assert_int_equal(create(0, 2, 50), 0);
	look();
	assert_int_equal(fake_references(), 1);
}

/* Two interrupts may arrive on a retained vector: it is retained until the close. */
static void a_vector_is_retained_once_for_several_routes(void **state)
{
	assert_int_equal(create(0, 1, 40), 0);
	assert_int_equal(create(1, 1, 40), 0);
	fake.decide = refuse_all;
	fake.mappings[0][FAKE_FIRST_VECTOR].may_be_used = true;
	assert_int_equal(destroy(0), -ENXIO);
	assert_int_equal(destroy(1), -ENXIO);
	assert_int_equal(fake_references(), 1);
	fake.decide = NULL;
	assert_int_equal(create(0, 2, 50), 0);
	look();
	assert_int_equal(fake_references(), 2);
}

static void the_callers_file_keeps_retained_vectors(void **state)
{
	int mshv = open("/dev/mshv", O_RDWR);
	int vtl = ioctl(mshv, MSHV_CREATE_VTL, NULL);

	close(mshv);
	fake.now_ns = 100 * SECOND;
	open_with((struct vtlirq_config) { .flags = VTLIRQ_CONFIG_VTL_FD, .vtl_fd = vtl });
	assert_int_equal(create(0, 1, 40), 0);
	assert_int_equal(create(1, 1, 41), 0);
	assert_int_equal(create(2, 1, 42), 0);
	assert_int_equal(vtlirq_route_prefer(live[2].route, VTLIRQ_PREFER_PROXIED), 0);
	fake.decide = unsure_host;
	assert_int_equal(retarget(2, 2, 43), -ENXIO);
	fake.decide = refuse_all;
	assert_int_equal(destroy(1), -ENXIO);
	fake.decide = NULL;
	vtlirq_close(irqs);
	/* A vector that the host still uses is mapped until the caller closes its file. */
	assert_int_equal(fake_references(), 1);
	assert_int_equal(fake_files(), 1);
	/* The filter of a vector that is mapped stays open; those of proxied routes are closed. */
	assert_int_equal(fake_open_filters(), 1);
	close(vtl);
	fake.filter[0][41] = 0;
	check_nothing_left();
	assert_int_equal(check_verdict("close"), 0);
}

/* ---- the filter ---- */

/* A message that arrives after the route was moved away must find the filter open. */
static void a_filter_stays_open_for_late_messages(void **state)
{
	fake.now_ns = 100 * SECOND;
	assert_int_equal(create(0, 1, 40), 0);
	assert_int_equal(retarget(0, 2, 41), 0);
	/* For a redirected route, the unmap has relayed all pending interrupts. */
	assert_int_equal(fake.filter[0][40], 0);

	assert_int_equal(vtlirq_route_prefer(live[0].route, VTLIRQ_PREFER_PROXIED), 0);
	assert_int_equal(retarget(0, 4, 42), 0);
	assert_int_equal(fake.filter[1][41], 1);
	fake.now_ns += 9 * SECOND;
	vtlirq_rebalance(irqs);
	assert_int_equal(fake.filter[1][41], 1);
	/* The filter is needed again, and released again: its time starts again. */
	assert_int_equal(retarget(0, 2, 41), 0);
	assert_int_equal(retarget(0, 4, 42), 0);
	fake.now_ns += 9 * SECOND;
	vtlirq_rebalance(irqs);
	assert_int_equal(fake.filter[1][41], 1);
	fake.now_ns += 2 * SECOND;
	vtlirq_rebalance(irqs);
	assert_int_equal(fake.filter[1][41], 0);
	look();

	/* A filter that is due while a route needs it stays open, and may be queued again. */
	assert_int_equal(retarget(0, 2, 41), 0);
	assert_int_equal(retarget(0, 4, 42), 0);
	assert_int_equal(retarget(0, 2, 41), 0);
	settle();
	assert_int_equal(fake.filter[1][41], 1);
	assert_int_equal(fake.filter[2][42], 0);
	assert_int_equal(destroy(0), 0);
	assert_int_equal(fake.filter[1][41], 1);
}

static void a_filter_stays_open_while_the_host_may_use_it(void **state)
{
	size_t bytes = 0;

	fake.now_ns = 100 * SECOND;
	assert_int_equal(create(0, 1, 40), 0);
	assert_int_equal(vtlirq_route_prefer(live[0].route, VTLIRQ_PREFER_PROXIED), 0);
	fake.decide = unsure_host;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(retarget(0, i % 7 + 1, 41 + i % 2), -ENXIO);
		/* By then each VP was named with each vector, but not each set of VPs. */
		if (i == 7)
			bytes = __sanitizer_get_current_allocated_bytes();
	}
	assert_int_equal(__sanitizer_get_current_allocated_bytes(), bytes);
	live[0].is_unsure = true;
	settle();
	assert_int_equal(fake.filter[1][41], 1);
	assert_int_equal(fake.filter[1][42], 1);
	fake.decide = NULL;
	assert_int_equal(retarget(0, 4, 43), 0);
	live[0].is_unsure = false;
	settle();
	/* Of all filters, only that of the new target is open. */
	assert_int_equal(fake_open_filters(), 1);
	look();
}

/* Two interrupts may arrive there: their filter closes when both have another target. */
static void a_filter_stays_open_for_both_interrupts(void **state)
{
	fake.now_ns = 100 * SECOND;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(create(i, 1, 40), 0);
		assert_int_equal(vtlirq_route_prefer(live[i].route, VTLIRQ_PREFER_PROXIED), 0);
	}
	fake.decide = unsure_host;
	for (int i = 0; i < 2; i++)
		assert_int_equal(retarget(i, 2, 41), -ENXIO);
	fake.decide = NULL;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(retarget(i, 4, 42), 0);
		settle();
		assert_int_equal(fake.filter[1][41], !i);
	}
}

/* The host redirects to VP 2 if it is asked, and says of nothing what it did. */
static struct fake_answer silent_host(const struct fake_delivery *delivery)
{
	bool is_done = delivery->is_redirected && delivery->vps == 4;

	return (struct fake_answer) { .error = EIO, .is_done = is_done };
}

/* Both kinds may be used: neither is taken for the other. */
static void both_kinds_of_deliveries_are_retained(void **state)
{
	assert_int_equal(create(0, 1, 40), 0);
	fake.decide = silent_host;
	assert_int_equal(retarget(0, 2, 41), -EIO);
	assert_int_equal(retarget(0, 4, 41), -EIO);
	live[0].is_unsure = true;
	look();
	fake.decide = NULL;
	assert_int_equal(retarget(0, 8, 42), 0);
	live[0].is_unsure = false;
	look();
	assert_int_equal(fake_references(), 1);
}

static bool is_vp_1_allowed;

static int refuse_to_allow(void *context, uint32_t vp, uint32_t vector)
{
	if (vp == 1 && !is_vp_1_allowed)
		return -EAGAIN;
	return fake_allow(context, vp, vector);
}

static void a_vp_whose_filter_stays_closed_is_not_used(void **state)
{
	is_vp_1_allowed = false;
	open_with((struct vtlirq_config) { .allow = refuse_to_allow });
	assert_int_equal(create(0, 2, 40), -EAGAIN);
	look();
	assert_int_equal(create(0, 3, 40), 0);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
	assert_int_equal(vtlirq_route_prefer(live[0].route, VTLIRQ_PREFER_PROXIED), -EAGAIN);
	expect(0, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
}

/* What was not prepared has no filters, so it must not stand in for what needs them. */
static void a_delivery_without_filters_is_not_retained(void **state)
{
	fake.now_ns = 100 * SECOND;
	is_vp_1_allowed = false;
	open_with((struct vtlirq_config) { .allow = refuse_to_allow });
	assert_int_equal(create(0, 1, 40), 0);
	host_answers(100, (struct fake_answer) { .error = EIO });
	assert_int_equal(retarget(0, 3, 41), -EAGAIN);
	is_vp_1_allowed = true;
	assert_int_equal(retarget(0, 3, 41), -EIO);
	settle();
	assert_int_equal(fake.filter[1][41], 1);
}

/* ---- counts ---- */

static void each_arrival_is_counted_for_its_route(void **state)
{
	fake.redirected[0][40] = 1000;
	fake.proxied[1][41] = 500;
	assert_int_equal(create(0, 1, 40), 0);
	fake_raise(&live[0].interrupt, 3);
	/* Interrupts are still pending: the unmap relays them to the old target. */
	assert_int_equal(retarget(0, 2, 41), 0);
	fake_raise(&live[0].interrupt, 4);
	assert_int_equal(vtlirq_route_prefer(live[0].route, VTLIRQ_PREFER_PROXIED), 0);
	fake_raise(&live[0].interrupt, 5);
	look();
	assert_int_equal(live[0].state.redirected, 7);
	assert_int_equal(live[0].state.proxied, 5);
	assert_int_equal(vtlirq_route_prefer(live[0].route, VTLIRQ_PREFER_REDIRECTED), 0);
	fake_raise(&live[0].interrupt, 6);
	fake_settle();
	look();
	assert_int_equal(live[0].state.redirected, 13);
	assert_int_equal(live[0].state.proxied, 5);
	/* After a route has moved, interrupts of the old VP are not counted for it. */
	assert_int_equal(retarget(0, 4, 42), 0);
	fake.proxied[1][41] += 100;
	look();
	assert_int_equal(live[0].state.proxied, 5);
}

/* A late message is counted for its route, until another route uses the same target. */
static void late_messages_are_counted_for_their_route(void **state)
{
	fake.now_ns = 100 * SECOND;
	fake.redirects = 0;
	open_usual();
	assert_int_equal(create(0, 1, 40), 0);
	assert_int_equal(retarget(0, 2, 41), 0);
	fake.proxied[0][40]++;
	fake.proxied[1][41]++;
	look();
	assert_int_equal(live[0].state.proxied, 2);
	/* The route moves there and back, with a late message at each target. */
	assert_int_equal(retarget(0, 1, 40), 0);
	fake.proxied[1][41]++;
	fake.proxied[0][40]++;
	assert_int_equal(retarget(0, 2, 41), 0);
	fake.proxied[0][40]++;
	look();
	assert_int_equal(live[0].state.proxied, 5);

	/* From now on, late messages are counted for the other route. */
	assert_int_equal(create(1, 1, 40), 0);
	fake.proxied[0][40] += 7;
	look();
	assert_int_equal(live[0].state.proxied, 5);
	assert_int_equal(live[1].state.proxied, 7);
	assert_int_equal(destroy(1), 0);

	/* After 10 seconds a message is not late any more. */
	assert_int_equal(retarget(0, 4, 42), 0);
	fake.proxied[1][41]++;
	fake.now_ns += 11 * SECOND;
	look();
	fake.proxied[1][41]++;
	look();
	assert_int_equal(live[0].state.proxied, 6);
}

static void a_driver_without_counts_is_sufficient(void **state)
{
	fake.counts = -EOPNOTSUPP;
	open_usual();
	/* In this case the APIC id is that of a CPU of this machine. */
	assert_int_equal(create(0, 1, 40), 0);
	look();
	assert_int_equal(live[0].state.redirected, 0);
	assert_int_equal(vtlirq_rebalance(irqs), 0);
}

/* ---- every failure of every call ---- */

static void all_operations(void)
{
	if (!live[0].route)
		create(0, 1, 40);
	if (!live[1].route)
		create(1, 3, 41);
	for (int i = 0; i < 2; i++) {
		if (live[i].route)
			retarget(i, 2 << i, 50 + i);
		look();
		if (live[i].route)
			vtlirq_route_prefer(live[i].route, VTLIRQ_PREFER_PROXIED);
		look();
		if (live[i].route)
			vtlirq_route_prefer(live[i].route, VTLIRQ_PREFER_REDIRECTED);
		look();
	}
	if (live[0].route && destroy(0))
		fake.mappings[1][FAKE_FIRST_VECTOR].may_be_used = true;
	look();
}

static void each_failure_of_the_driver_leaves_valid_routes(void **state)
{
	static const int errors[] = { EPERM, ENOMEM, EINVAL, ENODEV, ENOSPC, EFAULT, ENOTTY,
				      EOPNOTSUPP, EINTR };
	static const enum fake_call calls[] = { FAKE_MAP, FAKE_VP_INTERRUPTS };

	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; j < ARRAY_SIZE(errors); j++) {
			for (int at = 1; at < 60; at++) {
				fake_reset();
				open_usual();
				fake.fail_at[calls[i]] = at;
				fake.fail_errno[calls[i]] = errors[j];
				all_operations();
				close_all(NULL);
			}
		}
	}
}

/* Any other list would look complete. */
static void a_list_that_cannot_be_completed_is_an_error(void **state)
{
	struct vtlirq_route_state *states;
	size_t count, bytes;

	assert_int_equal(create(0, 1, 40), 0);
	assert_int_equal(create(1, 2, 41), 0);
	bytes = __sanitizer_get_current_allocated_bytes();
	fake.fail_at[FAKE_VP_INTERRUPTS] = fake.calls[FAKE_VP_INTERRUPTS] + 2;
	fake.fail_errno[FAKE_VP_INTERRUPTS] = EIO;
	assert_int_equal(vtlirq_routes(irqs, &states, &count), -EIO);
	assert_int_equal(__sanitizer_get_current_allocated_bytes(), bytes);
}

static struct fake_answer nth_fails(const struct fake_delivery *delivery)
{
	if (wrong_answers-- == 0)
		return wrong_answer;
	return (struct fake_answer) { .is_done = true };
}

static void each_refusal_of_the_host_leaves_valid_routes(void **state)
{
	static const struct fake_answer answers[] = {
		{ .status = 5 }, { .status = 0x1234 }, { .error = EPERM }, { .error = ENOMEM },
		{ .error = EOPNOTSUPP }, { .error = EINVAL }, { .error = EIO, .is_done = true },
		{ .error = EFAULT }, { .elements = 1, .is_done = true }, { .status = 0x78 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		for (int at = 0; at < 12; at++) {
			fake_reset();
			fake.now_ns = SECOND;
			open_usual();
			wrong_answer = answers[i];
			wrong_answers = at;
			fake.decide = nth_fails;
			all_operations();
			close_all(NULL);
		}
	}
}

static void interrupted_calls_are_repeated(void **state)
{
	fake.interrupted = 60;
	open_usual();
	all_operations();
	assert_non_null(live[1].route);
	expect(1, VTLIRQ_REDIRECTED, VTLIRQ_REASON_NONE);
}

/* ---- strings ---- */

/* HvError in openvmm, vm/hv1/hvdef/src/lib.rs. */
static const uint8_t hv_errors[] = {
	0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x10, 0x11,
	0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20,
	0x30, 0x33, 0x37, 0x38, 0x3c, 0x3d, 0x3e, 0x3f, 0x41, 0x50, 0x51, 0x55, 0x57, 0x58, 0x59,
	0x60, 0x65, 0x66, 0x6f, 0x70, 0x71, 0x72, 0x73, 0x74, 0x78, 0x86, 0x87,
};

static void each_value_has_a_name(void **state)
{
	uint32_t apic_id;

	for (int i = -1; i < 20; i++) {
		assert_non_null(vtlirq_delivery_name(i));
		assert_non_null(vtlirq_reason_name(i));
	}
	for (uint32_t i = 0; i < 0x200; i++)
		assert_true(strlen(vtlirq_hv_status_name(i)) > 3);
	assert_string_equal(vtlirq_hv_status_name(0x57), "invalid device ID");
	for (size_t i = 0; i < sizeof(hv_errors); i++)
		assert_string_not_equal(vtlirq_hv_status_name(hv_errors[i]), "unknown status");
	assert_int_equal(vtlirq_vp_apic_id(0, &apic_id), 0);
	assert_int_equal(vtlirq_vp_apic_id(VTLIRQ_VPS_MAX, &apic_id), -ENOENT);
	assert_true(vtlirq_version()[0]);
}

#define TEST(name)		cmocka_unit_test_setup(name, setup)
/* The test opens the context itself, or finds it open; it is closed after the test. */
#define CLOSED_TEST(name)	cmocka_unit_test_setup_teardown(name, setup, close_all)
#define OPEN_TEST(name)		cmocka_unit_test_setup_teardown(name, setup_open, close_all)

static const struct CMUnitTest tests[] = {
	TEST(open_reports_each_error),
	TEST(open_checks_its_configuration),
	TEST(a_disabled_library_maps_nothing),
	TEST(without_a_capability_nothing_is_mapped),
	CLOSED_TEST(a_driver_without_the_ioctl_is_asked_once),
	CLOSED_TEST(a_driver_without_the_capability_number_may_redirect),
	CLOSED_TEST(without_hypercalls_no_route_is_created),
	OPEN_TEST(routes_to_one_target_share_a_vector),
	OPEN_TEST(create_checks_its_arguments),
	OPEN_TEST(names_are_copied_and_checked),
	OPEN_TEST(one_vp_of_a_set_gets_the_vector),
	OPEN_TEST(multicast_to_several_vps_is_proxied),
	OPEN_TEST(the_host_gets_the_banks_that_are_not_empty),
	OPEN_TEST(the_host_gets_the_specifications_set),
	CLOSED_TEST(a_route_beyond_a_quota_is_proxied),
	OPEN_TEST(the_wait_doubles_after_each_refusal),
	OPEN_TEST(a_refused_retarget_changes_nothing),
	OPEN_TEST(the_memory_for_refusals_is_bounded),
	OPEN_TEST(a_retarget_that_times_out_is_repeated),
	TEST(a_read_of_the_capabilities_that_times_out_is_repeated),
	TEST(the_old_target_is_restored),
	CLOSED_TEST(the_memory_for_unsure_answers_is_bounded),
	OPEN_TEST(a_retarget_moves_the_route),
	OPEN_TEST(a_preference_moves_the_route),
	OPEN_TEST(a_refused_destroy_retains_the_vector),
	OPEN_TEST(a_vector_is_retained_once_for_several_routes),
	TEST(the_callers_file_keeps_retained_vectors),
	OPEN_TEST(a_filter_stays_open_for_late_messages),
	OPEN_TEST(a_filter_stays_open_while_the_host_may_use_it),
	OPEN_TEST(a_filter_stays_open_for_both_interrupts),
	OPEN_TEST(both_kinds_of_deliveries_are_retained),
	CLOSED_TEST(a_vp_whose_filter_stays_closed_is_not_used),
	CLOSED_TEST(a_delivery_without_filters_is_not_retained),
	OPEN_TEST(each_arrival_is_counted_for_its_route),
	CLOSED_TEST(late_messages_are_counted_for_their_route),
	CLOSED_TEST(a_driver_without_counts_is_sufficient),
	TEST(each_failure_of_the_driver_leaves_valid_routes),
	OPEN_TEST(a_list_that_cannot_be_completed_is_an_error),
	TEST(each_refusal_of_the_host_leaves_valid_routes),
	CLOSED_TEST(interrupted_calls_are_repeated),
	TEST(each_value_has_a_name),
};

TEST_PROGRAM("lib: routes", tests)
