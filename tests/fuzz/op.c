// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Sequences of operations: they are created at random, mutated and executed; see op.h. The
 * operations are in op_driver.c, op_guest.c and op_around.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../lab/hypervisor/l1/lab_tdx.h"
#include "../harness/lab.h"
#include "labhost_client.h"
#include "op.h"

#define PAGE 4096

/* How often each kind is chosen, relative to the sum. */
static const struct {
	const char *name;
	unsigned int weight;
	bool is_ioctl;
	long (*run)(struct op_thread *thread, const struct op *op);
} kinds[] = {
	[OP_KIND_CHECK_EXTENSION] = { "CHECK_EXTENSION", 4, true, op_check_extension },
	[OP_KIND_CREATE_VTL] = { "CREATE_VTL", 5, true, op_create_vtl },
	[OP_KIND_MAP] = { "MAP", 24, true, op_map },
	[OP_KIND_UNMAP] = { "UNMAP", 20, true, op_unmap },
	[OP_KIND_SET_POLL_FILE] = { "SET_POLL_FILE", 10, true, op_set_poll_file },
	[OP_KIND_KICK_CPUS] = { "KICK_CPUS", 8, true, op_kick_cpus },
	[OP_KIND_TDCALL] = { "TDCALL", 8, true, op_tdcall },
	[OP_KIND_GET_VP] = { "GET_VP", 5, true, op_get_vp },
	[OP_KIND_RETURN] = { "RETURN", 8, true, op_return },
	[OP_KIND_HVCALL_SETUP] = { "HVCALL_SETUP", 5, true, op_hvcall_setup },
	[OP_KIND_HVCALL] = { "HVCALL", 10, true, op_hvcall },
	[OP_KIND_WRONG] = { "(wrong file)", 6, true, op_wrong },
	[OP_KIND_MMAP] = { "mmap", 5, false, op_mmap },
	[OP_KIND_MUNMAP] = { "munmap", 2, false, op_munmap },
	[OP_KIND_TOUCH] = { "touch", 10, false, op_touch },
	[OP_KIND_SCRIBBLE] = { "scribble", 10, false, op_scribble },
	[OP_KIND_CLOSE] = { "close", 1, false, op_close },
	[OP_KIND_OPEN] = { "open", 4, false, op_open },
	[OP_KIND_EVENT] = { "event", 8, false, op_event },
	[OP_KIND_PIN] = { "pin", 2, false, op_pin },
	[OP_KIND_RAISE] = { "raise", 12, false, op_raise },
	[OP_KIND_FORK] = { "fork", 0, false, op_fork },
	[OP_KIND_DEBUGFS] = { "debugfs", 1, false, op_debugfs },
	[OP_KIND_PARAMETER] = { "parameter", 1, false, op_parameter },
	[OP_KIND_SEND_FILE] = { "send a file", 2, false, op_send_file },
	[OP_KIND_GUEST] = { "RETURN, guest", 12, true, op_guest },
};

const char *op_name(unsigned int kind)
{
	return kind < OP_KINDS ? kinds[kind].name : NULL;
}

uint64_t op_ioctls(const struct tally *tally)
{
	uint64_t sum = 0;
	unsigned int kind;

	/* Calls that were not made, because they would do harm, do not count. */
	for (kind = 0; kind < OP_KINDS; kind++) {
		if (kinds[kind].is_ioctl)
			sum += tally_of(tally, kind) - tally->by[kind][ECANCELED];
	}
	return sum;
}

static uint8_t kind_choose(struct stream *stream)
{
	unsigned int sum = 0, kind, at;

	/* This is rare, because it takes as long as a hundred other operations. */
	if (random_once_in(stream, 600))
		return OP_KIND_FORK;
	for (kind = 0; kind < OP_KINDS; kind++)
		sum += kinds[kind].weight;
	at = random_below(stream, sum);
	for (kind = 0; at >= kinds[kind].weight; kind++)
		at -= kinds[kind].weight;
	return kind;
}

static void op_make(struct op *op, struct stream *stream)
{
	random_fill(stream, op, sizeof(*op));
	op->kind = kind_choose(stream);
}

void op_sequence_random(struct op_sequence *sequence, struct stream *stream)
{
	unsigned int i;

	sequence->length = 1 + random_below(stream, OP_SEQUENCE);
	for (i = 0; i < sequence->length; i++)
		op_make(&sequence->ops[i], stream);
}

static void op_change(struct op *op, struct stream *stream)
{
	uint8_t *bytes = (uint8_t *)op;

	/* The kind is not changed, because the other bytes depend on it. */
	bytes[1 + random_below(stream, sizeof(*op) - 1)] = random_next(stream);
}

/* Copies some operations of @other into @sequence, and changes some. */
void op_sequence_mutate(struct op_sequence *sequence, const struct op_sequence *other,
			struct stream *stream)
{
	unsigned int changes = 1 + random_below(stream, 6), at;

