// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random instructions, in L1 and in L2.
 *
 * Owns: which of them do not damage L1 itself. L2 may execute any: its only memory is that of its
 * aliases.
 */
#include "bare.h"
#include "base/base.h"
#include "control/call.h"

#define DEADLINE_MAX  1000000
/* The other bits are needed by the fuzzer itself, whose pages are user pages. */
#define CR0_ODD_BITS  (~(u64)(BIT(0) | BIT(31)))
/* Beyond the physical address width. */
#define CR3_ODD_BITS  GENMASK_ULL(63, 40)
#define CR4_ODD_BITS  (~(u64)(BIT(20) | BIT(21)))
/* Writes of an ordinary guest are not intercepted, and QEMU lets it change the paging mode. */
#define CR4_PAGING    ((u64)(BIT(5) | BIT(12)))

/* Instructions that the hypervisor handles, with random registers. */
static const struct {
	u8 length;
	u8 code[5];
} instructions[] = {
	{ 1, { 0xf4 } }, { 2, { 0x0f, 0xa2 } }, { 2, { 0x0f, 0x08 } }, { 2, { 0x0f, 0x09 } },
	{ 3, { 0xf3, 0x0f, 0x09 } }, { 2, { 0x0f, 0x31 } }, { 2, { 0x0f, 0x33 } },
	{ 1, { 0xec } }, { 1, { 0xef } }, { 2, { 0xe4, 0x92 } }, { 2, { 0xe7, 0x64 } },
	{ 1, { 0x6c } }, { 1, { 0x6f } }, { 2, { 0xf3, 0x6e } }, { 3, { 0xf3, 0x66, 0x6d } },
	{ 3, { 0x0f, 0x78, 0xc1 } }, { 3, { 0x0f, 0x79, 0xc1 } }, { 3, { 0x0f, 0xc7, 0x33 } },
	{ 4, { 0xf3, 0x0f, 0xc7, 0x33 } }, { 4, { 0x66, 0x0f, 0xc7, 0x33 } },
	{ 5, { 0x66, 0x0f, 0x38, 0x80, 0x03 } }, { 5, { 0x66, 0x0f, 0x38, 0x81, 0x03 } },
	{ 5, { 0x66, 0x0f, 0x38, 0x82, 0x03 } }, { 2, { 0x0f, 0x06 } }, { 2, { 0x0f, 0x0b } },
	{ 2, { 0x0f, 0xaa } }, { 2, { 0x0f, 0x37 } }, { 1, { 0xcc } }, { 2, { 0xcd, 0x80 } },
	{ 2, { 0xcd, 0x14 } }, { 1, { 0xf1 } }, { 4, { 0xf3, 0x0f, 0xae, 0xc0 } },
	{ 4, { 0x66, 0x0f, 0x01, 0xcd } }, { 4, { 0x66, 0x0f, 0x01, 0xcf } },
	{ 3, { 0x0f, 0x20, 0xc0 } }, { 3, { 0x0f, 0x20, 0xe0 } }, { 3, { 0x0f, 0x21, 0xf8 } },
};

/*
 * An ordinary guest accesses the machine's ports directly, and its HLT with interrupts off takes
 * the CPU offline.
 */
static bool is_for_td(const u8 *code)
{
	static const u8 opcodes[] = { 0xf4, 0xec, 0xef, 0xe4, 0xe7, 0x6c, 0x6e, 0x6d, 0x6f };
	u32 i;

	while (*code == 0xf3 || *code == 0x66)
		code++;
	for (i = 0; i < ARRAY_SIZE(opcodes); i++) {
		if (*code == opcodes[i])
			return true;
	}
	return false;
}

static void run_instruction(void)
{
	u32 i = chance(ARRAY_SIZE(instructions)), prefixes = chance(4) ? 0 : chance(3);
	static const u8 harmless[] = { 0x2e, 0x3e, 0x26, 0x36, 0x67 };
	u8 code[12];
	u64 regs[REGS];
	u32 n;

	if (!is_td && is_for_td(instructions[i].code))
		return;
	fuzz_registers(regs);
	/* Memory operands. */
	regs[RBX] = private_address(16);
	regs[RSI] = private_address(16);
	regs[RDI] = private_address(16);
	regs[RCX] = chance(8);
	for (n = 0; n < prefixes; n++)
		code[n] = PICK(harmless);
	memcpy(code + prefixes, instructions[i].code, instructions[i].length);
	fuzz_execute(code, prefixes + instructions[i].length, regs);
}

