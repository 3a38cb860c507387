// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The screen of "vtlirq top".
 *
 * Owns: the terminal, and which keys there are. It uses the few escape sequences that all
 * terminals of today know, since a small paravisor has no data base of terminals.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "command.h"

#define KEY_LINE	"by %s, every %g s; q quit, r rate, e exits, i route, v VPs, arrows scroll"
#define REVERSE		"\033[7m"
#define END_OF_LINE	"\033[K"
#define NORMAL		"\033[0m"
#define HOME		"\033[H"
/* The other screen, without a cursor; and back. */
#define TAKE_SCREEN	"\033[?1049h\033[?25l"
#define LEAVE_SCREEN	"\033[?25h\033[?1049l"
/* The sums stay at the top when the rest is scrolled. */
#define FIXED_LINES	3

static struct termios old_mode;
static bool is_open;

/* Takes over the terminal. Returns false, with a message, if its kind is not known. */
bool screen_open(void)
{
	const char *kind = getenv("TERM");
	struct termios mode;

	if (!kind || !*kind || !strcmp(kind, "dumb") || tcgetattr(STDIN_FILENO, &mode)) {
		note_print("this kind of terminal is not known (TERM=%s); as with --batch:",
			   kind ? kind : "");
		return false;
	}
	old_mode = mode;
	mode.c_lflag &= ~(ICANON | ECHO);
	mode.c_cc[VMIN] = 0;
	mode.c_cc[VTIME] = 0;
	/* Stopped by Ctrl-Z, or ended by Ctrl-\, it would leave the terminal as it is. */
	mode.c_cc[VSUSP] = _POSIX_VDISABLE;
	mode.c_cc[VQUIT] = _POSIX_VDISABLE;
	tcsetattr(STDIN_FILENO, TCSANOW, &mode);
	is_open = true;
	/* The terminal is restored also if memory runs out. */
	atexit(screen_close);
	fputs(TAKE_SCREEN, stdout);
	return true;
}

/* Restores the terminal. */
void screen_close(void)
{
	if (!is_open)
		return;
	is_open = false;
	fputs(LEAVE_SCREEN, stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSANOW, &old_mode);
}

static size_t count_lines(const char *text)
{
	size_t count = 0;

	while ((text = strchr(text, '\n'))) {
		text++;
		count++;
	}
	return count;
}

/* Is this the line that names the columns of a table? */
static bool is_heading(const char *line)
{
	line += strspn(line, " ");
	return !strncmp(line, "VP ", 3) || !strncmp(line, "PID ", 4);
}

void screen_draw(struct view *view)
{
	static const char * const orders[] = { "rate", "host exits", "route" };
	struct winsize size = {};
	char *text = top_text(view);
	size_t count = count_lines(text);
	char *rest = text;
	size_t lines;
	int columns;

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	/* A serial line does not know its size. Text in the last column may wrap the line. */
	lines = size.ws_row > FIXED_LINES + 2 ? size.ws_row : 24;
	columns = (size.ws_col ? size.ws_col : 80) - 1;
	if (view->first + lines > count + 2)
		view->first = count + 2 > lines ? count + 2 - lines : 0;
	view->page = lines / 2;
	fputs(HOME, stdout);
	for (size_t at = 0, y = 0; y + 2 < lines; at++) {
		char *line = rest ? strsep(&rest, "\n") : "";

		if (at >= FIXED_LINES && at < FIXED_LINES + view->first)
			continue;
		printf("%s%.*s" END_OF_LINE NORMAL "\r\n", is_heading(line) ? REVERSE : "",
		       columns, line);
		y++;
	}
	free(text);
	text = memory_format(KEY_LINE, orders[view->order], view->interval_ms / 1000.0);
	printf(END_OF_LINE "\r\n" REVERSE "%.*s" END_OF_LINE NORMAL, columns, text);
	fflush(stdout);
	free(text);
}

static void scroll_by(struct view *view, long lines)
{
	view->first = lines < 0 && view->first < (size_t)-lines ? 0 : view->first + lines;
}

/* What follows ESC and '[' or 'O'. */
static void take_sequence(struct view *view, char letter)
{
	if (letter == 'A')
		scroll_by(view, -1);
	else if (letter == 'B')
		scroll_by(view, 1);
	else if (letter == '5')
		scroll_by(view, -view->page);
	else if (letter == '6')
		scroll_by(view, view->page);
	else if (letter == 'H' || letter == '1')
		view->first = 0;
}

/* Does what the pressed keys mean. Returns false if one of them means to end. */
bool screen_take_keys(struct view *view)
{
	static const char order_keys[] = { [ORDER_RATE] = 'r', [ORDER_EXITS] = 'e',
					   [ORDER_ROUTE] = 'i' };
	char keys[64];
	ssize_t count = read(STDIN_FILENO, keys, sizeof(keys));

	for (ssize_t i = 0; i < count; i++) {
		const char *order = memchr(order_keys, keys[i], sizeof(order_keys));

		if (keys[i] == 'q' || keys[i] == 'Q')
			return false;
		if (keys[i] == '\033' && i + 2 < count)
			take_sequence(view, keys[i += 2]);
		else if (keys[i] == 'v')
			view->hides_vps = !view->hides_vps;
		else if (order)
			view->order = order - order_keys;
	}
	return true;
}
