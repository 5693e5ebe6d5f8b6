/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scenario_failure.c - failures by name: what their files say, and what is wrong in them.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "scenarios/format/failure.h"
#include "scenarios/format/files.h"
#include "scenarios/format/step_title.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "tests/lib/engine_suite.h"

#define SCHEMA "scenarios/failure.schema.json"
#define OURS   "scenarios/failures"

static struct scenario_files ours;

#define HEAD                                                                                       \
	"name: f\nabout: a\nprofiles: { datto: [ { snapshot: s1, state: failed } ], plain: [] }\n" \
	"at: \"read.progress>=25%\"\nlimit: 10%\n"
#define INJECT                                                                                     \
	"inject:\n"                                                                                \
	"  - snapshot: s1\n"                                                                       \
	"  - fault: [ 'snapshot.read error=EIO when={at} offset={middle}..', 'live.write drop']\n" \
	"  - write: { name: w, pattern: random, bytes: 25%, start: \"{at}\" }\n"                   \
	"  - backup: { of: s1, to: b1 }\n"
#define PLAIN  "inject: [ snapshot: s1, { backup: { of: s1, to: b1 } } ]\n"
#define REMEDY "remedy: [ delete: s1, snapshot: s2, { backup: { of: s2, to: b2 } } ]\n"

/* The first mistake in TEXT, the caller's; NULL: there is none, and *RET is read. */
static char *mistake_of(const char *text, struct failure **ret)
{
	struct mistakes mistakes;
	char *first = NULL;

	mistakes_init(&mistakes);

	int error = failure_parse("f.yaml", text, strlen(text), &mistakes, ret);

	ck_assert_int_eq(error<0, mistakes.count> 0);
	if (mistakes.count > 0)
		first = heap_format("%u:%u: %s", mistakes.items[0].place.line,
			mistakes.items[0].place.column, mistakes.items[0].text);
	mistakes_deinit(&mistakes);
	return first;
}

static struct failure *failure_of(const char *text)
{
	struct failure *failure = NULL;
	AUTO(auto_free) char *mistake = mistake_of(text, &failure);

	ck_assert_msg(!mistake, "%s", mistake);
	return failure;
}

START_TEST(ours_can_be_read_and_are_named_as_their_files)
{
	struct failure *failure;
	const char *slash = strrchr(ours.paths[_i], '/'), *last = "";

	ck_assert_int_eq(failure_load(ours.paths[_i], stderr, &failure), 0);

	AUTO(auto_free) char *file = heap_format("%s.yaml", failure->scenario.name);

	ck_assert_str_eq(slash + 1, file);
	/* The last backup meets it. */
	for (size_t i = 0; i < failure->scenario.phases[0].step_count; i++) {
		const struct step *step = &failure->scenario.phases[0].steps[i];

		if (step->kind == STEP_BACKUP)
			last = step->name;
	}
	ck_assert_str_eq(last, "b1");
	failure_bind(failure, NULL, 64u << 20);
	failure_destroy(failure);
}
END_TEST

START_TEST(words_are_bound_to_the_moment_and_the_volume)
{
	struct failure *failure = failure_of(HEAD INJECT REMEDY);
	const struct step *steps = failure->scenario.phases[0].steps;

	ck_assert(failure_has_moment(failure));
	ck_assert_str_eq(failure->at, "read.progress>=25%");
	failure_bind(failure, NULL, 1u << 20);
	ck_assert_str_eq(failure->scenario.limit, "65536");
	ck_assert_str_eq(steps[1].faults.texts[0],
		"snapshot.read error=EIO when=read.progress>=25% offset=524287..");
	ck_assert_str_eq(steps[1].faults.texts[1], "live.write drop");
	ck_assert_uint_eq(steps[2].bytes, 256u << 10);
	ck_assert_str_eq(steps[2].start.gauge, "read.progress");
	ck_assert_str_eq(steps[2].start.at_least, "25%");
	failure_destroy(failure);

	failure = failure_of(HEAD INJECT);
	ck_assert_uint_eq(failure->scenario.phases[1].step_count, 0);
	failure_bind(failure, "live.written>=1MiB", 64u << 10);
	steps = failure->scenario.phases[0].steps;
	ck_assert_uint_eq(steps[2].bytes, 16u << 10);
	ck_assert_str_eq(steps[2].start.gauge, "live.written");
	ck_assert_str_eq(steps[2].start.at_least, "1MiB");
	failure_destroy(failure);

	failure = failure_of(HEAD INJECT);
	ck_assert(failure_has_offset(failure));
	ck_assert(failure_has_at(failure, "offset>=4KiB"));
	failure_bind(failure, "offset>=4KiB", 64u << 10);
	ck_assert_str_eq(failure->scenario.phases[0].steps[1].faults.texts[0],
		"snapshot.read error=EIO when=read.progress>=25% offset=4096..");
	failure_destroy(failure);
	failure = failure_of("name: f\nabout: a\nprofiles: { plain: [] }\n" PLAIN);
	ck_assert(!failure_has_at(failure, "offset>=4KiB"));
	ck_assert(!failure_has_at(failure, "read.progress>=50%"));
	failure_destroy(failure);
	ck_assert(failure_at_reads("offset>=4KiB") && failure_at_reads("read.progress>=50%"));
	ck_assert(!failure_at_reads("offset>=") && !failure_at_reads("offset>=-1"));
}
END_TEST

