/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names of routes: which ones are valid. Names are printed on terminals and in JSON, so they
 * consist of printable ASCII characters.
 */
#ifndef VTLIRQ_ROUTE_NAME_H
#define VTLIRQ_ROUTE_NAME_H

#include "public.h"

/**
 * route_name_copy() - copy a name if it is valid
 * @to:   filled with zeroes after the name; unchanged after an error
 * @name: NULL: no name
 *
 * Return: 0; -EINVAL: the name is too long, or has other characters.
 */
int route_name_copy(char to[VTLIRQ_ROUTE_NAME_SIZE], const char *name);

/* Make bytes from another process a valid name: terminate it, replace other characters. */
void route_name_clean(char name[VTLIRQ_ROUTE_NAME_SIZE]);

#endif /* VTLIRQ_ROUTE_NAME_H */
