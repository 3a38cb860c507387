// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The machine that lab/paravisor shows to Linux, as far as it is portable: decoding of
 * instructions, the serial port, the I/O APIC and the clock.
 *
 * The expected effect of an instruction is known from the CPU, which executes it
 * (machine_insns.S); that of a device is known from its data sheet: National Semiconductor
 * PC16550D, Intel 82093AA, Motorola MC146818.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "../harness/check.h"
#include "devices.h"

#define BUFFER		128
#define RBX		3
#define RSP		4
#define RDI		7
#define R12		12
#define ROUNDS		200
#define RET		0xc3

/* --- decoding --------------------------------------------------------------- */

struct insn {
	const uint8_t *first;
	const uint8_t *end;
	uint64_t offset;
};

extern const struct insn machine_insns[], machine_insns_end[];
void machine_execute(const void *code, uint64_t registers[DECODE_REGISTERS]);

static void random_fill(void *place, size_t size)
{
	uint8_t *bytes = place;
	size_t i;

	for (i = 0; i < size; i++)
		bytes[i] = random();
}

static void registers_fill(uint64_t registers[DECODE_REGISTERS], const uint8_t *buffer)
{
	random_fill(registers, DECODE_REGISTERS * sizeof(*registers));
	registers[RBX] = (uintptr_t)buffer;
	registers[R12] = (uintptr_t)buffer;
	registers[RDI] = 2;
	registers[RSP] = 0;
}

/* Emulates an access as the VMM does, on a buffer. */
static void access_emulate(const struct decode_access *access, uint8_t *place,
			   uint64_t registers[DECODE_REGISTERS])
{
	uint64_t value = 0;

	if (access->write) {
		memcpy(place, &access->value, access->size);
		return;
	}
	memcpy(&value, place, access->size);
	registers[access->number] =
		decode_read_finish(access, registers[access->number], value);
}

static void insn_compare(const struct insn *insn, uint8_t *code)
{
	uint64_t real[DECODE_REGISTERS], emulated[DECODE_REGISTERS];
	uint8_t memory[BUFFER], copy[BUFFER];
	size_t length = insn->end - insn->first;
	struct decode_access access;

	random_fill(memory, sizeof(memory));
	memcpy(copy, memory, sizeof(copy));
	registers_fill(real, memory);
	memcpy(emulated, real, sizeof(emulated));
	memcpy(code, insn->first, length);
	code[length] = RET;

	assert_true(decode_access(insn->first, DECODE_BYTES_MAX, emulated, &access));
	assert_int_equal(access.length, length);
	access_emulate(&access, copy + insn->offset, emulated);
	machine_execute(code, real);
	assert_memory_equal(copy, memory, sizeof(copy));
	assert_memory_equal(emulated, real, sizeof(real));
}

static void decoding_does_what_the_cpu_does(void **state)
{
	uint8_t *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct insn *insn;
	unsigned int i;

	assert_true(code != MAP_FAILED);
	assert_true(machine_insns_end - machine_insns > 30);
	for (insn = machine_insns; insn < machine_insns_end; insn++) {
		for (i = 0; i < ROUNDS; i++)
			insn_compare(insn, code);
	}
	munmap(code, 4096);
}

static void an_instruction_that_is_cut_off_is_refused(void **state)
{
	const uint64_t registers[DECODE_REGISTERS] = { 0 };
	struct decode_access access;
	const struct insn *insn;
	unsigned int length;

	for (insn = machine_insns; insn < machine_insns_end; insn++) {
		for (length = 0; length < insn->end - insn->first; length++)
			assert_false(decode_access(insn->first, length, registers, &access));
	}
}

/* Intel SDM, volume 2, "Opcode Map". That these are refused is the decoder's own choice. */
static void another_instruction_is_refused(void **state)
{
	/* NOP; RET; ADD [RBX], EAX; MOV EAX, EBX; MOVS; XCHG; MOVZX EAX, BL; only prefixes. */
	static const uint8_t others[][DECODE_BYTES_MAX] = {
		{ 0x90 }, { 0xc3 }, { 0x01, 0x03 }, { 0x89, 0xd8 }, { 0xa5 }, { 0x87, 0x03 },
		{ 0x0f, 0xb6, 0xc3 }, { 0x0f, 0x01, 0xc1 }, { 0xc7, 0x0b },
		{ 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
		  0x66, 0x66 },
	};
	const uint64_t registers[DECODE_REGISTERS] = { 0 };
	struct decode_access access;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		assert_false(decode_access(others[i], DECODE_BYTES_MAX, registers, &access));
}

