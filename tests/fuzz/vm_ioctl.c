// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vm_ioctl: a hostile VMM. Several threads of a process use all files and pages of the driver
 * in ways that no VMM would. The process is killed at a random moment, and the next one starts;
 * CPUs go offline and come back in the meantime. At the end the accounting is checked.
 *
 * This file owns the processes and threads. op.c decides what they do, and kcov.c measures which
 * code they reach.
 */
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../harness/program.h"
#include "../harness/lab.h"
#include "op.h"

#define THREADS_MAX	16
/* A process that was killed ends within this time, or it hangs. */
#define DEATH_MS	30000
/*
 * VTL0 is created again after so many processes; the last of these processes run without it,
 * because CPUs cannot go offline or online while a VMM runs VTL0.
 */
#define GUEST_LIVES	16
#define GUEST_GONE	12

static struct {
	uint64_t seed;
	uint64_t ops;
	uint64_t seconds;
	uint64_t threads;
	uint64_t no_vtl0;
	uint64_t no_hotplug;
} config = { .ops = 20000, .threads = 4 };

/**
 * struct shared - memory that all processes share
 */
struct shared {
	struct op_world world;
	struct kcov_shared kcov;
};

static struct shared *shared;

static uint64_t begin_ms;

static bool is_over(void)
{
	if (config.seconds)
		return now_ms() - begin_ms >= config.seconds * 1000ULL;
	return op_ioctls(&shared->world.tally) >= config.ops;
}

/* ---- a process, and its threads ---- */

struct worker {
	struct op_pool pool;
	uint64_t seed;
};

struct worker_thread {
	struct worker *worker;
	unsigned int number;
	pthread_t thread;
};

static void thread_pin(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	/* If the CPU is offline now, the scheduler chooses another one. */
	sched_setaffinity(0, sizeof(set), &set);
}

static void *thread_run(void *argument)
{
	struct worker_thread *self = argument;
	struct stream stream = { self->worker->seed + self->number };
	struct op_sequence sequence;
	struct op_thread thread;
	struct kcov kcov = { 0 };

	thread_pin(self->number % shared->world.cpus);
	if (op_thread_begin(&thread, &shared->world, &self->worker->pool))
		_exit(2);
	kcov_begin(&kcov, &shared->kcov);
	while (!is_over()) {
		kcov_choose(&shared->kcov, &sequence, &stream);
		kcov_clear(&kcov);
		op_sequence_run(&thread, &sequence);
		kcov_judge(&kcov, &sequence);
	}
	return NULL;
}

/* Writes into all pages repeatedly, without regard to the other threads. */
static void *scribbler_run(void *argument)
{
	struct worker *worker = argument;
	struct stream stream = { worker->seed ^ 0x5c5c5c5c };
	struct op_thread thread;
	struct op_sequence one = { .length = 1 };
	/* Some processes write less often, so that VTL0 makes progress. */
	unsigned int batch = 1 + worker->seed % 8, pause = 1 + worker->seed / 8 % 8;

	if (op_thread_begin(&thread, &shared->world, &worker->pool))
		_exit(2);
	for (;;) {
		random_fill(&stream, &one.ops[0], sizeof(one.ops[0]));
		one.ops[0].kind = random_once_in(&stream, 2) ? OP_KIND_TOUCH : OP_KIND_SCRIBBLE;
		op_sequence_run(&thread, &one);
		if (random_once_in(&stream, batch))
			sleep_ms(pause);
	}
	return NULL;
}

static void worker_run(uint64_t seed)
{
	static struct worker worker;
	struct worker_thread threads[THREADS_MAX];
	pthread_t scribbler;
	unsigned int i;
	int ret;

	worker.seed = seed;
	op_signals_set();
	ret = op_pool_open(&worker.pool);
	worker.pool.cpus_mapped = seed % 2 ? shared->world.cpus : 1;
	if (ret) {
		fprintf(stderr, "vm_ioctl: a process cannot begin: %s\n", strerror(-ret));
		_exit(2);
	}
	/* The VMM's messages about errors of VTL0 are not of interest here. */
	if (!freopen("/dev/null", "w", stderr))
		_exit(2);
	pthread_create(&scribbler, NULL, scribbler_run, &worker);
	for (i = 0; i < config.threads; i++) {
		threads[i] = (struct worker_thread){ &worker, i, 0 };
		pthread_create(&threads[i].thread, NULL, thread_run, &threads[i]);
	}
	for (i = 0; i < config.threads; i++)
		pthread_join(threads[i].thread, NULL);
	_exit(0);
}

