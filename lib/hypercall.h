/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hypercalls: the calls to the host that the library needs, as the Hyper-V TLFS specifies
 * them. Knows nothing of routes and of the purpose of a call.
 */
#ifndef VTLIRQ_HYPERCALL_H
#define VTLIRQ_HYPERCALL_H

#include "target.h"

#define HYPERCALL_STATUS_TIMEOUT	0x78

/**
 * struct retarget_request - where a device interrupt has to go
 * @vector:   proxy vector; hardware vector if @redirect
 * @redirect: post the interrupt to that vector of the only VP
 * @to:       the VPs; the vector in it is not used
 */
struct retarget_request {
	uint32_t vector;
	bool redirect;
	const struct target *to;
};

/**
 * struct hypercall_result - the result of a call
 * @status:    Hyper-V status; 0: success, or the host was not called
 * @is_unsure: the call failed, but the host may have done what was asked
 * @calls:     how often the host was called
 */
struct hypercall_result {
	uint32_t status;
	bool is_unsure;
	uint32_t calls;
};

/**
 * hypercall_open() - open the file for hypercalls
 * @file: out; -1 if there is no host to call
 *
 * Return: 0, also without a host; or a negative errno.
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
 * hypercall_retarget() - tell the host where a device interrupt has to go
 * @file:      from hypercall_open()
 * @interrupt: the device interrupt
 * @request:   where it has to go
 * @result:    out
 *
 * The call is repeated for a while if the host says that it ran out of time.
 *
 * Return: 0; -ENXIO: the host refused, and @result says how; -EOPNOTSUPP: there is no
 * host; -EPROTO: the answer of the host is not valid; another negative errno of the
 * driver.
 */
int hypercall_retarget(int file, const struct vtlirq_interrupt *interrupt,
		       const struct retarget_request *request, struct hypercall_result *result);

#endif /* VTLIRQ_HYPERCALL_H */
