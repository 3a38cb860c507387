// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vtlirq doctor: can this machine redirect interrupts now, and if not, what is to be done?
 *
 * Owns: the options, and how the checks look as text and as JSON.
 * Knows nothing of what is checked.
 */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "doctor.h"
#include "json.h"
#include "options.h"

static const char * const finding_names[] = {
	[FINDING_OK] = "ok",
	[FINDING_NO] = "no",
	[FINDING_UNKNOWN] = "unknown",
};

static const struct argp_option options[] = {
	JSON_OPTION("Print JSON instead of text"),
	{}
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	return option_common(key, text, state, state->input);
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Check whether interrupts can be redirected on this machine now."
	       HELP_DETAILS
	       "One line per check: ok, no or unknown; below it, what to do. Those in brackets\n"
	       "are worth knowing, and not needed. Ends with status 0 if interrupts can be\n"
	       "redirected, else with 1. Changes nothing. See vtlirq-doctor(1).",
};

static void print_check(const struct check *check)
{
	const char *finding = finding_names[check->finding];
	bool is_mild = !check->is_needed && check->finding != FINDING_OK;
	int width = strlen(finding) + (is_mild ? 2 : 0);

	printf(is_mild ? "[%s]%*s %-11s  %s\n" : "%s%*s %-11s  %s\n", finding, 9 - width, "",
	       check->name, check->words.what);
	if (check->finding != FINDING_OK && *check->words.next)
		printf("%23snext: %s\n", "", check->words.next);
}

static void print_text(const struct diagnosis *diagnosis)
{
	const char *separator = "";

	for (size_t i = 0; i < diagnosis->count; i++)
		print_check(&diagnosis->checks[i]);
	putchar('\n');
	if (can_redirect(diagnosis)) {
		puts("interrupts can be redirected now");
		return;
	}
	printf("interrupts cannot be redirected now; see to: ");
	for (size_t i = 0; i < diagnosis->count; i++) {
		const struct check *check = &diagnosis->checks[i];

		if (!check->is_needed || check->finding == FINDING_OK)
			continue;
		printf("%s%s", separator, check->name);
		separator = ", ";
	}
	putchar('\n');
}

static void print_json(const struct diagnosis *diagnosis)
{
	json_t *checks = json_array();

	for (size_t i = 0; i < diagnosis->count; i++) {
		const struct check *check = &diagnosis->checks[i];

		json_array_append_new(checks,
				      json_pack("{s:s,s:s,s:b,s:s,s:s}", "name", check->name,
						"finding", finding_names[check->finding],
						"needed", check->is_needed,
						"what", check->words.what,
						"next", check->words.next));
	}
	json_show(json_pack("{s:b,s:o}", "can_redirect", can_redirect(diagnosis),
			    "checks", checks), false);
}

/**
 * cmd_doctor() - the command "doctor"
 * @argc: as main() gets it
 * @argv: as main() gets it, beginning with the command
 *
 * Return: STATUS_OK if interrupts can be redirected now, or STATUS_FAILED.
 */
int cmd_doctor(int argc, char **argv)
{
	struct diagnosis diagnosis;
	bool json = false;
	int status;

	if (argp_parse(&argp, argc, argv, 0, NULL, &json))
		return STATUS_USAGE;
	diagnose(&diagnosis);
	if (json)
		print_json(&diagnosis);
	else
		print_text(&diagnosis);
	status = can_redirect(&diagnosis) ? STATUS_OK : STATUS_FAILED;
	diagnosis_free(&diagnosis);
	return status;
}
