// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Every error path of the driver in a kernel with fault injection: each operation is repeated
 * with failure 1, 2, 3 ... (an allocation, a page, a copy from or to the caller), until it
 * succeeds without a failure. A failed operation leaves the state unchanged, and it succeeds
 * when it is repeated: an interrupt is relayed.
 *
 * This file owns the injection (/proc/PID/fail-nth) and the state that is compared. It must not
 * know which allocations an operation makes.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../harness/program.h"
#include "../harness/host.h"
#include "../harness/check.h"

#define WAIT_MS		5000
#define PROXY		0x51
#define TDG_SYS_RD	11
#define MODULES		"/etc/vtlirq/modules"
#define MODULES_MAX	8
#define DRIVER		"mshv_vtl"
/* No operation has so many failures: an operation that never ends fails the test. */
#define FAILURES_MAX	1000000
/* This is more than the number of free pages that a CPU may keep for itself. */
#define ROUNDS		4000

/* ---- orders ---- */

static unsigned int injected, operations;

static bool kernel_fails_to_order(void)
{
	return !access("/proc/thread-self/fail-nth", W_OK) &&
	       !access("/sys/kernel/debug/failslab", F_OK);
}

/* Opens the fail-nth file of the calling thread. */
static int orders_open(void)
{
	return must_open("/proc/thread-self/fail-nth", O_RDWR);
}

/* Failure number @number from now on is injected; 0 means none. */
static void order_place(int orders, unsigned int number)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", number), again = 0;

	/* A failure that is still ordered may hit this very call, and is used up then. */
	while (write(orders, text, length) != length)
		check(errno == EFAULT && !again++, "fail-nth: %s", strerror(errno));
}

/*
 * Ends an order. Return: how many possible failures remained until the ordered one; 0 means that
 * it was injected.
 */
static unsigned int order_end(int orders)
{
	char text[16] = "";
	unsigned int left = 1;

	/* If the read itself fails, the ordered failure was the next one. */
	if (pread(orders, text, sizeof(text) - 1, 0) >= 0)
		left = strtoul(text, NULL, 10);
	order_place(orders, 0);
	return left;
}

/* ---- modules ---- */

static struct {
	char name[64];
	char path[96];
	char arguments[128];
} modules[MODULES_MAX];

static unsigned int modules_count;

/* Reads the list that the VM's start script uses: one line "FILE ARGUMENTS" for each module. */
static void modules_list(void)
{
	FILE *list = fopen(MODULES, "re");
	char line[256], file[64], *dot;

	check(list, MODULES ": %s", strerror(errno));
	for (modules_count = 0; modules_count < MODULES_MAX; modules_count++) {
		if (!fgets(line, sizeof(line), list) || sscanf(line, "%63s", file) != 1)
			break;
		snprintf(modules[modules_count].path, sizeof(modules[0].path), "/lib/vtlirq/%s",
			 file);
		snprintf(modules[modules_count].arguments, sizeof(modules[0].arguments), "%s",
			 strtok(line + strlen(file), "\n") ?: "");
		/* The number at the start of the file name only orders the list. */
		snprintf(modules[modules_count].name, sizeof(modules[0].name), "%s", file + 3);
		dot = strchr(modules[modules_count].name, '.');
		if (dot)
			*dot = '\0';
	}
	fclose(list);
	assert_true(modules_count > 0);
}

static void module_unload(const char *name)
{
	unsigned int again;

	/* A file that was closed just now may drop its reference to the module a moment later. */
	for (again = 0; syscall(SYS_delete_module, name, O_NONBLOCK); again++) {
		if (errno == ENOENT)
			return;
		check(errno == EAGAIN && again < 200, "%s: %s", name, strerror(errno));
		sleep_ms(10);
	}
}

static int module_load(unsigned int i)
{
	int file = open(modules[i].path, O_RDONLY | O_CLOEXEC), ret;

	if (file < 0)
		return -errno;
	ret = syscall(SYS_finit_module, file, modules[i].arguments, 0) ? -errno : 0;
	close(file);
	return ret;
}

static void modules_unload(void)
{
	unsigned int i;

	modules_list();
	for (i = modules_count; i-- > 0;)
		module_unload(modules[i].name);
}

