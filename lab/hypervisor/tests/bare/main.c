// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test kernel's start. Owns: the words of its command line.
 */
#include "bare.h"
#include "base/base.h"

#define PARAMS_LINE 0x228

bool is_td;

void bare_main(const u8 *params);

static void run_rows(void)
{
	rows_run(ve_rows, ve_count);
	rows_run(posted_rows, posted_count);
	rows_run(call_rows, call_count);
	rows_run(memory_rows, memory_count);
	rows_run(l2_rows, l2_count);
	rows_run(alias_rows, alias_count);
	rows_end();
}

void bare_main(const u8 *params)
{
	struct cpu *cpu = cpu_here();
	const char *line;
	u32 place;

	machine_start(cpu);
	memcpy(&place, params + PARAMS_LINE, sizeof(place));
	line = (const char *)(u64)place;
	is_td = !strstr(line, "plain");
	if (!other_start(params)) {
		say("Bail out! There is no other CPU\n");
		power_off();
	}
	if (strstr(line, "rows"))
		run_rows();
	if (strstr(line, "fuzz"))
		fuzz_run(line);
	if (strstr(line, "end="))
		end_run(line);
	power_off();
}

