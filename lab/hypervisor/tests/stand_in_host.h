/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stand-ins for what the host uses of the machine, for its tests.
 */
#ifndef _HYPERVISOR_TESTS_STAND_IN_HOST_H
#define _HYPERVISOR_TESTS_STAND_IN_HOST_H

#include "apic/apic.h"
#include "host/devices.h"
#include "host/host.h"
#include "host/hyperv.h"
#include "host/synic.h"
#include "l1/lab_host.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"

#define STAND_IN_FUNCTIONS 32

/**
 * struct stand_in - the calls to the machine, and how it behaves
 * @sends:      the last message of each source
 * @programmed: how often a source was programmed
 * @refuses:    devices refuse
 * @vectors:    how many vectors the host has on each CPU
 * @pending:    a released vector does not become free
 * @slots:      of the VPs
 * @sent_to:    the target of the last interrupt
 * @sent:       its vector
 */
extern struct stand_in {
	struct device_message sends[STAND_IN_FUNCTIONS][STAND_IN_FUNCTIONS];
	u32 programmed;
	bool refuses;
	u32 vectors;
	bool pending;
	struct {
		struct host_message message;
		bool live;
		bool asked_for_end;
		u32 interrupts;
	} slots[L1_CPUS_MAX];
	u32 sent_to;
	u32 sent;
} stand_in;

/* Reset it: two CPUs, which accept messages. */
void stand_in_reset(void);

#endif /* _HYPERVISOR_TESTS_STAND_IN_HOST_H */
