// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Calculates the bench's lines from the output of several boots of one machine.
 *
 *	bench-linux-lines MACHINE FILE...
 *
 * A figure is the median of the boots, and its line also has the smallest and the largest
 * value. bench/README.md says what each figure includes.
 *
 * Owns: the list of figures, and what is subtracted from each.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lines/lines.h"
#include "io.h"

#define GROUP		"linux"
#define MACHINE_KVM	"kvm"
#define VTL2_PREFIX	"vtl2: "
#define BOOTS_MAX	32
#define PHASES_MAX	16
#define LINE_LENGTH	1024
/* The VMX exit reasons when the timer is set, and when it has expired. */
#define REASON_WRMSR	32
#define REASON_TIMER	52
#define NAME_LENGTH	128
/* Ticks of the clock for a timer tick: Linux has 250 timer ticks a second, the clock 10^9. */
#define TIMER_TICK	4000000
/* The minimum share of I/Os in which Linux must have slept, so that the median is such an I/O. */
#define SLEEPS_MIN	0.6

/**
 * struct boot - the output of one boot, by phase
 * @io:   the guest's lines; a missing line is empty
 * @vtl2: the VMM's lines
 */
struct boot {
	char io[PHASES_MAX][LINE_LENGTH];
	char vtl2[PHASES_MAX][LINE_LENGTH];
};

static struct boot boots[BOOTS_MAX];
static size_t boots_count;
static const char *machine;

/* --- reading --------------------------------------------------------------- */

static void line_keep(char lines[PHASES_MAX][LINE_LENGTH], const char *line)
{
	unsigned int phase;

	if (sscanf(line, "%u ", &phase) == 1 && phase < PHASES_MAX)
		snprintf(lines[phase], LINE_LENGTH, "%s", line);
}

static void boot_read(const char *path, struct boot *boot)
{
	FILE *file = fopen(path, "re");
	char line[LINE_LENGTH];
	bool done = false;

	if (!file)
		die_errno("%s", path);
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strcmp(line, IO_PREFIX "done"))
			done = true;
		else if (!strncmp(line, IO_PREFIX, strlen(IO_PREFIX)))
			line_keep(boot->io, line + strlen(IO_PREFIX));
		else if (!strncmp(line, VTL2_PREFIX, strlen(VTL2_PREFIX)))
			line_keep(boot->vtl2, line + strlen(VTL2_PREFIX));
	}
	fclose(file);
	if (!done)
		die("%s: the guest did not finish", path);
}

/* Return the value that follows " NAME=" in a line. */
static double value(const char *line, const char *name)
{
	char word[NAME_LENGTH];
	const char *place;

	snprintf(word, sizeof(word), " %s=", name);
	place = strstr(line, word);
	if (!place)
		die("\"%s\" has no %s", line, name);
	return strtod(place + strlen(word), NULL);
}

/* Find the phase of a kind and a depth. It is an error if the boot has none. */
static unsigned int phase_find(const struct boot *boot, const char *kind, unsigned int depth)
{
	char wanted[NAME_LENGTH];
	unsigned int i;

	snprintf(wanted, sizeof(wanted), " %s depth=%u ", kind, depth);
	for (i = 0; i < PHASES_MAX; i++) {
		if (strstr(boot->io[i], wanted))
			return i;
	}
	die("%s: no phase%s", machine, wanted);
}

static bool has_vtl2(const struct boot *boot)
{
	return boot->vtl2[0][0];
}

/* --- figures of one boot --------------------------------------------------- */

/* Return VTL2's ticks in a phase. */
static double vtl2_ticks(const struct boot *boot, unsigned int phase)
{
	const char *line = boot->vtl2[phase];

	return value(line, "ticks") - value(line, "vtl0") - value(line, "waited");
}

/* Return VTL2's ticks for timers, per tick of the clock, measured without any I/O. */
static double vtl2_rate(const struct boot *boot)
{
	unsigned int spin = phase_find(boot, "spin", 0);
	unsigned int nothing = phase_find(boot, "nothing", 0);

	return (vtl2_ticks(boot, spin) - vtl2_ticks(boot, nothing)) /
	       value(boot->vtl2[spin], "ticks");
}

/* Return VTL2's ticks in a phase with I/O, without those for timers and for the two marks. */
static double vtl2_of_interrupts(const struct boot *boot, unsigned int phase)
{
	return vtl2_ticks(boot, phase) - vtl2_ticks(boot, phase_find(boot, "nothing", 0)) -
	       vtl2_rate(boot) * value(boot->vtl2[phase], "ticks");
}

