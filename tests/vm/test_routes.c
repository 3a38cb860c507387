// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Many routes and few vectors: they come, go and move at random while their
 * devices fire, and the books balance: raised = handled, route by route.
 *
 * Each route has three places (VP, vector) of its own, which no other route ever
 * has: so an interrupt that shows up in a place tells whose it is. Each device is
 * raised once and then waited for, since two that meet become one.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../lib/vtlirq.h"
#include "hv.h"

#define ROUTES_MAX	256
#define ROUTES_PER_CPU	64
#define PLACES		3
#define VECTOR_FIRST	0x20
#define VECTORS		(256 - VECTOR_FIRST)
/* How many of each CPU's vectors there are for the routes that want one. */
#define QUOTA_MANY	32
#define QUOTA_FEW	3
#define QUARANTINE_SHORT_MS	10
#define MOVERS		2
#define SECONDS_LONG	60
#define SECONDS_SHORT	10
#define PATIENCE_MS	patience(20000)

/**
 * struct entry - a device interrupt, and its books
 * @source:  which
 * @lock:    held for writing to create and destroy the route, for reading to
 *           raise and to move it, which go on at the same time
 * @route:   NULL: there is none now
 * @place:   where it was last sent
 * @raised:  by the raiser
 * @handled: by the takers
 */
struct entry {
	const struct labhost_source *source;
	pthread_rwlock_t lock;
	struct vtlirq_route *route;
	unsigned int place;
	atomic_ulong raised;
	atomic_ulong handled;
};

static struct entry entries[ROUTES_MAX];
static unsigned int entries_count;
static struct vtlirq *irqs;
static atomic_bool end, takers_end;
static atomic_ulong strays, moves, creations, preferences, promotions;
static atomic_int trouble;

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

static unsigned int place_vp(unsigned int entry, unsigned int place)
{
	return (entry * PLACES + place) % lab.cpus;
}

static unsigned int place_vector(unsigned int entry, unsigned int place)
{
	return VECTOR_FIRST + (entry * PLACES + place) / lab.cpus;
}

/* A vector came to a VP: whose is it? */
static void arrival(unsigned int vp, unsigned int vector)
{
	unsigned int index = (vector - VECTOR_FIRST) * lab.cpus + vp;
	struct entry *entry = &entries[index / PLACES];

	if (vector < VECTOR_FIRST || index / PLACES >= entries_count ||
	    entry->handled >= entry->raised)
		strays++;
	else
		entry->handled++;
}

static void *taker_run(void *arg)
{
	unsigned int vp = (uintptr_t)arg, bank;
	uint32_t bits[8];

	while (!takers_end) {
		if (!run_take(lab.run[vp], bits)) {
			others_run();
			continue;
		}
		for (bank = 0; bank < 8; bank++)
			for (; bits[bank]; bits[bank] &= bits[bank] - 1)
				arrival(vp, bank * 32 + __builtin_ctz(bits[bank]));
	}
	return NULL;
}

static void *raiser_run(void *unused)
{
	unsigned int i;

	(void)unused;
	while (!end) {
		for (i = 0; i < entries_count; i++) {
			struct entry *entry = &entries[i];

			if (entry->handled < entry->raised ||
			    pthread_rwlock_tryrdlock(&entry->lock))
				continue;
			if (entry->route) {
				entry->raised++;
				if (labhost_raise(lab.host, entry->source->device,
						  entry->source->source, 1, NULL))
					trouble = EIO;
			}
			pthread_rwlock_unlock(&entry->lock);
		}
		others_run();
	}
	return NULL;
}

static const struct vtlirq_target *target_of(unsigned int index, unsigned int place,
					     struct vtlirq_single_target *single)
{
	return vtlirq_target_single(single, place_vp(index, place), place_vector(index, place));
}

static int entry_create(unsigned int index, unsigned int place)
{
	struct entry *entry = &entries[index];
	struct hv_retarget named = hv_target(entry->source, 0, 0, 0);
	const struct vtlirq_interrupt interrupt = {
		.device_id = named.device,
		.address = named.address,
		.data = named.data,
	};
	struct vtlirq_single_target single;
	int ret;

	ret = vtlirq_route_create(irqs, &interrupt, target_of(index, place, &single),
				  &entry->route);
	if (ret)
		return ret;
	source_unmask(entry->source);
	entry->place = place;
	creations++;
	return 0;
}

