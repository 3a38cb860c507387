/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_OPTIONS_H
#define VTLIRQ_OPTIONS_H

#include <argp.h>
#include <stdbool.h>

#include "number.h"

/* Keys of options that have no letter; a command's own begin after the last one. */
enum {
	OPTION_JSON = 256,
	OPTION_OWN,
};

#define JSON_OPTION(instead)	{ "json", OPTION_JSON, NULL, 0, instead, 0 }

error_t option_common(int key, char *text, struct argp_state *state, bool *json);
void option_cpu(struct argp_state *state, const char *text, struct number_list *cpus);
u64 option_seconds(struct argp_state *state, const char *option, const char *text,
		   u64 lowest_ms, u64 highest_ms);

#endif /* VTLIRQ_OPTIONS_H */
