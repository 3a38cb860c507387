// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The parts of the shim kernel that are not inline; see shim.h.
 */
#include <stdarg.h>

#include "shim.h"

void (*shim_stretch)(void);
unsigned int shim_allocations;
unsigned int shim_fail_at;
bool shim_cpu_online[SHIM_CPUS];
int shim_hotplug_readers;
unsigned int shim_cpu;
unsigned int shim_irqs_off;
unsigned int shim_wakeups;
unsigned int shim_reschedules[SHIM_CPUS];
unsigned int shim_interrupt_calls;
unsigned long jiffies;
unsigned int shim_warnings;
char shim_log[512];

static struct rcu_head *free_list;
static struct delayed_work *work_pending;

void mutex_lock(struct mutex *mutex)
{
	assert(!pthread_mutex_lock(&mutex->lock));
	mutex->owner = pthread_self();
	mutex->held = true;
}

void mutex_unlock(struct mutex *mutex)
{
	lockdep_assert_held(mutex);
	mutex->held = false;
	assert(!pthread_mutex_unlock(&mutex->lock));
}

int rcuwait_wake_up(struct rcuwait *wait)
{
	if (!__atomic_load_n(&wait->task, __ATOMIC_SEQ_CST))
		return 0;

	shim_wakeups++;
	return 1;
}

static bool allocation_fails(void)
{
	return ++shim_allocations == shim_fail_at;
}

void *shim_alloc(size_t count, size_t size)
{
	return allocation_fails() ? NULL : calloc(count, size);
}

struct page *alloc_pages_node(int node, gfp_t gfp, unsigned int order)
{
	struct page *page;

	assert(!order);
	if (allocation_fails())
		return NULL;

	page = aligned_alloc(PAGE_SIZE, sizeof(*page));
	if (page)
		memset(page, 0, sizeof(*page));
	return page;
}

void shim_free_later(struct rcu_head *head, void *pointer)
{
	head->pointer = pointer;
	head->next = free_list;
	free_list = head;
}

void synchronize_rcu(void)
{
	struct rcu_head *head = free_list;

	free_list = NULL;
	while (head) {
		void *pointer = head->pointer;

		head = head->next;
		free(pointer);
	}
}

void schedule_delayed_work(struct delayed_work *work, unsigned long delay)
{
	if (work->scheduled)
		return;

	work->scheduled = true;
	work->due = jiffies + delay;
	assert(!work_pending || work_pending == work);
	work_pending = work;
}

void cancel_delayed_work_sync(struct delayed_work *work)
{
	work->scheduled = false;
}

static bool work_is_due(void)
{
	return work_pending && work_pending->scheduled &&
	       time_after_eq(jiffies, work_pending->due);
}

void shim_advance(unsigned long ms)
{
	while (ms--) {
		jiffies++;
		if (work_is_due()) {
			work_pending->scheduled = false;
			work_pending->work.function(&work_pending->work);
		}
	}
}

void (*shim_sleeper)(void);

void msleep(unsigned int ms)
{
	shim_advance(ms);
	if (shim_sleeper)
		shim_sleeper();
}

bool shim_killed;

long schedule_timeout_killable(long timeout)
{
	if (!shim_killed)
		msleep(timeout);
	return 0;
}

void shim_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(shim_log, sizeof(shim_log), format, args);
	va_end(args);
	shim_warnings++;
}

void shim_reset(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < SHIM_CPUS; cpu++)
		shim_cpu_online[cpu] = true;
	shim_sleeper = NULL;
	shim_killed = false;
	memset(shim_reschedules, 0, sizeof(shim_reschedules));
	shim_interrupt_calls = 0;
	shim_wakeups = 0;
	shim_cpu = 0;
	shim_irqs_off = 0;
	shim_fail_at = 0;
	shim_warnings = 0;
	shim_log[0] = '\0';
}

/* Emulates the architecture: one call interrupts several CPUs. */
void vtl_cpus_interrupt(const struct cpumask *cpus);
void vtl_cpus_interrupt(const struct cpumask *cpus)
{
	unsigned int cpu;

	shim_interrupt_calls++;
	for_each_cpu(cpu, cpus)
		shim_reschedules[cpu]++;
}
