// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The conformance tests of the emulated TDX module: functions that they share (see tdx.h), the
 * code of L2, and the list of all tests. Each name begins with the row of the specification that it
 * tests; the tables are in docs/tdx-module.md.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tdx.h"

#define TESTS_MAX 400

/* The number of entries after which a test fails. */
#define TRIES 20000

#define PTE_TABLE 7ULL

#define ATTR_R_W_X 7

/* The code of L2, guest.S. */
__asm__(".pushsection .rodata\n"
	".globl guest_image, guest_image_end\n"
	".balign 16\n"
	"guest_image:\n"
	".incbin \"guest.bin\"\n"
	"guest_image_end:\n"
	".popsection");

struct l2 l2 = { .node = -1 };

void *page_at(enum page page)
{
	return l2.memory + page * PAGE;
}

uint64_t page_gpa(enum page page)
{
	return l2.gpa + page * PAGE;
}

struct lab_tdx_regs regs_poisoned(uint64_t leaf)
{
	struct lab_tdx_regs regs;

	memset(&regs, 0x5a, sizeof(regs));
	regs.rax = leaf;
	return regs;
}

uint64_t tdcall_regs(struct lab_tdx_regs *regs)
{
	l2.call.regs = *regs;
	l2.call.cpu = l2.cpu;
	l2.call.flags = l2.flags;
	l2.call.vector = l2.vector;
	l2.call.usecs = l2.usecs;
	l2.flags = 0;
	check(!ioctl(l2.node, LAB_TDX_CALL, &l2.call), "the call: %s", strerror(errno));
	*regs = l2.call.regs;
	return regs->rax;
}

uint64_t tdcall(uint64_t leaf, uint64_t rcx, uint64_t rdx, uint64_t r8, uint64_t r9)
{
	struct lab_tdx_regs regs = { .rax = leaf, .rcx = rcx, .rdx = rdx, .r8 = r8, .r9 = r9 };

	return tdcall_regs(&regs);
}

uint64_t field_get(uint64_t id)
{
	check_hex(tdcall(VP_RD, 0, id, 0, 0), 0);
	return l2.call.regs.r8;
}

void field_set_masked(uint64_t id, uint64_t value, uint64_t mask)
{
	uint64_t status = tdcall(VP_WR, 0, id, value, mask);

	check(!status, "VP.WR of %#llx: %#llx", (unsigned long long)id,
	      (unsigned long long)status);
}

void field_set(uint64_t id, uint64_t value)
{
	field_set_masked(id, value, ~0ULL);
}

void msr_exits(uint32_t msr, bool read, bool exits)
{
	uint32_t word = (read ? 0 : 256) + (msr >> 31 ? 128 : 0) + (msr & 0x1fff) / 64;
	uint64_t bit = 1ULL << msr % 64;

	field_set_masked(OF_VM(l2.vm, FIELD_BITMAP(word)), exits ? bit : 0, bit);
}

/* Offloads TPR, EOI and self-IPI of the APIC, as a paravisor does. */
void msr_offload(void)
{
	static const uint32_t msrs[] = { 0x808, 0x80b, 0x83f };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(msrs); i++) {
		msr_exits(msrs[i], true, false);
		msr_exits(msrs[i], false, false);
	}
}

void page_allow(enum page page, uint64_t attributes)
{
	uint64_t status = tdcall(ATTR_WR, page_gpa(page), (0x8000 | attributes) << 16 * l2.vm,
				 0x807fULL << 16 * l2.vm, 0);

	check(!status, "ATTR.WR: %#llx", (unsigned long long)status);
}

static void map(uint64_t address, enum page page)
{
	uint64_t *table = page_at(PAGE_PT);

	table[address / PAGE % 512] = page_gpa(page) | PTE_TABLE;
}

