// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The interface of the lab's host for C programs: one function for each ioctl of lab_host.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "labhost_client.h"

/* Call an ioctl. It fills in the argument if it has results. */
static int ask(int fd, unsigned long command, const void *argument)
{
	return ioctl(fd, command, argument) < 0 ? -errno : 0;
}

int labhost_open(void)
{
	int fd = open(LAB_HOST_NODE, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

void labhost_close(int fd)
{
	close(fd);
}

int labhost_device_get(int fd, unsigned int index, struct lab_host_device *device)
{
	memset(device, 0, sizeof(*device));
	device->index = index;
	return ask(fd, LAB_HOST_GET_DEVICE, device);
}

int labhost_route(int fd, unsigned int device, unsigned int source,
		  unsigned int apic_id, unsigned int vector)
{
	const struct lab_host_message message = { device, source, apic_id, vector, 1 };

	return ask(fd, LAB_HOST_SET_MESSAGE, &message);
}

int labhost_set_masked(int fd, unsigned int device, unsigned int source, bool masked)
{
	const struct lab_host_mask mask = { device, source, masked, 0 };

	return ask(fd, LAB_HOST_SET_MASK, &mask);
}

int labhost_mask(int fd, unsigned int device, unsigned int source)
{
	return labhost_set_masked(fd, device, source, true);
}

int labhost_raise(int fd, unsigned int device, unsigned int source,
		  unsigned int count, __u64 *raised)
{
	struct lab_host_raise raise = {
		.device = device,
		.source = source,
		.count = count,
	};
	int error = ask(fd, LAB_HOST_RAISE, &raise);

	if (raised && (!error || error == -EAGAIN || error == -EINTR))
		*raised = raise.raised;
	return error;
}

int labhost_apic_read(int fd, unsigned int cpu, struct lab_host_apic *apic)
{
	memset(apic, 0, sizeof(*apic));
	apic->cpu = cpu;
	return ask(fd, LAB_HOST_READ_APIC, apic);
}

int labhost_raise_held(int fd, unsigned int device, unsigned int source,
		       unsigned int cpu, unsigned int usecs)
{
	const struct lab_host_held held = { device, source, cpu, usecs };

	return ask(fd, LAB_HOST_RAISE_HELD, &held);
}

int labhost_source_get(int fd, unsigned int device, unsigned int source,
		       struct lab_host_source *state)
{
	memset(state, 0, sizeof(*state));
	state->device = device;
	state->source = source;
	return ask(fd, LAB_HOST_GET_SOURCE, state);
}

int labhost_vp_get(int fd, unsigned int vp, struct lab_host_vp *state)
{
	memset(state, 0, sizeof(*state));
	state->vp = vp;
	return ask(fd, LAB_HOST_GET_VP, state);
}

int labhost_behaviour_get(int fd, struct lab_host_behaviour *behaviour)
{
	memset(behaviour, 0, sizeof(*behaviour));
	return ask(fd, LAB_HOST_GET_BEHAVIOUR, behaviour);
}

int labhost_behaviour_set(int fd, const struct lab_host_behaviour *behaviour)
{
	return ask(fd, LAB_HOST_SET_BEHAVIOUR, behaviour);
}

int labhost_post(int fd, const struct lab_host_post *post)
{
	return ask(fd, LAB_HOST_POST, post);
}

int labhost_vector_raise(int fd, unsigned int cpu, unsigned int vector)
{
	const struct lab_host_vector raise = { cpu, vector };

	return ask(fd, LAB_HOST_RAISE_VECTOR, &raise);
}

int labhost_hostile(int fd, struct lab_host_hostile *hostile)
{
	return ask(fd, LAB_HOST_HOSTILE, hostile);
}

int labhost_sint_send(int fd, const struct lab_host_sint_message *message)
{
	return ask(fd, LAB_HOST_SINT_SEND, message);
}

int labhost_sint_event(int fd, unsigned int vp, unsigned int flag)
{
	const struct lab_host_event event = { vp, flag };

	return ask(fd, LAB_HOST_SINT_EVENT, &event);
}

int labhost_sint_refuse(int fd, unsigned int count, unsigned int status)
{
	const struct lab_host_refusal refusal = { count, status };

	return ask(fd, LAB_HOST_SINT_REFUSE, &refusal);
}

int labhost_sint_get(int fd, unsigned int vp, struct lab_host_sint *state)
{
	memset(state, 0, sizeof(*state));
	state->vp = vp;
	return ask(fd, LAB_HOST_GET_SINT, state);
}

/* Append one device's sources to the list, which is reallocated. */
static int append(struct labhost_source **sources, size_t *count,
		  const struct lab_host_device *device)
{
	struct labhost_source *longer;
	unsigned int source;

	longer = reallocarray(*sources, *count + device->sources, sizeof(*longer));
	if (!longer)
		return -ENOMEM;

	for (source = 0; source < device->sources; source++) {
		longer[*count + source] = (struct labhost_source) {
			.device = device->index,
			.source = source,
			.kind = device->kind,
		};
	}
	*sources = longer;
	*count += device->sources;
	return 0;
}

int labhost_sources(int fd, struct labhost_source **sources, size_t *count)
{
	struct lab_host_device device;
	unsigned int index;
	int error;

	*sources = NULL;
	*count = 0;
	for (index = 0; index < LAB_HOST_DEVICES_MAX; index++) {
		error = labhost_device_get(fd, index, &device);
		if (error == -ENOENT)
			continue;
		if (!error)
			error = append(sources, count, &device);
		if (error)
			goto forget;
	}
	return 0;

forget:
	free(*sources);
	*sources = NULL;
	*count = 0;
	return error;
}
