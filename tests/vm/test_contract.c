// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The contract with user space: nodes, ioctls, errnos, mmap. Source: openvmm,
 * openhcl/hcl/src/ioctl.rs, and drivers/hv/mshv_vtl_main.c of OHCL-Linux-Kernel; errnos that
 * neither of them names are ours (include/uapi/linux/mshv_vtl.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../lab/hypervisor/l1/lab_tdx.h"
#include "../harness/lab.h"

/* This does not use the driver's answer, because the driver's answer is under test. */
static bool lab_has_tdx_module(void)
{
	return !access(LAB_TDX_NODE, F_OK);
}

static void only_root_may_open_the_node(void **state)
{
	node_check_root_only("/dev/mshv");
}

static void check_extension_answers(void **state)
{
	assert_int_equal(mshv_extension(MSHV_CAP_CORE_API_STABLE), 0);
	assert_in_range(mshv_extension(MSHV_CAP_REGISTER_PAGE), 0, 1);
	assert_in_range(mshv_extension(MSHV_CAP_VTL_RETURN_ACTION), 0, 1);
	assert_in_range(mshv_extension(MSHV_CAP_DR6_SHARED), 0, 1);
	/* On these machines VTL0 can be entered. */
	assert_int_equal(mshv_extension(MSHV_CAP_LOWER_VTL_TIMER_VIRT),
			 lab_has_tdx_module() ? 1 : -EOPNOTSUPP);
	assert_int_equal(mshv_extension(MSHV_CAP_TSC_DEADLINE_OFFLOAD),
			 lab_has_tdx_module() ? 1 : -EOPNOTSUPP);
	assert_int_equal(mshv_extension(MSHV_CAP_REDIRECTED_INTERRUPT), 1);
	assert_int_equal(mshv_extension(5), -EOPNOTSUPP);
	assert_int_equal(mshv_extension(~0U), -EOPNOTSUPP);
}

static void a_bad_pointer_is_efault(void **state)
{
	int mshv = open("/dev/mshv", O_RDWR | O_CLOEXEC);

	assert_errno(ioctl(mshv, MSHV_CHECK_EXTENSION, 8), EFAULT);
	assert_errno(ioctl(lab.vtl, MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT, 8), EFAULT);
	close(mshv);
}

static void an_unknown_ioctl_is_enotty_and_not_logged(void **state)
{
	int mshv = open("/dev/mshv", O_RDWR | O_CLOEXEC);
	int mark = kernel_log_mark();

	node_check_unknown_ioctls(lab.vtl);
	node_check_unknown_ioctls(mshv);
	/* Each node accepts only its own ioctls. */
	assert_errno(ioctl(lab.vtl, MSHV_CREATE_VTL, 0), ENOTTY);
	assert_errno(ioctl(mshv, MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT, 0), ENOTTY);
	assert_int_equal(kernel_log_count(mark, "mshv"), 0);
	close(mshv);
}

static void create_vtl_gives_any_number_of_files(void **state)
{
	int files[200], i;

	for (i = 0; i < 200; i++) {
		files[i] = vtl_open();
		assert_true(fcntl(files[i], F_GETFD) & FD_CLOEXEC);
		assert_int_equal(fcntl(files[i], F_GETFL) & O_ACCMODE, O_RDWR);
	}
	assert_true(vtl_map(files[199], 0x40, 0) > 0);
	for (i = 0; i < 200; i++)
		close(files[i]);
	assert_int_equal(totals("mappings"), 0);
}

static int map_raw(unsigned int vector, unsigned int id, unsigned int create, int pad)
{
	struct mshv_map_device_intr args = {
		.vector = vector,
		.apic_id = id,
		.create_mapping = create,
	};

	if (pad >= 0)
		args.padding[pad] = 0xaa;
	return vtl_map_ioctl(lab.vtl, &args);
}

static void malformed_arguments_are_einval(void **state)
{
	unsigned int vector;
	int pad;

	for (vector = 0; vector < 16; vector++)
		assert_int_equal(map_raw(vector, apic_id(0), 1, -1), -EINVAL);
	assert_int_equal(map_raw(256, apic_id(0), 1, -1), -EINVAL);
	assert_int_equal(map_raw(0x151, apic_id(0), 1, -1), -EINVAL);
	assert_int_equal(map_raw(~0U, apic_id(0), 1, -1), -EINVAL);
	assert_int_equal(map_raw(0x51, 0x1234, 1, -1), -EINVAL);
	assert_int_equal(map_raw(0x51, ~0U, 1, -1), -EINVAL);
	assert_int_equal(map_raw(0x51, apic_id(0), 2, -1), -EINVAL);
	assert_int_equal(map_raw(0x51, apic_id(0), 0x80, -1), -EINVAL);
	for (pad = 0; pad < 7; pad++) {
		assert_int_equal(map_raw(0x51, apic_id(0), 1, pad), -EINVAL);
		assert_int_equal(map_raw(0x51, apic_id(0), 0, pad), -EINVAL);
	}
	assert_int_equal(totals("mappings"), 0);
}

static void an_unmap_without_a_mapping_is_enoent(void **state)
{
	assert_int_equal(map_raw(256, apic_id(0), 0, -1), -EINVAL);
	assert_int_equal(map_raw(~0U, apic_id(0), 0, -1), -EINVAL);
	assert_int_equal(map_raw(0x51, apic_id(0), 0, -1), -ENOENT);
	assert_int_equal(map_raw(0, apic_id(0), 0, -1), -ENOENT);
	assert_int_equal(map_raw(0x51, 0x1234, 0, -1), -ENOENT);
}

static void only_map_writes_back_and_only_the_vector(void **state)
{
	struct mshv_map_device_intr args = {
		.vector = 0x51,
		.apic_id = apic_id(0),
		.create_mapping = 1,
	};
	struct mshv_map_device_intr before;

	assert_int_equal(vtl_map_ioctl(lab.vtl, &args), 0);
	assert_in_range(args.vector, 0x20, 0xff);
	assert_int_equal(args.apic_id, apic_id(0));
	assert_int_equal(args.create_mapping, 1);

	args.create_mapping = 0;
	before = args;
	assert_int_equal(vtl_map_ioctl(lab.vtl, &args), 0);
	assert_memory_equal(&args, &before, sizeof(args));
	assert_int_equal(vtl_map_ioctl(lab.vtl, &args), -ENOENT);
	assert_memory_equal(&args, &before, sizeof(args));
}

static void a_map_that_cannot_report_back_maps_nothing(void **state)
{
	struct mshv_map_device_intr *args;

	args = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(args, MAP_FAILED);
	args->vector = 0x51;
	args->apic_id = apic_id(0);
	args->create_mapping = 1;
	assert_int_equal(mprotect(args, 4096, PROT_READ), 0);
	assert_int_equal(vtl_map_ioctl(lab.vtl, args), -EFAULT);
	assert_int_equal(totals("mappings"), 0);
	munmap(args, 4096);
}

static sigjmp_buf touch_context;

static void touch_failed(int signal)
{
	siglongjmp(touch_context, signal);
}

/* Returns the signal that a read of the page raises, or 0 if the page can be read. */
static int page_touch(unsigned long index)
{
	volatile char *page = (void *)vtl_page(lab.vtl, index);
	int signal;

	alarm(10);
	signal = sigsetjmp(touch_context, 1);
	if (!signal)
		(void)page[0];
	alarm(0);
	munmap((void *)page, 4096);
	return signal;
}

static void a_missing_page_is_sigbus(void **state)
{
	struct sigaction action = { .sa_handler = touch_failed }, bus, alarmed;
	int apic_page = lab_has_tdx_module() ? 0 : SIGBUS;
	unsigned long kind;

	sigaction(SIGBUS, &action, &bus);
	sigaction(SIGALRM, &action, &alarmed);
	assert_int_equal(page_touch(0), 0);
	assert_int_equal(page_touch(lab.cpus - 1), 0);
	for (kind = 1; kind < 20; kind++)
		assert_int_equal(page_touch(MSHV_VTL_PAGE_INDEX(kind, 0UL)),
				 kind == MSHV_VTL_PAGE_VIRTUAL_APIC ? apic_page : SIGBUS);
	assert_int_equal(page_touch(MSHV_VTL_PAGE_INDEX(3UL, lab.cpus)), SIGBUS);
	assert_int_equal(page_touch(lab.cpus), SIGBUS);
	assert_int_equal(page_touch(8191), SIGBUS);
	assert_int_equal(page_touch(0xffff), SIGBUS);
	assert_int_equal(page_touch(1UL << 30), SIGBUS);
	assert_int_equal(page_touch(1UL << 50), SIGBUS);
	sigaction(SIGBUS, &bus, NULL);
	sigaction(SIGALRM, &alarmed, NULL);
}

static void a_private_mapping_is_einval(void **state)
{
	assert_ptr_equal(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, lab.vtl, 0),
			 MAP_FAILED);
	assert_int_equal(errno, EINVAL);
}

