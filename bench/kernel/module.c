// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads and unloads the bench's module.
 *
 * The module binds one edu device, so that no other driver, such as the lab's host, may
 * have bound it before.
 */
#include <linux/module.h>

#include "bench.h"

static int __init bench_init(void)
{
	int error;

	error = bench_domain_create();
	if (error)
		return error;

	error = bench_device_register();
	if (error)
		goto remove_domain;

	error = bench_allocations_init();
	if (error)
		goto unregister_device;

	error = bench_node_register();
	if (error)
		goto exit_allocations;
	return 0;

exit_allocations:
	bench_allocations_exit();
unregister_device:
	bench_device_unregister();
remove_domain:
	bench_domain_remove();
	return error;
}

static void __exit bench_exit(void)
{
	bench_node_unregister();
	bench_allocations_exit();
	bench_route_clear();
	bench_device_unregister();
	bench_domain_remove();
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_DESCRIPTION("vtlirq: what an interrupt costs, and a mapping");
MODULE_LICENSE("GPL");
