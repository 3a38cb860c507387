// SPDX-License-Identifier: GPL-2.0-only
/*
 * Physical interrupts of the host.
 *
 * Owns: the host's vectors of each CPU, and when the hypervisor takes interrupts. Must not
 * know: what the host does with them.
 */
#include "apic/apic.h"
#include "base/machine.h"
#include "host/devices.h"
#include "vcpu/l1.h"

#define USABLE       GENMASK(HOST_VECTOR_LAST, HOST_VECTOR_FIRST)
#define DRAIN_USECS  100000
#define DRAIN_STEP   200

u8 interrupts_alloc(struct l1_cpu *l1)
{
	u32 free = USABLE & ~__atomic_load_n(&l1->interrupts.used, __ATOMIC_SEQ_CST);
	u8 vector;

	if (!free || !l1->online)
		return 0;
	vector = __builtin_ctz(free);
	/*
	 * That CPU, which may have freed its last vector meanwhile, has left L1 since, or reads
	 * @used before it enters L1.
	 */
	if (!__atomic_fetch_or(&l1->interrupts.used, BIT(vector), __ATOMIC_SEQ_CST))
		request_flush_all();
	return vector;
}

static bool is_pending(const struct l1_cpu *l1, u32 vector)
{
	return apic_has(APIC_IRR, vector) || apic_has(APIC_ISR, vector) ||
	       READ_ONCE(l1->interrupts.taken[vector / 32]) & BIT(vector % 32);
}

void interrupts_settle(struct l1_cpu *l1)
{
	u32 draining = __atomic_load_n(&l1->interrupts.draining, __ATOMIC_SEQ_CST);
	u32 vector;

	for (; draining; draining &= draining - 1) {
		vector = __builtin_ctz(draining);
		if (is_pending(l1, vector))
			continue;
		__atomic_and_fetch(&l1->interrupts.draining, ~BIT(vector), __ATOMIC_SEQ_CST);
		__atomic_and_fetch(&l1->interrupts.used, ~BIT(vector), __ATOMIC_SEQ_CST);
	}
}

static bool is_drained(const struct l1_cpu *l1, u8 vector)
{
	return !(__atomic_load_n(&l1->interrupts.draining, __ATOMIC_SEQ_CST) & BIT(vector));
}

/* L1 may be in a handler of its own on this CPU, for which the host's interrupt must wait. */
static void drain_here(struct l1_cpu *l1)
{
	while (interrupts_take_hosts(l1))
		;
	interrupts_settle(l1);
}

/* The other CPU checks on an NMI; a pending interrupt comes once L1 has interrupts on. */
static void drain_there(struct l1_cpu *l1, u8 vector)
{
	u32 waited;

	for (waited = 0; waited < DRAIN_USECS && !is_drained(l1, vector); waited += DRAIN_STEP) {
		request_look(l1);
		timer_wait(DRAIN_STEP);
	}
}

void interrupts_release(struct l1_cpu *l1, u8 vector)
{
	__atomic_or_fetch(&l1->interrupts.draining, BIT(vector), __ATOMIC_SEQ_CST);
	if (l1 == l1_here())
		drain_here(l1);
	else
		drain_there(l1, vector);
}

static bool has_own(u32 first)
{
	return apic_highest(first) >= L1_VECTOR_FIRST;
}

void interrupts_enter(struct l1_cpu *l1)
{
	u64 intercepts = l1->vmcb->intercepts & ~SVM_INTERCEPT(SVM_INTR);

	if (READ_ONCE(l1->interrupts.draining))
		interrupts_settle(l1);
	if (__atomic_load_n(&l1->interrupts.used, __ATOMIC_SEQ_CST) &&
	    !has_own(APIC_IRR) && !has_own(APIC_ISR))
		intercepts |= SVM_INTERCEPT(SVM_INTR);
	l1->vmcb->intercepts = intercepts;
}

bool interrupts_note(struct l1_cpu *l1, u64 vector)
{
	if (!l1->interrupts.open)
		return false;
	l1->interrupts.taken[vector / 32] |= BIT(vector % 32);
	return true;
}

/*
 * An interrupt of L1 may arrive in between: it is requested again. If it is level-triggered,
 * its EOI makes the IOAPIC request it again.
 */
static void handle(struct l1_cpu *l1, u32 vector)
{
	bool level = apic_has(APIC_TMR, vector);

	/* A spurious interrupt has no bit in ISR. */
	if (!apic_has(APIC_ISR, vector))
		return;
	apic_write(APIC_EOI, 0);
	if (vector < L1_VECTOR_FIRST) {
		l1->count.hosts_interrupts++;
		receiver_interrupt(l1->index, vector);
		return;
	}
	l1->count.given_back++;
	if (!level)
		apic_send(0, APIC_ICR_SELF | APIC_ICR_ASSERT | vector);
}

/* The highest first: an EOI ends the highest interrupt in service. */
static void handle_all(struct l1_cpu *l1)
{
	int bank;

	for (bank = ARRAY_SIZE(l1->interrupts.taken) - 1; bank >= 0; bank--) {
		u32 *taken = &l1->interrupts.taken[bank];

		while (*taken) {
			u32 bit = 31 - __builtin_clz(*taken);

			handle(l1, bank * 32 + bit);
			WRITE_ONCE(*taken, *taken & ~BIT(bit));
		}
	}
}

bool interrupts_take_hosts(struct l1_cpu *l1)
{
	int next = apic_highest(APIC_IRR);

	if (next < HOST_VECTOR_FIRST || next > HOST_VECTOR_LAST || !apic_is_open(next))
		return false;
	apic_tell_cpu();
	WRITE_ONCE(l1->interrupts.open, true);
	asm volatile("sti; nop; cli" : : : "memory");
	WRITE_ONCE(l1->interrupts.open, false);
	handle_all(l1);
	return true;
}
