/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The targets of devices' interrupts.
 */
#ifndef _HYPERVISOR_HOST_SOURCE_H
#define _HYPERVISOR_HOST_SOURCE_H

#include <linux/types.h>

struct host_retarget;
struct lab_host_mask;
struct lab_host_message;
struct lab_host_source;

/**
 * source_retarget() - HvCallRetargetDeviceInterrupt
 * @asked: decoded; its device's id is bus << 8 | devfn.
 *
 * For a redirected source, the device's message names CPU and vector, so its interrupts reach L1
 * directly, like those that an IOMMU posts. Otherwise they go to the host, which sends messages. A
 * masked source stays masked.
 *
 * Interrupts that were raised before have reached their old target then, unless L1 holds them up:
 * see interrupts_release().
 * Return: one of HOST_STATUS_*.
 */
u16 source_retarget(const struct host_retarget *asked);

/**
 * source_set_message() - LAB_HOST_SET_MESSAGE
 * @asked: any values; @device is bus << 8 | devfn.
 *
 * Return: 0 or a negative errno, as lab_host.h says; -ENOMEM and -EIO as device_program().
 */
int source_set_message(const struct lab_host_message *asked);

/**
 * source_set_mask() - LAB_HOST_SET_MASK
 * @asked: any values; @device is bus << 8 | devfn.
 *
 * Return: the same; -ENOSPC: the host has no free vector for it.
 */
int source_set_mask(const struct lab_host_mask *asked);

/**
 * source_read() - LAB_HOST_GET_SOURCE
 * @state: in: device and source. Out: all but the number of its raises.
 *
 * Return: 0, or -ENOENT: no such source.
 */
int source_read(struct lab_host_source *state);

#endif /* _HYPERVISOR_HOST_SOURCE_H */
