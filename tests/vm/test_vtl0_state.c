// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Registers that VTL2 and VTL0 share, because a TDX module does not switch them (Intel's
 * tdg_vp_enter.c and td_exit.c copy only those of the VMCS): each VTL keeps its own values,
 * whatever the other one writes.
 *
 * Features that the emulated CPU of this machine lacks are listed in the output. Those that
 * QEMU never has (docs/state.md names them) are in tests/unit/test_tdx_state.c.
 */
#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../harness/vtl0.h"

#define VECTOR		0x51
#define FIELD_CR4	TDX_FIELD64(0x6804)
#define CR4_OSFXSR	(1ULL << 9)
#define CR4_OSXMMEXCPT	(1ULL << 10)
#define CR4_OSXSAVE	(1ULL << 18)
#define CR4_PKE		(1ULL << 22)

/* At least so many: each value of XCR0 comes with and without a breakpoint of VTL2. */
#define ROUNDS		10
#define DEBUG_REGISTERS	4

/* Reset values, Intel SDM, volume 3, "Processor State After Reset". */
#define DR6_RESET	0xffff0ff0ULL
#define XCR0_RESET	1ULL
#define XCR0_SSE	3ULL
#define XCR0_AVX	7ULL

enum cpuid_register { EAX, EBX, ECX, EDX };

static bool cpu_has(unsigned int leaf, unsigned int subleaf, enum cpuid_register number,
		    unsigned int bit)
{
	unsigned int registers[4] = { 0 };

	if (!__get_cpuid_count(leaf, subleaf, &registers[EAX], &registers[EBX], &registers[ECX],
			       &registers[EDX]))
		return false;
	return registers[number] >> bit & 1;
}

/* Returns whether the kernel uses XSAVE: it does not if it was booted with noxsave. */
static bool has_xsave(void)
{
	return cpu_has(1, 0, ECX, 27);
}

static bool has_protection_keys(void)
{
	return cpu_has(7, 0, ECX, 4);
}

static uint64_t own_xcr0(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

/* Whether the kernel uses AVX makes no difference to VTL0. */
static bool vtl0_has_avx(void)
{
	return cpu_has(1, 0, ECX, 28);
}

static bool has_avx(void)
{
	return has_xsave() && vtl0_has_avx() && (own_xcr0() & 4);
}

/* Lets the VP spin, stops its thread, and moves the caller to its CPU. */
static void visits_begin(uint64_t cr4)
{
	guest_mode(guest.vp, VTL0_MODE_SPIN);
	vmm_vp_stop(guest.vm, guest.vp);
	if (cr4)
		guest_field_set(FIELD_CR4, cr4, cr4);
	cpu_pin(guest.vp);
}

static uint64_t vtl0_read(enum vtl0_register number)
{
	return guest_visit(VTL0_COMMAND_READ_REGISTER, number, 0);
}

static void vtl0_write(enum vtl0_register number, uint64_t value)
{
	guest_visit(VTL0_COMMAND_WRITE_REGISTER, number, value);
}

static uint32_t own_pkru(void)
{
	uint32_t low, high;

	__asm__ volatile("rdpkru" : "=a"(low), "=d"(high) : "c"(0));
	return low;
}

static void own_pkru_set(uint32_t value)
{
	__asm__ volatile("wrpkru" : : "a"(value), "c"(0), "d"(0) : "memory");
}

#define NEEDS_PROTECTION_KEYS()							\
	do {									\
		if (!has_protection_keys()) {					\
			print_message("# no protection keys: not shown here\n"); \
			skip();							\
		}								\
	} while (0)

/* The value of a new VP is 0: no access is denied. */
static void vtl0_does_not_see_the_vmms_pkru(void **state)
{
	NEEDS_PROTECTION_KEYS();
	visits_begin(CR4_PKE);
	assert_int_not_equal(own_pkru(), 0);
	assert_int_equal(vtl0_read(VTL0_REGISTER_PKRU), 0);
	cpu_pin(0);
}

/* This runs in a child, because a failure would kill the test. */
static void vtl0_does_not_kill_the_vmm(void **state)
{
	volatile uint32_t touched = 0;
	pid_t child;

	NEEDS_PROTECTION_KEYS();
	visits_begin(CR4_PKE);
	child = child_fork(NULL);
	if (!child) {
		vtl0_write(VTL0_REGISTER_PKRU, UINT32_MAX);
		touched++;
		_exit(touched == 1 ? 0 : 1);
	}
	assert_int_equal(child_status(child), 0);
	cpu_pin(0);
}

/* The variable that a breakpoint of VTL2 monitors. */
static volatile uint64_t watched;

static int breakpoint_open_for(uint32_t accesses, bool of_kernel)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT,
		.size = sizeof(attr),
		.bp_type = accesses,
		.bp_addr = (uintptr_t)&watched,
		.bp_len = HW_BREAKPOINT_LEN_8,
		.exclude_kernel = !of_kernel,
		.exclude_hv = 1,
	};
	/* The breakpoint belongs to the CPU, so Linux does not reload it at each switch. */
	int file = syscall(SYS_perf_event_open, &attr, -1, guest.vp, -1, PERF_FLAG_FD_CLOEXEC);

	check(file >= 0, "a breakpoint: %s", strerror(errno));
	return file;
}

