/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/machine.h"

#define __read_cr4() machine_cr4()
