// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Measures the cost of the library's calls that create, move and destroy a redirected or a
 * proxied route. The figures include the library, the driver and Linux. The clock stands
 * still while the host works. The hypercall alone is measured, too.
 *
 * Needs a clock that counts instructions, and a device of the lab's host. The device's
 * source is always masked, so that no interrupt disturbs a sample.
 */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <x86intrin.h>

#include <linux/mshv_vtl.h>

#include "../../lab/labhost/labhost_client.h"
#include "../../lib/vtlirq.h"
#include "../lines/lines.h"

#define SAMPLES		500
#define WARM_UP		20
#define VECTORS		2
#define VECTOR_FIRST	0x51

static int64_t ticks[SAMPLES], empty;
static struct vtlirq *irqs;
static struct vtlirq_interrupt interrupt;
static struct vtlirq_route *route;
static struct vtlirq_single_target targets[VECTORS];

static void print(const char *name)
{
	lines_samples_less("library", name, ticks, SAMPLES, empty);
}

static void empty_measure(void)
{
	uint64_t before;
	int i;

	for (i = 0; i < SAMPLES; i++) {
		before = __rdtsc();
		ticks[i] = __rdtsc() - before;
	}
	empty = lines_median(ticks, SAMPLES);
}

static void create(unsigned int target)
{
	int ret = vtlirq_route_create(irqs, &interrupt, &targets[target].target, &route);

	if (ret)
		die("a route cannot be created: %s", strerror(-ret));
}

static void check_delivery(enum vtlirq_delivery delivery)
{
	struct vtlirq_route_state state;
	int ret = vtlirq_route_state(route, &state);

	if (ret)
		die("the state of a route cannot be read: %s", strerror(-ret));
	if (state.delivery != delivery)
		die("a route has the wrong delivery");
}

static void route_measure(enum vtlirq_delivery delivery, const char *name)
{
	static int64_t creations[SAMPLES], destructions[SAMPLES];
	uint64_t before;
	int i;

	for (i = -WARM_UP; i < SAMPLES; i++) {
		before = __rdtsc();
		create(0);
		creations[i < 0 ? 0 : i] = __rdtsc() - before;
		check_delivery(delivery);
		before = __rdtsc();
		if (vtlirq_route_destroy(route))
			die("a route cannot be destroyed");
		destructions[i < 0 ? 0 : i] = __rdtsc() - before;
	}
	memcpy(ticks, creations, sizeof(ticks));
	print(lines_name("create, %s", name));
	memcpy(ticks, destructions, sizeof(ticks));
	print(lines_name("destroy, %s", name));

	create(0);
	for (i = -WARM_UP; i < SAMPLES; i++) {
		before = __rdtsc();
		if (vtlirq_route_retarget(route, &targets[i & 1].target))
			die("a route cannot be moved");
		ticks[i < 0 ? 0 : i] = __rdtsc() - before;
	}
	check_delivery(delivery);
	print(lines_name("retarget, %s", name));
	vtlirq_route_destroy(route);
}

static int host_open(void)
{
	static uint8_t bitmap[512];
	struct mshv_hvcall_setup setup = {
		.bitmap_size = sizeof(bitmap), .bitmap = (uintptr_t)bitmap,
	};
	int hv = open("/dev/mshv_hvcall", O_RDWR | O_CLOEXEC);

	bitmap[0x7e / 8] = 1 << 0x7e % 8;
	if (hv < 0 || ioctl(hv, MSHV_HVCALL_SETUP, &setup))
		die_errno("/dev/mshv_hvcall");
	return hv;
}

/* Measure the system call and the TDVMCALL to the host, which each of the calls above contains. */
static void host_measure(void)
{
	struct {
		uint64_t partition, device;
		uint32_t source, reserved0, address, data;
		uint64_t reserved1;
		uint32_t vector, flags;
		uint64_t format, banks, bank;
	} input = {
		.partition = ~0ULL, .device = interrupt.device_id, .source = 1,
		.address = interrupt.address, .data = interrupt.data,
		.vector = VECTOR_FIRST, .flags = 2, .banks = 1, .bank = 1,
	};
	struct mshv_hvcall call = {
		.control = 0x7e | 2 << 17, .input_size = sizeof(input), .input = (uintptr_t)&input,
	};
	int hv = host_open(), i;
	uint64_t before;

	for (i = -WARM_UP; i < SAMPLES; i++) {
		input.vector = VECTOR_FIRST + (i & 1);
		before = __rdtsc();
		if (ioctl(hv, MSHV_HVCALL, &call) || call.status)
			die("the host refuses");
		ticks[i < 0 ? 0 : i] = __rdtsc() - before;
	}
	print("hypercall alone, retarget, proxied");
	close(hv);
}

static void device_choose(void)
{
	struct lab_host_device device;
	int host = labhost_open(), ret = host < 0 ? host : labhost_device_get(host, 0, &device);

	if (ret)
		die("no device of the lab's host: %s", strerror(-ret));
	labhost_close(host);
	interrupt = (struct vtlirq_interrupt) { device.bdf, LAB_HOST_MSI_ADDRESS, 0 };
}

static void library_measure(enum vtlirq_delivery delivery, uint32_t flags, const char *name)
{
	const struct vtlirq_config config = { .size = sizeof(config), .flags = flags };
	int ret = vtlirq_open(&config, &irqs);

	if (ret)
		die("the library cannot be opened: %s", strerror(-ret));
	route_measure(delivery, name);
	vtlirq_close(irqs);
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < VECTORS; i++)
		vtlirq_target_single(&targets[i], 0, VECTOR_FIRST + i);
	device_choose();
	empty_measure();
	lines_remark("the library's calls, with the driver's part; the source is masked");
	library_measure(VTLIRQ_REDIRECTED, 0, "redirected");
	library_measure(VTLIRQ_PROXIED, VTLIRQ_CONFIG_NO_REDIRECT, "proxied");
	host_measure();
	return 0;
}
