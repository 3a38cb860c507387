// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The terminal of "vtlirq top", by ncurses.
 *
 * Owns: the layout, which keys there are and what each does to the view.
 * Knows nothing of where the figures are from, nor of when they are drawn anew.
 */
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "top_screen.h"
#include "top_text.h"

#define KEY_LINE \
	"q quit  r rate  e exits  i route  v VPs  arrows, PgUp, PgDn, Home scroll"
/* Of the lines of a screen, VPs get no more than this part. */
#define VP_PART		3

static SCREEN *screen;

/**
 * struct pane - where the next line goes
 * @y: its line
 * @end: the line after the last one
 */
struct pane {
	int y;
	int end;
};

/**
 * screen_open() - take the terminal
 *
 * Return: false if its kind is not known, and nothing was done.
 */
bool screen_open(void)
{
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return false;
	/* The terminal is given back also where memory runs out. */
	atexit(screen_close);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	return true;
}

/**
 * screen_close() - give the terminal back, as it was
 */
void screen_close(void)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
}

static void draw_line(struct pane *pane, attr_t look, const char *text)
{
	if (pane->y >= pane->end)
		return;
	attrset(look);
	mvaddnstr(pane->y, 0, text, COLS);
	/* The look of a heading reaches the right edge. */
	if (look & A_REVERSE)
		mvchgat(pane->y, 0, -1, look, 0, NULL);
	attrset(A_NORMAL);
	pane->y++;
}

/* Draws the lines of a text, the first one as a heading, and leaves @skip rows out. */
static void draw_text(struct pane *pane, char *text, attr_t look, size_t skip)
{
	char *line = strsep(&text, "\n");

	draw_line(pane, look, line);
	while ((line = strsep(&text, "\n"))) {
		if (skip) {
			skip--;
			continue;
		}
		if (*line || text)
			draw_line(pane, A_NORMAL, line);
	}
}

static void draw_table(struct pane *pane, const struct table *table, size_t skip)
{
	size_t size;
	char *text;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return;
	table_print(table, stream);
	if (!fclose(stream))
		draw_text(pane, text, A_REVERSE, skip);
	free(text);
}

static void draw_heading(struct pane *pane, const struct view *view)
{
	static const char * const orders[] = {
		[ORDER_RATE] = "rate", [ORDER_EXITS] = "host exits", [ORDER_ROUTE] = "route",
	};
	char *sums = top_heading(view->rates);
	char *text = memory_format("vtlirq top: %s\nroutes by %s, every %g s", sums,
				   orders[view->order], view->seconds);

	draw_text(pane, text, A_BOLD, 0);
	free(text);
	free(sums);
	for (size_t i = 0; i < view->sample->peers.silent.count; i++)
		draw_line(pane, A_BOLD, view->sample->peers.silent.problems[i].what);
}

/* VPs that do not fit are told of, not left out in silence. */
static void draw_vps(struct pane *pane, const struct view *view)
{
	int limit = pane->y + 1 + pane->end / VP_PART;
	struct pane part = { pane->y, limit < pane->end ? limit : pane->end };
	size_t rows = view->rates->vp_count;
	struct table table = {};
	char *text;

	if (view->hides_vps)
		return;
	if (!view->sample->has_vps) {
		text = top_no_vps(view->sample);
		draw_line(pane, A_NORMAL, text);
		free(text);
	} else {
		top_vp_table(view->rates, &table);
		draw_table(&part, &table, 0);
		table_free(&table);
		if (pane->y + 1 + rows > (size_t)part.end && part.end > pane->y) {
			text = memory_format("[%zu VPs in all; vtlirq top --batch has them]", rows);
			mvaddnstr(part.end - 1, 0, text, COLS);
			clrtoeol();
			free(text);
		}
		pane->y = part.y;
	}
	pane->y++;
}

/* Scrolling ends where the last route is seen. */
static void limit_scrolling(struct view *view, const struct pane *pane)
{
	size_t rows = pane->end > pane->y + 1 ? pane->end - pane->y - 1 : 1;
	size_t count = view->rates->route_count;
	size_t last = count > rows ? count - rows : 0;

	if (view->first > last)
		view->first = last;
}

static void draw_routes(struct pane *pane, struct view *view)
{
	struct table table = {};
	char *text;

	if (!view->rates->route_count) {
		text = top_no_routes(view->sample);
		draw_line(pane, A_NORMAL, text);
		free(text);
		return;
	}
	limit_scrolling(view, pane);
	top_route_table(view->rates, &table);
	draw_table(pane, &table, view->first);
	table_free(&table);
}

/**
 * screen_draw() - show everything
 * @view: what; its routes are sorted, and its scrolling is kept within bounds
 */
void screen_draw(struct view *view)
{
	struct pane pane = { 0, LINES - 1 };
	struct pane bottom = { LINES - 1, LINES };

	rates_sort(view->rates, view->order);
	erase();
	draw_heading(&pane, view);
	draw_vps(&pane, view);
	draw_routes(&pane, view);
	draw_line(&bottom, A_REVERSE, KEY_LINE);
	refresh();
}

static void scroll_by(struct view *view, long rows)
{
	if (rows < 0 && view->first < (size_t)-rows)
		view->first = 0;
	else
		view->first += rows;
}

static void sort_by(struct view *view, enum top_order order)
{
	view->order = order;
	view->first = 0;
}

/* Returns false if the key means to end. */
static bool take_key(struct view *view, int key)
{
	switch (key) {
	case 'q':
	case 'Q':
		return false;
	case 'r':
		sort_by(view, ORDER_RATE);
		break;
	case 'e':
		sort_by(view, ORDER_EXITS);
		break;
	case 'i':
		sort_by(view, ORDER_ROUTE);
		break;
	case 'v':
		view->hides_vps = !view->hides_vps;
		break;
	case KEY_UP:
		scroll_by(view, -1);
		break;
	case KEY_DOWN:
		scroll_by(view, 1);
		break;
	case KEY_PPAGE:
		scroll_by(view, -LINES / 2);
		break;
	case KEY_NPAGE:
		scroll_by(view, LINES / 2);
		break;
	case KEY_HOME:
		view->first = 0;
		break;
	}
	return true;
}

/**
 * screen_take_keys() - do what the keys that were pressed mean
 * @view: what is on the screen, changed
 *
 * Return: false if one of them means to end.
 */
bool screen_take_keys(struct view *view)
{
	int key;

	while ((key = getch()) != ERR) {
		if (!take_key(view, key))
			return false;
	}
	return true;
}
