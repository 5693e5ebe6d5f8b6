/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_model_dm_disks.c - random maps, requests, holds and patches, in any order.
 *
 * Each part of a request that the flow gives to a file, delays, or keeps is compared with tokens
 * of single sectors (disk_tokens.h).  COUNT steps.
 */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "tests/lib/engine_suite.h"
#include "tests/model/disk_tokens.h"

#define S	    DISK_SECTOR_BYTES
#define STEPS	    200000
#define PARTS_MAX   4096
#define PIECES_MAX  8
#define FILE_LENGTH 1000

static uint64_t state;

static uint64_t below(uint64_t bound)
{
	return mix_below(engine_seed(), ++state, bound);
}

struct request {
	struct flow_io io;
	char data[TOKEN_SECTORS * S];
	bool is_answered, is_given_up;
};

static struct flow *flow;
static struct request requests[TOKEN_ASKED];
static struct flow_part *parts[PARTS_MAX];
static bool is_delayed[PARTS_MAX];
static unsigned part_count;

/* One hold may be waiting for each disk. */
static struct flow_hold *waiting[TOKEN_DISKS];
static unsigned met[8];

static struct token_asked *asked_of(const struct flow_io *io)
{
	return &token_asked[CONTAINER_OF(io, struct request, io) - requests];
}

static void answered(struct flow_io *io)
{
	struct request *request = CONTAINER_OF(io, struct request, io);
	struct token_asked *asked = asked_of(io);

	ck_assert(!request->is_answered);
	request->is_answered = true;
	if (request->is_given_up) {
		ck_assert_int_eq(io->error, -EINTR);
		return;
	}
	ck_assert(tokens_all_done(asked));
	ck_assert_int_eq(io->error, tokens_good(asked) < asked->length ? -EIO : 0);
	if (io->op != DISK_OP_READ)
		return;
	ck_assert_uint_eq(io->good, tokens_good(asked) * S);
	for (uint64_t i = 0; i < asked->length; i++)
		ck_assert_int_eq(
			request->data[i * S], asked->tokens[i].state == TOKEN_ZERO ? 0 : 'x');
}

static void released(struct flow_io *io)
{
	ck_assert(CONTAINER_OF(io, struct request, io)->is_answered);
	ck_assert(tokens_all_done(asked_of(io)));
	asked_of(io)->is_used = false;
}

static void keep(struct flow_part *part, bool delayed)
{
	ck_assert_uint_lt(part_count, PARTS_MAX);
	is_delayed[part_count] = delayed;
	parts[part_count++] = part;
}

static void at_file(void *context, struct flow_part *part)
{
	(void)context;
	tokens_move(asked_of(part->io), part, TOKEN_READY, TOKEN_AT_FILE);
	keep(part, false);
	met[0]++;
}

static void delayed(void *context, struct flow_part *part, uint32_t ms)
{
	(void)context;
	ck_assert_uint_gt(ms, 0);
	keep(part, true);
	met[1]++;
}

/* Lets a random waiting part continue. */
static void get_on(void)
{
	unsigned which = (unsigned)below(part_count);
	struct flow_part *part = parts[which];
	struct token_asked *asked = asked_of(part->io);
	bool was_delayed = is_delayed[which];

	parts[which] = parts[--part_count];
	is_delayed[which] = is_delayed[part_count];
	if (!was_delayed) {
		tokens_move(asked, part, TOKEN_AT_FILE, TOKEN_DONE);
		flow_part_done(flow, part, 0, part->length);
		return;
	}
	if (part->io->is_answered)
		tokens_move(asked, part, TOKEN_DELAYED, TOKEN_DONE);
	else
		tokens_wake(asked, part);
	flow_part_go(flow, part);
}

static struct disk_place random_place(uint64_t disk, uint64_t length)
{
	return (struct disk_place){
		.disk = below(disk),
		.offset = below(TOKEN_SECTORS - length + 1),
	};
}

