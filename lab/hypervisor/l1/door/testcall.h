/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A test's TDCALL, with the kernel kept safe around it.
 */
#ifndef _HYPERVISOR_L1_DOOR_TESTCALL_H
#define _HYPERVISOR_L1_DOOR_TESTCALL_H

#include "../lab_tdx.h"

int testcall(struct lab_tdx_call *call);

#endif /* _HYPERVISOR_L1_DOOR_TESTCALL_H */
