// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Reads KVM's own statistics of a vCPU; see incumbent.h.
 *
 * KVM provides a file that begins with a table of its counters; see the description of
 * KVM_GET_STATS_FD in the kernel's Documentation/virt/kvm/api.rst.
 */
#include <linux/kvm.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "../lines/lines.h"
#include "incumbent.h"

#define STATS_NAME	256

static void stats_get(int fd, void *buffer, size_t size, uint64_t offset)
{
	if (pread(fd, buffer, size, (off_t)offset) != (ssize_t)size)
		die_errno("KVM's statistics cannot be read");
}

static uint64_t stats_value(int fd, const struct kvm_stats_header *header,
			    const char *name)
{
	struct {
		struct kvm_stats_desc head;
		char name[STATS_NAME];
	} entry = { 0 };
	size_t size = sizeof(entry.head) + header->name_size;
	uint64_t value;
	uint32_t i;

	if (header->name_size > STATS_NAME)
		die("KVM's statistics have names of %u bytes", header->name_size);
	for (i = 0; i < header->num_desc; i++) {
		stats_get(fd, &entry, size, header->desc_offset + i * size);
		if (strncmp(entry.name, name, STATS_NAME))
			continue;
		stats_get(fd, &value, sizeof(value), header->data_offset + entry.head.offset);
		return value;
	}
	die("KVM keeps no statistic '%s' of a vCPU", name);
}

void stats_read(int fd, struct stats *stats)
{
	struct kvm_stats_header header;

	stats_get(fd, &header, sizeof(header), 0);
	stats->exits = stats_value(fd, &header, "exits");
	stats->interrupts = stats_value(fd, &header, "irq_exits");
	stats->decodes = stats_value(fd, &header, "insn_emulation");
}
