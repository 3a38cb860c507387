// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What OpenHCL's VMM asks of the driver on TDX, call by call: it starts, runs VTL0,
 * and ends.
 *
 * A comment names what is replayed by file and line of openvmm at commit 1488a37b:
 * ioctl.rs, register.rs, ioctl/tdx.rs and mapped_page.rs are in openhcl/hcl/src,
 * partition.rs stands for openhcl/virt_mshv_vtl/src/lib.rs, tdx/, hardware_cvm/ are in
 * openhcl/virt_mshv_vtl/src/processor, underhill_mem/ is in openhcl, lockmem.rs is in
 * vm/devices/user_driver/src, tdcall.rs stands for vm/x86/tdcall/src/lib.rs.
 *
 * There, an errno where none is expected ends the VMM. A status of the TDX module is
 * another matter: what the lab's module does not have may be answered with one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>

#include "../harness/host.h"
#include "../harness/vtl0.h"

#define PAGE		4096UL
#define BLOCK		(2UL << 20)
#define VECTOR		0x51

/* VTL0's memory, as lab/vm/run sets it aside; a guest has the first part of it. */
#define MEMORY		0x10000000UL
#define MEMORY_UNUSED	(MEMORY + 15 * BLOCK)
/* Of the kernel, on any machine. */
#define KERNEL_MEMORY	0x1000000UL

#define LEAF_PAGE_ACCEPT	6
#define LEAF_VM_RD		7
#define LEAF_VM_WR		8
#define LEAF_VP_RD		9
#define LEAF_VP_WR		10
#define LEAF_SYS_RD		11
#define LEAF_PAGE_ATTR_RD	23
#define LEAF_PAGE_ATTR_WR	24
#define LEAF_VP_INVGLA		27
#define LEAF_PAGE_RELEASE	30

#define FIELD_CONFIG_FLAGS	0x9110000300000016ULL
#define FIELD_TD_CTLS		0x1110000300000017ULL
#define FIELD_TDX_FEATURES0	0x0a00000300000008ULL
#define TD_CTLS_SEAL_KEYS	(1ULL << 4)

/* Fields of VM 2 have classes that are 8 higher; L2_CTLS is the next code. */
#define VM_2			(8ULL << 56)
#define VIRTUAL_APIC_PAGE	TDX_FIELD64(0x2012)
#define PROCESSOR_CONTROLS	TDX_FIELD32(0x4002)
#define GUEST_DR7		TDX_FIELD64(0x681a)
#define L2_SHARED_EPT		(1ULL << 0)
#define L2_TDVMCALL		(1ULL << 1)

#define ATTRIBUTES_FULL		0x800fULL
#define PAGE_SIZE_MISMATCH	0xc0000b0b
#define ATTRIBUTES_CHANGED	0x000fULL
#define ATTRIBUTES_VM_SHIFT	16

#define INVGLA_LIST		(1ULL << 0)
#define INVGLA_ENTRIES_SHIFT	52

/* entry_rcx: TDX_VP_ENTER_INVD_INVEPT (x86defs/src/tdx.rs:761). */
#define ENTRY_INVEPT		1ULL

#define EXIT_DEADLINE		52
#define EXIT_REASON(rax)	((uint32_t)(rax))
#define EXIT_STATUS(rax)	((rax) >> 32)

/* HvX64RegisterName in vm/hv1/hvdef/src/lib.rs. */
#define XFEM			0x00040005
#define DR0			0x00050000
#define DR6			0x00050004

#define HV_ENABLE_PARTITION_VTL	0x0d
#define HV_HIGHEST_ALLOWED	0xdb

/* Static, since the fixture ends what a failed test left. */
static struct stay stay;

/* Mshv::new() (ioctl.rs:702). */
static int mshv_open(void)
{
	int mshv = open("/dev/mshv", O_RDWR | O_CLOEXEC);

	check(mshv >= 0, "/dev/mshv: %s", strerror(errno));
	return mshv;
}

static int extension(int mshv, uint32_t capability)
{
	int ret = ioctl(mshv, MSHV_CHECK_EXTENSION, &capability);

	return ret < 0 ? -errno : ret;
}

/* Hcl::new() (ioctl.rs:1844-1858): none but the last may fail, and that not on TDX. */
static void capabilities_are_those_of_tdx(void **state)
{
	int mshv = mshv_open();

	(void)state;
	assert_int_equal(extension(mshv, MSHV_CAP_VTL_RETURN_ACTION), 0);
	assert_int_equal(extension(mshv, MSHV_CAP_REGISTER_PAGE), 0);
	/* get_vsm_capabilities() asserts it (register.rs:369, 378). */
	assert_int_equal(extension(mshv, MSHV_CAP_DR6_SHARED), 1);
	assert_int_equal(extension(mshv, MSHV_CAP_LOWER_VTL_TIMER_VIRT), 1);
	assert_int_equal(extension(mshv, MSHV_CAP_CORE_API_STABLE), 0);
	/* ioctl.rs:1852 knows what is not there by this errno. */
	assert_int_equal(extension(mshv, 5), -EOPNOTSUPP);
	assert_int_equal(extension(mshv, ~0U), -EOPNOTSUPP);
	close(mshv);
}

