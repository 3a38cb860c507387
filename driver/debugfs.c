// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics for operators: five text files under debugfs, in mshv_vtl/.
 *
 *   mappings  a line for each hardware vector: its proxy vector, its counters
 *   cpus      a line for each CPU: used and free vectors
 *   vps       a line for each VP: its runs of VTL0, and device interrupts that merged with
 *             an earlier one
 *   synic     a line for each CPU: interrupts that arrived in messages of the host
 *   totals    a line for each counter
 *
 * The first line of each table has the names of the columns. Readers should use these
 * names, since columns may be added. This file changes no state.
 *
 * For each VP, the number of interrupts relayed (redirected and proxied) is the number
 * that VTL0 has handled, plus "merged", plus what is pending. Interrupts merge in the run
 * page, or when they are moved from there to VTL0's interrupt controller. A VMM that moves
 * them itself has to count those that merge there. Only device vectors are counted: a
 * vector is a device's while it is mapped, or if the host has sent it in a message since
 * the last entry of VTL0.
 */
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "debugfs.h"
#include "redirect.h"
#include "synic.h"
#include "vectors.h"
#include "vtl0_run.h"

static struct dentry *debugfs_root;

/* Tables are in the order of CPUs; position 0 is the header, position n + 1 is CPU n. */
static void *table_start(struct seq_file *m, loff_t *pos)
{
	if (!*pos)
		return SEQ_START_TOKEN;
	if (*pos > nr_cpu_ids)
		return NULL;

	*pos = cpumask_next(*pos - 2, cpu_possible_mask) + 1;
	return *pos <= nr_cpu_ids ? pos : NULL;
}

static void *table_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return table_start(m, pos);
}

static void table_stop(struct seq_file *m, void *v)
{
}

static unsigned int table_cpu(void *v)
{
	return *(loff_t *)v - 1;
}

/* A file with a line for each CPU, or several: NAME_row() prints them. */
#define DEFINE_TABLE(name, header)					\
	static int name##_show(struct seq_file *m, void *v)		\
	{								\
		if (v == SEQ_START_TOKEN)				\
			seq_puts(m, header "\n");			\
		else							\
			name##_row(m, table_cpu(v));			\
		return 0;						\
	}								\
	static const struct seq_operations name##_sops = {		\
		.start = table_start, .next = table_next,		\
		.stop = table_stop, .show = name##_show,		\
	};								\
	DEFINE_SEQ_ATTRIBUTE(name)

static void mapping_show(const struct redirect_mapping *mapping,
			 bool quarantined, void *arg)
{
	seq_printf(arg, "%u %u 0x%02x 0x%02x %s %lu %ld %ld %ld %lld\n",
		   mapping->cpu, vtl_cpu_hardware_id(mapping->cpu),
		   mapping->vector, mapping->proxy_vector,
		   quarantined ? "quarantined" : "mapped", mapping->references,
		   local_read(&mapping->relayed),
		   local_read(&mapping->blocked), local_read(&mapping->stale),
		   ktime_ms_delta(ktime_get(), mapping->created));
}

static void mappings_row(struct seq_file *m, unsigned int cpu)
{
	vtl_redirect_visit(cpu, mapping_show, m);
}

DEFINE_TABLE(mappings,
	     "cpu hardware_id vector proxy_vector state references relayed blocked late age_ms");

static void cpus_row(struct seq_file *m, unsigned int cpu)
{
	struct redirect_stats stats;

	if (vtl_redirect_stats_get(cpu, &stats))
		seq_printf(m, "%u %u", cpu, vtl_cpu_hardware_id(cpu));
	else
		seq_printf(m, "%u -", cpu);
	seq_printf(m, " %u %u %u %u %u %lu %lu %lu\n", cpu_online(cpu),
		   stats.mapped, stats.quarantined, stats.free, stats.quota,
		   stats.relayed, stats.blocked, stats.unmapped);
}

DEFINE_TABLE(cpus,
	     "cpu hardware_id online mapped quarantined free quota relayed blocked unmapped");

static void vps_row(struct seq_file *m, unsigned int cpu)
{
	struct vtl0_stats stats;

	vtl_vtl0_stats_get(cpu, &stats);
	seq_printf(m, "%u %lu %lu %lu %lu %lu %lu\n", cpu, stats.entries,
		   stats.handled, stats.halts, stats.user_returns,
		   vtl_vp_kicks_get(cpu), vtl_vp_merged_get(cpu));
}

DEFINE_TABLE(vps, "cpu entries handled halts user_returns kicks merged");

static void synic_row(struct seq_file *m, unsigned int cpu)
{
	struct synic_stats stats;

	vtl_synic_stats_get(cpu, &stats);
	seq_printf(m, "%u %lu %lu %lu %lu %lu %lu\n", cpu, stats.interrupts,
		   stats.messages, stats.relayed, stats.blocked,
		   stats.malformed, stats.unknown);
}

DEFINE_TABLE(synic, "cpu interrupts messages relayed blocked malformed unknown");

static void totals_proxied_show(struct seq_file *m)
{
	struct synic_stats one, all = {};
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		vtl_synic_stats_get(cpu, &one);
		all.interrupts += one.interrupts;
		all.messages += one.messages;
		all.relayed += one.relayed;
		all.blocked += one.blocked;
		all.malformed += one.malformed;
		all.unknown += one.unknown;
	}
	seq_printf(m, "proxied_interrupts %lu\nproxied_messages %lu\n",
		   all.interrupts, all.messages);
	seq_printf(m, "proxied_relayed %lu\nproxied_blocked %lu\n",
		   all.relayed, all.blocked);
	seq_printf(m, "proxied_malformed %lu\nproxied_unknown %lu\n",
		   all.malformed, all.unknown);
}

static int totals_show(struct seq_file *m, void *v)
{
	struct redirect_stats one, all = {};
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		vtl_redirect_stats_get(cpu, &one);
		all.mapped += one.mapped;
		all.quarantined += one.quarantined;
		all.relayed += one.relayed;
		all.blocked += one.blocked;
		all.unmapped += one.unmapped;
	}
	seq_printf(m, "mappings %u\nquarantined %u\n", all.mapped,
		   all.quarantined);
	seq_printf(m, "relayed %lu\nblocked %lu\nunmapped %lu\n", all.relayed,
		   all.blocked, all.unmapped);
	totals_proxied_show(m);
	return 0;
}

DEFINE_SHOW_ATTRIBUTE(totals);

void vtl_debugfs_init(void)
{
	debugfs_root = debugfs_create_dir("mshv_vtl", NULL);
	debugfs_create_file("mappings", 0400, debugfs_root, NULL,
			    &mappings_fops);
	debugfs_create_file("cpus", 0400, debugfs_root, NULL, &cpus_fops);
	debugfs_create_file("vps", 0400, debugfs_root, NULL, &vps_fops);
	debugfs_create_file("synic", 0400, debugfs_root, NULL, &synic_fops);
	debugfs_create_file("totals", 0400, debugfs_root, NULL, &totals_fops);
}

void vtl_debugfs_exit(void)
{
	debugfs_remove(debugfs_root);
}
