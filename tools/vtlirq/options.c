// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The options of all commands, in one table.
 *
 * Owns: which command accepts which option, how values are read, and what is said about
 * a wrong one. A wrong command line ends the program with STATUS_USAGE.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <vtlirq.h>

#include "command.h"

#define SHOW	(ROUTE_SHOW | MAPPING_SHOW | VP_SHOW)
#define HOLD	(ROUTE_HOLD | MAPPING_HOLD)
#define ALL	(SHOW | HOLD | ROUTE_MOVE | TOP | DOCTOR)

/* A year; longer than anybody holds a mapping by hand. */
#define HOLD_LIMIT_MS		(366 * 24 * 3600 * 1000ULL)

/**
 * struct option_entry - an option
 * @name: without the dashes
 * @letter: for short; 0: none
 * @argument: what it takes, for the help; NULL: nothing
 * @commands: that accept it
 * @take: reads its value, of @lowest to @highest, into the member of struct options at @offset
 * @help: what it does
 */
struct option_entry {
	const char *name;
	char letter;
	const char *argument;
	unsigned int commands;
	void (*take)(const struct option_entry *entry, char *text, struct options *options);
	size_t offset;
	u64 lowest;
	u64 highest;
	const char *help;
};

/* Says what is wrong with the command line, and ends the program. */
void usage_error(const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\nTry '%s --help' for more information.\n",
		program_invocation_short_name);
	exit(STATUS_USAGE);
}

static u64 *member_of(const struct option_entry *entry, struct options *options)
{
	return (u64 *)((char *)options + entry->offset);
}

static void take_flag(const struct option_entry *entry, char *text, struct options *options)
{
	(void)text;
	*member_of(entry, options) = 1;
}

static u64 read_number(const char *name, const char *text, u64 lowest, u64 highest)
{
	u64 value = 0;
	int error = number_parse(text, &value);

	if (error == -EINVAL)
		usage_error("%s: '%s' is not a number; give %llu to %llu, decimal or 0x...",
			    name, text, lowest, highest);
	if (error || value < lowest || value > highest)
		usage_error("%s: %s is out of range; give %llu to %llu (0x%llx to 0x%llx)", name,
			    text, lowest, highest, lowest, highest);
	return value;
}

static u64 read_entry(const struct option_entry *entry, const char *text, u64 lowest)
{
	char name[32];

	snprintf(name, sizeof(name), "--%s", entry->name);
	return read_number(name, text, lowest, entry->highest);
}

static void take_number(const struct option_entry *entry, char *text, struct options *options)
{
	*member_of(entry, options) = read_entry(entry, text, entry->lowest);
}

/* Digits, and up to three more after a point. Returns false if the text is something else. */
static bool read_milliseconds(const char *text, u64 *milliseconds)
{
	size_t whole = strspn(text, "0123456789");
	size_t part = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
	char digits[16];

	if (!whole || whole > 9 || part > 3)
		return false;
	if (text[whole] && (text[whole] != '.' || !part || text[whole + 1 + part]))
		return false;
	memset(digits, '0', sizeof(digits));
	memcpy(digits, text, whole);
	memcpy(digits + whole, text + whole + 1, part);
	digits[whole + 3] = '\0';
	*milliseconds = strtoull(digits, NULL, 10);
	return true;
}

static void take_seconds(const struct option_entry *entry, char *text, struct options *options)
{
	u64 value = 0;

	if (!read_milliseconds(text, &value))
		usage_error("--%s: '%s' is not a time in seconds, such as 2 or 0.5", entry->name,
			    text);
	if (value < entry->lowest || value > entry->highest)
		usage_error("--%s: %s is out of range; give %g to %g seconds", entry->name, text,
			    entry->lowest / 1000.0, entry->highest / 1000.0);
	*member_of(entry, options) = value;
}

/* Such as 0-3,6. */
static void take_list(const struct option_entry *entry, char *text, struct options *options)
{
	char *range;

	while ((range = strsep(&text, ","))) {
		char *dash = strchr(range, '-');
		u64 first;
		u64 last;

		if (dash && dash != range)
			*dash = '\0';
		first = read_entry(entry, range, 0);
		last = dash ? read_entry(entry, dash + 1, first) : first;
		for (u64 value = first; value <= last; value++)
			number_list_add(&options->vps, value);
	}
}

/* A device id uses all 64 bits, which number_parse() refuses. */
static void take_device(const struct option_entry *entry, char *text, struct options *options)
{
	bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hexadecimal ? text + 2 : text;
	const char *allowed = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";

	errno = 0;
	*member_of(entry, options) = strtoull(digits, NULL, hexadecimal ? 16 : 10);
	options->has_device = 1;
	if (!*digits || digits[strspn(digits, allowed)] || errno)
		usage_error("--device: '%s' is no device id; give a number of 64 bits", text);
}

