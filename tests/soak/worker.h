/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A worker: a process with routes of its own, which it changes at random until it is
 * told to end, or killed.
 */
#ifndef _TESTS_SOAK_WORKER_H
#define _TESTS_SOAK_WORKER_H

#include "ledger.h"

/* All of a worker's life. @generation: how many had this number before. */
int worker_main(struct ledger *ledger, unsigned int number, unsigned int generation);

#endif /* _TESTS_SOAK_WORKER_H */
