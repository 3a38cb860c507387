// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A page that VTL0 was not given: the registers of a device that this VMM emulates, or a page
 * without a device, which reads as ones and ignores writes.
 */
#include <inttypes.h>
#include <stdio.h>

#include "machine.h"

#define CR3_ADDRESS	0x000ffffffffff000ULL
#define ENTRY_PRESENT	0x1
#define ENTRY_LARGE	0x80
#define LEVELS		4
#define ENTRIES		512

/* Translates an address of VTL0's kernel, in 64-bit mode with 4 levels. False: it is not mapped. */
static bool linear_translate(struct vp *vp, uint64_t linear, uint64_t *physical)
{
	uint64_t entry, table, size;
	uint64_t *place;
	int level;

	if (tdx_vp_read(vp->vm->vtl, TDX_CR3, &table))
		return false;
	for (level = LEVELS; level; level--) {
		place = machine_memory(machine_of(vp->vm), table & CR3_ADDRESS, PAGE_SIZE);
		if (!place)
			return false;
		size = 1ULL << (12 + 9 * (level - 1));
		entry = place[linear / size % ENTRIES];
		if (!(entry & ENTRY_PRESENT))
			return false;
		if (level == 1 || (level < LEVELS && entry & ENTRY_LARGE)) {
			*physical = (entry & CR3_ADDRESS & ~(size - 1)) | (linear & (size - 1));
			return true;
		}
		table = entry;
	}
	return false;
}

static unsigned int instruction_fetch(struct vp *vp, uint8_t bytes[DECODE_BYTES_MAX])
{
	uint64_t physical;
	unsigned int i;
	uint8_t *place;

	for (i = 0; i < DECODE_BYTES_MAX; i++) {
		if (!linear_translate(vp, vp->context->gpr.rip + i, &physical))
			break;
		place = machine_memory(machine_of(vp->vm), physical, 1);
		if (!place)
			break;
		bytes[i] = *place;
	}
	return i;
}

static uint64_t device_read(struct vmm *vm, uint64_t address, unsigned int size)
{
	struct machine *machine = machine_of(vm);
	struct function *function;

	if (address / PAGE_SIZE == IOAPIC_BASE / PAGE_SIZE)
		return ioapic_read(&machine->ioapic, address % PAGE_SIZE);
	function = function_at(machine->functions, machine->functions_count, address);
	return function ? function_table_read(function, address, size) : UINT64_MAX;
}

static void device_write(struct vmm *vm, uint64_t address, unsigned int size, uint64_t value)
{
	struct machine *machine = machine_of(vm);
	struct function *function;

	if (address / PAGE_SIZE == IOAPIC_BASE / PAGE_SIZE) {
		ioapic_write(&machine->ioapic, address % PAGE_SIZE, value);
		return;
	}
	function = function_at(machine->functions, machine->functions_count, address);
	if (function)
		function_table_write(function, address, size, value);
}

static void access_perform(struct vp *vp, uint64_t address, const struct decode_access *access)
{
	struct machine *machine = machine_of(vp->vm);
	uint64_t *registers = vp_registers(vp), value;

	pthread_mutex_lock(&machine->lock);
	if (access->write) {
		device_write(vp->vm, address, access->size, access->value);
	} else {
		value = device_read(vp->vm, address, access->size);
		registers[access->number] =
			decode_read_finish(access, registers[access->number], value);
	}
	pthread_mutex_unlock(&machine->lock);
	vp->context->gpr.rip += access->length;
}

static bool access_refuse(const struct vp *vp, uint64_t address, const uint8_t *bytes,
			  unsigned int count)
{
	char text[3 * DECODE_BYTES_MAX + 1] = "";
	unsigned int i;

	for (i = 0; i < count; i++)
		snprintf(text + 3 * i, sizeof(text) - 3 * i, " %02x", bytes[i]);
	complain("VP %u: VTL0 at %#" PRIx64 " %s %#" PRIx64 ", which it was not given; bytes:%s",
		 vp->number, (uint64_t)vp->context->gpr.rip,
		 vp->context->exit.rcx & EPT_FETCH ? "runs into" : "uses", address, text);
	return false;
}

bool mmio_serve(struct vp *vp)
{
	uint64_t address = vp->context->exit.r8;
	uint8_t bytes[DECODE_BYTES_MAX] = { 0 };
	struct decode_access access;
	unsigned int count = 0;

	if (!(vp->context->exit.rcx & EPT_FETCH))
		count = instruction_fetch(vp, bytes);
	if (!decode_access(bytes, count, vp_registers(vp), &access))
		return access_refuse(vp, address, bytes, count);
	access_perform(vp, address, &access);
	return true;
}
