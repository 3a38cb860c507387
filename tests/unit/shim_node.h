/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * More of the kernel in user space, for the files above the portable core: module init, device
 * nodes, files, user memory, wait queues. See shim.h.
 *
 * Everything that may fail because a resource is exhausted counts as an allocation, so that a
 * test can make it fail by shim_fails().
 */
#ifndef _SHIM_NODE_H
#define _SHIM_NODE_H

#include <fcntl.h>
#include <sys/types.h>

#include "shim.h"

/* The contract with user space uses this type for u64, as the kernel does. */
#define u64 unsigned long long

/* Return: whether this allocation was ordered to fail. */
static inline bool shim_fails(void)
{
	return ++shim_allocations == shim_fail_at;
}

/* compiler_types.h, bits.h, bitops.h, string.h */
#define __user
#define __init
#define __exit
#define BITS_PER_BYTE 8
#define BIT_ULL(bit) (1ULL << (bit))
#define GENMASK(high, low) ((~0UL << (low)) & (~0UL >> (63 - (high))))
#define cmpxchg(p, old, new)                                                     \
	({                                                                       \
		__typeof__(*(p)) shim_old = (old);                               \
		__atomic_compare_exchange_n(p, &shim_old, new, false,            \
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
		shim_old;                                                        \
	})

static inline bool test_bit_le(unsigned int bit, const void *bits)
{
	return ((const u8 *)bits)[bit / 8] >> bit % 8 & 1;
}

static inline const void *memchr_inv(const void *bytes, int value, size_t size)
{
	const u8 *byte = bytes;

	for (; size; size--, byte++) {
		if (*byte != value)
			return byte;
	}
	return NULL;
}

/* slab.h, gfp.h */
#define kzalloc(size, gfp) shim_alloc(1, size)
#define get_zeroed_page(gfp) ((unsigned long)alloc_pages_node(0, gfp, 0))
#define free_page(address) free((void *)(address))

/* uaccess.h; a program's memory is accessed directly, unless the access is to fail. */
#define u64_to_user_ptr(address) ((void *)(uintptr_t)(address))

static inline unsigned long copy_from_user(void *to, const void *from, unsigned long size)
{
	if (shim_fails())
		return size;
	memcpy(to, from, size);
	return 0;
}

#define copy_to_user(to, from, size) copy_from_user(to, from, size)
#define put_user(value, to) (shim_fails() ? -EFAULT : ((void)(*(to) = (value)), 0))

/* wait.h, poll.h */
struct wait_queue_entry;

typedef struct wait_queue_entry {
	struct list_head entry;
	int (*func)(struct wait_queue_entry *wait, unsigned int mode, int sync, void *key);
} wait_queue_entry_t;

typedef struct {
	struct list_head head;
} wait_queue_head_t;

typedef unsigned int __poll_t;
struct file;

typedef struct poll_table_struct {
	void (*queue)(struct file *file, wait_queue_head_t *queue,
		      struct poll_table_struct *table);
} poll_table;

#define EPOLLIN 0x1
#define EPOLLRDNORM 0x40
#define EPOLLERR 0x8
#define EPOLLHUP 0x10
#define POLLFREE 0x4000
#define key_to_poll(key) ((__poll_t)(uintptr_t)(key))
#define init_waitqueue_func_entry(wait, function) ((wait)->func = (function))
#define init_poll_funcptr(table, function) ((table)->queue = (function))
#define add_wait_queue(at, wait) list_add_tail(&(wait)->entry, &(at)->head)
#define remove_wait_queue(at, wait) ((void)(at), list_del(&(wait)->entry))
#define list_del_init(entry) (list_del(entry), INIT_LIST_HEAD(entry))
#define rcu_read_lock() ((void)0)
#define rcu_read_unlock() ((void)0)
#define __rcu
#define rcu_dereference(pointer) READ_ONCE(pointer)
#define lockdep_is_held(mutex) ((mutex)->held)
#define rcu_replace_pointer(pointer, value, condition) \
	({ assert(condition); xchg(&(pointer), value); })
#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name
#define poll_wait(file, at, table) ((void)(file), (void)(at), (void)(table))
#define wake_up_interruptible_poll(at, mask) ((void)(at), (void)(mask))
/* A caller never waits here: it is always interrupted by a signal. */
#define wait_event_interruptible(at, condition) ((void)(at), (condition) ? 0 : -EINTR)
#define ERESTARTSYS 512
#define signal_pending(task) ((void)(task), false)

/* bits.h, find.h, limits.h */
#define BITS_PER_LONG 64
#define U16_MAX UINT16_MAX
#define for_each_set_bit(bit, bits, size)               \
	for ((bit) = 0; (bit) < (size); (bit)++)        \
		if ((bits)[(bit) / 64] >> (bit) % 64 & 1)

/* smp.h; here the call runs immediately, for one CPU after the other. */
#define smp_call_function_single(cpu, function, argument, wait) \
	({ shim_cpu = (cpu); (function)(argument); 0; })
#define on_each_cpu(function, argument, wait)                           \
	do {                                                            \
		for (shim_cpu = 0; shim_cpu < nr_cpu_ids; shim_cpu++) { \
			if (cpu_online(shim_cpu))                       \
				(function)(argument);                   \
		}                                                       \
		shim_cpu = 0;                                           \
	} while (0)

/* eventfd.h */
struct eventfd_ctx {
	unsigned int count;
};

struct eventfd_ctx *eventfd_ctx_fdget(int fd);
void eventfd_ctx_put(struct eventfd_ctx *eventfd);
#define eventfd_signal(eventfd, times) ((eventfd)->count += (times))

/* sched.h */
struct task_struct {
	void *files;
	unsigned int flags;
};

#define PF_EXITING 0x4
extern struct task_struct shim_current;
#define current (&shim_current)

/* fs.h, file.h, miscdevice.h, anon_inodes.h, module.h, capability.h */
struct inode;
struct vm_area_struct;
typedef void *fl_owner_t;

struct file_operations {
	void *owner;
	int (*open)(struct inode *inode, struct file *file);
	int (*flush)(struct file *file, fl_owner_t owner);
	int (*release)(struct inode *inode, struct file *file);
	ssize_t (*read)(struct file *file, char *buffer, size_t size, loff_t *position);
	__poll_t (*poll)(struct file *file, poll_table *table);
	long (*unlocked_ioctl)(struct file *file, unsigned int command, unsigned long argument);
	long (*compat_ioctl)(struct file *file, unsigned int command, unsigned long argument);
	int (*mmap)(struct file *file, struct vm_area_struct *area);
	void *llseek;
};

/**
 * struct file - an open file
 * @queue:      its wait queue
 * @references: references of its descriptor, and of fget()
 */
struct file {
	void *private_data;
	unsigned int f_flags;
	const struct file_operations *operations;
	wait_queue_head_t queue;
	unsigned int references;
};

struct miscdevice {
	int minor;
	const char *name;
	const struct file_operations *fops;
	const struct attribute_group **groups;
	unsigned int mode;
};

#define MISC_DYNAMIC_MINOR 255
#define THIS_MODULE NULL
#define CAP_SYS_ADMIN 21
#define capable(capability) ((void)(capability), true)
#define compat_ptr_ioctl NULL
#define noop_llseek NULL
#define nonseekable_open(inode, file) ((void)(inode), (void)(file), 0)
#define file_can_poll(file) ((void)(file), true)
#define vfs_poll(file, table) ((table)->queue(file, &(file)->queue, table), 0)
#define module_init(function) int (*const shim_module_init)(void) = (function)
#define module_exit(function) void (*const shim_module_exit)(void) = (function)
#define MODULE_DESCRIPTION(text) struct shim_unused
#define MODULE_LICENSE(text) struct shim_unused
#define pr_info(...) ((void)0)
#define pr_info_ratelimited(...) ((void)0)
#define pr_err(...) ((void)0)
/* VTL0 never runs here. */
#define cpu_hotplug_disable() ((void)0)
#define cpu_hotplug_enable() ((void)0)

extern int (*const shim_module_init)(void);
extern void (*const shim_module_exit)(void);
int misc_register(struct miscdevice *device);
void misc_deregister(struct miscdevice *device);
int get_unused_fd_flags(int flags);
void put_unused_fd(int fd);
void fd_install(int fd, struct file *file);
struct file *anon_inode_getfile(const char *name, const struct file_operations *operations,
				void *data, int flags);
struct file *fget(unsigned int fd);
void fput(struct file *file);

/* mm.h */
typedef unsigned int vm_fault_t;

struct vm_fault {
	unsigned long pgoff;
	struct page *page;
};

struct vm_operations_struct {
	vm_fault_t (*fault)(struct vm_fault *fault);
};

struct vm_area_struct {
	unsigned long vm_flags;
	const struct vm_operations_struct *vm_ops;
};

#define VM_SHARED 0x8
#define VM_FAULT_OOM 0x1
#define VM_FAULT_SIGBUS 0x2

/* cpuhotplug.h; shim_cpu_add() brings a CPU online while the driver is loaded. */
#define CPUHP_AP_ONLINE_DYN 1
int cpuhp_setup_state(int state, const char *name, int (*online)(unsigned int cpu),
		      int (*offline)(unsigned int cpu));
void cpuhp_remove_state_nocalls_cpuslocked(int state);
int shim_cpu_add(unsigned int cpu);

/* notifier.h, reboot.h */
struct notifier_block {
	int (*notifier_call)(struct notifier_block *block, unsigned long action, void *data);
};

#define NOTIFY_DONE 0
int register_reboot_notifier(struct notifier_block *block);
int unregister_reboot_notifier(struct notifier_block *block);

#endif /* _SHIM_NODE_H */
