// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test kernel's start, and its output on the serial port. Owns: the words of its command line,
 * and TAP's lines.
 */
#include <stdarg.h>

#include "bare.h"
#include "base/base.h"

#define PARAMS_LINE 0x228
#define LINE_SIZE   256

bool is_td;
bool row_failed;

void bare_main(const u8 *params);

static u32 done;

void say(const char *format, ...)
{
	char line[LINE_SIZE], *byte;
	va_list list;

	va_start(list, format);
	print_to(line, sizeof(line), format, list);
	va_end(list);
	for (byte = line; *byte; byte++)
		put_byte(*byte);
}

void check_hex(const char *what, u32 line, u64 is, u64 wanted)
{
	if (is == wanted)
		return;
	row_failed = true;
	say("# line %u: %s is %llx, not %llx\n", line, what, is, wanted);
}

void rows_run(const struct row *rows, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		row_failed = false;
		/* The last row may have left a #VE. */
		tdcall_1(TDG_VEINFO_GET, 0);
		rows[i].run();
		done++;
		say("%sok %u - %s\n", row_failed ? "not " : "", done, rows[i].name);
	}
}

void rows_end(void)
{
	say("1..%u\n", done);
}

/* The number after "WORD=" on the command line. */
u64 word_of(const char *line, const char *word, u64 otherwise)
{
	const char *place = strstr(line, word);
	u64 value = 0;

	if (!place)
		return otherwise;
	for (place += strlen(word); *place >= '0' && *place <= '9'; place++)
		value = value * 10 + *place - '0';
	return value;
}

static void run_rows(void)
{
	rows_run(ve_rows, ve_count);
	rows_run(posted_rows, posted_count);
	rows_run(call_rows, call_count);
	rows_run(memory_rows, memory_count);
	rows_run(l2_rows, l2_count);
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
