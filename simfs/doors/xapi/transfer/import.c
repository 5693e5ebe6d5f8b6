/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import.c - PUT /import_raw_vdi/: a VHD or a raw disk, onto the leaf of a VDI.
 *
 * Once 200 is sent, everything is on the disk, to the last byte.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/file_io.h"
#include "simfs/doors/xapi/transfer/internal.h"
#include "simfs/doors/xapi/vhd/stream.h"

#define PIECE_BYTES (1u << 20)

/* How long an unanswered client is kept, if it stays. */
#define SILENCE_NS (600 * NS_PER_S)

/* For a body that is no longer read: unread data hides that the client has gone. */
#define UNREAD_NS (15 * NS_PER_S)

/* A fault has ended it. */
#define ENDED_BY_FAULT (-ECANCELED - 4096)

struct importing {
	struct transfer *transfer;
	int fd;
	enum xapi_reply reply; /* to all of it */
	enum wire_end end;

	/* The last piece of the body that was read, and not yet taken. */
	const uint8_t *bytes;
	size_t length;
	uint64_t taken;
	uint64_t wanted; /* length of the body; 0: unknown */
};

/* ---- the body ---- */

/* Reads more of the body; returns 0 with nothing at its end. */
static int more(struct importing *import)
{
	const void *bytes;
	size_t length;
	int error;

	if (import->length > 0)
		return 0;
	error = wire_read(import->transfer->wire, &bytes, &length);
	if (error < 0)
		return error;
	import->bytes = bytes;
	import->length = length;
	return 0;
}

static int pull(void *context, void *bytes, size_t length)
{
	struct importing *import = context;
	uint8_t *to = bytes;

	while (length > 0) {
		int error = more(import);
		size_t now = length < import->length ? length : import->length;

		if (error < 0)
			return error;
		if (now == 0)
			return -ENODATA;
		memcpy(to, import->bytes, now);
		to += now;
		length -= now;
		import->bytes += now;
		import->length -= now;
		import->taken += now;
	}
	transfer_progress(import->transfer, import->taken, import->wanted);
	return 0;
}

/* The last LENGTH bytes of the rest. */
static int pull_tail(void *context, void *bytes, size_t length)
{
	struct importing *import = context;
	uint8_t *tail = bytes;
	size_t kept = 0;
	int error;

	while ((error = more(import)) == 0 && import->length > 0) {
		size_t now = import->length < length ? import->length : length;
		size_t stays = kept < length - now ? kept : length - now;

		memmove(tail, tail + kept - stays, stays);
		memcpy(tail + stays, import->bytes + import->length - now, now);
		kept = stays + now;
		import->length = 0;
	}
	return error < 0 ? error : kept < length ? -ENODATA : 0;
}

/* ---- the disk ---- */

static int put(void *context, uint64_t offset, const void *bytes, size_t length)
{
	const struct importing *import = context;
	int error;

	transfer_watch_begin(import->transfer);
	error = file_write_all(import->fd, bytes, length, offset);
	transfer_watch_end(import->transfer);
	/* Any error of the disk: it must not be taken for one of the client. */
	return error < 0 ? -EIO : 0;
}

static int write_zeros(const struct importing *import, uint64_t offset, uint64_t length)
{
	AUTO(auto_free) uint8_t *zeros = calloc(1, PIECE_BYTES);
	int error = zeros ? 0 : -ENOMEM;

	while (length > 0 && error == 0) {
		size_t now = length < PIECE_BYTES ? (size_t)length : PIECE_BYTES;

		if (file_write_all(import->fd, zeros, now, offset) < 0)
			error = -EIO;
		offset += now;
		length -= now;
	}
	return error;
}

static int punch(const struct importing *import, uint64_t offset, uint64_t length)
{
	if (fallocate(import->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset,
		    (off_t)length) == 0)
		return 0;
	return errno == EOPNOTSUPP ? write_zeros(import, offset, length) : -EIO;
}

/* Leaves holes alone: a new disk has nothing else. */
static int zero_range(const struct importing *import, uint64_t offset, uint64_t length)
{
	const uint64_t end = offset + length;
	int error = 0;

	while (offset < end && error == 0) {
		off_t data = lseek(import->fd, (off_t)offset, SEEK_DATA);
		off_t hole = data < 0 ? -1 : lseek(import->fd, data, SEEK_HOLE);
		uint64_t first, last;

		if (data < 0 && errno == ENXIO)
			return 0;
		if (hole < 0)
			return -EIO;
		first = (uint64_t)data;
		last = (uint64_t)hole < end ? (uint64_t)hole : end;
		if (first >= end)
			return 0;
		if (first < offset || last <= first)
			return -EIO;
		error = punch(import, first, last - first);
		offset = last;
	}
	return error;
}

static int zero(void *context, uint64_t offset, uint64_t length)
{
	const struct importing *import = context;
	int error;

	transfer_watch_begin(import->transfer);
	error = zero_range(import, offset, length);
	transfer_watch_end(import->transfer);
	return error;
}

/* ---- faults ---- */

/* REPLY ends the import before its body is complete. */
static int end_by(struct importing *import, enum xapi_reply reply)
{
	if (reply == XAPI_IMPORT_NO_READ)
		transfer_await_leaving(import->transfer, UNREAD_NS);
	import->end = WIRE_RESET;
	transfer_fail_error(import->transfer, -EIO);
	return ENDED_BY_FAULT;
}

