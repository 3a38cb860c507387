// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random calls to the TDX module, to the host, and by the side door.
 *
 * Owns: which calls are excluded, since they end the trust domain, or destroy the fuzzer itself.
 */
#include "bare.h"
#include "base/base.h"
#include "control/call.h"

#define TDG_LEAVES     28
#define PAGES_MAX      64
#define HOST_CALLS     0x14

#define CODE_RETARGET  0x7e
#define CODE_GET_REGISTERS 0x50
#define CODE_POST      0x5c
#define CODE_SIGNAL    0x5d
#define HV_FAST        BIT_ULL(16)

static void call(u64 *regs)
{
	static const u8 tdcall_code[] = { 0x66, 0x0f, 0x01, 0xcc };

	fuzz_execute(tdcall_code, sizeof(tdcall_code), regs);
}

static bool is_device(u64 plain)
{
	if (plain >> 12 == 0xfec00 || plain >> 12 == 0xfee00)
		return false;
	return plain >= MEMORY_END && plain < SHARED;
}

/* L2 may write to its aliases: they are neither memory that L1 uses nor devices with DMA. */
static bool is_ground(u64 gpa)
{
	u64 plain = gpa & ~SHARED & ((1ULL << 52) - 1);

	if (is_device(plain))
		return true;
	return plain < MEMORY_END && !(plain >= ARENA && plain < ARENA + ARENA_BYTES) &&
	       !(plain >= 0x200000 && plain < 0x400000);
}

static u64 field_id(void)
{
	static const u16 codes[] = {
		0x0802, 0x0810, 0x2012, 0x201c, 0x2034, 0x2400, 0x2802, 0x2804, 0x2806, 0x4000,
		0x4002, 0x4004, 0x4006, 0x4012, 0x4016, 0x4018, 0x401a, 0x401c, 0x401e, 0x4816,
		0x4822, 0x4824, 0x6000, 0x6002, 0x6004, 0x6800, 0x6802, 0x6804, 0x6808, 0x6816,
		0x6818, 0x681a, 0x681e, 0x6820, 0x6822,
	};
	u64 id = FIELD(PICK(codes));

	switch (chance(8)) {
	case 0:
		id = 0x2520000300000000ULL | chance(520);
		break;
	case 1:
		id = 0xa020000300000050ULL + chance(16);
		break;
	case 2:
		return random64();
	case 3:
		id ^= BIT_ULL(chance(64));
		break;
	}
	return field_of(1 + chance(4), id);
}

/* The hypervisor writes to a virtual APIC and to L2's state, so these are only in private pages. */
static u64 field_value(u64 id)
{
	if ((id & 0xffffff) == 0x2012)
		return private_address(chance(4) ? 4096 : 1);
	return chance(4) ? odd_number() : odd_address();
}

static void choose_operands(u64 *regs)
{
	switch (regs[RAX] & 0xffff) {
	case TDG_VMCALL:
		/* fuzz_vmcall() makes these calls. */
		regs[RAX] = TDG_VP_INFO;
		break;
	case TDG_RTMR_EXTEND:
		regs[RCX] = chance(2) ? odd_address() : private_address(64);
		regs[RDX] = chance(8);
		break;
	case TDG_REPORT:
		regs[RCX] = chance(2) ? odd_address() : private_address(1024);
		regs[RDX] = chance(2) ? odd_address() : private_address(64);
		regs[R8] = chance(2) ? 0 : odd_number();
		break;
	case TDG_CPUIDVE_SET:
		regs[RCX] = chance(8);
		break;
	case TDG_PAGE_ACCEPT:
		regs[RCX] = odd_address() | (chance(4) ? chance(2) : chance(16));
		break;
	case TDG_VP_RD:
		regs[RCX] = 0;
		regs[RDX] = field_id();
		break;
	case TDG_VP_WR:
		regs[RCX] = 0;
		regs[RDX] = field_id();
		regs[R8] = field_value(regs[RDX]);
		regs[R9] = chance(2) ? ~0ULL : odd_number();
		break;
	case TDG_ATTR_WR:
		regs[RCX] = odd_address();
		if (is_ground(regs[RCX]))
			regs[RCX] = PRIVATE;
		regs[RDX] = random64() & 0x800f800f800f0000ULL;
		regs[R8] = chance(2) ? 0x7ULL << 16 * (1 + chance(3)) : random64();
		break;
	case TDG_VP_ENTER:
		/* fuzz_enter() makes these calls, and makes sure that L2 ends. */
		regs[RAX] = TDG_VP_INFO;
		break;
	}
}

