// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/mshv_sint: messages and events between the VMM and the host's VMBus. The host
 * sends to the VMM through SINT 7: messages in slot 7 of CPU 0, events as flags of any
 * CPU.
 *
 * Owns: the node, SINT 7, and the checks of what arrives there. All open files read
 * from the same stream: each message is read once. When the last file is closed, SINT 7
 * is masked, and all eventfds are dropped.
 *
 * The host may write anything into both pages at any time. A message is copied once,
 * and checked afterwards.
 */
#define pr_fmt(fmt) "mshv_vtl: " fmt

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/cpu.h>
#include <linux/eventfd.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/poll.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <linux/mshv_vtl.h>

#include <asm/barrier.h>

#include "compat.h"
#include "host.h"
#include "nodes.h"
#include "sint.h"
#include "synic.h"
#include "synic_message.h"

#define SINT_RELAY		7
#define SINT_MESSAGE_CPU	0
#define SINT_FLAGS		2048
#define SINT_FLAG_WORDS		(SINT_FLAGS / BITS_PER_LONG)

/* TLFS, HvCallPostMessage and HvCallSignalEvent. */
#define CALL_POST_MESSAGE	0x5c
#define CALL_SIGNAL_EVENT	0x5d

static_assert(MSHV_SINT_SIGNAL_EVENT == 0x4008b822);
static_assert(MSHV_SINT_POST_MESSAGE == 0x4018b823);
static_assert(MSHV_SINT_SET_EVENTFD == 0x4008b824);
static_assert(MSHV_SINT_PAUSE_MESSAGE_STREAM == 0x4008b825);
static_assert(sizeof(struct mshv_signal_event) == 8);
static_assert(sizeof(struct mshv_post_message) == 24);
static_assert(sizeof(struct mshv_set_eventfd) == 8);
static_assert(sizeof(struct mshv_pause_messages) == 8);
static_assert(MSHV_MESSAGE_SIZE == sizeof(struct synic_message));

/* Input of HvCallPostMessage. */
struct post_input {
	u32 connection;
	u32 reserved;
	u32 type;
	u32 size;
	u8 payload[MESSAGE_PAYLOAD_SIZE];
};

/* Input of HvCallSignalEvent. */
struct signal_input {
	u32 connection;
	u16 flag;
	u16 reserved;
};

static_assert(sizeof(struct post_input) == 256);
static_assert(sizeof(struct signal_input) == 8);

/*
 * Protects writes to @sint_files, @sint_paused and @sint_eventfds. The lock of CPU
 * hotplug is taken inside.
 */
static DEFINE_MUTEX(sint_lock);
static unsigned int sint_files;
static bool sint_paused = true;
static struct eventfd_ctx __rcu *sint_eventfds[SINT_FLAGS];

bool vtl_sint_is_open;

/*
 * Slot 7 may have a message. The interrupt sets it, and a reader clears it before it
 * reads the slot, both on that CPU; also set while @sint_unread has a message.
 */
static bool sint_has_message;
static DECLARE_WAIT_QUEUE_HEAD(sint_waiters);

/*
 * A message that was taken from the slot, but could not be copied to the reader's
 * memory. Protected by sint_read_lock.
 */
static DEFINE_MUTEX(sint_read_lock);
static struct synic_message sint_unread;

static void event_signal(unsigned int flag)
{
	struct eventfd_ctx *eventfd;

	rcu_read_lock();
	eventfd = rcu_dereference(sint_eventfds[flag]);
	if (eventfd)
		compat_eventfd_signal(eventfd);
	rcu_read_unlock();
}

/* xchg() is locked even on a machine with only one CPU: the host runs on others. */
static void events_take(unsigned long *flags)
{
	unsigned long bits;
	unsigned int word, bit;

	for (word = 0; word < SINT_FLAG_WORDS; word++) {
		if (!READ_ONCE(flags[word]))
			continue;
		bits = xchg(&flags[word], 0);
		for_each_set_bit(bit, &bits, BITS_PER_LONG)
			event_signal(word * BITS_PER_LONG + bit);
	}
}

void vtl_sint_interrupt(struct synic_message *slots)
{
	unsigned long *flags = vtl_host_synic_events();

	if (flags)
		events_take(flags + SINT_RELAY * SINT_FLAG_WORDS);
	if (smp_processor_id() != SINT_MESSAGE_CPU ||
	    READ_ONCE(slots[SINT_RELAY].type) == MESSAGE_TYPE_NONE)
		return;

	WRITE_ONCE(sint_has_message, true);
	wake_up_interruptible_poll(&sint_waiters, EPOLLIN | EPOLLRDNORM);
}

