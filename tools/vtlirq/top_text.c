// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What "vtlirq top" says, on a screen and in a file: sentences and tables.
 *
 * Owns: these. Knows nothing of where they are put.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "paths.h"
#include "route_words.h"
#include "top_text.h"

static char *rate_format(double rate)
{
	if (rate < 0)
		return memory_format("-");
	return memory_format(rate < 99.95 ? "%.1f" : "%.0f", rate);
}

static void add_names(struct table *table, const char * const names[], size_t count)
{
	table->width = count;
	for (size_t i = 0; i < count; i++)
		table_cell(table, "%s", names[i]);
}

/**
 * top_heading() - the sums
 * @rates: of what
 *
 * Return: two lines, to be given to free().
 */
char *top_heading(const struct rates *rates)
{
	char *redirected = rate_format(rates->redirected);
	char *proxied = rate_format(rates->proxied);
	char *text;

	text = memory_format("%zu process%s, %zu route%s: %zu redirected, %zu proxied\n"
			     "interrupts/s: %s redirected, %s proxied; host exits/s: %s",
			     rates->processes, rates->processes == 1 ? "" : "es",
			     rates->route_count, plural(rates->route_count),
			     rates->redirected_routes,
			     rates->route_count - rates->redirected_routes,
			     redirected, proxied, proxied);
	free(proxied);
	free(redirected);
	return text;
}

/**
 * top_vp_table() - a row for each VP
 * @rates: of what
 * @table: the table, all zero at first
 */
void top_vp_table(const struct rates *rates, struct table *table)
{
	static const char * const names[] = {
		"VP", "REDIRECTED/s", "PROXIED/s", "BLOCKED/s", "ENTRIES/s", "HANDLED/s",
		"HALTS/s", "RETURNS/s", "KICKS/s"
	};

	add_names(table, names, ARRAY_SIZE(names));
	for (size_t i = 0; i < rates->vp_count; i++) {
		const struct vp_rates *vp = &rates->vps[i];

		table_cell(table, "%llu", vp->vp);
		table_take(table, rate_format(vp->redirected));
		table_take(table, rate_format(vp->proxied));
		table_take(table, rate_format(vp->blocked));
		table_take(table, rate_format(vp->entries));
		table_take(table, rate_format(vp->handled));
		table_take(table, rate_format(vp->halts));
		table_take(table, rate_format(vp->user_returns));
		table_take(table, rate_format(vp->kicks));
	}
}

/**
 * top_route_table() - a row for each route
 * @rates: of what
 * @table: the table, all zero at first
 */
void top_route_table(const struct rates *rates, struct table *table)
{
	static const char * const names[] = {
		"PID", "ROUTE", "DEVICE", "VECTOR", "VP", "WAY", "REDIRECTED/s", "PROXIED/s",
		"MOVES", "REASON"
	};

	add_names(table, names, ARRAY_SIZE(names));
	table->has_words_last = true;
	for (size_t i = 0; i < rates->route_count; i++) {
		const struct route_rates *route = &rates->routes[i];

		table_cell(table, "%d", route->pid);
		table_cell(table, "%" PRIu64, route->state.id);
		table_take(table, route_device_cell(&route->state));
		table_cell(table, "0x%02x", route->state.vector);
		table_take(table, route_vp_cell(&route->state));
		table_cell(table, "%s", vtlirq_delivery_name(route->state.delivery));
		table_take(table, rate_format(route->redirected));
		table_take(table, rate_format(route->proxied));
		table_cell(table, "%" PRIu64, route->state.moves);
		table_take(table, route_reason_cell(&route->state));
	}
}

/**
 * top_no_vps() - why there is no row for a VP
 * @sample: without VPs
 *
 * Return: a sentence, to be given to free().
 */
char *top_no_vps(const struct sample *sample)
{
	return memory_format("no VPs: %s; %s", sample->vps_missing.what,
			     sample->vps_missing.next);
}

/**
 * top_no_routes() - why there is no row for a route
 * @sample: without routes
 *
 * Return: a sentence, to be given to free().
 */
char *top_no_routes(const struct sample *sample)
{
	if (!sample->has_peers)
		return memory_format("no routes: %s; %s", sample->peers_missing.what,
				     sample->peers_missing.next);
	if (sample->peers.silent.count)
		return memory_format("no routes: %s; %s", sample->peers.silent.problems[0].what,
				     sample->peers.silent.problems[0].next);
	if (sample->peers.count)
		return memory_format("no routes: the processes that publish have none now");
	return memory_format("no routes: no process publishes any in %s", path_of_publications());
}
