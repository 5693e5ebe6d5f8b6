/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scenario_parser.c - what a right scenario becomes.
 */
#include <check.h>
#include <glob.h>
#include <stdlib.h>

#include "scenarios/format/scenario.h"
#include "scenarios/format/step_title.h"
#include "simfs/base/cleanup.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/scenario_text.h"

static struct scenario *good_load(void)
{
	struct scenario_list list = { 0 };

	ck_assert_int_eq(scenarios_load(SCENARIO_FIXTURES "good.yaml", stderr, &list), 0);
	ck_assert_uint_eq(list.count, 1);

	struct scenario *scenario = list.items[0];

	free(list.items);
	return scenario;
}

/* A scenario of zeros whose `volume:` is VOLUME and which says MORE at the top. */
static struct scenario *volume_parse(const char *volume, const char *more)
{
	char text[1024];

	snprintf(text, sizeof text,
		"name: x\nprofile: plain\nvolume: %s\nclient: dd\n%s"
		"phases: [ { work: [ { snapshot: s0 } ] } ]\n",
		volume, more);
	return scenario_text_parse(text);
}

START_TEST(head_of_a_scenario_is_read)
{
	struct scenario *scenario = good_load();

	ck_assert_str_eq(scenario->path, SCENARIO_FIXTURES "good.yaml");
	ck_assert_str_eq(scenario->name, "actiphy-cow-overflow");
	ck_assert_str_eq(scenario->about, "A burst of writes overflows the 10 % COW file during a "
					  "backup; the backup must fail, the source must not.");
	ck_assert_uint_eq(scenario->seed, 7);
	ck_assert_str_eq(scenario->profile, "actiphy");
	ck_assert_str_eq(scenario->client, "reference");
	ck_assert_ptr_null(scenario->limit);
	ck_assert_uint_eq(scenario->time_limit_ns, SCENARIO_TIME_LIMIT_NS);
	ck_assert_uint_eq(scenario->volume_bytes, 256ull << 20);
	ck_assert_int_eq(scenario->content.kind, CONTENT_EXT4);
	ck_assert_uint_eq(scenario->content.files, 400);
	ck_assert_uint_eq(scenario->content.bytes, 100ull << 20);
	scenario_destroy(scenario);
}
END_TEST

START_TEST(phases_and_steps_keep_their_order_and_place)
{
	static const char *const names[] = { "steady", "inject", "recover", "verify" };
	static const size_t step_counts[] = { 4, 6, 3, 1 };
	struct scenario *scenario = good_load();

	ck_assert_uint_eq(scenario->phase_count, 4);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_str_eq(scenario->phases[i].name, names[i]);
		ck_assert_uint_eq(scenario->phases[i].step_count, step_counts[i]);
	}

	const struct step *steps = scenario->phases[0].steps;

	ck_assert_uint_eq(scenario->phases[0].place.line, 9);
	ck_assert_uint_eq(scenario->phases[0].place.column, 5);
	ck_assert_int_eq(steps[0].kind, STEP_SNAPSHOT);
	ck_assert_str_eq(steps[0].name, "s0");
	ck_assert_uint_eq(steps[0].place.line, 10);
	ck_assert_uint_eq(steps[0].place.column, 9);
	ck_assert_int_eq(steps[1].kind, STEP_BACKUP);
	ck_assert_str_eq(steps[1].of, "s0");
	ck_assert_str_eq(steps[1].name, "b0");
	ck_assert_int_eq(steps[2].kind, STEP_EXPECT);
	ck_assert_int_eq(steps[3].kind, STEP_DELETE);
	scenario_destroy(scenario);
}
END_TEST

START_TEST(write_with_a_moment_is_read)
{
	struct scenario *scenario = good_load();
	const struct step *step = &scenario->phases[1].steps[1];

	ck_assert_int_eq(step->kind, STEP_WRITE);
	ck_assert_str_eq(step->name, "burst");
	ck_assert_int_eq(step->pattern, PATTERN_RANDOM);
	ck_assert_uint_eq(step->bytes, 64ull << 20);
	ck_assert_str_eq(step->start.gauge, "read.progress");
	ck_assert_str_eq(step->start.at_least, "25%");
	scenario_destroy(scenario);
}
END_TEST

