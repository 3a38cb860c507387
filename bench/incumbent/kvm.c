// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Measures what a device interrupt costs under Linux's KVM with VFIO and irqfd, as a
 * comparison for vtlirq's figures. It prints JSON, one object a line, and remarks that
 * begin with "# ". The figures are instructions if the CPU's TSC counts instructions,
 * as QEMU's does under "-icount shift=0". bench/README.md describes the method.
 *
 * Owns: what is measured, and the check of each sample.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../lines/lines.h"
#include "incumbent.h"

#define GROUP		"incumbent"
#define WARM_UP		200
#define SAMPLES		2000
#define ALL		(WARM_UP + SAMPLES)
#define SKIP_PARAMETER	"/sys/module/vtlirq_fixed_skip/parameters/length"
/* The lengths of instructions. */
#define WRMSR_BYTES	2
#define CPUID_BYTES	2
#define VMMCALL_BYTES	3

static const char *image;
static struct device device;

/* Which part of a sample is measured. */
enum span {
	TO_HANDLER,
	TO_AFTER,
};

static int64_t duration(const struct guest_sample *sample, enum span until)
{
	return (int64_t)((until == TO_HANDLER ? sample->handler : sample->after) - sample->start);
}

/* Copy the durations of the samples to @values, except those of the warm-up. */
static void take(const struct vm *vm, enum span until, int64_t *values)
{
	const struct guest_sample *samples = vm_samples(vm);
	size_t i;

	for (i = 0; i < SAMPLES; i++)
		values[i] = duration(&samples[WARM_UP + i], until);
}

/* The interrupt must have come within the sample or, if @handled is false, must not have come. */
static void check_sample(const struct guest_sample *sample, size_t number, bool handled)
{
	bool good = sample->start < sample->after;

	if (handled)
		good = sample->start < sample->handler && sample->handler < sample->after;
	else if (sample->handler)
		good = false;
	if (!good)
		die("sample %zu is out of order: start %" PRIu64 ", handler %" PRIu64
		    ", after %" PRIu64, number, sample->start, sample->handler, sample->after);
}

static void check(const struct vm *vm, bool handled)
{
	size_t i;

	for (i = 0; i < ALL; i++)
		check_sample(&vm_samples(vm)[i], i, handled);
}

