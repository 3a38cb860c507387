// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The command: runs a guest in VTL0, and prints its exits. The lab's own guest runs for a given
 * time, and its devices interrupt; Linux runs until it ends (command_linux.c).
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../labhost/labhost_client.h"
#include "command.h"
#include "linux/linux.h"
#include "vmm.h"

#define PAYLOAD_DEFAULT	"/lib/vtlirq/guest.bin"
#define SECONDS_DEFAULT	3
#define VPS_DEFAULT	2
#define COMMAND_MS	10000
/* The vector of the first route; that of each next one is a priority class higher. */
#define VECTOR_FIRST	0x51
#define VECTOR_STEP	0x11
#define VECTOR_STEPS	8
#define SECONDS_MAX	86400

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/**
 * struct wanted - a route that the command line asks for, or a default one
 */
struct wanted {
	unsigned int lab_device;
	unsigned int source;
	unsigned int vp;
	unsigned int vector;
};

static struct vmm_config config = {
	.vps = VPS_DEFAULT,
	.payload = PAYLOAD_DEFAULT,
	.offload_flags = VMM_OFFLOAD_DEFAULT,
	.timer_offload = true,
};

static struct wanted wanted[VTL0_ROUTES_MAX];
static unsigned int wanted_count;
static struct linux_config linux_config = {
	.command_line = "console=ttyS0",
	.console_in = -1,
	.console_out = 1,
};

static bool linux_reboots = true;
/* UINT_MAX: the option was not given. */
static unsigned int seconds = UINT_MAX;
static enum vtl0_mode mode = VTL0_MODE_RING_HALT;
volatile sig_atomic_t command_interrupted;

static unsigned int number_parse(const char *text, unsigned int max, struct argp_state *state,
				 const char *what)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 0);
	if (errno || end == text || *end || value > max)
		argp_error(state, "%s: a number up to %u, not '%s'", what, max, text);
	return value;
}

static void mode_parse(const char *text, struct argp_state *state)
{
	static const char * const names[] = {
		[VTL0_MODE_SPIN] = "spin",
		[VTL0_MODE_HALT] = "halt",
		[VTL0_MODE_RING] = "ring",
		[VTL0_MODE_RING_HALT] = "ring-halt",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(text, names[i])) {
			mode = i;
			return;
		}
	}
	argp_error(state, "--mode: spin, halt, ring or ring-halt, not '%s'", text);
}

static void route_parse(const char *text, struct argp_state *state)
{
	struct wanted route;
	int length = -1;

	if (sscanf(text, "%u,%u,%u,%i%n", &route.lab_device, &route.source, &route.vp,
		   (int *)&route.vector, &length) != 4 || text[length])
		argp_error(state, "--route: DEVICE,SOURCE,VP,VECTOR, not '%s'", text);
	if (wanted_count == VTL0_ROUTES_MAX)
		argp_error(state, "--route: at most %d", VTL0_ROUTES_MAX);
	if (route.vector < 16 || route.vector > 255)
		argp_error(state, "--route: a vector is from 16 to 255, not %u", route.vector);
	wanted[wanted_count++] = route;
}

/*
 * Parses an address as lspci prints it; the domain is optional, and 0. Return: -1 if it is invalid.
 */
static int address_parse(const char *text)
{
	unsigned int bus, device, number;
	int length = -1;

	if (!strncmp(text, "0000:", 5))
		text += 5;
	if (sscanf(text, "%2x:%2x.%1x%n", &bus, &device, &number, &length) != 3 || text[length] ||
	    device > 31 || number > 7)
		return -1;
	return bus << 8 | device << 3 | number;
}

static void function_parse(const char *text, struct argp_state *state)
{
	int function = address_parse(text);

	if (function < 0)
		function = linux_function_find(text);
	if (function < 0)
		argp_error(state, "--pci: BUS:DEVICE.FUNCTION, or nvme, ethernet or usb where this machine has one, not '%s'",
			   text);
	if (linux_config.functions_count == LINUX_FUNCTIONS_MAX)
		argp_error(state, "--pci: at most %d", LINUX_FUNCTIONS_MAX);
	linux_config.functions[linux_config.functions_count++] = function;
}

