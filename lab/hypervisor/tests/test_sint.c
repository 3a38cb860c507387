// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * SINT 7 and VMBus's answers, without VPs: stand-ins record what they do to a VP.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <linux/errno.h>

#include "base/base.h"
#include "host/hyperv.h"
#include "host/synic.h"
#include "l1/lab_host.h"

#define VPS          2
#define STATUS       0x13
#define TYPE_CHANNEL 1

/** struct stand_in - a VP as sint.c sees it; no slot: it has no message page */
static struct stand_in {
	bool masked, has_slot, has_flags, live;
	struct host_message slot;
	u8 flags[256];
	u32 interrupts;
} vps[VPS];

/** struct answered - the last message that VMBus has sent */
static struct answered {
	u32 count, vp, sint, type;
	u8 size, payload[MESSAGE_PAYLOAD_BYTES];
} answered;

static bool writes_masked;

struct options options;

bool sint_vp_exists(u32 vp)
{
	return vp < VPS;
}

bool sint_vp_is_live(u32 vp)
{
	return vp < VPS && vps[vp].live;
}

struct host_message *sint_vp_slot(u32 vp)
{
	return vps[vp].has_slot ? &vps[vp].slot : NULL;
}

int sint_vp_set_flag(u32 vp, u32 flag)
{
	u8 bit = 1 << flag % 8, before = vps[vp].flags[flag / 8];

	if (!vps[vp].has_flags)
		return -EAGAIN;
	vps[vp].flags[flag / 8] |= bit;
	return !(before & bit);
}

bool sint_vp_is_masked(u32 vp)
{
	return vps[vp].masked;
}

void sint_vp_interrupt(u32 vp)
{
	vps[vp].interrupts += !vps[vp].masked;
}

bool behaviour_writes_masked(void)
{
	return writes_masked;
}

bool synic_post(u32 vp, u32 sint, u32 type, const void *payload, u8 size)
{
	answered.count++;
	answered.vp = vp;
	answered.sint = sint;
	answered.type = type;
	answered.size = size;
	memcpy(answered.payload, payload, size);
	return true;
}

void print(const char *format, ...)
{
}

static int setup(void **state)
{
	u32 i;

	memset(vps, 0, sizeof(vps));
	memset(&answered, 0, sizeof(answered));
	writes_masked = false;
	for (i = 0; i < VPS; i++) {
		vps[i].has_slot = true;
		vps[i].has_flags = true;
		vps[i].live = true;
	}
	return 0;
}

/* Read all waiting messages, as a guest does, so that the next test starts without any. */
static int teardown(void **state)
{
	u32 i;

	setup(state);
	for (i = 0; i <= LAB_HOST_SINT_QUEUE; i++) {
		vps[0].slot.type = MESSAGE_NONE;
		sint_look(0);
	}
	return 0;
}

static struct lab_host_sint now_of(u32 vp)
{
	struct lab_host_sint now = { .vp = vp };

	assert_int_equal(sint_read(&now), 0);
	return now;
}

static int send_number(u32 number)
{
	struct host_message message = { .type = number, .payload_size = 4 };
	struct lab_host_sint_message asked;

	memcpy(asked.message, &message, sizeof(message));
	return sint_send(&asked);
}

/* TLFS, "SynIC Message Flags": pending as long as another message waits. */
static void messages_wait_for_the_slot(void **state)
{
	u32 i;

	for (i = 1; i <= LAB_HOST_SINT_QUEUE + 1; i++)
		assert_int_equal(send_number(i), 0);
	assert_int_equal(send_number(i), -EAGAIN);
	assert_int_equal(now_of(1).waiting, LAB_HOST_SINT_QUEUE);
	assert_int_equal(now_of(1).slot_full, 1);
	assert_int_equal(vps[0].interrupts, 1);
	/* No message was waiting when the first was written: the flag was set later. */
	assert_int_equal(vps[0].slot.flags, MESSAGE_PENDING);
	for (i = 1; i <= LAB_HOST_SINT_QUEUE + 1; i++) {
		assert_int_equal(vps[0].slot.type, i);
		assert_int_equal(vps[0].slot.flags & MESSAGE_PENDING,
				 i <= LAB_HOST_SINT_QUEUE);
		vps[0].slot.type = MESSAGE_NONE;
		sint_look(1);
		assert_int_equal(vps[0].slot.type, MESSAGE_NONE);
		sint_look(0);
	}
	assert_int_equal(vps[0].slot.type, MESSAGE_NONE);
	assert_int_equal(vps[0].interrupts, LAB_HOST_SINT_QUEUE + 1);
	assert_int_equal(now_of(0).slot_full, 0);
}

