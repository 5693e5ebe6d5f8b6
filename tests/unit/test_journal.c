/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: a line for each event, bounded, and a file that only grows. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "faults/journal.h"
#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"

static struct journal journal;

static void setup(void)
{
	clock_step_to(5 * NS_PER_S);
	journal_init(&journal, JOURNAL_MAX_BYTES);
	clock_step_to(5 * NS_PER_S + 42);
}

static void teardown(void)
{
	journal_deinit(&journal);
}

static void add(void)
{
	journal_add(&journal, 17, EVENT_SNAPSHOT_FAILED, json_pack("{s:s}", "snapshot", "s\n0"));
}

/* Adds events until the oldest are dropped COUNT more times. */
static void add_until_dropped(unsigned count)
{
	while (count > 0) {
		uint64_t dropped = journal.dropped_count;

		add();
		count -= journal.dropped_count > dropped;
	}
}

/* All of the file, terminated, to free(). */
static char *whole_file(void)
{
	size_t length = (size_t)journal_bytes(&journal);
	char *text = malloc(length + 1);

	ck_assert_uint_eq(journal_read(&journal, 0, text, length + 1), length);
	text[length] = '\0';
	return text;
}

static long long number_of(const json_t *object, const char *field)
{
	ck_assert(json_is_integer(json_object_get(object, field)));
	return json_integer_value(json_object_get(object, field));
}

/* Every line is an object, and they are numbered from 1 to the last, dropped ones included. */
static void expect_numbered(char *text)
{
	uint64_t next = 1;
	char *rest = text;

	for (char *line; (line = strsep(&rest, "\n")) && rest;) {
		json_t *object = json_loads(line, 0, NULL);
		uint64_t sequence = (uint64_t)number_of(object, "sequence");
		const char *event = json_string_value(json_object_get(object, "event"));

		if (strcmp(event, "journal.dropped") == 0) {
			ck_assert_uint_eq(next, 1);
			ck_assert_uint_eq((uint64_t)number_of(object, "events"), sequence);
		} else {
			ck_assert_uint_eq(sequence, next);
		}
		next = sequence + 1;
		json_decref(object);
	}
	ck_assert_uint_eq(next - 1, journal.sequence);
}

START_TEST(an_event_is_one_json_object_with_number_time_and_operation)
{
	add();

	char *text = whole_file();

	ck_assert_str_eq(text, "{\"sequence\":1,\"time_ns\":42,\"operation\":17,"
			       "\"event\":\"snapshot.failed\",\"snapshot\":\"s\\n0\"}\n");
	free(text);
}
END_TEST

START_TEST(an_event_without_fields_is_kept_too)
{
	journal_add(&journal, 1, EVENT_MOUNTED, NULL);
	ck_assert_uint_eq(journal.lost_count, 0);
	ck_assert_uint_gt(journal_bytes(&journal), 0);
}
END_TEST

START_TEST(an_event_that_is_too_long_is_lost_and_its_number_is_missing)
{
	char *name = malloc(JOURNAL_MAX_BYTES);

	memset(name, 'x', JOURNAL_MAX_BYTES - 1);
	name[JOURNAL_MAX_BYTES - 1] = '\0';
	journal_add(&journal, 1, EVENT_PHASE, json_pack("{s:s}", "phase", name));
	ck_assert_uint_eq(journal.lost_count, 1);
	ck_assert_uint_eq(journal_bytes(&journal), 0);
	add();
	ck_assert_int_eq(strncmp(journal.text, "{\"sequence\":2,", 14), 0);
	free(name);
}
END_TEST

START_TEST(names_are_there_and_no_two_are_the_same)
{
	for (size_t i = 0; i < JOURNAL_EVENTS; i++) {
		ck_assert_ptr_nonnull(journal_event_name(i));
		for (size_t other = 0; other < i; other++)
			ck_assert_str_ne(journal_event_name(i), journal_event_name(other));
	}
	ck_assert_ptr_null(journal_event_name(JOURNAL_EVENTS));
}
END_TEST

