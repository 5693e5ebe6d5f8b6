/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_control_leavers.c - whoever asked leaves, or the rig ends, at each moment of
 * each command.
 *
 * A peer sends one command, which may wait for a fault; so many completions later
 * it is gone, or the volume is unmounted.  Then its connection must go, all come to
 * rest, and the volume be closed.  COUNT moments are tried of each command.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/base/mix.h"
#include "simfs/control/server_internal.h"
#include "simfs/volume/volume_faults.h"
#include "simfs/volume/writers/writers.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/commands_bench.h"

#define BLOCK 16384u

/* No command takes more. */
#define STEPS_MAX 20000u

/* So many completions of the ring and of the disk; later than that all have ended. */
#define MOMENTS_MAX 60u

static const struct profile *const profiles[] = { &profile_plain, &profile_vss, &profile_datto,
	&profile_xen };

#define PROFILES (sizeof profiles / sizeof profiles[0])

static const char *const lines[] = {
	"'status'",
	"'snapshot.create','name':'n'",
	"'snapshot.create','name':'n','hold_writes':true",
	"'snapshot.create','name':'n','writers':false",
	"'snapshot.clone','of':'a','name':'n'",
	"'snapshot.clone','of':'a','name':'n','full':true",
	"'snapshot.delete','name':'a'",
	"'snapshot.watch','name':'n'",
	"'snapshot.list'",
	"'snapshot.changed','name':'a'",
	"'coalesce'",
	"'datto.ctl','words':['transition-to-incremental','0']",
	"'datto.ctl','words':['destroy','0']",
	"'datto.file_system','mounted':false",
	"'gauge.set','gauge':'memory.used','value':'85%'",
	"'gauge.release','gauge':'memory.used'",
	"'hold','gauge':'snapshot.count','at_least':'1'",
	"'hold','gauge':'snapshot.count','at_least':'9'",
	"'resume'",
	"'writes.resume'",
	"'writers.list'",
	"'writers.add','writer':'simulated name=Y'",
	"'writers.remove','name':'W'",
	"'writers.kill','name':'W'",
	"'writers.freeze'",
	"'writers.thaw'",
	"'writers.notify','event':'backup-complete'",
	"'events','wait':true,'from':1000000",
	"'phase.set','phase':'p'",
	"'fault.list'",
	"'fault.release'",
};

#define LINES (sizeof lines / sizeof lines[0])

/* What is in the way of the command. */
static const char *const rules[] = { NULL, "control.command delay=40ms", "control.command hang",
	"store.append delay=5ms", "writer.freeze hang", "snapshot.commit hang",
	"snapshot.delete hang" };

#define RULES (sizeof rules / sizeof rules[0])

static void add_rule(const char *text)
{
	char message[RULE_MESSAGE_BYTES];
	uint64_t id;

	if (text)
		ck_assert_int_eq(volume_fault_add(served_engine.volume, text, &id, message), 0);
}

static void set_up(const struct profile *profile)
{
	char message[WRITER_MESSAGE_BYTES];

	engine_init(&served_engine, 1,
		&(struct engine_options){ .volume_bytes = 16 * BLOCK,
			.profile = profile,
			.step_ns = NS_PER_MS,
			.jump_ns = 100 * NS_PER_S });
	for (unsigned i = 0; i < 16; i++)
		ck_assert_int_eq(engine_write(&served_engine, i * (uint64_t)BLOCK, BLOCK, i), 0);
	ck_assert_int_eq(engine_snapshot(&served_engine, "a", NULL, NULL), 0);
	ck_assert_int_eq(engine_write(&served_engine, 0, BLOCK, 99), 0);
	ck_assert_int_eq(volume_writer_add(served_engine.volume,
				 "simulated name=W freeze=4ms thaw=20ms", message),
		0);
	ck_assert_int_eq(commands_create(NULL, served_engine.volume, &served_commands), 0);
	bench_set_up_with(commands_table, served_commands);
	served_peer = peer_open();
}

