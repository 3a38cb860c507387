// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Linux as a guest: makes the machine that it finds, and dispatches its exits.
 *
 * An address of VTL0 is the same address of VTL2, so that a device's DMA needs no translation.
 * Below 1 MiB Linux has the memory that VTL2 was booted without, if any, to start its CPUs in.
 * There it can also read, but not write, the firmware's tables, for which it searches.
 */
#include <cpuid.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "machine.h"

#define CODE_SELECTOR		0x10
#define DATA_SELECTOR		0x18

#define CPUID_TSC		0x15
#define MIB			20
#define MEMORY_MIN_MB		128
#define CONSOLE_BYTES		64
#define CONSOLE_POLL_MS		100

/* What Linux reads to find the firmware's tables. */
static const struct range firmware[] = {
	{ 0x0, PAGE_SIZE },
	{ 0xc0000, 0x40000 },
};

void *machine_memory(const struct machine *machine, uint64_t address, uint64_t size)
{
	uint64_t offset = address - machine->memory.base;

	if (offset < machine->memory.size && size <= machine->memory.size - offset)
		return machine->memory_place + offset;
	offset = address - machine->low.base;
	if (offset < machine->low.size && size <= machine->low.size - offset)
		return machine->low_place + offset;
	return NULL;
}

int machine_vp(const struct vmm *vm, uint32_t apic_id)
{
	unsigned int i;

	for (i = 0; i < vm->config.vps; i++) {
		if (vm->vps[i].apic_id == apic_id)
			return i;
	}
	return -1;
}

/* --- its memory ------------------------------------------------------------ */

static int memory_find(struct machine *machine)
{
	uint64_t wanted = (uint64_t)machine->config.memory_mb << MIB;

	if (!memory_range_find(LOW_MEMORY_END, UINT64_MAX, &machine->memory) ||
	    machine->memory.size >> MIB < MEMORY_MIN_MB) {
		complain("no memory is set aside for VTL0; boot VTL2 with memmap=512M$0x40000000");
		return -EADDRNOTAVAIL;
	}
	if (wanted > machine->memory.size || (wanted && wanted >> MIB < MEMORY_MIN_MB)) {
		complain("VTL0 can have %u to %" PRIu64 " MiB of memory, not %u", MEMORY_MIN_MB,
			 machine->memory.size >> MIB, machine->config.memory_mb);
		return -EINVAL;
	}
	if (wanted)
		machine->memory.size = wanted;
	return 0;
}

static int memory_take(struct machine *machine)
{
	machine->memory_place = memory_map(machine->memory.base, machine->memory.size);
	if (!machine->memory_place)
		return -ENOMEM;
	/* This guest must not see the data of an earlier one. */
	memset(machine->memory_place, 0, machine->memory.size);
	if (!machine->low.size)
		return 0;
	machine->low_place = memory_map(machine->low.base, machine->low.size);
	if (!machine->low_place)
		return -ENOMEM;
	memset(machine->low_place, 0, machine->low.size);
	return 0;
}

static int memory_set(struct vmm *vm, uint64_t rights)
{
	struct machine *machine = machine_of(vm);
	size_t i;
	int ret;

	ret = memory_give(vm, machine->memory.base, machine->memory.size, rights);
	if (!ret && machine->low_place)
		ret = memory_give(vm, machine->low.base, machine->low.size, rights);
	for (i = 0; !ret && i < ARRAY_SIZE(firmware); i++)
		ret = memory_give(vm, firmware[i].base, firmware[i].size, rights & TDX_READ);
	return ret;
}

static void memory_drop(struct vmm *vm)
{
	struct machine *machine = machine_of(vm);

	if (machine->memory_place) {
		memory_set(vm, 0);
		munmap(machine->memory_place, machine->memory.size);
	}
	if (machine->low_place)
		munmap(machine->low_place, machine->low.size);
}

/* --- its devices ----------------------------------------------------------- */

/* Called with the lock held, or while the VPs are stopped. */
static void output_flush(struct machine *machine)
{
	const uint8_t *bytes = machine->output;
	size_t left = machine->output_count;
	ssize_t count;

	machine->output_count = 0;
	while (left) {
		count = write(machine->config.console_out, bytes, left);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0) {
			complain("the serial port's output is lost: %s", strerror(errno));
			return;
		}
		bytes += count;
		left -= count;
	}
}

