/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/io.h"

#include "simfs/volume/core.h"

void io_begin(struct volume *volume)
{
	volume->io.image = (struct blockio_counts){ 0 };
	volume->io.stores = (struct blockio_counts){ 0 };
	volume->io.copied_bytes = 0;
}

static json_t *ratio(uint64_t dividend, uint64_t divisor)
{
	return divisor > 0 ? json_real((double)dividend / (double)divisor) : json_null();
}

/* Requests that succeeded; discards and zeroing are in `counters`. */
static struct blockio_counts requests(const struct volume *volume)
{
	return (struct blockio_counts){
		.reads = volume->counters.live_reads + volume->counters.snapshot_reads,
		.read_bytes = volume->counters.live_read_bytes +
			      volume->counters.snapshot_read_bytes,
		.writes = volume->counters.live_writes + volume->counters.snapshot_writes,
		.written_bytes = volume->counters.live_written_bytes +
				 volume->counters.snapshot_written_bytes,
		.flushes = volume->counters.live_flushes,
	};
}

static json_t *layer(const struct blockio_counts *counts)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "reads", (json_int_t)counts->reads,
		"read_bytes", (json_int_t)counts->read_bytes, "writes", (json_int_t)counts->writes,
		"written_bytes", (json_int_t)counts->written_bytes, "flushes",
		(json_int_t)counts->flushes);
}

json_t *io_json(const struct volume *volume)
{
	const struct blockio_counts *image = &volume->io.image, *stores = &volume->io.stores;
	struct blockio_counts asked = requests(volume);
	json_t *of_requests = layer(&asked);
	json_t *of_image = layer(image), *of_stores = layer(stores);

	json_object_set_new(of_requests, "read_ahead_bytes",
		json_integer((json_int_t)volume->ahead.read_bytes));
	json_object_set_new(of_requests, "read_ahead_used_bytes",
		json_integer((json_int_t)volume->ahead.served_bytes));
	json_object_set_new(of_image, "punches", json_integer((json_int_t)image->punches));
	json_object_set_new(of_stores, "punches", json_integer((json_int_t)stores->punches));
	json_object_set_new(
		of_stores, "ahead_bytes", json_integer((json_int_t)stores->ahead_bytes));
	json_object_set_new(
		of_stores, "copied_bytes", json_integer((json_int_t)volume->io.copied_bytes));
	json_object_set_new(
		of_stores, "hashed_bytes", json_integer((json_int_t)stores->hashed_bytes));
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "requests", of_requests, "image", of_image,
		"stores", of_stores, "write_amplification",
		ratio(image->written_bytes + stores->written_bytes + stores->ahead_bytes,
			asked.written_bytes),
		"transfers_per_request",
		ratio(image->reads + image->writes + stores->reads + stores->writes,
			asked.reads + asked.writes));
}
