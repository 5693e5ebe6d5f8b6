/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scenario_standing.c - steps about rules and writers: how they are read, what they are
 * called, and that they speak of what is there.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/format/standing.h"
#include "scenarios/format/step_title.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/scenario_text.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* A scenario with the writer "db", whose steps begin at line 7. */
static struct scenario *scenario_of(const char *steps)
{
	AUTO(auto_free)
	char *text = heap_format("name: x\nprofile: plain\nclient: dd\n"
				 "volume: { size: 1MiB, content: zeros }\n"
				 "writers: [ simulated name=db, hook path=/bin/true ]\n"
				 "phases: [ { work: [\n%s ] } ]\n",
		steps);

	return scenario_text_parse(text);
}

/* What is said about STEPS, the caller's. */
static char *messages_of(const char *steps)
{
	struct scenario *scenario = scenario_of(steps);
	struct mistakes mistakes;
	char *messages = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&messages, &length);

	mistakes_init(&mistakes);
	standing_check(scenario, &mistakes);
	mistakes_sort(&mistakes);
	mistakes_print(&mistakes, "x.yaml", file);
	fclose(file);
	mistakes_deinit(&mistakes);
	scenario_destroy(scenario);
	return messages;
}

static const char *const right[] = {
	"fault: live.read zero name=bad, fault-remove: bad",
	"fault: [ live.read zero name=a, live.write drop name=b ], fault-remove: b, fault-remove: "
	"a",
	"fault: live.read zero name=bad, fault: live.read error=EIO name=bad, fault-remove: bad",
	"writer-kill: db, writer-remove: db",
	"writer-remove: db, writer-add: simulated name=db, writer-kill: db",
	"writer-remove: /bin/true",
	"writer-add: simulated name=\"SQL Server\", writer-kill: SQL Server",
	"writer-remove: db, remount: killed, writer-kill: db",
	"snapshot: s, write: { name: w, pattern: random, bytes: 4KiB, start: ops>=1 },"
	"backup: { of: s, to: b }, remount: killed",
	"remount: unmounted, write: { name: w, pattern: random, bytes: 4KiB, start: ops>=1 }",
	"snapshot: s, delete: s, grow: 2MiB, snapshot: s",
	"snapshot: { name: s, requester: dies }, grow: 2MiB",
	"snapshot: s, delete: { name: s, fails: EBUSY }, delete: s, grow: 2MiB",
	"snapshot: s, clone: { of: s, name: c, copy: full }, delete: s, delete: c, grow: 2MiB",
	"snapshot: s, backup: { of: s, to: a, in: background },"
	"backup: { of: s, to: b }, expect: { verdict: intact }, await: a, restore: { from: a }",
	"snapshot: s, backup: { of: s, to: a, in: background },"
	"backup: { of: s, to: b, in: background }, await: b, await: a, remount: killed",
};

