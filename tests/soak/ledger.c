// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The accounting of the soak; see soak.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "soak.h"

struct ledger *ledger_attach(int fd)
{
	struct ledger *ledger = mmap(NULL, sizeof(*ledger), PROT_READ | PROT_WRITE, MAP_SHARED,
				     fd, 0);

	if (ledger != MAP_FAILED)
		return ledger;
	perror("soak: the ledger cannot be mapped");
	exit(1);
}

struct ledger *ledger_create(int *fd)
{
	*fd = memfd_create("soak", 0);
	if (*fd < 0 || ftruncate(*fd, sizeof(struct ledger))) {
		perror("soak: no memory for the ledger");
		exit(1);
	}
	return ledger_attach(*fd);
}

unsigned int place_vp(const struct ledger *ledger, unsigned int index, unsigned int place)
{
	return (index * PLACES + place) % ledger->cpus;
}

unsigned int place_vector(const struct ledger *ledger, unsigned int index, unsigned int place)
{
	return VECTOR_FIRST + (index * PLACES + place) / ledger->cpus;
}

bool place_find(const struct ledger *ledger, unsigned int vp, unsigned int vector,
		unsigned int *index, unsigned int *place)
{
	unsigned int number = (vector - VECTOR_FIRST) * ledger->cpus + vp;

	*index = number / PLACES;
	*place = number % PLACES;
	return vector >= VECTOR_FIRST && *index < ledger->entries_count;
}

uint32_t entry_move_begin(struct entry *entry, unsigned int place)
{
	uint32_t before = __atomic_load_n(&entry->allowed, __ATOMIC_SEQ_CST);

	__atomic_store_n(&entry->allowed, before | 1U << place, __ATOMIC_SEQ_CST);
	__atomic_fetch_or(&entry->seen, 1U << place, __ATOMIC_SEQ_CST);
	return before;
}

void entry_move_end(struct entry *entry, uint32_t allowed)
{
	__atomic_store_n(&entry->allowed, allowed, __ATOMIC_SEQ_CST);
}

/* A move that begins in the meantime changes @allowed, or is visible in @seen. */
void entry_raise_begin(struct entry *entry)
{
	uint32_t allowed;

	do {
		allowed = __atomic_load_n(&entry->allowed, __ATOMIC_SEQ_CST);
		__atomic_store_n(&entry->seen, allowed, __ATOMIC_SEQ_CST);
	} while (__atomic_load_n(&entry->allowed, __ATOMIC_SEQ_CST) != allowed);
}
