/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's log.
 */
#ifndef _HYPERVISOR_PRINT_H
#define _HYPERVISOR_PRINT_H

#include <stdarg.h>

#include <linux/types.h>

/**
 * print() - write to the log
 * @format: a subset of printf()'s: %s %c %d %u %x %p with l, ll, a width and zeros.
 *
 * Context: any but an NMI handler. Lines of several CPUs are not mixed.
 */
void print(const char *format, ...) __printf(1, 2);

/**
 * stop() - write to the log, and end the machine
 * @format: as for print().
 *
 * Context: any.
 */
void stop(const char *format, ...) __printf(1, 2) __noreturn;

/**
 * print_to() - what print() would write, into memory
 * @to:     where.
 * @size:   how many bytes there are, the last of which becomes 0.
 * @format: as for print().
 * @list:   the arguments of the format.
 *
 * Return: the length of the whole text, without the 0.
 */
size_t print_to(char *to, size_t size, const char *format, va_list list);

/**
 * report_counters() - write the counters of all CPUs
 *
 * Context: any CPU, at any time.
 */
void report_counters(void);

#endif /* _HYPERVISOR_PRINT_H */
