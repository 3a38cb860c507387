// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUs come and go, and VPs with them.
 *
 * Owns: the order: a VP is no target before the receivers leave its CPU, and
 * its shared vector goes last, so that the guest hears of all that was posted.
 * Vectors do not survive a CPU's absence.
 */
#include <linux/cpuhotplug.h>

#include "cpus.h"
#include "device.h"
#include "route.h"
#include "synic.h"

static int hotplug_state;

static int cpu_comes(unsigned int cpu)
{
	return lab_synic_cpu_start(cpu);
}

/* On an error the CPU stays. */
static int cpu_goes(unsigned int cpu)
{
	int error;

	lab_synic_cpu_pause(cpu);
	error = lab_devices_each(lab_route_leave_cpu, cpu);
	if (error) {
		lab_synic_cpu_resume(cpu);
		return error;
	}
	lab_synic_cpu_stop(cpu);
	return 0;
}

/**
 * lab_cpus_start() - let the VPs of all online CPUs take messages, and follow
 *
 * Return: 0 or a negative errno.
 */
int lab_cpus_start(void)
{
	int state;

	state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "vtlirq/lab_host:online", cpu_comes,
				  cpu_goes);
	if (state < 0)
		return state;
	hotplug_state = state;
	return 0;
}

/**
 * lab_cpus_stop() - undo lab_cpus_start(); there is no device any more
 */
void lab_cpus_stop(void)
{
	cpuhp_remove_state(hotplug_state);
}