static void take_msi(const struct option_entry *entry, char *text, struct options *options)
{
	char *data = text;
	char *address = strsep(&data, ":");

	if (!data)
		usage_error("--msi: '%s' has no colon; give ADDRESS:DATA", text);
	options->address = read_number("--msi ADDRESS", address, 0, entry->highest);
	options->data = read_number("--msi DATA", data, 0, entry->highest);
}

static void take_delivery(const struct option_entry *entry, char *text, struct options *options)
{
	u64 *delivery = member_of(entry, options);

	if (!strcmp(text, "redirected"))
		*delivery = VTLIRQ_REDIRECTED;
	else if (!strcmp(text, "proxied"))
		*delivery = VTLIRQ_PROXIED;
	else
		usage_error("--delivery: '%s' is neither 'redirected' nor 'proxied'", text);
}

#define MEMBER(name)	offsetof(struct options, name)

static const struct option_entry entries[] = {
	{ "device", 'd', "ID", ROUTE_HOLD, take_device, MEMBER(device), 0, 0,
	  "The device, by the id that the host knows it by" },
	{ "msi", 'm', "ADDRESS:DATA", ROUTE_HOLD, take_msi, 0, 0, U32_MAX,
	  "Its interrupt: address and data of the MSI" },
	{ "vector", 'v', "V", ROUTE_HOLD | ROUTE_MOVE, take_number, MEMBER(vector),
	  FIRST_APIC_VECTOR, VECTOR_LIMIT, "Proxy vector, as VTL0 knows it (16 to 255)" },
	{ "vector", 'v', "V", MAPPING_HOLD, take_number, MEMBER(vector), 0, VECTOR_LIMIT,
	  "Proxy vector, as VTL0 knows it (0 to 255)" },
	{ "cpu", 'c', "N", MAPPING_HOLD, take_number, MEMBER(cpu), 0, CPU_LIMIT,
	  "Allocate the hardware vector on CPU N; vtlirq vp show lists their APIC ids" },
	{ "vp", 'c', "N", ROUTE_MOVE, take_number, MEMBER(vp), 0, VTLIRQ_VPS_MAX - 1,
	  "Move it to VP N" },
	{ "vp", 'c', "LIST", ROUTE_HOLD, take_list, 0, 0, VTLIRQ_VPS_MAX - 1,
	  "Deliver to VP N, or to one VP of a set, such as 0-3,6" },
	{ "vp", 'c', "LIST", MAPPING_SHOW | VP_SHOW, take_list, 0, 0, CPU_LIMIT,
	  "Show only these VPs (VP n is CPU n), such as 0-3,6" },
	{ "cpu", 0, "LIST", MAPPING_SHOW | VP_SHOW, take_list, 0, 0, CPU_LIMIT,
	  "The same" },
	{ "multicast", 0, NULL, ROUTE_HOLD, take_flag, MEMBER(multicast), 0, 0,
	  "Deliver each interrupt to all VPs of the set" },
	{ "proxied", 0, NULL, ROUTE_HOLD, take_flag, MEMBER(proxied), 0, 0,
	  "Do not redirect" },
	{ "delivery", 'D', "D", ROUTE_MOVE, take_delivery, MEMBER(delivery), 0, 0,
	  "Make it redirected or proxied" },
	{ "count", 'n', "K", HOLD, take_number, MEMBER(count), 1, VECTOR_LIMIT + 1,
	  "Hold K of them: vectors V, V+1 and so on (default 1)" },
	{ "rebalance", 0, "S", ROUTE_HOLD, take_seconds, MEMBER(rebalance_ms),
	  10, HOLD_LIMIT_MS, "Promote and demote by the library's policy every S seconds" },
	{ "seconds", 's', "S", HOLD, take_seconds, MEMBER(hold_ms), 0, HOLD_LIMIT_MS,
	  "End after S seconds" },
	{ "pid", 'p', "PID", ROUTE_SHOW | ROUTE_MOVE, take_number, MEMBER(pid), 1, PID_LIMIT,
	  "Only routes of process PID" },
	{ "all", 'a', NULL, MAPPING_SHOW, take_flag, MEMBER(all), 0, 0,
	  "Show vectors in quarantine as well" },
	{ "batch", 'b', NULL, TOP, take_flag, MEMBER(batch), 0, 0,
	  "Print plain text, as without a terminal" },
	{ "interval", 'i', "S", SHOW | TOP, take_seconds, MEMBER(interval_ms),
	  50, 3600000, "Report every S seconds until Ctrl-C" },
	{ "reports", 'r', "N", SHOW | TOP, take_number, MEMBER(reports), 1, S64_MAX,
	  "End after N reports" },
	{ "json", 'j', NULL, ALL, take_flag, MEMBER(json), 0, 0,
	  "Print JSON, one line for each report" },
	{ "help", 'h', NULL, ALL, take_flag, MEMBER(help), 0, 0,
	  "Print this help" },
};

