// SPDX-License-Identifier: GPL-2.0-only
/*
 * The slow path of redirected interrupts: tables, references, quarantine.
 *
 * Quarantine. A device may still raise a vector that was unmapped: the VMM did not ask
 * the host to retarget the device, or the VMM died, or the host is hostile. If the vector
 * were mapped to another proxy vector by then, VTL0 would receive an interrupt that no
 * device sent. So a vector that was ever raised is not used again until no interrupt has
 * arrived on it for quarantine_ms and none is pending, even if no other vector is left. It
 * counts against the quota during this time: a device that keeps raising its vector
 * keeps that vector out of use.
 *
 * So that a VMM which maps and unmaps all the time does not run out of vectors:
 *
 *   - A vector that was never raised, neither while it was mapped nor later, also stays
 *     in quarantine for quarantine_ms, but is freed earlier if the CPU has no other
 *     vector. OpenHCL's VMM creates many of these when the host refuses its requests
 *     (virt_mshv_vtl, processor/hardware_cvm/mod.rs).
 *   - If the only vectors left were raised before the unmap and not since, map waits for
 *     the first one whose quarantine ends.
 *
 * Lock order: cpu_hotplug_lock, then redirect_lock, then the locks that the architecture
 * takes to allocate and free a vector.
 *
 * What depends on the architecture is behind vectors.h.
 */
#define pr_fmt(fmt) "mshv_vtl: " fmt

#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include <linux/workqueue.h>

#include "vectors.h"
#include "redirect.h"
#include "trace.h"

/* Vectors that the default quota leaves to VTL2's own devices. */
#define REDIRECT_VECTORS_LEFT	64

/* The longest period of the work that checks the quarantine. */
#define QUARANTINE_LOOK_MS	1000
/* The period of that check while a CPU goes offline. */
#define QUARANTINE_POLL_MS	10
/* The longest wait for a vector to become quiet: the default of quarantine_ms. */
#define QUARANTINE_WAIT_MS	1000

static int vectors_per_cpu = -1;
module_param(vectors_per_cpu, int, 0644);
MODULE_PARM_DESC(vectors_per_cpu,
		 "Most hardware vectors used on one CPU; 0: no limit; -1: leave 64 to other devices (default)");

static unsigned int quarantine_ms = 1000;
module_param(quarantine_ms, uint, 0644);
MODULE_PARM_DESC(quarantine_ms,
		 "How long an unmapped vector must be quiet before it is used again, in ms; 0: use it again at once (default 1000)");

/**
 * struct redirect_table - the mappings of one CPU
 *
 * The two arrays are allocated separately: the kernel's allocator would round up a single
 * allocation to the next power of two.
 *
 * @by_vector:   mapping by hardware vector; without those in quarantine
 * @by_proxy:    hardware vector by proxy vector; 0: not mapped
 * @quarantine:  mappings in quarantine, oldest first
 * @mapped:      entries in @by_vector
 * @quarantined: entries in @quarantine
 * @relayed:     by proxy vector: interrupts relayed by earlier mappings
 * @gone:        proxy vectors that were unmapped since the last entry of VTL0
 * @blocked:     interrupts that the VMM blocked
 * @unmapped:    interrupts on vectors in quarantine. @blocked and @unmapped are
 *               written only by this CPU, with interrupts off; redirect_lock
 *               protects all other members.
 */
struct redirect_table {
	struct redirect_mapping **by_vector;
	unsigned long *relayed;
	u8 by_proxy[REDIRECT_VECTORS];
	struct vp_recent gone[MSHV_VTL_PROXY_BANKS];
	struct list_head quarantine;
	unsigned int mapped;
	unsigned int quarantined;
	local_t blocked;
	local_t unmapped;
};

/*
 * docs/operating.md promises at most 256 bytes per mapping, and 8 KiB per CPU: what is
 * allocated here, the references of a file, and 2560 bytes in synic.c.
 */