static int breakpoint_open(void)
{
	return breakpoint_open_for(HW_BREAKPOINT_W, false);
}

static uint64_t breakpoint_count(int file)
{
	uint64_t count = 0;

	assert_int_equal(read(file, &count, sizeof(count)), sizeof(count));
	return count;
}

/* Writes the variable @touches times. Returns how often the breakpoint was hit. */
static uint64_t breakpoint_hits(int file, unsigned int touches)
{
	uint64_t before = breakpoint_count(file);

	while (touches--)
		watched++;
	return breakpoint_count(file) - before;
}

/* VTL0 must not see addresses of VTL2. */
static void vtl0_does_not_see_the_breakpoints_of_vtl2(void **state)
{
	uint64_t seen[DEBUG_REGISTERS];
	unsigned int i;
	int file;

	visits_begin(0);
	file = breakpoint_open();
	assert_int_equal(breakpoint_hits(file, 5), 5);
	for (i = 0; i < DEBUG_REGISTERS; i++)
		seen[i] = vtl0_read(VTL0_REGISTER_DR0 + i);
	close(file);
	cpu_pin(0);
	for (i = 0; i < DEBUG_REGISTERS; i++)
		check(!seen[i], "DR%u of a fresh VTL0 is %#lx; VTL2 watches %p", i,
		      (unsigned long)seen[i], (void *)&watched);
}

/* Only a loadable module has an "initstate" file. */
static bool driver_is_built_in(void)
{
	return access("/sys/module/mshv_vtl/initstate", F_OK);
}

/* Returns the address of one of the driver's variables, or 0 if the kernel does not list it. */
static uint64_t driver_variable(const char *wanted)
{
	FILE *symbols = fopen("/proc/kallsyms", "re");
	char line[512], name[256], owner[64];
	uint64_t address = 0, found;

	check(symbols, "/proc/kallsyms: %s", strerror(errno));
	while (!address && fgets(line, sizeof(line), symbols)) {
		if (sscanf(line, "%" SCNx64 " %*c %255s [%63[^]]]", &found, name, owner) == 3 &&
		    !strcmp(name, wanted) && !strcmp(owner, "mshv_vtl"))
			address = found;
	}
	fclose(symbols);
	return address;
}

/*
 * The driver reads this variable (driver/platform/tdx/state.c) while VTL0's DR0 to DR3 are loaded:
 * if VTL2's DR7 were active then, it would enable breakpoints at addresses that VTL0 chose.
 */
static void vtl2s_breakpoints_watch_no_address_of_vtl0(void **state)
{
	uint64_t variable, hits;
	int file;

	if (driver_is_built_in()) {
		print_message("# a built-in driver's variables have no owner: not shown here\n");
		skip();
	}
	variable = driver_variable("features");
	check(variable, "/proc/kallsyms does not list the variable \"features\" of the driver");
	visits_begin(0);
	file = breakpoint_open_for(HW_BREAKPOINT_RW, true);
	vtl0_write(VTL0_REGISTER_DR0, variable);
	hits = breakpoint_count(file);
	assert_int_equal(vtl0_read(VTL0_REGISTER_DR0), variable);
	assert_int_equal(vtl0_read(VTL0_REGISTER_DR0), variable);
	hits = breakpoint_count(file) - hits;
	/* The breakpoint is still enabled. */
	check(breakpoint_hits(file, 5) >= 5, "VTL2's breakpoint is off");
	close(file);
	cpu_pin(0);
	assert_int_equal(hits, 0);
}

