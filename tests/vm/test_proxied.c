// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Proxied interrupts: the delivery from a device's MSI through the host's message and the shared
 * vector to the VP's run page; and a host that writes malformed messages.
 */
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "../harness/host.h"

#define VECTOR		0x61
#define MS		5000
#define CHANGES		2000

/* Chooses a VP on another CPU than the test's own, if there is one. */
static unsigned int vp_choose(void)
{
	unsigned int vp = lab.cpus - 1;

	cpu_pin_away(vp);
	return vp;
}

static struct hv_message message_single(uint32_t vector)
{
	return (struct hv_message) {
		.type = HV_MESSAGE_PROXY_INTERRUPT,
		.payload_size = 36,
		.vectors = { vector },
	};
}

static void post(unsigned int vp, const struct hv_message *message)
{
	struct lab_host_post args = { .vp = vp, .interrupt = 1 };
	int ret;

	memcpy(args.message, message, sizeof(args.message));
	ret = labhost_post(lab.host, &args);
	check(!ret, "post: %s", strerror(-ret));
}

/* Waits until the driver has taken what is in the slot. */
static void slot_wait_empty(unsigned int vp)
{
	unsigned int i;

	for (i = 0; host_vp(vp).slot_full; i++) {
		check(i < 500, "VP %u does not empty its slot", vp);
		sleep_ms(10);
	}
}

static void an_interrupt_is_proxied(void **state)
{
	const struct labhost_source *source = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned int vp = vp_choose(), i;
	struct mshv_vector_counts before = vector_counts(vp, VECTOR), after;
	unsigned long proxied = sysfs_count("proxied", vp);
	uint64_t exits = host_source(source).exits;
	int hv = hv_open();

	assert_int_equal(hv_route(hv, source, vp, VECTOR, 0), HV_SUCCESS);
	source_unmask(source);
	for (i = 0; i < 100; i++) {
		source_raise(source);
		assert_true(run_wait(lab.run[vp], VECTOR, MS));
	}
	assert_int_equal(run_quiet(lab.run[vp], 50), 0);
	after = vector_counts(vp, VECTOR);
	assert_int_equal(after.proxied - before.proxied, 100);
	assert_int_equal(after.redirected - before.redirected, 0);
	assert_int_equal(sysfs_count("proxied", vp) - proxied, 100);
	/* One exit for each interrupt is how the lab's host works (lab/hypervisor/README.md). */
	assert_int_equal(host_source(source).exits - exits, 100);
	close(hv);
}

/*
 * The interrupt is raised while the CPU is offline. The host sends its message when the SynIC is
 * enabled, or, as the TLFS says ("SynIC Messages"), only when it is asked for messages.
 */
static void an_interrupt_of_an_offline_cpu_arrives_later(void **state)
{
	const struct labhost_source *source = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned int last = lab.cpus - 1, writes;
	int hv;

	NEEDS_TWO_CPUS();
	hv = hv_open();
	assert_int_equal(hv_route(hv, source, last, VECTOR, 0), HV_SUCCESS);
	source_unmask(source);
	for (writes = 0; writes <= 1; writes++) {
		if (writes)
			host_behave_writes_masked();
		assert_int_equal(cpu_set_online(last, false), 0);
		source_raise(source);
		assert_int_equal(cpu_set_online(last, true), 0);
		assert_true(run_wait(lab.run[last], VECTOR, MS));
		assert_int_equal(run_quiet(lab.run[last], 50), 0);
	}
	close(hv);
}

static void every_source_reaches_its_own_vp(void **state)
{
	int hv = hv_open();
	size_t count = hv_proxy_sources(hv, 0, lab.cpus), i;
	unsigned int vp;

	for (i = 0; i < count; i++) {
		source_raise(&lab.sources[i]);
		check(run_wait(lab.run[i % lab.cpus], 0x30 + i, MS), "source %zu", i);
	}
	for (vp = 0; vp < lab.cpus; vp++)
		assert_int_equal(run_quiet(lab.run[vp], 50), 0);
	close(hv);
}

static void a_source_moves_between_redirected_and_proxied(void **state)
{
	const struct labhost_source *source = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned int vp = vp_choose(), i;
	int hardware = vtl_map(lab.vtl, VECTOR, vp), hv = hv_open();
	struct mshv_vector_counts before = vector_counts(vp, VECTOR), after;

	assert_true(hardware > 0);
	source_unmask(source);
	for (i = 0; i < 40; i++) {
		bool redirect = i % 2;
		unsigned int vector = redirect ? hardware : VECTOR;

		assert_int_equal(hv_route(hv, source, vp, vector,
					  redirect ? HV_TARGET_REDIRECT : 0), HV_SUCCESS);
		source_raise(source);
		assert_true(run_wait(lab.run[vp], VECTOR, MS));
	}
	after = vector_counts(vp, VECTOR);
	assert_int_equal(after.proxied - before.proxied, 20);
	assert_int_equal(after.redirected - before.redirected, 20);
	source_mask(source);
	assert_int_equal(vtl_unmap(lab.vtl, hardware, vp), 0);
	close(hv);
}

