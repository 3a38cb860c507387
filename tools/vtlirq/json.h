/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_JSON_H
#define VTLIRQ_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include <vtlirq.h>

#include "driver_state.h"
#include "types.h"

json_t *json_number(u64 number);
json_t *json_identifier(s64 identifier);
json_t *json_mapping(const struct mapping *mapping);
json_t *json_cpu_state(const struct cpu_state *cpu);
json_t *json_totals(const struct totals *totals);
json_t *json_problems(const struct problem_list *list);
json_t *json_summary(const struct vtlirq_summary *summary);
json_t *json_route(const struct vtlirq_route_state *route);
void json_show(json_t *value, bool one_line);

#endif /* VTLIRQ_JSON_H */
