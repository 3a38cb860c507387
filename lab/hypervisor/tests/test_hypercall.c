// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The host without devices: how it decodes hypercalls, each of its statuses, and the messages that
 * it composes; how it dispatches a call, and what it writes into the call's output page.
 *
 * Sources of the latter two: OpenVMM's vm/hv1/hv1_hypercall/src/support.rs,
 * InnerDispatcher::dispatch_inner(); TLFS, "Hypercall Inputs" and "Common Hypercall Status Codes".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <linux/types.h>

#include "apic/apic.h"
#include "base/base.h"
#include "host/devices.h"
#include "host/host.h"
#include "host/hyperv.h"
#include "host/synic.h"
#include "l1/lab_host.h"
#include "vcpu/exits.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"

#define MULTICAST	0x1
#define SET		0x2
#define REDIRECT	0x4

#define FAST		(1ULL << 16)
#define NESTED		(1ULL << 31)
#define HEADER(size)	((u64)(size) << 17)
#define REPS(count)	((u64)(count) << 32)
#define START(index)	((u64)(index) << 48)

/*
 * RetargetDeviceInterrupt in OpenVMM's vm/hv1/hvdef/src/lib.rs; what follows is by the set's form.
 * Control words and statuses: Control and HvError there.
 */
struct input {
	u64 partition;
	u64 device;
	u32 entry_source;
	u32 reserved0;
	u32 entry_address;
	u32 entry_data;
	u64 reserved1;
	u32 vector;
	u32 flags;
	u64 format;
	u64 header[1 + VP_SET_BANKS];
};

/* As in the TLFS's example of a set: three banks, and a part of the next. */
#define VPS 200

static struct host_view view;
static struct host_retarget retarget;
static struct input input;
static u64 control;

/* A redirected retarget of one source to VP 3, as OpenHCL's VMM writes it. */
static int setup_retarget(void **state)
{
	u32 vp;

	memset(&view, 0, sizeof(view));
	view.redirects = true;
	for (vp = 0; vp < VPS; vp++)
		vp_set_add(&view.existing, vp);

	memset(&retarget, 0xa5, sizeof(retarget));
	memset(&input, 0, sizeof(input));
	input.partition = HOST_PARTITION_SELF;
	input.device = 0x18;
	input.entry_source = 1;
	input.entry_address = LAB_HOST_MSI_ADDRESS;
	input.entry_data = 5;
	input.vector = 0x31;
	input.flags = SET | REDIRECT;
	input.header[0] = 1;
	input.header[1] = 1 << 3;
	control = HOST_CALL_RETARGET | HEADER(2);
	return 0;
}

static u16 decode(void)
{
	return host_decode_retarget(control, &input, &view, &retarget);
}

/* The same call as the guest's own: proxied, and to a plain mask. */
static void make_masked(u64 mask)
{
	input.flags = 0;
	input.format = mask;
	control = HOST_CALL_RETARGET;
}

static void the_layout_is_the_specified_one(void **state)
{
	assert_int_equal(offsetof(struct input, entry_source), 16);
	assert_int_equal(offsetof(struct input, entry_address), 24);
	assert_int_equal(offsetof(struct input, entry_data), 28);
	assert_int_equal(offsetof(struct input, reserved1), 32);
	assert_int_equal(offsetof(struct input, vector), 40);
	assert_int_equal(offsetof(struct input, flags), 44);
	assert_int_equal(offsetof(struct input, format), 48);
	assert_int_equal(offsetof(struct input, header), 56);
	assert_int_equal(host_call_code(0x123456789abc007eULL), 0x7e);
}

static void a_redirected_retarget_is_understood(void **state)
{
	assert_int_equal(decode(), HOST_STATUS_SUCCESS);
	assert_int_equal(retarget.device, 0x18);
	assert_int_equal(retarget.source, 5);
	assert_int_equal(retarget.vector, 0x31);
	assert_true(retarget.redirect);
	assert_false(retarget.multicast);
	assert_int_equal(vp_set_count(&retarget.set), 1);
	assert_int_equal(vp_set_first(&retarget.set), 3);
}

static void a_mask_is_understood(void **state)
{
	make_masked(1ULL << 63 | 1 << 2);
	input.flags = MULTICAST;
	input.device = ~0ULL;
	assert_int_equal(decode(), HOST_STATUS_SUCCESS);
	assert_int_equal(retarget.device, ~0ULL);
	assert_true(retarget.multicast);
	assert_false(retarget.redirect);
	assert_int_equal(vp_set_count(&retarget.set), 2);
	assert_true(vp_set_has(&retarget.set, 2) && vp_set_has(&retarget.set, 63));
}

