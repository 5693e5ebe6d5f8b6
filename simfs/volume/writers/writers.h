/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writers.h - the part of volume/volume.h about writers: applications that must freeze for a
 * snapshot.
 *
 * The rig plays the Volume Shadow Copy Service: with writers, taking a snapshot is a *set*,
 * in which each writer is sent in turn
 *
 *	Identify, PrepareForBackup, PrepareForSnapshot, Freeze
 *	    live writes are flushed and held, the snapshot is taken, they go on
 *	Thaw, PostSnapshot
 *
 * and its states are those of VSS_WRITER_STATE:
 *
 *	          PrepareForSnapshot        Freeze
 *	1 STABLE ------------------> 2 ---------------> 3 WAITING_FOR_THAW
 *	   ^ ^                                            | Thaw
 *	   | +-- Abort, from 2 to 5                       v
 *	   +-------------- 5 <------------ 4 WAITING_FOR_POST_SNAPSHOT
 *	   BackupComplete      PostSnapshot
 *
 * A failure in an event leads to the FAILED_AT of that event (6 to 15), and a writer whose
 * process is dead is 0, UNKNOWN. Both stay until the next set.
 *
 * Promises, whatever goes wrong:
 *  (1) No writer stays frozen: one that is not sent Thaw within its limit thaws on its own
 *      and has failed (state 9, VSS_E_WRITERERROR_TIMEOUT); one that fails in Freeze or Thaw
 *      ends the set, and Abort thaws all others.
 *  (2) Live writes are held for at most WRITER_HOLD_NS, and flushed for at most as long
 *      before that; then they continue and the set is aborted.
 *  (3) An aborted set leaves no snapshot.
 *  (4) Each failure says who caused it.
 *  (5) A set whose requester dies before it is answered ends like an aborted one. If the
 *      profile has a dead_set_limit_ns it then stays in progress, dead: no other set can
 *      start until WRITER_ABORT, that limit, or the end of the volume.
 *
 * Source: docs/real-systems.md 5.1 to 5.3. Our own, since the source has no number: the limit
 * of flushing, and that the writer's limit applies to the answer to each event.
 */
#ifndef SNAPRIG_VOLUME_WRITERS_WRITERS_H
#define SNAPRIG_VOLUME_WRITERS_WRITERS_H

#include <jansson.h>

#include "simfs/base/clock.h"
#include "simfs/volume/writers/spec.h"

struct volume;
struct snapshot;
struct snapshot_create;

#define WRITERS_MAX 64u

/* VolSnap: 10 s from held to released. */
#define WRITER_HOLD_NS (10 * NS_PER_S)

/* For a volume; all optional. */
struct volume_writer_options {
	const char *const *texts; /* writers (spec.h) present from the start */
	size_t count;

	/* A writer's failure does not fail the snapshot: the requester must check the writers
	 * itself, as IVssBackupComponents leaves it to the requester. Only flushing and
	 * holding writes must still succeed. */
	bool unchecked;

	/* For the kinds other than WRITER_SIMULATED, which need it. */
	struct writer_hands *hands;
};

/* The events that can be sent to all writers outside a snapshot set. */
enum writer_notice {
	WRITER_IDENTIFY,
	WRITER_BACKUP_COMPLETE,
	WRITER_PRE_RESTORE,
	WRITER_POST_RESTORE,
	WRITER_BACKUP_SHUTDOWN,
	WRITER_ABORT,
};

/* "backup-complete"; NULL after the last. */
const char *writer_notice_name(size_t notice);

/* ------------------------------------------------------------- the writers */

/*
 * Adds the writer of TEXT, replacing one of the same name; the new one is stable. Returns 0;
 * or with MESSAGE (of WRITER_MESSAGE_BYTES): -EINVAL (invalid), -EOPNOTSUPP (no hands to run
 * hooks), -EBUSY (a set is in progress, or the old one is still thawing), -ENOSPC (too many)
 * or -ENOMEM.
 */
int volume_writer_add(struct volume *volume, const char *text, char *message);

/* Removes the writer with that name, in which _ may stand for a blank: 0, -ENOENT, or -EBUSY
 * as above. */
int volume_writer_remove(struct volume *volume, const char *name);

/*
 * Its process dies (_ may stand for a blank, too): it is UNKNOWN, and answers no more until
 * it is added again. If it was frozen it is thawed, and the set fails. Returns 0, -ENOENT;
 * -EOPNOTSUPP if it is not simulated: kill its process instead.
 */
int volume_writer_kill(struct volume *volume, const char *name);

/* {"set": "idle"|"telling"|"committing"|"held"|"aborting"|"dead", "dead_set": {...} or null,
 * "writers": [{...}]}, which the caller frees; NULL without memory. */
json_t *volume_writers_json(const struct volume *volume);

/* What `vssadmin list writers` prints below its heading; the caller frees it. NULL without
 * memory. */
char *volume_writers_text(const struct volume *volume);

/* ---------------------------------------------------------------- the sets */

/* A command of the program that takes snapshots (in VSS: the requester). */
struct writers_command {
	/* Required. RESULT is 0, or the -errno of the first writer that failed
	 * (base/vss_codes.h), with the reason in WHY, valid during the call. */
	void (*done)(struct writers_command *command, int result, const char *why);
};

/*
 * Freezes all, and holds them until volume_writers_thaw(): for a caller that takes the
 * snapshot in between itself, as through qemu-ga. -EBUSY: a set is in progress. If held for
 * longer than a writer's limit, all are thawed.
 */
void volume_writers_freeze(struct volume *volume, struct writers_command *command);

/*
 * Thaws what that froze. -EINVAL: nothing is frozen, because it never was or was thawed at
 * the limit. If it is still freezing, that is given up: -EINVAL here, -ECANCELED there, and
 * no writer stays frozen.
 */
void volume_writers_thaw(struct volume *volume, struct writers_command *command);

/* Sends NOTICE to all. -EBUSY: a set is in progress; WRITER_ABORT ends a dead one. */
void volume_writers_notify(
	struct volume *volume, enum writer_notice notice, struct writers_command *command);

#endif
