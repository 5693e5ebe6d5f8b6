/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scenario_fixtures.c - whole files of mistakes: each is told, in order, with its place.
 */
#include <check.h>
#include <stdlib.h>

#include "simfs/base/cleanup.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/scenario_text.h"

static void expect_messages(const char *fixture, const char *wanted)
{
	AUTO(auto_free) char *messages = scenario_fixture_messages(fixture);

	ck_assert_str_eq(messages, wanted);
}

START_TEST(tabs_in_the_indentation_are_named)
{
	expect_messages("tabs.yaml", "tabs.yaml:4:1: tab in the indentation (use spaces)\n"
				     "tabs.yaml:5:3: tab in the indentation (use spaces)\n");
}
END_TEST

START_TEST(empty_file_is_a_mistake)
{
	expect_messages(
		"empty.yaml", "empty.yaml:1:1: the file is empty (see 'snaprig list scenarios')\n");
}
END_TEST

START_TEST(file_of_comments_is_as_good_as_empty)
{
	expect_messages("only-comments.yaml",
		"only-comments.yaml:1:1: the file is empty (see 'snaprig list scenarios')\n");
}
END_TEST

START_TEST(every_unknown_word_is_reported_with_a_suggestion)
{
	expect_messages("unknown-keys.yaml",
		"unknown-keys.yaml:2:1: unknown key 'abuot' (did you mean 'about'?)\n"
		"unknown-keys.yaml:4:11: unknown key 'sise' (did you mean 'size'?)\n"
		"unknown-keys.yaml:8:9: unknown key 'snapshoot' (did you mean 'snapshot'?)\n"
		"unknown-keys.yaml:9:36: unknown value 'rnadom' for 'pattern' (did you mean "
		"'random'?)\n"
		"unknown-keys.yaml:9:57: unknown key 'strat' (did you mean 'start'?)\n"
		"unknown-keys.yaml:10:35: unknown key 'quickly' (known: of, takes, to, in)\n"
		"unknown-keys.yaml:11:19: unknown key 'verdit' (did you mean 'verdict'?)\n"
		"unknown-keys.yaml:11:41: unknown value 'broken' for 'live' (known: intact)\n"
		"unknown-keys.yaml:12:1: unknown key 'colour' (known: name, about, matrix, seed, "
		"profile, "
		"volume, client, sr, format, coalesce, requires, env, timeout, time-limit, "
		"time-scale, writers, "
		"writer-check, phases)\n");
}
END_TEST

START_TEST(every_wrong_type_is_reported)
{
	expect_messages("wrong-types.yaml",
		"wrong-types.yaml:1:7: 'name' must be a text (write \"5\" in quotes)\n"
		"wrong-types.yaml:2:8: 'about' must be a text, not a list\n"
		"wrong-types.yaml:3:7: 'seed' must be a number, not a text (leave the quotes out)\n"
		"wrong-types.yaml:4:10: 'profile' must be a text (write \"true\" in quotes)\n"
		"wrong-types.yaml:5:9: volume must be a map, not a single value\n"
		"wrong-types.yaml:6:9: 'client' must be a text, not a map\n"
		"wrong-types.yaml:7:13: cannot read duration '60' (try 60s or 20ms)\n"
		"wrong-types.yaml:9:3: 'phases' must be a list of phases, not a map (begin each "
		"with '- ')\n");
}
END_TEST

START_TEST(every_missing_key_is_reported_where_its_map_begins)
{
	expect_messages("missing-keys.yaml",
		"missing-keys.yaml:1:1: missing key 'name' in scenario\n"
		"missing-keys.yaml:1:1: missing key 'profile' in scenario\n"
		"missing-keys.yaml:1:1: missing key 'client' in scenario\n"
		"missing-keys.yaml:2:9: missing key 'size' in volume\n"
		"missing-keys.yaml:6:16: missing key 'pattern' in write\n"
		"missing-keys.yaml:6:16: missing key 'bytes' in write\n"
		"missing-keys.yaml:7:17: missing key 'to' in backup\n"
		"missing-keys.yaml:8:16: missing key 'name' in gauge\n"
		"missing-keys.yaml:8:16: missing key 'value' in gauge\n"
		"missing-keys.yaml:9:17: expect expects nothing\n"
		"missing-keys.yaml:10:17: missing key 'snapshot' in expect (whose 'state'?)\n");
}
END_TEST

START_TEST(duplicates_point_to_the_first)
{
	expect_messages("duplicate-keys.yaml",
		"duplicate-keys.yaml:2:1: duplicate key 'name' (the first is at line 1)\n"
		"duplicate-keys.yaml:4:23: duplicate key 'size' (the first is at line 4)\n"
		"duplicate-keys.yaml:9:5: duplicate phase 'work' (the first is at line 7)\n"
		"duplicate-keys.yaml:10:19: snapshot 's0' was made before, at line 8 (each needs "
		"its own name)\n");
}
END_TEST