static void signature_parse(const char *text, struct argp_state *state)
{
	if (!strcmp(text, "kvm"))
		linux_config.signature = LINUX_SIGNATURE_KVM;
	else if (!strcmp(text, "hyperv"))
		linux_config.signature = LINUX_SIGNATURE_HYPERV;
	else if (!strcmp(text, "hyperv-ipi"))
		linux_config.signature = LINUX_SIGNATURE_HYPERV_IPI;
	else
		argp_error(state, "--signature: kvm, hyperv or hyperv-ipi, not '%s'", text);
}

static void console_open(const char *path, struct argp_state *state)
{
	linux_config.console_out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (linux_config.console_out < 0)
		argp_error(state, "--output: %s: %s", path, strerror(errno));
}

static error_t linux_option_parse(int key, char *value, struct argp_state *state)
{
	switch (key) {
	case 'k':
		linux_config.kernel = value;
		config.guest = &linux_guest;
		config.guest_config = &linux_config;
		return 0;
	case 'i':
		linux_config.initrd = value;
		return 0;
	case 'a':
		linux_config.command_line = value;
		return 0;
	case 'M':
		linux_config.memory_mb = number_parse(value, UINT_MAX, state, "--memory");
		return 0;
	case 'P':
		function_parse(value, state);
		return 0;
	case 'S':
		signature_parse(value, state);
		return 0;
	case 'I':
		linux_config.console_in = 0;
		return 0;
	case 'o':
		console_open(value, state);
		return 0;
	case 'R':
		linux_reboots = false;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t option_parse(int key, char *value, struct argp_state *state)
{
	switch (key) {
	case 'n':
		config.vps = number_parse(value, VTL0_VPS_MAX, state, "--vps");
		return 0;
	case 'p':
		config.payload = value;
		return 0;
	case 's':
		seconds = number_parse(value, SECONDS_MAX, state, "--seconds");
		return 0;
	case 'm':
		mode_parse(value, state);
		return 0;
	case 'r':
		route_parse(value, state);
		return 0;
	case 'u':
		config.offload_flags = 0;
		return 0;
	case 'T':
		config.timer_offload = false;
		return 0;
	case 'x':
		config.no_redirect = true;
		return 0;
	case 'q':
		config.quota = number_parse(value, UINT_MAX, state, "--quota");
		return 0;
	case 'v':
		config.verbose = true;
		return 0;
	default:
		return linux_option_parse(key, value, state);
	}
}

/* One edu device for each VP, if the command line names none. */
static void wanted_choose(struct vmm *vm)
{
	struct labhost_source *sources = NULL;
	size_t count = 0, i;

	if (wanted_count || vmm_host(vm) < 0 || labhost_sources(vmm_host(vm), &sources, &count))
		return;
	for (i = 0; i < count && wanted_count < config.vps; i++) {
		if (sources[i].kind != LAB_HOST_KIND_EDU)
			continue;
		wanted[wanted_count] = (struct wanted) {
			.lab_device = sources[i].device,
			.source = sources[i].source,
			.vp = wanted_count,
			.vector = VECTOR_FIRST + wanted_count % VECTOR_STEPS * VECTOR_STEP,
		};
		wanted_count++;
	}
	free(sources);
}

/* Returns the guest's index of a device of the lab's host, and gives the device to it if needed. */
static int device_index(struct vmm *vm, unsigned int lab_device)
{
	static int known[LAB_HOST_DEVICES_MAX];

	if (lab_device >= LAB_HOST_DEVICES_MAX)
		return vmm_device_add(vm, lab_device);
	if (!known[lab_device])
		known[lab_device] = vmm_device_add(vm, lab_device) + 1;
	return known[lab_device] - 1;
}

static void route_print(struct vmm *vm, const struct wanted *route, unsigned int index)
{
	struct vtlirq_route_state state;

	if (vmm_route_state(vm, index, &state))
		return;
	printf("device %u, source %u: vector %#x of VP %u, ", route->lab_device, route->source,
	       route->vector, route->vp);
	if (state.delivery == VTLIRQ_REDIRECTED)
		printf("redirected, hardware vector %#x\n", state.hardware_vector);
	else
		printf("proxied: %s\n", vtlirq_reason_name(state.reason));
}

static int routes_make(struct vmm *vm)
{
	unsigned int i;
	int ret;

	for (i = 0; i < wanted_count; i++) {
		ret = device_index(vm, wanted[i].lab_device);
		if (ret >= 0)
			ret = vmm_route_add(vm, ret, wanted[i].source, wanted[i].vp,
					    wanted[i].vector);
		if (ret < 0)
			return ret;
		route_print(vm, &wanted[i], ret);
	}
	return 0;
}

/* A VP with a route raises the first of them; a VP without a route halts. */
static int mode_set(struct vmm *vm, unsigned int vp)
{
	const bool rings = mode == VTL0_MODE_RING || mode == VTL0_MODE_RING_HALT;
	uint64_t arguments[VTL0_ARGUMENTS] = { mode };
	unsigned int i;

	for (i = 0; i < wanted_count && wanted[i].vp != vp; i++)
		;
	arguments[1] = i;
	if (rings && i == wanted_count)
		arguments[0] = VTL0_MODE_HALT;
	return vmm_command(vm, vp, VTL0_COMMAND_MODE, arguments, COMMAND_MS, NULL);
}

static void on_signal(int number)
{
	(void)number;
	command_interrupted = 1;
}

/* Waits, and lets routes change their delivery once a second, by their rates. */
static void wait_for_the_end(struct vmm *vm)
{
	const struct timespec tenth = { .tv_nsec = 100000000 };
	unsigned int tenths = seconds * 10;

	while (tenths-- && !command_interrupted && !vmm_ended(vm, NULL)) {
		nanosleep(&tenth, NULL);
		if (tenths % 10 == 0)
			vtlirq_rebalance(vmm_irqs(vm));
	}
}

void command_exits_print(struct vmm *vm)
{
	uint64_t exits[VMM_REASONS] = { 0 };
	struct vmm_stats stats;
	unsigned int vp, i;
	const char *name;

	printf("\n%-4s %10s %10s %10s %10s %10s %10s %10s\n", "VP", "returns", "cancels", "quiet",
	       "taken", "merged", "kicks", "to host");
	for (vp = 0; vp < config.vps; vp++) {
		vmm_stats(vm, vp, &stats);
		printf("%-4u %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64
		       " %10" PRIu64 " %10" PRIu64 "\n", vp, stats.returns, stats.cancels,
		       stats.quiet, stats.taken, stats.merged, stats.kicks, stats.host_routed);
		for (i = 0; i < VMM_REASONS; i++)
			exits[i] += stats.exits[i];
	}
	printf("\n%-22s %10s\n", "exit to user space", "count");
	for (i = 0; i < VMM_REASONS; i++) {
		name = vmm_reason_name(i);
		if (exits[i])
			printf("%2u %-19s %10" PRIu64 "\n", i, name ? name : "", exits[i]);
	}
}

static void handled_print(struct vmm *vm)
{
	volatile struct vtl0_report *report;
	unsigned int vp, vector;

	printf("\n%-4s %10s %10s %10s %10s %10s %14s  handled by VTL0, by vector\n", "VP",
	       "rings", "halts", "spins", "IPIs", "EOIs", "ring ticks");
	for (vp = 0; vp < config.vps; vp++) {
		report = vmm_report(vm, vp);
		printf("%-4u %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64
		       " %14" PRIu64 " ", vp, report->rings, report->halts, report->spins,
		       report->ipis, report->eois, report->ring_ticks_min);
		for (vector = 0; vector < 256; vector++) {
			if (report->counts[vector])
				printf(" %#x:%" PRIu64, vector, report->counts[vector]);
		}
		putchar('\n');
	}
}

/* Runs the guest until it ends or the time is over. */
static int run(struct vmm *vm)
{
	unsigned int vp;
	int ret = 0;

	for (vp = 0; !ret && vp < config.vps; vp++)
		ret = mode_set(vm, vp);
	if (!ret)
		wait_for_the_end(vm);

	vmm_stop(vm);
	command_exits_print(vm);
	handled_print(vm);
	return ret;
}

static int run_all(struct vmm *vm)
{
	int ret, status;

	wanted_choose(vm);
	ret = routes_make(vm);
	/* `vtlirq route show` shows them; without it, all else is the same. */
	if (!ret && vtlirq_publish(vmm_irqs(vm), NULL))
		fprintf(stderr, "paravisor: the routes are not published\n");
	if (!ret)
		ret = vmm_start(vm);
	if (ret)
		return STATUS_TROUBLE;

	ret = run(vm);
	if (vmm_ended(vm, &status))
		return status;
	return ret ? STATUS_TROUBLE : 0;
}

int main(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "vps", 'n', "N", 0, "How many VPs, from CPU 0 on (2)", 0 },
		{ "payload", 'p', "FILE", 0, "The guest's image (" PAYLOAD_DEFAULT ")", 0 },
		{ "seconds", 's', "S", 0, "For how long it runs (3; Linux: 0, until it ends)", 0 },
		{ "mode", 'm', "MODE", 0,
		  "What the guest does: spin, halt, ring, ring-halt (the default)", 0 },
		{ "route", 'r', "DEVICE,SOURCE,VP,VECTOR", 0,
		  "Give the guest an interrupt; without it, an edu device for each VP", 0 },
		{ "user", 'u', NULL, 0, "Let the kernel handle nothing by itself", 0 },
		{ "user-timer", 'T', NULL, 0,
		  "Let the kernel handle all but the timer by itself", 0 },
		{ "proxied", 'x', NULL, 0, "Let the host relay every interrupt", 0 },
		{ "quota", 'q', "N", 0, "Redirect at most N interrupts to one VP", 0 },
		{ "verbose", 'v', NULL, 0, "Tell each exit", 0 },
		{ NULL, 0, NULL, 0, "Linux as the guest:", 0 },
		{ "kernel", 'k', "FILE", 0, "Run this bzImage, until it powers off", 0 },
		{ "initrd", 'i', "FILE", 0, "Its initial file system", 0 },
		{ "append", 'a', "LINE", 0, "Its command line (console=ttyS0)", 0 },
		{ "memory", 'M', "MB", 0, "Its memory (all that is set aside for VTL0)", 0 },
		{ "pci", 'P', "FUNCTION", 0,
		  "Pass a PCI function through to it; may be repeated", 0 },
		{ "signature", 'S', "NAME", 0,
		  "Which hypervisor it finds: kvm (the default), hyperv, or hyperv-ipi", 0 },
		{ "interactive", 'I', NULL, 0,
		  "Standard input is its serial port's; Ctrl-] ends it", 0 },
		{ "output", 'o', "FILE", 0, "What its serial port sends goes there", 0 },
		{ "no-reboot", 'R', NULL, 0, "End also when it restarts", 0 },
		{ 0 }
	};
	static const struct argp argp = {
		options, option_parse, NULL, "Runs a guest in VTL0.", NULL, NULL, NULL
	};
	struct vmm *vm;
	int status;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	if (config.guest)
		return command_linux(&config, seconds == UINT_MAX ? 0 : seconds, linux_reboots);
	if (seconds == UINT_MAX)
		seconds = SECONDS_DEFAULT;
	if (vmm_create(&config, &vm))
		return STATUS_TROUBLE;
	status = run_all(vm);
	vmm_destroy(vm);
	return status;
}