/* RIP-relative: there is a displacement of 4 bytes, and no base (Intel SDM, table 2-7). */
static void an_address_relative_to_rip_has_its_length(void **state)
{
	static const uint8_t code[] = { 0x89, 0x05, 1, 2, 3, 4, 0x90 };
	const uint64_t registers[DECODE_REGISTERS] = { 0x11223344 };
	struct decode_access access;

	assert_true(decode_access(code, sizeof(code), registers, &access));
	assert_int_equal(access.length, 6);
	assert_int_equal(access.value, 0x11223344);
}

/* --- the serial port --------------------------------------------------------- */

struct port {
	struct uart uart;
	unsigned int interrupts;
	unsigned int sent;
	uint8_t last;
};

static struct port port;

static void port_output(void *context, uint8_t byte)
{
	port.sent++;
	port.last = byte;
}

static void port_interrupt(void *context)
{
	port.interrupts++;
}

static int port_reset(void **state)
{
	port = (struct port){
		.uart = { .output = port_output, .interrupt = port_interrupt },
	};
	return 0;
}

static void the_transmitter_interrupts_when_it_is_enabled(void **state)
{
	uart_write(&port.uart, 1, 0x02);
	assert_int_equal(port.interrupts, 1);
	/* A read of the interrupt cause clears it. */
	assert_int_equal(uart_read(&port.uart, 2) & 0x0f, 0x02);
	assert_int_equal(uart_read(&port.uart, 2) & 0x0f, 0x01);
	uart_write(&port.uart, 0, 'x');
	assert_int_equal(port.sent, 1);
	assert_int_equal(port.last, 'x');
	assert_int_equal(port.interrupts, 2);
}

static void input_interrupts_until_it_is_read(void **state)
{
	assert_int_equal(uart_receive(&port.uart, (const uint8_t *)"ab", 2), 2);
	assert_int_equal(port.interrupts, 0);
	uart_write(&port.uart, 1, 0x01);
	assert_int_equal(port.interrupts, 1);
	assert_int_equal(uart_read(&port.uart, 2) & 0x0f, 0x04);
	assert_int_equal(uart_read(&port.uart, 5) & 0x01, 1);
	assert_int_equal(uart_read(&port.uart, 0), 'a');
	assert_int_equal(uart_read(&port.uart, 0), 'b');
	assert_int_equal(uart_read(&port.uart, 5) & 0x01, 0);
	assert_int_equal(uart_read(&port.uart, 2) & 0x0f, 0x01);
	uart_receive(&port.uart, (const uint8_t *)"c", 1);
	assert_int_equal(port.interrupts, 2);
}

static void input_beyond_the_fifo_is_not_taken(void **state)
{
	uint8_t bytes[UART_FIFO + 10];
	unsigned int i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = i;
	assert_int_equal(uart_receive(&port.uart, bytes, sizeof(bytes)), UART_FIFO);
	for (i = 0; i < UART_FIFO; i++)
		assert_int_equal(uart_read(&port.uart, 0), (uint8_t)i);
}

static void a_loop_sends_nothing_and_shows_its_own_lines(void **state)
{
	uart_write(&port.uart, 4, 0x1a);
	uart_write(&port.uart, 0, 'x');
	assert_int_equal(port.sent, 0);
	/* Modem control register: RTS becomes CTS, and OUT2 carrier detect. Linux tests this. */
	assert_int_equal(uart_read(&port.uart, 6) & 0xf0, 0x90);
}

static void the_divisor_hides_two_registers(void **state)
{
	uart_write(&port.uart, 3, 0x83);
	uart_write(&port.uart, 0, 0x01);
	uart_write(&port.uart, 1, 0x02);
	assert_int_equal(uart_read(&port.uart, 0), 0x01);
	assert_int_equal(uart_read(&port.uart, 1), 0x02);
	uart_write(&port.uart, 3, 0x03);
	assert_int_equal(uart_read(&port.uart, 1), 0);
	assert_int_equal(port.sent, 0);
}

/* --- the I/O APIC ------------------------------------------------------------- */

struct delivery {
	unsigned int count;
	uint8_t apic_id;
	uint8_t vector;
};

