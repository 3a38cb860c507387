/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel in user space, as far as the driver's portable core needs it.
 *
 * It is real where the tests depend on it: atomics and barriers are real, a mutex is a mutex
 * and lockdep_assert_held() checks it, kfree_rcu() frees only when a test ends the grace
 * period. A test controls the rest: allocation failures, the clock, the work queue, the log.
 *
 * Every kernel header that the core includes is this file; the Makefile creates the forwarding
 * headers.
 */
#ifndef _SHIM_H
#define _SHIM_H

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;
typedef unsigned int gfp_t;

/* compiler.h, build_bug.h */
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define BUILD_BUG_ON(condition) static_assert(!(condition), #condition)
#define container_of(pointer, type, member) \
	((type *)((char *)(pointer) - offsetof(type, member)))
#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, value) __atomic_store_n(&(x), value, __ATOMIC_RELAXED)
#define smp_store_release(p, value) __atomic_store_n(p, value, __ATOMIC_RELEASE)
#define xchg(p, value) __atomic_exchange_n(p, value, __ATOMIC_SEQ_CST)
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define array_index_nospec(index, size) (index)
#undef noinline
#define noinline __attribute__((noinline))
#define U32_MAX UINT32_MAX
#define PAGE_SIZE 4096UL

/* err.h */
#define IS_ERR(pointer) ((unsigned long)(pointer) >= (unsigned long)-4095)
#define PTR_ERR(pointer) ((long)(pointer))
#define ERR_PTR(error) ((void *)(long)(error))

/*
 * atomic.h, asm/local.h; an OR without a return value implies no ordering, and the driver does
 * not rely on any ordering of one with a return value. A test may extend the time before it, so
 * that a wrong order becomes visible.
 */
extern void (*shim_stretch)(void);

typedef struct {
	int counter;
} atomic_t;

static inline int atomic_fetch_or(int mask, atomic_t *v)
{
	if (shim_stretch)
		shim_stretch();
	return __atomic_fetch_or(&v->counter, mask, __ATOMIC_RELAXED);
}

static inline void atomic_or(int mask, atomic_t *v)
{
	atomic_fetch_or(mask, v);
}

/* bitops.h; for a bitmap that the core and the tests access as words of 32 bits. */
static inline bool test_and_set_bit(unsigned int bit, unsigned long *bitmap)
{
	u32 mask = 1U << bit % 32;

	if (shim_stretch)
		shim_stretch();
	return __atomic_fetch_or((u32 *)bitmap + bit / 32, mask, __ATOMIC_RELAXED) & mask;
}

typedef struct {
	long counter;
} atomic_long_t;

#define atomic_long_inc(v) __atomic_fetch_add(&(v)->counter, 1, __ATOMIC_RELAXED)
#define atomic_long_read(v) __atomic_load_n(&(v)->counter, __ATOMIC_RELAXED)

typedef struct {
	long counter;
} local_t;

static inline void local_inc(local_t *l)
{
	__atomic_store_n(&l->counter, l->counter + 1, __ATOMIC_RELAXED);
}

static inline void local_add(long value, local_t *l)
{
	__atomic_store_n(&l->counter, l->counter + value, __ATOMIC_RELAXED);
}

static inline long local_read(const local_t *l)
{
	return __atomic_load_n(&l->counter, __ATOMIC_RELAXED);
}

/*
 * asm/sync_bitops.h: like atomic.h, but with a lock prefix on a single CPU, too. A test may
 * extend the time before it.
 */
static inline u32 sync_cmpxchg(u32 *p, u32 old, u32 value)
{
	if (shim_stretch)
		shim_stretch();
	__atomic_compare_exchange_n(p, &old, value, false, __ATOMIC_SEQ_CST,
				    __ATOMIC_SEQ_CST);
	return old;
}

/* asm/barrier.h: x86 does not reorder loads, so a compiler barrier is sufficient. */
#if defined(__x86_64__)
#define virt_rmb() __asm__ volatile("" : : : "memory")
#else
#define virt_rmb() __sync_synchronize()
#endif

/* bitops.h */
#define hweight32(word) ((unsigned int)__builtin_popcount(word))
#define BIT(bit) (1UL << (bit))
#define __ffs(word) ((unsigned int)__builtin_ctzl(word))

/* tracepoint.h: no event is ever enabled, but its arguments must compile. */
#define TP_PROTO(...) (__VA_ARGS__)
#define TP_ARGS(...)
#define DECLARE_EVENT_CLASS(class, ...) struct shim_unused
#define DEFINE_EVENT(class, name, proto, args) \
	static inline void trace_##name proto {} \
	static inline bool trace_##name##_enabled(void) { return false; } \
	struct shim_unused
#define TRACE_EVENT(name, proto, ...) DEFINE_EVENT(name, name, proto, 0)
#define DECLARE_TRACEPOINT(name) struct shim_unused
#define tracepoint_enabled(name) false

/* list.h */
struct list_head {
	struct list_head *next, *prev;
};

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	entry->prev = head->prev;
	entry->next = head;
	head->prev->next = entry;
	head->prev = entry;
}

