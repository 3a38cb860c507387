// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Measures interrupts of a halted guest; see vtl0.h.
 *
 * The machine has one CPU. The thread that raises the interrupts runs only while the
 * VP's thread sleeps: it has the class SCHED_IDLE, so that any other thread preempts it
 * on waking up, and it checks that the VP's thread is asleep before it raises an
 * interrupt. So VTL0's CPU is not idle, but runs a thread that is preempted at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <x86intrin.h>

#include "../lines/lines.h"
#include "vtl0.h"

#define EMPTY_SAMPLES	200
#define LOOKS_MAX	100000000UL

static void class_set(int class)
{
	const struct sched_param none = { 0 };

	if (sched_setscheduler(0, class, &none))
		die("the scheduling class cannot be changed: %s", strerror(errno));
}

static void device_write(const struct guest *guest, size_t offset, uint32_t value)
{
	*(volatile uint32_t *)(guest->registers + offset) = value;
}

static int64_t measure_empty(const struct guest *guest)
{
	int64_t values[EMPTY_SAMPLES];
	uint64_t start;
	size_t i;

	for (i = 0; i < EMPTY_SAMPLES; i++) {
		start = __rdtsc();
		device_write(guest, EDU_LIVENESS, 1);
		values[i] = (int64_t)(__rdtsc() - start);
	}
	return lines_median(values, EMPTY_SAMPLES);
}

static int status_open(pid_t thread)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", thread);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

/* In the file "stat", the state comes after the thread's name, which is in parentheses. */
static bool is_asleep(int status)
{
	char text[512];
	ssize_t size = pread(status, text, sizeof(text) - 1, 0);
	char *end;

	if (size <= 0)
		die("the state of VTL0's thread cannot be read");
	text[size] = 0;
	end = strrchr(text, ')');
	return end && !strncmp(end, ") S", 3);
}

static void raise_all(const struct guest *guest, uint64_t halts, int status, uint64_t *starts)
{
	volatile struct vtl0_report *report = vmm_report(guest->vm, 0);
	unsigned long looks;
	size_t i;

	for (i = 0; i < ALL; i++) {
		for (looks = 0; report->halts != halts + i + 1 || !is_asleep(status); looks++) {
			if (looks == LOOKS_MAX)
				die("VTL0 does not halt any more: an interrupt is lost");
			sched_yield();
		}
		starts[i] = __rdtsc();
		device_write(guest, EDU_RAISE, 1);
	}
}

int64_t halted_sample(struct guest *guest, uint64_t *starts)
{
	uint64_t halts = vmm_report(guest->vm, 0)->halts;
	int64_t empty = measure_empty(guest);
	int status = status_open(guest->thread);

	class_set(SCHED_IDLE);
	guest_sample_post(guest, VTL0_SAMPLE_HALT);
	raise_all(guest, halts, status, starts);
	class_set(SCHED_OTHER);
	close(status);
	guest_sample_wait(guest);
	return empty;
}