static bool ends_body(enum xapi_reply reply)
{
	return reply == XAPI_IMPORT_NO_READ || reply == XAPI_IMPORT_RESET;
}

static int strike_part(struct importing *import, uint64_t offset, uint64_t length)
{
	struct transfer_strike strike;
	int error = striker_ask(&import->transfer->striker, "xapi.import", offset, length, &strike);

	if (error == 0)
		error = strike.error;
	if (error == 0 && ends_body(strike.reply))
		error = end_by(import, strike.reply);
	return error;
}

static int block_begins(void *context, uint64_t offset, uint32_t length)
{
	return strike_part(context, offset, length);
}

/* ---- the two formats ---- */

static int take_vhd(struct importing *import)
{
	const struct vhd_stream stream = {
		.pull = pull,
		.pull_tail = pull_tail,
		.put = put,
		.block = block_begins,
		.zero = zero,
		.context = import,
		.disk_bytes = import->transfer->disk.size_bytes,
	};
	struct vhd_flaw flaw;
	int error = vhd_stream_read(&stream, &flaw);

	if (error == -EBADMSG || error == -ENODATA) {
		transfer_fail(
			import->transfer, 500, "VDI_IO_ERROR", "Device I/O errors", flaw.text);
	}
	return error;
}

static int fail_too_large(struct importing *import)
{
	transfer_fail(import->transfer, 500, "VDI_IO_ERROR", "Device I/O errors",
		"the body is larger than the disk");
	return -EFBIG;
}

static int take_raw(struct importing *import)
{
	const uint64_t disk_bytes = import->transfer->disk.size_bytes;
	uint64_t at = 0;
	int error;

	if (import->wanted > disk_bytes)
		return fail_too_large(import);
	while ((error = more(import)) == 0 && import->length > 0) {
		uint64_t part_end = (at / TRANSFER_PART_BYTES + 1) * TRANSFER_PART_BYTES;
		size_t now = import->length < part_end - at ? import->length
							    : (size_t)(part_end - at);

		if (now > disk_bytes - at)
			return fail_too_large(import);
		if (at % TRANSFER_PART_BYTES == 0)
			error = strike_part(import, at, TRANSFER_PART_BYTES);
		if (error == 0)
			error = put(import, at, import->bytes, now);
		if (error < 0)
			return error;
		at += now;
		import->bytes += now;
		import->length -= now;
		transfer_progress(import->transfer, at, import->wanted);
	}
	return error;
}

static int take(struct importing *import)
{
	struct disks *disks = import->transfer->options->disks;
	const char *uuid = import->transfer->uuid;
	int error;

	transfer_watch_begin(import->transfer);
	error = transfer_open(import->transfer->options, uuid, O_RDWR, &import->fd);
	transfer_watch_end(import->transfer);
	if (error < 0)
		return error;
	error = import->transfer->is_raw ? take_raw(import) : take_vhd(import);
	transfer_watch_begin(import->transfer);
	if (error == 0 && fsync(import->fd) < 0)
		error = -EIO;
	disks_close(disks, uuid, import->fd);
	transfer_watch_end(import->transfer);
	return error;
}

/* ---- the whole ---- */

static int answer(struct importing *import)
{
	struct transfer *transfer = import->transfer;

	switch (import->reply) {
	case XAPI_IMPORT_NO_ANSWER:
		transfer_await_leaving(transfer, SILENCE_NS);
		import->end = WIRE_RESET;
		transfer_fail_error(transfer, -EPIPE);
		return ENDED_BY_FAULT;
	case XAPI_IMPORT_TASK_ERROR:
		transfer_fail_error(transfer, -EIO);
		return transfer_answer(transfer, 200);
	default:
		return transfer_answer(transfer, 200);
	}
}

static int perform(struct importing *import)
{
	struct transfer *transfer = import->transfer;
	struct transfer_strike strike;
	int error = striker_ask(&transfer->striker, "xapi.import", 0, 0, &strike);

	if (error == 0)
		error = strike.error;
	if (error < 0)
		return error;
	import->reply = strike.reply;
	if (strike.reply == XAPI_IMPORT_STATUS_500)
		return -EIO;
	if (strike.reply == XAPI_IMPORT_GARBAGE) {
		transfer_fail_error(transfer, -EIO);
		return transfer_answer_garbage(transfer);
	}
	if (ends_body(strike.reply))
		return end_by(import, strike.reply);
	error = take(import);
	return error < 0 ? error : answer(import);
}

/* A PUT with an empty body asks whether it would be accepted here: no fault strikes it. */
static bool is_probe(const struct transfer *transfer)
{
	return !transfer->task[0] && wire_body_length(transfer->wire) == 0;
}

void transfer_import(struct transfer *transfer, enum wire_end *ret)
{
	struct importing import = { .transfer = transfer, .fd = -1, .reply = XAPI_REPLIES };
	uint64_t length = wire_body_length(transfer->wire);
	int error;

	*ret = WIRE_CLEAN;
	if (is_probe(transfer)) {
		transfer_answer(transfer, 200);
		return;
	}
	import.wanted = length == UINT64_MAX ? 0 : length;
	/* The user could not have armed a rule at a disk that was just created for the import. */
	transfer->striker.elder_mount_point = transfer->disk.elder_mount_point;
	error = perform(&import);
	if (error < 0 && error != ENDED_BY_FAULT) {
		transfer_fail_error(transfer, error);
		if (!transfer->has_answered)
			transfer_refuse(transfer);
	}
	*ret = import.end;
}
