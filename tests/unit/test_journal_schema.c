/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_journal_schema.c - every event is in events.schema.json, and a run of the
 * engine that makes each of them happen has only lines that it allows.
 */
#include <check.h>
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/profile/profile.h"
#include "simfs/volume/lvm/lvm.h"
#include "simfs/volume/snapshot_cancel.h"
#include "simfs/volume/writers/writers.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/fault_bench.h"

#define SCHEMA	   "schemas/events.schema.json"
#define DEFINITION "#/$defs/"

/* Read once, before the tests: Check runs each of them in a child. */
static json_t *schema;
static json_t *definitions;

/* How often each event was seen. */
static unsigned seen[JOURNAL_EVENTS];

/* ---- the part of JSON Schema that the schema uses ---- */

static bool is_valid(json_t *value, json_t *rules);

static bool has_type(const json_t *value, const char *type)
{
	return strcmp(type, "object") == 0 ? json_is_object(value)
	       : strcmp(type, "integer") == 0
		       ? json_is_integer(value)
		       : strcmp(type, "string") == 0 && json_is_string(value);
}

static bool matches(const json_t *value, const char *pattern)
{
	regex_t regex;

	ck_assert_int_eq(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);

	bool found = json_is_string(value) &&
		     regexec(&regex, json_string_value(value), 0, NULL, 0) == 0;

	regfree(&regex);
	return found;
}

static bool has_all(const json_t *value, const json_t *required)
{
	size_t index;
	json_t *key;

	json_array_foreach(required, index, key)
	{
		if (!json_object_get(value, json_string_value(key)))
			return false;
	}
	return true;
}

/* Each property has its rules, and there is no other. */
static bool are_valid(json_t *object, const json_t *properties)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		json_t *rules = json_object_get(properties, key);

		if (!rules || !is_valid(value, rules))
			return false;
	}
	return true;
}

static bool is_valid_by(json_t *value, const char *rule, json_t *operand)
{
	const char *text = json_string_value(operand);

	if (strcmp(rule, "type") == 0)
		return has_type(value, text);
	if (strcmp(rule, "const") == 0)
		return json_equal(value, operand);
	if (strcmp(rule, "minimum") == 0)
		return json_number_value(value) >= json_number_value(operand);
	if (strcmp(rule, "pattern") == 0)
		return matches(value, text);
	if (strcmp(rule, "required") == 0)
		return has_all(value, operand);
	if (strcmp(rule, "properties") == 0)
		return are_valid(value, operand);
	if (strcmp(rule, "$ref") == 0)
		return is_valid(value, json_object_get(definitions, text + strlen(DEFINITION)));
	/* Above, no other property is allowed anyway. */
	if (strcmp(rule, "additionalProperties") == 0)
		return json_is_false(operand);
	ck_assert_msg(strcmp(rule, "description") == 0, "'%s' is not checked here", rule);
	return true;
}

static bool is_valid(json_t *value, json_t *rules)
{
	const char *rule;
	json_t *operand;

	ck_assert(json_is_object(rules));
	json_object_foreach(rules, rule, operand)
	{
		if (!is_valid_by(value, rule, operand))
			return false;
	}
	return true;
}

/* ---- lines ---- */

static void expect_valid_line(const char *line)
{
	json_t *event = json_loads(line, 0, NULL);
	const char *name = json_string_value(json_object_get(event, "event"));
	size_t number = 0;

	ck_assert_msg(name, "no event: %s", line);
	ck_assert_msg(is_valid(event, json_object_get(definitions, name)), "%s", line);
	while (number < JOURNAL_EVENTS && strcmp(name, journal_event_name(number)) != 0)
		number++;
	ck_assert_msg(number < JOURNAL_EVENTS, "%s", line);
	seen[number]++;
	json_decref(event);
}

static void expect_valid_journal(void)
{
	struct journal *journal = volume_journal(bench_engine.volume);
	size_t length = (size_t)journal_bytes(journal);
	char *text = malloc(length + 1), *rest = text;

	ck_assert_uint_eq(journal_read(journal, 0, text, length), length);
	text[length] = '\0';
	for (char *line; (line = strsep(&rest, "\n")) && rest;)
		expect_valid_line(line);
	ck_assert_uint_eq(journal->lost_count, 0);
	free(text);
}

/* ---- a run in which everything happens ---- */

static void ignore_hold(struct volume_read_hold *hold)
{
	(void)hold;
}

