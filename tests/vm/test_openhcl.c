// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What OpenHCL's VMM asks of the driver on TDX, call by call, when it starts, runs VTL0, and
 * ends.
 *
 * Each comment names the code that is replayed, by file and line of openvmm at commit 1488a37b:
 * ioctl.rs, register.rs, ioctl/tdx.rs and mapped_page.rs are in openhcl/hcl/src,
 * partition.rs stands for openhcl/virt_mshv_vtl/src/lib.rs, tdx/, hardware_cvm/ are in
 * openhcl/virt_mshv_vtl/src/processor, underhill_mem/ is in openhcl, lockmem.rs is in
 * vm/devices/user_driver/src, tdcall.rs stands for vm/x86/tdcall/src/lib.rs.
 *
 * In that VMM an unexpected errno is fatal. Its calls to the TDX module are in
 * test_vtl0_calls.c, its timer and halts in test_vtl0_timer.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../harness/host.h"
#include "../harness/vtl0.h"

#define PAGE		4096UL
#define BLOCK		(2UL << 20)
#define VECTOR		0x51

/* VTL0's memory, as lab/vm/run reserves it; the guest uses the first part of it. */
#define MEMORY		0x10000000UL
#define MEMORY_UNUSED	(MEMORY + 15 * BLOCK)

/* HvX64RegisterName in vm/hv1/hvdef/src/lib.rs. */
#define XFEM			0x00040005
#define DR0			0x00050000
#define DR6			0x00050004

#define HV_ENABLE_PARTITION_VTL	0x0d
#define HV_HIGHEST_ALLOWED	0xdb

/* Static, because the fixture ends the run that a failed test left behind. */
static struct vp_run vp_run;

/* Hcl::new() (ioctl.rs:1844-1858): only the last one may fail, and not on TDX. */
static void capabilities_are_those_of_tdx(void **state)
{
	assert_int_equal(mshv_extension(MSHV_CAP_VTL_RETURN_ACTION), 0);
	assert_int_equal(mshv_extension(MSHV_CAP_REGISTER_PAGE), 0);
	/* get_vsm_capabilities() asserts it (register.rs:369, 378). */
	assert_int_equal(mshv_extension(MSHV_CAP_DR6_SHARED), 1);
	assert_int_equal(mshv_extension(MSHV_CAP_LOWER_VTL_TIMER_VIRT), 1);
	assert_int_equal(mshv_extension(MSHV_CAP_CORE_API_STABLE), 0);
	/* ioctl.rs:1852 recognizes a missing capability by this errno. */
	assert_int_equal(mshv_extension(5), -EOPNOTSUPP);
	assert_int_equal(mshv_extension(~0U), -EOPNOTSUPP);
}

/*
 * Mshv::new() (ioctl.rs:702) and Mshv::create_vtl() (ioctl.rs:722), which passes the address of a
 * byte, set to 0.
 */
static int client_vtl(void)
{
	int mshv = must_open("/dev/mshv", O_RDWR), vtl;
	uint8_t byte = 0;

	vtl = ioctl(mshv, MSHV_CREATE_VTL, &byte);
	check(vtl >= 0, "CREATE_VTL: %s", strerror(errno));
	/* Hcl::new() closes this file when it returns. */
	close(mshv);
	return vtl;
}

/* The worker starts other programs, which must not inherit the file. */
static void a_vtl_file_is_closed_by_exec(void **state)
{
	int vtl = client_vtl(), flags = fcntl(vtl, F_GETFD);

	assert_true(flags >= 0);
	assert_true(flags & FD_CLOEXEC);
	assert_int_equal(fcntl(vtl, F_GETFL) & O_ACCMODE, O_RDWR);
	close(vtl);
}

/*
 * restore_partition_time() (ioctl.rs:2693), after hibernation. That VMM tells its guest of any
 * error, and continues (processor/mod.rs:1403); the driver does not have this ioctl.
 */
