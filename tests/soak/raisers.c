// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Threads that raise devices; see soak.h.
 *
 * Each device is raised once, and then the thread waits for the interrupt, because two that are
 * pending at the same time merge. A masked source refuses to raise: then nothing was raised, and
 * nothing is counted.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "soak.h"

#define PAUSE_NS	200000

/**
 * struct raiser - a thread, which handles every n-th entry
 * @passes:    number of passes over all its entries
 * @passed_at: time when its last pass began
 */
struct raiser {
	pthread_t thread;
	unsigned int first;
	uint64_t passes;
	uint64_t passed_at;
} __attribute__((aligned(128)));

static struct ledger *ledger;
static struct raiser raisers[RAISERS_MAX];
static unsigned int raisers_count, hang_limit_ms;
static uint64_t waited_ms[ENTRIES_MAX];
static bool paused, stopped;
static uint64_t misdelivered;
static pthread_mutex_t fault_lock = PTHREAD_MUTEX_INITIALIZER;
static struct raisers_fault fault;

static void fault_note(const char *what, unsigned int index, unsigned int place)
{
	pthread_mutex_lock(&fault_lock);
	if (!fault.what)
		fault = (struct raisers_fault){ what, index, place };
	pthread_mutex_unlock(&fault_lock);
}

/* Returns how many arrived at a place of an entry since the last look. */
static uint64_t place_look(struct entry *entry, unsigned int index, unsigned int place)
{
	uint64_t count = arrivals_count(place_vp(ledger, index, place),
					place_vector(ledger, index, place));
	uint64_t fresh = count - entry->at[place];

	if (!fresh)
		return 0;
	entry->at[place] = count;
	/* @seen is read after the count, so it includes all places where they may have arrived. */
	if (!(__atomic_load_n(&entry->seen, __ATOMIC_SEQ_CST) >> place & 1)) {
		figure_add(&misdelivered, fresh);
		fault_note("arrived outside its targets", index, place);
	}
	return fresh;
}

static void entry_look(struct entry *entry, unsigned int index)
{
	uint64_t fresh = 0, excess;
	unsigned int place;

	for (place = 0; place < PLACES; place++)
		fresh += place_look(entry, index, place);
	if (!fresh)
		return;
	__atomic_store_n(&entry->handled, entry->handled + fresh, __ATOMIC_RELEASE);
	if (entry->handled <= entry->raised)
		return;
	excess = entry->handled - entry->raised;
	figure_add(&misdelivered, excess < fresh ? excess : fresh);
	fault_note("arrived more often than it was raised", index, PLACES);
}

static bool entry_may_raise(const struct entry *entry)
{
	return __atomic_load_n(&entry->open, __ATOMIC_ACQUIRE) &&
	       !__atomic_load_n(&ledger->workers[entry->worker].hold, __ATOMIC_ACQUIRE) &&
	       !__atomic_load_n(&paused, __ATOMIC_ACQUIRE);
}

static void entry_raise(struct entry *entry, unsigned int index)
{
	int ret;

	entry_raise_begin(entry);
	ret = labhost_raise(lab.host, entry->source.device, entry->source.source, 1, NULL);
	if (!ret)
		__atomic_store_n(&entry->raised, entry->raised + 1, __ATOMIC_RELEASE);
	else if (ret != -EAGAIN)
		fault_note("cannot be raised", index, PLACES);
}

/* Time does not count while the device is masked, because it keeps its interrupt. */
static void entry_wait(const struct entry *entry, unsigned int index, uint64_t ms)
{
	if (!entry->open || ledger->workers[entry->worker].hold)
		return;
	waited_ms[index] += ms;
	if (waited_ms[index] > hang_limit_ms)
		fault_note("was raised and is not handled", index, PLACES);
}

/* Checks all entries once. Returns how many were raised again. */
static unsigned int gun_pass(struct raiser *raiser)
{
	uint64_t now = now_ms(), passed = now - raiser->passed_at;
	unsigned int i, raised = 0;
	struct entry *entry;

	raiser->passed_at = now;
	for (i = raiser->first; i < ledger->entries_count; i += raisers_count) {
		entry = &ledger->entries[i];
		entry_look(entry, i);
		if (entry->handled < entry->raised) {
			entry_wait(entry, i, passed);
		} else if (entry_may_raise(entry)) {
			waited_ms[i] = 0;
			entry_raise(entry, i);
			raised++;
		}
	}
	return raised;
}

static void *raiser_run(void *argument)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	struct raiser *raiser = argument;
	unsigned int raised;
	uint64_t before;

	while (!__atomic_load_n(&stopped, __ATOMIC_ACQUIRE)) {
		before = raiser->passes;
		arrivals_poll();
		raised = gun_pass(raiser);
		__atomic_store_n(&raiser->passes, before + 1, __ATOMIC_RELEASE);
		/* Leave the CPU to the threads that handle interrupts if they are behind. */
		if (raised < ledger->entries_count / raisers_count / 8)
			nanosleep(&pause, NULL);
	}
	return NULL;
}

void raisers_start(struct ledger *shared, unsigned int threads, unsigned int hang_ms)
{
	unsigned int i;

	ledger = shared;
	raisers_count = threads;
	hang_limit_ms = hang_ms;
	for (i = 0; i < threads; i++) {
		raisers[i].first = i;
		raisers[i].passed_at = now_ms();
		pthread_create(&raisers[i].thread, NULL, raiser_run, &raisers[i]);
	}
}

void raisers_stop(void)
{
	unsigned int i;

	__atomic_store_n(&stopped, true, __ATOMIC_RELEASE);
	for (i = 0; i < raisers_count; i++)
		pthread_join(raisers[i].thread, NULL);
}

void raisers_pause(bool on)
{
	__atomic_store_n(&paused, on, __ATOMIC_RELEASE);
	raisers_pass();
}

/* Waits for two passes, because the current pass may have begun before the call. */
void raisers_pass(void)
{
	uint64_t begun;
	unsigned int i;

	for (i = 0; i < raisers_count; i++) {
		begun = __atomic_load_n(&raisers[i].passes, __ATOMIC_ACQUIRE);
		while (__atomic_load_n(&raisers[i].passes, __ATOMIC_ACQUIRE) < begun + 2)
			sleep_ms(1);
	}
}

uint64_t raisers_raised(void)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < ledger->entries_count; i++)
		sum += figure_read(&ledger->entries[i].raised);
	return sum;
}

uint64_t raisers_handled(void)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < ledger->entries_count; i++)
		sum += figure_read(&ledger->entries[i].handled);
	return sum;
}

bool raisers_are_quiet(int worker)
{
	const struct entry *entry;
	unsigned int i;

	for (i = 0; i < ledger->entries_count; i++) {
		entry = &ledger->entries[i];
		if ((worker < 0 || entry->worker == (unsigned int)worker) &&
		    figure_read(&entry->handled) < figure_read(&entry->raised))
			return false;
	}
	return true;
}

uint64_t raisers_misdelivered(void)
{
	return figure_read(&misdelivered);
}

struct raisers_fault raisers_fault(void)
{
	struct raisers_fault copy;

	pthread_mutex_lock(&fault_lock);
	copy = fault;
	pthread_mutex_unlock(&fault_lock);
	return copy;
}
