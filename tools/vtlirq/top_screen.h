/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_TOP_SCREEN_H
#define VTLIRQ_TOP_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "top_rates.h"

/**
 * struct view - what is on the screen
 * @sample: the newest
 * @rates: since the one before, in the order that the user chose
 * @seconds: between two samples
 * @order: which order that is
 * @hides_vps: the user wants to see routes alone
 * @first: how many routes were scrolled past
 */
struct view {
	const struct sample *sample;
	struct rates *rates;
	double seconds;
	enum top_order order;
	bool hides_vps;
	size_t first;
};

bool screen_open(void);
void screen_close(void);
void screen_draw(struct view *view);
bool screen_take_keys(struct view *view);

#endif /* VTLIRQ_TOP_SCREEN_H */
