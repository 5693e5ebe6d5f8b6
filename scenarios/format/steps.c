/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps.c - the steps of a phase.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/format/expectations.h"
#include "scenarios/format/names.h"
#include "scenarios/format/parse.h"
#include "scenarios/format/repeat.h"
#include "scenarios/format/series.h"
#include "scenarios/format/step_values.h"
#include "scenarios/format/wishes.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/sizes.h"
#include "simfs/base/yaml/values.h"

#define AT(member)	.offset = offsetof(struct step, member)
#define CHOICES(words)	.choices = (words), .choice_count = sizeof(words) / sizeof(words)[0]

#define WRITE_MIN_BYTES 512u
#define WRITE_MAX_BYTES (1ull << 40)

static const char *const pattern_words[] = {
	[PATTERN_RANDOM] = "random",
	[PATTERN_SEQUENTIAL] = "sequential",
};

static const char *const memory_words[] = { "real" };
static const char *const copy_words[] = { "full" };

static const char *const requester_words[] = { "dies" };
static const char *const background_words[] = { "background" };

static const struct field snapshot_fields[] = {
	{ "name", read_new_snapshot, AT(name), .required = true },
	{ "limit", read_limit, AT(limit) },
	{ "before", read_text, AT(before) },
	{ "after", read_text, AT(after) },
	{ "requester", read_wish, AT(requester_dies), CHOICES(requester_words) },
	{ "fails", read_error, AT(fails) },
};
static const struct field_table snapshot_table = FIELD_TABLE("snapshot", snapshot_fields);

static const struct field delete_fields[] = {
	{ "name", read_snapshot, AT(name), .required = true },
	{ "fails", read_error, AT(fails), .required = true },
};
static const struct field_table delete_table = FIELD_TABLE("delete", delete_fields);

static const struct field write_fields[] = {
	{ "name", read_name, AT(name), .required = true },
	{ "pattern", read_choice, AT(pattern), .required = true, CHOICES(pattern_words) },
	{ "bytes", read_write_bytes, .required = true, .min = WRITE_MIN_BYTES,
		.max = WRITE_MAX_BYTES },
	{ "start", read_condition, AT(start) },
	{ "fails", read_error, AT(fails) },
};
static const struct field_table write_table = FIELD_TABLE("write", write_fields);

static const struct field series_fields[] = {
	{ "name", read_series, AT(name), .required = true },
	{ "count", read_number_32, AT(count), .required = true, .min = 1, .max = SERIES_MAX },
	{ "bytes", read_write_bytes, .required = true, .min = WRITE_MIN_BYTES,
		.max = WRITE_MAX_BYTES },
};
static const struct field_table series_table = FIELD_TABLE("snapshots", series_fields);

static const char *const coalesce_step_words[] = {
	[COALESCE_WAIT] = "wait",
	[COALESCE_STARVES] = "starves",
	[COALESCE_START] = "start",
};

/* As in `snaprig writers notify`. */
static const char *const notify_words[] = { "identify", "backup-complete", "pre-restore",
	"post-restore", "backup-shutdown", "abort" };

static const char *const file_system_words[] = { "unmounted", "mounted" };

static const char *const remount_words[] = {
	[REMOUNT_KILLED] = "killed",
	[REMOUNT_UNMOUNTED] = "unmounted",
};

static const struct field clone_fields[] = {
	{ "of", read_snapshot, AT(of), .required = true },
	{ "name", read_new_snapshot, AT(name), .required = true },
	{ "copy", read_wish, AT(is_full_copy), CHOICES(copy_words) },
};
static const struct field_table clone_table = FIELD_TABLE("clone", clone_fields);

static const struct field discard_fields[] = {
	{ "bytes", read_size, AT(bytes), .required = true, .min = WRITE_MIN_BYTES,
		.max = WRITE_MAX_BYTES },
	{ "offset", read_size, AT(offset_bytes), .max = WRITE_MAX_BYTES },
};
static const struct field_table discard_table = FIELD_TABLE("discard", discard_fields);

static const struct field gauge_fields[] = {
	{ "name", read_gauge, AT(name), .required = true },
	{ "value", read_gauge_value, AT(value), .required = true },
	{ "memory", read_wish, AT(memory_is_real), CHOICES(memory_words) },
	{ "start", read_condition, AT(start) },
};
static const struct field_table gauge_table = FIELD_TABLE("gauge", gauge_fields);

static const struct field lvm_fields[] = {
	{ "name", read_name, AT(name), .required = true },
	{ "run", read_text, AT(value), .required = true },
	{ "start", read_condition, AT(start) },
};
static const struct field_table lvm_table = FIELD_TABLE("lvm", lvm_fields);

