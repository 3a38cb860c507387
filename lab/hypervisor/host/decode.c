// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decoding hypercalls: control words and inputs, and when they are refused.
 */
#include <linux/types.h>

#include "base/base.h"
#include "host/hyperv.h"
#include "l1/lab_host.h"

/* The control word: TLFS, "Hypercall Inputs"; Control in hvdef. */
#define CONTROL_CODE		0xffffu
#define CONTROL_FAST		0x10000ULL
#define CONTROL_NESTED		0x80000000ULL
#define CONTROL_RESERVED	(0xfULL << 27 | 0xfULL << 44 | 0xfULL << 60)

/* The size of the variable header, in quadwords. */
static u32 control_header(u64 control)
{
	return control >> 17 & 0x3ff;
}

static u32 control_rep_count(u64 control)
{
	return control >> 32 & 0xfff;
}

static u32 control_rep_start(u64 control)
{
	return control >> 48 & 0xfff;
}

/* HvCallRetargetDeviceInterrupt's input: RetargetDeviceInterrupt in hvdef. */
struct retarget_input {
	u64 partition;
	u64 device;
	u32 entry_source;
	u32 reserved0;
	u32 entry_address;
	u32 entry_data;
	u64 reserved1;
	u32 vector;
	u32 flags;
	u64 mask_or_format;
	u64 header[];
};

#define ENTRY_SOURCE_MSI	1

#define FLAG_MULTICAST		0x1
#define FLAG_SET		0x2
#define FLAG_REDIRECT		0x4

#define FORMAT_SPARSE		0

/* Lower vectors are exceptions, which an APIC does not accept in a message. */
#define FIRST_LEGAL_VECTOR	16
/* The lowest vector that a host may post to a trust domain. */
#define FIRST_POSTED_VECTOR	31
#define LAST_VECTOR		255

/* HvCallGetVpRegisters' input: GetSetVpRegisters in hvdef; each register's value has 16 bytes. */
struct registers_input {
	u64 partition;
	u32 vp;
	u8 target_vtl;
	u8 padding[3];
	u32 names[];
};

struct register_value {
	u64 low;
	u64 high;
};

/* The inputs of HvCallPostMessage and HvCallSignalEvent: PostMessage and SignalEvent in hvdef. */
#define POST_BYTES		256
#define SIGNAL_BYTES		8

#define TARGET_VTL_USE		0x10
#define TARGET_VTL_NUMBER	0x0f
#define TARGET_VTL_LAST		2

/**
 * vp_set_first() - the lowest VP of a set
 * @set: the set.
 *
 * Return: its number, or VP_SET_VPS if the set is empty.
 */
u32 vp_set_first(const struct vp_set *set)
{
	u32 vp;

	for (vp = 0; vp < VP_SET_VPS; vp++) {
		if (vp_set_has(set, vp))
			break;
	}
	return vp;
}

/**
 * vp_set_count() - how many VPs a set has
 * @set: the set.
 *
 * Return: that.
 */
u32 vp_set_count(const struct vp_set *set)
{
	u32 vp, count = 0;

	for (vp = 0; vp < VP_SET_VPS; vp++)
		count += vp_set_has(set, vp);
	return count;
}

static bool vp_set_within(const struct vp_set *set, const struct vp_set *all)
{
	u32 bank;

	for (bank = 0; bank < VP_SET_BANKS; bank++) {
		if (set->banks[bank] & ~all->banks[bank])
			return false;
	}
	return true;
}

/**
 * host_call_code() - which call it is
 * @control: the control word.
 *
 * Return: its code.
 */
u16 host_call_code(u64 control)
{
	return control & CONTROL_CODE;
}

static bool control_is_legal(u64 control)
{
	return !(control & (CONTROL_FAST | CONTROL_NESTED | CONTROL_RESERVED));
}

/**
 * host_input_bytes() - the size of a call's input
 * @control: the control word.
 *
 * Return: that; 0 for a call that does not exist.
 */
u32 host_input_bytes(u64 control)
{
	switch (host_call_code(control)) {
	case HOST_CALL_GET_VP_REGISTERS:
		return sizeof(struct registers_input) + control_rep_count(control) * sizeof(u32);
	case HOST_CALL_RETARGET:
		return sizeof(struct retarget_input) + control_header(control) * sizeof(u64);
	case HOST_CALL_POST_MESSAGE:
		return POST_BYTES;
	case HOST_CALL_SIGNAL_EVENT:
		return SIGNAL_BYTES;
	default:
		return 0;
	}
}

