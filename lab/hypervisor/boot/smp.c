// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other CPUs.
 *
 * Owns: their start by INIT and SIPI (Intel SDM 3A, "MP Initialization Protocol"), and the
 * firmware's side of the mailbox.
 */
#include "apic/apic.h"
#include "base/base.h"
#include "base/machine.h"
#include "boot/boot.h"
#include "boot/start.h"
#include "host/synic.h"
#include "tdx/tdx.h"
#include "vcpu/l1.h"

#define INIT_USECS  10000
#define TRIES       2000
#define TRY_USECS   1000
#define POLLS       2000

static_assert(STACK_BYTES == STACK_SIZE);

/* The number of CPUs that have started. */
static u32 started = 1;

void smp_prepare(struct l1_cpu *l1)
{
	trap_start();
	apic_start();
	cpu_wrmsr(MSR_VM_HSAVE_PA, machine_address(heap_pages(1)));
	l1_prepare(l1);
	l1_apic_reset(l1);
	synic_reset(l1);
	l2_start(l1);
}

static void start_one(struct l1_cpu *l1, u8 *stack)
{
	u32 tries;

	*(struct l1_cpu **)stack = l1;
	boot_stack = machine_address(stack + STACK_BYTES);
	apic_send(l1->apic_id, APIC_ICR_INIT | APIC_ICR_ASSERT);
	timer_wait(INIT_USECS);
	apic_send(l1->apic_id, APIC_ICR_STARTUP | APIC_ICR_ASSERT | TRAMPOLINE >> PAGE_SHIFT);
	for (tries = 0; tries < TRIES; tries++) {
		if (__atomic_load_n(&started, __ATOMIC_ACQUIRE) > l1->index)
			return;
		timer_wait(TRY_USECS);
	}
	stop("hypervisor: CPU %u does not start\n", l1->index);
}

/* The heap aligns to pages alone: what is before the first stack stays unused. */
static u8 *make_stacks(void)
{
	u64 place = machine_address(heap_pages(l1_count * (STACK_BYTES / PAGE_SIZE)));

	return machine_place(ALIGN(place, STACK_SIZE));
}

void smp_start(void)
{
	u8 *stacks = make_stacks();
	u32 i;

	memcpy(machine_place(TRAMPOLINE), trampoline, trampoline_end - trampoline);
	for (i = 1; i < l1_count; i++)
		start_one(&l1_cpus[i], stacks + (i - 1) * STACK_BYTES);
}

/* Return: the command for this CPU; 0: there is none. L1 writes it last. */
static u16 read_command(const struct l1_cpu *l1)
{
	struct mailbox *mailbox = &firmware->mailbox;
	u16 command = __atomic_load_n(&mailbox->command, __ATOMIC_ACQUIRE);

	return READ_ONCE(mailbox->apic_id) == l1->apic_id ? command : 0;
}

static void clear_command(void)
{
	__atomic_store_n(&firmware->mailbox.command, 0, __ATOMIC_RELEASE);
}

/* The command is cleared once the CPU starts. Return: the address where it starts. */
static u64 wait_for_wake_up(const struct l1_cpu *l1)
{
	u16 command;
	u32 poll;

	while ((command = read_command(l1)) != MAILBOX_COMMAND_WAKE) {
		if (command == MAILBOX_COMMAND_TEST)
			clear_command();
		for (poll = 0; poll < POLLS; poll++)
			__builtin_ia32_pause();
	}
	return READ_ONCE(firmware->mailbox.vector);
}

static void wake_up(struct l1_cpu *l1)
{
	u64 vector = wait_for_wake_up(l1);

	print("hypervisor: L1 wakes CPU %u at %llx\n", l1->index, vector);
	l1_start(l1, vector, 0, machine_address(firmware->pml4), machine_address(firmware->gdt));
	clear_command();
}

/* The APIC keeps its state, as on a CPU that gets no INIT. */
void smp_park(struct l1_cpu *l1)
{
	WRITE_ONCE(l1->online, false);
	print("hypervisor: L1 takes CPU %u offline\n", l1->index);
	wake_up(l1);
}

void boot_other_cpu(void)
{
	struct l1_cpu *l1 = l1_here();

	smp_prepare(l1);
	__atomic_store_n(&started, l1->index + 1, __ATOMIC_RELEASE);
	wake_up(l1);
	l1_run(l1);
}
