// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TDX module's L2 services, in software over AMD SVM. For labs and tests
 * alone: it protects nothing from anyone.
 *
 * Owns: the order in which the parts come and go.
 */
#include <linux/module.h>

#include "node.h"
#include "npt.h"
#include "ram.h"
#include "seam.h"
#include "svm.h"

static int __init lab_tdx_init(void)
{
	int error;

	error = ram_start();
	if (error)
		return error;
	error = npt_create();
	if (error)
		goto no_npt;
	error = svm_start();
	if (error)
		goto no_svm;
	error = node_start();
	if (error)
		goto no_node;
	error = seam_start();
	if (error)
		goto no_seam;
	return 0;

no_seam:
	node_stop();
no_node:
	svm_stop();
no_svm:
	npt_destroy();
no_npt:
	ram_stop();
	return error;
}

static void __exit lab_tdx_exit(void)
{
	seam_stop();
	node_stop();
	svm_stop();
	npt_destroy();
	ram_stop();
}

module_init(lab_tdx_init);
module_exit(lab_tdx_exit);

MODULE_DESCRIPTION("Lab TDX module: L2 services in software, over AMD SVM");
MODULE_LICENSE("GPL");
