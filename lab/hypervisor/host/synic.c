// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SynIC of each VP.
 *
 * Owns: its MSRs, the slots, and the messages that wait for a slot, except those of proxied.c. The
 * host writes a message only into an empty slot: all but the type, then the type. L1 reads it,
 * empties the slot, and then checks the flag for another message; the host sets the flag, and
 * then checks again whether the slot is empty. So at least one of the two sees the other's write.
 */
#include "apic/apic.h"
#include "base/base.h"
#include "host/host.h"
#include "host/hyperv.h"
#include "host/synic.h"
#include "vcpu/l1.h"

/* TLFS, "SynIC MSRs"; HV_X64_MSR_* in hvdef. */
#define MSR_SCONTROL 0x40000080
#define MSR_SVERSION 0x40000081
#define MSR_SIEFP    0x40000082
#define MSR_SIMP     0x40000083
#define MSR_EOM      0x40000084
#define MSR_SINT0    0x40000090
#define MSR_SINT15   0x4000009f

#define SVERSION     1

/*
 * A write of a lower one raises #GP (TLFS, "SINTx Registers"). The TLFS does not say whether the
 * vector of a masked source counts; that of the default value is 0.
 */
#define VECTOR_LOWEST 16

#define QUEUE_MAX    16

/** struct queued - a message that waits for its slot; the entry is free if its type is 0 */
static struct queued {
	u32 vp, sint;
	struct host_message message;
} queue[QUEUE_MAX];

/* Protects @queue, and the host's writes to all slots. */
static struct lock synic_lock;

static struct host_message *slot_of(u32 vp, u32 sint)
{
	const struct host_vp *hv = &l1_cpus[vp].hv;
	u8 *page = synic_page(READ_ONCE(hv->scontrol), READ_ONCE(hv->simp));

	return page ? (struct host_message *)page + sint : NULL;
}

static bool is_masked(u32 vp, u32 sint)
{
	return sint_is_masked(READ_ONCE(l1_cpus[vp].hv.sint[sint]));
}

static bool is_writable(u32 vp, u32 sint)
{
	return sint_is_writable(is_masked(vp, sint));
}

bool synic_interrupt(u32 vp, u32 sint)
{
	u8 vector = sint_vector(READ_ONCE(l1_cpus[vp].hv.sint[sint]));

	if (!vector)
		return false;
	apic_send(l1_cpus[vp].apic_id, APIC_ICR_ASSERT | vector);
	return true;
}

/* The lock is held. Sends all waiting messages that can be sent, the oldest first. */
static void deliver(u32 vp)
{
	u32 i;

	for (i = 0; i < QUEUE_MAX; i++) {
		struct queued *entry = &queue[i];
		struct host_message *slot;

		if (!entry->message.type || entry->vp != vp)
			continue;
		slot = slot_of(vp, entry->sint);
		if (!slot || !is_writable(vp, entry->sint) || !slot_is_free(slot))
			continue;
		slot_write(slot, &entry->message);
		entry->message.type = 0;
		synic_interrupt(vp, entry->sint);
	}
}

/* The lock is held. In order: the entries before the first free one are older. */
static struct queued *new_entry(void)
{
	u32 i, last = 0;

	for (i = 0; i < QUEUE_MAX; i++) {
		if (queue[i].message.type)
			last = i + 1;
	}
	return last < QUEUE_MAX ? &queue[last] : NULL;
}

bool synic_post(u32 vp, u32 sint, u32 type, const void *payload, u8 size)
{
	struct queued *entry;

	if (vp >= l1_count || sint >= HOST_SINTS || size > MESSAGE_PAYLOAD_BYTES || !type)
		return false;
	lock_take(&synic_lock);
	entry = new_entry();
	if (entry) {
		*entry = (struct queued){ .vp = vp, .sint = sint };
		entry->message.type = type;
		entry->message.payload_size = size;
		memcpy(entry->message.payload, payload, size);
		deliver(vp);
	}
	lock_drop(&synic_lock);
	return entry;
}

bool synic_is_live(u32 vp, u32 sint)
{
	return !is_masked(vp, sint) && slot_of(vp, sint);
}

bool synic_is_full(u32 vp, u32 sint)
{
	struct host_message *slot = slot_of(vp, sint);

	return slot && __atomic_load_n(&slot->type, __ATOMIC_ACQUIRE);
}

bool synic_is_free(u32 vp, u32 sint)
{
	struct host_message *slot;
	bool result;

	lock_take(&synic_lock);
	slot = slot_of(vp, sint);
	result = slot && is_writable(vp, sint) && slot_is_free(slot);
	lock_drop(&synic_lock);
	return result;
}

bool synic_post_raw(u32 vp, u32 sint, const void *message, bool asks)
{
	struct host_message *slot;

	if (vp >= l1_count || sint >= HOST_SINTS)
		return false;
	lock_take(&synic_lock);
	slot = slot_of(vp, sint);
	if (slot)
		slot_write(slot, message);
	if (slot && asks)
		synic_interrupt(vp, sint);
	lock_drop(&synic_lock);
	return slot;
}

void synic_reset(struct l1_cpu *l1)
{
	u32 i;

	for (i = 0; i < HOST_SINTS; i++)
		l1->hv.sint[i] = SINT_MASKED;
}

/* L1 has emptied a slot: waiting messages may be sent now. */
static void send_what_waits(struct l1_cpu *l1)
{
	lock_take(&synic_lock);
	deliver(l1->index);
	lock_drop(&synic_lock);
	sint_look(l1->index);
}

/*
 * L1 has enabled the SynIC or a page, or unmasked a source. The TLFS does not name this among the
 * events that make the host send what waits.
 */
static void look_again(struct l1_cpu *l1)
{
	if (behaviour_writes_masked())
		return;
	send_what_waits(l1);
	proxied_resume(l1->index);
}

bool synic_read(struct l1_cpu *l1, u32 msr, u64 *value)
{
	switch (msr) {
	case MSR_SCONTROL:
		*value = l1->hv.scontrol;
		return true;
	case MSR_SVERSION:
		*value = SVERSION;
		return true;
	case MSR_SIEFP:
		*value = l1->hv.siefp;
		return true;
	case MSR_SIMP:
		*value = l1->hv.simp;
		return true;
	case MSR_EOM:
		*value = 0;
		return true;
	case MSR_SINT0 ... MSR_SINT15:
		*value = l1->hv.sint[msr - MSR_SINT0];
		return true;
	default:
		return false;
	}
}

bool synic_write(struct l1_cpu *l1, u32 msr, u64 value)
{
	switch (msr) {
	case MSR_SCONTROL:
		WRITE_ONCE(l1->hv.scontrol, value);
		look_again(l1);
		return true;
	case MSR_SIEFP:
		WRITE_ONCE(l1->hv.siefp, value);
		return true;
	case MSR_SIMP:
		WRITE_ONCE(l1->hv.simp, value);
		look_again(l1);
		return true;
	case MSR_EOM:
		send_what_waits(l1);
		proxied_end_of_message(l1->index);
		return true;
	case MSR_SINT0 ... MSR_SINT15:
		if (!sint_is_masked(value) && (u8)value < VECTOR_LOWEST)
			return false;
		WRITE_ONCE(l1->hv.sint[msr - MSR_SINT0], value);
		look_again(l1);
		return true;
	default:
		return false;
	}
}
