/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proxied interrupts: what VPs are told of, by messages in slot 0.
 */
#ifndef _HYPERVISOR_HOST_PROXIED_H
#define _HYPERVISOR_HOST_PROXIED_H

#include <linux/types.h>

struct lab_host_post;
struct lab_host_vp;

/* The interrupt source: that of the intercepts, as on Hyper-V. */
#define SINT_PROXY 0

/**
 * struct host_proxy - where a proxied interrupt goes
 * @vps:       bit n is VP n; not empty
 * @vector:    VTL0's
 * @multicast: to all VPs of @vps; else to one of them
 */
struct host_proxy {
	u32 vps;
	u8 vector;
	bool multicast;
};

/**
 * proxied_interrupt() - let VPs know of an interrupt
 * @proxy: which, and who.
 *
 * VPs that take no messages are left out; if none does, the first of them gets it when it
 * does again.
 * Context: any CPU.
 */
void proxied_interrupt(const struct host_proxy *proxy);

/**
 * proxied_end_of_message() - a VP has written its EOM register
 * @vp: on this CPU.
 */
void proxied_end_of_message(u32 vp);

/**
 * proxied_resume() - a VP may take messages again
 * @vp: on this CPU.
 *
 * If it does, it hears of a message that it left behind, and of what came meanwhile.
 */
void proxied_resume(u32 vp);

/**
 * proxied_read() - LAB_HOST_GET_VP
 * @state: in: which VP; any value. Out: the rest.
 *
 * Return: 0, or -EINVAL: no such VP.
 */
int proxied_read(struct lab_host_vp *state);

/**
 * proxied_post() - LAB_HOST_POST: write a message as a hostile host would
 * @asked: which VP, what message, and whether it is to hear of it; any values.
 *
 * Return: 0, or -EINVAL: no such VP, or a value out of range.
 */
int proxied_post(const struct lab_host_post *asked);

#endif /* _HYPERVISOR_HOST_PROXIED_H */