/* Loads the modules that are not loaded. */
static void modules_load(void)
{
	unsigned int i;
	int ret;

	modules_list();
	for (i = 0; i < modules_count; i++) {
		ret = module_load(i);
		check(!ret || ret == -EEXIST, "%s: %s", modules[i].name, strerror(-ret));
	}
}

/* ---- figures ---- */

/**
 * struct figures - the state that a failure must not change
 * @modules:     the loaded modules, and the number of users of each
 * @descriptors: interrupt descriptors in the kernel
 * @files:       open files of this process
 * @mapped:      each mapping: CPU, hardware vector, proxy vector, references
 */
struct figures {
	char modules[512];
	unsigned int descriptors;
	unsigned int files;
	char mapped[8192];
};

static void modules_read(char *text, size_t room)
{
	FILE *file = fopen("/proc/modules", "re");
	char name[64];
	size_t used = 0;
	long users;

	assert_non_null(file);
	while (fscanf(file, "%63s %*s %ld%*[^\n]", name, &users) == 2) {
		used += snprintf(text + used, room - used, "%s %ld\n", name, users);
		assert_true(used < room);
	}
	fclose(file);
}

static void mapped_read(char *text, size_t room)
{
	FILE *file = fopen("/sys/kernel/debug/mshv_vtl/mappings", "re");
	char line[256], vector[16], proxy[16], state[16];
	unsigned int cpu;
	size_t used = 0;
	long references;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%u %*u %15s %15s %15s %ld", &cpu, vector, proxy, state,
			   &references) != 5 || strcmp(state, "mapped"))
			continue;
		used += snprintf(text + used, room - used, "%u %s %s %ld\n", cpu, vector, proxy,
				 references);
		assert_true(used < room);
	}
	if (file)
		fclose(file);
}

static void figures_read(struct figures *figures)
{
	memset(figures, 0, sizeof(*figures));
	if (!access("/sys/kernel/debug/mshv_vtl/totals", F_OK))
		quarantine_wait_empty();
	modules_read(figures->modules, sizeof(figures->modules));
	figures->descriptors = irq_descriptors();
	figures->files = sweep_files_open();
	mapped_read(figures->mapped, sizeof(figures->mapped));
}

static void figures_compare(const struct figures *before)
{
	struct figures now;

	figures_read(&now);
	assert_string_equal(now.modules, before->modules);
	assert_int_equal(now.descriptors, before->descriptors);
	assert_int_equal(now.files, before->files);
	assert_string_equal(now.mapped, before->mapped);
}

/* ---- the loop ---- */

static void nothing(void)
{
}

static struct figures before;
/* The fail-nth file. */
static int orders = -1;

static void remember(const struct sweep_operation *operation)
{
	figures_read(&before);
}

static void compare(const struct sweep_operation *operation)
{
	figures_compare(&before);
}

static void inject(unsigned int number)
{
	order_place(orders, number);
}

static bool met(void)
{
	return !order_end(orders);
}

static bool expected(int error)
{
	return error == -ENOMEM || error == -EFAULT;
}

static const struct sweep sweep = {
	NULL, remember, inject, met, expected, compare, NULL, FAILURES_MAX,
};

static void every_failure(const struct sweep_operation *operation)
{
	injected += sweep_from(&sweep, operation, 1);
	operations++;
}

static void orders_close(void)
{
	close(orders);
	orders = -1;
}

static void every_failure_of(const struct sweep_operation *list, size_t count)
{
	struct figures all;
	size_t i;

	orders = orders_open();
	figures_read(&all);
	for (i = 0; i < count; i++)
		every_failure(&list[i]);
	figures_compare(&all);
	orders_close();
}

#define EVERY_FAILURE_OF(list) every_failure_of(list, ARRAY_SIZE(list))

/* ---- files ---- */

static int file = -1, other = -1;

static void file_close(void)
{
	close(file);
	file = -1;
}

static int run_open_mshv(void)
{
	file = open("/dev/mshv", O_RDWR | O_CLOEXEC);
	return file < 0 ? -errno : 0;
}

static void has_mshv(void)
{
	assert_int_equal(run_open_mshv(), 0);
}

static int run_open_hvcall(void)
{
	file = open("/dev/mshv_hvcall", O_RDWR | O_CLOEXEC);
	return file < 0 ? -errno : 0;
}

