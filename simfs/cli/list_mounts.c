/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/list_mounts.h"

#include <stdlib.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/base/json_output.h"
#include "simfs/cli/rigs.h"
#include "simfs/control/client.h"

/* A list must not wait long for a rig that hangs. */
#define PATIENCE_NS (2 * NS_PER_S)

static uint64_t patience_ns(void)
{
	uint64_t wanted_ns = control_client_patience_ns();

	return wanted_ns < PATIENCE_NS ? wanted_ns : PATIENCE_NS;
}

/* The status of the rig at PLACE, or NULL with *RET_ERROR.  *RET_PID is its process, or 0. */
static json_t *ask(const struct mount_place *place, int *ret_error, pid_t *ret_pid)
{
	struct control_client *client = NULL;
	json_t *status = NULL;

	*ret_pid = 0;
	*ret_error = control_client_connect_within(place->path, patience_ns(), &client);
	if (*ret_error < 0)
		return NULL;
	*ret_pid = control_client_pid(client);
	/* `peek` is not a hit for the user's faults. */
	*ret_error = control_client_call(client, "peek", NULL, patience_ns(), &status);
	control_client_destroy(client);
	return status;
}

static json_t *field(const json_t *status, const char *name)
{
	json_t *value = json_object_get(status, name);

	return value ? json_incref(value) : json_null();
}

static json_t *mount_json(const struct mount_place *place)
{
	int error;
	pid_t pid;
	json_t *status = ask(place, &error, &pid);
	json_t *object = json_pack("{s:o, s:o, s:I, s:s, s:o, s:o, s:o, s:I, s:o}", "mount_point",
		json_output_text(place->path), "pid", pid > 0 ? json_integer(pid) : json_null(),
		"user", (json_int_t)place->user, "state", rigs_state(error), "profile",
		field(status, "profile"), "size_bytes", field(status, "size_bytes"), "image",
		json_output_text(place->source), "snapshots",
		(json_int_t)json_array_size(json_object_get(status, "snapshots")), "namespace_of",
		place->pid[0] ? json_integer(strtol(place->pid, NULL, 10)) : json_null());

	json_decref(status);
	return object;
}

json_t *list_mounts_json(void)
{
	json_t *mounts = json_array();
	struct mount_survey survey;

	rigs_find(geteuid() == 0 ? UID_ANY : geteuid(), &survey);
	for (size_t at = 0; at < survey.count; at++)
		json_array_append_new(mounts, mount_json(&survey.places[at]));
	mount_survey_deinit(&survey);
	return mounts;
}
