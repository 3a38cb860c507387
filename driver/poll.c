// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VMM's event loop waits for files; a VP that runs VTL0 does not wait. So a
 * file can be set for a VP: when it becomes readable, the VP's run is
 * cancelled, and its thread goes back to the event loop.
 *
 * Knows nothing of VTL0, only vtl_vp_cancel().
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

/* What wakes an event loop: also an error and a hang-up, which it always gets. */
#define POLL_EVENTS	(EPOLLIN | EPOLLERR | EPOLLHUP)

/**
 * struct poll_watch - a file set for a VP
 * @cpu:   the VP
 * @owner: who set it
 * @process: and for which process; only compared
 * @file:  a reference of our own, so that the wait queue stays
 * @queue: the wait queue that @wait is on; NULL if it is on none
 * @wait:  our entry there
 * @table: hands @queue to us
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

/* Protects poll_watches; taken in process context alone. */
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
		/* The queue goes: leave it now. Pairs with watch_remove(). */
		list_del_init(&wait->entry);
		/* After this store the queue is not touched any more. */
		smp_store_release(&watch->queue, NULL);
	}
	return 0;
}

/* A file with several queues is watched on its first. */
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

	/* A queue that is freed by POLLFREE lives for an RCU grace period. */
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

/* Takes over the reference to @file, whatever comes of it. */
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

	mutex_lock(&poll_lock);
	before = poll_watches[cpu];
	poll_watches[cpu] = watch;
	if (vfs_poll(file, &watch->table) & POLL_EVENTS)
		vtl_vp_cancel(cpu);
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

/* @process: NULL: whichever it was. */
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
