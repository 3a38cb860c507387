/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's names for integers of a size, printed by %llu and %lld everywhere.
 */
#ifndef VTLIRQ_TYPES_H
#define VTLIRQ_TYPES_H

typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

#define U32_MAX	(~(u32)0)
#define U64_MAX	(~(u64)0)
#define S64_MAX	((s64)(U64_MAX >> 1))

#endif /* VTLIRQ_TYPES_H */
