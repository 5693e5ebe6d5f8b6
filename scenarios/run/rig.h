/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rig.h - the mounted volume of a scenario: a process of this same program.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_RIG_H
#define SNAPRIG_SCENARIOS_RUN_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "scenarios/run/reason.h"
#include "simfs/control/client.h"

/* The rig answers at once; one that does not within this time is broken. */
#define RIG_PATIENCE_NS (30 * 1000000000ull)

struct rig_order {
	const char *image_path;
	const char *mount_point; /* an empty folder */
	const char *profile;
	const char *store; /* the folder of its state; NULL: beside the image */
	const char *limit; /* NULL: the profile's */
	const char *sr;	   /* of a chain, and the format of its nodes; NULL: the profile's */
	const char *node_format;
	bool coalesces_when_asked;
	uint64_t seed;
	char *const *writers; /* WRITER_COUNT of them */
	size_t writer_count;
	bool writers_unchecked;
	uint64_t time_scale;  /* 0: as time does */
	const char *log_path; /* what the process prints goes here */
};

struct rig;

/*
 * Mounts the volume and connects to it.  Returns 0; -EACCES when this user may
 * not mount, -EINVAL when the rig refuses what it is told, -EINTR when the run
 * was interrupted, or another -errno; with REASON, and nothing left mounted.
 */
int rig_start(const struct rig_order *order, struct reason *reason, struct rig **ret);

/*
 * Unmounts and waits for the process to end, with more and more force.
 * Returns 0, or -EBUSY with REASON when something stays mounted for all that.
 * The rig is gone in either case.  NULL is fine.
 */
int rig_stop(struct rig *rig, struct reason *reason);

/* Kills the process, as a crash would end it.  What is mounted stays for rig_stop(). */
void rig_kill(struct rig *rig);

/* The connection that is the main thread's. */
struct control_client *rig_control(struct rig *rig);

/* Does the process still run?  If not, REASON says how it ended. */
bool rig_alive(struct rig *rig, struct reason *reason);

/*
 * For whose connection was closed: whoever dies does that a while before it has ended, for which
 * this waits, not for ever.
 */
void rig_await_end(struct rig *rig);

/* Was it ended by SIGKILL? */
bool rig_was_killed(const struct rig *rig);

/* Was it ended, in order or not, by somebody, and did not fail of itself? */
bool rig_was_ended(const struct rig *rig);

/* Sends COMMAND (ARGUMENTS stolen) and waits; an error is in REASON, in the rig's own words. */
int rig_call(struct rig *rig, const char *command, json_t *arguments, struct reason *reason,
	json_t **ret_result);

/* The status object of the snapshot NAME, a new reference; NULL when there is none. */
json_t *rig_snapshot(struct rig *rig, const char *name);

#endif
