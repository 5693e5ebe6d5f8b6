/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine, compared with plain arrays, under rules of chance at every point.
 *
 * Everything that can wait does so: requests, preserving, files and commands overtake each other,
 * and still no byte is wrong.  Everything that can fail does so: what was acknowledged stays, and
 * a snapshot is right or has failed.
 */
#include <check.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/base/mix.h"
#include "tests/lib/engine_load.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES ((4u << 20) + 512)
#define LENGTH_MAX   (64u << 10)
#define KILLS	     8
#define OPERATIONS   6000

static struct load load;
static char texts[FAULT_POINTS][64];
static const char *rules[FAULT_POINTS];
static size_t rule_count;

/* A fault on the arrival of a write lets others overtake it, which the arrays would call wrong. */
static bool is_arrival(enum fault_point point)
{
	return point == FAULT_LIVE_WRITE || point == FAULT_LIVE_DISCARD ||
	       point == FAULT_SNAPSHOT_WRITE;
}

static void rule_make(enum fault_point point, const char *action)
{
	char *text = texts[rule_count];

	snprintf(text, sizeof texts[0], "%s %s", fault_point_at(point)->name, action);
	rules[rule_count++] = text;
}

/* A delay lasts some steps of the disk, at each point a different number. */
static void make_delays(uint64_t step_ns)
{
	char action[48];

	rule_count = 0;
	for (size_t i = 0; i < FAULT_POINTS; i++) {
		snprintf(action, sizeof action, "delay=%" PRIu64 "us chance=10%%",
			(5 + 7 * i) * step_ns / 1000);
		if (!action_refusal(FAULT_DELAY, (enum fault_point)i) &&
			!is_arrival((enum fault_point)i))
			rule_make((enum fault_point)i, action);
	}
}

static void make_errors(uint64_t step_ns)
{
	(void)step_ns;
	rule_count = 0;
	/* A mount that cannot read fails. */
	for (size_t i = 0; i < FAULT_POINTS; i++) {
		if (i != FAULT_STORE_RECOVER && !is_arrival((enum fault_point)i))
			rule_make((enum fault_point)i, "error=EIO chance=1%");
	}
}

/* Adds the rules, which a kill removes. */
static void arm(void)
{
	char message[RULE_MESSAGE_BYTES];
	uint64_t id;

	for (size_t i = 0; i < rule_count; i++)
		ck_assert_msg(volume_fault_add(load.engine.volume, rules[i], &id, message) == 0,
			"%s: %s", rules[i], message);
}

/* Returns how many delays have occurred at POINT. */
static long long fired(enum fault_point point)
{
	json_t *faults = volume_fault_list(load.engine.volume), *fault;
	long long count = 0;
	size_t index;

	json_array_foreach(faults, index, fault)
	{
		const char *name = json_string_value(json_object_get(fault, "point"));

		if (strcmp(name, fault_point_at(point)->name) == 0)
			count += json_integer_value(json_object_get(fault, "fired"));
	}
	json_decref(faults);
	return count;
}

static const struct {
	const char *profile;
	uint64_t step_ns; /* of a chain, so that its worker does not only wait */
	unsigned weights[LOAD_KINDS];
	enum fault_point points[8]; /* that must have struck; ends with FAULT_POINTS */
} rows[] = {
	{ "plain", 1000,
		{ [LOAD_WRITE] = 100,
			[LOAD_READ_LIVE] = 20,
			[LOAD_READ_SNAPSHOT] = 50,
			[LOAD_FLUSH] = 2,
			[LOAD_ZERO] = 2,
			[LOAD_CREATE] = 6,
			[LOAD_DELETE] = 3 },
		{ FAULT_LIVE_READ, FAULT_SNAPSHOT_READ, FAULT_COW_READ_OLD, FAULT_COW_STORE,
			FAULT_COW_AFTER_STORE, FAULT_STORE_APPEND, FAULT_ORIGIN_WRITE,
			FAULT_POINTS } },
	{ "lvm", 1000,
		{ [LOAD_WRITE] = 100,
			[LOAD_READ_LIVE] = 20,
			[LOAD_READ_SNAPSHOT] = 50,
			[LOAD_WRITE_SNAPSHOT] = 30,
			[LOAD_FLUSH] = 2,
			[LOAD_CREATE] = 6,
			[LOAD_DELETE] = 3 },
		{ FAULT_COW_STORE, FAULT_ORIGIN_READ, FAULT_POINTS } },
	{ "xen", NS_PER_S,
		{ [LOAD_WRITE] = 100,
			[LOAD_READ_LIVE] = 50,
			[LOAD_READ_SNAPSHOT] = 50,
			[LOAD_FLUSH] = 2,
			[LOAD_CREATE] = 6,
			[LOAD_DELETE] = 5 },
		{ FAULT_CHAIN_SNAPSHOT, FAULT_SNAPSHOT_DELETE, FAULT_STORE_APPEND,
			FAULT_COALESCE_START, FAULT_COALESCE_COPY, FAULT_COALESCE_RELINK,
			FAULT_POINTS } },
};

static void start(int row, void (*make)(uint64_t step_ns), bool may_fail)
{
	struct load_options options = {
		.seed = engine_seed(),
		.engine = { .volume_bytes = VOLUME_BYTES,
			.profile = profile_find(rows[row].profile),
			.step_ns = rows[row].step_ns,
			.jump_ns = 1000 * rows[row].step_ns,
			.any_limits = true },
		.depth = 16,
		.length_max = LENGTH_MAX,
		.may_fail = may_fail,
	};

	printf("model: SEED=%" PRIu64 " profile %s\n", options.seed, rows[row].profile);
	fflush(stdout);
	for (size_t i = 0; i < LOAD_KINDS; i++)
		options.weights[i] = rows[row].weights[i];
	load_init(&load, &options);
	make(rows[row].step_ns);
}

static void expect_fired(int row)
{
	for (const enum fault_point *point = rows[row].points; *point != FAULT_POINTS; point++)
		ck_assert_msg(fired(*point) > 0, "%s", fault_point_at(*point)->name);
}

START_TEST(whatever_waits_no_acknowledged_byte_changes)
{
	uint64_t count = engine_count(OPERATIONS);

	start(_i, make_delays, false);
	arm();
	ck_assert(load_run(&load, count, UINT64_MAX));
	/* Rare events need not occur in a short run. */
	if (count >= OPERATIONS)
		expect_fired(_i);
	load_check(&load);
	for (uint64_t i = 0; i < KILLS; i++) {
		load_run(&load, count / KILLS, load.steps + mix_below(load.options.seed, i, 2000));
		load_kill(&load);
		load_check(&load);
	}
	load_deinit(&load);
}
END_TEST

START_TEST(whatever_fails_no_acknowledged_byte_changes)
{
	uint64_t count = engine_count(OPERATIONS);

	start(_i, make_errors, true);
	for (uint64_t i = 0; i < KILLS; i++) {
		uint64_t steps = i % 2 ? UINT64_MAX
				       : load.steps + mix_below(load.options.seed, i, 4000);

		arm();
		load_run(&load, count / KILLS, steps);
		load_kill(&load);
		load_check(&load);
	}
	load_deinit(&load);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("model rules");
	TCase *tcase = tcase_create("model rules");

	(void)argc;
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, whatever_waits_no_acknowledged_byte_changes, 0,
		sizeof rows / sizeof rows[0]);
	tcase_add_loop_test(tcase, whatever_fails_no_acknowledged_byte_changes, 0,
		sizeof rows / sizeof rows[0]);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
