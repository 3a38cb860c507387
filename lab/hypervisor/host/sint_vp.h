/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What sint.c knows of a VP: whether it is there, its slot, its event flags, its mask, and
 * its interrupt.
 */
#ifndef _HYPERVISOR_HOST_SINT_VP_H
#define _HYPERVISOR_HOST_SINT_VP_H

#include <linux/types.h>

#define SINT 7

struct host_message;

/**
 * sint_vp_exists() - is there such a VP
 * @vp: any value.
 *
 * Return: whether there is.
 */
bool sint_vp_exists(u32 vp);

/**
 * sint_vp_is_live() - does it run
 * @vp: any value.
 *
 * Return: whether there is such a VP, and L1 has started its CPU.
 */
bool sint_vp_is_live(u32 vp);

/**
 * sint_vp_slot() - where its messages go
 * @vp: one that exists.
 *
 * Return: its slot 7; NULL: it has no message page.
 */
struct host_message *sint_vp_slot(u32 vp);

/**
 * sint_vp_set_flag() - set a flag of SINT 7 in its event flags page
 * @vp:   one that exists.
 * @flag: below 2048.
 *
 * Return: whether it has such a page.
 */
bool sint_vp_set_flag(u32 vp, u32 flag);

/**
 * sint_vp_is_masked() - is SINT 7 masked there
 * @vp: one that exists.
 *
 * Return: whether it is.
 */
bool sint_vp_is_masked(u32 vp);

/**
 * sint_vp_interrupt() - let it know
 * @vp: one that exists.
 */
void sint_vp_interrupt(u32 vp);

#endif /* _HYPERVISOR_HOST_SINT_VP_H */