/* Banks that are left out take no room; empty ones do. */
static void sparse_banks_are_understood(void **state)
{
	input.flags = SET;
	input.header[0] = 1ULL << 63 | 1 << 1;
	input.header[1] = 1 << 5;
	input.header[2] = 0;
	control = HOST_CALL_RETARGET | HEADER(3);
	assert_int_equal(decode(), HOST_STATUS_SUCCESS);
	assert_int_equal(vp_set_count(&retarget.set), 1);
	assert_int_equal(vp_set_first(&retarget.set), 64 + 5);
	assert_false(vp_set_has(&retarget.set, VP_SET_VPS));
}

/* TLFS, HV_VP_SET, "Processor Set Example"; OpenVMM's vm/hv1/hv1_structs/src/proc_mask.rs. */
static void the_specifications_set_is_understood(void **state)
{
	input.flags = SET;
	input.header[0] = 0x5;
	input.header[1] = 0x21;
	input.header[2] = 0x4;
	control = HOST_CALL_RETARGET | HEADER(3);
	assert_int_equal(decode(), HOST_STATUS_SUCCESS);
	assert_int_equal(vp_set_count(&retarget.set), 3);
	assert_int_equal(vp_set_first(&retarget.set), 0);
	assert_true(vp_set_has(&retarget.set, 5) && vp_set_has(&retarget.set, 130));
}

/* TLFS 6.0b, HvRetargetDeviceInterrupt, "Restrictions"; OpenVMM's proc_mask.rs. */
static void the_set_of_all_vps_is_refused(void **state)
{
	u32 size;

	input.flags = SET;
	input.format = 1;
	for (size = 0; size < 3; size++) {
		control = HOST_CALL_RETARGET | HEADER(size);
		assert_int_equal(decode(), HOST_STATUS_INVALID_PARAMETER);
	}
}

static void a_wrong_control_word_is_invalid_input(void **state)
{
	static const u64 wrong[] = {
		FAST, NESTED, REPS(1), START(1), 1ULL << 27, 1ULL << 30, 1ULL << 44, 1ULL << 47,
		1ULL << 60, 1ULL << 63,
	};
	const u64 right = control;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		control = right | wrong[i];
		assert_int_equal(decode(), HOST_STATUS_INVALID_INPUT);
	}
}

/* TLFS 6.0b, HvRetargetDeviceInterrupt. OpenVMM does not read the partition. */
static void another_partition_is_refused(void **state)
{
	input.partition = 0;
	assert_int_equal(decode(), HOST_STATUS_INVALID_PARTITION);
	input.partition = HOST_PARTITION_SELF - 1;
	assert_int_equal(decode(), HOST_STATUS_INVALID_PARTITION);
}

#define REFUSED(field, value)                                                   \
	do {                                                                    \
		setup_retarget(NULL);                                           \
		input.field = (value);                                          \
		assert_int_equal(decode(), HOST_STATUS_INVALID_PARAMETER);      \
	} while (0)

/*
 * Flags, source and format: HvRetargetDeviceInterrupt in OpenVMM's vm/hv1/hv1_hypercall/src/imp.rs.
 * The reserved words: TLFS 6.0b; OpenVMM does not read them.
 */
static void wrong_fields_are_invalid_parameters(void **state)
{
	u32 bit;

	REFUSED(reserved0, 1);
	REFUSED(reserved1, 1ULL << 63);
	for (bit = 3; bit < 32; bit++)
		REFUSED(flags, SET | 1u << bit);
	REFUSED(entry_source, 0);
	REFUSED(entry_source, 2);
	REFUSED(entry_address, LAB_HOST_MSI_ADDRESS + 0x1000);
	REFUSED(entry_address, 0);
	REFUSED(format, 2);
	REFUSED(format, 1ULL << 32);
}

static void vectors_have_their_range(void **state)
{
	REFUSED(vector, 30);
	REFUSED(vector, 256);
	REFUSED(vector, 0x131);
	input.vector = 31;
	assert_int_equal(decode(), HOST_STATUS_SUCCESS);
	input.vector = 255;
	assert_int_equal(decode(), HOST_STATUS_SUCCESS);

	input.flags = SET;
	input.vector = 16;
	assert_int_equal(decode(), HOST_STATUS_SUCCESS);
	input.vector = 15;
	assert_int_equal(decode(), HOST_STATUS_INVALID_PARAMETER);
}