static void the_time_of_the_partition_is_not_restored(void **state)
{
	const uint64_t time[3] = { 1, 2, 3 };
	int vtl = client_vtl();

	assert_errno(ioctl(vtl, _IOW(MSHV_IOCTL, 0x13, time), &time), ENOTTY);
	close(vtl);
}

/* MshvVtlLow::new() (ioctl.rs:675), mapped by build() (underhill_mem/src/mapping.rs:650). */
static uint8_t *client_memory(uint64_t offset)
{
	int low = must_open("/dev/mshv_vtl_low", O_RDWR);
	void *place = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, low, offset);

	check(place != MAP_FAILED, "VTL0's memory: %s", strerror(errno));
	close(low);
	return place;
}

/* underhill_mem/src/init.rs:199: if this fails, the VMM exits. */
static void the_memory_of_vtl0_can_be_mapped_private_and_shared(void **state)
{
	uint8_t *private = client_memory(MEMORY_UNUSED);
	uint8_t *shared = client_memory(MEMORY_UNUSED | 1ULL << 63);

	private[PAGE] = 0x5a;
	if (is_trust_domain()) {
		assert_true(read_is_fatal(&shared[PAGE]));
	} else {
		assert_int_equal(shared[PAGE], 0x5a);
		shared[PAGE] = 0;
		assert_int_equal(private[PAGE], 0);
	}
	munmap(private, BLOCK);
	munmap(shared, BLOCK);
}

/* It passes one register at a time, with padding that is not initialized (register.rs:171, 249). */
static int client_register(unsigned int command, struct mshv_register *reg)
{
	struct mshv_register_list list = {
		.count = 1,
		.reserved = 0x5a5a5a5a,
		.registers = (uintptr_t)reg,
	};

	return ioctl(lab.vtl, command, &list) ? -errno : 0;
}

static void register_keeps(uint32_t name, uint64_t value)
{
	struct mshv_register out = { .name = name, .value = { value } }, in = { .name = name };

	assert_int_equal(client_register(MSHV_SET_VP_REGISTERS, &out), 0);
	assert_int_equal(client_register(MSHV_GET_VP_REGISTERS, &in), 0);
	assert_int_equal(in.value[0], value);
	assert_int_equal(in.value[1], 0);
}

/* On TDX the driver does not ask the hypervisor for any of these: it returns EINVAL. */
static void registers_of_a_new_vp_can_be_set(void **state)
{
	unsigned int vp, i;

	for (vp = 0; vp < lab.cpus; vp++) {
		cpu_pin(vp);
		/* x86_init() (vmm_core/virt/src/x86/vp.rs:2006) -> tdx/mod.rs:4157. */
		for (i = 0; i < 4; i++)
			register_keeps(DR0 + i, 0);
		register_keeps(DR6, 0xffff0ff0);
		/* XSETBV (tdx/mod.rs:2203, unwrap), CPUID 0xd (hardware_cvm/mod.rs:2174). */
		register_keeps(XFEM, 3);
		register_keeps(XFEM, 1);
	}
	cpu_pin(0);
}

/* As in invoke_hvcall_ioctl(): an errno means that the call code is not allowed. */
static int client_call(int hv, uint64_t code, uint64_t *status)
{
	uint64_t input[2] = { ~0ULL };

	return hv_call(hv, code, input, sizeof(input), NULL, 0, status);
}

/* The codes of partition.rs:1685-1706, stored in words of 64 bits (ioctl.rs:780-797). */
static int client_hvcall(void)
{
	static const uint16_t codes[] = {
		0x50, 0x51, 0x4d, 0x52, 0xc1, 0xc0, 0x0c, 0xac, 0xd4, 0x94, 0x9a, 0xd9,
		HV_HIGHEST_ALLOWED, HV_ENABLE_PARTITION_VTL, HV_CALL_RETARGET, 0x0f,
	};
	uint64_t bitmap[HV_HIGHEST_ALLOWED / 64 + 1] = { 0 };
	struct mshv_hvcall_setup setup = {
		.bitmap_size = sizeof(bitmap),
		.bitmap = (uintptr_t)bitmap,
	};
	int hv = hv_open_raw();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(codes); i++)
		bitmap[codes[i] / 64] |= 1ULL << codes[i] % 64;
	check(!ioctl(hv, MSHV_HVCALL_SETUP, &setup), "SETUP: %s", strerror(errno));
	return hv;
}

