/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest calls the host.
 */
#ifndef _LAB_HOST_CALL_H
#define _LAB_HOST_CALL_H

#include <linux/types.h>

u64 lab_call(u64 control, const void *input, void *output);

#endif /* _LAB_HOST_CALL_H */
