// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The driver's state: its mappings, and what it counts for each VP.
 *
 * Owns: reading the files in debugfs, and their columns. The first line of a file names its
 * columns; those that are not known here are skipped, so that a newer driver may add some.
 * The files are read one after the other while the driver runs, so that the sums of one may
 * not match the rows of another.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine.h"

#define BLANKS		" \t\r"
#define CELLS_MAX	64

#define MAPPING(heading, key, kind, member, from, ...) \
	COLUMN(heading, key, kind, struct mapping, member, .source = (from), ##__VA_ARGS__)

static const struct column mapping_members[] = {
	MAPPING("CPU", "cpu", NUMBER, cpu, "*/cpu"),
	MAPPING("APIC-ID", "apic_id", NUMBER, apic_id, "*/hardware_id"),
	MAPPING("HARDWARE", "hardware_vector", HEX, hardware_vector, "*/vector"),
	MAPPING("PROXY", "proxy_vector", HEX, proxy_vector, "*/proxy_vector"),
	MAPPING("STATE", "state", TEXT, state, "*/state", .show = ON_REQUEST),
	MAPPING("REFERENCES", "references", NUMBER, references, "*/references"),
	MAPPING("RELAYED", "relayed", NUMBER, relayed, "*/relayed"),
	MAPPING("BLOCKED", "blocked", NUMBER, blocked, "*/blocked"),
	MAPPING("LATE", "late", NUMBER, late, "*/late", .show = ON_REQUEST),
	MAPPING("AGE", "age_ms", AGE, age_ms, "*/age_ms"),
};

const struct columns mapping_columns = COLUMNS(mapping_members, struct mapping);

#define VP(heading, key, kind, member, ...) \
	COLUMN(heading, key, kind, struct vp, member, ##__VA_ARGS__)

static const struct column vp_members[] = {
	VP("VP", "vp", NUMBER, vp, .source = "*/cpu"),
	VP("APIC-ID", "apic_id", NUMBER, apic_id, .source = "cpus/hardware_id"),
	VP("ONLINE", "online", FLAG, online, .source = "cpus/online"),
	VP("MAPPED", "mapped", NUMBER, mapped, .source = "cpus/mapped"),
	VP("QUARANTINED", "quarantined", NUMBER, quarantined, .source = "cpus/quarantined"),
	VP("FREE", "free", NUMBER, free, .source = "cpus/free"),
	VP("QUOTA", "quota", LIMIT, quota, .source = "cpus/quota"),
	VP("REDIRECTED", "redirected", NUMBER, redirected, .source = "cpus/relayed"),
	VP("PROXIED", "proxied", NUMBER, proxied),
	VP("BLOCKED", "blocked", NUMBER, blocked, .source = "cpus/blocked"),
	VP("UNMAPPED", "unmapped", NUMBER, unmapped, .source = "cpus/unmapped"),
	VP("MERGED", "merged", NUMBER, merged, .source = "vps/merged"),
	VP("ENTRIES", "entries", NUMBER, entries, .source = "vps/entries"),
	VP("HANDLED", "handled", NUMBER, handled, .source = "vps/handled"),
	VP("HALTS", "halts", NUMBER, halts, .source = "vps/halts"),
	VP("RETURNS", "user_returns", NUMBER, user_returns, .source = "vps/user_returns"),
	VP("KICKS", "kicks", NUMBER, kicks, .source = "vps/kicks"),
};

const struct columns vp_columns = COLUMNS(vp_members, struct vp);

/* ---- a file of debugfs ---- */

/**
 * struct reading - a file that is being read
 * @file: its name
 * @path: its path
 * @line: number of the line, from 1
 * @columns: which members the file's columns are read into
 * @width: how many columns the file has
 * @at: for each of @columns, which column of the file that is, or -1
 * @problem: receives a message
 */
struct reading {
	const char *file;
	const char *path;
	size_t line;
	const struct columns *columns;
	size_t width;
	int at[COLUMNS_MAX];
	struct problem *problem;
};

static int malformed(struct reading *reading, const char *why, const char *detail)
{
	problem_what(reading->problem, "%s, line %zu: %s%s", reading->path, reading->line, why,
		     detail);
	problem_next(reading->problem,
		     "use vtlirq and the driver of the same release, or report it");
	return -EBADMSG;
}

/* Cuts a line into words, in place. Returns how many there are. */
static size_t split(char *line, char *words[CELLS_MAX])
{
	size_t count = 0;
	char *rest = NULL;
	char *word;

	for (word = strtok_r(line, BLANKS, &rest); word; word = strtok_r(NULL, BLANKS, &rest)) {
		if (count < CELLS_MAX)
			words[count] = word;
		count++;
	}
	return count;
}

/* The name of a column in this file, or NULL if it is not from there. */
static const char *source_in(const struct reading *reading, const struct column *column)
{
	const char *slash = column->source ? strchr(column->source, '/') : NULL;
	size_t length = slash ? (size_t)(slash - column->source) : 0;

	if (!slash)
		return NULL;
	if (column->source[0] != '*' && (strlen(reading->file) != length ||
					 memcmp(column->source, reading->file, length)))
		return NULL;
	return slash + 1;
}

static int read_names(struct reading *reading, char *line)
{
	char *names[CELLS_MAX];

	reading->width = split(line, names);
	if (!reading->width || reading->width > CELLS_MAX)
		return malformed(reading, "the line that names the columns is expected", "");
	for (size_t i = 0; i < reading->columns->count; i++) {
		const char *name = source_in(reading, &reading->columns->all[i]);

		reading->at[i] = -1;
		for (size_t j = 0; name && j < reading->width; j++) {
			if (!strcmp(names[j], name))
				reading->at[i] = j;
		}
		if (name && reading->at[i] < 0)
			return malformed(reading, "no column is named ", name);
	}
	return 0;
}

static int read_cell(struct reading *reading, const struct column *column, const char *cell,
		     void *row)
{
	void *member = (char *)row + column->offset;

	if (column->kind == TEXT) {
		if (strlen(cell) >= column->size)
			return malformed(reading, "the word is too long: ", cell);
		memcpy(member, cell, strlen(cell) + 1);
		return 0;
	}
	if (!strcmp(cell, "-") || !number_parse(cell, member))
		return 0;
	problem_what(reading->problem, "%s, line %zu: column %s holds '%s', not a number",
		     reading->path, reading->line, source_in(reading, column), cell);
	problem_next(reading->problem, "report it: it is an error of the driver");
	return -EBADMSG;
}

static int read_row(struct reading *reading, char *line, void *row)
{
	char *cells[CELLS_MAX];
	int error = 0;

	if (split(line, cells) != reading->width)
		return malformed(reading, "the number of columns differs from the first line's",
				 "");
	/* What this file does not have is UNKNOWN. */
	memset(row, 0xff, reading->columns->row_size);
	for (size_t i = 0; !error && i < reading->columns->count; i++) {
		if (reading->at[i] >= 0)
			error = read_cell(reading, &reading->columns->all[i],
					  cells[reading->at[i]], row);
	}
	return error;
}

static int read_text(struct reading *reading, char *text, char **rows, size_t *count)
{
	size_t size = reading->columns->row_size;
	int error = read_names(reading, strsep(&text, "\n"));
	char *line;

	while (!error && (line = strsep(&text, "\n"))) {
		reading->line++;
		if (!line[strspn(line, BLANKS)])
			continue;
		*rows = memory_grow(*rows, *count + 1, size);
		error = read_row(reading, line, *rows + (*count)++ * size);
	}
	return error;
}

/* The caller frees the rows, unless it fails. */
static int read_rows(const char *file, const struct columns *columns, void *rows, size_t *count,
		     struct problem *problem)
{
	char *path = memory_format("%s/%s", path_of(DEBUGFS), file);
	struct reading reading = {
		.file = file, .path = path, .line = 1, .columns = columns, .problem = problem,
	};
	char *array = NULL;
	char *text;
	int error = file_read(path, &text);

	*count = 0;
	if (error)
		explain_debugfs(path, -error, problem);
	else
		error = read_text(&reading, text, &array, count);
	if (error) {
		free(array);
		array = NULL;
		*count = 0;
	}
	free(text);
	free(path);
	memcpy(rows, &array, sizeof(array));
	return error;
}

/* ---- mappings ---- */

static int by_cpu_and_vector(const void *left, const void *right)
{
	const struct mapping *a = left;
	const struct mapping *b = right;

	if (a->cpu != b->cpu)
		return a->cpu < b->cpu ? -1 : 1;
	return (a->hardware_vector > b->hardware_vector) -
	       (a->hardware_vector < b->hardware_vector);
}

/* Reads all mappings, sorted; the caller frees them. There is nothing to free if it fails. */
int state_mappings(struct mapping **mappings, size_t *count, struct problem *problem)
{
	int error = read_rows("mappings", &mapping_columns, mappings, count, problem);

	if (*count)
		qsort(*mappings, *count, sizeof(**mappings), by_cpu_and_vector);
	return error;
}

/* Does it relay interrupts, or is its vector in quarantine? */
bool mapping_is_live(const struct mapping *mapping)
{
	return !strcmp(mapping->state, "mapped");
}

/* ---- VPs ---- */

static void add_entries(struct vp *vps, size_t count)
{
	struct problem ignored;
	struct vp *entries;
	size_t entry_count;

	if (read_rows("vps", &vp_columns, &entries, &entry_count, &ignored))
		return;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < entry_count; j++) {
			if (entries[j].vp != vps[i].vp)
				continue;
			memcpy(&vps[i].merged, &entries[j].merged,
			       sizeof(*vps) - offsetof(struct vp, merged));
		}
	}
	free(entries);
}

