/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_error.c - logs the errors of the disk below.
 *
 * Injected faults strike above this layer. So a line from here distinguishes a real error of
 * the machine from one of a rule: a user who gets ENOSPC in the live view can tell which it
 * is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "simfs/base/log.h"
#include "simfs/blockio/file_internal.h"

#define PATH_BYTES 4096

/* The file's current path, or its last one. */
static void path_of(const struct file_blockio *file, char *buffer, size_t length)
{
	char link[48];
	ssize_t end;

	snprintf(link, sizeof link, "/proc/self/fd/%d", file->fd);
	end = readlink(link, buffer, length - 1);
	buffer[end < 0 ? 0 : end] = '\0';
}

/* Logs the errors with numbers 1, 2, 4, 8 and so on. */
static bool is_worth_a_line(uint64_t count)
{
	return (count & (count - 1)) == 0;
}

void file_error_say(struct file_blockio *file, const struct blockio_request *request, int error)
{
	char path[PATH_BYTES];
	size_t bytes = 0;

	/* The other kinds are tried without knowing whether the disk supports them. */
	if (request->kind > BLOCKIO_FLUSH || !is_worth_a_line(++file->errors))
		return;
	path_of(file, path, sizeof path);
	for (unsigned i = 0; i < request->iov_count; i++)
		bytes += request->iov[i].iov_len;
	if (request->kind == BLOCKIO_FLUSH)
		log_error_code(error,
			"the disk could not flush '%s' (error %" PRIu64 " of this file)", path,
			file->errors);
	else
		log_error_code(error,
			"the disk could not %s %zu bytes at offset %" PRIu64
			" of '%s' (error %" PRIu64 " of this file)",
			request->kind == BLOCKIO_READ ? "read" : "write", bytes, request->offset,
			path, file->errors);
}
