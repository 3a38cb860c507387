// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * labhost: the lab's host by hand.
 *
 * Owns: the command line, and what it says to people. All work is done by
 * labhost_client.c.
 */
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labhost_client.h"

#define NUMBERS_MAX 3

/* Exit codes: the command failed; the command line made no sense. */
#define EXIT_USAGE 2

struct command;

/* What the command line asked for. An option that was not given is -1. */
struct request {
	const struct command *command;
	unsigned int numbers[NUMBERS_MAX];
	unsigned int given;
	long long apic_id;
	long long vector;
};

/**
 * struct command - one word after labhost
 * @name:    the word.
 * @summary: one line for the list of commands.
 * @usage:   its arguments, for argp.
 * @help:    the text of its --help; argp puts the options at the \v.
 * @options: its options, or NULL.
 * @least:   how many numbers it needs.
 * @most:    how many it takes.
 * @range:   what to say when a value is out of range.
 * @run:     does it: 0 or a negative errno.
 */
struct command {
	const char *name;
	const char *summary;
	const char *usage;
	const char *help;
	const struct argp_option *options;
	unsigned int least;
	unsigned int most;
	const char *range;
	int (*run)(int fd, const struct request *request);
};

static const char *kind_name(unsigned int kind)
{
	switch (kind) {
	case LAB_HOST_KIND_EDU:
		return "edu";
	case LAB_HOST_KIND_IVSHMEM:
		return "ivshmem";
	default:
		return "unknown";
	}
}

static int print_device(int fd, const struct lab_host_device *device)
{
	__u64 raised = 0;
	unsigned int source;
	int error;

	printf("%6u  %-8s  %-18.*s  %7u  ", device->index,
	       kind_name(device->kind), (int)sizeof(device->name), device->name, device->sources);
	for (source = 0; source < device->sources; source++) {
		error = labhost_raise(fd, device->index, source, 0, &raised);
		if (error)
			return error;
		printf("%s%llu", source ? " " : "", raised);
	}
	putchar('\n');
	return 0;
}

static int run_devices(int fd, const struct request *request)
{
	struct lab_host_device device;
	unsigned int index, found = 0;
	int error;

	(void)request;
	printf("DEVICE  %-8s  %-18s  SOURCES  RAISED, BY SOURCE\n", "KIND", "NAME");
	for (index = 0; index < LAB_HOST_DEVICES_MAX; index++) {
		error = labhost_device_get(fd, index, &device);
		if (error == -ENOENT)
			continue;
		if (!error)
			error = print_device(fd, &device);
		if (error)
			return error;
		found++;
	}
	if (!found)
		fprintf(stderr, "labhost: there is no device; give QEMU '-device edu'\n");
	return 0;
}

static int run_route(int fd, const struct request *request)
{
	return labhost_route(fd, request->numbers[0], request->numbers[1], request->apic_id,
			     request->vector);
}

static int run_mask(int fd, const struct request *request)
{
	return labhost_mask(fd, request->numbers[0], request->numbers[1]);
}

static int run_raise(int fd, const struct request *request)
{
	unsigned int count = request->given > 2 ? request->numbers[2] : 1;
	__u64 raised;
	int error;

	error = labhost_raise(fd, request->numbers[0], request->numbers[1], count, &raised);
	if (!error)
		printf("raised %u, %llu since the module was loaded\n", count,
		       raised);
	return error;
}

static void print_vectors(const char *title, const __u32 *banks)
{
	unsigned int vector, shown = 0;

	printf("%s", title);
	for (vector = 0; vector < 256; vector++) {
		if (!(banks[vector / 32] & (1u << vector % 32)))
			continue;
		printf(" 0x%02x", vector);
		shown++;
	}
	puts(shown ? "" : " none");
}

static int run_apic(int fd, const struct request *request)
{
	struct lab_host_apic apic;
	int error;

	error = labhost_apic_read(fd, request->numbers[0], &apic);
	if (error)
		return error;
	print_vectors("in service (isr):", apic.isr);
	print_vectors("requested (irr): ", apic.irr);
	return 0;
}

static const struct argp_option route_options[] = {
	{ "apic-id", 'a', "N", 0, "The APIC id of the CPU that gets the interrupts, 0-255", 0 },
	{ "vector", 'V', "V", 0, "The vector that is raised there, 16-255", 0 },
	{ 0 },
};

