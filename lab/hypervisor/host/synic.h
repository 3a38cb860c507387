/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SynIC: messages and events of the host. TLFS, "Inter-Partition Communication".
 */
#ifndef _HYPERVISOR_HOST_SYNIC_H
#define _HYPERVISOR_HOST_SYNIC_H

#include <linux/types.h>

#include "vcpu/gpa.h"
#include "vcpu/l1.h"

struct host_message;
struct l1_cpu;

/**
 * synic_page() - the page that SIMP or SIEFP names
 * @scontrol: value of SCONTROL of the same VP.
 * @msr:      its value.
 *
 * Return: its address; NULL while it or the whole SynIC is disabled, or L1 does not share it.
 */
static inline u8 *synic_page(u64 scontrol, u64 msr)
{
	return scontrol & msr & BIT_ULL(0) ? gpa_shared_memory(msr & PAGE_MASK) : NULL;
}

/**
 * sint_is_masked() - has L1 masked an interrupt source
 * @sint: value of its MSR.
 *
 * Return: whether it has.
 */
static inline bool sint_is_masked(u64 sint)
{
	return sint & BIT_ULL(16);
}

/**
 * sint_vector() - the vector that an interrupt source raises
 * @sint: value of its MSR.
 *
 * Return: the vector, or 0 if it is not one of L1's: see interrupts.h.
 */
static inline u8 sint_vector(u64 sint)
{
	u8 vector = sint;

	return vector >= L1_VECTOR_FIRST ? vector : 0;
}

/**
 * synic_reset() - reset the SynIC: all sources are masked
 * @l1: whose.
 */
void synic_reset(struct l1_cpu *l1);

/**
 * synic_read() - L1 reads one of its MSRs
 * @l1:    of this CPU.
 * @msr:   any of Hyper-V's.
 * @value: out.
 *
 * Return: whether it is one.
 */
bool synic_read(struct l1_cpu *l1, u32 msr, u64 *value);

/**
 * synic_write() - L1 writes one of its MSRs
 * @l1:    of this CPU.
 * @msr:   any of Hyper-V's.
 * @value: what.
 *
 * Return: whether it is one.
 */
bool synic_write(struct l1_cpu *l1, u32 msr, u64 value);

/**
 * synic_post() - send a message to L1
 * @vp:      to which VP; any value.
 * @sint:    by which of its interrupt sources; any value.
 * @type:    of the message.
 * @payload: its payload.
 * @size:    how many bytes, up to 240.
 *
 * If the slot is full, the message waits until L1 writes its EOM register.
 * Context: any CPU.
 * Return: whether it was sent, or waits; false if the source is masked, has no page, or too many
 * messages wait.
 */
bool synic_post(u32 vp, u32 sint, u32 type, const void *payload, u8 size);

/**
 * synic_is_live() - does a VP accept messages of an interrupt source
 * @vp:   one that exists.
 * @sint: which source.
 *
 * Return: whether it is unmasked, and there is a page.
 */
bool synic_is_live(u32 vp, u32 sint);

/**
 * synic_is_full() - is there a message in a slot
 * @vp:   one that exists.
 * @sint: which slot.
 *
 * Return: whether there is.
 */
bool synic_is_full(u32 vp, u32 sint);

/**
 * synic_is_free() - may a message be written into a slot
 * @vp:   one that exists.
 * @sint: which slot.
 *
 * Return: whether it may; if not, L1 will write its EOM register, or unmask the source.
 */
bool synic_is_free(u32 vp, u32 sint);

/**
 * synic_interrupt() - raise the vector of an interrupt source
 * @vp:   one that exists.
 * @sint: which source.
 *
 * Return: whether it is unmasked, and has one.
 */
bool synic_interrupt(u32 vp, u32 sint);

/**
 * synic_post_raw() - write a message as a hostile host would
 * @vp:        to which VP; any value.
 * @sint:      into which slot; any value.
 * @message:   256 bytes.
 * @interrupt: whether to raise its vector.
 *
 * Return: whether there is such a VP, and such a slot.
 */
bool synic_post_raw(u32 vp, u32 sint, const void *message, bool interrupt);

/* sint_vp.c: SINT 7 of each VP, for sint.c. */

#define SINT 7

/**
 * sint_vp_exists() - is there such a VP
 * @vp: any value.
 *
 * Return: whether there is.
 */
bool sint_vp_exists(u32 vp);

/**
 * sint_vp_is_live() - is a VP running
 * @vp: any value.
 *
 * Return: whether there is such a VP, and L1 has started its CPU.
 */
bool sint_vp_is_live(u32 vp);

/**
 * sint_vp_slot() - find the slot of its messages
 * @vp: one that exists.
 *
 * Return: its slot 7; NULL: it has no message page.
 */
struct host_message *sint_vp_slot(u32 vp);

/**
 * sint_vp_set_flag() - set a flag of SINT 7 in its event flags page
 * @vp:   one that exists.
 * @flag: below 2048.
 *
 * Return: whether it has such a page.
 */
bool sint_vp_set_flag(u32 vp, u32 flag);

/**
 * sint_vp_is_masked() - is SINT 7 masked there
 * @vp: one that exists.
 *
 * Return: whether it is.
 */
bool sint_vp_is_masked(u32 vp);

/**
 * sint_vp_interrupt() - raise the vector of SINT 7
 * @vp: one that exists.
 */
void sint_vp_interrupt(u32 vp);

#endif /* _HYPERVISOR_HOST_SYNIC_H */
