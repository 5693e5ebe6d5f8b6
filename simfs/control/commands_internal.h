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
	struct volume *volume;	  /* NULL from commands_end() on */
	struct journal *journal;  /* the volume's; NULL from commands_end_telling() on */
	struct list write_leases; /* live writes are held for them, or will be */
	struct list read_leases;  /* the same of snapshots' reads */
	struct list followers;	  /* of the journal */

	struct list rule_followers; /* commands_rules.c: who has the rules, too */
	struct list rule_changes;   /* and who waits until those have others */
	uint64_t rules_revision;
	uint64_t releases; /* how often who hangs was let go */

	bool (*end)(void *context, struct mount_entry *ret);
	void *end_context;

	struct pressure *pressure;
	struct control_request *press_request;	 /* gauge.set that waits for the share */
	struct control_request *release_request; /* gauge.release that waits for the end */
};

/*
 * Each of these answers REQUEST itself, and returns false, when the volume is
 * gone or an argument is not what it should be.
 */
bool commands_volume(
	struct commands *commands, struct control_request *request, struct volume **ret);
bool commands_text(struct control_request *request, const char *name, const char **ret);
/* *RET stays as it is when the argument is absent. */
bool commands_optional_text(struct control_request *request, const char *name, const char **ret);
bool commands_optional_bool(struct control_request *request, const char *name, bool *ret);
/* A gauge and a value of it, in the arguments GAUGE and VALUE_NAME. */
bool commands_gauge(struct control_request *request, enum gauge *ret);
bool commands_gauge_value(
	struct control_request *request, enum gauge gauge, const char *value_name, uint64_t *ret);

/* The snapshot of this name. */
bool commands_snapshot(struct control_request *request, struct volume *volume, const char *name,
	struct snapshot **ret);

/* Refuses REQUEST, as nothing has this NAME, with what it may mean. */
void commands_refuse_writer(
	struct control_request *request, struct volume *volume, const char *name);
void commands_refuse_fault(
	struct control_request *request, struct volume *volume, const char *name);

/* {"gauge": …, "value": …} as the gauge reads now. */
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

/* Answers REQUEST, which has changed the rules, with RESULT (stolen) when all who follow them have
 * them. */
void commands_rules_changed(
	struct commands *commands, struct control_request *request, json_t *result);

/* Nobody follows the rules any more. */
void commands_end_rules(struct commands *commands);

/* Runs the `act` of the command, unless a fault at control.command has it otherwise. */
void commands_run_struck(struct control_request *request, void *context);

/* Returns 0 or -ENOMEM. */
int commands_create_pressure(struct commands *commands, struct ring *ring);

/*
 * A lease of REQUEST's peer, as the first thing in SIZE bytes that are otherwise zero, on LEASES
 * (NULL: on no list).  Answers REQUEST, and returns NULL, when memory ran out or the peer is
 * gone: nobody may hold anything who could not be seen to leave.
 */
struct control_lease *commands_lease(struct control_request *request, size_t size,
	void (*let_go)(struct control_lease *lease), struct list *leases);

#endif