void fuzz_tdcall(void)
{
	u64 regs[REGS];

	fuzz_registers(regs);
	regs[RAX] = chance(TDG_LEAVES);
	choose_operands(regs);
	if (!chance(16))
		regs[RAX] |= BIT_ULL(16 + chance(48));
	if (!chance(64))
		regs[RAX] = random64() | 0x80;
	call(regs);
	/* The fuzzer itself executes CPUID, which must not raise #VE. */
	if (!chance(8))
		tdcall_1(TDG_CPUIDVE_SET, 0);
}

/* MapGPA discards the content of pages, so it gets only those that L1 does not need. */
static void choose_map(u64 *regs)
{
	u64 size = chance(4) ? (1 + chance(PAGES_MAX)) * PAGE_SIZE : odd_number();
	u64 base = odd_address(), plain = base & ~SHARED;

	if (plain < MEMORY_END) {
		plain = CHANGING + (chance(CHANGING_BYTES) & ~0xfffULL);
		base = plain | (base & SHARED);
		if (size > CHANGING + CHANGING_BYTES - plain)
			size = CHANGING + CHANGING_BYTES - plain;
	}
	/* The hypervisor's own memory must be refused. */
	if (!chance(8)) {
		base = 0x200000 + (chance(0x200000) & ~0xfffULL);
		size = PAGE_SIZE;
	}
	regs[R12] = base;
	regs[R13] = size;
}

static void choose_vmcall(u64 *regs)
{
	static const u32 functions[] = {
		VMCALL_CPUID, VMCALL_RDMSR, VMCALL_WRMSR, VMCALL_WBINVD, VMCALL_INFO,
		VMCALL_MAP_GPA,
		VMCALL_MAP_GPA, VMCALL_MAP_GPA, VMCALL_QUOTE, VMCALL_NOTIFY,
	};

	regs[R10] = 0;
	regs[R11] = chance(16) ? PICK(functions) : odd_number();
	switch (regs[R11]) {
	case VMCALL_CPUID:
		regs[R12] = 0x40000000 | chance(0x100);
		break;
	case VMCALL_MAP_GPA:
		choose_map(regs);
		break;
	case VMCALL_QUOTE:
		regs[R12] = (COMMON + (chance(COMMON_BYTES) & ~0xfffULL)) | SHARED;
		if (!chance(3))
			regs[R12] = odd_address();
		regs[R13] = chance(2) ? PAGE_SIZE : odd_number();
		break;
	case VMCALL_NOTIFY:
		regs[R12] = chance(300);
		break;
	case VMCALL_HLT:
	case VMCALL_IO:
	case VMCALL_MMIO:
	case VMCALL_FATAL:
	case VMCALL_RDMSR:
	case VMCALL_WRMSR:
		/* Other functions of the fuzzer make these calls, or they are excluded. */
		regs[R11] = VMCALL_INFO;
		break;
	}
}

void fuzz_vmcall(void)
{
	u64 regs[REGS];

	fuzz_registers(regs);
	choose_vmcall(regs);
	regs[RAX] = TDG_VMCALL;
	regs[RCX] = MASK_USUAL;
	if (!chance(4))
		regs[RCX] |= random64() & 0xffffffff;
	/* The host sees a register that is not passed as 0, which is no function. */
	if (!chance(16))
		regs[RCX] &= ~BIT_ULL(R11 + chance(5));
	call(regs);
}

static u64 page_of_call(void)
{
	u64 page = (COMMON + (chance(COMMON_BYTES) & ~0xfffULL));

	switch (chance(8)) {
	case 0:
		return odd_address();
	case 1:
		return page + (chance(512) << 3);
	default:
		return page | (is_td && chance(2) ? SHARED : 0);
	}
}

static u32 *shared32(u64 gpa)
{
	return (u32 *)((is_td ? SHARED_VIEW : 0) | (gpa & ~SHARED));
}

/* HvCallRetargetDeviceInterrupt: partition, device, entry, then the target. */
static void fill_retarget(u64 page)
{
	u32 *words = shared32(page);

	words[0] = ~0U;
	words[1] = ~0U;
	words[2] = chance(4) ? 0xf8 | chance(8) : random64();
	words[3] = 0;
	words[4] = chance(3);
	words[5] = chance(4);
	words[8] = chance(256);
	words[9] = chance(4);
	words[10] = chance(4);
	words[11] = 0;
	words[12] = 1;
}

