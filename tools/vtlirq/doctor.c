// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vtlirq doctor: can interrupts be redirected on this machine, now?
 *
 * Owns: the checks, which of them are required, and what to do about each. Nothing is changed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <vtlirq.h>

#include "command.h"

static const char ok[] = "ok";
static const char no[] = "no";
static const char unknown[] = "unknown";
static const char above[] = "first correct what the lines above name";

/**
 * struct check - one check
 * @needed: without it no interrupt can be redirected now
 * @finding: ok, no, or unknown
 * @words: what was found, and, unless it is ok, what to do
 */
struct check {
	const char *name;
	u64 needed;
	void (*look)(struct check *check);
	const char *finding;
	struct problem words;
};

/*
 * What the checks look at: the driver's node and a VTL file, or negative errnos; the library's
 * context, or NULL; and the VPs, of which the first of @missing says why debugfs was not read.
 */
static struct patient {
	int node;
	int file;
	struct problem why_no_file;
	struct vtlirq *irqs;
	int open_error;
	struct vtlirq_summary summary;
	struct vp *vps;
	size_t vp_count;
	bool has_debugfs;
	struct problem_list missing;
} patient;

static void __printf(4, 5) judge(struct check *check, const char *finding, const char *next,
				 const char *format, ...)
{
	va_list arguments;

	check->finding = finding;
	va_start(arguments, format);
	vsnprintf(check->words.what, sizeof(check->words.what), format, arguments);
	va_end(arguments);
	problem_next(&check->words, "%s", finding == ok ? "" : next);
}

/* ---- the machine ---- */

static void check_machine(struct check *check)
{
	bool is_guest = cpu_has_flag("tdx_guest");
	char name[HYPERVISOR_NAME_SIZE];
	struct utsname about;

	uname(&about);
	hypervisor_name(name);
	judge(check, is_guest && !strcmp(name, "Microsoft Hv") ? ok : no,
	      "only VTL2 of a TDX guest of Hyper-V can run VTL0; or use the lab: make demo",
	      "Linux %s, %s, %s, hypervisor: %s", about.release, about.machine,
	      is_guest ? "a TDX guest" : "no TDX guest", *name ? name : "none, or unknown");
}

static void check_root(struct check *check)
{
	bool is_root = !geteuid();

	judge(check, is_root ? ok : no, "run as root: sudo vtlirq doctor",
	      is_root ? "running as root" : "not running as root; the driver is only for root");
}

/* ---- the driver ---- */

/* Adds ", name value" for each file of the module that exists. */
static void add_module_files(struct problem *words)
{
	static const char * const files[] = {
		"version", "srcversion", "parameters/vectors_per_cpu", "parameters/quarantine_ms"
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const char *slash = strchr(files[i], '/');
		char *path = module_file(files[i]);
		size_t used = strlen(words->what);
		char *text;

		if (!file_read(path, &text)) {
			text[strcspn(text, "\n")] = '\0';
			snprintf(words->what + used, sizeof(words->what) - used, ", %s %s",
				 slash ? slash + 1 : files[i], text);
		}
		free(text);
		free(path);
	}
}

static void check_module(struct check *check)
{
	if (module_is_listed()) {
		judge(check, ok, "", "module " DRIVER_MODULE " is loaded");
		add_module_files(&check->words);
	} else if (patient.file >= 0) {
		judge(check, ok, "", "no module " DRIVER_MODULE ", but its node answers");
	} else {
		judge(check, no, "load the driver: insmod mshv_vtl.ko (or modprobe mshv_vtl)",
		      "module " DRIVER_MODULE " is not loaded");
	}
}

static void check_node(struct check *check)
{
	if (patient.file < 0)
		judge(check, no, patient.why_no_file.next, "%s", patient.why_no_file.what);
	else
		judge(check, ok, "", "%s creates VTL files%s", path_of(NODE),
		      driver_is_ours(patient.node) ? "" : ", by a driver that is not vtlirq's");
}

/* Asks the driver; a finding that is not ok needs no more words if the driver cannot answer. */
static int ask(struct check *check, unsigned int capability, const char *yes)
{
	int answer = patient.file >= 0 ? driver_capability(patient.node, capability) : -ENODEV;

	if (answer > 0)
		judge(check, ok, "", "%s", yes);
	else if (answer && answer != -EOPNOTSUPP)
		judge(check, unknown, above, "the driver cannot be asked");
	return answer;
}

static void check_redirects(struct check *check)
{
	int answer = ask(check, MSHV_CAP_REDIRECTED_INTERRUPT,
			 "the driver can redirect (REDIRECTED_INTERRUPT)");

	/* OpenHCL's own driver does not know the question. */
	if (answer == -EOPNOTSUPP)
		judge(check, unknown, "try: vtlirq mapping hold --vector 0x51 --cpu 0 --seconds 0",
		      "the driver does not say whether it can redirect");
	else if (!answer)
		judge(check, no, "look for mshv in the kernel's log (dmesg)",
		      "the driver cannot redirect on this machine");
}

