/* SPDX-License-Identifier: Apache-2.0 */
/* A request that is cut into parts: how many at a time, how it ends, and that it gets on. */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "simfs/volume/core.h"
#include "simfs/volume/edges.h"
#include "simfs/volume/parts.h"
#include "tests/lib/engine_suite.h"

#define PARTS_AT_A_TIME 3u
#define PLACES		8u

static struct volume_limits limits;
static struct volume volume;
static struct volume_request request;
static struct request_part *begun[PLACES];
static unsigned begun_count, ended_count, rounds, dones;
static int done_error;
static uint64_t back_to; /* at the end of the first round */
static uint64_t stuck_at;
static bool at_once[PLACES];
static int results_at_once[PLACES];

static uint64_t plan(struct volume_request *asking)
{
	uint64_t at = asking->cursor;
	struct request_part *part;

	ck_assert_ptr_eq(asking, &request);
	if (at == PLACES)
		return at;
	part = part_begin(asking, at, 1);
	if (at_once[at])
		part->ended(part, results_at_once[at]);
	else
		begun[begun_count++] = part;
	return at == stuck_at ? at : at + 1;
}

static void ended(struct request_part *part, int result)
{
	ck_assert_uint_eq(part->length, 1);
	ck_assert(result == 0 || part->request->error != result);
	ended_count++;
}

static void round_over(struct volume_request *asking)
{
	if (rounds++ == 0 && back_to < PLACES)
		asking->cursor = back_to;
}

static void done(struct volume_request *asking, int error)
{
	ck_assert_int_eq(error, asking->error);
	done_error = error;
	dones++;
}

static const struct parts_ops ops = {
	.plan = plan,
	.ended = ended,
	.round_over = round_over,
	.done = done,
};

static void setup(void)
{
	limits = volume_limits_default;
	limits.request_parts = PARTS_AT_A_TIME;
	volume = (struct volume){ .limits = &limits };
	parts_rooms_init(&volume);
	request = (struct volume_request){ .volume = &volume, .error = -EBUSY };
	begun_count = ended_count = rounds = dones = 0;
	memset(at_once, 0, sizeof at_once);
	memset(results_at_once, 0, sizeof results_at_once);
	back_to = stuck_at = PLACES;
}

/* All that are under way, the last one first. */
static void end_all(int result)
{
	unsigned count = begun_count;

	begun_count = 0;
	while (count > 0) {
		count--;
		begun[count]->ended(begun[count], result);
	}
}

START_TEST(parts_are_started_round_by_round_and_no_more_than_allowed)
{
	const unsigned counts[] = { 3, 3, 2 };

	parts_start(&request, 0, &ops);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_uint_eq(begun_count, counts[i]);
		ck_assert_uint_eq(begun[0]->offset, (uint64_t)i * PARTS_AT_A_TIME);
		ck_assert_uint_eq(dones, 0);
		end_all(0);
	}
	ck_assert_uint_eq(dones, 1);
	ck_assert_int_eq(done_error, 0);
	ck_assert_uint_eq(ended_count, PLACES);
	ck_assert_uint_eq(rounds, 3);
}
END_TEST

START_TEST(the_first_error_ends_it_after_its_round)
{
	parts_start(&request, 0, &ops);
	begun[1]->ended(begun[1], -EIO);
	begun[0]->ended(begun[0], -ENOSPC);
	ck_assert_uint_eq(dones, 0);
	begun[2]->ended(begun[2], 0);
	ck_assert_uint_eq(dones, 1);
	ck_assert_int_eq(done_error, -EIO);
	ck_assert_uint_eq(begun_count, 3);
}
END_TEST

START_TEST(parts_that_end_at_once_are_counted_as_all_others)
{
	for (unsigned i = 0; i < PLACES; i++)
		at_once[i] = true;
	parts_start(&request, 0, &ops);
	ck_assert_uint_eq(dones, 1);
	ck_assert_int_eq(done_error, 0);
	ck_assert_uint_eq(ended_count, PLACES);
}
END_TEST

START_TEST(an_error_at_once_starts_no_further_part_and_waits_for_those_that_are)
{
	at_once[1] = true;
	results_at_once[1] = -EIO;
	parts_start(&request, 0, &ops);
	ck_assert_uint_eq(begun_count, 1);
	ck_assert_uint_eq(dones, 0);
	end_all(0);
	ck_assert_uint_eq(dones, 1);
	ck_assert_int_eq(done_error, -EIO);
}
END_TEST

START_TEST(a_round_can_go_back_to_one_of_its_parts)
{
	back_to = 1;
	parts_start(&request, 0, &ops);
	end_all(0);
	ck_assert_uint_eq(begun_count, 3);
	ck_assert_uint_eq(begun[0]->offset, 1);
	while (dones == 0)
		end_all(0);
	ck_assert_uint_eq(dones, 1);
	ck_assert_uint_eq(ended_count, PLACES + 2);
}
END_TEST

START_TEST(what_has_nothing_left_ends_without_a_part)
{
	parts_start(&request, PLACES, &ops);
	ck_assert_uint_eq(dones, 1);
	ck_assert_int_eq(done_error, 0);
	ck_assert_uint_eq(ended_count, 0);
}
END_TEST

