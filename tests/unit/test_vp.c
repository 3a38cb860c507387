// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The run page from the kernel's side: pull, exit mask, posts from other VPs, cancel, and the
 * choice of the CPU that is kicked.
 */
#include "../harness/check.h"
#include "shim.h"
#include "run_page.h"

static int setup(void **state)
{
	unsigned int cpu;
	int ret;

	shim_reset();
	ret = vtl_vp_init();
	for_each_possible_cpu(cpu)
		ret = ret ?: vtl_vp_online(cpu);
	return ret;
}

static int teardown(void **state)
{
	vtl_vp_exit();
	return 0;
}

static void post(unsigned int cpu, u32 vector)
{
	struct vp_bit bit;

	vtl_vp_bit_init(&bit, cpu, vector);
	assert_true(vtl_vp_assert(&bit));
}

static void each_asserted_bit_is_pulled_once(void **state)
{
	u32 bits[8];

	memset(bits, 0xaa, sizeof(bits));
	post(1, 0x51);
	post(1, 0x10);
	post(1, 0xff);
	assert_int_equal(vtl_vp_pull(vtl_vp_run_page(1), bits), 1U << 0 | 1U << 2 | 1U << 7);
	assert_int_equal(bits[2], 1U << 0x11);
	assert_int_equal(bits[0], 1U << 0x10);
	assert_int_equal(bits[7], 1U << 31);
	/* The other banks are not written: the result names the banks that are. */
	assert_int_equal(bits[1], 0xaaaaaaaa);
	assert_int_equal(bits[3], 0xaaaaaaaa);
	assert_int_equal(vtl_vp_pull(vtl_vp_run_page(1), bits), 0);
	assert_int_equal(vtl_vp_run_page(1)->scan_proxy_irr, 0);
}

static void merged_interrupts_are_counted(void **state)
{
	unsigned long before = vtl_vp_merged_get(0);
	struct mshv_vtl_run *run = vtl_vp_run_page(0);
	u32 bits[8];

	post(0, 0x51);
	post(0, 0x52);
	assert_int_equal(vtl_vp_merged_get(0), before);
	post(0, 0x51);
	assert_int_equal(vtl_vp_merged_get(0), before + 1);
	/* One of the three was already pending. */
	assert_int_equal(vtl_vp_assert_bank(run, 2, 1U << 0x11 | 1U << 0x13 | 1), 1U << 0x11 |
			 1U << 0x13 | 1);
	assert_int_equal(vtl_vp_merged_get(0), before + 2);
	assert_int_equal(vtl_vp_assert_bank(run, 2, ~0U), ~0U);
	assert_int_equal(vtl_vp_merged_get(0), before + 6);
	/* Each bank counts separately, and a vector that was pulled is no longer pending. */
	assert_int_equal(vtl_vp_assert_bank(run, 3, 1U << 0x11), 1U << 0x11);
	vtl_vp_scan_set(run);
	vtl_vp_pull(run, bits);
	post(0, 0x51);
	assert_int_equal(vtl_vp_merged_get(0), before + 6);
}

static void a_blocked_vector_does_not_merge(void **state)
{
	unsigned long before = vtl_vp_merged_get(0);
	struct mshv_vtl_run *run = vtl_vp_run_page(0);
	struct vp_bit bit;

	post(0, 0x51);
	run->proxy_irr_blocked[2] = 1U << 0x11;
	vtl_vp_bit_init(&bit, 0, 0x51);
	assert_false(vtl_vp_assert(&bit));
	assert_int_equal(vtl_vp_assert_bank(run, 2, 1U << 0x11), 0);
	assert_int_equal(vtl_vp_merged_get(0), before);
}

static void post_to(unsigned int cpu, u32 vector)
{
	struct cpumask cpus = {};

	cpumask_set_cpu(cpu, &cpus);
	vtl_vp_post_all(&cpus, vector);
}

