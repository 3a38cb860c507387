// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vm_host: a hostile host. It sends garbage messages and any vector to any CPU, refuses,
 * delays and repeats, changes its capability, and misdirects device interrupts, while a VMM
 * moves routes and reads the run pages. At the end the accounting is checked.
 *
 * This file owns the set of threads that run, and the checks that must hold whatever the host
 * does.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../lib/vtlirq.h"
#include "../harness/host.h"
#include "../harness/program.h"
#include "tally.h"

#define BATCH		4000
#define ROUTES		8
#define HOSTS_MAX	4
#define MAPPED		300

/* Vectors 96..127 are blocked all the time. */
#define BANK_BLOCKED	3
/* A device cannot have a vector below 16. */
#define BITS_ILLEGAL	0xffffU

static struct {
	uint64_t seed;
	uint64_t events;
	uint64_t seconds;
	uint64_t hosts;
} config = { .events = 20000, .hosts = 1 };

enum kind {
	KIND_CREATE,
	KIND_RETARGET,
	KIND_PREFER,
	KIND_REBALANCE,
	KIND_DESTROY,
	KIND_STATES,
	KIND_BEHAVE,
	KIND_ASTRAY,
	KIND_RAISE,
	KIND_MAP,
	KINDS,
};

static const char *kind_name(unsigned int kind)
{
	static const char *const names[] = {
		"route_create", "route_retarget", "route_prefer", "rebalance", "route_destroy",
		"routes", "behaviour", "message astray", "device raises", "map and unmap",
	};

	return names[kind];
}

static struct tally tally;

/* The total counts of what the host did. */
static struct lab_host_hostile done;
static uint64_t events_done;

/* The counts of the thread that takes bits from the run pages. */
static uint64_t taken, taken_illegal, taken_blocked;

static bool work_ends;

static bool work_goes_on(void)
{
	return !__atomic_load_n(&work_ends, __ATOMIC_RELAXED);
}

/* ---- the host ---- */

static uint64_t begin_ms;

static bool host_is_done(void)
{
	if (config.seconds)
		return now_ms() - begin_ms >= config.seconds * 1000;
	return __atomic_load_n(&events_done, __ATOMIC_RELAXED) >= config.events;
}

