/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The driver and the lab's host for the tests in the VM: a VTL file, run pages, CPUs, and
 * the driver's counters. A check that fails ends the test (cmocka).
 */
#ifndef _TESTS_HARNESS_LAB_H
#define _TESTS_HARNESS_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/mshv_vtl.h>

#include "check.h"
#include "clock.h"
#include "labhost_client.h"

/* Vectors that the kernel gives to devices lie below; see the driver. */
#define CPUS_MAX 64

/**
 * struct lab - what every test has
 * @host:    the lab's host
 * @sources: all interrupt sources
 * @count:   how many
 * @vtl:     a VTL file
 * @cpus:    CPUs of the VM
 * @run:     the run page of each
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
 * Opens a VTL file, its run pages and the list of sources; @lab.host and @lab.cpus are set.
 * False if there are fewer than @devices sources. lab_close() undoes it.
 */
bool lab_open(size_t devices);
void lab_close(void);

/* Fixture: fills in @lab. The teardown masks all sources and closes everything. */
int lab_setup(void **state);
int lab_teardown(void **state);

/* The test that a node is one, and opens for root alone. */
void node_is_for_root_alone(const char *path);

/* A new VTL file. */
int vtl_open(void);

/* The ioctl as it is; 0 or a negative errno. */
int vtl_map_ioctl(int vtl, struct mshv_map_device_intr *args);

/* Map: the hardware vector, or a negative errno. */
int vtl_map(int vtl, unsigned int proxy_vector, unsigned int cpu);

/* Unmap: 0 or a negative errno. */
int vtl_unmap(int vtl, unsigned int vector, unsigned int cpu);

/* Maps a page of a VTL file by index. */
struct mshv_vtl_run *vtl_page(int vtl, unsigned long index);

/* Takes what is set in a run page, as a VMM does; false if scan is 0. */
bool run_take(struct mshv_vtl_run *run, uint32_t bits[8]);

/* Takes until @vector was among it, or patience(@ms) are over. */
bool run_wait(struct mshv_vtl_run *run, unsigned int vector, unsigned int ms);

/* Takes until all is quiet for @ms; how often any bit was set. */
unsigned int run_quiet(struct mshv_vtl_run *run, unsigned int ms);

/* Clears the run pages of all VPs, to their last byte. */
void runs_clear(void);

/*
 * Lets the other threads of this CPU run, and the other CPUs. One thread of QEMU runs all
 * CPUs, and goes to the next at a PAUSE or HLT, or after 100 ms: loops that wait without
 * this one take that long for each round.
 */
void others_run(void);

/* APIC id of a CPU, from /proc/cpuinfo. */
unsigned int apic_id(unsigned int cpu);

/* Binds the caller to a CPU. */
void cpu_pin(unsigned int cpu);

/* Binds the caller to any CPU but this, if there is another. */
void cpu_pin_away(unsigned int cpu);

/* Puts a CPU online or offline: 0 or a negative errno. */
int cpu_set_online(unsigned int cpu, bool online);

/* A value of the driver's file "totals". */
unsigned long totals(const char *name);

/* Waits until a total has come to @value: an interrupt may take its time. */
void totals_wait(const char *name, unsigned long value);

/* A column of one of the driver's files that have a line for each CPU. */
unsigned long debugfs_column(const char *name, unsigned int cpu, const char *wanted);

/* What one of the attributes of /sys/class/misc/mshv has for a CPU. */
unsigned long sysfs_count(const char *name, unsigned int cpu);

/* A column of the driver's file "cpus". */
unsigned long cpus_column(unsigned int cpu, const char *name);

/* Lines of the driver's file "mappings" that hold @text. */
unsigned int mappings_with(const char *text);

/* Waits until no vector is in quarantine any more. */
void quarantine_wait_empty(void);

/* The parameter quarantine_ms, unless it is set. */
#define QUARANTINE_DEFAULT_MS 1000

/* What the kernel maps in its own address space, in KiB. */
unsigned long direct_map_size(void);

/* Is VTL2 a TDX guest, whose memory is private or shared? */
bool is_trust_domain(void);

/* Is a process killed that reads there? */
bool read_is_fatal(const volatile uint8_t *place);

/* Sets a parameter of the driver; gives the one before. */
long driver_parameter(const char *name, long value);

/*
 * Interrupt descriptors of the kernel. /proc/irq does not do: those of the driver are
 * never set up by a driver's request_irq(), and have no directory there.
 */
unsigned int irq_descriptors(void);

/* From now on... */
int kernel_log_mark(void);
/* ...how many lines of the kernel's log hold @text; closes @mark. */
unsigned int kernel_log_count(int mark, const char *text);

/* Routes a source to a CPU and vector, and raises it once. */
void source_route(const struct labhost_source *source, unsigned int cpu, unsigned int vector);
void source_raise(const struct labhost_source *source);

/* The first source of a kind; a test with it is synchronous if it is an edu. */
const struct labhost_source *source_of_kind(unsigned int kind);

/* Does a CPU have a device's interrupt in service for long? Then an EOI was missed. */
bool cpu_in_service(unsigned int cpu);

/*
 * A test with its fixture. One that needs a second CPU is skipped without.
 */
#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)
#define NEEDS_TWO_CPUS()                      \
	do {                                  \
		if (lab.cpus < 2)             \
			skip();               \
	} while (0)

#endif /* _TESTS_HARNESS_LAB_H */