/* A page fault of this thread leaves an address of VTL2 in CR2. */
static void fault(void)
{
	volatile char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(page != MAP_FAILED);
	page[0] = 1;
	munmap((void *)page, 4096);
}

#define PROBES		"/sys/kernel/tracing/kprobe_events"
#define PROBES_ON	"/sys/kernel/tracing/events/vtl0_state/enable"

/* The probe's argument is read from an unmapped address: a page fault in the kernel. */
static int probe_add(const char *function, unsigned int number)
{
	char text[384];

	snprintf(text, sizeof(text), "p:vtl0_state/p%u %s%s x=@0xffffc8fffffff000:u64\n",
		 number, driver_is_built_in() ? "" : "mshv_vtl:", function);
	return text_write(PROBES, O_APPEND, text);
}

/* For built-in code the kernel names no module; the driver's global names have a prefix. */
static bool function_is_the_drivers(const char *name, const char *owner)
{
	if (driver_is_built_in())
		return !strncmp(name, "vtl_", 4) && !owner[0];
	return !strcmp(owner, "mshv_vtl");
}

/* Puts a probe on each function of the driver that allows it. Returns how many do not. */
static unsigned int probes_add(unsigned int *count)
{
	FILE *symbols = fopen("/proc/kallsyms", "re");
	char line[512], name[256], owner[64], type;
	unsigned int refused = 0;

	check(symbols, "/proc/kallsyms: %s", strerror(errno));
	*count = 0;
	while (fgets(line, sizeof(line), symbols)) {
		owner[0] = '\0';
		if (sscanf(line, "%*s %c %255s [%63[^]]]", &type, name, owner) < 2 ||
		    !function_is_the_drivers(name, owner) || (type != 't' && type != 'T') ||
		    !strncmp(name, "__pfx_", 6) || strchr(name, '.'))
			continue;
		if (probe_add(name, *count))
			refused++;
		else
			(*count)++;
	}
	fclose(symbols);
	return refused;
}

/*
 * No VP may run the code while it changes: QEMU 7.2 with one thread per CPU may keep a
 * translation of the breakpoint instruction that the kernel writes there temporarily.
 */
static void probes_switch(bool on)
{
	unsigned int vp;

	for (vp = 0; vp < guest.vps; vp++)
		vmm_vp_stop(guest.vm, vp);
	assert_int_equal(text_write(PROBES_ON, 0, on ? "1\n" : "0\n"), 0);
	for (vp = 0; vp < guest.vps; vp++)
		assert_int_equal(vmm_vp_start(guest.vm, vp), 0);
}

static void probes_remove(void)
{
	text_write(PROBES, O_TRUNC, "\n");
}

/*
 * From the exit of VTL0 until its CR2 has been read, the kernel must not run any code that could
 * fault; such code is marked noinstr.
 */
static void a_probe_does_not_change_cr2(void **state)
{
	const uint64_t value = 0x1234567000ULL;
	unsigned int route, refused, count;
	uint64_t seen;

	if (access(PROBES, W_OK)) {
		print_message("# this kernel has no kprobes: not shown here\n");
		skip();
	}
	route = guest_edu_route(0, guest.vp, VECTOR);
	guest_mode(guest.vp, VTL0_MODE_SPIN);
	guest_command(guest.vp, VTL0_COMMAND_WRITE_REGISTER, VTL0_REGISTER_CR2, value, 0);
	refused = probes_add(&count);
	print_message("# %u functions of the driver take a probe, %u do not\n", count, refused);
	assert_true(count > 0);
	probes_switch(true);
	guest_raise_paced(route, guest.vp, VECTOR, 20);
	guest_spinning_wait(guest.vp);
	seen = guest_command(guest.vp, VTL0_COMMAND_READ_REGISTER, VTL0_REGISTER_CR2, 0, 0);
	probes_switch(false);
	probes_remove();
	assert_int_equal(seen, value);
}

/*
 * GET and SET_VP_REGISTERS, as OpenHCL calls them (hcl/src/ioctl/register.rs), with the names
 * that the TLFS uses.
 */
#define GET_VP_REGISTERS	0xc010b805
#define SET_VP_REGISTERS	0x4010b806
#define REGISTER_XFEM		0x00040005

/**
 * struct vp_registers - argument of both
 * @count:     number of registers: 1
 * @registers: address of a struct register_assoc
 */
