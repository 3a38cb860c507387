/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the conformance tests share: one partition with one L2 that can run
 * small programs, and TDCALLs. A failed check ends the test.
 */
#ifndef _TESTS_TDX_TDX_H
#define _TESTS_TDX_TDX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../harness/check.h"
#include "guest.h"
#include "../../lab/hypervisor/l1/lab_tdx.h"

enum {
	VP_INFO = 1,
	VM_RD = 7,
	VM_WR = 8,
	VP_RD = 9,
	VP_WR = 10,
	SYS_RD = 11,
	ATTR_RD = 23,
	ATTR_WR = 24,
	VP_ENTER = 25,
	INVEPT = 26,
	INVGLA = 27,
};

#define BIT(number)       (1U << (number))
#define BIT_ULL(number)   (1ULL << (number))

#define STATUS(high)       ((uint64_t)(high) << 32)
#define BUSY               STATUS(0x80000200)
#define INVALID            STATUS(0xC0000100)
#define FIELD_UNKNOWN      STATUS(0xC0000C00)
#define FIELD_READ_ONLY    STATUS(0xC0000C01)
#define FIELD_UNREADABLE   STATUS(0xC0000C02)
#define FIELD_BAD_VALUE    STATUS(0xC0000C03)
#define PAGE_ATTR_BAD      STATUS(0xC0000B11)
#define PAGE_SIZE_WRONG    STATUS(0xC0000B0B)
#define NOTIFIED           STATUS(0x1102)
#define PENDING            STATUS(0x1120)

/* An operand that names a VM. */
#define VM(number)         ((uint64_t)(number) << 52)
#define VM_1               VM(1)

/* Fields of VM 1, by VMCS encoding. */
enum vmcs {
	F_CS_SELECTOR = 0x0802,
	F_STATUS = 0x0810,
	F_VAPIC = 0x2012,
	F_EOI_0 = 0x201C,
	F_TERTIARY = 0x2034,
	F_EFER = 0x2806,
	F_PIN = 0x4000,
	F_PRIMARY = 0x4002,
	F_EXCEPTIONS = 0x4004,
	F_ENTRY_CONTROLS = 0x4012,
	F_EVENT = 0x4016,
	F_EVENT_ERROR = 0x4018,
	F_EVENT_LENGTH = 0x401A,
	F_TPR_THRESHOLD = 0x401C,
	F_SECONDARY = 0x401E,
	F_INTERRUPTIBILITY = 0x4824,
	F_ACTIVITY = 0x4826,
	F_CR0_MASK = 0x6000,
	F_CR4_MASK = 0x6002,
	F_CR0_SHADOW = 0x6004,
	F_CR4_SHADOW = 0x6006,
	F_CR0 = 0x6800,
	F_CR3 = 0x6802,
	F_CR4 = 0x6804,
};

#define FIELD(code)         (0x2420000000000000ULL | (code))
#define FIELD_BITMAP(word)  (0x2520000300000000ULL | (word))
#define FIELD_DEADLINE      0xA020000300000059ULL
#define FIELD_L2_CONTROLS   0xA020000300000051ULL
#define FIELD_VCPU_INDEX    0xA020000200000002ULL

/* The same field of another VM; and a field of the VCPU of another VM, outside of the VMCS. */
#define OF_VM(number, id)      ((id) + ((uint64_t)(number) - 1) * 0x0800000000000000ULL)
#define VCPU_OF_VM(number, id) ((id) + (number) - 1)

/* Bits of the controls. */
#define INTERRUPT_WINDOW BIT(2)
#define NMI_WINDOW       BIT(22)
#define VID              BIT(9)

#define RFLAGS_IF 0x200

#define PAGE 4096

/** struct l2_state - L2_ENTER_GUEST_STATE */
struct l2_state {
	uint64_t rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rflags, rip, ssp;
	uint8_t rvi, svi;
} __attribute__((packed));

/* Pages of the test's block. */
enum page {
	PAGE_PML4, PAGE_PDPT, PAGE_PD, PAGE_PT,
	PAGE_CODE,
	PAGE_STACK = PAGE_CODE + 4,
	PAGE_TABLES, PAGE_DATA, PAGE_HIDDEN,
	PAGE_STATE, PAGE_VAPIC, PAGE_SPARE, PAGE_SPARE_2,
	PAGE_OTHER_VAPIC = 16,
	PAGE_STATE_2 = 24, PAGE_STATE_3, PAGE_VAPIC_2, PAGE_VAPIC_3,
	PAGES = 32
};

/**
 * struct l2 - the partition of the current test
 * @node:   the node of the module
 * @cpu:    the CPU whose VCPUs are used
 * @gpa:    the block's guest-physical address
 * @memory: its address in this program
 * @vm:     the VM that page_allow(), l2_enter() and related functions use
 * @state:  its state buffer
 * @vapic:  its virtual-APIC page
 * @call:   the last call, input and output
 * @flags:  flags of the next call, which clears them
 * @vector: the pending interrupt of the next call
 * @usecs:  the timer of the next call
 */
struct l2 {
	int node;
	uint32_t cpu;
	uint64_t gpa;
	uint8_t *memory;
	unsigned int vm;
	struct l2_state *state;
	enum page vapic;
	struct lab_tdx_call call;
	uint32_t flags;
	uint32_t vector;
	uint32_t usecs;
};

extern struct l2 l2;

