// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The targets of devices' interrupts, and the messages to VPs. The messages' type is
 * HvMessageTypeX64ProxyInterruptIntercept of hvdef; for their layout see host/message.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <linux/errno.h>

#include "apic/apic.h"
#include "control/call.h"
#include "control/control.h"
#include "host/devices.h"
#include "host/host.h"
#include "host/hyperv.h"
#include "host/synic.h"
#include "l1/lab_host.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"

#define VECTOR      0x51
#define PROXY       0x8001000fu
#define FLAG_PENDING 1
#define ARGUMENT    0x1000

/* ---- Stand-ins for what the host uses of the machine: devices, vectors, slots ---- */

#define STAND_IN_FUNCTIONS 32

/**
 * struct stand_in - the calls to the machine, and how it behaves
 * @sends:      the last message of each source
 * @programmed: how often a source was programmed
 * @refuses:    devices refuse
 * @vectors:    how many vectors the host has on each CPU
 * @pending:    a released vector does not become free
 * @slots:      of the VPs
 * @sent_to:    the target of the last interrupt
 * @sent:       its vector
 */
static struct stand_in {
	struct device_message sends[STAND_IN_FUNCTIONS][STAND_IN_FUNCTIONS];
	u32 programmed;
	bool refuses;
	u32 vectors;
	bool pending;
	struct {
		struct host_message message;
		bool live;
		bool asked_for_end;
		u32 interrupts;
	} slots[L1_CPUS_MAX];
	u32 sent_to;
	u32 sent;
} stand_in;

struct l1_cpu l1_cpus[L1_CPUS_MAX];
u32 l1_count;

/* Two CPUs, which accept messages. */
static void stand_in_reset(void)
{
	u32 i;

	memset(&stand_in, 0, sizeof(stand_in));
	memset(l1_cpus, 0, sizeof(l1_cpus));
	l1_count = 2;
	stand_in.vectors = HOST_VECTORS;
	for (i = 0; i < l1_count; i++) {
		l1_cpus[i].index = i;
		l1_cpus[i].apic_id = 10 + i;
		l1_cpus[i].online = true;
		stand_in.slots[i].live = true;
	}
}

/* Each function has as many sources as its number says. */
u32 device_sources(u16 function)
{
	return function < STAND_IN_FUNCTIONS ? function : 0;
}

int device_program(u16 function, u32 source, const struct device_message *message)
{
	static const struct device_message nothing;

	stand_in.programmed++;
	stand_in.sends[function][source] = stand_in.refuses ? nothing : *message;
	return stand_in.refuses ? -EIO : 0;
}

u8 interrupts_alloc(struct l1_cpu *l1)
{
	u32 *used = &l1->interrupts.used, vector;

	for (vector = HOST_VECTOR_FIRST; vector < HOST_VECTOR_FIRST + stand_in.vectors; vector++) {
		if (*used & BIT(vector))
			continue;
		*used |= BIT(vector);
		return vector;
	}
	return 0;
}

void posted_post(struct l1_cpu *l1, u8 vector)
{
	l1->posted.requested |= BIT(vector);
}

/* A vector that is pending does not become free. */
void interrupts_release(struct l1_cpu *l1, u8 vector)
{
	if (!stand_in.pending)
		l1->interrupts.used &= ~BIT(vector);
}

bool synic_is_live(u32 vp, u32 sint)
{
	return !sint && stand_in.slots[vp].live;
}

bool synic_is_full(u32 vp, u32 sint)
{
	return !sint && stand_in.slots[vp].message.type;
}

bool synic_is_free(u32 vp, u32 sint)
{
	stand_in.slots[vp].asked_for_end |= synic_is_full(vp, sint);
	return synic_is_live(vp, sint) && !synic_is_full(vp, sint);
}

bool synic_interrupt(u32 vp, u32 sint)
{
	stand_in.slots[vp].interrupts += synic_is_live(vp, sint);
	return synic_is_live(vp, sint);
}

bool synic_post_raw(u32 vp, u32 sint, const void *message, bool interrupt)
{
	memcpy(&stand_in.slots[vp].message, message, sizeof(stand_in.slots[vp].message));
	if (interrupt)
		synic_interrupt(vp, sint);
	return true;
}

