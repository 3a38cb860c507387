// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Output for people; see soak.h.
 */
#include <inttypes.h>

#include "soak.h"

#define NUMBERS		16
#define NUMBER_LENGTH	32

void table_row(const char *head, unsigned int second)
{
	static unsigned int rows;

	if (rows++ % TABLE_HEAD_EVERY == 0)
		printf("# %s\n", head);
	printf("# %5u", second);
}

void table_cell(int width, uint64_t value)
{
	printf(" %*" PRIu64, width, value);
}

void table_end(void)
{
	printf("\n");
	fflush(stdout);
}

const char *table_number(uint64_t value)
{
	static char numbers[NUMBERS][NUMBER_LENGTH];
	static unsigned int next;
	char *text = numbers[next++ % NUMBERS], digits[NUMBER_LENGTH];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, value), i;
	char *out = text;

	for (i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			*out++ = ',';
		*out++ = digits[i];
	}
	*out = '\0';
	return text;
}
