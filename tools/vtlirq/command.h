/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_COMMAND_H
#define VTLIRQ_COMMAND_H

#include <stdio.h>

#include "number.h"

/* The commands, as a set, so that an option can name those that accept it. */
enum {
	ROUTE_SHOW = 1,
	ROUTE_HOLD = 2,
	ROUTE_MOVE = 4,
	MAPPING_SHOW = 8,
	MAPPING_HOLD = 16,
	VP_SHOW = 32,
	TOP = 64,
	DOCTOR = 128,
};

/*
 * What the user asked for; the table of options says what each means. A number that was not
 * given is UNKNOWN, and a flag is 0 or 1.
 */
struct options {
	u64 json, all, batch, multicast, proxied, help;
	u64 interval_ms, reports;
	u64 count, hold_ms, rebalance_ms;
	u64 pid, route, vp, delivery, cpu, vector;
	u64 device, has_device, address, data;
	struct number_list vps;
};

/* ---- options.c ---- */

void options_parse(unsigned int command, int argc, char **argv, struct options *options);
void options_free(struct options *options);
void options_help(unsigned int command, FILE *stream);
void usage_error(const char *format, ...) __attribute__((noreturn)) __printf(1, 2);

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
