// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The first words of the command line: an object, and what is done with it.
 *
 * Owns: the table of commands, help and version, reports that are repeated, and the check
 * that the output was written.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

/*
 * What is done with an object. No two objects, and no two verbs of an object, begin with the
 * same letter, so that every prefix is unambiguous.
 */
static const struct command {
	const char *object;
	const char *verb;
	unsigned int id;
	int (*run)(const struct options *options);
	/* It prints a report, again and again if the user asks for it. */
	bool repeats;
	/* Its arguments that are required. */
	const char *usage;
	const char *summary;
} commands[] = {
	{ "route", "show", ROUTE_SHOW, route_show, true, "",
	  "List the routes of all processes: how each is delivered, and why" },
	{ "route", "hold", ROUTE_HOLD, route_hold, false,
	  " --device ID --msi ADDRESS:DATA --vector V --vp LIST",
	  "Create routes by hand, publish them, and hold them until Ctrl-C" },
	{ "route", "move", ROUTE_MOVE, route_move, false, " ROUTE",
	  "Move a route of a running process: to another VP, vector or delivery" },
	{ "mapping", "show", MAPPING_SHOW, mapping_show, true, "",
	  "List the hardware vectors that stand for vectors of VTL0" },
	{ "mapping", "hold", MAPPING_HOLD, mapping_hold, false, " --vector V --cpu N",
	  "Allocate hardware vectors by hand, and hold them until Ctrl-C" },
	{ "vp", "show", VP_SHOW, vp_show, true, "",
	  "List the VPs: their vectors, interrupts, and entries into VTL0" },
	{ "top", "", TOP, top, false, "",
	  "Show interrupts per second, for each route and VP" },
	{ "doctor", "", DOCTOR, doctor, false, "",
	  "Check whether interrupts can be redirected here, now" },
};

static bool is_prefix(const char *word, const char *whole)
{
	return !strncmp(word, whole, strlen(word));
}

static void print_help(const struct command *command)
{
	printf("Usage: vtlirq %s%s%s%s [OPTION...]\n%s.\n\n", command->object,
	       *command->verb ? " " : "", command->verb, command->usage, command->summary);
	options_help(command->id, stdout);
}

/* Of one object, or of all. */
static void help(const char *object)
{
	if (!object)
		printf("Usage: vtlirq OBJECT [VERB] [OPTION...]\n"
		       "Shows, holds and moves the interrupts of VTL0 that the VTL2 driver relays.\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!object)
			printf("  %-8s %-5s %s\n", commands[i].object, commands[i].verb,
			       commands[i].summary);
		else if (is_prefix(object, commands[i].object))
			print_help(&commands[i]);
	}
	if (!object)
		printf("\n'vtlirq OBJECT help' lists the options. Words may be shortened; \"show\" may be left\n"
		       "out. Exit status: 0 done, 1 failed, 2 wrong usage. See vtlirq(8) for columns, JSON\n"
		       "and environment variables.\n");
}

/* Output that was not written, on a full disk for example, is a failure. */
static int flush_output(int status)
{
	struct problem problem;

	if (!fflush(stdout) && !ferror(stdout))
		return status;
	problem_what(&problem, "cannot write the output: %s", strerror(errno));
	problem_next(&problem, "check where standard output goes");
	problem_print(&problem);
	return STATUS_FAILED;
}

/* A report that fails is the last one, since the next one would fail as well. */
static int run_again(const struct command *command, const struct options *options)
{
	u64 interval = options->interval_ms == UNKNOWN ? 1000 : options->interval_ms;
	u64 left = options->reports;
	int status;

	stop_prepare();
	for (;;) {
		status = command->run(options);
		fflush(stdout);
		if (status != STATUS_OK || ferror(stdout) || !--left)
			return status;
		if (stop_wait_until(clock_now() + interval * NANOSECONDS_PER_MS))
			return status;
		if (!options->json)
			putchar('\n');
	}
}

static int run_command(const struct command *command, int argc, char **argv)
{
	char *name = memory_format("vtlirq %s%s%s", command->object, *command->verb ? " " : "",
				   command->verb);
	struct options options;
	int status = STATUS_OK;

	/* Both getopt's messages and ours begin with this name. */
	argv[0] = name;
	program_invocation_short_name = name;
	options_parse(command->id, argc, argv, &options);
	if (options.help)
		print_help(command);
	else if (command->repeats && (options.interval_ms != UNKNOWN || options.reports != UNKNOWN))
		status = run_again(command, &options);
	else
		status = command->run(&options);
	options_free(&options);
	status = flush_output(status);
	program_invocation_short_name = (char *)"vtlirq";
	free(name);
	return status;
}

/* The first verb of an object is what the object alone stands for. */
static const struct command *find(const char *object, const char *verb)
{
	bool is_object = false;

	for (size_t i = 0; *object && i < ARRAY_SIZE(commands); i++) {
		if (!is_prefix(object, commands[i].object))
			continue;
		is_object = true;
		if (!verb || !*commands[i].verb || is_prefix(verb, commands[i].verb))
			return &commands[i];
	}
	if (is_object)
		usage_error("%s: there is no verb '%s'; choose one of: show, hold, move", object,
			    verb);
	usage_error("there is no object '%s'; choose one of: route, mapping, vp, top, doctor",
		    object);
}

/*
 * Runs the program. Returns one of enum exit_status, and may replace elements of @argv. A
 * wrong command line ends the program instead.
 */
int vtlirq_run(int argc, char **argv)
{
	const struct command *command;
	const char *object;
	const char *verb;

	program_invocation_short_name = (char *)"vtlirq";
	if (argc < 2)
		usage_error("an object is missing");
	object = argv[1];
	verb = argc > 2 && argv[2][0] != '-' ? argv[2] : NULL;
	if (!strcmp(object, "--version") || !strcmp(object, "-V")) {
		printf("vtlirq " VTLIRQ_VERSION "\n");
		return flush_output(STATUS_OK);
	}
	if (!strcmp(object, "--help") || !strcmp(object, "-h") || !strcmp(object, "help")) {
		help(verb);
		return flush_output(STATUS_OK);
	}
	command = find(object, verb && !strcmp(verb, "help") ? NULL : verb);
	if (verb && !strcmp(verb, "help")) {
		help(object);
		return flush_output(STATUS_OK);
	}
	if (verb && *command->verb)
		return run_command(command, argc - 2, argv + 2);
	return run_command(command, argc - 1, argv + 1);
}