void apic_send(u32 destination, u32 command)
{
	stand_in.sent_to = destination;
	stand_in.sent = command;
}

/* One page of L1's memory, at address 0x1000. */
void *gpa_memory(u64 gpa)
{
	static u8 page[PAGE_SIZE];

	return gpa / PAGE_SIZE == 1 ? page + gpa % PAGE_SIZE : NULL;
}

/* Two more pages, which L1 shares with the host, from address 0x3000. */
void *gpa_shared_memory(u64 gpa)
{
	static u8 pages[2 * PAGE_SIZE] __aligned(8);

	return gpa >= 3 * PAGE_SIZE && gpa < 5 * PAGE_SIZE ? pages + gpa - 3 * PAGE_SIZE : NULL;
}

u64 gpa_shared_pages(void)
{
	return 2;
}

/* ---- The tests ---- */

/* Each test has a function of its own: the sources stay as long as the program. */
static u16 function;
static struct lab_host_vp vp_before[2];

static struct lab_host_vp vp_of(u32 vp)
{
	struct lab_host_vp state = { .vp = vp };

	assert_int_equal(proxied_read(&state), 0);
	return state;
}

static int begin(void **state)
{
	static u16 next = 1;

	stand_in_reset();
	function = ++next;
	vp_before[0] = vp_of(0);
	vp_before[1] = vp_of(1);
	return 0;
}

static u16 retarget(u32 source, u32 vps, u8 vector, bool redirect)
{
	struct host_retarget asked = {
		.device = function, .source = source, .vector = vector, .redirect = redirect,
		.set.banks[0] = vps,
	};

	return source_retarget(&asked);
}

static int mask(u32 source, u32 masked)
{
	struct lab_host_mask asked = { .device = function, .source = source, .masked = masked };

	return source_set_mask(&asked);
}

static struct lab_host_source state_of(u32 source)
{
	struct lab_host_source state = { .device = function, .source = source };

	assert_int_equal(source_read(&state), 0);
	return state;
}

/* The device sends its message. */
static void raise_source(u32 source)
{
	const struct device_message *message = &stand_in.sends[function][source];

	assert_true(message->enabled);
	receiver_interrupt(message->apic_id - 10, message->vector);
}

/* L1 reads the slot. */
static struct host_message take(u32 vp)
{
	struct host_message message = stand_in.slots[vp].message;

	stand_in.slots[vp].message.type = MESSAGE_NONE;
	if (message.flags & FLAG_PENDING || stand_in.slots[vp].asked_for_end) {
		stand_in.slots[vp].asked_for_end = false;
		proxied_end_of_message(vp);
	}
	return message;
}

static u32 single_of(const struct host_message *message)
{
	u32 words[2];

	assert_int_equal(message->type, PROXY);
	memcpy(words, message->payload, sizeof(words));
	assert_int_equal(words[0], 0);
	return words[1];
}

static void a_source_is_masked_at_first(void **state)
{
	assert_int_equal(retarget(0, 2, VECTOR, false), HOST_STATUS_SUCCESS);
	assert_false(stand_in.sends[function][0].enabled);
	assert_int_equal(l1_cpus[1].interrupts.used, 0);
	assert_int_equal(state_of(0).masked, 1);
	assert_int_equal(mask(0, 0), 0);
	assert_int_equal(stand_in.sends[function][0].apic_id, 11);
	assert_int_equal(stand_in.sends[function][0].vector, HOST_VECTOR_FIRST);
	assert_int_equal(mask(0, 1), 0);
	assert_false(stand_in.sends[function][0].enabled);
	assert_int_equal(l1_cpus[1].interrupts.used, 0);
}

static void a_proxied_interrupt_is_a_message(void **state)
{
	struct host_message message;

	assert_int_equal(retarget(1, 2, VECTOR, false), HOST_STATUS_SUCCESS);
	assert_int_equal(mask(1, 0), 0);
	raise_source(1);
	assert_int_equal(stand_in.slots[1].interrupts, 1);
	message = take(1);
	assert_int_equal(single_of(&message), VECTOR);
	assert_int_equal(message.payload_size, 36);
	assert_int_equal(state_of(1).delivery, LAB_HOST_DELIVERY_PROXIED);
	assert_int_equal(state_of(1).vp, 1);
	assert_int_equal(state_of(1).vector, VECTOR);
	assert_int_equal(state_of(1).exits, 1);
	assert_int_equal(vp_of(1).singles - vp_before[1].singles, 1);
	assert_int_equal(vp_of(1).exits - vp_before[1].exits, 1);
	assert_int_equal(vp_of(1).eoms, vp_before[1].eoms);
}

