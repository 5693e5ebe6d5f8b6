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
 *
 * A rule fires in the middle of a request, where nothing is allocated.  So it is
 * noted as it is, in one of JOURNAL_NOTED_MAX places, and becomes a line when the
 * next event comes, when somebody reads, when the owner is told, or when there is
 * no place left: none is ever dropped for another.  Number, time, order and bytes
 * are those that the line would have had at once.
 */
#ifndef SNAPRIG_FAULTS_JOURNAL_H
#define SNAPRIG_FAULTS_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "faults/rule.h"

/* What a journal holds when nobody asks for less. */
#define JOURNAL_MAX_BYTES (4u << 20)

#define JOURNAL_NOTED_MAX 64u

/* Longest name of a snapshot or of a writer, and its end. */
#define JOURNAL_NAME_BYTES 80u

enum journal_event {
#define JOURNAL_EVENT(symbol, name) EVENT_##symbol,
#include "faults/journal_events.def"
#undef JOURNAL_EVENT
	JOURNAL_EVENTS
};

/* A rule that fires. */
struct journal_fired {
	enum fault_point point;
	enum fault_action action;
	uint64_t rule_id;
	uint64_t hit; /* which match of the rule it is */
	const char *rule;
	const char *snapshot; /* NULL: of none */
	const char *writer;   /* NULL: of none */
	const char *device;   /* likewise */
	const char *ioctl;
	const char *method;
	uint64_t offset; /* of a point that has a range */
	uint64_t length;
};

/* What every line begins with. */
struct journal_head {
	uint64_t sequence;
	uint64_t time_ns;
	uint64_t operation;
	enum journal_event event;
};

/* One that is no line yet; what FIRED points to is its own. */
struct journal_noted {
	struct journal_head head;
	struct journal_fired fired;
	char rule[RULE_TEXT_MAX + 1];
	char snapshot[JOURNAL_NAME_BYTES];
	char writer[JOURNAL_NAME_BYTES];
	char device[RULE_DEVICE_BYTES];
	char ioctl[DM_IOCTL_NAME_BYTES];
	char method[RULE_METHOD_BYTES];
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

	bool is_untold; /* of the newest that fired `added` was not called */
	size_t noted_count;
	size_t noted_max; /* JOURNAL_NOTED_MAX, unless the owner wants less, from 1 on */
	struct journal_noted noted[JOURNAL_NOTED_MAX]; /* after all that is text */
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

/* Adds the event fault.fired, allocates nothing while there is a place, and leaves it to
 * journal_tell() to call `added`.  FIRED and its names stay the caller's. */
void journal_add_fired(
	struct journal *journal, uint64_t operation, const struct journal_fired *fired);

/* Calls `added` if it was not called since something fired. */
void journal_tell(struct journal *journal);

/* The name of an event, or NULL from JOURNAL_EVENTS on. */
const char *journal_event_name(size_t event);

/* How long the file is that the journal is read as. */
uint64_t journal_bytes(struct journal *journal);

/* Reads up to LENGTH bytes at OFFSET; returns how many, 0 at the end. */
size_t journal_read(struct journal *journal, uint64_t offset, char *buffer, size_t length);

/*
 * The whole lines from *OFFSET on, where a line begins or blanks are, up to
 * LENGTH bytes of them but at least one line.  Returns the number of bytes at
 * *RET, which is the journal's until the next event, and moves *OFFSET behind
 * them; 0 when there is no line.
 */
size_t journal_lines(struct journal *journal, uint64_t *offset, size_t length, const char **ret);

#endif
