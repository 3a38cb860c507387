/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The workers as the keeper has them: started, killed, started again.
 */
#ifndef _TESTS_SOAK_CREW_H
#define _TESTS_SOAK_CREW_H

#include <stdbool.h>

#include "ledger.h"

/* Starts a process for each number; @fd: the ledger's. */
void crew_start(struct ledger *ledger, int fd);

/*
 * Kills one with SIGKILL, and starts it again. @under_fire: its devices' interrupts
 * may be on their way when it dies; else it dies in the middle of whatever it does.
 */
void crew_kill(unsigned int number, bool under_fire);

/* How many were killed. */
uint64_t crew_killed(void);

/* Waits until all have come so far; false: not in time. */
bool crew_wait(enum readiness level, unsigned int ms);

/* The number of one that failed, or ended by itself; -1: none. */
int crew_failed(void);

/* Waits for their end; false if one did not end well. */
bool crew_end(void);

#endif /* _TESTS_SOAK_CREW_H */
