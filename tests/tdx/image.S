/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest's code, included in the test program.
 */
	.section .rodata
	.globl guest_image, guest_image_end
	.balign 16
guest_image:
	.incbin "guest.bin"
guest_image_end:

	.section .note.GNU-stack, "", @progbits
