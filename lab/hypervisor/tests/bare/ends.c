// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows that end a trust domain, and thereby the machine: exits to the host, which the host cannot
 * resolve. The script checks the hypervisor's message.
 *
 * Sources: Intel's TDX module TDX_1.5.01, tdx_td_dispatcher.c (a triple fault is
 * TDX_NON_RECOVERABLE_VCPU) and vm_exits/td_ept_violation.c (private memory that is not
 * accepted, with SEPT_VE_DISABLE; any that is not there; an address that is shared, while
 * the CPU may not make a #VE of it, since the last one's contents are there); GHCI 3.4,
 * ReportFatalError.
 */
#include "bare.h"
#include "base/base.h"

#define HPET 0xfed00000ULL

/* A private address outside of the machine's memory. */
#define NOWHERE 0x2000000000ULL

static void touch(u64 place)
{
	(void)READ_ONCE(*(u64 *)place);
}

static void triple_fault(void)
{
	static const struct {
		u16 limit;
		u64 base;
	} __packed nothing = { 0, 0 };

	asm volatile("lidt %0; ud2" : : "m" (nothing));
}

static void not_accepted(void)
{
	tdvmcall(VMCALL_MAP_GPA, ARENA | SHARED, 4096, 0, 0, NULL);
	tdvmcall(VMCALL_MAP_GPA, ARENA, 4096, 0, 0, NULL);
	touch(ARENA);
}

static void second_mmio(void)
{
	u64 regs[REGS] = { [RBX] = SHARED_VIEW | HPET };

	if (execute("\xf4", 1, regs) == VECTOR_VE)
		execute("\x8b\x03", 2, regs);
}

static void fatal_error(void)
{
	static const u8 code[] = { 0x66, 0x0f, 0x01, 0xcc };
	u64 regs[REGS] = { [RCX] = 0xffcc, [R11] = VMCALL_FATAL, [R12] = 5 };

	memcpy(&regs[R14], "a word o", 8);
	memcpy(&regs[R15], "f L1", 4);
	execute(code, sizeof(code), regs);
}

void end_run(const char *line)
{
	if (strstr(line, "triple-fault"))
		triple_fault();
	else if (strstr(line, "not-accepted"))
		not_accepted();
	else if (strstr(line, "nothing-there"))
		touch(NOWHERE);
	else if (strstr(line, "second-mmio"))
		second_mmio();
	else if (strstr(line, "fatal-error"))
		fatal_error();
	say("not ok - L1 goes on\n");
}
