/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A serial port: a 16550 with a FIFO for input. Portable, without locks of its own.
 */
#ifndef _LAB_PARAVISOR_LINUX_UART_H
#define _LAB_PARAVISOR_LINUX_UART_H

#include <stdbool.h>
#include <stdint.h>

#define UART_FIFO	256

/**
 * struct uart - a serial port
 * @output:    called with each byte that the guest sends
 * @interrupt: called when its interrupt, which is edge-triggered, is raised
 * @context:   handed to both
 * @enabled:   interrupt enable register
 * @line:      line control register
 * @modem:     modem control register
 * @scratch:   scratch register
 * @fifo:      FIFO control register
 * @divisor:   of the clock
 * @sent:      the transmitter has become empty, and the guest does not know yet
 * @raised:    the level of the interrupt
 * @input:     bytes for the guest: @first, and how many
 */
struct uart {
	void (*output)(void *context, uint8_t byte);
	void (*interrupt)(void *context);
	void *context;
	uint8_t enabled;
	uint8_t line;
	uint8_t modem;
	uint8_t scratch;
	uint8_t fifo;
	uint16_t divisor;
	bool sent;
	bool raised;
	uint8_t input[UART_FIFO];
	unsigned int first;
	unsigned int count;
};

/* Registers 0 to 7, from its first port on. */
uint8_t uart_read(struct uart *uart, unsigned int number);
void uart_write(struct uart *uart, unsigned int number, uint8_t value);

/* Bytes come in. Return: how many there was room for. */
unsigned int uart_receive(struct uart *uart, const uint8_t *bytes, unsigned int count);

#endif /* _LAB_PARAVISOR_LINUX_UART_H */
