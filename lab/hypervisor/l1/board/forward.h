/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's part of /dev/vtlirq_lab_host, by the side door: one function for each ioctl that the
 * host serves. lab_host.h describes what they do, and their error codes.
 */
#ifndef _HYPERVISOR_L1_BOARD_FORWARD_H
#define _HYPERVISOR_L1_BOARD_FORWARD_H

#include <linux/types.h>

struct lab_device;
struct lab_host_behaviour;
struct lab_host_event;
struct lab_host_post;
struct lab_host_refusal;
struct lab_host_sint;
struct lab_host_sint_message;
struct lab_host_source;
struct lab_host_vp;
struct lab_message;

/**
 * forward_start() - allocate a page for each CPU's calls
 *
 * Return: 0, or -ENOMEM.
 */
int forward_start(void);

/**
 * forward_stop() - undo forward_start(), when there are no more calls
 */
void forward_stop(void);

/**
 * forward_message() - read the message that a source would send now
 * @device:  the device.
 * @number:  which of its sources.
 * @message: out.
 *
 * Context: the source's lock is held, with interrupts off.
 * Return: 0 or a negative errno.
 */
int forward_message(struct lab_device *device, u32 number, struct lab_message *message);

/**
 * forward_set_message() - set the message of a source, and unmask it
 * @device:  the device.
 * @number:  which source; any value.
 * @apic_id: the CPU.
 * @vector:  its vector.
 *
 * Return: 0 or a negative errno; -ENOENT: no such source.
 */
int forward_set_message(struct lab_device *device, u32 number, u8 apic_id, u8 vector);

/**
 * forward_set_masked() - mask a source, or unmask it
 * @device: the device.
 * @number: which source; any value.
 * @masked: which of the two.
 *
 * Return: likewise.
 */
int forward_set_masked(struct lab_device *device, u32 number, bool masked);

/**
 * forward_source() - read the target of a source, and its counters
 * @device: the device.
 * @number: which source; any value.
 * @state:  in: @device of it; out: the rest.
 *
 * Return: likewise.
 */
int forward_source(struct lab_device *device, u32 number, struct lab_host_source *state);

int forward_vp_read(u32 vp, struct lab_host_vp *state);
int forward_post(const struct lab_host_post *asked);
int forward_vector(u32 cpu, u32 vector);
int forward_behaviour_set(const struct lab_host_behaviour *wanted);
int forward_behaviour_get(struct lab_host_behaviour *now);
int forward_sint_send(const struct lab_host_sint_message *message);
int forward_sint_event(const struct lab_host_event *event);
int forward_sint_refuse(const struct lab_host_refusal *refusal);
int forward_sint_read(struct lab_host_sint *state);

#endif /* _HYPERVISOR_L1_BOARD_FORWARD_H */
