/* SPDX-License-Identifier: Apache-2.0 */
/* A VHD and the one that differs from it become one, and one that cannot stays as it was. */
#include <check.h>
#include <endian.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/clients/reference_xapi_merge.h"
#include "scenarios/clients/reference_xapi_vhd.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/vhd_bench.h"

#define BLOCK	   VHD_BENCH_BLOCK_BYTES
#define SECTOR	   512u
#define BLOCKS	   7u
#define DISK_BYTES (BLOCKS * BLOCK - 2 * SECTOR)

static char folder[64], parent_path[96], child_path[96], part_path[96];
static struct vhd_bench_file parent, child;
static uint8_t *parent_disk, *child_disk, expected[BLOCKS * BLOCK];

static void file_put(const char *path, const struct vhd_bench_file *file)
{
	FILE *out = fopen(path, "we");

	ck_assert_ptr_nonnull(out);
	ck_assert_uint_eq(fwrite(file->bytes, 1, file->length, out), file->length);
	ck_assert_int_eq(fclose(out), 0);
}

/* The bits of the sectors of the block AT of FILE, which has it. */
static uint8_t *bits_of(struct vhd_bench_file *file, uint32_t at)
{
	uint64_t table;
	uint32_t sector;

	memcpy(&table, file->bytes + 512 + 16, sizeof table);
	memcpy(&sector, file->bytes + be64toh(table) + at * sizeof sector, sizeof sector);
	ck_assert_uint_ne(be32toh(sector), UINT32_MAX);
	return file->bytes + (uint64_t)be32toh(sector) * SECTOR;
}

/* The parent has blocks 0, 2, 4 and 6, the child 1 and 4. */
static void setup(void)
{
	const char *scratch = getenv("TMPDIR");
	struct vhd_order order = { .disk_bytes = DISK_BYTES, .uuid = "the parent's" };
	struct vhd_order above = {
		.disk_bytes = DISK_BYTES,
		.uuid = "the child's",
		.has_parent = true,
		.parent_uuid = "the parent's",
	};

	snprintf(folder, sizeof folder, "%s/merge-XXXXXX", scratch ? scratch : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(parent_path, sizeof parent_path, "%s/1.vhd", folder);
	snprintf(child_path, sizeof child_path, "%s/2.vhd", folder);
	snprintf(part_path, sizeof part_path, "%s/2.vhd.part", folder);
	parent_disk = vhd_bench_disk(BLOCKS * BLOCK, 1);
	child_disk = vhd_bench_disk(BLOCKS * BLOCK, 2);
	vhd_bench_write(&order, parent_disk, BLOCK, 0, 2, &parent);
	vhd_bench_write(&above, child_disk, BLOCK, 1, 3, &child);
	for (unsigned i = 0; i < BLOCKS; i++) {
		const uint8_t *disk = i % 3 == 1 ? child_disk : parent_disk;

		memset(expected + i * BLOCK, 0, BLOCK);
		if (i % 3 == 1 || i % 2 == 0)
			memcpy(expected + i * BLOCK, disk + i * BLOCK, BLOCK);
	}
}

static void teardown(void)
{
	vhd_bench_file_deinit(&parent);
	vhd_bench_file_deinit(&child);
	free(parent_disk);
	free(child_disk);
	folder_remove(folder);
}

/* Merges the files that are there. */
static bool is_merged(void)
{
	json_t *failure = xapi_vhd_merge(parent_path, child_path);
	bool is_done = failure == NULL;

	json_decref(failure);
	ck_assert_int_lt(access(part_path, F_OK), 0);
	return is_done;
}

static struct vhd_bench_file file_get(const char *path)
{
	FILE *in = fopen(path, "re");
	struct vhd_bench_file file = { 0 };

	ck_assert_ptr_nonnull(in);
	file.bytes = malloc(1 << 20);
	ck_assert_ptr_nonnull(file.bytes);
	file.length = fread(file.bytes, 1, 1 << 20, in);
	fclose(in);
	return file;
}

static void child_is_unchanged(void)
{
	struct vhd_bench_file file = file_get(child_path);

	ck_assert_uint_eq(file.length, child.length);
	ck_assert_int_eq(memcmp(file.bytes, child.bytes, child.length), 0);
	free(file.bytes);
}

START_TEST(what_is_made_is_the_childs_disk_under_its_uuid)
{
	struct xapi_vhd before, after;
	struct vhd_bench_file file;
	struct vhd_flaw flaw;
	uint8_t disk[BLOCKS * BLOCK];

	/* Of a block, one may have some sectors only; of the first, none is the child's. */
	bits_of(&child, 4)[0] = 0xa0;
	bits_of(&parent, 0)[0] = 0x0f;
	for (unsigned i = 0; i < BLOCK / SECTOR; i++) {
		size_t at = 4 * BLOCK + i * SECTOR;

		memcpy(expected + at, (i == 0 || i == 2 ? child_disk : parent_disk) + at, SECTOR);
		if (i < 4)
			memset(expected + i * SECTOR, 0, SECTOR);
	}
	file_put(parent_path, &parent);
	file_put(child_path, &child);
	ck_assert_ptr_null(xapi_vhd_check_file(child_path, &before));
	ck_assert(is_merged());
	ck_assert_ptr_null(xapi_vhd_check_file(child_path, &after));
	ck_assert_str_eq(after.uuid, before.uuid);
	ck_assert(!after.is_differencing);
	ck_assert_uint_eq(after.blocks, 5);
	file = file_get(child_path);
	ck_assert_int_eq(vhd_bench_stream(&file, disk, DISK_BYTES, &flaw), 0);
	ck_assert_int_eq(memcmp(disk, expected, DISK_BYTES), 0);
	free(file.bytes);
}
END_TEST

START_TEST(those_that_are_no_parent_and_child_stay_as_they_are)
{
	file_put(parent_path, &parent);
	file_put(child_path, &parent);
	ck_assert(!is_merged());
	file_put(parent_path, &child);
	file_put(child_path, &child);
	ck_assert(!is_merged());
	child_is_unchanged();
	/* Another's child. */
	child.bytes[512 + 40] ^= 1;
	vhd_header_seal(child.bytes + 512);
	file_put(parent_path, &parent);
	file_put(child_path, &child);
	ck_assert(!is_merged());
	child_is_unchanged();
}
END_TEST

START_TEST(a_parent_that_is_cut_leaves_the_child_as_it_is)
{
	parent.length -= BLOCK;
	file_put(parent_path, &parent);
	file_put(child_path, &child);
	ck_assert(!is_merged());
	child_is_unchanged();
}
END_TEST

START_TEST(without_room_the_child_is_as_it_was)
{
	const struct rlimit limit = { 3 * BLOCK, RLIM_INFINITY };

	file_put(parent_path, &parent);
	file_put(child_path, &child);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert(!is_merged());
	child_is_unchanged();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("reference_xapi_merge");
	TCase *tests = tcase_create("merge");

	(void)argc;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, what_is_made_is_the_childs_disk_under_its_uuid);
	tcase_add_test(tests, those_that_are_no_parent_and_child_stay_as_they_are);
	tcase_add_test(tests, a_parent_that_is_cut_leaves_the_child_as_it_is);
	tcase_add_test(tests, without_room_the_child_is_as_it_was);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
