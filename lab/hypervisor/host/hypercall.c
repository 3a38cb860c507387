// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hyper-V's hypercalls: which are supported, and access to their pages.
 *
 * Owns: the dispatch. decode.c decodes and checks the input of a call, without knowing the
 * machine.
 */
#include "apic/apic.h"
#include "base/base.h"
#include "host/devices.h"
#include "host/host.h"
#include "host/hyperv.h"
#include "host/synic.h"
#include "vcpu/exits.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"

/* The length of VMMCALL, without prefixes. */
#define VMMCALL_LENGTH   3
#define CONTROL_FAST     BIT_ULL(16)
#define REP_COUNT_SHIFT  32
#define REP_START_SHIFT  48
#define REP_MASK         0xfff
#define REGISTER_BYTES   16

/* The input of a fast call, of which 16 bytes are in registers. */
struct fast_input {
	u64 words[2];
	u8 rest[PAGE_SIZE - 16];
};

static void all_vps(struct vp_set *set)
{
	u32 i;

	memset(set, 0, sizeof(*set));
	for (i = 0; i < l1_count; i++)
		vp_set_add(set, i);
}

static u64 get_registers(u64 control, const void *input, void *output)
{
	struct host_view view;

	view.redirects = behaviour_redirects();
	all_vps(&view.existing);
	return host_get_vp_registers(control, input, output, &view);
}

static u64 retarget(u64 control, const void *input)
{
	struct host_retarget asked;
	struct host_view view;
	u16 status;

	view.redirects = behaviour_redirects();
	all_vps(&view.existing);
	status = host_decode_retarget(control, input, &view, &asked);
	if (!status)
		status = behaviour_refusal(asked.redirect);
	if (!status)
		status = source_retarget(&asked);
	behaviour_count(status);
	timer_wait(behaviour_delay());
	if (options.trace)
		print("hypervisor: device %llx goes to VP %u, vector %x: status %x\n",
		      asked.device, vp_set_first(&asked.set), asked.vector, status);
	return status;
}

static u16 post(u64 control, const void *input)
{
	u16 status = host_check_simple(control);

	if (status)
		return status;
	return vmbus_post(input) ? HOST_STATUS_SUCCESS : sint_post(input);
}

/* VMBus has no channels, so an event never belongs to it. */
static u16 signal(u64 control, const void *input)
{
	return host_check_simple(control) ?: sint_signal(input);
}

static u64 call(u64 control, const void *input, void *output)
{
	switch (host_call_code(control)) {
	case HOST_CALL_GET_VP_REGISTERS:
		return get_registers(control, input, output);
	case HOST_CALL_RETARGET:
		return retarget(control, input);
	case HOST_CALL_POST_MESSAGE:
		return post(control, input);
	case HOST_CALL_SIGNAL_EVENT:
		return signal(control, input);
	default:
		print("hypervisor: no hypercall %llx\n", control);
		return HOST_STATUS_INVALID_CODE;
	}
}

static u64 call_fast(u64 control, u64 first, u64 second)
{
	struct fast_input input = { { first, second }, { 0 } };

	if (host_call_code(control) != HOST_CALL_SIGNAL_EVENT)
		return HOST_STATUS_INVALID_INPUT;
	return call(control & ~CONTROL_FAST, &input, NULL);
}

/* Keeps what earlier calls have written. */
static void write_output(u64 control, u64 result, u8 *place, const u8 *values)
{
	u64 from = (control >> REP_START_SHIFT & REP_MASK) * REGISTER_BYTES;
	u64 to = (result >> REP_COUNT_SHIFT & REP_MASK) * REGISTER_BYTES;

	if (from < to)
		memcpy(place + from, values + from, to - from);
}

/*
 * L1 may write to its pages at the same time, so the input is read only once. What is beyond the
 * call's input counts as 0.
 */
static u64 call_by_pages(u64 control, u64 input, u64 output)
{
	u32 input_bytes = host_input_bytes(control), output_bytes = host_output_bytes(control);
	u64 from[PAGE_SIZE / 8] = { 0 }, to[PAGE_SIZE / 8], result;
	const void *place = gpa_shared_memory(input);
	void *result_place = gpa_shared_memory(output);

	if (host_check_lists(control, input, output))
		return HOST_STATUS_INVALID_ALIGNMENT;
	/* TLFS, "Common Hypercall Status Codes": an address that does not exist, too. */
	if ((input_bytes && !place) || (output_bytes && !result_place))
		return HOST_STATUS_INVALID_ALIGNMENT;
	if (input_bytes)
		memcpy(from, place, input_bytes);
	result = call(control, from, to);
	if (output_bytes)
		write_output(control, result, result_place, (u8 *)to);
	return result;
}

u64 hypercall_handle(struct l1_cpu *l1, u64 control, u64 input, u64 output)
{
	l1->count.hypercalls++;
	if (control & CONTROL_FAST)
		return call_fast(control, input, output);
	return call_by_pages(control, input, output);
}

void hypercall_by_page(struct l1_cpu *l1)
{
	u32 length = code_length(l1, VMMCALL_LENGTH);

	l1->vmcb->rax = hypercall_handle(l1, l1->regs[GPR_RCX], l1->regs[GPR_RDX],
					 l1->regs[GPR_R8]);
	l1_skip(l1, length);
}