static void *host_run(void *argument)
{
	struct stream stream = { config.seed + (uintptr_t)argument };
	struct lab_host_hostile hostile = { .count = BATCH };

	while (!host_is_done()) {
		__atomic_fetch_add(&events_done, BATCH, __ATOMIC_RELAXED);
		hostile.seed = random_next(&stream);
		if (labhost_hostile(lab.host, &hostile))
			break;
		__atomic_fetch_add(&done.messages, hostile.messages, __ATOMIC_RELAXED);
		__atomic_fetch_add(&done.interrupts, hostile.interrupts, __ATOMIC_RELAXED);
		__atomic_fetch_add(&done.vectors, hostile.vectors, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void behave_badly(struct stream *stream)
{
	static const uint16_t statuses[] = { 2, 5, 6, 0x0b, 0x0d, 0x0e, 0x33, 0x57, 0x71, 0x78 };
	struct lab_host_behaviour behaviour = {
		.flags = random_once_in(stream, 3) ? 0 : LAB_HOST_REDIRECTS,
		.refuse_count = random_below(stream, 8),
		.refuse_status = statuses[random_below(stream, 10)],
		.refuse_redirected_only = random_below(stream, 2),
		.delay_us = random_once_in(stream, 4) ? random_below(stream, 2000) : 0,
		.duplicate_count = random_below(stream, 100),
	};

	if (random_once_in(stream, 10))
		behaviour.refuse_status = 1 + random_below(stream, 0xffff);
	tally_add(&tally, KIND_BEHAVE, labhost_behaviour_set(lab.host, &behaviour));
}

/* Sends a source's interrupts to a wrong CPU and vector, but not to Linux's own vectors. */
static void send_astray(struct stream *stream)
{
	const struct labhost_source *source = &lab.sources[random_below(stream, lab.count)];
	unsigned int vector = 0x81 + random_below(stream, 0xea - 0x81);

	tally_add(&tally, KIND_ASTRAY, labhost_route(lab.host, source->device, source->source,
						     apic_id(random_below(stream, lab.cpus)),
						     vector));
}

/* The driver must work correctly whether it is being traced or not. */
static void trace_switch(bool on)
{
	text_write("/sys/kernel/tracing/events/mshv_vtl/enable", 0, on ? "1" : "0");
}

static void raise_some(struct stream *stream)
{
	const struct labhost_source *source = &lab.sources[random_below(stream, lab.count)];

	tally_add(&tally, KIND_RAISE, labhost_raise(lab.host, source->device, source->source,
						    1 + random_below(stream, 20), NULL));
}

static void *devices_run(void *argument)
{
	struct stream stream = { config.seed ^ 0xdede };

	while (work_goes_on()) {
		if (random_once_in(&stream, 8))
			behave_badly(&stream);
		else if (random_once_in(&stream, 20))
			send_astray(&stream);
		else if (random_once_in(&stream, 100))
			trace_switch(random_once_in(&stream, 3));
		else
			raise_some(&stream);
		if (random_once_in(&stream, 4))
			sleep_ms(1);
	}
	trace_switch(false);
	return NULL;
}

/* ---- the VMM ---- */

static struct vtlirq_interrupt interrupt_of(const struct labhost_source *source)
{
	struct lab_host_device device = { 0 };

	labhost_device_get(lab.host, source->device, &device);
	return (struct vtlirq_interrupt) {
		.device_id = device.bdf,
		.address = LAB_HOST_MSI_ADDRESS,
		.data = source->source,
	};
}

static void route_create(struct vtlirq *irqs, struct vtlirq_route **route, struct stream *stream)
{
	const struct labhost_source *source = &lab.sources[random_below(stream, lab.count)];
	struct vtlirq_interrupt interrupt = interrupt_of(source);
	struct vtlirq_single_target single;

	vtlirq_target_single(&single, random_below(stream, lab.cpus),
			     16 + random_below(stream, 240));
	tally_add(&tally, KIND_CREATE,
		  vtlirq_route_create(irqs, &interrupt, &single.target, route));
	source_unmask(source);
}

static void route_move(struct vtlirq *irqs, struct vtlirq_route **route, struct stream *stream)
{
	struct vtlirq_route_state *states;
	struct vtlirq_single_target single;
	size_t count;
	int ret;

	switch (random_below(stream, 16)) {
	case 0:
		tally_add(&tally, KIND_DESTROY, vtlirq_route_destroy(*route));
		*route = NULL;
		break;
	case 1 ... 3:
		tally_add(&tally, KIND_PREFER, vtlirq_route_prefer(*route,
								   random_below(stream, 2)));
		break;
	case 4:
		ret = vtlirq_routes(irqs, &states, &count);
		tally_add(&tally, KIND_STATES, ret);
		if (!ret)
			free(states);
		break;
	case 5:
		tally_add(&tally, KIND_REBALANCE, vtlirq_rebalance(irqs));
		break;
	default:
		vtlirq_target_single(&single, random_below(stream, lab.cpus),
				     16 + random_below(stream, 240));
		tally_add(&tally, KIND_RETARGET, vtlirq_route_retarget(*route, &single.target));
	}
}

static void *vmm_run(void *argument)
{
	const struct vtlirq_config wanted = { .size = sizeof(wanted), .refusal_ms = 1,
					      .dwell_ms = 1 };
	struct stream stream = { config.seed ^ 0x1234 };
	struct vtlirq_route *routes[ROUTES] = { NULL }, **route;
	struct vtlirq *irqs = argument;

	if (vtlirq_open(&wanted, &irqs))
		return (void *)1;
	while (work_goes_on()) {
		route = &routes[random_below(&stream, ROUTES)];
		if (*route)
			route_move(irqs, route, &stream);
		else
			route_create(irqs, route, &stream);
	}
	vtlirq_close(irqs);
	return NULL;
}

/* Maps many vectors of each CPU, and changes the mappings all the time. */
static void *mapper_run(void *argument)
{
	struct stream stream = { config.seed ^ 0x3a3a };
	uint8_t vectors[MAPPED] = { 0 };
	unsigned int slot;
	int vtl = vtl_open(), ret;

	while (work_goes_on()) {
		slot = random_below(&stream, MAPPED);
		if (vectors[slot]) {
			ret = vtl_unmap(vtl, vectors[slot], slot % lab.cpus);
			vectors[slot] = 0;
		} else {
			ret = vtl_map(vtl, 16 + random_below(&stream, 240), slot % lab.cpus);
			vectors[slot] = ret > 0 ? ret : 0;
		}
		tally_add(&tally, KIND_MAP, ret);
		if (random_once_in(&stream, 4))
			sleep_ms(1);
	}
	close(vtl);
	return NULL;
}

static void bits_judge(const uint32_t bits[8])
{
	unsigned int bank;

	taken_illegal += __builtin_popcount(bits[0] & BITS_ILLEGAL);
	taken_blocked += __builtin_popcount(bits[BANK_BLOCKED]);
	for (bank = 0; bank < 8; bank++)
		taken += __builtin_popcount(bits[bank]);
}

static void runs_take(void)
{
	uint32_t bits[8];
	unsigned int cpu;

	for (cpu = 0; cpu < lab.cpus; cpu++) {
		if (run_take(lab.run[cpu], bits))
			bits_judge(bits);
	}
}

static void *consumer_run(void *argument)
{
	struct stream stream = { config.seed ^ 0x777 };
	struct mshv_vtl_run *run;

	while (work_goes_on()) {
		runs_take();
		run = lab.run[random_below(&stream, lab.cpus)];
		/* The filter changes as if a device of the guest appeared and disappeared. */
		run->proxy_irr_blocked[4 + random_below(&stream, 4)] = random_next(&stream);
		sched_yield();
	}
	return NULL;
}

/* ---- the accounting ---- */

/**
 * struct figures - counters of the driver and the host for a VP
 */
struct figures {
	uint64_t redirected;
	uint64_t proxied;
	uint64_t blocked;
	uint64_t written;
};

static struct figures figures_of(unsigned int vp)
{
	static struct mshv_vector_counts counts[256];
	struct mshv_vp_interrupts args = { .vp = vp, .counts_len = 256,
					   .counts = (uintptr_t)counts };
	struct lab_host_vp host = host_vp(vp);
	struct figures figures = { .written = host.singles + host.multiples };
	unsigned int vector;

	if (ioctl(lab.vtl, MSHV_GET_VP_INTERRUPTS, &args))
		perror("GET_VP_INTERRUPTS");
	for (vector = 0; vector < 256; vector++) {
		figures.redirected += counts[vector].redirected;
		figures.proxied += counts[vector].proxied;
	}
	figures.blocked = args.blocked;
	return figures;
}

static bool vp_is_quiet(unsigned int vp)
{
	struct lab_host_vp host = host_vp(vp);

	return !host.waiting && !host.slot_full;
}

/* The last message may have come without an interrupt, so here the host sends one. */
static bool vp_quiet_down(unsigned int vp)
{
	unsigned int tries;

	for (tries = 0; tries < 2000 && !vp_is_quiet(vp); tries++) {
		labhost_vector_raise(lab.host, vp, 0);
		sleep_ms(2);
	}
	return vp_is_quiet(vp);
}

/* Compares the counters of a VP from all the places where they exist. */
static uint64_t vp_check(unsigned int vp)
{
	struct figures figures = figures_of(vp);
	uint64_t messages = synic_column(vp, "messages");
	uint64_t refused = synic_column(vp, "unknown") + synic_column(vp, "malformed");

	accounting_check(figures.proxied == synic_column(vp, "relayed"),
			 "VP %u: vectors relayed from messages, one by one and in all: %" PRIu64,
			 vp, figures.proxied);
	accounting_check(figures.redirected == cpus_column(vp, "relayed"),
			 "VP %u: vectors relayed from hardware vectors: %" PRIu64, vp,
			 figures.redirected);
	accounting_check(figures.blocked ==
			 cpus_column(vp, "blocked") + synic_column(vp, "blocked"),
			 "VP %u: blocked, redirected or proxied: %" PRIu64, vp, figures.blocked);
	accounting_check(refused <= messages, "VP %u: of %" PRIu64 " messages %" PRIu64
			 " were none to relay", vp, messages, refused);
	accounting_check(messages <= figures.written + done.messages,
			 "VP %u: no message was taken that was not written", vp);
	return messages;
}

static bool vp_takes_message(unsigned int vp)
{
	struct hv_message message = { .type = HV_MESSAGE_PROXY_INTERRUPT, .vectors = { 0x99 } };
	struct lab_host_post post = { .vp = vp, .interrupt = 1 };

	runs_clear();
	memcpy(post.message, &message, sizeof(message));
	return !labhost_post(lab.host, &post) && run_wait(lab.run[vp], 0x99, 20000);
}

static void accounting_of_the_host(void)
{
	uint64_t messages = 0, written = done.messages;
	unsigned int vp;

	for (vp = 0; vp < lab.cpus; vp++) {
		accounting_check(vp_quiet_down(vp), "VP %u: nothing waits for its slot", vp);
		messages += vp_check(vp);
		written += figures_of(vp).written;
		accounting_check(vp_takes_message(vp), "VP %u takes a message", vp);
	}
	accounting_check(messages && messages <= written,
			 "messages: %" PRIu64 " written, %" PRIu64 " taken", written, messages);
	accounting_check(!taken_illegal, "no bit below 16 was set (%" PRIu64 ")", taken_illegal);
	accounting_check(!taken_blocked, "no blocked bit was set (%" PRIu64 ")", taken_blocked);
	accounting_check(taken, "the consumer took %" PRIu64 " bits", taken);
}

/* ---- the whole ---- */

static void *(*const workers[])(void *) = { devices_run, vmm_run, consumer_run, mapper_run };

#define WORKERS (sizeof(workers) / sizeof(workers[0]))

static void fuzz(void)
{
	pthread_t hosts[HOSTS_MAX], threads[WORKERS];
	void *ret, *failed = NULL;
	unsigned int i;

	for (i = 0; i < WORKERS; i++)
		pthread_create(&threads[i], NULL, workers[i], NULL);
	for (i = 0; i < config.hosts; i++)
		pthread_create(&hosts[i], NULL, host_run, (void *)(uintptr_t)i);
	for (i = 0; i < config.hosts; i++)
		pthread_join(hosts[i], NULL);
	__atomic_store_n(&work_ends, true, __ATOMIC_RELAXED);
	for (i = 0; i < WORKERS; i++) {
		pthread_join(threads[i], &ret);
		failed = ret ?: failed;
	}
	accounting_check(!failed, "the VMM worked");
	for (i = 0; i < lab.count; i++)
		labhost_mask(lab.host, lab.sources[i].device, lab.sources[i].source);
	host_behave();
}

/* Checks that the interface for events refuses invalid arguments. */
static bool host_has_limits(void)
{
	struct lab_host_hostile many = { .count = LAB_HOST_EVENTS_MAX + 1 };
	struct lab_host_hostile odd = { .reserved = 1 };
	struct lab_host_hostile none = { .messages = 1, .interrupts = 1, .vectors = 1 };

	return labhost_hostile(lab.host, &many) == -EINVAL &&
	       labhost_hostile(lab.host, &odd) == -EINVAL &&
	       !labhost_hostile(lab.host, &none) &&
	       !none.messages && !none.interrupts && !none.vectors;
}

static void devices_open(void)
{
	unsigned int cpu;

	if (!lab_open(1)) {
		printf("Bail out! the lab has no devices\n");
		exit(1);
	}
	for (cpu = 0; cpu < lab.cpus; cpu++)
		lab.run[cpu]->proxy_irr_blocked[BANK_BLOCKED] = ~0U;
}

int main(int argc, char **argv)
{
	const struct option_spec options[] = {
		{ "seed", "S", "do the same as another run, as far as threads allow",
		  .value = &config.seed },
		{ "events", "N", "number of host events (20000)", .value = &config.events },
		{ "for", "SECONDS", "run for a time instead of a number of events",
		  .value = &config.seconds },
		{ "threads", "T", "number of hosts at once (1)",
		  .value = &config.hosts, .min = 1, .max = HOSTS_MAX },
	};
	struct accounting accounting;

	config.seed = options_seed();
	options_parse(argc, argv, "A hostile host.", options, ARRAY_SIZE(options));
	printf("# vm_host --seed %" PRIu64 " --%s %" PRIu64 " --threads %" PRIu64 "\n",
	       config.seed,
	       config.seconds ? "for" : "events", config.seconds ?: config.events, config.hosts);
	accounting_begin(&accounting);
	devices_open();
	accounting_check(host_has_limits(), "the host refuses empty and invalid requests");
	begin_ms = now_ms();
	fuzz();
	tally_print(&tally, kind_name, KINDS);
	printf("# vm_host: %" PRIu64 " events in %" PRIu64 " s, seed %" PRIu64 ": %" PRIu64
	       " messages, %" PRIu64 " shared and %" PRIu64 " other vectors\n", events_done,
	       (now_ms() - begin_ms) / 1000, config.seed, (uint64_t)done.messages,
	       (uint64_t)done.interrupts, (uint64_t)done.vectors);
	accounting_of_the_host();
	runs_clear();
	lab_close();
	accounting_end(&accounting);
	return accounting_status();
}
