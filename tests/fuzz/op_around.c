// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Operations around the driver's ioctls: they open and close files and pages, write to run
 * pages, and use events, interrupts and processes.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../harness/lab.h"
#include "op.h"

#define PAGE		4096
/* Offset of a page of the driver, by index. */
#define OFFSET(index)	((off_t)((index) * PAGE))

void op_slot_set(int *slot, int fd)
{
	int before = __atomic_exchange_n(slot, fd, __ATOMIC_SEQ_CST);

	if (before >= 0)
		close(before);
}

int op_event_file(const struct op_thread *thread, unsigned int raw)
{
	return __atomic_load_n(&thread->pool->events[raw % OP_EVENTS], __ATOMIC_RELAXED);
}

/* Returns an index of the driver's pages: run pages, virtual APIC pages, or an invalid one. */
static unsigned long page_index(const struct op_thread *thread, const struct op *op)
{
	static const uint8_t kinds[] = { 0, 0, 0, 0, 3, 3, 1, 2 };
	unsigned long kind = kinds[op->how & 7];

	if (op->how >= 0xf0)
		return op_value(op->how, op->values[0]) & 0xffffffffffULL;
	return MSHV_VTL_PAGE_INDEX(kind, op_cpu(thread, op));
}

long op_mmap(struct op_thread *thread, const struct op *op)
{
	unsigned int pages = op->how & 8 ? 1 : 1 + op->values[1] % 4;
	unsigned int slot = op->values[2] % (OP_PAGES - pages);
	int flags = MAP_FIXED | (op->place < 250 ? MAP_SHARED : MAP_PRIVATE);
	int rights = op->place & 1 ? PROT_READ | PROT_WRITE : op->place % 8;

	if (mmap(thread->pool->arena + slot * PAGE, pages * PAGE, rights, flags,
		 op_vtl(thread, op), OFFSET(page_index(thread, op))) == MAP_FAILED)
		return -errno;
	return 0;
}

/* The address range stays reserved, so that the process maps nothing else there. */
long op_munmap(struct op_thread *thread, const struct op *op)
{
	unsigned int slot = op->values[2] % OP_PAGES;

	if (op->how & 1)
		return madvise(thread->pool->arena + slot * PAGE, PAGE,
			       op->values[0] % 26) ? -errno : 0;
	if (mmap(thread->pool->arena + slot * PAGE, PAGE, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		return -errno;
	return 0;
}

long op_touch(struct op_thread *thread, const struct op *op)
{
	volatile uint64_t *place = (volatile uint64_t *)(thread->pool->arena +
		op->values[2] % (OP_PAGES * PAGE / 8) * 8);

	if (op->how & 1)
		*place = op->values[0];
	return *place & 1;
}

struct mshv_vtl_run *op_run_map(const struct op_thread *thread, const struct op *op)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, op_vtl(thread, op),
			  OFFSET(MSHV_VTL_PAGE_INDEX(MSHV_VTL_PAGE_RUN, op_cpu(thread, op))));

	return page == MAP_FAILED ? NULL : page;
}

/* Fills a run page with the context of a guest and few changes, so that VTL0 can be entered. */
static void run_fill(const struct op_world *world, struct mshv_vtl_run *run, const struct op *op,
		     unsigned int cpu)
{
	struct mshv_tdx_context *context = (void *)run->context;
	struct stream stream = { op->values[0] };
	unsigned int changes = op->how >> 5;

	if (world->has_vtl0 && !(op->how & 2)) {
		memcpy(run->context, world->good[cpu].context, sizeof(run->context));
		run->enter_mode = world->good[cpu].enter_mode;
	} else if (op->how & 4) {
		random_fill(&stream, context, sizeof(*context));
		context->entry_rcx = 1ULL << 52;
	}
	while (changes--)
		((uint8_t *)run)[random_below(&stream, sizeof(*run))] = random_next(&stream);
	run->offload_flags = op->how & 12 ? 3 : op->values[1];
	run->flags = op->how & 48 ? 0 : op->values[1] >> 8;
	if (op->how & 12)
		memset(run->proxy_irr_exit, 0, sizeof(run->proxy_irr_exit));
	run->cancel = 0;
}

long op_scribble(struct op_thread *thread, const struct op *op)
{
	struct mshv_vtl_run *volatile run = op_run_map(thread, op);
	sigjmp_buf outer;

	if (!run)
		return -EBADF;
	memcpy(&outer, &thread->trap, sizeof(outer));
	if (!sigsetjmp(thread->trap, 1)) {
		if (op->place & 1)
			run_fill(thread->world, run, op, op_cpu(thread, op));
		else
			memcpy((uint8_t *)run + op->values[1] % 2048, op->values, 1 + op->how % 32);
	}
	memcpy(&thread->trap, &outer, sizeof(outer));
	munmap(run, PAGE);
	return 0;
}

long op_close(struct op_thread *thread, const struct op *op)
{
	if (op->how & 1)
		op_slot_set(&thread->pool->vtls[op->slot % OP_VTLS], -1);
	else if (op->how & 2)
		op_slot_set(&thread->pool->hvs[op->slot % OP_HVS], -1);
	else
		op_slot_set(&thread->pool->events[op->slot % 10], -1);
	return 0;
}

static void sockets_open(struct op_pool *pool)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair))
		return;
	op_slot_set(&pool->events[8], pair[0]);
	op_slot_set(&pool->events[9], pair[1]);
}

