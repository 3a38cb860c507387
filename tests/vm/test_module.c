// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Unloading the driver and loading it again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../lab/hypervisor/l1/lab_tdx.h"
#include "../harness/host.h"
#include "../harness/lab.h"

#define DRIVER "/usr/share/vtlirq/mshv_vtl.ko"
/* A kernel may have it built in. */
#define VMBUS "/usr/share/vtlirq/hv_vmbus.ko"

static int module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

static int driver_unload(void)
{
	return module_unload("mshv_vtl");
}

static int module_load(const char *path, const char *parameters)
{
	int file = must_open(path, O_RDONLY);
	int ret = syscall(SYS_finit_module, file, parameters, 0) ? -errno : 0;

	close(file);
	return ret;
}

static int driver_load(const char *parameters)
{
	return module_load(DRIVER, parameters);
}

/* Counts the interrupt descriptors of the driver's own irq chip. */
static unsigned int own_descriptors(void)
{
	FILE *pipe = popen("cat /sys/kernel/irq/*/chip_name 2>/dev/null | grep -c VTL0-redirect",
			   "re");
	unsigned int count = 0;

	check(pipe, "popen: %s", strerror(errno));
	check(fscanf(pipe, "%u", &count) == 1, "no count of descriptors");
	pclose(pipe);
	return count;
}

static void the_module_stays_while_a_file_is_open(void **state)
{
	int mshv = open("/dev/mshv", O_RDWR | O_CLOEXEC), vtl;
	struct mshv_vtl_run *run;

	assert_int_equal(driver_unload(), -EAGAIN);
	vtl = vtl_open();
	close(mshv);
	assert_int_equal(driver_unload(), -EAGAIN);
	run = vtl_page(vtl, 0);
	run->cancel = 0;
	close(vtl);
	/* A mapped run page also holds a reference to the module. */
	assert_int_equal(driver_unload(), -EAGAIN);
	munmap(run, 4096);
	assert_int_equal(driver_unload(), 0);
	assert_int_equal(driver_load(""), 0);
}

static void nothing_is_left_after_unload(void **state)
{
	unsigned int descriptors = irq_descriptors(), i;
	int mark = kernel_log_mark();
	int vtl = vtl_open();

	for (i = 0; i < 40; i++)
		assert_true(vtl_map(vtl, 0x40 + i, i % sysconf(_SC_NPROCESSORS_ONLN)) > 0);
	assert_int_equal(own_descriptors(), 40);
	/* The vectors enter quarantine, and the driver is unloaded immediately. */
	close(vtl);
	assert_true(totals("quarantined") > 0);
	assert_int_equal(driver_unload(), 0);

	assert_int_equal(irq_descriptors(), descriptors);
	assert_int_equal(own_descriptors(), 0);
	assert_int_equal(access("/dev/mshv", F_OK), -1);
	assert_int_equal(access("/sys/kernel/debug/mshv_vtl", F_OK), -1);
	assert_int_equal(access("/sys/module/mshv_vtl", F_OK), -1);
	assert_int_equal(kernel_log_count(mark, "WARNING"), 0);
	assert_int_equal(driver_load(""), 0);
}

static uint64_t shared_pages(int host)
{
	struct lab_host_behaviour behaviour;

	assert_int_equal(labhost_behaviour_get(host, &behaviour), 0);
	return behaviour.shared_pages;
}

static void no_page_is_shared_after_unload(void **state)
{
	int host = labhost_open();
	uint64_t without, with, after;

	if (host < 0)
		skip();
	assert_int_equal(driver_unload(), 0);
	without = shared_pages(host);
	assert_int_equal(driver_load(""), 0);
	with = shared_pages(host);
	assert_int_equal(driver_unload(), 0);
	after = shared_pages(host);
	assert_int_equal(driver_load(""), 0);
	labhost_close(host);
	assert_int_equal(after, without);
	/* There is nothing to share if this is no TDX guest, or if the kernel has the pages. */
	if (with == without)
		skip();
	print_message("# the driver shares %lu pages\n", (unsigned long)(with - without));
}

