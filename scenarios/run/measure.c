/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/measure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/run/run_points.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

/* A map with more pieces is not fetched: the client reads single blocks, far apart. */
#define MAP_ANSWERS_MAX 2000

static uint64_t number_of(const json_t *object, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(object, name));
}

/* ---- what the rig has counted ---- */

static void counts_read(const json_t *answer, struct measures *ret)
{
	const json_t *reads = json_object_get(answer, "reads");
	const json_t *sizes = json_object_get(reads, "sizes");

	ret->has_reads = true;
	ret->store_bytes = number_of(answer, "store_bytes");
	ret->reads = number_of(reads, "count");
	ret->read_errors = number_of(reads, "errors");
	ret->reads_in_sequence = number_of(reads, "in_sequence");
	ret->in_flight_max = number_of(reads, "in_flight_max");
	ret->read_bytes = number_of(reads, "bytes");
	ret->bytes_again = number_of(reads, "bytes_again");
	for (unsigned i = 0; i < MEASURES_SIZES; i++) {
		char size[16];

		snprintf(size, sizeof size, "%u", MEASURES_SIZE_MIN << i);
		ret->sizes[i] = number_of(sizes, size);
	}
}

static json_t *reads_ask(struct run *run, const char *snapshot, json_int_t from)
{
	struct reason ignored = { "" };
	json_t *answer = NULL;

	if (rig_call(run->rig, "snapshot.reads",
		    json_pack("{s:s, s:I}", "name", snapshot, "from", from), &ignored, &answer) < 0)
		return NULL;
	return answer;
}

/* Leaves what was added since BEFORE; the maximum in flight is that of the whole time. */
static void counts_subtract(struct measures *measures, const struct measures *before)
{
	measures->reads -= before->reads;
	measures->read_errors -= before->read_errors;
	measures->reads_in_sequence -= before->reads_in_sequence;
	measures->read_bytes -= before->read_bytes;
	measures->bytes_again -= before->bytes_again;
	for (unsigned i = 0; i < MEASURES_SIZES; i++)
		measures->sizes[i] -= before->sizes[i];
}

/* ---- which blocks ---- */

static void data_add(struct block_set *set, uint64_t first, uint64_t end)
{
	for (uint64_t block = first / ORACLE_BLOCK_BYTES; block * ORACLE_BLOCK_BYTES < end; block++)
		block_set_add(set, (size_t)block);
}

struct block_set *measure_data(const char *image)
{
	AUTO(auto_close) int fd = open(image, O_RDONLY | O_CLOEXEC);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	off_t end = 0;

	if (size < 0)
		return NULL;

	struct block_set *set = block_set_create(
		((size_t)size + ORACLE_BLOCK_BYTES - 1) / ORACLE_BLOCK_BYTES);

	while (end < size) {
		off_t first = lseek(fd, end, SEEK_DATA);

		if (first < 0 && errno == ENXIO)
			break;
		end = first < 0 ? first : lseek(fd, first, SEEK_HOLE);
		if (end <= first) {
			block_set_destroy(set);
			return NULL;
		}
		data_add(set, (uint64_t)first, (uint64_t)end);
	}
	return set;
}

/* Counts the blocks of DATA in the extents of ANSWER; the others go to RET_HOLES. */
static uint64_t data_read(const json_t *answer, const struct block_set *data, uint64_t *ret_holes)
{
	uint64_t count = 0;
	json_t *extent;
	size_t i;

	json_array_foreach(json_object_get(answer, "extents"), i, extent)
	{
		uint64_t first = (uint64_t)json_integer_value(json_array_get(extent, 0));
		uint64_t end = first + (uint64_t)json_integer_value(json_array_get(extent, 1));

		for (uint64_t block = first / ORACLE_BLOCK_BYTES;
			block * ORACLE_BLOCK_BYTES < end && block < data->block_count; block++) {
			if (block_set_has(data, (size_t)block))
				count++;
			else
				++*ret_holes;
		}
	}
	return count;
}