struct vp_registers {
	int32_t count;
	uint32_t reserved;
	uint64_t registers;
};

/**
 * struct register_assoc - the name and the value of a register, in the format of the TLFS
 */
struct register_assoc {
	uint32_t name;
	uint32_t reserved[3];
	uint64_t value[2];
};

static int register_call(unsigned int command, uint32_t name, uint64_t *value)
{
	struct register_assoc assoc = { .name = name, .value = { *value } };
	struct vp_registers args = { .count = 1, .registers = (uintptr_t)&assoc };

	if (ioctl(vmm_file(guest.vm), command, &args))
		return -errno;
	*value = assoc.value[0];
	return 0;
}

static int xfem_set(uint64_t value)
{
	return register_call(SET_VP_REGISTERS, REGISTER_XFEM, &value);
}

#define VECTOR_REGISTERS 16

/**
 * struct vectors - the vector registers of this thread, before and after one system call
 * @before: the values that were loaded before it
 * @after:  the values that were found after it
 */
struct vectors {
	uint64_t before[VECTOR_REGISTERS][4];
	uint64_t after[VECTOR_REGISTERS][4];
};

#define ALL_VECTORS(one) \
	one(0) one(1) one(2) one(3) one(4) one(5) one(6) one(7) \
	one(8) one(9) one(10) one(11) one(12) one(13) one(14) one(15)

#define LOAD_AVX(n)	"vmovdqu 32*" #n "(%[before]), %%ymm" #n "\n\t"
#define STORE_AVX(n)	"vmovdqu %%ymm" #n ", 32*" #n "(%[after])\n\t"
#define LOAD_SSE(n)	"movdqu 32*" #n "(%[before]), %%xmm" #n "\n\t"
#define STORE_SSE(n)	"movdqu %%xmm" #n ", 32*" #n "(%[after])\n\t"

#define VECTORS_CLOBBERED \
	"xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", \
	"xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "rcx", "r11", "memory"

/* Makes the ioctl without any compiler-generated code between it and the registers. */
static long vectors_enter(struct vectors *vectors, bool wide)
{
	const int vtl = vmm_file(guest.vm);

	register long ret __asm__("rax") = SYS_ioctl;
	register long file __asm__("rdi") = vtl;
	register long command __asm__("rsi") = MSHV_RETURN_TO_LOWER_VTL;
	register long argument __asm__("rdx") = 0;
	register void *before __asm__("r12") = vectors->before;
	register void *after __asm__("r13") = vectors->after;

	if (wide)
		__asm__ volatile(ALL_VECTORS(LOAD_AVX) "syscall\n\t" ALL_VECTORS(STORE_AVX)
				 : "+a"(ret) : "D"(file), "S"(command), "d"(argument),
				   [before] "r"(before), [after] "r"(after)
				 : VECTORS_CLOBBERED);
	else
		__asm__ volatile(ALL_VECTORS(LOAD_SSE) "syscall\n\t" ALL_VECTORS(STORE_SSE)
				 : "+a"(ret) : "D"(file), "S"(command), "d"(argument),
				   [before] "r"(before), [after] "r"(after)
				 : VECTORS_CLOBBERED);
	return ret;
}

static unsigned int vectors_changed(const struct vectors *vectors, bool wide)
{
	unsigned int changed = 0, i;

	for (i = 0; i < VECTOR_REGISTERS; i++)
		changed += !!memcmp(vectors->before[i], vectors->after[i], wide ? 32 : 16);
	return changed;
}

/* One run, surrounded by random values of this thread. Returns how many were not restored. */
static unsigned int vectors_stay(unsigned int *seed, bool wide)
{
	struct vectors vectors;
	uint8_t *byte = (uint8_t *)vectors.before;
	size_t i;
	long ret;

	for (i = 0; i < sizeof(vectors.before); i++)
		byte[i] = rand_r(seed);
	__atomic_store_n(&lab.run[guest.vp]->cancel, 0, __ATOMIC_SEQ_CST);
	ret = vectors_enter(&vectors, wide);
	check(!ret || ret == -EINTR, "a run: %s", strerror((int)-ret));
	return vectors_changed(&vectors, wide);
}