/* The driver knows no VP whose CPU is offline. */
static int add_interrupts(struct vp *vp, int file)
{
	struct mshv_vector_counts counts[VECTOR_LIMIT + 1] = {};
	struct mshv_vp_interrupts asked = {
		.vp = vp->vp,
		.counts_len = VECTOR_LIMIT + 1,
		.counts = (uintptr_t)counts,
	};
	int error = driver_vp_interrupts(file, &asked);

	if (error)
		return error;
	vp->redirected = 0;
	vp->proxied = 0;
	for (size_t i = 0; i <= VECTOR_LIMIT; i++) {
		vp->redirected += counts[i].redirected;
		vp->proxied += counts[i].proxied;
	}
	vp->blocked = asked.blocked;
	if (vp->free != UNKNOWN)
		return 0;
	vp->online = 1;
	vp->apic_id = asked.apic_id;
	vp->quota = asked.quota;
	vp->mapped = asked.mapped;
	vp->quarantined = asked.quarantined;
	return 0;
}

static int add_all_interrupts(struct vp *vps, size_t count, struct problem *problem)
{
	int file = driver_open_file(problem);
	int error = -ENODATA;
	size_t known = 0;

	if (file < 0)
		return file;
	for (size_t i = 0; i < count; i++) {
		int answer = add_interrupts(&vps[i], file);

		known += !answer;
		error = answer ? answer : error;
	}
	close(file);
	if (known)
		return 0;
	problem_what(problem, "the driver does not tell which interrupts came to each VP: %s",
		     strerror(-error));
	problem_next(problem, "use vtlirq and the driver of the same release");
	return error;
}

