/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.c - reads a VHD from a stream.
 *
 *	footer ──▶ header ──▶ table ──▶ ranges without a block ──▶ block, block, … ──▶ footer
 *	                                (zeros on the disk)        in stream order
 *
 * `at' counts the bytes so far.  Anything that is needed must lie at or after it, or the VHD cannot
 * be read as a stream.
 */
#include "simfs/doors/xapi/vhd/stream.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"

#define PIECE_BYTES (1u << 20)

struct place {
	uint32_t sector;
	uint32_t block;
};

struct reader {
	const struct vhd_stream *stream;
	struct vhd_flaw *flaw;
	struct vhd_footer footer;
	struct vhd_header header;
	uint32_t block_count;
	uint64_t at;
	struct place *places;
	uint32_t place_count;
	uint8_t *bitmap;
	uint8_t *piece;
};

static int pull(struct reader *reader, void *bytes, size_t length, const char *what)
{
	int error = reader->stream->pull(reader->stream->context, bytes, length);

	if (error == -ENODATA)
		vhd_flaw_say(reader->flaw, "it ends in its %s, behind %" PRIu64 " bytes", what,
			reader->at);
	if (error == 0)
		reader->at += length;
	return error;
}

static int pull_to(struct reader *reader, uint64_t offset, const char *what)
{
	int error = 0;

	if (offset < reader->at) {
		vhd_flaw_say(reader->flaw, "its %s at %" PRIu64 " lies before what has come", what,
			offset);
		return -EBADMSG;
	}
	while (reader->at < offset && error == 0) {
		uint64_t rest = offset - reader->at;

		error = pull(reader, reader->piece, rest < PIECE_BYTES ? (size_t)rest : PIECE_BYTES,
			what);
	}
	return error;
}

/* ---- footer, header and table ---- */

static int read_footer(struct reader *reader)
{
	uint8_t bytes[VHD_FOOTER_BYTES];
	int error = pull(reader, bytes, sizeof bytes, "footer");

	if (error == 0)
		error = vhd_footer_decode(bytes, &reader->footer, reader->flaw);
	if (error < 0)
		return error;
	if (reader->footer.type == VHD_FIXED) {
		vhd_flaw_say(reader->flaw, "its first footer is a fixed one's");
		return -EBADMSG;
	}
	if (reader->footer.current_bytes > reader->stream->disk_bytes) {
		vhd_flaw_say(reader->flaw, "its disk has %" PRIu64 " bytes, and there are %" PRIu64,
			reader->footer.current_bytes, reader->stream->disk_bytes);
		return -EBADMSG;
	}
	return 0;
}

static int read_header(struct reader *reader)
{
	uint8_t bytes[VHD_HEADER_BYTES];
	int error = pull_to(reader, reader->footer.data_offset, "header");

	if (error == 0)
		error = pull(reader, bytes, sizeof bytes, "header");
	if (error == 0)
		error = vhd_header_decode(bytes, &reader->footer, &reader->header, reader->flaw);
	if (error < 0)
		return error;
	reader->block_count = vhd_block_count(
		reader->footer.current_bytes, reader->header.block_bytes);
	reader->bitmap = malloc(vhd_bitmap_bytes(reader->header.block_bytes));
	return reader->bitmap ? 0 : -ENOMEM;
}

static int add_place(struct reader *reader, uint32_t sector, uint32_t block)
{
	const uint32_t grows = 1024;

	if (reader->place_count % grows == 0) {
		size_t room = (size_t)reader->place_count + grows;
		struct place *places = realloc(reader->places, room * sizeof *places);

		if (!places)
			return -ENOMEM;
		reader->places = places;
	}
	reader->places[reader->place_count++] = (struct place){ sector, block };
	return 0;
}

static int by_sector(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	return (a->sector > b->sector) - (a->sector < b->sector);
}

static int read_table(struct reader *reader)
{
	int error = pull_to(reader, reader->header.table_offset, "table");

	for (uint32_t block = 0; block < reader->block_count && error == 0;) {
		uint32_t left = reader->block_count - block;
		uint32_t now = left < PIECE_BYTES / 4 ? left : PIECE_BYTES / 4;

		error = pull(reader, reader->piece, (size_t)now * 4, "table");
		for (uint32_t i = 0; i < now && error == 0; i++, block++) {
			uint32_t sector = vhd_get32(reader->piece + (size_t)i * 4);

			if (sector != VHD_ABSENT)
				error = add_place(reader, sector, block);
		}
	}
	return error;
}

/* ---- blocks ---- */

static uint32_t length_of(const struct reader *reader, uint32_t block)
{
	uint64_t rest = reader->footer.current_bytes - (uint64_t)block * reader->header.block_bytes;

	return rest < reader->header.block_bytes ? (uint32_t)rest : reader->header.block_bytes;
}

static int zero(struct reader *reader, uint64_t offset, uint64_t length)
{
	if (reader->footer.type == VHD_DIFFERENCING || length == 0)
		return 0;
	return reader->stream->zero(reader->stream->context, offset, length);
}

/* The places are still in the order of the table, which is that of the disk. */
static int zero_the_rest(struct reader *reader)
{
	uint64_t from = 0;
	int error = 0;

	for (uint32_t i = 0; i < reader->place_count && error == 0; i++) {
		uint64_t offset = (uint64_t)reader->places[i].block * reader->header.block_bytes;

		error = zero(reader, from, offset - from);
		from = offset + length_of(reader, reader->places[i].block);
	}
	return error < 0 ? error : zero(reader, from, reader->stream->disk_bytes - from);
}

static bool has_sector(const struct reader *reader, uint32_t sector)
{
	return reader->bitmap[sector / 8] >> (7 - sector % 8) & 1;
}

static int put_run(
	struct reader *reader, uint64_t offset, const uint8_t *bytes, size_t length, bool is_there)
{
	if (!is_there)
		return zero(reader, offset, length);
	return reader->stream->put(reader->stream->context, offset, bytes, length);
}

/* Writes LENGTH bytes of a block: at OFFSET of the disk, from SECTOR of the block on. */
static int put_piece(struct reader *reader, uint64_t offset, uint32_t sector, size_t length)
{
	size_t begin = 0;
	int error = 0;

	while (begin < length && error == 0) {
		uint32_t first = sector + (uint32_t)(begin / VHD_SECTOR_BYTES);
		bool is_there = has_sector(reader, first);
		size_t end = begin + VHD_SECTOR_BYTES;

		while (end < length &&
			has_sector(reader, sector + (uint32_t)(end / VHD_SECTOR_BYTES)) == is_there)
			end += VHD_SECTOR_BYTES;
		error = put_run(
			reader, offset + begin, reader->piece + begin, end - begin, is_there);
		begin = end;
	}
	return error;
}

static int read_block(struct reader *reader, const struct place *place)
{
	const struct vhd_stream *stream = reader->stream;
	const uint64_t offset = (uint64_t)place->block * reader->header.block_bytes;
	const uint32_t length = length_of(reader, place->block);
	uint32_t done = 0;
	int error = pull_to(reader, (uint64_t)place->sector * VHD_SECTOR_BYTES, "block");

	if (error == 0 && stream->block)
		error = stream->block(stream->context, offset, length);
	if (error == 0)
		error = pull(reader, reader->bitmap, vhd_bitmap_bytes(reader->header.block_bytes),
			"block");
	while (done < length && error == 0) {
		uint32_t now = length - done < PIECE_BYTES ? length - done : PIECE_BYTES;

		error = pull(reader, reader->piece, now, "block");
		if (error == 0)
			error = put_piece(reader, offset + done, done / VHD_SECTOR_BYTES, now);
		done += now;
	}
	return error;
}

/* The last footer proves that nothing is missing. */
static int read_tail(struct reader *reader)
{
	uint8_t bytes[VHD_FOOTER_BYTES];
	struct vhd_footer footer;
	int error = reader->stream->pull_tail(reader->stream->context, bytes, sizeof bytes);

	if (error == -ENODATA)
		vhd_flaw_say(reader->flaw, "it ends without its last footer");
	if (error == 0)
		error = vhd_footer_decode(bytes, &footer, reader->flaw);
	if (error != 0)
		return error;
	if (footer.type == reader->footer.type &&
		footer.current_bytes == reader->footer.current_bytes &&
		memcmp(footer.uuid, reader->footer.uuid, VHD_UUID_BYTES) == 0)
		return 0;
	vhd_flaw_say(reader->flaw, "its last footer is another one's");
	return -EBADMSG;
}

static int read_all(struct reader *reader)
{
	int error = read_footer(reader);

	if (error == 0)
		error = read_header(reader);
	if (error == 0)
		error = read_table(reader);
	if (error == 0)
		error = zero_the_rest(reader);
	if (error < 0)
		return error;
	if (reader->place_count > 0)
		qsort(reader->places, reader->place_count, sizeof *reader->places, by_sector);
	for (uint32_t i = 0; i < reader->place_count && error == 0; i++)
		error = read_block(reader, &reader->places[i]);
	return error < 0 ? error : read_tail(reader);
}

int vhd_stream_read(const struct vhd_stream *stream, struct vhd_flaw *flaw)
{
	struct reader reader = { .stream = stream, .flaw = flaw, .piece = malloc(PIECE_BYTES) };
	int error;

	flaw->text[0] = '\0';
	error = reader.piece ? read_all(&reader) : -ENOMEM;
	free(reader.places);
	free(reader.bitmap);
	free(reader.piece);
	return error;
}
