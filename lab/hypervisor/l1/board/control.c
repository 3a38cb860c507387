// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control of the host.
 *
 * Owns: the ioctls of lab_host.h that need no device: it copies arguments in and out, and refuses
 * invalid ones.
 */
#include <linux/build_bug.h>
#include <linux/cpu.h>
#include <linux/uaccess.h>

#include "../lab_host.h"
#include "board.h"

/* 32-bit and 64-bit programs have the same layout: no compat entry is needed. */
static_assert(sizeof(struct lab_host_mask) == 16);
static_assert(sizeof(struct lab_host_source) == 40);
static_assert(sizeof(struct lab_host_vp) == 64);
static_assert(sizeof(struct lab_host_behaviour) == 48);
static_assert(sizeof(struct lab_host_post) == 264);
static_assert(sizeof(struct lab_host_vector) == 8);
static_assert(sizeof(struct lab_host_hostile) == 40);
static_assert(sizeof(struct lab_host_sint_message) == 256);
static_assert(sizeof(struct lab_host_event) == 8);
static_assert(sizeof(struct lab_host_refusal) == 8);
static_assert(sizeof(struct lab_host_sint) == 296);

static long set_mask(void __user *argument)
{
	struct lab_host_mask asked;
	struct lab_device *device;
	int error;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;
	if (asked.masked > 1 || asked.reserved)
		return -EINVAL;

	device = lab_device_get(asked.device);
	if (!device)
		return -ENOENT;
	error = forward_set_masked(device, asked.source, asked.masked);
	lab_device_put();
	return error;
}

static long get_source(void __user *argument)
{
	struct lab_host_source asked, answer = { };
	struct lab_device *device;
	int error;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;

	device = lab_device_get(asked.device);
	if (!device)
		return -ENOENT;
	answer.device = asked.device;
	answer.source = asked.source;
	error = forward_source(device, asked.source, &answer);
	lab_device_put();
	if (error)
		return error;
	return copy_to_user(argument, &answer, sizeof(answer)) ? -EFAULT : 0;
}

static long get_vp(void __user *argument)
{
	struct lab_host_vp asked, answer;
	int error;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;
	if (asked.reserved)
		return -EINVAL;

	error = forward_vp_read(asked.vp, &answer);
	if (error)
		return error;
	return copy_to_user(argument, &answer, sizeof(answer)) ? -EFAULT : 0;
}

static long set_behaviour(void __user *argument)
{
	struct lab_host_behaviour wanted;

	if (copy_from_user(&wanted, argument, sizeof(wanted)))
		return -EFAULT;
	return forward_behaviour_set(&wanted);
}

static long get_behaviour(void __user *argument)
{
	struct lab_host_behaviour now = { };
	int error;

	error = forward_behaviour_get(&now);
	if (error)
		return error;
	return copy_to_user(argument, &now, sizeof(now)) ? -EFAULT : 0;
}

static long post_message(void __user *argument)
{
	struct lab_host_post asked;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;
	return forward_post(&asked);
}

static long be_hostile(void __user *argument)
{
	struct lab_host_hostile asked;
	int error;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;

	error = lab_hostile_run(&asked);
	/* Copied even if the run stopped early, so that the accounting is complete. */
	if (error != -EINVAL && copy_to_user(argument, &asked, sizeof(asked)))
		return -EFAULT;
	return error;
}

static long raise(void __user *argument)
{
	struct lab_host_vector asked;
	int error;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;

	cpus_read_lock();
	error = forward_vector(asked.cpu, asked.vector);
	cpus_read_unlock();
	return error;
}

static long sint_send(void __user *argument)
{
	struct lab_host_sint_message asked;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;
	return forward_sint_send(&asked);
}

static long sint_event(void __user *argument)
{
	struct lab_host_event asked;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;
	return forward_sint_event(&asked);
}

static long sint_refuse(void __user *argument)
{
	struct lab_host_refusal asked;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;
	return forward_sint_refuse(&asked);
}

static long get_sint(void __user *argument)
{
	struct lab_host_sint state;
	int error;

	if (copy_from_user(&state, argument, sizeof(state)))
		return -EFAULT;
	error = forward_sint_read(&state);
	if (error)
		return error;
	return copy_to_user(argument, &state, sizeof(state)) ? -EFAULT : 0;
}

/**
 * lab_control_ioctl() - carry out one of these ioctls
 * @command:  the ioctl; any value.
 * @argument: from user space.
 *
 * Return: 0 or a negative errno; -ENOTTY: it is none of these.
 */
long lab_control_ioctl(unsigned int command, void __user *argument)
{
	switch (command) {
	case LAB_HOST_SET_MASK:
		return set_mask(argument);
	case LAB_HOST_GET_SOURCE:
		return get_source(argument);
	case LAB_HOST_GET_VP:
		return get_vp(argument);
	case LAB_HOST_SET_BEHAVIOUR:
		return set_behaviour(argument);
	case LAB_HOST_GET_BEHAVIOUR:
		return get_behaviour(argument);
	case LAB_HOST_POST:
		return post_message(argument);
	case LAB_HOST_RAISE_VECTOR:
		return raise(argument);
	case LAB_HOST_HOSTILE:
		return be_hostile(argument);
	case LAB_HOST_SINT_SEND:
		return sint_send(argument);
	case LAB_HOST_SINT_EVENT:
		return sint_event(argument);
	case LAB_HOST_SINT_REFUSE:
		return sint_refuse(argument);
	case LAB_HOST_GET_SINT:
		return get_sint(argument);
	default:
		return -ENOTTY;
	}
}