/* The host may send messages at any time, to code that is not there any more. */
static void the_host_reaches_no_driver_after_unload(void **state)
{
	const struct hv_message message = {
		.type = HV_MESSAGE_PROXY_INTERRUPT,
		.payload_size = 36,
		.vectors = { 0x51 },
	};
	struct lab_host_post post = { .vp = 0, .interrupt = 1 };
	int host = labhost_open(), mark = kernel_log_mark(), sent;

	if (host < 0)
		skip();
	memcpy(post.message, &message, sizeof(post.message));
	assert_int_equal(driver_unload(), 0);
	sent = labhost_post(host, &post);
	usleep(100000);
	assert_int_equal(driver_load(""), 0);
	labhost_close(host);
	assert_int_equal(sent, 0);
	assert_int_equal(kernel_log_count(mark, "BUG"), 0);
}

/* VTL0's memory that was registered with the kernel; lab/vm/run boots without any. */
static void the_memory_of_vtl0_is_released(void **state)
{
	const struct mshv_vtl0_memory memory = { 0x10800, 0x11000 };
	unsigned long before = direct_map_size();
	int vtl = vtl_open();

	if (ioctl(vtl, MSHV_ADD_VTL0_MEMORY, &memory)) {
		assert_int_equal(errno, EOPNOTSUPP);
		close(vtl);
		skip();
	}
	close(vtl);
	assert_int_equal(direct_map_size() - before, 8192);
	assert_int_equal(driver_unload(), 0);
	assert_int_equal(direct_map_size(), before);
	assert_int_equal(driver_load(""), 0);
}

static void the_module_loads_and_unloads_repeatedly(void **state)
{
	unsigned int descriptors = irq_descriptors(), round;
	int vtl;

	for (round = 0; round < 20; round++) {
		vtl = vtl_open();
		assert_true(vtl_map(vtl, 0x51, 0) > 0);
		close(vtl);
		assert_int_equal(driver_unload(), 0);
		assert_int_equal(driver_load(""), 0);
	}
	quarantine_wait_empty();
	assert_int_equal(irq_descriptors(), descriptors);
}

static void the_parameters_take_effect(void **state)
{
	int vtl, i;

	assert_int_equal(driver_unload(), 0);
	assert_int_equal(driver_load("vectors_per_cpu=3 quarantine_ms=5000"), 0);
	vtl = vtl_open();
	for (i = 0; i < 3; i++)
		assert_true(vtl_map(vtl, 0x51 + i, 0) > 0);
	assert_int_equal(vtl_map(vtl, 0x60, 0), -ENODEV);
	assert_int_equal(cpus_column(0, "quota"), 3);
	close(vtl);
	assert_int_equal(cpus_column(0, "quarantined"), 3);
	assert_int_equal(driver_unload(), 0);
	assert_int_equal(driver_load(""), 0);
}

/*
 * The host sets the number of L2 VMs once, when it creates a TDX guest (TDH.MNG.INIT,
 * TD_PARAMS.NUM_L2_VMS).
 */
