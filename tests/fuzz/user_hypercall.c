// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Fuzzes decode.c and message.c of the lab's host: hypercalls of a guest with arbitrary values,
 * and the messages to the guest.
 */
#include <assert.h>
#include <stdlib.h>

#include <linux/types.h>

#include "input.h"

#include "host/hyperv.h"

/* Each page is a separate allocation, so that any access beside it is detected. */
static void *page_new(void)
{
	void *page = aligned_alloc(8, PAGE_SIZE);

	assert(page);
	memset(page, 0, PAGE_SIZE);
	return page;
}

static void retarget_check(const struct host_view *view, const struct host_retarget *retarget)
{
	u32 bank;

	assert(vp_set_count(&retarget->set));
	for (bank = 0; bank < VP_SET_BANKS; bank++)
		assert(!(retarget->set.banks[bank] & ~view->existing.banks[bank]));
	assert(vp_set_has(&view->existing, vp_set_first(&retarget->set)));
	assert(retarget->vector >= 16);
	if (!retarget->redirect)
		return;
	assert(view->redirects && !retarget->multicast && retarget->vector >= 31);
	assert(vp_set_count(&retarget->set) == 1);
}

static u64 control_with(u64 control, u16 code)
{
	return (control & ~0xffffULL) | code;
}

/* Like the dispatch of the calls, which refuses lists that do not fit into their pages. */
static void registers_fuzz(u64 control, const void *in, void *out, const struct host_view *view)
{
	u64 result;

	control = control_with(control, HOST_CALL_GET_VP_REGISTERS);
	if (host_check_lists(control, 0, 0))
		return;
	result = host_get_vp_registers(control, in, out, view);
	assert((result >> 32 & 0xfff) <= PAGE_SIZE / 16);
}

static void retarget_fuzz(u64 control, const void *in, const struct host_view *view)
{
	struct host_retarget *retarget = malloc(sizeof(*retarget));

	assert(retarget);
	control = control_with(control, HOST_CALL_RETARGET);
	if (!host_check_lists(control, 0, 0) && !host_decode_retarget(control, in, view, retarget))
		retarget_check(view, retarget);
	free(retarget);
}

static void calls_fuzz(struct input *input)
{
	struct host_view view = { .redirects = input_byte(input) & 1 };
	void *in = page_new(), *out = page_new();
	u8 how = input_byte(input);
	u64 control;

	input_take(input, &control, sizeof(control));
	input_take(input, &view.existing, how & 1 ? 8 : sizeof(view.existing));
	input_take(input, in, PAGE_SIZE);
	/* Without this value, nearly all calls would be refused. */
	if (how & 2)
		memset(in, 0xff, 8);
	if (how & 4) {
		((u32 *)in)[4] = 1;
		((u32 *)in)[5] = 0;
		((u32 *)in)[6] = 0xfee00000;
		memset(in + 32, 0, 8);
		((u32 *)in)[11] &= 7;
	}
	retarget_fuzz(control, in, &view);
	registers_fuzz(control, in, out, &view);
	free(in);
	free(out);
}

/* A guest must find in a message the same vectors that were put into it. */
static void message_fuzz(struct input *input)
{
	struct host_message message;
	u32 banks[VECTOR_BANKS], head, found[VECTOR_BANKS] = { 0 };
	u8 how = input_byte(input);
	bool multiple;

	input_take(input, banks, sizeof(banks));
	if (how & 1) {
		memset(banks, 0, sizeof(banks));
		banks[how >> 5] = 1u << (how & 31);
	}
	if (!memcmp(banks, found, sizeof(banks)))
		return;
	multiple = message_compose(banks, &message);
	memcpy(&head, message.payload, sizeof(head));
	assert(multiple == (head >> 8 & 0xff));
	if (multiple)
		memcpy(found, message.payload + 4, sizeof(found));
	else
		found[message.payload[4] / 32] = 1u << message.payload[4] % 32;
	assert(!memcmp(banks, found, sizeof(banks)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };

	if (input_byte(&input) & 3)
		calls_fuzz(&input);
	else
		message_fuzz(&input);
	return 0;
}