static void build_page_tables(void)
{
	unsigned int i;

	*(uint64_t *)page_at(PAGE_PML4) = page_gpa(PAGE_PDPT) | PTE_TABLE;
	*(uint64_t *)page_at(PAGE_PDPT) = page_gpa(PAGE_PD) | PTE_TABLE;
	((uint64_t *)page_at(PAGE_PD))[L2_CODE >> 21] = page_gpa(PAGE_PT) | PTE_TABLE;
	for (i = 0; i < 4; i++)
		map(L2_CODE + i * PAGE, PAGE_CODE + i);
	map(L2_STACK, PAGE_STACK);
	map(L2_TABLES, PAGE_TABLES);
	map(L2_DATA, PAGE_DATA);
	map(L2_HIDDEN, PAGE_HIDDEN);
}

struct gate {
	uint16_t low, selector, flags, middle;
	uint32_t high, reserved;
};

static void build_gates(void)
{
	struct gate *gates = page_at(PAGE_TABLES);
	unsigned int i;

	for (i = 0; i < 256; i++) {
		uint32_t handler = L2_STUBS + i * STUB_BYTES;

		gates[i].low = handler;
		gates[i].middle = handler >> 16;
		gates[i].selector = SELECTOR_CODE;
		gates[i].flags = 0x8e00;
	}
}

/* The offset in the data page of the segment table, with the handlers' selectors. */
#define GDT_OFFSET 0xf00

static void build_segments(void)
{
	uint64_t *table = page_at(PAGE_DATA) + GDT_OFFSET;

	table[1] = 0x00af9b000000ffffULL;
	table[2] = 0x00cf93000000ffffULL;
}

static void field_of_vm_set(uint64_t id, uint64_t value)
{
	field_set(OF_VM(l2.vm, id), value);
}

static void field_of_vm_set_masked(uint64_t id, uint64_t value, uint64_t mask)
{
	field_set_masked(OF_VM(l2.vm, id), value, mask);
}

static void set_segments(void)
{
	static const uint16_t data[] = { 0x00, 0x04, 0x06, 0x08, 0x0a };
	unsigned int i;

	field_of_vm_set(FIELD(F_CS_SELECTOR), SELECTOR_CODE);
	field_of_vm_set(FIELD(0x4802), 0xffffffff);
	field_of_vm_set(FIELD(0x4816), 0xa09b);
	field_of_vm_set(FIELD(0x6808), 0);
	for (i = 0; i < ARRAY_SIZE(data); i++) {
		field_of_vm_set(FIELD(0x0800 + data[i]), SELECTOR_DATA);
		field_of_vm_set(FIELD(0x4814 + data[i]), 0xc093);
	}
	field_of_vm_set(FIELD(0x6816), L2_DATA + GDT_OFFSET);
	field_of_vm_set(FIELD(0x4810), 23);
	field_of_vm_set(FIELD(0x6818), L2_IDT);
	field_of_vm_set(FIELD(0x4812), 0xfff);
}

static void set_modes(void)
{
	field_of_vm_set(FIELD(F_CR3), page_gpa(PAGE_PML4));
	field_of_vm_set_masked(FIELD(F_CR4), 0x620, 0x6a0);
	field_of_vm_set_masked(FIELD(F_CR0), 0x80000033, 0x8000001f);
	field_of_vm_set_masked(FIELD(F_EFER), 0x501, 0x501);
	field_of_vm_set_masked(FIELD(F_ENTRY_CONTROLS), 0x200, 0x200);
}

static void give_pages(void)
{
	enum page page;

	for (page = PAGE_PML4; page <= PAGE_DATA; page++)
		page_allow(page, ATTR_R_W_X);
}

static void get_memory(void)
{
	struct lab_tdx_memory asked = { .pages = PAGES };

	check(!ioctl(l2.node, LAB_TDX_ALLOC, &asked), "memory: %s", strerror(errno));
	l2.gpa = asked.gpa;
	l2.memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, l2.node,
			 asked.gpa);
	check(l2.memory != MAP_FAILED, "mmap: %s", strerror(errno));
	l2_select(1);
}

