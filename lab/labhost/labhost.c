// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * labhost: a command to control the lab's host.
 *
 * Owns: the steps of one call, from the command's name and arguments to the exit code; the syntax
 * of a number, and the member of struct request for each option; and the error messages. Must not
 * know: any command, and what it does with its arguments. The command itself checks whether a
 * request is complete.
 */
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labhost.h"
#include "labhost_client.h"

/* ---- The arguments of a command ---- */

static const struct request nothing_given = {
	.apic_id = -1,
	.vector = -1,
	.redirects = -1,
	.refuse = -1,
	.status = -1,
	.delay = -1,
	.duplicate = -1,
	.type = -1,
	.size = -1,
};

/* Numbers are decimal, or hexadecimal after 0x. Octal numbers would be a surprise. */
static bool parse_number(const char *text, unsigned int *number)
{
	bool hexadecimal = !strncasecmp(text, "0x", 2);
	const char *digits = hexadecimal ? text + 2 : text;
	const char *allowed = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";
	unsigned long long value;

	if (!*digits || digits[strspn(digits, allowed)])
		return false;

	errno = 0;
	value = strtoull(digits, NULL, hexadecimal ? 16 : 10);
	*number = value;
	return !errno && value <= UINT_MAX;
}

static unsigned int number_or_die(const char *text, struct argp_state *state)
{
	unsigned int number = 0;

	if (!parse_number(text, &number))
		argp_error(state, "'%s' is not a number; write it as 49 or 0x31", text);
	return number;
}

static bool switch_or_die(const char *text, struct argp_state *state)
{
	if (strcmp(text, "on") && strcmp(text, "off"))
		argp_error(state, "'%s' is neither on nor off", text);
	return !strcmp(text, "on");
}

static void check_complete(const struct request *request, struct argp_state *state)
{
	const struct command *command = request->command;
	const char *missing = NULL;

	if (request->given < command->least)
		argp_error(state, "needs %s", command->usage);
	if (command->check)
		missing = command->check(request);
	if (missing)
		argp_error(state, "%s", missing);
}

/* Return the member of @request for an option that takes a number, or NULL for other options. */
static long long *number_option(struct request *request, int key)
{
	switch (key) {
	case KEY_APIC_ID:
		return &request->apic_id;
	case KEY_VECTOR:
		return &request->vector;
	case KEY_REFUSE:
		return &request->refuse;
	case KEY_STATUS:
		return &request->status;
	case KEY_DELAY:
		return &request->delay;
	case KEY_DUPLICATE:
		return &request->duplicate;
	case KEY_TYPE:
		return &request->type;
	case KEY_SIZE:
		return &request->size;
	default:
		return NULL;
	}
}

static void parse_word(struct request *request, const char *text, struct argp_state *state)
{
	if (request->words_given == WORDS_MAX)
		argp_error(state, "a message has room for %d words", WORDS_MAX);
	request->words[request->words_given++] = number_or_die(text, state);
}

static error_t parse_other(struct request *request, int key, const char *text,
			   struct argp_state *state)
{
	switch (key) {
	case KEY_REDIRECTS:
		request->redirects = switch_or_die(text, state);
		return 0;
	case KEY_REDIRECTED_ONLY:
		request->redirected_only = true;
		return 0;
	case KEY_INTERRUPT:
		request->interrupt = true;
		return 0;
	case KEY_WORD:
		parse_word(request, text, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_key(int key, char *text, struct argp_state *state)
{
	struct request *request = state->input;
	long long *option = number_option(request, key);

	if (option) {
		*option = number_or_die(text, state);
		if (option == &request->size && *option > UCHAR_MAX)
			argp_error(state, "--size is 0 to 255");
		return 0;
	}
	switch (key) {
	case ARGP_KEY_ARG:
		if (request->given == request->command->most)
			argp_error(state, "'%s' is one argument too many", text);
		request->numbers[request->given++] = number_or_die(text, state);
		return 0;
	case ARGP_KEY_END:
		check_complete(request, state);
		return 0;
	default:
		return parse_other(request, key, text, state);
	}
}

/**
 * arguments_parse() - parse the rest of a command line; exits with a message if it is wrong
 * @command: the command
 * @argc:    the number of words, including the command's name
 * @argv:    the words; the first one is replaced
 * @request: filled in with the parsed arguments
 */
static void arguments_parse(const struct command *command, int argc, char **argv,
			    struct request *request)
{
	const struct argp argp = {
		.options = command->options,
		.parser = parse_key,
		.args_doc = command->usage,
		.doc = command->help,
	};
	char name[32];

	*request = nothing_given;
	request->command = command;
	/* argp calls the program by this name in its messages. */
	snprintf(name, sizeof(name), "labhost %s", command->name);
	argv[0] = name;
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, request);
}

/* ---- The call ---- */

/* Return the reason of an error, and what the user can do about it. */
static const char *advice(const struct command *command, int error)
{
	static const char * const misfit =
		"the module and labhost do not fit; build both from one source";

	switch (error) {
	case -ENOENT:
		return "no such device or source; 'labhost devices' lists them";
	case -EINVAL:
		return command->range ?: misfit;
	case -EAGAIN:
		return "it is masked, or goes nowhere; see 'labhost sources'";
	case -ENOSPC:
		return "no CPU has a vector left for it to come to the host";
	case -EOPNOTSUPP:
		return "only the device's own work raises it, not labhost";
	case -ENOTTY:
		return misfit;
	default:
		return strerror(-error);
	}
}

static int open_or_explain(void)
{
	int fd = labhost_open();

	if (fd == -ENOENT || fd == -ENODEV || fd == -ENXIO)
		fprintf(stderr, "labhost: cannot open %s: %s\n", LAB_HOST_NODE,
			"the module vtlirq_board is not loaded, or there is no lab/hypervisor below");
	else if (fd == -EACCES || fd == -EPERM)
		fprintf(stderr, "labhost: cannot open %s: only root may; run this as root\n",
			LAB_HOST_NODE);
	else if (fd < 0)
		fprintf(stderr, "labhost: cannot open %s: %s\n", LAB_HOST_NODE, strerror(-fd));
	return fd;
}

static int run(const struct request *request)
{
	int error, fd;

	fd = open_or_explain();
	if (fd < 0)
		return EXIT_FAILURE;

	error = request->command->run(fd, request);
	labhost_close(fd);
	if (error)
		fprintf(stderr, "labhost %s: failed: %s\n", request->command->name,
			advice(request->command, error));

	if (fflush(stdout)) {
		perror("labhost: cannot write the answer");
		return EXIT_FAILURE;
	}
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	const struct command *command;
	struct request request;

	if (argc < 2) {
		commands_print(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-?") || !strcmp(argv[1], "help")) {
		commands_print(stdout);
		return EXIT_SUCCESS;
	}

	command = command_find(argv[1]);
	if (!command) {
		fprintf(stderr, "labhost: there is no command '%s'; 'labhost --help' lists them\n",
			argv[1]);
		return EXIT_USAGE;
	}
	arguments_parse(command, argc - 1, argv + 1, &request);
	return run(&request);
}
