/* SPDX-License-Identifier: Apache-2.0 */
/* What fires is noted without an allocation, and is a line as if it had been one at once. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults/fault.h"
#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"

#define HITS (3 * JOURNAL_NOTED_MAX + 7)

static struct fault_plane plane;
static struct gauges gauges;
static struct journal journal;
static unsigned told, allocated;
static uint64_t told_bytes;

static void measure(void *context, enum gauge gauge)
{
	(void)context;
	(void)gauge;
}

static void tell(void *context)
{
	(void)context;
	told++;
	told_bytes = journal_bytes(&journal);
}

static void *count_malloc(size_t size)
{
	allocated++;
	return malloc(size);
}

static void setup(void)
{
	json_set_alloc_funcs(count_malloc, free);
	clock_step_to(NS_PER_S);
	gauges = (struct gauges){ 0 };
	journal_init(&journal, JOURNAL_MAX_BYTES);
	journal.added = tell;
	plane = (struct fault_plane){
		.seed = 7, .gauges = &gauges, .journal = &journal, .measure = measure
	};
	fault_plane_init(&plane);
	told = 0;
}

static void teardown(void)
{
	fault_plane_deinit(&plane);
	journal_deinit(&journal);
}

static void add(const char *text)
{
	char message[RULE_MESSAGE_BYTES];
	uint64_t id;

	ck_assert_msg(fault_add(&plane, text, &id, message) == 0, "%s: %s", text, message);
}

static void strike(enum fault_point point, const char *snapshot, const char *writer)
{
	struct fault_context context = {
		.snapshot = snapshot,
		.writer = writer,
		.offset = 4096,
		.length = 512,
	};
	struct fault_decision decision;

	ck_assert(fault_decide(&plane, point, &context, &decision));
}

/* What the journal has from OFFSET on, terminated, to free(). */
static char *text_from(uint64_t offset)
{
	size_t length = (size_t)(journal_bytes(&journal) - offset);
	char *text = malloc(length + 1);

	ck_assert_uint_eq(journal_read(&journal, offset, text, length), length);
	text[length] = '\0';
	return text;
}

START_TEST(to_decide_allocates_nothing)
{
	size_t room;

	add("live.read zero");
	add("live.read error=EIO offset=1TiB..");
	(void)journal_bytes(&journal);
	room = journal.room;
	allocated = 0;
	for (unsigned i = 0; i < JOURNAL_NOTED_MAX; i++)
		strike(FAULT_LIVE_READ, NULL, NULL);
	ck_assert_uint_eq(allocated, 0);
	ck_assert_uint_eq(journal.room, room);
	/* The count is one that can count. */
	(void)journal_bytes(&journal);
	ck_assert_uint_gt(allocated, JOURNAL_NOTED_MAX);
}
END_TEST

static const size_t places[] = { 1, 2, JOURNAL_NOTED_MAX };

START_TEST(more_than_have_a_place_are_lines_in_order_and_none_is_lost)
{
	uint64_t before;
	char line[256], *text, *at;

	journal.noted_max = places[_i];
	add("live.read zero");
	before = journal_bytes(&journal);
	for (unsigned i = 0; i < HITS; i++) {
		clock_step_to(NS_PER_S + i);
		gauge_measure(&gauges, GAUGE_OPS, i);
		strike(FAULT_LIVE_READ, NULL, NULL);
	}
	/* Nothing of it is of the moment at which it becomes a line. */
	clock_step_to(9 * NS_PER_S);
	gauge_measure(&gauges, GAUGE_OPS, 1000000);
	text = at = text_from(before);
	for (unsigned i = 0; i < HITS; i++) {
		int length = snprintf(line, sizeof line,
			"{\"sequence\":%u,\"time_ns\":%u,\"operation\":%u,\"event\":\"fault."
			"fired\","
			"\"point\":\"live.read\",\"id\":1,\"rule\":\"live.read zero\","
			"\"action\":\"zero\",\"hit\":%u,\"offset\":4096,\"length\":512}\n",
			i + 2, i, i, i + 1);

		ck_assert_mem_eq(at, line, (size_t)length);
		at += length;
	}
	ck_assert_int_eq(*at, '\0');
	ck_assert_uint_eq(journal.lost_count, 0);
	free(text);
}
END_TEST

