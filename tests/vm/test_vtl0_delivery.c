// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Redirected and proxied delivery into VTL0: both reach the guest's own handler, and a route
 * changes between them.
 */
#include <stdlib.h>
#include <string.h>

#include "../harness/host.h"
#include "../harness/vtl0.h"

#define VECTOR	0x51
#define COUNT	300

#define DELIVERY_TEST(name) cmocka_unit_test_setup_teardown(name, delivery_setup, delivery_teardown)

/* Create the guest again, since a VMM asks the host only once for its capabilities. */
static void guest_begin_again(void)
{
	vmm_destroy(guest.vm);
	guest.vm = NULL;
	check(!guest_create(&guest.vm, guest.vps), "no guest");
}

static int delivery_setup(void **state)
{
	int ret = guest_setup(state);

	if (!ret)
		host_behave();
	return ret;
}

static int delivery_teardown(void **state)
{
	unsetenv(VTLIRQ_ENVIRONMENT_DISABLE);
	host_behave();
	driver_parameter("quarantine_ms", QUARANTINE_DEFAULT_MS);
	return guest_teardown(state);
}

static struct vtlirq_route_state route_state(unsigned int route)
{
	struct vtlirq_route_state state;
	int ret = vmm_route_state(guest.vm, route, &state);

	check(!ret, "state of a route: %s", strerror(-ret));
	return state;
}

/* Creates a route that the host relays for @reason. */
static unsigned int proxied_route(unsigned int number, enum vtlirq_reason reason)
{
	unsigned int route = guest_edu_route(number, guest.vp, VECTOR);

	assert_int_equal(route_state(route).delivery, VTLIRQ_PROXIED);
	assert_int_equal(route_state(route).reason, reason);
	assert_int_equal(route_state(route).hardware_vector, 0);
	return route;
}

static unsigned long user_returns_of(unsigned int route, unsigned int count)
{
	unsigned long before = vps_column(guest.vp, "user_returns");

	guest_raise_paced(route, guest.vp, VECTOR, count);
	return vps_column(guest.vp, "user_returns") - before;
}

static void comes_proxied(unsigned int route)
{
	struct vtlirq_route_state before = route_state(route), after;
	uint64_t exits = host_exits();
	unsigned long returns;

	returns = user_returns_of(route, COUNT);
	after = route_state(route);
	assert_int_equal(after.proxied - before.proxied, COUNT);
	assert_int_equal(after.redirected, before.redirected);
	assert_int_equal(host_exits() - exits, COUNT);
	/* Each interrupt needs the host, but not user space. */
	assert_true(returns < COUNT / 2);
}

static void a_spinning_vp_gets_proxied_interrupts(void **state)
{
	host_behave_without();
	guest_begin_again();
	guest_mode(guest.vp, VTL0_MODE_SPIN);
	guest_spinning_wait(guest.vp);
	comes_proxied(proxied_route(0, VTLIRQ_REASON_HOST));
}

static void a_halted_vp_gets_proxied_interrupts(void **state)
{
	host_behave_without();
	guest_begin_again();
	guest_halted_wait(guest.vp);
	comes_proxied(proxied_route(0, VTLIRQ_REASON_HOST));
}

static void the_operators_switch_disables_redirection(void **state)
{
	setenv(VTLIRQ_ENVIRONMENT_DISABLE, "1", 1);
	guest_begin_again();
	comes_proxied(proxied_route(0, VTLIRQ_REASON_DISABLED));
	assert_int_equal(totals("mappings"), 0);
}

static void redirected_interrupts_cause_no_host_exit(void **state)
{
	unsigned int route = guest_edu_route(0, guest.vp, VECTOR);
	uint64_t exits = host_exits();

	assert_int_equal(route_state(route).delivery, VTLIRQ_REDIRECTED);
	guest_raise_paced(route, guest.vp, VECTOR, COUNT);
	assert_int_equal(route_state(route).redirected, COUNT);
	assert_int_equal(route_state(route).proxied, 0);
	assert_int_equal(host_exits(), exits);
}

