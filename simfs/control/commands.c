/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/control/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/suggest.h"
#include "simfs/control/commands_internal.h"
#include "simfs/control/protocol.h"
#include "simfs/control/version.h"

#define SHARE_ALL 1000000 /* per million */

/* ---- arguments ---- */

bool commands_volume(
	struct commands *commands, struct control_request *request, struct volume **ret)
{
	if (!commands->volume) {
		control_request_refuse(request, -ESHUTDOWN, "the volume is being unmounted");
		return false;
	}
	*ret = commands->volume;
	return true;
}

bool commands_optional_text(struct control_request *request, const char *name, const char **ret)
{
	json_t *value = json_object_get(request->arguments, name);

	if (value && !json_is_string(value)) {
		control_request_refuse(request, -EINVAL, "argument '%s' of '%s' must be a string",
			name, request->command->name);
		return false;
	}
	if (value)
		*ret = json_string_value(value);
	return true;
}

bool commands_text(struct control_request *request, const char *name, const char **ret)
{
	const char *text = NULL;

	if (!commands_optional_text(request, name, &text))
		return false;
	if (!text) {
		control_request_refuse(request, -EINVAL, "argument '%s' of '%s' is missing", name,
			request->command->name);
		return false;
	}
	*ret = text;
	return true;
}

bool commands_optional_bool(struct control_request *request, const char *name, bool *ret)
{
	json_t *value = json_object_get(request->arguments, name);

	if (value && !json_is_boolean(value)) {
		control_request_refuse(request, -EINVAL,
			"argument '%s' of '%s' must be true or false", name,
			request->command->name);
		return false;
	}
	if (value)
		*ret = json_is_true(value);
	return true;
}

bool commands_gauge(struct control_request *request, enum gauge *ret)
{
	const char *name;

	if (!commands_text(request, "gauge", &name))
		return false;
	if (gauge_find(name, ret) < 0) {
		const char *known[GAUGE_COUNT];
		char hint[SUGGEST_HINT_BYTES];

		for (size_t at = 0; at < GAUGE_COUNT; at++)
			known[at] = gauge_at(at)->name;
		control_request_refuse(request, -ENOENT, "unknown gauge '%s' (%s)", name,
			suggest_hint(name, known, GAUGE_COUNT, "'snaprig list gauges' prints them",
				hint));
		return false;
	}
	return true;
}

bool commands_gauge_value(
	struct control_request *request, enum gauge gauge, const char *value_name, uint64_t *ret)
{
	static const char *const examples[] = { [GAUGE_SHARE] = "85%",
		[GAUGE_BYTES] = "64MiB",
		[GAUGE_NUMBER] = "29",
		[GAUGE_TIME] = "60s" };
	const struct gauge_row *row = gauge_at(gauge);
	const char *text;

	if (!commands_text(request, value_name, &text))
		return false;

	int error = gauge_value_parse(gauge, text, ret);

	if (error < 0) {
		control_request_refuse(request, error,
			"cannot read the value '%s' of gauge '%s' (try %s)", text, row->name,
			examples[row->unit]);
		return false;
	}
	if (row->unit == GAUGE_SHARE && *ret > SHARE_ALL) {
		control_request_refuse(request, -ERANGE,
			"the value '%s' of gauge '%s' is more than 100%%", text, row->name);
		return false;
	}
	return true;
}

struct control_lease *commands_lease(struct control_request *request, size_t size,
	void (*let_go)(struct control_lease *lease), struct list *leases)
{
	struct control_lease *lease = calloc(1, size);

	if (!lease) {
		control_request_refuse(request, -ENOMEM, "out of memory");
		return NULL;
	}
	lease->let_go = let_go;
	lease->request = request;
	if (!control_lease_begin(lease, request->connection, leases)) {
		free(lease);
		control_request_refuse(request, -ECANCELED, "the caller is gone");
		return NULL;
	}
	return lease;
}

json_t *commands_gauge_reading(struct volume *volume, enum gauge gauge)
{
	char text[64];

	gauge_value_format(gauge, gauge_value(volume_gauges(volume), gauge), text, sizeof text);
	return json_pack("{s:s, s:s}", "gauge", gauge_at(gauge)->name, "value", text);
}

/* ---- the simple ones ---- */

static void run_ping(struct control_request *request, void *context)
{
	(void)context;
	control_request_answer(request, json_pack("{s:i, s:s, s:i}", "protocol", PROTOCOL_VERSION,
						"version", SNAPRIG_VERSION, "pid", (int)getpid()));
}