static void redirection_is_to_one_vp(void **state)
{
	REFUSED(header[1], 1 << 3 | 1 << 4);
	REFUSED(flags, SET | REDIRECT | MULTICAST);
	input.flags = SET | MULTICAST;
	input.header[1] = 1 << 3 | 1 << 4;
	assert_int_equal(decode(), HOST_STATUS_SUCCESS);
}

static void redirection_is_a_reserved_bit_unless_offered(void **state)
{
	view.redirects = false;
	assert_int_equal(decode(), HOST_STATUS_INVALID_PARAMETER);
	input.flags = SET;
	assert_int_equal(decode(), HOST_STATUS_SUCCESS);
}

/* This host's own rule: OpenVMM accepts an empty set, and the TLFS says nothing about it. */
static void this_host_refuses_an_empty_set(void **state)
{
	REFUSED(header[1], 0);
	input.header[0] = 0;
	control = HOST_CALL_RETARGET | HEADER(1);
	assert_int_equal(decode(), HOST_STATUS_INVALID_PARAMETER);
	make_masked(0);
	assert_int_equal(decode(), HOST_STATUS_INVALID_PARAMETER);
}

/* ProcessorSet::from_processor_masks() in OpenVMM's vm/hv1/hv1_structs/src/proc_mask.rs. */
static void the_header_has_what_the_banks_need(void **state)
{
	u32 size;

	for (size = 0; size <= 505; size++) {
		control = HOST_CALL_RETARGET | HEADER(size);
		assert_int_equal(decode(), size == 2 ? HOST_STATUS_SUCCESS :
				 HOST_STATUS_INVALID_PARAMETER);
	}
}

/* This host's own rule: OpenVMM ignores the header. */
static void this_host_refuses_a_header_after_a_mask(void **state)
{
	make_masked(1);
	assert_int_equal(decode(), HOST_STATUS_SUCCESS);
	control |= HEADER(1);
	assert_int_equal(decode(), HOST_STATUS_INVALID_PARAMETER);
}

static void all_banks_fit(void **state)
{
	input.flags = SET;
	input.header[0] = ~0ULL;
	control = HOST_CALL_RETARGET | HEADER(1 + VP_SET_BANKS);
	assert_int_equal(decode(), HOST_STATUS_SUCCESS);
	input.header[VP_SET_BANKS] = 1ULL << 63;
	assert_int_equal(decode(), HOST_STATUS_INVALID_VP);
}

/*
 * TLFS 6.0b demands that the VPs exist. The status is this host's own: that list of statuses does
 * not have it, and OpenVMM answers 0x5 (retarget_interrupt() in
 * vmm_core/virt/src/x86/apic_software_device.rs).
 */
static void a_vp_that_is_not_there_is_an_invalid_vp(void **state)
{
	input.header[0] = 1ULL << VPS / 64;
	input.header[1] = 1ULL << VPS % 64;
	assert_int_equal(decode(), HOST_STATUS_INVALID_VP);
	input.header[1] = 1ULL << (VPS - 1) % 64;
	assert_int_equal(decode(), HOST_STATUS_SUCCESS);

	view.existing.banks[0] = 3;
	make_masked(4);
	assert_int_equal(decode(), HOST_STATUS_INVALID_VP);
	make_masked(2);
	assert_int_equal(decode(), HOST_STATUS_SUCCESS);
}

/*
 * TLFS, "Common Hypercall Status Codes", HV_STATUS_INVALID_ALIGNMENT; check_buffer() in OpenVMM's
 * vm/hv1/hv1_hypercall/src/support.rs, which refuses a list that crosses a page with 0x3 instead.
 */
static void pages_are_aligned_to_8(void **state)
{
	const u64 call = HOST_CALL_GET_VP_REGISTERS | REPS(1);
	u64 offset;

	assert_int_equal(HOST_STATUS_INVALID_ALIGNMENT, 0x4);
	for (offset = 1; offset < 8; offset++) {
		assert_int_equal(host_check_lists(call, 0x1000 + offset, 0x2000), 0x4);
		assert_int_equal(host_check_lists(call, 0x1000, 0x2000 + offset), 0x4);
	}
	assert_int_equal(host_check_lists(call, 0x1008, 0x2008), HOST_STATUS_SUCCESS);
}

/* The address that is the last one at which a list of @bytes fits into its page. */
static u64 last_place(u32 bytes)
{
	return 0x2000 - (bytes + 7) / 8 * 8;
}