static const struct {
	const char *name, *place;
} places[] = {
	{ "cow-overflow", "read.progress>=25%" },
	{ "read-error", "offset 50%-1" },
	{ "truncated-source", "offset 50%-1" },
	{ "target-full", NULL },
};

START_TEST(a_failure_tells_where_it_strikes)
{
	AUTO(auto_free) char *path = heap_format("scenarios/failures/%s.yaml", places[_i].name);
	struct failure *failure = NULL;

	ck_assert_int_eq(failure_load(path, stderr, &failure), 0);
	ck_assert_pstr_eq(failure_place(failure), places[_i].place);
	failure_destroy(failure);
}
END_TEST

START_TEST(a_limit_may_be_the_sum_of_a_size_and_a_share)
{
	struct failure *failure = failure_of(
		"name: f\nabout: a\nprofiles: { xen: [ { gauge: chain.depth>=3 } ] }\n"
		"limit: 1MiB+210%\nsr: lvm\nformat: qcow2\ncoalesce: none\n"
		"inject: [ snapshots: { name: o, count: 2, bytes: 25% }, snapshot: s1, "
		"snapshot: { name: s2, limit: 50% }, { backup: { of: s1, to: b1 } } ]\n");
	const struct step *inject = failure->scenario.phases[0].steps;

	failure_bind(failure, NULL, 10u << 20);
	ck_assert_str_eq(inject[5].limit, "5242880");
	ck_assert_str_eq(failure->scenario.limit, "23068672");
	ck_assert_str_eq(failure->scenario.sr, "lvm");
	ck_assert_str_eq(failure->scenario.node_format, "qcow2");
	ck_assert(failure->scenario.coalesces_when_asked);
	ck_assert_int_eq(inject[2].kind, STEP_WRITE);
	ck_assert_uint_eq(inject[2].bytes, (10u << 20) / 4);
	ck_assert_str_eq(
		failure_profile(failure, "xen")->sees[0].expectation.gauge.name, "chain.depth");
	failure_destroy(failure);
}
END_TEST

START_TEST(the_room_of_clients_is_a_share_or_what_there_is)
{
	struct failure *failure = failure_of(
		"name: f\nabout: a\nprofiles: { plain: [] }\n"
		"inject: [ snapshot: s1, target: 50%, { backup: { of: s1, to: b1 } } ]\n"
		"remedy: [ target: none, target: 64KiB ]\n");
	const struct step *inject = failure->scenario.phases[0].steps;
	const struct step *remedy = failure->scenario.phases[1].steps;

	failure_bind(failure, NULL, 1u << 20);
	ck_assert_int_eq(inject[1].kind, STEP_TARGET);
	ck_assert_uint_eq(inject[1].bytes, 512u << 10);
	ck_assert_uint_eq(remedy[0].bytes, 0);
	ck_assert_uint_eq(remedy[1].bytes, 64u << 10);

	AUTO(auto_free) char *limited = step_title(&remedy[1]);
	AUTO(auto_free) char *free_again = step_title(&remedy[0]);

	ck_assert_str_eq(limited, "target: space for 64 KiB");
	ck_assert_str_eq(free_again, "target: unlimited space");
	failure_destroy(failure);
}
END_TEST

START_TEST(each_profile_has_what_is_seen_there)
{
	struct failure *failure = failure_of(HEAD INJECT);

	ck_assert_str_eq(failure_profile(failure, NULL)->name, "datto");
	ck_assert_uint_eq(failure_profile(failure, "datto")->see_count, 1);
	ck_assert_str_eq(failure_profile(failure, "datto")->sees[0].expectation.state, "failed");
	ck_assert_uint_eq(failure_profile(failure, "plain")->see_count, 0);
	ck_assert_ptr_null(failure_profile(failure, "lvm"));
	failure_destroy(failure);
}
END_TEST