static void strike_and_lose_the_snapshot(void)
{
	uint8_t byte;

	fault_bench_add("live.flush drop times=1");
	ck_assert_int_eq(engine_flush(&bench_engine), 0);
	fault_bench_add("snapshot.read fail-snapshot");
	ck_assert_int_ne(
		engine_read(&bench_engine, engine_find(&bench_engine, "s"), 0, &byte, 1), 0);
	ck_assert_uint_eq(volume_fault_clear(bench_engine.volume), 2);
	ck_assert_int_eq(engine_delete(&bench_engine, "s"), 0);
}

static void hold_and_feign(void)
{
	struct volume_read_hold hold = {
		.gauge = GAUGE_OPS, .at_least = 1, .reached = ignore_hold
	};

	volume_read_hold_begin(bench_engine.volume, &hold);
	volume_read_hold_end(bench_engine.volume, &hold);
	volume_gauge_feign(bench_engine.volume, GAUGE_MEMORY_USED, 500000);
	volume_gauge_release(bench_engine.volume, GAUGE_MEMORY_USED);
	volume_memory_from(bench_engine.volume, &memory_system);
	volume_memory_from(bench_engine.volume, NULL);
	ck_assert_int_eq(volume_phase_set(bench_engine.volume, "middle"), 0);
}

static void freeze_well_and_badly(void)
{
	const struct engine_snapshot_options options = { .with_writers = true };
	char message[WRITER_MESSAGE_BYTES];

	ck_assert_int_eq(
		volume_writer_add(bench_engine.volume, "simulated name=\"a b\"", message), 0);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "t", &options, NULL), 0);
	ck_assert_int_eq(engine_delete(&bench_engine, "t"), 0);
	fault_bench_add("writer.freeze error=ENOSPC writer=a_b times=1");
	ck_assert_int_lt(engine_snapshot(&bench_engine, "t", &options, NULL), 0);
}

static void ignore_creation(struct snapshot_create *create, int result)
{
	(void)create;
	(void)result;
}

static void ignore_moment(struct volume_moment *moment, int result)
{
	(void)moment;
	(void)result;
}

/* On a volume of its own, of the profile whose sets outlive that; it comes to rest when the set
 * has timed out. */
static void let_a_requester_die(void)
{
	struct snapshot_create create = {
		.name = "t", .with_writers = true, .done = ignore_creation
	};

	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				 .profile = &profile_vss,
				 .step_ns = NS_PER_MS,
				 .jump_ns = 3600 * NS_PER_S },
		false);
	fault_bench_add("snapshot.commit hang");
	volume_snapshot_create(bench_engine.volume, &create);
	volume_snapshot_cancel(&create);
	engine_settle(&bench_engine);
}

/* On a volume of the profile that can. */
static void change_a_snapshot_and_note_it(void)
{
	struct lvm_change changes[] = {
		{ .kind = LVM_DETACH },
		{ .kind = LVM_ATTACH },
		{ .kind = LVM_LIMIT, .limit = { .bytes = 1u << 20 } },
		{ .kind = LVM_RENAME, .to = "t" },
	};
	struct volume_moment moment = { .go = ignore_moment };
	struct fault_context ioctl = { .device = "vg0-t", .ioctl = "remove" };
	struct fault_context call = { .method = "VM.snapshot" };

	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				 .profile = &profile_lvm,
				 .step_ns = NS_PER_MS },
		true);
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
		ck_assert_int_eq(engine_change(&bench_engine, "s", &changes[i]), 0);
	fault_bench_add("dm.ioctl error=EBUSY ioctl=remove device=vg0-t");
	volume_door_strike(bench_engine.volume, FAULT_DM_IOCTL, &ioctl, &moment);
	fault_bench_add("xapi.call reply=reset method=VM.snapshot");
	volume_door_strike(bench_engine.volume, FAULT_XAPI_CALL, &call, &moment);
	volume_door_note(bench_engine.volume, "dm", "world ended", json_object());
	volume_door_note(bench_engine.volume, "dm", "world ended", NULL);
}

static void cut_the_image(void)
{
	uint8_t byte;

	engine_file_resize(&bench_engine, ENGINE_IMAGE, BENCH_VOLUME_BYTES);
	ck_assert_int_eq(engine_read(&bench_engine, NULL, BENCH_VOLUME_BYTES, &byte, 1), -EIO);
}