static_assert(sizeof(struct redirect_mapping) <= 256);
static_assert(sizeof(struct redirect_table) <= 512);
static_assert(512 + REDIRECT_VECTORS * (sizeof(struct redirect_mapping *) +
	      sizeof(unsigned long) + sizeof(u32)) <= 5632);

/*
 * Protects the tables, the references of all files and the quarantines. The
 * interrupt handler never takes it: the descriptor of the vector points to all that
 * the handler needs, and that is freed only after the last interrupt.
 */
static DEFINE_MUTEX(redirect_lock);

/* By CPU; written by vtl_redirect_online() under redirect_lock. */
static struct redirect_table **redirect_tables;
static bool redirect_is_available;

static void quarantine_expire(struct work_struct *work);
static DECLARE_DELAYED_WORK(quarantine_work, quarantine_expire);

bool vtl_redirect_available(void)
{
	return redirect_is_available;
}

/* How many vectors of a CPU may be used, quarantine included; 0: no limit. */
static unsigned int quota_get(void)
{
	int quota = READ_ONCE(vectors_per_cpu);
	unsigned int limit = vtl_vector_limit();

	if (quota >= 0)
		return quota;
	return limit > REDIRECT_VECTORS_LEFT ? limit - REDIRECT_VECTORS_LEFT : 1;
}

void vtl_redirect_trace_relay(const struct redirect_mapping *mapping)
{
	trace_vtl_relay(mapping->cpu, mapping->proxy_vector, mapping->vector,
			VTL_DELIVERY_REDIRECTED);
}

void vtl_redirect_blocked(struct redirect_mapping *mapping)
{
	local_inc(&mapping->blocked);
	local_inc(&mapping->table->blocked);
	trace_vtl_blocked(mapping->cpu, mapping->proxy_vector, mapping->vector,
			  VTL_DELIVERY_REDIRECTED);
}

void vtl_redirect_stale(struct redirect_mapping *mapping)
{
	WRITE_ONCE(mapping->quiet_since, jiffies);
	if (mapping->already_relayed) {
		mapping->already_relayed = false;
		return;
	}

	local_inc(&mapping->stale);
	local_inc(&mapping->table->unmapped);
	pr_warn_ratelimited("interrupt on hardware vector 0x%02x of CPU %u, which has no mapping (it was mapped for VTL0 vector 0x%02x): dropped\n",
			    mapping->vector, mapping->cpu,
			    mapping->proxy_vector);
}

/* Frees one vector in quarantine. */
static void quarantine_free(struct redirect_mapping *mapping)
{
	lockdep_assert_held(&redirect_lock);

	list_del(&mapping->quarantined);
	mapping->table->quarantined--;
	vtl_vector_free(mapping);
	kfree_rcu(mapping, rcu);
}

/* Frees all vectors in quarantine, because the module is unloaded. */
static void quarantine_drain(struct redirect_table *table)
{
	struct redirect_mapping *mapping, *next;

	lockdep_assert_held(&redirect_lock);

	list_for_each_entry_safe(mapping, next, &table->quarantine, quarantined)
		quarantine_free(mapping);
}

/*
 * The work runs at least once per QUARANTINE_LOOK_MS, so that it also notices when
 * quarantine_ms is made shorter; and only while there are vectors in quarantine.
 */
static void quarantine_rearm(void)
{
	unsigned int period = min_t(unsigned int, READ_ONCE(quarantine_ms),
				    QUARANTINE_LOOK_MS);

	schedule_delayed_work(&quarantine_work, msecs_to_jiffies(period) + 1);
}

static unsigned long quarantine_end(const struct redirect_mapping *mapping)
{
	return READ_ONCE(mapping->quiet_since) +
	       msecs_to_jiffies(READ_ONCE(quarantine_ms));
}

static bool is_quiet(const struct redirect_mapping *mapping)
{
	return time_after_eq(jiffies, quarantine_end(mapping));
}

/* No interrupt has arrived on its vector, neither while it was mapped nor since then. */
static bool is_silent(const struct redirect_mapping *mapping)
{
	return !local_read(&mapping->relayed) && !local_read(&mapping->blocked) &&
	       !local_read(&mapping->stale);
}

