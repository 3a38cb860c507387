// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Carries out one run of the demo; see run.h.
 *
 * Owns: the guest of the run, the raising of interrupts, the moving of routes, and the
 * counts. Must not know: what is printed about them.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../labhost/labhost_client.h"
#include "../paravisor/vmm.h"
#include "demo.h"
#include "run.h"

#define SOURCES_MAX	4
#define DEVICES_MAX	16
#define COMMAND_MS	20000
#define VECTOR_FIRST	0x41
#define VECTOR_STEP	0x0f
#define GUEST		"/lib/vtlirq/guest.bin"
/* The number of moves between two calls of vtlirq_rebalance(). */
#define MOVES_REBALANCE	100

static struct vmm *vm;
static struct run_result *result;
/* Only the thread that moves routes writes this; all threads read it. */
static unsigned long moves;
static bool moves_end;

static uint64_t host_raised(const struct run_route *route)
{
	uint64_t total;

	if (vmm_route_raise(vm, route->index, 0, &total))
		demo_give_up("%s: no count", route->name);
	return total;
}

static uint64_t route_handled(const struct run_route *route)
{
	uint64_t sum = 0;
	unsigned int vp;

	for (vp = 0; vp < RUN_VPS; vp++)
		sum += vmm_report(vm, vp)->counts[route->vector];
	return sum;
}

static void route_add(int vmm_device, const struct labhost_source *source)
{
	unsigned int number = result->routes_count;
	struct run_route *route = &result->routes[number];
	struct lab_host_device device;
	int index;

	labhost_device_get(vmm_host(vm), source->device, &device);
	snprintf(route->name, sizeof(route->name), "%.*s", (int)sizeof(device.name) - 1,
		 device.name);
	route->device = source->device;
	route->source = source->source;
	route->vp = number % RUN_VPS;
	route->vector = VECTOR_FIRST + number * VECTOR_STEP;

	index = vmm_route_add(vm, vmm_device, route->source, route->vp, route->vector);
	if (index < 0)
		demo_give_up("%s, source %u: no route", route->name, route->source);
	route->index = index;
	route->before = host_raised(route);
	result->routes_count++;
}

static void routes_choose(void)
{
	struct labhost_source *sources;
	int devices[DEVICES_MAX];
	size_t count, i;

	if (labhost_sources(vmm_host(vm), &sources, &count))
		demo_give_up("the lab's host tells no devices");

	for (i = 0; i < DEVICES_MAX; i++)
		devices[i] = -1;
	for (i = 0; i < count && result->routes_count < RUN_ROUTES_MAX; i++) {
		unsigned int device = sources[i].device;

		if (sources[i].source >= SOURCES_MAX || device >= DEVICES_MAX)
			continue;
		if (devices[device] < 0)
			devices[device] = vmm_device_add(vm, device);
		if (devices[device] < 0)
			demo_give_up("device %u cannot be given to VTL0", device);
		route_add(devices[device], &sources[i]);
	}
	free(sources);
	if (result->routes_count < 8)
		demo_give_up("only %u interrupts; the lab has 8 and more", result->routes_count);
}

static void guest_console(void *context, unsigned int vp, const char *line)
{
	(void)context;
	printf("  [VTL0, VP %u] %s\n", vp, line);
}

static void guest_start(const struct run_plan *plan)
{
	const struct vmm_config config = {
		.vps = RUN_VPS,
		.payload = GUEST,
		.offload_flags = VMM_OFFLOAD_DEFAULT,
		.quota = plan->quota,
		.console = guest_console,
	};

	demo_host_behave(plan->host_redirects);
	if (vmm_create(&config, &vm))
		exit(1);
	routes_choose();
	if (vmm_start(vm))
		exit(1);
}

static void guest_mode_set(enum vtl0_mode mode)
{
	const uint64_t arguments[VTL0_ARGUMENTS] = { mode };
	unsigned int vp;
	int ret;

	for (vp = 0; vp < RUN_VPS; vp++) {
		ret = vmm_command(vm, vp, VTL0_COMMAND_MODE, arguments, COMMAND_MS, NULL);
		if (ret)
			demo_give_up("VP %u does not answer: %s", vp, strerror(-ret));
	}
}

