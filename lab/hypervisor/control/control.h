/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The side door for tests.
 */
#ifndef _HYPERVISOR_CONTROL_H
#define _HYPERVISOR_CONTROL_H

#include <linux/types.h>

#include "control/call.h"

struct l1_cpu;

/**
 * control_handle() - L1 executes VMMCALL at CPL 0
 * @l1: of this CPU.
 *
 * Return: whether it was a call of the side door, and is done.
 */
bool control_handle(struct l1_cpu *l1);

#endif /* _HYPERVISOR_CONTROL_H */
