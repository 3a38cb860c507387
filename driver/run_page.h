/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The run page of each VP, and how a vector is asserted in it.
 *
 * Owns: the pages and the bit protocol between kernel and VMM. Knows nothing
 * of who asserts a vector, and why.
 *
 * The VMM may write anything into a run page at any time: the kernel trusts no value,
 * and if it reads one again, a different value harms only VTL0.
 */
#ifndef _MSHV_VTL_RUN_PAGE_H
#define _MSHV_VTL_RUN_PAGE_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/percpu.h>
#include <linux/rcuwait.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/mshv_vtl.h>

struct cpumask;
struct page;

/**
 * struct vp_bit - one proxy vector of one VP, ready to be asserted
 * @run:    the VP's run page; it outlives every vp_bit
 * @bank:   which 32 vectors, 0..7
 * @vector: the vector, 0..255
 */
struct vp_bit {
	struct mshv_vtl_run *run;
	u32 bank;
	u32 vector;
};

/*
 * By VP: device interrupts that were asserted while the same vector was already pending,
 * in the run page or in VTL0's interrupt controller: VTL0 handles both as one. Written
 * only by the VP's CPU.
 */
DECLARE_PER_CPU(unsigned long, vtl_vp_merged);

/*
 * By VP: how often VTL0 was entered. Written only by the VP's CPU. Bits are taken out of
 * the run page just before an entry, so a bit that was set before this number changes is
 * also taken before it changes.
 */
DECLARE_PER_CPU(unsigned long, vtl_vp_entries);

/**
 * struct vp_recent - vectors of a bank that were noted since the last entry of VTL0
 * @entries: the value of vtl_vp_entries for which @bits is valid
 * @bits:    the vectors, one bit each
 *
 * There is one writer at a time.
 */
struct vp_recent {
	unsigned long entries;
	u32 bits;
};

/**
 * vtl_vp_recent_note() - note vectors
 * @recent:  their bank
 * @entries: vtl_vp_entries of the VP
 * @bits:    the vectors
 *
 * Context: any; the caller is the only writer.
 */
static inline void vtl_vp_recent_note(struct vp_recent *recent, unsigned long entries, u32 bits)
{
	if (recent->entries == entries)
		bits |= recent->bits;
	WRITE_ONCE(recent->bits, bits);
	/* Writes the bits before entries; pairs with vtl_vp_recent_has(). */
	smp_store_release(&recent->entries, entries);
}

/**
 * vtl_vp_recent_has() - whether a vector was noted since the last entry of VTL0
 * @recent: its bank
 * @vector: the vector, 0..255
 *
 * Context: the VP's CPU, interrupts off.
 */
static inline bool vtl_vp_recent_has(const struct vp_recent *recent, unsigned int vector)
{
	/* Bits of an earlier entry do not count; pairs with vtl_vp_recent_note(). */
	return smp_load_acquire(&recent->entries) == this_cpu_read(vtl_vp_entries) &&
	       READ_ONCE(recent->bits) >> vector % 32 & 1;
}

/* A bank of the run page as an atomic_t. */
static __always_inline atomic_t *vtl_vp_bank(const struct vp_bit *bit)
{
	BUILD_BUG_ON(sizeof(atomic_t) != sizeof(bit->run->proxy_irr[0]));
	return (atomic_t *)&bit->run->proxy_irr[bit->bank];
}

/**
 * vtl_vp_scan_set() - tell the taker of the bits that some are set
 * @run: the VP's run page
 *
 * The taker is vtl_vp_pull() or the VMM. The release store pairs with its load-acquire
 * of scan_proxy_irr: if it sees scan set, it also sees the bits set before that.
 *
 * Context: any, hardirq included; no lock.
 */
static __always_inline void vtl_vp_scan_set(struct mshv_vtl_run *run)
{
	/* Writes the bits before scan; pairs with the load-acquire of scan in the taker. */
	smp_store_release(&run->scan_proxy_irr, 1);
}

/**
 * vtl_vp_assert() - make a proxy vector pending for its VP
 * @bit: the vector
 *
 * The bit is set before scan_proxy_irr; see vtl_vp_scan_set(). Other CPUs and the taker
 * may access the bank at the same time; the atomic operation loses no bit, and tells
 * whether the vector was already pending, so that each merge is counted once. If the taker
 * clears scan between the two steps, it may have taken the bit already: then scan is set
 * although no bit is, which costs one more check and is harmless.
 *
 * Context: interrupts off, on the VP's CPU; no lock.
 * Return: true if asserted; false if the VMM blocks this vector, and then
 * nothing was written.
 */
static __always_inline bool vtl_vp_assert(const struct vp_bit *bit)
{
	struct mshv_vtl_run *run = bit->run;

	/* Read once. A stale value has the effect of an earlier interrupt. */
	if (unlikely(READ_ONCE(run->proxy_irr_blocked[bit->bank]) >> bit->vector % 32 & 1))
		return false;

	/* On a little-endian machine, eight banks of 32 bits are one bitmap. */
	if (unlikely(test_and_set_bit(bit->vector, (unsigned long *)run->proxy_irr)))
		this_cpu_inc(vtl_vp_merged);
	vtl_vp_scan_set(run);
	return true;
}

