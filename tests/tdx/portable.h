/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's names that the portable files (fields.c, vapic.c) use, for
 * user-space builds of those.
 */
#ifndef _TESTS_TDX_PORTABLE_H
#define _TESTS_TDX_PORTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define BIT(number) (1UL << (number))
#define BIT_ULL(number) (1ULL << (number))
#define __packed __attribute__((packed))
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define READ_ONCE(place) (*(const volatile __typeof__(place) *)&(place))
#define WRITE_ONCE(place, value) (*(volatile __typeof__(place) *)&(place) = (value))

#endif /* _TESTS_TDX_PORTABLE_H */
