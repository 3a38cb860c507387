/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMBus, as far as a guest needs it to find that there is nothing on it.
 */
#ifndef _HYPERVISOR_HOST_VMBUS_H
#define _HYPERVISOR_HOST_VMBUS_H

#include <linux/types.h>

/**
 * vmbus_post() - HvCallPostMessage
 * @input: the call's input page.
 *
 * Source: the channel messages of Linux's include/linux/hyperv.h.
 * Context: any CPU.
 * Return: whether it was for VMBus, and is answered as far as it has an answer.
 */
bool vmbus_post(const void *input);

#endif /* _HYPERVISOR_HOST_VMBUS_H */
