/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The public header, as the library itself includes it: what it declares is
 * visible in the shared library, and nothing else is.
 */
#ifndef VTLIRQ_PUBLIC_H
#define VTLIRQ_PUBLIC_H

#pragma GCC visibility push(default)
#include "vtlirq.h"
#pragma GCC visibility pop

#endif /* VTLIRQ_PUBLIC_H */
