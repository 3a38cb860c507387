// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The demo's second half: Debian runs in VTL0 on an NVMe disk that is passed through to it,
 * writes to the disk and verifies what it has written. It does so twice: with a host that
 * redirects, and with one that cannot. The guest runs lab/guest/load.sh, whose output this
 * program reads.
 *
 * Owns: what is printed, and the verdict: all I/Os are verified, the guest has handled each
 * relayed interrupt unless it merged with a pending one, and there is no host exit if all
 * interrupts are redirected.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../paravisor/linux/linux.h"
#include "../paravisor/vmm.h"
#include "demo.h"

#define RUNS		2
#define VPS		2
#define LINE_LENGTH	512
#define PREFIX		"vtl0-load: "
#define BENCH_FIGURES	"/lib/vtlirq/bench-linux.jsonl"
#define COMMAND_LINE	"console=ttyS0 quiet loglevel=4 root=/dev/nvme0n1 systemd.show_status=0 " \
			"systemd.run=/usr/local/bin/vtl0-load systemd.run_success_action=poweroff " \
			"systemd.run_failure_action=poweroff"
#define POLL_MS		100
/*
 * A run takes 90 seconds on a machine that has a CPU for it. It took ten minutes beside two other
 * VMs and a build on two CPUs. The VM's time-out in the Makefile must allow for two such runs.
 */
#define RUN_SECONDS_MAX	1200

/**
 * struct result - the result of a run
 * @first:    the counters at the load's begin
 * @counters: the increase of the counters from the load's begin to its end
 * @written:  the I/Os that wrote
 * @verified: the I/Os that read the written data back
 * @handled:  the guest's own count of the disk's interrupts
 * @begun:    the load has begun
 * @ended:    the load has ended
 * @seconds:  the time from the guest's start to its end
 */
struct result {
	struct disk_counters first;
	struct disk_counters counters;
	uint64_t written;
	uint64_t verified;
	uint64_t handled;
	bool begun;
	bool ended;
	unsigned int seconds;
};

static struct vmm *vm;
static uint16_t disk;

static void load_begin(struct result *result)
{
	disk_counters_read(vm, VPS, disk, &result->first);
	result->begun = true;
}

static void load_end(struct result *result)
{
	disk_counters_read(vm, VPS, disk, &result->counters);
	disk_counters_subtract(&result->counters, &result->first);
	result->ended = true;
}

/* Parse a line of the guest's console. The interrupts of all queues are added up. */
static void line_take(struct result *result, const char *line)
{
	unsigned int queue;
	uint64_t count;

	if (strncmp(line, PREFIX, strlen(PREFIX)))
		return;
	printf("  [VTL0] %s\n", line);
	line += strlen(PREFIX);
	if (!strcmp(line, "begins"))
		load_begin(result);
	else if (!strcmp(line, "ends"))
		load_end(result);
	else if (sscanf(line, "verified %" SCNu64 " %" SCNu64, &result->verified,
			&result->written) == 2)
		return;
	else if (sscanf(line, "handled %u %" SCNu64, &queue, &count) == 2)
		result->handled += count;
}

/* Split console output into lines. The last line may be incomplete until the next call. */
static void bytes_take(struct result *result, const char *bytes, size_t count)
{
	static char line[LINE_LENGTH];
	static size_t length;
	size_t i;

	for (i = 0; i < count; i++) {
		if (bytes[i] == '\r')
			continue;
		if (bytes[i] != '\n' && length < LINE_LENGTH - 1) {
			line[length++] = bytes[i];
			continue;
		}
		line[length] = '\0';
		length = 0;
		line_take(result, line);
	}
}