/**
 * vtl_vp_assert_bank() - make several vectors of a bank pending, without setting scan
 * @run:  the VP's run page
 * @bank: which 32 vectors, 0..7
 * @mask: the vectors
 *
 * The caller calls vtl_vp_scan_set() afterwards if any was asserted.
 *
 * Context: interrupts off, on the VP's CPU; no lock.
 * Return: the vectors that were asserted; the VMM blocks the others.
 */
static __always_inline u32 vtl_vp_assert_bank(struct mshv_vtl_run *run,
					      unsigned int bank, u32 mask)
{
	const struct vp_bit whole = { .run = run, .bank = bank };
	u32 merged;

	/* Read once. A stale value has the effect of an earlier interrupt. */
	mask &= ~READ_ONCE(run->proxy_irr_blocked[bank]);
	if (!mask)
		return 0;

	merged = atomic_fetch_or(mask, vtl_vp_bank(&whole)) & mask;
	if (unlikely(merged))
		this_cpu_add(vtl_vp_merged, hweight32(merged));
	return mask;
}

/*
 * The task that sleeps because its VP is halted; at most one per VP. The sleeper writes
 * this, then checks for a reason to wake up; the waker writes the reason, then checks
 * for a sleeper. So at least one of the two sees the other.
 */
DECLARE_PER_CPU(struct rcuwait, vtl_vp_sleeper);

/**
 * vtl_vp_wake_here() - wake the VP of this CPU after a vector was asserted for it
 *
 * Needs no barrier: the sleeper wrote vtl_vp_sleeper on this CPU. While the VP runs,
 * this costs a compare and a branch that is not taken.
 *
 * Context: interrupts off, on the VP's CPU, after vtl_vp_assert().
 */
static __always_inline void vtl_vp_wake_here(void)
{
	if (unlikely(this_cpu_read(vtl_vp_sleeper.task)))
		rcuwait_wake_up(this_cpu_ptr(&vtl_vp_sleeper));
}

/**
 * vtl_vp_kick() - make a VP check its run page soon
 * @cpu: an online VP
 *
 * The VP then sees what the caller wrote before: a halted VP because it wakes up, a
 * running one because the interrupt makes it leave VTL0.
 *
 * Context: any; preemption off.
 */
void vtl_vp_kick(unsigned int cpu);

/**
 * vtl_vp_kicks_get() - how often a CPU has interrupted other CPUs to kick VPs
 * @cpu: any possible CPU
 *
 * Each one is a call to the host, if the host virtualizes such interrupts.
 *
 * Context: any.
 * Return: the number since the module was loaded.
 */
unsigned long vtl_vp_kicks_get(unsigned int cpu);

/**
 * vtl_vp_merged_get() - how many device interrupts of a VP merged with an earlier one
 * @cpu: any possible CPU
 *
 * Interrupts that the VMM itself moves from the run page to VTL0's interrupt controller
 * are not counted if they merge there.
 *
 * Context: any.
 * Return: the number since the module was loaded.
 */
unsigned long vtl_vp_merged_get(unsigned int cpu);

/**
 * vtl_vp_cancel() - make a VP return from VTL0 to the VMM
 * @cpu: any CPU number; does nothing if it has no run page
 *
 * Context: any.
 */
void vtl_vp_cancel(unsigned int cpu);

/**
 * vtl_vp_kick_all() - vtl_vp_kick() for several VPs, with one call to the host if possible
 * @cpus: the VPs; this CPU and offline CPUs are ignored; changed on return
 *
 * Context: any; preemption off.
 */
void vtl_vp_kick_all(struct cpumask *cpus);

/**
 * vtl_vp_cancel_all() - vtl_vp_cancel() for several VPs, with one call to the host if possible
 * @cpus: the VPs; this CPU is ignored; changed on return
 *
 * Context: any; preemption off.
 */
void vtl_vp_cancel_all(struct cpumask *cpus);

/**
 * vtl_vp_post_all() - assert a vector for VPs, and kick those that have to notice it
 * @cpus:   the VPs, which may include this one; VPs that are offline or do not exist are
 *          ignored; changed on return
 * @vector: proxy vector, 0..255
 *
 * Ignores @proxy_irr_blocked, because the vector comes from VTL0 itself.
 *
 * Context: any; preemption off.
 */
void vtl_vp_post_all(struct cpumask *cpus, u32 vector);

/**
 * vtl_vp_post() - assert a vector for the VP that the caller runs
 * @run:    its run page
 * @vector: proxy vector, 0..255
 *
 * Kicks no VP, since the caller will check the run page. Ignores @proxy_irr_blocked,
 * because the vector comes from VTL0 itself.
 *
 * Context: any; other CPUs may assert vectors at the same time.
 */