static void multicast_reaches_all_targets(void **state)
{
	const struct labhost_source *source = source_of_kind(LAB_HOST_KIND_EDU);
	struct hv_retarget input = hv_target(source, 0, VECTOR, HV_TARGET_MULTICAST);
	unsigned int vp;
	int hv = hv_open();

	input.bank = ~0ULL >> (64 - lab.cpus);
	assert_int_equal(hv_retarget(hv, &input), HV_SUCCESS);
	source_unmask(source);
	source_raise(source);
	for (vp = 0; vp < lab.cpus; vp++)
		assert_true(run_wait(lab.run[vp], VECTOR, MS));
	/*
	 * OpenHCL's VMM does not redirect an interrupt with several targets (openvmm,
	 * try_proxy_interrupt_redirection()); the status is that of the lab's host.
	 */
	input.flags |= HV_TARGET_REDIRECT;
	assert_int_equal(hv_retarget(hv, &input), HV_INVALID_PARAMETER);
	close(hv);
}

static void a_blocked_vector_is_counted_and_wakes_no_thread(void **state)
{
	const struct labhost_source *source = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned int vp = vp_choose();
	unsigned long blocked = synic_column(vp, "blocked");
	int hv = hv_open();

	lab.run[vp]->proxy_irr_blocked[VECTOR / 32] = 1u << VECTOR % 32;
	assert_int_equal(hv_route(hv, source, vp, VECTOR, 0), HV_SUCCESS);
	source_unmask(source);
	source_raise(source);
	slot_wait_empty(vp);
	assert_int_equal(run_quiet(lab.run[vp], 100), 0);
	assert_int_equal(lab.run[vp]->scan_proxy_irr, 0);
	assert_int_equal(synic_column(vp, "blocked"), blocked + 1);
	lab.run[vp]->proxy_irr_blocked[VECTOR / 32] = 0;
	source_raise(source);
	assert_true(run_wait(lab.run[vp], VECTOR, MS));
	close(hv);
}

/* Several interrupts arrive while the CPU has interrupts disabled: the slot holds only one. */
static void a_full_slot_loses_no_interrupt(void **state)
{
	unsigned int vp = vp_choose(), i, round, missing;
	struct lab_host_vp before = host_vp(vp), after;
	uint32_t bits[8];
	int hv = hv_open();
	size_t count = hv_proxy_sources(hv, vp, 1);

	for (round = 0; round < 100; round++) {
		for (i = 0; i < count; i++)
			source_raise(&lab.sources[i]);
		for (i = 0, missing = count; missing && i < MS; i++) {
			while (run_take(lab.run[vp], bits)) {
				unsigned int bank;

				for (bank = 0; bank < 8; bank++)
					missing -= __builtin_popcount(bits[bank]);
			}
			if (missing)
				sleep_ms(1);
		}
		check(!missing, "round %u: %u of %zu did not come", round, missing, count);
	}
	after = host_vp(vp);
	print_message("# %llu messages of one vector, %llu of several; %llu waited, %llu EOMs\n",
		      (unsigned long long)(after.singles - before.singles),
		      (unsigned long long)(after.multiples - before.multiples),
		      (unsigned long long)(after.queued - before.queued),
		      (unsigned long long)(after.eoms - before.eoms));
	assert_int_equal(after.exits - before.exits, 100 * count);
	assert_int_equal(after.waiting, 0);
	close(hv);
}

/* The host sends everything twice: the guest may get more interrupts, but never fewer. */
static void duplicates_lose_no_interrupt(void **state)
{
	const struct labhost_source *source = source_of_kind(LAB_HOST_KIND_EDU);
	const struct lab_host_behaviour behaviour = {
		.flags = LAB_HOST_REDIRECTS,
		.duplicate_count = 50,
	};
	unsigned int vp = vp_choose(), i;
	int hv = hv_open();

	assert_int_equal(labhost_behaviour_set(lab.host, &behaviour), 0);
	assert_int_equal(hv_route(hv, source, vp, VECTOR, 0), HV_SUCCESS);
	source_unmask(source);
	for (i = 0; i < 60; i++) {
		source_raise(source);
		assert_true(run_wait(lab.run[vp], VECTOR, MS));
		slot_wait_empty(vp);
		run_quiet(lab.run[vp], 2);
	}
	close(hv);
}

static void a_message_of_several_vectors(void **state)
{
	struct hv_message message = message_single(0);
	unsigned int vp = vp_choose(), bank;
	uint32_t bits[8];

	message.multiple = 1;
	for (bank = 0; bank < 8; bank++)
		message.vectors[bank] = 0x80000001u << bank;
	post(vp, &message);
	slot_wait_empty(vp);
	assert_true(run_take(lab.run[vp], bits));
	/* Vector 0 is not valid for a local APIC. */
	assert_int_equal(bits[0], 0x80000000u);
	for (bank = 1; bank < 8; bank++)
		assert_int_equal(bits[bank], message.vectors[bank]);
}