static inline void list_del(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	entry->next = NULL;
	entry->prev = NULL;
}

#define list_entry(pointer, type, member) container_of(pointer, type, member)
#define list_for_each_entry(entry, head, member)                            \
	for (entry = list_entry((head)->next, __typeof__(*entry), member);  \
	     &entry->member != (head);                                      \
	     entry = list_entry(entry->member.next, __typeof__(*entry), member))
#define list_for_each_entry_safe(entry, after, head, member)                \
	for (entry = list_entry((head)->next, __typeof__(*entry), member),  \
	     after = list_entry(entry->member.next, __typeof__(*entry), member); \
	     &entry->member != (head);                                      \
	     entry = after,                                                 \
	     after = list_entry(after->member.next, __typeof__(*after), member))

/* mutex.h, lockdep.h */
struct mutex {
	pthread_mutex_t lock;
	pthread_t owner;
	bool held;
};

#define DEFINE_MUTEX(name) \
	struct mutex name = { .lock = PTHREAD_MUTEX_INITIALIZER }

void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
#define lockdep_assert_held(mutex) \
	assert((mutex)->held && pthread_equal((mutex)->owner, pthread_self()))

/* slab.h, mm.h, gfp.h; allocation number shim_fail_at fails; 0: all succeed */
#define GFP_KERNEL 0
#define GFP_KERNEL_ACCOUNT 0
#define __GFP_ZERO 0

extern unsigned int shim_allocations;
extern unsigned int shim_fail_at;

void *shim_alloc(size_t count, size_t size);
#define kzalloc_node(size, gfp, node) shim_alloc(1, size)
#define kvzalloc_node(size, gfp, node) shim_alloc(1, size)
#define kcalloc(count, size, gfp) shim_alloc(count, size)
#define kcalloc_node(count, size, gfp, node) shim_alloc(count, size)
#define kvcalloc(count, size, gfp) shim_alloc(count, size)
#define kfree(pointer) free(pointer)
#define kvfree(pointer) free(pointer)

/* struct page contains the memory of the page. */
struct page {
	_Alignas(4096) u8 bytes[4096];
};

struct page *alloc_pages_node(int node, gfp_t gfp, unsigned int order);
#define page_address(page) ((void *)(page))
#define virt_to_page(address) ((struct page *)(address))
#define get_page(page) ((void)(page))
#define put_page(page) free(page)

/* rcupdate.h; synchronize_rcu() frees the memory */
struct rcu_head {
	struct rcu_head *next;
	void *pointer;
};

void shim_free_later(struct rcu_head *head, void *pointer);
#define kfree_rcu(pointer, member) shim_free_later(&(pointer)->member, pointer)
void synchronize_rcu(void);

/* irqflags.h: interrupts are on while this depth of the calls that disable them is 0. */
extern unsigned int shim_irqs_off;
#define local_irq_save(flags) ((flags) = shim_irqs_off++)
#define local_irq_restore(flags) (shim_irqs_off = (flags))

/* cpu.h, cpumask.h, topology.h */
/* The benchmarks define more CPUs. */
#ifndef SHIM_CPUS
#define SHIM_CPUS 4
#endif
#define nr_cpu_ids ((unsigned int)SHIM_CPUS)

extern bool shim_cpu_online[SHIM_CPUS];
extern int shim_hotplug_readers;

extern unsigned int shim_cpu;

#define smp_processor_id() shim_cpu
#define get_cpu() shim_cpu
#define put_cpu() ((void)0)
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < nr_cpu_ids; (cpu)++)
#define cpu_online(cpu) ((cpu) < nr_cpu_ids && shim_cpu_online[cpu])
struct cpumask {
	unsigned long bits;
};

