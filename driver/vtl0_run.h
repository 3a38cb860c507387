/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running VTL0 on the caller's CPU; see vtl0_run.c.
 */
#ifndef _MSHV_VTL_VTL0_RUN_H
#define _MSHV_VTL_VTL0_RUN_H

#include <linux/types.h>

/**
 * vtl_vtl0_run() - run VTL0 on this CPU's VP until the VMM is needed
 *
 * Context: may sleep; the caller is bound to one CPU.
 * Return: 0, or a negative errno as MSHV_RETURN_TO_LOWER_VTL has it.
 */
int vtl_vtl0_run(void);

/**
 * vtl_vtl0_kick() - make VPs leave VTL0
 * @user_mask: their bits, in user space
 * @bits:      how many; those beyond the CPUs there are do not count
 * @wait:      return when each has left
 * @cancel:    and let each return to the VMM
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM or -EFAULT.
 */
int vtl_vtl0_kick(const void __user *user_mask, u64 bits, bool wait, bool cancel);

/**
 * struct vtl0_stats - what a VP's stays in VTL0 came to, since the module was loaded
 * @entries:      VTL0 was entered
 * @handled:      exits that needed no VMM
 * @halts:        the VP slept because it was halted
 * @user_returns: returns to the VMM, for whatever reason
 */
struct vtl0_stats {
	unsigned long entries;
	unsigned long handled;
	unsigned long halts;
	unsigned long user_returns;
};

/**
 * vtl_vtl0_stats_get() - one VP's figures
 * @cpu:   any possible CPU
 * @stats: out
 *
 * Context: any.
 */
void vtl_vtl0_stats_get(unsigned int cpu, struct vtl0_stats *stats);

#endif /* _MSHV_VTL_VTL0_RUN_H */
