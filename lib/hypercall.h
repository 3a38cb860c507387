/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Calls to the host, as its interface has them (Hyper-V TLFS). Knows nothing of
 * routes, nor of why a call is made.
 */
#ifndef VTLIRQ_HYPERCALL_H
#define VTLIRQ_HYPERCALL_H

#include "target.h"

#define HYPERCALL_STATUS_TIMEOUT	0x78

/**
 * struct retarget_request - what the host is asked for
 * @vector:   proxy vector, or hardware vector if @redirect
 * @redirect: post it to that vector of the one VP
 * @to:       the VPs; its vector is not looked at
 */
struct retarget_request {
	uint32_t vector;
	bool redirect;
	const struct target *to;
};

/**
 * struct hypercall_result - what came of a call
 * @status:    Hyper-V status; 0: success, or the call was not made
 * @is_unsure: it failed in such a way that the host may have done it all the same
 * @calls:     how often it was made
 */
struct hypercall_result {
	uint32_t status;
	bool is_unsure;
	uint32_t calls;
};

/**
 * hypercall_open() - reach the host
 * @file: out; -1 if there is none
 *
 * Return: 0, also if there is no host to reach; or a negative errno.
 */
int hypercall_open(int *file);

/**
 * hypercall_can_redirect() - ask the host whether it offers redirection
 * @file: from hypercall_open()
 *
 * Return: 1, 0; or -ENOMEM.
 */
int hypercall_can_redirect(int file);

/**
 * hypercall_retarget() - tell the host where a device interrupt is to go
 * @file:      from hypercall_open()
 * @interrupt: which
 * @request:   where
 * @result:    out
 *
 * A host that is out of time is asked again for a while.
 *
 * Return: 0; -ENXIO: the host refused, @result tells how; -EOPNOTSUPP: there is
 * no host; -EPROTO: it answered nonsense; another negative errno of the driver.
 */
int hypercall_retarget(int file, const struct vtlirq_interrupt *interrupt,
		       const struct retarget_request *request, struct hypercall_result *result);

#endif /* VTLIRQ_HYPERCALL_H */
