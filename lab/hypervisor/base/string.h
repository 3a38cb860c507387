/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Operations on strings of bytes. The names are those of the C library, which the compiler
 * itself calls.
 */
#ifndef _HYPERVISOR_STRING_H
#define _HYPERVISOR_STRING_H

#include <linux/types.h>

void *memset(void *to, int byte, size_t count);
void *memcpy(void *to, const void *from, size_t count);
void *memmove(void *to, const void *from, size_t count);
int memcmp(const void *a, const void *b, size_t count);
size_t strlen(const char *text);
char *strstr(const char *text, const char *word);

#endif /* _HYPERVISOR_STRING_H */
