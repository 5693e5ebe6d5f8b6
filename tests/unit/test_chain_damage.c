/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Damaged node files and journals of a chain that was closed in order: the
 * mount is refused, or every view reads as before; never a crash, never a wrong byte.
 */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/volume/chain/nodes.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"
#include "tests/lib/engine_views.h"

#define VOLUME_BYTES (64u << 10)

static struct engine engine;
static struct views views;

/* The files of the nodes, the live view's last. */
static char files[3][64];

/* Three nodes over the image, two snapshots, closed. */
static void setup(void)
{
	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES,
			.profile = &profile_xen,
			.no_coalesce = true });
	for (unsigned i = 0; i < 3; i++) {
		char name[8];

		ck_assert_int_eq(engine_write(&engine, i * 3000, 9000, i), 0);
		snprintf(name, sizeof name, "s%u", i);
		ck_assert_int_eq(engine_snapshot(&engine, name, NULL, NULL), 0);
	}
	ck_assert_int_eq(engine_write(&engine, 20000, 5000, 9), 0);
	ck_assert_int_eq(engine_delete(&engine, "s1"), 0);

	const struct node *node = engine.volume->chain->live;

	for (unsigned i = 3; i > 0; i--, node = node->parent)
		node_file_name(node->id, files[i - 1], sizeof files[i - 1]);
	views_take(&engine, &views);
	ck_assert_int_eq(engine_close(&engine), 0);
}

static void teardown(void)
{
	views_free(&views);
	engine_deinit(&engine);
}

/* Opens and compares, or is refused; counts which. */
static bool opens_right(void)
{
	int error = engine_open(&engine);

	if (error < 0) {
		ck_assert_int_eq(error, -EUCLEAN);
		return false;
	}
	views_check(&engine, &views);
	ck_assert_int_eq(engine_close(&engine), 0);
	return true;
}

/* The file as it was when it was closed. */
static uint8_t *file_copy(const char *file, uint64_t *ret_size_bytes)
{
	const uint8_t *bytes = engine_file(&engine, file, ret_size_bytes);
	uint8_t *copy = malloc(*ret_size_bytes);

	ck_assert_ptr_nonnull(copy);
	return memcpy(copy, bytes, *ret_size_bytes);
}

static void file_restore(const char *file, const uint8_t *copy, uint64_t size_bytes)
{
	uint64_t now_bytes;

	engine_file_resize(&engine, file, size_bytes);
	memcpy(engine_file(&engine, file, &now_bytes), copy, size_bytes);
}

/* Each bit of what has a meaning; of the rest of the unit, which is zeros or records, a sample. */
static uint64_t step(uint64_t bit)
{
	return bit / 8 % STORE_UNIT_BYTES < 512 ? 1 : 17;
}

START_TEST(every_flipped_bit_of_a_header_refuses_the_mount_or_changes_nothing)
{
	uint64_t stride = engine_stride_of(64, 64), refused = 0, size_bytes;
	AUTO(auto_free) uint8_t *copy = file_copy(files[_i], &size_bytes);

	/* The superblock and the header of the first segment. */
	for (uint64_t bit = 0; bit < 2 * STORE_UNIT_BYTES * 8; bit += step(bit) * stride) {
		engine_file(&engine, files[_i], &size_bytes)[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (opens_right()) {
			/* What was before that is older than the last unmount. */
			free(copy);
			copy = file_copy(files[_i], &size_bytes);
			continue;
		}
		refused++;
		file_restore(files[_i], copy, size_bytes);
	}
	ck_assert_uint_gt(refused, 0);
	ck_assert(opens_right());
}
END_TEST

START_TEST(a_node_that_was_cut_anywhere_refuses_the_mount)
{
	uint64_t size_bytes;
	AUTO(auto_free) uint8_t *copy = file_copy(files[_i], &size_bytes);

	for (uint64_t end = 0; end < size_bytes; end += STORE_UNIT_BYTES) {
		engine_file_resize(&engine, files[_i], end);
		if (opens_right())
			ck_abort_msg("a node of %" PRIu64 " bytes is not missed", end);
		file_restore(files[_i], copy, size_bytes);
	}
	ck_assert(opens_right());
}
END_TEST

START_TEST(journals_of_nodes_that_are_not_there_mean_nothing)
{
	static const char *const journals[] = { "coalesce_0123456789abcdef",
		"relink_0123456789abcdef", "leaf_0123456789abcdef", "relink_", "leaf_xyz",
		"coalesce_0123456789abcdef0" };
	struct blockio *io;

	for (size_t i = 0; i < sizeof journals / sizeof journals[0]; i++) {
		ck_assert_int_eq(
			engine.folder->ops->open(engine.folder, journals[i], true, &io), 0);
		blockio_destroy(io);
		ck_assert(opens_right());
	}
	/* What is no journal of ours stays. */
	ck_assert(!engine_file_exists(&engine, "relink_0123456789abcdef"));
	ck_assert(engine_file_exists(&engine, "leaf_xyz"));
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("chain damage");
	TCase *all = tcase_create("damage");

	(void)argc;
	tcase_set_timeout(all, 300);
	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_loop_test(
		all, every_flipped_bit_of_a_header_refuses_the_mount_or_changes_nothing, 0, 3);
	tcase_add_loop_test(all, a_node_that_was_cut_anywhere_refuses_the_mount, 0, 3);
	tcase_add_test(all, journals_of_nodes_that_are_not_there_mean_nothing);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
