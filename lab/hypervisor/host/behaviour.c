// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a test wants the host to be like. Owns: struct host_behaviour. Portable.
 */
#include "base/lock.h"
#include "host/behaviour.h"

#define STATUS_MAX 0xffff

/* Protects what follows. */
static struct lock behaviour_lock;
static struct host_behaviour behaviour = { .redirects = 1 };

static bool makes_sense(const struct host_behaviour *wanted)
{
	return wanted->redirects <= 1 && wanted->refuse_redirected <= 1 &&
	       wanted->refuse_status <= STATUS_MAX &&
	       (!wanted->refuse_count || wanted->refuse_status);
}

bool behaviour_set(const struct host_behaviour *wanted)
{
	if (!makes_sense(wanted))
		return false;
	lock_take(&behaviour_lock);
	behaviour.redirects = wanted->redirects;
	behaviour.refuse_count = wanted->refuse_count;
	behaviour.refuse_status = wanted->refuse_status;
	behaviour.refuse_redirected = wanted->refuse_redirected;
	lock_drop(&behaviour_lock);
	return true;
}

void behaviour_get(struct host_behaviour *now)
{
	lock_take(&behaviour_lock);
	*now = behaviour;
	lock_drop(&behaviour_lock);
}

bool behaviour_redirects(void)
{
	return READ_ONCE(behaviour.redirects);
}

u16 behaviour_refusal(bool redirect)
{
	u16 status = 0;

	lock_take(&behaviour_lock);
	if (behaviour.refuse_count && (redirect || !behaviour.refuse_redirected)) {
		behaviour.refuse_count--;
		status = behaviour.refuse_status;
	}
	lock_drop(&behaviour_lock);
	return status;
}

void behaviour_count(u16 status)
{
	lock_take(&behaviour_lock);
	behaviour.retargets++;
	behaviour.refused += !!status;
	lock_drop(&behaviour_lock);
}
