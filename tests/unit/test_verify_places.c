/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What verifying says and what a mount does, for one byte changed in each place of the
 * stores, nodes and files of sums: each block that is named is refused to who it says
 * shows it, and each other one is right; what is said to cost more does, and only that.
 *
 * Not found out by either, by design: the last segment of a store after a kill looks like
 * one that was torn (scan.c); nothing is changed there then.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/profile/profile.h"
#include "simfs/volume/damage.h"
#include "tests/lib/engine_suite.h"
#include "tests/lib/engine_views.h"
#include "tests/unit/verify_bench.h"

#define VOLUME_BYTES (128u << 10)
#define BLOCK_BYTES  4096u
#define BLOCKS	     (VOLUME_BYTES / BLOCK_BYTES)
#define FILES_MAX    16u

/* The snapshots of `lvm` are written, the live view of `xen` is: both in place. */
static const char *const profiles[] = { "plain", "lvm", "xen" };

/* NO_SUMMARIES: closed, and those that there are lead nowhere, so that each header is needed. */
enum moment { CLOSED, KILLED, NO_SUMMARIES, MOMENTS };

static struct engine engine;
static struct views views;

/* ---- all files as they were left, but for the image, which is only read ---- */

static struct saved {
	char name[64];
	uint8_t *bytes;
	uint64_t size_bytes;
} files[FILES_MAX];
static unsigned file_count;

static int file_save(const char *name, void *context)
{
	struct saved *saved = &files[file_count];
	const uint8_t *bytes;

	(void)context;
	if (strcmp(name, ENGINE_IMAGE) == 0)
		return 0;
	ck_assert_uint_lt(file_count++, FILES_MAX);
	snprintf(saved->name, sizeof saved->name, "%s", name);
	bytes = engine_file(&engine, name, &saved->size_bytes);
	saved->bytes = malloc(saved->size_bytes + 1);
	ck_assert_ptr_nonnull(saved->bytes);
	memcpy(saved->bytes, bytes, saved->size_bytes);
	return 0;
}

static char others[2 * FILES_MAX][64];
static unsigned other_count;

static int other_add(const char *name, void *context)
{
	(void)context;
	if (strcmp(name, ENGINE_IMAGE) != 0)
		snprintf(others[other_count++], sizeof others[0], "%s", name);
	return 0;
}

static void put_back(void)
{
	struct blockio_folder *folder = engine.folder;
	uint64_t size_bytes;

	if (engine.volume)
		engine_kill(&engine);
	other_count = 0;
	ck_assert_int_eq(folder->ops->list(folder, other_add, NULL), 0);
	for (unsigned i = 0; i < other_count; i++)
		ck_assert_int_eq(folder->ops->remove(folder, others[i]), 0);
	for (unsigned i = 0; i < file_count; i++) {
		struct blockio *io;

		ck_assert_int_eq(folder->ops->open(folder, files[i].name, true, &io), 0);
		blockio_destroy(io);
		engine_file_resize(&engine, files[i].name, files[i].size_bytes);
		memcpy(engine_file(&engine, files[i].name, &size_bytes), files[i].bytes,
			files[i].size_bytes);
	}
}

static bool is_sums(const struct saved *file)
{
	return strstr(file->name, ".sums");
}

static bool has_places(const struct saved *file)
{
	return is_sums(file) || strstr(file->name, ".store") || strstr(file->name, ".node");
}

static bool is_header(const uint8_t *unit)
{
	return memcmp(unit, &(uint64_t){ SEGMENT_MAGIC }, sizeof(uint64_t)) == 0;
}

/* But for the last one, which is the end of a closed store: none of them is of use then. */
static void spoil_summaries(struct saved *file)
{
	uint64_t last = 0;

	for (uint64_t at = 0; at < file->size_bytes && !is_sums(file); at += STORE_UNIT_BYTES) {
		const struct segment_header *header = (const void *)(file->bytes + at);

		if (!is_header(file->bytes + at) || !(header->flags & SEGMENT_FLAG_SUMMARY) ||
			header->summary.run_count == 0)
			continue;
		if (last > 0)
			file->bytes[last + STORE_UNIT_BYTES + 1] ^= 1;
		last = at;
	}
}