static void without_an_l2_vm_there_is_no_vtl0(void **state)
{
	static const unsigned long calls[] = { MSHV_TDCALL, MSHV_READ_VMX_CR4_FIXED1,
					       MSHV_GET_VP_REGISTERS, MSHV_SET_VP_REGISTERS };
	int node = open(LAB_TDX_NODE, O_RDWR | O_CLOEXEC), capability, entry, vtl;
	uint32_t none = 0, all = LAB_TDX_VMS_MAX, unknown = 0, i;

	if (node < 0)
		skip();
	assert_int_equal(mshv_extension(MSHV_CAP_LOWER_VTL_TIMER_VIRT), 1);
	assert_int_equal(driver_unload(), 0);
	assert_int_equal(ioctl(node, LAB_TDX_SET_VMS, &none), 0);
	assert_int_equal(driver_load(""), 0);
	capability = mshv_extension(MSHV_CAP_LOWER_VTL_TIMER_VIRT);
	vtl = vtl_open();
	entry = ioctl(vtl, MSHV_RETURN_TO_LOWER_VTL) ? -errno : 0;
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		unknown += ioctl(vtl, calls[i], NULL) && errno == ENOTTY;
	close(vtl);
	assert_int_equal(driver_unload(), 0);
	assert_int_equal(ioctl(node, LAB_TDX_SET_VMS, &all), 0);
	assert_int_equal(driver_load(""), 0);
	close(node);
	assert_int_equal(capability, -EOPNOTSUPP);
	assert_int_equal(entry, -EOPNOTSUPP);
	assert_int_equal(unknown, ARRAY_SIZE(calls));
}

/* Returns the number of VPs whose message page is enabled: the host can write to slot 0. */
static unsigned int vps_with_messages(int host)
{
	unsigned int i, count = 0;

	for (i = 0; i < sysconf(_SC_NPROCESSORS_ONLN); i++) {
		struct lab_host_post post = { .vp = i, .message = { 1 } };
		struct lab_host_vp vp;

		assert_int_equal(labhost_post(host, &post), 0);
		assert_int_equal(labhost_vp_get(host, i, &vp), 0);
		count += vp.slot_full;
	}
	return count;
}

/* Raises a proxied interrupt of @vp. Returns whether it waits at the host: its SINT is masked. */
static bool proxied_interrupt_waits(unsigned int vp)
{
	const struct labhost_source *source;
	uint64_t end = now_ms() + 5000;
	struct lab_host_vp state;
	int hv;

	assert_int_equal(hv_setup(NULL), 0);
	hv = hv_open();
	source = source_of_kind(LAB_HOST_KIND_EDU);
	assert_int_equal(hv_route(hv, source, vp, 0x51, 0), HV_SUCCESS);
	source_unmask(source);
	source_raise(source);
	do {
		sleep_ms(1);
		state = host_vp(vp);
	} while (!state.waiting && !state.slot_full && now_ms() < end);
	close(hv);
	assert_int_equal(hv_teardown(NULL), 0);
	return state.waiting == 1 && !state.slot_full;
}

/*
 * hv_vmbus, which is loaded after the driver, replaces the driver's message pages by its own
 * (Linux, drivers/hv/hv.c, hv_synic_enable_regs()).
 */
static void hv_vmbus_keeps_the_synic(void **state)
{
	int host = labhost_open(), mark = kernel_log_mark(), loaded, unloaded;
	unsigned int cpus = sysconf(_SC_NPROCESSORS_ONLN), vps, taken, online;
	bool waits = true;

	if (host < 0 || access(VMBUS, F_OK))
		skip();
	loaded = module_load(VMBUS, "");
	/* A kernel in VTL mode looks for VMBus in a device tree, which is not there. */
	if (loaded == -ENODEV)
		skip();
	assert_int_equal(loaded, 0);
	if (cpus > 1) {
		cpu_set_online(1, false);
		cpu_set_online(1, true);
		waits = proxied_interrupt_waits(1);
	}
	online = kernel_log_count(mark, "CPU 1 has no SynIC");
	mark = kernel_log_mark();
	unloaded = driver_unload();
	vps = vps_with_messages(host);
	loaded = driver_load("");
	taken = kernel_log_count(mark, "hv_vmbus owns the SynIC");
	assert_int_equal(module_unload("hv_vmbus"), 0);
	/* The driver is loaded once more, since this one does not use the SynIC. */
	assert_int_equal(driver_unload(), 0);
	assert_int_equal(driver_load(""), 0);
	labhost_close(host);
	assert_int_equal(unloaded, 0);
	assert_int_equal(loaded, 0);
	assert_int_equal(vps, cpus);
	assert_int_equal(online, cpus > 1);
	/* The driver has not unmasked its SINT of a SynIC that belongs to hv_vmbus. */
	assert_true(waits);
	assert_int_equal(taken, 1);
}