static void check_input_fits(u64 call, u32 bytes)
{
	assert_int_equal(host_input_bytes(call), bytes);
	assert_int_equal(host_check_lists(call, last_place(bytes), 0x4000), HOST_STATUS_SUCCESS);
	assert_int_equal(host_check_lists(call, last_place(bytes) + 8, 0x4000), 0x4);
}

static void check_output_fits(u64 call, u32 bytes)
{
	assert_int_equal(host_output_bytes(call), bytes);
	assert_int_equal(host_check_lists(call, 0x4000, last_place(bytes)), HOST_STATUS_SUCCESS);
	assert_int_equal(host_check_lists(call, 0x4000, last_place(bytes) + 8), 0x4);
}

/* The sizes of hvdef's structures: RetargetDeviceInterrupt, GetSetVpRegisters and so on. */
static void lists_do_not_cross_a_page(void **state)
{
	check_input_fits(HOST_CALL_RETARGET, 56);
	check_input_fits(HOST_CALL_RETARGET | HEADER(2), 72);
	check_input_fits(HOST_CALL_RETARGET | HEADER(505), PAGE_SIZE);
	check_input_fits(HOST_CALL_GET_VP_REGISTERS | REPS(1), 20);
	check_input_fits(HOST_CALL_GET_VP_REGISTERS | REPS(4) | START(3), 32);
	check_input_fits(HOST_CALL_POST_MESSAGE, 256);
	/* Where this one is aligned, it fits. */
	assert_int_equal(host_input_bytes(HOST_CALL_SIGNAL_EVENT), 8);

	check_output_fits(HOST_CALL_GET_VP_REGISTERS | REPS(1), 16);
	check_output_fits(HOST_CALL_GET_VP_REGISTERS | REPS(4) | START(3), 64);
	check_output_fits(HOST_CALL_GET_VP_REGISTERS | REPS(256), PAGE_SIZE);

	/* These fit nowhere. */
	assert_int_equal(host_check_lists(HOST_CALL_RETARGET | HEADER(506), 0x1000, 0), 0x4);
	assert_int_equal(host_check_lists(HOST_CALL_RETARGET | HEADER(1023), 0x1000, 0), 0x4);
	assert_int_equal(host_check_lists(HOST_CALL_GET_VP_REGISTERS | REPS(257), 0x1000, 0x4000),
			 0x4);
	assert_int_equal(host_check_lists(HOST_CALL_GET_VP_REGISTERS | REPS(4095), 0x1000, 0x4000),
			 0x4);
}

/* TLFS, "Alignment Requirements": without output its address is ignored. */
static void an_address_without_a_list_is_ignored(void **state)
{
	static const u64 calls[] = {
		HOST_CALL_RETARGET | HEADER(2), HOST_CALL_POST_MESSAGE, HOST_CALL_SIGNAL_EVENT,
	};
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		assert_int_equal(host_output_bytes(calls[i]), 0);
		assert_int_equal(host_check_lists(calls[i], 0x1000, 0x2001), HOST_STATUS_SUCCESS);
		assert_int_equal(host_check_lists(calls[i], 0x1000, ~0ULL), HOST_STATUS_SUCCESS);
		assert_int_equal(host_check_lists(calls[i], 0x1001, 0), 0x4);
	}
}

/* TLFS, "Hypercall Inputs"; HypercallData::Simple in the same file. */
static void a_simple_call_has_neither_reps_nor_a_header(void **state)
{
	static const u64 wrong[] = {
		FAST, NESTED, HEADER(1), REPS(1), START(1), 1ULL << 27, 1ULL << 47, 1ULL << 63,
	};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(host_check_simple(HOST_CALL_POST_MESSAGE | wrong[i]),
				 HOST_STATUS_INVALID_INPUT);
	}
	assert_int_equal(host_check_simple(HOST_CALL_POST_MESSAGE), HOST_STATUS_SUCCESS);
	assert_int_equal(host_check_simple(HOST_CALL_SIGNAL_EVENT), HOST_STATUS_SUCCESS);
}

/* HvCallGetVpRegisters. */
static struct {
	u64 partition;
	u32 vp;
	u8 target_vtl;
	u8 padding[3];
	u32 names[256];
} question;
static u64 answer[512];

static int setup_registers(void **state)
{
	int i;

	setup_retarget(state);
	memset(&question, 0, sizeof(question));
	memset(answer, 0xa5, sizeof(answer));
	question.partition = HOST_PARTITION_SELF;
	question.vp = HOST_VP_SELF;
	for (i = 0; i < 256; i++)
		question.names[i] = HOST_REGISTER_VSM_CAPABILITIES;
	return 0;
}

