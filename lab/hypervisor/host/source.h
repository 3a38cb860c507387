/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a device's interrupts go.
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
 * Redirected, the device's message names CPU and vector: nothing else comes between it
 * and L1, as with an interrupt that the IOMMU posts. Else it comes to the host, which
 * sends messages. A source that is masked stays so.
 *
 * What was raised before has been handled as it was to be then, if L1 lets it: see
 * interrupts_release().
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
 * Return: likewise; -ENOSPC: no vector is left for it to come to the host.
 */
int source_set_mask(const struct lab_host_mask *asked);

/**
 * source_read() - LAB_HOST_GET_SOURCE
 * @state: in: device and source. Out: all but how often it was raised.
 *
 * Return: 0, or -ENOENT: no such source.
 */
int source_read(struct lab_host_source *state);

#endif /* _HYPERVISOR_HOST_SOURCE_H */
