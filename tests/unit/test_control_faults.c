/* SPDX-License-Identifier: Apache-2.0 */
/* The control commands of faults, on a volume in memory. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/engine_suite.h"
#include "tests/unit/commands_bench.h"

/* Sends a command, with ' for ", and hears the same way. */
static void expect(const char *command, const char *answer)
{
	char line[512], heard[1024];

	snprintf(line, sizeof line, "{'id':1,'command':%s}\n", command);
	for (char *at = line; *at; at++)
		if (*at == '\'')
			*at = '"';
	peer_say(served_peer, line);
	snprintf(heard, sizeof heard, "%s", peer_hear(served_peer));
	for (char *at = heard; *at; at++)
		if (*at == '"')
			*at = '\'';
	ck_assert_str_eq(heard, answer);
}

#define OK(result)		"{'id':1,'ok':true,'result':" result "}"
#define REFUSED(error, message) "{'id':1,'ok':false,'error':'" error "','message':'" message "'}"

START_TEST(faults_are_added_listed_and_removed)
{
	expect("'fault.add','rule':'live.read  zero name=a times=2'", OK("{'id':1}"));
	expect("'fault.add','rule':'live.read zero times=2 name=a'", OK("{'id':1}"));
	expect("'fault.add','rule':'live.write drop file=/go'", OK("{'id':2}"));
	expect("'fault.list'",
		OK("{'faults':[{'id':1,'name':'a','rule':'live.read zero times=2 name=a','point':"
		   "'live.read','action':'zero','replayable':true,'armed':true,'seen':0,'matched':"
		   "0,"
		   "'fired':0,'cut':0},{'id':2,'name':null,'rule':'live.write drop "
		   "file=/go','point':"
		   "'live.write','action':'drop','replayable':false,'armed':true,'seen':0,"
		   "'matched':0,'fired':0,'cut':0}]}"));
	expect("'fault.remove','fault':'2'", OK("{}"));
	expect("'fault.remove','fault':'2'",
		REFUSED("ENOENT", "no fault '2' ('snaprig fault list MNT' prints them)"));
	expect("'fault.clear'", OK("{'removed':1}"));
	expect("'fault.list'", OK("{'faults':[]}"));
}
END_TEST

START_TEST(a_rule_that_is_wrong_is_refused_with_its_column)
{
	expect("'fault.add','rule':'live.reed zero'",
		REFUSED("EINVAL",
			"cannot add the fault: unknown point 'live.reed' at column 1; did "
			"you mean 'live.read'?"));
	expect("'fault.add'", REFUSED("EINVAL", "argument 'rule' of 'fault.add' is missing"));
}
END_TEST

START_TEST(who_hangs_is_released)
{
	struct engine_request *read = engine_read_new(NULL, 0, 4096);

	expect("'fault.add','rule':'live.read hang'", OK("{'id':1}"));
	engine_submit(&served_engine, read);
	bench_turn_for_ms(3);
	ck_assert(!read->has_ended);
	expect("'fault.release'", OK("{'released':1}"));
	ck_assert_int_eq(engine_wait(&served_engine, read), 0);
	expect("'fault.release'", OK("{'released':0}"));
	engine_request_free(read);
}
END_TEST

START_TEST(the_phase_is_what_rules_compare)
{
	uint8_t byte;

	expect("'fault.add','rule':'live.read error=EIO phase=inject'", OK("{'id':1}"));
	ck_assert_int_eq(engine_read(&served_engine, NULL, 0, &byte, 1), 0);
	expect("'phase.set','phase':'inject'", OK("{}"));
	ck_assert_int_eq(engine_read(&served_engine, NULL, 0, &byte, 1), -EIO);
	expect("'phase.set','phase':''", OK("{}"));
	ck_assert_int_eq(engine_read(&served_engine, NULL, 0, &byte, 1), 0);
}
END_TEST

START_TEST(commands_are_struck_but_for_those_that_get_rid_of_faults)
{
	expect("'fault.add','rule':'control.command error=EIO'", OK("{'id':1}"));
	expect("'snapshot.list'",
		REFUSED("EIO", "a fault struck 'snapshot.list': Input/output error"));
	expect("'fault.release'", OK("{'released':0}"));
	expect("'phase.set','phase':'a'", OK("{}"));
	expect("'fault.clear'", OK("{'removed':1}"));
	expect("'snapshot.list'", OK("{'snapshots':[]}"));
}
END_TEST

START_TEST(a_command_that_hangs_is_answered_when_it_is_released)
{
	int other = peer_open();

	expect("'fault.add','rule':'control.command hang times=1'", OK("{'id':1}"));
	peer_say(other, "{\"id\":9,\"command\":\"snapshot.list\"}\n");
	bench_turn_for_ms(3);
	ck_assert(!peer_is_told(other));
	expect("'fault.release'", OK("{'released':1}"));
	peer_expect(other, "{\"id\":9,\"ok\":true,\"result\":{\"snapshots\":[]}}");
	close(other);
}
END_TEST

