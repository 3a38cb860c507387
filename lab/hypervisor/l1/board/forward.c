// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's part of /dev/vtlirq_lab_host, by the side door.
 *
 * Owns: how an argument is passed to the hypervisor. The hypervisor knows the target of a source,
 * and whether it is masked; this module does not store that.
 *
 * When this node masks a source, no raise comes between the hypervisor's steps: the source is
 * marked as not enabled before it is masked, and as enabled only after it has been unmasked. The
 * hypervisor makes a concurrent retarget of the guest safe.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/ioctl.h>
#include <linux/irqflags.h>
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "../lab_host.h"
#include "../vmmcall.h"
#include "board.h"

/* The APIC id of no CPU: for a message whose CPU is unknown, or the host's. */
#define NO_APIC_ID U8_MAX

/* Written by its CPU, with interrupts off. One page, so it is contiguous in memory. */
static DEFINE_PER_CPU(void *, pages);

static int error_of(u64 result)
{
	if (result == CONTROL_FAILED)
		return -ENOTTY;
	return result <= MAX_ERRNO ? -(int)result : -EIO;
}

/* Pass on one ioctl of lab_host.h. @out may be NULL, or @in. */
static int call(unsigned int command, const void *in, void *out)
{
	size_t size = _IOC_SIZE(command);
	unsigned long flags;
	void *page;
	u64 result;

	local_irq_save(flags);
	page = this_cpu_read(pages);
	memcpy(page, in, size);
	result = door_call(CONTROL_HOST, _IOC_NR(command), virt_to_phys(page));
	if (out)
		memcpy(out, page, size);
	local_irq_restore(flags);
	return error_of(result);
}

static int tell(unsigned int command, const void *argument)
{
	return call(command, argument, NULL);
}

static int ask(unsigned int command, void *argument)
{
	return call(command, argument, argument);
}

static int source_read(struct lab_device *device, u32 number, struct lab_host_source *state)
{
	*state = (struct lab_host_source){
		.device = pci_dev_id(device->pdev),
		.source = number,
	};
	return ask(LAB_HOST_GET_SOURCE, state);
}

int forward_message(struct lab_device *device, u32 number, struct lab_message *message)
{
	struct lab_host_source state;
	int error;

	error = source_read(device, number, &state);
	if (error)
		return error;
	message->enabled = device->sources[number].message.enabled && !state.masked &&
			   state.delivery != LAB_HOST_DELIVERY_NONE;
	message->vector = state.vector;
	message->apic_id = NO_APIC_ID;
	if (state.delivery != LAB_HOST_DELIVERY_PROXIED && state.vp < nr_cpu_ids)
		message->apic_id = lab_apic_id(state.vp);
	return 0;
}

/* Raises see it immediately, since they hold the same lock. */
static void set_enabled(struct lab_source *source, bool enabled)
{
	raw_spin_lock_irq(&source->lock);
	source->message.enabled = enabled;
	raw_spin_unlock_irq(&source->lock);
}

/* If it is being masked, raises are refused meanwhile. */
static int change(struct lab_device *device, u32 number, unsigned int command, const void *asked,
		  bool enable)
{
	struct lab_source *source = lab_source_find(device, number);
	int error;

	if (!source)
		return -ENOENT;
	mutex_lock(&source->change);
	if (!enable)
		set_enabled(source, false);
	error = tell(command, asked);
	if (!error && enable)
		set_enabled(source, true);
	mutex_unlock(&source->change);
	return error;
}

int forward_set_message(struct lab_device *device, u32 number, u8 apic_id, u8 vector)
{
	struct lab_host_message asked = {
		.device = pci_dev_id(device->pdev),
		.source = number,
		.apic_id = apic_id,
		.vector = vector,
		.enabled = 1,
	};

	return change(device, number, LAB_HOST_SET_MESSAGE, &asked, true);
}

int forward_set_masked(struct lab_device *device, u32 number, bool masked)
{
	struct lab_host_mask asked = {
		.device = pci_dev_id(device->pdev),
		.source = number,
		.masked = masked,
	};

	return change(device, number, LAB_HOST_SET_MASK, &asked, !masked);
}

int forward_source(struct lab_device *device, u32 number, struct lab_host_source *state)
{
	struct lab_host_source now;
	int error;

	if (!lab_source_find(device, number))
		return -ENOENT;
	error = source_read(device, number, &now);
	if (error)
		return error;
	now.device = state->device;
	*state = now;
	return lab_source_raised(device, number, &state->raised);
}

int forward_vp_read(u32 number, struct lab_host_vp *state)
{
	*state = (struct lab_host_vp){ .vp = number };
	return ask(LAB_HOST_GET_VP, state);
}

int forward_post(const struct lab_host_post *asked)
{
	return tell(LAB_HOST_POST, asked);
}

int forward_vector(u32 cpu, u32 vector)
{
	struct lab_host_vector asked = { .cpu = cpu, .vector = vector };

	return tell(LAB_HOST_RAISE_VECTOR, &asked);
}

int forward_behaviour_set(const struct lab_host_behaviour *wanted)
{
	return tell(LAB_HOST_SET_BEHAVIOUR, wanted);
}

int forward_behaviour_get(struct lab_host_behaviour *now)
{
	return ask(LAB_HOST_GET_BEHAVIOUR, now);
}

int forward_sint_send(const struct lab_host_sint_message *message)
{
	return tell(LAB_HOST_SINT_SEND, message);
}

int forward_sint_event(const struct lab_host_event *event)
{
	return tell(LAB_HOST_SINT_EVENT, event);
}

int forward_sint_refuse(const struct lab_host_refusal *refusal)
{
	return tell(LAB_HOST_SINT_REFUSE, refusal);
}

int forward_sint_read(struct lab_host_sint *state)
{
	return ask(LAB_HOST_GET_SINT, state);
}

int forward_start(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu(pages, cpu) = (void *)get_zeroed_page(GFP_KERNEL);
		if (!per_cpu(pages, cpu)) {
			forward_stop();
			return -ENOMEM;
		}
	}
	return 0;
}

void forward_stop(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		free_page((unsigned long)per_cpu(pages, cpu));
		per_cpu(pages, cpu) = NULL;
	}
}