static void run_end(struct control_request *request, void *context)
{
	struct commands *commands = context;
	AUTO(auto_free) struct mount_entry *entry = malloc(sizeof *entry);
	json_t *answer = NULL;

	if (!entry) {
		control_request_refuse(request, -ENOMEM, "out of memory");
		return;
	}
	if (commands->end && commands->end(commands->end_context, entry)) {
		/* A path need not be valid text. */
		json_t *point = json_string(entry->point);

		answer = json_pack("{s:o}", "mounted_on", point ? point : json_null());
	}
	control_request_answer(request, answer);
}

void commands_run_status(struct control_request *request, void *context)
{
	struct volume *volume;

	if (!commands_volume(context, request, &volume))
		return;

	json_t *status = volume_status(volume);

	if (status)
		control_request_answer(request, status);
	else
		control_request_refuse(request, -ENOMEM, "cannot describe the volume");
}

/* ---- the table ---- */

static const char *const snapshot_create_arguments[] = { "name", "limit", "block", "hold_writes",
	"of", "writers", NULL };
static const char *const snapshot_clone_arguments[] = { "of", "name", "full", NULL };
static const char *const snapshot_delete_arguments[] = { "name", NULL };
static const char *const snapshot_attach_arguments[] = { "name", "overflow", NULL };
static const char *const snapshot_rename_arguments[] = { "name", "to", NULL };
static const char *const snapshot_limit_arguments[] = { "name", "limit", NULL };
static const char *const snapshot_watch_arguments[] = { "name", NULL };
static const char *const snapshot_changed_arguments[] = { "name", "from", "until", NULL };
static const char *const snapshot_reads_arguments[] = { "name", "from", NULL };
static const char *const chain_limit_arguments[] = { "limit", NULL };
static const char *const coalesce_arguments[] = { "abort", NULL };
static const char *const datto_ctl_arguments[] = { "words", NULL };
static const char *const datto_file_system_arguments[] = { "mounted", NULL };
static const char *const gauge_set_arguments[] = { "gauge", "value", "real", "size", NULL };
static const char *const gauge_release_arguments[] = { "gauge", NULL };
static const char *const fault_add_arguments[] = { "rule", NULL };
static const char *const fault_remove_arguments[] = { "fault", NULL };
static const char *const fault_strike_arguments[] = { "point", "ioctl", "device", "method",
	"offset", "length", NULL };
static const char *const fault_follow_arguments[] = { "revision", NULL };
static const char *const fault_struck_arguments[] = { "fault", "rule", "hit", "snapshot", "offset",
	"length", NULL };
static const char *const door_note_arguments[] = { "door", "note", "data", NULL };
static const char *const writers_add_arguments[] = { "writer", NULL };
static const char *const writers_name_arguments[] = { "name", NULL };
static const char *const writers_notify_arguments[] = { "event", NULL };
static const char *const phase_set_arguments[] = { "phase", NULL };
static const char *const events_arguments[] = { "from", "wait", NULL };
static const char *const hold_arguments[] = { "gauge", "at_least", NULL };

/*
 * Commands with an `act` are struck by faults.  The others are needed to get rid of a fault, or
 * change nothing and are repeated often, or belong to a judge.
 */
