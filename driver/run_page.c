// SPDX-License-Identifier: GPL-2.0-only
/*
 * The run pages: one per VP, allocated when its CPU first comes online, kept until
 * the module is unloaded.
 */
#include <linux/build_bug.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/stddef.h>
#include <linux/topology.h>

#include "compat.h"
#include "run_page.h"
#include "vectors.h"

/*
 * The run pages by CPU. An entry is written once, by vtl_vp_online() under the
 * CPU hotplug lock, and never changes until vtl_vp_exit(); vtl_vp_run_page_get() and
 * vtl_vp_bit_init() read it at any time. The release store pairs with their
 * load-acquire, so that a page is zeroed before it can be seen.
 */
static struct mshv_vtl_run **vp_runs;

/* The contract with the VMM: the same offsets as in its own structure. */
static_assert(offsetof(struct mshv_vtl_run, flags) == 8);
static_assert(offsetof(struct mshv_vtl_run, scan_proxy_irr) == 12);
static_assert(offsetof(struct mshv_vtl_run, enter_mode) == 15);
static_assert(offsetof(struct mshv_vtl_run, exit_message) == 16);
static_assert(offsetof(struct mshv_vtl_run, context) == 272);
static_assert(offsetof(struct mshv_vtl_run, vtl_ret_actions) == 1296);
static_assert(offsetof(struct mshv_vtl_run, proxy_irr) == 1552);
static_assert(offsetof(struct mshv_vtl_run, proxy_irr) % sizeof(u64) == 0);
static_assert(offsetof(struct mshv_vtl_run, target_vtl) == 1584);
static_assert(offsetof(struct mshv_vtl_run, proxy_irr_blocked) == 1588);
static_assert(offsetof(struct mshv_vtl_run, proxy_irr_exit) == 1620);
static_assert(sizeof(struct mshv_vtl_run) <= PAGE_SIZE);

DEFINE_PER_CPU(struct rcuwait, vtl_vp_sleeper);
DEFINE_PER_CPU(unsigned long, vtl_vp_merged);
DEFINE_PER_CPU(unsigned long, vtl_vp_entries);

/* Interrupts that this CPU sent to other CPUs, so that a VP there checks its run page. */
static DEFINE_PER_CPU(atomic_long_t, vp_kicks);

int vtl_vp_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		rcuwait_init(&per_cpu(vtl_vp_sleeper, cpu));

	vp_runs = kvcalloc(nr_cpu_ids, sizeof(*vp_runs), GFP_KERNEL);
	return vp_runs ? 0 : -ENOMEM;
}

void vtl_vp_exit(void)
{
	unsigned int cpu;

	if (!vp_runs)
		return;

	for_each_possible_cpu(cpu) {
		if (vp_runs[cpu])
			put_page(virt_to_page(vp_runs[cpu]));
	}
	kvfree(vp_runs);
	vp_runs = NULL;
}

int vtl_vp_online(unsigned int cpu)
{
	struct page *page;

	if (vp_runs[cpu])
		return 0;

	page = alloc_pages_node(cpu_to_node(cpu), GFP_KERNEL | __GFP_ZERO, 0);
	if (!page)
		return -ENOMEM;

	/* Pairs with vtl_vp_run_page(). */
	smp_store_release(&vp_runs[cpu], page_address(page));
	return 0;
}

struct mshv_vtl_run *vtl_vp_run_page(unsigned int cpu)
{
	/* Pairs with vtl_vp_online(). */
	return smp_load_acquire(&vp_runs[cpu]);
}

struct page *vtl_vp_run_page_get(unsigned long cpu)
{
	struct mshv_vtl_run *run;
	struct page *page;

	if (cpu >= nr_cpu_ids)
		return NULL;

	cpu = array_index_nospec(cpu, nr_cpu_ids);
	if (!cpu_online(cpu))
		return NULL;

	run = vtl_vp_run_page(cpu);
	if (!run)
		return NULL;