/*
 * If the old device still raises the vector, its quarantine starts again. A vector with an
 * interrupt pending at its CPU also stays in quarantine: interrupts between CPUs have
 * a higher priority, so it may be pending for long, and it must not be delivered to the
 * next user of the vector. An interrupt that the CPU took before it was asked has been
 * counted by then, so @may_go is called again.
 */
static bool quarantine_is_over(const struct redirect_mapping *mapping,
			       bool (*may_go)(const struct redirect_mapping *mapping))
{
	return may_go(mapping) && !vtl_vector_is_pending(mapping) && may_go(mapping);
}

static void quarantine_add(struct redirect_mapping *mapping)
{
	struct redirect_table *table = mapping->table;

	lockdep_assert_held(&redirect_lock);

	list_add_tail(&mapping->quarantined, &table->quarantine);
	table->quarantined++;
	/* It is over at once if quarantine_ms is 0. */
	if (quarantine_is_over(mapping, is_quiet))
		quarantine_free(mapping);
	else
		quarantine_rearm();
}

/* Frees the vectors whose quarantine is over; true if there were any. */
static bool quarantine_expire_cpu(struct redirect_table *table)
{
	struct redirect_mapping *mapping, *next;
	unsigned int before = table->quarantined;

	lockdep_assert_held(&redirect_lock);

	list_for_each_entry_safe(mapping, next, &table->quarantine, quarantined) {
		if (quarantine_is_over(mapping, is_quiet))
			quarantine_free(mapping);
	}
	return table->quarantined < before;
}

/* Frees the oldest vector that was never raised, if there is one. */
static bool quarantine_free_silent(struct redirect_table *table)
{
	struct redirect_mapping *mapping;

	lockdep_assert_held(&redirect_lock);

	list_for_each_entry(mapping, &table->quarantine, quarantined) {
		if (!quarantine_is_over(mapping, is_silent))
			continue;
		quarantine_free(mapping);
		return true;
	}
	return false;
}

/*
 * Returns the time, in jiffies, until the first vector may be used again. Vectors that were raised
 * since the unmap do not count: their device may never stop raising them.
 */
static unsigned long quarantine_remains(const struct redirect_table *table)
{
	const struct redirect_mapping *mapping;
	long span, shortest = MAX_JIFFY_OFFSET;

	lockdep_assert_held(&redirect_lock);

	list_for_each_entry(mapping, &table->quarantine, quarantined) {
		if (local_read(&mapping->stale))
			continue;
		span = quarantine_end(mapping) - jiffies;
		/* Not 0: an interrupt may be pending although the time is over. */
		shortest = min(shortest, max(span, 1L));
	}
	return shortest;
}

static void quarantine_expire(struct work_struct *work)
{
	bool more = false;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		mutex_lock(&redirect_lock);
		if (redirect_tables[cpu]) {
			quarantine_expire_cpu(redirect_tables[cpu]);
			more |= redirect_tables[cpu]->quarantined;
		}
		mutex_unlock(&redirect_lock);
		cond_resched();
	}
	if (more)
		quarantine_rearm();
}

static bool quota_is_met(unsigned int vectors)
{
	unsigned int quota = quota_get();

	return quota && vectors >= quota;
}

static int mapping_vector_try(struct redirect_mapping *mapping)
{
	const struct redirect_table *table = mapping->table;

	if (quota_is_met(table->mapped + table->quarantined))
		return -ENOSPC;
	return vtl_vector_alloc(mapping);
}

/* -ENOSPC: a vector that is in quarantine may become free later. */
static int mapping_vector_take(struct redirect_mapping *mapping)
{
	struct redirect_table *table = mapping->table;
	int ret;

	/* No vector of the quota is in quarantine, so waiting would not help. */
	if (quota_is_met(table->mapped))
		return -ENODEV;

	do {
		ret = mapping_vector_try(mapping);
	} while (ret == -ENOSPC && (quarantine_expire_cpu(table) ||
				    quarantine_free_silent(table)));

	/* User space needs to know only whether to fall back. */
	return ret && ret != -ENOMEM && ret != -ENOSPC ? -ENODEV : ret;
}

