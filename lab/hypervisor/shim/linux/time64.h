/* SPDX-License-Identifier: GPL-2.0-only */
#define USEC_PER_SEC 1000000L
