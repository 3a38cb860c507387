// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPUs' local APICs, and raising a source while its CPU cannot take the interrupt.
 *
 * The APICs are read by the callback of the exported apic driver: since Linux 6.6, apic_read() is a
 * static call whose trampoline is not exported to modules.
 *
 * Owns: the only hold that may be in progress. It involves two CPUs:
 *
 *	caller				held CPU, interrupts off
 *	ASKED, sends the call
 *					CLOSED
 *	raises, RAISED
 *					sees the vector requested: SEEN
 *	returns to user space		stays closed, then opens
 *
 * Either may give up: the caller sets CANCELLED if the CPU does not come, or if the source cannot
 * be raised; the held CPU sets MISSED if no interrupt arrives.
 *
 * The held CPU may continue after the caller has returned, and the caller may read the result
 * after the held CPU has finished. So the hold is static, and free only when both have left it.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/processor.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>

#include <asm/apic.h>

#include "board.h"

/* Each bank of a register has 16 bytes, of which the first four are used. */
#define APIC_BANK_BYTES 0x10

/* Vectors from here on are reserved by the kernel: see lab_host.h. */
#define FIRST_KERNEL_VECTOR 0xec

static u32 read_bank(u32 what, u32 bank)
{
	return apic->read(what + bank * APIC_BANK_BYTES);
}

static u32 visible_vectors(u32 bank)
{
	u32 first = bank * 32;

	if (first + 32 <= FIRST_KERNEL_VECTOR)
		return ~0u;
	return (1u << (FIRST_KERNEL_VECTOR - first)) - 1;
}

static void read_here(void *info)
{
	struct lab_apic *state = info;
	u32 bank;

	for (bank = 0; bank < LAB_APIC_BANKS; bank++) {
		state->isr[bank] = read_bank(APIC_ISR, bank) & visible_vectors(bank);
		state->irr[bank] = read_bank(APIC_IRR, bank) & visible_vectors(bank);
	}
}

/**
 * lab_apic_read() - read one CPU's registers, on that CPU
 * @cpu:   which CPU; any value.
 * @state: out: the registers, without the kernel's own vectors.
 *
 * The request is itself an interrupt with a higher priority than any device's: a vector that is
 * shown as requested may be taken right afterwards.
 *
 * Return: 0, or -EINVAL: no such CPU, or it is offline.
 */
int lab_apic_read(u32 cpu, struct lab_apic *state)
{
	if (cpu >= nr_cpu_ids)
		return -EINVAL;
	return smp_call_function_single(cpu, read_here, state, 1) ? -EINVAL : 0;
}

/**
 * lab_apic_requested() - whether a vector has arrived at this CPU and is still pending
 * @vector: any.
 *
 * Context: interrupts off; otherwise the answer has no meaning.
 *
 * Return: whether it has.
 */
static bool lab_apic_requested(u8 vector)
{
	return read_bank(APIC_IRR, vector / 32) & (1u << vector % 32);
}

/**
 * lab_apic_id() - the id that names a CPU in messages
 * @cpu: a possible CPU.
 *
 * Return: its physical APIC id.
 */
u32 lab_apic_id(u32 cpu)
{
	return per_cpu(x86_cpu_to_apicid, cpu);
}

/* ---- Holding a CPU ---- */

/*
 * How long to wait for the CPU, and for the interrupt: longer than either takes, and shorter than
 * the time-out of any watchdog.
 */
#define PATIENCE_MSECS 1000

enum hold_state {
	HOLD_ASKED,
	HOLD_CLOSED,
	HOLD_RAISED,
	HOLD_SEEN,
	HOLD_MISSED,
	HOLD_CANCELLED,
};

/*
 * @users is 0 when the hold is free, 2 when a caller has taken it, and is decremented when either
 * leaves. @usecs is written before the call is sent; @vector before @state becomes RAISED.
 */
static struct {
	atomic_t users;
	atomic_t state;
	u32 usecs;
	u8 vector;
} hold;

static bool take_hold(u32 usecs)
{
	if (atomic_cmpxchg_acquire(&hold.users, 0, 2))
		return false;
	hold.usecs = usecs;
	atomic_set(&hold.state, HOLD_ASKED);
	return true;
}

/* Pairs with the acquire of the next take_hold(): it may write all fields. */
static void leave_hold(void)
{
	atomic_dec_return_release(&hold.users);
}

/* Changes the state, unless the other side has changed it first. */
static bool move_state(enum hold_state from, enum hold_state to)
{
	return atomic_cmpxchg(&hold.state, from, to) == from;
}

/* On the held CPU: wait until the interrupt has arrived. Return: false after the time-out. */
static bool wait_until_requested(void)
{
	ktime_t deadline = ktime_add_ms(ktime_get(), PATIENCE_MSECS);
	int state;

	do {
		/* Pairs with move_state() in raise_into(): vector is valid. */
		state = atomic_read_acquire(&hold.state);
		if (state == HOLD_CANCELLED)
			return false;
		if (state == HOLD_RAISED && lab_apic_requested(hold.vector))
			return true;
		cpu_relax();
	} while (ktime_before(ktime_get(), deadline));
	return false;
}

