/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/flow_bench.h"

#include <string.h>

/* File 1 is this memory; parts for it wait here until they are let go. */
static char content[SECTORS * S];
struct flow_part *waiting[PARTS_MAX];
unsigned waiting_count;
unsigned delays_ms;
struct flow *flow;

static void answer(struct flow_io *io)
{
	CONTAINER_OF(io, struct asked, io)->answers++;
}

static void release(struct flow_io *io)
{
	struct asked *asked = CONTAINER_OF(io, struct asked, io);

	ck_assert_uint_eq(asked->answers, 1);
	asked->releases++;
}

static void keep(void *context, struct flow_part *part)
{
	(void)context;
	ck_assert_uint_lt(waiting_count, PARTS_MAX);
	waiting[waiting_count++] = part;
}

static void keep_delayed(void *context, struct flow_part *part, uint32_t ms)
{
	delays_ms += ms;
	keep(context, part);
}

static void do_part(struct flow_part *part, int error)
{
	char *data = part->io->data + part->from;

	if (part->io->op == DISK_OP_READ)
		memcpy(data, content + part->offset, part->length);
	else if (part->io->op == DISK_OP_WRITE)
		memcpy(content + part->offset, data, part->length);
	flow_part_done(flow, part, error, error ? 0 : part->length);
}

/* All that wait for the file are done, in order. */
void let_go(int error)
{
	for (unsigned i = 0; i < waiting_count; i++)
		do_part(waiting[i], error);
	waiting_count = 0;
}

void ask(struct asked *asked, enum disk_op op, uint64_t disk, uint64_t start, uint64_t length)
{
	*asked = (struct asked){
		.io = {
			.op = op,
			.disk = disk,
			.offset = start * S,
			.length = length * S,
			.data = asked->data,
			.answer = answer,
			.release = release,
		},
	};
	flow_submit(flow, &asked->io);
}

void map(uint64_t disk, struct disk_piece piece)
{
	struct disk_map made;

	if (!flow_disk_get_map(flow, disk))
		ck_assert_int_eq(flow_disk_create(flow, disk), 0);
	ck_assert_int_eq(disk_map_make(&piece, 1, &made), 0);
	ck_assert_int_eq(flow_disk_map(flow, disk, &made, NULL), 0);
}

struct disk_piece on_file(uint64_t offset)
{
	return (struct disk_piece){
		.length = SECTORS - offset,
		.kind = DISK_PIECE_FILE,
		.file = { 1, offset },
	};
}

struct disk_piece on_disk(uint64_t disk, uint64_t offset)
{
	return (struct disk_piece){
		.length = SECTORS - offset,
		.kind = DISK_PIECE_DISK,
		.disk = { disk, offset },
	};
}

int told = 1;

static void tell(void *context, int error)
{
	(void)context;
	ck_assert_int_eq(told, 1);
	told = error;
}

/* 3 lies on 2, 2 on 1, 1 on the file. */
void flow_setup(void)
{
	struct flow_ops ops = { .file = keep, .delay = keep_delayed };

	ck_assert_int_eq(flow_create(&ops, &flow), 0);
	for (size_t i = 0; i < sizeof content; i++)
		content[i] = (char)(i / S);
	map(1, on_file(0));
	map(2, on_disk(1, 0));
	map(3, on_disk(2, 8));
	told = 1;
	waiting_count = 0;
	delays_ms = 0;
}

void flow_teardown(void)
{
	flow_destroy(flow);
}

void is_done(const struct asked *asked, int error)
{
	ck_assert_uint_eq(asked->answers, 1);
	ck_assert_uint_eq(asked->releases, 1);
	ck_assert_int_eq(asked->io.error, error);
}

int hold(uint64_t disk, uint64_t offset, uint64_t length, struct flow_hold **ret)
{
	return flow_hold(flow, disk, offset, length, tell, NULL, ret);
}
