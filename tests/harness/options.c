// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The command line of the test programs; see program.h.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "program.h"

bool number_parse(const char *text, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 0);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

static void usage(const char *purpose, const struct option_spec *specs, size_t count)
{
	size_t i;

	printf("usage: %s [OPTION]...\n%s\n\n", program_invocation_short_name, purpose);
	for (i = 0; i < count; i++) {
		if (specs[i].help)
			printf("  --%s %s\t%s\n", specs[i].name, specs[i].argument ?: "",
			       specs[i].help);
	}
}

static bool word_take(const struct option_spec *spec, const char *text)
{
	uint64_t i;

	for (i = 0; spec->words[i]; i++) {
		if (!strcmp(spec->words[i], text)) {
			*spec->value = i;
			return true;
		}
	}
	return false;
}

static bool argument_take(const struct option_spec *spec, const char *text)
{
	if (spec->words)
		return word_take(spec, text);
	return number_parse(text, spec->value) && *spec->value >= spec->min &&
	       (!spec->max || *spec->value <= spec->max);
}

static const struct option_spec *spec_find(const char *word, const struct option_spec *specs,
					   size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!strncmp(word, "--", 2) && !strcmp(word + 2, specs[i].name))
			return &specs[i];
	}
	return NULL;
}

void options_parse(int argc, char **argv, const char *purpose, const struct option_spec *specs,
		   size_t count)
{
	const struct option_spec *spec;
	int i;

	for (i = 1; i < argc; i++) {
		spec = spec_find(argv[i], specs, count);
		if (!spec) {
			usage(purpose, specs, count);
			exit(strcmp(argv[i], "--help") ? 2 : 0);
		}
		if (!spec->argument) {
			*spec->value = 1;
		} else if (++i == argc || !argument_take(spec, argv[i])) {
			fprintf(stderr, "%s: --%s: not an allowed value of %s\n",
				program_invocation_short_name, spec->name, spec->argument);
			exit(2);
		}
	}
}

uint64_t options_seed(void)
{
	return (uint64_t)time(NULL) << 20 ^ getpid();
}