/* MemoryAcceptor::new() opens another file with its own codes (underhill_mem/src/lib.rs:224). */
static int acceptor_hvcall(void)
{
	uint64_t bitmap[HV_HIGHEST_ALLOWED / 64 + 1] = {
		1ULL << 0x0c, 0, 0, 1ULL << 0xd9 % 64 | 1ULL << HV_HIGHEST_ALLOWED % 64,
	};
	struct mshv_hvcall_setup setup = {
		.bitmap_size = sizeof(bitmap),
		.bitmap = (uintptr_t)bitmap,
	};
	int hv = hv_open_raw();

	check(!ioctl(hv, MSHV_HVCALL_SETUP, &setup), "SETUP: %s", strerror(errno));
	return hv;
}

static void the_host_can_be_called(void **state)
{
	int hv = client_hvcall(), acceptor = acceptor_hvcall();
	uint64_t status = ~0ULL;

	/* get_vsm_capabilities() (register.rs:357) makes a call with one register. */
	assert_true(hv_capabilities(hv) & HV_VSM_REDIRECT);
	/* The lab's host does not know this call: that is reported as a status. */
	assert_int_equal(client_call(hv, HV_ENABLE_PARTITION_VTL, &status), 0);
	assert_int_equal(status & 0xffff, HV_INVALID_CALL_CODE);
	assert_int_equal(client_call(hv, HV_HIGHEST_ALLOWED + 1, &status), -EPERM);
	assert_int_equal(client_call(acceptor, HV_ENABLE_PARTITION_VTL, &status), -EPERM);
	assert_int_equal(client_call(acceptor, HV_HIGHEST_ALLOWED, &status), 0);
	close(acceptor);
	close(hv);
}

/**
 * struct client - the files and pages that a VMM has open
 * @vtl:    the VTL file
 * @hvcall: the file for hypercalls
 * @run:    run pages
 * @apic:   VTL0's virtual APIC pages
 */
struct client {
	int vtl;
	int hvcall;
	struct mshv_vtl_run *run[CPUS_MAX];
	void *apic[CPUS_MAX];
};

/* HclVp::new() (ioctl.rs:1473, 1484, 1536) for each VP, as it runs after Hcl::new(). */
static struct client client_begin(void)
{
	struct client client = { .vtl = client_vtl(), .hvcall = client_hvcall() };
	unsigned int vp;

	for (vp = 0; vp < lab.cpus; vp++) {
		client.run[vp] = vtl_page(client.vtl, vp);
		memset(client.run[vp]->proxy_irr_blocked, 0xff,
		       sizeof(client.run[vp]->proxy_irr_blocked));
		client.apic[vp] = vtl_page(client.vtl, 3UL << 16 | vp);
	}
	return client;
}

/* Closes everything in the order in which Hcl's members are dropped (ioctl.rs:1376-1379). */
static void client_end(struct client *client)
{
	unsigned int vp;

	close(client->hvcall);
	close(client->vtl);
	for (vp = 0; vp < lab.cpus; vp++) {
		munmap(client->run[vp], PAGE);
		munmap(client->apic[vp], PAGE);
	}
}

static void each_vp_has_its_pages(void **state)
{
	struct client client = client_begin();
	unsigned int vp;

	for (vp = 0; vp < lab.cpus; vp++) {
		*(uint32_t *)client.apic[vp] = 0x600d0000 + vp;
		client.run[vp]->enter_mode = 0;
	}
	for (vp = 0; vp < lab.cpus; vp++) {
		assert_int_equal(*(uint32_t *)client.apic[vp], 0x600d0000 + vp);
		assert_int_equal(client.run[vp]->proxy_irr_blocked[7], ~0U);
		*(uint32_t *)client.apic[vp] = 0;
	}
	client_end(&client);
}

