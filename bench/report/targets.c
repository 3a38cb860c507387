// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the figures were to be, and what they are.
 *
 * A target names one measurement ("of"), or two of which the quotient counts
 * ("over"), and the largest that it may be ("at_most"); without that it is only
 * shown. What was not measured is not met.
 */
#include <stdio.h>

#include "report.h"

#define WIDTH_WHAT	74

static bool figure_of(const json_t *results, const json_t *target, const char *key, double *figure)
{
	const json_t *which = json_object_get(target, key);

	return results_figure(results, json_text(which, "group"), json_text(which, "name"), figure);
}

static bool target_value(const json_t *results, const json_t *target, double *value)
{
	double over = 1;

	if (!figure_of(results, target, "of", value))
		return false;
	if (json_object_get(target, "over") && !figure_of(results, target, "over", &over))
		return false;
	if (!over)
		return false;
	*value /= over;
	return true;
}

static void print_target(const json_t *results, const json_t *target, unsigned int *missed)
{
	const json_t *limit = json_object_get(target, "at_most");
	char shown[32] = "not measured", wanted[32] = "none";
	const char *met = "-";
	bool measured;
	double value;

	measured = target_value(results, target, &value);
	if (measured)
		snprintf(shown, sizeof(shown), value < 100 ? "%.4g" : "%.0f", value);
	if (limit) {
		snprintf(wanted, sizeof(wanted), "<= %.4g", json_number_value(limit));
		met = measured && value <= json_number_value(limit) ? "yes" : "no";
		*missed += *met == 'n';
	}
	printf("%-*s %14s %10s %5s\n", WIDTH_WHAT, json_text(target, "what"), shown, wanted, met);
}

void targets_print(const json_t *results, const json_t *targets)
{
	unsigned int missed = 0, wanted = 0;
	json_t *target;
	size_t i;

	printf("\n%-*s %14s %10s %5s\n", WIDTH_WHAT, "what", "value", "target", "met");
	json_array_foreach(json_object_get(targets, "targets"), i, target) {
		print_target(results, target, &missed);
		wanted += !!json_object_get(target, "at_most");
	}
	printf("%u of %u targets met\n", wanted - missed, wanted);
}
