/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The commands, their options, and what `top` consists of.
 */
#ifndef VTLIRQ_COMMAND_H
#define VTLIRQ_COMMAND_H

#include "machine.h"

/* The commands, as a set, so that an option can name those that accept it. */
enum {
	ROUTE_SHOW = 1,
	ROUTE_HOLD = 2,
	ROUTE_MOVE = 4,
	MAPPING_SHOW = 8,
	MAPPING_HOLD = 16,
	VP_SHOW = 32,
	TOP = 64,
	DOCTOR = 128,
};

/*
 * What the user asked for; the table of options says what each means. A number that was not
 * given is UNKNOWN, and a flag is 0 or 1.
 */
struct options {
	u64 json, all, batch, multicast, proxied, help;
	u64 interval_ms, reports;
	u64 count, hold_ms, rebalance_ms;
	u64 pid, route, vp, delivery, cpu, vector;
	u64 device, has_device, address, data;
	struct number_list vps;
};

/* ---- options.c ---- */

void options_parse(unsigned int command, int argc, char **argv, struct options *options);
void options_free(struct options *options);
void options_help(unsigned int command, FILE *stream);
void usage_error(const char *format, ...) __attribute__((noreturn)) __printf(1, 2);

/**
 * enum exit_status - how every command ends
 * @STATUS_OK: it did what it was asked to do
 * @STATUS_FAILED: the operation failed
 * @STATUS_USAGE: the command line was wrong; nothing was done
 */
enum exit_status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
};

/* ---- command.c, and the commands ---- */

int vtlirq_run(int argc, char **argv);

/* Each returns one of enum exit_status. */
int route_show(const struct options *options);
int route_hold(const struct options *options);
int route_move(const struct options *options);
int mapping_show(const struct options *options);
int mapping_hold(const struct options *options);
int vp_show(const struct options *options);
int top(const struct options *options);
int doctor(const struct options *options);

/* ---- sample.c, top.c, screen.c ---- */

/* A rate that two samples do not give: the route or VP is in one of them alone. */
#define RATE_UNKNOWN	(-1.0)

/**
 * enum order - which route is shown first
 * @ORDER_RATE: the one with most interrupts per second
 * @ORDER_EXITS: the one that costs most host exits
 * @ORDER_ROUTE: by process and number
 */
enum order {
	ORDER_RATE,
	ORDER_EXITS,
	ORDER_ROUTE,
};

/* What comes to a VP, per second: the counters of struct vp of these names. */
struct vp_rates {
	u64 vp;
	double redirected, proxied, blocked, entries, handled, halts, user_returns, kicks;
};

/**
 * struct sample - all counters at one moment, and their rates since the sample before
 * @when: by clock_now(), when the routes were read
 * @vps_when: when the VPs were read
 * @seconds: between the samples
 * @routes: the routes of all processes, with their rates
 * @no_routes: why they could not be read, empty if they could
 * @vps: the VPs
 * @vp_count: how many; 0 if they could not be read
 * @rates: of the VPs
 * @no_vps: why they could not be read in part or at all
 * @redirected_routes: how many of the routes are redirected
 * @redirected: interrupts per second that come redirected, in total
 * @proxied: that come proxied, each of which costs a host exit
 */
struct sample {
	u64 when;
	u64 vps_when;
	double seconds;
	struct routes routes;
	struct problem no_routes;
	struct vp *vps;
	size_t vp_count;
	struct vp_rates *rates;
	struct problem_list no_vps;
	u64 redirected_routes;
	double redirected;
	double proxied;
};

void sample_take(struct sample *sample);
void sample_compare(const struct sample *old, struct sample *new);
void sample_sort(struct sample *sample, enum order order);
void sample_free(struct sample *sample);

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

#endif /* VTLIRQ_COMMAND_H */
