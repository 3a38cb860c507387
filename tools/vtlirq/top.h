/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_TOP_H
#define VTLIRQ_TOP_H

#include <stdbool.h>

#include "sample.h"

/* What is shown: two samples, and how the user wants to see them. */
struct view {
	struct sample old;
	struct sample new;
	u64 interval_ms;
	enum order order;
	bool hides_vps;
	/* Lines that are scrolled out at the top, and that a page has. */
	size_t first;
	long page;
};

char *top_text(struct view *view);

bool screen_open(void);
void screen_close(void);
void screen_draw(struct view *view);
bool screen_take_keys(struct view *view);

#endif /* VTLIRQ_TOP_H */
