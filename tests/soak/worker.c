// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A worker; see soak.h.
 *
 * This file owns a VTL file, the routes of its entries, and the changes to them. It relies on the
 * keeper to make sure that its devices are silent when it is killed.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../lib/vtlirq.h"
#include "../harness/program.h"
#include "../harness/host.h"
#include "soak.h"

#define MOVERS		3
#define WAIT_MS		5
/* One in so many actions closes the file, and with it all routes. */
#define CLOSES_ONCE_IN	600

/**
 * struct owned - an entry of this worker
 * @lock:  held by the thread that changes the route
 * @route: NULL: there is no route now
 */
struct owned {
	pthread_mutex_t lock;
	struct vtlirq_route *route;
};

static struct ledger *ledger;
static struct worker_figures *figures;
static struct owned owned[ENTRIES_MAX];
static unsigned int mine[ENTRIES_MAX], mine_count;
static struct vtlirq *irqs;
/* Held for writing while the file is closed and opened again. */
static pthread_rwlock_t context_lock = PTHREAD_RWLOCK_INITIALIZER;
static unsigned int lives;

static enum phase phase(void)
{
	return __atomic_load_n(&ledger->phase, __ATOMIC_ACQUIRE);
}

/* The host may refuse at any time; no other error is allowed. */
static int call_judge(int ret, const char *name)
{
	if (ret >= 0)
		return 0;
	if (ret == -ENXIO && vtlirq_last_hv_status(irqs)) {
		figure_add(&figures->refused, 1);
		return ret;
	}
	if (!figures->failure)
		snprintf(figures->failed, sizeof(figures->failed), "%s", name);
	__atomic_store_n(&figures->failure, -ret, __ATOMIC_RELEASE);
	return ret;
}

/* The filter callback of a VMM: here every vector that is used is opened. */
static int filter_open(void *context, uint32_t vp, uint32_t vector)
{
	__atomic_fetch_and(&lab.run[vp]->proxy_irr_blocked[vector / 32], ~(1U << vector % 32),
			   __ATOMIC_SEQ_CST);
	return 0;
}

static void context_open(void)
{
	const struct vtlirq_config config = {
		.size = sizeof(config), .dwell_ms = 1, .moves_max = 8, .refusal_ms = 10,
		.allow = filter_open,
	};
	int ret = vtlirq_open(&config, &irqs);

	if (!ret)
		return;
	call_judge(ret, "vtlirq_open");
	pause();
}

static void entry_masked(struct entry *entry, bool masked)
{
	call_judge(labhost_set_masked(lab.host, entry->source.device, entry->source.source,
				      masked), masked ? "mask" : "unmask");
}

/* ---- what can be done to a route; its lock is held ---- */

static int route_make(unsigned int index, unsigned int place)
{
	struct entry *entry = &ledger->entries[index];
	struct hv_retarget named = hv_target(&entry->source, 0, 0, 0);
	const struct vtlirq_interrupt interrupt = {
		.device_id = named.device,
		.address = named.address,
		.data = named.data,
	};
	uint32_t before = entry_move_begin(entry, place);
	struct vtlirq_single_target single;
	int ret;

	vtlirq_target_single(&single, place_vp(ledger, index, place),
			     place_vector(ledger, index, place));
	ret = vtlirq_route_create(irqs, &interrupt, &single.target, &owned[index].route);
	if (call_judge(ret, "vtlirq_route_create")) {
		owned[index].route = NULL;
		entry_move_end(entry, before);
		return ret;
	}
	entry_move_end(entry, 1U << place);
	entry_masked(entry, false);
	__atomic_store_n(&entry->open, 1, __ATOMIC_RELEASE);
	figure_add(&figures->made, 1);
	return 0;
}

static void route_silence(unsigned int index)
{
	struct entry *entry = &ledger->entries[index];

	__atomic_store_n(&entry->open, 0, __ATOMIC_RELEASE);
	entry_masked(entry, true);
}

/* The host may refuse to end the delivery; in that case the file keeps the vector. */
static void route_end(unsigned int index)
{
	struct vtlirq_route *route = owned[index].route;

	route_silence(index);
	owned[index].route = NULL;
	call_judge(vtlirq_route_destroy(route), "vtlirq_route_destroy");
	figure_add(&figures->ended, 1);
}

static void route_move(unsigned int index, unsigned int place)
{
	struct entry *entry = &ledger->entries[index];
	uint32_t before = entry_move_begin(entry, place);
	struct vtlirq_single_target single;
	int ret;

	vtlirq_target_single(&single, place_vp(ledger, index, place),
			     place_vector(ledger, index, place));
	ret = vtlirq_route_retarget(owned[index].route, &single.target);
	if (call_judge(ret, "vtlirq_route_retarget")) {
		entry_move_end(entry, before);
		return;
	}
	entry_move_end(entry, 1U << place);
	/* A move to the present place does not count as a move. */
	figure_add(&figures->moves, before != 1U << place);
}

