/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that another rig has, too: they are followed, and what strikes there is told. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/engine_suite.h"
#include "tests/unit/commands_bench.h"

static int follower;

static void set_up(void)
{
	served_set_up();
	follower = peer_open();
}

static void tear_down(void)
{
	if (follower >= 0)
		close(follower);
	served_tear_down();
}

/* Sends a command, with ' for ". */
static void say(int peer, const char *command)
{
	char line[512];

	snprintf(line, sizeof line, "{'id':1,'command':%s}\n", command);
	for (char *at = line; *at; at++)
		if (*at == '\'')
			*at = '"';
	peer_say(peer, line);
}

static void hear(int peer, const char *answer)
{
	char heard[1024];

	snprintf(heard, sizeof heard, "%s", peer_hear(peer));
	for (char *at = heard; *at; at++)
		if (*at == '"')
			*at = '\'';
	ck_assert_str_eq(heard, answer);
}

static void expect(int peer, const char *command, const char *answer)
{
	say(peer, command);
	hear(peer, answer);
}

static void is_not_told(int peer)
{
	bench_turn_for_ms(5);
	ck_assert(!peer_is_told(peer));
}

#define OK(result)		"{'id':1,'ok':true,'result':" result "}"
#define REFUSED(error, message) "{'id':1,'ok':false,'error':'" error "','message':'" message "'}"
#define NO_RULES		OK("{'revision':1,'releases':0,'phase':'','rules':[]}")
#define RULE_1			"{'id':1,'rule':'live.read zero'}"

START_TEST(a_change_is_answered_when_who_follows_has_it)
{
	expect(follower, "'fault.follow','revision':0", NO_RULES);
	say(follower, "'fault.follow','revision':1");
	is_not_told(follower);
	say(served_peer, "'fault.add','rule':'live.read zero'");
	hear(follower, OK("{'revision':2,'releases':0,'phase':'','rules':[" RULE_1 "]}"));
	is_not_told(served_peer);
	say(follower, "'fault.follow','revision':2");
	hear(served_peer, OK("{'id':1}"));
	is_not_told(follower);
}
END_TEST

START_TEST(one_that_comes_while_somebody_is_busy_is_waited_for)
{
	expect(follower, "'fault.follow','revision':0", NO_RULES);
	say(served_peer, "'fault.add','rule':'live.read zero'");
	is_not_told(served_peer);
	/* He has what was there before. */
	expect(follower, "'fault.follow','revision':1",
		OK("{'revision':2,'releases':0,'phase':'','rules':[" RULE_1 "]}"));
	is_not_told(served_peer);
	say(follower, "'fault.follow','revision':2");
	hear(served_peer, OK("{'id':1}"));
}
END_TEST

START_TEST(who_leaves_is_not_waited_for)
{
	expect(follower, "'fault.follow','revision':0", NO_RULES);
	say(served_peer, "'fault.add','rule':'live.read zero'");
	is_not_told(served_peer);
	close(follower);
	follower = -1;
	hear(served_peer, OK("{'id':1}"));
	expect(served_peer, "'fault.clear'", OK("{'removed':1}"));
}
END_TEST

START_TEST(all_who_follow_are_waited_for)
{
	int second = peer_open();

	expect(follower, "'fault.follow','revision':0", NO_RULES);
	expect(second, "'fault.follow','revision':0", NO_RULES);
	say(served_peer, "'fault.release'");
	say(follower, "'fault.follow','revision':2");
	is_not_told(served_peer);
	say(second, "'fault.follow','revision':2");
	hear(served_peer, OK("{'released':0}"));
	close(second);
}
END_TEST

