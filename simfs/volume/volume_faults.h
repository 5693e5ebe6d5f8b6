/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volume_faults.h - the part of volume.h that is about faults.
 *
 * A volume has a fault plane (faults/fault.h).  Its rules strike requests as
 * they come (fault_io.c), what is preserved for snapshots (cow/live_write.c), files
 * (blockio/faulty.h), the worker of a chain (coalesce/worker.c), and moments at which
 * no bytes are moved (fault_moment.c).
 */
#ifndef SNAPRIG_VOLUME_VOLUME_FAULTS_H
#define SNAPRIG_VOLUME_VOLUME_FAULTS_H

#include <jansson.h>

#include "simfs/blockio/fault_site.h"

struct snapshot;
struct volume;
struct volume_request;

struct volume_fault_options {
	/* Rules (faults/rule.h) that hold from the beginning on. */
	const char *const *rules;
	size_t rule_count;

	/* Optional.  Instead of SIGKILL to the process, when a fault says crash;
	 * with the context of the volume's options. */
	void (*crash)(void *context);
};

/* What a fault has made of a request, until it ends (fault_io.c); `wait` also of one that it holds
 * up later (steps.h). */
struct request_fault {
	struct fault_wait wait;
	struct fault_decision decision;
	void (*done)(struct volume_request *request, int result);
	struct snapshot *snapshot; /* as they were asked for: */
	uint64_t offset;
	size_t length;
	bool is_counted;
};

/* A moment at which a fault may strike: `go` is called, at once or later, with 0 or -errno. */
struct volume_moment {
	void (*go)(struct volume_moment *moment, int result);
	bool has_waited;
	bool is_dropped;		/* nobody is told; of a writer, and of udev */
	struct fault_decision decision; /* what has struck, for a seek and a map to tell */
	struct fault_wait wait;
};

/* MOMENT, all zeros before it is first used, is not under way: it comes, and GO with it. */
static inline void volume_moment_arm(
	struct volume_moment *moment, void (*go)(struct volume_moment *moment, int result))
{
	MUST(!fault_is_waiting(&moment->wait));
	*moment = (struct volume_moment){ .go = go };
}

/* ------------------------------------------------------- opening a snapshot */

struct snapshot_open {
	/* Required.  RESULT 0: SNAPSHOT counts one open file more.  Else -ENOENT
	 * (it has gone meanwhile), or -errno of a fault. */
	void (*done)(struct snapshot_open *open, struct snapshot *snapshot, int result);

	/* Of the volume. */
	struct volume *volume;
	struct volume_moment moment;
	uint64_t snapshot_id;
};

/* Whether SNAPSHOT, of which a file is open, is being deleted: nothing of it is to be had. */
bool snapshot_is_going(const struct snapshot *snapshot);

void volume_snapshot_open(
	struct volume *volume, struct snapshot *snapshot, struct snapshot_open *open);

/* A seek of SNAPSHOT has gone over the bytes from FIRST to LAST: MOMENT goes on, and what its
 * decision says is to be told (volume_next_told()). */
void volume_snapshot_seek(struct volume *volume, struct snapshot *snapshot, uint64_t first,
	uint64_t last, struct volume_moment *moment);

/* --------------------------------------------------------------- the rules */

/* As fault_add(); who waits because of a rule that it replaces goes on.  -EINVAL, too, for a file
 * in the mount. */
int volume_fault_add(struct volume *volume, const char *text, uint64_t *ret_id, char *message);

/* Removes the rule of that name or number, and lets go who waits because of it: 0 or -ENOENT. */
int volume_fault_remove(struct volume *volume, const char *name_or_id);

/* The same with all rules; how many there were. */
unsigned volume_fault_clear(struct volume *volume);

/* Lets go who hangs, but keeps the rules; how many there were. */
unsigned volume_fault_release(struct volume *volume);

/* As fault_struck(). */
int volume_fault_struck(struct volume *volume, const struct fault_strike *strike);

/* As fault_list(). */
json_t *volume_fault_list(const struct volume *volume);

/* As fault_phase_set(). */
int volume_phase_set(struct volume *volume, const char *phase);

/* "" before it is first set. */
const char *volume_phase(const struct volume *volume);

/* A hit of control.command: MOMENT goes on. */
void volume_command(struct volume *volume, struct volume_moment *moment);

/*
 * A door is at POINT, which has POINT_OF_DOOR, and CONTEXT is what it knows: MOMENT goes on.  Of
 * what has struck, in its decision, the door does what is left: an error that it goes on with; a
 * reply that it gives instead; or, is_dropped, nothing of what it was about to do.
 */
void volume_door_strike(struct volume *volume, enum fault_point point,
	const struct fault_context *context, struct volume_moment *moment);

/* A line of a door's in the journal; DATA (stolen, NULL for none) is an object. */
void volume_door_note(struct volume *volume, const char *door, const char *note, json_t *data);

#endif
