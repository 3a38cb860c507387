/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the host behaves where a host may choose: whether it offers redirection, and the faults
 * that a test requests.
 *
 * Owns: struct lab_host_behaviour. Must not know: what a retarget does.
 */
#ifndef _HYPERVISOR_HOST_BEHAVIOUR_H
#define _HYPERVISOR_HOST_BEHAVIOUR_H

#include <linux/types.h>

struct lab_host_behaviour;

int behaviour_set(const struct lab_host_behaviour *wanted);
void behaviour_get(struct lab_host_behaviour *now);

bool behaviour_redirects(void);
u32 behaviour_delay(void);
u16 behaviour_refusal(bool redirect);
void behaviour_count(bool refused);
bool behaviour_duplicates(void);

#endif /* _HYPERVISOR_HOST_BEHAVIOUR_H */
