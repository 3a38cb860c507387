// SPDX-License-Identifier: GPL-2.0-only
/*
 * A log of moments, by the TSC, so that what L1's kernel costs can be told from
 * what this module costs.
 *
 * Owns: the log of a VCPU. Between the readings of two stamps that follow each
 * other lies, beside what is measured, the cost of one stamp; the first two of
 * a log have nothing else between them, and so tell it.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/uaccess.h>

#include "cpu.h"
#include "stamps.h"

/**
 * stamps_take() - write a moment down; for stamp() alone
 * @stamps: of this VCPU
 * @moment: one of enum lab_tdx_moment
 * @detail: as lab_tdx.h has it for @moment
 *
 * What does not fit is lost.
 *
 * Context: preemption off.
 */
noinline void stamps_take(struct stamps *stamps, u32 moment, u32 detail)
{
	u64 now = cpu_tsc();
	struct lab_tdx_stamp *log = READ_ONCE(stamps->log);
	u32 count = stamps->count;

	if (!log || count >= stamps->size)
		return;
	log[count] = (struct lab_tdx_stamp) {
		.tsc = now,
		.moment = moment,
		.detail = detail,
	};
	/* Who sees the count sees what was counted. */
	smp_store_release(&stamps->count, count + 1);
}

/**
 * stamps_start() - begin a new log
 * @stamps: of a VCPU
 * @size:   how many it may hold, 2 to LAB_TDX_STAMPS_MAX
 *
 * Context: may sleep; one call at a time.
 * Return: 0, -EINVAL, -ENOMEM, or -EBUSY if there is a log already.
 */
int stamps_start(struct stamps *stamps, u32 size)
{
	struct stamps fresh = { .size = size };

	if (size < 2 || size > LAB_TDX_STAMPS_MAX)
		return -EINVAL;
	if (stamps->log)
		return -EBUSY;
	fresh.log = kvcalloc(size, sizeof(*fresh.log), GFP_KERNEL);
	if (!fresh.log)
		return -ENOMEM;

	preempt_disable();
	stamp(&fresh, LAB_TDX_MOMENT_EMPTY, 0);
	stamp(&fresh, LAB_TDX_MOMENT_EMPTY, 0);
	preempt_enable();

	stamps->size = fresh.size;
	stamps->count = fresh.count;
	/* Pairs with the look at it in stamp(): the rest is in place. */
	smp_store_release(&stamps->log, fresh.log);
	return 0;
}

/**
 * stamps_stop() - end the log, if there is one, and forget it
 * @stamps: of a VCPU
 *
 * Context: as for stamps_start().
 */
void stamps_stop(struct stamps *stamps)
{
	struct lab_tdx_stamp *log = stamps->log;

	if (!log)
		return;
	WRITE_ONCE(stamps->log, NULL);
	/* A VCPU that writes to it has preemption off. */
	synchronize_rcu();
	kvfree(log);
}

/**
 * stamps_copy() - hand the log to user space
 * @stamps: of a VCPU
 * @asked:  @address and @count: where to, and how many at most; out: @count: how
 *          many there are
 *
 * Context: as for stamps_start().
 * Return: 0, -ENODATA if there is no log, or -EFAULT.
 */
int stamps_copy(const struct stamps *stamps, struct lab_tdx_get_stamps *asked)
{
	u32 count = smp_load_acquire(&stamps->count);	/* pairs with stamps_take() */
	u32 copied = min(count, asked->count);

	if (!stamps->log)
		return -ENODATA;
	asked->count = count;
	return copy_to_user(u64_to_user_ptr(asked->address), stamps->log,
			    copied * sizeof(*stamps->log)) ? -EFAULT : 0;
}