/* While the slot is full, other vectors wait, and vectors that wait already merge. */
static void interrupts_wait_while_the_slot_is_full(void **state)
{
	u32 banks[9];

	assert_int_equal(retarget(0, 1, 0x40, false), 0);
	assert_int_equal(retarget(1, 1, 0x41, false), 0);
	assert_int_equal(retarget(2, 1, 0x42, false), 0);
	assert_int_equal(mask(0, 0) | mask(1, 0) | mask(2, 0), 0);
	raise_source(0);
	raise_source(1);
	raise_source(2);
	raise_source(1);
	assert_int_equal(vp_of(0).queued - vp_before[0].queued, 2);
	assert_int_equal(vp_of(0).merged - vp_before[0].merged, 1);
	assert_int_equal(vp_of(0).waiting, 2);
	assert_int_equal(vp_of(0).slot_full, 1);
	take(0);
	memcpy(banks, stand_in.slots[0].message.payload, sizeof(banks));
	assert_int_equal(banks[0], 1 << 8);
	assert_int_equal(banks[1 + 0x40 / 32], 1 << 1 | 1 << 2);
	take(0);
	assert_int_equal(vp_of(0).slot_full, 0);
	assert_int_equal(vp_of(0).multiples - vp_before[0].multiples, 1);
	assert_int_equal(vp_of(0).eoms - vp_before[0].eoms, 1);
}

static void a_duplicated_message_comes_twice(void **state)
{
	struct lab_host_behaviour twice = { .flags = LAB_HOST_REDIRECTS, .duplicate_count = 1 };
	struct host_message message;

	assert_int_equal(retarget(0, 1, VECTOR, false), 0);
	assert_int_equal(mask(0, 0), 0);
	assert_int_equal(behaviour_set(&twice), 0);
	raise_source(0);
	message = take(0);
	assert_int_equal(single_of(&message), VECTOR);
	message = take(0);
	assert_int_equal(single_of(&message), VECTOR);
	assert_false(vp_of(0).slot_full);
}

/* A pending interrupt goes to the target that its source had when it was raised. */
static void a_late_interrupt_keeps_its_target(void **state)
{
	struct host_message message;

	assert_int_equal(retarget(0, 1, VECTOR, false), 0);
	assert_int_equal(mask(0, 0), 0);
	stand_in.pending = true;
	assert_int_equal(retarget(0, 1, VECTOR + 1, false), 0);
	receiver_interrupt(0, HOST_VECTOR_FIRST);
	message = take(0);
	assert_int_equal(single_of(&message), VECTOR);
	raise_source(0);
	message = take(0);
	assert_int_equal(single_of(&message), VECTOR + 1);
	assert_int_equal(state_of(0).exits, 2);
}

static void a_source_without_a_vector_stays_masked(void **state)
{
	stand_in.vectors = 1;
	assert_int_equal(retarget(0, 1, VECTOR, false), 0);
	assert_int_equal(retarget(1, 1, VECTOR, false), 0);
	assert_int_equal(retarget(2, 1, VECTOR, false), 0);
	assert_int_equal(mask(0, 0), 0);
	/* On the other CPU, which sends a message to the first one's VP. */
	assert_int_equal(mask(1, 0), 0);
	assert_int_equal(stand_in.sends[function][1].apic_id, 11);
	raise_source(1);
	assert_int_equal(stand_in.slots[0].interrupts, 1);
	assert_int_equal(mask(2, 0), -ENOSPC);
	assert_int_equal(state_of(2).masked, 1);
	/* A change allocates the new vector before it releases the old one. */
	assert_int_equal(retarget(0, 1, 0x60, false), HOST_STATUS_INSUFFICIENT_MEMORY);
	assert_int_equal(state_of(0).vector, VECTOR);
}

