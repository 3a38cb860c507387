/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The interface between the bench's program and its module, which does what only kernel
 * code can do. Only the bench uses it, so that it may change at any time.
 *
 * Owns: the ioctls of /dev/vtlirq_bench. Must not know: how the figures are evaluated.
 */
#ifndef _VTLIRQ_BENCH_ABI_H
#define _VTLIRQ_BENCH_ABI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define BENCH_NODE	"/dev/vtlirq_bench"
#define BENCH_IOCTL	0xBA

#define BENCH_SAMPLES_MAX	100000

/* The device's registers are at offset 0 of the node's mapping. */
#define BENCH_REGISTERS_SIZE	4096
#define BENCH_RAISE		0x60
#define BENCH_ACKNOWLEDGE	0x64

/* The values of struct bench_route.kind: who handles the device's interrupt. */
#define BENCH_ROUTE_NONE	0	/* the device is masked */
#define BENCH_ROUTE_VECTOR	1	/* the owner of @vector */
#define BENCH_ROUTE_FLOOR	2	/* a flow handler that counts and ends it */
#define BENCH_ROUTE_PLAIN	3	/* request_irq() with an action that relays and ends it */
#define BENCH_ROUTE_EVENTFD	4	/* PCI-MSI, request_irq() and eventfd_signal() */

/**
 * struct bench_route - the argument of BENCH_SET_ROUTE
 * @kind:    one of BENCH_ROUTE_*
 * @vector:  for BENCH_ROUTE_VECTOR, the caller sets it to a vector of its CPU, 32..255;
 *           for the other kinds, the module sets it to the vector that it has allocated
 * @eventfd: for BENCH_ROUTE_EVENTFD, the file descriptor
 * @reserved: must be 0
 */
struct bench_route {
	__u32 kind;
	__u32 vector;
	__s32 eventfd;
	__u32 reserved;
};

/**
 * struct bench_sample - the argument of BENCH_SAMPLE
 * @ticks: address of @count numbers that the module sets; each is the number of TSC ticks
 *         that a write to the raise register took
 * @count: the number of samples, up to BENCH_SAMPLES_MAX
 * @value: the value to write: 1 raises an interrupt, 0 does not
 */
struct bench_sample {
	__u64 ticks;
	__u32 count;
	__u32 value;
};

/**
 * struct bench_bare - the argument of BENCH_BARE_MAP and BENCH_BARE_UNMAP
 * @vector: the vector; BENCH_BARE_MAP sets it, BENCH_BARE_UNMAP reads it
 * @cpu:    the number of the CPU
 * @reserved: must be 0
 */
struct bench_bare {
	__u32 vector;
	__u32 cpu;
	__u64 reserved;
};

/* The values of struct bench_allocations.who. */
#define BENCH_COUNT_CALLER	0	/* count the allocations of the calling task */
#define BENCH_COUNT_DRIVER	1	/* count those that the driver itself requests */

/**
 * struct bench_allocations - the argument of BENCH_ALLOCATIONS_START and BENCH_ALLOCATIONS_STOP
 * @who:         one of BENCH_COUNT_*, read by BENCH_ALLOCATIONS_START
 * @allocations: slab objects that were allocated, set by BENCH_ALLOCATIONS_STOP
 * @bytes:       their size as rounded up by the allocator, less the size of the objects
 *               that the same task or driver freed; set by BENCH_ALLOCATIONS_STOP
 * @reserved: must be 0
 */
struct bench_allocations {
	__u32 who;
	__u32 reserved;
	__u64 allocations;
	__s64 bytes;
};

/*
 * EINVAL: a value is out of range. ENODEV: there is no edu device. EBADF: the descriptor is
 * not an eventfd. ENOSPC: no vector is free.
 */
#define BENCH_SET_ROUTE		_IOWR(BENCH_IOCTL, 0x00, struct bench_route)
/* EINVAL and ENODEV: as above. ENOMEM and EFAULT: as usual. */
#define BENCH_SAMPLE		_IOW(BENCH_IOCTL, 0x01, struct bench_sample)
/* Returns how many interrupts the route's own handler has handled since the route was set. */
#define BENCH_GET_COUNT		_IOR(BENCH_IOCTL, 0x02, __u64)
/* ENOSPC: no vector is free. ENOENT: the file has no such vector. */
#define BENCH_BARE_MAP		_IOWR(BENCH_IOCTL, 0x03, struct bench_bare)
#define BENCH_BARE_UNMAP	_IOWR(BENCH_IOCTL, 0x04, struct bench_bare)
/* EBUSY: allocations are already being counted. EINVAL: a value is out of range. */
#define BENCH_ALLOCATIONS_START	_IOWR(BENCH_IOCTL, 0x05, struct bench_allocations)
#define BENCH_ALLOCATIONS_STOP	_IOWR(BENCH_IOCTL, 0x06, struct bench_allocations)

#endif /* _VTLIRQ_BENCH_ABI_H */
