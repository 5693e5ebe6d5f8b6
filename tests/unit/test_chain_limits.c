/* SPDX-License-Identifier: Apache-2.0 */
/* A chain under the smallest limits: few names of nodes, small chunks of a merge. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/volume/chain/chain.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"

#define VOLUME_BYTES (256u << 10)
#define ROUNDS	     9

static struct engine engine;
static uint8_t *contents[ROUNDS];
static uint64_t longest_bytes;

static void note_reads(void *context, const char *name, const struct blockio_request *request)
{
	(void)context;
	(void)name;
	if (request->kind == BLOCKIO_READ && request->iov[0].iov_len > longest_bytes)
		longest_bytes = request->iov[0].iov_len;
}

static void open_engine(void)
{
	chain_bench_init(&engine, VOLUME_BYTES,
		&(struct engine_options){ .limits = &volume_limits_smallest, .no_coalesce = true });
}

static void close_engine(void)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		free(contents[i]);
		contents[i] = NULL;
	}
	engine_deinit(&engine);
}

static struct snapshot *snapshot_at(unsigned index)
{
	char name[16];

	snprintf(name, sizeof name, "s%u", index);
	return engine_find(&engine, name);
}

static void expect_contents(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint8_t *found = engine_content(&engine, snapshot_at(i));

		ck_assert_msg(memcmp(found, contents[i], VOLUME_BYTES) == 0, "snapshot %u", i);
		free(found);
	}
}

/* Each view is read before and after each new node, so that what it keeps is of old names. */
START_TEST(views_are_right_when_names_of_nodes_are_given_anew)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		ck_assert_int_eq(engine_write(&engine, round * 8192, 20000, round + 1), 0);
		contents[round] = engine_content(&engine, NULL);
		chain_bench_take(&engine, round);
		expect_contents(round + 1);
	}
	ck_assert_uint_gt(chain_bench_nodes(&engine), volume_limits_smallest.chain_slots);
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	expect_contents(ROUNDS);
}
END_TEST

START_TEST(a_merge_copies_no_more_than_a_chunk_at_a_time)
{
	ck_assert_int_eq(engine_write(&engine, 0, 65536, 1), 0);
	chain_bench_take(&engine, 0);
	ck_assert_int_eq(engine_write(&engine, 4096, 65536, 2), 0);
	contents[0] = engine_content(&engine, NULL);
	chain_bench_take(&engine, 1);
	chain_bench_drop(&engine, 0);
	engine_folder_watch(engine.folder, note_reads, NULL);
	longest_bytes = 0;
	chain_bench_coalesce(&engine);
	ck_assert_uint_eq(longest_bytes, volume_limits_smallest.coalesce_chunk_bytes);

	uint8_t *found = engine_content(&engine, engine_find(&engine, "s1"));

	ck_assert_mem_eq(found, contents[0], VOLUME_BYTES);
	free(found);
}
END_TEST

START_TEST(so_many_nodes_and_no_more)
{
	unsigned taken = 0;
	char name[16];
	int error = 0;

	for (; error == 0 && taken < 2 * volume_limits_smallest.chain_nodes; taken++) {
		snprintf(name, sizeof name, "t%u", taken);
		error = engine_snapshot(&engine, name, NULL, NULL);
		ck_assert_int_eq(engine_write(&engine, taken * 512, 512, taken), 0);
	}
	/* The profile's depth comes first, and clones are other trees. */
	for (; error != -ENOSPC && taken < 3 * volume_limits_smallest.chain_nodes; taken++) {
		snprintf(name, sizeof name, "t%u", taken);
		error = chain_bench_make(&engine, SNAPSHOT_CLONED, "t0", name);
	}
	ck_assert_int_eq(error, -ENOSPC);
	ck_assert_uint_le(chain_bench_nodes(&engine), volume_limits_smallest.chain_nodes);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("limits of a chain");
	TCase *tcase = tcase_create("limits");

	(void)argc;
	tcase_add_checked_fixture(tcase, open_engine, close_engine);
	tcase_add_test(tcase, views_are_right_when_names_of_nodes_are_given_anew);
	tcase_add_test(tcase, a_merge_copies_no_more_than_a_chunk_at_a_time);
	tcase_add_test(tcase, so_many_nodes_and_no_more);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
