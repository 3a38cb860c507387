/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A route moves while its device raises: no interrupt is lost, none arrives at a
 * place that the route has left, and each one arrives once.
 *
 * Stands for: the moves of libvtlirq (lib/delivery.c, lib/route.c), the driver's map
 * and unmap as in unmap.pml, and the host's HvCallRetargetDeviceInterrupt.
 *
 * There are three paths (process path): two hardware vectors (0, 1), and the host's
 * message (2), which always exists. The device sends to the path that the host has programmed;
 * a message is in flight for a while. A hardware vector that is not mapped drops
 * its interrupts. Unmap relays pending interrupts before it returns. At a retarget, the host
 * waits until the interrupts that were sent to itself have been posted.
 *
 * Mutants, each of which must fail: UNMAP_FIRST (the old path is removed before
 * the host is told), HOST_FIRST (the host is told before the new path exists),
 * NO_DRAIN (unmap drops pending interrupts), FORGET (a refused redirect leaves the
 * new mapping behind), KEEP (after a refusal the route assumes that it has moved).
 */
#define PATHS	3
#define HOST	2
#define MOVES	4
#define RAISES	4

byte pending[PATHS];		/* sent, and not handled yet */
bool mapped[2];			/* hardware vectors */
byte programmed = HOST;		/* where the device sends */
byte raised, handled;
bool finished;

active proctype device()
{
	do
	:: raised < RAISES ->
		atomic { handled == raised; raised++; pending[programmed]++ }
	:: else -> break
	od
}

/* The CPU of each path handles the interrupts that are pending there. */
active [PATHS] proctype path()
{
	byte me = _pid - 1;

end:	do
	:: atomic { pending[me] > 0 ->
			pending[me]--;
			if
			:: me == HOST -> handled++
			:: me != HOST && mapped[me] -> handled++
			:: else -> assert(false)
			fi }
	od
}

/* The host's call; it may refuse. */
inline host_retarget(to, done)
{
	if
	:: to != HOST -> done = false
	:: atomic { programmed = to; done = true }
	fi;
	/* Interrupts that were sent to the host have been posted. */
	atomic { pending[HOST] == 0 || programmed == HOST }
}

inline unmap(vector)
{
	if
	:: vector == HOST
	:: else ->
		atomic {
#ifdef MUTANT_NO_DRAIN
			pending[vector] = 0;
#else
			handled = handled + pending[vector];
			pending[vector] = 0;
#endif
			mapped[vector] = false
		}
	fi
}

active proctype library()
{
	byte now = HOST, next, moves;
	bool done;

	do
	:: moves == MOVES -> break
	:: else ->
		moves++;
		if
		:: next = 0
		:: next = 1
		:: next = HOST
		fi;
		if
		:: next == now
		:: next != now ->
#ifdef MUTANT_UNMAP_FIRST
			unmap(now);
#endif
#ifndef MUTANT_HOST_FIRST
			if
			:: next != HOST -> mapped[next] = true
			:: else
			fi;
#endif
			host_retarget(next, done);
#ifdef MUTANT_HOST_FIRST
			if
			:: next != HOST && done -> mapped[next] = true
			:: else
			fi;
#endif
			if
			:: done ->
#ifndef MUTANT_UNMAP_FIRST
				unmap(now);
#endif
				now = next
			:: !done ->
#ifndef MUTANT_FORGET
				unmap(next);
#endif
#ifdef MUTANT_KEEP
				unmap(now);
				now = next;
#else
				/* The fallback: the host relays the interrupts to the new place. */
				if
				:: now != HOST ->
					host_retarget(HOST, done);
					unmap(now);
					now = HOST
				:: else
				fi
#endif
			fi
		fi
	od;
	assert(now == programmed);
	assert(!mapped[0] || now == 0);
	assert(!mapped[1] || now == 1);
	raised == RAISES && handled == RAISES
}