static int run_extension(void)
{
	uint32_t capability = MSHV_CAP_REDIRECTED_INTERRUPT;
	int ret = ioctl(file, MSHV_CHECK_EXTENSION, &capability);

	if (ret >= 0)
		assert_int_equal(ret, 1);
	return ret < 0 ? -errno : ret;
}

static int run_create(void)
{
	other = ioctl(file, MSHV_CREATE_VTL, 0);
	return other < 0 ? -errno : 0;
}

static void both_close(void)
{
	close(other);
	other = -1;
	file_close();
}

static void other_maps(void)
{
	assert_true(vtl_map(other, PROXY, 0) > 0);
}

static void a_failed_open_changes_nothing(void **state)
{
	const struct sweep_operation list[] = {
		{ "open of mshv", nothing, run_open_mshv, nothing, file_close },
		{ "open of mshv_hvcall", nothing, run_open_hvcall, nothing, file_close },
		{ "MSHV_CHECK_EXTENSION", has_mshv, run_extension, nothing, file_close },
		{ "MSHV_CREATE_VTL", has_mshv, run_create, other_maps, both_close },
	};

	EVERY_FAILURE_OF(list);
}

/* ---- mappings ---- */

static unsigned int target;
static int vector;

static void has_file(void)
{
	file = vtl_open();
}

static int run_map(void)
{
	/* The arguments are prepared here, so that a failure can hit only the call itself. */
	struct mshv_map_device_intr args = {
		.vector = PROXY,
		.apic_id = apic_id(target),
		.create_mapping = 1,
	};
	int ret = vtl_map_ioctl(file, &args);

	vector = args.vector;
	return ret;
}

static bool is_relayed(void)
{
	run_quiet(lab.run[target], 0);
	assert_int_equal(labhost_vector_raise(lab.host, target, vector), 0);
	return run_wait(lab.run[target], PROXY, WAIT_MS);
}

static void relays(void)
{
	assert_true(is_relayed());
}

static void has_mapping(void)
{
	has_file();
	assert_int_equal(run_map(), 0);
}

static void other_has_mapping(void)
{
	other = vtl_open();
	assert_true(vtl_map(other, PROXY, target) > 0);
	has_file();
}

static int run_unmap(void)
{
	struct mshv_map_device_intr args = { .vector = vector, .apic_id = apic_id(target) };

	return vtl_map_ioctl(file, &args);
}

static void has_two_references(void)
{
	has_mapping();
	assert_int_equal(run_map(), 0);
}

static void is_unmapped(void)
{
	assert_int_equal(run_unmap(), -ENOENT);
}

/* Exactly one reference remains: after it is dropped, the mapping does not exist any more. */
static void is_unmapped_once(void)
{
	relays();
	assert_int_equal(run_unmap(), 0);
	is_unmapped();
}

static int run_close(void)
{
	int ret = close(file) ? -errno : 0;

	file = -1;
	return ret;
}

static void all_is_unmapped(void)
{
	assert_int_equal(totals("mappings"), 0);
}

/* Returns how many vectors this CPU can allocate without a quota. */
static unsigned int vectors_free(unsigned int cpu)
{
	long quota = driver_parameter("vectors_per_cpu", 0);
	unsigned int proxy = 16, count = 0;
	int vtl = vtl_open(), ret = 0;

	for (; proxy < 256 && ret >= 0; proxy++) {
		ret = vtl_map(vtl, proxy, cpu);
		count += ret > 0;
	}
	if (ret < 0)
		assert_int_equal(ret, -ENODEV);
	close(vtl);
	driver_parameter("vectors_per_cpu", quota);
	quarantine_wait_empty();
	return count;
}

static void mappings_on(unsigned int cpu)
{
	const struct sweep_operation list[] = {
		{ "map", has_file, run_map, relays, file_close },
		{ "map of what is mapped", has_mapping, run_map, relays, file_close },
		{ "map of another's", other_has_mapping, run_map, relays, both_close },
		{ "unmap", has_mapping, run_unmap, is_unmapped, file_close },
		{ "unmap of one of two", has_two_references, run_unmap, is_unmapped_once,
		  file_close },
		{ "close with a mapping", has_mapping, run_close, all_is_unmapped, nothing },
	};
	unsigned int before = vectors_free(cpu);

	target = cpu;
	EVERY_FAILURE_OF(list);
	assert_int_equal(vectors_free(cpu), before);
}

