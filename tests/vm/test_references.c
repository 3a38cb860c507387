// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * References to a mapping, and what remains after their owner is gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../harness/lab.h"

#define WAIT_MS 5000

/*
 * Late interrupts are raised on purpose here: a vector must not leave quarantine before they
 * arrive, even if a busy machine stops the VM for a long time.
 */
#define QUARANTINE_LONG_MS 60000

static const struct labhost_source *edu;
static long quarantine_ms;

/* No bit is set, and the arrival is counted as unmapped. */
static void relays_no_more(unsigned int cpu, int vector)
{
	unsigned long unmapped = totals("unmapped");

	source_route(edu, cpu, vector);
	source_raise(edu);
	totals_wait("unmapped", unmapped + 1);
	assert_int_equal(run_quiet(lab.run[cpu], 50), 0);
}

static int setup(void **state)
{
	int ret = lab_setup(state);

	edu = source_of_kind(LAB_HOST_KIND_EDU);
	/* With the long quarantine, the vectors of the test before would not become free. */
	quarantine_wait_empty();
	quarantine_ms = driver_parameter("quarantine_ms", QUARANTINE_LONG_MS);
	return ret;
}

static int teardown(void **state)
{
	driver_parameter("quarantine_ms", quarantine_ms);
	return lab_teardown(state);
}

static void mapped_twice_unmapped_once_is_still_mapped(void **state)
{
	int vector = vtl_map(lab.vtl, 0x51, 0);

	assert_true(vector > 0);
	assert_int_equal(vtl_map(lab.vtl, 0x51, 0), vector);
	assert_int_equal(mappings_with(" mapped 2 "), 1);
	assert_int_equal(vtl_unmap(lab.vtl, vector, 0), 0);
	assert_true(source_relays(edu, 0, vector, 0x51));
	assert_int_equal(vtl_unmap(lab.vtl, vector, 0), 0);
	relays_no_more(0, vector);
	assert_int_equal(vtl_unmap(lab.vtl, vector, 0), -ENOENT);
}

static void a_file_drops_only_its_own_references(void **state)
{
	int other = vtl_open(), third = vtl_open();
	int vector = vtl_map(lab.vtl, 0x51, 0);

	assert_int_equal(vtl_map(other, 0x51, 0), vector);
	assert_int_equal(vtl_unmap(third, vector, 0), -ENOENT);
	assert_int_equal(vtl_unmap(lab.vtl, vector, 0), 0);
	assert_int_equal(vtl_unmap(lab.vtl, vector, 0), -ENOENT);
	assert_true(source_relays(edu, 0, vector, 0x51));
	assert_int_equal(vtl_unmap(other, vector, 0), 0);
	relays_no_more(0, vector);
	close(other);
	close(third);
}

static void closing_a_file_drops_its_references(void **state)
{
	int other = vtl_open(), vector, shared, i;

	shared = vtl_map(lab.vtl, 0x51, 0);
	for (i = 0; i < 20; i++)
		assert_true(vtl_map(other, 0x51 + i, i % lab.cpus) > 0);
	vector = vtl_map(other, 0xa0, 0);
	assert_true(source_relays(edu, 0, vector, 0xa0));
	close(other);

	relays_no_more(0, vector);
	assert_int_equal(totals("mappings"), 1);
	assert_true(source_relays(edu, 0, shared, 0x51));
}

/* In a child: maps, and reports its vector. */
static void child_run(int report)
{
	int vtl = vtl_open();
	int vector = vtl_map(vtl, 0xa0, 0), i;

	for (i = 0; i < 10; i++)
		vtl_map(vtl, 0xa1 + i, i % lab.cpus);
	child_report(report, &vector, sizeof(vector));
}

static void a_killed_process_leaves_no_mapping(void **state)
{
	int report, vector = -1;
	pid_t child = child_fork(&report);

	if (!child)
		child_run(report);
	child_read(report, &vector, sizeof(vector));
	assert_true(vector > 0);
	assert_int_equal(totals("mappings"), 11);
	assert_true(source_relays(edu, 0, vector, 0xa0));

	child_kill(child);
	assert_int_equal(totals("mappings"), 0);
	relays_no_more(0, vector);
}

static void a_file_lives_until_its_last_descriptor(void **state)
{
	int other = vtl_open(), copy = dup(other);
	int vector = vtl_map(other, 0x51, 0);

	close(other);
	assert_true(source_relays(edu, 0, vector, 0x51));
	assert_int_equal(vtl_unmap(copy, vector, 0), 0);
	relays_no_more(0, vector);
	close(copy);
}

/* The page of a closed file can still be read, and its bits are still set. */
static void a_run_page_outlives_its_file(void **state)
{
	int other = vtl_open();
	struct mshv_vtl_run *run = vtl_page(other, 0);
	int vector = vtl_map(lab.vtl, 0x51, 0);

	close(other);
	source_route(edu, 0, vector);
	source_raise(edu);
	assert_true(run_wait(run, 0x51, WAIT_MS));
}

/* Queues a copy of @file, which can be received from the other end of @socket. */
static int file_send(int socket, int file)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .header = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	char byte = 0;
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
				  .msg_controllen = CMSG_SPACE(sizeof(int)) };

	memcpy(CMSG_DATA(&control.header), &file, sizeof(file));
	return sendmsg(socket, &message, 0) == 1 ? 0 : -1;
}

/* A reference cycle: its poll file holds the VTL file, which holds its poll file. */
static void cycle_make(void)
{
	struct mshv_set_poll_file poll = { .cpu = 0 };
	int vtl = vtl_open(), ends[2];

	if (vtl_map(vtl, 0x51, 0) < 0 || socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) ||
	    file_send(ends[1], vtl))
		_exit(1);
	poll.fd = ends[0];
	_exit(ioctl(vtl, MSHV_SET_POLL_FILE, &poll) ? 1 : 0);
}

