// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What is written to a device that is to send a message: the layout of its capabilities is
 * that of the PCI Local Bus Specification 3.0, 6.8.1 (MSI) and 6.8.2 (MSI-X). PCI Express Base
 * Specification 5.0: several messages, 6.1.4.4; masking, 6.1.4.5; bus master, 7.5.1.1.3.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/devices.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"

#define FUNCTION   0x28
#define PLACE      0x50
#define MSI        0x05
#define MSIX       0x11
#define CAPABLE(n) ((n) << 17)
#define IN_USE(n)  ((n) << 20)
#define ENABLE     BIT(16)
#define WIDE       BIT(23)
#define MASKS      BIT(24)
#define MASTER     4

static u32 space[64];
static u32 table[4][4] __aligned(8);
static bool held, table_is_there;
/* The message whenever it could be sent: it is never a partly written one. */
static u32 halves;

static const struct device_message nothing;
static const struct device_message first = { true, 1, 0x41 }, second = { true, 2, 0x52 };

static bool is_msi(void)
{
	return (space[PLACE / 4] & 0xff) == MSI;
}

static u32 mask_place(void)
{
	return space[PLACE / 4] & WIDE ? PLACE + 16 : PLACE + 12;
}

static bool may_send(void)
{
	u32 head = space[PLACE / 4];

	return is_msi() && (head & ENABLE) && !held &&
	       !(head & MASKS && space[mask_place() / 4] & 1);
}

u32 pci_read(u16 function, u8 place)
{
	return function == FUNCTION ? space[place / 4] : ~0u;
}

void pci_write(u16 function, u8 place, u32 value)
{
	assert_int_equal(function, FUNCTION);
	if (place > PLACE && place != mask_place() && may_send())
		halves++;
	space[place / 4] = value;
}

bool pci_keep(u16 function, u8 place, u8 size)
{
	return function == FUNCTION && place == PLACE && size;
}

void *gpa_device(u64 gpa)
{
	return gpa && table_is_there ? (void *)(uintptr_t)gpa : NULL;
}

static jmp_buf stopped;

void stop(const char *format, ...)
{
	longjmp(stopped, 1);
}

void request_hold_all(void)
{
	assert_false(held);
	held = true;
}

void request_let_go(void)
{
	held = false;
}

static int begin(void **state)
{
	memset(space, 0, sizeof(space));
	memset(table, 0xff, sizeof(table));
	table_is_there = true;
	halves = 0;
	space[0] = 0x12345678;
	space[0x34 / 4] = PLACE;
	return 0;
}

static void has_msi(u32 bits)
{
	space[PLACE / 4] = MSI | bits;
}

static void has_msix(u32 entries)
{
	space[PLACE / 4] = MSIX | (entries - 1) << 16;
	space[PLACE / 4 + 1] = 2;
	space[0x18 / 4] = (u32)(unsigned long)table | 4;
	space[0x1c / 4] = (unsigned long)table >> 32;
}

static int program(u32 source, const struct device_message *message)
{
	return device_program(FUNCTION, source, message);
}

static void sources_are_the_entries_of_msix_or_one_msi(void **state)
{
	assert_int_equal(device_sources(FUNCTION), 0);
	has_msi(CAPABLE(4));
	assert_int_equal(device_sources(FUNCTION), 1);
	has_msix(4);
	assert_int_equal(device_sources(FUNCTION), 4);
	space[0] = ~0u;
	assert_int_equal(device_sources(FUNCTION), 0);
}

/* With four messages granted, the device would write to the low bits of the vector. */
static void an_msi_sends_only_its_first_message(void **state)
{
	has_msi(CAPABLE(2) | IN_USE(2) | WIDE);
	assert_int_equal(program(0, &first), 0);
	assert_int_equal(space[PLACE / 4], MSI | CAPABLE(2) | WIDE | ENABLE);
	assert_int_equal(space[PLACE / 4 + 1], 0xfee01000);
	assert_int_equal(space[PLACE / 4 + 3], 0x41);
	assert_int_equal(program(0, &nothing), 0);
	assert_int_equal(space[PLACE / 4], MSI | CAPABLE(2) | WIDE);
	assert_false(held);
}

