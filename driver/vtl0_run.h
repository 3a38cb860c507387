/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs VTL0 on the caller's CPU; see vtl0_run.c.
 */
#ifndef _MSHV_VTL_VTL0_RUN_H
#define _MSHV_VTL_VTL0_RUN_H

#include <linux/types.h>

/**
 * vtl_vtl0_run() - run VTL0 on this CPU's VP until the VMM is needed
 *
 * Context: may sleep; the caller is bound to one CPU.
 * Return: as MSHV_RETURN_TO_LOWER_VTL.
 */
int vtl_vtl0_run(void);

/**
 * vtl_vtl0_kick() - make VPs leave VTL0
 * @user_mask: a bitmap of the VPs, in user space
 * @bits:      its length; bits beyond the number of CPUs are ignored
 * @wait:      return after every VP has left VTL0
 * @cancel:    make every VP return to the VMM
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM or -EFAULT.
 */
int vtl_vtl0_kick(const void __user *user_mask, u64 bits, bool wait, bool cancel);

/**
 * struct vtl0_stats - statistics of a VP, since the module was loaded
 * @entries:      entries of VTL0
 * @handled:      exits that were handled without the VMM
 * @halts:        how often the VP slept because it was halted
 * @user_returns: returns to the VMM, for any reason
 */
struct vtl0_stats {
	unsigned long entries;
	unsigned long handled;
	unsigned long halts;
	unsigned long user_returns;
};

/**
 * vtl_vtl0_stats_get() - get the statistics of one VP
 * @cpu:   any possible CPU
 * @stats: out
 *
 * Context: any.
 */
void vtl_vtl0_stats_get(unsigned int cpu, struct vtl0_stats *stats);

#endif /* _MSHV_VTL_VTL0_RUN_H */
