// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A demo of the relay alone: real devices raise real interrupts, and the demo follows each
 * from the device to the run page of its VP. It uses the driver as a VMM does, and the lab's
 * host through its ioctls.
 *
 * Owns: what is printed, and the accounting: raised = relayed, and no interrupt is lost or
 * misdelivered. Must not know: how the driver and the host work.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <linux/mshv_vtl.h>

#include "../../lib/vtlirq.h"
#include "../labhost/labhost_client.h"
#include "demo.h"

#define ROUTES_MAX	12
#define VPS		2
#define DRIVER_MAPPINGS	"/sys/kernel/debug/mshv_vtl/mappings"

/**
 * struct route - one device interrupt of VTL0, and its counts
 * @device:       the index of the device at the lab's host
 * @source:       the index of the interrupt among those of the device
 * @name:         the device's name
 * @vp:           the VP that gets the interrupt
 * @proxy_vector: the proxy vector
 * @vector:       the hardware vector, which the driver has allocated
 * @raised:       how often the device raised it, as the lab's host counts
 * @raised_before: the host's count at the start
 * @relayed:      how often the VP found it in its run page
 * @outstanding:  raised, but not found there yet; the demo does not raise the next one
 *                before, since two that are pending in a CPU's interrupt controller merge
 */
struct route {
	unsigned int device;
	unsigned int source;
	char name[32];
	unsigned int vp;
	unsigned int proxy_vector;
	unsigned int vector;
	__u64 raised;
	__u64 raised_before;
	unsigned long relayed;
	bool outstanding;
};

/**
 * struct vp - a thread that handles a run page like a VMM's VP thread
 * @run:          the run page
 * @misdelivered: bits that do not belong to a raised interrupt
 */
struct vp {
	unsigned int number;
	struct mshv_vtl_run *run;
	pthread_t thread;
	unsigned long misdelivered;
};

static struct route routes[ROUTES_MAX];
static unsigned int routes_count;
static struct vp vps[VPS];
static bool stop;
static int host, vtl;

/* Ask for the APIC id, since CPU n need not have APIC id n. */
static unsigned int apic_id(unsigned int cpu)
{
	uint32_t id;
	int ret = vtlirq_vp_apic_id(cpu, &id);

	if (ret)
		demo_give_up("the APIC id of CPU %u: %s", cpu, strerror(-ret));
	return id;
}

static void machine_open(void)
{
	int mshv = open("/dev/mshv", O_RDWR | O_CLOEXEC);

	if (mshv < 0)
		demo_give_up("/dev/mshv: %s; is the driver loaded?", strerror(errno));
	vtl = ioctl(mshv, MSHV_CREATE_VTL, 0);
	if (vtl < 0)
		demo_give_up("no VTL file: %s", strerror(errno));
	close(mshv);

	host = labhost_open();
	if (host < 0)
		demo_give_up("the lab's host: %s; is its module loaded?", strerror(-host));
	if (sysconf(_SC_NPROCESSORS_ONLN) < VPS)
		demo_give_up("this needs %d CPUs", VPS);
}

/* Use up to four interrupts of each device. An edu device has one. */
static void routes_choose(void)
{
	struct labhost_source *sources;
	struct lab_host_device device;
	struct route *route;
	size_t count, i;

	if (labhost_sources(host, &sources, &count))
		demo_give_up("the lab's host tells no devices");

	for (i = 0; i < count && routes_count < ROUTES_MAX; i++) {
		if (sources[i].source >= 4)
			continue;
		route = &routes[routes_count];
		labhost_device_get(host, sources[i].device, &device);
		snprintf(route->name, sizeof(route->name), "%.*s", (int)sizeof(device.name) - 1,
			 device.name);
		route->device = sources[i].device;
		route->source = sources[i].source;
		route->vp = routes_count % VPS;
		/* The two routes of a pair have the same vector, on different VPs. */
		route->proxy_vector = 0x51 + routes_count / VPS * 0x11;
		routes_count++;
	}
	free(sources);
	if (routes_count < 8)
		demo_give_up("only %u interrupts; the lab has 8 and more", routes_count);
}