/* Its last interrupt must have come: after that the device is silent. */
static int entry_drain(struct entry *entry)
{
	const uint64_t deadline = now_ms() + PATIENCE_MS;

	while (entry->handled < entry->raised) {
		if (now_ms() > deadline)
			return -ETIMEDOUT;
		others_run();
	}
	return 0;
}

static int entry_destroy(struct entry *entry)
{
	struct vtlirq_route *route = entry->route;

	source_mask(entry->source);
	entry->route = NULL;
	return vtlirq_route_destroy(route);
}

static int entry_come_or_go(unsigned int index, unsigned int place)
{
	struct entry *entry = &entries[index];
	int ret;

	pthread_rwlock_wrlock(&entry->lock);
	ret = entry_drain(entry);
	if (!ret)
		ret = entry->route ? entry_destroy(entry) : entry_create(index, place);
	pthread_rwlock_unlock(&entry->lock);
	return ret;
}

/* While it may be raised. */
static int entry_move(unsigned int index, unsigned int place)
{
	struct entry *entry = &entries[index];
	struct vtlirq_single_target single;
	int ret = 0;

	pthread_rwlock_rdlock(&entry->lock);
	if (entry->route) {
		ret = vtlirq_route_retarget(entry->route, target_of(index, place, &single));
		moves++;
	}
	pthread_rwlock_unlock(&entry->lock);
	return ret;
}

static int entry_prefer(unsigned int index, bool proxied)
{
	struct entry *entry = &entries[index];
	int ret = 0;

	pthread_rwlock_rdlock(&entry->lock);
	if (entry->route) {
		ret = vtlirq_route_prefer(entry->route, proxied ? VTLIRQ_PREFER_PROXIED :
					  VTLIRQ_PREFER_REDIRECTED);
		preferences++;
	}
	pthread_rwlock_unlock(&entry->lock);
	return ret;
}

static int something_do(unsigned int *seed)
{
	unsigned int dice = rand_r(seed) % 100, index = rand_r(seed) % entries_count;
	unsigned int place = rand_r(seed) % PLACES;
	int ret;

	if (dice < 70)
		return entry_move(index, place);
	if (dice < 88)
		return entry_come_or_go(index, place);
	if (dice < 98)
		return entry_prefer(index, place == 0);
	ret = vtlirq_rebalance(irqs);
	if (ret > 0)
		promotions += ret;
	return ret < 0 ? ret : 0;
}

static void *mover_run(void *arg)
{
	unsigned int seed = (uintptr_t)arg;
	int ret;

	while (!end) {
		ret = something_do(&seed);
		if (ret)
			trouble = -ret;
	}
	return NULL;
}

/*
 * How many sources may be proxied while they move. A mover takes a vector of the host's for
 * the new way before it gives the old one back, and what is given back may be free later.
 */
static size_t entries_possible(void)
{
	int hv = hv_open();
	size_t possible = hv_proxy_sources(hv, 0, lab.cpus), i;

	for (i = 0; i < lab.count; i++)
		source_mask(&lab.sources[i]);
	close(hv);
	return possible < lab.count ? possible - 2 * MOVERS : possible;
}

static void entries_choose(void)
{
	unsigned int limit = ROUTES_PER_CPU * lab.cpus;
	size_t possible = entries_possible(), i;

	entries_count = 0;
	for (i = 0; i < possible && entries_count < limit && entries_count < ROUTES_MAX; i++) {
		struct entry *entry = &entries[entries_count++];

		memset(entry, 0, sizeof(*entry));
		entry->source = &lab.sources[i];
		pthread_rwlock_init(&entry->lock, NULL);
	}
	check(place_vector(entries_count - 1, PLACES - 1) <= 255, "too few vectors");
}

static void all_run(unsigned int seconds)
{
	pthread_t takers[CPUS_MAX], movers[MOVERS], raiser;
	unsigned int i;

	end = false;
	takers_end = false;
	for (i = 0; i < lab.cpus; i++)
		pthread_create(&takers[i], NULL, taker_run, (void *)(uintptr_t)i);
	for (i = 0; i < MOVERS; i++)
		pthread_create(&movers[i], NULL, mover_run, (void *)(uintptr_t)(i + 1));
	pthread_create(&raiser, NULL, raiser_run, NULL);
	for (i = 0; i < seconds * 10 && !trouble; i++)
		sleep_ms(100);

	/* The takers last: a mover waits for what they find. */
	end = true;
	pthread_join(raiser, NULL);
	for (i = 0; i < MOVERS; i++)
		pthread_join(movers[i], NULL);
	takers_end = true;
	for (i = 0; i < lab.cpus; i++)
		pthread_join(takers[i], NULL);
}

