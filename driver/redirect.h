/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Redirected interrupts: which proxy vector stands on which hardware vector
 * of which CPU, who asked for it, and what arrived.
 *
 * Owns: mappings, references, quarantine, counters. Knows nothing of how a
 * vector is allocated (vectors.h) or what a run page looks like (run_page.h).
 *
 * A mapping's life:
 *
 *   vtl_redirect_map()    complete the mapping, then take the vector: it relays
 *   vtl_redirect_unmap()  last reference gone: quiesce the vector, forget the
 *                     mapping in the tables, keep the vector in quarantine
 *   quiet for long    free the vector, and the mapping one RCU grace period
 *                     after that
 *
 * The interrupt side takes no lock and looks nothing up: the descriptor of a
 * vector leads to its mapping, the mapping to the bit.
 */
#ifndef _MSHV_VTL_REDIRECT_H
#define _MSHV_VTL_REDIRECT_H

#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/tracepoint-defs.h>
#include <linux/types.h>

#include <asm/local.h>

#include "run_page.h"

#define REDIRECT_VECTORS	256

struct redirect_table;

/**
 * struct redirect_mapping - a proxy vector of a VP on a hardware vector
 * @bit:          what an arrival asserts. Written before the vector exists.
 * @relayed:      arrivals that set the bit. Written by @cpu alone, with
 *                interrupts off; read by anyone.
 * @blocked:      arrivals that the VMM blocks. Likewise.
 * @stale:        arrivals while in quarantine. Likewise.
 * @quiet_since:  in quarantine: jiffies of the unmap, or of the last arrival
 *                since. Written by @cpu; a reader may see it a little old.
 * @already_relayed: the next arrival was relayed already. Only touched on @cpu
 *                with interrupts off.
 * @cpu:          the VP, and the CPU of the vector. Constant.
 * @proxy_vector: as VTL0 knows it. Constant.
 * @vector:       hardware vector. Constant once allocated.
 * @irq:          the architecture's handle. Constant once allocated.
 * @table:        of @cpu. Constant.
 * @references:   sum over all VTL files. Under redirect_lock.
 * @created:      when it was mapped. Constant.
 * @quarantined:  entry in the table's quarantine. Under redirect_lock.
 * @rcu:          frees it after arrivals that are under way.
 */
struct redirect_mapping {
	struct vp_bit bit;
	local_t relayed;
	local_t blocked;
	local_t stale;
	unsigned long quiet_since;
	bool already_relayed;
	unsigned int cpu;
	u32 proxy_vector;
	u32 vector;
	unsigned int irq;
	struct redirect_table *table;
	unsigned long references;
	ktime_t created;
	struct list_head quarantined;
	struct rcu_head rcu;
};

/*
 * What is rarely wanted of an arrival, out of line: vtl_redirect_relay() is inlined
 * where every instruction counts.
 */
DECLARE_TRACEPOINT(vtl_relay);
void vtl_redirect_trace_relay(const struct redirect_mapping *mapping);
void vtl_redirect_blocked(struct redirect_mapping *mapping);

/**
 * vtl_redirect_relay() - an interrupt arrived on a mapped vector
 * @mapping: the vector's mapping
 *
 * The hot path. The caller does the end of interrupt after it.
 *
 * Context: hardirq on @mapping->cpu, interrupts off; no lock.
 */
static __always_inline void vtl_redirect_relay(struct redirect_mapping *mapping)
{
	if (likely(vtl_vp_assert(&mapping->bit))) {
		local_inc(&mapping->relayed);
		vtl_vp_wake_here();
		if (tracepoint_enabled(vtl_relay))
			vtl_redirect_trace_relay(mapping);
	} else {
		vtl_redirect_blocked(mapping);
	}
}

/**
 * vtl_redirect_stale() - an interrupt arrived on a quiesced vector
 * @mapping: the mapping that the vector stood for
 *
 * Sets no bit: counts the arrival as unmapped and warns, rate-limited, unless
 * it is the one that was relayed when the vector was quiesced. The caller
 * does the end of interrupt.
 *
 * Context: hardirq on @mapping->cpu, interrupts off; no lock.
 */
void vtl_redirect_stale(struct redirect_mapping *mapping);

/**
 * struct redirect_file - the references that one VTL file holds
 * @references: by CPU, then by hardware vector; a CPU's row is NULL until the
 *              file maps there. Under redirect_lock.
 */
struct redirect_file {
	u32 **references;
};

/**
 * vtl_redirect_file_init() - start a VTL file with no reference
 * @file: the file's part
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtl_redirect_file_init(struct redirect_file *file);

/**
 * vtl_redirect_file_release() - drop every reference that a VTL file holds
 * @file: the file's part; nobody else uses it any more
 *
 * Context: may sleep.
 */
void vtl_redirect_file_release(struct redirect_file *file);

/**
 * vtl_redirect_map() - take a reference to the mapping of a proxy vector
 * @file:         who holds it
 * @proxy_vector: untrusted
 * @hardware_id:  names the CPU; untrusted
 * @vector:       out: the hardware vector
 *
 * Where the CPU has no vector left but one that was given back and has to be quiet for
 * a while longer, this waits, for a second at most. A vector that is raised although it
 * was given back is not waited for.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL for a vector that is not legal, an unknown hardware id,
 * or an offline CPU; -ENODEV if that CPU has no vector left or its quota is
 * used up, or this machine cannot redirect; -EOVERFLOW if @file holds as many
 * references to it as can be counted; -ENOMEM.
 */
