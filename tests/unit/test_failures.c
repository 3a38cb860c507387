// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Every error path of the driver, without a kernel: each operation is repeated with failure 1,
 * 2, 3 ... of the steps that may fail in it (an allocation, a vector, a copy from or to the
 * caller, a descriptor), until it succeeds without a failure. A failed operation leaves the
 * state unchanged, to the byte, and it succeeds when it is repeated.
 *
 * The module's init and exit, its files, ioctls and hotplug are the driver's own code; the
 * kernel around them and the architecture are emulated here.
 */
#include "shim_node.h"
#include "../harness/check.h"
#include "arch_emul.h"
#include "debugfs.h"
#include "host.h"
#include "nodes.h"
#include "platform.h"
#include "redirect.h"
#include "run_page.h"
#include "synic.h"
#include "synic_message.h"
#include "vectors.h"
#include "vtl0_run.h"
#include "vtl_low.h"

#include <linux/mshv_vtl.h>

#define FILES		16
#define NODES		6
/* The default quota: 64 vectors of each CPU are left to other devices. */
#define QUOTA		(EMUL_VECTORS - 64)
#define CPU_LATE	3
#define PROXY		0x51
#define CALL		0x7e
#define FAILURES_MAX	200

/* This function is part of AddressSanitizer. */
size_t __sanitizer_get_current_allocated_bytes(void);

/* ---- the kernel ---- */

struct task_struct shim_current;

static struct miscdevice *nodes[NODES];
static struct file *files[FILES];
static bool fds[FILES];
static int (*cpu_online_call)(unsigned int cpu);
static struct notifier_block *reboot_block;
/* Number of open VTL files, and of references to the eventfd. */
static int handles;
static struct eventfd_ctx eventfd;
/* The messages that the host writes. */
static struct synic_message slots[16];
static unsigned long event_flags[16 * 2048 / 64];
static bool sint_masked[SHIM_CPUS], synic_is_online[SHIM_CPUS];

/*
 * Creates a node, and tries to open each that exists: the module may yet fail to load, which no
 * open file must outlive (kernel/module/main.c, do_init_module(), waits for none). /dev/mshv is
 * the last, after which nothing fails.
 */
int misc_register(struct miscdevice *device)
{
	struct file file = {};
	int i;

	if (shim_fails())
		return -ENOMEM;
	for (i = 0; nodes[i]; i++)
		assert(i < NODES - 1);
	nodes[i] = device;
	for (i = 0; i < NODES; i++) {
		if (nodes[i] && nodes[i]->fops && strcmp(nodes[i]->name, "mshv"))
			assert_int_equal(nodes[i]->fops->open(NULL, &file), -ENODEV);
	}
	return 0;
}

void misc_deregister(struct miscdevice *device)
{
	int i;

	for (i = 0; nodes[i] != device; i++)
		assert(i < NODES - 1);
	nodes[i] = NULL;
}

int get_unused_fd_flags(int flags)
{
	int fd;

	if (shim_fails())
		return -EMFILE;
	for (fd = 0; fds[fd]; fd++)
		assert(fd < FILES - 1);
	fds[fd] = true;
	return fd;
}

void put_unused_fd(int fd)
{
	assert(fds[fd] && !files[fd]);
	fds[fd] = false;
}

void fd_install(int fd, struct file *file)
{
	assert(fds[fd] && !files[fd]);
	files[fd] = file;
}

struct file *anon_inode_getfile(const char *name, const struct file_operations *operations,
				void *data, int flags)
{
	struct file *file = shim_alloc(1, sizeof(*file));

	if (!file)
		return ERR_PTR(-ENOMEM);
	file->private_data = data;
	file->operations = operations;
	file->references = 1;
	INIT_LIST_HEAD(&file->queue.head);
	return file;
}

struct file *fget(unsigned int fd)
{
	if (fd >= FILES || !files[fd])
		return NULL;
	files[fd]->references++;
	return files[fd];
}

void fput(struct file *file)
{
	if (--file->references)
		return;
	if (file->operations)
		file->operations->release(NULL, file);
	free(file);
}