static void check_proxied(struct check *check)
{
	int answer = ask(check, MSHV_CAP_PROXIED_INTERRUPT,
			 "the driver takes the host's messages (PROXIED_INTERRUPT)");

	if (!answer || answer == -EOPNOTSUPP)
		judge(check, no, "interrupts that are not redirected do not arrive: see mshv in dmesg",
		      "the driver does not take the host's messages");
}

static void check_entry(struct check *check)
{
	int answer = ask(check, MSHV_CAP_LOWER_VTL_TIMER_VIRT,
			 "the driver can enter VTL0 (LOWER_VTL_TIMER_VIRT)");

	if (!answer || answer == -EOPNOTSUPP)
		judge(check, no, "the VMM takes interrupts from the run page; on TDX see dmesg",
		      "the driver cannot enter VTL0");
}

/* ---- the host ---- */

static void check_hvcall(struct check *check)
{
	char *path = memory_format("%s_hvcall", path_of(NODE));
	int file = open(path, O_RDWR | O_CLOEXEC);
	int error = errno;

	if (file >= 0) {
		judge(check, ok, "", "%s can be opened", path);
		close(file);
	} else {
		judge(check, no, error == EACCES || error == EPERM ? "run as root" :
		      "use a driver that has it; look for mshv in dmesg",
		      "cannot open %s, which calls the host: %s", path, strerror(error));
	}
	free(path);
}

static void check_environment(struct check *check)
{
	const char *value = getenv(VTLIRQ_ENVIRONMENT_DISABLE);

	if (value && !patient.irqs)
		judge(check, unknown, above, "%s is set, and the library cannot be opened",
		      VTLIRQ_ENVIRONMENT_DISABLE);
	else if (!patient.summary.disabled)
		judge(check, ok, "", "%s does not forbid it here", VTLIRQ_ENVIRONMENT_DISABLE);
	else
		judge(check, no, "unset it here, and for the VMM: tr '\\0' '\\n' </proc/PID/environ",
		      "%s=%s forbids it", VTLIRQ_ENVIRONMENT_DISABLE, value ? value : "");
}

static void check_host(struct check *check)
{
	if (!patient.irqs)
		judge(check, unknown, above, "the host cannot be asked: %s",
		      strerror(patient.open_error));
	else if (patient.summary.host_redirects)
		judge(check, ok, "", "the host offers redirection");
	else
		judge(check, no, "use a host that has it; until then it sends messages (proxied)",
		      "the host does not offer redirection");
}

/* ---- vectors ---- */

/* Quiet vectors in quarantine are allocated again. Without debugfs only the quota is known. */
static bool is_full(const struct vp *vp)
{
	if (vp->free == UNKNOWN)
		return vp->quota && vp->mapped >= vp->quota;
	return !vp->free && !vp->quarantined;
}

/* If some VPs have vectors left, interrupts can be redirected to those. */
static void check_vectors(struct check *check)
{
	struct number_list full = {};
	size_t online = 0;
	u64 left = 0;
	char *text;

	for (size_t i = 0; i < patient.vp_count; i++) {
		const struct vp *vp = &patient.vps[i];

		if (!vp->online)
			continue;
		online++;
		left += vp->free == UNKNOWN ? 0 : vp->free + vp->quarantined;
		if (is_full(vp))
			number_list_add(&full, vp->vp);
	}
	text = number_list_format(&full);
	if (full.count) {
		check->needed = full.count == online;
		judge(check, no, "see vtlirq mapping show --all, and raise vectors_per_cpu",
		      "VP %s: no vector is left, or the quota is used up", text);
	} else if (left) {
		judge(check, ok, "", "%llu vectors are left on %zu VP%s", left, online,
		      plural(online));
	} else {
		judge(check, online ? ok : unknown, above, online ? "no VP has used up its quota" :
		      "it is unknown how many vectors are left");
	}
	free(text);
	number_list_free(&full);
}

/* What the kernel logs for a vector without a handler; it does not count them. */
#define NO_HANDLER	"No irq handler for vector"

/*
 * The driver counts interrupts on vectors that were unmapped and are in quarantine. Those on
 * any other vector are only in the kernel's log, as far back as it goes, and at a limited rate.
 */
static void check_unmapped(struct check *check)
{
	unsigned int lines;
	int error = kernel_log_count(NO_HANDLER, &lines);
	u64 count = 0;

	for (size_t i = 0; i < patient.vp_count; i++)
		count += patient.has_debugfs ? patient.vps[i].unmapped : 0;
	if (count)
		judge(check, no, "see UNMAPPED in vtlirq vp show for the CPU, and dmesg for the vector",
		      "%llu interrupt%s arrived on a vector with no mapping", count, plural(count));
	else if (!error && lines)
		judge(check, no,
		      "see dmesg for CPU and vector: a device raises a vector that is not mapped",
		      "'" NO_HANDLER "': %u time%s in the kernel's log", lines, plural(lines));
	else if (!patient.has_debugfs)
		judge(check, unknown, "see the line about debugfs",
		      "the driver's counters cannot be read");
	else if (error)
		judge(check, unknown, "look for '" NO_HANDLER "' in dmesg",
		      "none on a vector in quarantine; the kernel's log, which has the others, cannot be read: %s",
		      strerror(-error));
	else
		judge(check, ok, "",
		      "no interrupt arrived on a vector with no mapping, by the driver's counter and the kernel's log");
}

