/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random sequences of ioctls, compared with a plain array of devices: after each ioctl, the error
 * and every device must be the same.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "tests/lib/dm_caller.h"
#include "tests/lib/engine_suite.h"
#include "tests/model/dm_plain.h"

#define SEQUENCES 2000
#define STEPS	  80
#define NAMES	  6
#define TEXT_MAX  512

static struct {
	uint64_t seed, draws;
	struct dm_caller caller;
	struct plain plain;
	struct dm_answer answer;
	/* The outcomes that occurred, for each error and for success. */
	unsigned int failed, done;
	char step[2 * TEXT_MAX];
} run;

static unsigned int draw(unsigned int below)
{
	return (unsigned int)mix_below(run.seed, run.draws++, below);
}

static const char *draw_name(void)
{
	static const char *const names[NAMES] = { "a", "b", "c", "d", "e", "f" };
	return names[draw(NAMES)];
}

static const char *draw_uuid(void)
{
	static const char *const uuids[] = { "", "LVM-1", "LVM-2", "LVM-3" };
	return uuids[draw(4)];
}

static int say(unsigned int nr, const char *name, const char *text, uint32_t flags)
{
	const struct dm_request request = { .nr = nr,
		.name = name,
		.flags = flags,
		.text = nr == DM_DEV_CREATE_CMD ? NULL : text,
		.uuid = nr == DM_DEV_CREATE_CMD ? text : NULL };

	return dm_caller_say(&run.caller, &request, &run.answer);
}

static void expect(int error, int plain_error)
{
	ck_assert_msg(error == plain_error, "seed %" PRIu64 ": %s: %d and not %d", run.seed,
		run.step, error, plain_error);
	if (error)
		run.failed++;
	else
		run.done++;
}

#define STEP(...) snprintf(run.step, sizeof run.step, __VA_ARGS__)

/* ---- one step of each kind ------------------------------------------------- */

static void step_create(const char *name)
{
	const char *uuid = draw_uuid();

	STEP("create %s %s", name, uuid);
	/* Numbers are assigned from the smallest on, as in the plain model. */
	expect(say(DM_DEV_CREATE_CMD, name, uuid, 0), plain_create(&run.plain, name, uuid));
}

/* Usually an existing one. */
static unsigned int draw_lower(void)
{
	unsigned int number = draw(NAMES + 1);

	return run.plain.devices[number].exists || draw(8) == 0 ? number : PLAIN_BASE;
}

static struct plain_table draw_table(void)
{
	struct plain_table table = { .exists = true, .count = 1 + draw(PLAIN_TARGETS) };
	uint64_t start = 0;

	table.read_only = draw(8) == 0;
	for (unsigned int i = 0; i < table.count; i++) {
		struct plain_target *target = &table.targets[i];

		*target = (struct plain_target){
			.kind = (enum plain_kind)draw(PLAIN_KINDS),
			.start = start,
			.length = 8 * (1 + draw(draw(8) ? 16 : 300)),
			.offset = 8 * draw(64),
			.lower = draw_lower(),
			.cow = draw_lower(),
		};
		start += target->length;
	}
	return table;
}

static void step_load(const char *name)
{
	struct plain_table table = draw_table();
	char text[TEXT_MAX];

	plain_table_text(&table, text, sizeof text);
	const struct dm_request request = { .nr = DM_TABLE_LOAD_CMD,
		.name = name,
		.table = text,
		.flags = table.read_only ? DM_READONLY_FLAG : 0 };
	STEP("load %s %s", name, text);
	expect(dm_caller_say(&run.caller, &request, &run.answer),
		plain_load(&run.plain, name, &table));
}

static void step_state(const char *name)
{
	switch (draw(6)) {
	case 0:
		STEP("suspend %s", name);
		expect(say(DM_DEV_SUSPEND_CMD, name, NULL, DM_SUSPEND_FLAG),
			plain_suspend(&run.plain, name));
		return;
	case 1:
		STEP("clear %s", name);
		expect(say(DM_TABLE_CLEAR_CMD, name, NULL, 0), plain_clear(&run.plain, name));
		return;
	default:
		STEP("resume %s", name);
		expect(say(DM_DEV_SUSPEND_CMD, name, NULL, 0), plain_resume(&run.plain, name));
	}
}

static void step_remove(const char *name)
{
	bool deferred = draw(4) == 0;

	STEP("remove %s%s", name, deferred ? " deferred" : "");
	expect(say(DM_DEV_REMOVE_CMD, name, NULL, deferred ? DM_DEFERRED_REMOVE : 0),
		plain_remove(&run.plain, name, deferred));
}

static void step_name(const char *name)
{
	if (draw(3)) {
		const char *to = draw_name();
		STEP("rename %s %s", name, to);
		expect(say(DM_DEV_RENAME_CMD, name, to, 0), plain_rename(&run.plain, name, to));
		return;
	}
	const char *uuid = draw_uuid();
	if (!*uuid)
		return;
	STEP("uuid %s %s", name, uuid);
	expect(say(DM_DEV_RENAME_CMD, name, uuid, DM_UUID_FLAG),
		plain_set_uuid(&run.plain, name, uuid));
}