static const struct {
	const char *text;
	const char *mistake;
} bad[] = {
	{ "", "1:1: the file is empty (see 'snaprig list failures')" },
	{ HEAD, "1:1: missing key 'inject' in failure" },
	{ HEAD INJECT "client: dd\n", "11:1: unknown key 'client'" },
	{ "name: f\nabout: a\nprofiles: [ plain ]\n" INJECT, "3:11: 'profiles' must be a map" },
	{ "name: f\nabout: a\nprofiles: { plain: [] }\n" INJECT, "1:1: missing key 'at'" },
	{ "name: f\nabout: a\nprofiles: { plain: [ { state: failed } ] }\n"
	  "inject: [ snapshot: s1, { backup: { of: s1, to: b1 } } ]\n",
		"3:22: missing key 'snapshot' in expect" },
	{ HEAD "inject: [ snapshot: s1, { backup: { of: s1, to: b1 } } ]\n",
		"4:5: nothing happens at this moment" },
	{ HEAD "inject: [ snapshot: s1, fault: 'live.write drop when={at}' ]\n",
		"6:9: no backup 'b1' is made in 'inject'" },
	{ "name: f\nabout: a\nprofiles: { plain: [] }\n"
	  "inject: [ snapshot: s1, { backup: { of: s1, to: b7 } } ]\n",
		"4:9: no backup 'b1' is made in 'inject'" },
	{ HEAD "inject: [ snapshot: s1, fault: 'live.write drop when={att}' ]\n", "6:32: " },
	{ HEAD INJECT "remedy: [ delete: s2 ]\n", "11:19: snapshot 's2' is never made" },
	{ "name: f\nabout: a\nprofiles: { xen: [] }\nlimit: 1MiB+x%\n" PLAIN,
		"4:8: cannot read size '1MiB+x%'" },
	{ "name: f\nabout: a\nprofiles: { xen: [] }\nlimit: 1MiB+1%+1%\n" PLAIN,
		"4:8: cannot read size" },
	{ "name: f\nabout: a\nprofiles: { xen: [ { gauge: \"{at}\" } ] }\n"
	  "inject: [ snapshot: s1, { backup: { of: s1, to: b1 } } ]\n",
		"3:29: '{at}' is not a gauge and its value" },
	/* So none can contain itself. */
	{ HEAD "inject: [ failure: f, snapshot: s1 ]\n",
		"6:11: a failure cannot consist of failures" },
	/* What is seen is seen before the remedy. */
	{ "name: f\nabout: a\nprofiles: { plain: [ { snapshot: s2, state: failed } ] }\n"
	  "inject: [ snapshot: s1, { backup: { of: s1, to: b1 } } ]\n" REMEDY,
		"3:34: snapshot 's2' is never made before this step" },
	{ HEAD "inject: [ { write: { name: w, pattern: random, bytes: 0% } }, snapshot: s1 ]\n",
		"6:55: '0%' is not a share of a volume" },
	{ HEAD "inject: [ { write: { name: w, pattern: random, bytes: 101% } }, snapshot: s1 ]\n",
		"6:55: '101%' is not a share of a volume" },
};

START_TEST(mistakes_are_told_with_their_place)
{
	struct failure *failure = NULL;
	AUTO(auto_free) char *mistake = mistake_of(bad[_i].text, &failure);

	ck_assert_ptr_nonnull(mistake);
	ck_assert_msg(strncmp(mistake, bad[_i].mistake, strlen(bad[_i].mistake)) == 0,
		"'%s' and not '%s'", mistake, bad[_i].mistake);
}
END_TEST

START_TEST(the_schema_has_every_key_and_no_other)
{
	json_error_t error;
	json_t *schema = json_load_file(SCHEMA, 0, &error);
	size_t count;
	const struct field_table *const *tables = failure_tables(&count);

	ck_assert_msg(schema, SCHEMA ": %s", error.text);
	for (size_t i = 0; i < count; i++) {
		const json_t *definition = json_object_get(
			json_object_get(schema, "$defs"), tables[i]->name);
		const json_t *properties = json_object_get(definition, "properties");
		size_t required = 0;

		for (size_t row = 0; row < tables[i]->count; row++) {
			ck_assert_msg(json_object_get(properties, tables[i]->fields[row].key),
				"no '%s'", tables[i]->fields[row].key);
			required += tables[i]->fields[row].required;
		}
		ck_assert_uint_eq(json_object_size(properties), tables[i]->count);
		ck_assert_uint_eq(
			json_array_size(json_object_get(definition, "required")), required);
	}
	json_decref(schema);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("failures");
	TCase *tests = tcase_create("files");

	(void)argc;
	scenario_files_init(&ours);
	if (scenario_files_add(&ours, OURS) < 0)
		return 1;
	tcase_add_loop_test(
		tests, ours_can_be_read_and_are_named_as_their_files, 0, (int)ours.count);
	tcase_add_test(tests, words_are_bound_to_the_moment_and_the_volume);
	tcase_add_loop_test(tests, a_failure_tells_where_it_strikes, 0,
		(int)(sizeof places / sizeof places[0]));
	tcase_add_test(tests, a_limit_may_be_the_sum_of_a_size_and_a_share);
	tcase_add_test(tests, the_room_of_clients_is_a_share_or_what_there_is);
	tcase_add_test(tests, each_profile_has_what_is_seen_there);
	tcase_add_loop_test(
		tests, mistakes_are_told_with_their_place, 0, (int)(sizeof bad / sizeof bad[0]));
	tcase_add_test(tests, the_schema_has_every_key_and_no_other);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