static uint64_t blocks_of(const struct block_set *set)
{
	uint64_t count = 0;

	for (size_t block = 0; block < set->block_count; block++)
		count += block_set_has(set, block);
	return count;
}

/* FIRST is the first answer of the rig. */
static void map_read(struct run *run, const struct run_backup *backup, json_t *first,
	const struct block_set *data, struct measures *ret)
{
	json_t *answer = json_incref(first);
	uint64_t read = 0, holes = 0;
	unsigned answers = 0;
	bool is_all = false;

	while (answer && answers++ < MAP_ANSWERS_MAX && !is_all) {
		json_t *next = json_object_get(answer, "next");
		json_int_t from = json_integer_value(next);

		read += data_read(answer, data, &holes);
		is_all = !json_is_integer(next);
		json_decref(answer);
		answer = is_all ? NULL : reads_ask(run, backup->of, from);
	}
	json_decref(answer);
	ret->has_map = is_all;
	ret->bytes_unread = (blocks_of(data) - read) * ORACLE_BLOCK_BYTES;
	ret->bytes_of_holes = holes * ORACLE_BLOCK_BYTES;
}

/* ---- the live view ---- */

/* Not through the control socket, where a rule may strike the query; false if unknown. */
static bool live_read(const struct run *run, struct measures *ret)
{
	AUTO(auto_free) char *path = heap_format("%s/.snaprig/status.json", run->mount_point);
	AUTO(auto_free) char *text = file_text(path);
	json_t *status = text ? json_loads(text, 0, NULL) : NULL;
	const json_t *counters = json_object_get(status, "counters");

	ret->has_live = counters != NULL;
	ret->live_read_bytes = number_of(counters, "live_read_bytes");
	ret->live_written_bytes = number_of(counters, "live_written_bytes") +
				  number_of(counters, "live_discarded_bytes");
	json_decref(status);
	return ret->has_live;
}

/* A rig that was started in between has counted from 0. */
static void live_measure(
	const struct run *run, const struct measures *before, struct measures *measures)
{
	if (!before->has_live || !live_read(run, measures))
		return;
	measures->has_live = measures->live_read_bytes >= before->live_read_bytes &&
			     measures->live_written_bytes >= before->live_written_bytes;
	measures->live_read_bytes -= before->live_read_bytes;
	measures->live_written_bytes -= before->live_written_bytes;
}

/* ---- of one run ---- */

void measure_begin(struct run *run, const struct run_backup *backup, struct measuring *ret)
{
	json_t *answer = backup->takes ? NULL : reads_ask(run, backup->of, 0);

	*ret = (struct measuring){ .is_on = true, .point_count = run->point_count };
	if (answer)
		counts_read(answer, &ret->reads);
	json_decref(answer);
	live_read(run, &ret->reads);
}

/* Returns the rig's answer about reads of BACKUP's snapshot; or NULL. */
static json_t *reads_of(
	struct run *run, const struct run_backup *backup, const struct measuring *before)
{
	struct reason ignored = { "" };

	if (!rig_alive(run->rig, &ignored))
		return NULL;
	/* The client took no snapshot: one with that name is not its own. */
	if (backup->takes && run->point_count == before->point_count)
		return NULL;
	return reads_ask(run, backup->of, 0);
}

void measure_end(struct run *run, struct run_backup *backup, const struct measuring *before,
	const struct process_result *result)
{
	struct snapshot_point *point = point_find_content(run, backup->of);
	struct measures *measures = &backup->measures;
	json_t *answer;

	if (!before->is_on)
		return;
	*measures = (struct measures){
		.is_there = true,
		.duration_ns = result->duration_ns,
		.cpu_ns = result->usage.cpu_ns,
		.memory_bytes = result->usage.memory_bytes,
		.before = write_times_take(run->times_before),
		.during = write_times_take(run->times_during),
	};
	live_measure(run, &before->reads, measures);
	answer = reads_of(run, backup, before);
	if (!answer)
		return;
	counts_read(answer, measures);
	counts_subtract(measures, &before->reads);
	if (point && point->data)
		map_read(run, backup, answer, point->data, measures);
	json_decref(answer);
}
