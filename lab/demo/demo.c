// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The demo: real devices raise real interrupts, and each is followed from the
 * device through the driver to the handler of the guest in VTL0, while the
 * guest's VPs run and while they are halted.
 *
 * Owns: the story that is told, and the books: raised = relayed = handled, none
 * lost, none misdelivered, no host exit, and returns to user space that do not
 * grow with the interrupts. Runs the guest through lab/paravisor; knows nothing
 * of how it is entered.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../host/labhost_client.h"
#include "../paravisor/vmm.h"
#include "../tdx-module/lab_tdx.h"
#include "common.h"

#define VPS		2
#define ROUTES_MAX	12
#define SOURCES_MAX	4
#define DEVICES_MAX	16
#define COMMAND_MS	20000
/* Linux itself calls a thread back now and then, by time and not by interrupt. */
#define RETURNS_RARE	50
#define GUEST		"/lib/vtlirq/guest.bin"
#define DEBUGFS		"/sys/kernel/debug/mshv_vtl/"

/**
 * struct route - a device interrupt of VTL0, and its books
 * @index:       of the VMM's
 * @name:        of the device
 * @source:      which of the device's interrupts
 * @vp:          where it is handled
 * @vector:      as VTL0 knows it
 * @before:      the lab host's count of it before the first run
 * @raised:      what it was told to raise since
 */
struct route {
	unsigned int index;
	char name[32];
	unsigned int source;
	unsigned int vp;
	unsigned int vector;
	uint64_t before;
	uint64_t raised;
};

/* What a run came to. */
struct run {
	unsigned long interrupts;
	unsigned long user_returns;
	unsigned long host_exits;
	unsigned long kicks;
};

static struct route routes[ROUTES_MAX];
static unsigned int routes_count;
static struct vmm *vm;

static FILE *file_open(const char *path)
{
	FILE *file = fopen(path, "re");

	if (!file)
		demo_give_up("%s: %s", path, strerror(errno));
	return file;
}

static uint64_t host_raised(const struct route *route)
{
	uint64_t total;

	if (vmm_route_raise(vm, route->index, 0, &total))
		demo_give_up("%s: no count", route->name);
	return total;
}

/* What VTL0's own handler counted. */
static uint64_t route_handled(const struct route *route)
{
	return vmm_report(vm, route->vp)->counts[route->vector];
}

/* A device's interrupts, in pairs: the same vector on both VPs. */
static void device_take(int lab_device, const struct labhost_source *source)
{
	struct lab_host_device device;
	struct route *route = &routes[routes_count];
	int index;

	labhost_device_get(vmm_host(vm), source->device, &device);
	snprintf(route->name, sizeof(route->name), "%.*s", (int)sizeof(device.name) - 1,
		 device.name);
	route->source = source->source;
	route->vp = routes_count % VPS;
	route->vector = 0x51 + routes_count / VPS * 0x11;

	index = vmm_route_add(vm, lab_device, route->source, route->vp, route->vector);
	if (index < 0)
		demo_give_up("%s, source %u: no vector", route->name, route->source);
	route->index = index;
	route->before = host_raised(route);
	routes_count++;
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
	for (i = 0; i < count && routes_count < ROUTES_MAX; i++) {
		unsigned int device = sources[i].device;

		if (sources[i].source >= SOURCES_MAX || device >= DEVICES_MAX)
			continue;
		if (devices[device] < 0)
			devices[device] = vmm_device_add(vm, device);
		if (devices[device] < 0)
			demo_give_up("device %u cannot be given to VTL0", device);
		device_take(devices[device], &sources[i]);
	}
	free(sources);
	if (routes_count < 8)
		demo_give_up("only %u interrupts; the lab has 8 and more", routes_count);
}

static void guest_console(void *context, unsigned int vp, const char *line)
{
	(void)context;
	printf("  [VTL0, VP %u] %s\n", vp, line);
}

static void guest_start(void)
{
	const struct vmm_config config = {
		.vps = VPS,
		.payload = GUEST,
		.offload_flags = VMM_OFFLOAD_DEFAULT,
		.console = guest_console,
	};

	if (sysconf(_SC_NPROCESSORS_ONLN) < VPS)
		demo_give_up("this needs %d CPUs", VPS);
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

	for (vp = 0; vp < VPS; vp++) {
		ret = vmm_command(vm, vp, VTL0_COMMAND_MODE, arguments, COMMAND_MS, NULL);
		if (ret)
			demo_give_up("VP %u does not answer: %s", vp, strerror(-ret));
	}
}

/* True if it raised, that is if the one before was handled. */
static bool route_raise(struct route *route, uint64_t until)
{
	uint64_t total;

	if (route->raised >= until || route_handled(route) < route->raised)
		return false;
	if (vmm_route_raise(vm, route->index, 1, &total))
		demo_give_up("%s does not raise", route->name);
	route->raised = total - route->before;
	return true;
}