static const struct field failure_step_fields[] = {
	{ "name", read_text, AT(name), .required = true },
	{ "at", read_text, AT(value) },
	{ "as", read_name, AT(prefix) },
};
static const struct field_table failure_step_table = FIELD_TABLE(
	"failure-step", failure_step_fields);

static const struct field remedy_fields[] = {
	{ "name", read_text, AT(name), .required = true },
	{ "as", read_name, AT(prefix) },
};
static const struct field_table remedy_table = FIELD_TABLE("remedy", remedy_fields);

static const struct field wait_fields[] = {
	{ "gauge", read_gauge_wish, AT(expectation.gauge) },
	{ "journal", read_journal_wish, AT(expectation.journal), .table = &journal_table },
};
static const struct field_table wait_table = FIELD_TABLE("wait", wait_fields);

static const struct field backup_fields[] = {
	{ "of", read_given, AT(of) },
	{ "takes", read_takes, .offset = 0 },
	{ "to", read_new_backup, AT(name), .required = true },
	{ "in", read_wish, AT(in_background), CHOICES(background_words) },
};
static const struct field_table backup_table = FIELD_TABLE("backup", backup_fields);

static const struct field restore_fields[] = {
	{ "from", read_backup, AT(of), .required = true },
	{ "to", read_name, AT(name) },
};
static const struct field_table restore_table = FIELD_TABLE("restore", restore_fields);

/* In the order of enum step_kind. */
static const struct field step_fields[] = {
	[STEP_SNAPSHOT] = { "snapshot", read_snapshot_step, .table = &snapshot_table },
	[STEP_SERIES] = { "snapshots", read_table, .table = &series_table },
	[STEP_DELETE] = { "delete", read_delete, .table = &delete_table },
	[STEP_WRITE] = { "write", read_table, .table = &write_table },
	[STEP_GAUGE] = { "gauge", read_table, .table = &gauge_table },
	[STEP_RELEASE] = { "release", read_set_gauge, AT(name) },
	[STEP_WAIT] = { "wait", read_wait, .table = &wait_table },
	[STEP_COALESCE] = { "coalesce", read_choice, AT(coalesce), CHOICES(coalesce_step_words) },
	[STEP_FAULT] = { "fault", read_faults, AT(faults) },
	[STEP_FAULT_REMOVE] = { "fault-remove", read_text, AT(name) },
	[STEP_WRITER_ADD] = { "writer-add", read_writer, AT(value) },
	[STEP_WRITER_KILL] = { "writer-kill", read_text, AT(name) },
	[STEP_WRITER_REMOVE] = { "writer-remove", read_text, AT(name) },
	[STEP_WRITERS_NOTIFY] = { "writers-notify", read_word, AT(value), CHOICES(notify_words) },
	[STEP_REMOUNT] = { "remount", read_choice, AT(remount), CHOICES(remount_words) },
	[STEP_FILE_SYSTEM] = { "file-system", read_word, AT(value), CHOICES(file_system_words) },
	[STEP_CLONE] = { "clone", read_table, .table = &clone_table },
	[STEP_DISCARD] = { "discard", read_table, .table = &discard_table },
	[STEP_GROW] = { "grow", read_size, AT(bytes), .min = WRITE_MIN_BYTES },
	[STEP_FILL] = { "fill", read_fill, AT(bytes), .min = WRITE_MIN_BYTES,
		.max = WRITE_MAX_BYTES },
	[STEP_TARGET] = { "target", read_target, .offset = 0, .min = WRITE_MIN_BYTES,
		.max = WRITE_MAX_BYTES },
	[STEP_LVM] = { "lvm", read_table, .table = &lvm_table },
	[STEP_REPEAT] = { "repeat", read_nested_repeat, .table = &repeat_table },
	[STEP_FAILURE] = { "failure", read_failure_step, .table = &failure_step_table },
	[STEP_REMEDY] = { "remedy", read_failure_step, .table = &remedy_table },
	[STEP_BACKUP] = { "backup", read_table, .table = &backup_table },
	[STEP_AWAIT] = { "await", read_backup, AT(name) },
	[STEP_RESTORE] = { "restore", read_table, .table = &restore_table },
	[STEP_EXPECT] = { "expect", read_table, AT(expectation), .table = &expect_table },
};
static const struct field_table step_table = FIELD_TABLE("step", step_fields);

const struct field_table *const step_tables[] = {
	&step_table,
	&snapshot_table,
	&delete_table,
	&write_table,
	&series_table,
	&clone_table,
	&discard_table,
	&gauge_table,
	&lvm_table,
	&repeat_table,
	&failure_step_table,
	&remedy_table,
	&wait_table,
	&backup_table,
	&restore_table,
	&expect_table,
	&journal_table,
};
const size_t step_table_count = sizeof step_tables / sizeof step_tables[0];

static void gauge_check(
	struct reading *reading, const struct tree_node *node, const struct step *step)
{
	const char *hint = NULL;