/* ---- CPUs that come and go ---- */

/* Held while a CPU is offline. */
static pthread_mutex_t hotplug_lock = PTHREAD_MUTEX_INITIALIZER;
static bool hotplug_ends;
static uint64_t hotplug_gone, hotplug_refused;

static void cpus_all_online(void)
{
	unsigned int cpu;

	for (cpu = 1; cpu < shared->world.cpus; cpu++)
		cpu_set_online(cpu, true);
}

static void cpu_away(unsigned int cpu, struct stream *stream)
{
	if (cpu_set_online(cpu, false)) {
		hotplug_refused++;
		return;
	}
	hotplug_gone++;
	sleep_ms(random_below(stream, 100));
	cpu_set_online(cpu, true);
}

static void *hotplug_run(void *argument)
{
	struct stream stream = { config.seed ^ 0xc9c9 };

	while (!__atomic_load_n(&hotplug_ends, __ATOMIC_RELAXED)) {
		sleep_ms(20 + random_below(&stream, 200));
		pthread_mutex_lock(&hotplug_lock);
		cpu_away(1 + random_below(&stream, shared->world.cpus - 1), &stream);
		pthread_mutex_unlock(&hotplug_lock);
	}
	return NULL;
}

/* ---- processes ---- */

static uint64_t processes, killed;

/* Returns false if the process does not end after it was killed: it hangs in the kernel. */
static bool process_reap(pid_t pid, int *status)
{
	unsigned int waited;

	for (waited = 0; waited < DEATH_MS; waited += 5) {
		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		sleep_ms(5);
	}
	return false;
}

/* Runs a process until it ends by itself, or is killed. */
static bool process_run(struct stream *stream)
{
	uint64_t seed = random_next(stream);
	uint64_t end = now_ms() + 50 + random_below(stream, 3000);
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		worker_run(seed);
	processes++;
	while (now_ms() < end) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return !WIFEXITED(status) || !WEXITSTATUS(status);
		sleep_ms(1);
	}
	kill(pid, SIGKILL);
	killed++;
	return process_reap(pid, &status);
}

static void progress_print(uint64_t *printed)
{
	uint64_t done = op_ioctls(&shared->world.tally);

	if (done / 100000 == *printed)
		return;
	*printed = done / 100000;
	printf("# %" PRIu64 " ioctls, %" PRIu64 " processes, %" PRIu64 " places reached\n", done,
	       processes, shared->kcov.reached);
	fflush(stdout);
}

/* Called before a process starts: creates or removes VTL0 if it is time to. */
static void guest_choose(void)
{
	int ret = 0;

	pthread_mutex_lock(&hotplug_lock);
	if (processes % GUEST_LIVES == 0)
		ret = guest_make(&shared->world);
	if (ret)
		printf("# no VTL0 this time: %s\n", strerror(-ret));
	if (processes % GUEST_LIVES == GUEST_GONE)
		guest_drop(&shared->world);
	pthread_mutex_unlock(&hotplug_lock);
}

static void processes_run(void)
{
	struct stream stream = { config.seed };
	uint64_t printed = 0;
	bool good = true;

	while (good && !is_over()) {
		if (!config.no_vtl0)
			guest_choose();
		good = process_run(&stream);
		progress_print(&printed);
	}
	accounting_check(good, "each process ended when it was killed");
	guest_drop(&shared->world);
}

static void fuzz(void)
{
	pthread_t hotplug;
	bool with_hotplug = shared->world.cpus > 1 && !config.no_hotplug;

	if (with_hotplug)
		pthread_create(&hotplug, NULL, hotplug_run, NULL);
	processes_run();
	__atomic_store_n(&hotplug_ends, true, __ATOMIC_RELAXED);
	if (with_hotplug)
		pthread_join(hotplug, NULL);
	cpus_all_online();
}

/* ---- the whole ---- */

static unsigned long vps_sum(const char *column)
{
	unsigned long sum = 0;
	unsigned int cpu;

	for (cpu = 0; cpu < shared->world.cpus; cpu++)
		sum += debugfs_column("vps", cpu, column);
	return sum;
}

