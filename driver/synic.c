// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fallback path: a device interrupt that is not redirected exits to the
 * host, which writes a message to slot 0 of the SynIC of the VP's CPU and
 * raises the shared vector there.
 *
 * Owns: the messages in slot 0, the checks of their content, and their counts.
 * Knows nothing of mappings, and of how the page and the vector are allocated.
 * sint.c handles what else the vector may be raised for.
 *
 * The host may write anything into the page at any time. Each word is read once,
 * into a local variable. The worst effect of a wrong word is a wrong interrupt of
 * one VP, which the host could send anyway.
 */
#define pr_fmt(fmt) "mshv_vtl: " fmt

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/stddef.h>
#include <linux/topology.h>

#include <asm/barrier.h>
#include <asm/local.h>

#include "host.h"
#include "run_page.h"
#include "sint.h"
#include "synic.h"
#include "synic_message.h"
#include "trace.h"
#include "vectors.h"

#define SYNIC_VECTORS		256

/* Fields of the first word of a proxy message's payload. */
#define PROXY_MULTIPLE(word)	((word) >> 8 & 0xff)

/*
 * Most messages taken in one interrupt. Slot 0 holds one message; the host writes the
 * next one when it is told that the slot is free, and raises the vector again. So a
 * message that arrives after the last end of message has an interrupt of its own: no
 * message is lost, and a flood of messages cannot monopolise this CPU.
 */
#define SYNIC_BUDGET		8

/*
 * The counters of one CPU. Written only by that CPU, with interrupts off; read anywhere,
 * except for @arrived, which only that CPU reads. vtl_synic_online() allocates @by_vector,
 * which is kept until module exit.
 */
struct synic_cpu {
	local_t *by_vector;
	struct vp_recent arrived[MSHV_VTL_PROXY_BANKS];
	local_t interrupts;
	local_t messages;
	local_t relayed;
	local_t blocked;
	local_t malformed;
	local_t unknown;
};

static DEFINE_PER_CPU(struct synic_cpu, synic_cpus);

/* Part of the 8 KiB per CPU that redirect.c checks. */
static_assert(sizeof(struct synic_cpu) + SYNIC_VECTORS * sizeof(local_t) <= 2560);

/* Legal vectors of device interrupts. Constant after vtl_synic_init(). */
static u32 synic_legal[MSHV_VTL_PROXY_BANKS];

static void bank_count(struct synic_cpu *cpu, local_t *by_vector,
		       unsigned int bank, u32 asserted, u32 blocked)
{
	local_add(hweight32(asserted), &cpu->relayed);
	local_add(hweight32(blocked), &cpu->blocked);
	for (; asserted; asserted &= asserted - 1)
		local_inc(&by_vector[bank * 32 + __ffs(asserted)]);
}

/* Not inlined, since tracing is rarely on. */
static noinline void bank_trace(unsigned int bank, u32 asserted, u32 blocked)
{
	unsigned int cpu = smp_processor_id();

	for (; asserted; asserted &= asserted - 1)
		trace_vtl_relay(cpu, bank * 32 + __ffs(asserted), 0,
				VTL_DELIVERY_PROXIED);
	for (; blocked; blocked &= blocked - 1)
		trace_vtl_blocked(cpu, bank * 32 + __ffs(blocked), 0,
				  VTL_DELIVERY_PROXIED);
}

/* Relays the legal vectors of @bits; false if some were not legal. */
static bool bits_relay(struct synic_cpu *cpu, struct mshv_vtl_run *run,
		       local_t *by_vector, const u32 bits[MSHV_VTL_PROXY_BANKS])
{
	u32 legal, asserted, any = 0, illegal = 0;
	unsigned int bank;

	for (bank = 0; bank < MSHV_VTL_PROXY_BANKS; bank++) {
		legal = bits[bank] & synic_legal[bank];
		illegal |= bits[bank] & ~synic_legal[bank];
		if (!legal)
			continue;
		asserted = vtl_vp_assert_bank(run, bank, legal);
		bank_count(cpu, by_vector, bank, asserted, legal & ~asserted);
		vtl_vp_recent_note(&cpu->arrived[bank], this_cpu_read(vtl_vp_entries), asserted);
		if (trace_vtl_relay_enabled() || trace_vtl_blocked_enabled())
			bank_trace(bank, asserted, legal & ~asserted);
		any |= asserted;
	}

	if (any) {
		vtl_vp_scan_set(run);
		vtl_vp_wake_here();
	}
	return !illegal;
}

/*
 * Reads the vectors of a proxy message. As in OpenHCL's kernel, any value but 0 means several
 * vectors, the VTL is ignored, and a vector has 8 bits (OHCL-Linux-Kernel,
 * drivers/hv/mshv_vtl_main.c, mshv_vtl_scan_proxy_interrupts()).
 */
