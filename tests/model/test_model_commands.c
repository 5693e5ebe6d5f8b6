/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_model_commands.c - every command overlaps every other one.
 *
 * The first command is begun, then, after a number of completions, the second one; this is
 * repeated for each number until the first command ends before that.  Then both must be answered,
 * everything must become idle, every view must equal the plain arrays, and the volume must close
 * and open. COUNT moments of each pair are tried, chosen by SEED; with PAIR, as in the replay
 * line, only that pair, and with AT only that moment.
 */
#include <check.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/mix.h"
#include "tests/lib/engine_suite.h"
#include "tests/model/commands_model.h"

/* No command takes more, with everything that runs at the same time. */
#define MOMENTS_MAX 400u

/* A run takes milliseconds; the rest is for a machine under load. */
#define RUN_SECONDS_MAX 40u

static uint64_t number_of(const char *variable, uint64_t fallback)
{
	const char *text = getenv(variable);

	return text && *text ? strtoull(text, NULL, 10) : fallback;
}

/* The name of the pair, "first,second". */
static const char *pair_name(const struct model_kind *const *pair)
{
	static char name[64];

	snprintf(name, sizeof name, "%s,%s", pair[0]->name, pair[1]->name);
	return name;
}

static char replay[256];

/* Called for a run that never ends: prints the replay line. */
static void stands_still(int number)
{
	(void)number;
	if (write(STDOUT_FILENO, replay, strlen(replay)) < 0)
		_exit(2);
	abort();
}

static void replay_note(enum model_world world, const struct model_kind *const *pair, unsigned at)
{
	snprintf(replay, sizeof replay,
		"replay: SEED=%" PRIu64
		" PAIR=%s AT=%u CK_RUN_CASE=%s build/release/tests/model/test_model_commands\n",
		engine_seed(), pair_name(pair), at, model_world_names[world]);
	signal(SIGALRM, stands_still);
	alarm(RUN_SECONDS_MAX);
}

/* Returns whether the first command had ended before the second was begun, AT completions later. */
static bool run(enum model_world world, const struct model_kind *const *pair, unsigned at)
{
	struct model_command commands[2] = { 0 };
	uint64_t seed = mix64(engine_seed() ^ at);
	bool stops = strcmp(pair[1]->name, "stop") == 0;
	const char *trouble;
	bool is_over;

	replay_note(world, pair, at);
	model_open(world, seed, at % 2 != 0);
	model_begin(commands, pair[0], 0);
	for (unsigned i = 0; i < at && !commands[0].has_ended; i++)
		model_step(commands);
	is_over = commands[0].has_ended;
	model_begin(commands, pair[1], 1);
	trouble = model_finish(commands, stops);
	ck_assert_msg(!trouble, "%s\n%s", trouble, replay);
	return is_over;
}

/* Returns how many completions the first command takes alone. */
static unsigned length_of(enum model_world world, const struct model_kind *kind)
{
	struct model_command commands[2] = { 0 };
	const char *trouble;
	unsigned steps = 0;

	model_open(world, engine_seed(), true);
	model_begin(commands, kind, 0);
	while (!commands[0].has_ended && steps < MOMENTS_MAX) {
		model_step(commands);
		steps++;
	}
	trouble = model_finish(commands, false);
	ck_assert_msg(!trouble, "%s alone: %s", kind->name, trouble);
	return steps;
}

static bool is_of(const struct model_kind *kind, enum model_world world)
{
	return (kind->worlds & 1u << world) != 0;
}

static void run_pair(enum model_world world, const struct model_kind *const *pair, unsigned length)
{
	uint64_t count = engine_count(3);
	const char *only = getenv("PAIR");

	if (only && strcmp(only, pair_name(pair)) != 0)
		return;
	if (only && getenv("AT")) {
		run(world, pair, (unsigned)number_of("AT", 0));
		return;
	}
	for (uint64_t i = 0; i < count && i <= length; i++) {
		/* All of them, or this many, one from each part. */
		uint64_t from = i * (length + 1) / count, end = (i + 1) * (length + 1) / count;
		uint64_t at = count > length ? i
					     : from + mix_below(engine_seed(), ~i,
							      end > from ? end - from : 1);

		run(world, pair, (unsigned)at);
	}
}

START_TEST(commands_that_run_into_each_other_are_all_answered_and_change_no_view)
{
	enum model_world world = (enum model_world)_i;

	for (const struct model_kind *first = model_kinds; first->name; first++) {
		unsigned length;

		if (!is_of(first, world) || strcmp(first->name, "stop") == 0)
			continue;
		length = length_of(world, first);
		for (const struct model_kind *second = model_kinds; second->name; second++) {
			if (is_of(second, world))
				run_pair(world, (const struct model_kind *[]){ first, second },
					length);
		}
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("commands that run into each other");

	(void)argc;
	for (int world = 0; world < WORLDS; world++) {
		TCase *one = tcase_create(model_world_names[world]);

		tcase_add_loop_test(one,
			commands_that_run_into_each_other_are_all_answered_and_change_no_view,
			world, world + 1);
		tcase_set_timeout(one, 0);
		suite_add_tcase(suite, one);
	}
	return engine_suite_run(suite, argv[0]);
}