static void check_mask(u32 wide, u32 data)
{
	has_msi(MASKS | CAPABLE(1) | IN_USE(1) | wide);
	assert_int_equal(program(0, &nothing), 0);
	assert_int_equal(space[mask_place() / 4], 1);
	assert_int_equal(space[1] & MASTER, 0);
	assert_int_equal(program(0, &first), 0);
	assert_int_equal(space[PLACE / 4], MSI | MASKS | CAPABLE(1) | ENABLE | wide);
	assert_int_equal(space[mask_place() / 4], 0);
	assert_int_equal(space[1] & MASTER, MASTER);
	assert_int_equal(program(0, &second), 0);
	assert_int_equal(space[PLACE / 4 + 1], 0xfee02000);
	assert_int_equal(space[data], 0x52);
	/* An interrupt that is raised now stays pending: the device still has its message. */
	assert_int_equal(program(0, &nothing), 0);
	assert_int_equal(space[mask_place() / 4], 1);
	assert_int_equal(space[PLACE / 4], MSI | MASKS | CAPABLE(1) | ENABLE | wide);
	assert_int_equal(halves, 0);
}

static void a_masked_msi_keeps_its_message(void **state)
{
	check_mask(0, PLACE / 4 + 2);
	memset(space + 1, 0, 4);
	check_mask(WIDE, PLACE / 4 + 3);
}

static void an_unmaskable_msi_is_never_half_written(void **state)
{
	has_msi(0);
	assert_int_equal(program(0, &first), 0);
	assert_int_equal(program(0, &second), 0);
	assert_int_equal(space[PLACE / 4 + 1], 0xfee02000);
	assert_int_equal(space[PLACE / 4 + 2], 0x52);
	assert_int_equal(halves, 0);
}

static void only_the_entry_of_a_source_is_written(void **state)
{
	static const u32 sent[4] = { 0xfee01000, 0, 0x41, 0 };

	has_msix(4);
	space[PLACE / 4] |= BIT(30);
	assert_int_equal(program(2, &first), 0);
	assert_memory_equal(table[2], sent, sizeof(sent));
	assert_int_equal(table[1][3], ~0u);
	assert_int_equal(table[3][3], ~0u);
	assert_int_equal(space[PLACE / 4] >> 30, 2);
	assert_int_equal(program(2, &nothing), 0);
	assert_int_equal(table[2][3], 1);
	assert_int_equal(table[2][2], 0x41);
	table_is_there = false;
	assert_int_equal(program(1, &first), -5);
}

/* Returns whether the machine stops at boot. */
static bool stops(void)
{
	if (setjmp(stopped))
		return true;
	devices_check();
	return false;
}

static void a_region_beyond_the_private_half_stops_the_machine(void **state)
{
	/* A bridge has two BARs, followed by the numbers of its buses. */
	space[0x0c / 4] = 1 << 16;
	space[0x18 / 4] = 4;
	space[0x1c / 4] = 0x80;
	assert_false(stops());
	space[0x0c / 4] = 0;
	assert_true(stops());
	space[0x1c / 4] = 0x7f;
	assert_false(stops());
	/* The upper half of an address, and an address of ports, are no addresses of memory. */
	space[0x1c / 4] = 0x04;
	space[0x20 / 4] = 0xc005;
	space[0x24 / 4] = 0xfebf0000;
	assert_false(stops());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(sources_are_the_entries_of_msix_or_one_msi, begin),
		cmocka_unit_test_setup(an_msi_sends_only_its_first_message, begin),
		cmocka_unit_test_setup(a_masked_msi_keeps_its_message, begin),
		cmocka_unit_test_setup(an_unmaskable_msi_is_never_half_written, begin),
		cmocka_unit_test_setup(only_the_entry_of_a_source_is_written, begin),
		cmocka_unit_test_setup(a_region_beyond_the_private_half_stops_the_machine, begin),
	};

	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
