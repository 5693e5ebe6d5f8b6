/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set.h - the snapshot set that is under way; of volume/core.h.
 *
 *	            begin
 *	  IDLE ────────────▶ TELLING ◀──────────────┐ committed, thaw
 *	   ▲ ▲                │  │ the steps' middle│
 *	   │ └─ steps over ───┘  ├──▶ COMMITTING ───┤   a snapshot is made
 *	   │                     └──▶ HELD ─────────┘   the requester has the word
 *	   │      a writer failed │ the snapshot failed │ thaw before freeze │ unmount
 *	   └── all thawed, ◀── ABORTING
 *	    ▲  no snapshot           │ its requester has died, and the profile keeps it
 *	    └── abort, limit ── DEAD ◀┘
 *
 * A DEAD set has nothing under way: nobody is frozen, and no snapshot comes of it.  It only
 * keeps others out, until it is told Abort, its time is over, or the volume is unmounted.
 */
#ifndef SNAPRIG_VOLUME_WRITERS_SET_H
#define SNAPRIG_VOLUME_WRITERS_SET_H

#include <jansson.h>

#include "simfs/volume/snapshot.h"

enum writer_set_phase { SET_IDLE, SET_TELLING, SET_COMMITTING, SET_HELD, SET_ABORTING, SET_DEAD };

#define WRITER_REFUSAL_BYTES 768

struct writer_set {
	enum writer_set_phase phase;
	const struct writer_step *steps;
	unsigned at;	 /* of the steps: the next one */
	uint64_t number; /* of the sets; whoever is answered may begin another at once */
	bool is_going;
	bool was_held;
	uint64_t held_due_ns; /* when being held is given up; in HELD */

	struct snapshot_create *create;	 /* NULL: no snapshot is asked for */
	struct writers_command *command; /* who is answered when it is held or over; may be NULL */
	bool is_made;			 /* create->snapshot, of which it holds the reference */
	struct snapshot_delete deletion;
	bool is_deleting;

	/* What ends it; 0: nothing yet. */
	int error;
	char why[WRITER_REFUSAL_BYTES];

	/* Its requester died, and it will be DEAD; or is. */
	bool is_orphaned;
	char dead_name[STORE_NAME_BYTES]; /* of the snapshot that it was for */
	uint64_t dead_due_ns;		  /* when that ends */

	char busy[WRITER_REFUSAL_BYTES]; /* why another one was refused */
};

struct volume_writers {
	struct list list; /* struct volume_writer.link, as they were added */
	unsigned count;
	bool is_stopping;
	struct writer_set set;
};

/* Whether live writes are held for CREATE for no longer than WRITER_HOLD_NS. */
bool writer_limits_hold(const struct snapshot_create *create);

/* Whether CREATE has writers to ask, and they are not frozen for it already. */
bool writer_set_is_wanted(struct snapshot_create *create);

/* Has all frozen, then snapshot_create_commit(), then all thawed; answers CREATE. */
void writer_set_begin(struct snapshot_create *create);

/* What came of snapshot_create_commit(). */
void writer_set_committed(struct snapshot_create *create, int result);

/* Who wants CREATE, for which a set is under way, is gone: the set is aborted, unless its snapshot
 * is there or just being made.  Where sets outlive their requester it is aborted then, too, and
 * left DEAD. */
void writer_set_cancel(struct snapshot_create *create);

/* Of the status. */
json_t *writers_status(const struct volume *volume);

/* Of a set that is DEAD: {"snapshot", "code", "ends_in_seconds"}; else null. */
json_t *writers_dead_set(const struct volume *volume);

#endif
