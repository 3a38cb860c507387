// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event loop of a VMM waits for files, but cannot wait while its thread runs
 * VTL0. So the VMM can set a file for a VP: when the file becomes readable, the VP's
 * run is cancelled, and the thread returns to the event loop.
 *
 * Knows nothing of VTL0 except vtl_vp_cancel().
 */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/file.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "poll.h"
#include "run_page.h"

/* Events that wake up an event loop; poll() always reports errors and hang-ups. */
#define POLL_EVENTS	(EPOLLIN | EPOLLERR | EPOLLHUP)

/**
 * struct poll_watch - a file set for a VP
 * @cpu:   the VP
 * @owner: from vtl_poll_set()
 * @process: from vtl_poll_set(); only compared
 * @file:  the file; this reference keeps its wait queue
 * @queue: the wait queue that @wait is on, or NULL
 * @wait:  the entry in @queue
 * @table: passed to the file's poll function, which calls watch_queue() with @queue
 */
struct poll_watch {
	unsigned int cpu;
	const void *owner;
	const void *process;
	struct file *file;
	wait_queue_head_t *queue;
	wait_queue_entry_t wait;
	poll_table table;
};

/*
 * Protects poll_watches; only taken in process context. A VMM that ends takes it as well, so it
 * is not held in calls that may wait for user space.
 */
static DEFINE_MUTEX(poll_lock);
static struct poll_watch **poll_watches;

/* Called under the wait queue's lock, in any context. */
static int watch_wake(wait_queue_entry_t *wait, unsigned int mode, int sync,
		      void *key)
{
	struct poll_watch *watch = container_of(wait, struct poll_watch, wait);
	__poll_t events = key_to_poll(key);

	if (!events || events & POLL_EVENTS)
		vtl_vp_cancel(watch->cpu);

	if (events & POLLFREE) {
		/* The queue is freed: leave it now. Pairs with watch_remove(). */
		list_del_init(&wait->entry);
		/* The queue is not accessed after this store. */
		smp_store_release(&watch->queue, NULL);
	}
	return 0;
}

/* If a file has several queues, only the first one is used. */
static void watch_queue(struct file *file, wait_queue_head_t *queue,
			poll_table *table)
{
	struct poll_watch *watch = container_of(table, struct poll_watch, table);

	if (watch->queue)
		return;

	watch->queue = queue;
	add_wait_queue(queue, &watch->wait);
}

static void watch_remove(struct poll_watch *watch)
{
	wait_queue_head_t *queue;

	/* After POLLFREE, the queue exists for one more RCU grace period. */
	rcu_read_lock();
	/* Pairs with the store in watch_wake(). */
	queue = smp_load_acquire(&watch->queue);
	if (queue)
		remove_wait_queue(queue, &watch->wait);
	rcu_read_unlock();

	fput(watch->file);
	kfree(watch);
}

static struct poll_watch *watch_create(const void *owner, const void *process,
				       unsigned int cpu, struct file *file)
{
	struct poll_watch *watch = kzalloc(sizeof(*watch), GFP_KERNEL_ACCOUNT);

	if (!watch)
		return NULL;

	watch->cpu = cpu;
	watch->owner = owner;
	watch->process = process;
	watch->file = file;
	init_waitqueue_func_entry(&watch->wait, watch_wake);
	INIT_LIST_HEAD(&watch->wait.entry);
	init_poll_funcptr(&watch->table, watch_queue);
	return watch;
}

/* Takes over the reference to @file, also after an error. */
static int poll_set_file(const void *owner, const void *process,
			 unsigned int cpu, struct file *file)
{
	struct poll_watch *watch, *before;

	if (!file_can_poll(file)) {
		fput(file);
		return -EPERM;
	}

	watch = watch_create(owner, process, cpu, file);
	if (!watch) {
		fput(file);
		return -ENOMEM;
	}

	/* This may wait for ever. From here on, watch_wake() may run. */
	if (vfs_poll(file, &watch->table) & POLL_EVENTS)
		vtl_vp_cancel(cpu);

	mutex_lock(&poll_lock);
	before = poll_watches[cpu];
	poll_watches[cpu] = watch;
	mutex_unlock(&poll_lock);

	if (before)
		watch_remove(before);
	return 0;
}

int vtl_poll_set(const void *owner, const void *process, u32 cpu, u32 fd)
{
	struct file *file;

	if (cpu >= nr_cpu_ids)
		return -EINVAL;
	cpu = array_index_nospec(cpu, nr_cpu_ids);
	if (!cpu_online(cpu) || !vtl_vp_run_page(cpu))
		return -EINVAL;

	file = fget(fd);
	if (!file)
		return -EBADFD;
	return poll_set_file(owner, process, cpu, file);
}

/* @process is NULL for any process. */
static struct poll_watch *watch_take(const void *owner, const void *process,
				     unsigned int cpu)
{
	struct poll_watch *watch;

	mutex_lock(&poll_lock);
	watch = poll_watches[cpu];
	if (watch && watch->owner == owner &&
	    (!process || watch->process == process))
		poll_watches[cpu] = NULL;
	else
		watch = NULL;
	mutex_unlock(&poll_lock);
	return watch;
}

void vtl_poll_drop(const void *owner, const void *process)
{
	struct poll_watch *watch;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		watch = watch_take(owner, process, cpu);
		if (watch)
			watch_remove(watch);
	}
}

int vtl_poll_init(void)
{
	poll_watches = kvcalloc(nr_cpu_ids, sizeof(*poll_watches), GFP_KERNEL);
	return poll_watches ? 0 : -ENOMEM;
}

void vtl_poll_exit(void)
{
	kvfree(poll_watches);
	poll_watches = NULL;
}
