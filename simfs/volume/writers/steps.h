/* SPDX-License-Identifier: Apache-2.0 */
/* steps.h - a set of writers goes on step by step. */
#ifndef SNAPRIG_VOLUME_WRITERS_STEPS_H
#define SNAPRIG_VOLUME_WRITERS_STEPS_H

#include "simfs/volume/writers/writer.h"

/* Whom a step is for.  File systems freeze last and thaw first, as with qemu-ga: the
 * applications on them still have something to write. */
#define WRITERS_FILE_SYSTEMS (1u << WRITER_FSFREEZE)
#define WRITERS_APPLICATIONS (1u << WRITER_SIMULATED | 1u << WRITER_HOOK)
#define WRITERS_ALL	     (WRITERS_FILE_SYSTEMS | WRITERS_APPLICATIONS)

struct writer_step {
	enum { STEP_TELL, STEP_COMMIT, STEP_END } kind;
	enum writer_event event;
	unsigned whom;
};

/* Of a set that makes a snapshot, or in whose middle somebody else does. */
extern const struct writer_step writer_snapshot_steps[];

/* in_progress.c: whether a set can begin: 0, or -EBUSY with why in set->busy. */
int writer_set_check(struct volume *volume);

/* Nothing of a set is under way. */
bool writer_set_rests(const struct volume *volume);

/* What CREATE, of the set that is under way, has come to is known: whether its requester has
 * died meanwhile, and it has to be aborted for that. */
bool writer_set_lost_requester(struct snapshot_create *create);

/* The set, which is_orphaned, has been aborted, and is DEAD from now on; or that ends because of
 * WHY. */
void writer_set_die(struct volume *volume);
void writer_set_end_dead(struct volume *volume, const char *why);

/* Begins STEPS, which it can, with all writers or those that are frozen.  Who has failed is
 * left out, unless they are of a snapshot: that is a new beginning. */
void writer_set_start(struct volume *volume, const struct writer_step *steps, bool only_frozen);

/* Ends the set that is under way with ERROR, because of WHY. */
void writer_set_give_up(struct volume *volume, int error, const char *why);

/* Goes on with a set that is held. */
void writer_set_resume(struct volume *volume);

/* WRITER has answered what it was told; or it has failed, asked or not. */
void writer_set_answered(struct volume *volume);
void writer_set_failed(struct volume_writer *writer);

/* A writer has thawed that nobody waited for. */
void writer_set_thawed(struct volume *volume);

/* ---- hooks of struct volume_extension ---- */

/* requester.c: ends the set that is under way, and thaws all. */
void writers_stop(struct volume *volume);

/* time.c */
uint64_t writers_due_ns(const struct volume *volume);
void writers_tick(struct volume *volume);

#endif
