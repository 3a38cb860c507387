// SPDX-License-Identifier: GPL-2.0-only
/*
 * L1's APIC timer, and the end of L2's time.
 *
 * Owns: the timer of the CPU's APIC. QEMU's APIC has no TSC-deadline mode, so a deadline is
 * converted into a count. L1's timer interrupt reaches L1 as any other interrupt. The end of
 * L2's time must not be an interrupt of L1: while L2's deadline is the earlier one, the LVT is
 * set to deliver an NMI, which goes to the hypervisor. QEMU supports that; on an APIC without
 * this mode, L1 would get one timer interrupt too many.
 */
#include "apic/apic.h"
#include "base/base.h"
#include "base/machine.h"
#include "vcpu/l1.h"
#include "vcpu/world.h"

#define PM_TIMER_HZ    3579545ULL
#define PM_TIMER_MASK  0xffffffU
/* How many ticks the PM timer makes in 25 ms. */
#define PM_TICKS       89488U
/* A reading that takes more ticks of the TSC than this was interrupted. */
#define READING_LONG   20000

/* The most ticks of the clock from the start of the count to its next reading. */
#define LATE 64

/* In Hz: the highest rate of a periodic timer of L1; the usual and the highest one of a beat. */
#define REPEATS_AT_MOST  10000
#define BEATS_PER_SECOND 1000
#define BEATS_AT_MOST    10000

u64 timer_tsc_hz, timer_apic_hz;

/** struct reading - three clocks at one moment */
struct reading {
	u64 tsc;
	u32 pm, count;
};

static struct reading read_clocks(u16 pm_timer)
{
	struct reading reading;
	int tries;
	u64 before;

	for (tries = 0; tries < 100; tries++) {
		before = machine_tsc();
		reading.pm = port_read32(pm_timer) & PM_TIMER_MASK;
		reading.count = apic_read(APIC_TIMER_CURRENT);
		reading.tsc = machine_tsc();
		if (reading.tsc - before < READING_LONG)
			break;
	}
	return reading;
}

void timer_calibrate(u16 pm_timer)
{
	struct reading first, last;
	u32 ticks;

	apic_write(APIC_TIMER_INITIAL, 0xffffffff);
	first = read_clocks(pm_timer);
	do {
		last = read_clocks(pm_timer);
		ticks = (last.pm - first.pm) & PM_TIMER_MASK;
	} while (ticks < PM_TICKS);
	apic_write(APIC_TIMER_INITIAL, 0);

	timer_tsc_hz = (last.tsc - first.tsc) * PM_TIMER_HZ / ticks / 1000 * 1000;
	timer_apic_hz = (u64)(first.count - last.count) * PM_TIMER_HZ / ticks;
	print("hypervisor: TSC %llu kHz, APIC timer %llu kHz\n", timer_tsc_hz / 1000,
	      timer_apic_hz / 1000);
	if (!timer_tsc_hz || !timer_apic_hz)
		stop("hypervisor: a clock stands still\n");
}

void timer_wait(u64 usecs)
{
	u64 until = machine_tsc() + usecs * (timer_tsc_hz / 1000000);

	while (machine_tsc() < until)
		__builtin_ia32_pause();
}

static bool has_deadline_mode(const struct l1_cpu *l1)
{
	return (l1->apic.lvt_timer & APIC_LVT_MODE) == APIC_LVT_MODE_TSC;
}

static void count(const struct l1_cpu *l1, u64 deadline, u64 late)
{
	u64 now = clock_of_l1(l1);
	struct apic_count count = apic_count_until((deadline > now ? deadline - now : 0) + late,
						   timer_tsc_hz, timer_apic_hz);

	apic_write(APIC_TIMER_DIVIDE, count.divide);
	apic_write(APIC_TIMER_INITIAL, count.count);
}

/* If the clock is stopped, timer_go_on() starts the count; what is due is raised now. */
static void count_until(struct l1_cpu *l1, u64 deadline)
{
	bool waits = clock_is_stopped && deadline > clock_of_l1(l1);

	l1->apic.counts_until = waits ? deadline : 0;
	if (!waits)
		count(l1, deadline, 0);
}

static void count_no_more(struct l1_cpu *l1)
{
	l1->apic.counts_until = 0;
	apic_write(APIC_TIMER_INITIAL, 0);
}

static void arm(struct l1_cpu *l1)
{
	if (l1->apic.deadline)
		count_until(l1, l1->apic.deadline);
	else
		count_no_more(l1);
}

void timer_stop(struct l1_cpu *l1)
{
	if (!l1->apic.counts_until)
		return;
	if (!apic_read(APIC_TIMER_CURRENT) && l1->apic.counts_until <= clock_of_l1(l1))
		l1->apic.counts_until = 0;
	apic_write(APIC_TIMER_INITIAL, 0);
}

void timer_go_on(struct l1_cpu *l1, u64 late)
{
	if (l1->apic.counts_until)
		count(l1, l1->apic.counts_until, late + LATE);
}

