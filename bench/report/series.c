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
		{ "proxied", "Proxied:\\nmessage" },
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

/* One bar: who has which part of it; what is left is the guest's and the device's. */
static bool vtl0_bar(const json_t *results, const char *label, const char *way)
{
	static const char * const parts[] = {
		"driver's share", "TDX module's share", "host model's share",
	};
	double whole, part, rest;
	char name[80];
	size_t i;

	snprintf(name, sizeof(name), "%s: write to handler", way);
	if (!results_figure(results, "vtl0", name, &whole))
		return false;
	rest = whole;
	printf("\"%s\"", label);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(name, sizeof(name), "%s: %s", way, parts[i]);
		if (!results_figure(results, "vtl0", name, &part))
			part = 0;
		printf(" %.10g", part);
		rest -= part;
	}
	printf(" %.10g 0 %.10g\n", rest > 0 ? rest : 0, whole);
	return true;
}

/* Label, driver, TDX module, host, rest, KVM, sum. */
static bool vtl0_series(const json_t *results)
{
	static const char * const kvm[][2] = {
		{ "KVM + VFIO\\nrunning",
		  "guest spins, write to handler, EOI by x2APIC MSR, adjusted" },
		{ "KVM + VFIO\\nhalted", "guest halted, another thread's write to handler" },
	};
	double figure;
	bool any;
	size_t i;

	any = vtl0_bar(results, "redirected\\nrunning", "redirected, running");
	any |= vtl0_bar(results, "proxied\\nrunning", "proxied, running");
	any |= vtl0_bar(results, "redirected\\nhalted", "redirected, halted");
	any |= vtl0_bar(results, "proxied\\nhalted", "proxied, halted");
	for (i = 0; i < sizeof(kvm) / sizeof(kvm[0]); i++) {
		if (!results_figure(results, "incumbent", kvm[i][1], &figure))
			continue;
		any = true;
		printf("\"%s\" 0 0 0 0 %.10g %.10g\n", kvm[i][0], figure, figure);
	}
	return any;
}

bool series_print(const json_t *results, const char *plot)
{
	if (!strcmp(plot, "relay"))
		return relay_series(results);
	if (!strcmp(plot, "map"))
		return map_series(results);
	if (!strcmp(plot, "vtl0"))
		return vtl0_series(results);
	die("there is no plot '%s'", plot);
}
