// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random accesses to the machine: MSRs, CPUID, ports, devices, interrupts.
 *
 * Owns: which registers are excluded, since a write ends the machine or makes a device write to
 * memory, which cannot be prevented if a guest has the devices.
 */
#include "bare.h"
#include "base/base.h"

#define TSC_DEADLINE   0x6e0
#define X2APIC_TPR     0x808
#define X2APIC_LVTT    0x832
#define X2APIC_ICR     0x830
#define TIMER_INITIAL  0x838
#define SELF_IPI       0x83f
#define LVTT_DEADLINE  0x40000
#define TIMER_VECTOR   0x41

static u32 odd_msr(void)
{
	static const struct {
		u32 first, count;
	} ranges[] = {
		{ 0x10, 1 }, { 0x1b, 1 }, { 0x3a, 1 }, { 0x48, 2 }, { 0x8b, 6 }, { 0xc1, 8 },
		{ 0xfe, 1 }, { 0x10a, 2 }, { 0x174, 3 }, { 0x179, 2 }, { 0x1a0, 1 }, { 0x1d9, 1 },
		{ 0x200, 16 }, { 0x277, 1 }, { 0x2ff, 1 }, { 0x345, 1 }, { 0x480, 19 },
		{ 0x6e0, 1 }, { 0x800, 0x40 }, { 0x800, 0x40 }, { 0x800, 0x40 }, { 0xda0, 1 },
		{ 0x40000000, 4 }, { 0x40000020, 4 }, { 0x40000070, 8 }, { 0x40000080, 32 },
		{ 0x40000080, 32 }, { 0x40000100, 0x20 }, { 0xc0000080, 5 }, { 0xc0000100, 4 },
		{ 0xc0010114, 4 }, { 0xc0010117, 1 },
	};
	u32 i = chance(ARRAY_SIZE(ranges));

	return chance(16) ? ranges[i].first + chance(ranges[i].count) : random64();
}

/* A page of the SynIC is one that stays shared, or any page that the fuzzer does not need. */
static u64 msr_value(u32 msr)
{
	if (msr == 0x40000001 || msr == 0x40000082 || msr == 0x40000083)
		return (chance(3) ? COMMON + (chance(COMMON_BYTES) & ~0xfffULL) : odd_address()) |
		       chance(2);
	if (msr >= 0x40000090 && msr <= 0x4000009f)
		return chance(256) | (chance(3) ? 0 : odd_number());
	if (msr == X2APIC_ICR)
		return chance(256) | (chance(4) ? 0x44000 : (u64)(random64() & 0xfffff00));
	if (msr == TSC_DEADLINE)
		return chance(2) ? fuzz_now() + chance(1000000) : odd_number();
	return chance(2) ? odd_number() : odd_address();
}

void fuzz_msr(void)
{
	bool is_write = chance(2), by_host = is_td && chance(2);
	u32 msr = odd_msr();
	u64 value = msr_value(msr), regs[REGS];

	if (by_host) {
		tdvmcall(is_write ? VMCALL_WRMSR : VMCALL_RDMSR,
			 chance(16) ? msr : odd_number(), value, odd_number(), 0, NULL);
		return;
	}
	fuzz_registers(regs);
	regs[RCX] = msr | (u64)chance(2) << 63;
	regs[RAX] = value;
	regs[RDX] = value >> 32;
	if (is_write)
		fuzz_execute("\x0f\x30", 2, regs);
	else
		fuzz_execute("\x0f\x32", 2, regs);
}

void fuzz_cpuid(void)
{
	static const u32 bases[] = { 0, 0x20, 0x40000000, 0x40000100, 0x80000000, 0xc0000000 };
	u64 regs[REGS];

	fuzz_registers(regs);
	regs[RAX] = chance(4) ? PICK(bases) + chance(0x24) : random64();
	regs[RCX] = chance(4) ? chance(24) : random64();
	fuzz_execute("\x0f\xa2", 2, regs);
}

/*
 * Not written: the reset control (0xcf9, 0x92, 0x64), power management and SMIs
 * (0x600 to 0x67f, 0xb2), the firmware's DMA (0x510 to 0x51b), PCI's configuration, which
 * can move memory, the serial port, which the fuzzer uses for its output, and the PIT: QEMU does
 * nothing else any more when a timer of a device is always due.
 */
static bool may_write(u32 port, u32 size)
{
	static const struct {
		u32 first, last;
	} kept[] = {
		{ 0x40, 0x43 }, { 0x60, 0x64 }, { 0x92, 0x92 }, { 0xb2, 0xb3 }, { 0x3f8, 0x3ff },
		{ 0x510, 0x51b },
		{ 0x600, 0x67f }, { 0xcf9, 0xcff }, { 0x80, 0x8f }, { 0xcc0, 0xcdf }, { 0x0, 0xf },
		{ 0xc0, 0xdf }, { 0x700, 0xffff },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(kept); i++) {
		if (port + size > kept[i].first && port <= kept[i].last)
			return false;
	}
	return true;
}