START_TEST(expectations_hold_only_what_is_wished)
{
	struct scenario *scenario = good_load();
	const struct step *steps = scenario->phases[1].steps;
	const struct expectation *client = &steps[3].expectation;
	const struct expectation *snapshot = &steps[4].expectation;
	const struct expectation *last = &scenario->phases[3].steps[0].expectation;

	ck_assert_int_eq(client->verdict, VERDICT_DETECTED);
	ck_assert_int_eq(client->exit_wish, EXIT_WISH_NONZERO);
	ck_assert_str_eq(client->says, "exit code: -314");
	ck_assert_ptr_null(client->snapshot);
	ck_assert(!client->live_intact && !client->no_leaks);
	ck_assert_int_eq(snapshot->verdict, VERDICT_NONE);
	ck_assert_int_eq(snapshot->exit_wish, EXIT_WISH_ANY);
	ck_assert_str_eq(snapshot->snapshot, "s1");
	ck_assert_str_eq(snapshot->state, "failed");
	ck_assert_str_eq(snapshot->error, "EFBIG");
	ck_assert_str_eq(snapshot->kernel_log, "max size exceeded");
	ck_assert(steps[5].expectation.live_intact);
	ck_assert_int_eq(last->verdict, VERDICT_RECOVERED);
	ck_assert_str_eq(last->content, "s2");
	ck_assert(last->no_leaks);
	scenario_destroy(scenario);
}
END_TEST

START_TEST(every_kind_of_content_is_read)
{
	struct scenario *scenario = volume_parse("{ size: 2048s, content: zeros }", "");

	ck_assert_int_eq(scenario->content.kind, CONTENT_ZEROS);
	ck_assert_uint_eq(scenario->volume_bytes, 1 << 20);
	scenario_destroy(scenario);
	scenario = volume_parse("{ size: 1048576, content: random }", "");
	ck_assert_int_eq(scenario->content.kind, CONTENT_RANDOM);
	ck_assert_uint_eq(scenario->volume_bytes, 1 << 20);
	scenario_destroy(scenario);
	scenario = volume_parse("{ content: { image: some/disk.img } }", "");
	ck_assert_int_eq(scenario->content.kind, CONTENT_IMAGE);
	ck_assert_str_eq(scenario->content.image, "some/disk.img");
	ck_assert_uint_eq(scenario->volume_bytes, 0);
	scenario_destroy(scenario);
}
END_TEST

START_TEST(optional_keys_at_the_top_are_read)
{
	struct scenario *scenario = volume_parse("{ size: 1MiB, content: zeros, limit: 2.5% }",
		"seed: 0xffffffffffffffff\ntime-limit: 20ms\n");

	ck_assert_uint_eq(scenario->seed, UINT64_MAX);
	ck_assert_uint_eq(scenario->time_limit_ns, 20000000);
	ck_assert_str_eq(scenario->limit, "2.5%");
	ck_assert_str_eq(scenario->about, "");
	scenario_destroy(scenario);
}
END_TEST

START_TEST(writers_and_their_clock_are_read)
{
	struct scenario *scenario = volume_parse("{ size: 1MiB, content: zeros }",
		"time-scale: 100\nwriter-check: none\n"
		"writers: [ 'simulated name=\"System Writer\"', simulated name=db dies=5s ]\n");
	struct scenario *without = volume_parse("{ size: 1MiB, content: zeros }", "");

	ck_assert_uint_eq(scenario->time_scale, 100);
	ck_assert(scenario->writers_unchecked);
	ck_assert_uint_eq(scenario->writers.count, 2);
	ck_assert_str_eq(scenario->writers.texts[0], "simulated name=\"System Writer\"");
	ck_assert_str_eq(scenario->writers.texts[1], "simulated name=db dies=5s");
	ck_assert_uint_eq(without->time_scale, 0);
	ck_assert(!without->writers_unchecked);
	ck_assert_uint_eq(without->writers.count, 0);
	scenario_destroy(without);
	scenario_destroy(scenario);
}
END_TEST

START_TEST(a_snapshot_that_the_client_takes_is_known_afterwards)
{
	AUTO(auto_free)
	char *text = scenario_text_with_steps("      - backup: { takes: s1, to: b1 }\n"
					      "      - expect: { content: s1 }\n"
					      "      - expect: { snapshot: s1, state: gone }\n");
	struct scenario *scenario = scenario_text_parse(text);
	const struct step *steps = scenario->phases[0].steps;

	ck_assert(!steps[1].takes);
	ck_assert(steps[2].takes);
	ck_assert_str_eq(steps[2].of, "s1");
	ck_assert_str_eq(steps[2].name, "b1");
	scenario_destroy(scenario);
}
END_TEST

static const struct exit_case {
	const char *text;
	enum exit_wish wish;
	int number;
} exit_cases[] = {
	{ "zero", EXIT_WISH_ZERO, 0 },
	{ "nonzero", EXIT_WISH_NONZERO, 0 },
	{ "0", EXIT_WISH_NUMBER, 0 },
	{ "198", EXIT_WISH_NUMBER, 198 },
	{ "-314", EXIT_WISH_NUMBER, -314 },
};