int vtl_redirect_map(struct redirect_file *file, u32 proxy_vector, u32 hardware_id,
		     u32 *vector);

/**
 * vtl_redirect_unmap() - drop a reference
 * @file:        who holds it
 * @vector:      hardware vector; untrusted
 * @hardware_id: names the CPU; untrusted
 *
 * If it was the last one, no bit is set by that mapping after the return, and
 * what was pending in the CPU's interrupt controller has been relayed.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL if @vector is above 255; -ENOENT if @file holds no such
 * reference.
 */
int vtl_redirect_unmap(struct redirect_file *file, u32 vector, u32 hardware_id);

/**
 * vtl_redirect_init() - get ready for mappings
 * @available: whether the architecture can redirect
 *
 * Context: module init; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtl_redirect_init(bool available);

/**
 * vtl_redirect_exit() - free what is in quarantine, and all tables
 *
 * No VTL file is left, so no mapping is. Safe after a failed vtl_redirect_init().
 * Context: module exit; may sleep.
 */
void vtl_redirect_exit(void);

/**
 * vtl_redirect_available() - can this machine redirect at all?
 *
 * Context: any.
 * Return: true if so.
 */
bool vtl_redirect_available(void);

/**
 * vtl_redirect_online() - make a CPU's table, once
 * @cpu: a CPU that vtl_vectors_cpu_online() and vtl_vp_online() have seen
 *
 * Context: CPU hotplug; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtl_redirect_online(unsigned int cpu);

/**
 * vtl_redirect_offline() - may this CPU go?
 * @cpu: a CPU that is still online
 *
 * What the CPU has in quarantine, and was ever raised, has to be quiet first: nobody
 * sees what arrives while the CPU is offline, and its vectors are given anew when it is
 * back. So this may wait, for a second at most.
 *
 * Context: CPU hotplug; may sleep.
 * Return: 0; -EBUSY, with a line in the log, if it has mappings, or vectors in
 * quarantine that are not quiet.
 */
int vtl_redirect_offline(unsigned int cpu);

/**
 * struct redirect_stats - one CPU's figures
 * @mapped:      vectors that stand for a proxy vector
 * @quarantined: vectors kept aside
 * @free:        vectors that may still be mapped before the quota is met; the
 *               kernel may have fewer
 * @quota:       most vectors that this CPU may give; 0: no limit
 * @relayed:     arrivals that set a bit, since the module was loaded
 * @blocked:     arrivals that the VMM blocked
 * @unmapped:    arrivals on a vector with no mapping
 */
struct redirect_stats {
	unsigned int mapped;
	unsigned int quarantined;
	unsigned int free;
	unsigned int quota;
	unsigned long relayed;
	unsigned long blocked;
	unsigned long unmapped;
};

/**
 * vtl_redirect_stats_get() - one CPU's figures
 * @cpu:   any possible CPU
 * @stats: out
 *
 * Context: may sleep.
 * Return: false if the CPU was never online; @stats is zero then.
 */
bool vtl_redirect_stats_get(unsigned int cpu, struct redirect_stats *stats);

/**
 * struct redirect_vectors - one CPU's hardware vectors, without a look at each
 * @quota, @mapped, @quarantined, @blocked: as in struct redirect_stats
 */
struct redirect_vectors {
	unsigned int quota;
	unsigned int mapped;
	unsigned int quarantined;
	unsigned long blocked;
};

/**
 * vtl_redirect_vectors_get() - one CPU's hardware vectors
 * @cpu:     any possible CPU
 * @vectors: out
 *
 * Context: may sleep.
 * Return: false if the CPU was never online.
 */
bool vtl_redirect_vectors_get(unsigned int cpu, struct redirect_vectors *vectors);

/**
 * vtl_redirect_counts_get() - what came to proxy vectors of a VP on vectors of their own
 * @cpu:    any possible CPU
 * @first:  the first proxy vector
 * @length: how many; the last is below 256
 * @counts: out: the members @redirected of so many; mappings that are gone count
 *
 * Context: may sleep.
 */
void vtl_redirect_counts_get(unsigned int cpu, unsigned int first, unsigned int length,
			     struct mshv_vector_counts *counts);

/**
 * vtl_redirect_owns() - is a vector of this CPU's VP mapped?
 * @proxy_vector: 0..255
 *
 * One that was unmapped counts as mapped until VTL0 has been entered: an interrupt that
 * came before may still be in the run page.
 *
 * Context: interrupts off.
 * Return: true if so.
 */
bool vtl_redirect_owns(unsigned int proxy_vector);

/**
 * vtl_redirect_visit() - look at each mapping of a CPU
 * @cpu:   any possible CPU
 * @visit: called under redirect_lock with each mapping, whether it is in
 *         quarantine, and @arg; it must not call back into this part
 * @arg:   passed through
 *
 * Context: may sleep.
 */
void vtl_redirect_visit(unsigned int cpu,
			void (*visit)(const struct redirect_mapping *mapping,
				      bool quarantined, void *arg),
			void *arg);

#endif /* _MSHV_VTL_REDIRECT_H */