static const struct command commands[] = {
	{
		.name = "devices",
		.summary = "list the devices, and how often each source was raised",
		.usage = "",
		.help = "Lists the devices, and how often each of their sources was raised since\n"
			"the module was loaded.\n"
			"\vExample:\n"
			"  labhost devices",
		.range = "the module and labhost do not fit; build both from one source",
		.run = run_devices,
	}, {
		.name = "route",
		.summary = "send a source's interrupts to a vector of a CPU",
		.usage = "DEVICE SOURCE",
		.help = "Writes the message of a source into the device, as a host does, and\n"
			"enables it. Numbers may be written as 0x31.\n"
			"\vExample: the first device raises vector 0x31 of the CPU of APIC id 1\n"
			"  labhost route 0 0 --apic-id 1 --vector 0x31",
		.options = route_options,
		.least = 2,
		.most = 2,
		.range = "--apic-id is 0 to 255, --vector 16 to 255",
		.run = run_route,
	}, {
		.name = "mask",
		.summary = "let a source raise nothing",
		.usage = "DEVICE SOURCE",
		.help = "Masks a source. It raises nothing until it is routed again.\n"
			"\vExample:\n"
			"  labhost mask 0 0",
		.least = 2,
		.most = 2,
		.range = "the module and labhost do not fit; build both from one source",
		.run = run_mask,
	}, {
		.name = "raise",
		.summary = "raise a source once, or several times back to back",
		.usage = "DEVICE SOURCE [COUNT]",
		.help = "Makes the device raise a source COUNT times (once, if not given), back\n"
			"to back. Raises may merge if the CPU is slower. COUNT 0 only shows the\n"
			"total.\n"
			"\vExample: the sixth source of the fifth device, ten times\n"
			"  labhost raise 4 5 10",
		.least = 2,
		.most = 3,
		.range = "COUNT is 0 to 1000000",
		.run = run_raise,
	}, {
		.name = "apic",
		.summary = "show which vectors are in service and requested at a CPU",
		.usage = "CPU",
		.help = "Shows which vectors are in service and which are requested at the local\n"
			"APIC of a CPU, without those from 0xec up, which are the kernel's own.\n"
			"\vExample:\n"
			"  labhost apic 1",
		.least = 1,
		.most = 1,
		.range = "no such CPU, or offline; see /sys/devices/system/cpu/online",
		.run = run_apic,
	},
};

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Decimal, or hexadecimal after 0x; never octal, which nobody expects. */
static bool parse_number(const char *text, unsigned int *number)
{
	bool hexadecimal = !strncasecmp(text, "0x", 2);
	const char *digits = hexadecimal ? text + 2 : text;
	const char *allowed = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";
	unsigned long long value;

	if (!*digits || digits[strspn(digits, allowed)])
		return false;

	errno = 0;
	value = strtoull(digits, NULL, hexadecimal ? 16 : 10);
	*number = value;
	return !errno && value <= UINT_MAX;
}

static unsigned int number_or_die(const char *text, struct argp_state *state)
{
	unsigned int number = 0;

	if (!parse_number(text, &number))
		argp_error(state, "'%s' is not a number; write it as 49 or 0x31", text);
	return number;
}

static void check_complete(const struct request *request, struct argp_state *state)
{
	if (request->given < request->command->least)
		argp_error(state, "needs %s", request->command->usage);
	if (request->command->options && (request->apic_id < 0 || request->vector < 0))
		argp_error(state, "needs --apic-id and --vector");
}

static error_t parse_key(int key, char *text, struct argp_state *state)
{
	struct request *request = state->input;

	switch (key) {
	case 'a':
		request->apic_id = number_or_die(text, state);
		return 0;
	case 'V':
		request->vector = number_or_die(text, state);
		return 0;
	case ARGP_KEY_ARG:
		if (request->given == request->command->most)
			argp_error(state, "'%s' is one argument too many", text);
		request->numbers[request->given++] = number_or_die(text, state);
		return 0;
	case ARGP_KEY_END:
		check_complete(request, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void parse(struct request *request, int argc, char **argv)
{
	const struct command *command = request->command;
	const struct argp argp = {
		.options = command->options,
		.parser = parse_key,
		.args_doc = command->usage,
		.doc = command->help,
	};
	char name[32];

	/* argp calls the program by this name in its messages. */
	snprintf(name, sizeof(name), "labhost %s", command->name);
	argv[0] = name;
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, request);
}

/* Why, and what to do next. */
static const char *advice(const struct command *command, int error)
{
	switch (error) {
	case -ENOENT:
		return "no such device or source; 'labhost devices' lists them";
	case -EINVAL:
		return command->range;
	case -EAGAIN:
		return "the source is masked; tell it first where to go: 'labhost route'";
	case -ENOTTY:
		return "the module and labhost do not fit; build both from one source";
	default:
		return strerror(-error);
	}
}

static int open_or_explain(void)
{
	int fd = labhost_open();

	if (fd == -ENOENT || fd == -ENODEV || fd == -ENXIO)
		fprintf(stderr, "labhost: cannot open %s: %s\n", LAB_HOST_NODE,
			"the module is not loaded; try 'insmod vtlirq_lab_host.ko'");
	else if (fd == -EACCES || fd == -EPERM)
		fprintf(stderr, "labhost: cannot open %s: only root may; run this as root\n",
			LAB_HOST_NODE);
	else if (fd < 0)
		fprintf(stderr, "labhost: cannot open %s: %s\n", LAB_HOST_NODE, strerror(-fd));
	return fd;
}

static int run(const struct request *request)
{
	int error, fd;

	fd = open_or_explain();
	if (fd < 0)
		return EXIT_FAILURE;

	error = request->command->run(fd, request);
	labhost_close(fd);
	if (error)
		fprintf(stderr, "labhost %s: failed: %s\n", request->command->name,
			advice(request->command, error));

	if (fflush(stdout)) {
		perror("labhost: cannot write the answer");
		return EXIT_FAILURE;
	}
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void print_commands(FILE *where)
{
	size_t i;

	fprintf(where, "Usage: labhost COMMAND [ARGUMENT...]\n"
		"Makes the lab's PCI devices raise interrupts where you say.\n\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(where, "  %-8s %-22s %s\n", commands[i].name, commands[i].usage,
			commands[i].summary);
	fprintf(where, "\n'labhost COMMAND --help' tells more, with an example.\n");
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(name, commands[i].name))
			return &commands[i];
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct request request = { .apic_id = -1, .vector = -1 };

	if (argc < 2) {
		print_commands(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-?") || !strcmp(argv[1], "help")) {
		print_commands(stdout);
		return EXIT_SUCCESS;
	}

	request.command = find_command(argv[1]);
	if (!request.command) {
		fprintf(stderr, "labhost: there is no command '%s'; 'labhost --help' lists them\n",
			argv[1]);
		return EXIT_USAGE;
	}
	parse(&request, argc - 1, argv + 1);
	return run(&request);
}