/*
 * Intel's TDX module 1.5.01: RCX and OPERAND_ID_L2_VAPIC_GPA in tdg_vp_enter(); for the field,
 * MD_TDVPS_VMCS_2_CLASS_CODE in tdvps_fields_lookup.h, and 0x2012 in vmcs_defs.h.
 */
#define VM_2_ENTRY		(2ULL << 52)
#define VM_2_VIRTUAL_APIC	0x2c20000300002012ULL
#define NO_VIRTUAL_APIC		0xc0000100000000aaULL

/*
 * Enters VM 2 once, and returns RAX of the exit. The kernel may have work for this task before the
 * entry (task work, such as that of each tick): then the call ends with EINTR, and is repeated.
 */
static uint64_t vm_2_enter(int vtl, int *ret)
{
	struct mshv_vtl_run *run = vtl_page(vtl, 0);
	struct mshv_tdx_context *context = (struct mshv_tdx_context *)run->context;
	uint64_t rax;

	context->entry_rcx = VM_2_ENTRY;
	run->cancel = 0;
	do {
		*ret = ioctl(vtl, MSHV_RETURN_TO_LOWER_VTL) ? -errno : 0;
	} while (*ret == -EINTR);
	rax = context->exit.rax;
	munmap(run, 4096);
	return rax;
}

/*
 * The module keeps the address of the page of a VMM that has died, but after the driver was
 * unloaded, the page is not pinned any more, and may belong to anyone.
 */
static void vm_2_needs_a_page_of_a_vmm_of_this_driver(void **state)
{
	uint8_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
	struct mshv_tdcall call = { .rax = 10, .rdx = VM_2_VIRTUAL_APIC, .r9 = UINT64_MAX };
	uint64_t before, with, after;
	int vtl, ret, refused_before, refused, entered;

	if (mshv_extension(MSHV_CAP_LOWER_VTL_TIMER_VIRT) != 1)
		skip();
	assert_true(page != MAP_FAILED);
	memset(page, 0, 4096);
	call.r8 = frame_of(page);
	cpu_pin(0);
	assert_int_equal(driver_unload(), 0);
	assert_int_equal(driver_load(""), 0);
	vtl = vtl_open();
	before = vm_2_enter(vtl, &refused_before);
	ret = ioctl(vtl, MSHV_TDCALL, &call);
	with = vm_2_enter(vtl, &entered);
	close(vtl);
	assert_int_equal(driver_unload(), 0);
	assert_int_equal(driver_load(""), 0);
	vtl = vtl_open();
	after = vm_2_enter(vtl, &refused);
	close(vtl);
	munmap(page, 4096);
	assert_int_equal(ret, 0);
	assert_int_equal(call.rax, 0);
	assert_int_equal(refused_before, -EIO);
	assert_int_equal(before, NO_VIRTUAL_APIC);
	assert_int_not_equal(with, NO_VIRTUAL_APIC);
	print_message("# VM 2, with its page: %lx\n", (unsigned long)with);
	assert_int_equal(after, NO_VIRTUAL_APIC);
	assert_int_equal(refused, -EIO);
}

#define MEM_PAGE_ATTR_RD	23
#define MEM_PAGE_ATTR_WR	24
/* Attributes of VM 1, as OpenHCL's VMM sets them for the monitor page (see test_vtl0_calls.c). */
#define VM_1_READ_ONLY		(0x8001ULL << 16)
#define VM_1_NO_ACCESS		(0x8000ULL << 16)
#define VM_1_ALL_CHANGED	(0xfULL << 16)

