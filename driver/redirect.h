/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Redirected interrupts: which proxy vector is mapped to which hardware vector
 * of which CPU, by which VTL files, and how many interrupts arrived.
 *
 * Owns: mappings, references, quarantine, counters. Knows nothing of how a
 * vector is allocated (vectors.h) or of the layout of a run page (run_page.h).
 *
 * The life of a mapping:
 *
 *   vtl_redirect_map()    fill in the mapping, then allocate the vector: it relays
 *   vtl_redirect_unmap()  last reference: quiesce the vector, remove the mapping
 *                         from the tables, put the vector into quarantine
 *   no interrupt for      free the vector, and the mapping one RCU grace period
 *   quarantine_ms         later
 *
 * The interrupt handler takes no lock and searches no table: the descriptor of a
 * vector points to its mapping, and the mapping to the bit.
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
 * struct redirect_mapping - a proxy vector of a VP, mapped to a hardware vector
 * @bit:          the bit that an interrupt sets. Written before the vector exists.
 * @relayed:      interrupts that set the bit. Written only by @cpu, with
 *                interrupts off; read anywhere.
 * @blocked:      interrupts that the VMM blocked. As @relayed.
 * @stale:        interrupts during quarantine. As @relayed.
 * @quiet_since:  in quarantine: jiffies of the unmap, or of the last interrupt
 *                since then. Written by @cpu; a reader may see an older value.
 * @already_relayed: the next interrupt was relayed already. Only accessed on @cpu
 *                with interrupts off.
 * @cpu:          the VP, and the CPU of the vector. Constant.
 * @proxy_vector: as VTL0 knows it. Constant.
 * @vector:       hardware vector. Constant once allocated.
 * @irq:          the architecture's handle. Constant once allocated.
 * @table:        the table of @cpu. Constant.
 * @references:   sum over all VTL files. Protected by redirect_lock.
 * @created:      when it was mapped. Constant.
 * @quarantined:  entry in the table's quarantine. Protected by redirect_lock.
 * @rcu:          frees the mapping after handlers that still run.
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
 * The rare cases of vtl_redirect_relay(), out of line: it is inlined where every
 * instruction counts.
 */
DECLARE_TRACEPOINT(vtl_relay);
void vtl_redirect_trace_relay(const struct redirect_mapping *mapping);
void vtl_redirect_blocked(struct redirect_mapping *mapping);

/**
 * vtl_redirect_relay() - handle an interrupt on a mapped vector
 * @mapping: the mapping of the vector
 *
 * This is the hot path. The caller does the end of interrupt afterwards.
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
 * vtl_redirect_stale() - handle an interrupt on a quiesced vector
 * @mapping: the mapping that the vector had
 *
 * Sets no bit: counts the interrupt as unmapped and warns, rate-limited, unless
 * it was relayed already when the vector was quiesced. The caller does the
 * end of interrupt.
 *
 * Context: hardirq on @mapping->cpu, interrupts off; no lock.
 */
void vtl_redirect_stale(struct redirect_mapping *mapping);

/**
 * struct redirect_file - the references that one VTL file holds
 * @references: by CPU, then by hardware vector; the row of a CPU is NULL until the
 *              file maps a vector there. Protected by redirect_lock.
 */
struct redirect_file {
	u32 **references;
};

/**
 * vtl_redirect_file_init() - prepare a VTL file, which holds no reference yet
 * @file: the part of the file that redirect.c owns
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtl_redirect_file_init(struct redirect_file *file);

/**
 * vtl_redirect_file_release() - drop every reference that a VTL file holds
 * @file: the part of the file that redirect.c owns; no longer used afterwards
 *
 * Context: may sleep.
 */
void vtl_redirect_file_release(struct redirect_file *file);

/**
 * vtl_redirect_map() - take a reference to the mapping of a proxy vector
 * @file:         the file that will hold the reference
 * @proxy_vector: untrusted
 * @hardware_id:  identifies the CPU; untrusted
 * @vector:       out: the hardware vector
 *
 * If all free vectors of the CPU are in quarantine, this waits until one may be used,
 * at most one second. It does not wait for a vector that is still being raised.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL for a vector that is not legal, an unknown hardware id,
 * or an offline CPU; -ENODEV if that CPU has no vector left or its quota is
 * used up, or this machine cannot redirect; -EOVERFLOW if the reference count of
 * @file would overflow; -ENOMEM.
 */
int vtl_redirect_map(struct redirect_file *file, u32 proxy_vector, u32 hardware_id,
		     u32 *vector);