static struct redirect_mapping *mapping_create(struct redirect_table *table,
					       unsigned int cpu,
					       u32 proxy_vector)
{
	struct redirect_mapping *mapping;
	int ret;

	lockdep_assert_held(&redirect_lock);

	mapping = kzalloc_node(sizeof(*mapping), GFP_KERNEL, cpu_to_node(cpu));
	if (!mapping)
		return ERR_PTR(-ENOMEM);

	mapping->cpu = cpu;
	mapping->proxy_vector = proxy_vector;
	mapping->table = table;
	mapping->created = ktime_get();
	INIT_LIST_HEAD(&mapping->quarantined);
	vtl_vp_bit_init(&mapping->bit, cpu, proxy_vector);

	/* It is complete: as soon as it has a vector, interrupts use it. */
	ret = mapping_vector_take(mapping);
	if (ret) {
		kfree_rcu(mapping, rcu);
		return ERR_PTR(ret);
	}

	table->by_vector[mapping->vector] = mapping;
	WRITE_ONCE(table->by_proxy[proxy_vector], mapping->vector);
	table->mapped++;
	return mapping;
}

/* The last reference was dropped: make sure that the bit is not set any more. */
static void mapping_retire(struct redirect_mapping *mapping)
{
	struct redirect_table *table = mapping->table;

	lockdep_assert_held(&redirect_lock);

	WRITE_ONCE(mapping->quiet_since, jiffies);
	vtl_vector_quiesce(mapping);

	table->by_vector[mapping->vector] = NULL;
	table->relayed[mapping->proxy_vector] += local_read(&mapping->relayed);
	/*
	 * Until the next entry of VTL0, the bit of the vector's last interrupt may be in the run
	 * page, and belongs to a device.
	 */
	vtl_vp_recent_note(&table->gone[mapping->proxy_vector / 32],
			   READ_ONCE(per_cpu(vtl_vp_entries, mapping->cpu)),
			   1U << mapping->proxy_vector % 32);
	/* Writes gone before by_proxy; pairs with vtl_redirect_owns(). */
	smp_store_release(&table->by_proxy[mapping->proxy_vector], 0);
	table->mapped--;
	quarantine_add(mapping);
}

static void mapping_put(struct redirect_mapping *mapping, unsigned long count)
{
	mapping->references -= count;
	trace_vtl_unmap(mapping->cpu, mapping->proxy_vector, mapping->vector,
			mapping->references, 0);
	if (!mapping->references)
		mapping_retire(mapping);
}

int vtl_redirect_file_init(struct redirect_file *file)
{
	file->references = kvcalloc(nr_cpu_ids, sizeof(*file->references),
				    GFP_KERNEL_ACCOUNT);
	return file->references ? 0 : -ENOMEM;
}

static void file_release_cpu(struct redirect_file *file, unsigned int cpu)
{
	u32 *references = file->references[cpu];
	unsigned int vector;

	mutex_lock(&redirect_lock);
	for (vector = 0; vector < REDIRECT_VECTORS; vector++) {
		if (references[vector])
			mapping_put(redirect_tables[cpu]->by_vector[vector],
				    references[vector]);
	}
	mutex_unlock(&redirect_lock);
	kfree(references);
}

void vtl_redirect_file_release(struct redirect_file *file)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (file->references[cpu])
			file_release_cpu(file, cpu);
		cond_resched();
	}
	kvfree(file->references);
}

static u32 *file_references_get(struct redirect_file *file, unsigned int cpu)
{
	lockdep_assert_held(&redirect_lock);

	if (!file->references[cpu])
		file->references[cpu] = kcalloc(REDIRECT_VECTORS,
						sizeof(u32),
						GFP_KERNEL_ACCOUNT);
	return file->references[cpu];
}

