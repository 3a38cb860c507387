/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The function that KVM's kvm_emulate_instruction() calls as its first instruction.
 * It returns to it, or to its caller in its place. It does not know how the call was
 * installed.
 *
 * The stack holds the return address into kvm_emulate_instruction(), followed by the
 * return address of its caller. Without the first one, a return goes to the caller.
 */
#include <linux/linkage.h>
#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>

#include "skip.h"

	.text
SYM_CODE_START(fixed_skip_hook)
	UNWIND_HINT_FUNC
	cmpl	$FIXED_SKIP_TYPE, %esi
	jne	1f
	addq	$8, %rsp
	UNWIND_HINT_FUNC
	jmp	fixed_skip
1:
	UNWIND_HINT_FUNC
	RET
SYM_CODE_END(fixed_skip_hook)
