// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * labhost: a command to control the lab's host.
 *
 * Owns: the steps of one call, from the command's name to the exit code, and the error
 * messages. Must not know: any command.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labhost.h"
#include "labhost_client.h"

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
			"the module is not loaded; try 'insmod vtlirq_lab_host.ko'");
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
