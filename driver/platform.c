// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which platform runs VTL0 on this machine; see platform.h.
 *
 * Owns: the choice, and the operations for a machine without a platform. The
 * functions that run for each interrupt are static calls, so that choosing at
 * run time costs no indirect call.
 */
#define pr_fmt(fmt) "mshv_vtl: " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/printk.h>
#include <linux/mshv_vtl.h>

#include "platform.h"

static void none_file_open(void)
{
}

static void none_file_release(void)
{
}

static int none_vp_prepare(unsigned int cpu)
{
	return -EOPNOTSUPP;
}

static void none_vp_free_all(void)
{
}

static int none_online(void)
{
	return 0;
}

static int none_capability(u32 capability)
{
	return capability == MSHV_CAP_DR6_SHARED ? 0 : -EOPNOTSUPP;
}

static struct page *none_page_get(unsigned long kind, unsigned long cpu)
{
	return NULL;
}

static long none_ioctl(unsigned int command, void __user *arg)
{
	return -ENOTTY;
}

/* No VP can be prepared, so the operations that come after that are never called. */
static const struct vtl_platform_ops none_ops = {
	.name = "none",
	.file_open = none_file_open,
	.file_release = none_file_release,
	.vp_prepare = none_vp_prepare,
	.vp_free_all = none_vp_free_all,
	.online = none_online,
	.capability = none_capability,
	.page_get = none_page_get,
	.ioctl = none_ioctl,
};

/* Constant after vtl_platform_init(). */
static const struct vtl_platform_ops *platform_ops = &none_ops;

DEFINE_STATIC_CALL_RET0(vtl_platform_inject, vtl_platform_inject_t);
DEFINE_STATIC_CALL_NULL(vtl_platform_enter, vtl_platform_enter_t);
DEFINE_STATIC_CALL_RET0(vtl_platform_exit_handle, vtl_platform_exit_handle_t);

void __init vtl_platform_init(void)
{
	const struct vtl_platform_ops *ops = vtl_tdx_probe();

	if (!ops) {
		pr_info("VTL0 cannot be entered on this machine: it is not a TDX guest with L2 VMs\n");
		return;
	}
	platform_ops = ops;
	static_call_update(vtl_platform_inject, ops->inject);
	static_call_update(vtl_platform_enter, ops->enter);
	static_call_update(vtl_platform_exit_handle, ops->exit_handle);
}

bool vtl_platform_available(void)
{
	return platform_ops != &none_ops;
}

const struct vtl_platform_ops *vtl_platform(void)
{
	return platform_ops;
}