/* Ends the test unless both values are equal, and prints them in hexadecimal. */
#define check_hex(is, should)                                           \
	do {                                                            \
		uint64_t is_ = (is), should_ = (should);                \
		check(is_ == should_, "%s is %#llx, not %#llx", #is,    \
		      (unsigned long long)is_, (unsigned long long)should_); \
	} while (0)

/*
 * Fixtures: a new partition whose L2 is in 64-bit mode; the same with three VMs, of which
 * the first is in 64-bit mode; only the block of memory.
 */
int l2_setup(void **state);
int l2_setup_vms(void **state);
int l2_setup_bare(void **state);
int l2_teardown(void **state);

/* Set the number of L2 VMs. */
void l2_set_vms(uint32_t vms);

/* Set up VM 1 of @l2.cpu's VCPU: in 64-bit mode, with its virtual APIC in @vapic. */
void l2_setup_vcpu(enum page vapic);

/* Use another VM from now on. */
void l2_select(unsigned int vm);

/* Use another VM and set it up: VM 1's pages and programs, its own buffer and virtual APIC. */
void l2_setup_vm(unsigned int vm);

/* The address of a page of the block in this program, and its guest-physical address. */
void *page_at(enum page page);
uint64_t page_gpa(enum page page);

/* The value of registers that a call must not change. */
#define POISON 0x5a5a5a5a5a5a5a5aULL

/* Registers for a call, with all values known: RAX is @leaf, the others are POISON. */
struct lab_tdx_regs regs_poisoned(uint64_t leaf);

/* Make one TDCALL with these registers, and return RAX. */
uint64_t tdcall(uint64_t leaf, uint64_t rcx, uint64_t rdx, uint64_t r8, uint64_t r9);

/* The same with all registers in @regs, which is input and output. */
uint64_t tdcall_regs(struct lab_tdx_regs *regs);

/* Read and write fields; these functions check that the call succeeds. */
uint64_t field_get(uint64_t id);
void field_set(uint64_t id, uint64_t value);
void field_set_masked(uint64_t id, uint64_t value, uint64_t mask);

/* Choose whether accesses of an MSR exit to L1. */
void msr_exits(uint32_t msr, bool read, bool exits);
void msr_offload(void);

/* Set L2's attributes of a page; 0 removes the alias. */
void page_allow(enum page page, uint64_t attributes);

/* Start @program at the next entry, with a fresh stack. */
void l2_start(enum guest_program program);

/* Call VP.ENTER once and return RAX; the second function sets more bits of RCX. */
uint64_t l2_enter(void);
uint64_t l2_enter_with(uint64_t bits);

/* Repeat VP.ENTER until its status is neither 0x1102 nor 0x1120, and return RAX. */
uint64_t l2_run(void);

/* Call l2_run(), and check that it ends with this reason and status 0. */
void l2_expect(uint32_t reason);

/* Start @program, and check that its first exit has this reason. */
void l2_exits(enum guest_program program, uint32_t reason);

/* Check that the program ends, and how many interrupts its handlers have taken. */
void l2_ends_with(uint64_t interrupts);

/* Move RIP past the instruction that has exited. */
void l2_skip(void);

/* Access the virtual-APIC page. */
uint32_t vapic_get(uint32_t offset);
void vapic_put(uint32_t offset, uint32_t value);
bool vapic_bit(uint32_t base, uint8_t vector);
void vapic_set(uint32_t base, uint8_t vector);

/* Set VIRR and RVI, as a driver does to assert a vector. */
void l2_assert(uint8_t vector);

/* Access the records of L2's handlers. */
uint64_t log_count(void);
void log_clear(void);
uint8_t log_vector(unsigned int index);
void log_eoi(bool wanted);
uint64_t log_loops(void);

/* Read the counters of the CPU. */
struct lab_tdx_stats l2_stats(void);

/* Read L1's current state on @l2.cpu that a TDX module does not switch. */
struct lab_tdx_unswitched l1_state(void);

/* Set hooks: for the next calls of a leaf, for the next exit, for all exits. */
void hook_status(uint32_t count, uint32_t leaf, uint64_t status);
void hook_exit(uint64_t status, uint32_t reason, uint64_t qualification, uint32_t event);
void hook_stale(uint64_t value);

#define VAPIC_TPR  0x080
#define VAPIC_PPR  0x0a0
#define VAPIC_ISR  0x100
#define VAPIC_TMR  0x180
#define VAPIC_IRR  0x200

#define TEST(function) cmocka_unit_test_setup_teardown(function, l2_setup, l2_teardown)
#define TEST_VMS(function) cmocka_unit_test_setup_teardown(function, l2_setup_vms, l2_teardown)
#define TEST_BARE(function) \
	cmocka_unit_test_setup_teardown(function, l2_setup_bare, l2_teardown)

/* The tests of each file, and their number. */
extern const struct CMUnitTest enter_tests[], exit_tests[], field_tests[], memory_tests[];
extern const struct CMUnitTest interrupt_tests[], event_tests[], state_tests[];
extern const size_t enter_count, exit_count, field_count, memory_count;
extern const size_t interrupt_count, event_count, state_count;
extern const struct CMUnitTest leaf_tests[], ghci_tests[], mask_tests[], vm_tests[];
extern const size_t leaf_count, ghci_count, mask_count, vm_count;
extern const struct CMUnitTest vm_run_tests[];
extern const size_t vm_run_count;

#endif /* _TESTS_TDX_TDX_H */