/**
 * vtl_redirect_unmap() - drop a reference
 * @file:        the file that holds the reference
 * @vector:      hardware vector; untrusted
 * @hardware_id: identifies the CPU; untrusted
 *
 * If it was the last reference, the mapping sets no bit after this returns, and an
 * interrupt that was pending in the CPU's interrupt controller has been relayed.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL if @vector is above 255; -ENOENT if @file holds no such
 * reference.
 */
int vtl_redirect_unmap(struct redirect_file *file, u32 vector, u32 hardware_id);

/**
 * vtl_redirect_init() - prepare for mappings
 * @available: whether the architecture can redirect
 *
 * Context: module init; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtl_redirect_init(bool available);

/**
 * vtl_redirect_exit() - free all vectors in quarantine, and all tables
 *
 * No VTL file is left, and so no mapping. Safe after a failed vtl_redirect_init().
 * Context: module exit; may sleep.
 */
void vtl_redirect_exit(void);

/**
 * vtl_redirect_available() - whether this machine can redirect
 *
 * Context: any.
 */
bool vtl_redirect_available(void);

/**
 * vtl_redirect_online() - allocate the table of a CPU, if it has none yet
 * @cpu: after vtl_vectors_cpu_online() and vtl_vp_online() for this CPU
 *
 * Context: CPU hotplug; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtl_redirect_online(unsigned int cpu);

/**
 * vtl_redirect_offline() - whether a CPU may go offline
 * @cpu: a CPU that is still online
 *
 * A vector in quarantine that was ever raised must become quiet first: interrupts that
 * arrive while the CPU is offline are not seen, and its vectors may be allocated anew when
 * it is back. So this may wait, at most one second.
 *
 * Context: CPU hotplug; may sleep.
 * Return: 0; -EBUSY, with a line in the log, if the CPU has mappings, or vectors in
 * quarantine that are not quiet.
 */
int vtl_redirect_offline(unsigned int cpu);

/**
 * struct redirect_stats - statistics of one CPU
 * @mapped:      vectors with a mapping
 * @quarantined: vectors in quarantine
 * @free:        vectors that may still be mapped before the quota is reached; the
 *               kernel may have fewer
 * @quota:       most vectors of this CPU that may be used; 0: no limit
 * @relayed:     interrupts that set a bit, since the module was loaded
 * @blocked:     interrupts that the VMM blocked
 * @unmapped:    interrupts on a vector without a mapping
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
 * vtl_redirect_stats_get() - get the statistics of one CPU
 * @cpu:   any possible CPU
 * @stats: out
 *
 * Context: may sleep.
 * Return: false if the CPU was never online; @stats is zero then.
 */
bool vtl_redirect_stats_get(unsigned int cpu, struct redirect_stats *stats);

/**
 * struct redirect_vectors - the part of struct redirect_stats that needs no loop over vectors
 * @quota, @mapped, @quarantined, @blocked: as in struct redirect_stats
 */
struct redirect_vectors {
	unsigned int quota;
	unsigned int mapped;
	unsigned int quarantined;
	unsigned long blocked;
};

/**
 * vtl_redirect_vectors_get() - get struct redirect_vectors of one CPU
 * @cpu:     any possible CPU
 * @vectors: out
 *
 * Context: may sleep.
 * Return: false if the CPU was never online.
 */
bool vtl_redirect_vectors_get(unsigned int cpu, struct redirect_vectors *vectors);

/**
 * vtl_redirect_counts_get() - count the redirected interrupts of proxy vectors of a VP
 * @cpu:    any possible CPU
 * @first:  the first proxy vector
 * @length: how many vectors; the last one is below 256
 * @counts: out: @redirected of each; includes earlier mappings of the vector
 *
 * Context: may sleep.
 */
void vtl_redirect_counts_get(unsigned int cpu, unsigned int first, unsigned int length,
			     struct mshv_vector_counts *counts);

/**
 * vtl_redirect_owns() - whether a proxy vector of this CPU's VP is mapped
 * @proxy_vector: 0..255
 *
 * A vector that was unmapped still counts as mapped until VTL0 has been entered: an
 * interrupt that arrived before the unmap may still be in the run page.
 *
 * Context: interrupts off.
 */
bool vtl_redirect_owns(unsigned int proxy_vector);

/**
 * vtl_redirect_visit() - call a function for each mapping of a CPU
 * @cpu:   any possible CPU
 * @visit: called under redirect_lock with the mapping, whether it is in
 *         quarantine, and @arg; it must not call functions of redirect.c
 * @arg:   passed to @visit
 *
 * Context: may sleep.
 */
void vtl_redirect_visit(unsigned int cpu,
			void (*visit)(const struct redirect_mapping *mapping,
				      bool quarantined, void *arg),
			void *arg);

#endif /* _MSHV_VTL_REDIRECT_H */