int l2_setup_bare(void **state)
{
	l2.node = open(LAB_TDX_NODE, O_RDWR | O_CLOEXEC);
	check(l2.node >= 0, LAB_TDX_NODE ": %s: load vtlirq_door.ko first", strerror(errno));
	check(!ioctl(l2.node, LAB_TDX_RESET_VM), "reset: %s", strerror(errno));
	l2.cpu = sysconf(_SC_NPROCESSORS_ONLN) - 1;
	l2.flags = 0;
	l2.vector = 0;
	l2.usecs = 0;
	get_memory();
	return 0;
}

void l2_setup_vcpu(enum page vapic)
{
	set_modes();
	set_segments();
	field_of_vm_set(FIELD(F_VAPIC), page_gpa(vapic));
}

static enum page state_page(unsigned int vm)
{
	return vm == 1 ? PAGE_STATE : PAGE_STATE_2 + vm - 2;
}

void l2_select(unsigned int vm)
{
	l2.vm = vm;
	l2.state = page_at(state_page(vm));
	l2.vapic = vm == 1 ? PAGE_VAPIC : PAGE_VAPIC_2 + vm - 2;
}

void l2_setup_vm(unsigned int vm)
{
	l2_select(vm);
	give_pages();
	l2_setup_vcpu(l2.vapic);
	l2_start(GUEST_VMCALL);
}

int l2_setup(void **state)
{
	l2_setup_bare(state);
	memcpy(page_at(PAGE_CODE), guest_image, guest_image_end - guest_image);
	build_page_tables();
	build_gates();
	build_segments();
	l2_setup_vm(1);
	return 0;
}

void l2_set_vms(uint32_t vms)
{
	check(!ioctl(l2.node, LAB_TDX_SET_VMS, &vms), "VMs: %s", strerror(errno));
}

int l2_setup_vms(void **state)
{
	l2_setup(state);
	l2_set_vms(LAB_TDX_VMS_MAX);
	return 0;
}

int l2_teardown(void **state)
{
	l2_set_vms(1);
	munmap(l2.memory, PAGES * PAGE);
	close(l2.node);
	l2.node = -1;
	return 0;
}

void l2_start(enum guest_program program)
{
	l2.state->rip = ENTRY(program);
	l2.state->rsp = L2_STACK_TOP;
	l2.state->rflags = 2;
}

uint64_t l2_enter_with(uint64_t bits)
{
	return tdcall(VP_ENTER, VM(l2.vm) | bits, page_gpa(state_page(l2.vm)), 0, 0);
}

uint64_t l2_enter(void)
{
	return l2_enter_with(0);
}

uint64_t l2_run(void)
{
	uint64_t status;
	int tries;

	for (tries = 0; tries < TRIES; tries++) {
		status = l2_enter();
		if (status >> 32 != 0x1102 && status >> 32 != 0x1120)
			return status;
	}
	check(false, "L2 does not end: RIP %#llx",
	      (unsigned long long)l2.state->rip);
	return status;
}

void l2_expect(uint32_t reason)
{
	uint64_t status = l2_run();

	check(status == reason, "RAX is %#llx, not %#x; RIP %#llx RAX %#llx qualification %#llx",
	      (unsigned long long)status, reason, (unsigned long long)l2.state->rip,
	      (unsigned long long)l2.state->rax, (unsigned long long)l2.call.regs.rcx);
}

void l2_exits(enum guest_program program, uint32_t reason)
{
	l2_start(program);
	l2_expect(reason);
}

void l2_ends_with(uint64_t interrupts)
{
	l2_expect(18);
	check_hex(log_count(), interrupts);
}

void l2_skip(void)
{
	l2.state->rip += l2.call.regs.r11 >> 32;
}

static volatile uint32_t *vapic_at(uint32_t offset)
{
	return page_at(l2.vapic) + offset;
}

uint32_t vapic_get(uint32_t offset)
{
	return *vapic_at(offset);
}