/* Moves the message from the slot to @argument, if there is a valid one. */
static void message_take_here(void *argument)
{
	struct synic_message *slot = vtl_host_synic_messages(), *message = argument;
	u32 type;

	WRITE_ONCE(sint_has_message, false);
	if (!slot)
		return;
	slot += SINT_RELAY;
	type = READ_ONCE(slot->type);
	if (type == MESSAGE_TYPE_NONE)
		return;

	/* Reads the type before the rest; the host writes the type last. */
	virt_rmb();
	memcpy(message, slot, sizeof(*message));
	message->type = vtl_message_free(slot, type) ? type : MESSAGE_TYPE_NONE;
}

/* Makes sure that the size is valid, since the VMM may rely on it. */
static void message_check(struct synic_message *message)
{
	if (message->type == MESSAGE_TYPE_NONE || message->size <= MESSAGE_PAYLOAD_SIZE)
		return;

	pr_warn_ratelimited("message of %u bytes from the host on SINT %u: dropped\n",
			    message->size, SINT_RELAY);
	message->type = MESSAGE_TYPE_NONE;
}

/* Copies a message to user space. Returns its size; 0 if there is none. */
static ssize_t message_give(char __user *buffer)
{
	ssize_t ret = 0;

	mutex_lock(&sint_read_lock);
	if (sint_unread.type == MESSAGE_TYPE_NONE) {
		ret = smp_call_function_single(SINT_MESSAGE_CPU, message_take_here,
					       &sint_unread, true);
		message_check(&sint_unread);
	}
	if (!ret && sint_unread.type != MESSAGE_TYPE_NONE) {
		if (copy_to_user(buffer, &sint_unread, sizeof(sint_unread))) {
			WRITE_ONCE(sint_has_message, true);
			ret = -EFAULT;
		} else {
			sint_unread.type = MESSAGE_TYPE_NONE;
			ret = sizeof(sint_unread);
		}
	}
	mutex_unlock(&sint_read_lock);
	return ret;
}

static bool sint_is_readable(void)
{
	return READ_ONCE(sint_has_message) || READ_ONCE(sint_paused);
}

