// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the host behaves, as a test requests it.
 */
#include <linux/errno.h>

#include "base/base.h"
#include "host/host.h"
#include "l1/lab_host.h"

#define DELAY_MAX_US 1000000

/* No other lock is taken while this one is held. */
static struct lock lock;
static struct lab_host_behaviour behaviour = { .flags = LAB_HOST_REDIRECTS };

static bool wanted_is_legal(const struct lab_host_behaviour *wanted)
{
	if (wanted->flags & ~(LAB_HOST_REDIRECTS | LAB_HOST_WRITES_MASKED))
		return false;
	if (wanted->refuse_status > U16_MAX || (wanted->refuse_count && !wanted->refuse_status))
		return false;
	return wanted->refuse_redirected_only <= 1 && wanted->delay_us <= DELAY_MAX_US;
}

/**
 * behaviour_set() - change the behaviour
 * @wanted: any values; counters are not changed.
 *
 * Return: 0, or -EINVAL: a value is out of range.
 */
int behaviour_set(const struct lab_host_behaviour *wanted)
{
	u64 retargets, refused;

	if (!wanted_is_legal(wanted))
		return -EINVAL;

	lock_take(&lock);
	retargets = behaviour.retargets;
	refused = behaviour.refused;
	behaviour = *wanted;
	behaviour.retargets = retargets;
	behaviour.refused = refused;
	lock_drop(&lock);
	return 0;
}

/**
 * behaviour_get() - read the remaining faults, and the counters
 * @now: out: both.
 */
void behaviour_get(struct lab_host_behaviour *now)
{
	lock_take(&lock);
	*now = behaviour;
	lock_drop(&lock);
}

/**
 * behaviour_redirects() - whether the host offers redirection
 *
 * Return: whether it does.
 */
bool behaviour_redirects(void)
{
	struct lab_host_behaviour now;

	behaviour_get(&now);
	return now.flags & LAB_HOST_REDIRECTS;
}

/**
 * behaviour_writes_masked() - whether the host writes what it sends to a masked SINT
 *
 * Return: whether it does; otherwise it waits until the SINT is unmasked.
 */
bool behaviour_writes_masked(void)
{
	struct lab_host_behaviour now;

	behaviour_get(&now);
	return now.flags & LAB_HOST_WRITES_MASKED;
}

/**
 * behaviour_delay() - the additional delay of a retarget
 *
 * Return: microseconds.
 */
u32 behaviour_delay(void)
{
	struct lab_host_behaviour now;

	behaviour_get(&now);
	return now.delay_us;
}

/**
 * behaviour_refusal() - must this retarget be refused; uses up one refusal
 * @redirect: whether it asks for redirection.
 *
 * Return: the status to refuse it with, or 0.
 */
u16 behaviour_refusal(bool redirect)
{
	u16 status = 0;

	lock_take(&lock);
	if (behaviour.refuse_count && (redirect || !behaviour.refuse_redirected_only)) {
		behaviour.refuse_count--;
		status = behaviour.refuse_status;
	}
	lock_drop(&lock);
	return status;
}

/**
 * behaviour_count() - a retarget is done
 * @refused: it failed, for whatever reason.
 */
void behaviour_count(bool refused)
{
	lock_take(&lock);
	behaviour.retargets++;
	behaviour.refused += refused;
	lock_drop(&lock);
}

/**
 * behaviour_duplicates() - must this message be sent twice; uses up one duplicate
 *
 * Context: any.
 * Return: whether it is.
 */
bool behaviour_duplicates(void)
{
	bool twice = false;

	lock_take(&lock);
	if (behaviour.duplicate_count) {
		behaviour.duplicate_count--;
		twice = true;
	}
	lock_drop(&lock);
	return twice;
}