	while (changes--) {
		at = random_below(stream, sequence->length);
		switch (random_below(stream, 4)) {
		case 0:
			sequence->ops[at] = other->ops[random_below(stream, other->length)];
			break;
		case 1:
			op_make(&sequence->ops[at], stream);
			break;
		case 2:
			if (sequence->length < OP_SEQUENCE)
				op_make(&sequence->ops[sequence->length++], stream);
			break;
		default:
			op_change(&sequence->ops[at], stream);
		}
	}
}

static int arena_open(struct op_pool *pool)
{
	pool->arena = mmap(NULL, OP_PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return pool->arena == MAP_FAILED ? -errno : 0;
}

/* Opens events, a pipe, sockets that can carry files, and files that cannot be polled. */
static void events_open(struct op_pool *pool)
{
	unsigned int i;

	for (i = 0; i < 6; i++)
		pool->events[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (pipe2(&pool->events[6], O_NONBLOCK | O_CLOEXEC))
		pool->events[6] = -1;
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, &pool->events[8]))
		pool->events[8] = -1;
	pool->events[10] = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	pool->events[11] = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

int op_pool_open(struct op_pool *pool)
{
	unsigned int i;
	int ret;

	memset(pool, 0, sizeof(*pool));
	ret = arena_open(pool);
	if (ret)
		return ret;
	events_open(pool);
	pool->host = labhost_open();
	pool->tdx = open(LAB_TDX_NODE, O_RDWR | O_CLOEXEC);
	pool->mshv = open("/dev/mshv", O_RDWR | O_CLOEXEC);
	if (pool->host < 0 || pool->mshv < 0)
		return pool->host < 0 ? pool->host : -errno;
	for (i = 0; i < OP_VTLS; i++)
		pool->vtls[i] = ioctl(pool->mshv, MSHV_CREATE_VTL, 0);
	for (i = 0; i < OP_HVS; i++)
		pool->hvs[i] = open("/dev/mshv_hvcall", O_RDWR | O_CLOEXEC);
	return 0;
}

/* The thread that handles the signal; NULL: it does not touch memory now. */
static __thread struct op_thread *trapped;

static void trap(int number)
{
	struct op_thread *thread = trapped;

	if (!thread) {
		signal(number, SIG_DFL);
		return;
	}
	siglongjmp(thread->trap, 1);
}

static void alarm_heard(int number)
{
}

void op_signals_set(void)
{
	struct sigaction action = { .sa_handler = trap, .sa_flags = SA_NODEFER };

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	action.sa_handler = alarm_heard;
	action.sa_flags = 0;
	sigaction(SIGUSR1, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
}

static int alarm_make(struct op_thread *thread)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1 };

	event._sigev_un._tid = syscall(SYS_gettid);
	return timer_create(CLOCK_MONOTONIC, &event, &thread->alarm) ? -errno : 0;
}

int op_thread_begin(struct op_thread *thread, struct op_world *world, struct op_pool *pool)
{
	void *locked;

	memset(thread, 0, sizeof(*thread));
	thread->world = world;
	thread->pool = pool;
	thread->fail = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	thread->buffer = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	thread->frozen = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			      -1, 0);
	if (thread->buffer == MAP_FAILED || thread->frozen == MAP_FAILED)
		return -ENOMEM;
	mprotect(thread->buffer + PAGE, PAGE, PROT_NONE);
	locked = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, -1, 0);
	if (locked == MAP_FAILED)
		return -ENOMEM;
	thread->locked = frame_of(locked);
	return alarm_make(thread);
}

/*
 * Makes allocation number @number, or a copy from or to user space, fail in the next system call
 * of this thread; 0: none. Returns how many steps were left until the previous failure.
 */
static unsigned int fail_at(const struct op_thread *thread, unsigned int number)
{
	char text[16] = "";

	/* If this read is what failed, the operation did not fail. */
	if (!number && pread(thread->fail, text, sizeof(text) - 1, 0) <= 0)
		return 1;
	dprintf(thread->fail, "%u", number);
	return strtoul(text, NULL, 10);
}

static long op_run_trapped(struct op_thread *thread, const struct op *op)
{
	volatile long ret = -EFAULT;

	trapped = thread;
	if (!sigsetjmp(thread->trap, 1))
		ret = kinds[op->kind % OP_KINDS].run(thread, op);
	trapped = NULL;
	return ret;
}

static void op_run(struct op_thread *thread, const struct op *op)
{
	unsigned int kind = op->kind % OP_KINDS;
	bool fails = thread->fail >= 0 && kinds[kind].is_ioctl && !(op->word >> 29);
	long ret;

	if (fails) {
		/* Low numbers are more frequent, because few ioctls have many such steps. */
		fail_at(thread, 1 + (op->word >> 8) % (1 + (op->word >> 24) % 16));
	}
	ret = op_run_trapped(thread, op);
	if (fails && !fail_at(thread, 0))
		__atomic_fetch_add(&thread->world->failures, 1, __ATOMIC_RELAXED);
	tally_add(&thread->world->tally, kind, ret);
}

void op_sequence_run(struct op_thread *thread, const struct op_sequence *sequence)
{
	unsigned int i;

	for (i = 0; i < sequence->length; i++)
		op_run(thread, &sequence->ops[i]);
}