/* VTL0's XSETBV exits to the VMM, which sets the value by a call; see tdx/mod.rs there. */
static void xcr0_is_separate(void **state)
{
	/* Without XSAVE, VTL2 has no XCR0 to preserve, and no instruction to read it. */
	uint64_t before = has_xsave() ? own_xcr0() : 0, value = 0;

	visits_begin(CR4_OSXSAVE);
	assert_int_equal(vtl0_read(VTL0_REGISTER_XCR0), XCR0_RESET);
	assert_int_equal(xfem_set(3), 0);
	assert_int_equal(register_call(GET_VP_REGISTERS, REGISTER_XFEM, &value), 0);
	assert_int_equal(value, 3);
	assert_int_equal(vtl0_read(VTL0_REGISTER_XCR0), 3);
	assert_int_equal(has_xsave() ? own_xcr0() : 0, before);
	cpu_pin(0);
}

/* Intel SDM, XSETBV: x87 must be enabled; AVX requires SSE; unknown bits are not allowed. */
static void an_invalid_xcr0_is_refused(void **state)
{
	static const uint64_t values[] = { 0, 2, 5, 1ULL << 62 | 3, UINT64_MAX };
	uint64_t value = 0;
	size_t i;

	visits_begin(0);
	assert_int_equal(xfem_set(1), 0);
	for (i = 0; i < ARRAY_SIZE(values); i++)
		assert_int_equal(xfem_set(values[i]), -EINVAL);
	assert_int_equal(register_call(GET_VP_REGISTERS, REGISTER_XFEM, &value), 0);
	assert_int_equal(value, 1);
	cpu_pin(0);
}

/**
 * struct reader - a process that reads its CPU's number in user space by RDTSCP
 * @reads: number of reads
 * @wrong: how often the number was wrong
 */
struct reader {
	unsigned long reads;
	unsigned long wrong;
};

static unsigned int own_tsc_aux(void)
{
	uint32_t low, high, aux;

	__asm__ volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(aux));
	return aux;
}

/* Linux stores the CPU's number in the lower 12 bits. */
static void reader_read(struct reader *reader)
{
	reader->reads++;
	reader->wrong += (own_tsc_aux() & 0xfff) != guest.vp;
}

#define TSC_AUX_OF_VTL0	0x5a5a

/* It runs on VTL0's own CPU, so that it preempts VTL0. */
static void reader_run(struct reader *shared)
{
	uint64_t end = now_ms() + 500;

	cpu_pin(guest.vp);
	while (now_ms() < end)
		reader_read(shared);
	_exit(0);
}

static struct reader *reader_shared(void)
{
	struct reader *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(shared != MAP_FAILED);
	return shared;
}

static void another_process_reads_its_own_cpu_from_tsc_aux(void **state)
{
	struct reader *shared = reader_shared();
	unsigned long entries;
	pid_t child;

	guest_mode(guest.vp, VTL0_MODE_SPIN);
	vmm_vp_stop(guest.vm, guest.vp);
	guest_context()->vp_state.msr_tsc_aux = TSC_AUX_OF_VTL0;
	assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
	guest_spinning_wait(guest.vp);
	entries = vps_column(guest.vp, "entries");
	child = child_fork(NULL);
	if (!child)
		reader_run(shared);
	child_status(child);
	print_message("# %lu reads, %lu entries meanwhile\n", shared->reads,
		      vps_column(guest.vp, "entries") - entries);
	assert_true(shared->reads > 0);
	assert_true(vps_column(guest.vp, "entries") - entries > 1);
	assert_int_equal(shared->wrong, 0);
	munmap(shared, sizeof(*shared));
	assert_int_equal(guest_command(guest.vp, VTL0_COMMAND_READ_REGISTER,
				       VTL0_REGISTER_TSC_AUX, 0, 0), TSC_AUX_OF_VTL0);
}

/* The keys that this program does not use: changing their bits of PKRU does not kill it. */
#define PKRU_UNUSED	0xfff00000U
/* How often VTL0 writes the ICR in a round. Each write exits, and the driver handles it. */
#define ROUND_WRITES	1000

/**
 * struct values - random values of VTL0's registers
 * @registers:  of DR0 to DR3, DR6, CR2 and PKRU, by enum vtl0_register
 * @vp_state:   of the MSRs in the run page
 * @xcr0:       XCR0
 * @vectors:    the seed of the floating-point and vector registers
 * @wide:       AVX is enabled in @xcr0
 */
struct values {
	uint64_t registers[VTL0_REGISTER_CR2 + 1];
	struct mshv_tdx_vp_state vp_state;
	uint64_t xcr0;
	uint64_t vectors;
	bool wide;
};