START_TEST(anchors_aliases_and_tags_are_refused)
{
	expect_messages("anchors.yaml",
		"anchors.yaml:1:7: anchor '&here' is not allowed (write the value out)\n"
		"anchors.yaml:2:8: alias '*here' is not allowed (write the value out)\n"
		"anchors.yaml:3:10: a tag is not allowed (leave out what begins with '!')\n"
		"anchors.yaml:7:11: anchor '&steps' is not allowed (write the value out)\n"
		"anchors.yaml:9:12: alias '*steps' is not allowed (write the value out)\n");
}
END_TEST

START_TEST(second_document_is_refused)
{
	expect_messages(
		"two-documents.yaml", "two-documents.yaml:2:1: a second document in one file\n");
}
END_TEST

START_TEST(nonsense_numbers_are_reported_with_a_hint)
{
	expect_messages("sizes.yaml",
		"sizes.yaml:3:17: cannot read size '64MB' (try 64MiB)\n"
		"sizes.yaml:3:49: 'files' is too small (at least 1)\n"
		"sizes.yaml:3:59: 'bytes' is too large (at most 64 TiB)\n"
		"sizes.yaml:3:81: 'limit' is too large (at most 100%)\n"
		"sizes.yaml:5:13: cannot read duration 'soon' (try 60s or 20ms)\n"
		"sizes.yaml:8:51: cannot read size '-5' (try 64MiB)\n"
		"sizes.yaml:9:51: 'bytes' is too small (at least 512 B)\n"
		"sizes.yaml:10:44: 'memory.used' cannot be '1GiB' (try 25%)\n"
		"sizes.yaml:11:24: unknown gauge 'memory.usd' (did you mean 'memory.used'?)\n");
}
END_TEST

START_TEST(references_to_what_is_not_there_are_reported)
{
	expect_messages("references.yaml",
		"references.yaml:7:17: no backup is made before this expect\n"
		"references.yaml:9:23: snapshot 's1' is never made before this step (did you mean "
		"'s0'?)\n"
		"references.yaml:10:26: backup 'b1' is never made before this step (did you mean "
		"'b0'?)\n"
		"references.yaml:12:17: snapshot 's0' is deleted at line 11\n"
		"references.yaml:13:29: snapshot 's0' is deleted at line 11\n"
		"references.yaml:16:19: snapshot 's0' was made before, at line 15 (each needs its "
		"own name)\n"
		"references.yaml:17:18: gauge 'memory.used' is never set before this step\n"
		"references.yaml:18:9: no backup follows in phase 'work', so 'late' never "
		"starts\n");
}
END_TEST

START_TEST(list_at_the_top_is_refused)
{
	expect_messages("list.yaml", "list.yaml:1:1: scenario must be a map, not a list\n");
}
END_TEST

START_TEST(broken_yaml_is_reported_where_it_breaks)
{
	expect_messages("unclosed.yaml",
		"unclosed.yaml:3:7: cannot read YAML: did not find expected ',' or '}'\n");
}
END_TEST

START_TEST(text_that_is_not_utf8_is_refused_where_it_is)
{
	expect_messages("latin1.yaml",
		"latin1.yaml:2:11: cannot read YAML: incomplete UTF-8 octet sequence\n");
}
END_TEST

START_TEST(deep_nesting_is_refused)
{
	expect_messages("deep.yaml", "deep.yaml:1:18: nested too deeply\n");
}
END_TEST

START_TEST(steps_that_are_no_single_keys_are_refused)
{
	expect_messages("indentation.yaml",
		"indentation.yaml:7:7: step must have exactly one key, not 2 (check the "
		"indentation)\n"
		"indentation.yaml:9:7: step must be a map, not a single value\n"
		"indentation.yaml:10:5: a phase must be a map of its name to its steps, with one "
		"key\n");
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("scenario fixtures");
	TCase *tests = tcase_create("messages");

	(void)argc;

	tcase_add_test(tests, tabs_in_the_indentation_are_named);
	tcase_add_test(tests, empty_file_is_a_mistake);
	tcase_add_test(tests, file_of_comments_is_as_good_as_empty);
	tcase_add_test(tests, every_unknown_word_is_reported_with_a_suggestion);
	tcase_add_test(tests, every_wrong_type_is_reported);
	tcase_add_test(tests, every_missing_key_is_reported_where_its_map_begins);
	tcase_add_test(tests, duplicates_point_to_the_first);
	tcase_add_test(tests, anchors_aliases_and_tags_are_refused);
	tcase_add_test(tests, second_document_is_refused);
	tcase_add_test(tests, nonsense_numbers_are_reported_with_a_hint);
	tcase_add_test(tests, references_to_what_is_not_there_are_reported);
	tcase_add_test(tests, list_at_the_top_is_refused);
	tcase_add_test(tests, broken_yaml_is_reported_where_it_breaks);
	tcase_add_test(tests, text_that_is_not_utf8_is_refused_where_it_is);
	tcase_add_test(tests, deep_nesting_is_refused);
	tcase_add_test(tests, steps_that_are_no_single_keys_are_refused);
	suite_add_tcase(suite, tests);

	return engine_suite_run(suite, argv[0]);
}