START_TEST(exit_is_a_word_or_a_number)
{
	const struct exit_case *wanted = &exit_cases[_i];
	char steps[128];

	snprintf(steps, sizeof steps, "      - expect: { exit: %s }\n", wanted->text);

	AUTO(auto_free) char *text = scenario_text_with_steps(steps);
	struct scenario *scenario = scenario_text_parse(text);
	const struct expectation *wish = &scenario->phases[0].steps[2].expectation;

	ck_assert_int_eq(wish->exit_wish, wanted->wish);
	ck_assert_int_eq(wish->exit_number, wanted->number);
	scenario_destroy(scenario);
}
END_TEST

static const struct title_case {
	const char *step;
	const char *title;
} title_cases[] = {
	{ "snapshot: s1", "snapshot 's1'" },
	{ "delete: s0", "delete 's0'" },
	{ "write: { name: w, pattern: sequential, bytes: 64KiB }", "write 'w': 64 KiB sequential" },
	{ "gauge: { name: memory.used, value: 85%, start: store.bytes >= 4MiB }",
		"gauge 'memory.used': 85% at store.bytes>=4MiB" },
	{ "gauge: { name: memory.used, value: 80.5% }", "gauge 'memory.used': 80.5%" },
	{ "backup: { of: s0, to: b1 }", "backup 's0' to 'b1'" },
	{ "backup: { takes: s1, to: b1 }", "backup 's1', taken by the client, to 'b1'" },
	{ "restore: { from: b0 }", "restore 'b0'" },
	{ "restore: { from: b0, to: r0 }", "restore 'b0' to 'r0'" },
	{ "expect: { verdict: hung, exit: -314, says: \"5\" }",
		"expect verdict hung, exit -314, says '5'" },
	{ "expect: { snapshot: s0, state: stale, error: EIO, kernel-log: a b }",
		"expect snapshot s0, state stale, error EIO, kernel-log 'a b'" },
	{ "write: { name: w, pattern: random, bytes: 4KiB, fails: ENOSPC }",
		"write 'w': 4 KiB random, until ENOSPC" },
	{ "snapshot: { name: s1, limit: 1MiB }", "snapshot 's1', limit 1MiB" },
	{ "snapshot: { name: s1, fails: EIO }", "snapshot 's1', which meets EIO" },
	{ "wait: 60s", "wait 1m" },
	{ "failure: cow-overflow", "failure 'cow-overflow'" },
	{ "failure: { name: ./mine.yaml, at: read.progress>=50%, as: a }",
		"failure './mine.yaml'" },
	{ "remedy: { name: cow-overflow, as: a }", "remedy of 'cow-overflow'" },
	{ "coalesce: wait", "coalesce" },
	{ "coalesce: starves", "coalesce, which starves" },
	{ "snapshots: { name: o, count: 1, bytes: 4KiB }", "write 'o-1': 4 KiB random" },
	{ "expect: { gauge: chain.depth >= 3 }", "expect gauge chain.depth>=3" },
	{ "expect: { exit: nonzero, content: s0, live: intact, leaks: none }",
		"expect exit nonzero, live intact, content s0, leaks none" },
};

START_TEST(every_step_is_read_and_has_a_title)
{
	char steps[256];

	snprintf(steps, sizeof steps, "      - %s\n", title_cases[_i].step);

	AUTO(auto_free) char *text = scenario_text_with_steps(steps);
	struct scenario *scenario = scenario_text_parse(text);
	AUTO(auto_free) char *title = step_title(&scenario->phases[0].steps[2]);

	ck_assert_str_eq(title, title_cases[_i].title);
	scenario_destroy(scenario);
}
END_TEST

START_TEST(series_becomes_single_steps)
{
	static const enum step_kind kinds[] = { STEP_WRITE, STEP_SNAPSHOT, STEP_WRITE,
		STEP_SNAPSHOT, STEP_DELETE, STEP_DELETE, STEP_EXPECT };
	AUTO(auto_free)
	char *text = scenario_text_with_steps(
		"      - snapshots: { name: o, count: 2, bytes: 8KiB }\n"
		"      - delete: o\n"
		"      - expect: { content: o-2 }\n");
	struct scenario *scenario = scenario_text_parse(text);
	const struct step *steps = &scenario->phases[0].steps[2];

	ck_assert_uint_eq(scenario->phases[0].step_count, 9);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		ck_assert_int_eq(steps[i].kind, kinds[i]);
	ck_assert_str_eq(steps[0].name, "o-1");
	ck_assert_uint_eq(steps[0].bytes, 8u << 10);
	ck_assert_str_eq(steps[3].name, "o-2");
	ck_assert_str_eq(steps[4].name, "o-1");
	ck_assert_str_eq(steps[5].name, "o-2");
	scenario_destroy(scenario);
}
END_TEST

