/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.h - what happened, one JSON object per line (.snaprig/events.jsonl).
 *
 *	{"sequence": 9, "time_ns": 81234, "operation": 17, "event": "snapshot.failed", …}
 *
 * `sequence` counts events from 1: a missing number means a lost event.  `time_ns` counts from
 * the mount, on the rig's clock; `operation` is the number of reads and writes that had begun.
 * events.schema.json has the rest.
 *
 * The journal is kept in memory and read as a file that only grows: what was appended keeps its
 * offset, so that it can be followed.  It keeps the newest events: at least half of `max_bytes`,
 * and never more than `max_bytes`.  Older events read as blanks up to one line,
 * `journal.dropped`, which says how many they were and has the sequence number of the last of
 * them.  Only a reader so far behind that the line it is reading is dropped sees a broken line.
 *
 * Its owner also keeps it on disk, where it outlives the process (simfs/volume/event_file.h); the
 * owner is notified of each event.
 *
 * A rule fires in the middle of a request, where nothing may be allocated.  So it is recorded in
 * one of JOURNAL_NOTED_MAX places, and becomes a line when the next event is added, when the
 * journal is read, when the owner is notified, or when no place is left: none is ever dropped for
 * another.  Number, time, order and bytes are those that the line would have had at once.
 */
#ifndef SNAPRIG_FAULTS_JOURNAL_H
#define SNAPRIG_FAULTS_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "faults/rule.h"

/* The default size of a journal. */
#define JOURNAL_MAX_BYTES (4u << 20)

#define JOURNAL_NOTED_MAX 64u

/* The longest name of a snapshot or a writer, with its NUL. */
#define JOURNAL_NAME_BYTES 80u

enum journal_event {
#define JOURNAL_EVENT(symbol, name) EVENT_##symbol,
#include "faults/journal_events.def"
#undef JOURNAL_EVENT
	JOURNAL_EVENTS
};

/* A rule that fired. */
struct journal_fired {
	enum fault_point point;
	enum fault_action action;
	uint64_t rule_id;
	uint64_t hit; /* the number of the rule's match */
	const char *rule;
	const char *snapshot; /* NULL: none */
	const char *writer;   /* NULL: none */
	const char *device;   /* likewise */
	const char *ioctl;
	const char *method;
	uint64_t offset; /* for a point that has a range */
	uint64_t length;
};

/* The start of every line. */
struct journal_head {
	uint64_t sequence;
	uint64_t time_ns;
	uint64_t operation;
	enum journal_event event;
};

/* A strike that is not a line yet; it owns what FIRED points to. */
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
	uint64_t dropped_count; /* the oldest events, dropped for newer ones */
	uint64_t lost_count;	/* events lost because memory ran out */

	char *text; /* whole lines; `length` bytes, not terminated */
	size_t length;
	size_t room;
	uint64_t text_offset; /* the offset of `text` in the file; `note` precedes it */
	char *note;	      /* the line journal.dropped; NULL: nothing was dropped */
	size_t note_length;

	/* Optional.  Called after an event was added; must not add any itself. */
	void (*added)(void *context);
	void *context;

	bool is_untold; /* `added` was not called yet for the newest strikes */
	size_t noted_count;
	size_t noted_max; /* JOURNAL_NOTED_MAX, unless the owner sets less (at least 1) */
	struct journal_noted noted[JOURNAL_NOTED_MAX]; /* newer than all of `text` */
};

/* Starts the journal's clock.  The journal holds at most MAX_BYTES. */
void journal_init(struct journal *journal, size_t max_bytes);
void journal_deinit(struct journal *journal);

/*
 * Adds an event.  FIELDS (stolen, NULL for none) follow sequence, time, operation and event in the
 * object.  If memory runs out, the event is counted as lost, and its sequence number is missing.
 */
void journal_add(
	struct journal *journal, uint64_t operation, enum journal_event event, json_t *fields);

/*
 * Adds the event fault.fired without allocating memory while a place is free.  `added` is called
 * later, by journal_tell().  FIRED and its names stay the caller's.
 */
void journal_add_fired(
	struct journal *journal, uint64_t operation, const struct journal_fired *fired);

/* Calls `added` if something fired since the last call. */
void journal_tell(struct journal *journal);

/* The name of an event; NULL for JOURNAL_EVENTS and above. */
const char *journal_event_name(size_t event);

/* The length of the file as which the journal is read. */
uint64_t journal_bytes(struct journal *journal);

/* Reads up to LENGTH bytes at OFFSET.  Returns how many; 0 at the end. */
size_t journal_read(struct journal *journal, uint64_t offset, char *buffer, size_t length);

/*
 * The whole lines starting at *OFFSET, which is the beginning of a line or in the blanks: up to
 * LENGTH bytes, but at least one line.  Returns the number of bytes at *RET, which are valid until
 * the next event, and moves *OFFSET past them; 0 if there is no line.
 */
size_t journal_lines(struct journal *journal, uint64_t *offset, size_t length, const char **ret);

#endif