static void all_files_show_the_same_run_page(void **state)
{
	int other = vtl_open();
	struct mshv_vtl_run *run = vtl_page(other, 0);

	run->cancel = 0x12345678;
	assert_int_equal(lab.run[0]->cancel, 0x12345678);
	close(other);
	/* The mapped page remains valid after the file is closed. */
	run->cancel = 0x23456789;
	assert_int_equal(lab.run[0]->cancel, 0x23456789);
	munmap(run, 4096);
}

static const struct CMUnitTest tests[] = {
	LAB_TEST(only_root_may_open_the_node),
	LAB_TEST(check_extension_answers),
	LAB_TEST(a_bad_pointer_is_efault),
	LAB_TEST(an_unknown_ioctl_is_enotty_and_not_logged),
	LAB_TEST(create_vtl_gives_any_number_of_files),
	LAB_TEST(malformed_arguments_are_einval),
	LAB_TEST(an_unmap_without_a_mapping_is_enoent),
	LAB_TEST(only_map_writes_back_and_only_the_vector),
	LAB_TEST(a_map_that_cannot_report_back_maps_nothing),
	LAB_TEST(a_missing_page_is_sigbus),
	LAB_TEST(a_private_mapping_is_einval),
	LAB_TEST(all_files_show_the_same_run_page),
};

TEST_PROGRAM("contract", tests)