/* What came to the server is heard, and the disk gets its turn. */
static bool step(void)
{
	ring_run_for(bench.ring, 0);
	return engine_step(&served_engine);
}

static void step_until_alone(const char *what)
{
	unsigned steps = 0;

	/* Whoever has left is seen by a timer of the ring. */
	while (bench.server->connection_count > 1) {
		ck_assert_msg(steps++ < TURNS_MAX, "%s: somebody is served who has left", what);
		bench_turn();
		step();
	}
}

static void settle(const char *what)
{
	for (unsigned steps = 0; step(); steps++)
		ck_assert_msg(steps < STEPS_MAX, "%s: it does not come to rest", what);
}

static void ask(int peer, const char *line)
{
	char text[256];

	snprintf(text, sizeof text, "{\"id\":1,\"command\":%s}\n", line);
	for (char *at = text; *at; at++)
		*at = *at == '\'' ? '"' : *at;
	peer_say(peer, text);
}

static void one_who_leaves(const char *what, const char *line, unsigned at)
{
	int peer = peer_open();

	/* It is there before it asks. */
	TURN_UNTIL(bench.server->connection_count == 2);
	ask(peer, line);
	for (unsigned i = 0; i < at; i++)
		step();
	close(peer);
	for (unsigned i = 0; i < at; i++)
		step();
	volume_fault_clear(served_engine.volume);
	volume_fault_release(served_engine.volume);
	step_until_alone(what);
	settle(what);
}

static void one_whose_rig_ends(const char *what, const char *line, unsigned at)
{
	int peer = peer_open();

	TURN_UNTIL(bench.server->connection_count == 2);
	ask(peer, line);
	for (unsigned i = 0; i < at; i++)
		step();
	commands_end(served_commands);
	volume_stop(served_engine.volume);
	settle(what);
	commands_end_telling(served_commands);
	close(peer);
	step_until_alone(what);
}

static void tear_down(const char *what)
{
	commands_end(served_commands);
	/* A chain may wait for a quiet time. */
	volume_stop(served_engine.volume);
	settle(what);
	ck_assert_msg(volume_idle(served_engine.volume), "%s: something is left", what);
	ck_assert_int_eq(engine_close(&served_engine), 0);
	close(served_peer);
	bench_tear_down();
	commands_destroy(served_commands);
	engine_deinit(&served_engine);
}

static void leave_all(const struct profile *profile,
	void (*leave)(const char *what, const char *line, unsigned at), const char *how)
{
	uint64_t count = engine_count(1);
	uint64_t tries = 0;
	char what[256];

	for (size_t line = 0; line < LINES; line++) {
		for (size_t rule = 0; rule < RULES; rule++) {
			for (uint64_t i = 0; i < count; i++) {
				unsigned at = (unsigned)mix_below(
					engine_seed(), tries++, MOMENTS_MAX);

				snprintf(what, sizeof what, "%s, %s with '%s', %s after %u",
					profile->name, lines[line], rules[rule] ? rules[rule] : "",
					how, at);
				set_up(profile);
				add_rule(rules[rule]);
				leave(what, lines[line], at);
				tear_down(what);
			}
		}
	}
}

START_TEST(who_leaves_in_the_middle_of_a_command_leaves_nothing)
{
	leave_all(profiles[_i], one_who_leaves, "left");
}
END_TEST

START_TEST(a_rig_that_ends_in_the_middle_of_a_command_leaves_nobody_waiting)
{
	leave_all(profiles[_i], one_whose_rig_ends, "ended");
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("control leavers");
	TCase *tests = tcase_create("leavers");

	(void)argc;
	tcase_set_timeout(tests, 0);
	tcase_add_loop_test(
		tests, who_leaves_in_the_middle_of_a_command_leaves_nothing, 0, PROFILES);
	tcase_add_loop_test(tests, a_rig_that_ends_in_the_middle_of_a_command_leaves_nobody_waiting,
		0, PROFILES);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