static inline void vtl_vp_post(struct mshv_vtl_run *run, u8 vector)
{
	const struct vp_bit bit = {
		.run = run,
		.bank = vector / 32,
		.vector = vector,
	};

	atomic_or(1U << (vector % 32), vtl_vp_bank(&bit));
	vtl_vp_scan_set(run);
}

/* Result of vtl_vp_pull(), beside the bits of the banks: the VMM must take the rest. */
#define VP_PULLED_VMM	BIT(MSHV_VTL_PROXY_BANKS)

/* Takes the bits of a bank; leaves them, and sets @vmm, if the VMM must take one of them. */
static __always_inline u32 vtl_vp_pull_bank(struct mshv_vtl_run *run,
					    unsigned int bank, bool *vmm)
{
	const struct vp_bit whole = { .run = run, .bank = bank };
	u32 bits = xchg(&run->proxy_irr[bank], 0);

	if (likely(!(bits & READ_ONCE(run->proxy_irr_exit[bank]))))
		return bits;

	atomic_or(bits, vtl_vp_bank(&whole));
	*vmm = true;
	return 0;
}

/* Which of two banks have bits set. In most cases none has: that needs only one load. */
static __always_inline unsigned int vtl_vp_peek_two(const struct mshv_vtl_run *run,
						    unsigned int bank)
{
	if (likely(!READ_ONCE(*(const u64 *)&run->proxy_irr[bank])))
		return 0;
	return !!READ_ONCE(run->proxy_irr[bank]) << bank |
	       !!READ_ONCE(run->proxy_irr[bank + 1]) << (bank + 1);
}

/**
 * vtl_vp_pull() - take the vectors that are asserted for this VP
 * @run:  its run page
 * @bits: out: the vectors, in the banks that the result names; other banks are
 *        not written
 *
 * If the VMM must take a vector itself, the whole bank of that vector, and the banks after
 * it, stay in the run page.
 *
 * Context: on the VP's CPU; interrupts may assert more vectors at any time.
 * Return: bit n: bank n has vectors; and VP_PULLED_VMM.
 */
static __always_inline unsigned int vtl_vp_pull(struct mshv_vtl_run *run,
						u32 bits[MSHV_VTL_PROXY_BANKS])
{
	unsigned int bank, found, taken = 0;
	bool vmm = false;

	/* Clear scan, then take the bits: a bit set in between is either taken or sets scan. */
	if (!READ_ONCE(run->scan_proxy_irr) || !xchg(&run->scan_proxy_irr, 0))
		return 0;

	found = vtl_vp_peek_two(run, 0) | vtl_vp_peek_two(run, 2) |
		vtl_vp_peek_two(run, 4) | vtl_vp_peek_two(run, 6);
	for (; found; found &= found - 1) {
		bank = __ffs(found);
		bits[bank] = vtl_vp_pull_bank(run, bank, &vmm);
		if (unlikely(vmm)) {
			/* The bits were put back into the run page before scan is set again. */
			vtl_vp_scan_set(run);
			return taken | VP_PULLED_VMM;
		}
		/* No bits are left if the VMM took them in the meantime, though it should not. */
		taken |= !!bits[bank] << bank;
	}
	return taken;
}

/**
 * vtl_vp_run_page() - the run page of a VP
 * @cpu: below nr_cpu_ids
 *
 * Context: any.
 * Return: the page, or NULL if that CPU was never online.
 */
struct mshv_vtl_run *vtl_vp_run_page(unsigned int cpu);

/**
 * vtl_vp_init() - prepare for run pages
 *
 * Context: module init; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtl_vp_init(void);

/**
 * vtl_vp_exit() - drop all run pages
 *
 * A page that user space still maps is freed with the last user mapping.
 * Safe after a failed vtl_vp_init().
 * Context: module exit; may sleep.
 */
void vtl_vp_exit(void);

/**
 * vtl_vp_online() - allocate the run page of a VP, if it has none yet
 * @cpu: the VP
 *
 * The page is kept when the CPU goes offline, so that a VMM which has mapped it
 * still has the same page when the CPU is back.
 *
 * Context: CPU hotplug; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtl_vp_online(unsigned int cpu);

/**
 * vtl_vp_run_page_get() - the run page of a VP, for a user mapping
 * @cpu: any number, untrusted
 *
 * Context: may sleep.
 * Return: the page with a reference taken, or NULL if there is no such VP or
 * its CPU is offline.
 */
struct page *vtl_vp_run_page_get(unsigned long cpu);

/**
 * vtl_vp_bit_init() - prepare a proxy vector of a VP
 * @bit:    what to fill in
 * @cpu:    a VP after vtl_vp_online()
 * @vector: proxy vector, 0..255
 *
 * Context: any.
 */
void vtl_vp_bit_init(struct vp_bit *bit, unsigned int cpu, u32 vector);

#endif /* _MSHV_VTL_RUN_PAGE_H */