static const struct {
	const char *steps, *message;
} wrong[] = {
	{ "fault-remove: bad",
		"7:1: no rule 'bad' exists at this step (a rule is given a name with name=)" },
	{ "fault: live.read zero name=bad,\nfault-remove: bat",
		"8:1: no rule 'bat' exists at this step (did you mean 'bad'?)" },
	{ "fault: live.read zero name=bad,\nfault-remove: bad,\nfault-remove: bad",
		"9:1: no rule 'bad' exists at this step (a rule is given a name with name=)" },
	{ "fault: live.read zero name=bad,\nremount: killed,\nfault-remove: bad",
		"9:1: no rule 'bad' exists at this step (a rule is given a name with name=)" },
	{ "fault: live.read zero name=db2,\nwriter-kill: db2",
		"8:1: no writer 'db2' exists at this step (did you mean 'db'?)" },
	{ "writer-kill: mail",
		"7:1: no writer 'mail' exists at this step (see 'writers' and 'writer-add')" },
	{ "writer-remove: db,\nwriter-kill: db",
		"8:1: no writer 'db' exists at this step (see 'writers' and 'writer-add')" },
	{ "writer-add: simulated name=sql,\nremount: unmounted,\nwriter-remove: sql",
		"9:1: no writer 'sql' exists at this step (see 'writers' and 'writer-add')" },
	{ "snapshot: s,\ngrow: 2MiB",
		"8:1: the volume cannot grow while snapshot 's' exists (delete it first)" },
	{ "snapshot: s,\nremount: killed,\ngrow: 2MiB",
		"9:1: the volume cannot grow while snapshot 's' exists (delete it first)" },
	{ "file-system: unmounted",
		"7:1: profile 'plain' sees no file system (try profile: datto)" },
	{ "snapshot: s,\ndelete: { name: s, fails: EBUSY },\ngrow: 2MiB",
		"9:1: the volume cannot grow while snapshot 's' exists (delete it first)" },
	{ "fill: all", "7:1: there is no disk to fill (try volume: { ..., disk: 16MiB })" },
	{ "writer-kill: /bin/true",
		"7:1: writer '/bin/true' is not simulated, so only its own process can be killed" },
	{ "write: { name: w, pattern: random, bytes: 4KiB, start: ops>=1 },\nremount: killed",
		"7:1: the moment of 'w' is lost at line 8, where the volume is mounted again (move "
		"it after that step)" },
	{ "snapshot: s,\nbackup: { of: s, to: b, in: background }",
		"8:1: backup 'b' is never awaited (add 'await: b')" },
	{ "snapshot: s,\nbackup: { of: s, to: b },\nawait: b",
		"9:1: no backup 'b' exists at this step (one begins to run with 'in: "
		"background')" },
	{ "snapshot: s,\nbackup: { of: s, to: b, in: background },\nremount: killed,\nawait: b",
		"9:1: the volume cannot be mounted again while backup 'b' runs (put it after "
		"'await: b')" },
	{ "snapshot: s,\nbackup: { of: s, to: b, in: background },\ntarget: 8MiB,\nawait: b",
		"9:1: the space for backups cannot change while backup 'b' runs (put it after "
		"'await: b')" },
	{ "snapshot: s,\nbackup: { of: s, to: b, in: background },\nexpect: { leaks: none },\n"
	  "await: b",
		"9:1: what is left behind is not known while backup 'b' runs (put it after 'await: "
		"b')" },
	{ "snapshot: s,\nbackup: { of: s, to: b, in: background },\nexpect: { exit: zero },\n"
	  "await: b",
		"9:1: nothing is known of a backup while backup 'b' runs (put it after 'await: "
		"b')" },
	{ "snapshot: s,\nbackup: { of: s, to: b, in: background },\nrestore: { from: b },\n"
	  "await: b",
		"9:1: backup 'b' still runs (put it after 'await: b')" },
};

START_TEST(what_is_there_can_go)
{
	AUTO(auto_free) char *messages = messages_of(right[_i]);

	ck_assert_str_eq(messages, "");
}
END_TEST

START_TEST(what_is_not_there_is_told_where_and_why)
{
	AUTO(auto_free) char *messages = messages_of(wrong[_i].steps);
	AUTO(auto_free) char *wanted = heap_format("x.yaml:%s\n", wrong[_i].message);

	ck_assert_str_eq(messages, wanted);
}
END_TEST

/* Steps of line 9 that cannot be read. */
static const struct {
	const char *step, *message;
} unreadable[] = {
	{ "fault-remove: [ a ]", "9:23: 'fault-remove' must be a text, not a list" },
	{ "fault-remove: 1", "9:23: 'fault-remove' must be a text (write \"1\" in quotes)" },
	{ "writer-add: simulatd name=x", "9:21: unknown kind of writer 'simulatd' (simulated, hook "
					 "or fsfreeze) at column 1; "
					 "did you mean 'simulated'?" },
	{ "writer-add: { name: x }", "9:21: 'writer-add' must be a writer, not a map" },
	{ "writer-kill:", "9:21: 'writer-kill' is empty" },
	{ "writer-remove: { a: b }", "9:24: 'writer-remove' must be a text, not a map" },
	{ "writer-kil: db", "9:9: unknown key 'writer-kil' (did you mean 'writer-kill'?)" },
	{ "remount: kiled", "9:18: unknown value 'kiled' for 'remount' (did you mean 'killed'?)" },
	{ "coalesce: begin",
		"9:19: unknown value 'begin' for 'coalesce' (known: wait, starves, start)" },
	{ "await: b9", "9:16: backup 'b9' is never made before this step (did you mean 'b0'?)" },
	{ "wait: {}", "9:15: wait waits for nothing (try 60s or \"read.progress>=50%\")" },
	{ "wait: read.progres>=5%",
		"9:15: unknown gauge 'read.progres' (did you mean 'read.progress'?)" },
	{ "wait: soon", "9:15: cannot read duration 'soon' (try 60s or 20ms)" },
};