/**
 * struct ring - an io_uring, as IoUring::builder().build() creates it
 * @fd:     its file
 * @tail:   tail of the submission queue
 * @sqes:   submission queue entries
 * @array:  indices of the entries that are submitted
 * @done:   number of completed operations
 * @params: its layout
 * @queues: both queues
 */
struct ring {
	int fd;
	uint32_t *tail;
	struct io_uring_sqe *sqes;
	uint32_t *array;
	uint32_t *done;
	struct io_uring_params params;
	uint8_t *queues;
};

/* support/pal/pal_uring/src/ioring.rs:167. Returns false if the kernel has no io_uring. */
static bool ring_open(struct ring *ring)
{
	memset(ring, 0, sizeof(*ring));
	ring->fd = syscall(SYS_io_uring_setup, 8, &ring->params);
	if (ring->fd < 0) {
		print_message("# no io_uring: %s\n", strerror(errno));
		return false;
	}
	assert_true(ring->params.features & IORING_FEAT_SINGLE_MMAP);
	ring->queues = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
			    IORING_OFF_SQ_RING);
	ring->sqes = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
			  IORING_OFF_SQES);
	check(ring->queues != MAP_FAILED && (void *)ring->sqes != MAP_FAILED, "io_uring: %s",
	      strerror(errno));
	ring->tail = (uint32_t *)(ring->queues + ring->params.sq_off.tail);
	ring->array = (uint32_t *)(ring->queues + ring->params.sq_off.array);
	ring->done = (uint32_t *)(ring->queues + ring->params.cq_off.tail);
	return true;
}

static void ring_close(struct ring *ring)
{
	munmap(ring->sqes, PAGE);
	munmap(ring->queues, PAGE);
	close(ring->fd);
}

static void ring_submit(struct ring *ring, struct io_uring_sqe sqe)
{
	ring->sqes[0] = sqe;
	ring->array[*ring->tail % ring->params.sq_entries] = 0;
	__atomic_store_n(ring->tail, *ring->tail + 1, __ATOMIC_RELEASE);
	assert_int_equal(syscall(SYS_io_uring_enter, ring->fd, 1, 0, 0, NULL, 0), 1);
}

static uint32_t ring_completions(const struct ring *ring)
{
	return __atomic_load_n(ring->done, __ATOMIC_ACQUIRE);
}

static bool is_cancelled(void)
{
	return __atomic_load_n(&lab.run[guest.vp]->cancel, __ATOMIC_SEQ_CST);
}

/* Stops the VP's thread in @mode and sets the ring as its poll file (partition.rs:727). */
static void ring_watch(const struct ring *ring, enum vtl0_mode mode)
{
	struct mshv_set_poll_file poll = { .cpu = guest.vp, .fd = ring->fd };

	guest_mode(guest.vp, mode);
	if (mode == VTL0_MODE_HALT)
		guest_halted_wait(guest.vp);
	vmm_vp_stop(guest.vm, guest.vp);
	assert_int_equal(ioctl(vmm_file(guest.vm), MSHV_SET_POLL_FILE, &poll), 0);
}

/* "If the file becomes readable, then the VP run will be cancelled" (ioctl.rs:480). */
static void a_completion_ends_the_run(enum vtl0_mode mode)
{
	const struct io_uring_sqe nothing = { .opcode = IORING_OP_NOP };
	struct ring ring;

	if (!ring_open(&ring))
		skip();
	ring_watch(&ring, mode);
	vp_run_begin(&vp_run);
	assert_true(vp_run_lasts(&vp_run));
	assert_false(is_cancelled());
	ring_submit(&ring, nothing);
	assert_int_equal(vp_run_end(&vp_run), -EINTR);
	assert_true(is_cancelled());
	assert_int_equal(ring_completions(&ring), 1);
	ring_close(&ring);
}

static void a_completion_in_the_ring_ends_the_run(void **state)
{
	NEEDS_TWO_CPUS();
	a_completion_ends_the_run(VTL0_MODE_SPIN);
}

static void a_completion_in_the_ring_ends_a_halt(void **state)
{
	NEEDS_TWO_CPUS();
	a_completion_ends_the_run(VTL0_MODE_HALT);
}

