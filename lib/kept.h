/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ways that are kept: nobody wants them, but the host may still lead an interrupt
 * there, since it refused to take it back, or nobody knows what it did. Whoever
 * got the hardware vector next would get that interrupt.
 */
#ifndef VTLIRQ_KEPT_H
#define VTLIRQ_KEPT_H

#include "way.h"

/**
 * kept_add() - keep a redirected way
 * @irqs:      the context
 * @interrupt: what may come there
 * @way:       it is theirs now
 */
void kept_add(struct vtlirq *irqs, const struct vtlirq_interrupt *interrupt, struct way *way);

/* The host leads an interrupt elsewhere now: what was kept for it is dropped. */
void kept_release(struct vtlirq *irqs, const struct vtlirq_interrupt *interrupt);

/**
 * kept_forget() - the context ends
 * @irqs: its VTL file is closed, or it is the caller's: then the mappings stay
 *        until the caller closes it
 */
void kept_forget(struct vtlirq *irqs);

#endif /* VTLIRQ_KEPT_H */
