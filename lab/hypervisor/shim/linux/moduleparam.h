/* SPDX-License-Identifier: GPL-2.0-only */
/* Parameters keep their first value. */
#define module_param(name, type, mode) static_assert(1)
#define MODULE_PARM_DESC(name, text)   static_assert(1)