static u64 ask(u64 bits)
{
	return host_get_vp_registers(HOST_CALL_GET_VP_REGISTERS | bits, &question, answer, &view);
}

static void the_capability_is_bit_34(void **state)
{
	assert_int_equal(ask(REPS(1)), REPS(1));
	assert_int_equal(answer[0], 1ULL << 34);
	assert_int_equal(answer[1], 0);
	assert_int_equal(answer[2], 0xa5a5a5a5a5a5a5a5ULL);

	view.redirects = false;
	question.vp = VPS - 1;
	question.target_vtl = 0x12;
	assert_int_equal(ask(REPS(1)), REPS(1));
	assert_int_equal(answer[0], 0);
}

/* HvRegisterVsmVpStatus in hvdef: the active VTL, and from bit 16 on which VTLs are enabled. */
static void the_active_vtl_is_a_paravisors(void **state)
{
	question.names[0] = 0x000d0003;
	assert_int_equal(ask(REPS(2)), REPS(2));
	assert_int_equal(answer[0], 2 | 1 << 16 | 1 << 18);
	assert_int_equal(answer[1], 0);
	assert_int_equal(answer[2], 1ULL << 34);
	question.vp = VPS;
	assert_int_equal(ask(REPS(1)), HOST_STATUS_INVALID_VP);
}

static void reps_are_counted_to_the_one_that_failed(void **state)
{
	question.names[2] = 0x000d0007;
	assert_int_equal(ask(REPS(4)), REPS(2) | HOST_STATUS_INVALID_PARAMETER);
	assert_int_equal(answer[2], 1ULL << 34);
	assert_int_equal(answer[4], 0xa5a5a5a5a5a5a5a5ULL);
	/* A continued call continues after it. */
	assert_int_equal(ask(REPS(4) | START(3)), REPS(4));
	assert_int_equal(answer[6], 1ULL << 34);
	assert_int_equal(ask(REPS(4) | START(2)), REPS(2) | HOST_STATUS_INVALID_PARAMETER);
	assert_int_equal(ask(REPS(256) | START(255)), REPS(256));
}

static void registers_refuse_a_wrong_control_word(void **state)
{
	assert_int_equal(ask(0), HOST_STATUS_INVALID_INPUT);
	assert_int_equal(ask(REPS(2) | START(2)), HOST_STATUS_INVALID_INPUT);
	assert_int_equal(ask(REPS(1) | HEADER(1)), HOST_STATUS_INVALID_INPUT);
	assert_int_equal(ask(REPS(1) | FAST), HOST_STATUS_INVALID_INPUT);
	assert_int_equal(ask(REPS(1) | NESTED), HOST_STATUS_INVALID_INPUT);
}

static void registers_refuse_wrong_fields(void **state)
{
	question.partition = 1;
	assert_int_equal(ask(REPS(1)), HOST_STATUS_INVALID_PARTITION);
	setup_registers(NULL);
	question.vp = VPS;
	assert_int_equal(ask(REPS(1)), HOST_STATUS_INVALID_VP);
	setup_registers(NULL);
	question.padding[2] = 1;
	assert_int_equal(ask(REPS(1)), HOST_STATUS_INVALID_PARAMETER);
	setup_registers(NULL);
	question.target_vtl = 0x20;
	assert_int_equal(ask(REPS(1)), HOST_STATUS_INVALID_PARAMETER);
	question.target_vtl = 0x13;
	assert_int_equal(ask(REPS(1)), HOST_STATUS_INVALID_PARAMETER);
}

/* TLFS, HV_INPUT_VTL; HvInputVtl::target_vtl() in hvdef. */
static void without_its_use_bit_any_vtl_is_the_callers(void **state)
{
	for (question.target_vtl = 0; question.target_vtl < 0x10; question.target_vtl++) {
		assert_int_equal(ask(REPS(1)), REPS(1));
		assert_int_equal(answer[0], 1ULL << 34);
	}
	for (question.target_vtl = 0x80; question.target_vtl < 0x90; question.target_vtl++)
		assert_int_equal(ask(REPS(1)), HOST_STATUS_INVALID_PARAMETER);
}

/*
 * The header is HvMessageHeader in hvdef; the payload is that of ProjectMile/Mile.HyperV,
 * Mile.HyperV.TLFS.h.
 */
