// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Every error path of an operation; see check.h.
 */
#include <dirent.h>
#include <string.h>

#include "check.h"

bool sweep_attempt(const struct sweep *sweep, const struct sweep_operation *operation,
		   unsigned int number)
{
	bool met;
	int ret;

	if (sweep->begin)
		sweep->begin(operation);
	operation->prepare();
	sweep->remember(operation);
	sweep->inject(number);
	ret = operation->run();
	met = sweep->met();
	check(met || ret >= 0, "%s, without a failure: %s", operation->name, strerror(-ret));
	if (ret < 0) {
		check(sweep->expected(ret), "%s, failure %u: %s", operation->name, number,
		      strerror(-ret));
		sweep->compare(operation);
		ret = operation->run();
		check(ret >= 0, "%s, after failure %u: %s", operation->name, number,
		      strerror(-ret));
	}
	operation->done();
	if (operation->undo)
		operation->undo();
	if (sweep->end)
		sweep->end(operation);
	return met;
}

unsigned int sweep_from(const struct sweep *sweep, const struct sweep_operation *operation,
			unsigned int first)
{
	unsigned int number;

	for (number = first; sweep_attempt(sweep, operation, number); number++)
		check(number < sweep->max, "%s: failures without an end", operation->name);
	print_message("# %s: %u\n", operation->name, number - first);
	return number - first;
}

unsigned int sweep_files_open(void)
{
	DIR *opened = opendir("/proc/self/fd");
	unsigned int count = 0;

	assert_non_null(opened);
	while (readdir(opened))
		count++;
	closedir(opened);
	return count;
}
