// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters for operators of a system without debugfs, such as OpenHCL: files under
 * /sys/class/misc/mshv/.
 *
 *   redirected  interrupts for VTL0 that arrived on a hardware vector of their own
 *   proxied     interrupts for VTL0 that arrived in a message of the host
 *   unmapped    interrupts on a hardware vector without a mapping
 *
 * Each file has a number for each possible CPU, separated by commas, like the kernel's
 * /sys/kernel/irq/N/per_cpu_count. A file is at most one page, which has room for about
 * 370 CPUs or more. The files of debugfs.c have more counters. This file changes no state.
 */
#include <linux/cpumask.h>
#include <linux/device.h>
#include <linux/sysfs.h>

#include "redirect.h"
#include "synic.h"
#include "sysfs.h"

/* A comma, a 64-bit number, a newline and a terminating 0. */
#define COUNT_LENGTH_MAX	24

static unsigned long redirected_get(unsigned int cpu)
{
	struct redirect_stats stats;

	vtl_redirect_stats_get(cpu, &stats);
	return stats.relayed;
}

static unsigned long proxied_get(unsigned int cpu)
{
	struct synic_stats stats;

	vtl_synic_stats_get(cpu, &stats);
	return stats.relayed;
}

static unsigned long unmapped_get(unsigned int cpu)
{
	struct redirect_stats stats;

	vtl_redirect_stats_get(cpu, &stats);
	return stats.unmapped;
}

static ssize_t counts_show(char *page, unsigned long (*get)(unsigned int cpu))
{
	const char *comma = "";
	int length = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		/* The page is full: on a large machine the last CPUs are missing. */
		if (length > PAGE_SIZE - COUNT_LENGTH_MAX)
			break;
		length += sysfs_emit_at(page, length, "%s%lu", comma, get(cpu));
		comma = ",";
	}
	return length + sysfs_emit_at(page, length, "\n");
}

static ssize_t redirected_show(struct device *dev, struct device_attribute *attr, char *page)
{
	return counts_show(page, redirected_get);
}

static ssize_t proxied_show(struct device *dev, struct device_attribute *attr, char *page)
{
	return counts_show(page, proxied_get);
}

static ssize_t unmapped_show(struct device *dev, struct device_attribute *attr, char *page)
{
	return counts_show(page, unmapped_get);
}

static DEVICE_ATTR_ADMIN_RO(redirected);
static DEVICE_ATTR_ADMIN_RO(proxied);
static DEVICE_ATTR_ADMIN_RO(unmapped);

static struct attribute *sysfs_attributes[] = {
	&dev_attr_redirected.attr,
	&dev_attr_proxied.attr,
	&dev_attr_unmapped.attr,
	NULL,
};

static const struct attribute_group sysfs_group = {
	.attrs = sysfs_attributes,
};

const struct attribute_group *vtl_sysfs_groups[] = {
	&sysfs_group,
	NULL,
};