static void report(uint64_t ms)
{
	uint64_t done = op_ioctls(&shared->world.tally);

	tally_print(&shared->world.tally, op_name, OP_KINDS);
	kcov_print(&shared->kcov);
	printf("# vm_ioctl: %" PRIu64 " ioctls in %" PRIu64 " s, seed %" PRIu64 ", %" PRIu64
	       " processes, %" PRIu64 " killed, CPUs went %" PRIu64 " times, refused %" PRIu64
	       ", VTL0 entered %lu times, of its exits %lu handled in the kernel, %" PRIu64
	       " failures made\n", done, ms / 1000, config.seed, processes, killed,
	       hotplug_gone, hotplug_refused, vps_sum("entries"), vps_sum("handled"),
	       shared->world.failures);
	accounting_check(done && is_over(), "%" PRIu64 " ioctls were made", done);
}

#define MEM_PAGE_ATTR_RD	23
/* Access of VM 1 and VM 2. */
#define ACCESS			(0xfULL << 16 | 0xfULL << 32)

/* Returns how many pages from @start to @end an L2 VM may access. */
static unsigned long pages_seen(int vtl, uint64_t start, uint64_t end)
{
	unsigned long seen = 0;

	for (; start < end; start += 4096) {
		struct mshv_tdcall call = { .rax = MEM_PAGE_ATTR_RD, .rcx = start };

		seen += !ioctl(vtl, MSHV_TDCALL, &call) && !call.rax && call.rdx & ACCESS;
	}
	return seen;
}

/* After all VTL files were closed, no L2 VM may access any page that Linux manages. */
static void memory_check(void)
{
	FILE *map = fopen("/proc/iomem", "re");
	unsigned long seen = 0, pages = 0;
	int vtl = vtl_open();
	uint64_t start, end;
	char line[128];

	while (map && fgets(line, sizeof(line), map)) {
		if (!strstr(line, "System RAM") ||
		    sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) != 2)
			continue;
		pages += (end + 1 - start) / 4096;
		seen += pages_seen(vtl, start, end);
	}
	if (map)
		fclose(map);
	close(vtl);
	accounting_check(pages && !seen, "VTL0 may access none of %lu pages of Linux (%lu)", pages,
			 seen);
}

static void failures_prepare(void)
{
	if (access("/sys/kernel/debug/failslab", F_OK))
		return;
	fail_prepare();
	/* The failure may hit the frame of a signal, which kills the process: do not log that. */
	text_write("/proc/sys/debug/exception-trace", 0, "0");
}

static void world_make(void)
{
	unsigned int cpu;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		exit(1);
	shared->world.cpus = lab.cpus < OP_CPUS ? lab.cpus : OP_CPUS;
	for (cpu = 0; cpu < shared->world.cpus; cpu++)
		shared->world.apic_ids[cpu] = apic_id(cpu);
	kcov_find(&shared->kcov, "mshv_vtl");
}

int main(int argc, char **argv)
{
	const struct rlimit no_core = { 0, 0 };
	const struct option_spec options[] = {
		{ "seed", "S", "do the same as another run, as far as threads allow",
		  .value = &config.seed },
		{ "ops", "N", "number of ioctls (20000)", .value = &config.ops },
		{ "for", "SECONDS", "run for a time instead of a number of ioctls",
		  .value = &config.seconds },
		{ "threads", "T", "threads of each process (4)",
		  .value = &config.threads, .min = 1, .max = THREADS_MAX },
		{ "no-vtl0", NULL, "run without a guest in VTL0", .value = &config.no_vtl0 },
		{ "no-hotplug", NULL, "all CPUs stay online", .value = &config.no_hotplug },
	};
	struct accounting accounting;

	config.seed = options_seed();
	options_parse(argc, argv, "A hostile VMM.", options, ARRAY_SIZE(options));
	setrlimit(RLIMIT_CORE, &no_core);
	printf("# vm_ioctl --seed %" PRIu64 " --%s %" PRIu64 " --threads %" PRIu64 "\n",
	       config.seed, config.seconds ? "for" : "ops", config.seconds ?: config.ops,
	       config.threads);
	accounting_begin(&accounting);
	world_make();
	failures_prepare();
	begin_ms = now_ms();
	fuzz();
	report(now_ms() - begin_ms);
	accounting_end(&accounting);
	memory_check();
	return accounting_status();
}
