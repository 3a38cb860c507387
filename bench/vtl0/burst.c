// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Measures bursts: several interrupts that are raised while the VP cannot handle them.
 *
 * The VP is runnable, but this program has preempted it, since it has the class
 * SCHED_FIFO. The program raises interrupts of ivshmem devices, waits until VTL2's
 * kernel has relayed all of them, and sleeps, so that the VP runs again. From then on
 * it counts the entries that VTL0 needs to handle the interrupts.
 */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "../../lab/labhost/labhost_client.h"
#include "../lines/lines.h"
#include "vtl0.h"

#define BURSTS		100
#define INTERRUPTS	32
/* The largest burst of proxied interrupts. The host has only 14 vectors of its own on a CPU. */
#define PROXIED		8
#define VECTOR_FIRST	0x31
#define VECTOR_STEP	6
/* Long enough for VTL0 to handle a burst of @size, and so short that a timer tick is rare. */
#define HANDLE_USECS(size)	(20 + 5 * (size))
#define SETTLE_USECS	2000
#define SLEEPS_MAX	100
#define LOOKS_MAX	100000000UL

static int routes[INTERRUPTS];

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

static unsigned int most_of(const struct guest *guest)
{
	return guest->redirected ? INTERRUPTS : PROXIED;
}

/* Add routes for all interrupts of one device. Return: how many routes there are in total. */
static unsigned int routes_add(struct guest *guest, unsigned int lab_device, unsigned int sources,
			       unsigned int count)
{
	int device = vmm_device_add(guest->vm, lab_device);
	unsigned int source;

	if (device < 0)
		die("VTL0 does not get an ivshmem device");
	for (source = 0; source < sources && count < most_of(guest); source++, count++) {
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
	if (count < most_of(guest))
		die("only %u interrupts of ivshmem devices, of %u needed", count, most_of(guest));
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

	for (i = 0; i < most_of(guest); i++)
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

/* Return how many entries a burst takes, and add to @twice how many interrupts VTL0 got twice. */
static int64_t burst_run(struct guest *guest, unsigned int size, uint64_t *twice)
{
	uint64_t before = handled(guest), came, entries;
	unsigned int sleeps = 0;

	burst_raise(guest, size);
	entries = counts_entries();
	do {
		guest_sleep(HANDLE_USECS(size));
		came = handled(guest) - before;
	} while (came < size && ++sleeps < SLEEPS_MAX);
	if (came < size)
		die("of %u interrupts VTL0 has handled %" PRIu64, size, came);
	*twice += came - size;
	return counts_entries() - entries;
}

static void bursts_measure(struct guest *guest, unsigned int size)
{
	int64_t entries[BURSTS];
	uint64_t twice = 0;
	size_t i;

	class_set(SCHED_FIFO, 1);
	/* After this sleep, this program has preempted the VP. */
	guest_sleep(SETTLE_USECS);
	for (i = 0; i < BURSTS; i++)
		entries[i] = burst_run(guest, size, &twice);
	class_set(SCHED_OTHER, 0);

	lines_rate(GROUP, lines_name("burst of %u%s: entries", size,
				     guest->redirected ? "" : ", proxied"),
		   "per burst", BURSTS, lines_median(entries, BURSTS));
	if (twice)
		printf("# %" PRIu64 " interrupts were handled twice: a fault of QEMU, see bench/README.md\n",
		       twice);
}

void burst_report(struct guest *guest)
{
	routes_make(guest);
	bursts_measure(guest, 2);
	bursts_measure(guest, 8);
	if (guest->redirected)
		bursts_measure(guest, INTERRUPTS);
}
