// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * When the TDX module was called, ran VTL0 and returned; see stamps.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../lines/die.h"
#include "stamps.h"

#define ROOM	262144

void stamps_start(struct stamps *stamps)
{
	const struct lab_tdx_set_stamps on = { .cpu = 0, .count = ROOM };

	*stamps = (struct stamps) { .node = open(LAB_TDX_NODE, O_RDWR | O_CLOEXEC) };
	if (stamps->node < 0)
		die(LAB_TDX_NODE ": %s", strerror(errno));
	if (ioctl(stamps->node, LAB_TDX_SET_STAMPS, &on))
		die("the TDX module writes no moments down: %s", strerror(errno));
}

static size_t stamps_get(const struct stamps *stamps, size_t room)
{
	struct lab_tdx_get_stamps get = { .count = room, .address = (uintptr_t)stamps->log };

	if (ioctl(stamps->node, LAB_TDX_GET_STAMPS, &get))
		die("the TDX module's moments cannot be read: %s", strerror(errno));
	return get.count;
}

size_t stamps_count(const struct stamps *stamps)
{
	return stamps_get(stamps, 0);
}

void stamps_stop(struct stamps *stamps)
{
	stamps->log = calloc(ROOM, sizeof(*stamps->log));
	if (!stamps->log)
		die("no memory for %d moments", ROOM);
	stamps->count = stamps_get(stamps, ROOM);
	close(stamps->node);
	if (stamps->count < 2 || stamps->count == ROOM)
		die("the TDX module's log of moments is %s", stamps->count < 2 ? "empty" : "full");
	stamps->cost = stamps->log[1].tsc - stamps->log[0].tsc;
}

static bool is_outside(const struct lab_tdx_stamp *stamp)
{
	return stamp->moment == LAB_TDX_MOMENT_RETURN || stamp->moment == LAB_TDX_MOMENT_EMPTY;
}

void stamps_share(const struct stamps *stamps, size_t *at, uint64_t begin, uint64_t end,
		  struct shares *shares)
{
	const struct lab_tdx_stamp *stamp;
	uint64_t from = begin;
	int64_t cost = 0;
	bool outside;

	*shares = (struct shares) { .total = end - begin };
	while (*at < stamps->count && stamps->log[*at].tsc < begin)
		(*at)++;
	if (!*at)
		die("a sample is older than the log of moments");
	outside = is_outside(&stamps->log[*at - 1]);
	for (; *at < stamps->count && stamps->log[*at].tsc < end; (*at)++) {
		stamp = &stamps->log[*at];
		if (outside)
			shares->outside += stamp->tsc - from - cost;
		shares->total -= stamps->cost;
		/* From here on to the next lies one stamp's cost. */
		cost = stamps->cost;
		from = stamp->tsc;
		outside = is_outside(stamp);
	}
	if (outside)
		shares->outside += end - from - cost;
}

size_t stamps_of(const struct stamps *stamps, size_t from, size_t to, enum lab_tdx_moment moment,
		 uint32_t detail)
{
	size_t i, found = 0;

	for (i = from; i < to; i++)
		found += stamps->log[i].moment == moment && stamps->log[i].detail == detail;
	return found;
}