static int redirect_map_locked(struct redirect_file *file, u32 proxy_vector,
			       unsigned int cpu, u32 *vector)
{
	struct redirect_table *table = redirect_tables[cpu];
	struct redirect_mapping *mapping;
	u32 *references;

	lockdep_assert_held(&redirect_lock);

	references = file_references_get(file, cpu);
	if (!references)
		return -ENOMEM;

	proxy_vector = array_index_nospec(proxy_vector, REDIRECT_VECTORS);
	if (table->by_proxy[proxy_vector])
		mapping = table->by_vector[table->by_proxy[proxy_vector]];
	else
		mapping = mapping_create(table, cpu, proxy_vector);
	if (IS_ERR(mapping))
		return PTR_ERR(mapping);
	/* The count of a new mapping is 0, so this affects none. */
	if (references[mapping->vector] == U32_MAX)
		return -EOVERFLOW;

	mapping->references++;
	references[mapping->vector]++;
	*vector = mapping->vector;
	trace_vtl_map(cpu, proxy_vector, mapping->vector, mapping->references, 0);
	return 0;
}

/*
 * @cpu is negative if there is no such CPU. @remains, from quarantine_remains(), is set if
 * -ENOSPC is returned.
 */
static int redirect_map_try(struct redirect_file *file, u32 proxy_vector,
			    int cpu, u32 *vector, unsigned long *remains)
{
	int ret = -EINVAL;

	/* The CPU must not go offline between the check and the mapping. */
	cpus_read_lock();
	if (cpu >= 0 && cpu_online(cpu)) {
		mutex_lock(&redirect_lock);
		ret = redirect_map_locked(file, proxy_vector, cpu, vector);
		if (ret == -ENOSPC)
			*remains = quarantine_remains(redirect_tables[cpu]);
		mutex_unlock(&redirect_lock);
	}
	cpus_read_unlock();
	return ret;
}

/*
 * Sleeps for @remains, unless that is after @end. Only a fatal signal ends the wait, so
 * that user space need not repeat the call after a signal.
 */
static bool quarantine_wait(unsigned long remains, unsigned long end)
{
	if (time_after(jiffies + remains, end))
		return false;
	schedule_timeout_killable(remains);
	return !fatal_signal_pending(current);
}

static int redirect_map_cpu(struct redirect_file *file, u32 proxy_vector,
			    int cpu, u32 *vector)
{
	unsigned long end = jiffies + msecs_to_jiffies(QUARANTINE_WAIT_MS) + 1;
	unsigned long remains;
	int ret;

	if (!vtl_proxy_vector_is_legal(proxy_vector))
		return -EINVAL;
	if (!redirect_is_available)
		return -ENODEV;

	do {
		ret = redirect_map_try(file, proxy_vector, cpu, vector, &remains);
	} while (ret == -ENOSPC && quarantine_wait(remains, end));
	return ret == -ENOSPC ? -ENODEV : ret;
}

int vtl_redirect_map(struct redirect_file *file, u32 proxy_vector, u32 hardware_id,
		     u32 *vector)
{
	int cpu = vtl_cpu_find(hardware_id);
	int ret = redirect_map_cpu(file, proxy_vector, cpu, vector);

	if (ret)
		trace_vtl_map(cpu, proxy_vector, 0, 0, ret);
	return ret;
}

static int redirect_unmap_locked(struct redirect_file *file, u32 vector,
				 unsigned int cpu)
{
	u32 *references = file->references[cpu];

	lockdep_assert_held(&redirect_lock);

	if (!references || !references[vector])
		return -ENOENT;

	references[vector]--;
	mapping_put(redirect_tables[cpu]->by_vector[vector], 1);
	return 0;
}

static int redirect_unmap_cpu(struct redirect_file *file, u32 vector, int cpu)
{
	int ret;

	if (vector >= REDIRECT_VECTORS)
		return -EINVAL;
	if (cpu < 0)
		return -ENOENT;

	/*
	 * Needs no hotplug lock: a CPU with a mapping stays online, and
	 * redirect_lock tells whether it has one.
	 */
	vector = array_index_nospec(vector, REDIRECT_VECTORS);
	mutex_lock(&redirect_lock);
	ret = redirect_unmap_locked(file, vector, cpu);
	mutex_unlock(&redirect_lock);
	return ret;
}