/**
 * host_output_bytes() - the size of a call's output
 * @control: the control word.
 *
 * Return: that, 0 if it has none.
 */
u32 host_output_bytes(u64 control)
{
	if (host_call_code(control) != HOST_CALL_GET_VP_REGISTERS)
		return 0;
	return control_rep_count(control) * sizeof(struct register_value);
}

static bool list_is_placed(u64 address, u32 bytes)
{
	return !bytes || (!(address % 8) && address % PAGE_SIZE + bytes <= PAGE_SIZE);
}

/**
 * host_check_lists() - whether a call's input and output are placed as they must be
 * @control: the control word.
 * @input:   the address of its input.
 * @output:  that of its output.
 *
 * An address is ignored if there is nothing at it. Otherwise it is aligned to 8, and the list does
 * not cross a page.
 *
 * Return: one of HOST_STATUS_*.
 */
u16 host_check_lists(u64 control, u64 input, u64 output)
{
	if (list_is_placed(input, host_input_bytes(control)) &&
	    list_is_placed(output, host_output_bytes(control)))
		return HOST_STATUS_SUCCESS;
	return HOST_STATUS_INVALID_ALIGNMENT;
}

/**
 * host_check_simple() - whether a control word is that of a call without reps and header
 * @control: the control word; of a fast call, without the bit that says so.
 *
 * Return: one of HOST_STATUS_*.
 */
u16 host_check_simple(u64 control)
{
	if (!control_is_legal(control) || control_header(control) ||
	    control_rep_count(control) || control_rep_start(control))
		return HOST_STATUS_INVALID_INPUT;
	return HOST_STATUS_SUCCESS;
}

/* A mask of banks, then those banks. The size must be exact. */
static u16 decode_sparse(const u64 *header, u32 size, struct vp_set *set)
{
	u32 bank, used = 1;

	if (!size)
		return HOST_STATUS_INVALID_PARAMETER;
	for (bank = 0; bank < VP_SET_BANKS; bank++) {
		if (!(header[0] & (1ULL << bank)))
			continue;
		if (used == size)
			return HOST_STATUS_INVALID_PARAMETER;
		set->banks[bank] = header[used++];
	}
	return used == size ? HOST_STATUS_SUCCESS : HOST_STATUS_INVALID_PARAMETER;
}

/* Without the set flag there is a plain mask, and nothing follows it. */
static u16 decode_mask(u64 mask, u32 size, struct vp_set *set)
{
	if (size)
		return HOST_STATUS_INVALID_PARAMETER;
	set->banks[0] = mask;
	return HOST_STATUS_SUCCESS;
}

/* The set of all VPs, format 1, is not legal for this call. */
static u16 decode_set(const struct retarget_input *input, u32 size,
		      const struct vp_set *existing, struct vp_set *set)
{
	u16 status = HOST_STATUS_INVALID_PARAMETER;

	memset(set, 0, sizeof(*set));
	if (!(input->flags & FLAG_SET))
		status = decode_mask(input->mask_or_format, size, set);
	else if (input->mask_or_format == FORMAT_SPARSE)
		status = decode_sparse(input->header, size, set);
	if (status)
		return status;

	if (!vp_set_count(set))
		return HOST_STATUS_INVALID_PARAMETER;
	return vp_set_within(set, existing) ? HOST_STATUS_SUCCESS : HOST_STATUS_INVALID_VP;
}

/* The checks that do not depend on the set. */
static u16 check_retarget(u64 control, const struct retarget_input *input, bool redirects)
{
	u32 known = FLAG_MULTICAST | FLAG_SET | (redirects ? FLAG_REDIRECT : 0);

	if (!control_is_legal(control) || control_rep_count(control) || control_rep_start(control))
		return HOST_STATUS_INVALID_INPUT;
	if (input->partition != HOST_PARTITION_SELF)
		return HOST_STATUS_INVALID_PARTITION;
	if (input->reserved0 || input->reserved1 || (input->flags & ~known))
		return HOST_STATUS_INVALID_PARAMETER;
	if (input->entry_source != ENTRY_SOURCE_MSI ||
	    input->entry_address != LAB_HOST_MSI_ADDRESS)
		return HOST_STATUS_INVALID_PARAMETER;
	return HOST_STATUS_SUCCESS;
}

