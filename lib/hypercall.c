// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Hypercalls: see system.h.
 */
#include <errno.h>
#include <linux/mshv_vtl.h>
#include <string.h>
#include <unistd.h>

#include "system.h"

/*
 * HypercallCode, Control, HypercallOutput, GetSetVpRegisters, RetargetDeviceInterrupt,
 * HvInterruptTargetFlags and HvRegisterVsmCapabilities in openvmm, vm/hv1/hvdef/src/lib.rs.
 */
#define CALL_GET_VP_REGISTERS	0x50
#define CALL_RETARGET		0x7e
#define ALLOWED_BYTES		16	/* up to call 0x7f */

/* Fields of the control word. */
#define CONTROL_HEADER_SHIFT	17	/* size of the variable part of the input, in u64 words */
#define CONTROL_REPS_SHIFT	32
#define CONTROL_REPS(control)	((control) >> CONTROL_REPS_SHIFT & 0xfff)
/* Fields of the result. */
#define RESULT_STATUS(result)	((result) & 0xffff)
#define RESULT_REPS(result)	((result) >> 32 & 0xfff)

#define PARTITION_SELF		(~0ULL)
#define VP_SELF			0xfffffffe
#define VTL_OWN			0

#define REGISTER_VSM_CAPABILITIES	0x000d0006
#define CAPABILITY_PROXY_REDIRECT	(1ULL << 34)

#define SOURCE_MSI		1
#define RETARGET_MULTICAST	(1u << 0)
#define RETARGET_SET		(1u << 1)
#define RETARGET_REDIRECT	(1u << 2)
#define SET_SPARSE		0

/* With the pauses, together about a twentieth of a second. */
#define TIMEOUT_REPEATS		10
#define TIMEOUT_PAUSE_US	50

struct get_registers_input {
	uint64_t partition;
	uint32_t vp;
	uint8_t vtl;
	uint8_t reserved[3];
	uint32_t names[1];
} __attribute__((packed));

struct get_registers_output {
	uint64_t low;
	uint64_t high;
};

struct retarget_input {
	uint64_t partition;
	uint64_t device_id;
	uint32_t source;
	uint32_t reserved0;
	uint32_t address;
	uint32_t data;
	uint64_t reserved1;
	uint32_t vector;
	uint32_t flags;
	uint64_t format;
	uint64_t valid_banks;
	uint64_t banks[TARGET_WORDS];
};

#define RETARGET_FIXED_BYTES	offsetof(struct retarget_input, valid_banks)

_Static_assert(offsetof(struct retarget_input, vector) == 40, "TLFS");
_Static_assert(offsetof(struct retarget_input, valid_banks) == 56, "TLFS");

static int set_up(int file)
{
	uint8_t allowed[ALLOWED_BYTES] = { 0 };
	struct mshv_hvcall_setup setup = {
		.bitmap_size = sizeof(allowed),
		.bitmap = (uintptr_t)allowed,
	};

	allowed[CALL_GET_VP_REGISTERS / 8] |= 1u << CALL_GET_VP_REGISTERS % 8;
	allowed[CALL_RETARGET / 8] |= 1u << CALL_RETARGET % 8;
	return system_ioctl(file, MSHV_HVCALL_SETUP, &setup);
}

int hypercall_open(int *file)
{
	int opened = system_open("/dev/mshv_hvcall");
	int error;

	*file = -1;
	if (opened == -ENOENT)
		return 0;
	if (opened < 0)
		return opened;
	error = set_up(opened);
	if (error) {
		close(opened);
		return error;
	}
	*file = opened;
	return 0;
}

/* Errors that the driver returns before it calls the host. */
static bool was_not_called(int error)
{
	return error == -EPERM || error == -EINVAL || error == -EOPNOTSUPP || error == -ENOTTY ||
	       error == -ENOMEM || error == -EBADF;
}

