/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the programs share that put the driver under load: options, random numbers, and the state
 * of the driver before and after.
 */
#ifndef _TESTS_HARNESS_PROGRAM_H
#define _TESTS_HARNESS_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * ---- options.c ----
 * The command line of the test programs: "--NAME NUMBER" and "--NAME" in any order.
 */

/**
 * struct option_spec - an option
 * @name:     without the dashes
 * @argument: the name of its argument in the help; NULL if it has none
 * @help:     what it does; NULL hides it
 * @value:    the number is stored here; 1 if the option has no argument
 * @min:      the smallest number allowed
 * @max:      the largest number allowed; 0: no limit
 * @words:    if set, the argument is one of these words, and @value its index
 */
struct option_spec {
	const char *name;
	const char *argument;
	const char *help;
	uint64_t *value;
	uint64_t min;
	uint64_t max;
	const char *const *words;
};

/* Parses a whole number in C's notation: returns false if @text is something else. */
bool number_parse(const char *text, uint64_t *number);

/* Parses all options; after an error or the help, it prints a message and ends the program. */
void options_parse(int argc, char **argv, const char *purpose, const struct option_spec *specs,
		   size_t count);

/* Returns a new seed, for a run without an option for it. */
uint64_t options_seed(void);

/*
 * Pseudo-random numbers: the same stream for the same seed.
 */

/* The state of a stream (SplitMix64). */
struct stream {
	uint64_t at;
};

static inline uint64_t random_next(struct stream *stream)
{
	uint64_t z = stream->at += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* 0..@limit - 1 */
static inline uint64_t random_below(struct stream *stream, uint64_t limit)
{
	return random_next(stream) % limit;
}

/* Returns true once in @times calls on average. */
static inline bool random_once_in(struct stream *stream, unsigned int times)
{
	return !random_below(stream, times);
}

static inline void random_fill(struct stream *stream, void *place, size_t size)
{
	uint8_t *byte = place;

	while (size--)
		*byte++ = random_next(stream);
}

/*
 * ---- accounting.c ----
 * The state of the driver before and after a long run: everything that was allocated is
 * freed, nothing is stuck, and an interrupt still arrives. Prints TAP.
 */

/**
 * struct accounting - the state before the run
 * @descriptors: interrupt descriptors of the kernel
 * @users:       users of the driver's module
 */
struct accounting {
	unsigned int descriptors;
	unsigned long users;
};

/* Call it before the run. Opens the lab's host and counts the CPUs, for the other functions. */
void accounting_begin(struct accounting *before);

/*
 * Prints a TAP result, "ok" if @good, and remembers a failure. The text says what must be
 * true.
 *
 * Return: @good.
 */
bool accounting_check(bool good, const char *what, ...) __attribute__((format(printf, 2, 3)));

/*
 * Call it when all files are closed: checks that mappings, descriptors and users are gone,
 * that no CPU has a vector in service, and that each CPU receives an interrupt.
 */
void accounting_end(const struct accounting *before);

/* Prints TAP's plan. Return: the program's exit status. */
int accounting_status(void);

/*
 * ---- faults.c ----
 * The choice of what the kernel's fault injection lets fail.
 */

/*
 * Lets any allocation fail, including those that may sleep and those of single pages, without
 * messages in the log. Returns false if the kernel refused a setting.
 */
bool fail_prepare(void);

/*
 * From now on, lets only such allocations fail that a module makes, itself or by functions of the
 * kernel. Needs FAULT_INJECTION_STACKTRACE_FILTER. Returns false if the kernel refused it.
 */
bool fail_only_of_modules(void);

#endif /* _TESTS_HARNESS_PROGRAM_H */
