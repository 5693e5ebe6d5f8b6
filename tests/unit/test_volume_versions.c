/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State that another version of the program has written, an older or a newer one: the
 * mount is refused, says which file it is, and changes nothing.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/state.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"
#include "tests/lib/engine_views.h"
#include "tests/unit/chain_bench.h"
#include "tests/unit/verify_bench.h"

#define VOLUME_BYTES (1u << 20)
#define FILES_MAX    32u

static struct engine engine;
static struct views views;

/* ---- all files ---- */

struct copy {
	char name[64];
	uint8_t *bytes;
	uint64_t size_bytes;
};

static struct copy copies[FILES_MAX];
static unsigned copy_count;

static int copy_add(const char *name, void *context)
{
	struct copy *copy = &copies[copy_count++];
	const uint8_t *bytes;

	(void)context;
	ck_assert_uint_lt(copy_count, FILES_MAX);
	snprintf(copy->name, sizeof copy->name, "%s", name);
	bytes = engine_file(&engine, name, &copy->size_bytes);
	copy->bytes = malloc(copy->size_bytes + 1);
	ck_assert_ptr_nonnull(copy->bytes);
	if (copy->size_bytes > 0)
		memcpy(copy->bytes, bytes, copy->size_bytes);
	return 0;
}

static unsigned files_now;

static int file_same(const char *name, void *context)
{
	uint64_t size_bytes;
	const uint8_t *bytes = engine_file(&engine, name, &size_bytes);

	(void)context;
	files_now++;
	for (unsigned i = 0; i < copy_count; i++) {
		if (strcmp(copies[i].name, name) != 0)
			continue;
		ck_assert_msg(size_bytes == copies[i].size_bytes &&
				      memcmp(bytes, copies[i].bytes, size_bytes) == 0,
			"'%s' has changed", name);
		return 0;
	}
	ck_abort_msg("'%s' was not there", name);
	return 0;
}

static void files_take(void)
{
	copy_count = 0;
	ck_assert_int_eq(engine.folder->ops->list(engine.folder, copy_add, NULL), 0);
}

static void files_check(void)
{
	files_now = 0;
	ck_assert_int_eq(engine.folder->ops->list(engine.folder, file_same, NULL), 0);
	ck_assert_uint_eq(files_now, copy_count);
}

static void files_free(void)
{
	for (unsigned i = 0; i < copy_count; i++)
		free(copies[i].bytes);
}

/* ---- what is said ---- */

/* Opens the volume; what it says to standard error comes to TEXT. */
static int open_and_hear(char *text, size_t length)
{
	FILE *heard = tmpfile();
	int kept = dup(STDERR_FILENO), error;
	size_t count;

	ck_assert_ptr_nonnull(heard);
	fflush(stderr);
	dup2(fileno(heard), STDERR_FILENO);
	error = engine_open(&engine);
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(heard);
	count = fread(text, 1, length - 1, heard);
	text[count] = '\0';
	fclose(heard);
	return error;
}

/* ---- volumes ---- */

static char file[64];

static void write_round(unsigned round)
{
	for (unsigned i = 0; i < 4; i++)
		ck_assert_int_eq(
			engine_write(&engine, i * 40000 + round * 3000, 9000, round * 10 + i), 0);
}

/* 0: a snapshot, 1: one that is kept, 2: a node, 3: a snapshot of a chain, 4: a clone. */
static void start(unsigned kind)
{
	bool is_chain = kind >= 2;

	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES,
			.profile = profile_find(is_chain    ? "xen"
						: kind == 1 ? "vss"
							    : "plain"),
			.limit = kind == 1 ? "100%" : NULL,
			.no_coalesce = true });
	for (unsigned i = 0; i < 3; i++) {
		write_round(i);
		chain_bench_take(&engine, i);
	}
	write_round(4);
	if (is_chain)
		ck_assert_int_eq(chain_bench_make(&engine, SNAPSHOT_CLONED, "s1", "c"), 0);
	snprintf(file, sizeof file, kind == 4 ? "c.store" : "s1.store");
	if (kind == 1) {
		ck_assert_int_eq(engine_delete(&engine, "s1"), 0);
		snprintf(file, sizeof file, "0000000000000002" KEPT_SUFFIX);
	}
	if (kind == 2)
		node_file_name(engine.volume->chain->live->parent->id, file, sizeof file);
	ck_assert(engine_file_exists(&engine, file));
	views_take(&engine, &views);
}