/* Mshv::create_vtl() (ioctl.rs:722): it passes the address of a byte, set to 0. */
static int client_vtl(void)
{
	int mshv = mshv_open(), vtl;
	uint8_t byte = 0;

	vtl = ioctl(mshv, MSHV_CREATE_VTL, &byte);
	check(vtl >= 0, "CREATE_VTL: %s", strerror(errno));
	/* Hcl::new() drops it when it returns. */
	close(mshv);
	return vtl;
}

/* The worker starts other programs: they must not get it. */
static void a_vtl_file_is_closed_by_exec(void **state)
{
	int vtl = client_vtl(), flags = fcntl(vtl, F_GETFD);

	(void)state;
	assert_true(flags >= 0);
	assert_true(flags & FD_CLOEXEC);
	assert_int_equal(fcntl(vtl, F_GETFL) & O_ACCMODE, O_RDWR);
	close(vtl);
}

/* MshvVtlLow::new() (ioctl.rs:675), mapped by build() (underhill_mem/src/mapping.rs:650). */
static uint8_t *client_memory(uint64_t offset)
{
	int low = open("/dev/mshv_vtl_low", O_RDWR | O_CLOEXEC);
	void *place;

	check(low >= 0, "/dev/mshv_vtl_low: %s", strerror(errno));
	place = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, low, offset);
	check(place != MAP_FAILED, "VTL0's memory: %s", strerror(errno));
	close(low);
	return place;
}

/* underhill_mem/src/init.rs:199: without it the VMM ends. */
static void the_memory_of_vtl0_can_be_mapped_private_and_shared(void **state)
{
	uint8_t *private = client_memory(MEMORY_UNUSED);
	uint8_t *shared = client_memory(MEMORY_UNUSED | 1ULL << 63);

	(void)state;
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

/* TdxBackedShared::new() (tdx/mod.rs:926), .expect() in ioctl.rs:2506. */
static void cr4_fixed1_is_told(void **state)
{
	uint64_t value = 0;

	(void)state;
	assert_int_equal(ioctl(lab.vtl, MSHV_READ_VMX_CR4_FIXED1, &value), 0);
	/* PAE and MCE, without which cr4_allowed_bits has no 64-bit guest (tdx/mod.rs:928). */
	assert_int_equal(value & 0x60, 0x60);
}

/* One at a time, the padding not initialized (register.rs:171, 249). */
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

/* On TDX it asks the hypervisor for none of these: EINVAL is what it gets. */
static void registers_of_a_new_vp_can_be_set(void **state)
{
	unsigned int vp, i;

	(void)state;
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

/* As invoke_hvcall_ioctl() makes it: an errno is for a code that is not allowed. */
static int client_call(int hv, uint64_t code, uint64_t *status)
{
	uint64_t input[2] = { ~0ULL };

	return hv_call(hv, code, input, sizeof(input), NULL, 0, status);
}

/* The codes of partition.rs:1685-1706, in words of 64 (ioctl.rs:780-797). */
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

/* MemoryAcceptor::new() has a file of its own with its own codes (underhill_mem/src/lib.rs:224). */
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

	(void)state;
	/* get_vsm_capabilities() (register.rs:357), a call with one register. */
	assert_true(hv_capabilities(hv) & HV_VSM_REDIRECT);
	/* The lab's host does not know it: that is a status. */
	assert_int_equal(client_call(hv, HV_ENABLE_PARTITION_VTL, &status), 0);
	assert_int_equal(status & 0xffff, HV_INVALID_CALL_CODE);
	assert_int_equal(client_call(hv, HV_HIGHEST_ALLOWED + 1, &status), -EPERM);
	assert_int_equal(client_call(acceptor, HV_ENABLE_PARTITION_VTL, &status), -EPERM);
	assert_int_equal(client_call(acceptor, HV_HIGHEST_ALLOWED, &status), 0);
	close(acceptor);
	close(hv);
}

/**
 * struct client - what a VMM has open
 * @vtl:    the VTL file
 * @hvcall: for calls to the host
 * @run:    run pages
 * @apic:   VTL0's virtual APIC pages
 */
struct client {
	int vtl;
	int hvcall;
	struct mshv_vtl_run *run[CPUS_MAX];
	void *apic[CPUS_MAX];
};

/* HclVp::new() (ioctl.rs:1473, 1484, 1536) for each VP, after Hcl::new(). */
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

/* In the order in which Hcl's members are dropped (ioctl.rs:1376-1379). */
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

	(void)state;
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
 * struct ring - an io_uring, as IoUring::builder().build() makes it
 * @fd:     its file
 * @tail:   of the submissions
 * @sqes:   they
 * @array:  which of them are submitted
 * @done:   how many operations are complete
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

/* support/pal/pal_uring/src/ioring.rs:167. False: the kernel has none. */
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

/* The VP's thread is stopped in that mode; its poll file is the ring (partition.rs:727). */
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
	stay_begin(&stay);
	assert_true(stay_lasts(&stay));
	assert_false(is_cancelled());
	ring_submit(&ring, nothing);
	assert_int_equal(stay_end(&stay), -EINTR);
	assert_true(is_cancelled());
	assert_int_equal(ring_completions(&ring), 1);
	ring_close(&ring);
}

