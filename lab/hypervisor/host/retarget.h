/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a device's interrupts go.
 */
#ifndef _HYPERVISOR_HOST_RETARGET_H
#define _HYPERVISOR_HOST_RETARGET_H

#include <linux/types.h>

struct host_retarget;

/**
 * retarget_carry_out() - have a source of a device interrupt somewhere else
 * @asked: decoded; the low half of its device's id is bus, device and function.
 *
 * Redirected, the device's message names CPU and vector: nothing else comes between it
 * and L1, as with an interrupt that the IOMMU posts. From then on the message is the
 * host's: what L1 writes to it has no effect.
 *
 * Return: one of HOST_STATUS_*. What is not redirected is masked: see the README.
 */
u16 retarget_carry_out(const struct host_retarget *asked);

#endif /* _HYPERVISOR_HOST_RETARGET_H */
