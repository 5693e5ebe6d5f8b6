/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots of profile lvm that are detached, attached, renamed and resized, compared with plain
 * arrays: one step after the other, through kills and mounts, so that every byte is known.
 */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "simfs/volume/lvm/lvm.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define BLOCK	     4096u
#define BLOCKS	     64u
#define VOLUME_BYTES (BLOCK * BLOCKS)
#define SNAPSHOTS    3u

/* What a snapshot must show: its own data in blocks that it keeps, that of the live view in the
 * other blocks of a detached one. */
struct view {
	char name[16]; /* "": it does not exist */
	uint8_t bytes[VOLUME_BYTES];
	bool is_kept[BLOCKS];
	bool is_detached;
};

static struct engine engine;
static uint8_t live[VOLUME_BYTES];
static struct view views[SNAPSHOTS];
static uint64_t seed, used, names;

static uint64_t below(uint64_t bound)
{
	return mix_below(seed, ++used, bound);
}

static struct view *any_view(void)
{
	return &views[below(SNAPSHOTS)];
}

/* ---- steps ---- */

/* Returns a random range of sectors, with its length in *RET_LENGTH. */
static uint64_t any_range(size_t *ret_length)
{
	uint64_t first = below(VOLUME_BYTES / 512);
	uint64_t most = VOLUME_BYTES / 512 - first;

	*ret_length = 512 * (1 + below(most < 40 ? most : 40));
	return 512 * first;
}

static void keep(struct view *view, uint64_t offset, size_t length)
{
	for (uint64_t block = offset / BLOCK; block <= (offset + length - 1) / BLOCK; block++)
		view->is_kept[block] = true;
}

/* Blocks that a detached snapshot has not kept follow the live view. */
static void follow(struct view *view)
{
	for (unsigned block = 0; block < BLOCKS && view->is_detached; block++) {
		if (!view->is_kept[block])
			memcpy(view->bytes + block * BLOCK, live + block * BLOCK, BLOCK);
	}
}

static void write_live(void)
{
	size_t length;
	uint64_t offset = any_range(&length), stamp = below(UINT64_MAX);

	ck_assert_int_eq(engine_write(&engine, offset, length, stamp), 0);
	for (unsigned i = 0; i < SNAPSHOTS; i++) {
		if (views[i].name[0] && !views[i].is_detached)
			keep(&views[i], offset, length);
	}
	engine_stamp_fill(live + offset, length, stamp);
	for (unsigned i = 0; i < SNAPSHOTS; i++)
		follow(&views[i]);
}

static void write_snapshot(struct view *view)
{
	size_t length;
	uint64_t offset = any_range(&length), stamp = below(UINT64_MAX);

	ck_assert_int_eq(engine_write_to(&engine, view->name, offset, length, stamp), 0);
	keep(view, offset, length);
	engine_stamp_fill(view->bytes + offset, length, stamp);
}

static void take(struct view *view)
{
	snprintf(view->name, sizeof view->name, "s%" PRIu64, ++names);
	ck_assert_int_eq(engine_snapshot(&engine, view->name, NULL, NULL), 0);
	memcpy(view->bytes, live, sizeof live);
	memset(view->is_kept, 0, sizeof view->is_kept);
	view->is_detached = false;
}

static void remove_it(struct view *view)
{
	ck_assert_int_eq(engine_delete(&engine, view->name), 0);
	view->name[0] = '\0';
}

static void change(struct view *view)
{
	struct lvm_change asked = { .kind = (enum lvm_change_kind)below(4) };
	char to[sizeof view->name];

	snprintf(to, sizeof to, "r%" PRIu64, ++names);
	asked.to = to;
	/* Always enough for all blocks. */
	asked.limit.bytes = VOLUME_BYTES + BLOCK * (3 + below(9));
	ck_assert_int_eq(engine_change(&engine, view->name, &asked), 0);
	if (asked.kind == LVM_RENAME)
		memcpy(view->name, to, sizeof to);
	else if (asked.kind != LVM_LIMIT)
		view->is_detached = asked.kind == LVM_DETACH;
}

static void open_again(void)
{
	if (below(2) == 0) {
		ck_assert_int_eq(engine_kill_and_open(&engine), 0);
		return;
	}
	ck_assert_int_eq(engine_close(&engine), 0);
	ck_assert_int_eq(engine_open(&engine), 0);
}

static void check_all(void)
{
	uint8_t *found = engine_content(&engine, NULL);
	unsigned count = 0;

	ck_assert_mem_eq(found, live, VOLUME_BYTES);
	free(found);
	for (unsigned i = 0; i < SNAPSHOTS; i++) {
		if (!views[i].name[0])
			continue;
		count++;
		found = engine_content(&engine, engine_find(&engine, views[i].name));
		ck_assert_msg(memcmp(found, views[i].bytes, VOLUME_BYTES) == 0,
			"'%s' differs at %" PRIu64, views[i].name,
			engine_difference(found, views[i].bytes, VOLUME_BYTES));
		free(found);
	}
	for (struct snapshot *at = NULL; (at = volume_snapshot_next(engine.volume, at));)
		count--;
	ck_assert_uint_eq(count, 0);
}

static void step(void)
{
	struct view *view = any_view();
	uint64_t what = below(100);

	if (what < 45)
		write_live();
	else if (what == 99)
		open_again();
	else if (!view->name[0])
		take(view);
	else if (what < 60)
		write_snapshot(view);
	else if (what < 97)
		change(view);
	else
		remove_it(view);
}

START_TEST(whatever_device_mapper_does_every_view_is_what_it_must_be)
{
	uint64_t count = engine_count(6000);

	seed = engine_seed() + (uint64_t)_i;
	used = names = 0;
	memset(views, 0, sizeof views);
	memset(live, 0, sizeof live);
	engine_init(&engine, seed,
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES,
			.profile = &profile_lvm,
			.limit = "200%",
			.durable = _i % 2 == 1,
			.any_limits = _i / 2 == 1 });
	for (uint64_t i = 0; i < count; i++) {
		step();
		if (below(10) == 0)
			check_all();
	}
	check_all();
	engine_deinit(&engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("model of lvm");
	TCase *tcase = tcase_create("changes");

	(void)argc;
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, whatever_device_mapper_does_every_view_is_what_it_must_be, 0, 4);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