/* A vector that is not a legal one, or is the host's, is never delivered. */
static void give_lvt(const struct l1_cpu *l1)
{
	u32 value = l1->apic.lvt_timer;

	if (has_deadline_mode(l1))
		value &= ~APIC_LVT_MODE;
	if ((value & APIC_LVT_VECTOR) < L1_VECTOR_FIRST)
		value |= APIC_LVT_MASKED;
	apic_write(APIC_LVT_TIMER, value);
}

static u32 limited(const struct l1_cpu *l1, u32 count)
{
	u32 least = timer_apic_hz / REPEATS_AT_MOST;
	bool repeats = l1->apic.lvt_timer & APIC_LVT_PERIODIC;

	return repeats && count && count < least ? least : count;
}

void timer_write_initial(struct l1_cpu *l1, u32 count)
{
	apic_write(APIC_TIMER_INITIAL, limited(l1, count));
}

/* A count that is running becomes periodic. */
static void limit(const struct l1_cpu *l1)
{
	u32 count = apic_read(APIC_TIMER_INITIAL);

	if (limited(l1, count) != count)
		apic_write(APIC_TIMER_INITIAL, limited(l1, count));
}

void timer_write_lvt(struct l1_cpu *l1, u32 value)
{
	/* L1 cannot choose the delivery mode. */
	l1->apic.lvt_timer = value & (APIC_LVT_VECTOR | APIC_LVT_MASKED | APIC_LVT_MODE);
	if (!has_deadline_mode(l1))
		l1->apic.deadline = 0;
	limit(l1);
	give_lvt(l1);
}

void timer_write_deadline(struct l1_cpu *l1, u64 deadline)
{
	if (!has_deadline_mode(l1))
		return;
	l1->apic.deadline = deadline;
	arm(l1);
}

u64 timer_read_deadline(const struct l1_cpu *l1)
{
	return l1->apic.deadline > clock_of_l1(l1) ? l1->apic.deadline : 0;
}

/*
 * A deadline that is due stays armed until its interrupt is handled: if the timer is set to
 * something else in between, QEMU loses an interrupt that is due.
 */
static bool is_armed(const struct l1_cpu *l1)
{
	return has_deadline_mode(l1) && l1->apic.deadline &&
	       !(l1->apic.lvt_timer & APIC_LVT_MASKED);
}

void timer_end_of_interrupt(struct l1_cpu *l1)
{
	if (l1->apic.deadline && l1->apic.deadline <= clock_of_l1(l1) &&
	    apic_highest(APIC_ISR) == (int)(l1->apic.lvt_timer & APIC_LVT_VECTOR))
		l1->apic.deadline = 0;
}

/* If L1 uses another timer mode, its count is not touched: L2 then ends with L1's interrupt. */
static bool is_taken(const struct l1_cpu *l1)
{
	return !has_deadline_mode(l1) && !(l1->apic.lvt_timer & APIC_LVT_MASKED) &&
	       apic_read(APIC_TIMER_CURRENT);
}

void timer_end_l2(struct l1_cpu *l1, u64 deadline)
{
	if (is_taken(l1) || (is_armed(l1) && l1->apic.deadline <= deadline))
		return;
	l1->apic.lends_timer = true;
	l1->apic.was_armed = is_armed(l1);
	l1->apic.l2_deadline = deadline;
	apic_write(APIC_LVT_TIMER, (l1->apic.lvt_timer & APIC_LVT_VECTOR) | APIC_LVT_NMI);
	count_until(l1, deadline);
}

/* If L1 uses another timer mode than deadlines, its own interrupts end L2. */
void timer_beat(struct l1_cpu *l1)
{
	u64 now = clock_of_l1(l1), until = now + timer_tsc_hz / BEATS_PER_SECOND;

	if (is_taken(l1))
		return;
	if (is_armed(l1) && l1->apic.deadline < until)
		until = l1->apic.deadline;
	if (l1->apic.lends_timer && l1->apic.l2_deadline < until)
		until = l1->apic.l2_deadline;
	/* QEMU's main loop needs time between two of them. */
	until = max_t(u64, until, now + timer_tsc_hz / BEATS_AT_MOST);
	l1->apic.beats = true;
	l1->apic.was_armed = is_armed(l1);
	count_no_more(l1);
	apic_write(APIC_LVT_TIMER, (l1->apic.lvt_timer & APIC_LVT_VECTOR) | APIC_LVT_NMI);
	count_until(l1, until);
}

void timer_calm(struct l1_cpu *l1)
{
	if (!l1->apic.beats)
		return;
	l1->apic.beats = false;
	count_no_more(l1);
	if (l1->apic.lends_timer) {
		apic_write(APIC_LVT_TIMER, (l1->apic.lvt_timer & APIC_LVT_VECTOR) | APIC_LVT_NMI);
		count_until(l1, l1->apic.l2_deadline);
		return;
	}
	give_lvt(l1);
	if (l1->apic.was_armed)
		arm(l1);
}

void timer_keep_l2(struct l1_cpu *l1)
{
	if (!l1->apic.lends_timer)
		return;
	l1->apic.lends_timer = false;
	count_no_more(l1);
	give_lvt(l1);
	if (l1->apic.was_armed)
		arm(l1);
}