/* Intel SDM, "Valid Interrupt Vectors": none below 16. OpenHCL's kernel does not check this. */
static void malformed_messages_are_counted_and_dropped(void **state)
{
	static const uint8_t vectors[] = { 0, 15 };
	unsigned int vp = vp_choose(), i;

	for (i = 0; i < 2; i++) {
		struct hv_message message = message_single(vectors[i]);
		unsigned long before = synic_column(vp, "malformed");

		post(vp, &message);
		slot_wait_empty(vp);
		check(synic_column(vp, "malformed") == before + 1, "vector %u", vectors[i]);
	}
	assert_int_equal(run_quiet(lab.run[vp], 50), 0);
}

/* mshv_vtl_scan_proxy_interrupts() in OHCL-Linux-Kernel's drivers/hv/mshv_vtl_main.c. */
static void messages_are_read_as_openhcls_kernel_does(void **state)
{
	struct hv_message message = message_single(VECTOR | 0x100);
	unsigned int vp = vp_choose();
	uint32_t bits[8];

	message.vtl = 0xff;
	post(vp, &message);
	assert_true(run_wait(lab.run[vp], VECTOR, MS));
	message.multiple = 2;
	message.vectors[0] = 0;
	message.vectors[7] = 1;
	post(vp, &message);
	slot_wait_empty(vp);
	assert_true(run_take(lab.run[vp], bits));
	assert_int_equal(bits[7], 1);
}

/* The same function skips them, and warns once; the counter is this driver's own. */
static void unknown_types_are_counted_and_skipped(void **state)
{
	struct hv_message message = message_single(VECTOR);
	unsigned int vp = vp_choose(), i;
	unsigned long before = synic_column(vp, "unknown");
	int mark = kernel_log_mark();

	message.type = 0x80000000;
	for (i = 0; i < 200; i++) {
		post(vp, &message);
		slot_wait_empty(vp);
	}
	assert_int_equal(synic_column(vp, "unknown"), before + 200);
	assert_int_equal(run_quiet(lab.run[vp], 50), 0);
	assert_in_range(kernel_log_count(mark, "mshv_vtl: "), 0, 20);
	/* The next valid message is relayed. */
	message = message_single(VECTOR);
	post(vp, &message);
	assert_true(run_wait(lab.run[vp], VECTOR, MS));
}

static void an_interrupt_without_a_message_sets_no_bit(void **state)
{
	unsigned int vp = vp_choose(), i;
	unsigned long before = synic_column(vp, "messages");

	for (i = 0; i < 500; i++)
		assert_int_equal(labhost_vector_raise(lab.host, vp, 0), 0);
	assert_int_equal(run_quiet(lab.run[vp], 50), 0);
	assert_int_equal(synic_column(vp, "messages"), before);
	assert_false(cpu_in_service(vp));
}

/* Changes the host's behaviour until it is told to stop. */
static void *behaviour_change(void *argument)
{
	struct lab_host_behaviour behaviour = { .flags = LAB_HOST_REDIRECTS };
	const bool *end = argument;
	intptr_t ret = 0;

	while (!ret && !__atomic_load_n(end, __ATOMIC_RELAXED)) {
		behaviour.flags ^= LAB_HOST_REDIRECTS;
		behaviour.delay_us ^= 1;
		ret = labhost_behaviour_set(lab.host, &behaviour);
	}
	return (void *)ret;
}

/* A proxied route does not depend on the behaviour that changes here: no call may fail. */
static void calls_succeed_while_the_host_changes(void **state)
{
	const struct labhost_source *source = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned int vp = lab.cpus - 1, i, failed = 0;
	int hv = hv_open();
	bool end = false;
	pthread_t thread;
	void *ret;

	assert_int_equal(pthread_create(&thread, NULL, behaviour_change, &end), 0);
	for (i = 0; i < CHANGES; i++)
		failed += hv_route(hv, source, vp, VECTOR, 0) != HV_SUCCESS;
	__atomic_store_n(&end, true, __ATOMIC_RELAXED);
	assert_int_equal(pthread_join(thread, &ret), 0);
	assert_null(ret);
	assert_int_equal(failed, 0);
	close(hv);
}

static const struct CMUnitTest tests[] = {
	HV_TEST(an_interrupt_is_proxied),
	HV_TEST(an_interrupt_of_an_offline_cpu_arrives_later),
	HV_TEST(every_source_reaches_its_own_vp),
	HV_TEST(a_source_moves_between_redirected_and_proxied),
	HV_TEST(multicast_reaches_all_targets),
	HV_TEST(a_blocked_vector_is_counted_and_wakes_no_thread),
	HV_TEST(a_full_slot_loses_no_interrupt),
	HV_TEST(duplicates_lose_no_interrupt),
	HV_TEST(a_message_of_several_vectors),
	HV_TEST(malformed_messages_are_counted_and_dropped),
	HV_TEST(messages_are_read_as_openhcls_kernel_does),
	HV_TEST(unknown_types_are_counted_and_skipped),
	HV_TEST(an_interrupt_without_a_message_sets_no_bit),
	HV_TEST(calls_succeed_while_the_host_changes),
};

TEST_PROGRAM("proxied interrupts", tests)
