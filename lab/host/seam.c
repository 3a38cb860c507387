// SPDX-License-Identifier: GPL-2.0-only
/*
 * Standing behind the driver's seam. Owns: nothing but the registration.
 */
#include <linux/module.h>

#include "call.h"
#include "lab_backend.h"
#include "seam.h"
#include "sint_vp.h"
#include "synic.h"

static const struct host_backend backend = {
	.owner = THIS_MODULE,
	.hypercall = lab_call,
	.messages = lab_synic_messages,
	.events = sint_vp_events,
	.mask = sint_vp_mask,
	.end_of_message = lab_synic_end_of_message,
};

/**
 * seam_start() - the driver's calls to the host come here
 *
 * Return: 0, or -EBUSY: they go to another already.
 */
int seam_start(void)
{
	return vtl_host_backend_register(&backend);
}

/**
 * seam_stop() - undo seam_start()
 */
void seam_stop(void)
{
	vtl_host_backend_unregister(&backend);
}

/**
 * seam_interrupt() - tell the driver that the shared vector came on this CPU
 *
 * Context: hardirq; between seam_start() and seam_stop().
 */
void seam_interrupt(void)
{
	vtl_host_backend_interrupt();
}
