/* SPDX-License-Identifier: Apache-2.0 */
/* run_volume.h - the mounted volume of a run: whether it is served, and what struck it. */
#ifndef SNAPRIG_SCENARIOS_RUN_RUN_VOLUME_H
#define SNAPRIG_SCENARIOS_RUN_RUN_VOLUME_H

#include "scenarios/run/run_state.h"

/* runner.c: mounts the volume, whose rig is NULL: 0, or -errno with REASON. */
int volume_mount(struct run *run, struct reason *reason);

/* runner.c: a span of the timeline, if there is one; and its end. */
void span_begin(struct run *run, enum timeline_kind kind, const char *name);
void span_end(struct run *run, enum timeline_kind kind, const char *name);

/* How the volume was found after something of the client's was run. */
enum volume_end {
	VOLUME_SERVED,
	VOLUME_CRASHED, /* a rule has ended its rig */
	VOLUME_ENDED,	/* somebody has, or has unmounted it: nobody but the client */
};

/*
 * served.c: looks, and mounts it again when it is not served any more.  0 with how it was
 * found, and for VOLUME_ENDED with *RET_HOW, the caller's; or -errno with REASON, also when
 * the rig itself has failed.
 */
int volume_look(struct run *run, struct reason *reason, enum volume_end *ret, char **ret_how);

/* time_left.c: is the scenario's timeout over, with REASON; and how long may one run of the client
 * take within it? */
bool run_is_late(const struct run *run, struct reason *reason);
uint64_t run_time_limit_ns(const struct run *run);

/* Can what a step met be told of the volume?  Not when it was not served. */
bool volume_is_served(const struct run *run);

/*
 * Whoever has met the end of the rig in the background, or brought it about, is judged when he
 * is awaited; then the volume is mounted again.
 */
bool rig_ended_beside(const struct run *run);

/* target.c: whether a client that ended with EXIT_STATUS has met the end of its room. */
bool target_struck(const struct run *run, int exit_status);

/* faults.c: tells the rig that PHASE begins, for rules that look at it: 0, or -errno with REASON.
 */
int phase_tell(struct run *run, const struct phase *phase, struct reason *reason);

/* How often rules have struck since the volume was mounted. */
json_int_t faults_strikes(struct run *run);

/* Whether a rule has fired since there were STRIKES_BEFORE. */
bool faults_struck(struct run *run, json_int_t strikes_before);

/* Raises the result when a rule never struck: then nothing was tested. */
void faults_check(struct run *run);

/* Lets go what of a killed client hangs in the volume; for process_order.killed. */
void faults_let_go(void *context);

/* journal.c: what the rig's journal tells of a while. */
struct journal_facts {
	bool has_failed;	    /* a writer, or a snapshot */
	bool retried_non_retryable; /* as in struct verdict_facts */
	bool has_place;		    /* a rule struck, first there: */
	uint64_t place_bytes;
};

/* The rig is about to go: its journal is what a record is made of. */
void journal_keep(struct run *run);

/* Calls EACH for every event from *FROM on, which is moved behind the last: 0, or -errno with
 * REASON. */
int journal_walk(struct run *run, json_int_t *from,
	void (*each)(void *context, const json_t *event), void *context, struct reason *reason);

/* From *FROM on, as journal_walk(). */
int journal_look(
	struct run *run, json_int_t *from, struct journal_facts *ret, struct reason *reason);

/* backup.c: ends the backups in the background that nobody has waited for; and: does one of them
 * still run? */
void backups_stop(struct run *run);
bool backups_run(const struct run *run);

#endif