/* 0F 01 with each register form, except LMSW, which run_control() covers. */
static void run_group_7(void)
{
	u8 code[4] = { 0x66, 0x0f, 0x01, 0xc0 + chance(64) };
	u64 regs[REGS];

	/* SMSW to RSP would destroy the stack pointer. */
	if ((code[3] >= 0xf0 && code[3] <= 0xf7) || code[3] == 0xe4)
		return;
	fuzz_registers(regs);
	if (regs[RBX] == CONTROL_MAGIC)
		regs[RBX] = 0;
	/* fuzz_tdcall() covers TDCALL. */
	if (code[3] == 0xcc)
		regs[RAX] = TDG_VP_INFO;
	regs[RCX] = chance(4);
	if (chance(2))
		fuzz_execute(code, 4, regs);
	else
		fuzz_execute(code + 1, 3, regs);
}

static u64 cr4_odd_bits(void)
{
	return is_td ? CR4_ODD_BITS : CR4_ODD_BITS & ~CR4_PAGING;
}

/* MOV CRn, RAX; CPUID, which exits; then restore the old value. */
static void run_control(void)
{
	static const u8 from[][3] = { { 0x0f, 0x20, 0xc0 }, { 0x0f, 0x20, 0xe0 },
				      { 0x0f, 0x20, 0xd8 } };
	static const u8 to[][3] = { { 0x0f, 0x22, 0xc0 }, { 0x0f, 0x22, 0xe0 },
				    { 0x0f, 0x22, 0xd8 } };
	const u64 odd_bits[] = { CR0_ODD_BITS, cr4_odd_bits(), CR3_ODD_BITS };
	u32 which = chance(3), bit = chance(chance(2) ? 32 : 64);
	u64 regs[REGS], old;

	fuzz_registers(regs);
	fuzz_execute(from[which], 3, regs);
	old = regs[RAX];
	regs[RAX] = old ^ (BIT_ULL(bit) & odd_bits[which]);
	fuzz_execute(to[which], 3, regs);
	regs[RAX] = 0;
	fuzz_execute("\x0f\xa2", 2, regs);
	regs[RAX] = old;
	fuzz_execute(to[which], 3, regs);
}

/* MOV CR8; DR0 to DR3 and DR6 with any value, DR7 without an enabled breakpoint. */
static void run_debug(void)
{
	u8 code[] = { 0x0f, 0x23, 0xc0 }, number = chance(8);
	u64 regs[REGS];

	fuzz_registers(regs);
	if (!chance(4)) {
		regs[RAX] &= 0xf;
		fuzz_execute("\x44\x0f\x22\xc0", 4, regs);
		regs[RAX] = 0;
		fuzz_execute("\x44\x0f\x22\xc0", 4, regs);
		return;
	}
	code[2] |= number << 3;
	if (number == 5 || number == 7)
		regs[RAX] &= ~0x20ffULL;
	fuzz_execute(code, sizeof(code), regs);
	regs[RAX] = number == 5 || number == 7 ? 0x400 : 0;
	fuzz_execute(code, sizeof(code), regs);
}

/*
 * An access to memory that the host sees, or a device that it emulates: base registers
 * point to it, index registers and displacements are small.
 */
static void run_access(void)
{
	static const u8 opcodes[] = {
		0x00, 0x01, 0x02, 0x03, 0x08, 0x0b, 0x20, 0x23, 0x28, 0x2b, 0x30, 0x33, 0x38, 0x3b,
		0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0xfe, 0xd0, 0xd3, 0x63,
	};
	static const u8 escaped[] = { 0xb6, 0xb7, 0xbe, 0xbf, 0xa3, 0xab, 0xc0, 0xc1, 0xb0, 0xb1,
					0xaf };
	static const u8 strings[] = { 0xa4, 0xa5, 0xa6, 0xaa, 0xab, 0xac, 0xad, 0xae };
	static const u8 bases[] = { 3, 5, 6, 7 };
	u64 place = chance(2) ? 0xfed00000 : CHANGING + chance(CHANGING_BYTES - 0x1000);
	u64 view = SHARED_VIEW | place;
	u8 code[10], n = 0, rex = 0x40 | (chance(2) ? 8 : 0) | (chance(2) ? 1 : 0);
	u64 regs[REGS];
	u32 i;

	for (i = 0; i < REGS; i++)
		regs[i] = i == RBX || i == RBP || i == RSI || i == RDI || i >= R12 - 1 ?
			view + chance(0x100) : chance(16);
	if (!chance(4))
		code[n++] = 0x66;
	if (chance(2))
		code[n++] = rex;
	if (!chance(6)) {
		code[n++] = PICK(strings);
	} else {
		if (chance(4)) {
			code[n++] = PICK(opcodes);
		} else {
			code[n++] = 0x0f;
			code[n++] = PICK(escaped);
		}
		/* With REX.B, the base is R11 to R15, all of which point to it too. */
		code[n++] = 0x40 | (chance(2) << 3) | (chance(2) ? PICK(bases) : 4);
		if ((code[n - 1] & 7) == 4)
			code[n++] = chance(4) << 6 | chance(3) << 3 | PICK(bases);
		code[n++] = chance(0x80);
	}
	fuzz_execute(code, n, regs);
}

