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
#include <unistd.h>

#include "labhost_client.h"

#define NUMBERS_MAX 3
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Exit codes: the command failed; the command line made no sense. */
#define EXIT_USAGE 2

struct command;

/* The options, by their keys. Those beyond a byte have no short form. */
enum option_key {
	KEY_APIC_ID = 'a',
	KEY_VECTOR = 'V',
	KEY_REDIRECTS = 0x100,
	KEY_REFUSE,
	KEY_STATUS,
	KEY_REDIRECTED_ONLY,
	KEY_DELAY,
	KEY_DUPLICATE,
	KEY_TYPE,
	KEY_SIZE,
	KEY_WORD,
	KEY_INTERRUPT,
};

#define WORDS_MAX ((256 - 16) / 4)

/* What the command line asked for. An option that was not given is -1. */
struct request {
	const struct command *command;
	unsigned int numbers[NUMBERS_MAX];
	unsigned int given;
	long long apic_id;
	long long vector;
	long long redirects;
	long long refuse;
	long long status;
	long long delay;
	long long duplicate;
	long long type;
	long long size;
	bool redirected_only;
	bool interrupt;
	unsigned int words[WORDS_MAX];
	unsigned int words_given;
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
 * @check:   says what options are missing, or NULL if nothing is.
 * @range:   what to say when a value is out of range; NULL if none can be.
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
	const char *(*check)(const struct request *request);
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

/* Calls one function for each device: 0, or the first error. */
static int visit_devices(int fd, int (*what)(int fd, const struct lab_host_device *device))
{
	struct lab_host_device device;
	unsigned int index, found = 0;
	int error;

	for (index = 0; index < LAB_HOST_DEVICES_MAX; index++) {
		error = labhost_device_get(fd, index, &device);
		if (error == -ENOENT)
			continue;
		if (!error)
			error = what(fd, &device);
		if (error)
			return error;
		found++;
	}
	if (!found)
		fprintf(stderr, "labhost: there is no device; give QEMU '-device edu'\n");
	return 0;
}

static int run_devices(int fd, const struct request *request)
{
	(void)request;
	printf("DEVICE  %-8s  %-18s  SOURCES  RAISED, BY SOURCE\n", "KIND", "NAME");
	return visit_devices(fd, print_device);
}

static const char *way_name(unsigned int way)
{
	static const char * const names[] = { "none", "message", "redirected", "proxied" };

	return way < ARRAY_SIZE(names) ? names[way] : "unknown";
}

static void print_source(const struct lab_host_source *source)
{
	printf("%6u  %6u  %-10s  %-6s  ", source->device, source->source,
	       way_name(source->way), source->masked ? "yes" : "no");
	if (source->way == LAB_HOST_WAY_NONE)
		printf("%4s  %6s", "-", "-");
	else if (source->vp == UINT_MAX)
		printf("%4s    0x%02x", "?", source->vector);
	else
		printf("%4u    0x%02x", source->vp, source->vector);
	printf("  %10llu  %10llu\n", source->raised, source->exits);
}

static int print_sources(int fd, const struct lab_host_device *device)
{
	struct lab_host_source state;
	unsigned int source;
	int error;

	for (source = 0; source < device->sources; source++) {
		error = labhost_source_get(fd, device->index, source, &state);
		if (error)
			return error;
		print_source(&state);
	}
	return 0;
}

static int run_sources(int fd, const struct request *request)
{
	(void)request;
	printf("DEVICE  SOURCE  %-10s  MASKED    VP  VECTOR  %10s  %10s\n", "WAY", "RAISED",
	       "EXITS");
	return visit_devices(fd, print_sources);
}

static void print_vp(const struct lab_host_vp *vp)
{
	printf("%4u  %10llu  %10llu  %10llu  %10llu  %8llu  %8llu  %7u  %s\n", vp->vp, vp->exits,
	       vp->eoms, vp->singles, vp->multiples, vp->queued, vp->merged, vp->waiting,
	       vp->slot_full ? "full" : "empty");
}

static int run_vps(int fd, const struct request *request)
{
	long vp, vps = sysconf(_SC_NPROCESSORS_CONF);
	struct lab_host_vp state;
	int error;

	(void)request;
	printf("  VP  %10s  %10s  %10s  %10s  %8s  %8s  WAITING  SLOT\n", "EXITS", "EOMS",
	       "SINGLES", "MULTIPLES", "QUEUED", "MERGED");
	for (vp = 0; vp < vps; vp++) {
		error = labhost_vp_get(fd, vp, &state);
		if (error == -EINVAL)
			continue;	/* A CPU that may be added, and was not. */
		if (error)
			return error;
		print_vp(&state);
	}
	return 0;
}

static void print_behaviour(const struct lab_host_behaviour *now)
{
	printf("redirection: %s\n", now->flags & LAB_HOST_REDIRECTS ? "offered" : "not offered");
	if (now->refuse_count)
		printf("refuses the next %u %sretargets with status 0x%x\n", now->refuse_count,
		       now->refuse_redirected_only ? "redirected " : "", now->refuse_status);
	if (now->delay_us)
		printf("each retarget takes %u us longer\n", now->delay_us);
	if (now->duplicate_count)
		printf("delivers the next %u messages twice\n", now->duplicate_count);
	printf("retargets: %llu, of these refused: %llu\n", now->retargets, now->refused);
}

/* What was not asked for stays as it is. */
static void apply(const struct request *request, struct lab_host_behaviour *behaviour)
{
	if (request->redirects >= 0)
		behaviour->flags = request->redirects ? LAB_HOST_REDIRECTS : 0;
	if (request->refuse >= 0) {
		behaviour->refuse_count = request->refuse;
		behaviour->refuse_redirected_only = request->redirected_only;
		if (request->status >= 0)
			behaviour->refuse_status = request->status;
	}
	if (request->delay >= 0)
		behaviour->delay_us = request->delay;
	if (request->duplicate >= 0)
		behaviour->duplicate_count = request->duplicate;
}

static int run_behaviour(int fd, const struct request *request)
{
	struct lab_host_behaviour behaviour;
	int error;

	error = labhost_behaviour_get(fd, &behaviour);
	if (error)
		return error;
	apply(request, &behaviour);
	error = labhost_behaviour_set(fd, &behaviour);
	if (!error)
		error = labhost_behaviour_get(fd, &behaviour);
	if (!error)
		print_behaviour(&behaviour);
	return error;
}

/* A status is needed once there is something to refuse. */
static const char *check_behaviour(const struct request *request)
{
	if (request->refuse > 0 && request->status < 0)
		return "--refuse needs --status";
	if (request->refuse < 0 && (request->status >= 0 || request->redirected_only))
		return "--status and --redirected-only need --refuse";
	return NULL;
}

static int run_post(int fd, const struct request *request)
{
	struct lab_host_post post = { .vp = request->numbers[0], .interrupt = request->interrupt };
	__u32 type = request->type, word;
	unsigned int i;

	memcpy(post.message, &type, sizeof(type));
	post.message[4] = request->size < 0 ? request->words_given * 4 : request->size;
	for (i = 0; i < request->words_given; i++) {
		word = request->words[i];
		memcpy(&post.message[16 + i * 4], &word, sizeof(word));
	}
	return labhost_post(fd, &post);
}

static const char *check_post(const struct request *request)
{
	return request->type < 0 ? "needs --type" : NULL;
}

static int run_vector(int fd, const struct request *request)
{
	return labhost_vector_raise(fd, request->numbers[0], request->numbers[1]);
}

static const char *check_route(const struct request *request)
{
	if (request->apic_id < 0 || request->vector < 0)
		return "needs --apic-id and --vector";
	return NULL;
}

static int run_route(int fd, const struct request *request)
{
	return labhost_route(fd, request->numbers[0], request->numbers[1], request->apic_id,
			     request->vector);
}

static int run_mask(int fd, const struct request *request)
{
	return labhost_set_masked(fd, request->numbers[0], request->numbers[1], true);
}

static int run_unmask(int fd, const struct request *request)
{
	return labhost_set_masked(fd, request->numbers[0], request->numbers[1], false);
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
	{ "apic-id", KEY_APIC_ID, "N", 0,
	  "The APIC id of the CPU that gets the interrupts, 0-255", 0 },
	{ "vector", KEY_VECTOR, "V", 0, "The vector that is raised there, 16-255", 0 },
	{ 0 },
};

static const struct argp_option behaviour_options[] = {
	{ "redirects", KEY_REDIRECTS, "on|off", 0, "Whether the host offers redirection", 0 },
	{ "refuse", KEY_REFUSE, "N", 0, "Refuse the next N retargets; 0: no more", 0 },
	{ "status", KEY_STATUS, "S", 0, "Refuse them with this status, 1-0xffff", 0 },
	{ "redirected-only", KEY_REDIRECTED_ONLY, NULL, 0,
	  "Refuse only those that ask for redirection", 0 },
	{ "delay", KEY_DELAY, "US", 0, "Each retarget takes so many microseconds longer, 0-1000000",
	  0 },
	{ "duplicate", KEY_DUPLICATE, "N", 0, "Deliver the next N messages twice", 0 },
	{ 0 },
};

static const struct argp_option post_options[] = {
	{ "type", KEY_TYPE, "T", 0, "The message's type; 0x8001000f is a proxied interrupt", 0 },
	{ "size", KEY_SIZE, "N", 0,
	  "The payload's size as it says itself, 0-255; else that of the words", 0 },
	{ "word", KEY_WORD, "W", 0, "A word of 32 bits of the payload; may be given several times",
	  0 },
	{ "interrupt", KEY_INTERRUPT, NULL, 0, "Raise the shared vector, too", 0 },
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
		.run = run_devices,
	}, {
		.name = "sources",
		.summary = "list all sources: where they go, and what that cost",
		.usage = "",
		.help = "Lists all sources: the way that their interrupts take (none, message,\n"
			"redirected, proxied), where to, how often each was raised, and how many\n"
			"host exits that has cost. The vector of a proxied one is VTL0's, else it\n"
			"is the CPU's.\n"
			"\vExample:\n"
			"  labhost sources",
		.run = run_sources,
	}, {
		.name = "vps",
		.summary = "list the VPs: host exits, messages, what waits",
		.usage = "",
		.help = "Lists the VPs as the host sees them: exits for proxied interrupts, exits\n"
			"because the guest wrote its EOM register, messages with one vector and\n"
			"with several, vectors that had to wait for the slot, interrupts that\n"
			"merged into one that waited, and what waits now.\n"
			"\vExample:\n"
			"  labhost vps",
		.run = run_vps,
	}, {
		.name = "behaviour",
		.summary = "show or change how the host behaves",
		.usage = "",
		.help = "Makes the host refuse, be slow, or deliver twice; then shows how it\n"
			"behaves. What is not named stays as it is.\n"
			"\vExample: the next two redirected retargets time out\n"
			"  labhost behaviour --refuse 2 --status 0x78 --redirected-only",
		.options = behaviour_options,
		.check = check_behaviour,
		.range = "--status is 1 to 0xffff, --delay 0 to 1000000",
		.run = run_behaviour,
	}, {
		.name = "post",
		.summary = "write any message into a VP's slot 0",
		.usage = "VP",
		.help = "Writes a message into slot 0 of a VP's message page, whatever is there,\n"
			"as a hostile host would.\n"
			"\vExample: VTL0's vector 0x51, of a host that did not ask anyone\n"
			"  labhost post 1 --type 0x8001000f --size 36 --word 0 --word 0x51 --interrupt",
		.options = post_options,
		.check = check_post,
		.least = 1,
		.most = 1,
		.range = "no such VP; 'labhost vps' lists them",
		.run = run_post,
	}, {
		.name = "vector",
		.summary = "raise any vector of a CPU",
		.usage = "CPU VECTOR",
		.help = "Raises a vector of a CPU, as a hostile host would. VECTOR 0 is the CPU's\n"
			"shared vector, which tells of messages.\n"
			"\vExample:\n"
			"  labhost vector 1 0x31",
		.least = 2,
		.most = 2,
		.range = "VECTOR is 0 or 31 to 255; for CPU see /sys/devices/system/cpu/online",
		.run = run_vector,
	}, {
		.name = "route",
		.summary = "send a source's interrupts to a vector of a CPU",
		.usage = "DEVICE SOURCE",
		.help = "Writes the message of a source into the device, as a host does, and\n"
			"enables it. Numbers may be written as 0x31.\n"
			"\vExample: the first device raises vector 0x31 of the CPU of APIC id 1\n"
			"  labhost route 0 0 --apic-id 1 --vector 0x31",
		.options = route_options,
		.check = check_route,
		.least = 2,
		.most = 2,
		.range = "--apic-id is 0 to 255, --vector 16 to 255",
		.run = run_route,
	}, {
		.name = "mask",
		.summary = "let a source raise nothing",
		.usage = "DEVICE SOURCE",
		.help = "Masks a source. It raises nothing until it is unmasked, or routed.\n"
			"\vExample:\n"
			"  labhost mask 0 0",
		.least = 2,
		.most = 2,
		.run = run_mask,
	}, {
		.name = "unmask",
		.summary = "let a source raise again, to where it goes",
		.usage = "DEVICE SOURCE",
		.help = "Unmasks a source. It goes where it went, or where a retarget has sent it\n"
			"meanwhile.\n"
			"\vExample:\n"
			"  labhost unmask 0 0",
		.least = 2,
		.most = 2,
		.run = run_unmask,
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

static bool switch_or_die(const char *text, struct argp_state *state)
{
	if (strcmp(text, "on") && strcmp(text, "off"))
		argp_error(state, "'%s' is neither on nor off", text);
	return !strcmp(text, "on");
}

static void check_complete(const struct request *request, struct argp_state *state)
{
	const struct command *command = request->command;
	const char *missing = NULL;

	if (request->given < command->least)
		argp_error(state, "needs %s", command->usage);
	if (command->check)
		missing = command->check(request);
	if (missing)
		argp_error(state, "%s", missing);
}

/* The options that take a number: where it goes. */
static long long *number_option(struct request *request, int key)
{
	switch (key) {
	case KEY_APIC_ID:
		return &request->apic_id;
	case KEY_VECTOR:
		return &request->vector;
	case KEY_REFUSE:
		return &request->refuse;
	case KEY_STATUS:
		return &request->status;
	case KEY_DELAY:
		return &request->delay;
	case KEY_DUPLICATE:
		return &request->duplicate;
	case KEY_TYPE:
		return &request->type;
	case KEY_SIZE:
		return &request->size;
	default:
		return NULL;
	}
}

static void parse_word(struct request *request, const char *text, struct argp_state *state)
{
	if (request->words_given == WORDS_MAX)
		argp_error(state, "a message has room for %d words", WORDS_MAX);
	request->words[request->words_given++] = number_or_die(text, state);
}

static error_t parse_other(struct request *request, int key, const char *text,
			   struct argp_state *state)
{
	switch (key) {
	case KEY_REDIRECTS:
		request->redirects = switch_or_die(text, state);
		return 0;
	case KEY_REDIRECTED_ONLY:
		request->redirected_only = true;
		return 0;
	case KEY_INTERRUPT:
		request->interrupt = true;
		return 0;
	case KEY_WORD:
		parse_word(request, text, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_key(int key, char *text, struct argp_state *state)
{
	struct request *request = state->input;
	long long *option = number_option(request, key);

	if (option) {
		*option = number_or_die(text, state);
		if (option == &request->size && *option > UCHAR_MAX)
			argp_error(state, "--size is 0 to 255");
		return 0;
	}
	switch (key) {
	case ARGP_KEY_ARG:
		if (request->given == request->command->most)
			argp_error(state, "'%s' is one argument too many", text);
		request->numbers[request->given++] = number_or_die(text, state);
		return 0;
	case ARGP_KEY_END:
		check_complete(request, state);
		return 0;
	default:
		return parse_other(request, key, text, state);
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
	static const char * const misfit =
		"the module and labhost do not fit; build both from one source";

	switch (error) {
	case -ENOENT:
		return "no such device or source; 'labhost devices' lists them";
	case -EINVAL:
		return command->range ?: misfit;
	case -EAGAIN:
		return "it is masked, or goes nowhere; see 'labhost sources'";
	case -ENOSPC:
		return "no CPU has a vector left for it to come to the host";
	case -ENOTTY:
		return misfit;
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
		"Makes the lab's PCI devices raise interrupts where you say, and its host\n"
		"behave as you say.\n\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(where, "  %-9s %-22s %s\n", commands[i].name, commands[i].usage,
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
	struct request request = {
		.apic_id = -1,
		.vector = -1,
		.redirects = -1,
		.refuse = -1,
		.status = -1,
		.delay = -1,
		.duplicate = -1,
		.type = -1,
		.size = -1,
	};

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