/* Read the guest's console until the guest has ended. */
static void console_read(int fd, struct result *result)
{
	struct pollfd console = { .fd = fd, .events = POLLIN };
	char bytes[LINE_LENGTH];
	bool ended;
	ssize_t count;
	time_t begun = time(NULL);

	do {
		ended = vmm_ended(vm, NULL);
		linux_flush(vm);
		while (poll(&console, 1, POLL_MS) > 0) {
			count = read(fd, bytes, sizeof(bytes));
			if (count > 0)
				bytes_take(result, bytes, count);
		}
		result->seconds = time(NULL) - begun;
	} while (!ended && result->seconds < RUN_SECONDS_MAX);
}

static void guest_start(bool host_redirects, int console)
{
	struct linux_config guest = {
		.kernel = "/lib/vtlirq/vmlinuz",
		.initrd = "/lib/vtlirq/initrd",
		.command_line = COMMAND_LINE,
		.signature = LINUX_SIGNATURE_HYPERV,
		.functions = { disk },
		.functions_count = 1,
		.console_in = -1,
	};
	const struct vmm_config config = {
		.vps = VPS,
		.guest = &linux_guest,
		.guest_config = &guest,
		.offload_flags = VMM_OFFLOAD_DEFAULT,
		.timer_offload = true,
	};

	demo_host_behave(host_redirects);
	guest.console_out = console;
	if (vmm_create(&config, &vm) || vmm_start(vm))
		exit(1);
}

static void run_carry_out(bool host_redirects, struct result *result)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		demo_give_up("no pipe: %s", strerror(errno));
	guest_start(host_redirects, ends[1]);
	console_read(ends[0], result);
	vmm_stop(vm);
	vmm_destroy(vm);
	close(ends[0]);
	close(ends[1]);
	putchar('\n');
}

static struct table_run run_of(const struct result *result)
{
	return (struct table_run) {
		.verified = result->verified,
		.ios = result->written + result->verified,
		.relayed = result->counters.relayed,
		.handled = result->handled,
		.merged = result->counters.merged,
		.host_exits = result->counters.host_exits,
		.returns = result->counters.returns,
		.seconds = result->seconds,
	};
}

static bool is_complete(const struct result *result)
{
	return result->ended && result->verified && result->verified == result->written &&
	       result->handled &&
	       result->counters.relayed == result->handled + result->counters.merged;
}

static bool verdict(const struct result *results)
{
	uint64_t verified = 0, relayed = 0, handled = 0, merged = 0;
	bool complete = true;
	unsigned int i;

	for (i = 0; i < RUNS; i++) {
		verified += results[i].verified;
		relayed += results[i].counters.relayed;
		handled += results[i].handled;
		merged += results[i].counters.merged;
		complete &= is_complete(&results[i]);
	}
	if (!complete)
		printf("The accounting does NOT balance.\n");
	printf("demo-linux: verified=%" PRIu64 " relayed=%" PRIu64 " handled=%" PRIu64 " merged=%"
	       PRIu64 " host_exits=%" PRIu64 "+%" PRIu64 "\n", verified, relayed, handled, merged,
	       results[0].counters.host_exits, results[1].counters.host_exits);
	/* Redirected interrupts cause no host exit; each proxied interrupt causes one. */
	return complete && !results[0].counters.host_exits &&
	       results[1].counters.host_exits >= results[1].handled;
}

int main(void)
{
	static struct result results[RUNS];
	struct table_run redirected, proxied;

	setvbuf(stdout, NULL, _IOLBF, 0);
	disk = disk_find();
	printf("\nDebian boots in VTL0, from an NVMe disk that is passed through to it, and verifies\n"
	       "what it writes there. Each of the disk's queues has an interrupt, on a VP of its own.\n"
	       "\n1. The host redirects.\n\n");
	run_carry_out(true, &results[0]);
	printf("2. The host cannot redirect: it sends a message for each interrupt.\n\n");
	run_carry_out(false, &results[1]);
	redirected = run_of(&results[0]);
	proxied = run_of(&results[1]);
	table_print(BENCH_FIGURES, &redirected, &proxied);
	return verdict(results) ? 0 : 1;
}