static void a_failed_map_or_unmap_changes_nothing(void **state)
{
	mappings_on(0);
	if (lab.cpus > 1)
		mappings_on(lab.cpus - 1);
}

/* ---- the other ioctls of a VTL file ---- */

static void has_event(void)
{
	has_file();
	other = eventfd(0, EFD_CLOEXEC);
	assert_true(other >= 0);
}

static int run_poll_file(void)
{
	struct mshv_set_poll_file args = { .cpu = 0, .fd = other };

	return ioctl(file, MSHV_SET_POLL_FILE, &args) ? -errno : 0;
}

static void has_poll_file(void)
{
	has_event();
	assert_int_equal(run_poll_file(), 0);
}

static void event_cancels(void)
{
	uint64_t one = 1;

	lab.run[0]->cancel = 0;
	assert_int_equal(write(other, &one, sizeof(one)), sizeof(one));
	assert_int_equal(__atomic_load_n(&lab.run[0]->cancel, __ATOMIC_ACQUIRE), 1);
	assert_int_equal(read(other, &one, sizeof(one)), sizeof(one));
}

static int kick(uint64_t flags)
{
	uint64_t mask = ~0ULL;
	struct mshv_kick_cpus args = { .len = 64, .mask = (uintptr_t)&mask, .flags = flags };

	return ioctl(file, MSHV_KICK_CPUS, &args) ? -errno : 0;
}

static int run_kick(void)
{
	return kick(MSHV_KICK_CPUS_WAIT | MSHV_KICK_CPUS_CANCEL);
}

static int run_interrupts(void)
{
	struct mshv_vector_counts counts[256];
	struct mshv_vp_interrupts args = {
		.vp = target,
		.counts_len = 256,
		.counts = (uintptr_t)counts,
	};
	int ret = ioctl(file, MSHV_GET_VP_INTERRUPTS, &args) ? -errno : 0;

	if (!ret)
		assert_int_equal(args.mapped, 1);
	return ret;
}

/* A debug register of VTL0 on the caller's CPU. */
static int register_access(unsigned long command, uint64_t *value)
{
	struct mshv_register dr0 = { .name = 0x00050000, .value = { *value } };
	struct mshv_register_list args = { .count = 1, .registers = (uintptr_t)&dr0 };
	int ret = ioctl(file, command, &args) ? -errno : 0;

	*value = dr0.value[0];
	return ret;
}

#define DR0_VALUE 0x1000

static int run_get_register(void)
{
	uint64_t value = DR0_VALUE;

	return register_access(MSHV_GET_VP_REGISTERS, &value);
}

static int run_set_register(void)
{
	uint64_t value = DR0_VALUE;

	return register_access(MSHV_SET_VP_REGISTERS, &value);
}

static void register_is_set(void)
{
	uint64_t value = 0;

	assert_int_equal(register_access(MSHV_GET_VP_REGISTERS, &value), 0);
	assert_int_equal(value, DR0_VALUE);
}

static int run_tdcall(void)
{
	struct mshv_tdcall args = { .rax = TDG_SYS_RD };

	return ioctl(file, MSHV_TDCALL, &args) ? -errno : (int)args.rax;
}

static void other_failed_ioctls_change_nothing(void **state)
{
	const struct sweep_operation list[] = {
		{ "MSHV_SET_POLL_FILE", has_event, run_poll_file, event_cancels, both_close },
		{ "MSHV_SET_POLL_FILE again", has_poll_file, run_poll_file, event_cancels,
		  both_close },
		{ "MSHV_KICK_CPUS", has_file, run_kick, nothing, file_close },
		{ "MSHV_GET_VP_INTERRUPTS", has_mapping, run_interrupts, relays, file_close },
		{ "MSHV_TDCALL", has_file, run_tdcall, nothing, file_close },
	};

	cpu_pin(0);
	EVERY_FAILURE_OF(list);
}

/* ---- calls to the host ---- */

static void has_hvcall(void)
{
	file = hv_open_raw();
}

