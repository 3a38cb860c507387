/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * VTL0 for the fuzzer: the lab's guest is started, so that its tables and handlers are in
 * memory, and stopped. Then a program runs in its memory whose instructions only cause exits.
 */
#ifndef _TESTS_FUZZ_GUEST_H
#define _TESTS_FUZZ_GUEST_H

#include <stdint.h>

#include "op.h"

/*
 * Creates VTL0, and records in @world how it runs. Its memory at @memory does not belong to
 * Linux, so that VTL0 can damage only this memory, even with garbage in its registers. Removes
 * the previous VTL0. Returns 0 or a negative errno.
 */
int guest_make(struct op_world *world);

void guest_drop(struct op_world *world);

/*
 * Called on the CPU of VP @vp: restores its L2 VCPU, whatever was written there; and if @memory
 * is set, all of VTL0's memory, too.
 */
void guest_repair(struct op_world *world, int vtl, unsigned int vp, bool memory);

/* Sets the registers with which the program begins; @seed determines what it does. */
void guest_context_fill(const struct op_world *world, struct mshv_vtl_run *run, unsigned int vp,
			uint64_t seed);

#endif /* _TESTS_FUZZ_GUEST_H */