/*
 * Raises each route @each times. One at a time for each: two that meet in a
 * CPU's interrupt controller become one.
 */
static void interrupts_raise(uint64_t each)
{
	uint64_t until = routes[0].raised + each;
	struct demo_patience patience = {};
	unsigned int i, busy;

	do {
		for (i = 0, busy = 0; i < routes_count; i++) {
			if (route_raise(&routes[i], until))
				demo_patience_renew(&patience);
			busy += route_handled(&routes[i]) < until;
		}
		if (vmm_ended(vm, NULL))
			demo_give_up("VTL0 has ended");
		sched_yield();
	} while (busy && demo_patience_lasts(&patience));

	if (busy)
		printf("Nothing has moved for long: %u of %u interrupts are waited for no more.\n",
		       busy, routes_count);
}

static unsigned long user_returns(void)
{
	struct vmm_stats stats;
	unsigned long sum = 0;
	unsigned int vp;

	for (vp = 0; vp < VPS; vp++) {
		vmm_stats(vm, vp, &stats);
		sum += stats.returns;
	}
	return sum;
}

/* A column of the driver's file "vps", summed over all VPs. */
static unsigned long vps_sum(const char *name)
{
	unsigned long values[6], sum = 0;
	char names[6][32], line[256];
	unsigned int i, column = 0;
	FILE *file = file_open(DEBUGFS "vps");

	if (fscanf(file, "%31s %31s %31s %31s %31s %31s", names[0], names[1], names[2], names[3],
		   names[4], names[5]) != 6)
		demo_give_up(DEBUGFS "vps has no header");
	for (i = 0; i < 6; i++)
		column = strcmp(names[i], name) ? column : i;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lu %lu %lu %lu %lu %lu", &values[0], &values[1], &values[2],
			   &values[3], &values[4], &values[5]) == 6)
			sum += values[column];
	}
	fclose(file);
	return sum;
}

/*
 * What goes to the host where there is one: a VTL0 that the host took out, and
 * an interrupt from one VTL2 CPU to another.
 */
static unsigned long host_exits(void)
{
	struct vmm_stats stats;
	unsigned long sum = vps_sum("kicks");
	unsigned int vp;

	for (vp = 0; vp < VPS; vp++) {
		vmm_stats(vm, vp, &stats);
		sum += stats.host_routed + stats.kicks;
	}
	return sum;
}

/* Host exits while the interrupts came, without those for the mode itself. */
static unsigned long mode_run(enum vtl0_mode mode, uint64_t each)
{
	unsigned long before;

	guest_mode_set(mode);
	before = host_exits();
	interrupts_raise(each);
	return host_exits() - before;
}

/* Half while the VPs spin, half while they are halted. */
static struct run run(unsigned long interrupts)
{
	uint64_t each = (interrupts + 2 * routes_count - 1) / (2 * routes_count);
	unsigned long returns = user_returns(), exits = host_exits();
	struct run result = { .interrupts = 2 * each * routes_count };

	result.host_exits = mode_run(VTL0_MODE_SPIN, each);
	result.host_exits += mode_run(VTL0_MODE_HALT, each);
	result.user_returns = user_returns() - returns;
	result.kicks = host_exits() - exits - result.host_exits;
	return result;
}

/* The driver's count of a mapping. */
static uint64_t driver_relayed(const struct route *route)
{
	unsigned int cpu, vector, hardware = vmm_route_hardware_vector(vm, route->index);
	unsigned long relayed, found = 0;
	char line[512];
	FILE *file = file_open(DEBUGFS "mappings");

	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%u %*u %x %*x mapped %*u %lu", &cpu, &vector, &relayed) == 3 &&
		    cpu == route->vp && vector == hardware)
			found = relayed;
	}
	fclose(file);
	return found;
}

/* What VTL0 handled that no route accounts for. */
static uint64_t misdelivered_count(void)
{
	uint64_t sum = 0;
	unsigned int vp, vector, i;

	for (vp = 0; vp < VPS; vp++) {
		for (vector = 0; vector < 256; vector++)
			if (vector != VTL0_VECTOR_COMMAND)
				sum += vmm_report(vm, vp)->counts[vector];
	}
	for (i = 0; i < routes_count; i++) {
		uint64_t handled = route_handled(&routes[i]), raised = routes[i].raised;

		sum -= handled < raised ? handled : raised;
	}
	return sum;
}

static void story_begin(void)
{
	struct utsname name;

	uname(&name);
	printf("\n"
	       "A paravisor's kernel (Linux %s, %ld CPUs) runs a guest below it, in VTL0,\n"
	       "and owns the interrupts of the guest's devices. Each gets a CPU vector of its own:\n"
	       "when the device raises it, the CPU lands in the driver, which sets one bit for the\n"
	       "guest's virtual processor (VP) and enters the guest again with the vector pending.\n"
	       "The guest's own handler runs. Neither the host nor user space has a part in it.\n"
	       "\n"
	       "  device --MSI--> CPU n, hardware vector --driver--> VP n --> handler of guest's vector\n"
	       "\n",
	       name.release, sysconf(_SC_NPROCESSORS_ONLN));
}

