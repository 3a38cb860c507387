// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hostile host at full speed.
 *
 * Owns: the contents of such a host's messages, and the vectors that it raises. Must not know: how
 * they are sent.
 */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "../lab_host.h"
#include "board.h"
#include "host/hyperv.h"

/* The number of events after which CPUs may go offline. */
#define EVENTS_AT_ONCE	256

/* Without Linux's own: 0x30..0x3f, of the legacy PIC; 0x80; and those from 0xeb on. */
#define FIRST_VECTOR	0x40
#define LAST_VECTOR	0xea
#define SYSCALL_VECTOR	0x80

#define PROXY_MULTIPLE	0x100

/* SplitMix64: the same events from the same seed. */
static u64 next(u64 *seed)
{
	u64 z = *seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static void fill(u64 *seed, void *place, size_t bytes)
{
	u64 word;

	for (; bytes; bytes -= min(bytes, sizeof(word)), place += sizeof(word)) {
		word = next(seed);
		memcpy(place, &word, min(bytes, sizeof(word)));
	}
}

/* Mostly similar to a valid one: random bytes would all be refused in one place. */
static void message_make(u64 *seed, struct host_message *message)
{
	u64 how = next(seed);
	u32 head = 0;

	fill(seed, message, sizeof(*message));
	if (how & 7)
		message->type = MESSAGE_PROXY_INTERRUPT;
	else if (how & 8)
		message->type = MESSAGE_NONE;
	if (how & 0x10)
		head |= PROXY_MULTIPLE;
	if (!(how & 0xe0))
		head |= how >> 32;
	memcpy(message->payload, &head, sizeof(head));
	/* A few bits, as in a real message. */
	if (how & 0x100)
		memset(message->payload + sizeof(head) + sizeof(u32), 0, 7 * sizeof(u32));
}

static void message_post(u64 *seed, u32 vp, struct lab_host_hostile *done)
{
	struct lab_host_post post = { .vp = vp, .interrupt = next(seed) & 1 };
	struct host_message message;

	message_make(seed, &message);
	static_assert(sizeof(message) == sizeof(post.message));
	memcpy(post.message, &message, sizeof(message));
	if (forward_post(&post))
		return;
	done->messages++;
	done->interrupts += post.interrupt;
}

static void vector_raise(u64 *seed, u32 cpu, struct lab_host_hostile *done)
{
	u8 vector = FIRST_VECTOR + next(seed) % (LAST_VECTOR - FIRST_VECTOR + 1);

	if (vector != SYSCALL_VECTOR && !forward_vector(cpu, vector))
		done->vectors++;
}

/* One event, at an online CPU. CPU hotplug is disabled. */
static void event(u64 *seed, struct lab_host_hostile *done)
{
	u64 what = next(seed);
	u32 cpu = (what >> 8) % nr_cpu_ids;

	if (!cpu_online(cpu))
		return;
	if (what & 3)
		message_post(seed, cpu, done);
	else if (what & 4)
		vector_raise(seed, cpu, done);
	else if (!forward_vector(cpu, 0))
		done->interrupts++;
}

static void events(u64 *seed, u32 count, struct lab_host_hostile *done)
{
	cpus_read_lock();
	while (count--)
		event(seed, done);
	cpus_read_unlock();
}

/**
 * lab_hostile_run() - make a number of hostile events
 * @asked: in: seed and count; out: counters.
 *
 * Context: process; may sleep.
 * Return: 0; -EINVAL: a value out of range; -EINTR: a signal ended it early.
 */
int lab_hostile_run(struct lab_host_hostile *asked)
{
	u32 count = asked->count;
	u64 seed = asked->seed;
	u32 now;

	if (count > LAB_HOST_EVENTS_MAX || asked->reserved)
		return -EINVAL;

	asked->messages = 0;
	asked->interrupts = 0;
	asked->vectors = 0;
	for (; count; count -= now) {
		if (signal_pending(current))
			return -EINTR;
		now = min_t(u32, count, EVENTS_AT_ONCE);
		events(&seed, now, asked);
		cond_resched();
	}
	return 0;
}
