// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The VMM of the bench: runs Linux with the disk in VTL0, and prints what VTL2 has done in each
 * of bench-io's phases.
 *
 * The emulated TDX module counts the ticks of a phase in which VTL0 ran, and those in which the
 * CPU waited. All other ticks are VTL2's: its kernel's, the driver's and this program's. The
 * clock stands still while the module itself and the host run.
 *
 * Owns: when the counts are read, and the output.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <x86intrin.h>

#include "../../lab/demo/demo.h"
#include "../../lab/hypervisor/l1/lab_tdx.h"
#include "../../lab/paravisor/linux/linux.h"
#include "../../lab/paravisor/vmm.h"
#include "../lines/lines.h"
#include "io.h"

#define PHASES_MAX	16
#define LINE_LENGTH	512
#define PREFIX		"vtl2: "
/* How long to wait for the console before checking whether the guest has ended. */
#define POLL_MS		1000

/**
 * struct moment - the counts at the begin or the end of a phase
 * @tsc:      the clock
 * @tdx:      counts of the TDX module
 * @vmm:      counts of the VP's thread
 * @counters: counts of the disk's interrupts
 */
struct moment {
	uint64_t tsc;
	struct lab_tdx_stats tdx;
	struct vmm_stats vmm;
	struct disk_counters counters;
};

/**
 * struct machine - the guest, and its phases so far
 * @vm:     the VMM
 * @tdx:    the file of the TDX module's counts
 * @disk:   the guest's disk
 * @tells:  print a line when a phase begins
 * @delivery: "redirected", "proxied", or "timer": redirected, and VTL2's kernel serves VTL0's
 *          timer
 * @phases: the number of phases that have ended
 * @begin, @end: the counts at the begin and the end of each phase
 */
static struct machine {
	struct vmm *vm;
	int tdx;
	uint16_t disk;
	bool tells;
	const char *delivery;
	unsigned int phases;
	struct moment begin[PHASES_MAX];
	struct moment end[PHASES_MAX];
} machine;

static void tdx_read(struct lab_tdx_stats *stats)
{
	struct lab_tdx_get_stats get = { .cpu = 0 };

	if (ioctl(machine.tdx, LAB_TDX_GET_STATS, &get))
		die_errno(LAB_TDX_NODE ": no counts");
	*stats = get.stats;
}

/*
 * VTL0 does not run while the counts are read, so that only the clock advances. It is read last
 * at the start of a phase, and first at its end.
 */
static void moment_read(struct moment *moment, bool ends)
{
	if (ends)
		moment->tsc = __rdtsc();
	disk_counters_read(machine.vm, 1, machine.disk, &moment->counters);
	vmm_stats(machine.vm, 0, &moment->vmm);
	tdx_read(&moment->tdx);
	if (!ends)
		moment->tsc = __rdtsc();
}

static void mark_take(void *context, uint8_t byte)
{
	if (machine.phases == PHASES_MAX)
		return;
	if (byte == IO_MARK_BEGIN && machine.tells)
		printf(PREFIX "begins %u\n", machine.phases);
	if (byte == IO_MARK_BEGIN)
		moment_read(&machine.begin[machine.phases], false);
	else if (byte == IO_MARK_END)
		moment_read(&machine.end[machine.phases++], true);
}

static uint64_t exits(const struct lab_tdx_stats *stats)
{
	uint64_t sum = stats->notified + stats->host_routed;
	unsigned int i;

	for (i = 0; i < LAB_TDX_REASONS; i++)
		sum += stats->reasons[i];
	return sum;
}

/* Print VTL0's exits by VMX reason, and after a slash those that this program has handled. */
static void reasons_print(const struct moment *begin, const struct moment *end)
{
	uint64_t all, user;
	unsigned int i;

	for (i = 0; i < LAB_TDX_REASONS && i < VMM_REASONS; i++) {
		all = end->tdx.reasons[i] - begin->tdx.reasons[i];
		user = end->vmm.exits[i] - begin->vmm.exits[i];
		if (all || user)
			printf(" reason%u=%" PRIu64 "/%" PRIu64, i, all, user);
	}
	putchar('\n');
}

