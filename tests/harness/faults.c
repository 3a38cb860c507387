// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The choice of what may fail; see program.h. This file owns the kernel's settings for fault
 * injection, except when a failure happens: each thread sets that in fail-nth.
 */
#include <stddef.h>
#include <stdio.h>

#include "program.h"

#define FAULTS	"/sys/kernel/debug/"

static bool setting_write(const char *path, const char *value)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return false;
	fputs(value, file);
	/* The value is written when the file is closed. */
	return !fclose(file);
}

/*
 * If the VM was booted with this choice (lab/vm/run), no failures are injected into the cache
 * that Linux uses for the tree of its interrupt descriptors (radix_tree_node, and maple_node
 * since 6.5): Linux does not check this allocation, and dereferences NULL if it fails.
 */
static void caches_choose(void)
{
	FILE *file = fopen("/sys/kernel/slab/kmalloc-64/failslab", "re");
	int chosen = 0;

	if (!file)
		return;
	if (fscanf(file, "%d", &chosen) == 1 && chosen)
		setting_write(FAULTS "failslab/cache-filter", "Y");
	fclose(file);
}

bool fail_only_of_modules(void)
{
	/*
	 * These kernels have no KASLR: the modules begin 512 MiB after the kernel's own text
	 * (Linux, Documentation/arch/x86/x86_64/mm.rst).
	 */
	static const struct { const char *name, *value; } settings[] = {
		{ "stacktrace-depth", "32" },
		{ "require-start", "0xffffffffa0000000" },
		{ "require-end", "0xffffffffff000000" },
	};
	static const char *const kinds[] = { "failslab", "fail_page_alloc", "fail_usercopy" };
	char path[96];
	size_t kind, i;

	for (kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++)
		for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
			snprintf(path, sizeof(path), FAULTS "%s/%s", kinds[kind], settings[i].name);
			if (!setting_write(path, settings[i].value))
				return false;
		}
	return true;
}

bool fail_prepare(void)
{
	static const char *const no[] = {
		FAULTS "failslab/ignore-gfp-wait", FAULTS "fail_page_alloc/ignore-gfp-wait",
		FAULTS "fail_page_alloc/ignore-gfp-highmem",
	};
	static const char *const zero[] = {
		FAULTS "fail_page_alloc/min-order", FAULTS "failslab/verbose",
		FAULTS "fail_page_alloc/verbose", FAULTS "fail_usercopy/verbose",
	};
	bool good = true;
	size_t i;

	caches_choose();
	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		good &= setting_write(no[i], "N");
	for (i = 0; i < sizeof(zero) / sizeof(zero[0]); i++)
		good &= setting_write(zero[i], "0");
	return good;
}
