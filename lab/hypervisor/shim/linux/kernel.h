/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/errno.h>
#include <linux/types.h>
