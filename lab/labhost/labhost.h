/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of labhost share: what a command is, and what the command line
 * asked for.
 */
#ifndef _LAB_LABHOST_H
#define _LAB_LABHOST_H

#include <stdbool.h>
#include <stdio.h>

#define NUMBERS_MAX 3
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Exit codes: the command failed; the command line made no sense. */
#define EXIT_USAGE 2

struct argp_option;
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

/**
 * arguments_parse() - understand the rest of a command line; or say why not, and exit
 * @command: the command
 * @argc:    how many words there are, its name included
 * @argv:    the words; the first one is replaced
 * @request: out
 */
void arguments_parse(const struct command *command, int argc, char **argv,
		     struct request *request);

/**
 * command_find() - a command by its name
 * @name: the word
 *
 * Return: the command; NULL: there is none of that name.
 */
const struct command *command_find(const char *name);

/**
 * commands_print() - print what labhost is for, and the list of commands
 * @where: to
 */
void commands_print(FILE *where);

/* What options are missing; NULL: none. */
const char *check_behaviour(const struct request *request);
const char *check_post(const struct request *request);
const char *check_route(const struct request *request);

/* Each does its command: 0 or a negative errno. */
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
