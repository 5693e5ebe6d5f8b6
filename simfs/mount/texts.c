/* SPDX-License-Identifier: Apache-2.0 */
/*
 * texts.c - the files of .snaprig: the status and the driver's information, generated anew, and the
 * logs as they grow.
 *
 * A program that copies a file reads as much as its size says.  So a text is generated when its
 * name is looked up, which comes before every stat() and open().  From then on, stat() shows the
 * size of that text and an open gets it, so that a reader sees one state.
 */
#include <errno.h>
#include <linux/fuse.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/json_output.h"
#include "simfs/mount/session_internal.h"
#include "simfs/volume/extension.h"

struct text {
	unsigned reference_count;
	size_t length;
	char *bytes;
};

static struct text **last_made(struct session *session, fuse_ino_t inode)
{
	return &session->texts[inode == PLACE_INFO];
}

static void text_put(struct text *text)
{
	if (!text || --text->reference_count > 0)
		return;
	free(text->bytes);
	free(text);
}

static char *status_text(struct session *session)
{
	json_t *status = volume_status(session->volume);
	char *text = json_dumps(status, JSON_OUTPUT_FLAGS);
	size_t length = text ? strlen(text) : 0;
	char *line = text ? realloc(text, length + 2) : NULL;

	json_decref(status);
	if (!line) {
		free(text);
		return NULL;
	}
	memcpy(line + length, "\n", 2);
	return line;
}

void text_make(struct session *session, fuse_ino_t inode)
{
	struct text **last = last_made(session, inode);
	struct text *text = calloc(1, sizeof *text);

	if (text)
		text->bytes = inode == PLACE_STATUS ? status_text(session)
						    : volume_info(session->volume);
	if (!text || !text->bytes) {
		free(text);
		return;
	}
	text->length = strlen(text->bytes);
	text->reference_count = 1;
	text_put(*last);
	*last = text;
}

bool text_is_made(fuse_ino_t inode)
{
	return inode == PLACE_STATUS || inode == PLACE_INFO;
}

uint64_t text_bytes(struct session *session, fuse_ino_t inode)
{
	if (inode == PLACE_KERNEL_LOG)
		return volume_kernel_log(session->volume)->length;
	if (inode == PLACE_EVENTS)
		return journal_bytes(volume_journal(session->volume));
	if (!*last_made(session, inode))
		text_make(session, inode);
	return *last_made(session, inode) ? (*last_made(session, inode))->length : 0;
}

void text_open(fuse_req_t request, fuse_ino_t inode)
{
	struct text *text = NULL;

	if (text_is_made(inode)) {
		(void)text_bytes(session_of(request), inode);
		text = *last_made(session_of(request), inode);
		if (!text) {
			fuse_reply_err(request, ENOMEM);
			return;
		}
		text->reference_count++;
	}
	if (reply_open(request, (uintptr_t)text, FOPEN_DIRECT_IO) == -ENOENT)
		text_put(text);
}

uint64_t text_file_bytes(
	struct session *session, fuse_ino_t inode, const struct fuse_file_info *file)
{
	const struct text *text = (const void *)(uintptr_t)file->fh;

	return text ? text->length : text_bytes(session, inode);
}

void text_release(struct fuse_file_info *file)
{
	text_put((void *)(uintptr_t)file->fh);
}

void texts_free(struct session *session)
{
	for (size_t i = 0; i < sizeof session->texts / sizeof session->texts[0]; i++)
		text_put(session->texts[i]);
}

static void reply_part(
	fuse_req_t request, const char *text, size_t length, size_t size, off_t offset)
{
	if (offset < 0 || (size_t)offset >= length) {
		fuse_reply_buf(request, NULL, 0);
		return;
	}
	length -= (size_t)offset;
	fuse_reply_buf(request, text + offset, length < size ? length : size);
}

static void reply_events(fuse_req_t request, size_t size, off_t offset)
{
	struct journal *journal = volume_journal(session_of(request)->volume);
	uint64_t bytes = journal_bytes(journal);
	uint64_t left = offset < 0 || (uint64_t)offset >= bytes ? 0 : bytes - (uint64_t)offset;
	size_t length = left < size ? (size_t)left : size;
	AUTO(auto_free) char *buffer = malloc(length + 1);

	if (buffer)
		fuse_reply_buf(
			request, buffer, journal_read(journal, (uint64_t)offset, buffer, length));
	else
		fuse_reply_err(request, ENOMEM);
}

void text_read(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
	const struct fuse_file_info *file)
{
	const struct text *text = (void *)(uintptr_t)file->fh;
	const struct text_log *log = volume_kernel_log(session_of(request)->volume);

	if (text)
		reply_part(request, text->bytes, text->length, size, offset);
	else if (inode == PLACE_EVENTS)
		reply_events(request, size, offset);
	else
		reply_part(request, log->text, log->length, size, offset);
}
