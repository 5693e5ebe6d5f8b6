/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volume_faults.h - the part of volume.h about faults.
 *
 * A volume has a fault plane (faults/fault.h). Its rules strike requests on arrival
 * (fault_io.c), data being preserved for snapshots (cow/live_write.c), files
 * (blockio/faulty.h), the worker of a chain (coalesce/worker.c), and moments at which no
 * bytes are moved (fault_moment.c).
 */
#ifndef SNAPRIG_VOLUME_VOLUME_FAULTS_H
#define SNAPRIG_VOLUME_VOLUME_FAULTS_H

#include <jansson.h>

#include "simfs/blockio/fault_site.h"

struct snapshot;
struct volume;
struct volume_request;

struct volume_fault_options {
	/* Rules (faults/rule.h) active from the start. */
	const char *const *rules;
	size_t rule_count;

	/* Optional. Called instead of SIGKILL to the process when a fault says crash, with
	 * the context of the volume's options. */
	void (*crash)(void *context);
};

/* What a fault has done to a request, until that ends (fault_io.c). `wait` is also used by
 * faults that delay it later (steps.h). */
struct request_fault {
	struct fault_wait wait;
	struct fault_decision decision;
	void (*done)(struct volume_request *request, int result);
	struct snapshot *snapshot; /* as requested: */
	uint64_t offset;
	size_t length;
	bool is_counted;
};

/* A moment at which a fault may strike: `go` is called, at once or later, with 0 or -errno. */
struct volume_moment {
	void (*go)(struct volume_moment *moment, int result);
	bool has_waited;
	bool is_dropped;		/* the event is not delivered; for a writer, and udev */
	struct fault_decision decision; /* the fault that struck, for a seek and a map */
	struct fault_wait wait;
};

/* Prepares MOMENT, zeroed before its first use and not waiting, to call GO. */
static inline void volume_moment_arm(
	struct volume_moment *moment, void (*go)(struct volume_moment *moment, int result))
{
	MUST(!fault_is_waiting(&moment->wait));
	*moment = (struct volume_moment){ .go = go };
}

/* ------------------------------------------------------- opening a snapshot */

struct snapshot_open {
	/* Required. RESULT 0: SNAPSHOT counts one more open file. Else -ENOENT (it was
	 * deleted in the meantime), or -errno of a fault. */
	void (*done)(struct snapshot_open *open, struct snapshot *snapshot, int result);

	/* For the volume. */
	struct volume *volume;
	struct volume_moment moment;
	uint64_t snapshot_id;
};

/* Whether SNAPSHOT, with a file open, is being deleted: nothing of it can be read. */
bool snapshot_is_going(const struct snapshot *snapshot);

void volume_snapshot_open(
	struct volume *volume, struct snapshot *snapshot, struct snapshot_open *open);

/* A seek in SNAPSHOT has passed the bytes from FIRST to LAST: continues MOMENT; report what
 * its decision says (volume_next_told()). */
void volume_snapshot_seek(struct volume *volume, struct snapshot *snapshot, uint64_t first,
	uint64_t last, struct volume_moment *moment);

/* --------------------------------------------------------------- the rules */

/* As fault_add(); operations that wait because of a rule that it replaces continue. Also
 * returns -EINVAL for a file in the mount. */
int volume_fault_add(struct volume *volume, const char *text, uint64_t *ret_id, char *message);

/* Removes the rule of that name or number, and releases those that wait because of it: 0 or
 * -ENOENT. */
int volume_fault_remove(struct volume *volume, const char *name_or_id);

/* The same for all rules; returns their number. */
unsigned volume_fault_clear(struct volume *volume);

/* Releases hanging operations, but keeps the rules; returns the number released. */
unsigned volume_fault_release(struct volume *volume);

/* As fault_struck(). */
int volume_fault_struck(struct volume *volume, const struct fault_strike *strike);

/* As fault_list(). */
json_t *volume_fault_list(const struct volume *volume);

/* As fault_phase_set(). */
int volume_phase_set(struct volume *volume, const char *phase);

/* "" until it is set. */
const char *volume_phase(const struct volume *volume);

/* A hit of control.command: continues MOMENT. */
void volume_command(struct volume *volume, struct volume_moment *moment);

/*
 * A door hits POINT, which has POINT_OF_DOOR, with what it knows in CONTEXT: continues
 * MOMENT. The door carries out the rest of the decision: an error to continue with, a reply
 * to give instead, or, if is_dropped, to do nothing of what it was about to do.
 */
void volume_door_strike(struct volume *volume, enum fault_point point,
	const struct fault_context *context, struct volume_moment *moment);

/* Adds a door's note to the journal; DATA (stolen, NULL for none) is an object. */
void volume_door_note(struct volume *volume, const char *door, const char *note, json_t *data);

#endif
