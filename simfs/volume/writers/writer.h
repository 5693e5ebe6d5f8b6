/* SPDX-License-Identifier: Apache-2.0 */
/* writer.h - one writer, for the files of writers/. */
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

/* What a writer is told; each leads to a state, or to a FAILED_AT of its own (writer.c). */
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

/* Whose fault a failure was. */
enum writer_blame {
	BLAME_WRITER,	 /* its own */
	BLAME_ANOTHER,	 /* another writer kept it frozen */
	BLAME_REQUESTER, /* whoever froze it did not thaw it */
	BLAME_VOLUME,	 /* making the snapshot took too long */
	BLAME_SERVICE,	 /* its Thaw was lost on the way */
};

enum hand_state { HAND_IDLE, HAND_FREEZING, HAND_FROZEN, HAND_THAWING };

#define WRITER_FAILURE_BYTES 512

/*
 * One writer.  Being told something and not having answered is `is_busy`;
 * is_frozen is what is true, whatever its state says: a Freeze that was lost
 * on the way is answered as well, and so is a Thaw.
 */
struct volume_writer {
	struct volume *volume;
	struct list link;
	struct writer_spec spec;
	char instance[WRITER_GUID_BYTES];
	enum writer_state state;
	bool takes_part; /* in the set that is under way */
	bool is_dead;	 /* simulated: until it is added again */
	bool is_frozen;

	bool is_busy;
	enum writer_event event; /* the latest */
	bool waits_for_fault;	 /* MOMENT is with the fault plane */
	struct volume_moment moment;
	uint64_t freeze_told_ns;
	uint64_t answer_due_ns; /* when a simulated one has done it; UINT64_MAX: not of itself */
	uint64_t limit_due_ns;	/* when it gives up; likewise */
	uint64_t death_due_ns;	/* likewise */

	enum hand_state hand_state;
	struct writer_hand hand;
	bool hand_is_late; /* it thaws for longer than the limit, and is not waited for any more */

	/* Of its failure; 0: none. */
	int error;
	enum writer_blame blame;
	char why[WRITER_FAILURE_BYTES];
};

/* ---- writer.c: one writer ---- */

int writer_create(
	struct volume *volume, const struct writer_spec *spec, struct volume_writer **ret);

/* Tells it of EVENT, at NOW_NS like all others of a step: who reach their limits together are due
 * together.  It answers by writer_set_answered() or writer_set_failed(), at once or later.
 */
void writer_tell(struct volume_writer *writer, enum writer_event event, uint64_t now_ns);

/* Gives up what is under way, and thaws it; what it had reached in a set is undone. */
void writer_abort(struct volume_writer *writer);

/* It has failed in STATE with ERROR: thaws, and tells the set. */
__attribute__((format(printf, 5, 6))) void writer_fail(struct volume_writer *writer,
	enum writer_state state, int error, enum writer_blame blame, const char *format, ...);

/* A simulated one has done what it was told. */
void writer_reached(struct volume_writer *writer);

/* Its limit has passed. */
void writer_time_out(struct volume_writer *writer);

/* Its process is gone. */
void writer_die(struct volume_writer *writer);

/* Forgets what an earlier set left. */
void writer_reset(struct volume_writer *writer);

/* Nothing of it is under way, and it is not frozen. */
bool writer_is_idle(const struct volume_writer *writer);

bool writer_has_failed(const struct volume_writer *writer);

/* "PrepareForBackup". */
const char *writer_event_name(enum writer_event event);

/* ---- time.c ---- */

/* Why WRITER is frozen at its limit, into WHY of WRITER_FAILURE_BYTES; whose fault it is. */
enum writer_blame writer_blame_at_limit(const struct volume_writer *writer, char *why);

/* ---- text.c ---- */

/* "VSS_WS_FAILED_AT_FREEZE". */
const char *writer_state_name(enum writer_state state);
const char *writer_blame_name(enum writer_blame blame);

/* The element of WRITER in volume_writers_json(). */
json_t *writer_json(const struct volume_writer *writer);

#endif
