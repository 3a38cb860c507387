// SPDX-License-Identifier: GPL-2.0-only
/*
 * Carrying out what the guest calls for.
 *
 * Owns: which call is which, and what an errno is to the guest.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/slab.h>

#include "behaviour.h"
#include "call.h"
#include "device.h"
#include "hypercall.h"
#include "route.h"
#include "sint.h"
#include "synic.h"

/* Too large for the stack. */
struct call {
	struct host_view view;
	struct host_retarget retarget;
	struct lab_proxy proxy;
};

static u16 status_of(int error)
{
	switch (error) {
	case 0:
		return HOST_STATUS_SUCCESS;
	case -ENOENT:
		return HOST_STATUS_INVALID_PARAMETER;	/* no such source */
	case -ENOSPC:
	case -ENOMEM:
		return HOST_STATUS_INSUFFICIENT_MEMORY;
	case -ENXIO:
		return HOST_STATUS_INVALID_VP_STATE;
	default:
		return HOST_STATUS_FAILED;
	}
}

static int change_route(struct lab_device *device, struct call *call)
{
	const struct host_retarget *asked = &call->retarget;

	if (asked->redirect)
		return lab_route_redirect(device, asked->source, vp_set_first(&asked->set),
					  asked->vector);

	call->proxy.vector = asked->vector;
	call->proxy.multicast = asked->multicast;
	call->proxy.set = asked->set;
	return lab_route_proxy(device, asked->source, &call->proxy);
}

static u16 carry_out(struct call *call)
{
	struct lab_device *device = lab_device_find(call->retarget.device);
	int error;

	if (!device)
		return HOST_STATUS_INVALID_DEVICE;
	error = change_route(device, call);
	lab_device_put();
	return status_of(error);
}

static u64 retarget(struct call *call, u64 control, const void *input)
{
	u16 status;

	status = host_decode_retarget(control, input, &call->view, &call->retarget);
	if (!status)
		status = lab_behaviour_refusal(call->retarget.redirect);
	if (!status)
		status = carry_out(call);
	lab_behaviour_count(status);

	if (lab_behaviour_delay())
		fsleep(lab_behaviour_delay());
	return status;
}

/**
 * lab_call() - one hypercall
 * @control: the control word.
 * @input:   a page with its input.
 * @output:  a page for its output; NULL for a call that has none.
 *
 * Context: process; may sleep.
 * Return: the result word.
 */
u64 lab_call(u64 control, const void *input, void *output)
{
	struct call *call = kzalloc(sizeof(*call), GFP_KERNEL);
	u64 result;

	if (!call)
		return HOST_STATUS_INSUFFICIENT_MEMORY;

	call->view.redirects = lab_behaviour_redirects();
	lab_vp_all(&call->view.existing);
	switch (host_call_code(control)) {
	case HOST_CALL_RETARGET:
		result = retarget(call, control, input);
		break;
	case HOST_CALL_GET_VP_REGISTERS:
		result = host_get_vp_registers(control, input, output, &call->view);
		break;
	case HOST_CALL_POST_MESSAGE:
		result = lab_sint_post(input);
		break;
	case HOST_CALL_SIGNAL_EVENT:
		result = lab_sint_signal(input);
		break;
	default:
		result = HOST_STATUS_INVALID_CODE;
	}
	kfree(call);
	return result;
}