static void *event_write_later(void *event)
{
	const uint64_t one = 1;

	cpu_pin_away(guest.vp);
	sleep_ms(NOTHING_MS);
	return (void *)write(*(int *)event, &one, sizeof(one));
}

/* The VMM's executor waits on the ring for other threads; here the VP's own thread waits. */
static void a_wait_of_the_vps_own_thread_ends_the_run(void **state)
{
	int event = eventfd(0, EFD_CLOEXEC);
	struct io_uring_sqe wait = { .opcode = IORING_OP_POLL_ADD, .fd = event };
	uint64_t begin;
	pthread_t writer;
	struct ring ring;
	int ret;

	wait.poll32_events = POLLIN;
	if (!ring_open(&ring))
		skip();
	ring_watch(&ring, VTL0_MODE_SPIN);
	cpu_pin(guest.vp);
	ring_submit(&ring, wait);
	assert_int_equal(pthread_create(&writer, NULL, event_write_later, &event), 0);
	begin = now_ms();
	do {
		ret = guest_enter(PATIENCE_MS);
		check(ret == -EINTR, "a run: %s", strerror(-ret));
	} while (!ring_completions(&ring) && now_ms() - begin < PATIENCE_MS / 2);
	pthread_join(writer, NULL);
	cpu_pin(0);
	assert_int_equal(ring_completions(&ring), 1);
	assert_true(is_cancelled());
	ring_close(&ring);
	close(event);
}

/* kick_cpus() (ioctl.rs:2643-2665, expect) with both flags (tdx/mod.rs:4556). */
static void client_kick(uint8_t cpus)
{
	uint64_t mask[CPUS_MAX / 64] = { cpus };
	struct mshv_kick_cpus kick = {
		/* The length in bits, rounded up to whole bytes. */
		.len = (lab.cpus + 7) / 8 * 8,
		.mask = (uintptr_t)mask,
		.flags = MSHV_KICK_CPUS_CANCEL | MSHV_KICK_CPUS_WAIT,
	};

	assert_int_equal(ioctl(lab.vtl, MSHV_KICK_CPUS, &kick), 0);
}

static void a_kick_ends(void (*begin)(struct vp_run *vp_run))
{
	begin(&vp_run);
	client_kick(1 << guest.vp);
	assert_int_equal(vp_run_end(&vp_run), -EINTR);
	assert_true(is_cancelled());
	/* A VP that does not run VTL0 is cancelled as well: its next entry returns immediately. */
	__atomic_store_n(&lab.run[guest.vp]->cancel, 0, __ATOMIC_SEQ_CST);
	client_kick(1 << guest.vp);
	vp_run_begin_as_it_is(&vp_run);
	assert_int_equal(vp_run_end(&vp_run), -EINTR);
	/* The VMM may also kick no VP at all, or the VP that it runs on. */
	client_kick(0);
	client_kick(1);
}

static void a_kick_ends_the_run(void **state)
{
	NEEDS_TWO_CPUS();
	a_kick_ends(vp_run_spinning);
}

static void a_kick_ends_a_halt(void **state)
{
	NEEDS_TWO_CPUS();
	a_kick_ends(vp_run_halted);
}

/* map_redirected_device_interrupt() (ioctl.rs:2669). */
static int client_map(int vtl, uint32_t vector, uint32_t apic, bool create)
{
	struct mshv_map_device_intr args = {
		.vector = vector,
		.apic_id = apic,
		.create_mapping = create,
	};
	int ret = vtl_map_ioctl(vtl, &args);

	return ret ? ret : (int)args.vector;
}

