/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_COMMAND_H
#define VTLIRQ_COMMAND_H

#include "options.h"

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

/* The commands. Each returns one of enum exit_status. */
int route_show(const struct options *options);
int route_hold(const struct options *options);
int route_move(const struct options *options);
int mapping_show(const struct options *options);
int mapping_hold(const struct options *options);
int vp_show(const struct options *options);
int top(const struct options *options);
int doctor(const struct options *options);

#endif /* VTLIRQ_COMMAND_H */
