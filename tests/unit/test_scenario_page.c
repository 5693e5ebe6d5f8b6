/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scenario_page.c - the page of a run: what it says is escaped, and it stays small however
 * much there is to say.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/report/html.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"

#define HOSTILE "<script>x</script> ]]> \x01 \xff \" ' &amp;"

static char hostile[] = HOSTILE;
static const struct scenario scenario = {
	.name = hostile,
	.path = hostile,
	.about = hostile,
	.profile = hostile,
	.client = hostile,
};
static const struct phase phase = { .name = hostile };
static const struct step step = { .kind = STEP_DELETE, .place = { 12, 9 }, .name = hostile };

static char *page(const struct results *results)
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	report_html(results, file);
	fclose(file);
	return text;
}

/* As much of everything as is kept of it, and no two points of a curve on a level. */
static void timeline_fill(struct scenario_result *result)
{
	struct timeline_event event = { 0, (char[]){ "fault.fired" }, hostile, true, 0.5 };

	result->timeline = timeline_create();
	result->timeline->end_ns = NS_PER_S;
	for (size_t i = 0; i < TIMELINE_SAMPLES_MAX; i++) {
		double value = i % 2 ? 0.9 : 0.1;
		struct timeline_sample sample = {
			i * NS_PER_S / TIMELINE_SAMPLES_MAX,
			{ value, value, value * 30, value },
		};

		timeline_add_sample(result->timeline, &sample);
	}
	for (size_t i = 0; i < TIMELINE_EVENTS_MAX; i++) {
		event.at_ns = i * NS_PER_MS;
		timeline_add_event(result->timeline, &event);
	}
	timeline_begin_span(result->timeline, TIMELINE_PHASE, hostile, 0);
	timeline_begin_span(result->timeline, TIMELINE_BACKUP, hostile, 0);
}

static void differences_fill(struct scenario_result *result)
{
	struct differences *file = differences_create(), *tree = differences_create();

	differences_set_size(file, 32 << 20);
	for (size_t i = 0; i < file->cell_count; i += 2)
		file->cells[i].counts[i % DIFFERENCE_KINDS] = 1;
	for (uint64_t i = 0; i < DIFFERENCES_RUNS_MAX; i++)
		differences_add_run(file, DIFFERENCE_ZEROS, i << 13, (i << 13) + 4096);
	file->different_count = DIFFERENCES_RUNS_MAX;
	result_add_backup(result, hostile, hostile, VERDICT_SILENT_CORRUPTION, 0, hostile, 1);
	result_set_differences(result, file);
	differences_add_name(tree, hostile, hostile);
	tree->different_count = 1;
	result_add_backup(result, hostile, hostile, VERDICT_MISREPORTED, 1, hostile, 1);
	result_set_differences(result, tree);
}

static void result_fill(struct results *results, enum outcome outcome)
{
	struct scenario_result *result = results_add(results, &scenario);
	AUTO(auto_free) char *log = malloc(20001);

	ck_assert_ptr_nonnull(log);
	memset(log, 'x', 20000);
	log[20000] = '\0';
	for (size_t i = 0; i < 20000; i += 80)
		log[i] = '\n';
	for (size_t i = 0; i < 100; i++)
		result_add_step(result, &phase, &step, OUTCOME_PASSED, NULL, 1);
	result_raise(result, outcome, hostile);
	result_set_replay(result, hostile);
	result->client_version = strdup(hostile);
	result->record = strdup(hostile);
	result_add_leak(result, hostile);
	if (outcome_is_bad(outcome)) {
		result_add_evidence(result, hostile, hostile, false);
		result_add_evidence(result, "long.log", log, false);
	}
	timeline_fill(result);
	differences_fill(result);
}

static void environment_fill(struct results *results)
{
	struct environment environment = {
		.version = strdup(hostile),
		.kernel = strdup(hostile),
		.processors = 2,
		.memory_bytes = 1 << 30,
	};

	environment_add_fact(&environment, hostile, hostile, hostile);
	environments_add(&results->environments, &environment);
}

START_TEST(whatever_it_says_is_escaped)
{
	struct results results;

	results_init(&results);
	environment_fill(&results);
	result_fill(&results, OUTCOME_FAILED);
	result_fill(&results, OUTCOME_PASSED);

	AUTO(auto_free) char *text = page(&results);

	ck_assert_ptr_null(strstr(text, "<script>x"));
	ck_assert_ptr_null(strstr(text, "]]>"));
	ck_assert_ptr_null(strchr(text, '\x01'));
	ck_assert_ptr_null(strchr(text, '\xff'));
	ck_assert_ptr_nonnull(strstr(text, "&lt;script&gt;x&lt;/script&gt; ]]&gt; "));
	ck_assert_ptr_nonnull(strstr(text, " &quot; ' &amp;amp;"));
	results_deinit(&results);
}
END_TEST

START_TEST(what_is_drawn_has_a_legend)
{
	static const char *const names[] = { "snapshot.failed", "snapshot.refused",
		"writer.failed" };
	struct timeline_event event = { 0, strdup(names[_i]), hostile, false, 0 };
	struct scenario_result *result;
	struct results results;

	results_init(&results);
	result = results_add(&results, &scenario);
	result_raise(result, OUTCOME_FAILED, hostile);
	result->timeline = timeline_create();
	timeline_add_event(result->timeline, &event);

	AUTO(auto_free) char *text = page(&results);

	ck_assert_ptr_nonnull(strstr(text, "<path class=\"failed\""));
	ck_assert_ptr_nonnull(strstr(text, "<span class=\"failed\">"));
	free(event.name);
	results_deinit(&results);
}
END_TEST

/* Of COUNT scenarios with all that can be told of them. */
static size_t page_bytes(size_t count, enum outcome outcome)
{
	struct results results;

	results_init(&results);
	for (size_t i = 0; i < count; i++)
		result_fill(&results, outcome);

	AUTO(auto_free) char *text = page(&results);

	results_deinit(&results);
	return strlen(text);
}

START_TEST(what_passed_takes_little_whatever_happened)
{
	ck_assert_uint_lt(page_bytes(10, OUTCOME_PASSED), 10 * 40000);
}
END_TEST

/* The page of a whole catalog goes into a mail. */
START_TEST(one_of_many_that_passed_takes_less)
{
	size_t few = page_bytes(90, OUTCOME_PASSED), many = page_bytes(180, OUTCOME_PASSED);

	ck_assert_uint_lt(many / 180, few / 90);
}
END_TEST

START_TEST(many_that_failed_share_the_room_and_one_has_it_all)
{
	size_t one = page_bytes(1, OUTCOME_FAILED), none = page_bytes(1, OUTCOME_SKIPPED);
	size_t many = page_bytes(200, OUTCOME_FAILED), others = page_bytes(200, OUTCOME_SKIPPED);

	ck_assert_uint_gt(one, none + 50000);
	ck_assert_uint_lt(many / 200, others / 200 + 10000);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("scenario page");
	TCase *tests = tcase_create("page");

	(void)argc;
	tcase_add_test(tests, whatever_it_says_is_escaped);
	tcase_add_loop_test(tests, what_is_drawn_has_a_legend, 0, 3);
	tcase_add_test(tests, what_passed_takes_little_whatever_happened);
	tcase_add_test(tests, one_of_many_that_passed_takes_less);
	tcase_add_test(tests, many_that_failed_share_the_room_and_one_has_it_all);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
