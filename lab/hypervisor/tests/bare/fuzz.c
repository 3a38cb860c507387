// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fuzzer: the hypervisor must survive whatever a guest does.
 *
 * Owns: the loop, and the random numbers. The same seed makes the same calls on each CPU; their
 * interleaving depends on QEMU. It does nothing that legitimately ends a trust domain: README.md
 * has the list.
 */
#include "bare.h"
#include "base/base.h"

#define SAYS_EVERY   5
#define TSC_HZ_USUAL 2000000000ULL

static const struct {
	void (*run)(void);
	/* The weights in a trust domain, and in an ordinary guest. */
	u32 weight, plain_weight;
	const char *name;
} kinds[FUZZ_KINDS] = {
	[FUZZ_TDCALL] = { fuzz_tdcall, 20, 0, "TDCALL" },
	[FUZZ_VMCALL] = { fuzz_vmcall, 15, 0, "TDVMCALL" },
	[FUZZ_HYPERCALL] = { fuzz_hypercall, 10, 20, "hypercall" },
	[FUZZ_MSR] = { fuzz_msr, 10, 20, "MSR" },
	[FUZZ_CPUID] = { fuzz_cpuid, 3, 3, "CPUID" },
	[FUZZ_PORT] = { fuzz_port, 5, 0, "port" },
	[FUZZ_MMIO] = { fuzz_mmio, 10, 0, "MMIO" },
	[FUZZ_CODE] = { fuzz_code, 10, 10, "instruction" },
	[FUZZ_ENTER] = { fuzz_enter, 20, 0, "VP.ENTER" },
	[FUZZ_DOOR] = { fuzz_door, 7, 7, "side door" },
	[FUZZ_INTERRUPTS] = { fuzz_interrupts, 5, 10, "interrupt" },
};

bool fuzz_alone;
u64 fuzz_tsc_hz;

static u64 state[CPUS_MAX], done[CPUS_MAX][FUZZ_KINDS];
static volatile bool is_over;
static bool traces;

/* xorshift64*, whose upper half is sufficiently random. */
u64 random64(void)
{
	u64 *x = &state[cpu_here()->index], high;

	*x ^= *x >> 12;
	*x ^= *x << 25;
	*x ^= *x >> 27;
	high = *x * 0x2545f4914f6cdd1dULL >> 32;
	*x ^= *x >> 12;
	*x ^= *x << 25;
	*x ^= *x >> 27;
	return high << 32 | *x * 0x2545f4914f6cdd1dULL >> 32;
}

u32 chance(u32 below)
{
	return (random64() >> 32) % below;
}

u64 odd_number(void)
{
	static const u64 edges[] = {
		0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0xfff, 0x1000, 0xffff, 0x10000, 0x7fffffff,
		0x80000000, 0xffffffff, 0x100000000ULL, 0x7fffffffffffffffULL, BIT_ULL(63), ~0ULL,
	};

	switch (chance(6)) {
	case 0:
		return chance(64);
	case 1:
		return BIT_ULL(chance(64));
	case 2:
		return PICK(edges);
	case 3:
		return PICK(edges) + chance(16) - 8;
	case 4:
		return ~0ULL << chance(64);
	default:
		return random64() >> chance(64);
	}
}

static u64 place_of_address(void)
{
	/*
	 * These are the hypervisor's image and low memory, its page tables, ROMs, chips, and gaps.
	 */
	static const u64 others[] = {
		0x200000, 0x210000, 0x3ff000, 0x8000, 0xa0000, 0xc0000, 0xfffff000, 0xfec00000,
		0xfed00000, 0xfee00000, 0xfee00300, 0xf0000000, MEMORY_END - 0x1000,
		MEMORY_END - 0x200000, MEMORY_END, 0x80000000, 0x100000000ULL, 0x7fc0000000ULL,
		BIT_ULL(40), BIT_ULL(47), BIT_ULL(51), ~0xfffULL,
	};

	switch (chance(8)) {
	case 0 ... 2:
		return CHANGING + chance(CHANGING_BYTES);
	case 3:
		return PRIVATE + chance(PRIVATE_BYTES);
	case 4:
		return COMMON + chance(COMMON_BYTES);
	case 5:
		return PICK(others) + chance(0x1000);
	case 6:
		/* This is above all memory. */
		return MEMORY_END + (random64() >> chance(24));
	default:
		return random64() | BIT_ULL(40 + chance(24));
	}
}

