// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Stand-ins for what the host uses of the machine, for its tests: devices, vectors, slots.
 */
#include <string.h>

#include <linux/errno.h>

#include "stand_in_host.h"

struct stand_in stand_in;
struct l1_cpu l1_cpus[L1_CPUS_MAX];
u32 l1_count;

void stand_in_reset(void)
{
	u32 i;

	memset(&stand_in, 0, sizeof(stand_in));
	memset(l1_cpus, 0, sizeof(l1_cpus));
	l1_count = 2;
	stand_in.vectors = HOST_VECTORS;
	for (i = 0; i < l1_count; i++) {
		l1_cpus[i].index = i;
		l1_cpus[i].apic_id = 10 + i;
		l1_cpus[i].online = true;
		stand_in.slots[i].live = true;
	}
}

/* Each function has as many sources as its number says. */
u32 device_sources(u16 function)
{
	return function < STAND_IN_FUNCTIONS ? function : 0;
}

int device_program(u16 function, u32 source, const struct device_message *message)
{
	static const struct device_message nothing;

	stand_in.programmed++;
	stand_in.sends[function][source] = stand_in.refuses ? nothing : *message;
	return stand_in.refuses ? -EIO : 0;
}

u8 interrupts_alloc(struct l1_cpu *l1)
{
	u32 *used = &l1->interrupts.used, vector;

	for (vector = HOST_VECTOR_FIRST; vector < HOST_VECTOR_FIRST + stand_in.vectors; vector++) {
		if (*used & BIT(vector))
			continue;
		*used |= BIT(vector);
		return vector;
	}
	return 0;
}

void posted_post(struct l1_cpu *l1, u8 vector)
{
	l1->posted.requested |= BIT(vector);
}

/* A vector that is pending does not become free. */
void interrupts_release(struct l1_cpu *l1, u8 vector)
{
	if (!stand_in.pending)
		l1->interrupts.used &= ~BIT(vector);
}

bool synic_is_live(u32 vp, u32 sint)
{
	return !sint && stand_in.slots[vp].live;
}

bool synic_is_full(u32 vp, u32 sint)
{
	return !sint && stand_in.slots[vp].message.type;
}

bool synic_is_free(u32 vp, u32 sint)
{
	stand_in.slots[vp].asked_for_end |= synic_is_full(vp, sint);
	return synic_is_live(vp, sint) && !synic_is_full(vp, sint);
}

bool synic_interrupt(u32 vp, u32 sint)
{
	stand_in.slots[vp].interrupts += synic_is_live(vp, sint);
	return synic_is_live(vp, sint);
}

bool synic_post_raw(u32 vp, u32 sint, const void *message, bool interrupt)
{
	memcpy(&stand_in.slots[vp].message, message, sizeof(stand_in.slots[vp].message));
	if (interrupt)
		synic_interrupt(vp, sint);
	return true;
}

void apic_send(u32 destination, u32 command)
{
	stand_in.sent_to = destination;
	stand_in.sent = command;
}

/* One page of L1's memory, at address 0x1000. */
void *gpa_memory(u64 gpa)
{
	static u8 page[PAGE_SIZE];

	return gpa / PAGE_SIZE == 1 ? page + gpa % PAGE_SIZE : NULL;
}

/* And two that it shares with the host, from address 0x3000. */
void *gpa_shared_memory(u64 gpa)
{
	static u8 pages[2 * PAGE_SIZE] __aligned(8);

	return gpa >= 3 * PAGE_SIZE && gpa < 5 * PAGE_SIZE ? pages + gpa - 3 * PAGE_SIZE : NULL;
}
