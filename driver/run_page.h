/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The run page of each VP, and how a vector is asserted in it.
 *
 * Owns: the pages and the bit protocol between kernel and VMM. Knows nothing
 * of who asserts, or why.
 *
 * The VMM may write anything into a run page at any time: the kernel reads
 * each field once, and trusts none.
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
 * By VP: device interrupts that were asserted while the same vector was pending, in the
 * run page or in VTL0's interrupt controller, and that VTL0 handles together with that
 * one. Written by the VP's CPU alone.
 */
DECLARE_PER_CPU(unsigned long, vtl_vp_merged);

/*
 * By VP: how often VTL0 was entered. Written by the VP's CPU alone. Bits are taken out of
 * the run page just before an entry: what was asserted before the number changes is taken
 * before it changes.
 */
DECLARE_PER_CPU(unsigned long, vtl_vp_entries);

/* A bank of the run page is what the kernel calls an atomic_t. */
static __always_inline atomic_t *vtl_vp_bank(const struct vp_bit *bit)
{
	BUILD_BUG_ON(sizeof(atomic_t) != sizeof(bit->run->proxy_irr[0]));
	return (atomic_t *)&bit->run->proxy_irr[bit->bank];
}

/**
 * vtl_vp_scan_set() - tell who takes the bits that there are some
 * @run: the VP's run page
 *
 * The release store pairs with the load-acquire of scan_proxy_irr in whoever
 * takes the bits: one who sees scan set sees what was set before it too.
 *
 * Context: any, hardirq included; no lock.
 */
static __always_inline void vtl_vp_scan_set(struct mshv_vtl_run *run)
{
	/* The bits before scan; pairs with the taker's load-acquire of scan. */
	smp_store_release(&run->scan_proxy_irr, 1);
}

/**
 * vtl_vp_assert() - make a proxy vector pending for its VP
 * @bit: the vector
 *
 * The bit is set before scan_proxy_irr; see vtl_vp_scan_set(). Several CPUs and the
 * taker may run at the same time; the atomic operation loses no bit to either, and it
 * tells whether the vector was pending, so that each merge is counted once. A taker
 * that clears scan between the two steps may have taken the bit already: then
 * scan is set with nothing behind it, which costs one more look and is harmless.
 *
 * Context: hardirq on the VP's CPU; no lock.
 * Return: true if asserted; false if the VMM blocks this vector, and then
 * nothing was written.
 */
static __always_inline bool vtl_vp_assert(const struct vp_bit *bit)
{
	struct mshv_vtl_run *run = bit->run;

	/* Once per assert; a stale value is as good as an earlier arrival. */
	if (unlikely(READ_ONCE(run->proxy_irr_blocked[bit->bank]) >> bit->vector % 32 & 1))
		return false;

	/* Eight banks of 32 bits are a bitmap where the low half of a word comes first. */
	if (unlikely(test_and_set_bit(bit->vector, (unsigned long *)run->proxy_irr)))
		this_cpu_inc(vtl_vp_merged);
	vtl_vp_scan_set(run);
	return true;
}

/**
 * vtl_vp_assert_bank() - make several vectors of a bank pending, and tell nobody yet
 * @run:  the VP's run page
 * @bank: which 32 vectors, 0..7
 * @mask: the vectors
 *
 * vtl_vp_scan_set() must follow if any was asserted.
 *
 * Context: hardirq on the VP's CPU; no lock.
 * Return: those that were asserted; the VMM blocks the others.
 */
static __always_inline u32 vtl_vp_assert_bank(struct mshv_vtl_run *run,
					      unsigned int bank, u32 mask)
{
	const struct vp_bit whole = { .run = run, .bank = bank };
	u32 merged;

	/* Once per assert; a stale value is as good as an earlier arrival. */
	mask &= ~READ_ONCE(run->proxy_irr_blocked[bank]);
	if (!mask)
		return 0;

	merged = atomic_fetch_or(mask, vtl_vp_bank(&whole)) & mask;
	if (unlikely(merged))
		this_cpu_add(vtl_vp_merged, hweight32(merged));
	return mask;
}

/*
 * Who sleeps because its VP is halted; at most one task a VP. The sleeper says
 * so, then looks for what could wake it; whoever gives it a reason to wake
 * writes the reason, then looks for a sleeper. One of the two sees the other.
 */
DECLARE_PER_CPU(struct rcuwait, vtl_vp_sleeper);

/**
 * vtl_vp_wake_here() - a vector was asserted on the CPU of its VP: wake the VP
 *
 * Needs no barrier: the sleeper has said on this very CPU that it sleeps.
 * Costs a compare and a branch not taken while the VP runs.
 *
 * Context: hardirq on the VP's CPU, interrupts off, after vtl_vp_assert().
 */
static __always_inline void vtl_vp_wake_here(void)
{
	if (unlikely(this_cpu_read(vtl_vp_sleeper.task)))
		rcuwait_wake_up(this_cpu_ptr(&vtl_vp_sleeper));
}

/**
 * vtl_vp_kick() - make a VP look at its run page soon, wherever it is
 * @cpu: an online VP
 *
 * What the caller wrote before is seen by the VP when it looks: by a halted one
 * because it wakes, by a running one because the interrupt makes it leave VTL0.
 *
 * Context: any; preemption off.
 */
void vtl_vp_kick(unsigned int cpu);