const struct control_command commands_table[] = {
	{ "ping", run_ping, NULL, NULL },
	{ "end", run_end, NULL, NULL },
	{ "status", commands_run_struck, NULL, commands_run_status },
	{ "peek", commands_run_status, NULL, NULL },
	{ "snapshot.create", commands_run_struck, snapshot_create_arguments,
		commands_run_snapshot_create },
	{ "snapshot.clone", commands_run_struck, snapshot_clone_arguments,
		commands_run_snapshot_clone },
	{ "writes.resume", commands_run_struck, NULL, commands_run_writes_resume },
	{ "snapshot.delete", commands_run_struck, snapshot_delete_arguments,
		commands_run_snapshot_delete },
	{ "snapshot.detach", commands_run_struck, snapshot_delete_arguments,
		commands_run_snapshot_detach },
	{ "snapshot.attach", commands_run_struck, snapshot_attach_arguments,
		commands_run_snapshot_attach },
	{ "snapshot.rename", commands_run_struck, snapshot_rename_arguments,
		commands_run_snapshot_rename },
	{ "snapshot.limit", commands_run_struck, snapshot_limit_arguments,
		commands_run_snapshot_limit },
	{ "snapshot.watch", commands_run_snapshot_watch, snapshot_watch_arguments, NULL },
	{ "snapshot.list", commands_run_struck, NULL, commands_run_snapshot_list },
	{ "snapshot.changed", commands_run_struck, snapshot_changed_arguments,
		commands_run_snapshot_changed },
	{ "snapshot.reads", commands_run_snapshot_reads, snapshot_reads_arguments, NULL },
	{ "chain.limit", commands_run_chain_limit, chain_limit_arguments, NULL },
	{ "coalesce", commands_run_struck, coalesce_arguments, commands_run_coalesce },
	{ "datto.ctl", commands_run_struck, datto_ctl_arguments, commands_run_datto_ctl },
	{ "datto.file_system", commands_run_struck, datto_file_system_arguments,
		commands_run_datto_file_system },
	{ "gauge.set", commands_run_struck, gauge_set_arguments, commands_run_gauge_set },
	{ "gauge.release", commands_run_struck, gauge_release_arguments,
		commands_run_gauge_release },
	{ "hold", commands_run_struck, hold_arguments, commands_run_hold },
	{ "resume", commands_run_struck, NULL, commands_run_resume },
	{ "writers.list", commands_run_writers_list, NULL, NULL },
	{ "writers.add", commands_run_struck, writers_add_arguments, commands_run_writers_add },
	{ "writers.remove", commands_run_struck, writers_name_arguments,
		commands_run_writers_remove },
	{ "writers.kill", commands_run_struck, writers_name_arguments, commands_run_writers_kill },
	{ "writers.freeze", commands_run_struck, NULL, commands_run_writers_freeze },
	{ "writers.thaw", commands_run_struck, NULL, commands_run_writers_thaw },
	{ "writers.notify", commands_run_struck, writers_notify_arguments,
		commands_run_writers_notify },
	{ "fault.add", commands_run_fault_add, fault_add_arguments, NULL },
	{ "fault.list", commands_run_fault_list, NULL, NULL },
	{ "fault.remove", commands_run_fault_remove, fault_remove_arguments, NULL },
	{ "fault.clear", commands_run_fault_clear, NULL, NULL },
	{ "fault.release", commands_run_fault_release, NULL, NULL },
	{ "fault.follow", commands_run_fault_follow, fault_follow_arguments, NULL },
	{ "fault.struck", commands_run_fault_struck, fault_struck_arguments, NULL },
	{ "fault.strike", commands_run_fault_strike, fault_strike_arguments, NULL },
	{ "door.note", commands_run_door_note, door_note_arguments, NULL },
	{ "events", commands_run_events, events_arguments, NULL },
	{ "phase.set", commands_run_phase_set, phase_set_arguments, NULL },
	{ NULL, NULL, NULL, NULL },
};

/* ---- life ---- */

int commands_create(struct ring *ring, struct volume *volume, struct commands **ret)
{
	struct commands *commands = calloc(1, sizeof *commands);
	int error;

	if (!commands)
		return -ENOMEM;
	commands->volume = volume;
	commands->journal = volume_journal(volume);
	list_init(&commands->write_leases);
	list_init(&commands->read_leases);
	list_init(&commands->followers);
	list_init(&commands->rule_followers);
	list_init(&commands->rule_changes);
	commands->rules_revision = 1;
	error = commands_create_pressure(commands, ring);
	if (error < 0) {
		free(commands);
		return error;
	}
	*ret = commands;
	return 0;
}

void commands_on_end(struct commands *commands, bool (*end)(void *context, struct mount_entry *ret),
	void *context)
{
	commands->end = end;
	commands->end_context = context;
}

void commands_end(struct commands *commands)
{
	if (!commands->volume)
		return;
	control_leases_let_go(&commands->write_leases, true, NULL);
	control_leases_let_go(&commands->read_leases, true, NULL);
	commands_end_rules(commands);
	volume_memory_from(commands->volume, NULL);
	commands->volume = NULL;
	pressure_end(commands->pressure);
}

bool commands_idle(const struct commands *commands)
{
	return pressure_is_idle(commands->pressure);
}

void commands_destroy(struct commands *commands)
{
	if (!commands)
		return;
	control_leases_forget(&commands->write_leases);
	control_leases_forget(&commands->read_leases);
	control_leases_forget(&commands->followers);
	control_leases_forget(&commands->rule_followers);
	control_leases_forget(&commands->rule_changes);
	pressure_destroy(commands->pressure);
	free(commands);
}
