// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Can interrupts be redirected on this machine, now? One check after the other.
 *
 * Owns: what is looked at, what is needed and what is only worth knowing, and what to
 * do about each.
 * Knows nothing of how it is shown. Nothing is changed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <vtlirq.h>

#include "doctor.h"
#include "driver_state.h"
#include "kernel_log.h"
#include "machine.h"
#include "number.h"
#include "paths.h"
#include "sheet.h"
#include "table.h"
#include "vtl_file.h"

/**
 * struct patient - what the checks look at
 * @node: the driver's node, or a negative errno
 * @file: a VTL file, or a negative errno
 * @why_no_file: what is said if there is none
 * @irqs: the library's context, or NULL
 * @library_error: why there is none, positive
 * @summary: of the context
 * @cpus: what the driver shows of each CPU
 * @cpu_count: how many; 0 if it cannot be read
 * @why_no_cpus: what is said then
 * @totals: the driver's sums, valid if there are @cpus
 */
struct patient {
	int node;
	int file;
	struct problem why_no_file;
	struct vtlirq *irqs;
	int library_error;
	struct vtlirq_summary summary;
	struct cpu_state *cpus;
	size_t cpu_count;
	struct problem why_no_cpus;
	struct totals totals;
};

/* ---- the machine ---- */

static void check_kernel(const struct patient *patient, struct check *check)
{
	struct utsname about;

	(void)patient;
	uname(&about);
	problem_what(&check->words, "Linux %s, %s", about.release, about.machine);
	if (kernel_is_supported(about.release) && !strcmp(about.machine, "x86_64"))
		return;
	check->finding = FINDING_NO;
	problem_next(&check->words, "the driver needs Linux 6.1 or newer on x86_64");
}

static void check_root(const struct patient *patient, struct check *check)
{
	(void)patient;
	problem_what(&check->words, "running as root");
	if (!geteuid())
		return;
	check->finding = FINDING_NO;
	problem_what(&check->words, "not running as root, for whom alone the driver is");
	problem_next(&check->words, "run as root: sudo vtlirq doctor");
}

static void check_hypervisor(const struct patient *patient, struct check *check)
{
	char name[HYPERVISOR_NAME_SIZE];

	(void)patient;
	hypervisor_name(name);
	problem_what(&check->words, "Hyper-V (%s)", name);
	if (!strcmp(name, "Microsoft Hv"))
		return;
	check->finding = FINDING_NO;
	if (*name)
		problem_what(&check->words, "the hypervisor is '%s', not Hyper-V", name);
	else if (cpu_has_flag("hypervisor"))
		problem_what(&check->words, "there is a hypervisor, but it is not Hyper-V");
	else
		problem_what(&check->words, "no hypervisor: this is not a virtual machine");
	problem_next(&check->words, "run in VTL2 of a Hyper-V partition, or in the lab: make vm");
}

static void check_tdx(const struct patient *patient, struct check *check)
{
	(void)patient;
	problem_what(&check->words, "a TDX guest (CPU flag tdx_guest)");
	if (cpu_has_flag("tdx_guest"))
		return;
	check->finding = FINDING_NO;
	problem_what(&check->words, "no TDX guest: the kernel cannot run VTL0 by itself");
	problem_next(&check->words, "use a TDX trust domain, or the lab: make demo");
}

/* ---- the driver ---- */

/* The first line of a file about the driver's module, or NULL. To be given to free(). */
static char *read_module_file(const char *file)
{
	char *path = module_file(DRIVER_MODULE, file);
	char *text = NULL;
	int error;

	if (file_read(path, &text, &error))
		text = NULL;
	else
		text[strcspn(text, "\n")] = '\0';
	free(path);
	return text;
}

