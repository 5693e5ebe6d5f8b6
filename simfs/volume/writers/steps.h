/* SPDX-License-Identifier: Apache-2.0 */
/* steps.h - the steps of a set of writers. */
#ifndef SNAPRIG_VOLUME_WRITERS_STEPS_H
#define SNAPRIG_VOLUME_WRITERS_STEPS_H

#include "simfs/volume/writers/writer.h"

/* The writers that a step applies to. File systems freeze last and thaw first, as with
 * qemu-ga: the applications on them still have something to write. */
#define WRITERS_FILE_SYSTEMS (1u << WRITER_FSFREEZE)
#define WRITERS_APPLICATIONS (1u << WRITER_SIMULATED | 1u << WRITER_HOOK)
#define WRITERS_ALL	     (WRITERS_FILE_SYSTEMS | WRITERS_APPLICATIONS)

struct writer_step {
	enum { STEP_TELL, STEP_COMMIT, STEP_END } kind;
	enum writer_event event;
	unsigned whom;
};

/* For a set that takes a snapshot, or lets the requester take one in its middle. */
extern const struct writer_step writer_snapshot_steps[];

/* in_progress.c: whether a set can begin: 0, or -EBUSY with the reason in set->busy. */
int writer_set_check(struct volume *volume);

/* No set is active: it is idle or dead. */
bool writer_set_rests(const struct volume *volume);

/* Call when the result of CREATE, of the set in progress, is known: whether its requester has
 * died in the meantime, so that it must be aborted. */
bool writer_set_lost_requester(struct snapshot_create *create);

/* The first turns the set, which is_orphaned and has been aborted, DEAD; the second ends that
 * because of WHY. */
void writer_set_die(struct volume *volume);
void writer_set_end_dead(struct volume *volume, const char *why);

/* Starts STEPS, which must be possible, with all writers or only the frozen ones. Failed
 * writers are left out, unless STEPS are for a snapshot, which resets them. */
void writer_set_start(struct volume *volume, const struct writer_step *steps, bool only_frozen);

/* Ends the set in progress with ERROR, because of WHY. */
void writer_set_give_up(struct volume *volume, int error, const char *why);

/* Continues a set that is held. */
void writer_set_resume(struct volume *volume);

/* WRITER has answered an event; or it has failed, whether asked or not. */
void writer_set_answered(struct volume *volume);
void writer_set_failed(struct volume_writer *writer);

/* A writer has thawed that nothing waited for. */
void writer_set_thawed(struct volume *volume);

/* ---- hooks of struct volume_extension ---- */

/* requester.c: ends the set in progress, and thaws all. */
void writers_stop(struct volume *volume);

/* time.c */
uint64_t writers_due_ns(const struct volume *volume);
void writers_tick(struct volume *volume);

#endif
