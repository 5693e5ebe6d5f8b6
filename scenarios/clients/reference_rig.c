/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_rig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/control/client.h"
#include "simfs/control/protocol.h"

#define PATIENCE_NS (30 * NS_PER_S)

/* Returns MNT of "MNT/snapshots/NAME", which the caller frees, and NAME in PATH; or NULL. */
static char *mount_point_of(const char *path, const char **ret_name)
{
	static const char folder[] = MOUNT_SNAPSHOTS;
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;

	if (length < strlen(folder) || slash[1] == '\0' ||
		strncmp(slash - strlen(folder), folder, strlen(folder)) != 0)
		return NULL;
	length -= strlen(folder);
	*ret_name = slash + 1;
	if (length == 0)
		return strdup(".");
	return path[length - 1] == '/' ? strndup(path, length) : NULL;
}

static int connect_to(struct reference_rig *rig, const char *mount_point)
{
	json_t *status = NULL;
	int error = control_client_connect(mount_point, &rig->control);

	if (error == 0)
		error = reference_rig_call(rig, "status", NULL, &status);
	if (error == 0)
		rig->time_scale = json_number_value(json_object_get(status, "time_scale"));
	json_decref(status);
	return error;
}

int reference_rig_open(const char *path, struct reference_rig *ret, const char **ret_why)
{
	struct reference_rig rig = { .path = strdup(path) };
	AUTO(auto_free) char *mount_point = NULL;
	int error = -ENOMEM;

	*ret_why = error_text(error);
	if (rig.path) {
		mount_point = mount_point_of(rig.path, &rig.name);
		error = mount_point ? connect_to(&rig, mount_point) : -EINVAL;
		*ret_why = !mount_point ? "it is not MNT/" MOUNT_SNAPSHOTS "/NAME"
			   : error == -ENOENT || error == -ENOTDIR ? "no volume is mounted there"
								   : error_text(error);
	}
	if (error < 0) {
		reference_rig_deinit(&rig);
		return error;
	}
	*ret = rig;
	return 0;
}

void reference_rig_deinit(struct reference_rig *rig)
{
	control_client_destroy(rig->control);
	free(rig->path);
	*rig = (struct reference_rig){ 0 };
}

int reference_rig_call(
	struct reference_rig *rig, const char *command, json_t *arguments, json_t **ret)
{
	return control_client_call(rig->control, command, arguments, PATIENCE_NS, ret);
}

const char *reference_rig_why(const struct reference_rig *rig, int error)
{
	const char *message = control_client_message(rig->control);

	return *message ? message : error_text(error);
}

int reference_rig_delete(struct reference_rig *rig, const char *name)
{
	int error = reference_rig_call(
		rig, "snapshot.delete", json_pack("{s:s}", "name", name), NULL);

	/* The volume may have deleted it already. */
	if (error == 0 || error == -ENOENT)
		return 0;
	log_error_code(error, "cannot delete snapshot '%s' of '%s'", name, rig->path);
	return error;
}

uint64_t reference_rig_wait_ns(const struct reference_rig *rig, uint64_t rig_ns)
{
	return (uint64_t)((double)rig_ns / (rig->time_scale > 0 ? rig->time_scale : 1));
}
