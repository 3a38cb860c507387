/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_COMMAND_H
#define VTLIRQ_COMMAND_H

/* In argp's text of help: what follows comes after the list of options. */
#define HELP_DETAILS	"\v"

/**
 * enum exit_status - how every command ends
 * @STATUS_OK: it did what it was asked to do
 * @STATUS_FAILED: the operation failed
 * @STATUS_USAGE: the command line was wrong; nothing was done
 */
enum exit_status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
};

int vtlirq_run(int argc, char **argv);

int cmd_status(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_map(int argc, char **argv);
int cmd_watch(int argc, char **argv);
int cmd_route(int argc, char **argv);
int cmd_routes(int argc, char **argv);
int cmd_retarget(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

#endif /* VTLIRQ_COMMAND_H */