static int run_setup(void)
{
	static uint8_t bitmap[8192] = { [HV_CALL_GET_VP_REGISTERS / 8] =
						1 << HV_CALL_GET_VP_REGISTERS % 8 };
	struct mshv_hvcall_setup args = {
		.bitmap_size = sizeof(bitmap),
		.bitmap = (uintptr_t)bitmap,
	};

	return ioctl(file, MSHV_HVCALL_SETUP, &args) ? -errno : 0;
}

/* A hypercall that has input and output: it reads the capability register. */
static int run_call(void)
{
	struct {
		uint64_t partition;
		uint32_t vp, vtl, name;
	} input = { ~0ULL, 0xfffffffe, 0, HV_REGISTER_VSM_CAPABILITIES };
	uint64_t output[2] = { 0 }, status = ~0ULL;
	int ret = hv_call(file, HV_CALL_GET_VP_REGISTERS | 1ULL << 32, &input, 20, output,
			  sizeof(output), &status);

	/* The lab's host allocates memory in this very thread. */
	if (!ret && (status & 0xffff) == HV_INSUFFICIENT_MEMORY)
		return -ENOMEM;
	if (!ret) {
		assert_int_equal(status & 0xffff, HV_SUCCESS);
		assert_true(output[0] & HV_VSM_REDIRECT);
	}
	return ret;
}

static void may_call(void)
{
	assert_int_equal(run_call(), 0);
}

static void has_setup(void)
{
	has_hvcall();
	assert_int_equal(run_setup(), 0);
}

static long meminfo(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	check(at, "no %s in /proc/meminfo", key);
	return strtol(at + strlen(key), NULL, 10);
}

/* Returns the memory, in kB, that no line of /proc/meminfo accounts for. */
static long memory_unaccounted(void)
{
	char text[8192];
	FILE *info = fopen("/proc/meminfo", "re");
	size_t length;

	assert_non_null(info);
	length = fread(text, 1, sizeof(text) - 1, info);
	fclose(info);
	text[length] = '\0';
	return meminfo(text, "MemTotal:") - meminfo(text, "MemFree:") -
	       meminfo(text, "Buffers:") - meminfo(text, "\nCached:") -
	       meminfo(text, "\nSlab:") - meminfo(text, "AnonPages:") -
	       meminfo(text, "KernelStack:") - meminfo(text, "PageTables:") -
	       meminfo(text, "Percpu:") - meminfo(text, "VmallocUsed:");
}

/* One leaked page cannot be identified, but many leaked pages are visible in the total. */
static void pages_are_not_lost(void)
{
	unsigned int number, round;
	long memory, lost;

	orders = orders_open();
	for (number = 1; ; number++) {
		memory = memory_unaccounted();
		for (round = 0; round < ROUNDS; round++) {
			order_place(orders, number);
			run_call();
			if (order_end(orders))
				break;
		}
		if (round < ROUNDS)
			break;
		injected += ROUNDS;
		lost = (memory_unaccounted() - memory) / 4;
		check(lost < ROUNDS / 2, "MSHV_HVCALL, failure %u: %ld pages are lost", number,
		      lost);
	}
	assert_true(number > 1);
	orders_close();
}

static void a_failed_call_to_the_host_changes_nothing(void **state)
{
	const struct sweep_operation list[] = {
		{ "MSHV_HVCALL_SETUP", has_hvcall, run_setup, may_call, file_close },
		{ "MSHV_HVCALL", has_setup, run_call, may_call, file_close },
	};

	host_behave();
	EVERY_FAILURE_OF(list);
	has_setup();
	pages_are_not_lost();
	file_close();
}

/* ---- messages of the VMM ---- */

static int run_open_sint(void)
{
	file = open("/dev/mshv_sint", O_RDWR | O_CLOEXEC);
	return file < 0 ? -errno : 0;
}

static void has_sint(void)
{
	assert_int_equal(run_open_sint(), 0);
}

static void has_sint_and_event(void)
{
	has_sint();
	other = eventfd(0, EFD_CLOEXEC);
	assert_true(other >= 0);
}

static int sint_call(unsigned long command, const void *args)
{
	int ret = ioctl(file, command, args);

	return ret < 0 ? -errno : ret;
}

static int run_set_eventfd(void)
{
	const struct mshv_set_eventfd args = { .fd = other, .flag = 1 };

	return sint_call(MSHV_SINT_SET_EVENTFD, &args);
}