int vtl_redirect_unmap(struct redirect_file *file, u32 vector, u32 hardware_id)
{
	int cpu = vtl_cpu_find(hardware_id);
	int ret = redirect_unmap_cpu(file, vector, cpu);

	if (ret)
		trace_vtl_unmap(cpu, 0, vector, 0, ret);
	return ret;
}

static void table_free(struct redirect_table *table)
{
	if (!table)
		return;
	kfree(table->by_vector);
	kfree(table->relayed);
	kfree(table);
}

static struct redirect_table *table_alloc(int node)
{
	struct redirect_table *table;

	table = kzalloc_node(sizeof(*table), GFP_KERNEL, node);
	if (!table)
		return NULL;

	table->by_vector = kcalloc_node(REDIRECT_VECTORS, sizeof(*table->by_vector),
					GFP_KERNEL, node);
	table->relayed = kcalloc_node(REDIRECT_VECTORS, sizeof(*table->relayed),
				      GFP_KERNEL, node);
	if (!table->by_vector || !table->relayed) {
		table_free(table);
		return NULL;
	}
	INIT_LIST_HEAD(&table->quarantine);
	return table;
}

int vtl_redirect_online(unsigned int cpu)
{
	struct redirect_table *table;

	if (redirect_tables[cpu])
		return 0;

	table = table_alloc(cpu_to_node(cpu));
	if (!table)
		return -ENOMEM;

	mutex_lock(&redirect_lock);
	redirect_tables[cpu] = table;
	mutex_unlock(&redirect_lock);
	return 0;
}

/* Waits until the vectors are quiet, at most a second; returns how many are not. */
static unsigned int quarantine_empty(struct redirect_table *table)
{
	unsigned long end = jiffies + msecs_to_jiffies(QUARANTINE_WAIT_MS) + 1;
	unsigned int left;
	bool is_last;

	for (;;) {
		/* The last check is made after the end, even if this task runs late. */
		is_last = time_after_eq(jiffies, end);
		mutex_lock(&redirect_lock);
		quarantine_expire_cpu(table);
		while (quarantine_free_silent(table))
			;
		left = table->quarantined;
		mutex_unlock(&redirect_lock);
		if (!left || is_last)
			return left;
		msleep(QUARANTINE_POLL_MS);
	}
}

int vtl_redirect_offline(unsigned int cpu)
{
	struct redirect_table *table = redirect_tables[cpu];
	unsigned int mapped, left;

	/* No mapping is added: redirect_map_try() holds off hotplug. */
	mutex_lock(&redirect_lock);
	mapped = table->mapped;
	mutex_unlock(&redirect_lock);
	if (mapped) {
		pr_warn_ratelimited("CPU %u cannot go offline: %u device interrupts of VTL0 are mapped to it; unmap them, or close the VTL files that hold them\n",
				    cpu, mapped);
		return -EBUSY;
	}

	left = quarantine_empty(table);
	if (left) {
		pr_warn_ratelimited("CPU %u cannot go offline: %u unmapped hardware vectors are not quiet yet; devices may still raise them\n",
				    cpu, left);
		return -EBUSY;
	}
	return 0;
}

int vtl_redirect_init(bool available)
{
	redirect_is_available = available;
	redirect_tables = kvcalloc(nr_cpu_ids, sizeof(*redirect_tables),
				   GFP_KERNEL);
	return redirect_tables ? 0 : -ENOMEM;
}

void vtl_redirect_exit(void)
{
	unsigned int cpu;

	if (!redirect_tables)
		return;

	cancel_delayed_work_sync(&quarantine_work);
	for_each_possible_cpu(cpu) {
		if (!redirect_tables[cpu])
			continue;
		mutex_lock(&redirect_lock);
		quarantine_drain(redirect_tables[cpu]);
		mutex_unlock(&redirect_lock);
	}

	/* A handler that still runs counts in its table. */
	synchronize_rcu();
	for_each_possible_cpu(cpu)
		table_free(redirect_tables[cpu]);
	kvfree(redirect_tables);
	redirect_tables = NULL;
}