static double io_each(const struct boot *boot, unsigned int depth)
{
	unsigned int phase = phase_find(boot, "read", depth);
	const char *line = boot->io[phase];

	if (depth == 1 && value(line, "sleeps") < SLEEPS_MIN * value(line, "waits"))
		die("%s: of %.0f I/Os, Linux has waited for %.0f only: the disk is too fast",
		    machine, value(line, "waits"), value(line, "sleeps"));
	return value(line, "each");
}

/* Return the mean ticks of an I/O, which include those of timer ticks. */
static double io_mean(const struct boot *boot, unsigned int depth)
{
	const char *line = boot->io[phase_find(boot, "read", depth)];

	return (value(line, "ticks") - value(line, "spin")) / value(line, "count");
}

static double vtl2_each(const struct boot *boot, unsigned int depth)
{
	unsigned int phase = phase_find(boot, "read", depth);

	return vtl2_of_interrupts(boot, phase) / value(boot->io[phase], "interrupts");
}

static double vtl0_own(const struct boot *boot, unsigned int depth)
{
	unsigned int phase = phase_find(boot, "read", depth);

	return io_each(boot, depth) -
	       vtl2_of_interrupts(boot, phase) / value(boot->io[phase], "count");
}

static double timer_tick(const struct boot *boot, unsigned int unused)
{
	const char *line = boot->io[phase_find(boot, "spin", 0)];

	return (value(line, "ticks") - value(line, "spin")) / value(line, "ticks") * TIMER_TICK;
}

static double timer_tick_vtl2(const struct boot *boot, unsigned int unused)
{
	return vtl2_rate(boot) * TIMER_TICK;
}

static double wake_up_vtl2(const struct boot *boot, unsigned int unused)
{
	unsigned int phase = phase_find(boot, "sleep", 0);

	return vtl2_ticks(boot, phase) / value(boot->io[phase], "count");
}

/* Without VTL2, this uses the guest's own count of its idle ticks, which includes entering HLT. */
static double wake_up(const struct boot *boot, unsigned int unused)
{
	unsigned int phase = phase_find(boot, "sleep", 0);
	const char *line = boot->io[phase];
	double idle = value(line, "idle");

	if (has_vtl2(boot)) {
		line = boot->vtl2[phase];
		idle = value(line, "waited");
	}
	return (value(line, "ticks") - idle) / value(boot->io[phase], "count");
}

static double host_exits(const struct boot *boot, unsigned int depth)
{
	unsigned int phase = phase_find(boot, "read", depth);

	return value(boot->vtl2[phase], "host_exits") / value(boot->io[phase], "interrupts");
}

/* Return the exits of a reason that user space has handled: "reasonN=ALL/THESE", or 0. */
static double user_exits(const char *line, unsigned int reason)
{
	char word[NAME_LENGTH];
	const char *place;

	snprintf(word, sizeof(word), " reason%u=", reason);
	place = strstr(line, word);
	place = place ? strchr(place, '/') : NULL;
	return place ? strtod(place + 1, NULL) : 0;
}

/* Returns for VTL0's timer, and the one that marks the end of the phase, do not count. */
static double user_returns(const struct boot *boot, unsigned int depth)
{
	unsigned int phase = phase_find(boot, "read", depth);
	const char *line = boot->vtl2[phase];

	return (value(line, "returns") - 1 - user_exits(line, REASON_WRMSR) -
		user_exits(line, REASON_TIMER)) / value(boot->io[phase], "count");
}

/* --- lines ----------------------------------------------------------------- */

/* Which machines have a figure. A guest of KVM does not know what KVM does while it is idle. */
enum where { EVERYWHERE, WITH_VTL2, NOT_UNDER_KVM };

/**
 * struct figure - a figure that each boot has
 * @what:   its name, without the machine's name
 * @unit:   its unit; NULL if it is instructions
 * @where:  the machines that have the figure
 * @depth:  the depth of the phase
 * @of:     the function that calculates the figure
 */
struct figure {
	const char *what;
	const char *unit;
	enum where where;
	unsigned int depth;
	double (*of)(const struct boot *boot, unsigned int depth);
};

