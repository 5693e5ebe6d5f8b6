/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_model_writers.c - writers, requesters and faults in any order, on one clock.
 *
 * Snapshots are requested, and writers are frozen, thawed, killed and replaced, and requesters
 * die, while other such operations are in flight and rules strike; time advances in leaps.
 * Whenever everything is idle, no writer is frozen, no write is held, and a snapshot exists if and
 * only if its requester was told so.  COUNT rounds.
 */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/base/mix.h"
#include "simfs/volume/snapshot_cancel.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/writers_bench.h"

#define ASKED_MAX 24
#define ROUNDS	  1500

static uint64_t state;

static uint64_t below(uint64_t bound)
{
	state++;
	return mix_below(engine_seed(), state, bound);
}

static struct bench_asked asked[ASKED_MAX];
static char names[ASKED_MAX][16];
static struct engine_request *writes[ASKED_MAX];
static size_t asked_count;
static bool may_fail; /* a store has a rule in this round */
static unsigned dead_sets;

static const char *const points[] = { "writer.identify", "writer.prepare-backup",
	"writer.prepare-snapshot", "writer.freeze", "writer.thaw", "writer.post-snapshot",
	"writer.backup-complete", "snapshot.commit", "snapshot.create", "store.append",
	"store.flush", "origin.write" };

#define WRITER_POINTS 7

static void add_rule(void)
{
	size_t point = (size_t)below(sizeof points / sizeof points[0]);
	static const char *const actions[] = { "error=EAGAIN", "error=EIO", "delay=5s", "delay=70s",
		"hang", "drop" };
	/* A write to the image that hangs or fails is not the subject here. */
	bool is_origin = strcmp(points[point], "origin.write") == 0;
	size_t action = is_origin ? 2 : (size_t)below(point < WRITER_POINTS ? 6 : 5);
	char rule[128];

	may_fail |= point > WRITER_POINTS + 1;
	snprintf(rule, sizeof rule, "%s %s times=%d%s", points[point], actions[action],
		(int)below(2) + 1, point < WRITER_POINTS && below(2) ? " writer=w1" : "");
	fault_bench_add(rule);
}

static void put_writer(void)
{
	static const char *const specs[] = { "", " freeze=3s", " thaw=4s", " dies=2s", " limit=6s",
		" freeze=80s" };
	char text[96], message[WRITER_MESSAGE_BYTES];
	int error;

	snprintf(text, sizeof text, "simulated name=w%d%s", (int)below(3),
		specs[below(sizeof specs / sizeof specs[0])]);
	error = volume_writer_add(bench_engine.volume, text, message);
	ck_assert_msg(error == 0 || error == -EBUSY, "%s: %s", text, message);
}

static bool is_dead(void)
{
	json_t *all = volume_writers_json(bench_engine.volume);
	bool is_dead = strcmp(json_string_value(json_object_get(all, "set")), "dead") == 0;

	ck_assert(is_dead == json_is_object(json_object_get(all, "dead_set")));
	json_decref(all);
	return is_dead;
}

static void ask(void)
{
	struct bench_asked *next = &asked[asked_count];
	bool was_dead;

	if (asked_count == ASKED_MAX)
		return;
	snprintf(names[asked_count], sizeof names[0], "s%zu", asked_count);
	writes[asked_count] = NULL;
	switch (below(6)) {
	case 0:
		writers_bench_freeze(next);
		break;
	case 1:
		writers_bench_thaw(next);
		break;
	case 2:
		writers_bench_notify(next, (enum writer_notice)below(WRITER_ABORT + 1));
		break;
	default:
		was_dead = is_dead();
		writers_bench_begin(next, names[asked_count], false);
		names[asked_count][0] = 'S';
		/* A fault may delay it before it reaches the set. */
		ck_assert(!was_dead || !next->has_ended || next->result < 0);
		break;
	}
	asked_count++;
}

