/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's side of each VP: its message page, what waits for the slot, and
 * the vector that tells of messages.
 *
 * VP n is CPU n. Owns: the VPs. Knows neither devices nor calls.
 */
#ifndef _LAB_HOST_SYNIC_H
#define _LAB_HOST_SYNIC_H

#include <linux/types.h>

#include "hypercall.h"

struct lab_host_vp;
struct lab_host_post;

/**
 * struct lab_proxy - where a proxied interrupt goes
 * @vector:    VTL0's.
 * @multicast: to all VPs of the set; else to one of them.
 * @set:       not empty.
 */
struct lab_proxy {
	u8 vector;
	bool multicast;
	struct vp_set set;
};

bool lab_vp_exists(u32 vp);
bool lab_vp_is_live(u32 vp);
void lab_vp_all(struct vp_set *set);

void lab_synic_proxy(const struct lab_proxy *proxy);
void lab_synic_end_of_message(void);
void *lab_synic_messages(unsigned int cpu);
int lab_synic_post(const struct lab_host_post *post);
int lab_synic_read(u32 vp, struct lab_host_vp *state);
int lab_synic_interrupt(u32 cpu);
int lab_synic_raise(u32 cpu, u32 vector);

int lab_synic_cpu_start(unsigned int cpu);
void lab_synic_cpu_pause(unsigned int cpu);
void lab_synic_cpu_resume(unsigned int cpu);
void lab_synic_cpu_stop(unsigned int cpu);

int lab_synic_start(void);
void lab_synic_stop(void);

#endif /* _LAB_HOST_SYNIC_H */