START_TEST(what_cannot_be_read_is_told_where_and_why)
{
	AUTO(auto_free) char *step = heap_format("      - %s\n", unreadable[_i].step);
	AUTO(auto_free) char *text = scenario_text_with_steps(step);
	AUTO(auto_free) char *messages = scenario_text_messages(text);
	AUTO(auto_free) char *wanted = heap_format("x.yaml:%s\n", unreadable[_i].message);

	ck_assert_str_eq(messages, wanted);
}
END_TEST

static const struct {
	const char *step, *title;
} titles[] = {
	{ "fault-remove: bad", "fault-remove 'bad'" },
	{ "writer-add: simulated name=a freeze=1s", "writer-add 'simulated name=a freeze=1s'" },
	{ "writer-kill: db", "writer-kill 'db'" },
	{ "writer-remove: db", "writer-remove 'db'" },
	{ "remount: killed", "remount, killed" },
	{ "remount: unmounted", "remount, unmounted" },
	{ "snapshot: s0, clone: { of: s0, name: c }", "clone 'c' of 's0'" },
	{ "snapshot: s0, clone: { of: s0, name: c, copy: full }",
		"clone 'c' of 's0', a full copy" },
	{ "discard: { bytes: 64KiB, offset: 1MiB }", "discard 64 KiB at 1 MiB" },
	{ "discard: { bytes: 64KiB, offset: 0 }", "discard 64 KiB at 0 B" },
	{ "grow: 2MiB", "grow to 2 MiB" },
	{ "snapshot: { name: s1, limit: 10%, after: sync }",
		"snapshot 's1', limit 10%, with hooks" },
	{ "fill: all", "fill the disk: all of it" },
	{ "fill: none", "fill the disk: none of it" },
	{ "fill: 1MiB", "fill the disk: 1 MiB" },
	{ "coalesce: wait", "coalesce" },
	{ "coalesce: starves", "coalesce, which starves" },
	{ "coalesce: start", "coalesce, begun" },
	{ "snapshot: s0, delete: { name: s0, fails: EBUSY }", "delete 's0', which meets EBUSY" },
	{ "wait: 90s", "wait 90s" },
	{ "wait: \"ops>=3\"", "wait for ops>=3" },
	{ "wait: { gauge: \"ops>=3\", journal: { event: phase } }",
		"wait for ops>=3 and phase >=1 times" },
	{ "snapshot: s, backup: { of: s, to: b, in: background }",
		"backup 's' to 'b', in the background" },
	{ "snapshot: s, backup: { of: s, to: b, in: background }, await: b", "await 'b'" },
};

START_TEST(title_says_what_the_step_does)
{
	struct scenario *scenario = scenario_of(titles[_i].step);
	const struct phase *phase = &scenario->phases[0];
	AUTO(auto_free) char *title = step_title(&phase->steps[phase->step_count - 1]);

	ck_assert_str_eq(title, titles[_i].title);
	scenario_destroy(scenario);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("scenario standing");
	TCase *tests = tcase_create("steps");

	(void)argc;
	tcase_add_loop_test(tests, what_is_there_can_go, 0, COUNT(right));
	tcase_add_loop_test(tests, what_is_not_there_is_told_where_and_why, 0, COUNT(wrong));
	tcase_add_loop_test(tests, what_cannot_be_read_is_told_where_and_why, 0, COUNT(unreadable));
	tcase_add_loop_test(tests, title_says_what_the_step_does, 0, COUNT(titles));
	suite_add_tcase(suite, tests);

	return engine_suite_run(suite, argv[0]);
}