START_TEST(a_plan_that_does_not_get_on_is_a_mistake)
{
	stuck_at = 4;
	parts_start(&request, 0, &ops);
	end_all(0);
}
END_TEST

/* ---- edges ---- */

#define BLOCK_BYTES 4096u

static char source[3 * BLOCK_BYTES], scratch[4 * BLOCK_BYTES], *edged_bytes;
static uint64_t edges_asked, edged_first, unneeded;

static bool needs(const struct volume_request *asking, uint64_t block)
{
	ck_assert_ptr_eq(asking, &request);
	return block != unneeded;
}

static void edge_read(struct volume_request *asking, uint64_t block, char *bytes)
{
	ck_assert_ptr_eq(asking, &request);
	edges_asked = edges_asked * 10 + block;
	memset(bytes, (int)block, BLOCK_BYTES);
}

static void edged(struct volume_request *asking, int error, char *bytes, uint64_t first)
{
	done(asking, error);
	edged_bytes = bytes;
	edged_first = first;
}

static const struct edges_ops edges_ops = { .needs = needs, .read = edge_read, .done = edged };

/* Writes LENGTH bytes at OFFSET; WANTED are the blocks that are read, as digits. */
static void complete(uint64_t offset, size_t length, uint64_t wanted)
{
	setup();
	edges_asked = 0;
	memset(source, 'w', sizeof source);
	memset(scratch, '?', sizeof scratch);
	request.error = 0;
	request.offset = offset;
	request.length = length;
	request.buffer = source;
	request.scratch = scratch;
	edges_complete(&request, BLOCK_BYTES, &edges_ops);
	ck_assert_uint_eq(dones, 1);
	ck_assert_int_eq(done_error, 0);
	ck_assert_uint_eq(edges_asked, wanted);
}

static void is_laid_between(uint64_t first_block, uint64_t end_block)
{
	ck_assert_ptr_eq(edged_bytes, scratch);
	ck_assert_uint_eq(edged_first, first_block * BLOCK_BYTES);
	for (uint64_t i = 0; i < (end_block - first_block) * BLOCK_BYTES; i++) {
		uint64_t at = first_block * BLOCK_BYTES + i;
		bool is_written = at >= request.offset && at < request.offset + request.length;

		ck_assert_int_eq(scratch[i], is_written ? 'w' : (char)(at / BLOCK_BYTES));
	}
	ck_assert_int_eq(scratch[(end_block - first_block) * BLOCK_BYTES], '?');
}

START_TEST(what_is_written_is_laid_between_the_edges_that_were_read)
{
	unneeded = UINT64_MAX;
	complete(1 * BLOCK_BYTES + 1, 1, 1);
	is_laid_between(1, 2);
	complete(1 * BLOCK_BYTES, BLOCK_BYTES - 1, 1);
	is_laid_between(1, 2);
	complete(2 * BLOCK_BYTES - 1, BLOCK_BYTES + 1, 1);
	is_laid_between(1, 3);
	complete(1 * BLOCK_BYTES, BLOCK_BYTES + 1, 2);
	is_laid_between(1, 3);
	complete(1 * BLOCK_BYTES + 512, 2 * BLOCK_BYTES, 13);
	is_laid_between(1, 4);
}
END_TEST

START_TEST(whole_blocks_and_those_whose_edges_nobody_needs_are_written_as_they_are)
{
	unneeded = UINT64_MAX;
	complete(1 * BLOCK_BYTES, 2 * BLOCK_BYTES, 0);
	ck_assert_ptr_eq(edged_bytes, source);
	ck_assert_uint_eq(edged_first, BLOCK_BYTES);
	unneeded = 2;
	complete(2 * BLOCK_BYTES + 512, 512, 0);
	ck_assert_ptr_eq(edged_bytes, source);
	ck_assert_uint_eq(edged_first, 2 * BLOCK_BYTES + 512);
	complete(1 * BLOCK_BYTES + 512, BLOCK_BYTES, 1);
	ck_assert_ptr_eq(edged_bytes, scratch);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("parts of a request");
	TCase *parts = tcase_create("parts");
	TCase *edges = tcase_create("edges");

	(void)argc;
	tcase_add_checked_fixture(parts, setup, NULL);
	tcase_add_test(parts, parts_are_started_round_by_round_and_no_more_than_allowed);
	tcase_add_test(parts, the_first_error_ends_it_after_its_round);
	tcase_add_test(parts, parts_that_end_at_once_are_counted_as_all_others);
	tcase_add_test(parts, an_error_at_once_starts_no_further_part_and_waits_for_those_that_are);
	tcase_add_test(parts, a_round_can_go_back_to_one_of_its_parts);
	tcase_add_test(parts, what_has_nothing_left_ends_without_a_part);
	tcase_add_test_raise_signal(parts, a_plan_that_does_not_get_on_is_a_mistake, SIGABRT);
	suite_add_tcase(suite, parts);
	tcase_add_test(edges, what_is_written_is_laid_between_the_edges_that_were_read);
	tcase_add_test(
		edges, whole_blocks_and_those_whose_edges_nobody_needs_are_written_as_they_are);
	suite_add_tcase(suite, edges);
	return engine_suite_run(suite, argv[0]);
}