static void a_completion_in_the_ring_ends_the_run(void **state)
{
	(void)state;
	NEEDS_TWO_CPUS();
	a_completion_ends_the_run(VTL0_MODE_SPIN);
}

static void a_completion_in_the_ring_ends_a_halt(void **state)
{
	(void)state;
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

/* Its executor waits by the ring for other threads; it is the VP's thread that asked. */
static void a_wait_of_the_vps_own_thread_ends_the_run(void **state)
{
	int event = eventfd(0, EFD_CLOEXEC);
	struct io_uring_sqe wait = { .opcode = IORING_OP_POLL_ADD, .fd = event };
	uint64_t begin;
	pthread_t writer;
	struct ring ring;
	int ret;

	(void)state;
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

/* MshvVtlTdcall (ioctl/tdx.rs:660-676): "todo handle tdcall ioctl error", a panic. */
static int client_tdcall(struct mshv_tdcall *args)
{
	return ioctl(lab.vtl, MSHV_TDCALL, args) ? -errno : 0;
}

/* The call is made: what the TDX module says. */
static uint64_t status_of(struct mshv_tdcall *args)
{
	uint64_t leaf = args->rax;
	int ret = client_tdcall(args);

	check(!ret, "leaf %lu, RCX %#lx, RDX %#lx: %s", (unsigned long)leaf,
	      (unsigned long)args->rcx, (unsigned long)args->rdx, strerror(-ret));
	return args->rax >> 32;
}

static void is_forbidden(struct mshv_tdcall args)
{
	assert_int_equal(client_tdcall(&args), -EPERM);
}

/* ioctl/tdx.rs:94 (expect), 106, 131, 140; partition.rs:1740, 1759 warn. */
static void the_partition_and_the_module_are_asked(void **state)
{
	struct mshv_tdcall flags = { .rax = LEAF_VM_RD, .rdx = FIELD_CONFIG_FLAGS };
	struct mshv_tdcall features = { .rax = LEAF_SYS_RD, .rdx = FIELD_TDX_FEATURES0 };
	struct mshv_tdcall seal = {
		.rax = LEAF_VM_WR,
		.rdx = FIELD_TD_CTLS,
		.r8 = TD_CTLS_SEAL_KEYS,
		.r9 = TD_CTLS_SEAL_KEYS,
	};
	struct mshv_tdcall controls = { .rax = LEAF_VM_RD, .rdx = FIELD_TD_CTLS };

	(void)state;
	assert_int_equal(status_of(&flags), 0);
	assert_int_equal(status_of(&features), 0);
	assert_true(features.r8);
	/* The lab's module has no such keys, and may say so. */
	status_of(&seal);
	assert_int_equal(status_of(&controls), 0);
	assert_int_equal(controls.r8 & TD_CTLS_SEAL_KEYS, 0);
}

/**
 * struct client_field - a field that the VMM sets when it makes a VP, or later
 * @field:   of VM 1
 * @mask:    as the VMM has it
 * @changed: bits that differ from what was there
 * @lab_may_refuse: the lab's module does not have it
 */
struct client_field {
	uint64_t field;
	uint64_t mask;
	uint64_t changed;
	bool lab_may_refuse;
};

#define ALL_16	0xffffULL
#define ALL_32	0xffffffffULL

/* Lines of tdx/mod.rs. */
static const struct client_field client_fields[] = {
	{ TDX_SECONDARY_CONTROLS, 1 << 22, 1 << 22, false },	/* 1034: MBEC */
	{ TDX_FIELD64(0x6004), ~0ULL, 1, false },		/* 1067: CR0 shadow */
	{ TDX_FIELD64(0x6000), ~0ULL, 1, false },		/* 1073: CR0 mask */
	{ TDX_FIELD64(0x6006), ~0ULL, 1, false },		/* 1087: CR4 shadow */
	{ TDX_FIELD64(0x6002), ~0ULL, 1, false },		/* 1088: CR4 mask */
	{ TDX_FIELD32(0x4004), ALL_32, 1 << 1, false },		/* 1116: exceptions */
	{ TDX_FIELD32(0x401c), ALL_32, 3, false },		/* 1367: TPR threshold */
	{ PROCESSOR_CONTROLS, ALL_32, 1 << 2, false },		/* 1378: interrupt window */
	{ PROCESSOR_CONTROLS, ALL_32, 1 << 22, false },		/* 1378: NMI window */
	{ TDX_FIELD64(0x201c), ~0ULL, 2, false },		/* 1424: EOI exits */
	{ TDX_FIELD64(0x2022), ~0ULL, 2, false },
	{ TDX_SECONDARY_CONTROLS, 1 << 9, 1 << 9, false },	/* 1508: delivery */
	{ TDX_SECONDARY_CONTROLS, 1 << 2, 1 << 2, true },	/* 769: descriptor tables */
	{ TDX_ENTRY_EVENT, ALL_32, 0x80000030, false },		/* 1655 */
	{ TDX_ENTRY_EVENT_ERROR, ALL_32, 4, false },		/* 1665 */
	{ TDX_INTERRUPTIBILITY, ALL_32, 8, false },		/* 3964 */
	{ TDX_ENTRY_CONTROLS, 0x200, 0x200, false },		/* 3353 */
	{ TDX_FIELD64(0x2804), ~0ULL, 1, false },		/* 2898: PAT */
	{ TDX_FIELD64(0x2806), ~0ULL, 1, false },		/* 3295: EFER */
	{ TDX_FIELD64(0x6800), ~0ULL, 8, false },		/* 355: CR0 */
	{ TDX_FIELD64(0x6804), ~0ULL, 0x20, false },		/* 355: CR4 */
	{ TDX_FIELD64(0x6802), ~0ULL, PAGE, false },		/* 3918: CR3 */
	{ TDX_FIELD16(0x0802), ALL_16, 8, false },		/* 2942: CS */
	{ TDX_FIELD32(0x4802), ALL_32, 1, false },		/* 2944 */
	{ TDX_FIELD32(0x4816), ALL_32, 4, false },		/* 2951 */
	{ TDX_FIELD64(0x6808), ~0ULL, PAGE, false },		/* 2943 */
	{ TDX_FIELD16(0x080e), ALL_16, 8, false },		/* TR */
	{ TDX_FIELD64(0x6818), ~0ULL, PAGE, false },		/* 3324: IDTR */
	{ TDX_FIELD32(0x4812), ALL_32, 1, false },		/* 3326 */
	{ TDX_FIELD32(0x482a), ALL_32, 8, false },		/* 2865: SYSENTER_CS */
	{ TDX_FIELD64(0x6824), ~0ULL, 8, false },		/* 2873: SYSENTER_ESP */
	{ TDX_FIELD64(0x6826), ~0ULL, 8, false },		/* 2881: SYSENTER_EIP */
	{ GUEST_DR7, ~0ULL, 1, false },				/* 4182 */
};

/* Reads it as read_vmcs() does: what is there; 0, if the lab's module has no such VM. */
static uint64_t client_field_read(uint64_t field, uint64_t vm, uint64_t *value)
{
	struct mshv_tdcall args = { .rax = LEAF_VP_RD, .rdx = field + vm };
	uint64_t status = status_of(&args);

	*value = status ? 0 : args.r8;
	return status;
}

static uint64_t client_field_write(uint64_t field, uint64_t value, uint64_t mask)
{
	struct mshv_tdcall args = { .rax = LEAF_VP_WR, .rdx = field, .r8 = value, .r9 = mask };

	return status_of(&args);
}

/* write_vmcs(), "fatal vmcs access failure" (ioctl/tdx.rs:331). What was there comes back. */
static void field_of_vm_1_can_be_set(const struct client_field *field)
{
	uint64_t before, after, status;

	assert_int_equal(client_field_read(field->field, 0, &before), 0);
	status = client_field_write(field->field, (before ^ field->changed) & field->mask,
				    field->mask);
	check(!status || field->lab_may_refuse, "field %#lx: %#lx", (unsigned long)field->field,
	      (unsigned long)status);
	if (status)
		return;
	assert_int_equal(client_field_read(field->field, 0, &after), 0);
	assert_int_equal(after, before ^ field->changed);
	assert_int_equal(client_field_write(field->field, before & field->mask, field->mask), 0);
}

static void field_of_vm_2_is_no_errno(const struct client_field *field)
{
	uint64_t before;

	if (!client_field_read(field->field, VM_2, &before))
		client_field_write(field->field + VM_2, before & field->mask, field->mask);
	else
		client_field_write(field->field + VM_2, field->changed, field->mask);
}

static void the_fields_of_a_vp_can_be_set(void **state)
{
	unsigned int vp;
	size_t i;

	(void)state;
	for (vp = 0; vp < lab.cpus; vp++) {
		cpu_pin(vp);
		for (i = 0; i < ARRAY_SIZE(client_fields); i++) {
			field_of_vm_1_can_be_set(&client_fields[i]);
			field_of_vm_2_is_no_errno(&client_fields[i]);
		}
	}
	cpu_pin(0);
}

/* set_l2_ctls() (ioctl/tdx.rs:472): its failure is that of the partition (tdx/mod.rs:1051). */
static void the_controls_of_vm_1_can_be_set(void **state)
{
	static const uint64_t values[] = { L2_SHARED_EPT | L2_TDVMCALL, L2_SHARED_EPT, 0 };
	uint64_t before;
	size_t i;

	(void)state;
	cpu_pin(0);
	assert_int_equal(client_field_read(TDX_L2_CONTROLS, 0, &before), 0);
	for (i = 0; i < ARRAY_SIZE(values); i++)
		assert_int_equal(client_field_write(TDX_L2_CONTROLS, values[i], ~0ULL), 0);
	assert_int_equal(client_field_write(TDX_L2_CONTROLS, before, ~0ULL), 0);
}

static void bitmap_word_write(unsigned int word, uint64_t value, uint64_t mask)
{
	uint64_t before;

	assert_int_equal(client_field_read(TDX_MSR_BITMAP(word), 0, &before), 0);
	assert_int_equal(client_field_write(TDX_MSR_BITMAP(word), value, mask), 0);
	assert_int_equal(client_field_write(TDX_MSR_BITMAP(word), before, ~0ULL), 0);
	/* The lab's module may lack VM 2. */
	client_field_write(TDX_MSR_BITMAP(word) + VM_2, value, mask);
}

/* set_msr_bit() (ioctl/tdx.rs:421). */
static void msr_bit_write(uint32_t msr, bool write, bool intercept)
{
	unsigned int word = (msr & 0xffff) / 64 + (msr & 0x80000000 ? 0x80 : 0) +
			    (write ? 0x100 : 0);

	bitmap_word_write(word, intercept ? ~0ULL : 0, 1ULL << msr % 64);
}

/* MSR_ALLOWED_READ and MSR_ALLOWED_READ_WRITE (tdx/mod.rs:135-162, 1098-1104). */
static void msrs_can_be_opened(void **state)
{
	static const uint32_t read[] = {
		0x10, 0xc0000103, 0xc0000080, 0xc0000081, 0xc0000082, 0xc0000084, 0x174, 0x175,
		0x176,
	};
	static const uint32_t both[] = {
		0xc0000100, 0xc0000101, 0xc0000102, 0x48, 0x6a0, 0x6a2, 0x6a4, 0x6a5, 0x6a6,
		0x6a7, 0x6a8, 0x1c4, 0x1c5,
	};
	size_t i;

	(void)state;
	cpu_pin(0);
	for (i = 0; i < ARRAY_SIZE(read); i++)
		msr_bit_write(read[i], false, false);
	for (i = 0; i < ARRAY_SIZE(both); i++) {
		msr_bit_write(both[i], false, false);
		msr_bit_write(both[i], true, false);
		/* On demand of VTL1: tdx/mod.rs:783-818. */
		msr_bit_write(both[i], true, true);
	}
}

/* set_apic_offload() (tdx/mod.rs:1492-1504): TPR, EOI and SELF_IPI. */
static void the_x2apic_can_be_opened_and_closed(void **state)
{
	static const uint64_t opened[] = { 1ULL << 0x8 | 1ULL << 0xb | 1ULL << 0x3f, 0 };
	size_t i;

	(void)state;
	cpu_pin(0);
	for (i = 0; i < ARRAY_SIZE(opened); i++) {
		bitmap_word_write(0x800 / 64, ~opened[i], ~0ULL);
		bitmap_word_write(0x100 + 0x800 / 64, ~opened[i], ~0ULL);
	}
}

/* lockmem.rs:37, 56: memory of the VMM's own, for what the TDX module gets to see. */
static void *locked_page(void)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);

	assert_ptr_not_equal(page, MAP_FAILED);
	assert_int_equal(mlock(page, PAGE), 0);
	return page;
}

