/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export.c - GET /export_raw_vdi/: a VDI as a VHD or raw, part by part.
 *
 * 1. A failure before the head is a status; after it, the body ends early.
 * 2. The buffer holds what one read of a FUSE file takes.  (sendfile() reads 64 KiB at a time, each
 *    a round trip to the rig: a tenth of the rate.)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/base/file_io.h"
#include "simfs/doors/xapi/transfer/internal.h"
#include "simfs/doors/xapi/vhd/write.h"

/* How much of the first footer is sent if the body is cut before its first part. */
#define STUMP_BYTES 300u

/* The most that FUSE reads at once. */
#define READ_BYTES (1u << 20)

/* 2000-01-01, the epoch of VHD. */
#define EPOCH_SECONDS 946684800ll

/* A fault has ended the body. */
#define ENDED_BY_FAULT (-ECANCELED - 4096)

struct exporting {
	struct transfer *transfer;
	int fd;
	uint8_t *buffer;       /* of READ_BYTES */
	enum xapi_reply reply; /* to all of it */
	enum wire_end end;
	uint64_t sent;
	uint64_t wanted; /* of the disk */
};

static int write_bytes(struct exporting *export, const void *bytes, size_t length)
{
	const struct iovec iov = { (void *)(uintptr_t)bytes, length };

	return wire_write(export->transfer->wire, &iov, 1);
}

/* ---- faults ---- */

/* REPLY ends the body: sets how the connection ends, and whether the task fails. */
static int end_by(struct exporting *export, enum xapi_reply reply)
{
	export->end = reply == XAPI_EXPORT_RESET ? WIRE_RESET
		      : reply == XAPI_EXPORT_CUT ? WIRE_CUT
						 : WIRE_CLEAN;
	if (reply != XAPI_EXPORT_GRACEFUL)
		transfer_fail_error(export->transfer, -EIO);
	return ENDED_BY_FAULT;
}

static bool ends_body(enum xapi_reply reply)
{
	return reply == XAPI_EXPORT_RESET || reply == XAPI_EXPORT_CUT ||
	       reply == XAPI_EXPORT_GRACEFUL;
}

/* Damages the first footer, which is the one that readers check. */
static void spoil_footer(enum xapi_reply reply, uint8_t *bytes)
{
	struct vhd_footer footer;
	struct vhd_flaw flaw;

	switch (reply) {
	case XAPI_EXPORT_BAD_COOKIE:
		bytes[0] ^= 0x20;
		vhd_footer_seal(bytes);
		break;
	case XAPI_EXPORT_BAD_CHECKSUM:
		bytes[VHD_FOOTER_BYTES - 1] ^= 1;
		break;
	case XAPI_EXPORT_FIXED_DISK:
		if (vhd_footer_decode(bytes, &footer, &flaw) < 0)
			break;
		footer.type = VHD_FIXED;
		footer.data_offset = VHD_NO_OFFSET;
		vhd_footer_encode(&footer, bytes);
		break;
	default:
		break;
	}
}

/*
 * Asks for a fault at OFFSET of the disk.  *RET is how much of LENGTH to send before *RET_REPLY
 * ends the body.
 */
static int strike_part(struct exporting *export, uint64_t offset, uint32_t length, uint32_t *ret,
	enum xapi_reply *ret_reply)
{
	struct transfer_strike strike;
	int error = striker_ask(&export->transfer->striker, "xapi.export", offset, length, &strike);

	*ret = length;
	*ret_reply = XAPI_REPLIES;
	if (error < 0)
		return error;
	if (strike.error < 0)
		strike.reply = XAPI_EXPORT_CUT;
	if (!ends_body(strike.reply))
		return 0;
	*ret = length / 2;
	*ret_reply = strike.reply;
	return 0;
}

/* ---- the body ---- */

static int send_data(struct exporting *export, uint64_t offset, uint32_t length)
{
	int error = 0;

	while (length > 0 && error == 0) {
		size_t now = length < READ_BYTES ? length : READ_BYTES;
		int disk_error;
		size_t got;

		transfer_watch_begin(export->transfer);
		got = file_read_up_to(export->fd, export->buffer, now, offset, &disk_error);
		transfer_watch_end(export->transfer);
		/* Data before a bad sector is sent. */
		error = write_bytes(export, export->buffer, got);
		/* Any error of the disk: it must not be taken for one of the client. */
		if (error == 0 && got < now)
			error = -EIO;
		offset += got;
		length -= (uint32_t)got;
	}
	return error;
}

static int send_part(struct exporting *export, uint64_t offset, uint32_t length)
{
	enum xapi_reply reply;
	uint32_t now;
	int error = strike_part(export, offset, length, &now, &reply);

	if (error == 0)
		error = send_data(export, offset, now);
	if (error == 0 && reply != XAPI_REPLIES)
		error = end_by(export, reply);
	export->sent += now;
	transfer_progress(export->transfer, export->sent, export->wanted);
	return error;
}

static int sink_data(void *context, uint64_t offset, uint32_t length)
{
	return send_part(context, offset, length);
}

static int sink_bytes(void *context, enum vhd_part part, uint8_t *bytes, size_t length)
{
	struct exporting *export = context;

	if (part == VHD_PART_FOOTER_COPY) {
		spoil_footer(export->reply, bytes);
		if (ends_body(export->reply)) {
			int error = write_bytes(export, bytes, STUMP_BYTES);

			return error < 0 ? error : end_by(export, export->reply);
		}
	}
	if (part == VHD_PART_FOOTER && export->reply == XAPI_EXPORT_NO_TAIL)
		return 0;
	return write_bytes(export, bytes, length);
}

