/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_state.h - a scenario in progress, shared by the runner's files.
 *
 * Owned by the main thread.  The threads of armed steps and of watches read what does not change
 * any more (scenario, client and paths) and use the ledger, which has a lock.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_RUN_STATE_H
#define SNAPRIG_SCENARIOS_RUN_RUN_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "scenarios/clients/clients.h"
#include "scenarios/judge/ledger.h"
#include "scenarios/judge/manifest.h"
#include "scenarios/judge/oracle.h"
#include "scenarios/judge/results.h"
#include "scenarios/run/reason.h"
#include "scenarios/run/rig.h"
#include "scenarios/run/runner.h"
#include "scenarios/run/write_times.h"

/* What the oracle knows about a snapshot. */
struct snapshot_point {
	const char *name;
	struct digest *content;
	struct block_set *used; /* NULL: every block counts */
	struct block_set *data; /* the blocks of the volume that are not holes; or NULL */
	char *image;		/* a copy for tree_of_point(), until that was called; or NULL */
	struct manifest *tree;	/* NULL: not read yet */
	bool is_deleted;
	bool never_came; /* it could not be taken, and has no content */
	bool is_clone;	 /* of an earlier point, ORIGINAL, whose content it has */
	size_t original;
};

/* State of the running client (measure.h), at its beginning: */
struct measuring {
	bool is_on;
	struct measures reads;
	size_t point_count;
};

struct armed_batch;
struct xapi_pool;
struct underway;

struct run {
	const struct scenario *scenario;
	const struct client *client;
	const struct run_options *options;
	struct scenario_result *result;

	char *work; /* the folder of everything that follows */
	char *image;
	char *mount_point;
	char *live;
	char *shadow;  /* of a chain: a plain file with the content of the live view; else NULL */
	char *store;   /* for the rig's state, on a separate disk; NULL: beside the image */
	char *repo;    /* a folder of all backups */
	char *program; /* ours */

	struct rig *rig;
	struct xapi_pool *pool;	 /* the pool that serves the volume; or NULL */
	struct sampler *sampler; /* for the result's timeline; or NULL */
	uint64_t begin_ns;
	size_t steps_over;		  /* in all phases */
	bool has_target;		  /* the room for backups is limited */
	bool lvm_is_other;		  /* changed by lvm steps since the latest backup */
	unsigned lvm_lines_beside;	  /* commands that ran beside backups */
	bool may_crash;			  /* a rule is meant to end the rig */
	unsigned rigs_gone, rigs_crashed; /* before this one; those that a rule ended */
	struct ledger *ledger;
	struct snapshot_point *points;
	size_t point_count;
	struct run_backup *backups;
	size_t backup_count;
	struct digest *restored;	/* by the latest restore; NULL: it gave nothing complete */
	struct manifest *restored_tree; /* likewise, for a client that compares trees */
	struct armed_batch *armed;	/* for the next backup, the latest first */
	struct underway *underway;	/* backups in the background, likewise */
	char **kept_loops; /* our devices, kept in use by something other than the client */
	size_t kept_loop_count;
	size_t snapshots_left_max;			 /* by the client, for its next run */
	struct write_times *times_before, *times_during; /* of steps; of armed ones */

	char *journal; /* of all rigs, with options->record_path, at the end; or NULL */

	bool has_faults;
	char **rules_added; /* with options->repeats: as they were to be added */
	size_t rule_count;
	json_int_t gone_strikes;   /* of rules that the rig no longer has */
	json_int_t fault_strikes;  /* of all rules, until the end of the latest backup */
	const struct phase *phase; /* NULL: none has begun */
	uint64_t phase_begin_ns;
	json_int_t journal_from; /* the first event that journal_look() has not seen */
	bool is_over;		 /* no further step is begun */
};

/* Runs a step; every outcome but OUTCOME_PASSED comes with a REASON. */
typedef enum outcome step_runner(struct run *run, const struct step *step, struct reason *reason);

#endif
