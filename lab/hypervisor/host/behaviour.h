/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the host behaves beyond what it must: whether it offers redirection, and
 * the faults that a test asks for.
 *
 * Owns: struct lab_host_behaviour. Knows nothing of what a retarget does.
 */
#ifndef _HYPERVISOR_HOST_BEHAVIOUR_H
#define _HYPERVISOR_HOST_BEHAVIOUR_H

#include <linux/types.h>

struct lab_host_behaviour;

int lab_behaviour_set(const struct lab_host_behaviour *wanted);
int lab_behaviour_get(struct lab_host_behaviour *now);

bool lab_behaviour_redirects(void);
u32 lab_behaviour_delay(void);
u16 lab_behaviour_refusal(bool redirect);
void lab_behaviour_count(bool refused);
bool lab_behaviour_duplicates(void);

#endif /* _HYPERVISOR_HOST_BEHAVIOUR_H */
