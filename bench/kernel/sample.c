// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures how much time an interrupt takes from the interrupted kernel code.
 *
 * A sample consists of a write to the device between two readings of the TSC. The cost of a
 * sample whose write raises no interrupt has to be subtracted.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <asm/tsc.h>

#include "bench.h"

/*
 * The device sends its message before the write completes, and interrupts are enabled: the
 * interrupt comes between the write and the second reading.
 */
static noinline u64 sample_once(void __iomem *registers, u32 value)
{
	u64 before, after;

	preempt_disable();
	before = rdtsc_ordered();
	writel(value, registers + BENCH_RAISE);
	after = rdtsc_ordered();
	preempt_enable();
	return after - before;
}

static void sample_all(u64 *ticks, u32 count, u32 value)
{
	void __iomem *registers = bench_device_registers();
	u32 i;

	for (i = 0; i < count; i++) {
		ticks[i] = sample_once(registers, value);
		writel(value, registers + BENCH_ACKNOWLEDGE);
		cond_resched();
	}
}

int bench_sample(const struct bench_sample *request)
{
	size_t size = request->count * sizeof(u64);
	int error = 0;
	u64 *ticks;

	if (!request->count || request->count > BENCH_SAMPLES_MAX)
		return -EINVAL;
	if (!bench_device())
		return -ENODEV;

	ticks = kvzalloc(size, GFP_KERNEL);
	if (!ticks)
		return -ENOMEM;

	sample_all(ticks, request->count, request->value);
	if (copy_to_user(u64_to_user_ptr(request->ticks), ticks, size))
		error = -EFAULT;
	kvfree(ticks);
	return error;
}
