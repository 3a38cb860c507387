// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The driver's state as JSON.
 *
 * Owns: the names of the keys, which the man pages promise: what has been given
 * out stays; new keys may be added.
 * Knows nothing of where the state is from.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "json.h"

/**
 * json_number() - a number
 * @number: at most S64_MAX
 *
 * Return: the JSON value.
 */
json_t *json_number(u64 number)
{
	return json_integer((json_int_t)number);
}

/**
 * json_identifier() - an identifier that may be unknown
 * @identifier: the identifier, or IDENTIFIER_UNKNOWN
 *
 * Return: the JSON value, null if it is unknown.
 */
json_t *json_identifier(s64 identifier)
{
	return identifier < 0 ? json_null() : json_integer(identifier);
}

/**
 * json_mapping() - a mapping
 * @mapping: the mapping
 *
 * Return: the JSON object, or NULL without memory.
 */
json_t *json_mapping(const struct mapping *mapping)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:s,s:o,s:o,s:o,s:o,s:o}",
			 "cpu", json_number(mapping->cpu),
			 "apic_id", json_identifier(mapping->apic_id),
			 "hardware_vector", json_number(mapping->vector),
			 "proxy_vector", json_number(mapping->proxy_vector),
			 "state", mapping->state,
			 "references", json_number(mapping->references),
			 "relayed", json_number(mapping->relayed),
			 "blocked", json_number(mapping->blocked),
			 "late", json_number(mapping->late),
			 "age_ms", json_number(mapping->age_ms));
}

/**
 * json_cpu_state() - what the driver says about one CPU
 * @cpu: the CPU
 *
 * Return: the JSON object, or NULL without memory.
 */
json_t *json_cpu_state(const struct cpu_state *cpu)
{
	return json_pack("{s:o,s:o,s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
			 "cpu", json_number(cpu->cpu),
			 "apic_id", json_identifier(cpu->apic_id),
			 "online", cpu->online != 0,
			 "mapped", json_number(cpu->mapped),
			 "quarantined", json_number(cpu->quarantined),
			 "free", json_number(cpu->free),
			 "quota", json_number(cpu->quota),
			 "relayed", json_number(cpu->relayed),
			 "blocked", json_number(cpu->blocked),
			 "unmapped", json_number(cpu->unmapped));
}

/**
 * json_totals() - the driver's sums
 * @totals: the sums
 *
 * Return: the JSON object, or NULL without memory.
 */
json_t *json_totals(const struct totals *totals)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:o}",
			 "mappings", json_number(totals->mappings),
			 "quarantined", json_number(totals->quarantined),
			 "relayed", json_number(totals->relayed),
			 "blocked", json_number(totals->blocked),
			 "unmapped", json_number(totals->unmapped));
}

/**
 * json_show() - print a value on standard output and give its memory back
 * @value: the value; NULL, which is what jansson gives without memory, ends the program
 * @one_line: print it on one line, for a stream of values
 */
void json_show(json_t *value, bool one_line)
{
	if (!value || json_dumpf(value, stdout, one_line ? JSON_COMPACT : JSON_INDENT(2))) {
		fprintf(stderr, "%s: cannot make or write the JSON text\n",
			program_invocation_short_name);
		exit(EXIT_FAILURE);
	}
	putchar('\n');
	json_decref(value);
}