int cpuhp_setup_state(int state, const char *name, int (*online)(unsigned int cpu),
		      int (*offline)(unsigned int cpu))
{
	unsigned int cpu, undo;
	int ret = shim_fails() ? -ENOSPC : 0;

	/* A reboot finds each SynIC that is enabled. */
	assert_non_null(reboot_block);
	cpu_online_call = online;
	for (cpu = 0; !ret && cpu < SHIM_CPUS; cpu++) {
		if (!shim_cpu_online[cpu])
			continue;
		shim_cpu = cpu;
		ret = online(cpu);
		for (undo = 0; ret && undo < cpu; undo++) {
			shim_cpu = undo;
			assert(!shim_cpu_online[undo] || !offline(undo));
		}
	}
	shim_cpu = 0;
	if (ret)
		cpu_online_call = NULL;
	return ret ?: state;
}

void cpuhp_remove_state_nocalls_cpuslocked(int state)
{
	assert_true(shim_hotplug_readers);
	assert_non_null(reboot_block);
	cpu_online_call = NULL;
}

int register_reboot_notifier(struct notifier_block *block)
{
	reboot_block = block;
	return 0;
}

int unregister_reboot_notifier(struct notifier_block *block)
{
	assert_true(reboot_block == block);
	reboot_block = NULL;
	return 0;
}

int shim_cpu_add(unsigned int cpu)
{
	int ret;

	shim_cpu = cpu;
	ret = cpu_online_call(cpu);
	shim_cpu = 0;
	shim_cpu_online[cpu] = !ret;
	return ret;
}

/* ---- the platform and the host ---- */

static void emul_file_open(void)
{
	handles++;
}

static void emul_file_release(void)
{
	handles--;
}

int vtl_host_call(u64 control, const void *input, void *output, u64 *status)
{
	/* An element of 8 bytes; a host writes from the one at which the call starts. */
	if (output)
		memcpy(output + 8 * (control >> 48 & 0xfff), input, 8);
	*status = control & 0xffff;
	return 0;
}

struct eventfd_ctx *eventfd_ctx_fdget(int fd)
{
	if (shim_fails())
		return ERR_PTR(-EBADF);
	handles++;
	return &eventfd;
}

void eventfd_ctx_put(struct eventfd_ctx *event)
{
	assert(event == &eventfd);
	handles--;
}

static long emul_ioctl(unsigned int command, void *arg)
{
	struct mshv_tdcall *args = arg;

	if (command != MSHV_TDCALL)
		return -ENOTTY;
	if (shim_fails())
		return -EFAULT;
	args->rax++;
	return 0;
}

static struct page *emul_page_get(unsigned long kind, unsigned long cpu)
{
	if (shim_fails())
		return ERR_PTR(-ENOMEM);
	return kind == MSHV_VTL_PAGE_VIRTUAL_APIC ? vtl_vp_run_page_get(cpu) : NULL;
}

bool vtl_host_synic_available(void)
{
	return true;
}

void *vtl_host_synic_messages(void)
{
	return slots;
}

void *vtl_host_synic_events(void)
{
	return event_flags;
}

/* The host may deliver the next message right now: with the SINT unmasked, it has an interrupt. */
void vtl_host_synic_end_of_message(void)
{
	assert_false(sint_masked[smp_processor_id()]);
}

void vtl_host_synic_mask(unsigned int sint, bool masked)
{
	assert_int_equal(sint, 7);
	sint_masked[smp_processor_id()] = masked;
}

void vtl_host_synic_online(void)
{
	synic_is_online[smp_processor_id()] = true;
}

/* Once a CPU that goes offline does not call this any more, none may go offline. */
void vtl_host_synic_offline(void)
{
	assert_true(cpu_online_call || shim_hotplug_readers);
	synic_is_online[smp_processor_id()] = false;
}

static void no_synic_is_online(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < SHIM_CPUS; cpu++)
		assert_false(synic_is_online[cpu]);
}

void vtl_host_synic_exit(void)
{
	no_synic_is_online();
}

/* Parts of the driver that are not tested here. */
#define DOES_NOTHING(name)	void name(void) { }
DOES_NOTHING(vtl_platform_init)
DOES_NOTHING(vtl_host_exit)
DOES_NOTHING(vtl_host_synic_init)

/* It cannot fail, and its files can be opened at once: nothing that may fail follows. */
void vtl_debugfs_init(void)
{
	assert_int_equal(vtl_nodes_check(), 0);
}

