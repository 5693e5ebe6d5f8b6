/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_file.h - the journal on disk: events.jsonl in the state folder.
 *
 * What the journal in memory (faults/journal.h) is given is appended here, so
 * that it outlives the process.  The file goes on from mount to mount: a mount
 * begins where `sequence` is 1 again, soon followed by its event `mounted`.
 *
 *  (1) An event is on its way to the file before control goes back to the loop;
 *      those that come while a write is under way go out together in the next.
 *  (2) The file is at most half as long as that may be.  Then it becomes
 *      events.old.jsonl, in place of the one before, and a new one begins.  Only a
 *      crash makes it longer: by what came while its last write was under way.
 *  (3) A line that a kill or a power cut has torn is ended before the next one
 *      is begun.  Who reads the file skips what is no JSON.
 *  (4) An error is said once, and changes nothing else: the next event tries
 *      again with all that is missing, as far as the journal in memory has it.
 *
 * Nothing is flushed: a power cut may cost the last of it.  To change files
 * (2) blocks shortly, as for a new snapshot.
 */
#ifndef SNAPRIG_VOLUME_EVENT_FILE_H
#define SNAPRIG_VOLUME_EVENT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "faults/journal.h"
#include "simfs/blockio/folder.h"

#define EVENT_FILE     "events.jsonl"
#define EVENT_FILE_OLD "events.old.jsonl"

struct event_file {
	struct journal *journal;
	struct blockio_folder *folder;
	struct blockio *io;	 /* NULL: not open */
	uint64_t file_bytes;	 /* where the next line goes */
	uint64_t journal_offset; /* up to here the journal is in the file */
	bool has_complained;

	size_t batch_max_bytes;
	bool is_writing;
	struct blockio_request request;
	char *batch; /* a copy: the journal moves its lines */
	size_t batch_room;
	size_t batch_bytes; /* of a write that is not in the file yet; else 0 */
	uint64_t batch_end; /* in the journal */
};

/*
 * FOLDER and JOURNAL stay the caller's and live longer.  BATCH_BYTES: of one write; a line may be
 * longer.  No file is touched yet.
 */
void event_file_init(struct event_file *file, struct blockio_folder *folder,
	struct journal *journal, size_t batch_bytes);

/* What is under way was dropped, or has ended. */
void event_file_deinit(struct event_file *file);

/* From now on, the journal's next event takes what is there to the disk. */
void event_file_start(struct event_file *file);

/* Whatever the journal has is in the file when this returns, if that can be.  Blocks, and handles
 * no completion: for one who dies, or closes. */
void event_file_write_now(struct event_file *file);

/* The same, and waits for what is under way: the file may go then.  Blocks. */
void event_file_finish(struct event_file *file);

/* Nothing is under way; what an error left behind waits for the next event. */
bool event_file_idle(const struct event_file *file);

#endif
