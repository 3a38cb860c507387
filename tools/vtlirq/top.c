// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vtlirq top: interrupts per second, for each route and each VP.
 *
 * Owns: the sentences and columns, for the screen, plain text and JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "command.h"

#define VP(heading, key, member)	COLUMN(heading, key, RATE, struct vp_rates, member)

static const struct column vp_members[] = {
	COLUMN("VP", "vp", NUMBER, struct vp_rates, vp),
	VP("REDIRECTED/s", "redirected_rate", redirected),
	VP("PROXIED/s", "proxied_rate", proxied),
	VP("BLOCKED/s", "blocked_rate", blocked),
	VP("ENTRIES/s", "entries_rate", entries),
	VP("HANDLED/s", "handled_rate", handled),
	VP("HALTS/s", "halts_rate", halts),
	VP("RETURNS/s", "user_returns_rate", user_returns),
	VP("KICKS/s", "kicks_rate", kicks),
};

static const struct columns vp_rate_columns = COLUMNS(vp_members, struct vp_rates);

#define ROUTE(heading, key, kind, member)	COLUMN(heading, key, kind, struct route, member)

static const struct column route_members[] = {
	ROUTE("PID", "pid", NUMBER, pid),
	ROUTE("ROUTE", "route", NUMBER, state.id),
	ROUTE("DEVICE", NULL, TEXT, label),
	ROUTE(NULL, "device_id", HEX_TEXT, state.interrupt.device_id),
	ROUTE(NULL, "name", TEXT, state.name),
	ROUTE("VECTOR", "proxy_vector", HEX, state.vector),
	ROUTE("VP", NULL, TEXT, vp_text),
	ROUTE(NULL, "vp", NUMBER, state.vp),
	ROUTE("DELIVERY", "delivery", STRING, delivery),
	ROUTE("REDIRECTED/s", "redirected_rate", RATE, redirected_rate),
	ROUTE("PROXIED/s", "proxied_rate", RATE, proxied_rate),
	ROUTE("MOVES", "moves", NUMBER, state.moves),
	ROUTE(NULL, "reason", STRING, reason),
	ROUTE("REASON", NULL, TEXT, reason_text),
};

static const struct columns route_rate_columns = COLUMNS(route_members, struct route);

static const struct column sum_members[] = {
	COLUMN(NULL, "seconds", RATE, struct sample, seconds),
	COLUMN(NULL, "redirected_rate", RATE, struct sample, redirected),
	COLUMN(NULL, "proxied_rate", RATE, struct sample, proxied),
	COLUMN(NULL, "processes", NUMBER, struct sample, routes.process_count),
	COLUMN(NULL, "routes", NUMBER, struct sample, routes.count),
	COLUMN(NULL, "redirected_routes", NUMBER, struct sample, redirected_routes),
};

static const struct columns sum_columns = COLUMNS(sum_members, struct sample);

static void print_sums(FILE *stream, const struct sample *sample)
{
	size_t routes = sample->routes.count;
	size_t processes = sample->routes.process_count;

	fprintf(stream, "%zu process%s, %zu route%s: %llu redirected, %llu proxied\n",
		processes, processes == 1 ? "" : "es", routes, plural(routes),
		sample->redirected_routes, routes - sample->redirected_routes);
	fprintf(stream, "interrupts/s: %.1f redirected, %.1f proxied; host exits/s: %.1f\n\n",
		sample->redirected, sample->proxied, sample->proxied);
}

static void print_vps(FILE *stream, const struct sample *sample)
{
	const struct problem_list *why = &sample->no_vps;

	if (sample->vp_count)
		table_print(stream, &vp_rate_columns, sample->rates, sample->vp_count, false);
	else if (why->count)
		fprintf(stream, "no VPs: %s; %s\n", why->problems[why->count - 1].what,
			why->problems[why->count - 1].next);
	fputc('\n', stream);
}

