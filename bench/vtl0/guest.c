// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Runs the guest that is measured; see vtl0.h.
 *
 * The machine has one CPU, so that each timer of this program interrupts the guest.
 * While samples are taken, the program therefore sleeps for long intervals between
 * its checks.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../../lab/labhost/labhost_client.h"
#include "../lines/lines.h"
#include "vtl0.h"

#define IMAGE		"/lib/vtlirq/guest.bin"
#define VECTOR		0x51
#define PAGE_SIZE	4096
#define LOOK_USECS	50000
#define PATIENCE_LOOKS	2000
#define COMMAND_MS	10000

static void say_nothing(void *context, unsigned int vp, const char *line)
{
}

static void edu_find(struct guest *guest, struct lab_host_device *device)
{
	unsigned int i;

	for (i = 0; i < LAB_HOST_DEVICES_MAX; i++) {
		if (labhost_device_get(vmm_host(guest->vm), i, device) ||
		    device->kind != LAB_HOST_KIND_EDU)
			continue;
		guest->edu = i;
		return;
	}
	die("the lab's host has no edu device");
}

static void registers_map(struct guest *guest, const struct lab_host_device *device)
{
	char path[80];
	void *place;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/0000:%02x:%02x.%x/resource0",
		 device->bdf >> 8 & 0xff, device->bdf >> 3 & 0x1f, device->bdf & 7);
	fd = open(path, O_RDWR | O_SYNC | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	place = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (place == MAP_FAILED)
		die("%s cannot be mapped: %s; boot with iomem=relaxed", path, strerror(errno));
	close(fd);
	guest->registers = place;
}

static void route_add(struct guest *guest)
{
	struct vtlirq_route_state state;
	int device = vmm_device_add(guest->vm, guest->edu);
	bool redirected;

	if (device < 0)
		die("VTL0 does not get the edu device");
	guest->route = vmm_route_add(guest->vm, device, 0, 0, VECTOR);
	if (guest->route < 0 || vmm_route_state(guest->vm, guest->route, &state))
		die("the edu device's interrupt gets no route");
	redirected = state.delivery == VTLIRQ_REDIRECTED;
	if (guest->redirected != redirected)
		die("the interrupt should be %s, and is not: %s", guest_delivery(guest),
		    vtlirq_reason_name(state.reason));
}

/* The youngest thread has the highest number. */
static pid_t thread_youngest(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *entry;
	pid_t youngest = 0;

	if (!tasks)
		die("/proc/self/task: %s", strerror(errno));
	while ((entry = readdir(tasks))) {
		if (atoi(entry->d_name) > youngest)
			youngest = atoi(entry->d_name);
	}
	closedir(tasks);
	return youngest;
}

void guest_open(struct guest *guest, bool redirected)
{
	const struct vmm_config config = {
		.vps = 1,
		.payload = IMAGE,
		.offload_flags = VMM_OFFLOAD_DEFAULT,
		.no_redirect = !redirected,
		.console = say_nothing,
	};
	struct lab_host_device device;

	guest->redirected = redirected;
	if (vmm_create(&config, &guest->vm))
		die("there is no VTL0");
	edu_find(guest, &device);
	registers_map(guest, &device);
	route_add(guest);
	if (vmm_start(guest->vm))
		die("VTL0 does not run");
	guest->thread = thread_youngest();
	if (vmm_command(guest->vm, 0, VTL0_COMMAND_NONE, NULL, COMMAND_MS, NULL))
		die("VTL0 does not answer");
}

void guest_close(struct guest *guest)
{
	vmm_destroy(guest->vm);
	munmap((void *)guest->registers, PAGE_SIZE);
}

const char *guest_delivery(const struct guest *guest)
{
	return guest->redirected ? "redirected" : "proxied";
}

void guest_sample_post(struct guest *guest, enum vtl0_sample_kind kind)
{
	const uint64_t arguments[VTL0_ARGUMENTS] = { guest->route, kind, ALL };

	vmm_command_post(guest->vm, 0, VTL0_COMMAND_SAMPLE, arguments);
}

void guest_sleep(unsigned int usecs)
{
	const struct timespec pause = { .tv_sec = usecs / 1000000,
					.tv_nsec = usecs % 1000000 * 1000 };

	nanosleep(&pause, NULL);
}

void guest_sample_wait(struct guest *guest)
{
	volatile struct vtl0_report *report = vmm_report(guest->vm, 0);
	unsigned int looks = 0;

	while (report->done != report->sequence) {
		if (vmm_ended(guest->vm, NULL) || ++looks > PATIENCE_LOOKS)
			die("VTL0 does not finish: an interrupt is lost, or VTL0 is");
		guest_sleep(LOOK_USECS);
	}
	if (report->result != ALL)
		die("VTL0 cannot take samples of this interrupt");
}

void guest_sample(struct guest *guest, enum vtl0_sample_kind kind)
{
	guest_sample_post(guest, kind);
	guest_sample_wait(guest);
}

const struct vtl0_sample *guest_samples(const struct guest *guest)
{
	const volatile uint8_t *reports = (const volatile uint8_t *)vmm_report(guest->vm, 0);

	return (const struct vtl0_sample *)(reports - VTL0_REPORTS_OFFSET + VTL0_SAMPLES_OFFSET);
}
