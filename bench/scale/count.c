// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Counts instructions; see scale.h. It recognizes those of the core by their section.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>
#include <x86intrin.h>

#include "scale.h"

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
