/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Defines the output of io.c, and its marks for the VMM.
 */
#ifndef _BENCH_LINUX_IO_H
#define _BENCH_LINUX_IO_H

/* The start of its lines, "io: PHASE KIND NAME=VALUE..." and at the end "io: done". */
#define IO_PREFIX	"io: "

/* A byte written to this port marks the start or end of a phase. Emulators use it for debugging. */
#define IO_PORT_DEBUG	0xe9
#define IO_MARK_BEGIN	'b'
#define IO_MARK_END	'e'

#endif /* _BENCH_LINUX_IO_H */
