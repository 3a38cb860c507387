/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * How the bench's program asks its module for what only a kernel can do.
 *
 * Owns: the ioctls of /dev/vtlirq_bench. An interface of the bench alone: it
 * may change at any time. Must not know what is made of the figures.
 */
#ifndef _VTLIRQ_BENCH_ABI_H
#define _VTLIRQ_BENCH_ABI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define BENCH_NODE	"/dev/vtlirq_bench"
#define BENCH_IOCTL	0xBA

#define BENCH_SAMPLES_MAX	100000

/* The device's registers, at offset 0 of the node's mapping. */
#define BENCH_REGISTERS_SIZE	4096
#define BENCH_RAISE		0x60
#define BENCH_ACKNOWLEDGE	0x64

/* struct bench_route.kind: who takes the device's interrupt. */
#define BENCH_ROUTE_NONE	0	/* none: the device is masked */
#define BENCH_ROUTE_VECTOR	1	/* whoever has @vector */
#define BENCH_ROUTE_FLOOR	2	/* a flow handler that counts and ends it */
#define BENCH_ROUTE_PLAIN	3	/* request_irq(); the action relays and ends it */
#define BENCH_ROUTE_EVENTFD	4	/* PCI-MSI, request_irq(), eventfd_signal() */

/**
 * struct bench_route - BENCH_SET_ROUTE's argument
 * @kind:    one of BENCH_ROUTE_*.
 * @vector:  in, BENCH_ROUTE_VECTOR: a vector of the calling CPU, 32..255.
 *           Out, else: the vector that was taken.
 * @eventfd: BENCH_ROUTE_EVENTFD: the file descriptor.
 * @reserved: 0.
 */
struct bench_route {
	__u32 kind;
	__u32 vector;
	__s32 eventfd;
	__u32 reserved;
};

/**
 * struct bench_sample - BENCH_SAMPLE's argument
 * @ticks: address of @count numbers: each is what the counter of time moved
 *         from before a write to the raise register to after it.
 * @count: how many, up to BENCH_SAMPLES_MAX.
 * @value: what is written: 1 raises, 0 does not.
 */
struct bench_sample {
	__u64 ticks;
	__u32 count;
	__u32 value;
};

/**
 * struct bench_bare - BENCH_BARE_MAP's and BENCH_BARE_UNMAP's argument
 * @vector: map: out; unmap: in.
 * @cpu:    where; below the number of CPUs.
 * @reserved: 0.
 */
struct bench_bare {
	__u32 vector;
	__u32 cpu;
	__u64 reserved;
};

/* struct bench_watch.who */
#define BENCH_WATCH_CALLER	0	/* allocations of the calling task */
#define BENCH_WATCH_DRIVER	1	/* those that the driver asks for itself */

/**
 * struct bench_watch - BENCH_WATCH_START's and BENCH_WATCH_STOP's argument
 * @who:         start: in: BENCH_WATCH_*.
 * @allocations: stop: out: slab objects that were allocated.
 * @bytes:       stop: out: their bytes as the allocator rounds them, less those
 *               that were freed again by the same.
 * @reserved: 0.
 */
struct bench_watch {
	__u32 who;
	__u32 reserved;
	__u64 allocations;
	__s64 bytes;
};

/*
 * EINVAL: a value out of range. ENODEV: no edu device. EBADF: no eventfd.
 * ENOSPC: no vector is left.
 */
#define BENCH_SET_ROUTE		_IOWR(BENCH_IOCTL, 0x00, struct bench_route)
/* EINVAL, ENODEV as above; ENOMEM; EFAULT. */
#define BENCH_SAMPLE		_IOW(BENCH_IOCTL, 0x01, struct bench_sample)
/* How many interrupts the route's own handler took since the route was set. */
#define BENCH_GET_COUNT		_IOR(BENCH_IOCTL, 0x02, __u64)
/* ENOSPC: no vector is left. ENOENT: the file has no such vector. */
#define BENCH_BARE_MAP		_IOWR(BENCH_IOCTL, 0x03, struct bench_bare)
#define BENCH_BARE_UNMAP	_IOWR(BENCH_IOCTL, 0x04, struct bench_bare)
/* EBUSY: a watch is on. EINVAL: a value out of range. */
#define BENCH_WATCH_START	_IOWR(BENCH_IOCTL, 0x05, struct bench_watch)
#define BENCH_WATCH_STOP	_IOWR(BENCH_IOCTL, 0x06, struct bench_watch)

#endif /* _VTLIRQ_BENCH_ABI_H */