/* Read the host's counters. */
static void host_counts_read(struct run_counts *counts)
{
	struct lab_host_source source;
	struct lab_host_vp vp;
	unsigned int i;

	for (i = 0; i < result->routes_count; i++) {
		const struct run_route *route = &result->routes[i];

		if (labhost_source_get(vmm_host(vm), route->device, route->source, &source))
			demo_give_up("the lab's host has no counts of %s", route->name);
		counts->host_exits += source.exits;
	}
	for (i = 0; i < RUN_VPS; i++) {
		if (labhost_vp_get(vmm_host(vm), i, &vp))
			demo_give_up("the lab's host has no counts of VP %u", i);
		counts->eoms += vp.eoms;
	}
}

static void tdx_stats_read(struct lab_tdx_stats *sum)
{
	int node = open(LAB_TDX_NODE, O_RDWR | O_CLOEXEC);
	unsigned int vp, i;

	memset(sum, 0, sizeof(*sum));
	if (node < 0)
		demo_give_up(LAB_TDX_NODE ": %s", strerror(errno));
	for (vp = 0; vp < RUN_VPS; vp++) {
		struct lab_tdx_get_stats get = { .cpu = vp };

		if (ioctl(node, LAB_TDX_GET_STATS, &get))
			demo_give_up("no counts of VP %u: %s", vp, strerror(errno));
		sum->entered += get.stats.entered;
		sum->notified += get.stats.notified;
		for (i = 0; i < LAB_TDX_REASONS; i++)
			sum->reasons[i] += get.stats.reasons[i];
	}
	close(node);
}

static void counts_read(struct run_counts *counts)
{
	struct lab_tdx_stats tdx;
	struct vmm_stats stats;
	unsigned int vp;

	memset(counts, 0, sizeof(*counts));
	counts->kicks = demo_vps_sum("kicks");
	counts->host_exits = counts->kicks;
	host_counts_read(counts);
	for (vp = 0; vp < RUN_VPS; vp++) {
		vmm_stats(vm, vp, &stats);
		counts->host_exits += stats.host_routed + stats.kicks;
		counts->user_returns += stats.returns;
	}
	tdx_stats_read(&tdx);
	counts->vtl0_exits = tdx.entered;
}

/* Raise an interrupt if the one before was handled. Return: whether it was raised. */
static bool route_raise(struct run_route *route, uint64_t until)
{
	uint64_t total;

	if (route->raised >= until || route_handled(route) < route->raised)
		return false;
	if (vmm_route_raise(vm, route->index, 1, &total))
		demo_give_up("%s does not raise", route->name);
	route->raised = total - route->before;
	return true;
}

/* Try to raise an interrupt of each route. Return: how many routes are not finished. */
static unsigned int routes_raise(uint64_t until, struct demo_patience *patience)
{
	unsigned int i, busy = 0;

	for (i = 0; i < result->routes_count; i++) {
		if (route_raise(&result->routes[i], until))
			demo_patience_renew(patience);
		busy += route_handled(&result->routes[i]) < result->routes[i].raised ||
			result->routes[i].raised < until;
	}
	return busy;
}

/*
 * Raise the interrupt of each route @each times, or more often until @moves_wanted moves were
 * made in total. Each route has only one interrupt at a time, since two that are pending in a
 * CPU's interrupt controller merge.
 */
static void interrupts_raise(uint64_t each, unsigned long moves_wanted)
{
	struct demo_patience patience = {};
	uint64_t until = result->routes[0].raised + each;
	unsigned int busy;
	bool moving;

	do {
		moving = __atomic_load_n(&moves, __ATOMIC_RELAXED) < moves_wanted;
		if (moving && result->routes[0].raised == until)
			until++;
		busy = routes_raise(until, &patience);
		if (vmm_ended(vm, NULL))
			demo_give_up("VTL0 has ended");
		sched_yield();
		/* A single thread of QEMU runs all CPUs. PAUSE lets it switch to the next one. */
		__builtin_ia32_pause();
	} while ((busy || moving) && demo_patience_lasts(&patience));

	if (!busy && !moving)
		return;
	result->complete = false;
	printf("No interrupt has come for a long time: the demo gives up on %u of %u%s.\n", busy,
	       result->routes_count, moving ? ", and on more moves of routes" : "");
}