/* Removed, the name gone, and as it was when it fired. */
START_TEST(what_fired_outlives_its_rule_and_all_names)
{
	char name[] = "s1", writer[] = "a \"W\"";
	char *text;

	add("snapshot.read zero name=x");
	add("writer.freeze drop");
	strike(FAULT_SNAPSHOT_READ, name, NULL);
	strike(FAULT_WRITER_FREEZE, name, writer);
	memset(name, '?', 2);
	memset(writer, '?', 5);
	ck_assert_uint_eq(fault_clear(&plane), 2);
	text = text_from(0);
	ck_assert_ptr_nonnull(strstr(text, "\"event\":\"fault.fired\",\"point\":\"snapshot.read\","
					   "\"id\":1,\"rule\":\"snapshot.read zero name=x\","
					   "\"action\":\"zero\",\"hit\":1,\"snapshot\":\"s1\","
					   "\"offset\":4096,\"length\":512}\n"));
	ck_assert_ptr_nonnull(strstr(text, "\"action\":\"drop\",\"hit\":1,\"snapshot\":\"s1\","
					   "\"writer\":\"a \\\"W\\\"\"}\n"));
	ck_assert_ptr_nonnull(strstr(text, "{\"sequence\":5,"));
	/* In order, whoever wrote them. */
	ck_assert(strstr(text, "{\"sequence\":4,") < strstr(text, "\"event\":\"fault.removed\""));
	free(text);
}
END_TEST

START_TEST(the_owner_is_told_of_many_at_once_and_of_each_once)
{
	add("live.read zero");
	ck_assert_uint_eq(told, 1);
	for (unsigned i = 0; i < HITS; i++)
		strike(FAULT_LIVE_READ, NULL, NULL);
	/* Who reads meanwhile takes nothing from him. */
	(void)journal_bytes(&journal);
	ck_assert_uint_eq(told, 1);
	ck_assert(journal.is_untold);
	journal_tell(&journal);
	ck_assert_uint_eq(told, 2);
	ck_assert_uint_eq(told_bytes, journal_bytes(&journal));
	journal_tell(&journal);
	ck_assert_uint_eq(told, 2);
	/* Another event tells of those before it, too. */
	strike(FAULT_LIVE_READ, NULL, NULL);
	journal_add(&journal, 0, EVENT_MOUNTED, NULL);
	ck_assert_uint_eq(told, 3);
	ck_assert_uint_eq(told_bytes, journal_bytes(&journal));
	ck_assert(!journal.is_untold);
}
END_TEST

START_TEST(the_oldest_are_dropped_as_if_each_had_been_a_line_at_once)
{
	uint64_t offset = 0;
	const char *lines;
	size_t length;

	journal_deinit(&journal);
	journal_init(&journal, 4096);
	add("live.read zero");
	for (unsigned i = 0; i < HITS; i++)
		strike(FAULT_LIVE_READ, NULL, NULL);
	(void)journal_bytes(&journal);
	ck_assert_uint_gt(journal.dropped_count, 0);
	ck_assert_uint_le(journal.room, 4096);
	length = journal_lines(&journal, &offset, 4096, &lines);
	ck_assert_uint_eq(length, journal.note_length);
	ck_assert_ptr_nonnull(memmem(lines, length, "journal.dropped", 15));
	ck_assert_uint_eq(journal.lost_count, 0);
	ck_assert_uint_eq(journal.sequence, HITS + 1);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("what fires is noted");
	TCase *tcase = tcase_create("noted");

	(void)argc;
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, to_decide_allocates_nothing);
	tcase_add_loop_test(tcase, more_than_have_a_place_are_lines_in_order_and_none_is_lost, 0,
		sizeof places / sizeof places[0]);
	tcase_add_test(tcase, what_fired_outlives_its_rule_and_all_names);
	tcase_add_test(tcase, the_owner_is_told_of_many_at_once_and_of_each_once);
	tcase_add_test(tcase, the_oldest_are_dropped_as_if_each_had_been_a_line_at_once);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
