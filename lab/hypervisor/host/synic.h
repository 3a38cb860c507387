/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The messages and events of the host: the SynIC (TLFS, "Inter-Partition Communication"), and what
 * is sent by it.
 */
#ifndef _HYPERVISOR_HOST_SYNIC_H
#define _HYPERVISOR_HOST_SYNIC_H

#include <linux/types.h>

#include "host/host.h"
#include "host/hyperv.h"
#include "l1/lab_host.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"

/* ---- synic.c: the SynIC ---- */

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

#define SINT_MASKED BIT_ULL(16)
#define SINT_POLLED BIT_ULL(18)

/**
 * sint_is_masked() - whether L1 has masked an interrupt source
 * @sint: value of its MSR.
 *
 * TLFS, "SINTx Registers": polling "will have the effect of unmasking" it, without interrupts.
 *
 * Return: whether it has.
 */
static inline bool sint_is_masked(u64 sint)
{
	return (sint & (SINT_MASKED | SINT_POLLED)) == SINT_MASKED;
}

/**
 * sint_is_writable() - whether the host may write what it sends to an interrupt source
 * @is_masked: whether L1 has masked the source.
 *
 * Return: whether it may: see LAB_HOST_WRITES_MASKED.
 */
static inline bool sint_is_writable(bool is_masked)
{
	return !is_masked || behaviour_writes_masked();
}

/**
 * sint_vector() - the vector that an interrupt source raises
 * @sint: value of its MSR.
 *
 * Return: the vector; 0: the source is masked or polled, or the vector is not one of L1's: see
 * L1_VECTOR_FIRST.
 */
static inline u8 sint_vector(u64 sint)
{
	u8 vector = sint;

	return vector >= L1_VECTOR_FIRST && !(sint & (SINT_MASKED | SINT_POLLED)) ? vector : 0;
}

/**
 * synic_reset() - reset the SynIC: all sources are masked
 * @l1: whose.
 */
void synic_reset(struct l1_cpu *l1);

/**
 * synic_read() - carry out L1's read of a SynIC MSR
 * @l1:    of this CPU.
 * @msr:   any of Hyper-V's.
 * @value: out.
 *
 * Return: whether it is one.
 */
bool synic_read(struct l1_cpu *l1, u32 msr, u64 *value);

/**
 * synic_write() - carry out L1's write of a SynIC MSR
 * @l1:    of this CPU.
 * @msr:   any of Hyper-V's.
 * @value: the value.
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
 * Return: whether it was sent, or waits; false: too many messages wait, or an invalid argument.
 */
bool synic_post(u32 vp, u32 sint, u32 type, const void *payload, u8 size);

/**
 * synic_is_live() - whether a VP accepts messages of an interrupt source
 * @vp:   one that exists.
 * @sint: which source.
 *
 * Return: whether it is unmasked, and there is a page.
 */
bool synic_is_live(u32 vp, u32 sint);

/**
 * synic_is_full() - whether there is a message in a slot
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
 * Return: whether it may: see LAB_HOST_WRITES_MASKED. If not, L1 will write its EOM register, or
 * unmask the source.
 */
bool synic_is_free(u32 vp, u32 sint);

/**
 * synic_interrupt() - raise the vector of an interrupt source
 * @vp:   one that exists.
 * @sint: which source.
 *
 * Return: whether it has one: see sint_vector().
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

/* ---- sint_vp.c: SINT 7 of each VP, for sint.c ---- */

#define SINT 7

/**
 * sint_vp_exists() - whether there is such a VP
 * @vp: any value.
 *
 * Return: whether there is.
 */
bool sint_vp_exists(u32 vp);

/**
 * sint_vp_is_live() - whether a VP is running
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
 * Return: 1; 0: it was set already; -EAGAIN: it has no such page.
 */
int sint_vp_set_flag(u32 vp, u32 flag);

/**
 * sint_vp_is_masked() - whether SINT 7 of a VP is masked
 * @vp: one that exists.
 *
 * Return: whether it is.
 */
bool sint_vp_is_masked(u32 vp);

/**
 * sint_vp_interrupt() - raise the vector of SINT 7, unless it is masked or polled
 * @vp: one that exists.
 */
void sint_vp_interrupt(u32 vp);

/*
 * ---- sint.c, vmbus.c: the host's VMBus ----
 *
 * For the kernel of L1, which finds no device on it, and for the guest's VMM, which uses SINT 7.
 */

u16 sint_post(const void *input);
u16 sint_signal(const void *input);
void sint_look(u32 vp);

int sint_send(const struct lab_host_sint_message *message);
int sint_event(const struct lab_host_event *event);
int sint_refuse(const struct lab_host_refusal *refusal);
int sint_read(struct lab_host_sint *state);

/**
 * vmbus_post() - HvCallPostMessage
 * @input: the call's input page.
 *
 * Source: the channel messages of Linux's include/linux/hyperv.h.
 * Context: any CPU.
 * Return: whether it was for VMBus; it has been answered then, if it has an answer.
 */
bool vmbus_post(const void *input);

/* ---- proxied.c: proxied interrupts: those that wait for a message, and slot 0 ---- */

/* Waiting vectors, the next message, and counters. Only one caller at a time for a VP. */

/**
 * struct waiting - the waiting vectors of one VP
 * @vectors:    vectors to be asserted, not in a message yet
 * @duplicates: vectors of the last message that are to be sent once more
 * @counts:     counters for user space; @waiting and @slot_full of it are unused
 */
struct waiting {
	u32 vectors[VECTOR_BANKS];
	u32 duplicates[VECTOR_BANKS];
	struct lab_host_vp counts;
};

bool waiting_add(struct waiting *waiting, u8 vector);
bool waiting_has(const struct waiting *waiting, u8 vector);
bool waiting_any(const struct waiting *waiting);
void waiting_compose(struct waiting *waiting, struct host_message *message);
void waiting_read(const struct waiting *waiting, struct lab_host_vp *state);

/* Sending to the VPs. */

/* The interrupt source, which is that of intercepts, as on Hyper-V. */
#define SINT_PROXY 0

/**
 * struct host_proxy - where a proxied interrupt goes
 * @vps:       bit n is VP n; not empty
 * @vector:    VTL0's
 * @multicast: to all VPs of @vps; otherwise to one of them
 */
struct host_proxy {
	u64 vps;
	u8 vector;
	bool multicast;
};

/**
 * proxied_interrupt() - send an interrupt to VPs
 * @proxy: the vector and the VPs.
 *
 * VPs that accept no messages are skipped; if none accepts one, the first VP gets it when it does
 * again.
 * Context: any CPU.
 */
void proxied_interrupt(const struct host_proxy *proxy);

/**
 * proxied_end_of_message() - a VP has written its EOM register
 * @vp: on this CPU.
 */
void proxied_end_of_message(u32 vp);

/**
 * proxied_resume() - a VP may accept messages again
 * @vp: on this CPU.
 *
 * If it does, waiting vectors are sent. A message that is in the slot already raises no interrupt.
 */
void proxied_resume(u32 vp);

/**
 * proxied_read() - LAB_HOST_GET_VP
 * @state: in: which VP; any value. Out: the rest.
 *
 * Return: 0, or -EINVAL: no such VP.
 */
int proxied_read(struct lab_host_vp *state);

/**
 * proxied_post() - LAB_HOST_POST: write a message as a hostile host would
 * @asked: the VP, the message, and whether to raise its vector; any values.
 *
 * Return: 0, or -EINVAL: no such VP, or a value out of range.
 */
int proxied_post(const struct lab_host_post *asked);

#endif /* _HYPERVISOR_HOST_SYNIC_H */
