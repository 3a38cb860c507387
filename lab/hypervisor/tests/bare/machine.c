// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test kernel's machine: page table, segments, traps; the other CPU; TDCALL and ports, as the
 * test kernel itself uses them.
 *
 * Owns: what a trap means. While a row executes its instruction, a trap is its result; an
 * interrupt is recorded and ended; everything else is a fault of the test itself. And how the other
 * CPU is woken (ACPI 6.6, 5.2.12.19, "Multiprocessor Wakeup Structure"), and the one function that
 * it is asked to call.
 */
#include "bare.h"
#include "base/base.h"

#define PTE_TABLE   0x003
#define PTE_1G      0x083
#define PTE_USER    0x004
#define GATE        0x8e00
#define STUB_BYTES  32
#define X2APIC_EOI  0x80b
#define X2APIC_ISR  0x810
#define FIRST_LEGAL 16

#define CODE_64     0x00af9b000000ffffULL
#define CODE_32     0x00cf9b000000ffffULL
#define DATA        0x00cf93000000ffffULL
#define USER_DATA   0x00cff3000000ffffULL
#define USER_CODE   0x00affb000000ffffULL

extern u8 stacks[], trap_stubs[], execute_done[], execute_out[];
void load_segments(void);
void execute_at(struct cpu *cpu, u64 *regs, const void *code);

struct gate {
	u16 low, selector, type, middle;
	u32 high, reserved;
};

struct tss {
	u32 reserved;
	u64 rsp[3];
	u64 more[9];
	u32 io;
} __packed;

struct pointer {
	u16 limit;
	u64 base;
} __packed;

static u64 pml4[512] __aligned(4096), private_half[512] __aligned(4096);
static u64 shared_half[512] __aligned(4096);
static struct gate gates[256] __aligned(16);
static u64 gdt[CPUS_MAX][8];
static struct tss tss[CPUS_MAX];
static u8 code_place[CPUS_MAX][4096] __aligned(4096);

u64 rdmsr(u32 msr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a" (low), "=d" (high) : "c" (msr));
	return (u64)high << 32 | low;
}

void wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr" : : "a" ((u32)value), "d" ((u32)(value >> 32)), "c" (msr));
}

/* User space may access all of it: only rows use it. */
static void make_page_table(void)
{
	u64 i;

	for (i = 0; i < 512; i++) {
		private_half[i] = i << 30 | PTE_1G | PTE_USER;
		shared_half[i] = SHARED | i << 30 | PTE_1G | PTE_USER;
	}
	pml4[0] = (u64)private_half | PTE_TABLE | PTE_USER;
	pml4[SHARED_VIEW >> 39] = (u64)shared_half | PTE_TABLE | PTE_USER;
}

static void make_gates(void)
{
	u32 i;

	for (i = 0; i < 256; i++) {
		u64 stub = (u64)trap_stubs + i * STUB_BYTES;

		gates[i] = (struct gate){
			stub, SELECTOR_CODE, GATE, stub >> 16, stub >> 32, 0,
		};
	}
}

static void load_table(struct cpu *cpu)
{
	struct pointer table = { sizeof(gates) - 1, (u64)gates };
	struct pointer segments = { sizeof(gdt[0]) - 1, (u64)gdt[cpu->index] };
	u64 *entries = gdt[cpu->index], place = (u64)&tss[cpu->index];

	entries[1] = CODE_64;
	entries[2] = DATA;
	entries[3] = CODE_32;
	entries[4] = USER_DATA;
	entries[5] = USER_CODE;
	entries[6] = (sizeof(struct tss) - 1) | (place & 0xffffff) << 16 | 0x89ULL << 40 |
		(place >> 24 & 0xff) << 56;
	entries[7] = place >> 32;
	tss[cpu->index].rsp[0] = ((u64)cpu + STACK_BYTES / 2) & ~15ULL;
	tss[cpu->index].io = sizeof(struct tss);
	asm volatile("lgdt %0; lidt %1" : : "m" (segments), "m" (table));
	load_segments();
	asm volatile("ltr %w0" : : "r" (SELECTOR_TSS));
}

struct cpu *cpu_of(u32 index)
{
	return (struct cpu *)(stacks + index * STACK_BYTES);
}

void machine_start(struct cpu *cpu)
{
	if (!pml4[0]) {
		make_page_table();
		make_gates();
	}
	asm volatile("movq %0, %%cr3" : : "r" (pml4) : "memory");
	load_table(cpu);
}

