// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * State that L1 and L2 share, and state that they do not share; all CPUs at once; and invalid
 * operands.
 *
 * tdg_vp_enter() and td_l2_to_l1_exit_internal() of Intel's TDX module (src/td_transitions,
 * tdg_vp_enter.c and td_exit.c) switch the VMCS and the general registers; nothing else.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tdx.h"

/* The value that L2 leaves in each register: it is canonical where that is required. */
#define DIRT 0x00005a5a12345678ULL

#define VECTOR 0x52

/* Checks that L1 has its own registers: constant ones are unchanged, and none is L2's. */
static void check_l1(const struct lab_tdx_unswitched *before)
{
	struct lab_tdx_unswitched now = l1_state();

	check_hex(now.star, before->star);
	check_hex(now.lstar, before->lstar);
	check_hex(now.cstar, before->cstar);
	check_hex(now.sfmask, before->sfmask);
	check_hex(now.tsc_aux, before->tsc_aux);
	check(now.cr2 != DIRT, "CR2 is L2's");
	check(now.kernel_gs_base != DIRT, "the GS base of user space is L2's");
}

/* Checks, after any test, that L2 runs after a reset and gets its interrupt. */
static void check_l2(void)
{
	l2_teardown(NULL);
	l2_setup(NULL);
	msr_offload();
	log_eoi(true);
	l2_start(GUEST_STI_VMCALL);
	l2.state->rbx = DIRT;
	l2_assert(VECTOR);
	l2_expect(18);
	check_hex(l2.state->rbx, DIRT);
	check_hex(log_count(), 1);
	check_hex(log_vector(0), VECTOR);
	check_hex(l2.state->rvi, 0);
	check_hex(l2.state->svi, 0);
}

static void row_10_5_9_unswitched_registers_are_l2s_afterwards(void **state)
{
	struct lab_tdx_unswitched *left = &l2.call.unswitched;
	static const uint32_t msrs[] = { 0xc0000102, 0xc0000081, 0xc0000082, 0xc0000084,
					 0xc0000103 };
	struct lab_tdx_unswitched before;
	unsigned int i;

	before = l1_state();
	for (i = 0; i < ARRAY_SIZE(msrs); i++)
		msr_exits(msrs[i], false, false);
	/* After an interrupt in between, L1 may have changed what it shares with L2: again. */
	do {
		l2_start(GUEST_DIRTY);
		l2.state->rsi = DIRT;
		l2.state->rax = (uint32_t)DIRT;
		l2.state->rdx = DIRT >> 32;
		l2.state->rbp = ~DIRT;
	} while (l2_enter() >> 32);
	check_hex(l2.call.regs.rax, 18);
	check_hex(left->cr2, DIRT);
	check_hex(left->xmm0[0], DIRT);
	check_hex(left->kernel_gs_base, DIRT);
	check_hex(left->star, DIRT);
	check_hex(left->lstar, DIRT);
	check_hex((uint32_t)left->sfmask, (uint32_t)DIRT);
	check_hex((uint32_t)left->tsc_aux, (uint32_t)DIRT);
	check_hex(l2.call.regs.rbp, ~DIRT);
	/* The node has restored L1's registers. */
	check_l1(&before);
}

