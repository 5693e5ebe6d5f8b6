/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scenario_reports.c - results, and the TAP, JUnit and JSON that say them.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "scenarios/judge/results.h"
#include "scenarios/report/report.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "tests/lib/engine_suite.h"

/* A scenario as far as its result needs one; NAME must outlive it. */
static struct scenario scenario_of(char *name)
{
	static char path[] = "x.yaml";
	static char profile[] = "actiphy";
	static char client[] = "dd";

	return (struct scenario){
		.name = name,
		.path = path,
		.profile = profile,
		.client = client,
		.seed = 7,
	};
}

static char inject_name[] = "inject";
static char snapshot_name[] = "s1";
static const struct phase inject = { .name = inject_name };
static const struct step delete_step = {
	.kind = STEP_DELETE,
	.place = { 12, 9 },
	.name = snapshot_name,
};

static void add_passed(struct results *results)
{
	struct scenario scenario = scenario_of((char[]){ "good" });
	struct scenario_result *result = results_add(results, &scenario);

	result->duration_ns = 1500 * NS_PER_MS;
	result_add_step(result, &inject, &delete_step, OUTCOME_PASSED, NULL, 250 * NS_PER_MS);
	result_add_backup(result, "b1", "s1", VERDICT_DETECTED, 198, NULL, 1 * NS_PER_S);
}

static void add_failed(struct results *results)
{
	struct scenario scenario = scenario_of((char[]){ "bad #1" });
	struct scenario_result *result = results_add(results, &scenario);

	result->duration_ns = 2 * NS_PER_S;
	result_add_backup(
		result, "b1", "s1", VERDICT_SILENT_CORRUPTION, 0, "block 7 differs", 1 * NS_PER_S);
	result_add_step(result, &inject, &delete_step, OUTCOME_FAILED,
		"said \"<no>\" & left\n\x1b[0m", 500 * NS_PER_MS);
	result_add_leak(result, "file 'b1.tmp'");
	result_set_replay(result, "snaprig run x.yaml --seed 7");
	result_add_evidence(result, "b1.backup.log", "one\n\ntwo ]]>\xff", true);
	result_set_artifacts(result, "kept/bad");
}

static void add_skipped(struct results *results)
{
	struct scenario scenario = scenario_of((char[]){ "no tool" });
	struct scenario_result *result = results_add(results, &scenario);

	result_raise(result, OUTCOME_SKIPPED, "client 'dd' is not installed");
}

static char *report(void (*write)(const struct results *, FILE *), const struct results *results)
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	write(results, file);
	fclose(file);
	return text;
}

START_TEST(tap_has_a_point_per_scenario_with_what_happened)
{
	struct results results;

	results_init(&results);
	add_passed(&results);
	add_failed(&results);
	add_skipped(&results);

	AUTO(auto_free) char *tap = report(report_tap, &results);

	ck_assert_str_eq(tap,
		"TAP version 14\n"
		"1..3\n"
		"ok 1 - good\n"
		"  ---\n"
		"  outcome: passed\n"
		"  file: \"x.yaml\"\n"
		"  profile: \"actiphy\"\n"
		"  client: \"dd\"\n"
		"  seed: 7\n"
		"  seconds: 1.500\n"
		"  backups:\n"
		"    - { name: \"b1\", of: \"s1\", verdict: detected, exit: 198, seconds: 1.000 }\n"
		"  ...\n"
		"not ok 2 - bad \\#1\n"
		"  ---\n"
		"  outcome: failed\n"
		"  message: \"said \\\"<no>\\\" & left\\n\xef\xbf\xbd[0m\"\n"
		"  file: \"x.yaml\"\n"
		"  profile: \"actiphy\"\n"
		"  client: \"dd\"\n"
		"  seed: 7\n"
		"  seconds: 2.000\n"
		"  backups:\n"
		"    - { name: \"b1\", of: \"s1\", verdict: silent-corruption, exit: 0, seconds: "
		"1.000, reason: \"block 7 differs\" }\n"
		"  steps:\n"
		"    - phase: \"inject\"\n"
		"      step: \"delete 's1'\"\n"
		"      file: \"x.yaml\"\n"
		"      line: 12\n"
		"      column: 9\n"
		"      outcome: failed\n"
		"      message: \"said \\\"<no>\\\" & left\\n\xef\xbf\xbd[0m\"\n"
		"  leaks:\n"
		"    - \"file 'b1.tmp'\"\n"
		"  logs:\n"
		"    - name: \"b1.backup.log\"\n"
		"      cut: true\n"
		"      lines:\n"
		"        - \"one\"\n"
		"        - \"two ]]>\xef\xbf\xbd\"\n"
		"  artifacts: \"kept/bad\"\n"
		"  replay: \"snaprig run x.yaml --seed 7\"\n"
		"  ...\n"
		"ok 3 - no tool # SKIP client 'dd' is not installed\n");
	results_deinit(&results);
}
END_TEST