static void a_source_that_the_device_refuses_is_masked(void **state)
{
	assert_int_equal(retarget(0, 1, VECTOR, false), 0);
	assert_int_equal(mask(0, 0), 0);
	stand_in.refuses = true;
	assert_int_equal(retarget(0, 2, 0x60, false), HOST_STATUS_FAILED);
	assert_int_equal(state_of(0).masked, 1);
	assert_int_equal(state_of(0).vector, VECTOR);
	assert_int_equal(l1_cpus[0].interrupts.used | l1_cpus[1].interrupts.used, 0);
}

static void a_redirected_source_sends_to_its_vp(void **state)
{
	assert_int_equal(retarget(0, 2, 0x24, true), 0);
	assert_int_equal(mask(0, 0), 0);
	assert_int_equal(stand_in.sends[function][0].apic_id, 11);
	assert_int_equal(stand_in.sends[function][0].vector, 0x24);
	assert_int_equal(state_of(0).delivery, LAB_HOST_DELIVERY_REDIRECTED);
	assert_int_equal(state_of(0).vp, 1);
	l1_cpus[0].online = false;
	assert_int_equal(retarget(0, 1, 0x24, true), HOST_STATUS_INVALID_VP_STATE);
	/* There is no such source, and then no such device. */
	assert_int_equal(retarget(function, 2, 0x24, true), HOST_STATUS_INVALID_PARAMETER);
	assert_int_equal(mask(function, 0), -ENOENT);
	function = 0;
	assert_int_equal(retarget(0, 2, 0x24, true), HOST_STATUS_INVALID_DEVICE);
}

static void a_proxied_interrupt_reaches_the_vps_of_its_set(void **state)
{
	struct host_retarget asked = {
		.device = function, .vector = VECTOR, .multicast = true, .set.banks[0] = 3,
	};

	assert_int_equal(mask(0, 0), 0);
	assert_int_equal(source_retarget(&asked), 0);
	raise_source(0);
	assert_int_equal(stand_in.slots[0].interrupts, 1);
	assert_int_equal(stand_in.slots[1].interrupts, 1);
	take(0);
	take(1);
	/* The interrupt goes to the first VP that accepts messages. */
	stand_in.slots[0].live = false;
	assert_int_equal(retarget(0, 3, VECTOR, false), 0);
	raise_source(0);
	assert_int_equal(stand_in.slots[1].interrupts, 2);
	take(1);
	/* No VP accepts messages: the first one gets the interrupt later. */
	stand_in.slots[1].live = false;
	raise_source(0);
	assert_int_equal(vp_of(0).waiting, 1);
	stand_in.slots[0].live = true;
	proxied_resume(0);
	assert_int_equal(stand_in.slots[0].interrupts, 2);
	/* Nothing is raised again for a message left in the slot. */
	proxied_resume(0);
	assert_int_equal(stand_in.slots[0].interrupts, 2);
}

/* The host has as many VPs as a bank of a set: the last one, and two of one half. */
static void a_whole_bank_of_vps_is_reached(void **state)
{
	struct host_retarget asked = { .device = function, .vector = VECTOR, .multicast = true };
	u32 i;

	l1_count = L1_CPUS_MAX;
	for (i = 0; i < l1_count; i++) {
		l1_cpus[i] = (struct l1_cpu){ .index = i, .apic_id = 10 + i, .online = true };
		stand_in.slots[i].live = true;
	}
	assert_int_equal(mask(0, 0), 0);
	asked.set.banks[0] = 1ULL << 63;
	assert_int_equal(source_retarget(&asked), 0);
	assert_int_equal(state_of(0).vp, 63);
	assert_int_equal(stand_in.sends[function][0].apic_id, 10 + 63);
	raise_source(0);
	assert_int_equal(stand_in.slots[63].interrupts, 1);
	take(63);
	asked.set.banks[0] = 1ULL << 33 | 1ULL << 40;
	assert_int_equal(source_retarget(&asked), 0);
	raise_source(0);
	for (i = 0; i < l1_count; i++)
		assert_int_equal(stand_in.slots[i].interrupts, i == 33 || i == 40 || i == 63);
	/* None accepts messages: the first of them gets it later. */
	take(33);
	stand_in.slots[33].live = false;
	stand_in.slots[40].live = false;
	raise_source(0);
	assert_int_equal(vp_of(33).waiting, 1);
}

static int set_message(u32 apic_id, u32 vector, u32 enabled)
{
	struct lab_host_message asked = {
		.device = function, .apic_id = apic_id, .vector = vector, .enabled = enabled,
	};

	return source_set_message(&asked);
}

