/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interfaces between the files of labhost: the description of a command, and the parsed
 * command line.
 */
#ifndef _LAB_LABHOST_H
#define _LAB_LABHOST_H

#include <stdbool.h>
#include <stdio.h>

#define NUMBERS_MAX 3
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* The exit code for a wrong command line. EXIT_FAILURE is the one for a failed command. */
#define EXIT_USAGE 2

struct argp_option;
struct command;

/* The keys of the options. Options whose key is larger than a byte have no short form. */
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

/* The parsed command line. An option that was not given is -1. */
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
 * struct command - a command of labhost
 * @name:    its name
 * @summary: one line for the list of commands
 * @usage:   its arguments, for argp
 * @help:    the text of its --help; argp prints the options at the \v
 * @options: its options, or NULL
 * @least:   the minimum number of its arguments
 * @most:    the maximum number of its arguments
 * @check:   returns a message if options are missing, else NULL; may be NULL
 * @range:   the message if a value is out of range; NULL if that is not possible
 * @run:     carries out the command; returns 0 or a negative errno
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

/**
 * command_find() - find a command by its name
 * @name: the name
 *
 * Return: the command, or NULL if there is none of that name.
 */
const struct command *command_find(const char *name);

/**
 * commands_print() - print the purpose of labhost, and the list of commands
 * @where: the file to print to
 */
void commands_print(FILE *where);

/* Return a message about missing options, or NULL if no option is missing. */
const char *check_behaviour(const struct request *request);
const char *check_post(const struct request *request);
const char *check_route(const struct request *request);

/* Each of these functions carries out a command, and returns 0 or a negative errno. */
int run_devices(int fd, const struct request *request);
int run_sources(int fd, const struct request *request);
int run_vps(int fd, const struct request *request);
int run_behaviour(int fd, const struct request *request);
int run_post(int fd, const struct request *request);
int run_vector(int fd, const struct request *request);
int run_route(int fd, const struct request *request);
int run_mask(int fd, const struct request *request);
int run_unmask(int fd, const struct request *request);
int run_raise(int fd, const struct request *request);
int run_apic(int fd, const struct request *request);

#endif /* _LAB_LABHOST_H */
