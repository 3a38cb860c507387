// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests from one CPU to another.
 *
 * Owns: the order of writes and reads between them. The requesting CPU writes its request, then
 * reads @in_guest; the other CPU writes @in_guest, then reads the requests. Both orders are
 * sequentially consistent, so at least one of the two sees the other's write.
 */
#include "apic/apic.h"
#include "base/machine.h"
#include "vcpu/l1.h"

/* It is sent after the request was written, so its handler sees the request. */
static void ask(struct l1_cpu *l1)
{
	apic_send(l1->apic_id, APIC_ICR_NMI | APIC_ICR_ASSERT);
}

void request_nmi(struct l1_cpu *l1)
{
	__atomic_store_n(&l1->nmi_waits, true, __ATOMIC_SEQ_CST);
	if (l1 != l1_here())
		ask(l1);
}

void request_nmi_here(void)
{
	ask(l1_here());
}

void request_look(struct l1_cpu *l1)
{
	ask(l1);
}

static void wait_for(const struct l1_cpu *l1, u32 wanted)
{
	while (__atomic_load_n(&l1->in_guest, __ATOMIC_SEQ_CST) &&
	       (s32)(__atomic_load_n(&l1->flush_done, __ATOMIC_ACQUIRE) - wanted) < 0)
		__builtin_ia32_pause();
}

void request_flush_all(void)
{
	u32 wanted[L1_CPUS_MAX] = { 0 }, i;

	for (i = 0; i < l1_count; i++) {
		wanted[i] = __atomic_add_fetch(&l1_cpus[i].flush_wanted, 1, __ATOMIC_SEQ_CST);
		if (&l1_cpus[i] != l1_here() &&
		    __atomic_load_n(&l1_cpus[i].in_guest, __ATOMIC_SEQ_CST))
			ask(&l1_cpus[i]);
	}
	for (i = 0; i < l1_count; i++) {
		if (&l1_cpus[i] != l1_here())
			wait_for(&l1_cpus[i], wanted[i]);
	}
}

/* A sequence number, odd while the other CPUs are held. One CPU at a time writes it. */
static u32 held;

/* Another CPU holds this one until it has finished. */
static void be_held(struct l1_cpu *l1)
{
	u32 now = __atomic_load_n(&held, __ATOMIC_SEQ_CST);

	if (!(now & 1))
		return;
	__atomic_store_n(&l1->held_as_of, now, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&held, __ATOMIC_SEQ_CST) == now)
		__builtin_ia32_pause();
}

static bool may_run(const struct l1_cpu *l1, u32 now)
{
	return __atomic_load_n(&l1->in_guest, __ATOMIC_SEQ_CST) &&
	       __atomic_load_n(&l1->held_as_of, __ATOMIC_SEQ_CST) != now;
}

void request_hold_all(void)
{
	u32 now = __atomic_add_fetch(&held, 1, __ATOMIC_SEQ_CST), i;

	for (i = 0; i < l1_count; i++) {
		if (&l1_cpus[i] != l1_here() && may_run(&l1_cpus[i], now))
			ask(&l1_cpus[i]);
	}
	for (i = 0; i < l1_count; i++) {
		while (&l1_cpus[i] != l1_here() && may_run(&l1_cpus[i], now))
			__builtin_ia32_pause();
	}
}

void request_let_go(void)
{
	__atomic_add_fetch(&held, 1, __ATOMIC_SEQ_CST);
}

/*
 * An NMI always leaves guest mode, so it completes a flush: the next entry flushes, of L1 by
 * request_enter() and of L2 always. L1 gets only the NMIs that it sends itself: NMIs of the
 * board belong to the host, on TDX too.
 */
void request_handle_nmi(void)
{
	struct l1_cpu *l1 = l1_here();

	if (l1->vmcb)
		l1->vmcb->tlb_control = SVM_FLUSH_ALL;
	__atomic_store_n(&l1->flush_done, __atomic_load_n(&l1->flush_wanted, __ATOMIC_SEQ_CST),
			 __ATOMIC_RELEASE);
	interrupts_settle(l1);
	/* Outside of guest mode it may have a lock that the other CPU needs: it is held later. */
	if (l1->in_guest)
		be_held(l1);
}

void request_enter(struct l1_cpu *l1)
{
	u32 wanted;

	__atomic_store_n(&l1->in_guest, true, __ATOMIC_SEQ_CST);
	be_held(l1);
	wanted = __atomic_load_n(&l1->flush_wanted, __ATOMIC_SEQ_CST);
	if (wanted == l1->flush_done)
		return;
	l1->vmcb->tlb_control = SVM_FLUSH_ALL;
	__atomic_store_n(&l1->flush_done, wanted, __ATOMIC_RELEASE);
}

void request_enter_l2(struct l1_cpu *l1)
{
	__atomic_store_n(&l1->in_guest, true, __ATOMIC_SEQ_CST);
	be_held(l1);
}

void request_leave(struct l1_cpu *l1)
{
	__atomic_store_n(&l1->in_guest, false, __ATOMIC_RELEASE);
}
