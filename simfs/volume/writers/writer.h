/* SPDX-License-Identifier: Apache-2.0 */
/* writer.h - one writer; for the files of writers/. */
#ifndef SNAPRIG_VOLUME_WRITERS_WRITER_H
#define SNAPRIG_VOLUME_WRITERS_WRITER_H

#include "simfs/volume/acting.h"
#include "simfs/volume/core.h"
#include "simfs/volume/writers/hands.h"
#include "simfs/volume/writers/spec.h"
#include "simfs/volume/writers/writers.h"

/* VSS_WRITER_STATE of vss.h. */
enum writer_state {
	WRITER_UNKNOWN,
	WRITER_STABLE,
	WRITER_WAITING_FOR_FREEZE,
	WRITER_WAITING_FOR_THAW,
	WRITER_WAITING_FOR_POST_SNAPSHOT,
	WRITER_WAITING_FOR_BACKUP_COMPLETE,
	WRITER_FAILED_AT_IDENTIFY,
	WRITER_FAILED_AT_PREPARE_BACKUP,
	WRITER_FAILED_AT_PREPARE_SNAPSHOT,
	WRITER_FAILED_AT_FREEZE,
	WRITER_FAILED_AT_THAW,
	WRITER_FAILED_AT_POST_SNAPSHOT,
	WRITER_FAILED_AT_BACKUP_COMPLETE,
	WRITER_FAILED_AT_PRE_RESTORE,
	WRITER_FAILED_AT_POST_RESTORE,
	WRITER_FAILED_AT_BACKUP_SHUTDOWN,
	WRITER_STATES,
};

/* The events sent to a writer; each leads to a state, or to a FAILED_AT of its own (writer.c). */
enum writer_event {
	TOLD_IDENTIFY,
	TOLD_PREPARE_BACKUP,
	TOLD_PREPARE_SNAPSHOT,
	TOLD_FREEZE,
	TOLD_THAW,
	TOLD_POST_SNAPSHOT,
	TOLD_BACKUP_COMPLETE,
	TOLD_PRE_RESTORE,
	TOLD_POST_RESTORE,
	TOLD_BACKUP_SHUTDOWN,
};

/* Who caused a failure. */
enum writer_blame {
	BLAME_WRITER,	 /* the writer itself */
	BLAME_ANOTHER,	 /* another writer kept it frozen */
	BLAME_REQUESTER, /* the program that froze it did not thaw it */
	BLAME_VOLUME,	 /* taking the snapshot took too long */
	BLAME_SERVICE,	 /* its Thaw was lost on the way */
};

enum hand_state { HAND_IDLE, HAND_FREEZING, HAND_FROZEN, HAND_THAWING };

#define WRITER_FAILURE_BYTES 512

/*
 * One writer. `is_busy`: it was sent an event and has not answered. is_frozen is the truth,
 * whatever its state says: a Freeze that was lost on the way is answered as well, and so is a
 * Thaw.
 */
struct volume_writer {
	struct volume *volume;
	struct list link;
	struct writer_spec spec;
	char instance[WRITER_GUID_BYTES];
	enum writer_state state;
	bool takes_part; /* in the set in progress */
	bool is_dead;	 /* simulated: until it is added again */
	bool is_frozen;

	bool is_busy;
	enum writer_event event; /* the last one */
	bool waits_for_fault;	 /* MOMENT is with the fault plane */
	struct volume_moment moment;
	uint64_t freeze_told_ns;
	uint64_t answer_due_ns; /* when a simulated one is done; UINT64_MAX: never on its own */
	uint64_t limit_due_ns;	/* when it gives up; likewise */
	uint64_t death_due_ns;	/* likewise */

	enum hand_state hand_state;
	struct writer_hand hand;
	bool hand_is_late; /* thawing has exceeded the limit, and is no longer waited for */

	/* For its failure; 0: none. */
	int error;
	enum writer_blame blame;
	char why[WRITER_FAILURE_BYTES];
};

/* ---- writer.c: one writer ---- */

int writer_create(
	struct volume *volume, const struct writer_spec *spec, struct volume_writer **ret);

/* Sends it EVENT, at NOW_NS like all writers of a step, so that those with the same limit
 * time out together. It answers with writer_set_answered() or writer_set_failed(), at once or
 * later. */
void writer_tell(struct volume_writer *writer, enum writer_event event, uint64_t now_ns);

/* Gives up the current event, and thaws it; its progress in a set is undone. */
void writer_abort(struct volume_writer *writer);

/* It has failed in STATE with ERROR: thaws it, and informs the set. */
__attribute__((format(printf, 5, 6))) void writer_fail(struct volume_writer *writer,
	enum writer_state state, int error, enum writer_blame blame, const char *format, ...);

/* A simulated one is done with its event. */
void writer_reached(struct volume_writer *writer);

/* Its limit has passed. */
void writer_time_out(struct volume_writer *writer);

/* Its process has died. */
void writer_die(struct volume_writer *writer);

/* Clears what an earlier set left. */
void writer_reset(struct volume_writer *writer);

/* It has no event in progress, and is not frozen. */
bool writer_is_idle(const struct volume_writer *writer);

bool writer_has_failed(const struct volume_writer *writer);

/* "PrepareForBackup". */
const char *writer_event_name(enum writer_event event);

/* ---- time.c ---- */

/* Stores why WRITER is frozen at its limit in WHY of WRITER_FAILURE_BYTES; returns who caused
 * it. */
enum writer_blame writer_blame_at_limit(const struct volume_writer *writer, char *why);

/* ---- text.c ---- */

/* "VSS_WS_FAILED_AT_FREEZE". */
const char *writer_state_name(enum writer_state state);
const char *writer_blame_name(enum writer_blame blame);

/* The element for WRITER in volume_writers_json(). */
json_t *writer_json(const struct volume_writer *writer);

#endif
