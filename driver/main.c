// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Hyper-V VTL driver: receives device interrupts of VTL0 in a paravisor (VTL2),
 * and relays each into the run page of its VP.
 *
 * This file owns module init and exit: set-up in order, undo in reverse order.
 */
#define pr_fmt(fmt) "mshv_vtl: " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/reboot.h>
#include <linux/smp.h>

#include "debugfs.h"
#include "host.h"
#include "nodes.h"
#include "platform.h"
#include "poll.h"
#include "redirect.h"
#include "run_page.h"
#include "sint.h"
#include "synic.h"
#include "vectors.h"
#include "vtl0_memory.h"

static int main_hotplug_state;

/*
 * Protects main_reboots. A CPU holds it while it enables its SynIC, so that a reboot finds the
 * SynIC either enabled, or never to be enabled. cpu_hotplug_lock alone does not order the two:
 * a reboot and the load of the module both hold it as readers.
 */
static DEFINE_MUTEX(main_reboot_lock);

/* The machine reboots: no SynIC is enabled any more. */
static bool main_reboots;

static void main_synic_online(void)
{
	mutex_lock(&main_reboot_lock);
	if (!main_reboots) {
		vtl_host_synic_online();
		vtl_sint_online();
	}
	mutex_unlock(&main_reboot_lock);
}

/* What each step allocates for a CPU is kept until module exit, so nothing is undone. */
static int main_cpu_online(unsigned int cpu)
{
	int ret;

	ret = vtl_vectors_cpu_online(cpu);
	if (!ret)
		ret = vtl_vp_online(cpu);
	if (!ret)
		ret = vtl_redirect_online(cpu);
	if (!ret)
		ret = vtl_synic_online(cpu);
	if (!ret)
		ret = vtl_host_cpu_online(cpu);
	if (!ret)
		ret = vtl_platform()->online();
	if (ret)
		return ret;

	main_synic_online();
	return 0;
}

static void main_synic_offline(void *unused)
{
	vtl_sint_offline();
	vtl_host_synic_offline();
}

static int main_cpu_offline(unsigned int cpu)
{
	int ret = vtl_redirect_offline(cpu);

	if (ret)
		return ret;

	main_synic_offline(NULL);
	return 0;
}

/* On a machine that cannot redirect, the rest of the driver still works. */
static int __init main_vectors_init(bool *available)
{
	int ret = vtl_vectors_init();

	*available = !ret;
	if (ret != -ENODEV)
		return ret;

	pr_info("interrupts cannot be redirected on this machine\n");
	return 0;
}

/* Prepares the counters of messages before messages can arrive. */
static void __init main_host_init(void)
{
	vtl_synic_init();
	vtl_host_synic_init();
}

/*
 * kexec takes no CPU offline, and the host would go on writing messages to pages that belong to
 * the next kernel.
 */
static int main_reboot(struct notifier_block *block, unsigned long action, void *unused)
{
	cpus_read_lock();
	mutex_lock(&main_reboot_lock);
	main_reboots = true;
	mutex_unlock(&main_reboot_lock);
	on_each_cpu(main_synic_offline, NULL, true);
	cpus_read_unlock();
	return NOTIFY_DONE;
}

static struct notifier_block main_reboot_block = { .notifier_call = main_reboot };

static int __init main_cpus_init(void)
{
	int ret;

	/* It fails only if the block is registered already. */
	register_reboot_notifier(&main_reboot_block);
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "hyperv/vtl:online", main_cpu_online,
				main_cpu_offline);
	if (ret < 0) {
		unregister_reboot_notifier(&main_reboot_block);
		return ret;
	}
	main_hotplug_state = ret;
	return 0;
}

/*
 * A CPU that went offline between the two calls would run neither, and the host could go on
 * writing to its pages after they are freed.
 */
static void main_cpus_exit(void)
{
	cpus_read_lock();
	cpuhp_remove_state_nocalls_cpuslocked(main_hotplug_state);
	on_each_cpu(main_synic_offline, NULL, true);
	cpus_read_unlock();
	unregister_reboot_notifier(&main_reboot_block);
}

/* Stops messages before it frees their counters. */
static void main_host_exit(void)
{
	vtl_host_synic_exit();
	vtl_synic_exit();
	vtl_host_exit();
}

static int __init main_init(void)
{
	bool available;
	int ret;

	ret = main_vectors_init(&available);
	if (ret)
		return ret;
	vtl_platform_init();

	ret = vtl_vp_init();
	if (ret)
		goto exit_vectors;

	ret = vtl_redirect_init(available);
	if (ret)
		goto exit_vp;

	ret = vtl_poll_init();
	if (ret)
		goto exit_redirect;

	main_host_init();

	ret = main_cpus_init();
	if (ret)
		goto exit_host;

	ret = vtl_nodes_init();
	if (ret)
		goto exit_cpus;

	/*
	 * Last, because it cannot fail: a file that was opened would outlive a failed init. So a
	 * program that opens /dev/mshv at once may find no statistics yet.
	 */
	vtl_debugfs_init();
	return 0;

exit_cpus:
	main_cpus_exit();
exit_host:
	main_host_exit();
	vtl_poll_exit();
exit_redirect:
	vtl_redirect_exit();
exit_vp:
	vtl_vp_exit();
exit_vectors:
	vtl_vectors_exit();
	return ret;
}

static void __exit main_exit(void)
{
	vtl_debugfs_exit();
	vtl_nodes_exit();
	main_cpus_exit();
	main_host_exit();
	vtl_poll_exit();
	vtl_redirect_exit();
	vtl_platform()->vp_free_all();
	vtl_vtl0_memory_exit();
	vtl_vp_exit();
	vtl_vectors_exit();
}

module_init(main_init);
module_exit(main_exit);

MODULE_DESCRIPTION("Hyper-V VTL driver: relays device interrupts to VTL0");
MODULE_LICENSE("GPL");
