/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_MEMORY_H
#define VTLIRQ_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

/* Lets the compiler compare a printf-like function's arguments with its format. */
#define PRINTF_FORMAT(format, arguments)	__format__(__printf__, format, arguments)
#define __printf(format, arguments)	__attribute__((PRINTF_FORMAT(format, arguments)))

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

void *memory_grow(void *old, size_t count, size_t size);
char *memory_vformat(const char *format, va_list arguments);
char *memory_format(const char *format, ...) __printf(1, 2);

#endif /* VTLIRQ_MEMORY_H */
