/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interface of the lab's host for C programs: one function for each ioctl of lab_host.h.
 *
 * The functions do not print, and keep no state between calls. Each function of type int
 * returns 0 or more on success and a negative errno on failure. lab_host.h describes the
 * meaning of an errno beside the ioctl.
 */
#ifndef _LABHOST_CLIENT_H
#define _LABHOST_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "../hypervisor/l1/lab_host.h"

/**
 * struct labhost_source - an interrupt source of a device
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
 * labhost_close() - close the lab's host
 * @fd: from labhost_open(). The devices stay as they were programmed.
 */
void labhost_close(int fd);

/**
 * labhost_device_get() - get the description of a device
 * @fd:     from labhost_open().
 * @index:  index of the device, below LAB_HOST_DEVICES_MAX.
 * @device: filled in with the description.
 *
 * Return: 0, -ENOENT or another negative errno.
 */
int labhost_device_get(int fd, unsigned int index, struct lab_host_device *device);

/**
 * labhost_route() - set the CPU and the vector of a source's interrupts, and enable it
 * @fd:      from labhost_open().
 * @device:  index of the device.
 * @source:  index of the source.
 * @apic_id: APIC id of the CPU.
 * @vector:  vector of that CPU.
 *
 * Return: 0 or a negative errno.
 */
int labhost_route(int fd, unsigned int device, unsigned int source,
		  unsigned int apic_id, unsigned int vector);

/**
 * labhost_mask() - mask a source until it is routed again
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
 * @count:  how often; with 0, the call only returns the total.
 * @raised: filled in with how often the source was raised in total, also after -EAGAIN and
 *          -EINTR. It does not change after other errors. May be NULL.
 *
 * Return: 0 or a negative errno.
 */
int labhost_raise(int fd, unsigned int device, unsigned int source,
		  unsigned int count, __u64 *raised);

/**
 * labhost_apic_read() - read the interrupt controller of a CPU
 * @fd:   from labhost_open().
 * @cpu:  number of the CPU.
 * @apic: filled in with its registers.
 *
 * Return: 0 or a negative errno.
 */
int labhost_apic_read(int fd, unsigned int cpu, struct lab_host_apic *apic);

/**
 * labhost_raise_held() - raise a source while its CPU has disabled interrupts
 * @fd:     from labhost_open().
 * @device: index of the device.
 * @source: index of the source.
 * @cpu:    number of that CPU; the caller must run on another one.
 * @usecs:  how long interrupts stay disabled after this call has returned.
 *
 * Return: 0 if the interrupt is pending at @cpu, or a negative errno.
 */
int labhost_raise_held(int fd, unsigned int device, unsigned int source,
		       unsigned int cpu, unsigned int usecs);

/**
 * labhost_sint_send() - send a message to SINT 7 of VP 0
 * @fd:      from labhost_open().
 * @message: the whole message.
 *
 * Return: 0, -EAGAIN if too many messages are waiting, or another negative errno.
 */
int labhost_sint_send(int fd, const struct lab_host_sint_message *message);

/**
 * labhost_sint_event() - signal an event on SINT 7
 * @fd:   from labhost_open().
 * @vp:   number of the VP.
 * @flag: number of the event flag, below 2048.
 *
 * Return: 0, -EAGAIN if SINT 7 is masked on that VP, or another negative errno.
 */
int labhost_sint_event(int fd, unsigned int vp, unsigned int flag);

/**
 * labhost_sint_refuse() - refuse the guest's next messages and events
 * @fd:     from labhost_open().
 * @count:  how many to refuse.
 * @status: the status to return for them.
 *
 * Return: 0 or a negative errno.
 */
int labhost_sint_refuse(int fd, unsigned int count, unsigned int status);

/**
 * labhost_sint_get() - get what the guest has sent, and what is waiting for it
 * @fd:    from labhost_open().
 * @vp:    number of the VP whose SINT 7 is meant.
 * @state: filled in with that.
 *
 * Return: 0 or a negative errno.
 */
int labhost_sint_get(int fd, unsigned int vp, struct lab_host_sint *state);

/**
 * labhost_sources() - list all sources of all devices
 * @fd:      from labhost_open().
 * @sources: filled in with the list, sorted by device and source; the caller frees it.
 * @count:   filled in with the number of sources; 0 if there is no device.
 *
 * Return: 0, or a negative errno. After an error there is nothing to free.
 */
int labhost_sources(int fd, struct labhost_source **sources, size_t *count);

/**
 * labhost_set_masked() - mask or unmask a source without changing its route
 * @fd:     from labhost_open().
 * @device: index of the device.
 * @source: index of the source.
 * @masked: whether the source is masked.
 *
 * Return: 0 or a negative errno.
 */
int labhost_set_masked(int fd, unsigned int device, unsigned int source, bool masked);

/* One function for each ioctl of the same name. Each returns 0 or a negative errno. */
int labhost_source_get(int fd, unsigned int device, unsigned int source,
		       struct lab_host_source *state);
int labhost_vp_get(int fd, unsigned int vp, struct lab_host_vp *state);
int labhost_behaviour_get(int fd, struct lab_host_behaviour *behaviour);
int labhost_behaviour_set(int fd, const struct lab_host_behaviour *behaviour);
int labhost_post(int fd, const struct lab_host_post *post);
int labhost_vector_raise(int fd, unsigned int cpu, unsigned int vector);
int labhost_hostile(int fd, struct lab_host_hostile *hostile);

#endif /* _LABHOST_CLIENT_H */
