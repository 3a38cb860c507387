/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Assert, pull, halt and kick: no bit and no wake-up is lost.
 *
 * Stands for: vtl_vp_assert(), vtl_vp_wake_here() and vtl_vp_pull() (driver/run_page.h),
 * vtl_vp_post_all() and kick_all() (driver/run_page.c), iteration_begin(),
 * iteration_enter(), halt_sleep() (driver/vtl0_run.c), and a VMM that takes the vectors which the
 * exit mask passes to it.
 *
 * There is one VP, and vectors 0 and 1 in one bank. A device of the VP's own CPU asserts
 * vector 0 from its interrupt, which runs only while that CPU's interrupts are
 * enabled, and then to its end; another CPU posts vector 1 (an IPI of VTL0). Each
 * of them does so TIMES times, and waits in between until VTL0 has handled the previous one,
 * since a bit holds only one. With -DEXIT_MASK vector 1 must go through the VMM.
 *
 * The memory behaves as on x86: a store may be delayed, unless a locked instruction or a
 * barrier follows. The only delayed store that matters is that of the sleeper, which
 * is modelled explicitly: it becomes visible at set_current_state()'s barrier,
 * or, with -DMUTANT_NO_BARRIER, at any time after.
 *
 * Properties: each asserted vector is handled (otherwise the model ends in a wrong state:
 * spin's "invalid end state"); VTL0 handles nothing that was not asserted.
 *
 * Mutants, each of which must fail: NO_BARRIER, SCAN_FIRST (scan is set before the bit),
 * PLAIN_OR, CLEAR_LATE (pull takes the bits, then clears scan), NO_LOOK (the VP sleeps
 * without checking scan), KICK_NOBODY (a post wakes, but never interrupts),
 * PUT_BACK_QUIET (a bank is put back without setting scan), OPEN_WINDOW (interrupts are
 * enabled between pull and entry).
 */
#ifndef TIMES
#define TIMES 3
#endif

byte bits;			/* proxy_irr, one bank */
bool scan;			/* scan_proxy_irr */
bool sleeper;			/* vtl_vp_sleeper, as others see it */
bool woken;			/* the task is runnable */
bool open = true;		/* interrupts of the VP's CPU */
bool device_pending;		/* in its APIC: the device's vector */
bool ipi_pending;		/* in its APIC: the reschedule interrupt */
bool in_vtl0;
byte raised[2];			/* asserted so far, by vector */
byte handled[2];

#define ALL_HANDLED (handled[0] == TIMES && handled[1] == TIMES)

/* atomic_or(), and the same operation if it were not atomic. */
inline bit_or(mask)
{
#ifdef MUTANT_PLAIN_OR
	byte read;
	read = bits;
	bits = read | mask;
#else
	bits = bits | mask;
#endif
}

/* vtl_vp_assert() and vtl_vp_wake_here(), in the device's interrupt. */
inline assert_here(mask)
{
#ifdef MUTANT_SCAN_FIRST
	scan = true;
	bit_or(mask);
#else
	bit_or(mask);
	scan = true;
#endif
	if
	:: sleeper -> woken = true
	:: else
	fi
}

/* The other CPU: vtl_vp_post_all(). */
active proctype poster()
{
	byte sent;
	bool before;

	do
	:: sent == TIMES -> break
	:: else ->
		handled[1] == sent;
		raised[1]++;
#ifdef MUTANT_SCAN_FIRST
		d_step { before = scan; scan = true }
		bit_or(2);
#else
		bit_or(2);
		d_step { before = scan; scan = true }
#endif
		if
		:: !before ->
			/* kick_all(): rcuwait_wake_up() begins with a full barrier. */
			if
			:: sleeper -> woken = true
#ifndef MUTANT_KICK_NOBODY
			:: else -> ipi_pending = true
#else
			:: else
#endif
			fi
		:: else
		fi
		sent++
	od
}

/* The device raises its vector in the APIC of the VP's CPU. */
active proctype device()
{
	byte sent;

	do
	:: sent == TIMES -> break
	:: else ->
		handled[0] == sent;
		raised[0]++;
		device_pending = true;
		sent++
	od
}

/*
 * The VP's CPU handles an interrupt at any point where its interrupts are enabled. @busy
 * prevents the VP's task from running at the same time, since they share the CPU.
 */
bool busy;

active proctype interrupt()
{
end:	do
	:: atomic { open && !in_vtl0 && device_pending -> device_pending = false; busy = true }
		assert_here(1);
		busy = false
	:: atomic { open && !in_vtl0 && ipi_pending -> ipi_pending = false }
	od
}

/* A step of the VP's task, which requires that no interrupt runs on its CPU. */
#define STEP !busy ->

byte taken, irr;
bool halted, vmm;

/* VTL0 handles what has been delivered. */
inline guest_handle()
{
	d_step {
		if
		:: irr & 1 -> handled[0]++
		:: else
		fi;
		if
		:: irr & 2 -> handled[1]++
		:: else
		fi;
		irr = 0;
		assert(handled[0] <= raised[0] && handled[1] <= raised[1])
	}
}

/* vtl_vp_pull(). */
inline pull()
{
	bool had;
	taken = 0;
	vmm = false;
#ifdef MUTANT_CLEAR_LATE
	had = scan;
	if
	:: had ->
		atomic { STEP taken = bits; bits = 0 }
		atomic { STEP scan = false }
	:: else
	fi
#else
	atomic { STEP had = scan; scan = false }
	if
	:: had -> atomic { STEP taken = bits; bits = 0 }
	:: else
	fi
#endif
#ifdef EXIT_MASK
	if
	:: taken & 2 ->
		/* The whole bank is put back, then scan is set. */
		atomic { STEP bits = bits | taken; taken = 0; vmm = true }
#ifndef MUTANT_PUT_BACK_QUIET
		atomic { STEP scan = true }
#endif
	:: else
	fi
#endif
	irr = irr | taken
}

/* The VMM: clears scan, then takes the bits. */
inline vmm_take()
{
	if
	:: scan ->
		atomic { STEP scan = false }
		atomic { STEP taken = bits; bits = 0 }
		irr = irr | taken
	:: else
	fi
}

/* halt_sleep(). */
inline halt_sleep()
{
	bool stop;
	stop = false;
	woken = false;
#ifdef MUTANT_NO_BARRIER
	/* The store is not visible yet when scan is checked. */
	atomic { STEP stop = scan }
	atomic { STEP sleeper = true }
#else
	atomic { STEP sleeper = true }
#ifndef MUTANT_NO_LOOK
	atomic { STEP stop = scan }
#endif
#endif
	if
	:: stop
	:: else -> woken
	fi;
	atomic { STEP sleeper = false }
}

active proctype vp()
{
	do
	:: ALL_HANDLED -> break
	:: else ->
		atomic { STEP open = false }
		pull();
		if
		:: vmm ->
			open = true;
			vmm_take()
		:: else
		fi;
#ifdef MUTANT_OPEN_WINDOW
		/* An interrupt here is neither pulled nor does it end VTL0's run. */
		open = true;
		skip;
		atomic { STEP open = false }
#endif
		if
		:: irr -> guest_handle(); open = true
		:: !irr && !vmm && halted ->
			/* The CPU's interrupts are enabled while the task sleeps. */
			open = true;
			halt_sleep();
			halted = false
		:: !irr && !vmm && !halted ->
			/* VTL0 runs; any interrupt of the CPU ends it. */
			if
			:: in_vtl0 = true; (device_pending || ipi_pending || ALL_HANDLED);
			   in_vtl0 = false
			/* Or it executes HLT, and exits. */
			:: halted = true
			fi;
			open = true
		:: else
		fi
	od
}
