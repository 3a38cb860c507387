/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the driver and the lab's host say of themselves.
 */
#ifndef _TESTS_SOAK_STATE_H
#define _TESTS_SOAK_STATE_H

#include "ledger.h"

/**
 * struct state - figures that only grow
 * @redirected, @proxied: relayed by the driver, from vectors that entries may have
 * @blocked:  by the VMM's filter, either way
 * @unmapped: came to a hardware vector that stood for nothing
 * @exits:    of the host, for all sources
 * @raised:   what the host was told to raise
 * @merged:   vectors that waited already for a slot
 * @refused:  calls that the host refused
 * @halts:    of VPs in VTL0
 */
struct state {
	uint64_t redirected;
	uint64_t proxied;
	uint64_t blocked;
	uint64_t unmapped;
	uint64_t exits;
	uint64_t raised;
	uint64_t merged;
	uint64_t refused;
	uint64_t halts;
};

struct state state_read(void);

/* Some of them, quicker. */
uint64_t state_merged(void);
uint64_t state_refused(void);
uint64_t state_halts(void);

/* All that is known of a device interrupt that makes trouble, and of the driver. */
void state_tell_entry(const struct ledger *ledger, unsigned int index, unsigned int place,
		      const char *what);

#endif /* _TESTS_SOAK_STATE_H */
