/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The driver and the lab's host for the tests in the VM: a VTL file, run pages, CPUs, and
 * the driver's counters. A check that fails ends the test (cmocka).
 */
#ifndef _TESTS_HARNESS_LAB_H
#define _TESTS_HARNESS_LAB_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>
#include <time.h>

#include <linux/mshv_vtl.h>

#include "check.h"
#include "labhost_client.h"

/* ---- time: clocks in milliseconds, sleeping, and time limits ---- */

static inline uint64_t clock_ms(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/* Reads a clock that never goes back. */
static inline uint64_t now_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

/* Sleeps for @ms. A test must not rely on the exact time. */
static inline void sleep_ms(unsigned int ms)
{
	struct timespec span = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	while (nanosleep(&span, &span) && errno == EINTR)
		;
}

/* Lets other threads run, including threads of the same CPU. */
static inline void pause_briefly(void)
{
	const struct timespec pause = { .tv_nsec = 50000 };

	nanosleep(&pause, NULL);
}

/*
 * The time limit for something that must happen: @ms, multiplied by VTLIRQ_SLOWNESS, which is
 * set for kernels on which everything takes longer.
 */
static inline unsigned int patience(unsigned int ms)
{
	const char *text = getenv("VTLIRQ_SLOWNESS");
	unsigned long factor = text ? strtoul(text, NULL, 10) : 1;

	return factor ? ms * factor : ms;
}

/* This is enough for a slow machine that is busy with other work. */
#define PATIENCE_MS	patience(20000)

/*
 * wait_until() - wait for a condition, for at most PATIENCE_MS
 * @condition: evaluated repeatedly
 * @...:       what check() prints if it does not become true; the test then ends
 */
#define wait_until(condition, ...)                                      \
	do {                                                            \
		uint64_t wait_end_ms = now_ms() + PATIENCE_MS;          \
									\
		while (!(condition)) {                                  \
			check(now_ms() < wait_end_ms, __VA_ARGS__);     \
			pause_briefly();                                \
		}                                                       \
	} while (0)

/* ---- lab.c ---- */

/* The largest number of CPUs that the tests support. */
#define CPUS_MAX 64

/**
 * struct lab - what every test uses
 * @host:    the lab's host
 * @sources: all interrupt sources
 * @count:   number of sources
 * @vtl:     a VTL file
 * @cpus:    number of CPUs of the VM
 * @run:     the run page of each CPU
 */
struct lab {
	int host;
	struct labhost_source *sources;
	size_t count;
	int vtl;
	unsigned int cpus;
	struct mshv_vtl_run *run[CPUS_MAX];
};

extern struct lab lab;

/*
 * Opens a VTL file, its run pages and the list of sources; @lab.host and @lab.cpus must be set.
 * Returns false if there are fewer than @devices sources. lab_close() undoes it.
 */
bool lab_open(size_t devices);
void lab_close(void);

/* Fixture: fills in @lab. The teardown masks all sources and closes everything. */
int lab_setup(void **state);
int lab_teardown(void **state);

/* Checks that @path is a device node, and that only root can open it. */
void node_check_root_only(const char *path);

/* Opens a file, which is closed by exec. */
int must_open(const char *path, int flags);

/* Returns the physical address of the page of this process at @place, which is present. */
uint64_t frame_of(const volatile void *place);

/* Returns the driver's answer to MSHV_CHECK_EXTENSION, or a negative errno. */
int mshv_extension(uint32_t capability);

/* Checks that every unknown ioctl of an open node is ENOTTY, and not logged. */
void node_check_unknown_ioctls(int fd);

/* Opens a new VTL file. */
int vtl_open(void);

/* Makes the ioctl with @args unchanged. Returns 0 or a negative errno. */
int vtl_map_ioctl(int vtl, struct mshv_map_device_intr *args);

/* Maps. Returns the hardware vector, or a negative errno. */
int vtl_map(int vtl, unsigned int proxy_vector, unsigned int cpu);

/* Proxy vectors 16 to 255 are more than the hardware vectors of any CPU. */
#define PROXY_FIRST	16
#define PROXY_COUNT	240

/*
 * Maps proxy vectors from PROXY_FIRST on, until the CPU has no vector left. Returns how many were
 * mapped; @vectors has their hardware vectors, followed by the negative errno.
 */
unsigned int vtl_map_all(int vtl, unsigned int cpu, int vectors[PROXY_COUNT]);

/* Unmaps. Returns 0 or a negative errno. */
int vtl_unmap(int vtl, unsigned int vector, unsigned int cpu);

/* Maps a page of a VTL file by index. */
struct mshv_vtl_run *vtl_page(int vtl, unsigned long index);

/* Takes the bits that are set in a run page, as a VMM does; returns false if scan is 0. */
bool run_take(struct mshv_vtl_run *run, uint32_t bits[8]);

/* Takes bits until @vector was among them, or until patience(@ms) is over. */
bool run_wait(struct mshv_vtl_run *run, unsigned int vector, unsigned int ms);

/* Takes bits until none is set for @ms. Returns how often any bit was set. */
unsigned int run_quiet(struct mshv_vtl_run *run, unsigned int ms);

/* Clears the run pages of all VPs completely. */
void runs_clear(void);

/*
 * Lets the other threads of this CPU and the other CPUs run. One thread of QEMU runs all CPUs,
 * and switches to the next one at a PAUSE or HLT, or after 100 ms: a loop that waits without
 * this function takes that long for each round.
 */
void others_run(void);

/* Returns the APIC id of a CPU, from /proc/cpuinfo. */
unsigned int apic_id(unsigned int cpu);

/* Binds the calling thread to a CPU. */
void cpu_pin(unsigned int cpu);

/* Binds the calling thread to any CPU but this one, if there is another. */
void cpu_pin_away(unsigned int cpu);

/* Takes a CPU online or offline. Returns 0 or a negative errno. */
int cpu_set_online(unsigned int cpu, bool online);

/* Returns a value of the driver's file "totals". */
unsigned long totals(const char *name);

/* Waits until a total has reached @value: an interrupt may take some time. */
void totals_wait(const char *name, unsigned long value);

/* Returns a column of one of the driver's files that have a line for each CPU. */
unsigned long debugfs_column(const char *name, unsigned int cpu, const char *wanted);

/* Returns a CPU's value in one of the attributes of /sys/class/misc/mshv. */
unsigned long sysfs_count(const char *name, unsigned int cpu);

/* Returns a column of the driver's file "cpus". */
unsigned long cpus_column(unsigned int cpu, const char *name);

/* Returns the number of lines of the driver's file "mappings" that contain @text. */
unsigned int mappings_with(const char *text);

/* Waits until no vector is in quarantine. */
void quarantine_wait_empty(void);

/* The default of the parameter quarantine_ms. */
#define QUARANTINE_DEFAULT_MS 1000

/* Returns how much memory the kernel maps in its own address space, in KiB. */
unsigned long direct_map_size(void);

/* Returns whether VTL2 is a TDX guest, whose memory is private or shared. */
bool is_trust_domain(void);

/*
 * Forks. A check that fails ends the child, and the child ends with its parent. If @report is not
 * NULL it becomes one end of a pipe, into which the child writes; reads end when the child does.
 */
pid_t child_fork(int *report);
/* In the child: writes to the pipe, and waits to be killed. */
void __attribute__((noreturn)) child_report(int report, const void *value, size_t size);
/* Reads what the child has written, and closes the pipe. */
void child_read(int report, void *value, size_t size);
/* Kills the child, and waits until it has ended. */
void child_kill(pid_t child);
/* Waits for the end of the child. Returns its exit status. */
int child_status(pid_t child);

/* Drops CAP_SYS_ADMIN; only in a child, since it cannot be regained. */
void capability_drop(void);

/* Returns whether a process that reads at @place is killed. */
bool read_is_fatal(const volatile uint8_t *place);

/* Writes to a file of the kernel, opened with @flags as well. Returns 0 or a negative errno. */
int text_write(const char *path, int flags, const char *text);

/* Sets a parameter of the driver. Returns the previous value. */
long driver_parameter(const char *name, long value);

/*
 * Counts the interrupt descriptors of the kernel. /proc/irq does not show all of them: those of
 * the driver are never set up by a request_irq(), and have no directory there.
 */
unsigned int irq_descriptors(void);

/* Marks the current end of the kernel's log. */
int kernel_log_mark(void);
/* Returns how many lines after @mark contain @text; closes @mark. */
unsigned int kernel_log_count(int mark, const char *text);

/* Routes a source to a CPU and vector; the second function also raises it once. */
void source_route(const struct labhost_source *source, unsigned int cpu, unsigned int vector);
void source_raise(const struct labhost_source *source);

/*
 * Routes a source, and raises it once. Returns whether the bit of @proxy_vector is set in the run
 * page of the CPU, within patience(5000).
 */
bool source_relays(const struct labhost_source *source, unsigned int cpu, unsigned int vector,
		   unsigned int proxy_vector);

/* Returns the first source of a kind; a raise of an edu is synchronous. */
const struct labhost_source *source_of_kind(unsigned int kind);

/* Returns whether a device's interrupt stays in service on a CPU: then an EOI was missed. */
bool cpu_in_service(unsigned int cpu);

/*
 * A test with its fixture. A test that needs a second CPU is skipped if there is none.
 */
#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)
#define NEEDS_TWO_CPUS()                      \
	do {                                  \
		if (lab.cpus < 2)             \
			skip();               \
	} while (0)

#endif /* _TESTS_HARNESS_LAB_H */
