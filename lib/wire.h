/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What passes between a process that publishes its routes and one that looks at
 * them: one request, one reply, each a message of fixed size. Both ends are on
 * one machine, so numbers are as the CPU has them.
 *
 * @magic and @version stay where they are in all versions to come; the size of
 * a message may change with its version.
 */
#ifndef VTLIRQ_WIRE_H
#define VTLIRQ_WIRE_H

#include "public.h"

#define WIRE_MAGIC	0x716c7476	/* "vtlq" */
#define WIRE_VERSION	2
#define WIRE_STATES	32
/* A client that takes longer is not waited for. */
#define WIRE_SECONDS	5

enum wire_what {
	WIRE_SUMMARY = 1,
	WIRE_ROUTES,
	WIRE_RETARGET,
	WIRE_PREFER,
};

/**
 * struct wire_request - what is asked
 * @what:       enum wire_what
 * @preference: WIRE_PREFER
 * @id:         of the route; WIRE_ROUTES: those with a greater one
 * @vp:         WIRE_RETARGET
 * @vector:     WIRE_RETARGET
 */
struct wire_request {
	uint32_t magic;
	uint32_t version;
	uint32_t what;
	uint32_t preference;
	uint64_t id;
	uint32_t vp;
	uint32_t vector;
};

/**
 * struct wire_reply - the answer
 * @error:  0 or a negative errno
 * @count:  how many of @states are filled; 0: there are no more
 */
struct wire_reply {
	uint32_t magic;
	uint32_t version;
	int32_t error;
	uint32_t count;
	union {
		struct vtlirq_summary summary;
		struct vtlirq_route_state states[WIRE_STATES];
	};
};

#endif /* VTLIRQ_WIRE_H */
