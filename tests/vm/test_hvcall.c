// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Hypercalls: the node, which callers may make which call, and what is returned. Source:
 * mshv_vtl_hvcall_setup() and mshv_vtl_hvcall_call() in drivers/hv/mshv_vtl_main.c of
 * OHCL-Linux-Kernel, and MshvHvcall in openvmm, openhcl/hcl/src/ioctl.rs.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../harness/host.h"

#define FAST		(1ULL << 16)
#define REPS(count)	((uint64_t)(count) << 32)
#define REP_START(rep)	((uint64_t)(rep) << 48)
#define NO_SUCH_CALL	0x7fff
#define BAD_POINTER	8

static int setup(int hv, uint64_t size, const void *bitmap)
{
	struct mshv_hvcall_setup args = { .bitmap_size = size, .bitmap = (uintptr_t)bitmap };

	return ioctl(hv, MSHV_HVCALL_SETUP, &args) ? -errno : 0;
}

static int call(int hv, uint64_t control, uint64_t input_size, uint64_t output_size)
{
	static uint8_t page[4096 * 2];
	uint64_t status;

	return hv_call(hv, control, page, input_size, page, output_size, &status);
}

static void only_root_may_open_the_node(void **state)
{
	node_check_root_only("/dev/mshv_hvcall");
}

static void opening_the_node_needs_the_capability(void **state)
{
	pid_t child = child_fork(NULL);

	if (!child) {
		capability_drop();
		_exit(open("/dev/mshv_hvcall", O_RDWR) >= 0 || errno != EPERM);
	}
	assert_int_equal(child_status(child), 0);
}

static void no_call_is_allowed_before_the_setup(void **state)
{
	int hv = hv_open_raw();

	assert_int_equal(call(hv, HV_CALL_RETARGET, 72, 0), -EPERM);
	assert_int_equal(call(hv, 0, 0, 0), -EPERM);
	close(hv);
}

static void the_setup_is_made_once(void **state)
{
	static uint8_t bitmap[8193];
	int hv = hv_open_raw();

	assert_int_equal(setup(hv, 8193, bitmap), -EINVAL);
	assert_int_equal(setup(hv, ~0ULL, bitmap), -EINVAL);
	assert_int_equal(setup(hv, 8192, (void *)BAD_POINTER), -EFAULT);
	assert_errno(ioctl(hv, MSHV_HVCALL_SETUP, BAD_POINTER), EFAULT);
	/* A setup that failed does not count as the one setup of this file. */
	assert_int_equal(setup(hv, 8192, bitmap), 0);
	assert_int_equal(setup(hv, 8192, bitmap), -EINVAL);
	close(hv);
}

static void only_calls_of_the_bitmap_are_allowed(void **state)
{
	static uint8_t bitmap[8192];
	unsigned int code;
	int hv = hv_open_raw();

	bitmap[NO_SUCH_CALL / 8] = 1 << NO_SUCH_CALL % 8;
	assert_int_equal(setup(hv, sizeof(bitmap), bitmap), 0);
	for (code = 0; code < 65536; code += 37)
		assert_int_equal(call(hv, code, 0, 0), code == NO_SUCH_CALL ? 0 : -EPERM);
	assert_int_equal(call(hv, NO_SUCH_CALL, 0, 0), 0);
	assert_int_equal(call(hv, 65535, 0, 0), -EPERM);
	close(hv);
}

static void a_short_bitmap_allows_no_call_beyond_it(void **state)
{
	uint8_t bitmap[15];
	int hv = hv_open_raw();

	memset(bitmap, 0xff, sizeof(bitmap));
	assert_int_equal(setup(hv, sizeof(bitmap), bitmap), 0);
	assert_int_equal(call(hv, 15 * 8 - 1, 0, 0), 0);
	assert_int_equal(call(hv, 15 * 8, 0, 0), -EPERM);
	assert_int_equal(call(hv, HV_CALL_RETARGET, 72, 0), -EPERM);
	close(hv);
}

