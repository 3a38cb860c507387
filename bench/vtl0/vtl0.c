// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Measures the cost of a device interrupt, from the device to VTL0's handler. It prints JSON, one
 * object a line, and remarks that begin with "# ". The figures are instructions of VTL2
 * and VTL0, since the TSC counts only these. bench/README.md describes the method.
 *
 * Owns: what is measured, and the check of each sample.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../lines/lines.h"
#include "vtl0.h"

/**
 * struct samples - the samples, without those of the warm-up
 * @starts:    the TSC before the write
 * @handled:   the TSC in the handler
 * @continued: the TSC in the interrupted code, after the handler
 * @empty:     the cost of an empty sample
 */
struct samples {
	uint64_t starts[SAMPLES];
	uint64_t handled[SAMPLES];
	uint64_t continued[SAMPLES];
	int64_t empty;
};

static struct samples samples;

/* --- samples -------------------------------------------------------------- */

static void take_one(const struct vtl0_sample *taken, uint64_t start, size_t to)
{
	if (start >= taken->handled || taken->handled >= taken->continued)
		die("sample %zu is out of order: write %" PRIu64 ", handler %" PRIu64
		    ", after %" PRIu64, to, start, taken->handled, taken->continued);
	samples.starts[to] = start;
	samples.handled[to] = taken->handled;
	samples.continued[to] = taken->continued;
}

/*
 * If an interrupt was delivered twice, the second handler may have run within the first one, and
 * have cleared its time: see bench/README.md.
 */
static void take(const struct guest *guest, const uint64_t *starts, int64_t empty)
{
	const struct vtl0_sample *taken = guest_samples(guest);
	size_t i, disturbed = 0;

	for (i = WARM_UP; i < WARM_UP + SAMPLES + disturbed; i++) {
		if (!taken[i].handled && ++disturbed > SPARE)
			die("an interrupt came without its handler, more than %d times", SPARE);
		if (taken[i].handled)
			take_one(&taken[i], starts ? starts[i] : taken[i].written,
				 i - WARM_UP - disturbed);
	}
	if (disturbed)
		printf("# %zu samples were disturbed, and left out\n", disturbed);
	samples.empty = empty;
}

static int64_t empty_measure(struct guest *guest)
{
	const struct vtl0_sample *taken;
	int64_t values[SAMPLES];
	size_t i;

	guest_sample(guest, VTL0_SAMPLE_EMPTY);
	taken = guest_samples(guest) + WARM_UP;
	for (i = 0; i < SAMPLES; i++) {
		if (taken[i].handled)
			die("an interrupt came that was not raised");
		values[i] = taken[i].continued - taken[i].written;
	}
	return lines_median(values, SAMPLES);
}

static void report_span(const struct guest *guest, const char *state, const char *span,
			const uint64_t *ends)
{
	int64_t values[SAMPLES];
	size_t i;

	for (i = 0; i < SAMPLES; i++)
		values[i] = ends[i] - samples.starts[i] - samples.empty;
	lines_samples(GROUP, lines_name("%s, %s: %s", guest_delivery(guest), state, span), values,
		      SAMPLES, samples.empty);
}

static void report_spans(const struct guest *guest, const char *state)
{
	report_span(guest, state, "write to handler", samples.handled);
	report_span(guest, state, "write to interrupted code", samples.continued);
}

/* --- measurements --------------------------------------------------------- */

static void report_count(const struct guest *guest, const char *what, uint64_t events)
{
	lines_rate(GROUP, lines_name("%s, %s", what, guest_delivery(guest)), "per interrupt", ALL,
		   (double)events / ALL);
}

static void running(struct guest *guest, int64_t empty)
{
	struct counts before, after;

	counts_read(guest, &before);
	guest_sample(guest, VTL0_SAMPLE_RING);
	take(guest, NULL, empty);
	counts_read(guest, &after);
	report_spans(guest, "running");
	report_count(guest, "host exits", after.host_exits - before.host_exits);
	report_count(guest, "VTL0 exits", after.vtl0_exits - before.vtl0_exits);
	report_count(guest, "user returns", after.user_returns - before.user_returns);
}

static void halted(struct guest *guest)
{
	static uint64_t starts[ALL];
	int64_t empty = halted_sample(guest, starts);

	take(guest, starts, empty);
	report_spans(guest, "halted");
}

/* The interrupt arrives between the write and HLT, while VTL0 has disabled interrupts. */
static void rings_and_halts(struct guest *guest, int64_t empty)
{
	guest_sample(guest, VTL0_SAMPLE_RING_HALT);
	take(guest, NULL, empty);
	report_spans(guest, "write, STI, HLT");
}

static void measure(bool redirected)
{
	struct guest guest;
	int64_t empty;

	guest_open(&guest, redirected);
	empty = empty_measure(&guest);
	running(&guest, empty);
	halted(&guest);
	rings_and_halts(&guest, empty);
	burst_report(&guest);
	guest_close(&guest);
}

/* Raise interrupts without end, for a measurement of VTL2 from outside; see the script profile. */
static void ring_for_ever(bool redirected)
{
	struct guest guest;

	guest_open(&guest, redirected);
	guest_sample(&guest, VTL0_SAMPLE_RING);
	puts("# ringing");
	for (;;)
		guest_sample(&guest, VTL0_SAMPLE_RING);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 3 && !strcmp(argv[1], "ring"))
		ring_for_ever(!strcmp(argv[2], "redirected"));
	if (argc != 1) {
		fprintf(stderr, "usage: bench-vtl0 [ring redirected|proxied]\n");
		return 2;
	}
	puts("# device write to the handler of VTL0: the instructions of VTL0, Linux and the driver;");
	puts("# the clock stands still while the TDX module and the host work");
	measure(true);
	measure(false);
	return 0;
}
