// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How a hypercall is dispatched, and what is written into its output page. Source:
 * InnerDispatcher::dispatch_inner() in OpenVMM's vm/hv1/hv1_hypercall/src/support.rs; TLFS,
 * "Hypercall Inputs" and "Common Hypercall Status Codes".
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
#include "vcpu/exits.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"

#define FAST		(1ULL << 16)
#define REPS(count)	((u64)(count) << 32)
#define START(index)	((u64)(index) << 48)

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

static int setup(void **state)
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

	setup(NULL);
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

/* The sanitizer watches. A real host refuses such a call. */
static void nothing_is_written_beyond_the_page(void **state)
{
	make(HOST_CALL_GET_VP_REGISTERS | REPS(4), INPUT, OUTPUT + PAGE_SIZE - 16);
	assert_int_equal(memory.output[PAGE_SIZE / 8 - 2], HOST_VSM_REDIRECTS);
	make(HOST_CALL_GET_VP_REGISTERS | REPS(4) | START(3), INPUT, OUTPUT + PAGE_SIZE - 16);
}

static void pages_must_exist_and_be_aligned(void **state)
{
	u64 call = HOST_CALL_GET_VP_REGISTERS | REPS(1);

	assert_int_equal(make(call, INPUT + 4, OUTPUT), 0x4);
	assert_int_equal(make(call, INPUT, OUTPUT + 1), 0x4);
	assert_int_equal(make(call, NOWHERE, OUTPUT), 0x4);
	assert_int_equal(make(call, INPUT, NOWHERE), 0x4);
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

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_are_written_and_no_more),
		TEST(a_continued_call_writes_only_the_rest),
		TEST(a_refused_call_writes_nothing),
		TEST(nothing_is_written_beyond_the_page),
		TEST(pages_must_exist_and_be_aligned),
		TEST(other_codes_are_none),
		TEST(posts_and_signals_have_a_plain_control_word),
	};

	return cmocka_run_group_tests_name("hypercall", tests, NULL, NULL);
}