static void files_do_not_share_their_setup(void **state)
{
	int one = hv_open(), other = hv_open_raw();

	assert_int_equal(call(one, HV_CALL_RETARGET, 72, 0), 0);
	assert_int_equal(call(other, HV_CALL_RETARGET, 72, 0), -EPERM);
	close(one);
	close(other);
}

static void sizes_end_at_a_page(void **state)
{
	int hv = hv_open();

	assert_int_equal(call(hv, HV_CALL_RETARGET, 4096, 4096), 0);
	assert_int_equal(call(hv, HV_CALL_RETARGET, 4097, 0), -EINVAL);
	assert_int_equal(call(hv, HV_CALL_RETARGET, 0, 4097), -EINVAL);
	assert_int_equal(call(hv, HV_CALL_RETARGET, ~0ULL, 0), -EINVAL);
	assert_int_equal(call(hv, HV_CALL_RETARGET | FAST, 8, 0), -EINVAL);
	close(hv);
}

static void bad_pointers_are_efault(void **state)
{
	uint64_t status;
	int hv = hv_open();

	assert_errno(ioctl(hv, MSHV_HVCALL, BAD_POINTER), EFAULT);
	assert_int_equal(hv_call(hv, HV_CALL_RETARGET, (void *)BAD_POINTER, 72, NULL, 0, &status),
			 -EFAULT);
	assert_int_equal(hv_call(hv, HV_CALL_RETARGET, NULL, 0, (void *)BAD_POINTER, 8, &status),
			 -EFAULT);
	/* The address is not checked if there is no output to write. */
	assert_int_equal(hv_call(hv, HV_CALL_RETARGET, NULL, 0, (void *)BAD_POINTER, 0, &status),
			 0);
	close(hv);
}

static void the_hosts_answer_is_returned(void **state)
{
	uint8_t bitmap[8192];
	uint64_t status = 0;
	int hv = hv_open_raw();

	memset(bitmap, 0xff, sizeof(bitmap));
	assert_int_equal(setup(hv, sizeof(bitmap), bitmap), 0);
	assert_int_equal(hv_call(hv, NO_SUCH_CALL, NULL, 0, NULL, 0, &status), 0);
	assert_int_equal(status & 0xffff, HV_INVALID_CALL_CODE);
	close(hv);
}

static void the_capability_follows_the_host(void **state)
{
	int hv = hv_open();

	assert_true(hv_capabilities(hv) & HV_VSM_REDIRECT);
	host_behave_without();
	assert_false(hv_capabilities(hv) & HV_VSM_REDIRECT);
	host_behave();
	assert_true(hv_capabilities(hv) & HV_VSM_REDIRECT);
	close(hv);
}

/*
 * A call that the host did not finish is made again from a later rep, with the same output, by
 * invoke_hvcall_ioctl() in openvmm, openhcl/hcl/src/ioctl.rs.
 */
static void a_continued_call_keeps_what_it_has(void **state)
{
	struct {
		uint64_t partition;
		uint32_t vp, vtl, names[2];
	} input = {
		.partition = ~0ULL,
		.vp = 0xfffffffe,
		.names = { HV_REGISTER_VSM_CAPABILITIES, HV_REGISTER_VSM_CAPABILITIES },
	};
	uint64_t output[4] = { 1, 2, 3, 4 }, status;
	int hv = hv_open();

	assert_int_equal(hv_call(hv, HV_CALL_GET_VP_REGISTERS | REPS(2) | REP_START(1), &input,
				 sizeof(input), output, sizeof(output), &status), 0);
	assert_int_equal(status, REPS(2));
	assert_int_equal(output[0], 1);
	assert_int_equal(output[1], 2);
	assert_true(output[2] & HV_VSM_REDIRECT);
	assert_int_equal(output[3], 0);
	assert_int_equal(hv_call(hv, HV_CALL_GET_VP_REGISTERS | REPS(2) | REP_START(1), &input,
				 sizeof(input), (void *)BAD_POINTER, 32, &status), -EFAULT);
	close(hv);
}

