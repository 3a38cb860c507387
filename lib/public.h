/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The library includes the public header through this file: what that header declares is
 * visible in the shared library, and nothing else is.
 */
#ifndef VTLIRQ_PUBLIC_H
#define VTLIRQ_PUBLIC_H

#pragma GCC visibility push(default)
#include "vtlirq.h"
#pragma GCC visibility pop

#endif /* VTLIRQ_PUBLIC_H */
