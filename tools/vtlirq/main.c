// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The program's entry, apart from everything else so that tests can have the rest.
 */
#include "command.h"

int main(int argc, char **argv)
{
	return vtlirq_run(argc, argv);
}
