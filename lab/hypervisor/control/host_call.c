// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control of the host by tests.
 *
 * Owns: which ioctls of l1/lab_host.h are served, and copying their arguments in and out. The
 * functions that serve them check the values.
 */
#include <linux/errno.h>

#include "apic/apic.h"
#include "base/base.h"
#include "control/call.h"
#include "control/control.h"
#include "host/devices.h"
#include "host/host.h"
#include "host/synic.h"
#include "l1/lab_host.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"

/* The lowest vector that a host may post to a trust domain. */
#define FIRST_POSTED_VECTOR 31

static int set_message(void *argument)
{
	return source_set_message(argument);
}

static int set_mask(void *argument)
{
	return source_set_mask(argument);
}

static int get_source(void *argument)
{
	return source_read(argument);
}

static int get_vp(void *argument)
{
	return proxied_read(argument);
}

static int set_behaviour(void *argument)
{
	return behaviour_set(argument);
}

static int get_behaviour(void *argument)
{
	struct lab_host_behaviour *now = argument;

	behaviour_get(now);
	now->shared_pages = gpa_shared_pages();
	return 0;
}

static int post(void *argument)
{
	return proxied_post(argument);
}

static int raise_vector(void *argument)
{
	const struct lab_host_vector *asked = argument;

	if (asked->cpu >= l1_count || !l1_cpus[asked->cpu].online)
		return -EINVAL;
	if (!asked->vector)
		return synic_interrupt(asked->cpu, SINT_PROXY) ? 0 : -EINVAL;
	if (asked->vector < FIRST_POSTED_VECTOR || asked->vector > U8_MAX)
		return -EINVAL;
	if (posted_is_one(asked->vector))
		posted_post(&l1_cpus[asked->cpu], asked->vector);
	else
		apic_send(l1_cpus[asked->cpu].apic_id, APIC_ICR_ASSERT | asked->vector);
	return 0;
}

static int send_sint(void *argument)
{
	return sint_send(argument);
}

static int signal_sint(void *argument)
{
	return sint_event(argument);
}

static int refuse_sint(void *argument)
{
	return sint_refuse(argument);
}

static int get_sint(void *argument)
{
	return sint_read(argument);
}

/* By number; @writes: the argument is copied back. */
static const struct call {
	int (*serve)(void *argument);
	u32 size;
	bool writes;
} calls[] = {
	[LAB_HOST_SET_MESSAGE] = { set_message, sizeof(struct lab_host_message), false },
	[LAB_HOST_SET_MASK] = { set_mask, sizeof(struct lab_host_mask), false },
	[LAB_HOST_GET_SOURCE] = { get_source, sizeof(struct lab_host_source), true },
	[LAB_HOST_GET_VP] = { get_vp, sizeof(struct lab_host_vp), true },
	[LAB_HOST_SET_BEHAVIOUR] = { set_behaviour, sizeof(struct lab_host_behaviour), false },
	[LAB_HOST_GET_BEHAVIOUR] = { get_behaviour, sizeof(struct lab_host_behaviour), true },
	[LAB_HOST_POST] = { post, sizeof(struct lab_host_post), false },
	[LAB_HOST_RAISE_VECTOR] = { raise_vector, sizeof(struct lab_host_vector), false },
	[LAB_HOST_SINT_SEND] = { send_sint, sizeof(struct lab_host_sint_message), false },
	[LAB_HOST_SINT_EVENT] = { signal_sint, sizeof(struct lab_host_event), false },
	[LAB_HOST_SINT_REFUSE] = { refuse_sint, sizeof(struct lab_host_refusal), false },
	[LAB_HOST_GET_SINT] = { get_sint, sizeof(struct lab_host_sint), true },
};

/* Large enough, and aligned, for every argument. */
union argument {
	u64 alignment;
	struct lab_host_post post;
	struct lab_host_sint sint;
};

/* L1 may write to it at the same time, so it is read only once. */
u64 host_call(u64 number, u64 gpa)
{
	const struct call *call = number < ARRAY_SIZE(calls) ? &calls[number] : NULL;
	union argument argument;
	void *place;
	int error;

	if (!call || !call->serve)
		return CONTROL_FAILED;
	place = control_object(gpa, call->size);
	if (!place)
		return CONTROL_FAILED;
	memcpy(&argument, place, call->size);
	error = call->serve(&argument);
	if (!error && call->writes)
		memcpy(place, &argument, call->size);
	return -error;
}