void vapic_put(uint32_t offset, uint32_t value)
{
	*vapic_at(offset) = value;
}

bool vapic_bit(uint32_t base, uint8_t vector)
{
	return vapic_get(base + vector / 32 * 16) >> vector % 32 & 1;
}

void vapic_set(uint32_t base, uint8_t vector)
{
	uint32_t offset = base + vector / 32 * 16;

	vapic_put(offset, vapic_get(offset) | 1u << vector % 32);
}

void l2_assert(uint8_t vector)
{
	vapic_set(VAPIC_IRR, vector);
	if (vector > l2.state->rvi)
		l2.state->rvi = vector;
}

static volatile uint64_t *data_at(uint64_t address)
{
	return page_at(PAGE_DATA) + (address - L2_DATA);
}

uint64_t log_count(void)
{
	return *data_at(LOG_COUNT);
}

void log_clear(void)
{
	*data_at(LOG_COUNT) = 0;
}

uint8_t log_vector(unsigned int index)
{
	return ((volatile uint8_t *)data_at(LOG_FIRST))[index];
}

void log_eoi(bool wanted)
{
	*data_at(LOG_EOI) = wanted;
}

uint64_t log_loops(void)
{
	return *data_at(LOG_LOOPS);
}

struct lab_tdx_stats l2_stats(void)
{
	struct lab_tdx_get_stats asked = { .cpu = l2.cpu };

	check(!ioctl(l2.node, LAB_TDX_GET_STATS, &asked), "stats: %s", strerror(errno));
	return asked.stats;
}

/* This call does not run L2, so it does not change the state. */
struct lab_tdx_unswitched l1_state(void)
{
	check_hex(tdcall(VP_RD, 0, FIELD_VCPU_INDEX, 0, 0), 0);
	return l2.call.unswitched;
}

static void set_hook(const struct lab_tdx_hook *asked)
{
	check(!ioctl(l2.node, LAB_TDX_HOOK, asked), "hook: %s", strerror(errno));
}

void hook_status(uint32_t count, uint32_t leaf, uint64_t status)
{
	struct lab_tdx_hook asked = {
		.kind = LAB_TDX_HOOK_STATUS, .cpu = l2.cpu, .count = count,
		.leaf = leaf, .status = status,
	};

	set_hook(&asked);
}

void hook_exit(uint64_t status, uint32_t reason, uint64_t qualification, uint32_t event)
{
	struct lab_tdx_hook asked = {
		.kind = LAB_TDX_HOOK_EXIT, .cpu = l2.cpu, .count = 1, .status = status,
		.reason = reason, .qualification = qualification, .event = event,
	};

	set_hook(&asked);
}

void hook_stale(uint64_t value)
{
	struct lab_tdx_hook asked = {
		.kind = LAB_TDX_HOOK_STALE, .cpu = l2.cpu, .count = 1000, .qualification = value,
	};

	set_hook(&asked);
}

/* --- all tests -------------------------------------------------------------- */

static struct CMUnitTest tests[TESTS_MAX];
static size_t count;

static void add(const struct CMUnitTest *more, size_t number)
{
	check(count + number <= TESTS_MAX, "too many tests");
	memcpy(tests + count, more, number * sizeof(*more));
	count += number;
}

int main(int argc, char **argv)
{
	/* For debugging: run only the tests whose names match. */
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	add(enter_tests, enter_count);
	add(field_tests, field_count);
	add(memory_tests, memory_count);
	add(exit_tests, exit_count);
	add(interrupt_tests, interrupt_count);
	add(event_tests, event_count);
	add(leaf_tests, leaf_count);
	add(ghci_tests, ghci_count);
	add(mask_tests, mask_count);
	add(vm_tests, vm_count);
	add(vm_run_tests, vm_run_count);
	add(state_tests, state_count);
	return _cmocka_run_group_tests("tdx", tests, count, NULL, NULL);
}