void fuzz_code(void)
{
	switch (chance(6)) {
	case 0:
		run_group_7();
		break;
	case 1:
		run_control();
		break;
	case 2:
		run_debug();
		break;
	case 3:
	case 4:
		/* No access of an ordinary guest is emulated. */
		if (is_td)
			run_access();
		break;
	default:
		run_instruction();
	}
}

static void write_field(u32 vm, u64 id, u64 value)
{
	u64 regs[REGS] = {
		[RAX] = TDG_VP_WR, [RDX] = field_of(vm, id), [R8] = value, [R9] = ~0ULL,
	};

	tdcall(regs);
}

static u64 pages_of(u32 vm)
{
	return PRIVATE + PRIVATE_BYTES / 2 + (cpu_here()->index * 4 + vm) * 16 * PAGE_SIZE;
}

static void make_code(u64 page)
{
	static const u8 first[] = { 0x0f, 0x66, 0xf3, 0x48, 0xcd, 0xe4, 0xf4, 0xeb, 0x8b, 0x89 };
	u8 *code = (u8 *)page;
	u32 i;

	for (i = 0; i < 64; i++)
		code[i] = chance(3) ? random64() : PICK(first);
	/* Sometimes begin with an instruction that exits. */
	if (!chance(4)) {
		code[0] = 0x0f;
		code[1] = chance(4) ? 1 : chance(0x40);
	}
}

/* The fields with L2's state: random, or valid. */
static void change_fields(u32 vm)
{
	static const u16 codes[] = {
		0x2012, 0x4002, 0x4004, 0x4006, 0x4008, 0x4016, 0x4018, 0x401a, 0x401c, 0x401e,
		0x4824, 0x6002, 0x6006, 0x6802, 0x6804, 0x2806, 0x4012,
		0x4816, 0x4818, 0x6818, 0x4812, 0x681a, 0x2802, 0x0802, 0x4802,
	};
	u32 i;

	for (i = chance(4); i; i--) {
		u16 code = PICK(codes);

		write_field(vm, FIELD(code), code == 0x2012 ? private_address(4096) : odd_number());
	}
	if (!chance(4))
		write_field(vm, 0x2520000300000000ULL | chance(512), odd_number());
}

/*
 * QEMU ignores the nested page table while paging is off: L2 would access the machine's memory
 * then, as README.md says.
 */
static void keep_paging(u32 vm)
{
	u64 regs[REGS] = {
		[RAX] = TDG_VP_WR, [RDX] = field_of(vm, FIELD(0x6800)), [R8] = 0x80000001,
		[R9] = 0x80000001,
	};

	tdcall(regs);
	write_field(vm, FIELD(0x6000), ~0ULL);
}

static void reset_vcpu(void)
{
	u64 regs[REGS] = {
		[RAX] = CONTROL_TDX_RESET_VCPU, [RBX] = CONTROL_MAGIC, [RCX] = cpu_here()->index,
	};

	execute("\x0f\x01\xd9", 3, regs);
}

void fuzz_enter(void)
{
	u32 vm = chance(2) ? 1 : 1 + chance(3);
	u64 pages = pages_of(vm), regs[REGS];
	struct l2_buffer *buffer = (struct l2_buffer *)(pages + PAGE_SIZE);
	u32 i;

	if (!chance(4))
		reset_vcpu();
	write_field(vm, FIELD_VAPIC, pages + 2 * PAGE_SIZE);
	l2_map(vm, pages);
	l2_map(vm, pages + 3 * PAGE_SIZE);
	if (chance(8))
		l2_set_modes(vm, pages + 4 * PAGE_SIZE);
	make_code(pages);
	change_fields(vm);
	for (i = 0; i < REGS; i++)
		buffer->gpr[i] = chance(2) ? odd_number() : pages + chance(4 * PAGE_SIZE);
	if (!chance(4))
		buffer->gpr[chance(REGS)] = odd_address();
	buffer->rflags = chance(4) ? 2 | (chance(2) ? RFLAGS_IF : 0) : odd_number();
	buffer->rip = chance(16) ? pages + chance(32) : odd_number();
	buffer->rvi = random64();
	buffer->svi = random64();
	keep_paging(vm);
	write_field(vm, FIELD_DEADLINE, fuzz_now() + chance(DEADLINE_MAX));
	fuzz_registers(regs);
	regs[RAX] = TDG_VP_ENTER;
	regs[RCX] = (u64)vm << 52 | (chance(8) ? 0 : chance(4));
	if (!chance(32))
		regs[RCX] = random64();
	regs[RDX] = chance(32) ? (u64)buffer : odd_address();
	/* Another buffer has other registers; the deadline ends L2 in any case. */
	fuzz_execute("\x66\x0f\x01\xcc", 4, regs);
}
