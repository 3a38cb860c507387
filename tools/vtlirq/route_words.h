/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_ROUTE_WORDS_H
#define VTLIRQ_ROUTE_WORDS_H

#include <stdbool.h>

#include <vtlirq.h>

#include "problem.h"

/* "-", as an identifier that a route does not have is shown. */
#define NO_CELL	"-"

const char *route_reason_word(const struct vtlirq_route_state *route);
char *route_reason_cell(const struct vtlirq_route_state *route);
char *route_vp_cell(const struct vtlirq_route_state *route);
char *route_name_cell(const struct vtlirq_route_state *route);
char *route_device_cell(const struct vtlirq_route_state *route);
char *route_hardware_cell(const struct vtlirq_route_state *route);
void route_explain(const struct vtlirq_route_state *route, struct problem *why);
void route_explain_failure(int error, uint32_t status, struct problem *problem);
bool route_has_same_reason(const struct vtlirq_route_state *a,
			   const struct vtlirq_route_state *b);

#endif /* VTLIRQ_ROUTE_WORDS_H */