/* lockmem.rs:62: its address, by /proc/self/pagemap. */
static uint64_t page_address(const void *page)
{
	int map = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry = 0;

	assert_true(map >= 0);
	assert_int_equal(pread(map, &entry, sizeof(entry), (uintptr_t)page / PAGE * sizeof(entry)),
			 sizeof(entry));
	close(map);
	assert_true(entry >> 63);
	return (entry & 0x3fffffffffffffULL) * PAGE;
}

static struct mshv_tdcall invgla(uint64_t vm, uint64_t list_or_address, bool list)
{
	return (struct mshv_tdcall) {
		.rax = LEAF_VP_INVGLA,
		.rcx = vm << 52 | (list ? INVGLA_LIST : 0),
		.rdx = list_or_address,
	};
}

/* try_flush_list() (tdx/tlb_flush.rs:159-178): unwrap() of both. */
static void the_tlb_can_be_flushed(void **state)
{
	uint64_t *list = locked_page(), address = page_address(list);
	/* A range of HvCallFlushVirtualAddressList: a page, and one more. */
	struct mshv_tdcall one = invgla(1, 0x200001, false);
	struct mshv_tdcall many = invgla(1, address | 2ULL << INVGLA_ENTRIES_SHIFT, true);
	unsigned int vp;

	(void)state;
	list[0] = 0x200000;
	list[1] = 0x400001;
	for (vp = 0; vp < lab.cpus; vp++) {
		struct mshv_tdcall again = many, other = invgla(2, many.rdx, true);

		cpu_pin(vp);
		assert_int_equal(status_of(&again), 0);
		/* VTL1, which the lab's module may lack. */
		status_of(&other);
	}
	assert_int_equal(status_of(&one), 0);
	cpu_pin(0);
	munmap(list, PAGE);
}