	page = virt_to_page(run);
	get_page(page);
	return page;
}

void vtl_vp_bit_init(struct vp_bit *bit, unsigned int cpu, u32 vector)
{
	bit->run = vtl_vp_run_page(cpu);
	bit->bank = vector / 32;
	bit->vector = vector;
}

/* True if a halted VP was woken up; then it needs no interrupt. */
static bool sleeper_wake(unsigned int cpu)
{
	/*
	 * rcuwait_wake_up() starts with a full barrier: the caller's writes
	 * before the check for a sleeper. Pairs with set_current_state() in
	 * halt_sleep(), between writing vtl_vp_sleeper and checking for a reason.
	 */
	return rcuwait_wake_up(&per_cpu(vtl_vp_sleeper, cpu));
}

void vtl_vp_kick(unsigned int cpu)
{
	if (sleeper_wake(cpu))
		return;

	atomic_long_inc(this_cpu_ptr(&vp_kicks));
	smp_send_reschedule(cpu);
}

/* Wakes up or interrupts the VPs in @cpus. Removes those from it that were asleep. */
static void kick_all(struct cpumask *cpus)
{
	unsigned int cpu;

	for_each_cpu(cpu, cpus) {
		if (sleeper_wake(cpu))
			cpumask_clear_cpu(cpu, cpus);
	}
	if (cpumask_empty(cpus))
		return;

	atomic_long_inc(this_cpu_ptr(&vp_kicks));
	vtl_cpus_interrupt(cpus);
}

void vtl_vp_kick_all(struct cpumask *cpus)
{
	unsigned int cpu;

	for_each_cpu(cpu, cpus) {
		if (!cpu_online(cpu) || cpu == smp_processor_id())
			cpumask_clear_cpu(cpu, cpus);
	}
	kick_all(cpus);
}

unsigned long vtl_vp_kicks_get(unsigned int cpu)
{
	return atomic_long_read(per_cpu_ptr(&vp_kicks, cpu));
}

unsigned long vtl_vp_merged_get(unsigned int cpu)
{
	return READ_ONCE(per_cpu(vtl_vp_merged, cpu));
}

void vtl_vp_cancel(unsigned int cpu)
{
	struct mshv_vtl_run *run = cpu < nr_cpu_ids ? vtl_vp_run_page(cpu) : NULL;
	unsigned int here;

	if (!run || xchg(&run->cancel, 1))
		return;

	here = get_cpu();
	if (cpu == here)
		vtl_vp_wake_here();
	else if (cpu_online(cpu))
		vtl_vp_kick(cpu);
	put_cpu();
}

void vtl_vp_cancel_all(struct cpumask *cpus)
{
	struct mshv_vtl_run *run;
	unsigned int cpu;

	cpumask_clear_cpu(smp_processor_id(), cpus);
	for_each_cpu(cpu, cpus) {
		run = vtl_vp_run_page(cpu);
		/* If it was cancelled before, it was also kicked then. */
		if (!run || xchg(&run->cancel, 1) || !cpu_online(cpu))
			cpumask_clear_cpu(cpu, cpus);
	}
	kick_all(cpus);
}

void vtl_vp_post_all(struct cpumask *cpus, u32 vector)
{
	struct vp_bit bit;
	unsigned int cpu;

	for_each_cpu(cpu, cpus) {
		if (!cpu_online(cpu) || !vtl_vp_run_page(cpu)) {
			cpumask_clear_cpu(cpu, cpus);
			continue;
		}
		vtl_vp_bit_init(&bit, cpu, vector);
		atomic_or(1U << vector % 32, vtl_vp_bank(&bit));
		/*
		 * A full barrier: the bit before scan, scan before the check for a
		 * sleeper. If scan was set already, the VP was kicked or will check.
		 */
		if (xchg(&bit.run->scan_proxy_irr, 1) || cpu == smp_processor_id())
			cpumask_clear_cpu(cpu, cpus);
	}
	kick_all(cpus);
}
