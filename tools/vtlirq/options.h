/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_OPTIONS_H
#define VTLIRQ_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base.h"
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

void options_parse(unsigned int command, int argc, char **argv, struct options *options);
void options_free(struct options *options);
void options_help(unsigned int command, FILE *stream);
void usage_error(const char *format, ...) __attribute__((noreturn)) __printf(1, 2);

#endif /* VTLIRQ_OPTIONS_H */
