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
 * struct gun - a thread, which handles every n-th entry
 * @passes:    number of passes over all its entries
 * @passed_at: time when its last pass began
 */
struct gun {
	pthread_t thread;
	unsigned int first;
	uint64_t passes;
	uint64_t passed_at;
} __attribute__((aligned(128)));

static struct ledger *ledger;
static struct gun guns[FIRE_THREADS_MAX];
static unsigned int guns_count, hang_limit_ms;
static uint64_t waited_ms[ENTRIES_MAX];
static bool ceased, stopped;
static uint64_t misdelivered;
static pthread_mutex_t trouble_lock = PTHREAD_MUTEX_INITIALIZER;
static struct fire_trouble trouble;

static void trouble_note(const char *what, unsigned int index, unsigned int place)
{
	pthread_mutex_lock(&trouble_lock);
	if (!trouble.what)
		trouble = (struct fire_trouble){ what, index, place };
	pthread_mutex_unlock(&trouble_lock);
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
		trouble_note("came where its route does not lead", index, place);
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
	trouble_note("came more often than it was raised", index, PLACES);
}

static bool entry_may_raise(const struct entry *entry)
{
	return __atomic_load_n(&entry->open, __ATOMIC_ACQUIRE) &&
	       !__atomic_load_n(&ledger->workers[entry->worker].hold, __ATOMIC_ACQUIRE) &&
	       !__atomic_load_n(&ceased, __ATOMIC_ACQUIRE);
}

static void entry_raise(struct entry *entry, unsigned int index)
{
	int ret;

	entry_raise_begin(entry);
	ret = labhost_raise(lab.host, entry->source.device, entry->source.source, 1, NULL);
	if (!ret)
		__atomic_store_n(&entry->raised, entry->raised + 1, __ATOMIC_RELEASE);
	else if (ret != -EAGAIN)
		trouble_note("cannot be raised", index, PLACES);
}

/* Time does not count while the device is masked, because it keeps its interrupt. */
static void entry_wait(const struct entry *entry, unsigned int index, uint64_t ms)
{
	if (!entry->open || ledger->workers[entry->worker].hold)
		return;
	waited_ms[index] += ms;
	if (waited_ms[index] > hang_limit_ms)
		trouble_note("was raised and is not handled", index, PLACES);
}

/* Checks all entries once. Returns how many were raised again. */
static unsigned int gun_pass(struct gun *gun)
{
	uint64_t now = now_ms(), passed = now - gun->passed_at;
	unsigned int i, raised = 0;
	struct entry *entry;

	gun->passed_at = now;
	for (i = gun->first; i < ledger->entries_count; i += guns_count) {
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

static void *gun_run(void *argument)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	struct gun *gun = argument;
	unsigned int raised;
	uint64_t before;

	while (!__atomic_load_n(&stopped, __ATOMIC_ACQUIRE)) {
		before = gun->passes;
		arrivals_poll();
		raised = gun_pass(gun);
		__atomic_store_n(&gun->passes, before + 1, __ATOMIC_RELEASE);
		/* Leave the CPU to the threads that handle interrupts if they are behind. */
		if (raised < ledger->entries_count / guns_count / 8)
			nanosleep(&pause, NULL);
	}
	return NULL;
}

void fire_start(struct ledger *shared, unsigned int threads, unsigned int hang_ms)
{
	unsigned int i;

	ledger = shared;
	guns_count = threads;
	hang_limit_ms = hang_ms;
	for (i = 0; i < threads; i++) {
		guns[i].first = i;
		guns[i].passed_at = now_ms();
		pthread_create(&guns[i].thread, NULL, gun_run, &guns[i]);
	}
}

void fire_stop(void)
{
	unsigned int i;

	__atomic_store_n(&stopped, true, __ATOMIC_RELEASE);
	for (i = 0; i < guns_count; i++)
		pthread_join(guns[i].thread, NULL);
}

void fire_cease(bool cease)
{
	__atomic_store_n(&ceased, cease, __ATOMIC_RELEASE);
	fire_pass();
}

/* Waits for two passes, because the current pass may have begun before the call. */
void fire_pass(void)
{
	uint64_t begun;
	unsigned int i;

	for (i = 0; i < guns_count; i++) {
		begun = __atomic_load_n(&guns[i].passes, __ATOMIC_ACQUIRE);
		while (__atomic_load_n(&guns[i].passes, __ATOMIC_ACQUIRE) < begun + 2)
			sleep_ms(1);
	}
}

uint64_t fire_raised(void)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < ledger->entries_count; i++)
		sum += figure_read(&ledger->entries[i].raised);
	return sum;
}

uint64_t fire_handled(void)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < ledger->entries_count; i++)
		sum += figure_read(&ledger->entries[i].handled);
	return sum;
}

bool fire_is_quiet(int worker)
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

uint64_t fire_misdelivered(void)
{
	return figure_read(&misdelivered);
}

struct fire_trouble fire_trouble(void)
{
	struct fire_trouble copy;

	pthread_mutex_lock(&trouble_lock);
	copy = trouble;
	pthread_mutex_unlock(&trouble_lock);
	return copy;
}