/* Returns a random piece for LENGTH sectors of DISK, which may map to lower-numbered disks. */
static struct disk_piece random_piece(
	uint64_t disk, uint64_t start, uint64_t length, struct disk_place *stripes)
{
	struct disk_piece piece = { .start = start, .length = length };
	uint64_t kind = below(disk == 0 ? 4 : 10);

	piece.kind = kind == 0	 ? DISK_PIECE_ZERO
		     : kind == 1 ? DISK_PIECE_ERROR
		     : kind < 4	 ? DISK_PIECE_FILE
		     : kind < 7	 ? DISK_PIECE_DISK
		     : kind < 9	 ? DISK_PIECE_STRIPED
				 : DISK_PIECE_DELAY;
	if (piece.kind == DISK_PIECE_STRIPED && length % 2 != 0)
		piece.kind = DISK_PIECE_DISK;
	if (piece.kind == DISK_PIECE_DISK)
		piece.disk = random_place(disk, length);
	if (piece.kind == DISK_PIECE_FILE) {
		piece.file.file = below(TOKEN_FILES);
		piece.file.offset = below(FILE_LENGTH);
	}
	if (piece.kind == DISK_PIECE_STRIPED) {
		stripes[0] = random_place(disk, length / 2);
		stripes[1] = random_place(disk, length / 2);
		piece.striped.stripes = stripes;
		piece.striped.count = 2;
		piece.striped.chunk = length % 4 == 0 ? 2 : length / 2;
		if (length / 2 % piece.striped.chunk != 0)
			piece.striped.chunk = 1;
	}
	for (int i = 0; piece.kind == DISK_PIECE_DELAY && i < DISK_DELAYED_COUNT; i++) {
		piece.delayed[i].place = piece.delayed[0].place;
		if (i == 0)
			piece.delayed[0].place = random_place(disk, length);
		piece.delayed[i].ms = (uint32_t)below(2);
	}
	return piece;
}

/* Stores what PIECE says about its sectors, one by one. */
static void entries_set(uint64_t disk, const struct disk_piece *piece)
{
	for (uint64_t i = 0; i < piece->length; i++) {
		struct token_entry *entry = &token_disks[disk][piece->start + i];

		*entry = (struct token_entry){ .kind = DISK_STEP_DISK };
		if (piece->kind == DISK_PIECE_ZERO) {
			entry->kind = DISK_STEP_ZERO;
		} else if (piece->kind == DISK_PIECE_ERROR) {
			entry->kind = DISK_STEP_ERROR;
		} else if (piece->kind == DISK_PIECE_FILE) {
			entry->kind = DISK_STEP_FILE;
			entry->id = piece->file.file;
			entry->sector = piece->file.offset + i;
		} else if (piece->kind == DISK_PIECE_DISK) {
			entry->id = piece->disk.disk;
			entry->sector = piece->disk.offset + i;
		} else if (piece->kind == DISK_PIECE_STRIPED) {
			uint64_t chunk = i / piece->striped.chunk;
			const struct disk_place *place = &piece->striped.stripes[chunk % 2];

			entry->id = place->disk;
			entry->sector = place->offset + chunk / 2 * piece->striped.chunk +
					i % piece->striped.chunk;
		} else {
			entry->id = piece->delayed[0].place.disk;
			entry->sector = piece->delayed[0].place.offset + i;
			for (int kind = 0; kind < DISK_DELAYED_COUNT; kind++)
				entry->ms[kind] = piece->delayed[kind].ms;
		}
	}
}

static void map_disk(uint64_t disk)
{
	struct disk_place stripes[PIECES_MAX][2];
	struct disk_piece pieces[PIECES_MAX];
	struct disk_map map;
	uint64_t start = 0;
	size_t count = 0;

	while (start < TOKEN_SECTORS) {
		uint64_t left = TOKEN_SECTORS - start;
		uint64_t length = count == PIECES_MAX - 1 ? left : 1 + below(left);

		pieces[count] = random_piece(disk, start, length, stripes[count]);
		entries_set(disk, &pieces[count++]);
		start += length;
	}
	ck_assert_int_eq(disk_map_make(pieces, count, &map), 0);
	ck_assert_int_eq(flow_disk_map(flow, disk, &map, NULL), 0);
}

static void patch_disk(uint64_t disk)
{
	uint64_t start = below(TOKEN_SECTORS), length = 1 + below(TOKEN_SECTORS - start);
	struct disk_place stripes[2];
	struct disk_piece piece = random_piece(disk, start, length, stripes);
	struct disk_map map;

	entries_set(disk, &piece);
	ck_assert_int_eq(disk_map_patched(flow_disk_get_map(flow, disk), &piece, &map), 0);
	ck_assert_int_eq(flow_disk_map(flow, disk, &map, NULL), 0);
	met[2]++;
}

