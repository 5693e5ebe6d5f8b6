/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scenario_wishes.c - what expect can wish of gauges, counters, time and the journal.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "faults/journal.h"
#include "scenarios/format/step_title.h"
#include "scenarios/format/wishes.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/scenario_text.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* Read before the tests, which run elsewhere. */
static json_t *schema;

static const struct {
	const char *wish, *title;
} wishes[] = {
	{ "gauge: \"chain.depth>=29\"", "expect gauge chain.depth>=29" },
	{ "gauge: \" store.used < 70% \"", "expect gauge store.used<70%" },
	{ "gauge: \"snapshot.count=2\"", "expect gauge snapshot.count=2" },
	{ "counter: \"live_writes<=3\"", "expect counter live_writes<=3" },
	{ "counter: \"live_written_bytes>64KiB\"", "expect counter live_written_bytes>64KiB" },
	{ "elapsed: \"<=30m\"", "expect elapsed <=30m" },
	{ "journal: { event: mounted }", "expect journal mounted >=1 times" },
	{ "journal: { event: phase, times: 0 }", "expect journal phase =0 times" },
	{ "journal: { event: fault.fired, rule: bad, point: live.read, times: \"<3\" }",
		"expect journal fault.fired of rule 'bad' of point 'live.read' <3 times" },
	{ "journal: { event: snapshot.failed, snapshot: s0, writer: db, times: 1 }, leaks: none",
		"expect journal snapshot.failed of snapshot 's0' of writer 'db' =1 times, leaks "
		"none" },
};

START_TEST(wish_is_read_as_it_is_written)
{
	AUTO(auto_free) char *steps = heap_format("      - expect: { %s }\n", wishes[_i].wish);
	AUTO(auto_free) char *text = scenario_text_with_steps(steps);
	struct scenario *scenario = scenario_text_parse(text);
	AUTO(auto_free) char *title = step_title(&scenario->phases[0].steps[2]);

	ck_assert_str_eq(title, wishes[_i].title);
	scenario_destroy(scenario);
}
END_TEST

static const struct {
	const char *wish, *message;
} wrong[] = {
	{ "gauge: chain.depth", "9:26: 'chain.depth' is not a gauge and its value (try "
				"\"chain.depth>=29\")" },
	{ "gauge: chain.dept>=2",
		"9:26: unknown gauge 'chain.dept' (did you mean 'chain.depth'?)" },
	{ "gauge: chain.depth=5%", "9:26: 'chain.depth' cannot be '5%' (try 29)" },
	{ "gauge: store.used>=200%", "9:26: 'store.used' cannot be '200%' (try 25%)" },
	{ "gauge: [ ops ]", "9:26: 'gauge' must be a gauge and its value, not a list" },
	{ "counter: live_writes", "9:28: 'live_writes' is not a counter and its value (try "
				  "\"live_writes>=1\")" },
	{ "counter: live_write=1",
		"9:28: unknown counter 'live_write' (did you mean 'live_writes'?)" },
	{ "counter: live_writes=many", "9:28: 'live_writes' cannot be 'many' (try 29 or 64KiB)" },
	{ "elapsed: 30m", "9:28: cannot read time '30m' (try \"<=30s\")" },
	{ "elapsed: \"<=30\"", "9:28: cannot read time '<=30' (try \"<=30s\")" },
	{ "elapsed: \"b1<=30s\"", "9:28: cannot read time 'b1<=30s' (try \"<=30s\")" },
	{ "journal: mounted", "9:28: journal must be a map, not a single value" },
	{ "journal: { times: 1 }", "9:28: missing key 'event' in journal" },
	{ "journal: { event: fault.fire }",
		"9:37: unknown event 'fault.fire' (did you mean 'fault.fired'?)" },
	{ "journal: { event: mounted, point: live.red }",
		"9:53: unknown point 'live.red' (did you mean 'live.read'?)" },
	{ "journal: { event: mounted, snapshot: s9 }",
		"9:56: snapshot 's9' is never made before this step (did you mean 's0'?)" },
	{ "journal: { event: mounted, times: -1 }",
		"9:53: cannot read number '-1' (try 3 or \">=1\")" },
	{ "journal: { event: mounted, times: \">=x\" }",
		"9:53: cannot read number '>=x' (try 3 or \">=1\")" },
	{ "journal: { event: mounted, colour: 1 }",
		"9:46: unknown key 'colour' (known: event, rule, point, snapshot, writer, times)" },
};

START_TEST(wrong_wish_is_told_where_and_what)
{
	AUTO(auto_free) char *steps = heap_format("      - expect: { %s }\n", wrong[_i].wish);
	AUTO(auto_free) char *text = scenario_text_with_steps(steps);
	AUTO(auto_free) char *messages = scenario_text_messages(text);
	AUTO(auto_free) char *wanted = heap_format("x.yaml:%s\n", wrong[_i].message);

	ck_assert_str_eq(messages, wanted);
}
END_TEST

START_TEST(events_are_those_of_the_rig)
{
	static const char *const names[] = {
#define JOURNAL_EVENT(symbol, name) name,
#include "faults/journal_events.def"
#undef JOURNAL_EVENT
	};

	for (size_t i = 0; i < JOURNAL_EVENTS; i++)
		ck_assert_str_eq(event_word(i), names[i]);
	ck_assert_ptr_null(event_word(JOURNAL_EVENTS));
}
END_TEST

START_TEST(counters_and_events_are_in_the_schema)
{
	const json_t *definitions = json_object_get(schema, "$defs");
	const json_t *expect = json_object_get(
		json_object_get(definitions, "expect"), "properties");
	const json_t *names = json_object_get(json_object_get(definitions, "event-name"), "enum");
	const char *pattern = json_string_value(
		json_object_get(json_object_get(expect, "counter"), "pattern"));
	size_t count = 0;

	ck_assert_ptr_nonnull(pattern);
	for (; counter_word(count); count++)
		ck_assert_msg(strstr(pattern, counter_word(count)), "%s", counter_word(count));
	ck_assert_uint_gt(count, 0);
	for (count = 0; event_word(count); count++)
		ck_assert_str_eq(
			json_string_value(json_array_get(names, count)), event_word(count));
	ck_assert_uint_eq(json_array_size(names), count);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("scenario wishes");
	TCase *tests = tcase_create("wishes");

	(void)argc;
	/* The largest seed is beyond jansson's integers. */
	schema = json_load_file("scenarios/scenario.schema.json", JSON_DECODE_INT_AS_REAL, NULL);
	tcase_add_loop_test(tests, wish_is_read_as_it_is_written, 0, COUNT(wishes));
	tcase_add_loop_test(tests, wrong_wish_is_told_where_and_what, 0, COUNT(wrong));
	tcase_add_test(tests, events_are_those_of_the_rig);
	tcase_add_test(tests, counters_and_events_are_in_the_schema);
	suite_add_tcase(suite, tests);

	int code = engine_suite_run(suite, argv[0]);

	json_decref(schema);
	return code;
}