static int send_head(struct exporting *export, uint64_t length)
{
	struct transfer *transfer = export->transfer;
	char headers[256];
	const struct wire_head head = {
		.status = 200,
		.framing = transfer->options->framing,
		.length = length,
		.headers = headers,
	};

	snprintf(headers, sizeof headers,
		"Cache-Control: no-cache, no-store\r\n"
		"Content-Type: application/octet-stream\r\n"
		"Content-Disposition: attachment; filename=\"%s.%s\"\r\n",
		transfer->uuid, transfer->is_raw ? "raw" : "vhd");
	transfer->has_answered = true;
	return wire_head(transfer->wire, &head);
}

static int send_pasted(struct exporting *export)
{
	static const char status[] = "HTTP/1.1 500 Internal Server Error\r\n\r\n";
	int error = send_head(export, sizeof status - 1);

	transfer_fail_error(export->transfer, -EIO);
	return error < 0 ? error : write_bytes(export, status, sizeof status - 1);
}

static int send_vhd(struct exporting *export, const struct vhd_blocks *blocks)
{
	struct transfer *transfer = export->transfer;
	const struct vhd_sink sink = { sink_bytes, sink_data, export };
	struct vhd_order order = {
		.disk_bytes = transfer->disk.size_bytes,
		.timestamp = (uint32_t)(clock_wall_seconds() - EPOCH_SECONDS),
		.has_parent = transfer->base_uuid[0] != '\0',
		.blocks = blocks,
	};
	uint64_t length;
	int error = vhd_length(&order, &length);

	if (error < 0)
		return error;
	vhd_uuid_parse(transfer->uuid, order.uuid);
	vhd_uuid_parse(transfer->base_uuid, order.parent_uuid);
	order.parent_timestamp = order.timestamp;
	if (export->reply == XAPI_EXPORT_NO_TAIL)
		length -= VHD_FOOTER_BYTES;
	error = send_head(export, length);
	return error < 0 ? error : vhd_write(&order, &sink);
}

static int export_vhd(struct exporting *export)
{
	struct vhd_blocks blocks;
	int error;

	transfer_watch_begin(export->transfer);
	error = transfer_blocks(export->transfer, export->fd, &blocks);
	transfer_watch_end(export->transfer);
	if (error < 0)
		return error;
	export->wanted = (uint64_t)blocks.members * blocks.block_bytes;
	error = send_vhd(export, &blocks);
	vhd_blocks_deinit(&blocks);
	return error;
}

static int export_raw(struct exporting *export)
{
	const uint64_t all = export->transfer->disk.size_bytes;
	int error = send_head(export, all);

	export->wanted = all;
	if (error == 0 && ends_body(export->reply))
		return end_by(export, export->reply);
	for (uint64_t at = 0; at < all && error == 0; at += TRANSFER_PART_BYTES) {
		uint64_t rest = all - at;

		error = send_part(export, at,
			rest < TRANSFER_PART_BYTES ? (uint32_t)rest : TRANSFER_PART_BYTES);
	}
	return error;
}

/* ---- the whole ---- */

static int answer(struct exporting *export)
{
	switch (export->reply) {
	case XAPI_EXPORT_STATUS_500:
		transfer_fail_error(export->transfer, -EIO);
		return transfer_answer(export->transfer, 500);
	case XAPI_EXPORT_GARBAGE:
		transfer_fail_error(export->transfer, -EIO);
		return transfer_answer_garbage(export->transfer);
	case XAPI_EXPORT_PASTED_500:
		return send_pasted(export);
	default:
		return export->transfer->is_raw ? export_raw(export) : export_vhd(export);
	}
}

static int perform(struct exporting *export)
{
	struct transfer *transfer = export->transfer;
	struct transfer_strike strike;
	int error = striker_ask(&transfer->striker, "xapi.export", 0, 0, &strike);

	if (error == 0)
		error = strike.error;
	if (error < 0)
		return error;
	transfer_watch_begin(transfer);
	error = transfer_open(transfer->options, transfer->uuid, O_RDONLY, &export->fd);
	transfer_watch_end(transfer);
	if (error < 0)
		return error;
	export->reply = strike.reply;
	if (!transfer->is_raw && !disks_can_export_vhd(transfer->options->disks))
		export->reply = XAPI_EXPORT_GARBAGE;
	export->buffer = malloc(READ_BYTES);
	error = export->buffer ? answer(export) : -ENOMEM;
	free(export->buffer);
	disks_close(transfer->options->disks, transfer->uuid, export->fd);
	return error;
}

void transfer_export(struct transfer *transfer, enum wire_end *ret)
{
	struct exporting export = { .transfer = transfer, .fd = -1, .reply = XAPI_REPLIES };
	int error = perform(&export);

	if (error < 0 && error != ENDED_BY_FAULT) {
		transfer_fail_error(transfer, error);
		/* After a head, no other status can be sent. */
		if (!transfer->has_answered)
			transfer_refuse(transfer);
		else
			export.end = WIRE_CUT;
	}
	if (export.reply == XAPI_EXPORT_TASK_ERROR)
		transfer_fail_error(transfer, -EIO);
	*ret = export.end;
}