static int run_resume(void)
{
	const struct mshv_pause_messages args = { .pause = 0 };

	return sint_call(MSHV_SINT_PAUSE_MESSAGE_STREAM, &args);
}

static int run_post(void)
{
	static const char payload[8] = "message";
	const struct mshv_post_message args = {
		.message_type = 1,
		.connection_id = 1,
		.payload_size = sizeof(payload),
		.payload = (uintptr_t)payload,
	};

	return sint_call(MSHV_SINT_POST_MESSAGE, &args);
}

static int run_signal(void)
{
	const struct mshv_signal_event args = { .connection_id = 1 };

	return sint_call(MSHV_SINT_SIGNAL_EVENT, &args);
}

static void failed_ioctls_for_messages_change_nothing(void **state)
{
	const struct sweep_operation list[] = {
		{ "open of mshv_sint", nothing, run_open_sint, nothing, file_close },
		{ "MSHV_SINT_SET_EVENTFD", has_sint_and_event, run_set_eventfd, nothing,
		  both_close },
		{ "MSHV_SINT_PAUSE_MESSAGE_STREAM", has_sint, run_resume, nothing, file_close },
		{ "MSHV_SINT_POST_MESSAGE", has_sint, run_post, nothing, file_close },
		{ "MSHV_SINT_SIGNAL_EVENT", has_sint, run_signal, nothing, file_close },
	};

	EVERY_FAILURE_OF(list);
}

/* ---- pages ---- */

static volatile char *page;
static unsigned long page_index;
static sigjmp_buf touch_context;

static void touch_failed(int signal)
{
	siglongjmp(touch_context, signal);
}

/* Returns -EIO if the access raised SIGBUS, which means that there is no such page. */
static int run_page(void)
{
	if (page)
		munmap((void *)page, 4096);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, page_index * 4096);
	if (page == MAP_FAILED) {
		page = NULL;
		return -errno;
	}
	if (sigsetjmp(touch_context, 0))
		return -EIO;
	(void)page[0];
	return 0;
}

static void page_is_there(void)
{
	page[8] = page[8];
}

static void page_close(void)
{
	munmap((void *)page, 4096);
	page = NULL;
	file_close();
}

static void touch_begin(struct sigaction *old)
{
	struct sigaction action = { .sa_handler = touch_failed, .sa_flags = SA_NODEFER };

	page = NULL;
	sigaction(SIGBUS, &action, old);
}

static void a_failed_mmap_of_a_run_page_changes_nothing(void **state)
{
	const struct sweep_operation list[] = {
		{ "mmap of a run page", has_file, run_page, page_is_there, page_close },
	};
	struct sigaction action;

	touch_begin(&action);
	page_index = MSHV_VTL_PAGE_INDEX(MSHV_VTL_PAGE_RUN, 0);
	EVERY_FAILURE_OF(list);
	sigaction(SIGBUS, &action, NULL);
}

/* ---- what is made for a VP when VTL0 is first entered ---- */

/* Opens a file of a driver that was just loaded: none of its VPs has been entered yet. */
static void has_fresh_file(void)
{
	struct mshv_vtl_run *run;

	modules_unload();
	modules_load();
	driver_parameter("quarantine_ms", 1);
	has_file();
	run = vtl_page(file, 0);
	/* The run page is cancelled, so that VTL0 returns immediately. */
	run->cancel = 1;
	munmap(run, 4096);
}

static int run_enter(void)
{
	if (!ioctl(file, MSHV_RETURN_TO_LOWER_VTL, 0))
		return 0;
	return errno == EINTR ? 0 : -errno;
}

static void enters_again(void)
{
	assert_int_equal(run_enter(), 0);
}

static void a_failed_first_entry_changes_nothing(void **state)
{
	const struct sweep_operation list[] = {
		{ "MSHV_RETURN_TO_LOWER_VTL, the first", has_fresh_file, run_enter, enters_again,
		  file_close },
		{ "mmap of a virtual APIC page, the first", has_fresh_file, run_page, page_is_there,
		  page_close },
		{ "MSHV_GET_VP_REGISTERS, the first", has_fresh_file, run_get_register, nothing,
		  file_close },
		{ "MSHV_SET_VP_REGISTERS, the first", has_fresh_file, run_set_register,
		  register_is_set, file_close },
	};
	struct sigaction action;
	size_t i;

	cpu_pin(0);
	touch_begin(&action);
	page_index = MSHV_VTL_PAGE_INDEX(MSHV_VTL_PAGE_VIRTUAL_APIC, 0);
	orders = orders_open();
	for (i = 0; i < ARRAY_SIZE(list); i++)
		every_failure(&list[i]);
	orders_close();
	sigaction(SIGBUS, &action, NULL);
}