DOES_NOTHING(vtl_debugfs_exit)
static DOES_NOTHING(emul_vp_free_all)

static int emul_online(void)
{
	return shim_fails() ? -ENOMEM : 0;
}

static const struct vtl_platform_ops emul_platform = {
	.file_open = emul_file_open,
	.file_release = emul_file_release,
	.ioctl = emul_ioctl,
	.page_get = emul_page_get,
	.vp_free_all = emul_vp_free_all,
	.online = emul_online,
};

bool vtl_platform_available(void)
{
	return true;
}

const struct vtl_platform_ops *vtl_platform(void)
{
	return &emul_platform;
}

int vtl_host_cpu_online(unsigned int cpu)
{
	return shim_fails() ? -ENOMEM : 0;
}

/* VTL0 and the tables for operators cannot be tested in user space: see tests/vm. */
int vtl_vtl0_run(void)
{
	return -EOPNOTSUPP;
}

int vtl_vtl0_kick(const void *mask, u64 bits, bool wait, bool cancel)
{
	return -EOPNOTSUPP;
}

/* Its page tables are tested in tests/vm/test_low.c; only its registration can fail here. */
static struct miscdevice low_device = { .name = "mshv_vtl_low" };

int vtl_low_init(void)
{
	return misc_register(&low_device);
}

void vtl_low_exit(void)
{
	misc_deregister(&low_device);
}

const struct attribute_group *vtl_sysfs_groups[1];

/* ---- a program ---- */

static int vtl, other;
static struct file *hvcall, *sint;

static const struct miscdevice *device(const char *name)
{
	int i;

	for (i = 0; i < NODES; i++) {
		if (nodes[i] && !strcmp(nodes[i]->name, name))
			return nodes[i];
	}
	return NULL;
}

static const struct file_operations *node(const char *name)
{
	const struct miscdevice *found = device(name);

	return found ? found->fops : NULL;
}

static long mshv_ioctl(unsigned int command, void *argument)
{
	const struct file_operations *operations = node("mshv");

	if (!operations)
		fail();
	return operations->unlocked_ioctl(NULL, command, (unsigned long)argument);
}

static long vtl_ioctl(unsigned int command, void *argument)
{
	return files[vtl]->operations->unlocked_ioctl(files[vtl], command,
						      (unsigned long)argument);
}

static void fd_close(int fd)
{
	struct file *file = files[fd];

	files[fd] = NULL;
	fds[fd] = false;
	fput(file);
}

static long map_ioctl(u32 vector, unsigned int cpu, bool create)
{
	struct mshv_map_device_intr args = {
		.vector = vector,
		.apic_id = EMUL_ID(cpu),
		.create_mapping = create,
	};
	long ret = vtl_ioctl(MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT, &args);

	return ret ?: (long)args.vector;
}

static bool takes_bit(unsigned int cpu)
{
	u32 bits[8];

	return vtl_vp_pull(vtl_vp_run_page(cpu), bits) == 1U << PROXY / 32 && bits[PROXY / 32];
}

/* ---- operations ---- */

static DOES_NOTHING(nothing)

/* No allocation is optional when the driver is loaded, or when a CPU comes online. */
static int fails_with_allocations(int ret)
{
	assert_true(ret || !shim_fail_at || shim_allocations < shim_fail_at);
	return ret;
}

static int run_load(void)
{
	return fails_with_allocations(shim_module_init());
}

static void is_loaded(void)
{
	assert_int_equal(vtl_nodes_check(), 0);
	assert_non_null(node("mshv"));
	assert_non_null(node("mshv_hvcall"));
	assert_non_null(node("mshv_sint"));
	assert_non_null(device("mshv_vtl_low"));
}

static void has_module(void)
{
	assert_int_equal(run_load(), 0);
}

static void has_late_cpu(void)
{
	shim_cpu_online[CPU_LATE] = false;
	has_module();
}

static int run_cpu_add(void)
{
	return fails_with_allocations(shim_cpu_add(CPU_LATE));
}

static long node_open(const char *name, struct file **opened)
{
	const struct file_operations *operations = node(name);
	struct file *file = calloc(1, sizeof(*file));
	int ret;

	if (!file || !operations)
		fail();
	file->operations = operations;
	file->references = 1;
	ret = operations->open(NULL, file);
	if (ret)
		free(file);
	else
		*opened = file;
	return ret;
}

