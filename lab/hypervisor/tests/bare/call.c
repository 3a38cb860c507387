// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDCALL and ports, as the test kernel itself uses them. Owns: nothing but the registers'
 * order.
 */
#include "bare.h"

#define SERIAL          0x3f8
#define PM1_CONTROL     0x604
#define PM1_CONTROL_OFF 0x2000

u64 tdcall(u64 *regs)
{
	static const u8 code[] = { 0x66, 0x0f, 0x01, 0xcc };
	u64 vector = execute(code, sizeof(code), regs);

	if (vector != NO_TRAP) {
		say("Bail out! TDCALL traps with vector %llu at %llx, of %llx\n", vector,
		    cpu_here()->trap.rip, code_address());
		power_off();
	}
	return regs[RAX];
}

u64 tdcall_1(u64 leaf, u64 rcx)
{
	u64 regs[REGS] = { [RAX] = leaf, [RCX] = rcx };

	return tdcall(regs);
}

/* Without execute(), so that the registers and the code of a row do not change. */
u64 tdvmcall(u64 function, u64 r12, u64 r13, u64 r14, u64 r15, u64 *value)
{
	register u64 x10 asm("r10") = 0, x11 asm("r11") = function, x12 asm("r12") = r12;
	register u64 x13 asm("r13") = r13, x14 asm("r14") = r14, x15 asm("r15") = r15;
	u64 status = TDG_VMCALL;

	asm volatile(".byte 0x66, 0x0f, 0x01, 0xcc"
		     : "+a" (status), "+r" (x10), "+r" (x11), "+r" (x12), "+r" (x13),
		       "+r" (x14), "+r" (x15)
		     : "c" (MASK_USUAL) : "memory");
	if (value)
		*value = x11;
	return status ? status : x10;
}

void put_byte(u8 byte)
{
	if (is_td)
		tdvmcall(VMCALL_IO, 1, 1, SERIAL, byte, NULL);
	else
		asm volatile("outb %0, %1" : : "a" (byte), "d" ((u16)SERIAL));
}

void power_off(void)
{
	if (is_td)
		tdvmcall(VMCALL_IO, 2, 1, PM1_CONTROL, PM1_CONTROL_OFF, NULL);
	else
		asm volatile("outw %0, %1" : : "a" ((u16)PM1_CONTROL_OFF), "d" ((u16)PM1_CONTROL));
	for (;;)
		asm volatile("pause");
}