/* What is left is taken here, when all others have stopped. */
static void rest_take(void)
{
	uint64_t deadline = now_ms() + PATIENCE_MS;
	unsigned int vp, bank, i, open;
	uint32_t bits[8];

	do {
		for (vp = 0; vp < lab.cpus; vp++) {
			if (!run_take(lab.run[vp], bits))
				continue;
			for (bank = 0; bank < 8; bank++)
				for (; bits[bank]; bits[bank] &= bits[bank] - 1)
					arrival(vp, bank * 32 + __builtin_ctz(bits[bank]));
		}
		for (i = 0, open = 0; i < entries_count; i++)
			open += entries[i].handled < entries[i].raised;
	} while (open && now_ms() < deadline);
}

static uint64_t relayed_sum(bool proxied)
{
	struct mshv_vector_counts counts;
	uint64_t sum = 0;
	unsigned int vp, vector;

	for (vp = 0; vp < lab.cpus; vp++) {
		for (vector = VECTOR_FIRST; vector < 256; vector++) {
			counts = vector_counts(vp, vector);
			sum += proxied ? counts.proxied : counts.redirected;
		}
	}
	return sum;
}

static void the_books_balance(void **state)
{
	const struct vtlirq_config config = {
		.size = sizeof(config), .flags = VTLIRQ_CONFIG_VTL_FD, .vtl_fd = lab.vtl,
		.dwell_ms = 1, .moves_max = 16,
	};
	uint64_t redirected = relayed_sum(false), proxied = relayed_sum(true), exits = host_exits();
	unsigned long unmapped = totals("unmapped"), raised = 0, handled = 0;
	struct vtlirq_summary summary;
	unsigned int i, vectors;
	long quota, quarantine;
	bool many;

	(void)state;
	entries_choose();
	many = entries_count == ROUTES_MAX;
	vectors = many ? QUOTA_MANY : QUOTA_FEW;
	quota = driver_parameter("vectors_per_cpu", vectors);
	/* The few vectors can be given again soon, so that routes move often. */
	quarantine = driver_parameter("quarantine_ms", QUARANTINE_SHORT_MS);
	assert_int_equal(vtlirq_open(&config, &irqs), 0);
	for (i = 0; i < entries_count; i++)
		check(!entry_create(i, 0), "route %u", i);
	/* On a slow kernel the short time is too short for enough moves. */
	all_run(many ? SECONDS_LONG : patience(SECONDS_SHORT));
	rest_take();
	vtlirq_summary(irqs, &summary);
	for (i = 0; i < entries_count; i++) {
		check(entries[i].handled == entries[i].raised, "route %u: %lu raised, %lu handled",
		      i, entries[i].raised, entries[i].handled);
		raised += entries[i].raised;
		handled += entries[i].handled;
	}
	check(!trouble, "a call failed: %s", strerror(trouble));
	redirected = relayed_sum(false) - redirected;
	proxied = relayed_sum(true) - proxied;
	exits = host_exits() - exits;
	print_message("# %u routes over %u VPs, %u vectors each: raised=%lu handled=%lu\n",
		      entries_count, lab.cpus, vectors, raised, handled);
	print_message("# redirected=%llu proxied=%llu host exits=%llu; %lu moves, %lu creations, %lu preferences, %lu moves by policy (%llu up, %llu down)\n",
		      (unsigned long long)redirected, (unsigned long long)proxied,
		      (unsigned long long)exits, moves, creations, preferences, promotions,
		      (unsigned long long)summary.promotions,
		      (unsigned long long)summary.demotions);
	assert_int_equal(strays, 0);
	assert_true(raised > entries_count);
	assert_int_equal(redirected + proxied, raised);
	assert_int_equal(exits, proxied);
	assert_true(redirected && proxied && moves > 100);
	assert_int_equal(totals("unmapped"), unmapped);

	for (i = 0; i < entries_count; i++)
		source_mask(entries[i].source);
	vtlirq_close(irqs);
	assert_int_equal(totals("mappings"), 0);
	driver_parameter("vectors_per_cpu", quota);
	driver_parameter("quarantine_ms", quarantine);
	for (i = 0; i < lab.cpus; i++)
		assert_false(cpu_in_service(i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HV_TEST(the_books_balance),
	};

	return cmocka_run_group_tests_name("many routes, few vectors", tests, NULL, NULL);
}
