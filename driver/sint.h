/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages and events of the host for the VMM; see sint.c.
 */
#ifndef _MSHV_VTL_SINT_H
#define _MSHV_VTL_SINT_H

#include <linux/types.h>

struct synic_message;

/* A file of /dev/mshv_sint is open. Written only by sint.c. */
extern bool vtl_sint_is_open;

/**
 * vtl_sint_interrupt() - handle the shared vector on this CPU
 * @slots: the message page of this CPU
 *
 * Only called while vtl_sint_is_open; otherwise the host sends nothing.
 * Context: interrupts off; no lock.
 */
void vtl_sint_interrupt(struct synic_message *slots);

/**
 * vtl_sint_online() - let the host send to this CPU, unless the VMM has paused it
 *
 * Context: CPU hotplug, on that CPU, after vtl_host_synic_online(); may sleep.
 */
void vtl_sint_online(void);

/**
 * vtl_sint_offline() - undo vtl_sint_online()
 *
 * Context: CPU hotplug, on that CPU, before vtl_host_synic_offline(); may sleep.
 */
void vtl_sint_offline(void);

/**
 * vtl_sint_init() - create /dev/mshv_sint
 *
 * It can be opened when vtl_nodes_init() has created all nodes.
 * Context: module init; may sleep.
 * Return: 0 or a negative errno.
 */
int vtl_sint_init(void);

/**
 * vtl_sint_exit() - remove /dev/mshv_sint
 *
 * No file is open, since an open file prevents unloading the module.
 * Context: module exit; may sleep.
 */
void vtl_sint_exit(void);

#endif /* _MSHV_VTL_SINT_H */