/* Set how many bytes KVM skips without decoding. With 0, KVM is unmodified. */
static void skip_fixed(unsigned int length)
{
	int fd = open(SKIP_PARAMETER, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		die_errno("%s: load vtlirq_fixed_skip", SKIP_PARAMETER);
	if (dprintf(fd, "%u\n", length) < 0)
		die_errno("%s does not accept %u", SKIP_PARAMETER, length);
	close(fd);
}

/* Run a job, and check its samples. */
static void run(struct vm *vm, uint64_t job, uint64_t target, bool handled)
{
	vm_run(vm, job, target, ALL);
	check(vm, handled);
}

static void report(const struct vm *vm, const char *name, enum span until, int64_t empty)
{
	int64_t values[SAMPLES];

	take(vm, until, values);
	lines_samples_less(GROUP, name, values, SAMPLES, empty);
}

static int64_t median(const struct vm *vm)
{
	int64_t values[SAMPLES];

	take(vm, TO_AFTER, values);
	return lines_median(values, SAMPLES);
}

/* Measure a write of the same kind that raises no interrupt. */
static int64_t empty_write(struct vm *vm)
{
	run(vm, vm->head->ring, GUEST_DEVICE + EDU_LIVENESS, false);
	return median(vm);
}

/* --- the guest spins ------------------------------------------------------ */

static void ring(struct vm *vm)
{
	run(vm, vm->head->ring, GUEST_DEVICE + EDU_RAISE, true);
}

static void report_rate(const char *what, const char *eoi, uint64_t events)
{
	lines_rate(GROUP, lines_name("%s per interrupt, guest spins, EOI by %s", what, eoi),
		   "per interrupt", ALL, (double)events / ALL);
}

/*
 * Print the counts of one job, without the write to the port that ends it. Returns how
 * many instructions KVM decoded.
 */
static uint64_t count_exits(struct vm *vm, const char *eoi)
{
	struct stats before;
	struct stats after;
	uint64_t returns;

	stats_read(vm->stats, &before);
	returns = vm_run(vm, vm->head->ring, GUEST_DEVICE + EDU_RAISE, ALL);
	stats_read(vm->stats, &after);
	check(vm, true);
	report_rate("exits", eoi, after.exits - before.exits - 1);
	report_rate("interrupt exits", eoi, after.interrupts - before.interrupts);
	report_rate("returns to user space", eoi, returns);
	report_rate("instructions decoded", eoi, after.decodes - before.decodes);
	return after.decodes - before.decodes;
}

static void spin(struct vm *vm, const char *eoi, int64_t empty)
{
	ring(vm);
	report(vm, lines_name("guest spins, write to handler, EOI by %s", eoi), TO_HANDLER, empty);
	report(vm, lines_name("guest spins, write to interrupted code, EOI by %s", eoi), TO_AFTER,
	       empty);
}

static void spin_adjusted(struct vm *vm, const char *eoi, int64_t empty)
{
	skip_fixed(WRMSR_BYTES);
	spin(vm, eoi, empty);
	if (count_exits(vm, eoi))
		die("KVM still decodes: vtlirq_fixed_skip does not fit this kernel");
	skip_fixed(0);
}

/* --- the guest halts ------------------------------------------------------ */

/* The start of each sample was recorded here; the guest recorded the rest. */
static void report_halted(const struct vm *vm, const uint64_t *starts, const char *name,
			  enum span until, int64_t empty)
{
	int64_t values[SAMPLES];
	struct guest_sample sample;
	size_t i;

	for (i = 0; i < SAMPLES; i++) {
		sample = vm_samples(vm)[WARM_UP + i];
		sample.start = starts[WARM_UP + i];
		check_sample(&sample, i, true);
		values[i] = duration(&sample, until);
	}
	lines_samples_less(GROUP, name, values, SAMPLES, empty);
}

static void halt(struct vm *vm)
{
	uint64_t starts[ALL];
	int64_t empty = halted_run(vm, &device, starts, ALL);

	report_halted(vm, starts, "guest halted, another thread's write to handler", TO_HANDLER,
		      empty);
	report_halted(vm, starts,
		      "guest halted, another thread's write to the instruction after HLT, EOI by x2APIC MSR",
		      TO_AFTER, empty);
	halted_wait(vm, &device, starts, ALL);
	report_halted(vm, starts, "guest halted, host idle, device's interrupt to handler",
		      TO_HANDLER, 0);
}

/* --- single steps --------------------------------------------------------- */

/* Measure the host's part: the exit, the device's handler, and an eventfd without KVM. */
static void exit_only(struct vm *vm, int64_t empty)
{
	vm_connect(vm, device.event, false);
	run(vm, vm->head->ring, GUEST_DEVICE + EDU_RAISE, false);
	report(vm, "guest spins, interrupt of the host only: exit, VFIO, eventfd, no injection",
	       TO_AFTER, empty);
	device_write(&device, EDU_ACKNOWLEDGE, 1);
	device_forget(&device);
	vm_connect(vm, device.event, true);
}

static void trip(struct vm *vm, uint64_t job, const char *name, int64_t empty)
{
	run(vm, job, 0, false);
	report(vm, name, TO_AFTER, empty);
}

static void trips(struct vm *vm)
{
	int64_t empty;

	run(vm, vm->head->nothing, 0, false);
	empty = median(vm);
	trip(vm, vm->head->cpuid, "exit round trip, CPUID", empty);
	trip(vm, vm->head->hypercall, "exit round trip, VMMCALL", empty);
	skip_fixed(CPUID_BYTES);
	trip(vm, vm->head->cpuid, "exit round trip, CPUID, adjusted", empty);
	skip_fixed(VMMCALL_BYTES);
	trip(vm, vm->head->hypercall, "exit round trip, VMMCALL, adjusted", empty);
	skip_fixed(0);
}

/* --- all measurements ----------------------------------------------------- */

static void connect_device(struct vm *vm)
{
	vm_map(vm, device.registers, device.size);
	device_forget(&device);
	vm_connect(vm, device.event, true);
}

static void by_msr(void)
{
	struct vm vm;
	int64_t empty;

	vm_open(&vm, image, VM_EOI_MSR);
	connect_device(&vm);
	empty = empty_write(&vm);
	spin(&vm, "x2APIC MSR", empty);
	count_exits(&vm, "x2APIC MSR");
	spin_adjusted(&vm, "x2APIC MSR, adjusted", empty);
	halt(&vm);
	exit_only(&vm, empty);
	trips(&vm);
	vm_connect(&vm, device.event, false);
	vm_close(&vm);
}

static void by_other(enum vm_eoi eoi, const char *name)
{
	struct vm vm;

	vm_open(&vm, image, eoi);
	connect_device(&vm);
	spin(&vm, name, empty_write(&vm));
	count_exits(&vm, name);
	vm_connect(&vm, device.event, false);
	vm_close(&vm);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: kvm IMAGE-OF-THE-GUEST PCI-ADDRESS\n");
		return 2;
	}
	image = argv[1];
	setvbuf(stdout, NULL, _IOLBF, 0);
	device_open(&device, argv[2]);
	puts("# KVM, VFIO, irqfd; the interrupt controllers in the kernel, one vCPU");
	puts("# adjusted: an instruction that exits is skipped by its known length, as with a");
	puts("# CPU that tells KVM the next RIP; else KVM decodes it in software");
	by_msr();
	by_other(VM_EOI_MMIO, "xAPIC MMIO");
	by_other(VM_EOI_PV, "KVM's paravirtual EOI");
	return 0;
}