u64 odd_address(void)
{
	u64 place = place_of_address();

	if (chance(3))
		place &= ~0xfffULL;
	if (is_td && !chance(4))
		place |= SHARED;
	return place;
}

u64 private_address(u64 alignment)
{
	return (PRIVATE + chance(PRIVATE_BYTES)) & ~(alignment - 1);
}

u64 fuzz_now(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a" (low), "=d" (high));
	return (u64)high << 32 | low;
}

void fuzz_registers(u64 *regs)
{
	u32 i;

	for (i = 0; i < REGS; i++)
		regs[i] = chance(3) ? odd_number() : odd_address();
}

void fuzz_execute(const void *code, u32 length, u64 *regs)
{
	execute(code, length, regs);
	if (is_td)
		tdcall_1(TDG_VEINFO_GET, 0);
}

static u32 weight_of(u32 kind)
{
	return is_td ? kinds[kind].weight : kinds[kind].plain_weight;
}

static u32 choose(void)
{
	u32 kind, total = 0, left;

	for (kind = 0; kind < FUZZ_KINDS; kind++)
		total += weight_of(kind);
	left = chance(total);
	for (kind = 0; left >= weight_of(kind); kind++)
		left -= weight_of(kind);
	return kind;
}

static void do_one(u32 index)
{
	u32 kind = choose();

	if (traces)
		say("# CPU %u: %llx %s\n", index, state[index], kinds[kind].name);
	kinds[kind].run();
	done[index][kind]++;
}

static void fuzz_other(void)
{
	while (!is_over)
		do_one(1);
}

static void say_what_was_done(void)
{
	u32 kind;

	for (kind = 0; kind < FUZZ_KINDS; kind++)
		if (weight_of(kind))
			say("# %llu %s\n", done[0][kind] + done[1][kind], kinds[kind].name);
}

static u64 total_done(void)
{
	u64 total = 0;
	u32 kind;

	for (kind = 0; kind < FUZZ_KINDS; kind++)
		total += done[0][kind] + done[1][kind];
	return total;
}

static void read_tsc_hz(void)
{
	u64 regs[REGS] = { [RAX] = 0x15 };

	execute("\x0f\xa2", 2, regs);
	/* An ordinary guest cannot read it. */
	fuzz_tsc_hz = is_td ? regs[RCX] : TSC_HZ_USUAL;
}

static void run_until(u64 end)
{
	u64 says = fuzz_now() + SAYS_EVERY * fuzz_tsc_hz;

	while (fuzz_now() < end) {
		do_one(0);
		if (fuzz_now() > says) {
			say("# %llu calls\n", total_done());
			says += SAYS_EVERY * fuzz_tsc_hz;
		}
	}
}

void fuzz_run(const char *line)
{
	u64 seed = word_of(line, "seed=", 1), seconds = word_of(line, "seconds=", 60);

	traces = strstr(line, "trace");
	fuzz_alone = strstr(line, "alone");
	state[0] = seed * 0x9e3779b97f4a7c15ULL | 1;
	state[1] = ~state[0] | 1;
	read_tsc_hz();
	if (is_td)
		tdvmcall(VMCALL_MAP_GPA, COMMON | SHARED, COMMON_BYTES, 0, 0, NULL);
	say("# %s, seed %llu, %llu seconds, %s\n", is_td ? "a trust domain" : "an ordinary guest",
	    seed, seconds, fuzz_alone ? "one CPU" : "two CPUs");
	if (!fuzz_alone)
		other_call(fuzz_other);
	run_until(fuzz_now() + seconds * fuzz_tsc_hz);
	is_over = true;
	other_wait();
	say_what_was_done();
	say("ok %u - the hypervisor still runs, below %s: %llu calls\n", is_td ? 1 : 2,
	    is_td ? "a trust domain" : "an ordinary guest", total_done());
}
