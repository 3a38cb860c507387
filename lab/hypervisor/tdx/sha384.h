/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SHA-384 (FIPS 180-4). Portable.
 */
#ifndef _HYPERVISOR_TDX_SHA384_H
#define _HYPERVISOR_TDX_SHA384_H

#include <linux/types.h>

#define SHA384_BYTES 48
/* The largest message that fits into one block with its padding. */
#define SHA384_DATA_MAX 111

/**
 * sha384() - the hash of a short message
 * @data:  the message.
 * @count: how many bytes, up to SHA384_DATA_MAX.
 * @hash:  out.
 */
void sha384(const u8 *data, u32 count, u8 hash[SHA384_BYTES]);

#endif /* _HYPERVISOR_TDX_SHA384_H */
