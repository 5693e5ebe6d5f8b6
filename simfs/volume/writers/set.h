/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set.h - the snapshot set in progress; part of volume/core.h.
 *
 *	            begin
 *	  IDLE ────────────▶ TELLING ◀──────────────┐ committed, thaw
 *	   ▲ ▲                │  │ the steps' middle│
 *	   │ └─ steps over ───┘  ├──▶ COMMITTING ───┤   a snapshot is being taken
 *	   │                     └──▶ HELD ─────────┘   it is the requester's turn
 *	   │      a writer failed │ the snapshot failed │ thaw before freeze │ unmount
 *	   └── all thawed, ◀── ABORTING
 *	    ▲  no snapshot           │ its requester has died, and the profile keeps it
 *	    └── abort, limit ── DEAD ◀┘
 *
 * A DEAD set does nothing: no writer is frozen, and no snapshot comes of it. It only keeps
 * other sets from starting, until Abort, its time limit, or the unmount of the volume.
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
	unsigned at;	 /* index of the next step */
	uint64_t number; /* of this set; an answered caller may start another at once */
	bool is_going;
	bool was_held;
	uint64_t held_due_ns; /* in HELD: when holding ends */

	struct snapshot_create *create;	 /* NULL: no snapshot was requested */
	struct writers_command *command; /* answered when the set is held or over; may be NULL */
	bool is_made;			 /* create->snapshot was taken; has a reference */
	struct snapshot_delete deletion;
	bool is_deleting;

	/* What ends it; 0: nothing yet. */
	int error;
	char why[WRITER_REFUSAL_BYTES];

	/* Its requester has died, so it will be DEAD, or is. */
	bool is_orphaned;
	char dead_name[STORE_NAME_BYTES]; /* of the snapshot that it was for */
	uint64_t dead_due_ns;		  /* when it ends */

	char busy[WRITER_REFUSAL_BYTES]; /* why another set was refused */
};

struct volume_writers {
	struct list list; /* struct volume_writer.link, in the order they were added */
	unsigned count;
	bool is_stopping;
	struct writer_set set;
};

/* Whether live writes may be held for CREATE for at most WRITER_HOLD_NS. */
bool writer_limits_hold(const struct snapshot_create *create);

/* Whether CREATE has writers to freeze that are not frozen for it already. */
bool writer_set_is_wanted(struct snapshot_create *create);

/* Freezes all, then calls snapshot_create_commit(), then thaws all; answers CREATE. */
void writer_set_begin(struct snapshot_create *create);

/* The result of snapshot_create_commit(). */
void writer_set_committed(struct snapshot_create *create, int result);

/* The caller of CREATE, for which a set is in progress, is gone: aborts the set, unless its
 * snapshot was taken or is being taken. If sets outlive their requester it is aborted even
 * then, and left DEAD. */
void writer_set_cancel(struct snapshot_create *create);

/* For the status. */
json_t *writers_status(const struct volume *volume);

/* For a set that is DEAD: {"snapshot", "code", "ends_in_seconds"}; else null. */
json_t *writers_dead_set(const struct volume *volume);

#endif
