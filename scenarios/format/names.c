/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/format/names.h"

#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/suggest.h"
#include "simfs/base/yaml/values.h"

static void list_deinit(struct name_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].text);
	free(list->items);
}

void names_init(struct names *names)
{
	*names = (struct names){ 0 };
}

void names_deinit(struct names *names)
{
	list_deinit(&names->snapshots);
	list_deinit(&names->backups);
	list_deinit(&names->gauges);
	list_deinit(&names->series);
}

static struct known_name *list_find(const struct name_list *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i].text, text) == 0)
			return &list->items[i];
	}
	return NULL;
}

static void known_add(struct name_list *list, const char *text, unsigned line)
{
	list->items = heap_grow(list->items, list->count, sizeof *list->items);
	list->items[list->count++] = (struct known_name){ .text = heap_copy(text), .line = line };
}

void names_add_gauge(struct names *names, const char *gauge, unsigned line)
{
	known_add(&names->gauges, gauge, line);
}

/* Like read_name(); returns the name, which belongs to TARGET, or NULL after a mistake. */
static const char *name_read(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	char **name = target;

	read_name(reading, field, node, name);
	return *name;
}

static void new_read(struct reading *reading, const struct field *field,
	const struct tree_node *node, struct name_list *list, const char *what, void *target)
{
	const char *name = name_read(reading, field, node, target);

	if (!name)
		return;

	struct known_name *known = list_find(list, name);

	/* A job that runs again gives its snapshot the same name. */
	if (known && known->deleted_line > 0) {
		known->line = node->place.line;
		known->deleted_line = 0;
	} else if (known)
		mistakes_add(reading->mistakes, node->place,
			"%s '%s' was made before, at line %u (each needs its own name)", what, name,
			known->line);
	else
		known_add(list, name, node->place.line);
}

void read_new_snapshot(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	new_read(reading, field, node, &scenario_reading(reading)->names->snapshots, "snapshot",
		target);
}

/* A client that takes snapshots deletes them, or finds them there the next time. */
void read_taken_snapshot(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct name_list *list = &scenario_reading(reading)->names->snapshots;
	const char *name = node->kind == TREE_SCALAR ? node->text : "";
	struct known_name *before = list_find(list, name);

	if (before && before->is_taken)
		before->deleted_line = node->place.line;
	read_new_snapshot(reading, field, node, target);

	struct known_name *known = list_find(list, name);

	if (known)
		known->is_taken = known->line == node->place.line;
}

void read_series(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	new_read(reading, field, node, &scenario_reading(reading)->names->series, "series", target);
}

void names_add_series(struct names *names, const char *name, unsigned count, unsigned line)
{
	struct known_name *series = list_find(&names->series, name);

	if (series)
		series->count = count;
	for (unsigned number = 1; number <= count; number++) {
		AUTO(auto_free) char *one = heap_format("%s-%u", name, number);

		known_add(&names->snapshots, one, line);
	}
}

unsigned names_series_count(const struct names *names, const char *name)
{
	const struct known_name *series = list_find(&names->series, name);

	return series ? series->count : 0;
}

void read_new_backup(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	new_read(
		reading, field, node, &scenario_reading(reading)->names->backups, "backup", target);
}

/* Adds "snapshot 's2' is never made before this step", with a similar name if there is one. */
static void never_made_add(struct reading *reading, const struct tree_node *node,
	const struct name_list *list, const char *what)
{
	const char *near = NULL;
	unsigned distance = 3;

	for (size_t i = 0; i < list->count; i++) {
		unsigned its_distance = suggest_distance(node->text, list->items[i].text);

		if (its_distance < distance) {
			distance = its_distance;
			near = list->items[i].text;
		}
	}
	if (near)
		mistakes_add(reading->mistakes, node->place,
			"%s '%s' is never made before this step (did you mean '%s'?)", what,
			node->text, near);
	else
		mistakes_add(reading->mistakes, node->place,
			"%s '%s' is never made before this step", what, node->text);
}

/* Reads the name of something that exists; NULL after a mistake, or if that cannot be known. */
static struct known_name *known_read(struct reading *reading, const struct field *field,
	const struct tree_node *node, const struct name_list *list, const char *what, void *target)
{
	const char *name = name_read(reading, field, node, target);

	if (!name)
		return NULL;

	struct known_name *known = list_find(list, name);

	if (!known && !scenario_reading(reading)->names->incomplete)
		never_made_add(reading, node, list, what);
	return known;
}

/* Like known_read(), for a snapshot that must not be deleted yet. */
static struct known_name *snapshot_read(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct known_name *known = known_read(reading, field, node,
		&scenario_reading(reading)->names->snapshots, "snapshot", target);

	if (!known || known->deleted_line == 0)
		return known;
	mistakes_add(reading->mistakes, node->place, "snapshot '%s' is deleted at line %u",
		known->text, known->deleted_line);
	return NULL;
}

void read_snapshot(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	snapshot_read(reading, field, node, target);
}

/* Marks all snapshots of SERIES as deleted; none may be deleted yet. */
static void series_delete(struct reading *reading, const struct tree_node *node,
	const struct known_name *series, void *target)
{
	for (unsigned number = 1; number <= series->count; number++) {
		AUTO(auto_free) char *name = heap_format("%s-%u", series->text, number);
		struct known_name *known = list_find(
			&scenario_reading(reading)->names->snapshots, name);

		if (known && known->deleted_line > 0) {
			mistakes_add(reading->mistakes, node->place,
				"snapshot '%s' is deleted at line %u", name, known->deleted_line);
			return;
		}
		if (known)
			known->deleted_line = node->place.line;
	}
	*(char **)target = heap_copy(series->text);
}

void read_deleted_snapshot(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct known_name *series = node->kind == TREE_SCALAR
					    ? list_find(&scenario_reading(reading)->names->series,
						      node->text)
					    : NULL;
	struct known_name *known;

	if (series) {
		series_delete(reading, node, series, target);
		return;
	}
	known = snapshot_read(reading, field, node, target);
	if (known)
		known->deleted_line = node->place.line;
}

void read_past_snapshot(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	known_read(reading, field, node, &scenario_reading(reading)->names->snapshots, "snapshot",
		target);
}

void read_backup(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	known_read(
		reading, field, node, &scenario_reading(reading)->names->backups, "backup", target);
}

void read_set_gauge(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	char **gauge = target;

	read_gauge(reading, field, node, gauge);
	if (!*gauge || scenario_reading(reading)->names->incomplete)
		return;
	if (!list_find(&scenario_reading(reading)->names->gauges, *gauge))
		mistakes_add(reading->mistakes, node->place,
			"gauge '%s' is never set before this step", *gauge);
}