/* openvmm, virt_mshv_vtl/src/processor/hardware_cvm/mod.rs, retarget_physical_interrupt(). */
static void a_device_that_the_host_refuses_is_proxied(void **state)
{
	struct vtlirq_summary summary;
	unsigned int route;

	host_refuse(1, HV_ACCESS_DENIED, true);
	route = proxied_route(0, VTLIRQ_REASON_REFUSED);
	assert_int_equal(route_state(route).status, HV_ACCESS_DENIED);
	comes_proxied(route);
	vtlirq_summary(vmm_irqs(guest.vm), &summary);
	assert_int_equal(summary.refusals, 1);
	assert_int_equal(totals("mappings"), 0);
}

static void a_route_without_a_vector_is_proxied(void **state)
{
	long quota = driver_parameter("vectors_per_cpu", 1);
	unsigned int first, second;

	first = guest_edu_route(1, guest.vp, VECTOR + 1);
	second = proxied_route(0, VTLIRQ_REASON_QUOTA);
	assert_int_equal(route_state(first).delivery, VTLIRQ_REDIRECTED);
	comes_proxied(second);
	/* When the vector is freed, the busy route gets it. */
	assert_int_equal(vmm_route_remove(guest.vm, first), 0);
	vtlirq_rebalance(vmm_irqs(guest.vm));
	guest_raise_paced(second, guest.vp, VECTOR, COUNT);
	sleep_ms(1200);
	assert_int_equal(vtlirq_rebalance(vmm_irqs(guest.vm)), 1);
	assert_int_equal(route_state(second).delivery, VTLIRQ_REDIRECTED);
	guest_raise_paced(second, guest.vp, VECTOR, COUNT);
	assert_int_equal(route_state(second).redirected, COUNT);
	driver_parameter("vectors_per_cpu", quota);
}

static uint64_t handled_sum(unsigned int vector)
{
	uint64_t sum = 0;
	unsigned int vp;

	for (vp = 0; vp < guest.vps; vp++)
		sum += guest_count(vp, vector);
	return sum;
}

/*
 * The host cannot assert a vector that no route uses. OpenHCL's VMM also blocks all vectors at
 * first (openvmm, openhcl/hcl/src/ioctl.rs, HclVp::new()).
 */
static void the_host_asserts_only_allowed_vectors(void **state)
{
	struct lab_host_post post = { .vp = guest.vp, .interrupt = 1 };
	const struct hv_message message = {
		.type = HV_MESSAGE_PROXY_INTERRUPT,
		.payload_size = 36,
		.vectors = { VECTOR + 5 },
	};
	unsigned long blocked = synic_column(guest.vp, "blocked");
	unsigned int i;

	memcpy(post.message, &message, sizeof(message));
	assert_int_equal(labhost_post(lab.host, &post), 0);
	for (i = 0; synic_column(guest.vp, "blocked") == blocked; i++) {
		check(i < 500, "the message was not taken: filter %#x, messages %lu, slot %u, handled %lu",
		      lab.run[guest.vp]->proxy_irr_blocked[(VECTOR + 5) / 32],
		      synic_column(guest.vp, "messages"), host_vp(guest.vp).slot_full,
		      (unsigned long)handled_sum(VECTOR + 5));
		sleep_ms(10);
	}
	sleep_ms(NOTHING_MS);
	assert_int_equal(handled_sum(VECTOR + 5), 0);
	/* A route opens the filter for its own vector only. */
	host_refuse(1, HV_ACCESS_DENIED, true);
	comes_proxied(proxied_route(0, VTLIRQ_REASON_REFUSED));
}

static const struct CMUnitTest tests[] = {
	DELIVERY_TEST(a_spinning_vp_gets_proxied_interrupts),
	DELIVERY_TEST(a_halted_vp_gets_proxied_interrupts),
	DELIVERY_TEST(the_operators_switch_disables_redirection),
	DELIVERY_TEST(redirected_interrupts_cause_no_host_exit),
	DELIVERY_TEST(a_device_that_the_host_refuses_is_proxied),
	DELIVERY_TEST(a_route_without_a_vector_is_proxied),
	DELIVERY_TEST(the_host_asserts_only_allowed_vectors),
};

GUEST_PROGRAM("redirected and proxied delivery into VTL0", tests)