	if (step->name)
		names_add_gauge(scenario_reading(reading)->names, step->name, step->place.line);
	if (step->name && step->value)
		hint = gauge_value_hint(step->name, step->value);
	if (hint)
		mistakes_add(reading->mistakes, tree_find(node, "value")->place,
			"'%s' cannot be '%s' (try %s)", step->name, step->value, hint);
}

static void backup_check(
	struct reading *reading, const struct tree_node *node, const struct place *place)
{
	if (node->kind != TREE_MAP)
		return;

	bool is_given = tree_find(node, "of"), is_taken = tree_find(node, "takes");

	if (!is_given && !is_taken)
		mistakes_add(reading->mistakes, *place,
			"missing key 'of' in backup (or 'takes', when the client takes the "
			"snapshot)");
	if (is_given && is_taken)
		mistakes_add(reading->mistakes, *place,
			"backup has 'of' and 'takes' (who takes the snapshot?)");
}

/* What it makes is known only when its file is read, after the scenario. */
static bool is_of_failure(const struct step *step)
{
	return step->kind == STEP_FAILURE || step->kind == STEP_REMEDY;
}

static void failure_check(struct reading *reading, const struct step *step)
{
	if (scenario_reading(reading)->is_failure)
		mistakes_add(reading->mistakes, step->place,
			"a failure cannot consist of failures (only a scenario has this step)");
}

/* Returns whether the step makes something that others may refer to, with an unknown name. */
static bool makes_unknown(const struct step *step)
{
	return !step->name && (step->kind == STEP_SNAPSHOT || step->kind == STEP_CLONE ||
				      step->kind == STEP_SERIES || step->kind == STEP_BACKUP ||
				      step->kind == STEP_GAUGE);
}

static void step_read(struct reading *reading, const struct tree_node *node, struct step *step)
{
	const struct field *field;
	const struct tree_entry *entry = single_field(reading, &step_table, node, &field);

	step->place = node->place;
	if (!entry) {
		scenario_reading(reading)->names->incomplete = true;
		return;
	}
	step->kind = (enum step_kind)(field - step_fields);
	step->place = entry->key->place;
	field->read(reading, field, entry->value, (char *)step + field->offset);
	if (step->kind == STEP_EXPECT)
		expectation_check(reading, entry->value, &step->expectation);
	if (step->kind == STEP_BACKUP)
		backup_check(reading, entry->value, &entry->value->place);
	if (step->kind == STEP_GAUGE)
		gauge_check(reading, entry->value, step);
	if (is_of_failure(step))
		failure_check(reading, step);
	if (makes_unknown(step) || is_of_failure(step))
		scenario_reading(reading)->names->incomplete = true;
}

/* A step that waits for reads of a snapshot needs a backup that reads it. */
static void starts_check(struct reading *reading, const struct phase *phase)
{
	bool backup_follows = false;

	for (size_t i = phase->step_count; i > 0; i--) {
		const struct step *step = &phase->steps[i - 1];
		const char *gauge = step->start.gauge;

		if (step->kind == STEP_BACKUP)
			backup_follows = true;
		if (gauge && strcmp(gauge, "read.progress") == 0 && !backup_follows &&
			!scenario_reading(reading)->names->incomplete)
			mistakes_add(reading->mistakes, step->place,
				"no backup follows in phase '%s', so '%s' never starts",
				phase->name ? phase->name : "", step->name ? step->name : "");
	}
}

static void step_add(struct reading *reading, const struct tree_node *node, struct phase *phase)
{
	struct step step = { 0 };

	step_read(reading, node, &step);
	series_add(scenario_reading(reading)->names, &step, phase);
}

void read_steps(struct reading *reading, const struct field *field, const struct tree_node *node,
	void *target)
{
	const struct tree_node *repeated;
	struct phase *phase = target;

	if (node->kind == TREE_REFUSED) {
		scenario_reading(reading)->names->incomplete = true;
		return;
	}
	if (node->kind != TREE_LIST) {
		mistakes_add(reading->mistakes, node->place,
			"'%s' must be a list of steps, not %s (begin each with '- ')", field->key,
			tree_kind_name(node->kind));
		scenario_reading(reading)->names->incomplete = true;
		return;
	}
	if (node->entry_count == 0)
		mistakes_add(reading->mistakes, node->place, "'%s' has no steps", field->key);
	if (node->entry_count > STEPS_MAX) {
		mistakes_add(reading->mistakes, node->entries[STEPS_MAX].value->place,
			"'%s' has more than %d steps", field->key, STEPS_MAX);
		return;
	}
	for (size_t i = 0; i < node->entry_count; i++) {
		if (is_repeat(node->entries[i].value, &repeated))
			repeat_read(reading, repeated, phase, step_add);
		else
			step_add(reading, node->entries[i].value, phase);
	}
	starts_check(reading, phase);
}
