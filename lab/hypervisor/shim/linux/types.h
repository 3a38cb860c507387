/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's names for types and the like, for code that runs without a kernel.
 *
 * Owns: the few of them that the hypervisor uses.
 */
#ifndef _HYPERVISOR_SHIM_TYPES_H
#define _HYPERVISOR_SHIM_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef long long s64;
typedef u8 __u8;
typedef u16 __u16;
typedef u32 __u32;
typedef u64 __u64;
typedef s32 __s32;
typedef s64 __s64;

#define BIT(nr)            (1UL << (nr))
#define BIT_ULL(nr)        (1ULL << (nr))
#define GENMASK(h, l)      ((~0UL << (l)) & (~0UL >> (63 - (h))))
#define GENMASK_ULL(h, l)  ((~0ULL << (l)) & (~0ULL >> (63 - (h))))

#define __packed           __attribute__((packed))
#define __aligned(n)       __attribute__((aligned(n)))
#define __printf(a, b)     __attribute__((format(printf, a, b)))
#define __noreturn         __attribute__((noreturn))
#define __must_check       __attribute__((warn_unused_result))
#define noinline           __attribute__((noinline))
#define fallthrough        __attribute__((fallthrough))
#define likely(x)          __builtin_expect(!!(x), 1)
#define unlikely(x)        __builtin_expect(!!(x), 0)
#define READ_ONCE(x)       (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v)   (*(volatile typeof(x) *)&(x) = (v))
#define ARRAY_SIZE(array)  (sizeof(array) / sizeof((array)[0]))
#define container_of(pointer, type, member) \
	((type *)((char *)(pointer) - offsetof(type, member)))
#define static_assert      _Static_assert
#define min_t(type, a, b)  ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define max_t(type, a, b)  ((type)(a) > (type)(b) ? (type)(a) : (type)(b))
#define ALIGN_DOWN(x, to)  ((x) & ~((typeof(x))(to) - 1))
#define ALIGN(x, to)       ALIGN_DOWN((x) + (to) - 1, to)

#define U8_MAX             255
#define U16_MAX            65535
#define PAGE_SHIFT         12
#define PAGE_SIZE          4096UL
#define PAGE_MASK          (~(PAGE_SIZE - 1))

#define __ffs(bits) ((unsigned int)__builtin_ctzl(bits))

/* The compiler's own would call its library. */
static inline unsigned int hweight32(u32 bits)
{
	unsigned int count;

	for (count = 0; bits; bits &= bits - 1)
		count++;
	return count;
}

#endif /* _HYPERVISOR_SHIM_TYPES_H */