static void route_map(struct route *route)
{
	struct mshv_map_device_intr args = {
		.vector = route->proxy_vector,
		.apic_id = apic_id(route->vp),
		.create_mapping = 1,
	};
	int ret;

	if (ioctl(vtl, MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT, &args))
		demo_give_up("map of vector %#x on VP %u: %s", route->proxy_vector, route->vp,
			     strerror(errno));
	route->vector = args.vector;

	ret = labhost_route(host, route->device, route->source, args.apic_id, args.vector);
	if (!ret)
		ret = labhost_raise(host, route->device, route->source, 0, &route->raised_before);
	if (ret)
		demo_give_up("%s: %s", route->name, strerror(-ret));
}

static void route_unmap(struct route *route)
{
	struct mshv_map_device_intr args = {
		.vector = route->vector,
		.apic_id = apic_id(route->vp),
	};

	labhost_mask(host, route->device, route->source);
	if (ioctl(vtl, MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT, &args))
		demo_give_up("unmap of vector %#x: %s", route->vector, strerror(errno));
}

/* Count a bit that was found on a VP for the route that it belongs to. */
static void vp_account(struct vp *vp, unsigned int proxy_vector)
{
	unsigned int i;

	for (i = 0; i < routes_count; i++) {
		struct route *route = &routes[i];

		if (route->vp != vp->number || route->proxy_vector != proxy_vector)
			continue;
		if (!__atomic_load_n(&route->outstanding, __ATOMIC_ACQUIRE))
			break;
		route->relayed++;
		__atomic_store_n(&route->outstanding, false, __ATOMIC_RELEASE);
		return;
	}
	vp->misdelivered++;
}

static void vp_take(struct vp *vp)
{
	struct mshv_vtl_run *run = vp->run;
	unsigned int bank;
	__u32 bits;

	if (!__atomic_load_n(&run->scan_proxy_irr, __ATOMIC_ACQUIRE))
		return;
	__atomic_exchange_n(&run->scan_proxy_irr, 0, __ATOMIC_SEQ_CST);

	for (bank = 0; bank < MSHV_VTL_PROXY_BANKS; bank++) {
		if (!__atomic_load_n(&run->proxy_irr[bank], __ATOMIC_RELAXED))
			continue;
		bits = __atomic_exchange_n(&run->proxy_irr[bank], 0, __ATOMIC_RELAXED);
		for (; bits; bits &= bits - 1)
			vp_account(vp, bank * 32 + __builtin_ctz(bits));
	}
}

static void *vp_run(void *arg)
{
	struct vp *vp = arg;
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(vp->number, &cpu);
	if (sched_setaffinity(0, sizeof(cpu), &cpu))
		demo_give_up("VP %u: %s", vp->number, strerror(errno));

	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		vp_take(vp);
		sched_yield();
	}
	vp_take(vp);
	return NULL;
}

static void vps_start(void)
{
	unsigned int i;

	for (i = 0; i < VPS; i++) {
		vps[i].number = i;
		vps[i].run = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, vtl,
				  MSHV_VTL_PAGE_INDEX(MSHV_VTL_PAGE_RUN, i) * 4096L);
		if (vps[i].run == MAP_FAILED)
			demo_give_up("run page of VP %u: %s", i, strerror(errno));
		if (pthread_create(&vps[i].thread, NULL, vp_run, &vps[i]))
			demo_give_up("no thread for VP %u", i);
	}
}

static unsigned long vps_stop(void)
{
	unsigned long misdelivered = 0;
	unsigned int i;

	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	for (i = 0; i < VPS; i++) {
		pthread_join(vps[i].thread, NULL);
		misdelivered += vps[i].misdelivered;
	}
	return misdelivered;
}

static bool route_raise(struct route *route)
{
	__u64 total;
	int ret;

	if (__atomic_load_n(&route->outstanding, __ATOMIC_ACQUIRE))
		return false;

	__atomic_store_n(&route->outstanding, true, __ATOMIC_RELEASE);
	ret = labhost_raise(host, route->device, route->source, 1, &total);
	if (ret)
		demo_give_up("%s does not raise: %s", route->name, strerror(-ret));
	route->raised = total - route->raised_before;
	return true;
}

