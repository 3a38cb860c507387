// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The kernel's log, by /dev/kmsg.
 *
 * Owns: how its records are read. Knows nothing of what they say.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "kernel_log.h"
#include "paths.h"

/* More than the longest record (Linux, Documentation/ABI/testing/dev-kmsg). */
#define RECORD_MAX	8192

static unsigned int occurrences(const char *record, const char *text)
{
	unsigned int count = 0;

	for (const char *at = strstr(record, text); at; at = strstr(at + 1, text))
		count++;
	return count;
}

/* The record to be read was overwritten meanwhile (EPIPE): the next one is there. */
static bool goes_on(ssize_t got)
{
	return got > 0 || (got < 0 && (errno == EPIPE || errno == EINTR));
}

/**
 * kernel_log_count() - how often the kernel's log has a text
 * @text: what to look for, within one record
 * @count: the result
 *
 * Return: 0; or the negative errno with which it cannot be read.
 */
int kernel_log_count(const char *text, unsigned int *count)
{
	int log = open(path_of_kmsg(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
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
	} while (goes_on(got));
	/* EAGAIN: that was the last one. */
	if (got < 0 && errno != EAGAIN)
		error = -errno;
	close(log);
	return error;
}
