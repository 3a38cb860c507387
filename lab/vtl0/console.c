// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Prints text for the VMM over an I/O port. Each byte is an exit.
 */
#include "guest.h"
#include "machine.h"

static void text_write(const char *text)
{
	while (*text)
		outb(VTL0_CONSOLE_PORT, *text++);
}

static void number_write(uint64_t number)
{
	if (number >= 10)
		number_write(number / 10);
	outb(VTL0_CONSOLE_PORT, '0' + number % 10);
}

void console_say(struct vp *vp, const char *text, int64_t number)
{
	text_write("VP ");
	number_write(vp->number);
	text_write(": ");
	text_write(text);
	if (number >= 0)
		number_write(number);
	text_write("\n");
}