static void stay_closed(u32 usecs)
{
	ktime_t deadline = ktime_add_us(ktime_get(), usecs);

	while (ktime_before(ktime_get(), deadline))
		cpu_relax();
}

/* On the held CPU, called by another: its interrupts are off until it returns. */
static void hold_here(void *unused)
{
	if (!move_state(HOLD_ASKED, HOLD_CLOSED))
		goto leave;

	if (wait_until_requested()) {
		atomic_set_release(&hold.state, HOLD_SEEN);
		stay_closed(hold.usecs);
	} else {
		atomic_set_release(&hold.state, HOLD_MISSED);
	}
leave:
	leave_hold();
}

/* On the caller: wait until the CPU is held. Return: false after the time-out. */
static bool wait_until_closed(void)
{
	ktime_t deadline = ktime_add_ms(ktime_get(), PATIENCE_MSECS);

	while (ktime_before(ktime_get(), deadline)) {
		if (atomic_read_acquire(&hold.state) != HOLD_ASKED)
			return true;
		cpu_relax();
	}
	return !move_state(HOLD_ASKED, HOLD_CANCELLED);
}

/* On the caller: the CPU is held. Raise the source, and wait until the interrupt arrives. */
static int raise_into(struct lab_device *device, u32 source, u32 cpu)
{
	struct lab_message sent = { };
	int state, error;

	error = lab_source_raise(device, source, &sent);
	if (!error && sent.apic_id != lab_apic_id(cpu))
		error = -ETIME;		/* Its target has changed meanwhile. */
	if (error) {
		move_state(HOLD_CLOSED, HOLD_CANCELLED);
		return error;
	}

	hold.vector = sent.vector;
	move_state(HOLD_CLOSED, HOLD_RAISED);

	/* This ends: the held CPU has a time-out, and does not wait for the caller. */
	state = atomic_cond_read_acquire(&hold.state, VAL == HOLD_SEEN || VAL == HOLD_MISSED);
	return state == HOLD_SEEN ? 0 : -ETIME;
}

/*
 * The caller must not migrate to the CPU that it holds: it could not raise the source before that
 * CPU continues. So migration is disabled.
 */
static int close_and_raise(struct lab_device *device, u32 source, u32 cpu)
{
	int error = -EINVAL;
	u32 here = get_cpu();

	if (cpu == here || smp_call_function_single(cpu, hold_here, NULL, 0))
		leave_hold();		/* For the CPU that has never come. */
	else if (wait_until_closed())
		error = raise_into(device, source, cpu);
	else
		error = -ETIME;
	put_cpu();
	return error;
}

/*
 * Checked before any CPU is held. The message must name the CPU: the same vector on another CPU is
 * another interrupt, and could be mistaken for this one.
 */
static int check_source(struct lab_device *device, u32 source, u32 cpu)
{
	struct lab_message message;
	int error;

	error = lab_source_message(device, source, &message);
	if (error)
		return error;
	if (!device->kind->raise)
		return -EOPNOTSUPP;
	if (!message.enabled)
		return -EAGAIN;
	return message.apic_id == lab_apic_id(cpu) ? 0 : -EINVAL;
}

/**
 * lab_hold_raise() - raise a source while a CPU has interrupts off
 * @device: the device.
 * @source: which source; any value.
 * @cpu:    the CPU to hold, which the source's message names. Any value.
 * @usecs:  how long it keeps interrupts off after the interrupt has arrived.
 *
 * Returns as soon as the interrupt is pending at @cpu, which takes it later. If the same vector
 * was already pending there from an earlier raise, that counts, since the APIC cannot distinguish
 * them.
 *
 * Return: 0; -EBUSY: another hold is in progress; -EINVAL: no such CPU, or it is
 * offline, or the caller's own, or not the one that the message names; -ETIME:
 * the CPU was not held in time, or no interrupt arrived there; or as lab_source_raise().
 */
int lab_hold_raise(struct lab_device *device, u32 source, u32 cpu, u32 usecs)
{
	int error;

	if (cpu >= nr_cpu_ids)
		return -EINVAL;

	error = check_source(device, source, cpu);
	if (error)
		return error;

	if (!take_hold(usecs))
		return -EBUSY;
	error = close_and_raise(device, source, cpu);
	leave_hold();
	return error;
}

/**
 * lab_hold_wait_idle() - wait until no CPU runs code of a hold
 *
 * For the module's exit, when there can be no caller any more.
 */
void lab_hold_wait_idle(void)
{
	while (atomic_read_acquire(&hold.users))
		msleep(20);

	/* The last one may still be returning, with interrupts off. */
	synchronize_rcu();
}