static void a_single_vector_is_written_as_a_number(void **state)
{
	u32 banks[VECTOR_BANKS], vector;
	struct host_message message;
	static const u8 nothing[256];
	u32 written;

	for (vector = 0; vector < 256; vector++) {
		memset(banks, 0, sizeof(banks));
		memset(&message, 0xa5, sizeof(message));
		banks[vector / 32] = 1u << vector % 32;
		assert_false(message_compose(banks, &message));
		assert_int_equal(message.type, 0x8001000f);
		assert_int_equal(message.payload_size, 36);
		assert_int_equal(message.flags, 0);
		assert_int_equal(message.reserved, 0);
		assert_int_equal(message.sender, 0);
		assert_memory_equal(message.payload, nothing, 4);
		memcpy(&written, &message.payload[4], sizeof(written));
		assert_int_equal(written, vector);
		assert_memory_equal(&message.payload[8], nothing, MESSAGE_PAYLOAD_BYTES - 8);
	}
}

static void several_vectors_are_written_as_a_bitmap(void **state)
{
	static const u32 banks[VECTOR_BANKS] = { [2] = 1u << 31, [3] = 1, [7] = 1u << 31 };
	static const u8 nothing[256];
	struct host_message message;

	memset(&message, 0xa5, sizeof(message));
	assert_true(message_compose(banks, &message));
	assert_int_equal(message.payload_size, 36);
	assert_int_equal(message.payload[0], 0);
	assert_int_equal(message.payload[1], 1);
	assert_memory_equal(&message.payload[2], nothing, 2);
	assert_memory_equal(&message.payload[4], banks, sizeof(banks));
	assert_memory_equal(&message.payload[36], nothing, MESSAGE_PAYLOAD_BYTES - 36);
}

static void two_vectors_of_one_bank_are_several(void **state)
{
	static const u32 banks[VECTOR_BANKS] = { [2] = 1u << 17 | 1u << 16 };
	struct host_message message;

	assert_true(message_compose(banks, &message));
	assert_memory_equal(&message.payload[4], banks, sizeof(banks));
}

static void the_slot_has_its_layout(void **state)
{
	assert_int_equal(sizeof(struct host_message), MESSAGE_BYTES);
	assert_int_equal(offsetof(struct host_message, payload_size), 4);
	assert_int_equal(offsetof(struct host_message, flags), 5);
	assert_int_equal(offsetof(struct host_message, sender), 8);
	assert_int_equal(offsetof(struct host_message, payload), 16);
}

#define RETARGET(name)	cmocka_unit_test_setup(name, setup_retarget)
#define REGISTERS(name)	cmocka_unit_test_setup(name, setup_registers)

/* ---- The dispatch ---- */

#define INPUT		0x3000ULL
#define OUTPUT		0x4000ULL
#define NOWHERE		0x5000ULL

/* What is in the output page before a call. */
#define OLD		0x1111111111111111ULL

struct options options;
struct l1_cpu l1_cpus[L1_CPUS_MAX];
u32 l1_count = 2;

/** struct registers - the input of HvCallGetVpRegisters */
struct registers {
	u64 partition;
	u32 vp, vtl;
	u32 names[256];
};

static struct {
	u64 input[PAGE_SIZE / 8];
	u64 output[PAGE_SIZE / 8];
} memory;
static u32 posts, signals;

void *gpa_shared_memory(u64 gpa)
{
	return gpa >= INPUT && gpa < NOWHERE ? (u8 *)&memory + gpa - INPUT : NULL;
}

bool behaviour_redirects(void)
{
	return true;
}

u32 behaviour_delay(void)
{
	return 0;
}

u16 behaviour_refusal(bool redirect)
{
	return redirect ? HOST_STATUS_FAILED : HOST_STATUS_SUCCESS;
}

void behaviour_count(bool refused)
{
	(void)refused;
}

u16 source_retarget(const struct host_retarget *asked)
{
	(void)asked;
	return HOST_STATUS_SUCCESS;
}

bool vmbus_post(const void *input)
{
	(void)input;
	return false;
}

u16 sint_post(const void *input)
{
	(void)input;
	posts++;
	return HOST_STATUS_SUCCESS;
}

u16 sint_signal(const void *input)
{
	signals += *(const u32 *)input;
	return HOST_STATUS_SUCCESS;
}

void timer_wait(u64 usecs)
{
	(void)usecs;
}

u32 code_length(const struct l1_cpu *l1, u32 opcode)
{
	(void)l1;
	return opcode;
}

void l1_skip(struct l1_cpu *l1, u32 length)
{
	(void)l1;
	(void)length;
}

