/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where interrupts are handled: by the guest in VTL0, or by whoever takes the bits of
 * the run pages; one or the other, or both in turns.
 */
#ifndef _TESTS_SOAK_ARRIVALS_H
#define _TESTS_SOAK_ARRIVALS_H

#include <stdbool.h>
#include <stdint.h>

#include "../harness/random.h"
#include "ledger.h"

/* Ready to handle; @vtl0: in VTL0. False: it cannot be. */
bool arrivals_open(struct ledger *ledger, bool vtl0);
void arrivals_close(void);

/* To be called all the time, by any threads: takes what has come, if that is its turn. */
void arrivals_poll(void);

/* How many came to a vector of a VP, in all. */
uint64_t arrivals_count(unsigned int vp, unsigned int vector);

/*
 * Of these, one call at a time. A VP runs, halts, or leaves VTL0 for a moment; all of
 * them enter or leave VTL0. False: that failed.
 */
bool arrivals_shake(struct stream *stream);
bool arrivals_switch(bool vtl0);

/* Whose turn it is now. */
bool arrivals_in_vtl0(void);

/* Whether VTL0 has ended by itself. */
bool arrivals_broken(void);

#endif /* _TESTS_SOAK_ARRIVALS_H */