#define ENTRIES		ARRAY_SIZE(entries)
/* getopt's values: a letter, or this plus the place in the table. */
#define FIRST_LONG	256

/* What getopt_long() needs to know about the options of one command. */
static void prepare_getopt(unsigned int command, struct option long_options[ENTRIES + 1],
			   char letters[2 * ENTRIES + 1])
{
	size_t used = 0;

	for (size_t i = 0; i < ENTRIES; i++) {
		if (!(entries[i].commands & command))
			continue;
		long_options[used++] = (struct option){
			.name = entries[i].name,
			.has_arg = entries[i].argument ? required_argument : no_argument,
			.val = FIRST_LONG + i,
		};
		if (entries[i].letter)
			*letters++ = entries[i].letter;
		if (entries[i].letter && entries[i].argument)
			*letters++ = ':';
	}
	long_options[used] = (struct option){};
	*letters = '\0';
}

/* Returns NULL for an option that getopt_long() has complained about. */
static const struct option_entry *find_entry(unsigned int command, int value)
{
	if (value >= FIRST_LONG)
		return &entries[value - FIRST_LONG];
	for (size_t i = 0; i < ENTRIES; i++) {
		if (entries[i].commands & command && entries[i].letter == value)
			return &entries[i];
	}
	return NULL;
}

static void take_arguments(unsigned int command, int argc, char **argv, struct options *options)
{
	if (command == ROUTE_MOVE && optind < argc)
		options->route = read_number("ROUTE", argv[optind++], 0, S64_MAX);
	if (optind < argc)
		usage_error("unexpected argument '%s'", argv[optind]);
}

/* Several vectors follow each other, up to the last one. */
static void check_hold(const struct options *options)
{
	if (options->vector == UNKNOWN)
		usage_error("--vector is missing");
	if (options->vector + options->count > VECTOR_LIMIT + 1)
		usage_error("--count: %llu is out of range; from vector %llu on, give 1 to %llu",
			    options->count, options->vector, VECTOR_LIMIT + 1 - options->vector);
}

static void check_required(unsigned int command, const struct options *options)
{
	if (command == ROUTE_HOLD && !options->has_device)
		usage_error("--device is missing");
	if (command == ROUTE_HOLD && options->data == UNKNOWN)
		usage_error("--msi is missing");
	if (command == ROUTE_HOLD && !options->vps.count)
		usage_error("--vp is missing");
	if (command == MAPPING_HOLD && options->cpu == UNKNOWN)
		usage_error("--cpu is missing");
	if (command & HOLD)
		check_hold(options);
	if (command == ROUTE_HOLD && options->data > U32_MAX - (options->count - 1))
		usage_error("--count: the MSI data of the last route has more than 32 bits");
	if (command == ROUTE_MOVE && options->route == UNKNOWN)
		usage_error("the route's number is missing; vtlirq route show lists them");
	if (command == ROUTE_MOVE && options->vp == UNKNOWN && options->vector == UNKNOWN &&
	    options->delivery == UNKNOWN)
		usage_error("nothing is to change: give --vp, --vector or --delivery");
}

/* Reads the options and arguments of a command. */
void options_parse(unsigned int command, int argc, char **argv, struct options *options)
{
	struct option long_options[ENTRIES + 1];
	char letters[2 * ENTRIES + 1];
	int value;

	*options = (struct options){
		.interval_ms = UNKNOWN, .reports = UNKNOWN, .pid = UNKNOWN, .cpu = UNKNOWN,
		.vector = UNKNOWN, .count = 1, .hold_ms = UNKNOWN, .rebalance_ms = UNKNOWN,
		.vp = UNKNOWN, .delivery = UNKNOWN, .route = UNKNOWN, .data = UNKNOWN,
	};
	prepare_getopt(command, long_options, letters);
	optind = 0;
	while ((value = getopt_long(argc, argv, letters, long_options, NULL)) >= 0) {
		const struct option_entry *entry = find_entry(command, value);

		if (!entry)
			usage_error("nothing was done");
		entry->take(entry, optarg, options);
	}
	if (options->help)
		return;
	take_arguments(command, argc, argv, options);
	check_required(command, options);
}

/* Frees what options_parse() allocated. */
void options_free(struct options *options)
{
	number_list_free(&options->vps);
}

/* Prints a line for each option of a command. */
void options_help(unsigned int command, FILE *stream)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		const struct option_entry *entry = &entries[i];
		const char *argument = entry->argument ? entry->argument : "";
		int used;

		if (!(entry->commands & command))
			continue;
		if (entry->letter)
			fprintf(stream, "  -%c, ", entry->letter);
		else
			fprintf(stream, "      ");
		used = fprintf(stream, "--%s%s%s", entry->name, *argument ? " " : "", argument);
		fprintf(stream, "%*s %s\n", used < 22 ? 22 - used : 0, "", entry->help);
	}
}
