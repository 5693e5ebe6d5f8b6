/* SPDX-License-Identifier: Apache-2.0 */
/* What a journal of LVM's commands says unasked: journals as text, findings as text. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "simfs/doors/dm/commands/judge.h"
#include "tests/lib/engine_suite.h"

/* Devices, as the journal has them. */
#define DEVICE(name, uuid, target, on, suspended, mounted)                                         \
	"{\"name\":\"" name "\",\"uuid\":\"" uuid "\",\"targets\":[\"" target "\"],\"on\":[" on    \
	"],\"suspended\":" suspended ",\"mounted\":" mounted "}"
#define LIVE	     DEVICE("vg0-live", "LVM-l", "linear", "", "false", "false")
#define SNAP	     DEVICE("vg0-b--1", "LVM-b", "snapshot", "\"vg0-b--1-cow\"", "false", "false")
#define COW	     DEVICE("vg0-b--1-cow", "LVM-b-cow", "linear", "", "false", "false")
#define MAP	     DEVICE("b1X1", "part1-LVM-b", "linear", "\"vg0-b--1\"", "false", "false")
#define MAP_MOUNTED  DEVICE("b1X1", "part1-LVM-b", "linear", "\"vg0-b--1\"", "false", "true")
#define OTHER_FROZEN DEVICE("other", "", "zero", "", "true", "false")

/* A command: its words, its exit, when it began, what was there before and after. */
#define COMMAND(number, words, code, begun, before, after)                                         \
	"{\"command\":" #number ",\"argv\":[" words "],\"exit\":" #code ",\"begun\":" #begun       \
	",\"seconds\":0.1,\"failed\":[],\"before\":{\"devices\":[" before                          \
	"]},\"after\":{\"devices\":[" after "]}}"

/* "snapshot-left 1 vg0/b-1", one behind the other. */
static const char *judged(const char *journal)
{
	static char text[4096];
	json_error_t error;
	json_t *commands = json_loads(journal, 0, &error), *finding;
	size_t at, length = 0;

	ck_assert_msg(commands != NULL, "%s", error.text);
	json_t *findings = command_judge(commands);

	*text = '\0';
	json_array_foreach(findings, at, finding)
	{
		const char *name, *subject, *says;
		json_int_t command;

		ck_assert_int_eq(json_unpack(finding, "{s:s, s:I, s:s, s:s}", "finding", &name,
					 "command", &command, "subject", &subject, "says", &says),
			0);
		ck_assert_uint_gt(strlen(says), strlen(subject));
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s %d %s",
			at ? ", " : "", name, (int)command, subject);
	}
	json_decref(findings);
	json_decref(commands);
	return text;
}

START_TEST(a_journal_without_commands_says_nothing)
{
	ck_assert_str_eq(judged("[]"), "");
}
END_TEST

START_TEST(what_was_removed_again_is_not_left)
{
	ck_assert_str_eq(
		judged("[" COMMAND(
			1, "\"lvcreate\",\"-s\"", 0, 1, LIVE, LIVE "," COW "," SNAP) "," COMMAND(2,
			"\"lvremove\",\"-f\",\"vg0/b-1\"", 0, 2, LIVE "," COW "," SNAP, LIVE) "]"),
		"");
}
END_TEST

START_TEST(what_is_left_is_told_with_who_made_it)
{
	ck_assert_str_eq(
		judged("[" COMMAND(
			1, "\"lvcreate\",\"-s\"", 0, 1, LIVE, LIVE "," COW "," SNAP) "," COMMAND(2,
			"\"kpartx\",\"-a\"", 0, 2, LIVE "," COW "," SNAP,
			LIVE "," COW "," SNAP "," MAP) "," COMMAND(3, "\"dmsetup\",\"suspend\"", 0,
			3, "", LIVE "," COW "," SNAP "," MAP "," OTHER_FROZEN) "]"),
		"snapshot-left 1 vg0/b-1, partition-map-left 2 b1X1, left-suspended 3 other, "
		"left-active 3 other");
}
END_TEST