START_TEST(whatever_changes_is_told)
{
	expect(served_peer, "'fault.add','rule':'live.read zero'", OK("{'id':1}"));
	expect(served_peer, "'phase.set','phase':'inject'", OK("{}"));
	expect(served_peer, "'fault.release'", OK("{'released':0}"));
	expect(follower, "'fault.follow','revision':0",
		OK("{'revision':4,'releases':1,'phase':'inject','rules':[" RULE_1 "]}"));
	say(follower, "'fault.follow','revision':4");
	say(served_peer, "'fault.remove','fault':'1'");
	hear(follower, OK("{'revision':5,'releases':1,'phase':'inject','rules':[]}"));
	say(follower, "'fault.follow','revision':5");
	hear(served_peer, OK("{}"));
}
END_TEST

START_TEST(who_changes_them_and_leaves_is_forgotten)
{
	int changer = peer_open();

	expect(follower, "'fault.follow','revision':0", NO_RULES);
	say(changer, "'fault.add','rule':'live.read zero'");
	is_not_told(changer);
	close(changer);
	bench_turn_for_ms(5);
	say(follower, "'fault.follow','revision':2");
	is_not_told(follower);
}
END_TEST

START_TEST(a_question_that_cannot_be_is_refused)
{
	expect(follower, "'fault.follow'",
		REFUSED("EINVAL", "argument 'revision' of 'fault.follow' must be a number from 0"));
	say(follower, "'fault.follow','revision':1");
	expect(follower, "'fault.follow','revision':1",
		REFUSED("EBUSY", "the rules are followed already"));
}
END_TEST

START_TEST(what_has_struck_elsewhere_is_counted_and_in_the_journal)
{
	expect(served_peer, "'fault.add','rule':'snapshot.read error=EIO'", OK("{'id':1}"));
	expect(follower,
		"'fault.struck','fault':1,'rule':'snapshot.read "
		"error=EIO','hit':3,'snapshot':'a','offset':512,'length':8",
		OK("{}"));
	expect(follower, "'fault.list'",
		OK("{'faults':[{'id':1,'name':null,'rule':'snapshot.read error=EIO','point':"
		   "'snapshot.read','action':'error','replayable':true,'armed':true,'seen':1,"
		   "'matched':1,'fired':1,'cut':0}]}"));
	say(follower, "'events'");
	ck_assert_ptr_nonnull(strstr(peer_hear(follower),
		"\\\"event\\\":\\\"fault.fired\\\",\\\"point\\\":\\\"snapshot.read\\\",\\\"id\\\":"
		"1,"
		"\\\"rule\\\":\\\"snapshot.read error=EIO\\\",\\\"action\\\":\\\"error\\\","
		"\\\"hit\\\":3,\\\"snapshot\\\":\\\"a\\\",\\\"offset\\\":512,\\\"length\\\":8}"));
	expect(served_peer, "'fault.clear'", OK("{'removed':1}"));
	expect(follower, "'fault.struck','fault':1,'rule':'snapshot.read error=EIO','hit':4",
		OK("{}"));
	expect(follower, "'fault.struck','fault':1,'rule':'nonsense','hit':4",
		REFUSED("EINVAL", "'nonsense' is not a rule"));
	expect(follower, "'fault.struck','fault':1,'rule':'live.read zero','hit':-1",
		REFUSED("EINVAL", "argument 'hit' of 'fault.struck' must be a number from 0"));
}
END_TEST

int main(int argc, char **argv)
{
	(void)argc;

	Suite *suite = suite_create("rules that are followed");
	TCase *tests = tcase_create("rules");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_change_is_answered_when_who_follows_has_it);
	tcase_add_test(tests, one_that_comes_while_somebody_is_busy_is_waited_for);
	tcase_add_test(tests, who_leaves_is_not_waited_for);
	tcase_add_test(tests, all_who_follow_are_waited_for);
	tcase_add_test(tests, whatever_changes_is_told);
	tcase_add_test(tests, who_changes_them_and_leaves_is_forgotten);
	tcase_add_test(tests, a_question_that_cannot_be_is_refused);
	tcase_add_test(tests, what_has_struck_elsewhere_is_counted_and_in_the_journal);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