void fuzz_port(void)
{
	static const u32 ports[] = {
		0x20, 0x21, 0x40, 0x43, 0x60, 0x61, 0x64, 0x70, 0x71, 0x92, 0xa0, 0xa1, 0x402,
		0x4d0, 0x510, 0x604, 0x608, 0xcf8, 0xcfc, 0xcff, 0xfffe, 0xffff,
	};
	static const u8 sizes[] = { 1, 2, 4 };
	u32 port = chance(2) ? PICK(ports) : chance(0x10000), size = PICK(sizes);
	bool is_write = chance(2);

	if (!chance(8)) {
		tdvmcall(VMCALL_IO, odd_number() | 8, chance(3), odd_number(), random64(), NULL);
		return;
	}
	/* The PCI configuration address of L1 is stored by the hypervisor. */
	if (is_write && !may_write(port, size) && !(port == 0xcf8 && size == 4))
		is_write = false;
	tdvmcall(VMCALL_IO, size, is_write, port, random64(), NULL);
}

static u64 device_address(void)
{
	static const u64 chips[] = { 0xfec00000, 0xfec00010, 0xfed00000, 0xfed00010, 0xfed000f0,
				     0xfed00100, 0xfed00108, 0xfee00000, 0xfee00300, 0xfee000b0 };

	return PICK(chips) | SHARED;
}

/* Other devices are not written, since one can move memory; neither are HPET's timers. */
void fuzz_mmio(void)
{
	static const u8 sizes[] = { 1, 2, 4, 8 };
	u64 place = chance(3) ? device_address() : odd_address();
	bool is_write = chance(2), is_chip = (place & ~SHARED) >> 24 == 0xfe;
	u64 size = chance(16) ? PICK(sizes) : odd_number();

	if (is_write && (place & ~SHARED) >> 12 == 0xfed00)
		is_write = false;
	if (is_write && !is_chip && (place & SHARED) && (place & ~SHARED) >= MEMORY_END)
		is_write = false;
	tdvmcall(VMCALL_MMIO, size, chance(16) ? is_write : 2 + chance(4), place, random64(), NULL);
}

/* The redirection table: each mode of delivery, to each CPU. */
static void fuzz_ioapic(void)
{
	u64 select = 0xfec00000 | SHARED, window = 0xfec00010 | SHARED;

	tdvmcall(VMCALL_MMIO, 4, 1, select, 0x10 + chance(48), NULL);
	tdvmcall(VMCALL_MMIO, 4, 1, window, chance(2) ? random64() : chance(0x1000), NULL);
}

/* An MSR that is the host's, if there is one. A value that is not allowed is a #GP. */
static void write_host_msr(u32 msr, u64 value)
{
	u64 regs[REGS] = { [RAX] = (u32)value, [RCX] = msr, [RDX] = value >> 32 };

	if (is_td)
		tdvmcall(VMCALL_WRMSR, msr, value, 0, 0, NULL);
	else
		fuzz_execute("\x0f\x30", 2, regs);
}

/* Make sure that an interrupt wakes it. */
static void halt(void)
{
	wrmsr(X2APIC_TPR, 0);
	if (chance(2)) {
		wrmsr(SELF_IPI, 0x20 + chance(0xe0));
	} else {
		write_host_msr(X2APIC_LVTT, LVTT_DEADLINE | TIMER_VECTOR);
		wrmsr(TSC_DEADLINE, fuzz_now() + chance(100000));
	}
	if (is_td)
		tdvmcall(VMCALL_HLT, chance(2), 0, 0, 0, NULL);
	else
		asm volatile("sti; hlt; cli" : : : "memory");
}

void fuzz_interrupts(void)
{
	switch (chance(8)) {
	case 0:
		halt();
		break;
	case 1:
		wrmsr(SELF_IPI, 16 + chance(240));
		break;
	case 2:
		wrmsr(X2APIC_TPR, chance(256));
		break;
	case 3:
		write_host_msr(X2APIC_ICR,
			       (u64)chance(4) << 32 | (chance(4) ? 16 + chance(240) : 0x400));
		break;
	case 4:
		write_host_msr(X2APIC_LVTT, chance(2) ? chance(0x80000) :
			       LVTT_DEADLINE | (0x20 + chance(0xe0)));
		write_host_msr(TIMER_INITIAL, chance(1000000));
		break;
	case 5:
		/* An ordinary guest accesses the IOAPIC directly. */
		if (is_td)
			fuzz_ioapic();
		break;
	default:
		wrmsr(X2APIC_TPR, 0);
		let_in();
	}
}
