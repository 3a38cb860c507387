// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line. Owns: its words.
 */
#include "base/base.h"
#include "vcpu/world.h"

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

/* A trust domain has at most three L2 VMs. */
static u32 read_l2_vms(const char *line, const char *end)
{
	static const char * const words[] = { "l2-vms=0", "l2-vms=1", "l2-vms=2", "l2-vms=3" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (has_word(line, end, words[i]))
			return i;
	}
	return 1;
}

void options_read(const char *line)
{
	const char *separator = strstr(line, SEPARATOR);
	const char *end = separator ? separator : line + strlen(line);
	size_t length;

	options.td = has_word(line, end, "td");
	options.hyperv = has_word(line, end, "hyperv");
	options.l2_vms = read_l2_vms(line, end);
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
