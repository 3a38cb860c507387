// SPDX-License-Identifier: GPL-2.0-only
/*
 * Standing behind the driver's seam. Owns: nothing but the registration.
 */
#include <linux/module.h>

#include "seam.h"
#include "tdcall.h"
#include "tdx.h"

static const struct tdcall_backend backend = {
	.owner = THIS_MODULE,
	.call = tdx_module_call,
	.msr_read = tdx_module_rdmsr,
};

/**
 * seam_start() - the driver's TDCALLs come here
 *
 * Return: 0, or -EBUSY: they go to another already.
 */
int seam_start(void)
{
	return vtl_tdcall_backend_register(&backend);
}

/**
 * seam_stop() - undo seam_start()
 */
void seam_stop(void)
{
	vtl_tdcall_backend_unregister(&backend);
}