static void check_debugfs(struct check *check)
{
	const struct problem *why = patient.missing.problems;

	if (patient.has_debugfs)
		judge(check, ok, "", "%s shows the driver's state", path_of(DEBUGFS));
	else
		judge(check, no, why->next, "%s", why->what);
}

/* ---- all of it ---- */

/* A check may depend on those above it. */
static const struct check all_checks[] = {
	{ .name = "machine", .look = check_machine },
	{ .name = "root", .needed = true, .look = check_root },
	{ .name = "module", .needed = true, .look = check_module },
	{ .name = "node", .needed = true, .look = check_node },
	{ .name = "redirects", .needed = true, .look = check_redirects },
	{ .name = "proxied", .look = check_proxied },
	{ .name = "vtl0", .look = check_entry },
	{ .name = "hvcall", .needed = true, .look = check_hvcall },
	{ .name = "environment", .needed = true, .look = check_environment },
	{ .name = "host", .needed = true, .look = check_host },
	{ .name = "vectors", .needed = true, .look = check_vectors },
	{ .name = "unmapped", .look = check_unmapped },
	{ .name = "debugfs", .look = check_debugfs },
};

#define CHECKS	ARRAY_SIZE(all_checks)

static void examine(void)
{
	struct vtlirq_config config = { .size = sizeof(config), .flags = VTLIRQ_CONFIG_VTL_FD };
	int error = -ENODEV;

	patient.node = driver_open_node(&patient.why_no_file);
	patient.file = patient.node;
	if (patient.node >= 0)
		patient.file = driver_create_file(patient.node, &patient.why_no_file);
	config.vtl_fd = patient.file;
	if (patient.file >= 0)
		error = vtlirq_open(&config, &patient.irqs);
	patient.open_error = -error;
	if (error)
		patient.irqs = NULL;
	else
		vtlirq_summary(patient.irqs, &patient.summary);
	if (state_vps(&patient.vps, &patient.vp_count, &patient.missing)) {
		patient.vps = NULL;
		patient.vp_count = 0;
	}
	patient.has_debugfs = patient.vp_count && patient.vps[0].free != UNKNOWN;
}

static void release(void)
{
	vtlirq_close(patient.irqs);
	free(patient.vps);
	problem_list_free(&patient.missing);
	if (patient.file >= 0)
		close(patient.file);
	if (patient.node >= 0)
		close(patient.node);
}

/* ---- how it is shown ---- */

static const struct column check_members[] = {
	COLUMN(NULL, "name", STRING, struct check, name),
	COLUMN(NULL, "finding", STRING, struct check, finding),
	COLUMN(NULL, "needed", FLAG, struct check, needed),
	COLUMN(NULL, "what", TEXT, struct check, words.what),
	COLUMN(NULL, "next", TEXT, struct check, words.next),
};

static const struct columns check_columns = COLUMNS(check_members, struct check);

static bool is_missing(const struct check *check)
{
	return check->needed && check->finding != ok;
}

static void print_check(const struct check *check)
{
	bool is_mild = !check->needed && check->finding != ok;
	int width = strlen(check->finding) + (is_mild ? 2 : 0);

	printf(is_mild ? "[%s]%*s %-12s  %s\n" : "%s%*s %-12s  %s\n", check->finding,
	       9 - width, "", check->name, check->words.what);
	if (*check->words.next)
		printf("%24snext: %s\n", "", check->words.next);
}

static void print_text(const struct check checks[CHECKS], bool can_redirect)
{
	const char *separator = "";

	for (size_t i = 0; i < CHECKS; i++)
		print_check(&checks[i]);
	printf("\ninterrupts %s be redirected now%s", can_redirect ? "can" : "cannot",
	       can_redirect ? "" : "; correct first: ");
	for (size_t i = 0; i < CHECKS; i++) {
		if (!is_missing(&checks[i]))
			continue;
		printf("%s%s", separator, checks[i].name);
		separator = ", ";
	}
	putchar('\n');
}

/* The command "doctor". Fails unless interrupts can be redirected now. */
int doctor(const struct options *options)
{
	struct check checks[CHECKS];
	bool can_redirect = true;

	examine();
	memcpy(checks, all_checks, sizeof(checks));
	for (size_t i = 0; i < CHECKS; i++) {
		checks[i].look(&checks[i]);
		can_redirect = can_redirect && !is_missing(&checks[i]);
	}
	release();
	if (options->json) {
		json_open(NULL, '{');
		json_flag("can_redirect", can_redirect);
		table_json("checks", &check_columns, checks, CHECKS);
		json_end();
	} else {
		print_text(checks, can_redirect);
	}
	return can_redirect ? STATUS_OK : STATUS_FAILED;
}