static const struct figure figures[] = {
	{ "QD1: an I/O", NULL, EVERYWHERE, 1, io_each },
	{ "QD1: VTL0's own path of an I/O", NULL, WITH_VTL2, 1, vtl0_own },
	{ "QD1: VTL2 for an interrupt", NULL, WITH_VTL2, 1, vtl2_each },
	{ "QD1: an I/O, the mean with timer ticks", NULL, EVERYWHERE, 1, io_mean },
	{ "QD4: an I/O", NULL, EVERYWHERE, 4, io_each },
	{ "QD4: VTL0's own path of an I/O", NULL, WITH_VTL2, 4, vtl0_own },
	{ "QD4: VTL2 for an interrupt", NULL, WITH_VTL2, 4, vtl2_each },
	{ "QD32: an I/O", NULL, EVERYWHERE, 32, io_each },
	{ "QD32: VTL0's own path of an I/O", NULL, WITH_VTL2, 32, vtl0_own },
	{ "QD32: VTL2 for an interrupt", NULL, WITH_VTL2, 32, vtl2_each },
	{ "a timer tick while the CPU is busy", NULL, EVERYWHERE, 0, timer_tick },
	{ "a timer tick while the CPU is busy: VTL2's part", NULL, WITH_VTL2, 0, timer_tick_vtl2 },
	{ "a wake-up by the timer, from HLT to HLT", NULL, NOT_UNDER_KVM, 0, wake_up },
	{ "a wake-up by the timer, from HLT to HLT: VTL2's part", NULL, WITH_VTL2, 0,
	  wake_up_vtl2 },
	{ "QD1: host exits", "per interrupt", WITH_VTL2, 1, host_exits },
	{ "QD1: returns to user space, but for its timer", "per I/O", WITH_VTL2, 1, user_returns },
};

static void rate_print(const struct figure *figure, const char *name)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < boots_count; i++)
		sum += figure->of(&boots[i], figure->depth);
	lines_rate(GROUP, name, figure->unit, boots_count, sum / boots_count);
}

static void figure_print(const struct figure *figure)
{
	const char *name = lines_name("%s, %s", machine, figure->what);
	int64_t values[BOOTS_MAX];
	size_t i;

	if (figure->unit) {
		rate_print(figure, name);
		return;
	}
	for (i = 0; i < boots_count; i++)
		values[i] = figure->of(&boots[i], figure->depth);
	lines_samples(GROUP, name, values, boots_count, 0);
	fprintf(stderr, "bench/linux:   %-62s %8" PRId64 "  (%" PRId64 " to %" PRId64 ")\n", name,
		values[(boots_count - 1) / 2], values[0], values[boots_count - 1]);
}

static bool figure_is_there(const struct figure *figure)
{
	if (figure->where == WITH_VTL2)
		return has_vtl2(&boots[0]);
	return figure->where == EVERYWHERE || strcmp(machine, MACHINE_KVM);
}

/* --- accounting ------------------------------------------------------------ */

static const unsigned int depths[] = { 1, 4, 32 };

/* Add up a count over all boots and depths: VTL2's count if @vtl2, else the guest's. */
static double sum(const char *name, bool vtl2)
{
	double total = 0;
	unsigned int phase;
	size_t i, k;

	for (i = 0; i < boots_count; i++) {
		for (k = 0; k < sizeof(depths) / sizeof(depths[0]); k++) {
			phase = phase_find(&boots[i], "read", depths[k]);
			total += value(vtl2 ? boots[i].vtl2[phase] : boots[i].io[phase], name);
		}
	}
	return total;
}

static void sum_print(const char *what, double total)
{
	lines_value(GROUP, lines_name("%s, %s", machine, what), "in all boots", boots_count, total);
}

/* Check that each relayed interrupt was handled, or has merged with a pending one. */
static void accounting_print(void)
{
	double handled = sum("interrupts", false), relayed, merged;

	sum_print("I/Os", sum("count", false));
	sum_print("interrupts handled", handled);
	if (!has_vtl2(&boots[0]))
		return;
	relayed = sum("relayed", true);
	merged = sum("merged", true);
	sum_print("interrupts relayed", relayed);
	sum_print("interrupts merged", merged);
	if (relayed != handled + merged)
		die("%s: of %.0f interrupts relayed, %.0f were handled, and %.0f have merged",
		    machine, relayed, handled, merged);
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 3 || argc - 2 > BOOTS_MAX)
		die("usage: bench-linux-lines MACHINE FILE..., at most %d files", BOOTS_MAX);
	machine = argv[1];
	for (boots_count = 0; boots_count < (size_t)argc - 2; boots_count++)
		boot_read(argv[boots_count + 2], &boots[boots_count]);
	for (i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		if (figure_is_there(&figures[i]))
			figure_print(&figures[i]);
	}
	accounting_print();
	return 0;
}
