/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writers.h - the part of volume/volume.h that is about writers: who must freeze for a snapshot.
 *
 * The rig plays the Volume Shadow Copy Service: with writers, taking a snapshot
 * is a *set*, in which each of them is told in turn
 *
 *	Identify, PrepareForBackup, PrepareForSnapshot, Freeze
 *	    live writes are flushed and held, the snapshot is made, they go on
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
 * Failing in an event leads to the FAILED_AT of that event (6 to 15), and a
 * writer whose process is gone is 0, UNKNOWN.  Both stay until the next set.
 *
 * Promises, whatever goes wrong:
 *  (1) Nobody stays frozen: who is not told Thaw within its limit thaws of
 *      itself and has failed (state 9, VSS_E_WRITERERROR_TIMEOUT); who fails in
 *      Freeze or Thaw ends the set, and Abort thaws all others.
 *  (2) Live writes are held for at most WRITER_HOLD_NS, and flushed for at most
 *      as long before; then they go on and the set is aborted.
 *  (3) A set that was aborted leaves no snapshot.
 *  (4) Each failure says whose fault it was.
 *  (5) A set whose requester dies before he is answered ends as one that was aborted.  Where the
 *      profile has a dead_set_limit_ns it then stays in progress, dead: it keeps all others out
 *      until WRITER_ABORT, that limit, or the end of the volume.
 *
 * Source: docs/real-systems.md 5.1 to 5.3.  Ours, since it has no number: the
 * limit of flushing, and that each event has the writer's limit to be answered.
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

/* Of a volume; all optional. */
struct volume_writer_options {
	const char *const *texts; /* writers (spec.h) that are there from the beginning on */
	size_t count;

	/* A failure fails no snapshot: whoever asked for it has to look at the
	 * writers itself, as IVssBackupComponents leaves it to the requester.  Only
	 * flushing and holding writes still must succeed. */
	bool unchecked;

	/* Of the kinds other than WRITER_SIMULATED; without them there are none. */
	struct writer_hands *hands;
};

/* What all writers are told outside a snapshot set. */
enum writer_notice {
	WRITER_IDENTIFY,
	WRITER_BACKUP_COMPLETE,
	WRITER_PRE_RESTORE,
	WRITER_POST_RESTORE,
	WRITER_BACKUP_SHUTDOWN,
	WRITER_ABORT,
};

/* "backup-complete"; NULL behind the last. */
const char *writer_notice_name(size_t notice);

/* ------------------------------------------------------------- the writers */

/*
 * Adds the writer of TEXT; one of its name goes, and the new one is stable.
 * Returns 0; or with MESSAGE (of WRITER_MESSAGE_BYTES): -EINVAL (it cannot be
 * read), -EOPNOTSUPP (nothing here runs hooks), -EBUSY (a set is under way, or
 * the old one still thaws), -ENOSPC (too many) or -ENOMEM.
 */
int volume_writer_add(struct volume *volume, const char *text, char *message);

/* Removes the writer of that name, in which _ may be a blank: 0, -ENOENT, or -EBUSY as above. */
int volume_writer_remove(struct volume *volume, const char *name);

/*
 * Its process dies (_ may be a blank, too): it is UNKNOWN, and answers no more until it is added
 * again. If it was frozen it is thawed, and the set fails.  0, -ENOENT; -EOPNOTSUPP: not simulated,
 * kill its process instead.
 */
int volume_writer_kill(struct volume *volume, const char *name);

/* {"set": "idle"|"telling"|"committing"|"held"|"aborting"|"dead", "dead_set": {...} or null,
 * "writers": [{...}]}, the caller's; NULL without memory. */
json_t *volume_writers_json(const struct volume *volume);

/* What `vssadmin list writers` prints below its heading; to free(), NULL without memory. */
char *volume_writers_text(const struct volume *volume);

/* ---------------------------------------------------------------- the sets */

/*
 * A command of whoever asks for snapshots (VSS: the requester).
 */
struct writers_command {
	/* Required.  RESULT 0, or the -errno of the first writer that failed
	 * (base/vss_codes.h), with why in WHY, lent. */
	void (*done)(struct writers_command *command, int result, const char *why);
};

/*
 * Freezes all, and holds them until volume_writers_thaw(): for whoever takes
 * the snapshot in between itself, as through qemu-ga.  -EBUSY: a set is under
 * way.  Held for longer than a writer's limit, all are thawed.
 */
void volume_writers_freeze(struct volume *volume, struct writers_command *command);

/*
 * Thaws what was frozen so.  -EINVAL: nothing is, because it never was or has
 * been thawed at the limit.  While it still freezes, that is given up: -EINVAL
 * here, -ECANCELED there, and nobody stays frozen.
 */
void volume_writers_thaw(struct volume *volume, struct writers_command *command);

/* Tells all of NOTICE.  -EBUSY: a set is in progress; of a dead one WRITER_ABORT is the end. */
void volume_writers_notify(
	struct volume *volume, enum writer_notice notice, struct writers_command *command);

#endif
