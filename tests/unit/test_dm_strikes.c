/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a fault strikes a call of the dm door: the rig is asked where it has a rule, from the
 * very next call on, and where nobody knows, and else it is not.
 */
#include "simfs/doors/dm/calls/strikes.h"

#include <check.h>
#include <errno.h>

#include "simfs/doors/dm/processes/caller.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/played_rig.h"

#define IOCTL_RULE "[{'id':1,'rule':'dm.ioctl error=EBUSY'}]"
#define UDEV_RULE  "[{'id':2,'rule':'dm.udev drop device=d'}]"

static struct played_rig *rig;
static struct strikes *strikes;

static bool waits(const struct caller *caller)
{
	(void)caller;
	return true;
}

static const struct caller caller = { .waits = waits };

static void follow(const char *rules)
{
	rig = played_rig_start(rules);
	ck_assert_int_eq(strikes_create(played_rig_mount_point(rig), &strikes), 0);
}

static void tear_down(void)
{
	strikes_destroy(strikes);
	if (rig)
		played_rig_end(rig);
}

static int ioctl_comes(void)
{
	return strike_ioctl(strikes, &caller, "remove", "d");
}

/* How often the rig was asked for one call at each point: ioctls times ten, and udev. */
static unsigned asked(void)
{
	unsigned count;

	(void)ioctl_comes();
	count = 10 * played_rig_strikes(rig);
	(void)strike_udev(strikes, &caller, "d");
	return count + played_rig_strikes(rig);
}

START_TEST(without_a_rule_nobody_is_asked)
{
	follow("[]");
	ck_assert_uint_eq(asked(), 0);
	played_rig_set_rules(rig, "[{'id':1,'rule':'control.command error=EIO'},"
				  "{'id':2,'rule':'xapi.call error=EIO'},"
				  "{'id':3,'rule':'live.read error=EIO name=dm.ioctl'}]");
	ck_assert_uint_eq(asked(), 0);
	played_rig_set_strike(rig, "{'fired':true,'action':'error','error':'EBUSY'}");
	ck_assert_int_eq(ioctl_comes(), 0);
}
END_TEST

START_TEST(with_one_of_its_point_each_call_is_asked_for)
{
	follow(IOCTL_RULE);
	ck_assert_uint_eq(asked(), 10);
	ck_assert_uint_eq(asked(), 10);
	played_rig_set_rules(rig, UDEV_RULE);
	ck_assert_uint_eq(asked(), 1);
	played_rig_set_rules(rig, "[{'id':1,'rule':'live.read zero'},"
				  "{'id':2,'rule':'dm.ioctl delay=1s phase=never'},"
				  "{'id':3,'rule':'dm.udev drop times=1'}]");
	ck_assert_uint_eq(asked(), 11);
}
END_TEST

START_TEST(what_the_rig_says_is_done)
{
	follow(IOCTL_RULE);
	played_rig_set_strike(rig, "{'fired':true,'action':'error','error':'EBUSY'}");
	ck_assert_int_eq(ioctl_comes(), -EBUSY);
	played_rig_set_rules(rig, UDEV_RULE);
	ck_assert_int_eq(ioctl_comes(), 0);
	played_rig_set_strike(rig, "{'fired':true,'action':'drop','error':null}");
	ck_assert_int_eq(strike_udev(strikes, &caller, "d"), 1);
}
END_TEST

START_TEST(the_very_next_call_knows_a_rule_that_came_or_went)
{
	uint64_t rounds = engine_count(500);

	follow("[]");
	for (uint64_t round = 0; round < rounds; round++) {
		played_rig_set_rules(rig, IOCTL_RULE);
		ck_assert_uint_eq(asked(), 10);
		played_rig_set_rules(rig, "[]");
		ck_assert_uint_eq(asked(), 0);
	}
}
END_TEST

