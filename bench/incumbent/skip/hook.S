/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What KVM's kvm_emulate_instruction() calls as its first instruction: answers
 * in its place, or returns to it. Knows nothing of how that came to be.
 *
 * The stack holds the return into kvm_emulate_instruction(), then the return to
 * its caller. Dropping the first makes the second function the callee.
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