static void fill_registers(u64 page)
{
	u32 *words = shared32(page);

	words[0] = ~0U;
	words[1] = ~0U;
	words[2] = ~1U;
	words[4] = chance(2) ? 0x000d0000 | chance(16) : random64();
}

static void fill_post(u64 page)
{
	static const u32 connections[] = { 1, 4, 0x800074, 7 };
	u32 *words = shared32(page), i;

	words[0] = PICK(connections);
	words[1] = chance(16) ? 0 : chance(4);
	words[2] = chance(8) ? 1 : chance(4);
	words[3] = chance(4) ? chance(241) : odd_number();
	words[4] = 1 + chance(20);
	for (i = 5; i < 20; i++)
		words[i] = odd_number();
}

static void fill_input(u64 page, u16 code)
{
	u32 i;

	/* The page is one of the shared pages, since nothing but calls uses these. */
	if ((page & ~SHARED) < COMMON || (page & ~SHARED) >= COMMON + COMMON_BYTES ||
	    page % PAGE_SIZE)
		return;
	for (i = 0; i < 64; i++)
		shared32(page)[i] = chance(2) ? odd_number() : 0;
	if (code == CODE_RETARGET)
		fill_retarget(page);
	else if (code == CODE_GET_REGISTERS)
		fill_registers(page);
	else if (code == CODE_POST)
		fill_post(page);
}

/* As a guest on AMD does: the control is in RCX. RBX of the side door would be another call. */
static void call_by_vmmcall(u64 *regs)
{
	regs[RCX] = regs[R10];
	if (regs[RBX] == CONTROL_MAGIC)
		regs[RBX] = 0;
	fuzz_execute("\x0f\x01\xd9", 3, regs);
}

void fuzz_hypercall(void)
{
	static const u16 codes[] = {
		CODE_RETARGET, CODE_RETARGET, CODE_GET_REGISTERS, CODE_POST, CODE_SIGNAL,
	};
	u16 code = chance(8) ? PICK(codes) : random64();
	u64 regs[REGS];

	fuzz_registers(regs);
	regs[RAX] = TDG_VMCALL;
	regs[RCX] = MASK_USUAL | BIT_ULL(RDX) | BIT_ULL(R8);
	regs[R10] = code | (chance(4) ? 0 : HV_FAST) | (chance(2) ? 0 : (u64)chance(4) << 32) |
		(chance(16) ? 0 : random64() << 16);
	regs[RDX] = page_of_call();
	regs[R8] = chance(3) ? page_of_call() : 0;
	fill_input(regs[RDX], code);
	if (is_td && regs[R10])
		call(regs);
	else if (!is_td)
		call_by_vmmcall(regs);
}

static u64 door_call_number(void)
{
	static const u32 alone[] = { CONTROL_TDX_RESET_VM, CONTROL_TDX_SET_VMS };
	static const u32 any[] = {
		CONTROL_PROBE, CONTROL_TDX_HOOK, CONTROL_TDX_STATS, CONTROL_TDX_RESET_VCPU,
		CONTROL_HOST, CONTROL_HOST, CONTROL_HOST, CONTROL_HOST, CONTROL_HOST,
	};

	if (fuzz_alone && !chance(4))
		return PICK(alone);
	if (!chance(500))
		return CONTROL_REPORT;
	return chance(32) ? PICK(any) : CONTROL_PARK + 1 + (odd_number() >> 1);
}

static void fill_object(u64 gpa)
{
	u32 i, *words = (u32 *)gpa;

	for (i = 0; i < 80; i++) {
		words[i] = chance(2) ? chance(4) : odd_number();
		if (!chance(4))
			words[i] = chance(2) ? 0xf8 | chance(8) : chance(256);
	}
}

void fuzz_door(void)
{
	u64 regs[REGS], place = private_address(8);

	fuzz_registers(regs);
	regs[RBX] = CONTROL_MAGIC;
	regs[RAX] = door_call_number();
	regs[RCX] = chance(8) ? chance(4) : odd_number();
	if (regs[RAX] == CONTROL_TDX_RESET_VCPU)
		regs[RCX] = cpu_here()->index;
	if (regs[RAX] == CONTROL_HOST)
		regs[RCX] = chance(HOST_CALLS);
	if (place % PAGE_SIZE <= PAGE_SIZE - 320)
		fill_object(place);
	regs[RDX] = chance(4) ? place : odd_address();
	fuzz_execute("\x0f\x01\xd9", 3, regs);
}
