// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What L1 and L2 share, and what they do not; all CPUs at once; and a driver
 * that asks for nonsense.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tdx.h"

/* What L2 leaves: canonical where that matters. */
#define DIRT 0x00005a5a12345678ULL

static void row_10_5_9_what_is_not_switched_is_l2s_afterwards(void **state)
{
	struct lab_tdx_unswitched *left = &l2.call.unswitched;
	static const uint32_t msrs[] = { 0xc0000102, 0xc0000081, 0xc0000082, 0xc0000083,
					 0xc0000084, 0xc0000103 };
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(msrs); i++)
		msr_exits(msrs[i], false, false);
	l2_start(GUEST_DIRTY);
	l2.state->rsi = DIRT;
	l2.state->rax = (uint32_t)DIRT;
	l2.state->rdx = DIRT >> 32;
	l2.state->rbp = ~DIRT;
	l2_expect(18);
	check_hex(left->cr2, DIRT);
	check_hex(left->xmm0[0], DIRT);
	check_hex(left->kernel_gs_base, DIRT);
	check_hex(left->star, DIRT);
	check_hex(left->lstar, DIRT);
	check_hex(left->cstar, DIRT);
	check_hex((uint32_t)left->sfmask, (uint32_t)DIRT);
	check_hex((uint32_t)left->tsc_aux, (uint32_t)DIRT);
	check_hex(l2.call.regs.rbp, ~DIRT);
	/* The node has put L1's back: this program is still alive. */
	check(getpid() > 0, "no system calls any more");
}

static void row_8_l2_starts_with_what_l1_has_loaded(void **state)
{
	(void)state;
	do {
		memset(&l2.call.unswitched, 0, sizeof(l2.call.unswitched));
		l2.call.unswitched.cr2 = 0x1111;
		l2.call.unswitched.dr6 = 0xffff0ff0;
		l2.call.unswitched.kernel_gs_base = 0x2222;
		l2.call.unswitched.lstar = 0x3333;
		l2.call.unswitched.xmm0[1] = 0x4444;
		l2.flags = LAB_TDX_CALL_LOAD;
	} while (l2_enter() >> 32);
	check_hex(l2.call.regs.rax, 18);
	check_hex(l2.call.unswitched.cr2, 0x1111);
	check_hex(l2.call.unswitched.kernel_gs_base, 0x2222);
	check_hex(l2.call.unswitched.lstar, 0x3333);
	check_hex(l2.call.unswitched.xmm0[1], 0x4444);
}

static void row_8_switched_registers_are_each_ones_own(void **state)
{
	(void)state;
	field_set(FIELD(0x680E), 0x12345000);
	field_set(FIELD(0x681A), 0x400);
	field_set(FIELD(0x6824), 0x7777);
	l2_expect(18);
	check_hex(field_get(FIELD(0x680E)), 0x12345000);
	check_hex(field_get(FIELD(0x6824)), 0x7777);
	check_hex(field_get(FIELD(F_CR3)), page_gpa(PAGE_PML4));
	check_hex(field_get(FIELD(0x6818)), L2_IDT);
	check_hex(field_get(FIELD(0x4816)), 0xa09b);
	check_hex(field_get(FIELD(F_EFER)), 0xd01);
}

struct worker {
	pthread_t thread;
	uint32_t cpu;
	uint64_t loops;
	int failed;
};

/* Each CPU enters its own VCPU, which has no virtual-APIC page: 170 every time. */
static void *enter_on(void *argument)
{
	struct worker *worker = argument;
	unsigned int i;

	for (i = 0; i < 200; i++) {
		struct lab_tdx_call call = {
			.cpu = worker->cpu,
			.regs = { .rax = VP_RD, .rdx = FIELD_VCPU_INDEX },
		};

		if (ioctl(l2.node, LAB_TDX_CALL, &call) || call.regs.rax ||
		    call.regs.r8 != worker->cpu)
			worker->failed++;
	}
	return NULL;
}

static void row_1_2_each_cpu_has_its_own_vcpu(void **state)
{
	unsigned int cpus = sysconf(_SC_NPROCESSORS_ONLN), cpu;
	struct worker workers[64] = { };

	(void)state;
	for (cpu = 0; cpu < cpus && cpu < 64; cpu++) {
		workers[cpu].cpu = cpu;
		check(!pthread_create(&workers[cpu].thread, NULL, enter_on, &workers[cpu]),
		      "no thread");
	}
	for (cpu = 0; cpu < cpus && cpu < 64; cpu++) {
		pthread_join(workers[cpu].thread, NULL);
		check(!workers[cpu].failed, "CPU %u: %d", cpu, workers[cpu].failed);
	}
}

/* A register file of any sort: leaves that exist, values near what they want. */
static uint64_t any(void)
{
	uint64_t value = (uint64_t)random() << 33 ^ (uint64_t)random() << 11 ^ random();

	switch (random() % 6) {
	case 0:
		return 0;
	case 1:
		return ~0ULL;
	case 2:
		return VM_1 | value % 4;
	case 3:
		return page_gpa(value % PAGES) + (random() % 4 ? 0 : value % 4096);
	case 4:
		return FIELD(0) + (value & 0x6fff);
	default:
		return value;
	}
}

static void row_1_1_no_registers_harm_l1(void **state)
{
	static const uint64_t leaves[] = { 1, 7, 8, 9, 10, 11, 23, 24, 25, 26, 27 };
	unsigned int i;

	(void)state;
	srandom(42);
	for (i = 0; i < 20000; i++) {
		struct lab_tdx_regs regs = {
			.rax = leaves[random() % 11], .rcx = any(), .rdx = any(),
			.r8 = any(), .r9 = any(), .rbx = any(), .rsi = any(),
		};

		if (regs.rax == VP_ENTER) {
			/* Whatever its fields are by now. */
			l2.flags = LAB_TDX_CALL_TIMER;
			l2.usecs = 50;
			regs.rdx = random() % 2 ? page_gpa(PAGE_STATE) : regs.rdx;
		}
		tdcall_regs(&regs);
	}
	check(getpid() > 0, "no system calls any more");
}

static void row_2_3_7_l2_may_be_anything(void **state)
{
	unsigned int i, j;

	(void)state;
	srandom(43);
	for (i = 0; i < 2000; i++) {
		uint8_t *bytes = page_at(PAGE_STATE);

		for (j = 0; j < 154; j++)
			bytes[j] = random();
		if (random() % 4) {
			l2_start(GUEST_SPIN);
			l2.state->rip += random() % 0x300;
		}
		for (j = 0; j < 4096; j += 16)
			vapic_put(j, random());
		l2.flags = LAB_TDX_CALL_TIMER;
		l2.usecs = 50;
		check(l2_enter() >> 63 == 0, "refused");
	}
}

const struct CMUnitTest state_tests[] = {
	TEST(row_10_5_9_what_is_not_switched_is_l2s_afterwards),
	TEST(row_8_l2_starts_with_what_l1_has_loaded),
	TEST(row_8_switched_registers_are_each_ones_own),
	TEST(row_1_2_each_cpu_has_its_own_vcpu),
	TEST(row_1_1_no_registers_harm_l1),
	TEST(row_2_3_7_l2_may_be_anything),
};

const size_t state_count = ARRAY_SIZE(state_tests);
