// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The command line's first word: which command runs.
 *
 * Owns: the table of commands, the help and version that belong to none of them,
 * and the check that what was printed has arrived.
 * Knows nothing of what a command does or which options it takes.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "memory.h"
#include "problem.h"

#define SUGGESTION_DISTANCE	2
#define WORD_LIMIT		32

const char *argp_program_version = "vtlirq " VTLIRQ_VERSION;

/**
 * struct command - a word that the user may type
 * @name: the word
 * @run: what it does; argv[0] is "vtlirq NAME"
 * @summary: one line for the help
 */
struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
};

static const struct command commands[] = {
	{ "status", cmd_status, "tell whether the driver can be used, and what is missing" },
	{ "doctor", cmd_doctor, "check whether interrupts can be redirected here, now" },
	{ "list", cmd_list, "list the mappings and what they relayed" },
	{ "routes", cmd_routes, "list the routes of all processes: which way, and why" },
	{ "top", cmd_top, "show what comes by each route and to each VP a second" },
	{ "map", cmd_map, "map proxy vectors by hand and hold them" },
	{ "route", cmd_route, "make routes by hand, publish and hold them" },
	{ "retarget", cmd_retarget, "move a route of a running process" },
	{ "watch", cmd_watch, "take relayed interrupts from the run pages and print them" },
};

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	}
	return NULL;
}

static int least(int a, int b, int c)
{
	int smaller = a < b ? a : b;

	return smaller < c ? smaller : c;
}

/* How many letters must be put in, taken out or changed to make one word the other. */
static int distance(const char *from, const char *to)
{
	int row[WORD_LIMIT + 1];
	int columns = strlen(to);

	for (int j = 0; j <= columns; j++)
		row[j] = j;
	for (int i = 1; from[i - 1]; i++) {
		int diagonal = row[0];

		row[0] = i;
		for (int j = 1; j <= columns; j++) {
			int changed = diagonal + (from[i - 1] != to[j - 1]);

			diagonal = row[j];
			row[j] = least(changed, row[j] + 1, row[j - 1] + 1);
		}
	}
	return row[columns];
}

/* The command that a mistyped word most likely means, or NULL. */
static const char *suggest(const char *word)
{
	int best = SUGGESTION_DISTANCE + 1;
	const char *name = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		int far = distance(word, commands[i].name);

		if (strlen(word) > 1 && !strncmp(word, commands[i].name, strlen(word)))
			far = 0;
		if (far < best) {
			best = far;
			name = commands[i].name;
		}
	}
	return name;
}

static void refuse(struct argp_state *state, const char *word)
{
	const char *name = suggest(word);

	if (name)
		argp_error(state, "there is no command '%s'; did you mean '%s'?", word, name);
	argp_error(state, "there is no command '%s'", word);
}

/* "help" alone is "--help", and "help COMMAND" is "COMMAND --help". */
static void rewrite_help(struct argp_state *state)
{
	if (state->next == state->argc)
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
	state->argv[state->next - 1] = state->argv[state->next];
	state->argv[state->next] = memory_format("--help");
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	int *at = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (!strcmp(text, "help"))
			rewrite_help(state);
		*at = state->next - 1;
		if (!find_command(state->argv[*at]))
			refuse(state, state->argv[*at]);
		/* The rest of the line is the command's own. */
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "a command is missing");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static char *list_commands(void)
{
	char *text = memory_format("Commands:\n");

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		char *longer = memory_format("%s  %-9s %s\n", text, commands[i].name,
					     commands[i].summary);

		free(text);
		text = longer;
	}
	return text;
}

/* Puts the table of commands before the list of options. */
static char *filter_help(int key, const char *text, void *input)
{
	char *list;
	char *whole;

	(void)input;
	if (key != ARGP_KEY_HELP_PRE_DOC)
		return (char *)text;
	list = list_commands();
	whole = memory_format("%s\n\n%s", text, list);
	free(list);
	return whole;
}

static const struct argp argp = {
	.parser = parse,
	.args_doc = "COMMAND [OPTION...]",
	.doc = "See, try, route and watch interrupts of VTL0 that the VTL2 driver relays."
	       HELP_DETAILS
	       "'vtlirq COMMAND --help' (or 'vtlirq help COMMAND') tells about a command.\n"
	       "\n"
	       "Exit status: 0 done, 1 the operation failed, 2 wrong usage.\n"
	       "Environment: VTLIRQ_NODE and VTLIRQ_DEBUGFS override /dev/mshv and\n"
	       "/sys/kernel/debug/mshv_vtl, VTLIRQ_DIRECTORY overrides /run/vtlirq; see vtlirq(1).",
	.help_filter = filter_help,
};

/* Output that did not arrive, on a full disk for example, is a failure. */
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

static int run_command(const struct command *command, int argc, char **argv)
{
	char *name = memory_format("vtlirq %s", command->name);
	int status;

	/* Both argp's messages and ours begin with this name. */
	argv[0] = name;
	program_invocation_short_name = name;
	status = flush_output(command->run(argc, argv));
	program_invocation_short_name = (char *)"vtlirq";
	free(name);
	return status;
}

/**
 * vtlirq_run() - run the program
 * @argc: as main() gets it
 * @argv: as main() gets it; its elements may be replaced
 *
 * Return: the exit status, one of enum exit_status. A wrong command line ends the
 * program instead, and so does a request for help.
 */
int vtlirq_run(int argc, char **argv)
{
	int at = 0;

	argp_err_exit_status = STATUS_USAGE;
	/* Leaves a sentence out of the help that only repeats what the list shows. */
	setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
	program_invocation_short_name = (char *)"vtlirq";
	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &at))
		return STATUS_USAGE;
	argc -= at;
	argv += at;
	return run_command(find_command(argv[0]), argc, argv);
}
