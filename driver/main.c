// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Hyper-V VTL driver: relays device interrupts of VTL0, which a paravisor
 * in VTL2 receives, into the run page of the VP that they are for.
 *
 * This file owns start and end of the module: ordered set-up, reverse undo.
 */
#define pr_fmt(fmt) "mshv_vtl: " fmt

#include <linux/cpuhotplug.h>
#include <linux/module.h>
#include <linux/printk.h>

#include "arch.h"
#include "debugfs.h"
#include "files.h"
#include "hvcall.h"
#include "poll.h"
#include "redirect.h"
#include "synic.h"
#include "vp.h"

static int main_hotplug_state;

/* Each step is made once for a CPU and stays; so there is nothing to undo. */
static int main_cpu_online(unsigned int cpu)
{
	int ret;

	ret = vtl_arch_cpu_online(cpu);
	if (!ret)
		ret = vp_online(cpu);
	if (!ret)
		ret = redirect_online(cpu);
	if (!ret)
		ret = synic_online(cpu);
	if (!ret)
		vtl_arch_synic_online();
	return ret;
}

static int main_cpu_offline(unsigned int cpu)
{
	int ret = redirect_offline(cpu);

	if (!ret)
		vtl_arch_synic_offline();
	return ret;
}

/* A machine that cannot redirect still has the rest of the driver. */
static int __init main_arch_init(bool *available)
{
	int ret = vtl_arch_init();

	*available = !ret;
	if (ret != -ENODEV)
		return ret;

	pr_info("interrupts cannot be redirected on this machine\n");
	return 0;
}

/* Messages are counted, then come. */
static void __init main_synic_init(void)
{
	synic_init();
	vtl_arch_synic_init();
}

/* No message comes any more, then nobody counts them. */
static void main_synic_exit(void)
{
	vtl_arch_synic_exit();
	synic_exit();
}

/* What user space can open; all else is ready. */
static int __init main_nodes_init(void)
{
	int ret = hvcall_init();

	if (ret)
		return ret;

	ret = vtl_files_init();
	if (ret)
		hvcall_exit();
	return ret;
}

static int __init main_init(void)
{
	bool available;
	int ret;

	ret = main_arch_init(&available);
	if (ret)
		return ret;

	ret = vp_init();
	if (ret)
		goto exit_arch;

	ret = redirect_init(available);
	if (ret)
		goto exit_vp;

	ret = poll_init();
	if (ret)
		goto exit_redirect;

	main_synic_init();

	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "hyperv/vtl:online",
				main_cpu_online, main_cpu_offline);
	if (ret < 0)
		goto exit_synic;
	main_hotplug_state = ret;

	vtl_debugfs_init();

	ret = main_nodes_init();
	if (ret)
		goto exit_debugfs;
	return 0;

exit_debugfs:
	vtl_debugfs_exit();
	cpuhp_remove_state_nocalls(main_hotplug_state);
exit_synic:
	main_synic_exit();
	poll_exit();
exit_redirect:
	redirect_exit();
exit_vp:
	vp_exit();
exit_arch:
	vtl_arch_exit();
	return ret;
}

static void __exit main_exit(void)
{
	vtl_files_exit();
	hvcall_exit();
	vtl_debugfs_exit();
	cpuhp_remove_state_nocalls(main_hotplug_state);
	main_synic_exit();
	poll_exit();
	redirect_exit();
	vtl_arch_vp_free_all();
	vp_exit();
	vtl_arch_exit();
}

module_init(main_init);
module_exit(main_exit);

MODULE_DESCRIPTION("Hyper-V VTL driver: relays device interrupts to VTL0");
MODULE_LICENSE("GPL");