static struct mshv_tdcall apic_page_of_vm_2(uint64_t address)
{
	return (struct mshv_tdcall) {
		.rax = LEAF_VP_WR,
		.rdx = VIRTUAL_APIC_PAGE + VM_2,
		.r8 = address,
		.r9 = ~0ULL,
	};
}

/* Tdx::new() (ioctl/tdx.rs:535-544), for each VP on the thread that makes it. */
static void the_apic_page_of_vtl1_can_be_told(void **state)
{
	const unsigned int vps = lab.cpus;
	void *pages[CPUS_MAX];
	unsigned int vp;

	(void)state;
	for (vp = 0; vp < vps; vp++) {
		struct mshv_tdcall args;

		pages[vp] = locked_page();
		args = apic_page_of_vm_2(page_address(pages[vp]));
		cpu_pin(vp);
		status_of(&args);
	}
	cpu_pin(0);
	for (vp = 0; vp < vps; vp++)
		munmap(pages[vp], PAGE);
}

/* A page of another process, which lives until @release is written. */
static uint64_t foreign_page(int release, pid_t *child)
{
	uint64_t address, value;
	int told = eventfd(0, EFD_CLOEXEC);

	*child = fork();
	if (!*child) {
		address = page_address(memset(locked_page(), 1, PAGE));
		if (write(told, &address, sizeof(address)) == sizeof(address))
			value = read(release, &value, sizeof(value));
		_exit(0);
	}
	assert_int_equal(read(told, &address, sizeof(address)), sizeof(address));
	close(told);
	return address;
}

