// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Measures how much time one interrupt takes from the interrupted code.
 *
 * The device, the write that raises the interrupt and the method of sampling are the same
 * for all designs. Only the handler of the interrupt differs.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../lines/lines.h"
#include "program.h"

#define GROUP		"relay"
#define WARM_UP		100
#define PROXY_VECTOR	0x52
#define RAISE		1
#define DO_NOT_RAISE	0

static int64_t ticks[SAMPLES];

static void *registers_map(int bench)
{
	void *page = mmap(NULL, BENCH_REGISTERS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, bench, 0);

	if (page == MAP_FAILED)
		die("cannot map the device's registers: %s", strerror(errno));
	return page;
}

/* The counterpart of the module's sample_once() in user code. */
static __attribute__((noinline)) uint64_t user_sample_once(volatile uint32_t *raise, uint32_t value)
{
	uint64_t before = clock_read();

	*raise = value;
	return clock_read() - before;
}

static void user_sample(volatile uint32_t *registers, unsigned int count, uint32_t value)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		ticks[i] = user_sample_once(registers + BENCH_RAISE / 4, value);
		registers[BENCH_ACKNOWLEDGE / 4] = value;
	}
}

static void print(const char *name, const char *interrupted, int64_t empty)
{
	lines_samples_less(GROUP, lines_name("%s, %s code", name, interrupted), ticks, SAMPLES,
			   empty);
}

static void measure_kernel(int bench, const char *name)
{
	int64_t empty;

	bench_sample(bench, ticks, WARM_UP, RAISE);
	bench_sample(bench, ticks, SAMPLES, DO_NOT_RAISE);
	empty = lines_median(ticks, SAMPLES);
	bench_sample(bench, ticks, SAMPLES, RAISE);
	print(name, "kernel", empty);
}

static void measure_user(int bench, const char *name)
{
	volatile uint32_t *registers = registers_map(bench);
	int64_t empty;

	user_sample(registers, WARM_UP, RAISE);
	user_sample(registers, SAMPLES, DO_NOT_RAISE);
	empty = lines_median(ticks, SAMPLES);
	user_sample(registers, SAMPLES, RAISE);
	print(name, "user", empty);
	munmap((void *)registers, BENCH_REGISTERS_SIZE);
}

/* A figure is valid only if each raise led to one interrupt that this design handled. */
static void check(const char *name, uint64_t taken)
{
	uint64_t raised = 2 * (WARM_UP + SAMPLES);

	if (taken != raised)
		die("%s: raised %llu times, %llu interrupts taken", name,
		    (unsigned long long)raised, (unsigned long long)taken);
}

void relay_driver(const char *name)
{
	int bench = bench_open(), vtl = vtl_open();
	uint64_t before;
	int vector;

	vector = vtl_map(vtl, PROXY_VECTOR);
	if (vector < 0)
		die("mapping a vector: %s", strerror(-vector));

	bench_route(bench, BENCH_ROUTE_VECTOR, vector, -1);
	before = driver_relayed();
	measure_kernel(bench, name);
	measure_user(bench, name);
	check(name, driver_relayed() - before);
	bench_route(bench, BENCH_ROUTE_NONE, 0, -1);
	close(vtl);
	close(bench);
}

static void measure_other(int bench, unsigned int kind, int eventfd, const char *name)
{
	bench_route(bench, kind, 0, eventfd);
	measure_kernel(bench, name);
	measure_user(bench, name);
	check(name, bench_count(bench));
	bench_route(bench, BENCH_ROUTE_NONE, 0, -1);
}

/* Measure the cheapest case: the eventfd is not read, and no thread waits in the epoll set. */
static void measure_eventfd(int bench)
{
	struct epoll_event event = { .events = EPOLLIN };
	int signalled = eventfd(0, EFD_CLOEXEC), set = epoll_create1(EPOLL_CLOEXEC);

	if (signalled < 0 || set < 0)
		die("cannot create an eventfd and an epoll set: %s", strerror(errno));
	measure_other(bench, BENCH_ROUTE_EVENTFD, signalled, "eventfd");

	if (epoll_ctl(set, EPOLL_CTL_ADD, signalled, &event))
		die("cannot add the eventfd to the set: %s", strerror(errno));
	measure_other(bench, BENCH_ROUTE_EVENTFD, signalled, "eventfd in epoll");
	close(set);
	close(signalled);
}

void relay_others(void)
{
	int bench = bench_open();

	measure_other(bench, BENCH_ROUTE_FLOOR, -1, "floor");
	measure_other(bench, BENCH_ROUTE_PLAIN, -1, "plain");
	measure_eventfd(bench);
	close(bench);
}