/* ---- a volume whose segments are small, with summaries before and behind what was rewritten */

static void write_some(const char *snapshot, uint64_t first_block, unsigned count, uint64_t stamp)
{
	for (unsigned i = 0; i < count; i++) {
		uint64_t offset = (first_block + i * 5) % BLOCKS * BLOCK_BYTES;
		int error = snapshot ? engine_write_to(
					       &engine, snapshot, offset, BLOCK_BYTES, stamp + i)
				     : engine_write(&engine, offset, BLOCK_BYTES, stamp + i);

		ck_assert_int_eq(error, 0);
	}
}

static void build(const struct profile *profile, enum moment moment)
{
	const char *written = profile->chain ? NULL : "a";
	bool rewrites = profile->chain || profile->writable_snapshots;

	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES,
			.profile = profile,
			.limit = profile->chain ? NULL : "200%",
			.limits = engine_limits_smallest(),
			.no_coalesce = true });
	write_some(NULL, 0, 12, 100);
	ck_assert_int_eq(engine_snapshot(&engine, "a", NULL, NULL), 0);
	write_some(NULL, 1, 14, 200);
	if (rewrites)
		write_some(written, 2, 5, 300);
	ck_assert_int_eq(engine_close(&engine), 0);
	/* In place, behind all summaries; then what gets another one. */
	ck_assert_int_eq(engine_open(&engine), 0);
	if (rewrites)
		write_some(written, 1, 6, 400);
	write_some(NULL, 3, 7, 500);
	ck_assert_int_eq(engine_snapshot(&engine, "b", NULL, NULL), 0);
	write_some(NULL, 0, 4, 600);
	if (rewrites)
		write_some(written, 0, 3, 700);
	views_take(&engine, &views);
	if (moment == KILLED)
		engine_kill(&engine);
	else
		ck_assert_int_eq(engine_close(&engine), 0);
	file_count = 0;
	ck_assert_int_eq(engine.folder->ops->list(engine.folder, file_save, NULL), 0);
	for (unsigned i = 0; i < file_count && moment == NO_SUMMARIES; i++)
		spoil_summaries(&files[i]);
}

static void leave(void)
{
	for (unsigned i = 0; i < file_count; i++)
		free(files[i].bytes);
	file_count = 0;
	views_free(&views);
	engine_deinit(&engine);
}

/* ---- the places ---- */

/* Behind it nothing is changed. */
static uint64_t places_end(const struct saved *file, enum moment moment)
{
	uint64_t at = file->size_bytes;

	if (moment != KILLED || is_sums(file))
		return at;
	while (at > STORE_UNIT_BYTES && !is_header(file->bytes + at - STORE_UNIT_BYTES))
		at -= STORE_UNIT_BYTES;
	return at - STORE_UNIT_BYTES;
}

/* From one place to the next: two in each unit, one in each sum. */
static uint64_t step_bytes(const struct saved *file)
{
	return is_sums(file) ? 16 : STORE_UNIT_BYTES / 2;
}

/* ---- what a mount does ---- */

static unsigned tried, refused, lost, blocks_refused, harmless;

static void read_block(
	struct snapshot *snapshot, uint64_t block, int expected, const uint8_t *right)
{
	uint8_t bytes[BLOCK_BYTES];
	int error = engine_read(&engine, snapshot, block * BLOCK_BYTES, bytes, sizeof bytes);

	ck_assert_msg(error == expected, "block %u: %d and not %d: %s", (unsigned)block, error,
		expected, verify_bench_text());
	if (error == 0)
		ck_assert_mem_eq(bytes, right + block * BLOCK_BYTES, sizeof bytes);
}

static void check_view(const char *name, const uint8_t *right)
{
	struct snapshot *snapshot = name ? engine_find(&engine, name) : NULL;

	/* A snapshot fails with the first block of it that is refused. */
	for (uint64_t block = 0; block < BLOCKS; block++) {
		if (!verify_bench_names(name, block))
			read_block(snapshot, block, 0, right);
	}
	for (uint64_t block = 0; block < BLOCKS; block++) {
		if (verify_bench_names(name, block)) {
			read_block(snapshot, block, -EIO, right);
			blocks_refused++;
		}
	}
}

