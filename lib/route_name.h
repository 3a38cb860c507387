/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names of routes, as a person reads them: what may be one.
 *
 * They go to a terminal, and into JSON: so they are of printable ASCII characters.
 */
#ifndef VTLIRQ_ROUTE_NAME_H
#define VTLIRQ_ROUTE_NAME_H

#include "public.h"

/**
 * route_name_copy() - copy a name, if it may be one
 * @to:   what is beyond its end becomes zeroes; not written after a failure
 * @name: NULL: none
 *
 * Return: 0; -EINVAL: it is too long, or has other characters.
 */
int route_name_copy(char to[VTLIRQ_ROUTE_NAME_SIZE], const char *name);

/* Makes what another process sent a name: it ends, and nothing in it moves a cursor. */
void route_name_clean(char name[VTLIRQ_ROUTE_NAME_SIZE]);

#endif /* VTLIRQ_ROUTE_NAME_H */
