/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unmap and quarantine against interrupts that arrive: no interrupt that was raised while
 * the vector was mapped is lost or relayed twice, none sets the bit of a wrong
 * mapping, and every arrival has exactly one end of interrupt.
 *
 * Stands for: vtl_redirect_unmap(), mapping_retire(), quarantine_free(),
 * vtl_redirect_stale() (driver/redirect.c), vtl_vector_quiesce(),
 * vtl_vector_is_pending(), vtl_vector_free(), the flow handlers
 * (driver/arch/x86/vectors.c), and the kernel's handling of a vector that is free.
 *
 * One CPU vector belongs to mapping A and, after quarantine, to mapping
 * B, whose device raises it too. A's device raises it while it is mapped, and
 * LATE times after it was unmapped, but not after the end of quarantine, which
 * lasts until the vector is quiet. An interrupt that arrived in the CPU's APIC within that
 * time may still be pending there, since calls between CPUs have a higher priority.
 *
 * The CPU handles the interrupt whenever it is pending and interrupts are
 * enabled. A pending interrupt merges with a second one, so a device raises
 * the vector only if it is not pending; and each pending interrupt records its device.
 *
 * Mutants, each of which must fail: NO_LOOK (quiesce does not check for a pending
 * interrupt), NO_SWALLOW, NO_PENDING (free does not check for a pending interrupt),
 * NO_QUARANTINE, NO_EOI (a late arrival gets no EOI), TWO_EOIS.
 */
#define RAISES	2
#define LATE	1

mtype = { NONE, A, B };
mtype = { RELAY_A, LATE_A, FREE, RELAY_B };

mtype requested = NONE;	/* in the IRR, and by whose device */
bool serving;			/* in the ISR */
mtype handler = RELAY_A;	/* the descriptor's flow handler */
bool swallow;			/* mapping->already_relayed */
bool closed;			/* the CPU's interrupts, by a call to it */
bool unmapped;			/* vtl_redirect_unmap() has returned */
bool quiet;			/* quarantine is over */
bool mapped_b;

byte raised_a, raised_b;	/* while mapped */
byte relayed_a, relayed_b;

inline relay_a() { assert(!unmapped); relayed_a++ }
inline relay_b() { relayed_b++ }

active proctype device_a()
{
	byte late;

	do
	:: raised_a < RAISES ->
		/* The vector is raised while it is mapped; otherwise it is a late one. */
		atomic {
			requested == NONE;
			if
			:: handler == RELAY_A -> requested = A; raised_a++
			:: else -> break
			fi
		}
	:: else -> break
	od;
	do
	:: late < LATE ->
		atomic {
			if
			:: quiet -> break
			:: !quiet && unmapped && requested == NONE -> requested = A; late++
			fi
		}
	:: else -> break
	od
}

active proctype device_b()
{
	mapped_b;
	do
	:: raised_b < RAISES -> atomic { requested == NONE; requested = B; raised_b++ }
	:: else -> break
	od
}

active proctype cpu()
{
	mtype whose;

end:	do
	:: atomic { requested != NONE && !closed && !serving ->
			whose = requested; requested = NONE; serving = true }
		/* The handler runs with interrupts disabled, so that no call interrupts it. */
		atomic {
			if
			:: handler == RELAY_A -> assert(whose == A); relay_a()
			:: handler == LATE_A ->
				if
				:: swallow -> swallow = false
				:: else
				fi
			:: handler == RELAY_B -> assert(whose == B); relay_b()
			:: handler == FREE -> assert(whose == A)
			fi;
#ifdef MUTANT_TWO_EOIS
			serving = false;
#endif
#ifdef MUTANT_NO_EOI
			if
			:: handler == LATE_A -> skip
			:: else -> serving = false
			fi
#else
			assert(serving);
			serving = false
#endif
		}
	od
}

active proctype vmm()
{
	/* The call runs on the CPU, between two of its interrupts. */
	atomic {
		!serving;
		closed = true
	}
	atomic {
#ifndef MUTANT_NO_LOOK
		if
		:: requested == A ->
			relay_a();
#ifndef MUTANT_NO_SWALLOW
			swallow = true
#else
			/* The interrupt is handled again, and the descriptor still relays it. */
			skip
#endif
		:: else
		fi;
#endif
#ifndef MUTANT_NO_SWALLOW
		handler = LATE_A;
#endif
		closed = false
	}
#ifdef MUTANT_NO_SWALLOW
	atomic { !serving; handler = LATE_A }
#endif
	unmapped = true;
	assert(relayed_a == raised_a);
#ifndef MUTANT_NO_QUARANTINE
	quiet = true;
#endif

	/* quarantine_reclaim(): a vector that is pending is skipped. */
#ifndef MUTANT_NO_PENDING
	atomic { !serving && requested == NONE; handler = FREE }
#else
	atomic { !serving; handler = FREE }
#endif
	atomic { !serving; handler = RELAY_B; mapped_b = true };

	relayed_b == RAISES && requested == NONE && !serving;
	assert(relayed_a == raised_a)
}
