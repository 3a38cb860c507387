// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The public header in C++, without anything of the tree.
 */
#include <vtlirq.h>

int main()
{
	struct vtlirq_config config = vtlirq_config();
	struct vtlirq *irqs = nullptr;

	config.size = sizeof(config);
	if (vtlirq_open(&config, &irqs))
		return 1;
	vtlirq_close(irqs);
	return 0;
}
