// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Counts the core's instructions, which it recognizes by their section, and its calls of the
 * shim's allocators, which the linker redirects to this file (--wrap); see scale.h.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>
#include <x86intrin.h>

#include "scale.h"
#include "shim.h"

#define TRAP_FLAG 0x100ULL

/* The linker defines these for the section core_text. */
extern const char __start_core_text[], __stop_core_text[];

static volatile struct count now;

/* Called before each instruction. The kernel clears the flag while this runs. */
static void trapped(int signal, siginfo_t *info, void *context)
{
	const ucontext_t *cpu = context;
	const char *next = (const char *)cpu->uc_mcontext.gregs[REG_RIP];

	if (next >= __start_core_text && next < __stop_core_text)
		now.core++;
	else
		now.other++;
}

void count_init(void)
{
	struct sigaction action = { .sa_sigaction = trapped, .sa_flags = SA_SIGINFO };

	if (sigaction(SIGTRAP, &action, NULL)) {
		perror("sigaction");
		exit(1);
	}
}

void count_start(void)
{
	now.core = 0;
	now.other = 0;
	__writeeflags(__readeflags() | TRAP_FLAG);
}

struct count count_stop(void)
{
	__writeeflags(__readeflags() & ~TRAP_FLAG);
	return (struct count){ .core = now.core, .other = now.other };
}

/* ---- memory ---- */

struct memory memory;

void *__real_shim_alloc(size_t count, size_t size);
void *__wrap_shim_alloc(size_t count, size_t size);
struct page *__real_alloc_pages_node(int node, gfp_t gfp, unsigned int order);
struct page *__wrap_alloc_pages_node(int node, gfp_t gfp, unsigned int order);

/* Sizes are powers of two, from 8 on, and the two sizes 96 and 192. */
size_t memory_of(size_t size)
{
	size_t taken = 8;

	if (size > 64 && size <= 96)
		return 96;
	if (size > 128 && size <= 192)
		return 192;
	while (taken < size)
		taken *= 2;
	return taken;
}

void *__wrap_shim_alloc(size_t count, size_t size)
{
	memory.asked += count * size;
	memory.taken += memory_of(count * size);
	return __real_shim_alloc(count, size);
}

struct page *__wrap_alloc_pages_node(int node, gfp_t gfp, unsigned int order)
{
	memory.asked += PAGE_SIZE << order;
	memory.taken += PAGE_SIZE << order;
	return __real_alloc_pages_node(node, gfp, order);
}