static void step_from_outside(const char *name)
{
	unsigned int number = plain_find(&run.plain, name);
	bool deferred = draw(2);

	switch (draw(8)) {
	case 0:
		STEP("remove all%s", deferred ? " deferred" : "");
		expect(say(DM_REMOVE_ALL_CMD, NULL, NULL, deferred ? DM_DEFERRED_REMOVE : 0), 0);
		plain_remove_all(&run.plain, deferred);
		return;
	case 1:
	case 2:
		STEP("event %s", name);
		if (!number)
			return;
		dm_model_event(dm_caller_device(&run.caller, name));
		run.plain.devices[number].event_nr++;
		return;
	default:
		STEP("open or close %s", name);
		run.plain.devices[number].outside = run.caller.outside[number] = number ? draw(2)
											: 0;
	}
}

/* ---- comparing ------------------------------------------------------------- */

static void compare_tables(const struct plain_device *device)
{
	char text[TEXT_MAX];

	plain_table_text(&device->active, text, sizeof text);
	ck_assert_str_eq(dm_caller_table(&run.caller, device->name, DM_STATUS_TABLE_FLAG), text);
	plain_table_text(&device->inactive, text, sizeof text);
	ck_assert_str_eq(dm_caller_table(&run.caller, device->name,
				 DM_STATUS_TABLE_FLAG | DM_QUERY_INACTIVE_TABLE_FLAG),
		text);
}

static uint32_t plain_flags(const struct plain_device *device)
{
	return (device->suspended ? DM_SUSPEND_FLAG : 0U) |
	       (device->active.exists ? DM_ACTIVE_PRESENT_FLAG : 0U) |
	       (device->inactive.exists ? DM_INACTIVE_PRESENT_FLAG : 0U) |
	       (device->deferred ? DM_DEFERRED_REMOVE : 0U) |
	       (device->active.exists && device->active.read_only ? DM_READONLY_FLAG : 0U);
}

static void compare_device(unsigned int number)
{
	const struct plain_device *device = &run.plain.devices[number];
	const struct dm_ioctl *header = &run.answer.header;

	ck_assert_int_eq(say(DM_DEV_STATUS_CMD, device->name, NULL, 0), 0);
	ck_assert_msg(header->flags == plain_flags(device), "seed %" PRIu64 ": %s: %s: flags %x",
		run.seed, run.step, device->name, header->flags);
	ck_assert_uint_eq(header->dev, 0x700 | number);
	ck_assert_str_eq(header->uuid, device->uuid);
	ck_assert_uint_eq(header->event_nr, device->event_nr);
	ck_assert_uint_eq(header->target_count, device->active.exists ? device->active.count : 0);
	ck_assert_msg(
		header->open_count == (int)(plain_opens(&run.plain, number) + device->outside),
		"seed %" PRIu64 ": %s: %s: %d opens", run.seed, run.step, device->name,
		header->open_count);
	ck_assert_uint_eq(dm_device_size(dm_caller_device(&run.caller, device->name)),
		plain_sectors(&run.plain, number));
	compare_tables(device);
}

static void compare(void)
{
	unsigned int count = 0;

	for (unsigned int i = 1; i <= PLAIN_DEVICES; i++) {
		if (!run.plain.devices[i].exists)
			continue;
		count++;
		ck_assert_msg(dm_model_find_minor(run.caller.model, i), "seed %" PRIu64 ": %s",
			run.seed, run.step);
		compare_device(i);
	}
	for (struct dm_device *at = NULL; (at = dm_model_next(run.caller.model, at)); count--)
		ck_assert_uint_ne(count, 0);
	ck_assert_uint_eq(count, 0);
}

static void one_step(void)
{
	static void (*const steps[])(const char *) = {
		step_create,
		step_create,
		step_load,
		step_load,
		step_load,
		step_load,
		step_state,
		step_state,
		step_state,
		step_state,
		step_remove,
		step_name,
		step_from_outside,
	};

	steps[draw(sizeof steps / sizeof *steps)](draw_name());
	dm_caller_sweep(&run.caller);
	plain_sweep(&run.plain);
	run.caller.log[0] = '\0';
}

START_TEST(every_sequence_of_ioctls_makes_of_devices_what_is_plain)
{
	uint64_t count = engine_count(SEQUENCES);

	for (uint64_t i = 0; i < count; i++) {
		uint64_t failed = run.failed, done = run.done;

		memset(&run, 0, sizeof run);
		run.failed = (unsigned int)failed;
		run.done = (unsigned int)done;
		run.seed = mix64(engine_seed() + i);
		dm_caller_init(&run.caller);
		for (int step = 0; step < STEPS; step++) {
			one_step();
			compare();
		}
		dm_caller_deinit(&run.caller);
	}
	/* The run met what it is about. */
	if (engine_count_is_full()) {
		ck_assert_uint_gt(run.done, count * STEPS / 4);
		ck_assert_uint_gt(run.failed, count * STEPS / 8);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("model dm");
	TCase *tcase = tcase_create("model dm");

	(void)argc;
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, every_sequence_of_ioctls_makes_of_devices_what_is_plain);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