static void memory_is_forbidden(uint64_t address)
{
	is_forbidden(apic_page_of_vm_2(address));
	is_forbidden(invgla(1, address | 2ULL << INVGLA_ENTRIES_SHIFT, true));
	is_forbidden((struct mshv_tdcall) { .rax = LEAF_PAGE_ACCEPT, .rcx = address });
	is_forbidden((struct mshv_tdcall) { .rax = LEAF_PAGE_RELEASE, .rcx = address });
	is_forbidden((struct mshv_tdcall) {
		.rax = LEAF_PAGE_ATTR_WR,
		.rcx = address,
		.rdx = ATTRIBUTES_FULL << ATTRIBUTES_VM_SHIFT,
		.r8 = ATTRIBUTES_CHANGED << ATTRIBUTES_VM_SHIFT,
	});
}

/* What the VMM never does, and one that was taken over might. */
static void memory_of_others_is_refused(void **state)
{
	int release = eventfd(0, EFD_CLOEXEC);
	const uint64_t one = 1;
	uint64_t address;
	pid_t child;

	(void)state;
	cpu_pin(0);
	address = foreign_page(release, &child);
	memory_is_forbidden(address);
	assert_int_equal(write(release, &one, sizeof(one)), sizeof(one));
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(release);
	memory_is_forbidden(KERNEL_MEMORY);
	/* The driver owns that of VM 1 (ioctl/tdx.rs:536). */
	is_forbidden((struct mshv_tdcall) {
		.rax = LEAF_VP_WR,
		.rdx = VIRTUAL_APIC_PAGE,
		.r8 = address,
		.r9 = ~0ULL,
	});
}

static void attributes_set(uint64_t rcx, uint64_t rights, unsigned int vm)
{
	const unsigned int shift = vm * ATTRIBUTES_VM_SHIFT;
	struct mshv_tdcall set = {
		.rax = LEAF_PAGE_ATTR_WR,
		.rcx = rcx,
		.rdx = rights << shift,
		.r8 = ATTRIBUTES_CHANGED << shift,
	};
	struct mshv_tdcall get = { .rax = LEAF_PAGE_ATTR_RD, .rcx = rcx & ~7ULL };
	uint64_t status = status_of(&set);

	/* The lab's module has VM 1. A block of which a part was named is no block any more. */
	if (vm != 1 || ((rcx & 7) && status == PAGE_SIZE_MISMATCH))
		return;
	assert_int_equal(status, 0);
	/* In a build for debugging: tdcall.rs:535. */
	assert_int_equal(status_of(&get), 0);
	if (rights & ATTRIBUTES_CHANGED)
		assert_int_equal(get.rdx >> shift & ATTRIBUTES_FULL, rights);
}

/*
 * accept_lower_vtl_pages() (underhill_mem/src/lib.rs:271-278) and apply_protections()
 * (:377): blocks of 2 MiB, by level 1, and pages (tdcall.rs:586-633).
 */
static void the_memory_of_vtl0_can_be_accepted_and_given(void **state)
{
	static const uint64_t places[] = {
		MEMORY_UNUSED | 1, MEMORY_UNUSED, MEMORY_UNUSED + PAGE,
		MEMORY_UNUSED + BLOCK - PAGE,
	};
	size_t i;

	(void)state;
	cpu_pin(0);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		struct mshv_tdcall accept = { .rax = LEAF_PAGE_ACCEPT, .rcx = places[i] };
		struct mshv_tdcall release = { .rax = LEAF_PAGE_RELEASE, .rcx = places[i] };

		/* Which the lab's module lacks: it says so by a status. */
		status_of(&accept);
		attributes_set(places[i], ATTRIBUTES_FULL, 1);
		attributes_set(places[i], ATTRIBUTES_FULL & ~2ULL, 1);
		attributes_set(places[i], ATTRIBUTES_FULL, 2);
		attributes_set(places[i], 0x8000, 1);
		status_of(&release);
	}
}

/* What TdxTscDeadlineService remembers: the deadline of the entry before; 0: none. */
static uint64_t last_deadline;

/*
 * clear_deadline() comes first (hardware_cvm/mod.rs:2843, tdx/mod.rs:468), then
 * update_deadline() if a timer is armed (:423): it leaves an unchanged one alone.
 */