START_TEST(a_removal_of_what_is_mounted_is_told_by_any_of_its_names)
{
	static const char *const words[] = {
		"\"lvremove\",\"-f\",\"vg0/b-1\"",
		"\"/sbin/lvremove\",\"/dev/vg0/b-1\"",
		"\"lvm\",\"lvremove\",\"vg0/b-1\"",
		"\"kpartx\",\"-d\",\"-p\",\"X\",\"/dev/mapper/vg0-b--1\"",
		"\"dmsetup\",\"remove\",\"b1X1\"",
		"\"dmsetup\",\"remove_all\",\"b1X1\"",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		char journal[4096];

		snprintf(journal, sizeof(journal),
			"[{\"command\":7,\"argv\":[%s],\"exit\":5,\"begun\":1,\"seconds\":0.1,"
			"\"failed\":[],\"before\":{\"devices\":[" SNAP "," MAP_MOUNTED
			"]},\"after\":{\"devices\":[]}}]",
			words[i]);
		ck_assert_str_eq(judged(journal), "removed-while-mounted 7 b1X1");
	}
}
END_TEST

START_TEST(who_removes_something_else_or_nothing_is_not_blamed)
{
	static const char *const words[] = {
		"\"lvremove\",\"-f\",\"vg0/b\"",
		"\"kpartx\",\"-a\",\"/dev/vg0/b-1\"",
		"\"dmsetup\",\"status\",\"b1X1\"",
		"\"lvs\",\"vg0/b-1\"",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		char journal[4096];

		snprintf(journal, sizeof(journal),
			"[{\"command\":7,\"argv\":[%s],\"exit\":5,\"begun\":1,\"seconds\":0.1,"
			"\"failed\":[],\"before\":{\"devices\":[" SNAP "," MAP_MOUNTED
			"]},\"after\":{\"devices\":[]}}]",
			words[i]);
		ck_assert_str_eq(judged(journal), "");
	}
}
END_TEST

/* COUNT commands that fail, each begun STEP seconds behind the last. */
static const char *repeated(unsigned count, double step, const char *word)
{
	static char journal[8192];
	size_t length = (size_t)snprintf(journal, sizeof(journal), "[");

	for (unsigned i = 0; i < count; i++)
		length += (size_t)snprintf(journal + length, sizeof(journal) - length,
			"%s{\"command\":%u,\"argv\":[\"lvremove\",\"%s\"],\"exit\":5,\"begun\":%f,"
			"\"seconds\":0.1,\"failed\":[],\"before\":{\"devices\":[]},\"after\":"
			"{\"devices\":[]}}",
			i ? "," : "", i + 1, word, 10 + i * step);
	snprintf(journal + length, sizeof(journal) - length, "]");
	return judged(journal);
}

START_TEST(who_repeats_what_fails_without_a_pause_is_a_storm)
{
	ck_assert_str_eq(repeated(4, 0.2, "vg0/x"), "");
	ck_assert_str_eq(repeated(5, 0.2, "vg0/x"), "retry-storm 5 lvremove");
	ck_assert_str_eq(repeated(9, 0.2, "vg0/x"), "retry-storm 5 lvremove");
	ck_assert_str_eq(repeated(9, 1.5, "vg0/x"), "");
}
END_TEST

START_TEST(an_ioctl_that_is_asked_a_hundred_times_is_a_storm)
{
	static const char format[] =
		"[{\"command\":1,\"argv\":[\"x\"],\"exit\":0,\"begun\":1,\"seconds\":1,\"failed\":["
		"{"
		"\"ioctl\":\"remove\",\"device\":\"d\",\"error\":\"%s\",\"times\":%d}],"
		"\"before\":{\"devices\":[]},\"after\":{\"devices\":[]}}]";
	char journal[1024];

	snprintf(journal, sizeof(journal), format, "EBUSY", 99);
	ck_assert_str_eq(judged(journal), "");
	snprintf(journal, sizeof(journal), format, "EBUSY", 100);
	ck_assert_str_eq(judged(journal), "retry-storm 1 d");
	/* To ask for what is not there is how the tools look. */
	snprintf(journal, sizeof(journal), format, "ENXIO", 100);
	ck_assert_str_eq(judged(journal), "");
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dm_command_judge");
	TCase *tests = tcase_create("judge");

	(void)argc;
	tcase_add_test(tests, a_journal_without_commands_says_nothing);
	tcase_add_test(tests, what_was_removed_again_is_not_left);
	tcase_add_test(tests, what_is_left_is_told_with_who_made_it);
	tcase_add_test(tests, a_removal_of_what_is_mounted_is_told_by_any_of_its_names);
	tcase_add_test(tests, who_removes_something_else_or_nothing_is_not_blamed);
	tcase_add_test(tests, who_repeats_what_fails_without_a_pause_is_a_storm);
	tcase_add_test(tests, an_ioctl_that_is_asked_a_hundred_times_is_a_storm);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
