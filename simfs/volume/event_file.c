/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/event_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"

void event_file_init(struct event_file *file, struct blockio_folder *folder,
	struct journal *journal, size_t batch_bytes)
{
	*file = (struct event_file){
		.folder = folder,
		.journal = journal,
		.batch_max_bytes = batch_bytes,
	};
}

void event_file_deinit(struct event_file *file)
{
	blockio_destroy(file->io);
	free(file->batch);
	*file = (struct event_file){ 0 };
}

bool event_file_idle(const struct event_file *file)
{
	return !file->is_writing && !file->journal->is_untold;
}

static void complain(struct event_file *file, int error)
{
	if (!file->has_complained)
		log_error_code(error, "cannot write the journal '%s'", EVENT_FILE);
	file->has_complained = true;
}

/* Terminates the last line of IO, *BYTES long, if it was torn: 0 or -errno. */
static int mend(struct blockio *io, uint64_t *bytes)
{
	char last;
	int error;

	if (*bytes == 0)
		return 0;
	error = io->ops->transfer_now(io, BLOCKIO_READ, *bytes - 1, &last, 1);
	if (error < 0 || last == '\n')
		return error;
	last = '\n';
	error = io->ops->transfer_now(io, BLOCKIO_WRITE, *bytes, &last, 1);
	*bytes += 1;
	return error;
}

static int open_file(struct event_file *file)
{
	struct blockio *io;
	int error = file->folder->ops->open_text(file->folder, EVENT_FILE, &io);

	if (error < 0)
		return error;
	file->file_bytes = io->size_bytes;
	error = mend(io, &file->file_bytes);
	if (error < 0)
		blockio_destroy(io);
	else
		file->io = io;
	return error;
}

/* Opens a file with room for LENGTH more bytes: 0 or -errno. */
static int make_room(struct event_file *file, size_t length)
{
	int error = file->io ? 0 : open_file(file);

	if (error < 0 || file->file_bytes == 0 ||
		file->file_bytes + length <= file->journal->max_bytes / 2)
		return error;
	error = file->folder->ops->rename(file->folder, EVENT_FILE, EVENT_FILE_OLD);
	if (error < 0)
		return error;
	blockio_destroy(TAKE_PTR(file->io));
	return open_file(file);
}

static int batch_set(struct event_file *file, const char *lines, size_t length, uint64_t end)
{
	if (length > file->batch_room) {
		size_t room = length > file->batch_max_bytes ? length : file->batch_max_bytes;
		char *batch = realloc(file->batch, room);

		if (!batch)
			return -ENOMEM;
		file->batch = batch;
		file->batch_room = room;
	}
	memcpy(file->batch, lines, length);
	file->batch_bytes = length;
	file->batch_end = end;
	return 0;
}

/* The batch is in the file. */
static void batch_written(struct event_file *file)
{
	file->file_bytes += file->batch_bytes;
	file->journal_offset = file->batch_end;
	file->batch_bytes = 0;
}

/* Starts the next write, if none is in flight. */
static void write_next(struct event_file *file)
{
	uint64_t end = file->journal_offset;
	const char *lines;
	size_t length;
	int error;

	if (file->is_writing)
		return;
	length = journal_lines(file->journal, &end, file->batch_max_bytes, &lines);
	if (length == 0)
		return;
	error = make_room(file, length);
	if (error == 0)
		error = batch_set(file, lines, length, end);
	if (error < 0) {
		complain(file, error);
		return;
	}
	file->is_writing = true;
	blockio_start(
		file->io, &file->request, BLOCKIO_WRITE, file->file_bytes, file->batch, length);
}

static void write_done(struct blockio_request *request, int result)
{
	struct event_file *file = CONTAINER_OF(request, struct event_file, request);

	file->is_writing = false;
	if (result < 0) {
		file->batch_bytes = 0;
		complain(file, result);
		return;
	}
	if (file->batch_bytes > 0)
		batch_written(file);
	write_next(file);
}

static void added(void *context)
{
	write_next(context);
}

void event_file_start(struct event_file *file)
{
	file->request.done = write_done;
	file->journal->added = added;
	file->journal->context = file;
}

void event_file_finish(struct event_file *file)
{
	/* Each completion may start the next write, until all is written. */
	while (file->is_writing)
		file->io->ops->step(file->io);
	event_file_write_now(file);
}

void event_file_write_now(struct event_file *file)
{
	const char *lines;
	size_t length;
	int error = 0;

	/* The same bytes at the same place as the write in flight. */
	if (file->batch_bytes > 0) {
		error = file->io->ops->transfer_now(
			file->io, BLOCKIO_WRITE, file->file_bytes, file->batch, file->batch_bytes);
		if (error == 0)
			batch_written(file);
	}
	while (error == 0) {
		uint64_t end = file->journal_offset;

		length = journal_lines(file->journal, &end, file->batch_max_bytes, &lines);
		if (length == 0)
			return;
		if (!file->is_writing)
			error = make_room(file, length);
		if (error == 0)
			error = file->io->ops->transfer_now(
				file->io, BLOCKIO_WRITE, file->file_bytes, (char *)lines, length);
		if (error == 0) {
			file->file_bytes += length;
			file->journal_offset = end;
		}
	}
	complain(file, error);
}