static void route_prefer(unsigned int index, bool proxied)
{
	struct vtlirq_route *route = owned[index].route;
	struct vtlirq_route_state before = { 0 }, after = { 0 };
	int ret = vtlirq_route_state(route, &before);

	if (!ret)
		ret = vtlirq_route_prefer(route, proxied ? VTLIRQ_PREFER_PROXIED :
					  VTLIRQ_PREFER_REDIRECTED);
	if (!ret)
		ret = vtlirq_route_state(route, &after);
	if (call_judge(ret, "vtlirq_route_prefer") || before.delivery == after.delivery)
		return;
	figure_add(proxied ? &figures->down : &figures->up, 1);
}

/* ---- what is done at random ---- */

static void rebalance(void)
{
	struct vtlirq_summary before, after;

	vtlirq_summary(irqs, &before);
	call_judge(vtlirq_rebalance(irqs), "vtlirq_rebalance");
	vtlirq_summary(irqs, &after);
	figure_add(&figures->up, after.promotions - before.promotions);
	figure_add(&figures->down, after.demotions - before.demotions);
}

/* Closing the file ends all its routes; then all of them are created again. */
static void file_close_and_open(struct stream *stream)
{
	unsigned int i;

	pthread_rwlock_wrlock(&context_lock);
	for (i = 0; i < mine_count; i++) {
		if (!owned[mine[i]].route)
			continue;
		route_silence(mine[i]);
		owned[mine[i]].route = NULL;
		figure_add(&figures->ended, 1);
	}
	vtlirq_close(irqs);
	figure_add(&figures->files, 1);
	context_open();
	for (i = 0; i < mine_count; i++)
		route_make(mine[i], random_below(stream, PLACES));
	pthread_rwlock_unlock(&context_lock);
}

static void route_do(struct stream *stream, unsigned int index)
{
	unsigned int dice = random_below(stream, 100), place = random_below(stream, PLACES);

	if (!owned[index].route)
		route_make(index, place);
	else if (dice < 82)
		route_move(index, place);
	else if (dice < 90)
		route_end(index);
	else
		route_prefer(index, dice < 94);
}

static void something_do(struct stream *stream, bool first)
{
	unsigned int index = mine[random_below(stream, mine_count)];

	if (first && random_once_in(stream, CLOSES_ONCE_IN)) {
		file_close_and_open(stream);
		return;
	}
	pthread_rwlock_rdlock(&context_lock);
	/* Only one thread does this, so that the difference of the sums is its own. */
	if (first && random_once_in(stream, 50))
		rebalance();
	pthread_mutex_lock(&owned[index].lock);
	route_do(stream, index);
	pthread_mutex_unlock(&owned[index].lock);
	pthread_rwlock_unlock(&context_lock);
}

static void *mover_run(void *argument)
{
	unsigned int which = (uintptr_t)argument;
	struct stream stream = {
		ledger->seed ^ ((uint64_t)(mine[0] + 1) << 32 | lives << 8 | which),
	};

	while (phase() == PHASE_RUN)
		something_do(&stream, !which);
	return NULL;
}

/* ---- its life ---- */

static void setup(void)
{
	unsigned int vp;

	lab.host = labhost_open();
	lab.cpus = ledger->cpus;
	lab.vtl = vtl_open();
	for (vp = 0; vp < lab.cpus; vp++)
		lab.run[vp] = vtl_page(lab.vtl, vp);
	context_open();
}

/* Creates the routes that do not exist because the host refused them. */
static void routes_complete(enum readiness level)
{
	unsigned int i, tries;

	for (i = 0; i < mine_count; i++) {
		for (tries = 0; !owned[mine[i]].route && tries < 100; tries++)
			route_make(mine[i], tries % PLACES);
	}
	__atomic_store_n(&figures->ready, level, __ATOMIC_RELEASE);
}

static void routes_change(void)
{
	pthread_t movers[MOVERS];
	unsigned int i;

	for (i = 0; i < MOVERS; i++)
		pthread_create(&movers[i], NULL, mover_run, (void *)(uintptr_t)i);
	for (i = 0; i < MOVERS; i++)
		pthread_join(movers[i], NULL);
}

int worker_main(struct ledger *shared, unsigned int number, unsigned int generation)
{
	unsigned int i;

	ledger = shared;
	figures = &ledger->workers[number];
	lives = generation;
	for (i = 0; i < ledger->entries_count; i++) {
		pthread_mutex_init(&owned[i].lock, NULL);
		if (ledger->entries[i].worker == number)
			mine[mine_count++] = i;
	}
	setup();
	routes_complete(READY_RUNS);
	routes_change();
	routes_complete(READY_DRAINS);
	while (phase() != PHASE_END)
		sleep_ms(WAIT_MS);
	for (i = 0; i < mine_count; i++)
		route_silence(mine[i]);
	figure_add(&figures->ended, mine_count);
	vtlirq_close(irqs);
	close(lab.vtl);
	return 0;
}
