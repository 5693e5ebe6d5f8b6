/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One turned bit anywhere in a store, a node or a file of sums: while the volume is
 * open, after it was closed in order, after a kill.  A read gives the right bytes or
 * EIO, and a snapshot that gave EIO has failed; or the mount is refused.
 *
 * Not found out, by design: the last segments of a store after a kill, which no later one
 * calls acknowledged, look like torn ones (scan.c); no bit is turned there then.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/mix.h"
#include "simfs/profile/profile.h"
#include "simfs/store/segment.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"
#include "tests/lib/engine_views.h"

#define VOLUME_BYTES (256u << 10)
#define FILES_MAX    64u

static const struct {
	const char *profile;
	bool rewrites; /* its snapshots */
} rounds[] = { { "plain", false }, { "lvm", true }, { "vss", false }, { "datto", false },
	{ "xen", false } };

enum moment { WHILE_OPEN, BETWEEN_MOUNTS, AFTER_A_KILL, MOMENTS };

static struct engine engine;
static struct views views;
static uint64_t seed, used;

static uint64_t chance(uint64_t bound)
{
	return mix_below(seed, used++, bound);
}

static void write_some(const char *snapshot)
{
	uint64_t offset = chance(VOLUME_BYTES - 20000), length = 512 + chance(19000);

	if (snapshot)
		(void)engine_write_to(&engine, snapshot, offset, length, used);
	else
		(void)engine_write(&engine, offset, length, used);
}

static void build(unsigned round)
{
	const struct profile *profile = profile_find(rounds[round].profile);
	const char *first = "a";

	engine_init(&engine, seed,
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES,
			.profile = profile,
			.limit = profile->chain ? NULL : "200%",
			.any_limits = chance(2) == 1,
			.no_coalesce = chance(2) == 1 });
	for (unsigned i = 0; i < 6; i++)
		write_some(NULL);
	ck_assert_int_eq(engine_snapshot(&engine, first, NULL, NULL), 0);
	for (unsigned i = 0; i < 12; i++)
		write_some(NULL);
	if (profile->snapshots_max != 1)
		ck_assert_int_eq(engine_snapshot(&engine, "b", NULL, NULL), 0);
	for (unsigned i = 0; i < 12; i++)
		write_some(rounds[round].rewrites && i % 2 ? first : NULL);
	engine_settle(&engine);
	views_take(&engine, &views);
}

/* ---- which bit ---- */

static const char *names[FILES_MAX];
static unsigned name_count;

static int name_add(const char *name, void *context)
{
	const char *suffix = strrchr(name, '.');

	(void)context;
	if (suffix && name_count < FILES_MAX &&
		(!strcmp(suffix, ".store") || !strcmp(suffix, ".node") ||
			!strcmp(suffix, ".kept") || !strcmp(suffix, ".sums")))
		names[name_count++] = strdup(name);
	return 0;
}

/* The last segment that something in a store calls acknowledged. */
static uint64_t acknowledged(const uint8_t *bytes, uint64_t size_bytes)
{
	uint64_t last = ((const struct store_superblock *)bytes)->acknowledged;

	for (uint64_t at = STORE_UNIT_BYTES; at < size_bytes; at += STORE_UNIT_BYTES) {
		const struct segment_header *header = (const void *)(bytes + at);

		if (header->magic == SEGMENT_MAGIC && segment_acknowledged(header) > last)
			last = segment_acknowledged(header);
	}
	return last;
}

/* Where the segments of a store begin that may be torn ones. */
static uint64_t unsettled(const uint8_t *bytes, uint64_t size_bytes)
{
	uint64_t last = acknowledged(bytes, size_bytes), at = STORE_UNIT_BYTES;

	for (; at < size_bytes; at += STORE_UNIT_BYTES) {
		const struct segment_header *header = (const void *)(bytes + at);

		if (header->magic == SEGMENT_MAGIC && header->sequence > last)
			break;
	}
	return at;
}

