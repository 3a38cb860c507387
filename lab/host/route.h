/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where each source's interrupts go, and whether it is masked.
 *
 * Owns: struct lab_route of each source, and the order in which device and
 * receivers change when it does. Knows neither calls nor ioctls.
 */
#ifndef _LAB_HOST_ROUTE_H
#define _LAB_HOST_ROUTE_H

#include <linux/types.h>

struct lab_device;
struct lab_host_source;
struct lab_proxy;

int lab_route_message(struct lab_device *device, u32 number, u8 apic_id, u8 vector);
int lab_route_redirect(struct lab_device *device, u32 number, u32 vp, u8 vector);
int lab_route_proxy(struct lab_device *device, u32 number, const struct lab_proxy *proxy);
int lab_route_set_masked(struct lab_device *device, u32 number, bool masked);
int lab_route_read(struct lab_device *device, u32 number, struct lab_host_source *state);
int lab_route_leave_cpu(struct lab_device *device, u32 cpu);

#endif /* _LAB_HOST_ROUTE_H */
