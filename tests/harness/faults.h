/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel's fault injection lets fail.
 */
#ifndef _TESTS_HARNESS_FAULTS_H
#define _TESTS_HARNESS_FAULTS_H

#include <stdbool.h>

/*
 * Lets any allocation fail, also those that may sleep and single pages, without messages in
 * the log. False if the kernel refused a setting.
 */
bool fail_prepare(void);

#endif