static void flip(enum moment moment)
{
	uint64_t size_bytes, end_bytes, bit;
	uint8_t *bytes;
	const char *name;

	name_count = 0;
	ck_assert_int_eq(engine.folder->ops->list(engine.folder, name_add, NULL), 0);
	ck_assert_uint_gt(name_count, 0);
	name = names[chance(name_count)];
	bytes = engine_file(&engine, name, &size_bytes);
	end_bytes = moment == AFTER_A_KILL && !strstr(name, ".sums") ? unsettled(bytes, size_bytes)
								     : size_bytes;
	/* What is in use is more often met at the front. */
	if (chance(3) == 0 && end_bytes > 3 * STORE_UNIT_BYTES)
		end_bytes = 3 * STORE_UNIT_BYTES;
	if (end_bytes > 0) {
		bit = chance(8 * end_bytes);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (unsigned i = 0; i < name_count; i++)
		free((char *)names[i]);
}

/* ---- what is read then ---- */

static unsigned refused, failed, right;

static void check_view(const char *name, const uint8_t *expected)
{
	static uint8_t bytes[STORE_UNIT_BYTES];
	bool was_refused = false;

	for (uint64_t at = 0; at < VOLUME_BYTES; at += sizeof bytes) {
		struct snapshot *snapshot = name ? volume_snapshot_find(engine.volume, name) : NULL;
		int error = 0;

		/* Shadow copies that have failed are gone. */
		if (name && !snapshot) {
			failed++;
			return;
		}
		error = engine_read(&engine, snapshot, at, bytes, sizeof bytes);
		ck_assert_msg(error == 0 || error == -EIO, "error %d", error);
		if (error == 0)
			ck_assert_msg(memcmp(bytes, expected + at, sizeof bytes) == 0,
				"wrong bytes of %s at %u", name ? name : "live", (unsigned)at);
		was_refused |= error < 0;
	}
	if (was_refused && name) {
		int why = 0;

		engine_settle(&engine);
		if (volume_snapshot_find(engine.volume, name) &&
			!snapshot_is_clone(volume_snapshot_find(engine.volume, name)))
			ck_assert(
				engine_has_failed(volume_snapshot_find(engine.volume, name), &why));
		failed++;
	} else {
		right += !was_refused;
	}
}

static void check_views(void)
{
	check_view(NULL, views.live);
	for (unsigned i = 0; i < views.count; i++)
		check_view(views.snapshots[i].name, views.snapshots[i].bytes);
}

static void turn(unsigned round, enum moment moment)
{
	int error = 0;

	build(round);
	if (moment == BETWEEN_MOUNTS)
		ck_assert_int_eq(engine_close(&engine), 0);
	if (moment == AFTER_A_KILL)
		engine_kill(&engine);
	flip(moment);
	if (moment != WHILE_OPEN) {
		engine.volume_options.verify = chance(4) == 0;
		error = engine_open(&engine);
	}
	if (error < 0) {
		ck_assert_int_eq(error, -EUCLEAN);
		refused++;
	} else {
		check_views();
	}
	views_free(&views);
	engine_deinit(&engine);
}

START_TEST(a_turned_bit_anywhere_is_eio_and_a_failed_snapshot_or_nothing)
{
	uint64_t count = engine_count(30);

	refused = failed = right = 0;
	for (uint64_t i = 0; i < count; i++) {
		seed = mix64(engine_seed() ^ mix64(i * 64 + (uint64_t)_i));
		used = 0;
		for (enum moment moment = 0; moment < MOMENTS; moment++)
			turn((unsigned)_i, moment);
	}
	printf("%s: %u views right, %u failed, %u mounts refused\n", rounds[_i].profile, right,
		failed, refused);
	fflush(stdout);
	ck_assert((right > 0 && failed > 0) || !engine_count_is_full());
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("flips anywhere");
	TCase *all = tcase_create("flips");

	(void)argc;
	tcase_set_timeout(all, 300);
	tcase_add_loop_test(all, a_turned_bit_anywhere_is_eio_and_a_failed_snapshot_or_nothing, 0,
		sizeof rounds / sizeof rounds[0]);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
