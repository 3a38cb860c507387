/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * VTL0 for the fuzzer: the lab's guest is started, so that its tables and handlers are in
 * memory, and stopped. Then a program runs in its memory that does nothing but cause exits.
 */
#ifndef _TESTS_FUZZ_GUEST_H
#define _TESTS_FUZZ_GUEST_H

#include <stdint.h>

#include "op.h"

/*
 * Makes VTL0, and takes down in @world how it runs; its memory at @memory is not
 * Linux's, as what VTL0 does with garbage in its registers, it does there. Drops
 * the one before. 0 or a negative errno.
 */
int guest_make(struct op_world *world);

void guest_drop(struct op_world *world);

/*
 * On the CPU of VP @vp: its L2 VCPU is as it was, whatever was written there. All
 * that VTL0 has in memory too, if @memory.
 */
void guest_repair(struct op_world *world, int vtl, unsigned int vp, bool memory);

/* Registers with which the program begins; @seed says what it does. */
void guest_context_fill(const struct op_world *world, struct mshv_vtl_run *run, unsigned int vp,
			uint64_t seed);

#endif /* _TESTS_FUZZ_GUEST_H */
