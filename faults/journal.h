/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.h - what happened, one JSON object per line (.snaprig/events.jsonl).
 *
 *	{"sequence": 9, "time_ns": 81234, "operation": 17, "event": "snapshot.failed", …}
 *
 * `sequence` counts the events from 1 on: where a number is missing, an event
 * was lost.  `time_ns` counts from the mount on the rig's clock; `operation` is
 * the number of reads and writes that had begun.  events.schema.json has the
 * rest.
 *
 * The journal lies in memory and is a file that only grows: what was appended
 * keeps its offset, so that it can be followed.  It keeps the newest events, at
 * least half of `max_bytes` of them and never more than all of it.  What
 * the older ones had held reads as blanks up to one line, `journal.dropped`,
 * that says how many they were and has the sequence number of the last of them.
 * Only who is so far behind that the line he is reading is dropped sees it broken.
 *
 * That it lies on disk as well, and outlives the process, is its owner's doing
 * (simfs/volume/event_file.h), who is told of each event.
 */
#ifndef SNAPRIG_FAULTS_JOURNAL_H
#define SNAPRIG_FAULTS_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/* What a journal holds when nobody asks for less. */
#define JOURNAL_MAX_BYTES (4u << 20)

enum journal_event {
#define JOURNAL_EVENT(symbol, name) EVENT_##symbol,
#include "faults/journal_events.def"
#undef JOURNAL_EVENT
	JOURNAL_EVENTS
};

struct journal {
	size_t max_bytes;
	uint64_t start_ns;
	uint64_t sequence;	/* of the last event */
	uint64_t dropped_count; /* the oldest events, gone for newer ones */
	uint64_t lost_count;	/* events that there was no memory for */

	char *text; /* whole lines; `length` bytes, not terminated */
	size_t length;
	size_t room;
	uint64_t text_offset; /* of `text` in the file; before it lies `note` */
	char *note;	      /* the line journal.dropped; NULL: nothing was dropped */
	size_t note_length;

	/* Optional.  Called when an event was added; it adds none itself. */
	void (*added)(void *context);
	void *context;
};

/* Starts the journal's clock.  It holds MAX_BYTES at most. */
void journal_init(struct journal *journal, size_t max_bytes);
void journal_deinit(struct journal *journal);

/*
 * Adds an event.  FIELDS (stolen, NULL for none) follow sequence, time,
 * operation and event in the object.  Without memory the event is counted as
 * lost, and its sequence number is missing.
 */
void journal_add(
	struct journal *journal, uint64_t operation, enum journal_event event, json_t *fields);

/* The name of an event, or NULL from JOURNAL_EVENTS on. */
const char *journal_event_name(size_t event);

/* How long the file is that the journal is read as. */
uint64_t journal_bytes(const struct journal *journal);

/* Reads up to LENGTH bytes at OFFSET; returns how many, 0 at the end. */
size_t journal_read(const struct journal *journal, uint64_t offset, char *buffer, size_t length);

/*
 * The whole lines from *OFFSET on, where a line begins or blanks are, up to
 * LENGTH bytes of them but at least one line.  Returns the number of bytes at
 * *RET, which is the journal's until the next event, and moves *OFFSET behind
 * them; 0 when there is no line.
 */
size_t journal_lines(
	const struct journal *journal, uint64_t *offset, size_t length, const char **ret);

#endif
