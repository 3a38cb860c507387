/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the other parts use of this folder on any machine: the log, strings, memory, locks and
 * options. It compiles in user space too.
 */
#ifndef _HYPERVISOR_BASE_BASE_H
#define _HYPERVISOR_BASE_BASE_H

#include <stdarg.h>

#include <linux/types.h>

/* ---- print.c, format.c: the hypervisor's log ---- */

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
 * @to:     the memory.
 * @size:   how many bytes there are, the last of which becomes 0.
 * @format: as for print().
 * @list:   the arguments of the format.
 *
 * Return: the length of the whole text, without the 0.
 */
size_t print_to(char *to, size_t size, const char *format, va_list list);

/**
 * report_counters() - write the counters of all CPUs; in control/control.c
 *
 * Context: any CPU, at any time.
 */
void report_counters(void);

/*
 * ---- string.c: operations on strings of bytes ----
 *
 * The names are those of the C library, which the compiler itself calls.
 */

void *memset(void *to, int byte, size_t count);
void *memcpy(void *to, const void *from, size_t count);
void *memmove(void *to, const void *from, size_t count);
int memcmp(const void *a, const void *b, size_t count);
size_t strlen(const char *text);
char *strstr(const char *text, const char *word);

/* ---- heap.c: pages for the hypervisor ---- */

/**
 * heap_start() - give the heap its memory
 * @base: its first byte, at a page's boundary
 * @size: how many bytes, whole pages
 *
 * Context: before anything else of the heap.
 */
void heap_start(u64 base, u64 size);

/**
 * heap_pages() - allocate contiguous pages, which are never freed
 * @count: how many
 *
 * Return: the pages, zeroed. On failure the machine stops.
 */
void *heap_pages(u32 count);

/**
 * heap_page() - allocate a page
 *
 * Return: the page, zeroed, or NULL: there is none left.
 */
void *heap_page(void);

/**
 * heap_page_free() - free a page
 * @page: from heap_page()
 */
void heap_page_free(void *page);

/*
 * ---- Locks between CPUs ----
 *
 * The hypervisor runs with interrupts off, so no interrupt handler takes a lock; neither does the
 * NMI handler.
 */

/** struct lock - held by one CPU at a time; all zero is free */
struct lock {
	u32 held;
};

static inline void lock_take(struct lock *lock)
{
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
		__builtin_ia32_pause();
}

static inline void lock_drop(struct lock *lock)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

/* ---- options.c: the options of the command line. Constant once L1 runs. ---- */

#define OPTIONS_LINE_MAX 2048

/**
 * struct options - the words before " -- "
 * @td:      L1 is a trust domain ("td")
 * @hyperv:  its host is Hyper-V ("hyperv"), otherwise KVM, by its CPUID signature
 * @l2_vms:  how many L2 VMs L1 may have ("l2-vms=N"; 1 by default)
 * @trace:   log unusual calls ("trace")
 * @linux_line: what follows " -- ": L1's own command line
 *
 * "clock=stopped" is clock_is_stopped, "clock=l2-stopped" is clock_of_l2_is_stopped.
 */
struct options {
	bool td;
	bool hyperv;
	u32 l2_vms;
	bool trace;
	char linux_line[OPTIONS_LINE_MAX];
};

extern struct options options;

/**
 * options_read() - read the command line
 * @line: as the boot loader gives it.
 */
void options_read(const char *line);

#endif /* _HYPERVISOR_BASE_BASE_H */