/* The latest requester of a snapshot dies. */
static void die(void)
{
	size_t at = asked_count;

	while (at > 0 && (names[at - 1][0] != 'S' || asked[at - 1].has_ended))
		at--;
	if (at > 0)
		volume_snapshot_cancel(&asked[at - 1].create);
	dead_sets += is_dead();
}

static void write_live(void)
{
	if (asked_count == 0 || writes[asked_count - 1])
		return;
	writes[asked_count - 1] = engine_write_new(below(200) * 4096, 4096, below(1000));
	engine_submit(&bench_engine, writes[asked_count - 1]);
}

static void run_on(void)
{
	for (uint64_t steps = below(12); steps > 0 && engine_step(&bench_engine); steps--)
		continue;
}

static void do_something(void)
{
	char name[8];

	switch (below(11)) {
	case 10:
		die();
		break;
	case 0:
		add_rule();
		break;
	case 1:
		put_writer();
		break;
	case 2:
		snprintf(name, sizeof name, "w%d", (int)below(3));
		(void)volume_writer_kill(bench_engine.volume, name);
		break;
	case 3:
		volume_fault_release(bench_engine.volume);
		break;
	case 4:
	case 5:
		write_live();
		break;
	case 6:
	case 7:
		run_on();
		break;
	default:
		ask();
		break;
	}
}

/* A fault that hangs outside of a writer's event has no time limit. */
static void come_to_rest(void)
{
	engine_settle(&bench_engine);
	volume_fault_clear(bench_engine.volume);
	engine_settle(&bench_engine);
}

/* When one of the snapshots that share an area fails, all are deleted. */
static void expect_snapshot(const char *name, int result)
{
	bool may_go = may_fail && volume_profile(bench_engine.volume)->shares_area;

	if (result < 0)
		ck_assert(!writers_bench_has_snapshot(name));
	else
		ck_assert(writers_bench_has_snapshot(name) || may_go);
}

static void expect_all_at_rest(void)
{
	writers_bench_expect_rest();
	for (size_t i = 0; i < asked_count; i++) {
		ck_assert(asked[i].has_ended);
		ck_assert(!writes[i] || writes[i]->has_ended);
		engine_request_free(writes[i]);
		if (names[i][0] != 'S')
			continue;
		names[i][0] = 's';
		expect_snapshot(names[i], asked[i].result);
		if (writers_bench_has_snapshot(names[i]))
			ck_assert_int_eq(engine_delete(&bench_engine, names[i]), 0);
	}
	asked_count = 0;
	may_fail = false;
	engine_settle(&bench_engine);
	ck_assert(volume_idle(bench_engine.volume));
}

static const char *const profiles[] = { "plain", "vss", "xen", "lvm" };

START_TEST(whoever_does_what_nobody_stays_frozen)
{
	static const char *const writers[] = { "simulated name=w0", "simulated name=w1", NULL };
	uint64_t rounds = engine_count(ROUNDS);

	state = (uint64_t)_i << 32;
	if (below(2))
		writers_bench_limits = &volume_limits_smallest;
	writers_bench_open(profiles[_i], writers, below(2));
	for (uint64_t round = 0; round < rounds; round++) {
		for (uint64_t left = 4 + below(20); left > 0; left--)
			do_something();
		come_to_rest();
		expect_all_at_rest();
	}
	/* Only one profile has these, where they must have occurred. */
	if (volume_profile(bench_engine.volume)->dead_set_limit_ns == 0)
		ck_assert_uint_eq(dead_sets, 0);
	else if (rounds == ROUNDS)
		ck_assert_uint_gt(dead_sets, 10);
	writers_bench_close();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("model of writers");
	TCase *model = tcase_create("model");

	(void)argc;
	tcase_set_timeout(model, 300);
	tcase_add_loop_test(model, whoever_does_what_nobody_stays_frozen, 0,
		sizeof profiles / sizeof profiles[0]);
	suite_add_tcase(suite, model);
	return engine_suite_run(suite, argv[0]);
}