static void a_post_to_many_vps_is_one_interrupt_call(void **state)
{
	struct cpumask cpus = { .bits = 0xf };

	vtl_vp_post_all(&cpus, 0x51);
	assert_int_equal(shim_interrupt_calls, 1);
	assert_int_equal(shim_reschedules[0], 0);
	assert_int_equal(shim_reschedules[1], 1);
	assert_int_equal(shim_reschedules[3], 1);
	assert_int_equal(vtl_vp_run_page(0)->scan_proxy_irr, 1);
	assert_int_equal(vtl_vp_run_page(3)->proxy_irr[2], 1U << 0x11);

	/* This driver's own: VPs that already have the scan flag set need no other interrupt. */
	cpus.bits = 0xf;
	vtl_vp_post_all(&cpus, 0x52);
	assert_int_equal(shim_interrupt_calls, 1);
}

static void a_post_kicks_a_vp_once(void **state)
{
	post_to(2, 0x51);
	post_to(2, 0x52);
	assert_int_equal(shim_reschedules[2], 1);
	assert_int_equal(vtl_vp_run_page(2)->proxy_irr[2], 1U << 0x11 | 1U << 0x12);
	/* The VP of the calling CPU needs no interrupt. */
	post_to(0, 0x51);
	assert_int_equal(shim_reschedules[0], 0);
	assert_int_equal(vtl_vp_run_page(0)->scan_proxy_irr, 1);
}

/* OHCL-Linux-Kernel, drivers/hv/mshv_vtl_main.c, mshv_tdx_handle_simple_icr_write(). */
static void a_post_passes_the_hosts_filter(void **state)
{
	struct mshv_vtl_run *run = vtl_vp_run_page(1);

	memset(run->proxy_irr_blocked, 0xff, sizeof(run->proxy_irr_blocked));
	post_to(1, 0x51);
	assert_int_equal(vtl_vp_run_page(1)->proxy_irr[2], 1U << 0x11);
}

/* Posts are never counted as relayed. */
static void posts_that_merge_are_not_counted(void **state)
{
	unsigned long before = vtl_vp_merged_get(0);

	post_to(0, 0x51);
	post_to(0, 0x51);
	assert_int_equal(vtl_vp_merged_get(0), before);
}

static void a_post_to_an_offline_vp_is_ignored(void **state)
{
	shim_cpu_online[3] = false;
	post_to(3, 0x51);
	post_to(4, 0x51);
	assert_int_equal(vtl_vp_run_page(3)->proxy_irr[2], 0);
	assert_int_equal(shim_reschedules[3], 0);
}

static void a_sleeper_is_woken_instead_of_interrupted(void **state)
{
	vtl_vp_sleeper.task = &vtl_vp_sleeper;
	post_to(1, 0x51);
	assert_int_equal(shim_wakeups, 1);
	assert_int_equal(shim_reschedules[1], 0);
	vtl_vp_sleeper.task = NULL;
}

static void a_cancel_kicks_a_vp_once(void **state)
{
	vtl_vp_cancel(2);
	vtl_vp_cancel(2);
	assert_int_equal(vtl_vp_run_page(2)->cancel, 1);
	assert_int_equal(shim_reschedules[2], 1);
	vtl_vp_cancel(0);
	assert_int_equal(vtl_vp_run_page(0)->cancel, 1);
	assert_int_equal(shim_reschedules[0], 0);
	vtl_vp_cancel(4);
	vtl_vp_cancel(~0U);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest tests[] = {
	TEST(each_asserted_bit_is_pulled_once),
	TEST(merged_interrupts_are_counted),
	TEST(a_blocked_vector_does_not_merge),
	TEST(posts_that_merge_are_not_counted),
	TEST(a_post_to_many_vps_is_one_interrupt_call),
	TEST(a_post_kicks_a_vp_once),
	TEST(a_post_passes_the_hosts_filter),
	TEST(a_post_to_an_offline_vp_is_ignored),
	TEST(a_sleeper_is_woken_instead_of_interrupted),
	TEST(a_cancel_kicks_a_vp_once),
};

TEST_PROGRAM("vp", tests)
