// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vtlirq mapping show and vtlirq vp show: the driver's state.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"

static bool is_chosen(const struct options *options, u64 vp)
{
	return !options->vps.count || number_list_has(&options->vps, vp);
}

/* A VP that cannot exist is a mistake, not a VP without anything. */
static bool check_vps(const struct options *options, const struct vp *vps, size_t count)
{
	struct number_list possible = {};
	struct problem problem;
	bool all_exist = true;
	char *text;

	for (size_t i = 0; i < count; i++)
		number_list_add(&possible, vps[i].vp);
	text = number_list_format(&possible);
	for (size_t i = 0; all_exist && i < options->vps.count; i++) {
		all_exist = number_list_has(&possible, options->vps.values[i]);
		problem_what(&problem, "there is no CPU %u, and so no such VP",
			     options->vps.values[i]);
		problem_next(&problem, "choose one of these: %s", text);
	}
	if (!all_exist)
		problem_print(&problem);
	free(text);
	number_list_free(&possible);
	return all_exist;
}

static void print(const struct options *options, const char *key, const struct columns *columns,
		  const void *rows, size_t count, const struct problem_list *missing)
{
	if (options->json) {
		json_open(NULL, '{');
		table_json(key, columns, rows, count);
		problems_json(missing);
		json_end();
		return;
	}
	if (count)
		table_print(stdout, columns, rows, count, options->all);
	problem_list_print(missing);
}

/* The command "vp show". */
int vp_show(const struct options *options)
{
	struct problem_list missing = {};
	int status = STATUS_FAILED;
	struct vp *vps = NULL;
	size_t shown = 0;
	size_t count;

	if (state_vps(&vps, &count, &missing)) {
		problem_list_print(&missing);
		vps = NULL;
	} else if (check_vps(options, vps, count)) {
		for (size_t i = 0; i < count; i++) {
			if (is_chosen(options, vps[i].vp))
				vps[shown++] = vps[i];
		}
		print(options, "vps", &vp_columns, vps, shown, &missing);
		status = STATUS_OK;
	}
	free(vps);
	problem_list_free(&missing);
	return status;
}

/* The command "mapping show". */
int mapping_show(const struct options *options)
{
	static const struct problem_list none;
	size_t quarantined = 0;
	struct problem problem;
	struct mapping *mappings;
	size_t shown = 0;
	size_t count;

	if (state_mappings(&mappings, &count, &problem)) {
		problem_print(&problem);
		return STATUS_FAILED;
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_chosen(options, mappings[i].cpu))
			continue;
		if (options->all || mapping_is_live(&mappings[i]))
			mappings[shown++] = mappings[i];
		else
			quarantined++;
	}
	print(options, "mappings", &mapping_columns, mappings, shown, &none);
	if (!shown && !options->json)
		printf("no mapping: the host delivers every interrupt by message (proxied)\n");
	if (quarantined && !options->json)
		printf("%zu vector%s in quarantine (--all shows them)\n", quarantined,
		       plural(quarantined));
	free(mappings);
	return STATUS_OK;
}
