// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Several interrupts at once, for a VP that cannot take them at that moment.
 *
 * The VP does not wait for anything, but has lost its CPU to this program, which
 * is of the class SCHED_FIFO. It raises so many interrupts of ivshmem devices,
 * waits until VTL2's kernel has relayed them all, and gives the CPU back. What is
 * counted from there on is what VTL0 needs to take them.
 */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lab/host/labhost_client.h"
#include "../lines/die.h"
#include "../lines/lines.h"
#include "burst.h"
#include "stamps.h"

#define BURSTS		100
#define INTERRUPTS	32
#define VECTOR_FIRST	0x31
#define VECTOR_STEP	6
/* Time enough for VTL0 to handle a burst of , and hardly for a timer to come. */
#define HANDLE_USECS(size)	(20 + 5 * (size))
#define SETTLE_USECS	2000
#define SLEEPS_MAX	100
#define LOOKS_MAX	100000000UL
#define LEAF_VP_ENTER	25

static int routes[INTERRUPTS];

/**
 * struct burst - one of them
 * @from:  where it begins in the log
 * @to:    where it is over
 * @twice: interrupts that VTL0 handled twice: see README.md
 */
struct burst {
	size_t from;
	size_t to;
	uint64_t twice;
};

static unsigned int vector_of(unsigned int number)
{
	return VECTOR_FIRST + number * VECTOR_STEP;
}

static void class_set(int class, int priority)
{
	const struct sched_param parameters = { .sched_priority = priority };

	if (sched_setscheduler(0, class, &parameters))
		die("the scheduling class cannot be changed: %s", strerror(errno));
}

/* All interrupts of one device; how many there are in all. */
static unsigned int routes_add(struct guest *guest, unsigned int lab_device, unsigned int sources,
			       unsigned int count)
{
	int device = vmm_device_add(guest->vm, lab_device);
	unsigned int source;

	if (device < 0)
		die("VTL0 does not get an ivshmem device");
	for (source = 0; source < sources && count < INTERRUPTS; source++, count++) {
		routes[count] = vmm_route_add(guest->vm, device, source, 0, vector_of(count));
		if (routes[count] < 0)
			die("interrupt %u gets no route", count);
	}
	return count;
}

static void routes_make(struct guest *guest)
{
	struct lab_host_device device;
	unsigned int i, count = 0;

	if (vmm_route_remove(guest->vm, guest->route))
		die("the edu's interrupt keeps its route");
	for (i = 0; i < LAB_HOST_DEVICES_MAX; i++) {
		if (!labhost_device_get(vmm_host(guest->vm), i, &device) &&
		    device.kind == LAB_HOST_KIND_IVSHMEM)
			count = routes_add(guest, i, device.sources, count);
	}
	if (count < INTERRUPTS)
		die("only %u interrupts of ivshmem devices: this wants %d", count, INTERRUPTS);
}

static unsigned int bits_set(const struct mshv_vtl_run *run)
{
	unsigned int bank, bits = 0;

	for (bank = 0; bank < MSHV_VTL_PROXY_BANKS; bank++)
		bits += __builtin_popcount(__atomic_load_n(&run->proxy_irr[bank],
							   __ATOMIC_ACQUIRE));
	return bits;
}

static uint64_t handled(const struct guest *guest)
{
	volatile struct vtl0_report *report = vmm_report(guest->vm, 0);
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < INTERRUPTS; i++)
		sum += report->counts[vector_of(i)];
	return sum;
}

static void burst_raise(struct guest *guest, unsigned int size)
{
	const struct mshv_vtl_run *run = vmm_run_page(guest->vm, 0);
	unsigned long looks = 0;
	unsigned int i;

	for (i = 0; i < size; i++) {
		if (vmm_route_raise(guest->vm, routes[i], 1, NULL))
			die("interrupt %u is not raised", i);
	}
	while (bits_set(run) < size) {
		if (++looks == LOOKS_MAX)
			die("%u of %u interrupts were relayed", bits_set(run), size);
	}
}

static void burst_run(struct guest *guest, unsigned int size, const struct stamps *stamps,
		      struct burst *burst)
{
	uint64_t before = handled(guest), came;
	unsigned int sleeps = 0;

	burst_raise(guest, size);
	burst->from = stamps_count(stamps);
	do {
		guest_sleep(HANDLE_USECS(size));
		came = handled(guest) - before;
	} while (came < size && ++sleeps < SLEEPS_MAX);
	burst->to = stamps_count(stamps);
	if (came < size)
		die("of %u interrupts VTL0 has handled %" PRIu64, size, came);
	burst->twice = came - size;
}

static void report_median(const struct guest *guest, unsigned int size, const char *what,
			  int64_t *values)
{
	char name[96];

	if (guest->redirected)
		snprintf(name, sizeof(name), "burst of %u: %s", size, what);
	else
		snprintf(name, sizeof(name), "burst of %u, proxied: %s", size, what);
	lines_rate(GROUP, name, "per burst", BURSTS, lines_median(values, BURSTS));
}

static void bursts_measure(struct guest *guest, unsigned int size)
{
	int64_t entries[BURSTS], runs[BURSTS];
	struct burst bursts[BURSTS];
	struct stamps stamps;
	uint64_t twice = 0;
	size_t i;

	stamps_start(&stamps);
	class_set(SCHED_FIFO, 1);
	/* So that this program has the CPU, and the VP wants it. */
	guest_sleep(SETTLE_USECS);
	for (i = 0; i < BURSTS; i++)
		burst_run(guest, size, &stamps, &bursts[i]);
	class_set(SCHED_OTHER, 0);
	stamps_stop(&stamps);

	for (i = 0; i < BURSTS; i++) {
		entries[i] = stamps_of(&stamps, bursts[i].from, bursts[i].to, LAB_TDX_MOMENT_CALL,
				       LEAF_VP_ENTER);
		runs[i] = stamps_of(&stamps, bursts[i].from, bursts[i].to, LAB_TDX_MOMENT_RUN, 0);
		twice += bursts[i].twice;
	}
	free(stamps.log);
	report_median(guest, size, "entries", entries);
	report_median(guest, size, "VMRUNs of the emulation", runs);
	if (twice)
		printf("# %" PRIu64 " interrupts were handled twice: a fault of QEMU, see README.md\n",
		       twice);
}

void burst_report(struct guest *guest)
{
	routes_make(guest);
	bursts_measure(guest, 2);
	bursts_measure(guest, 8);
	bursts_measure(guest, 32);
}