void print(const char *format, ...)
{
	(void)format;
}

static int setup_call(void **state)
{
	struct registers *question = (struct registers *)memory.input;
	size_t i;

	memset(&memory, 0, sizeof(memory));
	for (i = 0; i < ARRAY_SIZE(memory.output); i++)
		memory.output[i] = OLD;
	question->partition = HOST_PARTITION_SELF;
	question->vp = HOST_VP_SELF;
	for (i = 0; i < 256; i++)
		question->names[i] = HOST_REGISTER_VSM_CAPABILITIES;
	posts = 0;
	signals = 0;
	return 0;
}

static u64 make(u64 control, u64 input, u64 output)
{
	return hypercall_handle(&l1_cpus[0], control, input, output);
}

static u64 get(u64 bits)
{
	return make(HOST_CALL_GET_VP_REGISTERS | bits, INPUT, OUTPUT);
}

static void values_are_written_and_no_more(void **state)
{
	assert_int_equal(get(REPS(2)), REPS(2));
	assert_int_equal(memory.output[0], HOST_VSM_REDIRECTS);
	assert_int_equal(memory.output[1], 0);
	assert_int_equal(memory.output[2], HOST_VSM_REDIRECTS);
	assert_int_equal(memory.output[3], 0);
	assert_int_equal(memory.output[4], OLD);
}

/* What an earlier call has written stays. */
static void a_continued_call_writes_only_the_rest(void **state)
{
	struct registers *question = (struct registers *)memory.input;

	assert_int_equal(get(REPS(4) | START(2)), REPS(4));
	assert_int_equal(memory.output[0], OLD);
	assert_int_equal(memory.output[3], OLD);
	assert_int_equal(memory.output[4], HOST_VSM_REDIRECTS);
	assert_int_equal(memory.output[6], HOST_VSM_REDIRECTS);
	assert_int_equal(memory.output[8], OLD);

	setup_call(NULL);
	question->names[2] = 0;
	assert_int_equal(get(REPS(4) | START(2)), REPS(2) | HOST_STATUS_INVALID_PARAMETER);
	assert_int_equal(memory.output[0], OLD);
	assert_int_equal(memory.output[3], OLD);
	assert_int_equal(memory.output[4], OLD);
}

static void a_refused_call_writes_nothing(void **state)
{
	assert_int_equal(get(REPS(2) | START(2)), HOST_STATUS_INVALID_INPUT);
	assert_int_equal(get(REPS(2) | START(3)), HOST_STATUS_INVALID_INPUT);
	assert_int_equal(memory.output[0], OLD);
	assert_int_equal(memory.output[4], OLD);
}

/* The sanitizer watches, too. */
static void a_list_that_crosses_the_page_is_refused(void **state)
{
	const u64 call = HOST_CALL_GET_VP_REGISTERS, end = PAGE_SIZE / 8;

	assert_int_equal(make(call | REPS(4), INPUT, OUTPUT + PAGE_SIZE - 56), 0x4);
	assert_int_equal(make(call | REPS(4) | START(3), INPUT, OUTPUT + PAGE_SIZE - 16), 0x4);
	assert_int_equal(make(call | REPS(257), INPUT, OUTPUT), 0x4);
	assert_int_equal(memory.output[0], OLD);
	assert_int_equal(memory.output[end - 2], OLD);

	assert_int_equal(make(call | REPS(4), INPUT, OUTPUT + PAGE_SIZE - 64), REPS(4));
	assert_int_equal(memory.output[end - 9], OLD);
	assert_int_equal(memory.output[end - 8], HOST_VSM_REDIRECTS);
	assert_int_equal(memory.output[end - 2], HOST_VSM_REDIRECTS);

	assert_int_equal(make(call | REPS(1), OUTPUT - 16, OUTPUT), 0x4);
	assert_int_equal(make(HOST_CALL_RETARGET | HEADER(506), INPUT, 0), 0x4);
	assert_int_equal(make(HOST_CALL_POST_MESSAGE, OUTPUT - 248, 0), 0x4);
	assert_int_equal(make(HOST_CALL_POST_MESSAGE, OUTPUT - 256, 0), 0);
	assert_int_equal(make(HOST_CALL_SIGNAL_EVENT, OUTPUT - 8, 0), 0);
}

