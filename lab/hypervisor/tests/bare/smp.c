// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other CPU of the test kernel.
 *
 * Owns: how it is woken (ACPI 6.6, 5.2.12.19, "Multiprocessor Wakeup Structure"), and the
 * one function that it is asked to call.
 */
#include "bare.h"
#include "base/base.h"

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
