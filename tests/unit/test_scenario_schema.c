/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scenario_schema.c - scenario.schema.json and adapter.schema.json say what the parsers'
 * tables say.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "faults/gauge.h"
#include "scenarios/clients/clients.h"
#include "scenarios/clients/words.h"
#include "scenarios/format/names.h"
#include "scenarios/format/parse.h"
#include "simfs/base/check.h"
#include "simfs/profile/profile.h"
#include "tests/lib/engine_suite.h"

#define SCHEMA	       "scenarios/scenario.schema.json"
#define ADAPTER_SCHEMA "scenarios/adapter.schema.json"

#define TABLES_MAX     40

/* Read once, before the tests: Check runs each of them in a child. */
static json_t *definitions;
static const struct field_table *tables[TABLES_MAX];
static size_t table_count;

static bool list_has(const json_t *list, const char *word)
{
	size_t index;
	json_t *item;

	json_array_foreach(list, index, item)
	{
		if (strcmp(json_string_value(item), word) == 0)
			return true;
	}
	return false;
}

static const json_t *definition_of(const struct field_table *table)
{
	const json_t *definition = json_object_get(definitions, table->name);

	ck_assert_msg(definition, "no definition '%s' in the schemas", table->name);
	return definition;
}

START_TEST(every_key_of_a_table_is_in_the_schema_and_no_other)
{
	const struct field_table *table = tables[_i];
	const json_t *definition = definition_of(table);
	const json_t *properties = json_object_get(definition, "properties");

	for (size_t i = 0; i < table->count; i++)
		ck_assert_msg(json_object_get(properties, table->fields[i].key), "no '%s' in '%s'",
			table->fields[i].key, table->name);
	ck_assert_uint_eq(json_object_size(properties), table->count);
	ck_assert(json_is_false(json_object_get(definition, "additionalProperties")));
}
END_TEST

START_TEST(required_keys_are_the_same)
{
	const struct field_table *table = tables[_i];
	const json_t *required = json_object_get(definition_of(table), "required");
	size_t required_count = 0;

	for (size_t i = 0; i < table->count; i++) {
		if (!table->fields[i].required)
			continue;
		required_count++;
		ck_assert_msg(list_has(required, table->fields[i].key), "'%s' in '%s'",
			table->fields[i].key, table->name);
	}
	ck_assert_uint_eq(json_array_size(required), required_count);
}
END_TEST

START_TEST(words_that_a_key_takes_are_the_same)
{
	const struct field_table *table = tables[_i];
	const json_t *properties = json_object_get(definition_of(table), "properties");

	for (size_t i = 0; i < table->count; i++) {
		const struct field *field = &table->fields[i];
		const json_t *words = json_object_get(
			json_object_get(properties, field->key), "enum");
		size_t word_count = 0;

		for (size_t choice = 0; choice < field->choice_count; choice++) {
			if (!field->choices[choice])
				continue;
			word_count++;
			ck_assert_msg(list_has(words, field->choices[choice]), "'%s' of '%s'",
				field->choices[choice], field->key);
		}
		ck_assert_uint_eq(json_array_size(words), word_count);
	}
}
END_TEST

START_TEST(keys_beside_a_matrix_are_those_of_a_scenario)
{
	const json_t *with_matrix = json_object_get(definitions, "scenario-with-matrix");
	const json_t *keys = json_object_get(json_object_get(with_matrix, "propertyNames"), "enum");

	for (size_t i = 0; i < tables[0]->count; i++)
		ck_assert_msg(list_has(keys, tables[0]->fields[i].key), "no '%s'",
			tables[0]->fields[i].key);
	ck_assert_uint_eq(json_array_size(keys), tables[0]->count);
}
END_TEST

START_TEST(gauges_are_those_of_the_rig)
{
	const json_t *settable = json_object_get(
		json_object_get(definitions, "gauge-name"), "enum");
	const char *moments = json_string_value(
		json_object_get(json_object_get(definitions, "moment"), "pattern"));

	for (size_t i = 0; i < GAUGE_COUNT; i++) {
		const struct gauge_row *row = gauge_at(i);
		const char *dot = strchr(row->name, '.');

		ck_assert_str_eq(gauge_word(i), row->name);
		ck_assert_msg(list_has(settable, row->name), "%s", row->name);
		ck_assert_msg(strstr(moments, dot ? dot + 1 : row->name), "%s", row->name);
	}
	ck_assert_ptr_null(gauge_word(GAUGE_COUNT));
	ck_assert_uint_eq(json_array_size(settable), GAUGE_COUNT);
}
END_TEST

START_TEST(profiles_are_those_of_the_rig)
{
	const json_t *words = json_object_get(json_object_get(definitions, "profile-name"), "enum");
	size_t count = 0;

	for (; profile_at(count); count++) {
		ck_assert_str_eq(profile_word(count), profile_at(count)->name);
		ck_assert_msg(list_has(words, profile_word(count)), "%s", profile_word(count));
	}
	ck_assert_ptr_null(profile_word(count));
	ck_assert_uint_eq(json_array_size(words), count);
}
END_TEST

START_TEST(words_of_commands_are_in_the_schema)
{
	const char *about = json_string_value(
		json_object_get(json_object_get(definitions, "command"), "description"));
	char *known = client_known_words();
	char *rest;

	for (char *word = strtok_r(known, ", ", &rest); word; word = strtok_r(NULL, ", ", &rest))
		ck_assert_msg(strstr(about, word), "%s", word);
	free(known);
}
END_TEST

/* The definitions of the schema at PATH, or NULL after saying why not. */
static json_t *schema_read(const char *path)
{
	json_error_t error;
	/* The largest seed is beyond jansson's integers. */
	json_t *schema = json_load_file(path, JSON_DECODE_INT_AS_REAL, &error);

	if (!schema)
		fprintf(stderr, "%s:%d: %s\n", path, error.line, error.text);

	json_t *found = json_incref(json_object_get(schema, "$defs"));

	json_decref(schema);
	return found;
}

static void tables_collect(void)
{
	const struct field_table *const *of_scenario = scenario_tables(&table_count);

	MUST(table_count < TABLES_MAX);
	memcpy(tables, of_scenario, table_count * sizeof *tables);
	tables[table_count++] = &client_table;
}

int main(int argc, char **argv)
{
	json_t *adapter = schema_read(ADAPTER_SCHEMA);

	(void)argc;
	definitions = schema_read(SCHEMA);
	if (!definitions || !adapter)
		return 1;
	json_object_update_missing(definitions, adapter);
	json_decref(adapter);
	tables_collect();

	Suite *suite = suite_create("scenario schema");
	TCase *tests = tcase_create("tables");

	tcase_add_loop_test(
		tests, every_key_of_a_table_is_in_the_schema_and_no_other, 0, (int)table_count);
	tcase_add_loop_test(tests, required_keys_are_the_same, 0, (int)table_count);
	tcase_add_loop_test(tests, words_that_a_key_takes_are_the_same, 0, (int)table_count);
	tcase_add_test(tests, keys_beside_a_matrix_are_those_of_a_scenario);
	tcase_add_test(tests, gauges_are_those_of_the_rig);
	tcase_add_test(tests, profiles_are_those_of_the_rig);
	tcase_add_test(tests, words_of_commands_are_in_the_schema);
	suite_add_tcase(suite, tests);

	int code = engine_suite_run(suite, argv[0]);

	json_decref(definitions);
	return table_count > 0 ? code : 1;
}
