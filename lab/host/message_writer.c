// SPDX-License-Identifier: GPL-2.0-only
/*
 * The messages of the devices, written by this module itself.
 *
 * Owns: which kind keeps its messages where, and that @message of a source is what its
 * device was told.
 */
#include <linux/errno.h>

#include "device.h"
#include "lab_host.h"
#include "message_writer.h"

static const struct lab_message_writer *writer_of(const struct lab_device *device)
{
	return device->kind->id == LAB_HOST_KIND_EDU ? &lab_edu_msi : &lab_ivshmem_msix;
}

int lab_messages_start(struct lab_device *device)
{
	return writer_of(device)->start(device);
}

void lab_messages_stop(struct lab_device *device)
{
	writer_of(device)->stop(device);
}

int lab_message_read(struct lab_device *device, u32 number, struct lab_message *message)
{
	*message = device->sources[number].message;
	return 0;
}

/**
 * lab_source_program() - tell a source what to send, or mask it
 * @device:  the device.
 * @number:  which source; any value.
 * @message: what it is to send.
 *
 * No raise is lost: the raises of this module wait for the lock meanwhile, and
 * one that the device has still on its way (ivshmem) is kept by its MSI-X
 * table's pending bit and sent when the source is unmasked.
 *
 * Return: 0; -ENOENT: no such source; or what the device answered, and then
 * the source is masked.
 */
int lab_source_program(struct lab_device *device, u32 number, const struct lab_message *message)
{
	struct lab_source *source = lab_source_find(device, number);
	int error;

	if (!source)
		return -ENOENT;

	raw_spin_lock_irq(&source->lock);
	error = writer_of(device)->program(device, number, message);
	if (error)
		source->message.enabled = false;
	else
		source->message = *message;
	raw_spin_unlock_irq(&source->lock);
	return error;
}