static bool is_in_service(u64 vector)
{
	return vector >= FIRST_LEGAL && rdmsr(X2APIC_ISR + vector / 32) >> vector % 32 & 1;
}

static void note_arrival(struct cpu *cpu, u8 vector)
{
	cpu->arrived[cpu->arrivals % ARRAY_SIZE(cpu->arrived)] = vector;
	cpu->arrivals++;
}

static void take_result(struct cpu *cpu, struct frame *frame)
{
	const u64 *gprs = &frame->rax;
	u32 i;

	cpu->trap = (struct trap){
		frame->vector, frame->error, frame->rip, frame->cs, frame->rflags,
	};
	/* The frame does not contain RSP. */
	for (i = 0; i < REGS; i++) {
		if (i != RSP)
			cpu->regs[i] = gprs[i < RSP ? i : i - 1];
	}
	cpu->executing = false;
	frame->rip = (u64)execute_out;
	frame->cs = SELECTOR_CODE;
	frame->ss = SELECTOR_DATA;
	frame->rsp = cpu->stack;
	frame->rflags = 2;
}

void trap_handle(struct frame *frame);

void trap_handle(struct frame *frame)
{
	struct cpu *cpu = cpu_here();

	if (frame->vector == VECTOR_NMI) {
		note_arrival(cpu, VECTOR_NMI);
	} else if (is_in_service(frame->vector)) {
		note_arrival(cpu, frame->vector);
		if (!cpu->keeps_eoi)
			wrmsr(X2APIC_EOI, 0);
		cpu->keeps_eoi = false;
	} else if (cpu->executing) {
		take_result(cpu, frame);
	} else {
		say("Bail out! CPU %u: trap %llu, error %llx, at %llx, RSP %llx\n", cpu->index,
		    frame->vector, frame->error, frame->rip, frame->rsp);
		power_off();
	}
}

/* After the instruction of a row: JMP to execute_done. */
static void put_code(u8 *place, const void *code, u32 length)
{
	s32 distance = (u64)execute_done - ((u64)place + length + 5);

	memcpy(place, code, length);
	place[length] = 0xe9;
	memcpy(place + length + 1, &distance, 4);
}

u64 code_address(void)
{
	return (u64)code_place[cpu_here()->index];
}

u64 execute(const void *code, u32 length, u64 *regs)
{
	struct cpu *cpu = cpu_here();
	u8 *place = code_place[cpu->index];

	put_code(place, code, length);
	cpu->trap = (struct trap){ .vector = NO_TRAP };
	cpu->executing = true;
	execute_at(cpu, regs, place);
	cpu->executing = false;
	return cpu->trap.vector;
}

static const struct {
	u8 push_ss[2], push_rsp, push_flags, push_cs[2];
	u8 push_rip[5];
	u8 iretq[2];
} __packed to_user = {
	{ 0x6a, SELECTOR_USER_DATA }, 0x54, 0x9c, { 0x6a, SELECTOR_USER_CODE },
	{ 0x68 }, { 0x48, 0xcf },
};

/* The instruction is followed by one that user space must not execute, which ends it. */
u64 execute_as_user(const void *code, u32 length, u64 *regs)
{
	u32 place = code_address() + sizeof(to_user), back = sizeof(to_user) + length;
	u8 both[64];

	memcpy(both, &to_user, sizeof(to_user));
	memcpy(both + offsetof(typeof(to_user), push_rip) + 1, &place, 4);
	memcpy(both + sizeof(to_user), code, length);
	both[back] = 0xf4;
	execute(both, back + 1, regs);
	if (cpu_here()->trap.rip == code_address() + back)
		return NO_TRAP;
	return cpu_here()->trap.vector;
}

void let_in(void)
{
	asm volatile("sti; nop; nop; cli" : : : "memory");
}

/* ---- The other CPU ---- */

#define PARAMS_ACPI   0x070
#define POINTER_ROOT  16
#define TABLE_LENGTH  4
#define TABLE_HEADER  36
#define MADT_ENTRIES  44
#define ENTRY_WAKE_UP 16
#define WAKE_UP_PLACE 8
#define COMMAND_WAKE  1

struct mailbox {
	u16 command, reserved;
	u32 apic_id;
	u64 vector;
};

extern u64 other_stack;
void bare_other(void);
void bare_other_main(void);

static bool is_up;
typedef void bare_function(void);

static bare_function *wanted;

static u32 get32(u64 place)
{
	u32 value;

	memcpy(&value, (const void *)place, sizeof(value));
	return value;
}