/* ---- what an operator reads ---- */

static const char *const tables[] = { "mappings", "cpus", "vps", "synic", "totals" };

/* Reads one table to its end. Returns the number of lines, or a negative errno. */
static int table_read(const char *name)
{
	char path[64], text[4096];
	int lines = 0, opened;
	ssize_t length;

	snprintf(path, sizeof(path), "/sys/kernel/debug/mshv_vtl/%s", name);
	opened = open(path, O_RDONLY | O_CLOEXEC);
	if (opened < 0)
		return -errno;
	while ((length = read(opened, text, sizeof(text))) > 0) {
		while (length--)
			lines += text[length] == '\n';
	}
	if (length < 0)
		lines = -errno;
	close(opened);
	return lines;
}

static int tables_wanted[5];

static int run_tables(void)
{
	size_t i;
	int ret;

	for (i = 0; i < 5; i++) {
		ret = table_read(tables[i]);
		if (ret < 0)
			return ret;
		assert_int_equal(ret, tables_wanted[i]);
	}
	return 0;
}

/* Creates more lines than fit into the first buffer. */
static void tables_fill(void)
{
	size_t i;

	for (i = 0; i < 110; i++)
		assert_true(vtl_map(lab.vtl, 0x40 + i, 0) > 0);
	for (i = 0; i < 5; i++)
		tables_wanted[i] = table_read(tables[i]);
	assert_int_equal(tables_wanted[0], 111);
}

static void a_failed_read_of_debugfs_changes_nothing(void **state)
{
	const struct sweep_operation list[] = {
		{ "read of debugfs, five files", nothing, run_tables, nothing, nothing },
	};

	tables_fill();
	EVERY_FAILURE_OF(list);
}

/* ---- load ---- */

static void driver_unload(void)
{
	module_unload(DRIVER);
}

static int run_load(void)
{
	return module_load(0);
}

/* Without debugfs the driver must work as well: it is loaded, but without these files. */
static void is_loaded(void)
{
	has_file();
	assert_true(vtl_map(file, PROXY, 0) > 0);
	file_close();
}

static pid_t thread_of_cpu(unsigned int cpu)
{
	DIR *processes = opendir("/proc");
	char path[300], comm[32], wanted[32];
	struct dirent *entry;
	pid_t found = 0;
	FILE *opened;

	assert_non_null(processes);
	snprintf(wanted, sizeof(wanted), "cpuhp/%u", cpu);
	while (!found && (entry = readdir(processes))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		opened = fopen(path, "re");
		if (!opened)
			continue;
		if (fscanf(opened, "%31s", comm) == 1 && !strcmp(comm, wanted))
			found = strtol(entry->d_name, NULL, 10);
		fclose(opened);
	}
	closedir(processes);
	assert_true(found > 0);
	return found;
}

/* Opens the fail-nth file of the kernel thread that runs a CPU's hotplug steps. */
static int orders_of_cpu(unsigned int cpu)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/fail-nth", (int)thread_of_cpu(cpu));
	return must_open(path, O_RDWR);
}

static const struct sweep_operation load = {
	"load", driver_unload, run_load, is_loaded, driver_unload,
};

static void relays_on_every_cpu(void)
{
	modules_load();
	assert_int_equal(lab_setup(NULL), 0);
	for (target = 0; target < lab.cpus; target++) {
		has_mapping();
		relays();
		file_close();
	}
	assert_int_equal(lab_teardown(NULL), 0);
}

static void a_load_that_fails_in_its_thread_changes_nothing(void **state)
{
	modules_unload();
	orders = orders_open();
	every_failure(&load);
	orders_close();
	relays_on_every_cpu();
}

