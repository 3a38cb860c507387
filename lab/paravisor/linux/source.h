/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interrupts of a function that is passed through: what VTL0 wrote becomes a route.
 */
#ifndef _LAB_PARAVISOR_LINUX_SOURCE_H
#define _LAB_PARAVISOR_LINUX_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

struct function;

/**
 * struct source_message - what VTL0 wants a source to send
 * @enabled: it is to send anything
 * @address: of the message
 * @data:    of the message
 */
struct source_message {
	bool enabled;
	uint64_t address;
	uint32_t data;
};

/**
 * source_update() - make a source do what VTL0 has written
 * @function: whose
 * @number:   which source
 * @message:  what VTL0 wants
 *
 * The first time that it is to send, a route is created; later ones move it. While it is
 * not to send, it is masked, and its device remembers what it would have sent. What cannot
 * be done is reported, and the source stays silent.
 *
 * Context: the machine's lock is held.
 */
void source_update(struct function *function, unsigned int number,
		   const struct source_message *message);

/* VTL0 has switched its messages off: the source is silent, and holds nothing. */
void source_close(struct function *function, unsigned int number);

#endif /* _LAB_PARAVISOR_LINUX_SOURCE_H */
