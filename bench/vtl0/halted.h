/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Interrupts of a guest that is halted.
 */
#ifndef BENCH_VTL0_HALTED_H
#define BENCH_VTL0_HALTED_H

#include <stdint.h>

#include "guest.h"

/**
 * halted_sample() - take ALL samples, each raised when the guest is in HLT
 * @guest:  the guest
 * @starts: out: for each, the TSC before the device was written
 *
 * Return: the cost of an empty sample: from TSC to TSC around a device write.
 */
int64_t halted_sample(struct guest *guest, uint64_t *starts);

#endif /* BENCH_VTL0_HALTED_H */