static int call_once(int file, struct mshv_hvcall *call, struct hypercall_result *result)
{
	int error;

	call->status = 0;
	error = system_ioctl(file, MSHV_HVCALL, call);
	result->calls++;
	result->status = 0;
	result->is_unsure |= error && !was_not_called(error);
	if (error)
		return error;
	result->status = RESULT_STATUS(call->status);
	if (result->status)
		return -ENXIO;
	if (RESULT_REPS(call->status) != CONTROL_REPS(call->control)) {
		result->is_unsure = true;
		return -EPROTO;
	}
	return 0;
}

/*
 * Repeats the call for a while if the host says that it ran out of time. No call of this library
 * has more than one element, so it always starts at the first one. @file is negative if there is
 * no node for calls.
 */
static int call_host(int file, struct mshv_hvcall *call, struct hypercall_result *result)
{
	int error;

	memset(result, 0, sizeof(*result));
	if (file < 0)
		return -EOPNOTSUPP;
	for (int i = 0; ; i++) {
		error = call_once(file, call, result);
		if (result->status != HYPERCALL_STATUS_TIMEOUT)
			break;
		/* A host that ran out of time may have done a part of the work. */
		result->is_unsure = true;
		if (i == TIMEOUT_REPEATS)
			break;
		system_pause_us(TIMEOUT_PAUSE_US << i);
	}
	if (!error)
		result->is_unsure = false;
	return error;
}

int hypercall_can_redirect(int file)
{
	struct get_registers_input input = {
		.partition = PARTITION_SELF,
		.vp = VP_SELF,
		.vtl = VTL_OWN,
		.names = { REGISTER_VSM_CAPABILITIES },
	};
	struct get_registers_output output = { 0 };
	struct mshv_hvcall call = {
		.control = CALL_GET_VP_REGISTERS | 1ULL << CONTROL_REPS_SHIFT,
		.input_size = sizeof(input),
		.input = (uintptr_t)&input,
		.output_size = sizeof(output),
		.output = (uintptr_t)&output,
	};
	struct hypercall_result result;
	int error;

	error = call_host(file, &call, &result);
	if (error)
		return error == -ENOMEM ? error : 0;
	return !!(output.low & CAPABILITY_PROXY_REDIRECT);
}

/* Return: the size of the variable part of the input, in words. */
static unsigned int fill_set(struct retarget_input *input, const struct target *to)
{
	unsigned int banks = 0;

	for (unsigned int i = 0; i < TARGET_WORDS; i++) {
		if (!to->vps[i])
			continue;
		input->valid_banks |= 1ULL << i;
		input->banks[banks++] = to->vps[i];
	}
	return 1 + banks;
}

static unsigned int fill(struct retarget_input *input, const struct vtlirq_interrupt *interrupt,
			 const struct retarget_request *request)
{
	memset(input, 0, sizeof(*input));
	input->partition = PARTITION_SELF;
	input->device_id = interrupt->device_id;
	input->source = SOURCE_MSI;
	input->address = interrupt->address;
	input->data = interrupt->data;
	input->vector = request->vector;
	input->flags = RETARGET_SET;
	if (request->redirect)
		input->flags |= RETARGET_REDIRECT;
	else if (request->to->flags & VTLIRQ_TARGET_MULTICAST)
		input->flags |= RETARGET_MULTICAST;
	input->format = SET_SPARSE;
	return fill_set(input, request->to);
}

int hypercall_retarget(int file, const struct vtlirq_interrupt *interrupt,
		       const struct retarget_request *request, struct hypercall_result *result)
{
	struct retarget_input input;
	uint64_t words = fill(&input, interrupt, request);
	struct mshv_hvcall call = {
		.control = CALL_RETARGET | words << CONTROL_HEADER_SHIFT,
		.input_size = RETARGET_FIXED_BYTES + words * sizeof(uint64_t),
		.input = (uintptr_t)&input,
	};

	return call_host(file, &call, result);
}