static void print_routes(FILE *stream, const struct sample *sample)
{
	const struct routes *routes = &sample->routes;
	const struct problem *why = routes->silent.count ? routes->silent.problems
							 : &sample->no_routes;

	if (routes->count)
		table_print(stream, &route_rate_columns, routes->all, routes->count, false);
	else if (*why->what)
		fprintf(stream, "no routes: %s; %s\n", why->what, why->next);
	else if (routes->process_count)
		fprintf(stream, "no routes: the processes that publish have none now\n");
	else
		fprintf(stream, "no routes: no process publishes any in %s\n",
			path_of(PUBLICATIONS));
}

/* The newest sample as text. The caller frees it. */
char *top_text(struct view *view)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return memory_format("%s", "");
	sample_sort(&view->new, view->order);
	print_sums(stream, &view->new);
	if (!view->hides_vps)
		print_vps(stream, &view->new);
	print_routes(stream, &view->new);
	fclose(stream);
	return text;
}

static void print_text(struct view *view)
{
	time_t now = time(NULL);
	char *text = top_text(view);
	char when[64] = "";
	struct tm parts;

	if (localtime_r(&now, &parts))
		strftime(when, sizeof(when), "%F %T", &parts);
	printf("%s  %s", when, text);
	free(text);
	problem_list_print(&view->new.routes.silent);
}

static void problems_add(struct problem_list *all, const struct problem_list *some)
{
	for (size_t i = 0; i < some->count; i++)
		*problem_list_add(all) = some->problems[i];
}

/* All that could not be read. */
static void sample_problems_json(const struct sample *sample)
{
	struct problem_list all = {};

	problems_add(&all, &sample->no_vps);
	if (*sample->no_routes.what)
		*problem_list_add(&all) = sample->no_routes;
	problems_add(&all, &sample->routes.silent);
	problems_json(&all);
	problem_list_free(&all);
}

static void print_json(const struct sample *sample)
{
	json_open(NULL, '{');
	row_json("summary", &sum_columns, sample);
	table_json("vps", &vp_rate_columns, sample->rates, sample->vp_count);
	table_json("routes", &route_rate_columns, sample->routes.all, sample->routes.count);
	sample_problems_json(sample);
	json_end();
}

static void sample_again(struct view *view)
{
	sample_free(&view->old);
	view->old = view->new;
	sample_take(&view->new);
	sample_compare(&view->old, &view->new);
}

static u64 next_time(const struct view *view)
{
	return view->new.when + view->interval_ms * NANOSECONDS_PER_MS;
}

static void run_batch(const struct options *options, struct view *view)
{
	for (u64 done = 0; done < options->reports && !ferror(stdout); done++) {
		if (stop_wait_until(next_time(view)))
			return;
		sample_again(view);
		if (done && !options->json)
			putchar('\n');
		if (options->json)
			print_json(&view->new);
		else
			print_text(view);
		fflush(stdout);
	}
}

/* Until a key or a signal ends it. */
static void run_screen(const struct options *options, struct view *view)
{
	u64 reports = options->reports;
	int number;

	/* No rate is known before the second sample. */
	sample_compare(&view->old, &view->new);
	for (;;) {
		screen_draw(view);
		if (!reports)
			return;
		number = stop_wait_input(next_time(view), STDIN_FILENO);
		if (number > 0 || !screen_take_keys(view))
			return;
		if (number)
			continue;
		sample_again(view);
		reports--;
	}
}

static bool has_terminal(const struct options *options)
{
	return !options->batch && !options->json && isatty(STDOUT_FILENO) &&
	       isatty(STDIN_FILENO) && screen_open();
}

/* The command "top". Fails if there is neither a VP nor a process to show. */
int top(const struct options *options)
{
	struct view view = {
		.interval_ms = options->interval_ms == UNKNOWN ? 1000 : options->interval_ms,
	};
	int status = STATUS_OK;

	stop_prepare();
	sample_take(&view.new);
	if (has_terminal(options)) {
		run_screen(options, &view);
		screen_close();
	} else {
		run_batch(options, &view);
		if (!view.new.vp_count && !view.new.routes.process_count)
			status = STATUS_FAILED;
	}
	sample_free(&view.new);
	sample_free(&view.old);
	return status;
}