static void a_file_held_by_its_own_poll_file_is_released_at_exit(void **state)
{
	pid_t child = child_fork(NULL);
	unsigned int waited;

	if (!child)
		cycle_make();
	assert_int_equal(child_status(child), 0);
	for (waited = 0; waited < WAIT_MS && totals("mappings"); waited += 10)
		sleep_ms(10);
	assert_int_equal(totals("mappings"), 0);
}

/**
 * struct stuck - an event loop that holds its epoll file's mutex until its page is filled in
 * @faults: the userfaultfd on which the missing page is reported
 * @page:   where the kernel writes the events to
 * @loop:   the epoll file, with an event that is pending
 * @vtl:    the VTL file for which @loop becomes the poll file
 * @other:  another VTL file
 * @setter: the thread that sets the poll file
 */
struct stuck {
	int faults;
	void *page;
	int loop;
	int vtl;
	int other;
	pid_t setter;
};

static bool stuck_prepare(struct stuck *stuck)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .range.len = 4096, .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct epoll_event event = { .events = EPOLLIN };

	stuck->faults = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (stuck->faults < 0)
		return false;
	stuck->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(stuck->page != MAP_FAILED);
	range.range.start = (uintptr_t)stuck->page;
	assert_int_equal(ioctl(stuck->faults, UFFDIO_API, &api), 0);
	assert_int_equal(ioctl(stuck->faults, UFFDIO_REGISTER, &range), 0);
	stuck->loop = epoll_create1(EPOLL_CLOEXEC);
	assert_int_equal(epoll_ctl(stuck->loop, EPOLL_CTL_ADD, eventfd(1, EFD_CLOEXEC), &event), 0);
	stuck->vtl = vtl_open();
	stuck->other = vtl_open();
	return true;
}

/* Holds the mutex while the kernel waits for the page. */
static void *loop_wait(void *argument)
{
	struct stuck *stuck = argument;

	epoll_wait(stuck->loop, stuck->page, 1, -1);
	return NULL;
}

static void *loop_set(void *argument)
{
	struct stuck *stuck = argument;
	struct mshv_set_poll_file poll = { .cpu = 0, .fd = stuck->loop };

	__atomic_store_n(&stuck->setter, gettid(), __ATOMIC_RELEASE);
	ioctl(stuck->vtl, MSHV_SET_POLL_FILE, &poll);
	return NULL;
}

/* Waits until the thread that sets the poll file waits for the mutex. */
static bool setter_waits(const struct stuck *stuck)
{
	char path[64], line[64] = "";
	unsigned int waited;
	FILE *file;

	for (waited = 0; waited < patience(WAIT_MS); waited += 10) {
		sleep_ms(10);
		snprintf(path, sizeof(path), "/proc/self/task/%d/stat",
			 __atomic_load_n(&stuck->setter, __ATOMIC_ACQUIRE));
		file = fopen(path, "re");
		if (!file)
			continue;
		if (!fgets(line, sizeof(line), file))
			line[0] = 0;
		fclose(file);
		if (strstr(line, ") D "))
			return true;
	}
	return false;
}

static void *other_close(void *argument)
{
	struct stuck *stuck = argument;

	close(stuck->other);
	return NULL;
}

static bool thread_ends(pthread_t thread, unsigned int ms)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += patience(ms) / 1000;
	return !pthread_timedjoin_np(thread, NULL, &end);
}

static void page_fill(const struct stuck *stuck)
{
	struct uffdio_zeropage zero = { .range = { (uintptr_t)stuck->page, 4096 } };

	assert_int_equal(ioctl(stuck->faults, UFFDIO_ZEROPAGE, &zero), 0);
}

/* Polling a file may take for ever, for instance if the file is an event loop's. */
static void a_file_closes_while_the_poll_of_another_ones_file_waits(void **state)
{
	struct pollfd fault = { .events = POLLIN };
	struct stuck stuck = {};
	pthread_t waiter, setter, closer;
	bool waits, closed;

	if (!stuck_prepare(&stuck))
		skip();
	assert_int_equal(pthread_create(&waiter, NULL, loop_wait, &stuck), 0);
	fault.fd = stuck.faults;
	assert_int_equal(poll(&fault, 1, patience(WAIT_MS)), 1);
	assert_int_equal(fault.revents, POLLIN);
	assert_int_equal(pthread_create(&setter, NULL, loop_set, &stuck), 0);
	waits = setter_waits(&stuck);
	assert_int_equal(pthread_create(&closer, NULL, other_close, &stuck), 0);
	closed = thread_ends(closer, WAIT_MS);
	waits &= setter_waits(&stuck);

	page_fill(&stuck);
	pthread_join(waiter, NULL);
	pthread_join(setter, NULL);
	if (!closed)
		pthread_join(closer, NULL);
	close(stuck.vtl);
	close(stuck.loop);
	close(stuck.faults);
	munmap(stuck.page, 4096);
	assert_true(waits);
	assert_true(closed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest tests[] = {
	TEST(mapped_twice_unmapped_once_is_still_mapped),
	TEST(a_file_drops_only_its_own_references),
	TEST(closing_a_file_drops_its_references),
	TEST(a_killed_process_leaves_no_mapping),
	TEST(a_file_lives_until_its_last_descriptor),
	TEST(a_run_page_outlives_its_file),
	TEST(a_file_held_by_its_own_poll_file_is_released_at_exit),
	TEST(a_file_closes_while_the_poll_of_another_ones_file_waits),
};

TEST_PROGRAM("references", tests)
