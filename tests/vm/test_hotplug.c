// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * CPUs that go offline and come back.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../lab/hypervisor/l1/lab_tdx.h"
#include "../harness/lab.h"

static unsigned int last;

static int setup(void **state)
{
	int ret = lab_setup(state);

	last = lab.cpus - 1;
	return ret;
}

static int teardown(void **state)
{
	if (last)
		cpu_set_online(last, true);
	return lab_teardown(state);
}

static bool relays(unsigned int cpu, int vector, unsigned int proxy_vector)
{
	return source_relays(source_of_kind(LAB_HOST_KIND_EDU), cpu, vector, proxy_vector);
}

static void a_cpu_with_mappings_stays_online(void **state)
{
	int vector, mark = kernel_log_mark();
	char reason[64];

	NEEDS_TWO_CPUS();
	vector = vtl_map(lab.vtl, 0x51, last);
	assert_int_equal(cpu_set_online(last, false), -EBUSY);
	snprintf(reason, sizeof(reason), "CPU %u cannot go offline: 1 device", last);
	assert_int_equal(kernel_log_count(mark, reason), 1);
	assert_true(relays(last, vector, 0x51));
	assert_int_equal(vtl_unmap(lab.vtl, vector, last), 0);
	assert_int_equal(cpu_set_online(last, false), 0);
}

/*
 * If the CPU could go offline and online again, its vectors could be allocated again before
 * the end of their quarantine. (No device of the lab raises interrupts while a CPU goes
 * offline, so a long quarantine stands for it.)
 */
static void a_cpu_with_noisy_vectors_stays_online(void **state)
{
	const struct labhost_source *edu = source_of_kind(LAB_HOST_KIND_EDU);
	int vector, mark = kernel_log_mark();
	char reason[64];
	long span;

	NEEDS_TWO_CPUS();
	span = driver_parameter("quarantine_ms", 60000);
	vector = vtl_map(lab.vtl, 0x51, last);
	assert_true(source_relays(edu, last, vector, 0x51));
	assert_int_equal(vtl_unmap(lab.vtl, vector, last), 0);
	assert_int_equal(labhost_mask(lab.host, edu->device, edu->source), 0);
	assert_int_equal(cpu_set_online(last, false), -EBUSY);
	snprintf(reason, sizeof(reason), "CPU %u cannot go offline: 1 unmapped", last);
	assert_int_equal(kernel_log_count(mark, reason), 1);
	driver_parameter("quarantine_ms", span);
	/* The offline operation waits until the quarantine ends. */
	assert_int_equal(cpu_set_online(last, false), 0);
}

static void a_cpu_works_after_it_was_offline(void **state)
{
	unsigned int round;
	int vector;

	NEEDS_TWO_CPUS();
	for (round = 0; round < 5; round++) {
		/* A quarantine on that CPU ends when the CPU goes offline. */
		vector = vtl_map(lab.vtl, 0x51, last);
		assert_int_equal(vtl_unmap(lab.vtl, vector, last), 0);
		assert_int_equal(cpu_set_online(last, false), 0);
		assert_int_equal(cpus_column(last, "quarantined"), 0);
		assert_int_equal(vtl_map(lab.vtl, 0x51, last), -EINVAL);
		assert_int_equal(cpu_set_online(last, true), 0);

		vector = vtl_map(lab.vtl, 0x51, last);
		assert_true(vector > 0);
		assert_true(relays(last, vector, 0x51));
		assert_int_equal(vtl_unmap(lab.vtl, vector, last), 0);
	}
}

static sigjmp_buf touch_context;

static void touch_failed(int signal)
{
	siglongjmp(touch_context, signal);
}

static void the_page_of_an_offline_cpu_is_sigbus_until_it_is_online(void **state)
{
	struct sigaction action = { .sa_handler = touch_failed }, before;
	volatile char *page;
	int signal;

	NEEDS_TWO_CPUS();
	lab.run[last]->cancel = 0x55aa55aa;
	assert_int_equal(cpu_set_online(last, false), 0);
	/* A page that is mapped remains the same page. */
	assert_int_equal(lab.run[last]->cancel, 0x55aa55aa);

	page = (void *)vtl_page(lab.vtl, last);
	sigaction(SIGBUS, &action, &before);
	signal = sigsetjmp(touch_context, 1);
	if (!signal)
		(void)page[0];
	sigaction(SIGBUS, &before, NULL);
	assert_int_equal(signal, SIGBUS);

	assert_int_equal(cpu_set_online(last, true), 0);
	assert_int_equal(((struct mshv_vtl_run *)page)->cancel, 0x55aa55aa);
	munmap((void *)page, 4096);
}

/* While it was offline, VTL0 may have lost access to a page of the VMM. */
static void a_cpu_that_comes_online_forgets_vtl0(void **state)
{
	struct lab_tdx_get_stats before = { .cpu = last }, after = { .cpu = last };
	struct lab_tdx_hook refuses = { .cpu = last, .kind = LAB_TDX_HOOK_STATUS, .leaf = 26,
					.status = 0xc0000c03ULL << 32, .count = 1 };
	int node, mark = kernel_log_mark();

	if (!last || mshv_extension(MSHV_CAP_LOWER_VTL_TIMER_VIRT) != 1)
		skip();
	node = must_open(LAB_TDX_NODE, O_RDWR);
	assert_int_equal(ioctl(node, LAB_TDX_GET_STATS, &before), 0);
	assert_int_equal(cpu_set_online(last, false), 0);
	assert_int_equal(cpu_set_online(last, true), 0);
	assert_int_equal(ioctl(node, LAB_TDX_GET_STATS, &after), 0);
	/* If the module refuses that, the CPU stays offline. */
	assert_int_equal(ioctl(node, LAB_TDX_HOOK, &refuses), 0);
	close(node);
	assert_int_equal(cpu_set_online(last, false), 0);
	assert_int_equal(cpu_set_online(last, true), -EIO);
	assert_int_equal(cpu_set_online(last, true), 0);
	assert_int_equal(kernel_log_count(mark, "does not invalidate translations of VTL0"), 1);
	assert_int_equal(after.stats.invalidated[1] - before.stats.invalidated[1], 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest tests[] = {
	TEST(a_cpu_with_mappings_stays_online),
	TEST(a_cpu_with_noisy_vectors_stays_online),
	TEST(a_cpu_works_after_it_was_offline),
	TEST(the_page_of_an_offline_cpu_is_sigbus_until_it_is_online),
	TEST(a_cpu_that_comes_online_forgets_vtl0),
};

TEST_PROGRAM("hotplug", tests)