long op_open(struct op_thread *thread, const struct op *op)
{
	struct op_pool *pool = thread->pool;
	int fd;

	switch (op->how % 4) {
	case 0:
		sockets_open(pool);
		return 0;
	case 1:
		fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		op_slot_set(&pool->events[op->slot % 6], fd);
		break;
	case 2:
		fd = dup(op_vtl(thread, op));
		op_slot_set(&pool->vtls[op->values[0] % OP_VTLS], fd);
		break;
	default:
		fd = open("/dev/mshv_hvcall", O_RDWR | O_CLOEXEC);
		op_slot_set(&pool->hvs[op->slot % OP_HVS], fd);
	}
	return fd < 0 ? -errno : 0;
}

long op_event(struct op_thread *thread, const struct op *op)
{
	int file = op_event_file(thread, op->values[0] % 10);
	uint64_t value = 1;
	ssize_t ret;

	if (op->how & 1)
		ret = write(file, &value, sizeof(value));
	else
		ret = read(file, &value, sizeof(value));
	return ret < 0 ? -errno : 0;
}

long op_pin(struct op_thread *thread, const struct op *op)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(op_cpu(thread, op), &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

/*
 * Raises a hardware vector, as the host may do: usually one that was mapped. It does not raise
 * vectors below 0x40 that were not mapped, or 0x80, because Linux itself uses these.
 */
long op_raise(struct op_thread *thread, const struct op *op)
{
	uint32_t recent = __atomic_load_n(&thread->pool->recent[op->values[0] % OP_RECENT],
					  __ATOMIC_RELAXED);
	unsigned int cpu = recent >> 8, vector = recent & 0xff;

	if (!(op->how & 3)) {
		cpu = op_cpu(thread, op);
		vector = op->how & 4 ? 0 : 0x40 + op->values[1] % 0xa0;
	}
	if (vector == 0x80 || (vector && vector < 0x21) || (vector >= 0x30 && vector < 0x40))
		return -ECANCELED;
	return labhost_vector_raise(thread->pool->host, cpu, vector);
}

/*
 * Sets a poll file whose wait queue disappears before the file does: the wait queue of a
 * process's signals, which ends with the child, while the parent shares its files.
 */
static void child_watched(const struct op_thread *thread, const struct op *op)
{
	struct mshv_set_poll_file args = { .cpu = op_cpu(thread, op) };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	args.fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	ioctl(op_vtl(thread, op), MSHV_SET_POLL_FILE, &args);
	close(args.fd);
}

/*
 * The child has no alarm, because the runs of VTL0 belong to its parent. If it touches memory
 * that does not exist it exits; otherwise it would continue as a copy of its parent's thread.
 */
static void child_run(struct op_thread *thread, const struct op *op, bool shares)
{
	if (sigsetjmp(thread->trap, 1))
		_exit(0);
	if (shares) {
		child_watched(thread, op);
	} else {
		op_map(thread, op);
		op_set_poll_file(thread, op);
		close(op_vtl(thread, op));
	}
	usleep(op->word % 4000);
	_exit(0);
}

/* Creates a child that has all files open for a moment, and exits without closing them. */
long op_fork(struct op_thread *thread, const struct op *op)
{
	bool shares = op->how % 4;
	pid_t child = syscall(SYS_clone, SIGCHLD | (shares ? CLONE_FILES : 0), 0, 0, 0, 0);

	if (child < 0)
		return -errno;
	if (!child)
		child_run(thread, op, shares);
	return 0;
}

long op_debugfs(struct op_thread *thread, const struct op *op)
{
	static const char *const names[] = { "mappings", "cpus", "vps", "synic", "totals" };
	char path[64], text[512];
	ssize_t ret;
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/mshv_vtl/%s", names[op->how % 5]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	lseek(fd, op->values[0] % 300, SEEK_SET);
	do {
		ret = read(fd, text, 1 + op->values[1] % sizeof(text));
	} while (ret > 0);
	close(fd);
	return ret;
}

/* Sets the driver's parameters, or enables and disables its tracepoints. */
long op_parameter(struct op_thread *thread, const struct op *op)
{
	static const char *const names[] = { "vectors_per_cpu", "quarantine_ms" };
	static const char *const values[] = { "0", "1", "2", "10", "50", "1000", "-1", "4294967295",
					      "-2147483648", "2147483647", "16", "x" };
	char path[80];

	if (op->how % 3 == 2)
		return text_write("/sys/kernel/tracing/events/mshv_vtl/enable", 0,
				  op->values[0] % 3 ? "0" : "1");
	snprintf(path, sizeof(path), "/sys/module/mshv_vtl/parameters/%s", names[op->how % 3]);
	return text_write(path, 0, values[op->values[0] % 12]);
}

/* Sends a VTL file through a socket, or receives one. */
long op_send_file(struct op_thread *thread, const struct op *op)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .header = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	char byte = 0;
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	int file = op_vtl(thread, op);

	memcpy(CMSG_DATA(&control.header), &file, sizeof(file));
	if (op->how & 3)
		return sendmsg(op_event_file(thread, 8 + (op->slot & 1)), &message, 0) < 0 ?
			-errno : 0;
	if (recvmsg(op_event_file(thread, 8 + (op->slot & 1)), &message, MSG_CMSG_CLOEXEC) < 0)
		return -errno;
	if (message.msg_controllen) {
		memcpy(&file, CMSG_DATA(&control.header), sizeof(file));
		op_slot_set(&thread->pool->vtls[op->values[0] % OP_VTLS], file);
	}
	return 0;
}
