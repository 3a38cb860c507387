// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The state that the driver shows in debugfs.
 *
 * Owns: the names of the files and of their columns.
 * Knows nothing of how they are printed. The files are read one after the other
 * while the driver runs, so that sums of one may not match rows of another.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver_state.h"
#include "number.h"
#include "paths.h"

static const struct field mapping_fields[] = {
	{ "cpu", FIELD_NUMBER, offsetof(struct mapping, cpu) },
	{ "hardware_id", FIELD_IDENTIFIER, offsetof(struct mapping, apic_id) },
	{ "vector", FIELD_NUMBER, offsetof(struct mapping, vector) },
	{ "proxy_vector", FIELD_NUMBER, offsetof(struct mapping, proxy_vector) },
	{ "state", FIELD_WORD, offsetof(struct mapping, state) },
	{ "references", FIELD_NUMBER, offsetof(struct mapping, references) },
	{ "relayed", FIELD_NUMBER, offsetof(struct mapping, relayed) },
	{ "blocked", FIELD_NUMBER, offsetof(struct mapping, blocked) },
	{ "late", FIELD_NUMBER, offsetof(struct mapping, late) },
	{ "age_ms", FIELD_NUMBER, offsetof(struct mapping, age_ms) },
};

static const struct field cpu_fields[] = {
	{ "cpu", FIELD_NUMBER, offsetof(struct cpu_state, cpu) },
	{ "hardware_id", FIELD_IDENTIFIER, offsetof(struct cpu_state, apic_id) },
	{ "online", FIELD_NUMBER, offsetof(struct cpu_state, online) },
	{ "mapped", FIELD_NUMBER, offsetof(struct cpu_state, mapped) },
	{ "quarantined", FIELD_NUMBER, offsetof(struct cpu_state, quarantined) },
	{ "free", FIELD_NUMBER, offsetof(struct cpu_state, free) },
	{ "quota", FIELD_NUMBER, offsetof(struct cpu_state, quota) },
	{ "relayed", FIELD_NUMBER, offsetof(struct cpu_state, relayed) },
	{ "blocked", FIELD_NUMBER, offsetof(struct cpu_state, blocked) },
	{ "unmapped", FIELD_NUMBER, offsetof(struct cpu_state, unmapped) },
};

static const struct field vp_fields[] = {
	{ "cpu", FIELD_NUMBER, offsetof(struct vp_state, vp) },
	{ "entries", FIELD_NUMBER, offsetof(struct vp_state, entries) },
	{ "handled", FIELD_NUMBER, offsetof(struct vp_state, handled) },
	{ "halts", FIELD_NUMBER, offsetof(struct vp_state, halts) },
	{ "user_returns", FIELD_NUMBER, offsetof(struct vp_state, user_returns) },
	{ "kicks", FIELD_NUMBER, offsetof(struct vp_state, kicks) },
};

static const struct sheet_form mapping_form = {
	mapping_fields, ARRAY_SIZE(mapping_fields), sizeof(struct mapping)
};

static const struct sheet_form cpu_form = {
	cpu_fields, ARRAY_SIZE(cpu_fields), sizeof(struct cpu_state)
};

static const struct sheet_form vp_form = {
	vp_fields, ARRAY_SIZE(vp_fields), sizeof(struct vp_state)
};

static int read_state_file(const char *file, char **path, char **text, struct problem *problem)
{
	int error;

	*path = memory_format("%s/%s", path_of_debugfs(), file);
	if (file_read(*path, text, &error)) {
		explain_debugfs(*path, error, problem);
		free(*path);
		return -error;
	}
	return 0;
}

static int read_rows(const char *file, const struct sheet_form *form, void **rows,
		     size_t *count, struct problem *problem)
{
	char *path;
	char *text;
	int error = read_state_file(file, &path, &text, problem);

	if (error)
		return error;
	error = sheet_read(path, text, form, rows, count, problem);
	free(text);
	free(path);
	return error;
}

static int by_cpu_and_vector(const void *left, const void *right)
{
	const struct mapping *a = left;
	const struct mapping *b = right;

	if (a->cpu != b->cpu)
		return a->cpu < b->cpu ? -1 : 1;
	return (a->vector > b->vector) - (a->vector < b->vector);
}

/**
 * driver_state_mappings() - read all mappings, the quarantined ones as well
 * @mappings: the array, sorted by CPU and hardware vector, to be given to free()
 * @count: how many
 * @problem: what is said if it fails
 *
 * Return: 0, or a negative errno; nothing to free then.
 */
int driver_state_mappings(struct mapping **mappings, size_t *count, struct problem *problem)
{
	void *rows;
	int error = read_rows("mappings", &mapping_form, &rows, count, problem);

	if (error)
		return error;
	*mappings = rows;
	if (*count)
		qsort(rows, *count, sizeof(struct mapping), by_cpu_and_vector);
	return 0;
}

/**
 * driver_state_cpus() - read what the driver says about each possible CPU
 * @cpus: the array, to be given to free()
 * @count: how many
 * @problem: what is said if it fails
 *
 * Return: 0, or a negative errno; nothing to free then.
 */
int driver_state_cpus(struct cpu_state **cpus, size_t *count, struct problem *problem)
{
	void *rows;
	int error = read_rows("cpus", &cpu_form, &rows, count, problem);

	if (!error)
		*cpus = rows;
	return error;
}

/**
 * driver_state_vps() - read how often each possible VP entered VTL0
 * @vps: the array, to be given to free()
 * @count: how many
 * @problem: what is said if it fails
 *
 * Return: 0, or a negative errno; nothing to free then.
 */
int driver_state_vps(struct vp_state **vps, size_t *count, struct problem *problem)
{
	void *rows;
	int error = read_rows("vps", &vp_form, &rows, count, problem);

	if (!error)
		*vps = rows;
	return error;
}

/* Finds "name value" on a line of its own. */
static int find_total(const char *text, const char *name, u64 *value)
{
	size_t length = strlen(name);
	const char *line;

	for (line = text; line; line = strchr(line, '\n')) {
		char word[WORD_SIZE * 2];

		line += *line == '\n';
		if (strncmp(line, name, length) || line[length] != ' ')
			continue;
		if (sscanf(line + length, " %31s", word) == 1 && !number_parse(word, value))
			return 0;
	}
	return -EBADMSG;
}

/**
 * driver_state_totals() - read the driver's sums
 * @totals: where they go
 * @problem: what is said if it fails
 *
 * Return: 0, or a negative errno.
 */
int driver_state_totals(struct totals *totals, struct problem *problem)
{
	const struct {
		const char *name;
		u64 *value;
	} wanted[] = {
		{ "mappings", &totals->mappings },
		{ "quarantined", &totals->quarantined },
		{ "relayed", &totals->relayed },
		{ "blocked", &totals->blocked },
		{ "unmapped", &totals->unmapped },
	};
	char *path;
	char *text;
	int error = read_state_file("totals", &path, &text, problem);

	if (error)
		return error;
	for (size_t i = 0; !error && i < ARRAY_SIZE(wanted); i++) {
		error = find_total(text, wanted[i].name, wanted[i].value);
		if (error) {
			problem_what(problem, "%s: no number is given for %s", path,
				     wanted[i].name);
			problem_next(problem, "use vtlirq and the driver of the same release");
		}
	}
	free(text);
	free(path);
	return error;
}

/**
 * mapping_is_live() - does this mapping relay interrupts?
 * @mapping: the mapping
 *
 * Return: false if its vector was given back and is only kept aside.
 */
bool mapping_is_live(const struct mapping *mapping)
{
	return !strcmp(mapping->state, "mapped");
}