static void story_table(uint64_t *raised, uint64_t *relayed, uint64_t *handled)
{
	unsigned int i;

	printf("\n  %-20s %6s  %3s  %8s  %8s  %8s  %8s  %8s\n", "device", "source", "VP",
	       "guest's", "hardware", "raised", "relayed", "handled");
	printf("  %-20s %6s  %3s  %8s  %8s  %8s  %8s  %8s\n", "", "", "", "vector", "vector", "",
	       "by VTL2", "in VTL0");
	for (i = 0; i < routes_count; i++) {
		struct route *route = &routes[i];
		uint64_t own = driver_relayed(route);

		printf("  %-20s %6u  %3u  %6s%02x  %6s%02x  %8lu  %8lu  %8lu\n", route->name,
		       route->source, route->vp, "0x", route->vector, "0x",
		       vmm_route_hardware_vector(vm, route->index), route->raised, own,
		       route_handled(route));
		*raised += route->raised;
		*relayed += own;
		*handled += route_handled(route);
	}
	printf("  %-20s %6s  %3s  %8s  %8s  %8lu  %8lu  %8lu\n\n", "all", "", "", "", "", *raised,
	       *relayed, *handled);
}

static void stats_add(struct lab_tdx_stats *sum, int node, unsigned int vp)
{
	struct lab_tdx_get_stats get = { .cpu = vp };
	unsigned int i;

	if (ioctl(node, LAB_TDX_GET_STATS, &get))
		demo_give_up("no counts of VP %u: %s", vp, strerror(errno));
	sum->entered += get.stats.entered;
	sum->notified += get.stats.notified;
	sum->delivered += get.stats.delivered;
	for (i = 0; i < LAB_TDX_REASONS; i++)
		sum->reasons[i] += get.stats.reasons[i];
}

/* Why VTL0 exited, as the TDX module that the lab emulates counts it. */
static void story_exits(void)
{
	struct lab_tdx_stats sum = {};
	int node = open(LAB_TDX_NODE, O_RDWR | O_CLOEXEC);
	unsigned int vp, i;
	const char *name;

	if (node < 0)
		demo_give_up(LAB_TDX_NODE ": %s", strerror(errno));
	for (vp = 0; vp < VPS; vp++)
		stats_add(&sum, node, vp);
	close(node);

	printf("VTL0 was entered %llu times and exited because of:\n",
	       (unsigned long long)sum.entered);
	printf("  %-32s %8llu\n", "an interrupt of VTL2 (0x1102)",
	       (unsigned long long)sum.notified);
	for (i = 0; i < LAB_TDX_REASONS; i++) {
		if (!sum.reasons[i])
			continue;
		name = vmm_reason_name(i);
		printf("  %-32s %8llu\n", name ? name : "another reason",
		       (unsigned long long)sum.reasons[i]);
	}
	printf("%lu of these exits were handled in the kernel; %lu times a halted VP slept.\n\n",
	       vps_sum("handled"), vps_sum("halts"));
}

int main(int argc, char **argv)
{
	unsigned long wanted = demo_arguments(argc, argv, 6000,
		"Raises N real device interrupts, then twice as many, and follows each into VTL0.");
	uint64_t raised = 0, relayed = 0, handled = 0, misdelivered;
	unsigned long returns, exits;
	struct run once, twice;
	bool complete;

	story_begin();
	guest_start();
	once = run(wanted);
	twice = run(2 * wanted);
	returns = user_returns();
	exits = once.host_exits + twice.host_exits;
	misdelivered = misdelivered_count();

	story_table(&raised, &relayed, &handled);
	story_exits();
	printf("Returns to user space: %lu with %lu interrupts, %lu with %lu; %lu since the start.\n"
	       "Half of the interrupts came while the VPs ran, half while they were halted. To tell\n"
	       "the VPs which, the demo kicked them from another CPU %lu times. Linux calls a thread\n"
	       "back to user space now and then for work of its own; no interrupt does.\n\n",
	       once.user_returns, once.interrupts, twice.user_returns, twice.interrupts, returns,
	       once.kicks + twice.kicks);
	complete = raised == once.interrupts + twice.interrupts;
	if (!complete || raised != relayed || relayed != handled)
		printf("The books do NOT balance.\n");
	printf("demo: raised=%lu relayed=%lu handled=%lu lost=%lu misdelivered=%lu host_exits=%lu user_returns=%lu\n",
	       raised, relayed, handled, raised > handled ? raised - handled : 0, misdelivered,
	       exits, returns);
	fflush(stdout);
	vmm_destroy(vm);
	return complete && raised == relayed && relayed == handled && !misdelivered && !exits &&
	       twice.user_returns < twice.interrupts / RETURNS_RARE ? 0 : 1;
}
