// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exceptions and interrupts of the hypervisor itself. Owns: the interrupt descriptor
 * table.
 */
#include "base/base.h"
#include "base/machine.h"
#include "boot/start.h"
#include "vcpu/l1.h"

#define VECTORS        256
#define STUB_BYTES     16
#define INTERRUPT_GATE 0x8e
#define TRAP_NMI       2

/** struct trap - what lies on the stack, see stubs.S */
struct trap {
	u64 vector;
	u64 error;
	u64 rip;
	u64 cs;
	u64 rflags;
	u64 rsp;
	u64 ss;
};

struct gate {
	u16 low;
	u16 selector;
	u8 stack;
	u8 type;
	u16 middle;
	u32 high;
	u32 reserved;
} __packed;

/* Only the boot CPU writes it. */
static struct gate gates[VECTORS];

void trap_handle(const struct trap *trap)
{
	if (trap->vector == TRAP_NMI) {
		request_handle_nmi();
		return;
	}
	if (interrupts_note(l1_here(), trap->vector))
		return;
	stop("hypervisor: CPU %u: exception %llu, error %llx at %llx, CR2 %llx\n",
	     l1_here()->index, trap->vector, trap->error, trap->rip, cpu_read_cr2());
}

static void fill(void)
{
	u32 i;

	for (i = 0; i < VECTORS; i++) {
		u64 address = machine_address(trap_stubs + i * STUB_BYTES);

		gates[i].low = address;
		gates[i].selector = SELECTOR_CODE_64;
		gates[i].type = INTERRUPT_GATE;
		gates[i].middle = address >> 16;
		gates[i].high = address >> 32;
	}
}

void trap_start(void)
{
	struct {
		u16 limit;
		u64 base;
	} __packed table = { sizeof(gates) - 1, machine_address(gates) };

	if (!gates[0].type)
		fill();
	asm volatile("lidt %0" : : "m" (table));
}
