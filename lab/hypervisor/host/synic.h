/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SynIC: messages and events of the host. TLFS, "Inter-Partition Communication".
 */
#ifndef _HYPERVISOR_HOST_SYNIC_H
#define _HYPERVISOR_HOST_SYNIC_H

#include <linux/types.h>

#include "vcpu/gpa.h"
#include "vcpu/interrupts.h"

struct host_message;
struct l1_cpu;

/**
 * synic_page() - the page that SIMP or SIEFP names
 * @msr: its value.
 *
 * Return: where it is; NULL while it is not enabled, or L1 does not share it.
 */
static inline u8 *synic_page(u64 msr)
{
	return msr & BIT_ULL(0) ? gpa_shared_memory(msr & PAGE_MASK) : NULL;
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
 * Return: it, or 0 if it is none that L1 may have: see interrupts.h.
 */
static inline u8 sint_vector(u64 sint)
{
	u8 vector = sint;

	return vector >= L1_VECTOR_FIRST ? vector : 0;
}

/**
 * synic_reset() - as after a reset: all sources are masked
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
 * synic_write() - L1 writes one
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
 * @payload: what it says.
 * @size:    how many bytes, up to 240.
 *
 * If the slot is full, the message waits until L1 writes its EOM register.
 * Context: any CPU.
 * Return: whether it was sent, or waits; not if the source is masked or has no page, or
 * if too many wait.
 */
bool synic_post(u32 vp, u32 sint, u32 type, const void *payload, u8 size);

/**
 * synic_is_live() - does a VP take messages of an interrupt source
 * @vp:   one that there is.
 * @sint: which source.
 *
 * Return: whether it is unmasked, and there is a page.
 */
bool synic_is_live(u32 vp, u32 sint);

/**
 * synic_is_full() - is there a message in a slot
 * @vp:   one that there is.
 * @sint: which slot.
 *
 * Return: whether there is.
 */
bool synic_is_full(u32 vp, u32 sint);

/**
 * synic_is_free() - may a message be written into a slot
 * @vp:   one that there is.
 * @sint: which slot.
 *
 * Return: whether it may; if not, L1 will write its EOM register, or unmask the source.
 */
bool synic_is_free(u32 vp, u32 sint);

/**
 * synic_interrupt() - raise the vector of an interrupt source
 * @vp:   one that there is.
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
 * @interrupt: L1 is to hear of it.
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
 * sint_vp_is_live() - does it run
 * @vp: any value.
 *
 * Return: whether there is such a VP, and L1 has started its CPU.
 */
bool sint_vp_is_live(u32 vp);

/**
 * sint_vp_slot() - where its messages go
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
 * sint_vp_interrupt() - let it know
 * @vp: one that exists.
 */
void sint_vp_interrupt(u32 vp);

#endif /* _HYPERVISOR_HOST_SYNIC_H */