static u64 find_madt(u64 root)
{
	u64 entry, end = root + get32(root + TABLE_LENGTH);

	for (entry = root + TABLE_HEADER; entry < end; entry += sizeof(u32)) {
		if (!memcmp((const void *)(u64)get32(entry), "APIC", 4))
			return get32(entry);
	}
	return 0;
}

static struct mailbox *find_mailbox(u64 madt)
{
	u64 entry, end = madt + get32(madt + TABLE_LENGTH), place;

	for (entry = madt + MADT_ENTRIES; entry < end; entry += ((u8 *)entry)[1]) {
		if (*(u8 *)entry != ENTRY_WAKE_UP)
			continue;
		memcpy(&place, (const void *)(entry + WAKE_UP_PLACE), sizeof(place));
		return (struct mailbox *)place;
	}
	return NULL;
}

bool other_start(const u8 *params)
{
	struct mailbox *mailbox;
	u64 pointer, madt;

	memcpy(&pointer, params + PARAMS_ACPI, sizeof(pointer));
	madt = find_madt(get32(pointer + POINTER_ROOT));
	mailbox = madt ? find_mailbox(madt) : NULL;
	if (!mailbox)
		return false;
	cpu_of(1)->index = 1;
	other_stack = (u64)cpu_of(1) + STACK_BYTES;
	mailbox->apic_id = 1;
	mailbox->vector = (u64)bare_other;
	__atomic_store_n(&mailbox->command, COMMAND_WAKE, __ATOMIC_RELEASE);
	while (!READ_ONCE(is_up))
		asm volatile("pause");
	return true;
}

void bare_other_main(void)
{
	machine_start(cpu_here());
	WRITE_ONCE(is_up, true);
	for (;;) {
		bare_function *function = __atomic_load_n(&wanted, __ATOMIC_ACQUIRE);

		if (function) {
			function();
			__atomic_store_n(&wanted, NULL, __ATOMIC_RELEASE);
		}
		asm volatile("pause");
	}
}

void other_call(void (*function)(void))
{
	__atomic_store_n(&wanted, function, __ATOMIC_RELEASE);
}

void other_wait(void)
{
	while (__atomic_load_n(&wanted, __ATOMIC_ACQUIRE))
		asm volatile("pause");
}

/* ---- TDCALL and ports ---- */

#define SERIAL          0x3f8
#define PM1_CONTROL     0x604
#define PM1_CONTROL_OFF 0x2000

u64 tdcall(u64 *regs)
{
	static const u8 code[] = { 0x66, 0x0f, 0x01, 0xcc };
	u64 vector = execute(code, sizeof(code), regs);

	if (vector != NO_TRAP) {
		say("Bail out! TDCALL traps with vector %llu at %llx, in code at %llx\n", vector,
		    cpu_here()->trap.rip, code_address());
		power_off();
	}
	return regs[RAX];
}

u64 tdcall_1(u64 leaf, u64 rcx)
{
	u64 regs[REGS] = { [RAX] = leaf, [RCX] = rcx };

	return tdcall(regs);
}

/* This does not use execute(), so that the registers and the code of a row do not change. */
u64 tdvmcall(u64 function, u64 r12, u64 r13, u64 r14, u64 r15, u64 *value)
{
	register u64 x10 asm("r10") = 0, x11 asm("r11") = function, x12 asm("r12") = r12;
	register u64 x13 asm("r13") = r13, x14 asm("r14") = r14, x15 asm("r15") = r15;
	u64 status = TDG_VMCALL;

	asm volatile(".byte 0x66, 0x0f, 0x01, 0xcc"
		     : "+a" (status), "+r" (x10), "+r" (x11), "+r" (x12), "+r" (x13),
		       "+r" (x14), "+r" (x15)
		     : "c" (MASK_USUAL) : "memory");
	if (value)
		*value = x11;
	return status ? status : x10;
}

void put_byte(u8 byte)
{
	if (is_td)
		tdvmcall(VMCALL_IO, 1, 1, SERIAL, byte, NULL);
	else
		asm volatile("outb %0, %1" : : "a" (byte), "d" ((u16)SERIAL));
}

void power_off(void)
{
	if (is_td)
		tdvmcall(VMCALL_IO, 2, 1, PM1_CONTROL, PM1_CONTROL_OFF, NULL);
	else
		asm volatile("outw %0, %1" : : "a" ((u16)PM1_CONTROL_OFF), "d" ((u16)PM1_CONTROL));
	for (;;)
		asm volatile("pause");
}
