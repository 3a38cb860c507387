/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A PCI function that is passed through to VTL0.
 */
#ifndef _LAB_PARAVISOR_LINUX_FUNCTION_H
#define _LAB_PARAVISOR_LINUX_FUNCTION_H

#include <stdbool.h>
#include <stdint.h>

#include "../../../lib/vtlirq.h"

#define FUNCTION_CONFIG		256u
#define FUNCTION_BARS		6
#define FUNCTION_SOURCES_MAX	128u
#define FUNCTION_KIND_LENGTH	16

struct vmm;

/**
 * struct bar - a base address register of memory, at the same address for VTL2 and VTL0
 * @size: 0: VTL0 does not see it
 */
struct bar {
	uint64_t base;
	uint64_t size;
	bool is_64;
};

/**
 * struct source - an interrupt of a function
 * @table: MSI-X: its entry, as VTL0 has written it
 * @route: NULL: there is none
 * @open:  the function may send it
 * @vp:    where the route goes
 * @vector: the vector there
 * @redirected: how many came on hardware vectors, by routes that are gone
 * @proxied: how many came in messages of the host, by routes that are gone
 */
struct source {
	uint32_t table[4];
	struct vtlirq_route *route;
	bool open;
	unsigned int vp;
	unsigned int vector;
	uint64_t redirected;
	uint64_t proxied;
};

/**
 * struct function - a PCI function that is passed through
 * @vm:         whose
 * @bdf:        bus << 8 | device << 3 | function; VTL0 finds it on bus 0
 * @lab_device: its index at the lab's host
 * @config_file: its configuration space
 * @config:     what VTL0 reads there
 * @writable:   which bits of it VTL0 writes
 * @bars:       its memory
 * @msix:       where its MSI-X capability is in @config; 0: it has MSI
 * @msi:        where its MSI capability is; 0: it has MSI-X
 * @table:      address of the MSI-X table
 * @sources:    its interrupts
 * @sources_count: how many
 */
struct function {
	struct vmm *vm;
	uint16_t bdf;
	unsigned int lab_device;
	int config_file;
	uint8_t config[FUNCTION_CONFIG];
	uint8_t writable[FUNCTION_CONFIG];
	struct bar bars[FUNCTION_BARS];
	uint8_t msix;
	uint8_t msi;
	uint64_t table;
	struct source sources[FUNCTION_SOURCES_MAX];
	unsigned int sources_count;
};

/**
 * function_open() - take a function from VTL2, reset it, and give its memory to VTL0
 * @vm:       whose
 * @bdf:      which
 * @function: out
 *
 * Return: 0, or a negative errno after a line that says why; function_close() is called in
 * either case.
 */
int function_open(struct vmm *vm, uint16_t bdf, struct function *function);

/* Silences it, and takes it back. */
void function_close(struct function *function);

/* What it is, for people: its class, or its vendor and device if that is unknown (kind.c). */
void function_kind(const struct function *function, char kind[FUNCTION_KIND_LENGTH]);

/* Its configuration space; @offset and @size are within a word of 4 bytes. */
uint32_t function_config_read(const struct function *function, unsigned int offset);
void function_config_write(struct function *function, unsigned int offset, unsigned int size,
			   uint32_t value);

/* The function whose MSI-X table is in the page of @address; NULL: none. */
struct function *function_at(struct function *functions, unsigned int count, uint64_t address);

/* What else is in that page reads as zeroes. */
uint64_t function_table_read(const struct function *function, uint64_t address,
			     unsigned int size);
void function_table_write(struct function *function, uint64_t address, unsigned int size,
			  uint64_t value);

#endif /* _LAB_PARAVISOR_LINUX_FUNCTION_H */
