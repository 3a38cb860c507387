// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The bit protocol between kernel and VMM, on real threads: several that
 * assert, one that takes as OpenHCL's VMM does. Built with ThreadSanitizer.
 *
 * Each asserting thread has vectors of its own, asserts one, and goes on when
 * it was taken: a bit that is lost, or set with nobody told to scan, stops
 * that thread, and the test fails at its deadline.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#include "shim.h"
#include "run_page.h"

#define ASSERTERS 4
#define ROUNDS 20000
#define DEADLINE_SECONDS 30

static struct mshv_vtl_run run_page;

/* How often a vector was taken; written by the taker alone. */
static unsigned long taken[256];
static unsigned long spurious_scans;
static bool stop;

struct asserter {
	pthread_t thread;
	unsigned int number;
	unsigned long asserted;
	bool timed_out;
};

static struct vp_bit vector_bit(u32 vector)
{
	return (struct vp_bit){
		.run = &run_page,
		.bank = vector / 32,
		.vector = vector,
	};
}

/* Now and then a thread is held up just before it sets its bit. */
static void stretch(void)
{
	static __thread unsigned int seed = 1;

	if (rand_r(&seed) % 8 == 0)
		sched_yield();
}

static bool wait_taken(u32 vector, unsigned long count)
{
	time_t deadline = time(NULL) + DEADLINE_SECONDS;

	while (__atomic_load_n(&taken[vector], __ATOMIC_ACQUIRE) < count) {
		if (time(NULL) > deadline)
			return false;
		sched_yield();
	}
	return true;
}

/* Neighbours in one bank, so that all threads write the same word. */
static void *asserter_run(void *arg)
{
	struct asserter *asserter = arg;
	unsigned long round;

	for (round = 0; round < ROUNDS; round++) {
		u32 vector = 0x40 + asserter->number + ASSERTERS * (round % 5);
		struct vp_bit bit = vector_bit(vector);
		unsigned long before = __atomic_load_n(&taken[vector], __ATOMIC_ACQUIRE);

		if (!vtl_vp_assert(&bit))
			break;
		asserter->asserted++;
		if (!wait_taken(vector, before + 1)) {
			asserter->timed_out = true;
			break;
		}
	}
	return NULL;
}

static unsigned int bank_take(unsigned int bank)
{
	u32 bits = 0;
	unsigned int count = 0;

	if (__atomic_load_n(&run_page.proxy_irr[bank], __ATOMIC_RELAXED))
		bits = __atomic_exchange_n(&run_page.proxy_irr[bank], 0, __ATOMIC_RELAXED);
	for (; bits; bits &= bits - 1, count++) {
		u32 vector = bank * 32 + __builtin_ctz(bits);

		__atomic_store_n(&taken[vector], taken[vector] + 1, __ATOMIC_RELEASE);
	}
	return count;
}

static void *taker_run(void *arg)
{
	unsigned int bank, count;

	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		if (!__atomic_load_n(&run_page.scan_proxy_irr, __ATOMIC_ACQUIRE)) {
			sched_yield();
			continue;
		}
		__atomic_store_n(&run_page.scan_proxy_irr, 0, __ATOMIC_SEQ_CST);
		for (bank = 0, count = 0; bank < MSHV_VTL_PROXY_BANKS; bank++)
			count += bank_take(bank);
		spurious_scans += !count;
	}
	return NULL;
}

static void several_assert_one_takes_nothing_is_lost(void **state)
{
	struct asserter asserters[ASSERTERS] = {};
	unsigned long asserted = 0, sum = 0;
	pthread_t taker;
	unsigned int i;

	(void)state;
	shim_stretch = stretch;
	assert_int_equal(pthread_create(&taker, NULL, taker_run, NULL), 0);
	for (i = 0; i < ASSERTERS; i++) {
		asserters[i].number = i;
		assert_int_equal(pthread_create(&asserters[i].thread, NULL, asserter_run,
						&asserters[i]), 0);
	}
	for (i = 0; i < ASSERTERS; i++) {
		pthread_join(asserters[i].thread, NULL);
		asserted += asserters[i].asserted;
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	pthread_join(taker, NULL);

	for (i = 0; i < 256; i++)
		sum += taken[i];
	for (i = 0; i < ASSERTERS; i++)
		assert_false(asserters[i].timed_out);
	assert_int_equal(asserted, (unsigned long)ASSERTERS * ROUNDS);
	assert_int_equal(sum, asserted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_assert_one_takes_nothing_is_lost),
	};

	return cmocka_run_group_tests_name("protocol", tests, NULL, NULL);
}