/* RedirectedVectorMapping (hardware_cvm/mod.rs:112-143): drop() panics on any errno. */
static void a_vector_is_unmapped_when_the_host_refuses(void **state)
{
	const struct labhost_source *source = source_of_kind(LAB_HOST_KIND_EDU);
	struct client client = client_begin();
	unsigned int vp = lab.cpus - 1, round;
	int vector;

	for (round = 0; round < 3; round++) {
		vector = client_map(client.vtl, VECTOR, apic_id(vp), true);
		assert_true(vector > 15);
		host_refuse(1, HV_INVALID_PARAMETER, true);
		assert_int_equal(hv_route(client.hvcall, source, vp, vector, HV_TARGET_REDIRECT) &
				 0xffff, HV_INVALID_PARAMETER);
		assert_true(client_map(client.vtl, vector, apic_id(vp), false) >= 0);
	}
	assert_int_equal(totals("mappings"), 0);
	client_end(&client);
}

/* hardware_cvm/mod.rs:1361-1387: the mapping is kept when the host accepts the vector. */
static void interrupt_is_redirected(struct client *client)
{
	const struct labhost_source *source = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned int vp = lab.cpus - 1;
	int vector = client_map(client->vtl, VECTOR, apic_id(vp), true);

	assert_true(vector > 15);
	assert_int_equal(hv_route(client->hvcall, source, vp, vector, HV_TARGET_REDIRECT) & 0xffff,
			 HV_SUCCESS);
	/* update_proxy_irr_filter_vtl0() (ioctl.rs:1700) unblocks the vector. */
	client->run[vp]->proxy_irr_blocked[VECTOR / 32] &= ~(1u << VECTOR % 32);
	source_unmask(source);
	source_raise(source);
	assert_true(run_wait(client->run[vp], VECTOR, 1000));
	source_mask(source);
	assert_int_equal(totals("mappings"), 1);
}

static void poll_file_set(struct client *client, int file)
{
	struct mshv_set_poll_file poll = { .cpu = lab.cpus - 1, .fd = file };

	assert_int_equal(ioctl(client->vtl, MSHV_SET_POLL_FILE, &poll), 0);
}

static void mappings_wait(unsigned long count)
{
	wait_until(totals("mappings") == count, "%lu mappings", totals("mappings"));
}

/* The VMM does not unmap its mappings: they are removed when its file is closed. */
static void a_second_client_starts_after_the_first_has_closed(void **state)
{
	unsigned int round;

	for (round = 0; round < 3; round++) {
		struct client client = client_begin();
		int event = eventfd(0, EFD_CLOEXEC);

		poll_file_set(&client, event);
		interrupt_is_redirected(&client);
		client_end(&client);
		close(event);
		mappings_wait(0);
		runs_clear();
	}
}

/* The worker exits while all of it is open. */
static void a_second_client_starts_after_the_first_has_exited(void **state)
{
	unsigned int round;
	pid_t child;

	for (round = 0; round < 3; round++) {
		child = child_fork(NULL);
		if (!child) {
			struct client client = client_begin();

			poll_file_set(&client, eventfd(0, EFD_CLOEXEC));
			interrupt_is_redirected(&client);
			_exit(42);
		}
		assert_int_equal(child_status(child), 42);
		mappings_wait(0);
		runs_clear();
	}
}

static const struct CMUnitTest tests[] = {
	LAB_TEST(capabilities_are_those_of_tdx),
	LAB_TEST(a_vtl_file_is_closed_by_exec),
	LAB_TEST(the_time_of_the_partition_is_not_restored),
	HV_TEST(the_host_can_be_called),
	LAB_TEST(the_memory_of_vtl0_can_be_mapped_private_and_shared),
	LAB_TEST(each_vp_has_its_pages),
	LAB_TEST(registers_of_a_new_vp_can_be_set),
	GUEST_TEST(a_completion_in_the_ring_ends_the_run),
	GUEST_TEST(a_completion_in_the_ring_ends_a_halt),
	GUEST_TEST(a_wait_of_the_vps_own_thread_ends_the_run),
	GUEST_TEST(a_kick_ends_the_run),
	GUEST_TEST(a_kick_ends_a_halt),
	HV_TEST(a_vector_is_unmapped_when_the_host_refuses),
	HV_TEST(a_second_client_starts_after_the_first_has_closed),
	HV_TEST(a_second_client_starts_after_the_first_has_exited),
};

GUEST_PROGRAM("OpenHCL's VMM", tests)