static int run_hvcall_open(void)
{
	return node_open("mshv_hvcall", &hvcall);
}

static void has_hvcall(void)
{
	has_module();
	assert_int_equal(run_hvcall_open(), 0);
}

static int run_setup(void)
{
	u8 bitmap[16] = { [CALL / 8] = 1 << CALL % 8 };
	struct mshv_hvcall_setup args = {
		.bitmap_size = sizeof(bitmap),
		.bitmap = (uintptr_t)bitmap,
	};

	return hvcall->operations->unlocked_ioctl(hvcall, MSHV_HVCALL_SETUP,
						  (unsigned long)&args);
}

static int run_call(void)
{
	u64 input = 0x1234567890, output = 0;
	struct mshv_hvcall args = {
		.control = CALL,
		.input_size = 8,
		.input = (uintptr_t)&input,
		.output_size = 8,
		.output = (uintptr_t)&output,
	};
	long ret = hvcall->operations->unlocked_ioctl(hvcall, MSHV_HVCALL, (unsigned long)&args);

	if (!ret) {
		assert_int_equal(args.status, CALL);
		assert_int_equal(output, input);
	}
	return ret;
}

/* A call that continues after a timeout, as invoke_hvcall_ioctl() of OpenVMM's ioctl.rs does. */
static int run_continued_call(void)
{
	u64 input = 0x1234567890, output[3] = { 1, 2, 3 };
	struct mshv_hvcall args = {
		.control = CALL | 3ULL << 32 | 2ULL << 48,
		.input_size = 8,
		.input = (uintptr_t)&input,
		.output_size = sizeof(output),
		.output = (uintptr_t)output,
	};
	long ret = hvcall->operations->unlocked_ioctl(hvcall, MSHV_HVCALL, (unsigned long)&args);

	if (!ret) {
		assert_int_equal(output[0], 1);
		assert_int_equal(output[1], 2);
		assert_int_equal(output[2], input);
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

static long sint_ioctl(unsigned int command, void *args)
{
	return sint->operations->unlocked_ioctl(sint, command, (unsigned long)args);
}

static int run_sint_open(void)
{
	return node_open("mshv_sint", &sint);
}

static void has_sint(void)
{
	has_module();
	assert_int_equal(run_sint_open(), 0);
}

static int run_post(void)
{
	struct mshv_post_message args = {
		.message_type = 1,
		.payload_size = 4,
		.payload = (uintptr_t)"post",
	};
	long ret = sint_ioctl(MSHV_SINT_POST_MESSAGE, &args);

	/* The host of this test returns the call code as the status. */
	return ret == 0x5c ? 0 : ret;
}

static int run_signal(void)
{
	struct mshv_signal_event args = { .flag = 1 };
	long ret = sint_ioctl(MSHV_SINT_SIGNAL_EVENT, &args);

	return ret == 0x5d ? 0 : ret;
}

static int run_resume(void)
{
	struct mshv_pause_messages args = { .pause = 0 };

	return sint_ioctl(MSHV_SINT_PAUSE_MESSAGE_STREAM, &args);
}

static void is_resumed(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < SHIM_CPUS; cpu++)
		assert_false(sint_masked[cpu]);
}

static int run_eventfd(void)
{
	struct mshv_set_eventfd args = { .fd = 0, .flag = 70 };

	return sint_ioctl(MSHV_SINT_SET_EVENTFD, &args);
}

static void is_signalled(void)
{
	eventfd.count = 0;
	event_flags[7 * 2048 / 64 + 1] = 1UL << 6 | 1UL << 7;
	vtl_synic_interrupt();
	assert_int_equal(eventfd.count, 1);
	assert_int_equal(event_flags[7 * 2048 / 64 + 1], 0);
}

static void has_eventfd(void)
{
	has_sint();
	assert_int_equal(run_eventfd(), 0);
}

static void has_message(void)
{
	has_sint();
	memset(slots, 0, sizeof(slots));
	slots[7] = (struct synic_message) { .type = 1, .size = 240, .sender = 0x1234 };
	vtl_synic_interrupt();
}

/* Whatever failed, the message must not be lost. */
static int run_read(void)
{
	struct synic_message message;
	loff_t position = 0;
	ssize_t ret = sint->operations->read(sint, (char *)&message, sizeof(message), &position);

	if (ret == sizeof(message)) {
		assert_int_equal(message.sender, 0x1234);
		assert_int_equal(slots[7].type, 0);
	}
	return ret;
}

static void is_at_its_end(void)
{
	assert_int_equal(run_read(), 0);
}

static int run_extension(void)
{
	u32 capability = MSHV_CAP_VP_INTERRUPTS;
	long ret = mshv_ioctl(MSHV_CHECK_EXTENSION, &capability);

	if (ret >= 0)
		assert_int_equal(ret, 1);
	return ret;
}

static int run_create(void)
{
	long ret = mshv_ioctl(MSHV_CREATE_VTL, NULL);

	if (ret >= 0)
		vtl = ret;
	return ret;
}

static void has_file(void)
{
	has_module();
	other = run_create();
	assert_true(other >= 0);
	assert_true(run_create() >= 0);
}

static int run_map(void)
{
	return map_ioctl(PROXY, 1, true);
}

/* Maps again: this returns the existing mapping, and an arrival sets its bit. */
static void is_mapped(void)
{
	long vector = run_map();

	assert_true(vector > 0);
	assert_false(takes_bit(1));
	emul_raise(1, vector);
	assert_true(takes_bit(1));
}

static void has_mapping(void)
{
	has_file();
	assert_true(run_map() > 0);
}

/* Every vector that can be allocated was freed, and is in quarantine. */
static void has_quarantine(void)
{
	int i;

	has_file();
	for (i = 0; i < QUOTA; i++)
		assert_true(map_ioctl(0x80 + i, 1, true) > 0);
	for (i = 0; i < QUOTA; i++)
		assert_int_equal(map_ioctl(EMUL_VECTOR_FIRST + i, 1, false),
				 EMUL_VECTOR_FIRST + i);
	assert_int_equal(emul_vectors_taken(1), QUOTA);
}

static int run_unmap(void)
{
	return map_ioctl(EMUL_VECTOR_FIRST, 1, false);
}

static void is_unmapped(void)
{
	assert_int_equal(run_unmap(), -ENOENT);
}

static int run_poll_file(void)
{
	struct mshv_set_poll_file args = { .cpu = 1, .fd = other };

	return vtl_ioctl(MSHV_SET_POLL_FILE, &args);
}

static void has_poll_file(void)
{
	has_file();
	assert_int_equal(run_poll_file(), 0);
}

static void is_polled(void)
{
	struct list_head *first = files[other]->queue.head.next;
	wait_queue_entry_t *wait = container_of(first, wait_queue_entry_t, entry);

	assert_int_equal(files[other]->references, 2);
	assert_ptr_equal(first->next, &files[other]->queue.head);
	wait->func(wait, 0, 0, (void *)EPOLLIN);
	assert_int_equal(vtl_vp_run_page(1)->cancel, 1);
}

static int run_interrupts(void)
{
	struct mshv_vector_counts counts[256];
	struct mshv_vp_interrupts args = {
		.vp = 1,
		.counts_len = 256,
		.counts = (uintptr_t)counts,
	};
	long ret = vtl_ioctl(MSHV_GET_VP_INTERRUPTS, &args);

	if (!ret)
		assert_int_equal(args.mapped, 1);
	return ret;
}

static int run_tdcall(void)
{
	struct mshv_tdcall args = { .rax = 7 };
	long ret = vtl_ioctl(MSHV_TDCALL, &args);

	if (!ret)
		assert_int_equal(args.rax, 8);
	return ret;
}

/* The kernel retries a fault without memory; SIGBUS says that there is no such page. */
static int run_fault(void)
{
	struct vm_area_struct area = { .vm_flags = VM_SHARED };
	struct vm_fault fault = {
		.pgoff = MSHV_VTL_PAGE_INDEX(MSHV_VTL_PAGE_VIRTUAL_APIC, 1),
	};
	vm_fault_t ret;

	assert_int_equal(files[vtl]->operations->mmap(files[vtl], &area), 0);
	ret = area.vm_ops->fault(&fault);
	if (ret)
		return ret == VM_FAULT_OOM ? -ENOMEM : -EIO;
	assert_ptr_equal(fault.page, virt_to_page(vtl_vp_run_page(1)));
	return 0;
}

static const struct sweep_operation operations[] = {
	{ "load of the module", nothing, run_load, is_loaded, NULL },
	{ "a CPU that comes late", has_late_cpu, run_cpu_add, nothing, NULL },
	{ "open of mshv_hvcall", has_module, run_hvcall_open, nothing, NULL },
	{ "MSHV_HVCALL_SETUP", has_hvcall, run_setup, may_call, NULL },
	{ "MSHV_HVCALL", has_setup, run_call, may_call, NULL },
	{ "MSHV_HVCALL, continued", has_setup, run_continued_call, may_call, NULL },
	{ "MSHV_SINT_POST_MESSAGE", has_sint, run_post, nothing, NULL },
	{ "MSHV_SINT_SIGNAL_EVENT", has_sint, run_signal, nothing, NULL },
	{ "MSHV_SINT_PAUSE_MESSAGE_STREAM", has_sint, run_resume, is_resumed, NULL },
	{ "MSHV_SINT_SET_EVENTFD", has_sint, run_eventfd, is_signalled, NULL },
	{ "MSHV_SINT_SET_EVENTFD again", has_eventfd, run_eventfd, is_signalled, NULL },
	{ "read of a message", has_message, run_read, is_at_its_end, NULL },
	{ "MSHV_CHECK_EXTENSION", has_module, run_extension, nothing, NULL },
	{ "MSHV_CREATE_VTL", has_module, run_create, is_mapped, NULL },
	{ "map, the file's first", has_file, run_map, is_mapped, NULL },
	{ "map of what is mapped", has_mapping, run_map, is_mapped, NULL },
	{ "map with all in quarantine", has_quarantine, run_map, is_mapped, NULL },
	{ "unmap", has_mapping, run_unmap, is_unmapped, NULL },
	{ "MSHV_SET_POLL_FILE", has_file, run_poll_file, is_polled, NULL },
	{ "MSHV_SET_POLL_FILE again", has_poll_file, run_poll_file, is_polled, NULL },
	{ "MSHV_GET_VP_INTERRUPTS", has_mapping, run_interrupts, nothing, NULL },
	{ "MSHV_TDCALL", has_file, run_tdcall, nothing, NULL },
	{ "fault of a page", has_file, run_fault, nothing, NULL },
};

/* ---- the state that is compared ---- */

/**
 * struct ledger - all state that a failure must not change
 * @bytes:  allocated memory
 * @queued: entries on the wait queue of the file that is polled
 */
struct ledger {
	size_t bytes;
	int handles;
	int nodes;
	int fds;
	unsigned int references;
	unsigned int queued;
	bool online[SHIM_CPUS];
	unsigned int mapped[SHIM_CPUS];
	unsigned int taken[SHIM_CPUS];
};

static unsigned int queue_length(const struct file *file)
{
	const struct list_head *at;
	unsigned int length = 0;

	for (at = file->queue.head.next; at != &file->queue.head; at = at->next)
		length++;
	return length;
}

static void ledger_cpus(struct ledger *ledger)
{
	struct redirect_stats stats;
	unsigned int cpu;

	for (cpu = 0; cpu < SHIM_CPUS; cpu++) {
		ledger->online[cpu] = shim_cpu_online[cpu];
		ledger->taken[cpu] = emul_vectors_taken(cpu);
		if (!node("mshv"))
			continue;
		vtl_redirect_stats_get(cpu, &stats);
		ledger->mapped[cpu] = stats.mapped;
	}
}

/* Waits until quarantine is over, and until RCU has freed its memory. */
static void ledger_read(struct ledger *ledger)
{
	int i;

	shim_advance(5000);
	synchronize_rcu();
	memset(ledger, 0, sizeof(*ledger));
	for (i = 0; i < NODES; i++)
		ledger->nodes += !!nodes[i];
	for (i = 0; i < FILES; i++)
		ledger->fds += fds[i];
	for (i = 0; i < FILES; i++)
		ledger->references += files[i] ? files[i]->references : 0;
	ledger->queued = other >= 0 && files[other] ? queue_length(files[other]) : 0;
	ledger->handles = handles;
	ledger_cpus(ledger);
	ledger->bytes = __sanitizer_get_current_allocated_bytes();
}

/* A file keeps its row for this CPU, and the module keeps its allocation for a CPU. */
static bool may_keep(const struct sweep_operation *operation, size_t bytes)
{
	if (operation->run == run_cpu_add)
		return true;
	return operation->run == run_map && bytes == 256 * sizeof(u32);
}

static struct ledger before;

static void remember(const struct sweep_operation *operation)
{
	/* This operation requires the vectors in quarantine, which ledger_read() would end. */
	if (operation->prepare != has_quarantine)
		ledger_read(&before);
}

static void compare(const struct sweep_operation *operation)
{
	struct ledger now;

	if (operation->prepare == has_quarantine)
		return;
	ledger_read(&now);
	if (may_keep(operation, now.bytes - before.bytes))
		now.bytes = before.bytes;
	assert_int_equal(now.bytes, before.bytes);
	assert_memory_equal(&now, &before, sizeof(now));
}

/* ---- the loop ---- */

static size_t bytes;

static void begin(const struct sweep_operation *operation)
{
	bytes = __sanitizer_get_current_allocated_bytes();
	shim_reset();
	emul_reset();
	vtl = -1;
	other = -1;
	hvcall = NULL;
	sint = NULL;
}

/* After each operation, when all files are closed and the module is gone, all is free. */
static void end(const struct sweep_operation *operation)
{
	int fd;

	if (hvcall)
		fput(hvcall);
	if (sint)
		fput(sint);
	for (fd = 0; fd < FILES; fd++) {
		if (files[fd])
			fd_close(fd);
	}
	shim_module_exit();
	synchronize_rcu();
	assert_int_equal(handles, 0);
	assert_int_equal(emul_vectors_taken(0) + emul_vectors_taken(1), 0);
	assert_int_equal(__sanitizer_get_current_allocated_bytes(), bytes);
}

/* The errno that the contract defines for each resource; a hotplug state has its own. */
static bool expected(int error)
{
	return error == -ENOMEM || error == -EFAULT || error == -EMFILE || error == -ENOSPC ||
	       error == -EBADF;
}

static void inject(unsigned int number)
{
	shim_allocations = 0;
	shim_fail_at = number;
}

static bool met(void)
{
	bool happened = shim_fail_at && shim_allocations >= shim_fail_at;

	shim_fail_at = 0;
	return happened;
}

static const struct sweep sweep = {
	begin, remember, inject, met, expected, compare, end, FAILURES_MAX,
};

static void every_failure_leaves_the_state_unchanged(void **state)
{
	unsigned int injected = 0, count;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		sweep_attempt(&sweep, &operations[i], 0);
		count = sweep_from(&sweep, &operations[i], 1);
		assert_true(count);
		injected += count;
	}
	printf("# figure: the driver in user space: %zu operations, %u failures injected, all as before\n",
	       ARRAY_SIZE(operations), injected);
}