/* Adds ", name value" for each file that there is. */
static void add_module_files(struct problem *words)
{
	static const struct {
		const char *name;
		const char *file;
	} files[] = {
		{ "version", "version" },
		{ "source version", "srcversion" },
		{ "vectors_per_cpu", "parameters/vectors_per_cpu" },
		{ "quarantine_ms", "parameters/quarantine_ms" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *text = read_module_file(files[i].file);
		char *so_far = memory_format("%s", words->what);

		if (text)
			problem_what(words, "%s, %s %s", so_far, files[i].name, text);
		free(so_far);
		free(text);
	}
}

static void check_module(const struct patient *patient, struct check *check)
{
	problem_what(&check->words, "module " DRIVER_MODULE " is loaded");
	if (module_is_listed()) {
		add_module_files(&check->words);
		return;
	}
	problem_what(&check->words, "no module " DRIVER_MODULE ", but its node answers");
	if (patient->file >= 0)
		return;
	check->finding = FINDING_NO;
	problem_what(&check->words, "module " DRIVER_MODULE " is not loaded");
	problem_next(&check->words,
		     "load the driver: insmod mshv_vtl.ko (or modprobe mshv_vtl)");
}

static void check_node(const struct patient *patient, struct check *check)
{
	problem_what(&check->words, "%s makes VTL files", path_of_node());
	if (patient->file >= 0 && vtl_node_is_ours(patient->node))
		return;
	problem_what(&check->words, "%s makes VTL files, by a driver that is not vtlirq's",
		     path_of_node());
	if (patient->file >= 0)
		return;
	check->finding = FINDING_NO;
	check->words = patient->why_no_file;
}

/* Returns the driver's answer, and fills the check in where there is none. */
static int ask(const struct patient *patient, struct check *check, unsigned int capability)
{
	int answer = -ENODEV;

	if (patient->file >= 0)
		answer = vtl_check_extension(patient->node, capability);
	if (answer > 0)
		return answer;
	check->finding = answer == 0 || answer == -EOPNOTSUPP ? FINDING_NO : FINDING_UNKNOWN;
	if (check->finding == FINDING_UNKNOWN) {
		problem_what(&check->words, "the driver cannot be asked");
		problem_next(&check->words, "first see to the lines above");
	}
	return answer;
}

static void check_redirects(const struct patient *patient, struct check *check)
{
	int answer = ask(patient, check, MSHV_CAP_REDIRECTED_INTERRUPT);

	if (answer > 0) {
		problem_what(&check->words, "the driver can redirect (REDIRECTED_INTERRUPT)");
	} else if (answer == -EOPNOTSUPP) {
		/* OpenHCL's own driver does not know the question. */
		check->finding = FINDING_UNKNOWN;
		problem_what(&check->words, "the driver does not say whether it can redirect");
		problem_next(&check->words, "try: vtlirq map --vector 0x51 --cpu 0 --seconds 0");
	} else if (!answer) {
		problem_what(&check->words, "the driver cannot redirect on this machine");
		problem_next(&check->words, "look for mshv in the kernel's log (dmesg)");
	}
}

static void check_proxied(const struct patient *patient, struct check *check)
{
	int answer = ask(patient, check, MSHV_CAP_PROXIED_INTERRUPT);

	if (answer > 0) {
		problem_what(&check->words,
			     "the driver takes the host's messages (PROXIED_INTERRUPT)");
	} else if (check->finding == FINDING_NO) {
		problem_what(&check->words, "the driver does not take the host's messages");
		problem_next(&check->words,
			     "what cannot be redirected does not arrive: see mshv in dmesg");
	}
}

static void check_entry(const struct patient *patient, struct check *check)
{
	int answer = ask(patient, check, MSHV_CAP_LOWER_VTL_TIMER_VIRT);

	if (answer > 0) {
		problem_what(&check->words,
			     "the driver can enter VTL0 (LOWER_VTL_TIMER_VIRT)");
	} else if (check->finding == FINDING_NO) {
		problem_what(&check->words, "the driver cannot enter VTL0");
		problem_next(&check->words,
			     "the VMM takes interrupts from the run page; on TDX see dmesg");
	}
}

/* ---- the host ---- */

static void check_hvcall(const struct patient *patient, struct check *check)
{
	char *path = memory_format("%s_hvcall", path_of_node());
	int file = open(path, O_RDWR | O_CLOEXEC);
	int error = errno;

	(void)patient;
	problem_what(&check->words, "%s can be opened", path);
	if (file >= 0) {
		close(file);
	} else {
		check->finding = FINDING_NO;
		problem_what(&check->words, "cannot open %s, by which the host is asked: %s",
			     path, strerror(error));
		problem_next(&check->words, error == EACCES || error == EPERM ? "run as root" :
			     "use a driver that has it; look for mshv in dmesg");
	}
	free(path);
}

static void check_environment(const struct patient *patient, struct check *check)
{
	const char *value = getenv(VTLIRQ_ENVIRONMENT_DISABLE);

	problem_what(&check->words, "%s does not forbid it here", VTLIRQ_ENVIRONMENT_DISABLE);
	if (!patient->summary.disabled)
		return;
	check->finding = FINDING_NO;
	problem_what(&check->words, "%s=%s forbids it", VTLIRQ_ENVIRONMENT_DISABLE,
		     value ? value : "");
	problem_next(&check->words,
		     "unset it here, and for the VMM: tr '\\0' '\\n' </proc/PID/environ");
}

static void check_host(const struct patient *patient, struct check *check)
{
	problem_what(&check->words, "the host offers redirection");
	if (patient->irqs && patient->summary.host_redirects)
		return;
	check->finding = FINDING_UNKNOWN;
	if (!patient->irqs) {
		problem_what(&check->words, "the host cannot be asked: %s",
			     strerror(patient->library_error));
		problem_next(&check->words, "first see to the lines above");
		return;
	}
	check->finding = FINDING_NO;
	problem_what(&check->words, "the host does not offer redirection");
	problem_next(&check->words,
		     "use a host that has it; until then it sends all as messages (proxied)");
}

/* ---- what is left, and what went wrong ---- */

static bool is_full(const struct cpu_state *cpu)
{
	return cpu->online && !cpu->free && !cpu->quarantined;
}

static void describe_vectors(const struct patient *patient, struct check *check)
{
	struct number_list full = {};
	size_t online = 0;
	u64 left = 0;
	char *text;

	for (size_t i = 0; i < patient->cpu_count; i++) {
		const struct cpu_state *cpu = &patient->cpus[i];

		online += cpu->online != 0;
		left += cpu->online ? cpu->free + cpu->quarantined : 0;
		if (is_full(cpu))
			number_list_add(&full, cpu->cpu);
	}
	problem_what(&check->words, "%llu vectors are left on %zu CPU%s", left, online,
		     plural(online));
	if (full.count) {
		text = number_list_format(&full);
		check->finding = FINDING_NO;
		/* Where another CPU has some, interrupts can be redirected to that one. */
		check->is_needed = full.count == online;
		problem_what(&check->words, "CPU %s: no vector is left, or the quota is used up",
			     text);
		problem_next(&check->words, "see vtlirq list --all, and raise vectors_per_cpu");
		free(text);
	}
	number_list_free(&full);
}

/* Without debugfs the driver tells the quota of each VP, but not what the kernel has. */
static void describe_quota(const struct patient *patient, struct check *check)
{
	struct mshv_vp_interrupts asked = {};
	struct number_list full = {};
	char *text;
	int error = vtl_vp_interrupts(patient->file, &asked);

	while (!error) {
		if (asked.quota && asked.mapped >= asked.quota)
			number_list_add(&full, asked.vp);
		asked = (struct mshv_vp_interrupts){ .vp = asked.vp + 1 };
		error = vtl_vp_interrupts(patient->file, &asked);
	}
	problem_what(&check->words, "no VP has used up its quota");
	if (!asked.vp) {
		check->finding = FINDING_UNKNOWN;
		problem_what(&check->words, "how many vectors are left is not to be learned");
		problem_next(&check->words, "mount debugfs: see below");
	} else if (full.count) {
		text = number_list_format(&full);
		check->finding = FINDING_NO;
		check->is_needed = full.count == asked.vp;
		problem_what(&check->words, "VP %s: the quota is used up", text);
		problem_next(&check->words, "raise the module's parameter vectors_per_cpu");
		free(text);
	}
	number_list_free(&full);
}

static void check_vectors(const struct patient *patient, struct check *check)
{
	if (patient->cpu_count) {
		describe_vectors(patient, check);
	} else if (patient->file >= 0) {
		describe_quota(patient, check);
	} else {
		check->finding = FINDING_UNKNOWN;
		problem_what(&check->words, "there is no driver that has vectors to give");
		problem_next(&check->words, "first see to the lines above");
	}
}

/* What the kernel says of a vector that nobody has; it keeps no count of them. */
#define NO_HANDLER	"No irq handler for vector"

/*
 * The driver counts interrupts on vectors that were given back to it. Of those on
 * vectors that it has not, or has no more, only the kernel's log tells, as far back as
 * it goes, and at a limited rate.
 */
static void check_unmapped(const struct patient *patient, struct check *check)
{
	u64 count = patient->totals.unmapped;
	unsigned int lines;
	int error = kernel_log_count(NO_HANDLER, &lines);

	problem_what(&check->words,
		     "no interrupt arrived on a vector with no mapping, by the driver's count and the kernel's log");
	if (patient->cpu_count && count) {
		check->finding = FINDING_NO;
		problem_what(&check->words, "%llu interrupt%s arrived on a vector with no mapping",
			     count, plural(count));
		problem_next(&check->words,
			     "see UNMAPPED in vtlirq status for the CPU, and dmesg for the vector");
	} else if (!error && lines) {
		check->finding = FINDING_NO;
		problem_what(&check->words, "'" NO_HANDLER "': %u time%s in the kernel's log",
			     lines, plural(lines));
		problem_next(&check->words,
			     "see dmesg for CPU and vector: a device raises what nobody has mapped");
	} else if (!patient->cpu_count) {
		check->finding = FINDING_UNKNOWN;
		problem_what(&check->words, "the driver's counts cannot be read");
		problem_next(&check->words, "see the line about debugfs");
	} else if (error) {
		check->finding = FINDING_UNKNOWN;
		problem_what(&check->words,
			     "none on a vector given back; the kernel's log, which tells of others, cannot be read: %s",
			     strerror(-error));
		problem_next(&check->words, "look for '" NO_HANDLER "' in dmesg");
	}
}

static void check_debugfs(const struct patient *patient, struct check *check)
{
	problem_what(&check->words, "%s shows the driver's state", path_of_debugfs());
	if (patient->cpu_count)
		return;
	check->finding = FINDING_NO;
	check->words = patient->why_no_cpus;
}

/* ---- all of it ---- */

static const struct {
	const char *name;
	bool is_needed;
	void (*look)(const struct patient *patient, struct check *check);
} checks[] = {
	{ "kernel", true, check_kernel },
	{ "root", true, check_root },
	{ "hypervisor", false, check_hypervisor },
	{ "tdx", false, check_tdx },
	{ "module", true, check_module },
	{ "node", true, check_node },
	{ "redirects", true, check_redirects },
	{ "proxied", false, check_proxied },
	{ "vtl0", false, check_entry },
	{ "hvcall", true, check_hvcall },
	{ "environment", true, check_environment },
	{ "host", true, check_host },
	{ "vectors", true, check_vectors },
	{ "unmapped", false, check_unmapped },
	{ "debugfs", false, check_debugfs },
};

static void open_library(struct patient *patient)
{
	struct vtlirq_config config = {
		.size = sizeof(config),
		.flags = VTLIRQ_CONFIG_VTL_FD,
		.vtl_fd = patient->file,
	};
	int error = -ENODEV;

	if (patient->file >= 0)
		error = vtlirq_open(&config, &patient->irqs);
	patient->library_error = -error;
	if (!error)
		vtlirq_summary(patient->irqs, &patient->summary);
	else
		patient->irqs = NULL;
}

static void read_state(struct patient *patient)
{
	int error = driver_state_cpus(&patient->cpus, &patient->cpu_count,
				      &patient->why_no_cpus);

	if (!error && driver_state_totals(&patient->totals, &patient->why_no_cpus)) {
		free(patient->cpus);
		error = -ENODATA;
	}
	if (error) {
		patient->cpus = NULL;
		patient->cpu_count = 0;
	}
}

static void examine(struct patient *patient)
{
	patient->node = vtl_node_open(&patient->why_no_file);
	patient->file = patient->node;
	if (patient->node >= 0)
		patient->file = vtl_file_create(patient->node, &patient->why_no_file);
	open_library(patient);
	read_state(patient);
}

static void release(struct patient *patient)
{
	vtlirq_close(patient->irqs);
	free(patient->cpus);
	if (patient->file >= 0)
		close(patient->file);
	if (patient->node >= 0)
		close(patient->node);
}

/**
 * diagnose() - make all checks
 * @diagnosis: what was found, to be given to diagnosis_free()
 */
void diagnose(struct diagnosis *diagnosis)
{
	struct patient patient = {};

	examine(&patient);
	diagnosis->count = ARRAY_SIZE(checks);
	diagnosis->checks = memory_grow(NULL, ARRAY_SIZE(checks), sizeof(*diagnosis->checks));
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		diagnosis->checks[i] = (struct check){
			.name = checks[i].name,
			.is_needed = checks[i].is_needed,
		};
		checks[i].look(&patient, &diagnosis->checks[i]);
	}
	release(&patient);
}

/**
 * diagnosis_free() - give the memory back
 * @diagnosis: from diagnose()
 */
void diagnosis_free(struct diagnosis *diagnosis)
{
	free(diagnosis->checks);
}

/**
 * can_redirect() - is all there that is needed?
 * @diagnosis: what was found
 *
 * Return: false also if it cannot be told.
 */
bool can_redirect(const struct diagnosis *diagnosis)
{
	for (size_t i = 0; i < diagnosis->count; i++) {
		if (diagnosis->checks[i].is_needed && diagnosis->checks[i].finding != FINDING_OK)
			return false;
	}
	return true;
}