/* Count while interrupts are raised, but not while the mode is set. */
static void mode_run(enum vtl0_mode mode, uint64_t each, unsigned long moves_wanted)
{
	struct run_counts before, after;

	guest_mode_set(mode);
	counts_read(&before);
	interrupts_raise(each, moves_wanted);
	counts_read(&after);
	result->counts.host_exits += after.host_exits - before.host_exits;
	result->counts.vtl0_exits += after.vtl0_exits - before.vtl0_exits;
	result->counts.user_returns += after.user_returns - before.user_returns;
	result->counts.kicks += after.kicks - before.kicks;
	result->counts.eoms += after.eoms - before.eoms;
}

/* Move one route after the other to the other VP, as fast as possible. */
static void *mover_run(void *unused)
{
	unsigned int i = 0, vp = 1;

	(void)unused;
	while (!__atomic_load_n(&moves_end, __ATOMIC_ACQUIRE)) {
		struct run_route *route = &result->routes[i];

		if (vmm_route_move(vm, route->index, (route->vp + vp) % RUN_VPS, route->vector))
			demo_give_up("%s, source %u cannot be moved", route->name, route->source);
		__atomic_store_n(&moves, moves + 1, __ATOMIC_RELAXED);
		if (moves % MOVES_REBALANCE == 0)
			vtlirq_rebalance(vmm_irqs(vm));
		if (++i == result->routes_count) {
			i = 0;
			vp = !vp;
		}
	}
	return NULL;
}

/* Raise half of the interrupts while the VPs spin, and half while they are halted. */
static void modes_run(const struct run_plan *plan)
{
	uint64_t each = (plan->interrupts + 2 * result->routes_count - 1) /
			(2 * result->routes_count);
	uint64_t kicks = demo_vps_sum("kicks");
	pthread_t mover;

	moves = 0;
	moves_end = false;
	if (plan->moves_min && pthread_create(&mover, NULL, mover_run, NULL))
		demo_give_up("no thread to move routes");
	mode_run(VTL0_MODE_SPIN, each, plan->moves_min / 2);
	mode_run(VTL0_MODE_HALT, each, plan->moves_min);
	result->kicks = demo_vps_sum("kicks") - kicks - result->counts.kicks;
	if (!plan->moves_min)
		return;
	__atomic_store_n(&moves_end, true, __ATOMIC_RELEASE);
	pthread_join(mover, NULL);
}

/*
 * Return how many interrupts were misdelivered: those that VTL0 handled without a raise and, if
 * the route does not move, those on another VP.
 */
static uint64_t astray(const struct run_route *route, bool stays)
{
	uint64_t excess = route->handled > route->raised ? route->handled - route->raised : 0;
	unsigned int vp;

	for (vp = 0; stays && vp < RUN_VPS; vp++)
		if (vp != route->vp)
			excess += vmm_report(vm, vp)->counts[route->vector];
	return excess;
}

static uint64_t unknown_count(void)
{
	uint64_t sum = 0;
	unsigned int vp, vector, i;

	for (vp = 0; vp < RUN_VPS; vp++) {
		for (vector = 0; vector < 256; vector++)
			if (vector != VTL0_VECTOR_COMMAND)
				sum += vmm_report(vm, vp)->counts[vector];
	}
	for (i = 0; i < result->routes_count; i++)
		sum -= result->routes[i].handled;
	return sum;
}

static void accounting_finish(const struct run_plan *plan)
{
	unsigned int i;

	for (i = 0; i < result->routes_count; i++) {
		struct run_route *route = &result->routes[i];

		route->handled = route_handled(route);
		if (vmm_route_state(vm, route->index, &route->state))
			demo_give_up("%s: the driver does not tell its counts", route->name);
		result->raised += route->raised;
		result->handled += route->handled;
		result->relayed += route->state.redirected + route->state.proxied;
		result->misdelivered += astray(route, !plan->moves_min);
	}
	result->misdelivered += unknown_count();
	vtlirq_summary(vmm_irqs(vm), &result->summary);
}

void run_carry_out(const struct run_plan *plan, struct run_result *out)
{
	struct lab_tdx_stats before;
	unsigned int i;

	result = out;
	memset(result, 0, sizeof(*result));
	result->complete = true;
	tdx_stats_read(&before);

	guest_start(plan);
	modes_run(plan);
	accounting_finish(plan);
	tdx_stats_read(&result->tdx);
	result->instructions = instructions_measure(vm, result);
	vmm_destroy(vm);

	result->tdx.entered -= before.entered;
	result->tdx.notified -= before.notified;
	for (i = 0; i < LAB_TDX_REASONS; i++)
		result->tdx.reasons[i] -= before.reasons[i];
}
