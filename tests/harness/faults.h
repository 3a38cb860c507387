/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What may fail when the kernel's fault injection makes something fail.
 */
#ifndef _TESTS_HARNESS_FAULTS_H
#define _TESTS_HARNESS_FAULTS_H

#include <stdbool.h>

/*
 * Any allocation may, also one that may sleep, and a single page; the log stays
 * clean. False if the kernel did not take all of that.
 */
bool fail_prepare(void);

#endif
