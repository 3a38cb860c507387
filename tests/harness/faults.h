/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The choice of what the kernel's fault injection lets fail.
 */
#ifndef _TESTS_HARNESS_FAULTS_H
#define _TESTS_HARNESS_FAULTS_H

#include <stdbool.h>

/*
 * Lets any allocation fail, including those that may sleep and those of single pages, without
 * messages in the log. Returns false if the kernel refused a setting.
 */
bool fail_prepare(void);

#endif