/* hv_vmbus disables its own SynIC then (hv_kexec_handler() in drivers/hv/vmbus_drv.c). */
static void the_next_kernel_finds_no_synic_enabled(void **state)
{
	int (*online)(unsigned int cpu);
	unsigned int cpu;

	begin(NULL);
	has_sint();
	assert_int_equal(run_resume(), 0);
	is_resumed();
	assert_true(synic_is_online[0]);

	/* kexec takes no CPU offline; one that comes online meanwhile would enable its SynIC. */
	assert_non_null(reboot_block);
	online = cpu_online_call;
	cpu_online_call = NULL;
	reboot_block->notifier_call(reboot_block, 1, NULL);
	cpu_online_call = online;
	no_synic_is_online();
	for (cpu = 0; cpu < SHIM_CPUS; cpu++)
		assert_true(sint_masked[cpu]);
	shim_cpu_online[3] = false;
	assert_int_equal(shim_cpu_add(3), 0);
	no_synic_is_online();
	assert_true(sint_masked[3]);

	end(NULL);
	assert_null(reboot_block);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_failure_leaves_the_state_unchanged),
	/* The last one, since the driver does not enable a SynIC afterwards. */
	cmocka_unit_test(the_next_kernel_finds_no_synic_enabled),
};

TEST_PROGRAM("failures", tests)