START_TEST(a_rig_that_is_not_to_be_followed_is_asked_each_time)
{
	rig = played_rig_start("[]");
	played_rig_set_answer(rig, "{'id':1,'ok':false,'error':'EOPNOTSUPP','message':'what?'}\n");
	ck_assert_int_eq(strikes_create(played_rig_mount_point(rig), &strikes), 0);
	played_rig_expect_followers(rig, 0);
	ck_assert_uint_eq(asked(), 11);
	ck_assert_uint_eq(asked(), 11);
}
END_TEST

/* Such are not of this protocol, so what they leave out may be a rule. */
START_TEST(an_answer_without_sense_is_none)
{
	static const char *const answers[] = {
		"{'id':2,'ok':true,'result':{'revision':2,'rules':{}}}\n",
		"{'id':2,'ok':true,'result':{'revision':2}}\n",
		"{'id':2,'ok':true,'result':{'revision':'2','rules':[]}}\n",
		"{'id':2,'ok':true,'result':{}}\n",
		"no json\n",
	};

	follow("[]");
	played_rig_set_answer(rig, answers[_i]);
	/* Who follows and goes is not waited for. */
	played_rig_set_rules(rig, IOCTL_RULE);
	played_rig_expect_followers(rig, 0);
	ck_assert_uint_eq(asked(), 11);
}
END_TEST

START_TEST(who_takes_the_place_of_a_rig_is_asked_at_once)
{
	uint64_t rounds = engine_count(100);

	for (uint64_t round = 0; round < rounds; round++) {
		follow("[]");
		ck_assert_uint_eq(asked(), 0);
		played_rig_drop(rig);
		ck_assert_uint_eq(asked(), 11);
		strikes_destroy(strikes);
		played_rig_end(rig);
	}
	strikes = NULL;
	rig = NULL;
}
END_TEST

START_TEST(a_rig_that_is_gone_strikes_nobody)
{
	follow(IOCTL_RULE);
	played_rig_set_strike(rig, "{'fired':true,'action':'error','error':'EBUSY'}");
	ck_assert_int_eq(ioctl_comes(), -EBUSY);
	played_rig_end(rig);
	rig = NULL;
	ck_assert_int_eq(ioctl_comes(), 0);
	strikes_destroy(strikes);
	/* Nor does one that was never there. */
	ck_assert_int_eq(strikes_create("/nowhere", &strikes), 0);
	ck_assert_int_eq(ioctl_comes(), 0);
}
END_TEST

START_TEST(who_ends_while_he_follows_is_not_waited_for)
{
	struct strikes *second;

	follow("[]");
	ck_assert_int_eq(strikes_create(played_rig_mount_point(rig), &second), 0);
	played_rig_expect_followers(rig, 2);
	strikes_destroy(second);
	played_rig_set_rules(rig, IOCTL_RULE);
	played_rig_expect_followers(rig, 1);
	ck_assert_uint_eq(asked(), 10);
	strikes_destroy(strikes);
	strikes = NULL;
	played_rig_expect_followers(rig, 0);
	played_rig_set_rules(rig, "[]");
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dm_strikes");
	TCase *tests = tcase_create("dm_strikes");

	(void)argc;
	tcase_add_checked_fixture(tests, NULL, tear_down);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, without_a_rule_nobody_is_asked);
	tcase_add_test(tests, with_one_of_its_point_each_call_is_asked_for);
	tcase_add_test(tests, what_the_rig_says_is_done);
	tcase_add_test(tests, the_very_next_call_knows_a_rule_that_came_or_went);
	tcase_add_test(tests, a_rig_that_is_not_to_be_followed_is_asked_each_time);
	tcase_add_loop_test(tests, an_answer_without_sense_is_none, 0, 5);
	tcase_add_test(tests, who_takes_the_place_of_a_rig_is_asked_at_once);
	tcase_add_test(tests, a_rig_that_is_gone_strikes_nobody);
	tcase_add_test(tests, who_ends_while_he_follows_is_not_waited_for);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