/* Writes whole lines, since each write to VTL2's console costs exits; or each byte at once. */
static void uart_output(void *context, uint8_t byte)
{
	struct machine *machine = machine_of(context);

	machine->output[machine->output_count++] = byte;
	if (byte == '\n' || machine->output_count == OUTPUT_BYTES ||
	    machine->config.console_in >= 0)
		output_flush(machine);
}

void linux_flush(struct vmm *vm)
{
	struct machine *machine = machine_of(vm);

	pthread_mutex_lock(&machine->lock);
	output_flush(machine);
	pthread_mutex_unlock(&machine->lock);
}

static void uart_interrupt(void *context)
{
	ioapic_raise(&machine_of(context)->ioapic, IRQ_UART);
}

/* Called by VPs' threads and by the console's thread. */
static void ioapic_deliver(void *context, uint8_t apic_id, uint8_t vector)
{
	int vp = machine_vp(context, apic_id);

	if (vp >= 0)
		vmm_assert(context, vp, vector);
}

/* Input waits while the guest has no room for it, so that no byte is lost. */
static void console_pass(struct machine *machine, const uint8_t *bytes, unsigned int count)
{
	unsigned int taken = 0;

	while (taken < count && !machine->console_ends) {
		pthread_mutex_lock(&machine->lock);
		taken += uart_receive(&machine->uart, bytes + taken, count - taken);
		pthread_mutex_unlock(&machine->lock);
		if (taken < count)
			usleep(CONSOLE_POLL_MS * 1000);
	}
}

static void *console_main(void *argument)
{
	struct machine *machine = argument;
	struct pollfd input = { .fd = machine->config.console_in, .events = POLLIN };
	uint8_t bytes[CONSOLE_BYTES];
	ssize_t count;

	while (!__atomic_load_n(&machine->console_ends, __ATOMIC_RELAXED)) {
		if (poll(&input, 1, CONSOLE_POLL_MS) <= 0)
			continue;
		count = read(input.fd, bytes, sizeof(bytes));
		if (count <= 0)
			break;
		console_pass(machine, bytes, count);
	}
	return NULL;
}

static int devices_start(struct vmm *vm)
{
	struct machine *machine = machine_of(vm);
	int ret;

	machine->uart.output = uart_output;
	machine->uart.interrupt = uart_interrupt;
	machine->uart.context = vm;
	machine->ioapic.deliver = ioapic_deliver;
	machine->ioapic.context = vm;
	ioapic_reset(&machine->ioapic);
	if (machine->config.console_in < 0)
		return 0;
	ret = -pthread_create(&machine->console, NULL, console_main, machine);
	if (ret)
		complain("the serial port has no input: %s", strerror(-ret));
	machine->has_console = !ret;
	return ret;
}

static int functions_open(struct vmm *vm)
{
	struct machine *machine = machine_of(vm);
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < machine->config.functions_count; i++) {
		ret = function_open(vm, machine->config.functions[i], &machine->functions[i]);
		machine->functions_count++;
	}
	return ret;
}

/* --- opening and closing --------------------------------------------------- */

/* A trust domain finds it in CPUID leaf 0x15, which the TDX module virtualizes. */
static int tsc_find(struct machine *machine)
{
	uint32_t denominator, numerator, crystal, unused;

	__cpuid(CPUID_TSC, denominator, numerator, crystal, unused);
	if (!denominator || !numerator || !crystal) {
		complain("CPUID does not report the TSC's frequency");
		return -ENODEV;
	}
	machine->tsc_hz = (uint64_t)crystal * numerator / denominator;
	return 0;
}

static int machine_start(struct vmm *vm)
{
	struct machine *machine = machine_of(vm);
	int ret;

	ret = tsc_find(machine);
	if (!ret)
		ret = memory_find(machine);
	if (ret)
		return ret;
	if (!memory_range_find(0, LOW_MEMORY_END - 1, &machine->low) && vm->config.vps > 1) {
		complain("Linux starts its other CPUs below 1 MiB, where no memory is set aside");
		complain("boot VTL2 with memmap=512K$0x20000, or use one VP");
		return -EADDRNOTAVAIL;
	}
	ret = memory_take(machine);
	if (!ret)
		ret = boot_load(vm);
	if (!ret)
		ret = memory_set(vm, TDX_READ | TDX_WRITE | TDX_EXECUTE);
	if (!ret)
		ret = functions_open(vm);
	return ret ? ret : devices_start(vm);
}