#define cpumask_set_cpu(cpu, mask) ((void)((mask)->bits |= 1UL << (cpu)))
#define cpumask_clear_cpu(cpu, mask) ((void)((mask)->bits &= ~(1UL << (cpu))))
#define cpumask_empty(mask) (!(mask)->bits)
#define for_each_cpu(cpu, mask)                             \
	for ((cpu) = 0; (cpu) < 8 * sizeof(long); (cpu)++)  \
		if ((mask)->bits >> (cpu) & 1)

#define cpu_to_node(cpu) ((void)(cpu), 0)
#define cpus_read_lock() (shim_hotplug_readers++)
#define cpus_read_unlock() (shim_hotplug_readers--)

/* percpu.h: one instance for all CPUs, which is sufficient for the core's variables. */
#define DECLARE_PER_CPU(type, name) extern type name
#define DEFINE_PER_CPU(type, name) type name
#define per_cpu(name, cpu) (*((void)(cpu), &(name)))
#define per_cpu_ptr(pointer, cpu) ((void)(cpu), (pointer))
#define this_cpu_ptr(pointer) (pointer)
#define this_cpu_read(variable) READ_ONCE(variable)
#define this_cpu_add(variable, value) __atomic_fetch_add(&(variable), value, __ATOMIC_RELAXED)
#define this_cpu_inc(variable) this_cpu_add(variable, 1)

/* entry-virt.h: the core in user space never enters a guest. */
#define CONFIG_VIRT_XFER_TO_GUEST_WORK
#define XFER_TO_GUEST_MODE_WORK 0UL
#define xfer_to_guest_mode_handle_work() 0

/* static_call.h: the core in user space makes no static call. */
#define DECLARE_STATIC_CALL(name, type) struct shim_unused

/* rcuwait.h, smp.h: wake-ups and interrupts are only counted. */
struct rcuwait {
	void *task;
};

extern unsigned int shim_wakeups;
extern unsigned int shim_reschedules[SHIM_CPUS];
extern unsigned int shim_interrupt_calls;

#define rcuwait_init(wait) ((wait)->task = NULL)
int rcuwait_wake_up(struct rcuwait *wait);
#define smp_send_reschedule(cpu) (shim_reschedules[cpu]++)

/* kconfig.h, version.h: as on the oldest kernel, with all options disabled. */
#define IS_ENABLED(CONFIG_option) 0
#define LINUX_VERSION_CODE 0
#define KERNEL_VERSION(major, minor, patch) 1

/* jiffies.h, ktime.h: both count milliseconds, and the test advances them */
typedef s64 ktime_t;
extern unsigned long jiffies;
#define msecs_to_jiffies(ms) ((unsigned long)(ms))
#define MAX_JIFFY_OFFSET (LONG_MAX / 2 - 1)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)
#define time_after(a, b) ((long)((b) - (a)) < 0)
#define ktime_get() ((ktime_t)jiffies)

/* workqueue.h: shim_advance() runs the work that is due */
struct work_struct {
	void (*function)(struct work_struct *work);
};

struct delayed_work {
	struct work_struct work;
	unsigned long due;
	bool scheduled;
};

#define DECLARE_DELAYED_WORK(name, handler) \
	struct delayed_work name = { .work.function = handler }
void schedule_delayed_work(struct delayed_work *work, unsigned long delay);
void cancel_delayed_work_sync(struct delayed_work *work);

/* printk.h; the last line is stored */
extern unsigned int shim_warnings;
extern char shim_log[512];
void shim_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define pr_warn_ratelimited(...) shim_warn(__VA_ARGS__)

/* sched.h, moduleparam.h */
#define cond_resched() ((void)0)
#define module_param(name, type, mode) struct shim_unused
#define MODULE_PARM_DESC(name, text) struct shim_unused

/**
 * shim_advance() - advance the time, and run the work that becomes due
 * @ms: number of milliseconds
 */
void shim_advance(unsigned long ms);

/*
 * delay.h, sched.h; a test may set shim_sleeper to what happens while the driver sleeps, or to
 * NULL
 */
extern void (*shim_sleeper)(void);
void msleep(unsigned int ms);
long schedule_timeout_killable(long timeout);

/* sched/signal.h */
extern bool shim_killed;
#define fatal_signal_pending(task) shim_killed

/**
 * shim_reset() - reset the machine: all CPUs are online, and no failure is ordered
 */
void shim_reset(void);

#endif /* _SHIM_H */
