// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A program outside of this tree. It finds the library by its installed header and pkg-config,
 * and the driver's contract by its installed header.
 */
#include <stdio.h>
#include <string.h>

#include <linux/mshv_vtl.h>
#include <vtlirq.h>

int main(void)
{
	struct vtlirq_config config = { .size = sizeof(config) };
	struct vtlirq *irqs;
	int ret = vtlirq_open(&config, &irqs);

	printf("libvtlirq %s: %s\n", vtlirq_version(), strerror(-ret));
	if (!ret)
		vtlirq_close(irqs);
	return sizeof(struct mshv_map_device_intr) == 16 ? 0 : 1;
}