static void a_masked_vp_gets_nothing(void **state)
{
	struct lab_host_event event = { .vp = 0, .flag = 5 };

	vps[0].masked = true;
	assert_int_equal(now_of(0).masked, 1);
	assert_int_equal(now_of(1).masked, 0);
	assert_int_equal(send_number(1), 0);
	assert_int_equal(sint_event(&event), -EAGAIN);
	assert_int_equal(vps[0].slot.type, MESSAGE_NONE);
	assert_int_equal(vps[0].flags[0], 0);
	assert_int_equal(vps[0].interrupts, 0);
	vps[0].masked = false;
	sint_look(0);
	assert_int_equal(vps[0].slot.type, 1);
	assert_int_equal(vps[0].interrupts, 1);
}

/*
 * TLFS, "SynIC Messages" and "EOM Register": the message is written, its interrupt is lost,
 * and L1 can drain the queue. "Event Flag Delivery": a masked SINT is an error for the sender.
 */
static void a_message_for_a_masked_vp_is_written_without_an_interrupt(void **state)
{
	struct lab_host_event event = { .vp = 0, .flag = 5 };

	writes_masked = true;
	vps[0].masked = true;
	assert_int_equal(send_number(1), 0);
	assert_int_equal(send_number(2), 0);
	assert_int_equal(sint_event(&event), -EAGAIN);
	assert_int_equal(vps[0].slot.type, 1);
	vps[0].slot.type = MESSAGE_NONE;
	sint_look(0);
	assert_int_equal(vps[0].slot.type, 2);
	vps[0].masked = false;
	sint_look(0);
	assert_int_equal(vps[0].interrupts, 0);
}

static void a_vp_without_pages_gets_nothing(void **state)
{
	struct lab_host_event event = { .vp = 0, .flag = 5 };

	vps[0].has_slot = false;
	vps[0].has_flags = false;
	assert_int_equal(send_number(1), 0);
	assert_int_equal(now_of(0).waiting, 1);
	assert_int_equal(now_of(0).slot_full, 0);
	assert_int_equal(sint_event(&event), -EAGAIN);
	assert_int_equal(vps[0].interrupts, 0);
	vps[0].has_slot = true;
	sint_look(0);
	assert_int_equal(now_of(0).slot_full, 1);
}

static void an_event_sets_its_flag(void **state)
{
	struct lab_host_event event = { .vp = 1, .flag = 2047 };

	assert_int_equal(sint_event(&event), 0);
	assert_int_equal(vps[1].flags[255], 0x80);
	assert_int_equal(vps[1].interrupts, 1);
	assert_int_equal(vps[0].interrupts, 0);
	/* TLFS, "Event Flag Delivery": an interrupt only if the flag "was previously cleared". */
	assert_int_equal(sint_event(&event), 0);
	assert_int_equal(vps[1].interrupts, 1);
	vps[1].flags[255] = 0;
	assert_int_equal(sint_event(&event), 0);
	assert_int_equal(vps[1].interrupts, 2);
	event.flag = 2048;
	assert_int_equal(sint_event(&event), -EINVAL);
	event.flag = 0;
	vps[1].live = false;
	assert_int_equal(sint_event(&event), -EINVAL);
	event.vp = VPS;
	assert_int_equal(sint_event(&event), -EINVAL);
}

static void invalid_arguments_are_refused(void **state)
{
	struct lab_host_refusal refusal = { .count = 1 };
	struct lab_host_sint now = { .vp = VPS };

	assert_int_equal(sint_read(&now), -EINVAL);
	assert_int_equal(send_number(MESSAGE_NONE), -EINVAL);
	assert_int_equal(sint_refuse(&refusal), -EINVAL);
	refusal.status = 0x10000;
	assert_int_equal(sint_refuse(&refusal), -EINVAL);
}

/** struct post - HvCallPostMessage's input (TLFS) */
struct post {
	u32 connection, reserved, type, size;
	u32 payload[60];
};

