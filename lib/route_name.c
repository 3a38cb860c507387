// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The names of routes: see route_name.h.
 */
#include <errno.h>
#include <string.h>

#include "route_name.h"

/* isprint() depends on the locale of the program. */
static bool is_printable(char byte)
{
	return byte >= ' ' && byte <= '~';
}

int route_name_copy(char to[VTLIRQ_ROUTE_NAME_SIZE], const char *name)
{
	size_t length = 0;

	for (; name && name[length]; length++) {
		if (length == VTLIRQ_ROUTE_NAME_SIZE - 1 || !is_printable(name[length]))
			return -EINVAL;
	}
	memset(to, 0, VTLIRQ_ROUTE_NAME_SIZE);
	if (length)
		memcpy(to, name, length);
	return 0;
}

void route_name_clean(char name[VTLIRQ_ROUTE_NAME_SIZE])
{
	name[VTLIRQ_ROUTE_NAME_SIZE - 1] = '\0';
	for (; *name; name++) {
		if (!is_printable(*name))
			*name = '?';
	}
}
