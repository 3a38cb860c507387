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
 * When it is enabled for the first time, a route is created; later messages move the route.
 * While it is not enabled, it is masked, and the device keeps its interrupt pending. A failure
 * is reported, and the source remains masked.
 *
 * Context: the machine's lock is held.
 */
void source_update(struct function *function, unsigned int number,
		   const struct source_message *message);

/* VTL0 has switched its messages off: the source is masked, and has no route any more. */
void source_close(struct function *function, unsigned int number);

#endif /* _LAB_PARAVISOR_LINUX_SOURCE_H */