static void row_8_l2_starts_with_what_l1_has_loaded(void **state)
{
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

static void row_8_switched_registers_are_separate(void **state)
{
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

/* Each VCPU has its own page for the virtual APIC, and its own priority, 1 to 15. */
#define VCPUS_MAX 15
#define ROUNDS 200

/**
 * struct worker - a thread that enters the L2 of one CPU
 * @thread: the thread
 * @round:  the barrier at which all CPUs start a round
 * @cpu:    the CPU
 * @failed: the number of failed rounds
 */
struct worker {
	pthread_t thread;
	pthread_barrier_t *round;
	uint32_t cpu;
	unsigned int failed;
};

static size_t state_offset(uint32_t cpu)
{
	return cpu * 256;
}

static uint64_t priority_of(uint32_t cpu)
{
	return cpu + 1;
}

/* Like l2_run(), but for any thread: cmocka's checks work only in the main thread. */
static uint64_t run_on(uint32_t cpu)
{
	struct lab_tdx_call call;
	unsigned int tries;

	for (tries = 0; tries < 1000; tries++) {
		memset(&call, 0, sizeof(call));
		call.cpu = cpu;
		call.regs.rax = VP_ENTER;
		call.regs.rcx = VM_1;
		call.regs.rdx = page_gpa(PAGE_SPARE) + state_offset(cpu);
		if (ioctl(l2.node, LAB_TDX_CALL, &call))
			return ~0ULL;
		if (call.regs.rax >> 44 != 1)
			break;
	}
	return call.regs.rax;
}

static void *enter_on(void *argument)
{
	struct worker *worker = argument;
	struct l2_state *buffer = page_at(PAGE_SPARE) + state_offset(worker->cpu);
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		memset(buffer, 0, sizeof(*buffer));
		buffer->rip = ENTRY(GUEST_READ_CR8);
		buffer->rflags = 2;
		buffer->r15 = ~(uint64_t)worker->cpu;
		pthread_barrier_wait(worker->round);
		worker->failed += run_on(worker->cpu) != 18 ||
				  buffer->rax != priority_of(worker->cpu) ||
				  buffer->r15 != ~(uint64_t)worker->cpu;
	}
	return NULL;
}

static void start_worker(struct worker *worker)
{
	enum page vapic = PAGE_OTHER_VAPIC + worker->cpu;

	l2.cpu = worker->cpu;
	l2_setup_vcpu(vapic);
	*(uint32_t *)(page_at(vapic) + VAPIC_TPR) = priority_of(worker->cpu) << 4;
	check(!pthread_create(&worker->thread, NULL, enter_on, worker), "no thread");
}

static void check_worker(const struct worker *worker)
{
	check(!worker->failed, "CPU %u: %u rounds", worker->cpu, worker->failed);
	l2.cpu = worker->cpu;
	check_hex(field_get(FIELD_VCPU_INDEX), worker->cpu);
	check_hex(l2_stats().reasons[18], ROUNDS);
}

static void row_1_2_each_cpu_has_its_own_vcpu(void **state)
{
	unsigned int cpus = sysconf(_SC_NPROCESSORS_ONLN), cpu;
	struct worker workers[VCPUS_MAX] = { };
	pthread_barrier_t round;

	if (cpus > VCPUS_MAX)
		cpus = VCPUS_MAX;
	check(!pthread_barrier_init(&round, NULL, cpus), "no barrier");
	for (cpu = 0; cpu < cpus; cpu++) {
		workers[cpu].cpu = cpu;
		workers[cpu].round = &round;
		start_worker(&workers[cpu]);
	}
	for (cpu = 0; cpu < cpus; cpu++)
		pthread_join(workers[cpu].thread, NULL);
	for (cpu = 0; cpu < cpus; cpu++)
		check_worker(&workers[cpu]);
	pthread_barrier_destroy(&round);
}

/* A random value for a register: often one that is almost valid. */
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

static void row_1_1_calls_with_random_registers_leave_l1_intact(void **state)
{
	static const uint64_t leaves[] = { 1, 7, 8, 9, 10, 11, 23, 24, 25, 26, 27 };
	struct lab_tdx_unswitched before;
	unsigned int i;

	before = l1_state();
	srandom(42);
	for (i = 0; i < 20000; i++) {
		struct lab_tdx_regs regs = {
			.rax = leaves[random() % 11], .rcx = any(), .rdx = any(),
			.r8 = any(), .r9 = any(), .rbx = any(), .rsi = any(),
		};

		if (regs.rax == VP_ENTER) {
			/* L2 is entered with the fields that it has at this time. */
			l2.flags = LAB_TDX_CALL_TIMER;
			l2.usecs = 50;
			regs.rdx = random() % 2 ? page_gpa(PAGE_STATE) : regs.rdx;
		}
		tdcall_regs(&regs);
	}
	check_l1(&before);
	check_l2();
}

static void row_2_3_7_random_l2_state_leaves_l1_intact(void **state)
{
	struct lab_tdx_unswitched before;
	unsigned int i, j;

	before = l1_state();
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
	check_l1(&before);
	check_l2();
}

const struct CMUnitTest state_tests[] = {
	TEST(row_10_5_9_unswitched_registers_are_l2s_afterwards),
	TEST(row_8_l2_starts_with_what_l1_has_loaded),
	TEST(row_8_switched_registers_are_separate),
	TEST(row_1_2_each_cpu_has_its_own_vcpu),
	TEST(row_1_1_calls_with_random_registers_leave_l1_intact),
	TEST(row_2_3_7_random_l2_state_leaves_l1_intact),
};

const size_t state_count = ARRAY_SIZE(state_tests);
