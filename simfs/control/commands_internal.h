/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands_internal.h - shared by the commands*.c files only.
 */
#ifndef SNAPRIG_CONTROL_COMMANDS_INTERNAL_H
#define SNAPRIG_CONTROL_COMMANDS_INTERNAL_H

#include "simfs/children/pressure.h"
#include "simfs/control/commands.h"
#include "simfs/volume/volume_watch.h"

struct commands {
	struct volume *volume;	  /* NULL after commands_end() */
	struct journal *journal;  /* the volume's; NULL after commands_end_telling() */
	struct list write_leases; /* each holds live writes, or will */
	struct list read_leases;  /* each holds reads of snapshots, or will */
	struct list followers;	  /* of the journal */

	struct list rule_followers; /* commands_rules.c: clients that copy the rules */
	struct list rule_changes;   /* requests that wait until those have the new rules */
	uint64_t rules_revision;
	uint64_t releases; /* counts the releases of hanging requests */

	bool (*end)(void *context, struct mount_entry *ret);
	void *end_context;

	struct pressure *pressure;
	struct control_request *press_request;	 /* gauge.set that waits until memory is taken */
	struct control_request *release_request; /* gauge.release that waits for its end */
};

/*
 * If the volume is gone or an argument is wrong, each of these answers REQUEST itself and returns
 * false.
 */
bool commands_volume(
	struct commands *commands, struct control_request *request, struct volume **ret);
bool commands_text(struct control_request *request, const char *name, const char **ret);
/* *RET is unchanged if the argument is absent. */
bool commands_optional_text(struct control_request *request, const char *name, const char **ret);
bool commands_optional_bool(struct control_request *request, const char *name, bool *ret);
/* A gauge in the argument "gauge", and a value of it in VALUE_NAME. */
bool commands_gauge(struct control_request *request, enum gauge *ret);
bool commands_gauge_value(
	struct control_request *request, enum gauge gauge, const char *value_name, uint64_t *ret);

/* The snapshot called NAME. */
bool commands_snapshot(struct control_request *request, struct volume *volume, const char *name,
	struct snapshot **ret);

/* Refuses REQUEST because nothing has this NAME, and suggests a similar one. */
void commands_refuse_writer(
	struct control_request *request, struct volume *volume, const char *name);
void commands_refuse_fault(
	struct control_request *request, struct volume *volume, const char *name);

/* {"gauge": …, "value": …} with the current value. */
json_t *commands_gauge_reading(struct volume *volume, enum gauge gauge);

void commands_run_status(struct control_request *request, void *context);
void commands_run_coalesce(struct control_request *request, void *context);
void commands_run_chain_limit(struct control_request *request, void *context);
void commands_run_snapshot_create(struct control_request *request, void *context);
void commands_run_snapshot_clone(struct control_request *request, void *context);
void commands_run_snapshot_delete(struct control_request *request, void *context);
void commands_run_snapshot_detach(struct control_request *request, void *context);
void commands_run_snapshot_attach(struct control_request *request, void *context);
void commands_run_snapshot_rename(struct control_request *request, void *context);
void commands_run_snapshot_limit(struct control_request *request, void *context);
void commands_run_snapshot_watch(struct control_request *request, void *context);
void commands_run_snapshot_list(struct control_request *request, void *context);
void commands_run_snapshot_changed(struct control_request *request, void *context);
void commands_run_snapshot_reads(struct control_request *request, void *context);
void commands_run_datto_ctl(struct control_request *request, void *context);
void commands_run_datto_file_system(struct control_request *request, void *context);
void commands_run_writes_resume(struct control_request *request, void *context);
void commands_run_gauge_set(struct control_request *request, void *context);
void commands_run_gauge_release(struct control_request *request, void *context);
void commands_run_hold(struct control_request *request, void *context);
void commands_run_resume(struct control_request *request, void *context);
void commands_run_fault_add(struct control_request *request, void *context);
void commands_run_fault_list(struct control_request *request, void *context);
void commands_run_fault_remove(struct control_request *request, void *context);
void commands_run_fault_clear(struct control_request *request, void *context);
void commands_run_fault_release(struct control_request *request, void *context);
void commands_run_fault_follow(struct control_request *request, void *context);
void commands_run_fault_struck(struct control_request *request, void *context);
void commands_run_fault_strike(struct control_request *request, void *context);
void commands_run_door_note(struct control_request *request, void *context);
void commands_run_events(struct control_request *request, void *context);
void commands_run_phase_set(struct control_request *request, void *context);

void commands_run_writers_list(struct control_request *request, void *context);
void commands_run_writers_add(struct control_request *request, void *context);
void commands_run_writers_remove(struct control_request *request, void *context);
void commands_run_writers_kill(struct control_request *request, void *context);
void commands_run_writers_freeze(struct control_request *request, void *context);
void commands_run_writers_thaw(struct control_request *request, void *context);
void commands_run_writers_notify(struct control_request *request, void *context);

/*
 * Answers REQUEST, which has changed the rules, with RESULT (stolen) once all followers have the
 * new rules.
 */
void commands_rules_changed(
	struct commands *commands, struct control_request *request, json_t *result);

/* Releases all followers of the rules. */
void commands_end_rules(struct commands *commands);

/* Runs the `act` of the command, unless a fault at control.command prevents it. */
void commands_run_struck(struct control_request *request, void *context);

/* Returns 0 or -ENOMEM. */
int commands_create_pressure(struct commands *commands, struct ring *ring);

/*
 * Allocates a lease for REQUEST's peer, as the first member of a struct of SIZE bytes that is
 * otherwise zero, and puts it on LEASES (NULL: on no list).  If memory runs out or the peer is
 * gone, answers REQUEST and returns NULL: no peer may hold anything if its leaving could not be
 * noticed.
 */
struct control_lease *commands_lease(struct control_request *request, size_t size,
	void (*let_go)(struct control_lease *lease), struct list *leases);

#endif
