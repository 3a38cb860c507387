// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Interrupts that arrive while the same vector is pending: VTL0 handles them as one, and the
 * others are counted, so that the number relayed is the number handled plus the number merged.
 * (Intel SDM, "Interrupt Acceptance for Fixed Interrupts": the IRR has one bit for a vector.)
 */
#include "../harness/host.h"
#include "../harness/vtl0.h"

#define VECTOR	0x51
#define OTHER_VECTOR 0x99
#define COUNT	50
#define TURNS	40

#define MERGED_TEST(name) cmocka_unit_test_setup_teardown(name, guest_setup, merged_teardown)

/* How they are delivered; the host's behaviour must be set before the guest is created. */
struct delivery {
	void (*host)(void);
	enum vtlirq_delivery state;
	const char *relayed;
};

static const struct delivery redirected = { host_behave, VTLIRQ_REDIRECTED, "relayed" };
static const struct delivery proxied = { host_behave_without, VTLIRQ_PROXIED, "proxied_relayed" };

/* A test that exists for both kinds. */
#define DELIVERY_TEST(name, function, delivery)                          \
	{ #name, function, guest_setup, merged_teardown, (void *)(delivery) }

/**
 * struct tally - what arrived at @guest.vp, as differences
 */
struct tally {
	unsigned long relayed;
	unsigned long merged;
	uint64_t handled;
	uint64_t taken_merged;
};

static int merged_teardown(void **state)
{
	host_behave();
	return guest_teardown(state);
}

/* Creates the guest again, because a VMM asks the host only once for its capabilities. */
static unsigned int guest_route(const struct delivery *delivery, uint8_t offload_flags)
{
	const struct vmm_config config = {
		.vps = guest.vps,
		.payload = "/lib/vtlirq/guest.bin",
		.offload_flags = offload_flags,
	};
	struct vtlirq_route_state state;
	unsigned int route;

	delivery->host();
	vmm_destroy(guest.vm);
	guest.vm = NULL;
	check(!vmm_create(&config, &guest.vm) && !vmm_start(guest.vm), "no guest");
	guest_mode(guest.vp, VTL0_MODE_HALT);
	route = guest_edu_route(0, guest.vp, VECTOR);
	check(!vmm_route_state(guest.vm, route, &state), "no state of a route");
	assert_int_equal(state.delivery, delivery->state);
	return route;
}

static struct tally tally_read(const struct delivery *delivery)
{
	struct vmm_stats stats;

	vmm_stats(guest.vm, guest.vp, &stats);
	return (struct tally) {
		.relayed = totals(delivery->relayed),
		.merged = vps_column(guest.vp, "merged"),
		.handled = guest_count(guest.vp, VECTOR),
		.taken_merged = stats.merged,
	};
}

/* Each is relayed before the next is raised, so that none merges before the driver sees it. */
static void raise_each(const struct delivery *delivery, unsigned int route, unsigned int count)
{
	unsigned long relayed = totals(delivery->relayed);

	while (count--) {
		guest_raise(route);
		totals_wait(delivery->relayed, ++relayed);
	}
}

static void hold_begin(void)
{
	/* Task priority 0, and interrupts disabled. */
	vmm_command_post(guest.vm, guest.vp, VTL0_COMMAND_HOLD, NULL);
	wait_until(vmm_report(guest.vm, guest.vp)->state == VTL0_STATE_HOLDING,
		   "VP %u does not hold", guest.vp);
}

static void hold_end(void)
{
	vmm_report(guest.vm, guest.vp)->release = 1;
	assert_int_equal(vmm_command_wait(guest.vm, guest.vp, PATIENCE_MS, NULL), 0);
}

static struct tally tally_since(const struct delivery *delivery, struct tally before)
{
	struct tally now = tally_read(delivery);

	return (struct tally) {
		.relayed = now.relayed - before.relayed,
		.merged = now.merged - before.merged,
		.handled = now.handled - before.handled,
		.taken_merged = now.taken_merged - before.taken_merged,
	};
}

/* The VP runs VTL0 with interrupts disabled: they merge in its virtual APIC. */
static void merge_in_vtl0(void **state)
{
	const struct delivery *delivery = *state;
	unsigned int route = guest_route(delivery, VMM_OFFLOAD_DEFAULT);
	struct tally before = tally_read(delivery), tally;

	hold_begin();
	raise_each(delivery, route, COUNT);
	hold_end();
	guest_count_wait(guest.vp, VECTOR, before.handled + 1);
	tally = tally_since(delivery, before);
	assert_int_equal(tally.relayed, COUNT);
	assert_int_equal(tally.handled, 1);
	/* The kernel may have left some to the VMM when it returned for a reason of its own. */
	assert_int_equal(tally.merged + tally.taken_merged, COUNT - 1);
	assert_true(tally.merged >= COUNT / 2);
}

/* The VP does not run: they merge in the run page, and one of them is pulled afterwards. */
static void merge_in_the_run_page(void **state)
{
	const struct delivery *delivery = *state;
	unsigned int route = guest_route(delivery, VMM_OFFLOAD_DEFAULT);
	struct tally before = tally_read(delivery), tally;

	hold_begin();
	raise_each(delivery, route, 1);
	vmm_vp_stop(guest.vm, guest.vp);
	raise_each(delivery, route, COUNT - 1);
	tally = tally_since(delivery, before);
	/* The first is in VTL0's virtual APIC, or was left to the VMM when it stopped. */
	assert_in_range(tally.merged, COUNT - 2, COUNT - 1);
	assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
	hold_end();
	guest_count_wait(guest.vp, VECTOR, before.handled + 1);
	tally = tally_since(delivery, before);
	assert_int_equal(tally.relayed, COUNT);
	assert_int_equal(tally.handled, 1);
	assert_int_equal(tally.merged + tally.taken_merged, COUNT - 1);
}

/*
 * The driver does not inject: the VMM counts what merges in VTL0's virtual APIC (OHCL-Linux-Kernel,
 * drivers/hv/mshv_vtl_main.c, mshv_pull_proxy_irr(); openvmm, poll_apic_core() in
 * virt_mshv_vtl/src/processor/hardware_cvm/apic.rs).
 */
static void merge_where_the_vmm_injects(void **state)
{
	const struct delivery *delivery = *state;
	unsigned int route = guest_route(delivery, 0);
	struct tally before = tally_read(delivery), tally;

	hold_begin();
	raise_each(delivery, route, COUNT);
	hold_end();
	guest_count_wait(guest.vp, VECTOR, before.handled + 1);
	vmm_vp_stop(guest.vm, guest.vp);
	tally = tally_since(delivery, before);
	assert_int_equal(tally.relayed, COUNT);
	assert_int_equal(tally.handled, 1);
	assert_int_equal(tally.merged + tally.taken_merged, COUNT - 1);
	assert_true(tally.taken_merged > 0);
}

/*
 * The route moves while one interrupt is pending in VTL0's virtual APIC and one in the run
 * page: the second still merges with the first, and is counted.
 */
static void move_while_pending(void **state)
{
	const struct delivery *delivery = *state;
	unsigned int route = guest_route(delivery, VMM_OFFLOAD_DEFAULT);
	struct tally before = tally_read(delivery), tally;

	hold_begin();
	raise_each(delivery, route, 1);
	vmm_vp_stop(guest.vm, guest.vp);
	raise_each(delivery, route, 1);
	assert_int_equal(vmm_route_move(guest.vm, route, guest.vp, OTHER_VECTOR), 0);
	assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
	hold_end();
	guest_count_wait(guest.vp, VECTOR, before.handled + 1);
	tally = tally_since(delivery, before);
	assert_int_equal(tally.relayed, 2);
	assert_int_equal(tally.handled, 1);
	assert_int_equal(tally.merged + tally.taken_merged, 1);
}

/* Sends IPIs through the driver, from VP 0, and through the VMM. */
static void ipis_send(unsigned int vector)
{
	uint32_t apic_id;
	unsigned int i;

	assert_int_equal(vtlirq_vp_apic_id(guest.vp, &apic_id), 0);
	for (i = 0; i < COUNT; i++) {
		if (guest.vp)
			guest_command(0, VTL0_COMMAND_IPI, VTL0_ICR(apic_id, vector, 0), 1, 0);
		else
			vmm_assert(guest.vm, guest.vp, vector);
	}
	for (i = 0; i < COUNT; i++) {
		vmm_assert(guest.vm, guest.vp, vector);
		sleep_ms(1);
	}
}

/*
 * IPIs, and vectors that the VMM asserts, were not relayed, so counting them would unbalance the
 * accounting. A device used their vector before.
 */
static struct tally tally_with_others(const struct delivery *delivery, uint8_t offload_flags)
{
	unsigned int route = guest_route(delivery, offload_flags);
	struct tally before;

	assert_int_equal(vmm_route_move(guest.vm, route, guest.vp, OTHER_VECTOR), 0);
	guest_raise_paced(route, guest.vp, OTHER_VECTOR, 2);
	assert_int_equal(vmm_route_move(guest.vm, route, guest.vp, VECTOR), 0);
	guest_raise_paced(route, guest.vp, VECTOR, 2);
	before = tally_read(delivery);
	guest_mode(guest.vp, VTL0_MODE_SPIN);
	hold_begin();
	raise_each(delivery, route, 2);
	ipis_send(OTHER_VECTOR);
	hold_end();
	guest_count_wait(guest.vp, VECTOR, before.handled + 1);
	assert_true(guest_count(guest.vp, OTHER_VECTOR) < COUNT);
	return tally_since(delivery, before);
}

static void ipis_on_a_moved_redirected_vector_are_not_counted(void **state)
{
	struct tally tally = tally_with_others(&redirected, VMM_OFFLOAD_DEFAULT);

	assert_int_equal(tally.merged + tally.taken_merged, 1);
}

static void a_vmm_that_injects_does_not_count_them_either(void **state)
{
	struct tally tally = tally_with_others(&redirected, 0);

	assert_int_equal(tally.merged + tally.taken_merged, 1);
}

/* The VMM cannot know it: the library allows the host to send for a while longer. */
static void ipis_on_a_moved_proxied_vector_are_not_counted(void **state)
{
	struct tally tally = tally_with_others(&proxied, VMM_OFFLOAD_DEFAULT);

	assert_in_range(tally.merged, 0, 1);
	assert_true(tally.merged + tally.taken_merged > 0);
}

static void turn_round(unsigned int times)
{
	unsigned int i;

	for (i = 0; i < times; i++)
		__asm__ volatile("" : : : "memory");
}

/*
 * VTL0 disables and enables interrupts, and they arrive sometimes faster and sometimes slower
 * than it handles them: they merge in all places, also before they are relayed.
 */
static void balance_under_load(const struct delivery *delivery, enum vtl0_mode mode)
{
	unsigned int route = guest_route(delivery, VMM_OFFLOAD_DEFAULT), i, raises;
	struct tally before = tally_read(delivery), tally;
	uint64_t deadline;

	guest_mode(guest.vp, mode);
	for (i = 0; i < TURNS; i++) {
		hold_begin();
		raise_each(delivery, route, i % 5);
		hold_end();
		for (raises = 0; raises < 20; raises++) {
			guest_raise(route);
			turn_round((i + raises) % 32 * 1000);
		}
	}
	deadline = now_ms() + PATIENCE_MS;
	do {
		sleep_ms(20);
		tally = tally_since(delivery, before);
		check(now_ms() < deadline,
		      "%lu relayed, %lu handled, %lu merged, %lu more in the VMM", tally.relayed,
		      (unsigned long)tally.handled, tally.merged,
		      (unsigned long)tally.taken_merged);
	} while (tally.handled + tally.merged + tally.taken_merged < tally.relayed);
	sleep_ms(NOTHING_MS);
	tally = tally_since(delivery, before);
	print_message("# %lu relayed, %lu handled, %lu merged, %lu more in the VMM\n",
		      tally.relayed, (unsigned long)tally.handled, tally.merged,
		      (unsigned long)tally.taken_merged);
	assert_int_equal(tally.handled + tally.merged + tally.taken_merged, tally.relayed);
	assert_true(tally.merged + tally.taken_merged >= TURNS);
}

static void counters_of_redirected_interrupts_balance_under_load(void **state)
{
	balance_under_load(&redirected, VTL0_MODE_SPIN);
}

static void counters_of_proxied_interrupts_balance_under_load(void **state)
{
	balance_under_load(&proxied, VTL0_MODE_SPIN);
}

static void counters_of_a_halting_vp_balance_under_load(void **state)
{
	balance_under_load(&redirected, VTL0_MODE_HALT);
}

static const struct CMUnitTest tests[] = {
	DELIVERY_TEST(redirected_interrupts_merge_in_vtl0, merge_in_vtl0, &redirected),
	DELIVERY_TEST(proxied_interrupts_merge_in_vtl0, merge_in_vtl0, &proxied),
	DELIVERY_TEST(redirected_interrupts_merge_in_the_run_page,
		      merge_in_the_run_page, &redirected),
	DELIVERY_TEST(proxied_interrupts_merge_in_the_run_page, merge_in_the_run_page, &proxied),
	DELIVERY_TEST(a_vmm_that_injects_counts_redirected_interrupts,
		      merge_where_the_vmm_injects, &redirected),
	DELIVERY_TEST(a_vmm_that_injects_counts_proxied_interrupts,
		      merge_where_the_vmm_injects, &proxied),
	DELIVERY_TEST(a_redirected_interrupt_pending_at_a_move_is_counted,
		      move_while_pending, &redirected),
	DELIVERY_TEST(a_proxied_interrupt_pending_at_a_move_is_counted,
		      move_while_pending, &proxied),
	MERGED_TEST(ipis_on_a_moved_redirected_vector_are_not_counted),
	MERGED_TEST(a_vmm_that_injects_does_not_count_them_either),
	MERGED_TEST(ipis_on_a_moved_proxied_vector_are_not_counted),
	MERGED_TEST(counters_of_redirected_interrupts_balance_under_load),
	MERGED_TEST(counters_of_proxied_interrupts_balance_under_load),
	MERGED_TEST(counters_of_a_halting_vp_balance_under_load),
};

GUEST_PROGRAM("interrupts that merge", tests)
