// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The end of a bench that cannot go on; see die.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "die.h"

void die(const char *format, ...)
{
	va_list args;

	fputs("bench/vtl0: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}
