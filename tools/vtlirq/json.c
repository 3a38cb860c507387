// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The driver's state and the state of routes as JSON.
 *
 * Owns: the names of the keys, which the man pages promise: what has been given
 * out stays; new keys may be added.
 * Knows nothing of where the state is from.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "json.h"
#include "route_words.h"

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
 * json_problems() - problems, or notes
 * @list: the problems
 *
 * Return: the JSON array, or NULL without memory.
 */
json_t *json_problems(const struct problem_list *list)
{
	json_t *problems = json_array();

	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(problems,
				      json_pack("{s:s,s:s}", "what", list->problems[i].what,
						"next", list->problems[i].next));
	return problems;
}

/**
 * json_summary() - what a context can do, and has done
 * @summary: of the context
 *
 * Return: the JSON object, or NULL without memory.
 */
json_t *json_summary(const struct vtlirq_summary *summary)
{
	return json_pack("{s:b,s:b,s:b,s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
			 "driver_redirects", summary->driver_redirects != 0,
			 "host_redirects", summary->host_redirects != 0,
			 "disabled", summary->disabled != 0,
			 "policy", summary->policy != 0,
			 "quota", json_number(summary->quota),
			 "routes", json_number(summary->routes),
			 "redirected", json_number(summary->redirected),
			 "map_calls", json_number(summary->map_calls),
			 "retarget_calls", json_number(summary->retarget_calls),
			 "refusals", json_number(summary->refusals),
			 "refusals_saved", json_number(summary->refusals_saved),
			 "promotions", json_number(summary->promotions),
			 "demotions", json_number(summary->demotions),
			 "moves", json_number(summary->moves));
}

/* A device id has 64 bits; JSON readers hold a number in fewer. */
static json_t *json_interrupt(const struct vtlirq_interrupt *interrupt)
{
	char device[32];

	snprintf(device, sizeof(device), "0x%" PRIx64, interrupt->device_id);
	return json_pack("{s:s,s:o,s:o}", "device_id", device,
			 "address", json_number(interrupt->address),
			 "data", json_number(interrupt->data));
}

static json_t *json_why(const struct vtlirq_route_state *route)
{
	struct problem why;

	if (route->reason == VTLIRQ_REASON_NONE)
		return json_null();
	route_explain(route, &why);
	return json_pack("{s:s,s:o,s:s,s:o,s:s,s:s}",
			 "name", route_reason_word(route),
			 "status", json_number(route->status),
			 "status_name", vtlirq_hv_status_name(route->status),
			 "error", json_number(route->error),
			 "what", why.what,
			 "next", why.next);
}

/**
 * json_route() - what a route is doing
 * @route: the route
 *
 * Return: the JSON object, or NULL without memory.
 */
json_t *json_route(const struct vtlirq_route_state *route)
{
	bool is_redirected = route->delivery == VTLIRQ_REDIRECTED;

	return json_pack("{s:o,s:s?,s:o,s:o,s:o,s:o,s:b,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
			 "route", json_number(route->id),
			 "name", *route->name ? route->name : NULL,
			 "interrupt", json_interrupt(&route->interrupt),
			 "proxy_vector", json_number(route->vector),
			 "vp", json_number(route->vp),
			 "vps", json_number(route->vps),
			 "multicast", route->multicast != 0,
			 "way", vtlirq_delivery_name(route->delivery),
			 "hardware_vector",
			 is_redirected ? json_number(route->hardware_vector) : json_null(),
			 "reason", json_why(route),
			 "redirected", json_number(route->redirected),
			 "proxied", json_number(route->proxied),
			 "rate", json_number(route->rate),
			 "moves", json_number(route->moves),
			 "promotions", json_number(route->promotions),
			 "demotions", json_number(route->demotions),
			 "age_ms", json_number(route->age_ms));
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