START_TEST(junit_tells_failures_from_errors_and_skips)
{
	struct results results;

	results_init(&results);
	add_passed(&results);
	add_failed(&results);
	add_skipped(&results);

	AUTO(auto_free) char *junit = report(report_junit, &results);

	ck_assert_str_eq(junit,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"snaprig\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""
		" time=\"3.500\">\n"
		"  <testsuite name=\"good\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\""
		" time=\"1.500\">\n"
		"    <properties>\n"
		"      <property name=\"seed\" value=\"7\"/>\n"
		"      <property name=\"profile\" value=\"actiphy\"/>\n"
		"      <property name=\"client\" value=\"dd\"/>\n"
		"      <property name=\"outcome\" value=\"passed\"/>\n"
		"      <property name=\"verdict.b1\" value=\"detected\"/>\n"
		"    </properties>\n"
		"    <testcase classname=\"good\" name=\"inject: delete 's1'\" file=\"x.yaml\""
		" line=\"12\" time=\"0.250\"/>\n"
		"  </testsuite>\n"
		"  <testsuite name=\"bad #1\" tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\""
		" time=\"2.000\">\n"
		"    <properties>\n"
		"      <property name=\"seed\" value=\"7\"/>\n"
		"      <property name=\"profile\" value=\"actiphy\"/>\n"
		"      <property name=\"client\" value=\"dd\"/>\n"
		"      <property name=\"outcome\" value=\"failed\"/>\n"
		"      <property name=\"replay\" value=\"snaprig run x.yaml --seed 7\"/>\n"
		"      <property name=\"verdict.b1\" value=\"silent-corruption\"/>\n"
		"    </properties>\n"
		"    <testcase classname=\"bad #1\" name=\"inject: delete 's1'\" file=\"x.yaml\""
		" line=\"12\" time=\"0.500\">\n"
		"      <failure message=\"said &quot;&lt;no&gt;&quot; &amp; "
		"left&#10;\xef\xbf\xbd[0m\""
		" type=\"failed\">said \"&lt;no&gt;\" &amp; left\n\xef\xbf\xbd[0m\n"
		"replay: snaprig run x.yaml --seed 7\n"
		"\n---- b1.backup.log, its last lines ----\n"
		"one\n\ntwo ]]&gt;\xef\xbf\xbd\n"
		"</failure>\n"
		"      <system-out>[[ATTACHMENT|kept/bad/b1.backup.log]]\n</system-out>\n"
		"    </testcase>\n"
		"    <system-out>left behind: file 'b1.tmp'\n</system-out>\n"
		"  </testsuite>\n"
		"  <testsuite name=\"no tool\" tests=\"1\" failures=\"0\" errors=\"0\" "
		"skipped=\"1\""
		" time=\"0.000\">\n"
		"    <properties>\n"
		"      <property name=\"seed\" value=\"7\"/>\n"
		"      <property name=\"profile\" value=\"actiphy\"/>\n"
		"      <property name=\"client\" value=\"dd\"/>\n"
		"      <property name=\"outcome\" value=\"skipped\"/>\n"
		"    </properties>\n"
		"    <testcase classname=\"no tool\" name=\"scenario\" file=\"x.yaml\""
		" time=\"0.000\">\n"
		"      <skipped message=\"client 'dd' is not installed\"/>\n"
		"    </testcase>\n"
		"  </testsuite>\n"
		"</testsuites>\n");
	results_deinit(&results);
}
END_TEST

static const struct element_case {
	enum outcome outcome;
	const char *element;
	bool is_ok_in_tap;
} element_cases[] = {
	{ OUTCOME_FAILED, "<failure message=\"why\" type=\"failed\">why\n", false },
	{ OUTCOME_ERROR, "<error message=\"why\" type=\"error\">why\n", false },
	{ OUTCOME_TIMED_OUT, "<error message=\"why\" type=\"timed-out\">why\n", false },
	{ OUTCOME_INCONCLUSIVE, "<error message=\"why\" type=\"inconclusive\">why\n", false },
	{ OUTCOME_SKIPPED, "<skipped message=\"why\"/>", true },
};

