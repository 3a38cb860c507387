/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts of the report, among themselves.
 *
 * Results are one JSON object:
 *
 *	environment	who measured where: kernel, date, qemu, commit
 *	measurements	the objects of the programs' lines, as they came
 *	remarks		their lines beginning with "# "
 *
 * A measurement is known by its group and name. Its figure is the median of
 * samples, or a single value.
 */
#ifndef _BENCH_REPORT_H
#define _BENCH_REPORT_H

#include <stdbool.h>
#include <jansson.h>

/* The group of functions' lengths: it explains, and is no cost by itself. */
#define GROUP_CODE	"code"

/**
 * die() - say what is wrong, and end the program
 * @format: as printf()
 */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/**
 * json_read() - read a JSON file; dies if that cannot be
 * @path: the file
 *
 * Return: what is in it.
 */
json_t *json_read(const char *path);

/**
 * json_write() - write a JSON file; dies if that cannot be
 * @json: what
 * @path: where; NULL: to standard output
 */
void json_write(const json_t *json, const char *path);

/**
 * json_text() - a member that must be a string; dies if it is none
 * @object: of which
 * @key:    its name
 *
 * Return: the text, as long as @object lives.
 */
const char *json_text(const json_t *object, const char *key);

/**
 * results_new() - results with nothing in them
 *
 * Return: them.
 */
json_t *results_new(void);

/**
 * results_add_file() - add the lines of a program; dies at one that is none
 * @results: to these
 * @path:    the file
 */
void results_add_file(json_t *results, const char *path);

/**
 * results_find() - find a measurement
 * @results: in these
 * @group:   its group
 * @name:    its name
 *
 * Return: it, the last if there are several; NULL if it was not measured.
 */
json_t *results_find(const json_t *results, const char *group, const char *name);

/**
 * measurement_figure() - what counts of a measurement
 * @measurement: from results_find()
 *
 * Return: its median, or its value.
 */
double measurement_figure(const json_t *measurement);

/**
 * results_figure() - the figure of a measurement, if there is one
 * @results: in these
 * @group:   its group
 * @name:    its name
 * @figure:  out
 *
 * Return: whether it was measured.
 */
bool results_figure(const json_t *results, const char *group, const char *name, double *figure);

/**
 * table_print() - show the measurements, group by group
 * @results: these
 */
void table_print(const json_t *results);

/**
 * targets_print() - show what was to be reached, and what was
 * @results: these
 * @targets: what is in targets.json
 */
void targets_print(const json_t *results, const json_t *targets);

/**
 * baseline_make() - keep the figures for a later comparison
 * @results: of these
 *
 * Return: the baseline.
 */
json_t *baseline_make(const json_t *results);

/**
 * baseline_check() - compare; each figure that rose or is gone is named
 * @results:  these
 * @baseline: from baseline_make()
 * @left_out: groups that are not looked at; NULL ends them
 *
 * Return: how many there are.
 */
unsigned int baseline_check(const json_t *results, const json_t *baseline, char **left_out);

/**
 * series_print() - print the columns of a plot; dies if there is no such plot
 * @results: from these
 * @plot:    its name
 *
 * Return: false if nothing of it was measured.
 */
bool series_print(const json_t *results, const char *plot);

#endif /* _BENCH_REPORT_H */