static int linux_open(struct vmm *vm)
{
	struct machine *machine = calloc(1, sizeof(*machine));

	if (!machine)
		return -ENOMEM;
	machine->config = *(const struct linux_config *)vm->config.guest_config;
	pthread_mutex_init(&machine->lock, NULL);
	vm->guest_data = machine;
	return machine_start(vm);
}

static void linux_close(struct vmm *vm)
{
	struct machine *machine = machine_of(vm);
	unsigned int i;

	if (!machine)
		return;
	if (machine->has_console) {
		__atomic_store_n(&machine->console_ends, true, __ATOMIC_RELAXED);
		pthread_join(machine->console, NULL);
	}
	output_flush(machine);
	for (i = 0; i < machine->functions_count; i++)
		function_close(&machine->functions[i]);
	memory_drop(vm);
	pthread_mutex_destroy(&machine->lock);
	free(machine);
	vm->guest_data = NULL;
}

static int linux_vcpu_setup(struct vp *vp)
{
	const struct machine *machine = machine_of(vp->vm);
	const struct vcpu_state state = {
		.cr3 = machine->tables,
		.code_selector = CODE_SELECTOR,
		.data_selector = DATA_SELECTOR,
		.rip = machine->entry,
		.rsi = machine->parameters,
	};
	int ret;

	if (vp->number)
		ret = vcpu_set_real_mode(vp, vp->startup_vector);
	else
		ret = vcpu_set_long_mode(vp, &state);
	return ret ? ret : vcpu_open_registers(vp);
}

/* A triple fault resets a machine. Linux uses it as its last resort. */
static bool serve_triple_fault(struct vp *vp)
{
	complain("VP %u: triple fault at %#" PRIx64, vp->number, (uint64_t)vp->context->gpr.rip);
	vm_end(vp->vm, LINUX_ENDED_RESET);
	return false;
}

/*
 * MOV to CR4 that changes a bit which this VMM owns; see vcpu_open_registers(). Its register is in
 * bits 11:8 (Intel SDM, "Exit Qualification for Control-Register Accesses").
 */
static bool serve_control_register(struct vp *vp)
{
	uint64_t qualification = vp->context->exit.rcx;
	int ret;

	if ((qualification & 0x3f) != 4)
		return exit_refuse(vp, REASON_CONTROL_REGISTER);
	ret = vcpu_write_cr4(vp, vp_registers(vp)[qualification >> 8 & 0xf]);
	if (ret == -EINVAL)
		exit_inject_exception(vp, EXCEPTION_PROTECTION, true, 0);
	else if (!ret)
		exit_step_over(vp);
	return !ret || ret == -EINVAL;
}

static bool linux_serve(struct vp *vp, uint32_t reason)
{
	switch (reason) {
	case REASON_CONTROL_REGISTER:
		return serve_control_register(vp);
	case REASON_CPUID:
		cpuid_serve(vp);
		return true;
	case REASON_HLT:
		return exit_halt(vp);
	case REASON_IO:
		return port_serve(vp);
	case REASON_RDMSR:
		return msr_serve(vp, false);
	case REASON_WRMSR:
		return msr_serve(vp, true);
	case REASON_EPT_VIOLATION:
		return mmio_serve(vp);
	case REASON_TIMER:
		apic_timer_expire(vp);
		return true;
	case REASON_VMCALL:
		return hyperv_call_serve(vp);
	case REASON_INVD:
	case REASON_WBINVD:
		/* Private memory is coherent, and DMA of VTL0's devices is, too. */
		exit_step_over(vp);
		return true;
	case REASON_TRIPLE_FAULT:
		return serve_triple_fault(vp);
	default:
		return exit_refuse(vp, reason);
	}
}

const struct guest linux_guest = {
	.open = linux_open,
	.close = linux_close,
	.vcpu_setup = linux_vcpu_setup,
	.serve = linux_serve,
	.starts_vps = true,
};