START_TEST(what_befell_the_whole_scenario_has_a_case_of_its_own)
{
	const struct element_case *wanted = &element_cases[_i];
	struct results results;

	results_init(&results);
	add_passed(&results);
	result_raise(&results.scenarios[0], wanted->outcome, "why");

	AUTO(auto_free) char *junit = report(report_junit, &results);
	AUTO(auto_free) char *tap = report(report_tap, &results);

	ck_assert_ptr_nonnull(strstr(junit, "name=\"scenario\""));
	ck_assert_ptr_nonnull(strstr(junit, wanted->element));
	ck_assert_int_eq(strstr(tap, "\nok 1 ") != NULL, wanted->is_ok_in_tap);
	ck_assert_int_eq(strstr(tap, "\nnot ok 1 ") != NULL, !wanted->is_ok_in_tap);
	results_deinit(&results);
}
END_TEST

START_TEST(what_is_missing_of_a_run_is_told)
{
	struct results results;

	results_init(&results);
	add_passed(&results);
	results.planned_count = 3;

	AUTO(auto_free) char *junit = report(report_junit, &results);
	AUTO(auto_free) char *tap = report(report_tap, &results);
	AUTO(auto_free) char *text = report(report_json, &results);
	json_t *json = json_loads(text, 0, NULL);

	ck_assert_ptr_nonnull(strstr(junit, "tests=\"2\" failures=\"0\" errors=\"1\""));
	ck_assert_ptr_nonnull(strstr(junit, "<error message=\"2 of 3 scenarios have not ended\""));
	ck_assert_ptr_nonnull(strstr(tap, "\n1..3\nok 1 - good\n"));
	ck_assert(json_is_null(json_object_get(json, "exit")));
	ck_assert_int_eq(json_integer_value(json_object_get(json, "missing")), 2);
	json_decref(json);
	results_deinit(&results);
}
END_TEST

START_TEST(outcome_rises_and_never_falls)
{
	struct scenario scenario = scenario_of((char[]){ "x" });
	struct results results;

	results_init(&results);

	struct scenario_result *result = results_add(&results, &scenario);

	result_raise(result, OUTCOME_FAILED, "first");
	result_raise(result, OUTCOME_INCONCLUSIVE, "lighter");
	ck_assert_int_eq(result->outcome, OUTCOME_FAILED);
	ck_assert_str_eq(result->message, "first");
	result_raise(result, OUTCOME_FAILED, "second");
	ck_assert_str_eq(result->message, "first");
	result_raise(result, OUTCOME_ERROR, "heavier");
	ck_assert_int_eq(result->outcome, OUTCOME_ERROR);
	ck_assert_str_eq(result->message, "heavier");
	results_deinit(&results);
}
END_TEST

static const struct exit_case {
	enum outcome outcomes[3];
	int exit_code;
} exit_cases[] = {
	{ { OUTCOME_PASSED, OUTCOME_PASSED, OUTCOME_PASSED }, EXIT_MET },
	{ { OUTCOME_PASSED, OUTCOME_SKIPPED, OUTCOME_PASSED }, EXIT_MET },
	{ { OUTCOME_SKIPPED, OUTCOME_SKIPPED, OUTCOME_SKIPPED }, EXIT_SKIPPED },
	{ { OUTCOME_PASSED, OUTCOME_INCONCLUSIVE, OUTCOME_SKIPPED }, EXIT_INCONCLUSIVE },
	{ { OUTCOME_FAILED, OUTCOME_INCONCLUSIVE, OUTCOME_PASSED }, EXIT_FINDING },
	{ { OUTCOME_FAILED, OUTCOME_TIMED_OUT, OUTCOME_PASSED }, EXIT_TIMED_OUT },
	{ { OUTCOME_ERROR, OUTCOME_TIMED_OUT, OUTCOME_FAILED }, EXIT_RIG },
};

START_TEST(exit_code_is_that_of_the_heaviest_outcome)
{
	struct results results;

	results_init(&results);
	for (size_t i = 0; i < 3; i++) {
		struct scenario scenario = scenario_of((char[]){ "x" });

		result_raise(results_add(&results, &scenario), exit_cases[_i].outcomes[i], NULL);
	}
	ck_assert_int_eq(results_exit_code(&results), exit_cases[_i].exit_code);
	results_deinit(&results);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

int main(int argc, char **argv)
{
	Suite *suite = suite_create("scenario reports");
	TCase *tests = tcase_create("results and reports");

	(void)argc;

	tcase_add_test(tests, tap_has_a_point_per_scenario_with_what_happened);
	tcase_add_test(tests, junit_tells_failures_from_errors_and_skips);
	tcase_add_loop_test(tests, what_befell_the_whole_scenario_has_a_case_of_its_own, 0,
		COUNT(element_cases));
	tcase_add_test(tests, what_is_missing_of_a_run_is_told);
	tcase_add_test(tests, outcome_rises_and_never_falls);
	tcase_add_loop_test(tests, exit_code_is_that_of_the_heaviest_outcome, 0, COUNT(exit_cases));
	suite_add_tcase(suite, tests);

	return engine_suite_run(suite, argv[0]);
}
