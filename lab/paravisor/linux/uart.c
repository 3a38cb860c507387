// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A serial port like National Semiconductor's PC16550D. A byte that the guest sends is sent at
 * once, so that the transmitter is always empty.
 */
#include "devices.h"

/* Registers by number; some numbers have another register for writes. */
#define DATA			0
#define INTERRUPT_ENABLE	1
#define INTERRUPT_ID		2	/* written: FIFO control */
#define LINE_CONTROL		3
#define MODEM_CONTROL		4
#define LINE_STATUS		5
#define MODEM_STATUS		6
#define SCRATCH			7

#define ENABLE_RECEIVED		0x01
#define ENABLE_SENT		0x02
#define ENABLE_BITS		0x0f

#define ID_NONE			0x01
#define ID_SENT			0x02
#define ID_RECEIVED		0x04
#define ID_FIFO			0xc0

#define FIFO_ENABLE		0x01
#define FIFO_CLEAR_INPUT	0x02

#define LINE_DIVISOR		0x80
#define MODEM_LOOP		0x10
#define STATUS_RECEIVED		0x01
#define STATUS_EMPTY		0x60
/* Carrier, ready, clear to send. */
#define MODEM_CONNECTED		0xb0

static uint8_t interrupt_id(const struct uart *uart)
{
	if (uart->enabled & ENABLE_RECEIVED && uart->count)
		return ID_RECEIVED;
	if (uart->enabled & ENABLE_SENT && uart->sent)
		return ID_SENT;
	return ID_NONE;
}

/* Raises an edge each time that an interrupt becomes pending. */
static void interrupt_update(struct uart *uart)
{
	bool pending = interrupt_id(uart) != ID_NONE;

	if (pending && !uart->raised)
		uart->interrupt(uart->context);
	uart->raised = pending;
}

/* After one cause was served, the line was low for a moment: another cause raises an edge. */
static void interrupt_renew(struct uart *uart)
{
	uart->raised = false;
	interrupt_update(uart);
}

static uint8_t take_input(struct uart *uart)
{
	uint8_t byte;

	if (!uart->count)
		return 0;
	byte = uart->input[uart->first];
	uart->first = (uart->first + 1) % UART_FIFO;
	uart->count--;
	interrupt_update(uart);
	return byte;
}

static uint8_t identify_interrupt(struct uart *uart)
{
	uint8_t id = interrupt_id(uart);

	if (id == ID_SENT) {
		uart->sent = false;
		interrupt_update(uart);
	}
	return id | (uart->fifo & FIFO_ENABLE ? ID_FIFO : 0);
}

/* In loop mode, outputs are connected to inputs: RTS to CTS, DTR to DSR, and so on. */
static uint8_t modem_status(const struct uart *uart)
{
	uint8_t modem = uart->modem;

	if (!(modem & MODEM_LOOP))
		return MODEM_CONNECTED;
	return (modem & 0x0c) << 4 | (modem & 0x02) << 3 | (modem & 0x01) << 5;
}

uint8_t uart_read(struct uart *uart, unsigned int number)
{
	bool divisor = uart->line & LINE_DIVISOR;

	switch (number) {
	case DATA:
		return divisor ? uart->divisor : take_input(uart);
	case INTERRUPT_ENABLE:
		return divisor ? uart->divisor >> 8 : uart->enabled;
	case INTERRUPT_ID:
		return identify_interrupt(uart);
	case LINE_CONTROL:
		return uart->line;
	case MODEM_CONTROL:
		return uart->modem;
	case LINE_STATUS:
		return STATUS_EMPTY | (uart->count ? STATUS_RECEIVED : 0);
	case MODEM_STATUS:
		return modem_status(uart);
	case SCRATCH:
		return uart->scratch;
	default:
		return 0;
	}
}

static void send(struct uart *uart, uint8_t byte)
{
	if (!(uart->modem & MODEM_LOOP))
		uart->output(uart->context, byte);
	uart->sent = true;
	interrupt_renew(uart);
}

static void write_enabled(struct uart *uart, uint8_t value)
{
	/* The transmitter is empty, so its interrupt comes as soon as it is enabled. */
	if (value & ENABLE_SENT && !(uart->enabled & ENABLE_SENT))
		uart->sent = true;
	uart->enabled = value & ENABLE_BITS;
	interrupt_renew(uart);
}

static void write_fifo(struct uart *uart, uint8_t value)
{
	uart->fifo = value;
	if (value & FIFO_CLEAR_INPUT)
		uart->count = 0;
	interrupt_update(uart);
}

void uart_write(struct uart *uart, unsigned int number, uint8_t value)
{
	bool divisor = uart->line & LINE_DIVISOR;

	switch (number) {
	case DATA:
		if (divisor)
			uart->divisor = (uart->divisor & 0xff00) | value;
		else
			send(uart, value);
		break;
	case INTERRUPT_ENABLE:
		if (divisor)
			uart->divisor = (uart->divisor & 0xff) | value << 8;
		else
			write_enabled(uart, value);
		break;
	case INTERRUPT_ID:
		write_fifo(uart, value);
		break;
	case LINE_CONTROL:
		uart->line = value;
		break;
	case MODEM_CONTROL:
		uart->modem = value;
		break;
	case SCRATCH:
		uart->scratch = value;
		break;
	}
}

unsigned int uart_receive(struct uart *uart, const uint8_t *bytes, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count && uart->count < UART_FIFO; i++) {
		uart->input[(uart->first + uart->count) % UART_FIFO] = bytes[i];
		uart->count++;
	}
	interrupt_update(uart);
	return i;
}