static void a_message_set_by_hand_is_sent(void **state)
{
	assert_int_equal(set_message(11, 0x31, 1), 0);
	assert_int_equal(stand_in.sends[function][0].vector, 0x31);
	assert_int_equal(state_of(0).delivery, LAB_HOST_DELIVERY_MESSAGE);
	assert_int_equal(state_of(0).masked, 0);
	assert_int_equal(set_message(11, 0x31, 0), 0);
	assert_false(stand_in.sends[function][0].enabled);
	assert_int_equal(set_message(256, 0x31, 1), -EINVAL);
	assert_int_equal(set_message(11, 15, 1), -EINVAL);
	assert_int_equal(set_message(11, 256, 1), -EINVAL);
	assert_int_equal(set_message(11, 0x31, 2), -EINVAL);
	/* The host's vectors, which cannot be posted to L1. */
	assert_int_equal(set_message(11, HOST_VECTOR_FIRST, 1), 0);
	assert_false(stand_in.sends[function][0].enabled);
}

static void the_side_door_checks_its_arguments(void **state)
{
	struct lab_host_vector *vector = gpa_memory(ARGUMENT);
	struct lab_host_post *post = gpa_memory(ARGUMENT);
	struct lab_host_vp *vp = gpa_memory(ARGUMENT);

	assert_true(host_call(LAB_HOST_RAISE, ARGUMENT) == CONTROL_FAILED);
	assert_true(host_call(1000, ARGUMENT) == CONTROL_FAILED);
	assert_true(host_call(LAB_HOST_GET_VP, 2 * PAGE_SIZE) == CONTROL_FAILED);
	assert_true(host_call(LAB_HOST_GET_VP, 2 * PAGE_SIZE - 8) == CONTROL_FAILED);
	*vector = (struct lab_host_vector){ .cpu = 1, .vector = 0x41 };
	assert_int_equal(host_call(LAB_HOST_RAISE_VECTOR, ARGUMENT), 0);
	assert_int_equal(stand_in.sent_to, 11);
	assert_int_equal(stand_in.sent & 0xff, 0x41);
	vector->vector = 30;
	assert_int_equal(host_call(LAB_HOST_RAISE_VECTOR, ARGUMENT), EINVAL);
	vector->vector = 0;
	assert_int_equal(host_call(LAB_HOST_RAISE_VECTOR, ARGUMENT), 0);
	assert_int_equal(stand_in.slots[1].interrupts, 1);
	memset(post, 0, sizeof(*post));
	post->vp = 1;
	post->message[0] = 7;
	assert_int_equal(host_call(LAB_HOST_POST, ARGUMENT), 0);
	assert_int_equal(stand_in.slots[1].message.type, 7);
	*vp = (struct lab_host_vp){ .vp = 1 };
	assert_int_equal(host_call(LAB_HOST_GET_VP, ARGUMENT), 0);
	assert_int_equal(vp->slot_full, 1);
	vp->vp = 2;
	assert_int_equal(host_call(LAB_HOST_GET_VP, ARGUMENT), EINVAL);

	assert_int_equal(host_call(LAB_HOST_GET_BEHAVIOUR, ARGUMENT), 0);
	assert_int_equal(((struct lab_host_behaviour *)gpa_memory(ARGUMENT))->shared_pages, 2);
}

/* TLFS, "SINTx Registers": unmasked, "except that an actual interrupt is not generated". */
static void a_polled_sint_raises_no_interrupt(void **state)
{
	struct host_message *slot = (struct host_message *)gpa_shared_memory(3 * PAGE_SIZE) + 7;
	struct lab_host_sint_message *message = gpa_memory(ARGUMENT);
	u32 masked;

	l1_cpus[0].hv.simp = 3 * PAGE_SIZE | 1;
	l1_cpus[0].hv.scontrol = 1;
	memset(message, 9, sizeof(*message));
	stand_in.sent_to = 0;
	for (masked = 0; masked <= 1; masked++) {
		l1_cpus[0].hv.sint[7] = BIT(18) | masked << 16 | 0x51;
		memset(slot, 0, sizeof(*slot));
		assert_int_equal(host_call(LAB_HOST_SINT_SEND, ARGUMENT), 0);
		assert_int_equal(slot->type, 0x09090909);
		assert_int_equal(stand_in.sent_to, 0);
	}
	memset(slot, 0, sizeof(*slot));
}