static void stats_add_arrivals(const struct redirect_table *table,
			       struct redirect_stats *stats)
{
	const struct redirect_mapping *mapping;
	unsigned int vector;

	for (vector = 0; vector < REDIRECT_VECTORS; vector++) {
		stats->relayed += table->relayed[vector];
		mapping = table->by_vector[vector];
		if (mapping)
			stats->relayed += local_read(&mapping->relayed);
	}
}

static void stats_fill(const struct redirect_table *table,
		       struct redirect_stats *stats)
{
	unsigned int limit;

	stats->mapped = table->mapped;
	stats->quarantined = table->quarantined;
	stats->quota = quota_get();
	stats->blocked = local_read(&table->blocked);
	stats->unmapped = local_read(&table->unmapped);
	stats_add_arrivals(table, stats);

	limit = stats->quota ?: vtl_vector_limit();
	if (limit > stats->mapped + stats->quarantined)
		stats->free = limit - stats->mapped - stats->quarantined;
}

bool vtl_redirect_stats_get(unsigned int cpu, struct redirect_stats *stats)
{
	struct redirect_table *table;

	memset(stats, 0, sizeof(*stats));
	mutex_lock(&redirect_lock);
	table = redirect_tables[cpu];
	if (table)
		stats_fill(table, stats);
	mutex_unlock(&redirect_lock);
	return table;
}

bool vtl_redirect_vectors_get(unsigned int cpu, struct redirect_vectors *vectors)
{
	const struct redirect_table *table;

	mutex_lock(&redirect_lock);
	table = redirect_tables[cpu];
	if (table) {
		vectors->quota = quota_get();
		vectors->mapped = table->mapped;
		vectors->quarantined = table->quarantined;
		vectors->blocked = local_read(&table->blocked);
	}
	mutex_unlock(&redirect_lock);
	return table;
}

/* Counts the present mapping, if any, and the earlier ones. */
static unsigned long relayed_get(const struct redirect_table *table,
				 unsigned int proxy_vector)
{
	u8 vector = table->by_proxy[proxy_vector];
	unsigned long relayed = table->relayed[proxy_vector];

	if (vector)
		relayed += local_read(&table->by_vector[vector]->relayed);
	return relayed;
}

void vtl_redirect_counts_get(unsigned int cpu, unsigned int first, unsigned int length,
			     struct mshv_vector_counts *counts)
{
	const struct redirect_table *table;
	unsigned int i;

	mutex_lock(&redirect_lock);
	table = redirect_tables[cpu];
	for (i = 0; i < length; i++)
		counts[i].redirected = table ? relayed_get(table, first + i) : 0;
	mutex_unlock(&redirect_lock);
}

bool vtl_redirect_owns(unsigned int proxy_vector)
{
	/* The table is allocated before a VP can run here. */
	const struct redirect_table *table = redirect_tables[smp_processor_id()];

	/* An unmap sets gone before it clears by_proxy; pairs with mapping_retire(). */
	return smp_load_acquire(&table->by_proxy[proxy_vector]) ||
	       vtl_vp_recent_has(&table->gone[proxy_vector / 32], proxy_vector);
}

static void visit_table(const struct redirect_table *table,
			void (*visit)(const struct redirect_mapping *mapping,
				      bool quarantined, void *arg),
			void *arg)
{
	const struct redirect_mapping *mapping;
	unsigned int vector;

	for (vector = 0; vector < REDIRECT_VECTORS; vector++) {
		if (table->by_vector[vector])
			visit(table->by_vector[vector], false, arg);
	}
	list_for_each_entry(mapping, &table->quarantine, quarantined)
		visit(mapping, true, arg);
}

void vtl_redirect_visit(unsigned int cpu,
			void (*visit)(const struct redirect_mapping *mapping,
				      bool quarantined, void *arg),
			void *arg)
{
	mutex_lock(&redirect_lock);
	if (redirect_tables[cpu])
		visit_table(redirect_tables[cpu], visit, arg);
	mutex_unlock(&redirect_lock);
}