START_TEST(memory_is_bounded_and_the_newest_are_kept)
{
	add_until_dropped(3);
	ck_assert_uint_le(journal.room, JOURNAL_MAX_BYTES);
	ck_assert_uint_ge(journal.length, JOURNAL_MAX_BYTES / 2 - 1000);
	ck_assert_uint_eq(journal.lost_count, 0);

	char *text = whole_file();

	expect_numbered(text);
	free(text);
}
END_TEST

START_TEST(the_file_only_grows_and_offsets_stay)
{
	char before[64], after[64];

	/* Filled, but one more is too much. */
	add_until_dropped(1);
	while (journal.length + 1000 < JOURNAL_MAX_BYTES)
		add();

	uint64_t bytes = journal_bytes(&journal), offset = bytes - sizeof before;
	uint64_t dropped = journal.dropped_count;

	ck_assert_uint_eq(journal_read(&journal, offset, before, 64), 64);
	add_until_dropped(1);
	ck_assert_uint_gt(journal.dropped_count, dropped);
	ck_assert_uint_gt(journal_bytes(&journal), bytes);
	ck_assert_uint_eq(journal_read(&journal, offset, after, 64), 64);
	ck_assert_mem_eq(before, after, sizeof before);
	ck_assert_uint_eq(journal_read(&journal, journal_bytes(&journal), after, 64), 0);
	ck_assert_uint_eq(journal_read(&journal, UINT64_MAX - 64, after, 64), 0);
}
END_TEST

START_TEST(in_pieces_the_file_reads_as_in_one)
{
	add_until_dropped(1);

	char *text = whole_file();
	uint64_t bytes = journal_bytes(&journal);
	char piece[4099];

	for (uint64_t offset = 0; offset < bytes;) {
		size_t length = journal_read(&journal, offset, piece, sizeof piece);

		ck_assert_uint_gt(length, 0);
		ck_assert_int_eq(memcmp(piece, text + offset, length), 0);
		offset += length;
	}
	free(text);
}
END_TEST

START_TEST(lines_come_whole_and_say_first_what_was_dropped)
{
	uint64_t offset = 0;
	const char *lines;
	size_t length, sum = 0;

	ck_assert_uint_eq(journal_lines(&journal, &offset, 100, &lines), 0);
	add();
	/* A line is given even when it is longer than what was asked for. */
	ck_assert_uint_eq(journal_lines(&journal, &offset, 1, &lines), journal_bytes(&journal));
	ck_assert_uint_eq(journal_lines(&journal, &offset, 1, &lines), 0);

	add_until_dropped(1);
	length = journal_lines(&journal, &offset, 1000, &lines);
	ck_assert_ptr_nonnull(memmem(lines, length, "journal.dropped", 15));
	while ((length = journal_lines(&journal, &offset, 1000, &lines)) > 0) {
		ck_assert_uint_le(length, 1000);
		ck_assert_int_eq(lines[0], '{');
		ck_assert_int_eq(lines[length - 1], '\n');
		sum += length;
	}
	ck_assert_uint_eq(sum, journal.length);
	ck_assert_uint_eq(offset, journal_bytes(&journal));
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("journal");
	TCase *tests = tcase_create("journal");

	(void)argc;
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, an_event_is_one_json_object_with_number_time_and_operation);
	tcase_add_test(tests, an_event_without_fields_is_kept_too);
	tcase_add_test(tests, an_event_that_is_too_long_is_lost_and_its_number_is_missing);
	tcase_add_test(tests, names_are_there_and_no_two_are_the_same);
	tcase_add_test(tests, memory_is_bounded_and_the_newest_are_kept);
	tcase_add_test(tests, the_file_only_grows_and_offsets_stay);
	tcase_add_test(tests, in_pieces_the_file_reads_as_in_one);
	tcase_add_test(tests, lines_come_whole_and_say_first_what_was_dropped);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
