/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_TOP_TEXT_H
#define VTLIRQ_TOP_TEXT_H

#include "table.h"
#include "top_rates.h"

char *top_heading(const struct rates *rates);
void top_vp_table(const struct rates *rates, struct table *table);
void top_route_table(const struct rates *rates, struct table *table);
char *top_no_vps(const struct sample *sample);
char *top_no_routes(const struct sample *sample);

#endif /* VTLIRQ_TOP_TEXT_H */
