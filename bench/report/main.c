// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * report - what the bench has measured: kept, shown, compared.
 */
#include <stdio.h>
#include <string.h>

#include "report.h"

static const char usage[] =
	"usage: report collect [--kernel TEXT] [--date TEXT] [--qemu TEXT] [--commit TEXT]\n"
	"                      --output RESULTS FILE...\n"
	"           bring the lines of the bench's programs together\n"
	"       report table RESULTS TARGETS\n"
	"           show them, and whether they are what they were to be\n"
	"       report baseline RESULTS\n"
	"           print what a later run is compared with\n"
	"       report check RESULTS BASELINE [GROUP]...\n"
	"           compare all but these groups; exit status 1 if a figure rose\n"
	"       report series RESULTS relay|map|vtl0|linux\n"
	"           print the columns of a plot; exit status 3 if there are none\n";

static int wrong(void)
{
	fputs(usage, stderr);
	return 2;
}

static bool is_environment(const char *word)
{
	return !strcmp(word, "--kernel") || !strcmp(word, "--date") || !strcmp(word, "--qemu") ||
	       !strcmp(word, "--commit");
}

static int collect(char **words)
{
	json_t *results = results_new();
	const char *output = NULL;

	for (; words[0] && words[1] && !strncmp(words[0], "--", 2); words += 2) {
		if (is_environment(words[0]))
			json_object_set_new(json_object_get(results, "environment"), words[0] + 2,
					    json_string(words[1]));
		else if (!strcmp(words[0], "--output"))
			output = words[1];
		else
			return wrong();
	}
	if (!output || !words[0])
		return wrong();

	for (; *words; words++)
		results_add_file(results, *words);
	if (!json_array_size(json_object_get(results, "measurements")))
		die("there is no measurement");
	json_write(results, output);
	return 0;
}

static int table(const char *results_path, const char *targets_path)
{
	json_t *results = json_read(results_path);

	table_print(results);
	targets_print(results, json_read(targets_path));
	return 0;
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";

	if (!strcmp(command, "collect"))
		return collect(argv + 2);
	if (!strcmp(command, "table") && argc == 4)
		return table(argv[2], argv[3]);
	if (!strcmp(command, "baseline") && argc == 3) {
		json_write(baseline_make(json_read(argv[2])), NULL);
		return 0;
	}
	if (!strcmp(command, "check") && argc >= 4)
		return !!baseline_check(json_read(argv[2]), json_read(argv[3]), argv + 4);
	if (!strcmp(command, "series") && argc == 4)
		return series_print(json_read(argv[2]), argv[3]) ? 0 : 3;
	return wrong();
}