static void deadline_prepare(uint64_t deadline)
{
	struct mshv_tdx_tsc_deadline *timer = &guest_context()->tsc_deadline;

	timer->update = 0;
	if (deadline && deadline != last_deadline) {
		timer->deadline = deadline;
		timer->update = 1;
	}
	last_deadline = deadline;
}

/* run_vp() of tdx/mod.rs: true if VTL0 exited because the deadline had come. */
static bool turn_expires(uint64_t deadline)
{
	uint64_t rax;
	int ret;

	deadline_prepare(deadline);
	ret = guest_enter(20);
	rax = guest_context()->exit.rax;
	/* ioctl.rs:1746: anything else ends the VMM. */
	check(!ret || ret == -EINTR, "a run: %s, RAX %#lx", strerror(-ret), (unsigned long)rax);
	if (ret || EXIT_STATUS(rax))
		return false;
	assert_int_equal(EXIT_REASON(rax), EXIT_DEADLINE);
	return true;
}

static void expires_once(bool spins)
{
	volatile struct vtl0_report *report = vmm_report(guest.vm, guest.vp);
	uint64_t deadline = __rdtsc() + 30 * ticks_per_ms(), end, before;

	end = now_ms() + PATIENCE_MS;
	while (!turn_expires(deadline))
		check(now_ms() < end, "the deadline does not come");
	assert_true(__rdtsc() >= deadline);

	/* The timer is one-shot: none is armed from now on, and VTL0 goes on. */
	before = spins ? report->spins : vps_column(guest.vp, "entries");
	end = now_ms() + 2 * NOTHING_MS;
	while (now_ms() < end)
		assert_false(turn_expires(0));
	if (spins)
		assert_true(report->spins > before);
	else
		assert_int_equal(vps_column(guest.vp, "entries"), before);
}

/*
 * The first entry flushes, and offloads nothing (ioctl/tdx.rs:623, tdx/mod.rs:1721-1737);
 * the next ones do not flush, and do offload.
 */
static void a_deadline_that_has_come_is_over_when_running(void **state)
{
	struct mshv_vtl_run *run = lab.run[guest.vp];

	(void)state;
	ticks_per_ms();
	guest_mode(guest.vp, VTL0_MODE_SPIN);
	vmm_vp_stop(guest.vm, guest.vp);
	cpu_pin(guest.vp);
	last_deadline = 0;
	run->enter_mode = 0;
	guest_context()->entry_rcx = TDX_ENTRY_RCX | ENTRY_INVEPT;
	run->offload_flags = 0;
	assert_false(turn_expires(0));

	guest_context()->entry_rcx = TDX_ENTRY_RCX;
	run->offload_flags = MSHV_VTL_OFFLOAD_INTR_INJECT | MSHV_VTL_OFFLOAD_X2APIC;
	expires_once(true);
	expires_once(true);
	cpu_pin(0);
}

static void a_deadline_that_has_come_is_over_when_halted(void **state)
{
	(void)state;
	ticks_per_ms();
	guest_mode(guest.vp, VTL0_MODE_HALT);
	guest_halted_wait(guest.vp);
	vmm_vp_stop(guest.vm, guest.vp);
	cpu_pin(guest.vp);
	last_deadline = 0;
	expires_once(false);
	expires_once(false);
	cpu_pin(0);
}

/* halted_hlt, halted_idle: both at once is a warning, neither is "runs" (tdx/mod.rs:1766). */
static uint8_t activity(void)
{
	uint8_t flags = __atomic_load_n(&lab.run[guest.vp]->offload_flags, __ATOMIC_SEQ_CST);

	return flags & (MSHV_VTL_OFFLOAD_HALT_HLT | MSHV_VTL_OFFLOAD_HALT_IDLE);
}

static void idle_begin(void)
{
	/* By the guest-idle MSR, with interrupts closed. */
	const uint64_t arguments[VTL0_ARGUMENTS] = { VTL0_WAIT_IDLE, 0, 0 };

	guest_halted_wait(guest.vp);
	vmm_command_post(guest.vm, guest.vp, VTL0_COMMAND_WAIT, arguments);
	wait_until(vmm_report(guest.vm, guest.vp)->state == VTL0_STATE_WAITING &&
		   activity() == MSHV_VTL_OFFLOAD_HALT_IDLE, "VP %u does not idle", guest.vp);
}

/* "Exit idle when an interrupt is received, regardless of IF": tdx/mod.rs:1545. */
static void idle_ends_by_a_redirected_interrupt(void **state)
{
	unsigned int route = guest_edu_route(0, guest.vp, VECTOR);
	struct vtlirq_route_state way;
	uint64_t result = ~0ULL;

	(void)state;
	assert_int_equal(vmm_route_state(guest.vm, route, &way), 0);
	assert_true(way.hardware_vector);
	idle_begin();
	assert_int_equal(guest_count(guest.vp, VECTOR), 0);
	guest_raise(route);
	assert_int_equal(vmm_command_wait(guest.vm, guest.vp, PATIENCE_MS, &result), 0);
	assert_int_equal(result, 0);
	guest_count_wait(guest.vp, VECTOR, 1);
}