/* The data of each CPU is allocated by the hotplug thread of that CPU. */
static void a_load_that_fails_in_a_cpus_thread_changes_nothing(void **state)
{
	unsigned int cpu, cpus = sysconf(_SC_NPROCESSORS_ONLN);

	modules_unload();
	for (cpu = 0; cpu < cpus; cpu++) {
		orders = orders_of_cpu(cpu);
		every_failure(&load);
		orders_close();
	}
	relays_on_every_cpu();
}

/* ---- hotplug ---- */

static int run_online(void)
{
	return cpu_set_online(target, true);
}

static int run_offline(void)
{
	return cpu_set_online(target, false);
}

static void cpu_is_taken(void)
{
	assert_int_equal(run_offline(), 0);
}

static void cpu_comes(void)
{
	assert_int_equal(run_online(), 0);
}

/* Takes a CPU offline that the driver has never seen online. */
static void cpu_is_new(void)
{
	driver_unload();
	cpu_is_taken();
	assert_int_equal(module_load(0), 0);
	driver_parameter("quarantine_ms", 1);
}

static void cpu_can_be_mapped(void)
{
	has_file();
	assert_true(vtl_map(file, PROXY, target) > 0);
	file_close();
	quarantine_wait_empty();
}

static void cpu_cannot_be_mapped(void)
{
	has_file();
	assert_int_equal(vtl_map(file, PROXY, target), -EINVAL);
	file_close();
}

static void a_failed_cpu_hotplug_changes_nothing(void **state)
{
	const struct sweep_operation list[] = {
		{ "a CPU that is new comes", cpu_is_new, run_online, cpu_can_be_mapped, nothing },
		{ "a CPU comes back", cpu_is_taken, run_online, cpu_can_be_mapped, nothing },
		{ "a CPU goes", nothing, run_offline, cpu_cannot_be_mapped, cpu_comes },
	};
	size_t i;

	target = sysconf(_SC_NPROCESSORS_ONLN) - 1;
	if (!target)
		skip();
	apic_id(0);
	modules_unload();
	orders = orders_of_cpu(target);
	for (i = 0; i < ARRAY_SIZE(list); i++)
		every_failure(&list[i]);
	orders_close();
	relays_on_every_cpu();
}

/* ---- */

static void leftovers_close(void)
{
	if (file >= 0)
		file_close();
	if (other >= 0)
		close(other);
	other = -1;
}

static int setup(void **state)
{
	int ret = hv_setup(state);

	driver_parameter("quarantine_ms", 1);
	return ret;
}

static int group_setup(void **state)
{
	check(fail_prepare(), "a setting of the kernel's fault injection was not taken");
	return 0;
}

/* Most of what can fail while a module is loaded, or a CPU comes, is the kernel's own code. */
static int module_setup(void **state)
{
	check(fail_only_of_modules(), "this kernel cannot choose failures by their callers");
	return 0;
}

/* The cleanup also runs after a test that failed. */
static int teardown(void **state)
{
	leftovers_close();
	return hv_teardown(state);
}

static int fresh_teardown(void **state)
{
	leftovers_close();
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define FRESH_TEST(name) cmocka_unit_test_teardown(name, fresh_teardown)
#define MODULE_TEST(name) cmocka_unit_test_setup_teardown(name, module_setup, fresh_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_failed_open_changes_nothing),
		TEST(a_failed_map_or_unmap_changes_nothing),
		TEST(other_failed_ioctls_change_nothing),
		TEST(a_failed_call_to_the_host_changes_nothing),
		TEST(failed_ioctls_for_messages_change_nothing),
		TEST(a_failed_mmap_of_a_run_page_changes_nothing),
		TEST(a_failed_read_of_debugfs_changes_nothing),
		FRESH_TEST(a_failed_first_entry_changes_nothing),
		MODULE_TEST(a_load_that_fails_in_its_thread_changes_nothing),
		MODULE_TEST(a_load_that_fails_in_a_cpus_thread_changes_nothing),
		MODULE_TEST(a_failed_cpu_hotplug_changes_nothing),
	};
	int ret;

	if (!kernel_fails_to_order()) {
		printf("1..1\nok 1 # SKIP no fault injection in this kernel\n");
		return 0;
	}
	ret = cmocka_run_group_tests_name("failures", tests, group_setup, NULL);
	if (!ret)
		printf("# figure: %u operations, %u failures injected, all as before\n",
		       operations, injected);
	return ret;
}
