/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proxied interrupts: the messages that the host writes to slot 0 of a CPU's
 * SynIC when it raises the shared vector there; see synic.c.
 */
#ifndef _MSHV_VTL_SYNIC_H
#define _MSHV_VTL_SYNIC_H

#include <linux/types.h>

struct mshv_vector_counts;

/**
 * vtl_synic_interrupt() - the shared vector has come on this CPU
 *
 * Takes what the host has for this VP and for the VMM. The host's implementation
 * (host.h) calls it, and does the end of interrupt after it.
 *
 * Context: hardirq, interrupts off; no lock.
 */
void vtl_synic_interrupt(void);

/**
 * struct synic_stats - one CPU's figures, since the module was loaded
 * @interrupts: how often the shared vector has come
 * @messages:   messages taken, of whatever kind
 * @relayed:    vectors that set a bit
 * @blocked:    vectors that the VMM blocks
 * @malformed:  messages with something that no host should send: dropped, or
 *              relayed without it; and those that came before the VP was there
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
 * vtl_synic_stats_get() - one CPU's figures
 * @cpu:   any possible CPU
 * @stats: out
 *
 * Context: any.
 */
void vtl_synic_stats_get(unsigned int cpu, struct synic_stats *stats);

/**
 * vtl_synic_counts_get() - what came to each proxy vector of a VP by message
 * @cpu:    any possible CPU
 * @first:  the first proxy vector
 * @length: how many; the last is below 256
 * @counts: out: the members @proxied of so many
 *
 * Context: any.
 */
void vtl_synic_counts_get(unsigned int cpu, unsigned int first, unsigned int length,
			  struct mshv_vector_counts *counts);

/**
 * vtl_synic_has_come() - has a vector of this CPU's VP come since VTL0 was last entered?
 * @vector: proxy vector, 0..255
 *
 * Context: interrupts off.
 * Return: true if it has come by message.
 */
bool vtl_synic_has_come(unsigned int vector);

/**
 * vtl_synic_init() - get ready for messages
 *
 * Context: module init.
 */
void vtl_synic_init(void);

/**
 * vtl_synic_exit() - free all counters; no message comes any more
 *
 * Context: module exit; may sleep.
 */
void vtl_synic_exit(void);

/**
 * vtl_synic_online() - make a CPU's counters, once
 * @cpu: a CPU that vtl_vp_online() has seen
 *
 * Context: CPU hotplug; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtl_synic_online(unsigned int cpu);

#endif /* _MSHV_VTL_SYNIC_H */
