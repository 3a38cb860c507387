/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lab's host for C programs: one function for each ioctl of lab_host.h.
 *
 * Prints nothing, and keeps nothing between calls. Each function that returns
 * int gives 0 or more on success and a negative errno on failure; what an errno
 * means is told in lab_host.h, beside the ioctl.
 */
#ifndef _LABHOST_CLIENT_H
#define _LABHOST_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "../hypervisor/l1/lab_host.h"

/**
 * struct labhost_source - one of all sources of all devices
 * @device: index of the device.
 * @source: index of the source.
 * @kind:   the device's kind, LAB_HOST_KIND_*.
 */
struct labhost_source {
	unsigned int device;
	unsigned int source;
	unsigned int kind;
};

/**
 * labhost_open() - open the lab's host
 *
 * Return: a file descriptor, or a negative errno: -ENOENT if the module is not
 * loaded, -EACCES if the caller is not root.
 */
int labhost_open(void);

/**
 * labhost_close() - close what labhost_open() opened
 * @fd: the descriptor. What was programmed stays so.
 */
void labhost_close(int fd);

/**
 * labhost_device_get() - ask what a device is
 * @fd:     from labhost_open().
 * @index:  which device, below LAB_HOST_DEVICES_MAX.
 * @device: out: what it is.
 *
 * Return: 0, -ENOENT or another negative errno.
 */
int labhost_device_get(int fd, unsigned int index, struct lab_host_device *device);

/**
 * labhost_route() - tell a source where its interrupts go, and enable it
 * @fd:      from labhost_open().
 * @device:  index of the device.
 * @source:  index of the source.
 * @apic_id: which CPU.
 * @vector:  which vector there.
 *
 * Return: 0 or a negative errno.
 */
int labhost_route(int fd, unsigned int device, unsigned int source,
		  unsigned int apic_id, unsigned int vector);

/**
 * labhost_mask() - let a source raise nothing until it is routed again
 * @fd:     from labhost_open().
 * @device: index of the device.
 * @source: index of the source.
 *
 * Return: 0 or a negative errno.
 */
int labhost_mask(int fd, unsigned int device, unsigned int source);

/**
 * labhost_raise() - raise a source
 * @fd:     from labhost_open().
 * @device: index of the device.
 * @source: index of the source.
 * @count:  how often; 0 only asks for the total.
 * @raised: out: how often it was raised in all, also after -EAGAIN and -EINTR;
 *          else left alone. May be NULL.
 *
 * Return: 0 or a negative errno.
 */
int labhost_raise(int fd, unsigned int device, unsigned int source,
		  unsigned int count, __u64 *raised);

/**
 * labhost_apic_read() - look into the interrupt controller of a CPU
 * @fd:   from labhost_open().
 * @cpu:  which CPU.
 * @apic: out: its registers.
 *
 * Return: 0 or a negative errno.
 */
int labhost_apic_read(int fd, unsigned int cpu, struct lab_host_apic *apic);

/**
 * labhost_raise_held() - raise a source while its CPU's interrupts are closed
 * @fd:     from labhost_open().
 * @device: index of the device.
 * @source: index of the source.
 * @cpu:    the CPU to hold; the caller must run on another.
 * @usecs:  for how long it stays closed after this has returned.
 *
 * Return: 0: the interrupt is pending at @cpu; or a negative errno.
 */
int labhost_raise_held(int fd, unsigned int device, unsigned int source,
		       unsigned int cpu, unsigned int usecs);

/**
 * labhost_sint_send() - send a message to SINT 7 of VP 0
 * @fd:      from labhost_open().
 * @message: all of it.
 *
 * Return: 0, -EAGAIN if too many wait, or another negative errno.
 */
int labhost_sint_send(int fd, const struct lab_host_sint_message *message);

/**
 * labhost_sint_event() - signal an event on SINT 7
 * @fd:   from labhost_open().
 * @vp:   to which VP.
 * @flag: which, below 2048.
 *
 * Return: 0, -EAGAIN if SINT 7 is masked there, or another negative errno.
 */
int labhost_sint_event(int fd, unsigned int vp, unsigned int flag);

/**
 * labhost_sint_refuse() - refuse messages and events of the guest for a while
 * @fd:     from labhost_open().
 * @count:  how many.
 * @status: with which status.
 *
 * Return: 0 or a negative errno.
 */
int labhost_sint_refuse(int fd, unsigned int count, unsigned int status);

/**
 * labhost_sint_get() - what the guest has sent, and what waits for it
 * @fd:    from labhost_open().
 * @vp:    whose SINT 7.
 * @state: out: that.
 *
 * Return: 0 or a negative errno.
 */
int labhost_sint_get(int fd, unsigned int vp, struct lab_host_sint *state);

/**
 * labhost_sources() - list all sources of all devices
 * @fd:      from labhost_open().
 * @sources: out: the list, by device and source; the caller calls free().
 * @count:   out: how many; 0 if there is no device.
 *
 * Return: 0, or a negative errno, and then there is nothing to free.
 */
int labhost_sources(int fd, struct labhost_source **sources, size_t *count);

/**
 * labhost_set_masked() - mask or unmask a source, wherever its interrupts go
 * @fd:     from labhost_open().
 * @device: index of the device.
 * @source: index of the source.
 * @masked: whether.
 *
 * Return: 0 or a negative errno.
 */
int labhost_set_masked(int fd, unsigned int device, unsigned int source, bool masked);

/* One function for each ioctl of the same name: 0 or a negative errno. */
int labhost_source_get(int fd, unsigned int device, unsigned int source,
		       struct lab_host_source *state);
int labhost_vp_get(int fd, unsigned int vp, struct lab_host_vp *state);
int labhost_behaviour_get(int fd, struct lab_host_behaviour *behaviour);
int labhost_behaviour_set(int fd, const struct lab_host_behaviour *behaviour);
int labhost_post(int fd, const struct lab_host_post *post);
int labhost_vector_raise(int fd, unsigned int cpu, unsigned int vector);
int labhost_hostile(int fd, struct lab_host_hostile *hostile);

#endif /* _LABHOST_CLIENT_H */
