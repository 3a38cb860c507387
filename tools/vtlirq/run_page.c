// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The reader's side of the run page: taking the interrupts that the driver relayed.
 *
 * Owns: the order of the accesses, which is the one of OpenHCL's VMM.
 * Knows nothing of what is done with the interrupts. The kernel writes the page at
 * any time, so that every access is atomic.
 */
#include "run_page.h"

/**
 * run_page_take() - take all vectors that are asserted
 * @run: the run page
 * @taken: the vectors: vector v is bit v & 31 of bank v >> 5
 *
 * The driver sets a vector's bit and then, with release, scan_proxy_irr. Here the
 * flag is cleared before the bits are taken. A bit that is set after its bank was
 * looked at is found the next time, since the flag is then set after it was cleared.
 *
 * Return: true if the flag was set; @taken is valid then, and may be empty.
 */
bool run_page_take(struct mshv_vtl_run *run, __u32 taken[MSHV_VTL_PROXY_BANKS])
{
	if (!__atomic_load_n(&run->scan_proxy_irr, __ATOMIC_ACQUIRE))
		return false;
	/*
	 * The VMM's sequentially consistent store is this very instruction on x86.
	 * As an exchange it also reads the flag: whatever set it last, its bits are
	 * seen below, on weakly ordered CPUs as well. Pairs with the driver's release.
	 */
	__atomic_exchange_n(&run->scan_proxy_irr, 0, __ATOMIC_SEQ_CST);
	for (unsigned int bank = 0; bank < MSHV_VTL_PROXY_BANKS; bank++) {
		/* An exchange costs a locked bus cycle; most banks are empty. */
		taken[bank] = __atomic_load_n(&run->proxy_irr[bank], __ATOMIC_RELAXED);
		if (taken[bank])
			taken[bank] = __atomic_exchange_n(&run->proxy_irr[bank], 0,
							  __ATOMIC_RELAXED);
	}
	return true;
}

/**
 * run_page_blocks() - does the VMM block this vector?
 * @run: the run page
 * @vector: the vector
 *
 * Return: true if the driver drops it when it arrives.
 */
bool run_page_blocks(const struct mshv_vtl_run *run, unsigned int vector)
{
	__u32 bank = __atomic_load_n(&run->proxy_irr_blocked[vector >> 5], __ATOMIC_RELAXED);

	return bank & 1U << (vector & 31);
}
