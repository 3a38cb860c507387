// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The columns that the plots are made of, from the results: so a plot needs no
 * new measurement. A missing figure is "?", which gnuplot leaves out.
 */
#include <stdio.h>
#include <string.h>

#include "report.h"

static bool print_figure(const json_t *results, const char *group, const char *name)
{
	double figure;

	if (!results_figure(results, group, name, &figure)) {
		fputs(" ?", stdout);
		return false;
	}
	printf(" %.10g", figure);
	return true;
}

/* Label, interrupted kernel code, interrupted user code. */
static bool relay_series(const json_t *results)
{
	static const char * const designs[][2] = {
		{ "floor", "Floor:\\nonly ended" },
		{ "ours", "vtlirq" },
		{ "plain", "Plain:\\nrequest\\\\_irq" },
		{ "eventfd", "VFIO's:\\neventfd" },
		{ "eventfd in epoll", "VFIO's, with\\nan epoll set" },
	};
	bool any = false;
	char name[64];
	size_t i;

	for (i = 0; i < sizeof(designs) / sizeof(designs[0]); i++) {
		snprintf(name, sizeof(name), "%s, kernel code", designs[i][0]);
		if (!results_find(results, "relay", name))
			continue;
		any = true;
		printf("\"%s\"", designs[i][1]);
		print_figure(results, "relay", name);
		snprintf(name, sizeof(name), "%s, user code", designs[i][0]);
		print_figure(results, "relay", name);
		putchar('\n');
	}
	return any;
}

/* Mappings, a pair of ours, a bare pair, hit, miss. */
static bool map_row(const json_t *results, const char *held, double mappings)
{
	static const char * const columns[] = {
		"map+unmap, ours", "map+unmap, bare", "map hit, ours", "unmap miss, ours",
	};
	bool any = false;
	char name[64];
	size_t i;

	printf("%.10g", mappings);
	for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		snprintf(name, sizeof(name), "%s, %s mapped", columns[i], held);
		any |= print_figure(results, "map", name);
	}
	putchar('\n');
	return any;
}

static bool map_series(const json_t *results)
{
	double most;
	bool any;

	any = map_row(results, "1", 1);
	any |= map_row(results, "32", 32);
	any |= map_row(results, "128", 128);
	if (results_figure(results, "map", "most mapped, ours", &most))
		any |= map_row(results, "max", most);
	return any;
}

/* Label, vtlirq's figure, KVM's: one of them is 0; and their sum. */
static bool vtl0_series(const json_t *results)
{
	static const struct {
		const char *label, *group, *name;
	} bars[] = {
		{ "redirected\\nrunning", "vtl0", "redirected, running: write to handler" },
		{ "proxied\\nrunning", "vtl0", "proxied, running: write to handler" },
		{ "redirected\\nhalted", "vtl0", "redirected, halted: write to handler" },
		{ "proxied\\nhalted", "vtl0", "proxied, halted: write to handler" },
		{ "KVM + VFIO\\nrunning", "incumbent",
		  "guest spins, write to handler, EOI by x2APIC MSR, adjusted" },
		{ "KVM + VFIO\\nhalted", "incumbent",
		  "guest halted, another thread's write to handler" },
	};
	bool any = false;
	double figure;
	size_t i;

	for (i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
		if (!results_figure(results, bars[i].group, bars[i].name, &figure))
			continue;
		any = true;
		if (strcmp(bars[i].group, "vtl0"))
			printf("\"%s\" 0 %.10g %.10g\n", bars[i].label, figure, figure);
		else
			printf("\"%s\" %.10g 0 %.10g\n", bars[i].label, figure, figure);
	}
	return any;
}

/* Label, the guest's own, VTL2's, guest and KVM together, and their sum: of one depth. */
static bool linux_rows(const json_t *results, const char *depth)
{
	static const struct {
		const char *label, *machine;
	} bars[] = {
		{ "native", "native" },
		{ "VTL0\\nredirected", "redirected" },
		{ "VTL0\\nproxied", "proxied" },
		{ "KVM\\n+ VFIO", "kvm" },
	};
	double all, own;
	bool any = false;
	char name[96];
	size_t i;

	for (i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
		snprintf(name, sizeof(name), "%s, %s: an I/O", bars[i].machine, depth);
		if (!results_figure(results, "linux", name, &all))
			continue;
		any = true;
		snprintf(name, sizeof(name), "%s, %s: VTL0's own path of an I/O",
			 bars[i].machine, depth);
		if (!results_figure(results, "linux", name, &own))
			own = strcmp(bars[i].machine, "kvm") ? all : 0;
		printf("\"%s\" %.10g %.10g %.10g %.10g\n", bars[i].label, own,
		       own ? all - own : 0, own ? 0 : all, all);
	}
	return any;
}

/* One at a time, and 32: gnuplot's blocks of data. */
static bool linux_series(const json_t *results)
{
	bool any = linux_rows(results, "QD1");

	printf("\n\n");
	return linux_rows(results, "QD32") || any;
}

bool series_print(const json_t *results, const char *plot)
{
	if (!strcmp(plot, "relay"))
		return relay_series(results);
	if (!strcmp(plot, "map"))
		return map_series(results);
	if (!strcmp(plot, "vtl0"))
		return vtl0_series(results);
	if (!strcmp(plot, "linux"))
		return linux_series(results);
	die("there is no plot '%s'", plot);
}