static void phase_print(unsigned int number)
{
	const struct moment *begin = &machine.begin[number], *end = &machine.end[number];
	struct disk_counters counters = end->counters;

	disk_counters_subtract(&counters, &begin->counters);
	printf(PREFIX "%u ticks=%" PRIu64 " vtl0=%" PRIu64 " waited=%" PRIu64 " exits=%" PRIu64
	       " relayed=%" PRIu64 " merged=%" PRIu64 " host_exits=%" PRIu64 " returns=%" PRIu64
	       " notified=%" PRIu64, number, end->tsc - begin->tsc,
	       (uint64_t)(end->tdx.ticks - begin->tdx.ticks),
	       (uint64_t)(end->tdx.waited - begin->tdx.waited),
	       exits(&end->tdx) - exits(&begin->tdx), counters.relayed, counters.merged,
	       counters.host_exits, counters.returns,
	       (uint64_t)(end->tdx.notified - begin->tdx.notified));
	reasons_print(begin, end);
}

/* Prints the guest's output, without the console's carriage returns. */
static void console_pass(int fd)
{
	struct pollfd console = { .fd = fd, .events = POLLIN };
	char bytes[LINE_LENGTH];
	ssize_t count, i;
	bool ended;

	do {
		ended = vmm_ended(machine.vm, NULL);
		while (poll(&console, 1, ended ? 0 : POLL_MS) > 0) {
			count = read(fd, bytes, sizeof(bytes));
			for (i = 0; i < count; i++) {
				if (bytes[i] != '\r')
					putchar(bytes[i]);
			}
		}
		linux_flush(machine.vm);
	} while (!ended);
}

static bool is_delivery(const char *name)
{
	return !strcmp(machine.delivery, name);
}

static void guest_start(const char *command_line, int console)
{
	struct linux_config guest = {
		.kernel = "/lib/vtlirq/vmlinuz",
		.initrd = "/lib/vtlirq/initrd",
		.command_line = command_line,
		.signature = LINUX_SIGNATURE_HYPERV,
		.functions = { machine.disk },
		.functions_count = 1,
		.console_in = -1,
		.console_out = console,
		.debug = mark_take,
	};
	const struct vmm_config config = {
		.vps = 1,
		.guest = &linux_guest,
		.guest_config = &guest,
		.offload_flags = VMM_OFFLOAD_DEFAULT,
		.timer_offload = is_delivery("timer"),
	};

	if (vmm_create(&config, &machine.vm) || vmm_start(machine.vm))
		die("VTL0 does not start");
}

int main(int argc, char **argv)
{
	int ends[2], status = -1;
	unsigned int i;

	if (argc < 3 || argc > 4)
		die("usage: bench-linux redirected|proxied|timer COMMAND_LINE [tell]");
	machine.delivery = argv[1];
	if (!is_delivery("redirected") && !is_delivery("proxied") && !is_delivery("timer"))
		die("'%s' is not one of redirected, proxied and timer", argv[1]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* Not for measurements, since the console is still busy with the line in the phase. */
	machine.tells = argc == 4;
	machine.disk = disk_find();
	machine.tdx = open(LAB_TDX_NODE, O_RDWR | O_CLOEXEC);
	if (machine.tdx < 0)
		die_errno(LAB_TDX_NODE);
	if (pipe2(ends, O_CLOEXEC))
		die_errno("no pipe");
	demo_host_behave(!is_delivery("proxied"));
	guest_start(argv[2], ends[1]);
	console_pass(ends[0]);
	vmm_ended(machine.vm, &status);
	vmm_stop(machine.vm);
	for (i = 0; i < machine.phases; i++)
		phase_print(i);
	linux_report(machine.vm);
	vmm_destroy(machine.vm);
	return status == LINUX_ENDED_OFF ? 0 : 1;
}
