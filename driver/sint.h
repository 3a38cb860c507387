/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages and events of the host for the VMM; see sint.c.
 */
#ifndef _MSHV_VTL_SINT_H
#define _MSHV_VTL_SINT_H

#include <linux/types.h>

struct synic_message;

/* Somebody has the node open. Written by sint.c alone. */
extern bool vtl_sint_is_open;

/**
 * vtl_sint_interrupt() - the shared vector has come on this CPU
 * @slots: the message page of this CPU
 *
 * Only while vtl_sint_is_open; else the host sends nothing.
 * Context: hardirq, interrupts off; no lock.
 */
void vtl_sint_interrupt(struct synic_message *slots);

/**
 * vtl_sint_online() - let the host send to this CPU, if the VMM wants that
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
 * vtl_sint_init() - make /dev/mshv_sint
 *
 * It can be opened at once.
 * Context: module init; may sleep.
 * Return: 0 or a negative errno.
 */
int vtl_sint_init(void);

/**
 * vtl_sint_exit() - remove /dev/mshv_sint
 *
 * The module cannot be unloaded while a file is open, so none is.
 * Context: module exit; may sleep.
 */
void vtl_sint_exit(void);

#endif /* _MSHV_VTL_SINT_H */
