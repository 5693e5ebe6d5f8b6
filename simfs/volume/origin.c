/* SPDX-License-Identifier: Apache-2.0 */
/*
 * origin.c - the live view if it is the image: reads, writes and flushes it.
 *
 *	origin_write ─┬─▶ (edges.h: whole sectors) ─▶ sectors_write ─▶ write_end
 *	              │          ▲ cannot be punched, but written as zeros
 *	              └─▶ punch_done ─▶ write_end
 */
#include <errno.h>
#include <string.h>

#include "simfs/volume/core.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/edges.h"
#include "simfs/volume/parts.h"
#include "simfs/volume/way.h"

static uint64_t aligned_first(const struct volume_request *request)
{
	return round_down(request->offset, request->volume->alignment_bytes);
}

static uint64_t aligned_end(const struct volume_request *request)
{
	return round_up(request->offset + request->length, request->volume->alignment_bytes);
}

static void read_done(struct blockio_request *io, int result)
{
	live_end(CONTAINER_OF(io, struct volume_request, io), result);
}

void origin_read(struct volume_request *request)
{
	uint64_t first = aligned_first(request);

	request->data = request->buffer + (request->offset - first);
	request->io.done = read_done;
	blockio_start(request->volume->origin, &request->io, BLOCKIO_READ, first, request->buffer,
		aligned_end(request) - first);
}

void origin_flush(struct volume_request *request)
{
	request->io.done = read_done;
	blockio_start(request->volume->origin, &request->io, BLOCKIO_FLUSH, 0, NULL, 0);
}

static void write_done(struct blockio_request *io, int result)
{
	write_end(CONTAINER_OF(io, struct volume_request, io), result);
}

/* If the file system cannot punch, writes zeros in the same turn, if they fit. */
static void punch_done(struct blockio_request *io, int result)
{
	struct volume_request *request = CONTAINER_OF(io, struct volume_request, io);

	if (result != -EOPNOTSUPP || request->length > VOLUME_REQUEST_MAX_BYTES) {
		write_end(request, result);
		return;
	}
	request->volume->cannot_punch = true;
	request->is_punched = false;
	memset(request->buffer, 0, request->length);
	origin_write(request);
}

static void sectors_write(struct volume_request *request, int error, char *bytes, uint64_t first)
{
	if (error < 0) {
		write_end(request, error);
		return;
	}
	request->io.done = write_done;
	blockio_start(request->volume->origin, &request->io, BLOCKIO_WRITE, first, bytes,
		aligned_end(request) - first);
}

static void sector_read(struct volume_request *request, uint64_t sector, char *bytes)
{
	uint64_t sector_bytes = request->volume->alignment_bytes;
	struct request_part *part = part_begin(request, sector * sector_bytes, sector_bytes);

	part_read(part, NULL, part->offset, bytes);
}

static const struct edges_ops write_ops = {
	.read = sector_read,
	.done = sectors_write,
};

/*
 * REQUEST owns its range. The sectors around an unaligned write are read and written back
 * unchanged: no other write touches them in the meantime.
 */
void origin_write(struct volume_request *request)
{
	struct volume *volume = request->volume;

	if (request->is_punched) {
		request->io.done = punch_done;
		blockio_start(volume->origin, &request->io, BLOCKIO_PUNCH, request->offset, NULL,
			request->length);
	} else if (((request->offset | request->length) & (volume->alignment_bytes - 1)) == 0) {
		sectors_write(request, 0, request->buffer, request->offset);
	} else {
		edges_complete(request, (uint32_t)volume->alignment_bytes, &write_ops);
	}
}
