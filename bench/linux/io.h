/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What io.c tells, and to whom.
 */
#ifndef _BENCH_LINUX_IO_H
#define _BENCH_LINUX_IO_H

/* Its lines begin so: "io: PHASE KIND NAME=VALUE...", and at the end "io: done". */
#define IO_PREFIX	"io: "

/* A byte to this port, which emulators have for debugging, says where in a phase it is. */
#define IO_PORT_DEBUG	0xe9
#define IO_MARK_BEGIN	'b'
#define IO_MARK_END	'e'

#endif /* _BENCH_LINUX_IO_H */
