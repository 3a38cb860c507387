// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The slot between host and VP, on real threads: a host that posts as Hyper-V
 * does, and a CPU that takes. Built with ThreadSanitizer.
 *
 * The host writes a message when the slot is free. When it is not, it says that
 * another waits, looks once more, and then goes on only when it is told of the
 * end of message: if it is not told, it stands still, and the test fails at its
 * deadline. What it posts is counted by vector.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#include "shim.h"
#include "synic.c"

#define MESSAGES 40000
#define DEADLINE_SECONDS 30

static struct synic_message slot;
static unsigned long eoms;
static unsigned long raised;
static unsigned long waits;
static unsigned long posted[256];
static bool stop;
static bool host_stands_still;

bool vtl_proxy_vector_is_legal(u32 vector)
{
	return vector >= 16 && vector < 256;
}

/* SINT 7 is not looked at here. */
bool vtl_sint_is_open;

void vtl_sint_interrupt(struct synic_message *slots)
{
	(void)slots;
}

void *vtl_host_synic_messages(void)
{
	return &slot;
}

void vtl_host_synic_end_of_message(void)
{
	__atomic_fetch_add(&eoms, 1, __ATOMIC_SEQ_CST);
}

/* Now and then the CPU is held up just before it frees the slot. */
static void stretch(void)
{
	static __thread unsigned int seed = 1;

	if (rand_r(&seed) % 8 == 0)
		sched_yield();
}

static bool eom_wait(unsigned long seen)
{
	time_t deadline = time(NULL) + DEADLINE_SECONDS;

	waits++;
	while (__atomic_load_n(&eoms, __ATOMIC_SEQ_CST) == seen) {
		if (time(NULL) > deadline)
			return false;
		sched_yield();
	}
	return true;
}

/* What the host does in between: any moment of the CPU's work may be met. */
static void host_dawdle(unsigned int *seed)
{
	unsigned int turns = rand_r(seed) % 40000;

	while (turns--)
		__asm__ volatile("" : : : "memory");
}

/* False if the host was not told that the slot is free. */
static bool slot_wait(void)
{
	unsigned long seen;

	while (__atomic_load_n(&slot.type, __ATOMIC_SEQ_CST)) {
		seen = __atomic_load_n(&eoms, __ATOMIC_SEQ_CST);
		__atomic_store_n(&slot.flags, MESSAGE_FLAG_PENDING, __ATOMIC_SEQ_CST);
		if (!__atomic_load_n(&slot.type, __ATOMIC_SEQ_CST))
			break;
		if (!eom_wait(seen))
			return false;
	}
	return true;
}

static void payload_write(unsigned int word, u32 value)
{
	__atomic_store_n(&slot.payload[word], value, __ATOMIC_RELAXED);
}

static void vectors_write(unsigned int *seed)
{
	unsigned int bank;
	u32 vector, bits;

	if (rand_r(seed) % 2) {
		vector = 16 + rand_r(seed) % 240;
		payload_write(0, 0);
		payload_write(1, vector);
		posted[vector]++;
		return;
	}

	payload_write(0, 1 << 8);
	for (bank = 0; bank < MSHV_VTL_PROXY_BANKS; bank++) {
		bits = 1U << (16 + rand_r(seed) % 16);
		payload_write(1 + bank, bits);
		posted[bank * 32 + __builtin_ctz(bits)]++;
	}
}

static void *host_run(void *arg)
{
	unsigned int seed = 7;
	int i;

	(void)arg;
	for (i = 0; i < MESSAGES && !host_stands_still; i++) {
		host_dawdle(&seed);
		if (!slot_wait()) {
			host_stands_still = true;
			break;
		}
		__atomic_store_n(&slot.flags, 0, __ATOMIC_RELAXED);
		vectors_write(&seed);
		__atomic_store_n(&slot.type, MESSAGE_TYPE_PROXY, __ATOMIC_RELEASE);
		__atomic_fetch_add(&raised, 1, __ATOMIC_RELEASE);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	return NULL;
}

/* Interrupts that come while one is handled are one, as in an APIC. */
static void *cpu_run(void *arg)
{
	unsigned long handled = 0, now;
	bool last = false;

	(void)arg;
	while (!last) {
		last = __atomic_load_n(&stop, __ATOMIC_ACQUIRE);
		now = __atomic_load_n(&raised, __ATOMIC_ACQUIRE);
		if (now == handled) {
			sched_yield();
			continue;
		}
		handled = now;
		last = false;
		vtl_synic_interrupt();
	}
	return NULL;
}

static void a_host_posts_a_cpu_takes_nothing_is_lost(void **state)
{
	struct mshv_vector_counts counts[256];
	struct synic_stats stats;
	pthread_t host, cpu;
	u32 vector;

	(void)state;
	shim_reset();
	vtl_synic_init();
	assert_int_equal(vtl_vp_init(), 0);
	assert_int_equal(vtl_vp_online(0), 0);
	assert_int_equal(vtl_synic_online(0), 0);

	shim_stretch = stretch;
	assert_int_equal(pthread_create(&host, NULL, host_run, NULL), 0);
	assert_int_equal(pthread_create(&cpu, NULL, cpu_run, NULL), 0);
	pthread_join(host, NULL);
	pthread_join(cpu, NULL);

	vtl_synic_stats_get(0, &stats);
	vtl_synic_counts_get(0, 0, 256, counts);
	assert_false(host_stands_still);
	assert_int_equal(stats.messages, MESSAGES);
	assert_int_equal(stats.malformed + stats.unknown, 0);
	for (vector = 0; vector < 256; vector++)
		assert_int_equal(counts[vector].proxied, posted[vector]);
	/* Else the race was never run. */
	assert_true(waits > 100);
	vtl_synic_exit();
	vtl_vp_exit();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_posts_a_cpu_takes_nothing_is_lost),
	};

	return cmocka_run_group_tests_name("messages", tests, NULL, NULL);
}
