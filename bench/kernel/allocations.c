// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts the bytes that the slab allocators allocate, by the kernel's tracepoints for each
 * object. The figures in /proc are not exact enough for a few objects, since they count the
 * free objects in a CPU's cache as if they were in use.
 *
 * It counts either the objects of one task, or those that the driver itself allocates in any
 * task: then the allocator's caller is a function of the driver, or kvmalloc() called by one.
 * It does not see what is freed later, after a grace period.
 */
#include <linux/atomic.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <trace/events/kmem.h>

#include "bench.h"

#define DRIVER_MODULE	"mshv_vtl"
#define CALLERS_MAX	32

/* Only one user can count at a time. @task is NULL if the driver's allocations are counted. */
static struct {
	struct task_struct *task;
	atomic64_t allocations;
	atomic64_t bytes;
} counters;

static unsigned long counting;

/* Set by the notifier below, and read by the probes, which are removed before the notifier. */
static struct module *driver_module;

/* The call sites in kvmalloc(), for sizes of up to a page and for larger ones. */
static unsigned long kvmalloc_sites[2];
static unsigned int kvmalloc_site;

static bool driver_is_among_callers(void)
{
	struct module *module = READ_ONCE(driver_module);
	unsigned long callers[CALLERS_MAX];
	unsigned int count, i;

	if (!module)
		return false;

	count = stack_trace_save(callers, ARRAY_SIZE(callers), 0);
	for (i = 0; i < count; i++) {
		if (within_module(callers[i], module))
			return true;
	}
	return false;
}

/* Whether the allocator's caller is the driver, or kvmalloc() on behalf of the driver. */
static bool driver_asks(unsigned long call_site)
{
	struct module *module = READ_ONCE(driver_module);

	if (module && within_module(call_site, module))
		return true;
	return (call_site == kvmalloc_sites[0] || call_site == kvmalloc_sites[1]) &&
	       driver_is_among_callers();
}

static bool is_counted(unsigned long call_site)
{
	if (!in_task())
		return false;
	return counters.task ? counters.task == current : driver_asks(call_site);
}

static void count_allocation(unsigned long call_site, const void *object)
{
	if (ZERO_OR_NULL_PTR(object) || !is_counted(call_site))
		return;
	atomic64_inc(&counters.allocations);
	atomic64_add(ksize(object), &counters.bytes);
}

static void count_free(unsigned long call_site, const void *object)
{
	if (!ZERO_OR_NULL_PTR(object) && is_counted(call_site))
		atomic64_sub(ksize(object), &counters.bytes);
}

static void on_kmalloc(void *unused, unsigned long call_site, const void *object,
		       size_t asked, size_t given, gfp_t flags, int node)
{
	count_allocation(call_site, object);
}

static void on_cache_alloc(void *unused, unsigned long call_site, const void *object,
			   struct kmem_cache *cache, gfp_t flags, int node)
{
	count_allocation(call_site, object);
}

static void on_kfree(void *unused, unsigned long call_site, const void *object)
{
	count_free(call_site, object);
}

static void on_cache_free(void *unused, unsigned long call_site, const void *object,
			  const struct kmem_cache *cache)
{
	count_free(call_site, object);
}

static void unregister_probes(void)
{
	unregister_trace_kmem_cache_free(on_cache_free, NULL);
	unregister_trace_kfree(on_kfree, NULL);
	unregister_trace_kmem_cache_alloc(on_cache_alloc, NULL);
	unregister_trace_kmalloc(on_kmalloc, NULL);
	tracepoint_synchronize_unregister();
}

static int register_probes(void)
{
	int error;

	error = register_trace_kmalloc(on_kmalloc, NULL);
	if (!error)
		error = register_trace_kmem_cache_alloc(on_cache_alloc, NULL);
	if (!error)
		error = register_trace_kfree(on_kfree, NULL);
	if (!error)
		error = register_trace_kmem_cache_free(on_cache_free, NULL);
	if (error)
		unregister_probes();
	return error;
}

int bench_allocations_start(u32 who)
{
	int error;

	if (who != BENCH_COUNT_CALLER && who != BENCH_COUNT_DRIVER)
		return -EINVAL;
	if (test_and_set_bit(0, &counting))
		return -EBUSY;

	counters.task = who == BENCH_COUNT_CALLER ? current : NULL;
	atomic64_set(&counters.allocations, 0);
	atomic64_set(&counters.bytes, 0);
	error = register_probes();
	if (error)
		clear_bit(0, &counting);
	return error;
}

void bench_allocations_stop(struct bench_allocations *result)
{
	if (!test_bit(0, &counting))
		return;

	unregister_probes();
	result->allocations = atomic64_read(&counters.allocations);
	result->bytes = atomic64_read(&counters.bytes);
	clear_bit(0, &counting);
}

static void on_own_kvmalloc(void *unused, unsigned long call_site, const void *object,
			    size_t asked, size_t given, gfp_t flags, int node)
{
	if (current == counters.task)
		kvmalloc_sites[kvmalloc_site] = call_site;
}

/* Call kvmalloc(), whose probe records the call site that the tracepoint reports. */
static bool find_kvmalloc_site(unsigned int site, size_t size)
{
	void *object;

	kvmalloc_site = site;
	object = kvmalloc_node(size, GFP_KERNEL, NUMA_NO_NODE);
	kvfree(object);
	return object;
}

static int find_kvmalloc_sites(void)
{
	bool found;
	int error;

	counters.task = current;
	error = register_trace_kmalloc(on_own_kvmalloc, NULL);
	if (error)
		return error;

	found = find_kvmalloc_site(0, PAGE_SIZE) && find_kvmalloc_site(1, 2 * PAGE_SIZE);
	unregister_trace_kmalloc(on_own_kvmalloc, NULL);
	tracepoint_synchronize_unregister();
	return found ? 0 : -ENOMEM;
}

static int on_module(struct notifier_block *block, unsigned long state, void *data)
{
	struct module *module = data;

	if (strcmp(module->name, DRIVER_MODULE))
		return NOTIFY_DONE;
	if (state == MODULE_STATE_COMING)
		WRITE_ONCE(driver_module, module);
	if (state == MODULE_STATE_GOING)
		WRITE_ONCE(driver_module, NULL);
	return NOTIFY_DONE;
}

static struct notifier_block module_block = {
	.notifier_call = on_module,
};

int bench_allocations_init(void)
{
	int error;

	error = find_kvmalloc_sites();
	if (error)
		return error;
	return register_module_notifier(&module_block);
}

void bench_allocations_exit(void)
{
	struct bench_allocations unused;

	bench_allocations_stop(&unused);
	unregister_module_notifier(&module_block);
}