/*
 * TLFS, "Inter-Partition Communication": SCONTROL, SIMP and SIEFP have bit 0 for enabled, a SINT
 * bit 16 for masked. A VP whose SynIC or page is disabled is no target of messages and events.
 */
static void sint_7_needs_an_enabled_synic(void **state)
{
	struct host_message *slot = (struct host_message *)gpa_shared_memory(3 * PAGE_SIZE) + 7;
	const u8 *flags = (const u8 *)gpa_shared_memory(4 * PAGE_SIZE) + 7 * 256;
	struct lab_host_sint_message *message = gpa_memory(ARGUMENT);
	struct lab_host_event *event = gpa_memory(ARGUMENT);
	struct lab_host_sint *sint = gpa_memory(ARGUMENT);

	l1_cpus[0].hv.simp = 3 * PAGE_SIZE | 1;
	l1_cpus[0].hv.siefp = 4 * PAGE_SIZE;
	l1_cpus[0].hv.sint[7] = BIT(16) | 0x51;
	memset(message, 9, sizeof(*message));
	assert_int_equal(host_call(LAB_HOST_SINT_SEND, ARGUMENT), 0);
	*sint = (struct lab_host_sint){ .vp = 0 };
	assert_int_equal(host_call(LAB_HOST_GET_SINT, ARGUMENT), 0);
	assert_int_equal(sint->masked, 1);
	assert_int_equal(sint->waiting, 1);
	assert_int_equal(slot->type, MESSAGE_NONE);
	l1_cpus[0].hv.sint[7] = 0x51;
	sint_look(0);
	assert_int_equal(slot->type, MESSAGE_NONE);
	l1_cpus[0].hv.scontrol = 1;
	sint_look(0);
	assert_int_equal(slot->type, 0x09090909);
	assert_int_equal(stand_in.sent_to, 10);
	assert_int_equal(stand_in.sent & 0xff, 0x51);

	*event = (struct lab_host_event){ .vp = 0, .flag = 11 };
	assert_int_equal(host_call(LAB_HOST_SINT_EVENT, ARGUMENT), EAGAIN);
	l1_cpus[0].hv.siefp |= 1;
	l1_cpus[0].hv.scontrol = 0;
	assert_int_equal(host_call(LAB_HOST_SINT_EVENT, ARGUMENT), EAGAIN);
	l1_cpus[0].hv.scontrol = 1;
	assert_int_equal(host_call(LAB_HOST_SINT_EVENT, ARGUMENT), 0);
	assert_int_equal(flags[1], 8);
	l1_cpus[0].hv.siefp = 5 * PAGE_SIZE | 1;
	assert_int_equal(host_call(LAB_HOST_SINT_EVENT, ARGUMENT), EAGAIN);
	event->vp = 2;
	assert_int_equal(host_call(LAB_HOST_SINT_EVENT, ARGUMENT), EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_source_is_masked_at_first, begin),
		cmocka_unit_test_setup(a_proxied_interrupt_is_a_message, begin),
		cmocka_unit_test_setup(interrupts_wait_while_the_slot_is_full, begin),
		cmocka_unit_test_setup(a_duplicated_message_comes_twice, begin),
		cmocka_unit_test_setup(a_late_interrupt_keeps_its_target, begin),
		cmocka_unit_test_setup(a_source_without_a_vector_stays_masked, begin),
		cmocka_unit_test_setup(a_source_that_the_device_refuses_is_masked, begin),
		cmocka_unit_test_setup(a_redirected_source_sends_to_its_vp, begin),
		cmocka_unit_test_setup(a_proxied_interrupt_reaches_the_vps_of_its_set, begin),
		cmocka_unit_test_setup(a_whole_bank_of_vps_is_reached, begin),
		cmocka_unit_test_setup(a_message_set_by_hand_is_sent, begin),
		cmocka_unit_test_setup(the_side_door_checks_its_arguments, begin),
		cmocka_unit_test_setup(sint_7_needs_an_enabled_synic, begin),
		cmocka_unit_test_setup(a_polled_sint_raises_no_interrupt, begin),
	};

	return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