/* Without debugfs, the VPs are those of which the driver tells something. */
static size_t drop_unknown(struct vp *vps, size_t count)
{
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		if (vps[i].online != UNKNOWN)
			vps[known++] = vps[i];
	}
	return known;
}

/*
 * Reads everything that is known of each VP; the caller frees it. Each source that cannot be
 * read is added to @missing. It fails only if none can be read; there is nothing to free then.
 */
int state_vps(struct vp **vps, size_t *count, struct problem_list *missing)
{
	struct problem problem;
	bool has_debugfs = !read_rows("cpus", &vp_columns, vps, count, &problem);
	int error;

	if (!has_debugfs) {
		*problem_list_add(missing) = problem;
		*count = sysconf(_SC_NPROCESSORS_CONF);
		*vps = memory_grow(NULL, *count, sizeof(**vps));
		memset(*vps, 0xff, *count * sizeof(**vps));
		for (size_t i = 0; i < *count; i++)
			(*vps)[i].vp = i;
	}
	add_entries(*vps, *count);
	error = add_all_interrupts(*vps, *count, &problem);
	if (error)
		*problem_list_add(missing) = problem;
	if (has_debugfs)
		return 0;
	*count = drop_unknown(*vps, *count);
	if (error)
		free(*vps);
	return error;
}
