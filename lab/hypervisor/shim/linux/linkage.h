/* SPDX-License-Identifier: GPL-2.0-only */
#define SYM_FUNC_START(name) .globl name; name:
#define SYM_FUNC_END(name)
#define RET                  ret
