// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What this machine is: its kernel, its CPU's flags, its hypervisor.
 *
 * Owns: where that is learned. Knows nothing of what it is good for.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "paths.h"
#include "sheet.h"

/* The oldest kernel that the driver builds for. */
#define OLDEST_MAJOR	6
#define OLDEST_MINOR	1

/**
 * kernel_is_supported() - does the driver build for this kernel?
 * @release: as uname gives it, such as "6.1.0-50-amd64"
 *
 * Return: true if it is 6.1 or newer.
 */
bool kernel_is_supported(const char *release)
{
	unsigned long minor = 0;
	unsigned long major;
	char *end;

	if (!isdigit((unsigned char)*release))
		return false;
	major = strtoul(release, &end, 10);
	if (*end == '.')
		minor = strtoul(end + 1, NULL, 10);
	return major > OLDEST_MAJOR || (major == OLDEST_MAJOR && minor >= OLDEST_MINOR);
}

/* Looks for a word in "flags : a b c". */
static bool line_has_word(char *line, const char *word)
{
	char *rest = strchr(line, ':');
	char *found;

	if (!rest || strncmp(line, "flags", strlen("flags")))
		return false;
	rest++;
	while ((found = strsep(&rest, " \t"))) {
		if (!strcmp(found, word))
			return true;
	}
	return false;
}

/**
 * cpu_has_flag() - does /proc/cpuinfo give the first CPU this flag?
 * @flag: the flag, such as "hypervisor"
 *
 * Return: true if it does; false also if the file cannot be read.
 */
bool cpu_has_flag(const char *flag)
{
	bool is_there = false;
	char *text;
	char *rest;
	char *line;
	int error;

	if (file_read(path_of_cpuinfo(), &text, &error))
		return false;
	rest = text;
	while (!is_there && (line = strsep(&rest, "\n")))
		is_there = line_has_word(line, flag);
	free(text);
	return is_there;
}

#if defined(__x86_64__)

#include <cpuid.h>

#define HYPERVISOR_LEAF	0x40000000

/**
 * hypervisor_name() - what the hypervisor calls itself
 * @name: for example "Microsoft Hv"; empty if the machine does not say
 */
void hypervisor_name(char name[HYPERVISOR_NAME_SIZE])
{
	unsigned int words[4] = {};

	memset(name, 0, HYPERVISOR_NAME_SIZE);
	/* Without a hypervisor the leaf has what some other leaf has. */
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
