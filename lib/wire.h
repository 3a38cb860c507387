/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The protocol between a process that publishes its routes and a client: one request, one
 * reply, each a message of fixed size. Both ends run on one machine, so numbers have the
 * byte order of the CPU.
 *
 * @magic and @version keep their places in all later versions; the size of a message may
 * change with its version.
 */
#ifndef VTLIRQ_WIRE_H
#define VTLIRQ_WIRE_H

#include "system.h"

#define WIRE_MAGIC	0x716c7476	/* "vtlq" */
#define WIRE_VERSION	2
#define WIRE_STATES	32
/* How long a client waits for an answer. */
#define WIRE_SECONDS	5

enum wire_what {
	WIRE_SUMMARY = 1,
	WIRE_ROUTES,
	WIRE_RETARGET,
	WIRE_PREFER,
};

/**
 * struct wire_request - a request
 * @what:       enum wire_what
 * @preference: for WIRE_PREFER
 * @id:         id of the route; for WIRE_ROUTES: only routes with a greater id
 * @vp:         for WIRE_RETARGET
 * @vector:     for WIRE_RETARGET
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
 * struct wire_reply - the reply
 * @error:  0 or a negative errno
 * @count:  how many of @states are valid; 0: there are no more routes
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