/* A redirected interrupt has one CPU vector, so one VP. */
static bool target_is_legal(const struct retarget_input *input, const struct vp_set *set)
{
	u32 first = FIRST_LEGAL_VECTOR;

	if (input->flags & FLAG_REDIRECT) {
		if ((input->flags & FLAG_MULTICAST) || vp_set_count(set) != 1)
			return false;
		first = FIRST_POSTED_VECTOR;
	}
	return input->vector >= first && input->vector <= LAST_VECTOR;
}

/**
 * host_decode_retarget() - decode HvCallRetargetDeviceInterrupt
 * @control:  the control word, with that call code.
 * @input:    the input page, all of it readable, aligned to 8.
 * @view:     the state that the checks depend on.
 * @retarget: out: the request, valid after success.
 *
 * Return: one of HOST_STATUS_*.
 */
u16 host_decode_retarget(u64 control, const void *input, const struct host_view *view,
			 struct host_retarget *retarget)
{
	const struct retarget_input *in = input;
	u16 status;

	status = check_retarget(control, in, view->redirects);
	if (!status)
		status = decode_set(in, control_header(control), &view->existing, &retarget->set);
	if (!status && !target_is_legal(in, &retarget->set))
		status = HOST_STATUS_INVALID_PARAMETER;
	if (status)
		return status;

	retarget->device = in->device;
	retarget->source = in->entry_data;
	retarget->vector = in->vector;
	retarget->multicast = in->flags & FLAG_MULTICAST;
	retarget->redirect = in->flags & FLAG_REDIRECT;
	return HOST_STATUS_SUCCESS;
}

/* Without the use bit it is the caller's VTL, whatever the number says. */
static bool target_vtl_is_legal(u8 target)
{
	if (target & ~(TARGET_VTL_USE | TARGET_VTL_NUMBER))
		return false;
	return !(target & TARGET_VTL_USE) || (target & TARGET_VTL_NUMBER) <= TARGET_VTL_LAST;
}

static u16 check_registers(u64 control, const struct registers_input *input,
			   const struct vp_set *existing)
{
	u32 count = control_rep_count(control);

	if (!control_is_legal(control) || control_header(control) ||
	    control_rep_start(control) >= count)
		return HOST_STATUS_INVALID_INPUT;
	if (input->partition != HOST_PARTITION_SELF)
		return HOST_STATUS_INVALID_PARTITION;
	if (input->vp != HOST_VP_SELF && !vp_set_has(existing, input->vp))
		return HOST_STATUS_INVALID_VP;
	if (input->padding[0] || input->padding[1] || input->padding[2] ||
	    !target_vtl_is_legal(input->target_vtl))
		return HOST_STATUS_INVALID_PARAMETER;
	return HOST_STATUS_SUCCESS;
}

/* Both are the same for each VP and VTL. */
static u16 read_register(u32 name, const struct host_view *view, struct register_value *value)
{
	switch (name) {
	case HOST_REGISTER_VSM_VP_STATUS:
		value->low = HOST_VSM_PARAVISOR;
		break;
	case HOST_REGISTER_VSM_CAPABILITIES:
		value->low = view->redirects ? HOST_VSM_REDIRECTS : 0;
		break;
	default:
		return HOST_STATUS_INVALID_PARAMETER;
	}
	value->high = 0;
	return HOST_STATUS_SUCCESS;
}

/**
 * host_get_vp_registers() - carry out HvCallGetVpRegisters
 * @control: the control word, with that call code; host_check_lists() has passed.
 * @input:   the input page, all of it readable, aligned to 8.
 * @output:  the output page, likewise writable; a value for each register that
 *           was read.
 * @view:    the values of the registers.
 *
 * The result counts elements from the first one, even if the call started at a later one.
 *
 * Return: the result word.
 */
u64 host_get_vp_registers(u64 control, const void *input, void *output,
			  const struct host_view *view)
{
	const struct registers_input *in = input;
	struct register_value *values = output;
	u64 rep = control_rep_start(control);
	u16 status;

	status = check_registers(control, in, &view->existing);
	if (status)
		return status;

	for (; rep < control_rep_count(control); rep++) {
		status = read_register(in->names[rep], view, &values[rep]);
		if (status)
			break;
	}
	return rep << 32 | status;
}