/* kick_cpus() (ioctl.rs:2643-2665, expect) with both flags (tdx/mod.rs:4556). */
static void client_kick(uint8_t cpus)
{
	uint64_t mask[CPUS_MAX / 64] = { cpus };
	struct mshv_kick_cpus kick = {
		/* Of whole bytes, in bits. */
		.len = (lab.cpus + 7) / 8 * 8,
		.mask = (uintptr_t)mask,
		.flags = MSHV_KICK_CPUS_CANCEL | MSHV_KICK_CPUS_WAIT,
	};

	assert_int_equal(ioctl(lab.vtl, MSHV_KICK_CPUS, &kick), 0);
}

static void a_kick_ends(void (*begin)(struct stay *stay))
{
	begin(&stay);
	client_kick(1 << guest.vp);
	assert_int_equal(stay_end(&stay), -EINTR);
	assert_true(is_cancelled());
	/* A VP that is not in VTL0 is cancelled as well: its next entry ends at once. */
	__atomic_store_n(&lab.run[guest.vp]->cancel, 0, __ATOMIC_SEQ_CST);
	client_kick(1 << guest.vp);
	stay_begin_as_it_is(&stay);
	assert_int_equal(stay_end(&stay), -EINTR);
	/* None at all, and oneself: the VMM may ask for both. */
	client_kick(0);
	client_kick(1);
}

static void a_kick_ends_the_run(void **state)
{
	(void)state;
	NEEDS_TWO_CPUS();
	a_kick_ends(stay_spinning);
}

static void a_kick_ends_a_halt(void **state)
{
	(void)state;
	NEEDS_TWO_CPUS();
	a_kick_ends(stay_halted);
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

/* RedirectedVectorMapping (hardware_cvm/mod.rs:112-143): an errno of drop() is a panic. */
static void a_vector_is_given_back_when_the_host_refuses(void **state)
{
	const struct labhost_source *source = source_of_kind(LAB_HOST_KIND_EDU);
	struct client client = client_begin();
	unsigned int vp = lab.cpus - 1, round;
	int vector;

	(void)state;
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

/* hardware_cvm/mod.rs:1361-1387: the mapping is kept when the host takes the vector. */
static void interrupt_is_redirected(struct client *client)
{
	const struct labhost_source *source = source_of_kind(LAB_HOST_KIND_EDU);
	unsigned int vp = lab.cpus - 1;
	int vector = client_map(client->vtl, VECTOR, apic_id(vp), true);

	assert_true(vector > 15);
	assert_int_equal(hv_route(client->hvcall, source, vp, vector, HV_TARGET_REDIRECT) & 0xffff,
			 HV_SUCCESS);
	/* update_proxy_irr_filter_vtl0() (ioctl.rs:1700) lets it in. */
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

/* What it has mapped is not unmapped by the VMM: the end of the file does. */
static void a_second_client_starts_after_the_first_has_closed(void **state)
{
	unsigned int round;

	(void)state;
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

/* The worker ends by exit, with all of it open. */
static void a_second_client_starts_after_the_first_has_exited(void **state)
{
	unsigned int round;
	pid_t child;
	int status;

	(void)state;
	for (round = 0; round < 3; round++) {
		child = fork();
		if (!child) {
			struct client client = client_begin();

			poll_file_set(&client, eventfd(0, EFD_CLOEXEC));
			interrupt_is_redirected(&client);
			_exit(42);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 42);
		mappings_wait(0);
		runs_clear();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(capabilities_are_those_of_tdx),
		LAB_TEST(a_vtl_file_is_closed_by_exec),
		HV_TEST(the_host_can_be_called),
		LAB_TEST(the_partition_and_the_module_are_asked),
		LAB_TEST(the_memory_of_vtl0_can_be_accepted_and_given),
		LAB_TEST(the_memory_of_vtl0_can_be_mapped_private_and_shared),
		LAB_TEST(cr4_fixed1_is_told),
		LAB_TEST(each_vp_has_its_pages),
		LAB_TEST(the_apic_page_of_vtl1_can_be_told),
		LAB_TEST(memory_of_others_is_refused),
		LAB_TEST(the_fields_of_a_vp_can_be_set),
		LAB_TEST(the_controls_of_vm_1_can_be_set),
		LAB_TEST(msrs_can_be_opened),
		LAB_TEST(the_x2apic_can_be_opened_and_closed),
		LAB_TEST(registers_of_a_new_vp_can_be_set),
		LAB_TEST(the_tlb_can_be_flushed),
		GUEST_TEST(a_deadline_that_has_come_is_over_when_running),
		GUEST_TEST(a_deadline_that_has_come_is_over_when_halted),
		GUEST_TEST(idle_ends_by_a_redirected_interrupt),
		GUEST_TEST(a_completion_in_the_ring_ends_the_run),
		GUEST_TEST(a_completion_in_the_ring_ends_a_halt),
		GUEST_TEST(a_wait_of_the_vps_own_thread_ends_the_run),
		GUEST_TEST(a_kick_ends_the_run),
		GUEST_TEST(a_kick_ends_a_halt),
		HV_TEST(a_vector_is_given_back_when_the_host_refuses),
		HV_TEST(a_second_client_starts_after_the_first_has_closed),
		HV_TEST(a_second_client_starts_after_the_first_has_exited),
	};

	return GUEST_GROUP("OpenHCL's VMM", tests);
}
