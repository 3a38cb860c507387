// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The state of the driver before and after a long run; see program.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lab.h"
#include "program.h"

#define SETTLE_MS	30000
#define LOOK_MS		50

#define VECTOR		0x77

static unsigned int number, failures;

bool accounting_check(bool good, const char *what, ...)
{
	va_list arguments;

	printf("%sok %u - ", good ? "" : "not ", ++number);
	va_start(arguments, what);
	vprintf(what, arguments);
	va_end(arguments);
	printf("\n");
	fflush(stdout);
	failures += !good;
	return good;
}

static unsigned long module_users(void)
{
	unsigned long users = 0;
	FILE *file = fopen("/sys/module/mshv_vtl/refcnt", "re");

	if (!file || fscanf(file, "%lu", &users) != 1)
		printf("# the number of the driver's users cannot be read\n");
	if (file)
		fclose(file);
	return users;
}

void accounting_begin(struct accounting *before)
{
	lab.host = labhost_open();
	if (lab.host < 0) {
		printf("Bail out! the lab's host: %s\n", strerror(-lab.host));
		_exit(1);
	}
	lab.cpus = sysconf(_SC_NPROCESSORS_CONF);
	/* Read the table of APIC ids while all CPUs are online. */
	apic_id(0);
	before->descriptors = irq_descriptors();
	before->users = module_users();
}

static unsigned long quarantined(void)
{
	return totals("quarantined");
}

static unsigned long mapped(void)
{
	return totals("mappings");
}

static unsigned long descriptors(void)
{
	return irq_descriptors();
}

/* Waits until @figure() returns @wanted: the last file may still be closing. */
static void settle(const char *what, unsigned long (*figure)(void), unsigned long wanted)
{
	unsigned long found = figure();
	unsigned int waited;

	for (waited = 0; found != wanted && waited < SETTLE_MS; waited += LOOK_MS) {
		sleep_ms(LOOK_MS);
		found = figure();
	}
	accounting_check(found == wanted, "%s: %lu, as before: %lu", what, found, wanted);
}

/* Maps and raises an interrupt on a CPU. Return: whether it arrived. */
static bool cpu_relays(int vtl, unsigned int cpu)
{
	struct mshv_vtl_run *run = vtl_page(vtl, cpu);
	int vector = vtl_map(vtl, VECTOR, cpu);
	bool seen = false;

	memset(run, 0, sizeof(*run));
	if (vector >= 0 && !labhost_vector_raise(lab.host, cpu, vector))
		seen = run_wait(run, VECTOR, SETTLE_MS);
	munmap(run, 4096);
	return seen && !vtl_unmap(vtl, vector, cpu);
}

static void cpus_check(void)
{
	unsigned int cpu;
	int vtl = vtl_open();

	for (cpu = 0; cpu < lab.cpus; cpu++) {
		accounting_check(!cpu_in_service(cpu), "CPU %u has no interrupt in service", cpu);
		accounting_check(cpu_relays(vtl, cpu), "CPU %u relays an interrupt", cpu);
	}
	close(vtl);
}

void accounting_end(const struct accounting *before)
{
	driver_parameter("vectors_per_cpu", -1);
	driver_parameter("quarantine_ms", 1000);
	settle("mappings", mapped, 0);
	settle("users of the driver", module_users, before->users);
	cpus_check();
	settle("vectors in quarantine", quarantined, 0);
	settle("interrupt descriptors", descriptors, before->descriptors);
}

int accounting_status(void)
{
	printf("1..%u\n", number);
	return failures ? 1 : 0;
}