/* One byte of the store of a snapshot is another. */
static void spoil_a_store(void)
{
	uint8_t byte;
	uint64_t size_bytes;

	ck_assert_int_eq(engine_snapshot(&bench_engine, "spoilt", NULL, NULL), 0);
	ck_assert_int_eq(engine_write(&bench_engine, 0, 4096, 1), 0);
	engine_file(&bench_engine, "spoilt.store", &size_bytes)[2 * STORE_UNIT_BYTES] ^= 1;
	ck_assert_int_eq(
		engine_read(&bench_engine, engine_find(&bench_engine, "spoilt"), 0, &byte, 1),
		-EIO);
	ck_assert_int_eq(engine_delete(&bench_engine, "spoilt"), 0);
}

START_TEST(every_event_happens_and_is_as_the_schema_says)
{
	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				 .step_ns = NS_PER_MS },
		true);
	strike_and_lose_the_snapshot();
	hold_and_feign();
	freeze_well_and_badly();
	spoil_a_store();
	ck_assert_int_eq(engine_grow(&bench_engine, 2 * BENCH_VOLUME_BYTES, NULL), 0);
	cut_the_image();
	expect_valid_journal();
	while (volume_journal(bench_engine.volume)->dropped_count == 0)
		volume_gauge_release(bench_engine.volume, GAUGE_MEMORY_USED);
	expect_valid_journal();
	bench_close();
	let_a_requester_die();
	expect_valid_journal();
	bench_close();
	change_a_snapshot_and_note_it();
	expect_valid_journal();
	for (size_t i = 0; i < JOURNAL_EVENTS; i++)
		ck_assert_msg(seen[i] > 0, "no '%s' has happened", journal_event_name(i));
	bench_close();
}
END_TEST

START_TEST(the_schema_has_the_events_of_the_table_and_no_others)
{
	json_t *events = json_object_get(schema, "oneOf");

	ck_assert_uint_eq(json_array_size(events), JOURNAL_EVENTS);
	for (size_t i = 0; i < JOURNAL_EVENTS; i++) {
		const char *reference = json_string_value(
			json_object_get(json_array_get(events, i), "$ref"));
		json_t *definition = json_object_get(definitions, journal_event_name(i));
		json_t *event = json_object_get(json_object_get(definition, "properties"), "event");

		ck_assert_int_eq(strncmp(reference, DEFINITION, strlen(DEFINITION)), 0);
		ck_assert_str_eq(reference + strlen(DEFINITION), journal_event_name(i));
		ck_assert_str_eq(
			json_string_value(json_object_get(event, "const")), journal_event_name(i));
		ck_assert(json_is_false(json_object_get(definition, "additionalProperties")));
	}
}
END_TEST

START_TEST(what_is_not_as_the_schema_says_is_found)
{
	static const char *const lines[] = {
		/* A field too few, a field too many, another type, a number too small. */
		"{\"sequence\":1,\"time_ns\":0,\"operation\":0,\"event\":\"phase\"}",
		"{\"sequence\":1,\"time_ns\":0,\"operation\":0,\"event\":\"phase\","
		"\"phase\":\"a\",\"more\":1}",
		"{\"sequence\":1,\"time_ns\":0,\"operation\":0,\"event\":\"phase\",\"phase\":1}",
		"{\"sequence\":0,\"time_ns\":0,\"operation\":0,\"event\":\"phase\","
		"\"phase\":\"a\"}",
		/* Another event than the definition's. */
		"{\"sequence\":1,\"time_ns\":0,\"operation\":0,\"event\":\"phases\","
		"\"phase\":\"a\"}",
	};
	json_t *event = json_loads(lines[_i], 0, NULL);

	ck_assert_ptr_nonnull(event);
	ck_assert(!is_valid(event, json_object_get(definitions, "phase")));
	json_decref(event);
}
END_TEST

int main(int argc, char **argv)
{
	json_error_t error;
	Suite *suite = suite_create("journal schema");
	TCase *tests = tcase_create("schema");

	(void)argc;
	schema = json_load_file(SCHEMA, 0, &error);
	if (!schema) {
		fprintf(stderr, "%s:%d: %s\n", SCHEMA, error.line, error.text);
		return 1;
	}
	definitions = json_object_get(schema, "$defs");
	tcase_add_test(tests, every_event_happens_and_is_as_the_schema_says);
	tcase_add_test(tests, the_schema_has_the_events_of_the_table_and_no_others);
	tcase_add_loop_test(tests, what_is_not_as_the_schema_says_is_found, 0, 5);
	suite_add_tcase(suite, tests);

	int code = engine_suite_run(suite, argv[0]);

	json_decref(schema);
	return code;
}