static void deliver(void *context, uint8_t apic_id, uint8_t vector)
{
	struct delivery *delivery = context;

	delivery->count++;
	delivery->apic_id = apic_id;
	delivery->vector = vector;
}

static void pin_write(struct ioapic *ioapic, unsigned int pin, uint64_t value)
{
	ioapic_write(ioapic, 0x00, 0x10 + 2 * pin);
	ioapic_write(ioapic, 0x10, value);
	ioapic_write(ioapic, 0x00, 0x11 + 2 * pin);
	ioapic_write(ioapic, 0x10, value >> 32);
}

static void an_edge_goes_to_the_target_of_its_pin(void **state)
{
	struct delivery delivery = { 0 };
	struct ioapic ioapic = { .deliver = deliver, .context = &delivery };

	ioapic_reset(&ioapic);
	ioapic_raise(&ioapic, 4);
	assert_int_equal(delivery.count, 0);
	pin_write(&ioapic, 4, 3ULL << 56 | 0x31);
	ioapic_raise(&ioapic, 4);
	ioapic_raise(&ioapic, 5);
	assert_int_equal(delivery.count, 1);
	assert_int_equal(delivery.apic_id, 3);
	assert_int_equal(delivery.vector, 0x31);
	/* 82093AA, "Interrupt Mask": an edge on a masked pin is ignored. */
	pin_write(&ioapic, 4, 3ULL << 56 | 0x10031);
	ioapic_raise(&ioapic, 4);
	assert_int_equal(delivery.count, 1);
}

static void the_io_apic_reports_its_pins(void **state)
{
	struct ioapic ioapic = { 0 };

	ioapic_reset(&ioapic);
	ioapic_write(&ioapic, 0x00, 0x01);
	assert_int_equal(ioapic_read(&ioapic, 0x10) >> 16 & 0xff, IOAPIC_PINS - 1);
	ioapic_write(&ioapic, 0x00, 0x10);
	assert_int_equal(ioapic_read(&ioapic, 0x10), 0x10000);
	/* There are no registers beyond the last pin. */
	ioapic_write(&ioapic, 0x00, 0x10 + 2 * IOAPIC_PINS);
	ioapic_write(&ioapic, 0x10, 0xffffffff);
	assert_int_equal(ioapic_read(&ioapic, 0x10), 0);
}

/* --- the clock ----------------------------------------------------------------- */

static unsigned int from_bcd(uint8_t value)
{
	assert_true((value & 0xf) < 10 && value >> 4 < 10);
	return (value >> 4) * 10 + (value & 0xf);
}

static unsigned int clock_read(uint8_t index)
{
	const struct cmos cmos = { .index = index };

	return from_bcd(cmos_read(&cmos));
}

/* Reads as Linux does: it repeats the reading until the time has not changed during it. */
static void the_clock_has_the_time(void **state)
{
	struct tm read = { 0 };
	time_t before, after, now;

	do {
		before = time(NULL);
		read.tm_sec = clock_read(0x00);
		read.tm_min = clock_read(0x02);
		read.tm_hour = clock_read(0x04);
		read.tm_mday = clock_read(0x07);
		read.tm_mon = clock_read(0x08) - 1;
		read.tm_year = clock_read(0x32) * 100 + clock_read(0x09) - 1900;
		after = time(NULL);
	} while (before != after);
	now = timegm(&read);
	assert_int_equal(now, before);
}

#define PORT_TEST(name) cmocka_unit_test_setup(name, port_reset)

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(decoding_does_what_the_cpu_does),
	cmocka_unit_test(an_instruction_that_is_cut_off_is_refused),
	cmocka_unit_test(another_instruction_is_refused),
	cmocka_unit_test(an_address_relative_to_rip_has_its_length),
	PORT_TEST(the_transmitter_interrupts_when_it_is_enabled),
	PORT_TEST(input_interrupts_until_it_is_read),
	PORT_TEST(input_beyond_the_fifo_is_not_taken),
	PORT_TEST(a_loop_sends_nothing_and_shows_its_own_lines),
	PORT_TEST(the_divisor_hides_two_registers),
	cmocka_unit_test(an_edge_goes_to_the_target_of_its_pin),
	cmocka_unit_test(the_io_apic_reports_its_pins),
	cmocka_unit_test(the_clock_has_the_time),
};

TEST_PROGRAM("machine", tests)