static uint64_t random_wide(unsigned int *seed)
{
	return (uint64_t)rand_r(seed) << 42 ^ (uint64_t)rand_r(seed) << 21 ^ rand_r(seed);
}

static uint64_t random_address(unsigned int *seed)
{
	return (uint64_t)((int64_t)(random_wide(seed) << 16) >> 16);
}

/* The rounds use each value in turn. VTL0 may use SSE with all of them. */
static uint64_t xcr0_of_round(unsigned int round)
{
	static const uint64_t values[] = { XCR0_RESET, XCR0_SSE, XCR0_AVX };

	return values[round % (vtl0_has_avx() ? 3 : 2)];
}

static struct values values_make(unsigned int *seed, uint64_t xcr0)
{
	struct values values = {
		.vp_state = {
			.msr_kernel_gs_base = random_address(seed),
			.msr_star = random_wide(seed),
			.msr_lstar = random_address(seed),
			.msr_sfmask = (uint32_t)random_wide(seed),
			.msr_tsc_aux = (uint32_t)random_wide(seed),
		},
		.xcr0 = xcr0,
		.wide = xcr0 == XCR0_AVX,
		.vectors = rand_r(seed),
	};
	unsigned int i;

	for (i = 0; i < DEBUG_REGISTERS; i++)
		values.registers[VTL0_REGISTER_DR0 + i] = random_address(seed);
	/* Bits 0 to 3 and 13 to 15 of DR6 can be written. */
	values.registers[VTL0_REGISTER_DR6] = DR6_RESET | (random_wide(seed) & 0xe00f);
	values.registers[VTL0_REGISTER_CR2] = random_address(seed);
	values.registers[VTL0_REGISTER_PKRU] = (uint32_t)random_wide(seed);
	return values;
}

static bool register_is_here(enum vtl0_register number)
{
	return number != VTL0_REGISTER_PKRU || has_protection_keys();
}

static void values_load(const struct values *values)
{
	struct mshv_tdx_vp_state *vp_state = &guest_context()->vp_state;
	unsigned int i;

	vp_state->msr_kernel_gs_base = values->vp_state.msr_kernel_gs_base;
	vp_state->msr_star = values->vp_state.msr_star;
	vp_state->msr_lstar = values->vp_state.msr_lstar;
	vp_state->msr_sfmask = values->vp_state.msr_sfmask;
	vp_state->msr_tsc_aux = values->vp_state.msr_tsc_aux;
	assert_int_equal(xfem_set(values->xcr0), 0);
	for (i = 0; i < ARRAY_SIZE(values->registers); i++)
		if (register_is_here(i))
			vtl0_write(i, values->registers[i]);
	guest_visit(VTL0_COMMAND_LOAD_VECTORS, values->vectors, values->wide);
}

/* Returns how many of VTL0's registers have another value. */
static unsigned int values_changed(const struct values *values)
{
	const struct mshv_tdx_vp_state *now = &guest_context()->vp_state;
	unsigned int changed, i;

	changed = guest_visit(VTL0_COMMAND_CHECK_VECTORS, values->vectors, values->wide);
	for (i = 0; i < ARRAY_SIZE(values->registers); i++)
		if (register_is_here(i))
			changed += vtl0_read(i) != values->registers[i];
	changed += vtl0_read(VTL0_REGISTER_XCR0) != values->xcr0;
	changed += vtl0_read(VTL0_REGISTER_TSC_AUX) != values->vp_state.msr_tsc_aux;
	changed += now->msr_kernel_gs_base != values->vp_state.msr_kernel_gs_base;
	changed += now->msr_star != values->vp_state.msr_star;
	changed += now->msr_lstar != values->vp_state.msr_lstar;
	changed += now->msr_sfmask != values->vp_state.msr_sfmask;
	return changed;
}

/* VTL0 exits ROUND_WRITES times. Returns how many vector registers of this thread have changed. */
static unsigned int exits_make(unsigned int *seed)
{
	const uint64_t arguments[VTL0_ARGUMENTS] = {
		VTL0_ICR(0, VECTOR, VTL0_ICR_SHORTHAND_SELF), ROUND_WRITES
	};
	volatile struct vtl0_report *report = vmm_report(guest.vm, guest.vp);
	uint64_t deadline = now_ms() + PATIENCE_MS;
	unsigned int changed = 0;

	vmm_command_post(guest.vm, guest.vp, VTL0_COMMAND_IPI, arguments);
	guest_alarm(5);
	while (report->done != report->sequence && now_ms() < deadline)
		changed += vectors_stay(seed, has_avx());
	guest_alarm(0);
	check(report->done == report->sequence, "the writes of the ICR are not done");
	return changed;
}

