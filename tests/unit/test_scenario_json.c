/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scenario_json.c - results that were written as JSON are the same when they are read.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "scenarios/report/json_read.h"
#include "scenarios/report/report.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"

static char name[] = "s", path[] = "x.yaml", profile[] = "plain", client[] = "dd";
static char about[] = "what it is for";
static const struct scenario scenario = {
	.name = name,
	.path = path,
	.about = about,
	.profile = profile,
	.client = client,
	.seed = 7,
};

static char phase_name[] = "inject", snapshot[] = "s1";
static const struct phase phase = { .name = phase_name };
static const struct step step = { .kind = STEP_DELETE, .place = { 12, 9 }, .name = snapshot };

static const struct measures measures = {
	.is_there = true,
	.duration_ns = 1500 * NS_PER_MS,
	.cpu_ns = 250 * NS_PER_MS,
	.memory_bytes = 4096,
	.has_reads = true,
	.reads = 9,
	.read_errors = 1,
	.reads_in_sequence = 5,
	.in_flight_max = 2,
	.read_bytes = 8192,
	.bytes_again = 512,
	.sizes = { [3] = 4, [11] = 5 },
	.store_bytes = 77,
	.has_map = true,
	.bytes_unread = 1024,
	.bytes_of_holes = 2048,
	.during = { 3, 1000000, 2000000 },
};

static void timeline_make(struct scenario_result *result)
{
	char event_name[] = "fault.fired", text[] = "s1";
	struct timeline_event event = { 7 * NS_PER_MS, event_name, text, true, 0.25 };
	struct timeline_sample sample = { 5 * NS_PER_MS, { 0.5, 0.25, 3, 0 } };

	result->timeline = timeline_create();
	result->timeline->end_ns = 99 * NS_PER_MS;
	timeline_add_sample(result->timeline, &sample);
	timeline_add_event(result->timeline, &event);
	timeline_begin_span(result->timeline, TIMELINE_PHASE, "inject", NS_PER_MS);
	timeline_begin_span(result->timeline, TIMELINE_BACKUP, "b1", 2 * NS_PER_MS);
	timeline_end_span(result->timeline, TIMELINE_BACKUP, "b1", 3 * NS_PER_MS);
}

static void differences_make(struct scenario_result *result)
{
	struct differences *differences = differences_create();

	differences->compared_count = 8;
	differences->different_count = 2;
	differences_add_name(differences, "a", "is missing");
	result_set_differences(result, differences);
}

/* A machine with so many processors. */
static struct environment environment_of(uint64_t processors)
{
	struct environment environment = {
		.version = strdup("1.0"),
		.kernel = strdup("Linux"),
		.processors = processors,
		.memory_bytes = 1 << 30,
	};

	environment_add_fact(&environment, "plain", "limit", "none");
	return environment;
}

/* One of each outcome, with all that a result has. */
static void results_make(struct results *results)
{
	results_init(results);
	for (enum outcome outcome = OUTCOME_PASSED; outcome <= OUTCOME_ERROR; outcome++) {
		struct scenario_result *result = results_add(results, &scenario);

		result->duration_ns = 2 * NS_PER_S;
		result_add_step(result, &phase, &step, outcome, "why", 500 * NS_PER_MS);
		result_add_backup(result, "b1", "s1", VERDICT_HUNG, 124, "it hung", NS_PER_S);
		result_measure_backup(result, &measures);
		result_add_backup(result, "b2", "s1", VERDICT_INTACT, 0, NULL, NS_PER_S);
		result_add_leak(result, "file 'x'");
		result_set_replay(result, "snaprig run x.yaml");
		result_add_evidence(result, "kernel.log", "a\nb\n", true);
		result_set_artifacts(result, "kept/s");
		result->client_version = strdup("9.1");
		result->record = strdup("records/s.jsonl");
		result->replay_words = strdup(" --clients x");
		timeline_make(result);
		differences_make(result);
	}
	result_raise(results_add(results, &scenario), OUTCOME_FAILED, "first");

	struct scenario_result earlier = results_take_latest(results);

	result_succeed_to(results_add(results, &scenario), &earlier);
}

static char *json_text(const struct results *results)
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	report_json_line(results, file);
	fclose(file);
	return text;
}

