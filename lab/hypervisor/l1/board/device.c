// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of devices, and the functions that are common to sources of all kinds.
 */
#include <linux/cpu.h>
#include <linux/nospec.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "../lab_host.h"
#include "board.h"

/* The number of raises after which the loop reschedules and checks for signals. */
#define RAISES_AT_ONCE 64

static DECLARE_RWSEM(devices_lock);
static struct lab_device *devices[LAB_HOST_DEVICES_MAX];

/**
 * lab_device_add() - make a device visible to user space
 * @device: ready to raise, with all sources masked.
 *
 * The device gets the lowest free index, and keeps it.
 *
 * Return: 0, or -ENOSPC if there are LAB_HOST_DEVICES_MAX already.
 */
int lab_device_add(struct lab_device *device)
{
	int error = -ENOSPC;
	u32 index;

	down_write(&devices_lock);
	for (index = 0; index < LAB_HOST_DEVICES_MAX; index++) {
		if (devices[index])
			continue;
		device->index = index;
		devices[index] = device;
		error = 0;
		break;
	}
	up_write(&devices_lock);
	return error;
}

/**
 * lab_device_remove() - undo lab_device_add()
 * @device: the device; the function waits for its current users.
 */
void lab_device_remove(struct lab_device *device)
{
	down_write(&devices_lock);
	devices[device->index] = NULL;
	up_write(&devices_lock);
}

/**
 * lab_device_get() - find a device, and keep it and the CPUs from going away
 * @index: any value.
 *
 * Return: the device, until lab_device_put(); NULL: there is none with this index, and
 * lab_device_put() must not be called.
 */
struct lab_device *lab_device_get(u32 index)
{
	struct lab_device *device;

	if (index >= LAB_HOST_DEVICES_MAX)
		return NULL;
	index = array_index_nospec(index, LAB_HOST_DEVICES_MAX);

	cpus_read_lock();
	down_read(&devices_lock);
	device = devices[index];
	if (!device)
		lab_device_put();
	return device;
}

/**
 * lab_device_put() - release the device of lab_device_get()
 */
void lab_device_put(void)
{
	up_read(&devices_lock);
	cpus_read_unlock();
}

/**
 * lab_source_find() - find a source of a device
 * @device: the device.
 * @number: which; any value.
 *
 * Return: it, or NULL.
 */
struct lab_source *lab_source_find(struct lab_device *device, u32 number)
{
	if (number >= device->source_count)
		return NULL;
	return &device->sources[array_index_nospec(number, device->source_count)];
}

/**
 * lab_source_raise() - make the device raise a source once
 * @device: the device.
 * @number: which source; any value.
 * @sent:   out: the message that it was told to send.
 *
 * edu sends its message before this returns. ivshmem sends it some time later.
 *
 * Return: 0; -ENOENT: no such source; -EOPNOTSUPP: only the device itself can raise it; -EAGAIN:
 * it is masked, and nothing happened; or as forward_message().
 */
int lab_source_raise(struct lab_device *device, u32 number, struct lab_message *sent)
{
	struct lab_source *source = lab_source_find(device, number);
	int error;

	if (!source)
		return -ENOENT;
	if (!device->kind->raise)
		return -EOPNOTSUPP;

	raw_spin_lock_irq(&source->lock);
	error = forward_message(device, number, sent);
	if (!error && !sent->enabled)
		error = -EAGAIN;
	if (!error) {
		device->kind->raise(device, number);
		source->raised++;
	}
	raw_spin_unlock_irq(&source->lock);
	return error;
}

/**
 * lab_source_raise_many() - make the device raise a source many times
 * @device: the device.
 * @number: which source; any value.
 * @count:  how often, back to back. Several callers may raise one source.
 *
 * Return: 0 if all were raised; otherwise the reason why it stopped: as lab_source_raise(), or
 * -EINTR for a signal that ends the caller.
 */
int lab_source_raise_many(struct lab_device *device, u32 number, u32 count)
{
	struct lab_message sent;
	int error;
	u32 done;

	for (done = 0; done < count; done++) {
		error = lab_source_raise(device, number, &sent);
		if (error)
			return error;
		if (done % RAISES_AT_ONCE)
			continue;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/**
 * lab_source_message() - read the message that a source would send now
 * @device:  the device.
 * @number:  which source; any value.
 * @message: out: the message. Another caller may rewrite it at any time.
 *
 * Return: 0; -ENOENT: no such source; or as forward_message().
 */
int lab_source_message(struct lab_device *device, u32 number, struct lab_message *message)
{
	struct lab_source *source = lab_source_find(device, number);
	int error;

	if (!source)
		return -ENOENT;

	raw_spin_lock_irq(&source->lock);
	error = forward_message(device, number, message);
	raw_spin_unlock_irq(&source->lock);
	return error;
}

/**
 * lab_source_raised() - read how often a source was raised
 * @device: the device.
 * @number: which source; any value.
 * @raised: out: how often, since the device was found, by all callers.
 *
 * Return: 0, or -ENOENT: no such source.
 */
int lab_source_raised(struct lab_device *device, u32 number, u64 *raised)
{
	struct lab_source *source = lab_source_find(device, number);

	if (!source)
		return -ENOENT;

	raw_spin_lock_irq(&source->lock);
	*raised = source->raised;
	raw_spin_unlock_irq(&source->lock);
	return 0;
}
