// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The figures that are not to rise.
 *
 * A median repeats to a fraction of a per cent, and may rise by 3. A mean of
 * instructions contains what the kernel's allocators feel like doing, and may
 * rise by 10. Lower is better for all that is measured. Linux calls a thread back to user
 * space now and then for work of its own, which meets some interrupts in a run and none in
 * the next: so that rate may rise by five in a thousand.
 *
 * The lengths of the driver's functions are kept too. They fail nothing: they
 * tell which function grew when a figure did.
 */
#include <stdio.h>
#include <string.h>

#include "report.h"

#define RISE_OF_MEDIAN	3
#define RISE_OF_MEAN	10
#define SLACK_OF_RETURNS	0.005

static bool is_mean(const json_t *one)
{
	return !json_object_get(one, "median") && strcmp(json_text(one, "group"), GROUP_CODE) &&
	       !strcmp(json_text(one, "unit"), "instructions");
}

static double slack_of(const json_t *one)
{
	return !strncmp(json_text(one, "name"), "user returns", 12) ? SLACK_OF_RETURNS : 0;
}

json_t *baseline_make(const json_t *results)
{
	json_t *figures = json_array(), *one;
	size_t i;

	json_array_foreach(json_object_get(results, "measurements"), i, one) {
		json_array_append_new(figures,
				      json_pack("{s:s, s:s, s:f, s:i, s:f}", "group",
						json_text(one, "group"), "name",
						json_text(one, "name"), "figure",
						measurement_figure(one), "rise",
						is_mean(one) ? RISE_OF_MEAN : RISE_OF_MEDIAN,
						"slack", slack_of(one)));
	}
	return json_pack("{s:O, s:o}", "environment", json_object_get(results, "environment"),
			 "figures", figures);
}

static bool is_code(const json_t *entry)
{
	return !strcmp(json_text(entry, "group"), GROUP_CODE);
}

static double entry_figure(const json_t *entry)
{
	return json_number_value(json_object_get(entry, "figure"));
}

/* A measurement as the baseline has it, and as it is now. */
static bool entry_rose(const json_t *results, const json_t *entry)
{
	double allowed = json_number_value(json_object_get(entry, "rise"));
	double slack = json_number_value(json_object_get(entry, "slack"));
	const char *group = json_text(entry, "group"), *name = json_text(entry, "name");
	double before = entry_figure(entry), now;

	if (!results_figure(results, group, name, &now)) {
		printf("%s, %s: baseline %.10g, not measured now\n", group, name, before);
		return true;
	}
	if (now <= before * (1 + allowed / 100) + slack)
		return false;
	printf("%s, %s: baseline %.10g, now %.10g (", group, name, before, now);
	if (before)
		printf("%+.1f per cent; ", 100 * (now - before) / before);
	printf("%.4g per cent and %.4g are allowed)\n", allowed, slack);
	return true;
}

static unsigned int name_grown(const json_t *results, const json_t *figures)
{
	unsigned int grown = 0;
	json_t *entry;
	double now;
	size_t i;

	json_array_foreach(figures, i, entry) {
		if (!is_code(entry))
			continue;
		if (!results_figure(results, GROUP_CODE, json_text(entry, "name"), &now) ||
		    now <= entry_figure(entry))
			continue;
		printf("  function %s: %.10g instructions long, was %.10g\n",
		       json_text(entry, "name"), now, entry_figure(entry));
		grown++;
	}
	return grown;
}

static bool is_in_baseline(const json_t *figures, const char *name)
{
	json_t *entry;
	size_t i;

	json_array_foreach(figures, i, entry) {
		if (is_code(entry) && !strcmp(json_text(entry, "name"), name))
			return true;
	}
	return false;
}

static unsigned int name_new(const json_t *results, const json_t *figures)
{
	unsigned int fresh = 0;
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(results, "measurements"), i, one) {
		if (!is_code(one) || is_in_baseline(figures, json_text(one, "name")))
			continue;
		printf("  function %s: %.10g instructions long, is new\n", json_text(one, "name"),
		       measurement_figure(one));
		fresh++;
	}
	return fresh;
}

/* A figure may also rise because it was taken on another kernel. */
static void name_differences(const json_t *results, const json_t *baseline)
{
	const json_t *now = json_object_get(results, "environment");
	const json_t *before = json_object_get(baseline, "environment");
	static const char * const keys[] = { "kernel", "qemu" };
	const char *old, *new;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		old = json_string_value(json_object_get(before, keys[i])) ?: "unknown";
		new = json_string_value(json_object_get(now, keys[i])) ?: "unknown";
		if (strcmp(old, new))
			printf("  %s: %s, was %s\n", keys[i], new, old);
	}
}

static bool is_left_out(const json_t *entry, char **groups)
{
	while (*groups && strcmp(json_text(entry, "group"), *groups))
		groups++;
	return *groups;
}

unsigned int baseline_check(const json_t *results, const json_t *baseline, char **left_out)
{
	const json_t *figures = json_object_get(baseline, "figures");
	unsigned int rose = 0, checked = 0, explained;
	json_t *entry;
	size_t i;

	json_array_foreach(figures, i, entry) {
		if (is_code(entry) || is_left_out(entry, left_out))
			continue;
		checked++;
		rose += entry_rose(results, entry);
	}
	if (!checked)
		die("the baseline has no figure");
	printf("%u of %u figures are as the baseline has them, or better\n", checked - rose,
	       checked);
	if (!rose)
		return 0;

	puts("What has changed since:");
	explained = name_grown(results, figures) + name_new(results, figures);
	if (!explained)
		puts("  no function of the driver is longer: look at what is called, or how often");
	name_differences(results, baseline);
	return rose;
}