static void pages_must_exist_and_be_aligned(void **state)
{
	u64 call = HOST_CALL_GET_VP_REGISTERS | REPS(1);

	assert_int_equal(make(call, INPUT + 4, OUTPUT), 0x4);
	assert_int_equal(make(call, INPUT, OUTPUT + 1), 0x4);
	assert_int_equal(make(call, NOWHERE, OUTPUT), 0x4);
	assert_int_equal(make(call, INPUT, NOWHERE), 0x4);
	/* There is no memory at address 0 either. */
	assert_int_equal(make(call, INPUT, 0), 0x4);
	assert_int_equal(memory.output[0], OLD);
}

static void a_call_without_output_ignores_its_address(void **state)
{
	assert_int_equal(make(HOST_CALL_POST_MESSAGE, INPUT, OUTPUT + 1), 0);
	assert_int_equal(make(HOST_CALL_SIGNAL_EVENT, INPUT, NOWHERE), 0);
	assert_int_equal(posts, 1);
	/* Without a rep, this one has no output, and is wrong for that reason. */
	assert_int_equal(make(HOST_CALL_GET_VP_REGISTERS, INPUT, NOWHERE + 1), 0x3);
	assert_int_equal(memory.output[0], OLD);
}

static void other_codes_are_none(void **state)
{
	u32 code;

	for (code = 0; code < 0x100; code++) {
		if (code == 0x50 || code == 0x5c || code == 0x5d || code == 0x7e)
			continue;
		assert_int_equal(make(code, INPUT, OUTPUT), 0x2);
	}
}

static void posts_and_signals_have_a_plain_control_word(void **state)
{
	assert_int_equal(make(0x5c, INPUT, 0), 0);
	assert_int_equal(make(0x5c | REPS(1), INPUT, 0), 0x3);
	assert_int_equal(make(0x5c | FAST, INPUT, 0), 0x3);
	assert_int_equal(posts, 1);

	assert_int_equal(make(0x5d | FAST, 7, 0), 0);
	assert_int_equal(make(0x5d | FAST | REPS(1), 7, 0), 0x3);
	assert_int_equal(make(0x5d | START(1), INPUT, 0), 0x3);
	assert_int_equal(signals, 7);
}

#define CALL(name)	cmocka_unit_test_setup(name, setup_call)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RETARGET(the_layout_is_the_specified_one),
		RETARGET(a_redirected_retarget_is_understood),
		RETARGET(a_mask_is_understood),
		RETARGET(sparse_banks_are_understood),
		RETARGET(the_specifications_set_is_understood),
		RETARGET(the_set_of_all_vps_is_refused),
		RETARGET(a_wrong_control_word_is_invalid_input),
		RETARGET(another_partition_is_refused),
		RETARGET(wrong_fields_are_invalid_parameters),
		RETARGET(vectors_have_their_range),
		RETARGET(redirection_is_to_one_vp),
		RETARGET(redirection_is_a_reserved_bit_unless_offered),
		RETARGET(this_host_refuses_an_empty_set),
		RETARGET(the_header_has_what_the_banks_need),
		RETARGET(this_host_refuses_a_header_after_a_mask),
		RETARGET(all_banks_fit),
		RETARGET(a_vp_that_is_not_there_is_an_invalid_vp),
		cmocka_unit_test(pages_are_aligned_to_8),
		cmocka_unit_test(lists_do_not_cross_a_page),
		cmocka_unit_test(an_address_without_a_list_is_ignored),
		cmocka_unit_test(a_simple_call_has_neither_reps_nor_a_header),
		REGISTERS(the_capability_is_bit_34),
		REGISTERS(the_active_vtl_is_a_paravisors),
		REGISTERS(reps_are_counted_to_the_one_that_failed),
		REGISTERS(registers_refuse_a_wrong_control_word),
		REGISTERS(registers_refuse_wrong_fields),
		REGISTERS(without_its_use_bit_any_vtl_is_the_callers),
		cmocka_unit_test(a_single_vector_is_written_as_a_number),
		cmocka_unit_test(several_vectors_are_written_as_a_bitmap),
		cmocka_unit_test(two_vectors_of_one_bank_are_several),
		cmocka_unit_test(the_slot_has_its_layout),
		CALL(values_are_written_and_no_more),
		CALL(a_continued_call_writes_only_the_rest),
		CALL(a_refused_call_writes_nothing),
		CALL(a_list_that_crosses_the_page_is_refused),
		CALL(pages_must_exist_and_be_aligned),
		CALL(a_call_without_output_ignores_its_address),
		CALL(other_codes_are_none),
		CALL(posts_and_signals_have_a_plain_control_word),
	};

	return cmocka_run_group_tests_name("hypercall", tests, NULL, NULL);
}
