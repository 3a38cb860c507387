/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Interrupts of a guest that is halted: who raises them, and when.
 */
#ifndef BENCH_HALTED_H
#define BENCH_HALTED_H

#include <stddef.h>
#include <stdint.h>

#include "device.h"
#include "vm.h"

/**
 * halted_run() - let the guest halt, and raise it each time from another thread
 * @vm:          whose guest handles the device's interrupt
 * @device:      that raises it
 * @starts:      to fill in: when each interrupt was raised
 * @count:       how many
 *
 * What the guest saw of each is in vm_samples().
 *
 * Return: the cost of an empty sample of the thread that raises.
 */
int64_t halted_run(struct vm *vm, const struct device *device, uint64_t *starts, size_t count);

/**
 * halted_wait() - let the guest halt, and the device raise it on an idle machine
 * @vm:          whose guest handles the device's interrupt
 * @device:      that raises it
 * @starts:      to fill in: when each interrupt was raised
 * @count:       how many
 *
 * What the guest saw of each is in vm_samples().
 */
void halted_wait(struct vm *vm, const struct device *device, uint64_t *starts, size_t count);

#endif
