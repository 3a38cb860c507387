/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When a VCPU was called, when it ran L2, when it returned: see stamps.c.
 */
#ifndef _LAB_TDX_STAMPS_H
#define _LAB_TDX_STAMPS_H

#include <linux/compiler.h>

#include "lab_tdx.h"

/**
 * struct stamps - the log of one VCPU; only its own CPU writes to it
 * @log:   NULL: off
 * @size:  room in @log
 * @count: how many there are
 */
struct stamps {
	struct lab_tdx_stamp *log;
	u32 size;
	u32 count;
};

void stamps_take(struct stamps *stamps, u32 moment, u32 detail);
int stamps_start(struct stamps *stamps, u32 size);
void stamps_stop(struct stamps *stamps);
int stamps_copy(const struct stamps *stamps, struct lab_tdx_get_stamps *asked);

/* Off, it costs a test and a branch not taken. */
static inline void stamp(struct stamps *stamps, enum lab_tdx_moment moment, u32 detail)
{
	if (unlikely(READ_ONCE(stamps->log)))
		stamps_take(stamps, moment, detail);
}

#endif /* _LAB_TDX_STAMPS_H */
