/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xo_transfer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_manifest.h"
#include "scenarios/clients/reference_xo_error.h"
#include "scenarios/clients/reference_xo_stream.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/file_io.h"
#include "simfs/base/heap.h"

/* The size of a VHD's footer, which is compared at the end. */
#define FOOTER_BYTES 512

struct transfer {
	uint64_t size_bytes;
	uint64_t done_bytes;
	uint64_t silence_ns;
	struct xo_stream stream;
	struct manifest manifest;
	struct pending_file image;
	struct pending_file manifest_file;
};

static void transfer_deinit(struct transfer *transfer)
{
	xo_stream_close(&transfer->stream);
	pending_file_deinit(&transfer->image);
	pending_file_deinit(&transfer->manifest_file);
	manifest_deinit(&transfer->manifest);
}

static json_t *transfer_open(struct transfer *transfer, const char *snapshot, const char *out)
{
	AUTO(auto_free) char *manifest_path = heap_format("%s.manifest", out);
	struct stat stat_of;
	int error = stat(snapshot, &stat_of) < 0 ? -errno : 0;

	if (error < 0 || !S_ISREG(stat_of.st_mode))
		return xo_error_of_source();
	transfer->size_bytes = (uint64_t)stat_of.st_size;
	error = pending_file_create(out, &transfer->image);
	if (error < 0)
		return xo_error_of_system(error, "open", out);
	error = pending_file_create(manifest_path, &transfer->manifest_file);
	if (error < 0)
		return xo_error_of_system(error, "open", manifest_path);
	error = xo_stream_open(snapshot, &transfer->stream);
	return error < 0 ? xo_error_of_system(error, "spawn", NULL) : NULL;
}

/* Handles the end of the stream.  The host knows whether it could not read; if it could, only the
 * missing bytes are known. */
static json_t *stream_ended(struct transfer *transfer, size_t got, size_t length)
{
	if (xo_stream_close(&transfer->stream) < 0)
		return xo_error_of_source();
	return got > 0 ? xo_error_short(got, length) : NULL;
}

/* Copies one block.  *RET_ENDS: it was the last. */
static json_t *block_copy(struct transfer *transfer, unsigned char *block, bool *ret_ends)
{
	uint64_t left = transfer->size_bytes - transfer->done_bytes;
	size_t length = left < XO_BLOCK_BYTES ? (size_t)left : XO_BLOCK_BYTES;
	size_t got = 0;
	int error = xo_stream_read(&transfer->stream, block, length, transfer->silence_ns, &got);

	if (error == -ETIMEDOUT)
		return xo_error("HTTP connection has timed out");
	if (error < 0)
		return xo_error_of_system(error, "read", NULL);
	*ret_ends = got < length;
	if (got < length)
		return stream_ended(transfer, got, length);
	error = write_all(transfer->image.fd, block, length);
	if (error == 0)
		error = manifest_add(&transfer->manifest, block, length);
	transfer->done_bytes += length;
	return error < 0 ? xo_error_of_system(error, "write", NULL) : NULL;
}

static json_t *blocks_copy(struct transfer *transfer)
{
	AUTO(auto_free) unsigned char *block = malloc(XO_BLOCK_BYTES);
	json_t *failure = block ? NULL : xo_error_of_system(-ENOMEM, "read", NULL);
	bool ends = false;

	while (!failure && !ends && transfer->done_bytes < transfer->size_bytes)
		failure = block_copy(transfer, block, &ends);
	return failure;
}

/*
 * A stream that ends between two blocks does not reveal its length; so the file is checked like a
 * VHD, whose footer must be where the size of the disk puts it.
 */
static json_t *end_check(const struct transfer *transfer)
{
	unsigned char footer[FOOTER_BYTES];
	size_t length = transfer->size_bytes < FOOTER_BYTES ? (size_t)transfer->size_bytes
							    : FOOTER_BYTES;
	int error;
	size_t got = file_read_up_to(
		transfer->image.fd, footer, length, transfer->size_bytes - length, &error);

	if (error < 0)
		return xo_error_of_system(error, "read", NULL);
	return got == length ? NULL : xo_error_not_equal(got, length);
}

/* The manifest is published last: an image without one is not a backup. */
static json_t *publish(struct transfer *transfer)
{
	const char *call = "write";
	int error = manifest_write(&transfer->manifest, transfer->manifest_file.fd);

	if (error == 0) {
		call = "rename";
		error = pending_file_publish(&transfer->image);
	}
	if (error == 0)
		error = pending_file_publish(&transfer->manifest_file);
	if (error == 0) {
		call = "fsync";
		error = folder_flush(transfer->image.path);
	}
	if (error == 0)
		return NULL;
	pending_file_withdraw(&transfer->manifest_file);
	pending_file_withdraw(&transfer->image);
	return xo_error_of_system(error, call, NULL);
}

json_t *xo_transfer(const char *snapshot, const char *out, uint64_t silence_ns, uint64_t *ret_bytes)
{
	AUTO(transfer_deinit)
	struct transfer transfer = {
		.silence_ns = silence_ns,
		.stream.fd = -1,
		.image.fd = -1,
		.manifest_file.fd = -1,
	};
	json_t *failure;

	manifest_init(&transfer.manifest, XO_BLOCK_BYTES);
	failure = transfer_open(&transfer, snapshot, out);
	if (!failure)
		failure = blocks_copy(&transfer);
	if (!failure)
		failure = end_check(&transfer);
	if (!failure)
		failure = publish(&transfer);
	if (!failure)
		*ret_bytes = transfer.done_bytes;
	return failure;
}