/**
 * vtl_vp_kicks_get() - how often a CPU has interrupted others to kick VPs
 * @cpu: any possible CPU
 *
 * Each is a call to the host where the host virtualizes such interrupts.
 *
 * Context: any.
 * Return: the number since the module was loaded.
 */
unsigned long vtl_vp_kicks_get(unsigned int cpu);

/**
 * vtl_vp_merged_get() - how many device interrupts of a VP have merged with one before
 * @cpu: any possible CPU
 *
 * What the VMM takes out of the run page and into VTL0's interrupt controller is not
 * counted when it merges there.
 *
 * Context: any.
 * Return: the number since the module was loaded.
 */
unsigned long vtl_vp_merged_get(unsigned int cpu);

/**
 * vtl_vp_cancel() - end a VP's stay in VTL0: it returns to the VMM
 * @cpu: any CPU number; nothing happens if it has no run page
 *
 * Context: any.
 */
void vtl_vp_cancel(unsigned int cpu);

/**
 * vtl_vp_kick_all() - vtl_vp_kick() for several VPs, by one call if possible
 * @cpus: the VPs; this CPU and those offline are left out; changed on return
 *
 * Context: any; preemption off.
 */
void vtl_vp_kick_all(struct cpumask *cpus);

/**
 * vtl_vp_cancel_all() - vtl_vp_cancel() for several VPs, by one call if possible
 * @cpus: the VPs; this CPU is left out; changed on return
 *
 * Context: any; preemption off.
 */
void vtl_vp_cancel_all(struct cpumask *cpus);

/**
 * vtl_vp_post_all() - assert a vector for VPs, and kick those that do not know
 * @cpus:   the VPs, this one included if it is among them; those that are offline
 *          or do not exist are left out; changed on return
 * @vector: proxy vector, 0..255
 *
 * Not subject to @proxy_irr_blocked: it comes from VTL0 itself.
 *
 * Context: any; preemption off.
 */
void vtl_vp_post_all(struct cpumask *cpus, u32 vector);

/**
 * vtl_vp_post() - assert a vector for a VP, by who runs it
 * @run:    its run page
 * @vector: proxy vector, 0..255
 *
 * Nobody is kicked, since the caller is going to look. Not subject to
 * @proxy_irr_blocked: it comes from VTL0 itself.
 *
 * Context: any; others may assert at the same time.
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

/* vtl_vp_pull(): the VMM must take the rest itself. Beyond the banks' bits. */
#define VP_PULLED_VMM	BIT(MSHV_VTL_PROXY_BANKS)

/* The bits of a bank; none if it must go through the VMM, and then it is left so. */
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

/* Which of two banks have something: in most cases none, by one look. */
static __always_inline unsigned int vtl_vp_peek_two(const struct mshv_vtl_run *run,
						    unsigned int bank)
{
	if (likely(!READ_ONCE(*(const u64 *)&run->proxy_irr[bank])))
		return 0;
	return !!READ_ONCE(run->proxy_irr[bank]) << bank |
	       !!READ_ONCE(run->proxy_irr[bank + 1]) << (bank + 1);
}

/**
 * vtl_vp_pull() - take what is asserted for this VP
 * @run:  its run page
 * @bits: out: what was taken, in the banks that the result names; the others are
 *        left as they are
 *
 * A bank with a vector that must go through the VMM is put back whole, and so
 * are, untaken, those after it.
 *
 * Context: on the VP's CPU; interrupts may come and assert more at any time.
 * Return: bit n: bank n has something; and VP_PULLED_VMM.
 */
static __always_inline unsigned int vtl_vp_pull(struct mshv_vtl_run *run,
						u32 bits[MSHV_VTL_PROXY_BANKS])
{
	unsigned int bank, found, taken = 0;
	bool vmm = false;

	/* Clear scan, then take the bits: what comes in between is seen. */
	if (!READ_ONCE(run->scan_proxy_irr) || !xchg(&run->scan_proxy_irr, 0))
		return 0;

	found = vtl_vp_peek_two(run, 0) | vtl_vp_peek_two(run, 2) |
		vtl_vp_peek_two(run, 4) | vtl_vp_peek_two(run, 6);
	for (; found; found &= found - 1) {
		bank = __ffs(found);
		bits[bank] = vtl_vp_pull_bank(run, bank, &vmm);
		if (unlikely(vmm)) {
			/* The bits are in their place before scan says so again. */
			vtl_vp_scan_set(run);
			return taken | VP_PULLED_VMM;
		}
		/* A VMM that takes bits meanwhile, as it should not, leaves none. */
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
 * vtl_vp_init() - get ready for run pages
 *
 * Context: module init; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtl_vp_init(void);

/**
 * vtl_vp_exit() - drop all run pages
 *
 * A page that is still mapped by user space goes with the last user mapping.
 * Safe after a failed vtl_vp_init().
 * Context: module exit; may sleep.
 */
void vtl_vp_exit(void);

/**
 * vtl_vp_online() - make the run page of a VP, once
 * @cpu: the VP
 *
 * The page stays when the CPU goes offline, so that a VMM which has it mapped
 * finds the same page when the CPU is back.
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
 * @cpu:    a VP that vtl_vp_online() has seen
 * @vector: proxy vector, 0..255
 *
 * Context: any.
 */
void vtl_vp_bit_init(struct vp_bit *bit, unsigned int cpu, u32 vector);

#endif /* _MSHV_VTL_RUN_PAGE_H */
