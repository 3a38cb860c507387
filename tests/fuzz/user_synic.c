// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Fuzzes driver/synic.c with messages of the host, which are created from the input and change
 * while they are read.
 *
 * This program includes synic.c, so that it can reset the counters.
 */
#include "input.h"
#include "shim.h"
#include "synic.c"

static struct synic_message *page;
static struct input input;
static unsigned int eoms;

bool vtl_proxy_vector_is_legal(u32 vector)
{
	return vector >= 16 && vector < 256;
}

/* This fuzzer does not use SINT 7. */
bool vtl_sint_is_open;

void vtl_sint_interrupt(struct synic_message *slots)
{
}

void *vtl_host_synic_messages(void)
{
	return page;
}

/* The relevant part of a message: its head, and the first words of its payload. */
#define MESSAGE_BYTES	52

/* Most random inputs would be refused immediately, so the head is usually corrected. */
static void message_write(void)
{
	u8 how = input_byte(&input);

	input_take(&input, page, MESSAGE_BYTES);
	if (how & 7)
		page->type = MESSAGE_TYPE_PROXY;
	if (how & 32)
		page->flags |= MESSAGE_FLAG_PENDING;
	if (how & 8)
		page->payload[0] = how & 16 ? 0x100 : 0;
}

void vtl_host_synic_end_of_message(void)
{
	eoms++;
	if (!input_is_empty(&input))
		message_write();
}

/* The host writes while the driver reads. */
static void page_change(void)
{
	u8 how = input_byte(&input);

	if (how & 1)
		((u8 *)page)[input_byte(&input)] = input_byte(&input);
	if (how == 0xfe)
		page->type = input_byte(&input);
}

static void machine_start(void)
{
	unsigned int cpu;

	shim_reset();
	memset(&synic_cpus, 0, sizeof(synic_cpus));
	eoms = 0;
	page = aligned_alloc(4096, 4096);
	memset(page, 0, 4096);
	vtl_synic_init();
	assert(!vtl_vp_init());
	for (cpu = 0; cpu < SHIM_CPUS; cpu++)
		assert(!vtl_vp_online(cpu));
	assert(!vtl_synic_online(0));
}

static void machine_stop(void)
{
	shim_stretch = NULL;
	vtl_synic_exit();
	vtl_vp_exit();
	free(page);
}

static void figures_check(const u32 *blocked, unsigned int calls, unsigned long messages_before)
{
	const struct mshv_vtl_run *run = vtl_vp_run_page(0);
	struct synic_stats stats;
	unsigned long relayed = 0;
	unsigned int i;

	vtl_synic_stats_get(0, &stats);
	for (i = 0; i < SYNIC_VECTORS; i++)
		relayed += local_read(&synic_cpus.by_vector[i]);
	assert(stats.relayed == relayed);
	assert(stats.interrupts == calls);
	assert(stats.messages - messages_before <= SYNIC_BUDGET);
	assert(stats.malformed + stats.unknown <= stats.messages);
	assert(eoms <= stats.messages);
	assert(!(run->proxy_irr[0] & 0xffff));
	for (i = 0; i < MSHV_VTL_PROXY_BANKS; i++) {
		assert(!(run->proxy_irr[i] & blocked[i]));
		assert(!run->proxy_irr[i] || run->scan_proxy_irr);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u32 blocked[MSHV_VTL_PROXY_BANKS];
	unsigned int calls = 0;
	struct synic_stats stats = { 0 };

	input = (struct input) { data, size };
	machine_start();
	input_take(&input, blocked, sizeof(blocked));
	memcpy(vtl_vp_run_page(0)->proxy_irr_blocked, blocked, sizeof(blocked));
	if (input_byte(&input) & 1)
		shim_stretch = page_change;
	while (!input_is_empty(&input)) {
		message_write();
		vtl_synic_stats_get(0, &stats);
		vtl_synic_interrupt();
		figures_check(blocked, ++calls, stats.messages);
	}
	machine_stop();
	return 0;
}