static void refusals_are_counted(void **state)
{
	struct lab_host_refusal refusal = { .count = 2, .status = STATUS };
	struct post post = { .connection = 0x10000, .type = 7, .size = 4, .payload = { 42 } };
	u32 event[2] = { 0x12345678, 0xffff };
	struct lab_host_sint before = now_of(0), now;

	assert_int_equal(sint_refuse(&refusal), 0);
	assert_int_equal(sint_post(&post), STATUS);
	assert_int_equal(sint_signal(event), STATUS);
	assert_int_equal(sint_post(&post), HOST_STATUS_SUCCESS);
	assert_int_equal(sint_signal(event), HOST_STATUS_SUCCESS);
	now = now_of(0);
	assert_int_equal(now.posts, before.posts + 1);
	assert_int_equal(now.signals, before.signals + 1);
	assert_int_equal(now.post_connection, 0x10000);
	assert_int_equal(now.post_type, 7);
	assert_int_equal(now.post_size, 4);
	assert_memory_equal(now.payload, post.payload, sizeof(post.payload));
	assert_int_equal(now.signal_connection, 0x12345678);
	assert_int_equal(now.signal_flag, 0xffff);

	post.size = 241;
	assert_int_equal(sint_post(&post), HOST_STATUS_INVALID_PARAMETER);
	event[1] = 0x10000;
	assert_int_equal(sint_signal(event), HOST_STATUS_INVALID_PARAMETER);
	/* TLFS, HvCallPostMessage: any type but 0, and none with the highest bit. */
	post = (struct post){ .connection = 1, .type = 0x7fffffff };
	assert_int_equal(sint_post(&post), HOST_STATUS_SUCCESS);
	post.type = 0;
	assert_int_equal(sint_post(&post), HOST_STATUS_INVALID_PARAMETER);
	post.type = 0x80000000;
	assert_int_equal(sint_post(&post), HOST_STATUS_INVALID_PARAMETER);
	post.type = 0x8001000f;
	assert_int_equal(sint_post(&post), HOST_STATUS_INVALID_PARAMETER);
	assert_int_equal(now_of(0).posts, before.posts + 2);
}

/* Linux: struct vmbus_channel_initiate_contact of include/linux/hyperv.h, 40 bytes. */
static struct post contact_of(u32 version, u32 vp, u32 sint)
{
	return (struct post){
		.connection = 4, .type = TYPE_CHANNEL, .size = 40,
		.payload = { 14, 0, version, vp, sint },
	};
}

static struct post simple_of(u32 type)
{
	return (struct post){
		.connection = 4, .type = TYPE_CHANNEL, .size = 8, .payload = { type },
	};
}

/* Linux: vmbus_negotiate_version() of drivers/hv/connection.c. */
static void vmbus_answers_a_contact(void **state)
{
	struct post post = contact_of(0x50003, 1, 2);

	assert_true(vmbus_post(&post));
	assert_int_equal(answered.count, 1);
	assert_int_equal(answered.vp, 1);
	assert_int_equal(answered.sint, 2);
	assert_int_equal(answered.payload[0], 15);
	assert_int_equal(answered.payload[8], 1);
	post = simple_of(3);
	post.connection = 0x800074;
	assert_true(vmbus_post(&post));
	assert_int_equal(answered.payload[0], 4);
	post = contact_of(0x60000, 0, 5);
	assert_true(vmbus_post(&post));
	assert_int_equal(answered.sint, 5);
	assert_int_equal(answered.payload[8], 0);
	/* Before 5.0 that byte is part of a page's address. */
	post = contact_of(0x40001, 0, 7);
	post.connection = 1;
	assert_true(vmbus_post(&post));
	assert_int_equal(answered.sint, 2);
	post = simple_of(16);
	assert_true(vmbus_post(&post));
	assert_int_equal(answered.payload[0], 17);
	assert_int_equal(answered.count, 5);
}

/* A short contact names no VP: what lies beyond its size is not read. */
static void vmbus_refuses_malformed_messages(void **state)
{
	struct post post = contact_of(0x50003, 1, 2);

	post.size = 39;
	assert_false(vmbus_post(&post));
	post.size = 241;
	assert_false(vmbus_post(&post));
	post = contact_of(0x50003, 1, 2);
	post.reserved = 1;
	assert_false(vmbus_post(&post));
	/* Messages of SINT 7 belong to sint.c. */
	post = contact_of(0x50003, 0, 7);
	assert_false(vmbus_post(&post));
	post = simple_of(3);
	post.size = 7;
	assert_false(vmbus_post(&post));
	post = simple_of(5);
	assert_false(vmbus_post(&post));
	post = simple_of(3);
	post.type = 2;
	assert_false(vmbus_post(&post));
	post = simple_of(3);
	post.connection = 0x10000;
	assert_false(vmbus_post(&post));
	assert_int_equal(answered.count, 0);
}

static void vmbus_answers_only_after_a_contact(void **state)
{
	struct post post = simple_of(16);

	vmbus_post(&post);
	answered.count = 0;
	post = simple_of(3);
	assert_true(vmbus_post(&post));
	post = simple_of(16);
	assert_true(vmbus_post(&post));
	assert_int_equal(answered.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(messages_wait_for_the_slot),
		TEST(a_masked_vp_gets_nothing),
		TEST(a_message_for_a_masked_vp_is_written_without_an_interrupt),
		TEST(a_vp_without_pages_gets_nothing),
		TEST(an_event_sets_its_flag),
		TEST(invalid_arguments_are_refused),
		TEST(refusals_are_counted),
		TEST(vmbus_answers_a_contact),
		TEST(vmbus_refuses_malformed_messages),
		TEST(vmbus_answers_only_after_a_contact),
	};

	return cmocka_run_group_tests_name("SINT 7 and VMBus of the hypervisor's host", tests,
					   NULL, NULL);
}