/* Data that an earlier call left in the kernel's pages must not be visible to the caller. */
static void the_hypercall_pages_are_cleared(void **state)
{
	uint8_t output[4096];
	uint64_t status;
	unsigned int i;
	int hv = hv_open();

	hv_capabilities(hv);
	memset(output, 0xaa, sizeof(output));
	assert_int_equal(hv_call(hv, HV_CALL_RETARGET, NULL, 0, output, sizeof(output), &status),
			 0);
	for (i = 0; i < sizeof(output); i++)
		assert_int_equal(output[i], 0);
	close(hv);
}

static void unknown_ioctls_are_enotty_and_not_logged(void **state)
{
	int hv = hv_open_raw();

	node_check_unknown_ioctls(hv);
	close(hv);
}

/* A guest can cause these refusals, so they must not fill the log. */
static void refused_calls_do_not_flood_the_log(void **state)
{
	int mark = kernel_log_mark(), hv = hv_open_raw();
	unsigned int i;

	for (i = 0; i < 1000; i++)
		assert_int_equal(call(hv, HV_CALL_RETARGET, 0, 0), -EPERM);
	assert_in_range(kernel_log_count(mark, "mshv_vtl: "), 0, 20);
	close(hv);
}

static void the_counters_of_a_vp_are_returned(void **state)
{
	struct mshv_vector_counts counts[256];
	struct mshv_vp_interrupts args = {
		.vp = lab.cpus - 1,
		.counts_len = 256,
		.counts = (uintptr_t)counts,
	};

	memset(counts, 0xaa, sizeof(counts));
	assert_int_equal(ioctl(lab.vtl, MSHV_GET_VP_INTERRUPTS, &args), 0);
	assert_int_equal(args.apic_id, apic_id(args.vp));
	assert_int_equal(args.mapped, 0);
	/* A device cannot use vector 0. */
	assert_int_equal(counts[0].redirected, 0);
	assert_int_equal(counts[0].proxied, 0);

	args.counts_first = 1;
	assert_errno(ioctl(lab.vtl, MSHV_GET_VP_INTERRUPTS, &args), EINVAL);
	args.counts_first = 0;
	args.reserved = 1;
	assert_errno(ioctl(lab.vtl, MSHV_GET_VP_INTERRUPTS, &args), EINVAL);
	args.reserved = 0;
	args.counts_len = 0;
	args.vp = ~0u;
	assert_errno(ioctl(lab.vtl, MSHV_GET_VP_INTERRUPTS, &args), EINVAL);
	args.vp = 0;
	args.counts_len = 256;
	args.counts = BAD_POINTER;
	assert_errno(ioctl(lab.vtl, MSHV_GET_VP_INTERRUPTS, &args), EFAULT);
}

static const struct CMUnitTest tests[] = {
	HV_TEST(only_root_may_open_the_node),
	HV_TEST(opening_the_node_needs_the_capability),
	HV_TEST(no_call_is_allowed_before_the_setup),
	HV_TEST(the_setup_is_made_once),
	HV_TEST(only_calls_of_the_bitmap_are_allowed),
	HV_TEST(a_short_bitmap_allows_no_call_beyond_it),
	HV_TEST(files_do_not_share_their_setup),
	HV_TEST(sizes_end_at_a_page),
	HV_TEST(bad_pointers_are_efault),
	HV_TEST(the_hosts_answer_is_returned),
	HV_TEST(the_capability_follows_the_host),
	HV_TEST(a_continued_call_keeps_what_it_has),
	HV_TEST(the_hypercall_pages_are_cleared),
	HV_TEST(unknown_ioctls_are_enotty_and_not_logged),
	HV_TEST(refused_calls_do_not_flood_the_log),
	HV_TEST(the_counters_of_a_vp_are_returned),
};

TEST_PROGRAM("calls to the host", tests)
