/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proxied interrupts: the host writes a message to slot 0 of a CPU's SynIC, and
 * raises the shared vector there; see synic.c.
 */
#ifndef _MSHV_VTL_SYNIC_H
#define _MSHV_VTL_SYNIC_H

#include <linux/types.h>

struct mshv_vector_counts;

/**
 * vtl_synic_interrupt() - handle the shared vector on this CPU
 *
 * Takes the messages for this VP and for the VMM. The implementation of host.h calls
 * this, and does the end of interrupt afterwards.
 *
 * Context: interrupts off; no lock.
 */
void vtl_synic_interrupt(void);

/**
 * vtl_synic_unmasked() - take what the host has written while a SINT of this CPU was masked
 *
 * The host raises no interrupt for it when the SINT is unmasked. This does the same as
 * an interrupt on the shared vector, and asks the host for messages that it has kept.
 *
 * Context: on that CPU, after a SINT has been unmasked; it disables interrupts.
 */
void vtl_synic_unmasked(void);

/**
 * struct synic_stats - statistics of one CPU, since the module was loaded
 * @interrupts: interrupts on the shared vector, and calls of vtl_synic_unmasked()
 * @messages:   messages taken, of any type
 * @relayed:    vectors that set a bit
 * @blocked:    vectors that the VMM blocked
 * @malformed:  messages with invalid content: dropped, or relayed without that; and
 *              messages that arrived before the VP was ready
 * @unknown:    messages of another type: dropped
 */
struct synic_stats {
	unsigned long interrupts;
	unsigned long messages;
	unsigned long relayed;
	unsigned long blocked;
	unsigned long malformed;
	unsigned long unknown;
};

/**
 * vtl_synic_stats_get() - get the statistics of one CPU
 * @cpu:   any possible CPU
 * @stats: out
 *
 * Context: any.
 */
void vtl_synic_stats_get(unsigned int cpu, struct synic_stats *stats);

/**
 * vtl_synic_counts_get() - count the proxied interrupts of proxy vectors of a VP
 * @cpu:    any possible CPU
 * @first:  the first proxy vector
 * @length: how many vectors; the last one is below 256
 * @counts: out: @proxied of each
 *
 * Context: any.
 */
void vtl_synic_counts_get(unsigned int cpu, unsigned int first, unsigned int length,
			  struct mshv_vector_counts *counts);

/**
 * vtl_synic_has_arrived() - whether a message had a vector since the last entry of VTL0
 * @vector: proxy vector of this CPU's VP, 0..255
 *
 * Context: interrupts off.
 */
bool vtl_synic_has_arrived(unsigned int vector);

/**
 * vtl_synic_init() - prepare for messages
 *
 * Context: module init.
 */
void vtl_synic_init(void);

/**
 * vtl_synic_exit() - free all counters; no message can arrive any more
 *
 * Context: module exit; may sleep.
 */
void vtl_synic_exit(void);

/**
 * vtl_synic_online() - allocate the counters of a CPU, if it has none yet
 * @cpu: a CPU after vtl_vp_online()
 *
 * Context: CPU hotplug; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtl_synic_online(unsigned int cpu);

#endif /* _MSHV_VTL_SYNIC_H */
