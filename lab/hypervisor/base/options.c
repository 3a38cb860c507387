// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line. Owns: its words.
 */
#include "base/options.h"
#include "base/string.h"
#include "vcpu/clock.h"

#define SEPARATOR " -- "

struct options options;

static bool is_end(char byte)
{
	return !byte || byte == ' ';
}

/* A word counts only before the separator, and as a whole. */
static bool has_word(const char *line, const char *end, const char *word)
{
	const char *place = line;
	size_t length = strlen(word);

	while ((place = strstr(place, word)) && place + length <= end) {
		if ((place == line || place[-1] == ' ') && is_end(place[length]))
			return true;
		place += length;
	}
	return false;
}

void options_read(const char *line)
{
	const char *separator = strstr(line, SEPARATOR);
	const char *end = separator ? separator : line + strlen(line);
	size_t length;

	options.td = has_word(line, end, "td");
	options.hyperv = has_word(line, end, "hyperv");
	options.no_l2 = has_word(line, end, "no-l2");
	options.trace = has_word(line, end, "trace");
	clock_is_stopped = has_word(line, end, "clock=stopped");
	clock_of_l2_is_stopped = has_word(line, end, "clock=l2-stopped");
	if (!separator)
		return;
	length = strlen(separator + strlen(SEPARATOR));
	if (length >= OPTIONS_LINE_MAX)
		length = OPTIONS_LINE_MAX - 1;
	memcpy(options.linux_line, separator + strlen(SEPARATOR), length);
}
