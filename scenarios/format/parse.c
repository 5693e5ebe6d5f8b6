/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/format/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/format/file_matrix.h"
#include "scenarios/format/names.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/sizes.h"
#include "simfs/base/yaml/values.h"

#define AT(member)	 .offset = offsetof(struct scenario, member)
#define EXT4(member)	 .offset = offsetof(struct content_spec, member)

#define SECTOR_BYTES	 512u
#define VOLUME_MIN_BYTES (64ull << 10)
#define VOLUME_MAX_BYTES (64ull << 40)
#define FILES_MAX	 1000000

/* The disk is in memory. */
#define DISK_MIN_BYTES (1ull << 20)
#define DISK_MAX_BYTES (256ull << 20)

/* The same as for `mount --time-scale`. */
#define TIME_SCALE_MAX 1000000

static field_reader read_scenario_name;
static field_reader read_client;
static field_reader read_profile;
static field_reader read_content;
static field_reader read_image;
static field_reader read_command;
static field_reader read_ext4;
static field_reader read_phases;

static const struct field ext4_fields[] = {
	{ "files", read_number_32, EXT4(files), .required = true, .min = 1, .max = FILES_MAX },
	{ "bytes", read_size, EXT4(bytes), .required = true, .min = 1, .max = VOLUME_MAX_BYTES },
};
static const struct field_table ext4_table = FIELD_TABLE("ext4", ext4_fields);

static const struct field content_fields[] = {
	{ "ext4", read_ext4, .table = &ext4_table },
	{ "image", read_image, .offset = 0 },
	{ "command", read_command, .offset = 0 },
};
static const struct field_table content_table = FIELD_TABLE("content", content_fields);

static const struct field volume_fields[] = {
	{ "size", read_size, AT(volume_bytes), .min = VOLUME_MIN_BYTES, .max = VOLUME_MAX_BYTES },
	{ "content", read_content, AT(content), .required = true },
	{ "limit", read_limit, AT(limit) },
	{ "disk", read_size, AT(disk_bytes), .min = DISK_MIN_BYTES, .max = DISK_MAX_BYTES },
};
static const struct field_table volume_table = FIELD_TABLE("volume", volume_fields);

static const char *const check_words[] = { "none" };

static const struct field scenario_fields[] = {
	{ "name", read_scenario_name, .required = true },
	{ "about", read_text, AT(about) },
	{ MATRIX_KEY, read_no_matrix, .offset = 0 },
	{ "seed", read_number, AT(seed) },
	{ "profile", read_profile, .required = true },
	{ "volume", read_table, .required = true, .table = &volume_table },
	{ "client", read_client, .required = true },
	{ "sr", read_word, AT(sr), .choices = sr_words, .choice_count = SR_WORDS },
	{ "format", read_word, AT(node_format), .choices = node_format_words,
		.choice_count = NODE_FORMAT_WORDS },
	{ "coalesce", read_wish, AT(coalesces_when_asked), .choices = coalesce_words,
		.choice_count = COALESCE_WORDS },
	{ "requires", read_requires, .offset = 0 },
	{ "env", read_env, AT(environment) },
	{ "timeout", read_duration, AT(timeout_ns) },
	{ "time-limit", read_duration, AT(time_limit_ns) },
	{ "time-scale", read_number, AT(time_scale), .min = 1, .max = TIME_SCALE_MAX },
	{ "writers", read_writers, AT(writers) },
	{ "writer-check", read_wish, AT(writers_unchecked), .choices = check_words,
		.choice_count = sizeof check_words / sizeof check_words[0] },
	{ "phases", read_phases, .required = true },
};
static const struct field_table scenario_table = FIELD_TABLE("scenario", scenario_fields);

const struct field_table *const *scenario_tables(size_t *ret_count)
{
	static const struct field_table *tables[32];
	static const struct field_table *const own[] = {
		&scenario_table,
		&volume_table,
		&content_table,
		&ext4_table,
	};
	size_t count = 0;

	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		tables[count++] = own[i];
	for (size_t i = 0; i < step_table_count; i++)
		tables[count++] = step_tables[i];
	*ret_count = count;
	return tables;
}

static void read_scenario_name(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct scenario *scenario = target;

	scenario->name_place = node->place;
	read_name(reading, field, node, &scenario->name);
}

/* Reads the name or the path of an adapter. */
static void read_client(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct scenario *scenario = target;
	bool is_path = node->kind == TREE_SCALAR && strchr(node->text, '/');

	scenario->client_place = node->place;
	(is_path ? read_text : read_name)(reading, field, node, &scenario->client);
}

static void read_profile(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct scenario *scenario = target;

	scenario->profile_place = node->place;
	read_profile_name(reading, field, node, &scenario->profile);
}

static void read_ext4(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct content_spec *content = target;

	content->kind = CONTENT_EXT4;
	fields_read(reading, field->table, node, content);
}

static void read_image(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct content_spec *content = target;

	content->kind = CONTENT_IMAGE;
	read_text(reading, field, node, &content->image);
}

static void read_command(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct content_spec *content = target;

	content->kind = CONTENT_COMMAND;
	read_text(reading, field, node, &content->command);
}

