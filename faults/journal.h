/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.h - what happened, one JSON object per line (.snaprig/events.jsonl).
 *
 *	{"time_ns": 81234, "operation": 17, "event": "snapshot.failed", …}
 *
 * `time_ns` counts from the mount on the rig's clock; `operation` is the number
 * of reads and writes that had begun.
 */
#ifndef SNAPRIG_FAULTS_JOURNAL_H
#define SNAPRIG_FAULTS_JOURNAL_H

#include <stdint.h>

#include <jansson.h>

#include "simfs/base/text_log.h"

struct journal {
	struct text_log log;
	uint64_t start_ns;
};

/* Starts the journal's clock. */
void journal_init(struct journal *journal);
void journal_deinit(struct journal *journal);

/*
 * Adds an event.  FIELDS (stolen, NULL for none) follow time, operation and
 * event in the object.  Without memory the event is counted as dropped.
 */
void journal_event(struct journal *journal, uint64_t operation, const char *event, json_t *fields);

#endif
