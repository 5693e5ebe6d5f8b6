/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_file.h - the journal on disk: events.jsonl in the state folder.
 *
 * Everything added to the journal in memory (faults/journal.h) is appended here, so that it
 * outlives the process. The file continues from mount to mount: a mount begins where
 * `sequence` is 1 again, soon followed by the event `mounted`.
 *
 *  (1) The write of an event starts before control returns to the event loop; events that
 *      arrive during a write go out together in the next.
 *  (2) The file grows to half the maximum of the journal in memory. Then it becomes
 *      events.old.jsonl, replacing the previous one, and a new file begins. Only a crash
 *      makes it longer: by the events that arrived during the last write.
 *  (3) A line torn by a kill or a power cut is terminated before the next one begins. Readers
 *      of the file skip lines that are not JSON.
 *  (4) An error is logged once and has no other effect: the next event retries with
 *      everything that is missing, if the journal in memory still has it.
 *
 * Nothing is flushed: a power cut may lose the last events. Changing files (2) blocks
 * briefly, as a new snapshot does.
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
	uint64_t file_bytes;	 /* where the next line is written */
	uint64_t journal_offset; /* the journal is in the file up to here */
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
 * FOLDER and JOURNAL stay the caller's and must outlive it. A write has at most BATCH_BYTES,
 * unless one line is longer. Does not touch any file yet.
 */
void event_file_init(struct event_file *file, struct blockio_folder *folder,
	struct journal *journal, size_t batch_bytes);

/* The write in flight must have ended, or been dropped by the backend. */
void event_file_deinit(struct event_file *file);

/* From now on each new event is written to the disk, with all earlier ones. */
void event_file_start(struct event_file *file);

/* When this returns, the file has the whole journal, if possible. Blocks, and handles no
 * completions: for a process that is about to die, or closes. */
void event_file_write_now(struct event_file *file);

/* The same, but also waits for the write in flight, so that it can be destroyed. Blocks. */
void event_file_finish(struct event_file *file);

/* Nothing is in flight; events that an error left unwritten wait for the next event. */
bool event_file_idle(const struct event_file *file);

#endif
