// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Measures interrupts of a halted guest; see incumbent.h.
 *
 * The machine has one CPU. The thread that raises the interrupts runs only while the
 * vCPU's thread sleeps in HLT: it has the class SCHED_IDLE, so that any other thread
 * preempts it on waking up, and it checks that the vCPU's thread is asleep before it
 * raises an interrupt.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include <x86intrin.h>

#include "../lines/lines.h"
#include "incumbent.h"

#define EMPTY_SAMPLES	200
#define MILLISECOND	1000000ULL

struct raiser {
	const struct device *device;
	const volatile uint64_t *ready;
	uint64_t *starts;
	size_t count;
	int vcpu_stat;
	int64_t empty;
};

/* In the file "stat", the state comes after the thread's name, which is in parentheses. */
static bool sleeping(int stat)
{
	char text[512];
	char *end;
	ssize_t size = pread(stat, text, sizeof(text) - 1, 0);

	if (size <= 0)
		die_errno("the state of the vCPU's thread cannot be read");
	text[size] = 0;
	end = strrchr(text, ')');
	return end && !strncmp(end, ") S", 3);
}

static void measure_empty(struct raiser *raiser)
{
	int64_t values[EMPTY_SAMPLES];
	uint64_t start;
	size_t i;

	for (i = 0; i < EMPTY_SAMPLES; i++) {
		start = __rdtsc();
		device_write(raiser->device, EDU_LIVENESS, 1);
		values[i] = (int64_t)(__rdtsc() - start);
	}
	raiser->empty = lines_median(values, EMPTY_SAMPLES);
}

static void *raise_all(void *argument)
{
	struct raiser *raiser = argument;
	const struct sched_param none = { 0 };
	size_t i;

	if (sched_setscheduler(0, SCHED_IDLE, &none))
		die_errno("the thread that raises does not get the class SCHED_IDLE");
	for (i = 0; i < raiser->count; i++) {
		while (*raiser->ready != i + 1 || !sleeping(raiser->vcpu_stat))
			sched_yield();
		raiser->starts[i] = __rdtsc();
		device_write(raiser->device, EDU_RAISE, 1);
	}
	return NULL;
}

int64_t halted_run(struct vm *vm, const struct device *device, uint64_t *starts, size_t count)
{
	struct raiser raiser = {
		.device = device,
		.ready = vm_ready(vm),
		.starts = starts,
		.count = count,
	};
	pthread_t thread;

	raiser.vcpu_stat = open("/proc/thread-self/stat", O_RDONLY | O_CLOEXEC);
	if (raiser.vcpu_stat < 0)
		die_errno("/proc/thread-self/stat");
	measure_empty(&raiser);
	errno = pthread_create(&thread, NULL, raise_all, &raiser);
	if (errno)
		die_errno("no second thread");
	vm_run(vm, vm->head->halt, 0, count);
	pthread_join(thread, NULL);
	close(raiser.vcpu_stat);
	return raiser.empty;
}

/*
 * QEMU's device copies, and raises the interrupt, 100 ms after the millisecond in which
 * the copy was started, both by QEMU's clock. That clock counts nanoseconds, as does the
 * TSC under -icount shift=0.
 */
static uint64_t copied_at(uint64_t told)
{
	return (told / MILLISECOND + 100) * MILLISECOND;
}

void halted_wait(struct vm *vm, const struct device *device, uint64_t *starts, size_t count)
{
	size_t i;

	device_prepare_copy(device);
	vm_run(vm, vm->head->wait, 0, count);
	for (i = 0; i < count; i++)
		starts[i] = copied_at(vm_samples(vm)[i].start);
}