START_TEST(one_who_left_while_a_fault_held_the_command_up_holds_nobody)
{
	struct engine_request *read;
	struct snapshot *snapshot;
	int other = peer_open();

	ck_assert_int_eq(engine_snapshot(&served_engine, "s", NULL, &snapshot), 0);
	expect("'fault.add','rule':'control.command hang times=1'", OK("{'id':1}"));
	peer_say(other, "{\"id\":9,\"command\":\"hold\",\"gauge\":\"ops\",\"at_least\":\"0\"}\n");
	bench_turn_for_ms(3);
	close(other);
	/* Until the server has seen it leave. */
	bench_turn_for_ms(400);
	expect("'fault.release'", OK("{'released':1}"));
	read = engine_read_new(snapshot, 0, 4096);
	engine_submit(&served_engine, read);
	TURN_UNTIL(read->has_ended);
	engine_request_free(read);
}
END_TEST

START_TEST(a_door_asks_what_strikes_and_is_told_what_is_left_to_do)
{
	expect("'fault.strike','point':'dm.ioctl','ioctl':'create','device':'a'",
		OK("{'fired':false,'action':null,'error':null,'reply':null}"));
	expect("'fault.add','rule':'dm.ioctl error=EBUSY ioctl=remove device=a'", OK("{'id':1}"));
	expect("'fault.add','rule':'dm.udev drop'", OK("{'id':2}"));
	expect("'fault.strike','point':'dm.ioctl','ioctl':'remove','device':'b'",
		OK("{'fired':false,'action':null,'error':null,'reply':null}"));
	expect("'fault.strike','point':'dm.ioctl','ioctl':'remove','device':'a'",
		OK("{'fired':true,'action':'error','error':'EBUSY','reply':null}"));
	expect("'fault.strike','point':'dm.udev','device':'a'",
		OK("{'fired':true,'action':'drop','error':null,'reply':null}"));
	expect("'fault.add','rule':'xapi.export reply=cut offset=2MiB..'", OK("{'id':3}"));
	expect("'fault.strike','point':'xapi.export','offset':0,'length':2097152",
		OK("{'fired':false,'action':null,'error':null,'reply':null}"));
	expect("'fault.strike','point':'xapi.export','offset':2097152,'length':2097152",
		OK("{'fired':true,'action':'reply','error':null,'reply':'cut'}"));
	expect("'fault.strike','point':'xapi.export','offset':-1",
		REFUSED("EINVAL", "argument 'offset' must be a number of bytes"));
	expect("'fault.strike','point':'live.read'",
		REFUSED("EINVAL", "no point 'live.read' of a door"));
	expect("'door.note','door':'dm','note':'ended','data':{'devices':0}", OK("{}"));
	expect("'door.note','door':'dm','note':'ended','data':3",
		REFUSED("EINVAL", "argument 'data' must be an object"));
	expect("'door.note','door':'','note':'ended'",
		REFUSED("EINVAL", "the words of a door have 1 to 64 bytes each"));
}
END_TEST

START_TEST(a_door_that_hangs_goes_on_when_it_is_released_and_may_leave)
{
	int other = peer_open();
	static const char strike[] = "{\"id\":9,\"command\":\"fault.strike\",\"point\":"
				     "\"dm.ioctl\"}\n";

	expect("'fault.add','rule':'dm.ioctl hang times=2'", OK("{'id':1}"));
	peer_say(other, strike);
	bench_turn_for_ms(3);
	ck_assert(!peer_is_told(other));
	expect("'fault.release'", OK("{'released':1}"));
	peer_expect(other, "{\"id\":9,\"ok\":true,\"result\":{\"fired\":true,\"action\":null,"
			   "\"error\":null,\"reply\":null}}");
	peer_say(other, strike);
	bench_turn_for_ms(3);
	close(other);
	bench_turn_for_ms(400);
	expect("'fault.release'", OK("{'released':0}"));
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("control faults");
	TCase *tcase = tcase_create("control faults");

	(void)argc;
	tcase_add_checked_fixture(tcase, served_set_up, served_tear_down);
	tcase_add_test(tcase, faults_are_added_listed_and_removed);
	tcase_add_test(tcase, a_rule_that_is_wrong_is_refused_with_its_column);
	tcase_add_test(tcase, who_hangs_is_released);
	tcase_add_test(tcase, the_phase_is_what_rules_compare);
	tcase_add_test(tcase, commands_are_struck_but_for_those_that_get_rid_of_faults);
	tcase_add_test(tcase, a_command_that_hangs_is_answered_when_it_is_released);
	tcase_add_test(tcase, one_who_left_while_a_fault_held_the_command_up_holds_nobody);
	tcase_add_test(tcase, a_door_asks_what_strikes_and_is_told_what_is_left_to_do);
	tcase_add_test(tcase, a_door_that_hangs_goes_on_when_it_is_released_and_may_leave);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