START_TEST(gauge_is_released_after_it_was_set)
{
	AUTO(auto_free)
	char *text = scenario_text_with_steps(
		"      - gauge: { name: memory.used, value: 85% }\n      - release: memory.used\n");
	struct scenario *scenario = scenario_text_parse(text);
	const struct step *steps = scenario->phases[0].steps;

	ck_assert_str_eq(steps[2].name, "memory.used");
	ck_assert_str_eq(steps[2].value, "85%");
	ck_assert_int_eq(steps[3].kind, STEP_RELEASE);
	ck_assert_str_eq(steps[3].name, "memory.used");
	scenario_destroy(scenario);
}
END_TEST

START_TEST(faults_are_one_rule_or_a_list)
{
	AUTO(auto_free)
	char *text = scenario_text_with_steps(
		"      - fault: snapshot.read zero\n"
		"      - fault: [ live.read zero, live.write drop ]\n");
	struct scenario *scenario = scenario_text_parse(text);
	const struct step *steps = &scenario->phases[0].steps[2];
	AUTO(auto_free) char *title = step_title(&steps[1]);

	ck_assert_int_eq(steps[0].kind, STEP_FAULT);
	ck_assert_uint_eq(steps[0].faults.count, 1);
	ck_assert_str_eq(steps[0].faults.texts[0], "snapshot.read zero");
	ck_assert_uint_eq(steps[1].faults.count, 2);
	ck_assert_str_eq(steps[1].faults.texts[1], "live.write drop");
	ck_assert_str_eq(title, "fault 'live.read zero', 'live.write drop'");
	scenario_destroy(scenario);
}
END_TEST

START_TEST(byte_order_mark_and_carriage_returns_do_not_matter)
{
	struct scenario *scenario = scenario_text_parse(
		"\xef\xbb\xbfname: x\r\nprofile: plain\r\n"
		"volume: { size: 1MiB, content: zeros }\r\nclient: dd\r\n"
		"phases: [ { work: [ { snapshot: s0 } ] } ]\r\n");

	ck_assert_str_eq(scenario->name, "x");
	ck_assert_str_eq(scenario->client, "dd");
	scenario_destroy(scenario);
}
END_TEST

START_TEST(every_scenario_of_the_catalog_is_well_formed)
{
	glob_t found;

	ck_assert_int_eq(glob("scenarios/catalog/*/*.yaml", 0, NULL, &found), 0);
	ck_assert_uint_ge(found.gl_pathc, 8);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct scenario_list list = { 0 };

		ck_assert_msg(scenarios_load(found.gl_pathv[i], stderr, &list) == 0, "%s",
			found.gl_pathv[i]);
		scenario_list_deinit(&list);
	}
	globfree(&found);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

int main(int argc, char **argv)
{
	Suite *suite = suite_create("scenario parser");
	TCase *tests = tcase_create("right scenarios");

	(void)argc;

	tcase_add_test(tests, writers_and_their_clock_are_read);
	tcase_add_test(tests, a_snapshot_that_the_client_takes_is_known_afterwards);
	tcase_add_test(tests, head_of_a_scenario_is_read);
	tcase_add_test(tests, phases_and_steps_keep_their_order_and_place);
	tcase_add_test(tests, write_with_a_moment_is_read);
	tcase_add_test(tests, expectations_hold_only_what_is_wished);
	tcase_add_test(tests, every_kind_of_content_is_read);
	tcase_add_test(tests, optional_keys_at_the_top_are_read);
	tcase_add_loop_test(tests, exit_is_a_word_or_a_number, 0, COUNT(exit_cases));
	tcase_add_loop_test(tests, every_step_is_read_and_has_a_title, 0, COUNT(title_cases));
	tcase_add_test(tests, series_becomes_single_steps);
	tcase_add_test(tests, gauge_is_released_after_it_was_set);
	tcase_add_test(tests, faults_are_one_rule_or_a_list);
	tcase_add_test(tests, byte_order_mark_and_carriage_returns_do_not_matter);
	tcase_add_test(tests, every_scenario_of_the_catalog_is_well_formed);
	suite_add_tcase(suite, tests);

	return engine_suite_run(suite, argv[0]);
}