static ssize_t sint_read(struct file *filp, char __user *buffer, size_t size,
			 loff_t *position)
{
	ssize_t ret;

	if (size < MSHV_MESSAGE_SIZE)
		return -EINVAL;

	/* The caller can be killed even if the host keeps sending invalid messages. */
	while (!signal_pending(current)) {
		ret = message_give(buffer);
		if (ret)
			return ret;
		if (READ_ONCE(sint_paused))
			return 0;
		if (filp->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(sint_waiters, sint_is_readable());
		if (ret)
			return ret;
	}
	return -ERESTARTSYS;
}

static __poll_t sint_poll(struct file *filp, poll_table *table)
{
	poll_wait(filp, &sint_waiters, table);
	return sint_is_readable() ? EPOLLIN | EPOLLRDNORM : 0;
}

/* Makes a hypercall with a copy of @input. Returns the host's status, or a negative errno. */
static long sint_call(u16 code, const void *input, size_t size)
{
	void *page = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	u64 status;
	int ret;

	if (!page)
		return -ENOMEM;
	memcpy(page, input, size);
	ret = vtl_host_call(code, page, NULL, &status);
	free_page((unsigned long)page);
	return ret ?: (u16)status;
}

static long sint_ioctl_post_message(const struct mshv_post_message __user *user_args)
{
	struct mshv_post_message args;
	struct post_input input = { };

	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;
	if (args.message_type > U32_MAX || args.payload_size > sizeof(input.payload))
		return -EINVAL;

	input.connection = args.connection_id;
	input.type = args.message_type;
	input.size = args.payload_size;
	if (copy_from_user(input.payload, u64_to_user_ptr(args.payload), args.payload_size))
		return -EFAULT;
	return sint_call(CALL_POST_MESSAGE, &input, sizeof(input));
}

static long sint_ioctl_signal_event(const struct mshv_signal_event __user *user_args)
{
	struct mshv_signal_event args;
	struct signal_input input = { };

	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;
	if (args.flag > U16_MAX)
		return -EINVAL;

	input.connection = args.connection_id;
	input.flag = args.flag;
	return sint_call(CALL_SIGNAL_EVENT, &input, sizeof(input));
}

/* When this returns, no interrupt handler signals the old eventfd any more. */
static void eventfd_replace(unsigned int flag, struct eventfd_ctx *eventfd)
{
	struct eventfd_ctx *old;

	mutex_lock(&sint_lock);
	old = rcu_replace_pointer(sint_eventfds[flag], eventfd,
				  lockdep_is_held(&sint_lock));
	mutex_unlock(&sint_lock);
	if (!old)
		return;

	synchronize_rcu();
	eventfd_ctx_put(old);
}

static long sint_ioctl_set_eventfd(const struct mshv_set_eventfd __user *user_args)
{
	struct eventfd_ctx *eventfd = NULL;
	struct mshv_set_eventfd args;

	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;
	if (args.flag >= SINT_FLAGS)
		return -EINVAL;

	if (args.fd >= 0)
		eventfd = eventfd_ctx_fdget(args.fd);
	if (IS_ERR(eventfd))
		return PTR_ERR(eventfd);
	eventfd_replace(array_index_nospec(args.flag, SINT_FLAGS), eventfd);
	return 0;
}

static void mask_here(void *argument)
{
	bool paused = *(bool *)argument;

	vtl_host_synic_mask(SINT_RELAY, paused);
	if (!paused)
		vtl_synic_unmasked();
}

/*
 * When a reader sees that the stream is paused, no interrupt of the host comes any more. A
 * message that the host writes nevertheless is read, or remains until the stream continues.
 * A CPU that comes online waits for the lock of CPU hotplug, and then sees the pause, too.
 */
static void sint_pause_locked(bool paused)
{
	lockdep_assert_held(&sint_lock);
	cpus_read_lock();
	on_each_cpu(mask_here, &paused, true);
	WRITE_ONCE(sint_paused, paused);
	cpus_read_unlock();
	if (paused)
		wake_up_interruptible_poll(&sint_waiters, EPOLLIN | EPOLLRDNORM);
}

static long sint_ioctl_pause(const struct mshv_pause_messages __user *user_args)
{
	struct mshv_pause_messages args;

	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;
	if (args.pause > 1 || memchr_inv(args.reserved, 0, sizeof(args.reserved)))
		return -EINVAL;
	if (!vtl_host_synic_available())
		return -EOPNOTSUPP;

	mutex_lock(&sint_lock);
	sint_pause_locked(args.pause);
	mutex_unlock(&sint_lock);
	return 0;
}

static long sint_ioctl(struct file *filp, unsigned int command, unsigned long arg)
{
	switch (command) {
	case MSHV_SINT_SIGNAL_EVENT:
		return sint_ioctl_signal_event((void __user *)arg);
	case MSHV_SINT_POST_MESSAGE:
		return sint_ioctl_post_message((void __user *)arg);
	case MSHV_SINT_SET_EVENTFD:
		return sint_ioctl_set_eventfd((void __user *)arg);
	case MSHV_SINT_PAUSE_MESSAGE_STREAM:
		return sint_ioctl_pause((void __user *)arg);
	default:
		return -ENOTTY;
	}
}

static int sint_open(struct inode *inode, struct file *filp)
{
	int ret = vtl_nodes_check();

	if (ret)
		return ret;
	mutex_lock(&sint_lock);
	sint_files++;
	WRITE_ONCE(vtl_sint_is_open, true);
	mutex_unlock(&sint_lock);
	return nonseekable_open(inode, filp);
}

/* No interrupt handler reads them any more. */
static void eventfds_drop_locked(void)
{
	struct eventfd_ctx *eventfd;
	unsigned int flag;

	for (flag = 0; flag < SINT_FLAGS; flag++) {
		eventfd = rcu_replace_pointer(sint_eventfds[flag], NULL,
					      lockdep_is_held(&sint_lock));
		if (eventfd)
			eventfd_ctx_put(eventfd);
	}
}

static int sint_release(struct inode *inode, struct file *filp)
{
	mutex_lock(&sint_lock);
	if (!--sint_files) {
		sint_pause_locked(true);
		WRITE_ONCE(vtl_sint_is_open, false);
		/* An interrupt handler may have read vtl_sint_is_open before. */
		synchronize_rcu();
		eventfds_drop_locked();
	}
	mutex_unlock(&sint_lock);
	return 0;
}

static const struct file_operations sint_fops = {
	.owner = THIS_MODULE,
	.open = sint_open,
	.release = sint_release,
	.read = sint_read,
	.poll = sint_poll,
	.unlocked_ioctl = sint_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice sint_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "mshv_sint",
	.fops = &sint_fops,
	.mode = 0600,
};

void vtl_sint_online(void)
{
	bool paused = READ_ONCE(sint_paused);

	mask_here(&paused);
}

void vtl_sint_offline(void)
{
	bool paused = true;

	mask_here(&paused);
}

int vtl_sint_init(void)
{
	return misc_register(&sint_device);
}

void vtl_sint_exit(void)
{
	misc_deregister(&sint_device);
}