#define KINDS 5

static const uint32_t versions[] = { 1, STORE_FORMAT_OLDEST - 1, STORE_FORMAT_VERSION + 1,
	UINT32_MAX };

/* Of each kind of file; then after a kill. */
START_TEST(a_store_of_another_version_refuses_the_mount_and_nothing_is_changed)
{
	bool is_killed = _i / KINDS == 1;
	char text[4096], expected[160];

	start((unsigned)_i % KINDS);
	if (is_killed)
		engine_kill(&engine);
	else
		ck_assert_int_eq(engine_close(&engine), 0);
	for (unsigned i = 0; i < sizeof versions / sizeof versions[0]; i++) {
		struct store_superblock *superblock = verify_bench_superblock(&engine, file);

		superblock->version = versions[i];
		verify_bench_superblock_end(&engine, file);
		files_take();
		ck_assert_int_eq(open_and_hear(text, sizeof text), -EUCLEAN);
		snprintf(expected, sizeof expected, "'%s' is of format %u, and this version", file,
			versions[i]);
		ck_assert_msg(strstr(text, expected), "'%s' is not in: %s", expected, text);
		files_check();
		verify_bench_expect(&engine, "store of another version");
		files_check();
		files_free();
		superblock = verify_bench_superblock(&engine, file);
		superblock->version = STORE_FORMAT_VERSION;
		verify_bench_superblock_end(&engine, file);
	}
	/* The version that wrote it finds all as it left it. */
	ck_assert_int_eq(engine_open(&engine), 0);
	views_check(&engine, &views);
	views_free(&views);
	engine_deinit(&engine);
}
END_TEST

/* What a superblock that checks says of its owner, and why that is not believed. */
static const struct {
	uint32_t kind;
	uint32_t length;
	const char *why;
} owners[] = {
	{ 7, 16, "it has an owner of unknown kind" },
	{ OWNER_COW_SNAPSHOT, 0, "its owner's bytes are not as many as that kind has" },
	{ OWNER_CHAIN_NODE, sizeof(struct owner), "its owner's bytes are not as many" },
	{ OWNER_CHAIN_SNAPSHOT, STORE_OWNER_BYTES + 1, "superblock makes no sense" },
	{ OWNER_COW_SNAPSHOT, sizeof(struct owner), "its owner's bytes make no sense" },
};

#define OWNERS (sizeof owners / sizeof owners[0])

static void owner_change(size_t row)
{
	struct store_superblock *superblock = verify_bench_superblock(&engine, file);

	superblock->owner_kind = owners[row].kind;
	superblock->owner_length = owners[row].length;
	superblock->owner_bytes[sizeof(struct owner) - 1] = 'x';
	verify_bench_superblock_end(&engine, file);
}

/* Of a snapshot, of a node and of a snapshot of a chain. */
START_TEST(an_owner_that_is_not_known_is_named_with_its_file_and_costs_only_what_is_his)
{
	static const unsigned kinds[] = { 0, 2, 3 };
	unsigned kind = kinds[(size_t)_i / OWNERS];
	size_t row = (size_t)_i % OWNERS;
	char text[4096];

	start(kind);
	ck_assert_int_eq(engine_close(&engine), 0);
	owner_change(row);
	verify_bench(&engine);
	verify_bench_line("%s@0:", file);
	verify_bench_line("%s", owners[row].why);
	if (kind == 2) {
		ck_assert_int_eq(open_and_hear(text, sizeof text), -EUCLEAN);
		ck_assert_msg(strstr(text, file) && strstr(text, "at offset 0: ") &&
				      strstr(text, owners[row].why),
			"%s", text);
	} else {
		ck_assert_int_eq(engine_open(&engine), 0);
		ck_assert_int_eq(engine_find(&engine, "s1")->error, -EUCLEAN);
		ck_assert_int_eq(engine_find(&engine, "s2")->error, 0);
	}
	views_free(&views);
	engine_deinit(&engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("versions");
	TCase *tests = tcase_create("versions");

	(void)argc;
	tcase_set_timeout(tests, 30);
	tcase_add_loop_test(tests,
		a_store_of_another_version_refuses_the_mount_and_nothing_is_changed, 0, 2 * KINDS);
	tcase_add_loop_test(tests,
		an_owner_that_is_not_known_is_named_with_its_file_and_costs_only_what_is_his, 0,
		3 * OWNERS);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