static void ask_something(void)
{
	static const enum disk_op ops[] = { DISK_OP_READ, DISK_OP_WRITE, DISK_OP_DISCARD,
		DISK_OP_ZERO };
	uint64_t start = below(TOKEN_SECTORS), length = 1 + below(TOKEN_SECTORS - start);
	uint64_t disk = below(TOKEN_DISKS);
	unsigned which = (unsigned)below(TOKEN_ASKED);
	struct request *request = &requests[which];
	enum disk_op op = ops[below(4)];

	if (token_asked[which].is_used)
		return;
	if (!disk_op_has_data(op))
		length = 1;
	request->is_answered = request->is_given_up = false;
	memset(request->data, 'x', sizeof request->data);
	request->io = (struct flow_io){
		.op = op,
		.disk = disk,
		.offset = start * S,
		.length = length * S,
		.data = request->data,
		.answer = answered,
		.release = released,
	};
	tokens_ask(&token_asked[which], request->io.op, disk, start, length);
	flow_submit(flow, &request->io);
}

static void hold_done(void *context, int error)
{
	struct flow_hold **hold = context;

	ck_assert_int_eq(error, 0);
	*hold = NULL;
	met[3]++;
}

static void hold_disk(uint64_t disk)
{
	if (waiting[disk] || token_holds[disk] == 3)
		return;

	int error = flow_hold(flow, disk, 0, FLOW_WHOLE, hold_done, &waiting[disk], &waiting[disk]);

	ck_assert_int_eq(error, tokens_under_way(disk) > 0 ? -EINPROGRESS : 0);
	token_holds[disk]++;
}

static void release_disk(uint64_t disk)
{
	bool gives_up = waiting[disk] && below(2);

	/* The holds include more than the waiting one. */
	if (token_holds[disk] == (waiting[disk] && !gives_up))
		return;
	if (--token_holds[disk] == 0)
		tokens_release(disk);
	if (gives_up) {
		struct flow_hold *hold = waiting[disk];

		waiting[disk] = NULL;
		flow_hold_cancel(flow, hold);
		met[4]++;
	} else {
		ck_assert_int_eq(flow_release(flow, disk, 0, FLOW_WHOLE), 0);
	}
}

static void give_up_one(void)
{
	struct request *request = &requests[below(TOKEN_ASKED)];

	if (!asked_of(&request->io)->is_used || request->is_answered)
		return;
	request->is_given_up = true;
	tokens_drop(asked_of(&request->io));
	flow_abandon(flow, &request->io, -EINTR);
	met[5]++;
}

/* Checks that everything that could continue has, and that everything that waits has a reason. */
static void compare(void)
{
	ck_assert_uint_eq(tokens_count(NULL, TOKEN_READY), 0);
	for (unsigned i = 0; i < TOKEN_ASKED; i++)
		if (token_asked[i].is_used)
			ck_assert(!tokens_all_done(&token_asked[i]));
	for (uint64_t disk = 0; disk < TOKEN_DISKS; disk++)
		if (waiting[disk])
			ck_assert_uint_gt(tokens_under_way(disk), 0);
}

static void step(void)
{
	uint64_t what = below(20);

	if (what == 0)
		map_disk(below(TOKEN_DISKS));
	else if (what == 1)
		patch_disk(below(TOKEN_DISKS));
	else if (what == 2)
		hold_disk(below(TOKEN_DISKS));
	else if (what < 5)
		release_disk(below(TOKEN_DISKS));
	else if (what == 5)
		give_up_one();
	else if (what < 11)
		ask_something();
	else if (part_count > 0)
		get_on();
}

START_TEST(each_sector_goes_where_the_maps_lead)
{
	struct flow_ops ops = { .file = at_file, .delay = delayed };
	uint64_t steps = engine_count(STEPS);

	ck_assert_int_eq(flow_create(&ops, &flow), 0);
	for (uint64_t disk = 0; disk < TOKEN_DISKS; disk++) {
		ck_assert_int_eq(flow_disk_create(flow, disk), 0);
		map_disk(disk);
	}
	for (uint64_t i = 0; i < steps; i++) {
		step();
		compare();
	}
	for (uint64_t disk = 0; disk < TOKEN_DISKS; disk++)
		while (token_holds[disk] > 0) {
			while (waiting[disk] && part_count > 0)
				get_on();
			release_disk(disk);
		}
	while (part_count > 0)
		get_on();
	for (unsigned i = 0; i < TOKEN_ASKED; i++)
		ck_assert(!token_asked[i].is_used);
	for (unsigned i = 0; i < 6 && engine_count_is_full(); i++)
		ck_assert_msg(met[i] > 100, "%u has hardly happened", i);
	flow_destroy(flow);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("model_dm_disks");
	TCase *tests = tcase_create("model");

	(void)argc;
	tcase_set_timeout(tests, 300);
	tcase_add_test(tests, each_sector_goes_where_the_maps_lead);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
