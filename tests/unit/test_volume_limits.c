/* SPDX-License-Identifier: Apache-2.0 */
/* What a volume does at a time, under the smallest limits. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/engine.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES (1u << 20)
#define PIECE_BYTES  (8u << 10)

static struct engine engine;
static unsigned counts[BLOCKIO_KINDS];
static uint64_t longest_bytes;

static void note(void *context, const char *name, const struct blockio_request *request)
{
	uint64_t bytes = 0;

	(void)context;
	(void)name;
	for (unsigned i = 0; i < request->iov_count; i++)
		bytes += request->iov[i].iov_len;
	counts[request->kind]++;
	if (bytes > longest_bytes)
		longest_bytes = bytes;
}

static void count_anew(void)
{
	memset(counts, 0, sizeof counts);
	longest_bytes = 0;
}

static void open_engine(void)
{
	engine_init(&engine, engine_seed(),
		&(struct engine_options){
			.volume_bytes = VOLUME_BYTES, .limits = &volume_limits_smallest });
	ck_assert_int_eq(engine_write(&engine, 0, VOLUME_BYTES, 1), 0);
	engine_folder_watch(engine.folder, note, NULL);
	engine_folder_watch(engine.image_folder, note, NULL);
}

static void close_engine(void)
{
	engine_deinit(&engine);
}

START_TEST(a_read_has_two_parts_under_way_and_comes_to_its_end)
{
	struct snapshot *snapshot;
	struct engine_request *read;
	uint8_t *wanted = engine_content(&engine, NULL);

	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, &snapshot), 0);
	/* Every second block is the store's, the others are the image's. */
	for (uint64_t at = 0; at < 65536; at += 8192)
		ck_assert_int_eq(engine_write(&engine, at, 4096, 2 + at), 0);
	count_anew();
	read = engine_read_new(snapshot, 0, 65536);
	engine_submit(&engine, read);
	ck_assert_uint_eq(counts[BLOCKIO_READ], 2);
	ck_assert_int_eq(engine_wait(&engine, read), 0);
	ck_assert_uint_ge(counts[BLOCKIO_READ], 16);
	ck_assert_mem_eq(read->request.data, wanted, 65536);
	engine_request_free(read);
	free(wanted);
}
END_TEST

START_TEST(a_zeroing_that_a_snapshot_wants_goes_piece_by_piece)
{
	struct engine_request *zero = engine_write_new(0, VOLUME_REQUEST_MAX_BYTES, 0);
	uint8_t *wanted = engine_content(&engine, NULL), *found;

	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	count_anew();
	zero->request.kind = VOLUME_ZERO;
	zero->request.length = 8 * PIECE_BYTES;
	engine_submit(&engine, zero);
	ck_assert_int_eq(engine_wait(&engine, zero), 0);
	ck_assert_uint_eq(counts[BLOCKIO_PUNCH], 8);
	engine_request_free(zero);
	found = engine_content(&engine, engine_find(&engine, "s"));
	ck_assert_mem_eq(found, wanted, VOLUME_BYTES);
	free(found);
	free(wanted);
}
END_TEST

START_TEST(so_many_snapshots_and_no_more)
{
	char name[16];

	for (unsigned i = 0; i < volume_limits_smallest.snapshots; i++) {
		snprintf(name, sizeof name, "s%u", i);
		ck_assert_int_eq(engine_snapshot(&engine, name, NULL, NULL), 0);
	}
	ck_assert_int_eq(engine_snapshot(&engine, "more", NULL, NULL), -ENOSPC);
	ck_assert_int_eq(engine_delete(&engine, "s3"), 0);
	ck_assert_int_eq(engine_snapshot(&engine, "more", NULL, NULL), 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("limits of a volume");
	TCase *tcase = tcase_create("limits");

	(void)argc;
	tcase_add_checked_fixture(tcase, open_engine, close_engine);
	tcase_add_test(tcase, a_read_has_two_parts_under_way_and_comes_to_its_end);
	tcase_add_test(tcase, a_zeroing_that_a_snapshot_wants_goes_piece_by_piece);
	tcase_add_test(tcase, so_many_snapshots_and_no_more);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