static uint64_t attributes_call(int vtl, struct mshv_tdcall call)
{
	assert_int_equal(ioctl(vtl, MSHV_TDCALL, &call), 0);
	assert_int_equal(call.rax, 0);
	return call.rdx;
}

static void vtl0_access(int vtl, uint64_t frame, uint64_t attributes)
{
	const struct mshv_tdcall write = { .rax = MEM_PAGE_ATTR_WR, .rcx = frame,
					   .rdx = attributes, .r8 = VM_1_ALL_CHANGED };

	attributes_call(vtl, write);
}

static bool vtl0_sees(int vtl, uint64_t frame)
{
	const struct mshv_tdcall read = { .rax = MEM_PAGE_ATTR_RD, .rcx = frame };

	return attributes_call(vtl, read) & VM_1_ALL_CHANGED;
}

/* The TDX module refuses the next change of attributes on CPU 0. */
static void attributes_refuse(void)
{
	struct lab_tdx_hook hook = { .kind = LAB_TDX_HOOK_STATUS, .leaf = MEM_PAGE_ATTR_WR,
				     .status = 0xc0000c03ULL << 32, .count = 1 };
	int node = must_open(LAB_TDX_NODE, O_RDWR);

	assert_int_equal(ioctl(node, LAB_TDX_HOOK, &hook), 0);
	close(node);
}

/* The VMM ends without taking it back, and the next one runs the same VTL0. */
static void a_page_that_vtl0_may_see_is_revoked_at_close(void **state)
{
	uint8_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
	int vtl, mark = kernel_log_mark();
	uint64_t frame;

	if (mshv_extension(MSHV_CAP_LOWER_VTL_TIMER_VIRT) != 1)
		skip();
	assert_true(page != MAP_FAILED);
	memset(page, 0, 4096);
	frame = frame_of(page);
	cpu_pin(0);
	vtl = vtl_open();
	vtl0_access(vtl, frame, VM_1_READ_ONLY);
	assert_true(vtl0_sees(vtl, frame));
	close(vtl);
	vtl = vtl_open();
	assert_false(vtl0_sees(vtl, frame));

	/* If the module refuses that, it is done when the next VMM ends. */
	vtl0_access(vtl, frame, VM_1_READ_ONLY);
	attributes_refuse();
	close(vtl);
	assert_int_equal(kernel_log_count(mark, "1 pages of a VMM stay allocated"), 1);
	vtl = vtl_open();
	assert_true(vtl0_sees(vtl, frame));
	close(vtl);
	vtl = vtl_open();
	assert_false(vtl0_sees(vtl, frame));

	/* Another instance of the driver does not know of the page, but a VMM may revoke it. */
	vtl0_access(vtl, frame, VM_1_READ_ONLY);
	attributes_refuse();
	close(vtl);
	assert_int_equal(driver_unload(), 0);
	assert_int_equal(driver_load(""), 0);
	vtl = vtl_open();
	assert_true(vtl0_sees(vtl, frame));
	vtl0_access(vtl, frame, VM_1_NO_ACCESS);
	assert_false(vtl0_sees(vtl, frame));
	close(vtl);
	munmap(page, 4096);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_module_stays_while_a_file_is_open),
	cmocka_unit_test(nothing_is_left_after_unload),
	cmocka_unit_test(no_page_is_shared_after_unload),
	cmocka_unit_test(the_host_reaches_no_driver_after_unload),
	cmocka_unit_test(the_memory_of_vtl0_is_released),
	cmocka_unit_test(the_module_loads_and_unloads_repeatedly),
	cmocka_unit_test(the_parameters_take_effect),
	cmocka_unit_test(hv_vmbus_keeps_the_synic),
	cmocka_unit_test(vm_2_needs_a_page_of_a_vmm_of_this_driver),
	cmocka_unit_test(a_page_that_vtl0_may_see_is_revoked_at_close),
	cmocka_unit_test(without_an_l2_vm_there_is_no_vtl0),
};

TEST_PROGRAM("module", tests)
