/* SPDX-License-Identifier: Apache-2.0 */
/* run_volume.h - the mounted volume of a run: whether it is served, and which faults struck. */
#ifndef SNAPRIG_SCENARIOS_RUN_RUN_VOLUME_H
#define SNAPRIG_SCENARIOS_RUN_RUN_VOLUME_H

#include "scenarios/run/run_state.h"

/* runner.c: mounts the volume, whose rig is NULL.  Returns 0, or -errno with REASON. */
int volume_mount(struct run *run, struct reason *reason);

/* runner.c: begins, and ends, a span of the timeline, if there is one. */
void span_begin(struct run *run, enum timeline_kind kind, const char *name);
void span_end(struct run *run, enum timeline_kind kind, const char *name);

/* The state of the volume after a command of the client. */
enum volume_end {
	VOLUME_SERVED,
	VOLUME_CRASHED, /* a rule has ended its rig */
	VOLUME_ENDED,	/* something else has ended or unmounted it, which can only be the client */
};

/*
 * served.c: checks the volume, and mounts it again if it is no longer served.  Returns 0 with the
 * state found, and for VOLUME_ENDED with *RET_HOW, which the caller frees; or -errno with REASON,
 * also if the rig itself has failed.
 */
int volume_look(struct run *run, struct reason *reason, enum volume_end *ret, char **ret_how);

/* time_left.c: whether the scenario's timeout is over, with REASON; and the time that one run of
 * the client may take within it. */
bool run_is_late(const struct run *run, struct reason *reason);
uint64_t run_time_limit_ns(const struct run *run);

/* Returns whether a step's result says anything about the volume; it does not if it was not
 * served. */
bool volume_is_served(const struct run *run);

/*
 * Returns whether the rig was ended while a backup is in the background.  That backup met, or
 * caused, the end; it is judged when it is awaited, and then the volume is mounted again.
 */
bool rig_ended_beside(const struct run *run);

/* target.c: returns whether a client that ended with EXIT_STATUS ran out of room. */
bool target_struck(const struct run *run, int exit_status);

/* faults.c: tells the rig that PHASE begins, for rules that depend on it.  Returns 0, or -errno
 * with REASON. */
int phase_tell(struct run *run, const struct phase *phase, struct reason *reason);

/* Returns how often rules have struck since the volume was mounted. */
json_int_t faults_strikes(struct run *run);

/* Returns whether a rule has fired since the count was STRIKES_BEFORE. */
bool faults_struck(struct run *run, json_int_t strikes_before);

/* Raises the result if a rule never struck: then nothing was tested. */
void faults_check(struct run *run);

/* Releases requests of a killed client that hang in the volume; for process_order.killed. */
void faults_let_go(void *context);

/* journal.c: what the rig's journal says about a period. */
struct journal_facts {
	bool has_failed;	    /* a writer, or a snapshot */
	bool retried_non_retryable; /* as in struct verdict_facts */
	bool has_place;		    /* a rule struck, the first time there: */
	uint64_t place_bytes;
};

/* Keeps the journal, from which a record is made, before the rig ends. */
void journal_keep(struct run *run);

/* Calls EACH for every event from *FROM on, and moves *FROM behind the last one.  Returns 0, or
 * -errno with REASON. */
int journal_walk(struct run *run, json_int_t *from,
	void (*each)(void *context, const json_t *event), void *context, struct reason *reason);

/* Likewise, from *FROM on, into *RET. */
int journal_look(
	struct run *run, json_int_t *from, struct journal_facts *ret, struct reason *reason);

/* backup.c: ends the backups in the background that were not awaited; returns whether any of them
 * still runs. */
void backups_stop(struct run *run);
bool backups_run(const struct run *run);

#endif
