// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements host.h for a kernel without Hyper-V: there is no host.
 */
#include <linux/errno.h>

#include "host.h"

void vtl_host_exit(void)
{
}

int vtl_host_cpu_online(unsigned int cpu)
{
	return 0;
}

int vtl_host_call(u64 control, const void *input, void *output, u64 *status)
{
	return -EOPNOTSUPP;
}

void vtl_host_synic_init(void)
{
}

void vtl_host_synic_exit(void)
{
}

void vtl_host_synic_online(void)
{
}

void vtl_host_synic_offline(void)
{
}

bool vtl_host_synic_available(void)
{
	return false;
}

void *vtl_host_synic_messages(void)
{
	return NULL;
}

void *vtl_host_synic_events(void)
{
	return NULL;
}

void vtl_host_synic_mask(unsigned int sint, bool masked)
{
}

void vtl_host_synic_end_of_message(void)
{
}
