// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The machine: its kernel and the kernel's log, its CPU's flags, its hypervisor.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine.h"

/* Does /proc/cpuinfo show this flag, such as "hypervisor"? */
bool cpu_has_flag(const char *flag)
{
	bool is_there = false;
	char *line;
	char *text;
	char *word;

	if (file_read(path_of(CPUINFO), &text))
		return false;
	line = strstr(text, "\nflags");
	/* The line without its newlines. */
	line = line ? strtok(line, "\n") : NULL;
	while (line && (word = strsep(&line, " \t")))
		is_there = is_there || !strcmp(word, flag);
	free(text);
	return is_there;
}

#if defined(__x86_64__)

#include <cpuid.h>

#define HYPERVISOR_LEAF	0x40000000

/* What the hypervisor calls itself. */
void hypervisor_name(char name[HYPERVISOR_NAME_SIZE])
{
	unsigned int words[4] = {};

	memset(name, 0, HYPERVISOR_NAME_SIZE);
	/* Without a hypervisor the CPU answers for this leaf as for another one. */
	if (!cpu_has_flag("hypervisor"))
		return;
	__cpuid(HYPERVISOR_LEAF, words[0], words[1], words[2], words[3]);
	memcpy(name, &words[1], HYPERVISOR_NAME_SIZE - 1);
	for (char *letter = name; *letter; letter++) {
		if (!isprint((unsigned char)*letter))
			*letter = '?';
	}
}

#else

void hypervisor_name(char name[HYPERVISOR_NAME_SIZE])
{
	memset(name, 0, HYPERVISOR_NAME_SIZE);
}

#endif

/* More than the longest record (Linux, Documentation/ABI/testing/dev-kmsg). */
#define RECORD_MAX	8192

static unsigned int occurrences(const char *record, const char *text)
{
	unsigned int count = 0;

	for (const char *at = strstr(record, text); at; at = strstr(at + 1, text))
		count++;
	return count;
}

/* EPIPE: the record was overwritten before it was read; the next one can be read. */
static bool may_read_more(ssize_t got)
{
	return got > 0 || (got < 0 && (errno == EPIPE || errno == EINTR));
}

/*
 * How often does the kernel's log have a text? Returns 0, or a negative errno if the log cannot
 * be read.
 */
int kernel_log_count(const char *text, unsigned int *count)
{
	int log = open(path_of(KMSG), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char record[RECORD_MAX];
	ssize_t got;
	int error = 0;

	*count = 0;
	if (log < 0)
		return -errno;
	do {
		got = read(log, record, sizeof(record) - 1);
		if (got > 0) {
			record[got] = '\0';
			*count += occurrences(record, text);
		}
	} while (may_read_more(got));
	/* EAGAIN: that was the last one. */
	if (got < 0 && errno != EAGAIN)
		error = -errno;
	close(log);
	return error;
}