/* One round: random values on both sides, and many switches. Returns how many have changed. */
static unsigned int values_round(unsigned int *seed, unsigned int round, struct values *values)
{
	uint64_t xcr0 = has_xsave() ? own_xcr0() : 0;
	struct lab_tdx_unswitched own = { 0 };
	struct reader reader = { 0 };
	unsigned int changed;
	uint32_t pkru = 0;
	int file = -1;

	*values = values_make(seed, xcr0_of_round(round));
	values_load(values);
	if (round % 4 < 2) {
		file = breakpoint_open();
		own = guest_vtl2_registers();
	}
	if (has_protection_keys()) {
		pkru = own_pkru() ^ (rand_r(seed) << 1 & PKRU_UNUSED);
		own_pkru_set(pkru);
	}
	fault();
	changed = exits_make(seed);
	if (has_protection_keys())
		changed += own_pkru() != pkru;
	if (has_xsave())
		changed += own_xcr0() != xcr0;
	reader_read(&reader);
	changed += reader.wrong;
	if (file >= 0) {
		/* Each hit sets bits of DR6 in VTL2. */
		changed += breakpoint_hits(file, 5) != 5;
		changed += values_changed(values);
		changed += !!memcmp(guest_vtl2_registers().dr, own.dr, sizeof(own.dr));
		changed += breakpoint_hits(file, 5) != 5;
		close(file);
	}
	return changed + values_changed(values);
}

/* From now on VTL0 runs on the VMM's own thread. Returns how many of its registers have changed. */
static unsigned int values_changed_on_the_vmms_thread(const struct values *values)
{
	unsigned int changed = 0, i;

	assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
	for (i = 0; i < ARRAY_SIZE(values->registers); i++)
		if (register_is_here(i))
			changed += guest_command(guest.vp, VTL0_COMMAND_READ_REGISTER, i, 0, 0) !=
				   values->registers[i];
	return changed;
}

/* The test lasts for so many seconds: the environment may ask for a longer one. */
static unsigned int seconds_wanted(void)
{
	const char *wanted = getenv("VTL0_STATE_SECONDS");

	return wanted ? strtoul(wanted, NULL, 10) : 5;
}

static void random_values_stay_on_their_side(void **state)
{
	unsigned long begin = vps_column(guest.vp, "entries");
	uint64_t end = now_ms() + seconds_wanted() * 1000ULL;
	unsigned int seed = time(NULL), rounds = 0, changed = 0;
	struct values values;

	if (!cpu_has(1, 0, ECX, 26)) {
		print_message("# this CPU has no XCR0: not shown here\n");
		skip();
	}
	if (!vtl0_has_avx())
		print_message("# this CPU has no AVX: not shown here\n");
	print_message("# seed %u\n", seed);
	visits_begin(CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_OSXSAVE |
		     (has_protection_keys() ? CR4_PKE : 0));
	do {
		changed = values_round(&seed, rounds, &values);
		rounds++;
	} while (!changed && (rounds < ROUNDS || now_ms() < end));
	cpu_pin(0);
	print_message("# figure: %lu entries of VTL0, random values on both sides %u times\n",
		      vps_column(guest.vp, "entries") - begin, rounds);
	check(!changed, "%u registers have the value of the other side, in round %u", changed,
	      rounds);
	assert_int_equal(values_changed_on_the_vmms_thread(&values), 0);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(vtl0_does_not_see_the_vmms_pkru),
	GUEST_TEST(vtl0_does_not_kill_the_vmm),
	GUEST_TEST(vtl0_does_not_see_the_breakpoints_of_vtl2),
	GUEST_TEST(vtl2s_breakpoints_watch_no_address_of_vtl0),
	GUEST_TEST(a_probe_does_not_change_cr2),
	GUEST_TEST(xcr0_is_separate),
	GUEST_TEST(an_invalid_xcr0_is_refused),
	GUEST_TEST(another_process_reads_its_own_cpu_from_tsc_aux),
	GUEST_TEST(random_values_stay_on_their_side),
};

GUEST_PROGRAM("vtl0_state", tests)