/* Verifies, mounts and reads all. */
static void compare(const char *file, uint64_t offset)
{
	uint64_t findings = verify_bench(&engine);
	bool is_more = verify_bench_says_more(), has_lost = false;
	int error = engine_open(&engine);

	if (error < 0) {
		ck_assert_int_eq(error, -EUCLEAN);
		ck_assert_msg(is_more, "'%s' at %u is refused, and of that nothing is said: %s",
			file, (unsigned)offset, verify_bench_text());
		refused++;
		return;
	}
	for (unsigned i = 0; i < views.count; i++) {
		const char *name = views.snapshots[i].name;

		if (!engine_has_failed(engine_find(&engine, name), NULL)) {
			check_view(name, views.snapshots[i].bytes);
			continue;
		}
		has_lost = true;
		ck_assert_msg(is_more || verify_bench_says_of(name),
			"'%s' at %u costs snapshot '%s', and of that nothing is said: %s", file,
			(unsigned)offset, name, verify_bench_text());
	}
	check_view(NULL, views.live);
	lost += has_lost;
	harmless += findings == 0;
	ck_assert_msg(has_lost || !is_more, "'%s' at %u costs no snapshot: %s", file,
		(unsigned)offset, verify_bench_text());
}

/* Changes one byte after the other, alone. */
static void try_places(const struct saved *file, enum moment moment)
{
	static uint64_t place;
	uint64_t end = places_end(file, moment), size_bytes;

	for (uint64_t at = 20; at < end; at += step_bytes(file)) {
		if (place++ % engine_stride() != 0)
			continue;
		put_back();
		engine_file(&engine, file->name, &size_bytes)[at] ^= 0x40;
		compare(file->name, at);
		ck_assert_msg(verify_bench_blocks() <= 1, "one byte of '%s' at %u: %s", file->name,
			(unsigned)at, verify_bench_text());
		tried++;
	}
}

START_TEST(what_is_named_is_refused_and_nothing_else)
{
	const struct profile *profile = profile_find(profiles[_i / MOMENTS]);
	enum moment moment = (enum moment)(_i % MOMENTS);

	tried = refused = lost = blocks_refused = harmless = 0;
	build(profile, moment);
	put_back();
	compare("what is whole", 0);
	ck_assert_uint_eq(refused + blocks_refused, 0);
	ck_assert(moment == NO_SUMMARIES || (harmless == 1 && lost == 0));
	for (unsigned i = 0; i < file_count; i++) {
		if (has_places(&files[i]))
			try_places(&files[i], moment);
	}
	leave();
	printf("%s: %u places: %u mounts refused, %u with a lost snapshot, %u blocks refused, %u "
	       "without a finding\n",
		profile->name, tried, refused, lost, blocks_refused, harmless);
	fflush(stdout);
	ck_assert(blocks_refused > 0 && refused + lost > 0);
}
END_TEST

START_TEST(a_missing_file_of_sums_costs_what_is_named)
{
	blocks_refused = 0;
	build(profile_find(profiles[1 + _i]), CLOSED);
	for (unsigned i = 0; i < file_count; i++) {
		if (!is_sums(&files[i]))
			continue;
		put_back();
		ck_assert_int_eq(engine.folder->ops->remove(engine.folder, files[i].name), 0);
		compare(files[i].name, 0);
	}
	ck_assert_uint_gt(blocks_refused, 0);
	leave();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("verify places");
	TCase *all = tcase_create("places");

	(void)argc;
	tcase_set_timeout(all, 300);
	tcase_add_loop_test(all, what_is_named_is_refused_and_nothing_else, 0,
		MOMENTS * (int)(sizeof profiles / sizeof profiles[0]));
	tcase_add_loop_test(all, a_missing_file_of_sums_costs_what_is_named, 0, 2);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
