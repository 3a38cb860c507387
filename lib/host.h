/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Calls to the host, as its interface has them (Hyper-V TLFS). Knows nothing of
 * routes, nor of why a call is made.
 */
#ifndef VTLIRQ_HOST_H
#define VTLIRQ_HOST_H

#include "aim.h"

#define HOST_STATUS_TIMEOUT	0x78

/**
 * struct host_target - what the host is asked for
 * @vector:   proxy vector, or hardware vector if @redirect
 * @redirect: post it to that vector of the one VP
 * @to:       the VPs; its vector is not looked at
 */
struct host_target {
	uint32_t vector;
	bool redirect;
	const struct aim *to;
};

/**
 * struct host_answer - what came of a call
 * @status:    Hyper-V status; 0: success, or the call was not made
 * @is_unsure: it failed in such a way that the host may have done it all the same
 * @calls:     how often it was made
 */
struct host_answer {
	uint32_t status;
	bool is_unsure;
	uint32_t calls;
};

/**
 * host_open() - reach the host
 * @file: out; -1 if there is none
 *
 * Return: 0, also if there is no host to reach; or a negative errno.
 */
int host_open(int *file);

/**
 * host_can_redirect() - ask the host whether it offers redirection
 * @file: from host_open()
 *
 * Return: 1, 0; or -ENOMEM.
 */
int host_can_redirect(int file);

/**
 * host_retarget() - tell the host where a device interrupt is to go
 * @file:      from host_open()
 * @interrupt: which
 * @target:    where
 * @answer:    out
 *
 * A host that is out of time is asked again for a while.
 *
 * Return: 0; -ENXIO: the host refused, @answer tells how; -EOPNOTSUPP: there is
 * no host; -EPROTO: it answered nonsense; another negative errno of the driver.
 */
int host_retarget(int file, const struct vtlirq_interrupt *interrupt,
		  const struct host_target *target, struct host_answer *answer);

#endif /* VTLIRQ_HOST_H */
