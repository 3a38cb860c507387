// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nodes under /dev, together: the order in which they are created, and whether they may be
 * opened.
 *
 * If module init fails, Linux frees the module without waiting for its open files. So no node can
 * be opened before all of them exist. /dev/mshv is the last one: a VMM that waits for it finds the
 * others, and can open them at once.
 */
#define pr_fmt(fmt) "mshv_vtl: " fmt

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/printk.h>

#include "files.h"
#include "hvcall.h"
#include "nodes.h"
#include "sint.h"
#include "vtl_low.h"

/*
 * All nodes exist. What the open functions need was prepared before misc_register(), whose lock
 * orders it before an open.
 */
static bool nodes_ready;

void vtl_nodes_allow(void)
{
	WRITE_ONCE(nodes_ready, true);
}

int vtl_nodes_check(void)
{
	return READ_ONCE(nodes_ready) ? 0 : -ENODEV;
}

static int __init nodes_create(void)
{
	int ret = vtl_hvcall_init();

	if (ret)
		return ret;

	ret = vtl_sint_init();
	if (ret)
		goto exit_hvcall;

	ret = vtl_low_init();
	if (ret)
		goto exit_sint;

	ret = vtl_files_init();
	if (ret)
		goto exit_low;
	return 0;

exit_low:
	vtl_low_exit();
exit_sint:
	vtl_sint_exit();
exit_hvcall:
	vtl_hvcall_exit();
	return ret;
}

int __init vtl_nodes_init(void)
{
	int ret = nodes_create();

	if (ret) {
		pr_err("cannot create the nodes under /dev (%d)%s\n", ret,
		       ret == -EEXIST ? ": another driver has one of them" : "");
		return ret;
	}
	vtl_nodes_allow();
	return 0;
}

void vtl_nodes_exit(void)
{
	WRITE_ONCE(nodes_ready, false);
	vtl_files_exit();
	vtl_low_exit();
	vtl_sint_exit();
	vtl_hvcall_exit();
}