/* Reads a word, or a map with one key and its details. */
static void read_content(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	static const char *const words[] = {
		[CONTENT_ZEROS] = "zeros",
		[CONTENT_RANDOM] = "random",
	};
	static const size_t word_count = sizeof words / sizeof words[0];
	struct content_spec *content = target;
	const struct field *row;

	if (node->kind == TREE_SCALAR) {
		struct field words_field = {
			.key = field->key,
			.choices = words,
			.choice_count = word_count,
		};

		if (strcmp(node->text, "ext4") == 0)
			mistakes_add(reading->mistakes, node->place,
				"content 'ext4' needs its numbers (try { ext4: { files: 400, "
				"bytes: "
				"100MiB } })");
		else if (strcmp(node->text, "image") == 0)
			mistakes_add(reading->mistakes, node->place,
				"content 'image' needs its path (try { image: PATH })");
		else
			read_choice(reading, &words_field, node, &content->kind);
		return;
	}

	const struct tree_entry *entry = single_field(reading, &content_table, node, &row);

	if (entry)
		row->read(reading, row, entry->value, content);
}

static void phase_read(
	struct reading *reading, const struct tree_node *node, struct scenario *scenario)
{
	struct phase *phase = &scenario->phases[scenario->phase_count++];
	static const struct field name_field = { .key = "phase" };

	phase->place = node->place;
	if (node->kind != TREE_MAP || node->entry_count != 1) {
		if (node->kind != TREE_REFUSED)
			mistakes_add(reading->mistakes, node->place,
				"a phase must be a map of its name to its steps, with one key");
		scenario_reading(reading)->names->incomplete = true;
		return;
	}

	const struct tree_entry *entry = &node->entries[0];

	phase->place = entry->key->place;
	read_name(reading, &name_field, entry->key, &phase->name);
	for (size_t i = 0; phase->name && i + 1 < scenario->phase_count; i++) {
		const struct phase *before = &scenario->phases[i];

		if (before->name && strcmp(before->name, phase->name) == 0)
			mistakes_add(reading->mistakes, phase->place,
				"duplicate phase '%s' (the first is at line %u)", phase->name,
				before->place.line);
	}

	struct field steps_field = { .key = phase->name ? phase->name : "phase" };

	read_steps(reading, &steps_field, entry->value, phase);
}

static void read_phases(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct scenario *scenario = target;

	if (node->kind == TREE_REFUSED)
		return;
	if (node->kind != TREE_LIST) {
		mistakes_add(reading->mistakes, node->place,
			"'%s' must be a list of phases, not %s (begin each with '- ')", field->key,
			tree_kind_name(node->kind));
		return;
	}
	if (node->entry_count == 0)
		mistakes_add(reading->mistakes, node->place, "'%s' has no phases", field->key);
	if (node->entry_count > PHASES_MAX) {
		mistakes_add(reading->mistakes, node->entries[PHASES_MAX].value->place,
			"'%s' has more than %d phases", field->key, PHASES_MAX);
		return;
	}
	scenario->phases = heap_new((node->entry_count + 1) * sizeof *scenario->phases);
	for (size_t i = 0; i < node->entry_count; i++)
		phase_read(reading, node->entries[i].value, scenario);
}

/* Adds mistakes of a volume that no single value shows. */
static void volume_check(
	struct reading *reading, const struct tree_node *tree, const struct scenario *scenario)
{
	const struct tree_node *volume = tree_find(tree, "volume");
	const struct tree_node *size = volume ? tree_find(volume, "size") : NULL;
	const struct tree_node *content = volume ? tree_find(volume, "content") : NULL;
	uint64_t bytes = scenario->volume_bytes;
	char text[32];

	if (!volume || volume->kind != TREE_MAP)
		return;
	if (!size && content && scenario->content.kind != CONTENT_IMAGE)
		mistakes_add(reading->mistakes, volume->place, "missing key 'size' in volume");
	if (bytes == 0)
		return;
	if (bytes % SECTOR_BYTES != 0)
		mistakes_add(reading->mistakes, size->place,
			"size '%s' is not a multiple of %u bytes", size->text, SECTOR_BYTES);
	if (scenario->content.kind != CONTENT_EXT4)
		return;
	if (bytes < CONTENT_EXT4_MIN_BYTES)
		mistakes_add(reading->mistakes, size->place,
			"size '%s' is too small for ext4 (at least %s)", size->text,
			size_format(CONTENT_EXT4_MIN_BYTES, text, sizeof text));
	else if (scenario->content.bytes >= bytes)
		mistakes_add(reading->mistakes, content->place,
			"files of %s do not fit into a volume of '%s'",
			size_format(scenario->content.bytes, text, sizeof text), size->text);
}

int scenario_parse(const char *path, const struct tree_node *tree, struct mistakes *mistakes,
	struct scenario **ret)
{
	struct scenario *scenario = heap_new(sizeof *scenario);
	struct names names;
	struct scenario_reading all = { .reading.mistakes = mistakes, .names = &names };
	struct reading *reading = &all.reading;

	names_init(&names);
	scenario->path = heap_copy(path);
	scenario->time_limit_ns = SCENARIO_TIME_LIMIT_NS;
	fields_read(reading, &scenario_table, tree, scenario);
	volume_check(reading, tree, scenario);
	if (!scenario->about)
		scenario->about = heap_copy("");
	names_deinit(&names);
	*ret = scenario;
	return mistakes->count > 0 ? -EINVAL : 0;
}