/* Raise interrupts until each route had its share, or until there is no progress any more. */
static void interrupts_raise(unsigned long each)
{
	struct demo_patience patience = {};
	unsigned int i, busy;

	do {
		for (i = 0, busy = 0; i < routes_count; i++) {
			if (routes[i].raised == each &&
			    !__atomic_load_n(&routes[i].outstanding, __ATOMIC_ACQUIRE))
				continue;
			busy++;
			if (routes[i].raised < each && route_raise(&routes[i]))
				demo_patience_renew(&patience);
		}
		sched_yield();
	} while (busy && demo_patience_lasts(&patience));
}

/* Return the driver's own count for a mapping, or 0 if there is no such mapping. */
static unsigned long driver_relayed(const struct route *route)
{
	unsigned long relayed, found = 0;
	unsigned int cpu, vector;
	char line[512];
	FILE *file = fopen(DRIVER_MAPPINGS, "re");

	if (!file)
		demo_give_up(DRIVER_MAPPINGS ": %s", strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%u %*u %x %*x mapped %*u %lu", &cpu, &vector, &relayed) == 3 &&
		    cpu == route->vp && vector == route->vector)
			found = relayed;
	}
	fclose(file);
	return found;
}

static void story_begin(void)
{
	struct utsname name;

	uname(&name);
	printf("\n"
	       "A paravisor's kernel (Linux %s, %ld CPUs) owns %u interrupts of devices that\n"
	       "belong to its guest. Each gets a CPU vector of its own: when the device raises\n"
	       "it, the CPU itself lands in the driver, which sets one bit, the guest's vector,\n"
	       "in the page of the right virtual processor (VP). The host has no part in it.\n"
	       "\n"
	       "  device --MSI--> CPU n, hardware vector --driver--> run page of VP n, guest's vector\n"
	       "\n",
	       name.release, sysconf(_SC_NPROCESSORS_ONLN), routes_count);
}

static bool story_table(unsigned long misdelivered)
{
	unsigned long raised = 0, relayed = 0, driver = 0, own;
	bool agrees = true;
	unsigned int i;

	printf("  %-22s %6s  %4s  %8s  %8s  %8s  %8s  %9s\n", "device", "source", "VP",
	       "guest's", "hardware", "raised", "relayed", "driver's");
	printf("  %-22s %6s  %4s  %8s  %8s  %8s  %8s  %9s\n", "", "", "", "vector", "vector", "",
	       "", "own count");
	for (i = 0; i < routes_count; i++) {
		struct route *route = &routes[i];

		own = driver_relayed(route);
		printf("  %-22s %6u  %4u  %8s%02x  %6s%02x  %8llu  %8lu  %9lu\n", route->name,
		       route->source, route->vp, "0x", route->proxy_vector, "0x", route->vector,
		       (unsigned long long)route->raised, route->relayed, own);
		agrees &= route->raised == route->relayed && route->relayed == own;
		raised += route->raised;
		relayed += route->relayed;
		driver += own;
	}
	printf("  %-22s %6s  %4s  %8s  %8s  %8lu  %8lu  %9lu\n\n", "all", "", "", "", "", raised,
	       relayed, driver);
	printf("Every arrival was checked for its VP and its vector; each one is in all three\n"
	       "counts: the device's, the VP's and the driver's.\n"
	       "\n");
	if (!agrees)
		printf("The accounting does NOT balance.\n");
	printf("relay: raised=%lu relayed=%lu lost=%lu misdelivered=%lu\n", raised, relayed,
	       raised > relayed ? raised - relayed : 0, misdelivered);
	return agrees && !misdelivered && raised;
}

int main(int argc, char **argv)
{
	unsigned long wanted = demo_arguments(argc, argv, 12000,
		"Raises N real device interrupts and follows each to its VP's run page.");
	unsigned long misdelivered;
	unsigned int i;
	bool good;

	machine_open();
	routes_choose();
	story_begin();
	for (i = 0; i < routes_count; i++)
		route_map(&routes[i]);
	vps_start();
	interrupts_raise((wanted + routes_count - 1) / routes_count);
	misdelivered = vps_stop();
	good = story_table(misdelivered);
	for (i = 0; i < routes_count; i++)
		route_unmap(&routes[i]);
	return good ? 0 : 1;
}