static void proxy_read(const struct synic_message *message,
		       u32 bits[MSHV_VTL_PROXY_BANKS])
{
	unsigned int bank;
	u8 vector;

	if (PROXY_MULTIPLE(READ_ONCE(message->payload[0]))) {
		for (bank = 0; bank < MSHV_VTL_PROXY_BANKS; bank++)
			bits[bank] = READ_ONCE(message->payload[1 + bank]);
		return;
	}

	memset(bits, 0, sizeof(*bits) * MSHV_VTL_PROXY_BANKS);
	vector = READ_ONCE(message->payload[1]);
	bits[vector / 32] = 1U << vector % 32;
}

static void proxy_handle(struct synic_cpu *cpu,
			 const struct synic_message *message)
{
	struct mshv_vtl_run *run = vtl_vp_run_page(smp_processor_id());
	/* Pairs with vtl_synic_online(). */
	local_t *by_vector = smp_load_acquire(&cpu->by_vector);
	u32 bits[MSHV_VTL_PROXY_BANKS];

	proxy_read(message, bits);
	if (!run || !by_vector || !bits_relay(cpu, run, by_vector, bits))
		local_inc(&cpu->malformed);
}

static void unknown_handle(struct synic_cpu *cpu, u32 type)
{
	local_inc(&cpu->unknown);
	pr_warn_ratelimited("message of unknown type 0x%x from the host on CPU %u: dropped\n",
			    type, smp_processor_id());
}

/* Takes one message; false if there is none, or the slot could not be freed. */
static bool message_take(struct synic_cpu *cpu, struct synic_message *message)
{
	u32 type = READ_ONCE(message->type);

	if (type == MESSAGE_TYPE_NONE)
		return false;

	/* Reads the type before the rest; the host writes the type last. */
	virt_rmb();
	local_inc(&cpu->messages);
	if (type == MESSAGE_TYPE_PROXY)
		proxy_handle(cpu, message);
	else
		unknown_handle(cpu, type);
	return vtl_message_free(message, type);
}

void vtl_synic_interrupt(void)
{
	struct synic_cpu *cpu = this_cpu_ptr(&synic_cpus);
	struct synic_message *slots = vtl_host_synic_messages();
	unsigned int left = SYNIC_BUDGET;

	local_inc(&cpu->interrupts);
	if (!slots)
		return;

	/* Takes the messages in slot 0. */
	while (left && message_take(cpu, slots))
		left--;
	if (READ_ONCE(vtl_sint_is_open))
		vtl_sint_interrupt(slots);
}

void vtl_synic_unmasked(void)
{
	unsigned long flags;

	local_irq_save(flags);
	if (vtl_host_synic_messages()) {
		vtl_synic_interrupt();
		/* The host may keep other messages until it is told that a slot is free. */
		vtl_host_synic_end_of_message();
	}
	local_irq_restore(flags);
}

void vtl_synic_stats_get(unsigned int cpu, struct synic_stats *stats)
{
	const struct synic_cpu *from = per_cpu_ptr(&synic_cpus, cpu);

	stats->interrupts = local_read(&from->interrupts);
	stats->messages = local_read(&from->messages);
	stats->relayed = local_read(&from->relayed);
	stats->blocked = local_read(&from->blocked);
	stats->malformed = local_read(&from->malformed);
	stats->unknown = local_read(&from->unknown);
}

void vtl_synic_counts_get(unsigned int cpu, unsigned int first, unsigned int length,
			  struct mshv_vector_counts *counts)
{
	const struct synic_cpu *from = per_cpu_ptr(&synic_cpus, cpu);
	/* Pairs with vtl_synic_online(). */
	const local_t *by_vector = smp_load_acquire(&from->by_vector);
	unsigned int i;

	for (i = 0; i < length; i++)
		counts[i].proxied = by_vector ? local_read(&by_vector[first + i]) : 0;
}

bool vtl_synic_has_arrived(unsigned int vector)
{
	return vtl_vp_recent_has(&this_cpu_ptr(&synic_cpus)->arrived[vector / 32], vector);
}

int vtl_synic_online(unsigned int cpu)
{
	struct synic_cpu *to = per_cpu_ptr(&synic_cpus, cpu);
	local_t *by_vector;

	if (to->by_vector)
		return 0;

	by_vector = kvzalloc_node(SYNIC_VECTORS * sizeof(*by_vector), GFP_KERNEL,
				  cpu_to_node(cpu));
	if (!by_vector)
		return -ENOMEM;

	/* Zeroed before an interrupt on that CPU can see it. */
	smp_store_release(&to->by_vector, by_vector);
	return 0;
}

void vtl_synic_init(void)
{
	u32 vector;

	for (vector = 0; vector < SYNIC_VECTORS; vector++) {
		if (vtl_proxy_vector_is_legal(vector))
			synic_legal[vector / 32] |= 1U << vector % 32;
	}
}

void vtl_synic_exit(void)
{
	struct synic_cpu *cpu_data;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		cpu_data = per_cpu_ptr(&synic_cpus, cpu);
		kvfree(cpu_data->by_vector);
		cpu_data->by_vector = NULL;
	}
}
