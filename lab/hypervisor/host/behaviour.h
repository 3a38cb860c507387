/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the host behaves beyond what it must: whether it offers redirection, and the faults
 * that a test asks for by the side door.
 */
#ifndef _HYPERVISOR_HOST_BEHAVIOUR_H
#define _HYPERVISOR_HOST_BEHAVIOUR_H

#include <linux/types.h>

/**
 * struct host_behaviour - as the side door passes it
 * @redirects:       1: the capability register says that interrupts can be redirected
 * @refuse_count:    so many retargets are refused
 * @refuse_status:   with this status
 * @refuse_redirected: 1: only those that ask for redirection
 * @reserved:        0
 * @retargets:       out: how many there were
 * @refused:         out: and were refused, for whatever reason
 */
struct host_behaviour {
	u32 redirects;
	u32 refuse_count;
	u32 refuse_status;
	u32 refuse_redirected;
	u64 retargets;
	u64 refused;
};

/**
 * behaviour_set() - behave so from now on
 * @wanted: any values; what is counted is not changed.
 *
 * Return: whether they make sense.
 */
bool behaviour_set(const struct host_behaviour *wanted);

/**
 * behaviour_get() - what is left of the faults, and what was counted
 * @now: out.
 */
void behaviour_get(struct host_behaviour *now);

/**
 * behaviour_redirects() - does the host offer redirection
 *
 * Return: whether it does.
 */
bool behaviour_redirects(void);

/**
 * behaviour_refusal() - is this retarget to be refused; takes one refusal
 * @redirect: it asks for redirection.
 *
 * Return: the status to refuse it with, or 0.
 */
u16 behaviour_refusal(bool redirect);

/**
 * behaviour_count() - a retarget is done
 * @status: how it ended.
 */
void behaviour_count(u16 status);

#endif /* _HYPERVISOR_HOST_BEHAVIOUR_H */
