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

/* The rig answers immediately; if it does not within this time, it is broken. */
#define RIG_PATIENCE_NS (30 * 1000000000ull)

struct rig_order {
	const char *image_path;
	const char *mount_point; /* an empty folder */
	const char *profile;
	const char *store; /* folder of its state; NULL: beside the image */
	const char *limit; /* NULL: the profile's */
	const char *sr;	   /* of a chain, with the format of its nodes; NULL: the profile's */
	const char *node_format;
	bool coalesces_when_asked;
	uint64_t seed;
	char *const *writers; /* WRITER_COUNT writers */
	size_t writer_count;
	bool writers_unchecked;
	uint64_t time_scale;  /* 0: real time */
	const char *log_path; /* for the output of the process */
};

struct rig;

/*
 * Mounts the volume and connects to it.  Returns 0; -EACCES if this user may not mount; -EINVAL if
 * the rig rejects its options; -EINTR if the run was interrupted; or another -errno; with REASON,
 * and nothing left mounted.
 */
int rig_start(const struct rig_order *order, struct reason *reason, struct rig **ret);

/*
 * Unmounts and waits for the process to end, with increasing force.  Returns 0, or -EBUSY with
 * REASON if something stays mounted nevertheless.  Frees the rig in either case.  RIG may be NULL.
 */
int rig_stop(struct rig *rig, struct reason *reason);

/* Kills the process, as in a crash.  What is mounted stays for rig_stop(). */
void rig_kill(struct rig *rig);

/* Returns the main thread's connection. */
struct control_client *rig_control(struct rig *rig);

/* Returns whether the process still runs.  If not, REASON says how it ended. */
bool rig_alive(struct rig *rig, struct reason *reason);

/*
 * For a caller whose connection was closed: a dying process closes it shortly before it ends, so
 * this waits for the end, but not forever.
 */
void rig_await_end(struct rig *rig);

/* Returns whether SIGKILL ended the process. */
bool rig_was_killed(const struct rig *rig);

/* Returns whether the process ended by a signal that others send, or orderly, and not by a failure
 * of its own. */
bool rig_was_ended(const struct rig *rig);

/* Sends COMMAND (takes over ARGUMENTS) and waits; an error is in REASON, in the rig's own words. */
int rig_call(struct rig *rig, const char *command, json_t *arguments, struct reason *reason,
	json_t **ret_result);

/* Returns the status object of the snapshot NAME, a new reference; NULL if it does not exist. */
json_t *rig_snapshot(struct rig *rig, const char *name);

#endif