START_TEST(what_was_written_is_read)
{
	struct results written, read;

	struct environment environment = environment_of(2);

	results_make(&written);
	environments_add(&written.environments, &environment);
	written.planned_count = written.scenario_count + 2;
	results_init(&read);

	AUTO(auto_free) char *text = json_text(&written);
	json_t *document = json_loads(text, 0, NULL);

	ck_assert_ptr_null(report_json_read(document, &read));
	ck_assert_uint_eq(results_missing(&read), 2);
	ck_assert_str_eq(read.scenarios[read.scenario_count - 1].flaky, "failed: first");
	ck_assert_uint_eq(read.scenarios[read.scenario_count - 1].runs, 2);

	AUTO(auto_free) char *again = json_text(&read);

	ck_assert_str_eq(again, text);
	json_decref(document);
	results_deinit(&written);
	results_deinit(&read);
}
END_TEST

/* Each member, replaced by one that it cannot be. */
static const struct {
	const char *key;
	bool is_of_step;
} needed[] = {
	{ "name", false },
	{ "path", false },
	{ "profile", false },
	{ "client", false },
	{ "outcome", false },
	{ "runs", false },
	{ "steps", false },
	{ "backups", false },
	{ "leaks", false },
	{ "logs", false },
	{ "phase", true },
	{ "step", true },
	{ "outcome", true },
};

START_TEST(what_is_not_of_ours_is_refused_and_changes_nothing)
{
	struct results written, read;

	results_make(&written);
	results_make(&read);

	AUTO(auto_free) char *text = json_text(&written);
	json_t *document = json_loads(text, 0, NULL);
	json_t *last = json_array_get(json_object_get(document, "scenarios"), OUTCOME_ERROR);
	json_t *object = needed[_i].is_of_step ? json_array_get(json_object_get(last, "steps"), 0)
					       : last;

	json_object_set_new(object, needed[_i].key, json_false());
	ck_assert_ptr_nonnull(report_json_read(document, &read));

	AUTO(auto_free) char *after = json_text(&read);

	ck_assert_str_eq(after, text);
	json_decref(document);
	results_deinit(&written);
	results_deinit(&read);
}
END_TEST

START_TEST(what_is_no_report_is_refused)
{
	static const char *const texts[] = { "[]", "{}", "{\"scenarios\": []}",
		"{\"missing\": -1, \"scenarios\": [], \"schema_version\": 1}",
		"{\"missing\": 0, \"scenarios\": [], \"schema_version\": 2}",
		"{\"missing\": 0, \"scenarios\": [7], \"schema_version\": 1}" };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		json_t *document = json_loads(texts[i], 0, NULL);
		struct results results;

		results_init(&results);
		ck_assert_ptr_nonnull(report_json_read(document, &results));
		ck_assert_uint_eq(results.scenario_count, 0);
		json_decref(document);
		results_deinit(&results);
	}
}
END_TEST

/* ONE's report read into RET. */
static void report_add(const struct results *one, struct results *ret)
{
	AUTO(auto_free) char *text = json_text(one);
	json_t *document = json_loads(text, 0, NULL);

	ck_assert_ptr_null(report_json_read(document, ret));
	json_decref(document);
}

START_TEST(each_scenario_of_a_merged_report_keeps_its_machine)
{
	static const uint64_t processors[] = { 2, 4, 2 };
	struct results all;

	results_init(&all);
	for (size_t i = 0; i < 3; i++) {
		struct environment environment = environment_of(processors[i]);
		struct results one;

		results_init(&one);
		environments_add(&one.environments, &environment);
		results_add(&one, &scenario);
		report_add(&one, &all);
		results_deinit(&one);
	}
	ck_assert_uint_eq(all.environments.count, 2);
	for (size_t i = 0; i < 3; i++) {
		size_t place = all.scenarios[i].environment;

		ck_assert_uint_eq(all.environments.items[place].processors, processors[i]);
	}
	ck_assert_str_eq(all.environments.items[1].facts[0].value, "none");
	results_deinit(&all);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("scenario json");
	TCase *tests = tcase_create("reading");

	(void)argc;

	tcase_add_test(tests, what_was_written_is_read);
	tcase_add_loop_test(tests, what_is_not_of_ours_is_refused_and_changes_nothing, 0,
		sizeof needed / sizeof needed[0]);
	tcase_add_test(tests, what_is_no_report_is_refused);
	tcase_add_test(tests, each_scenario_of_a_merged_report_keeps_its_machine);
	suite_add_tcase(suite, tests);

	return engine_suite_run(suite, argv[0]);
}
