/* SPDX-License-Identifier: Apache-2.0 */
/* text.c - the writers as JSON, and in the format of vssadmin. */
#include <stdio.h>
#include <stdlib.h>

#include "simfs/base/log.h"
#include "simfs/base/vss_codes.h"
#include "simfs/volume/core.h"
#include "simfs/volume/writers/writer.h"

/* The names are those of vss.h; the others are what `vssadmin list writers` prints. */
static const struct {
	const char *name, *shown;
} states[WRITER_STATES] = {
	[WRITER_UNKNOWN] = { "VSS_WS_UNKNOWN", "Unknown" },
	[WRITER_STABLE] = { "VSS_WS_STABLE", "Stable" },
	[WRITER_WAITING_FOR_FREEZE] = { "VSS_WS_WAITING_FOR_FREEZE", "Waiting for freeze" },
	[WRITER_WAITING_FOR_THAW] = { "VSS_WS_WAITING_FOR_THAW", "Waiting for thaw" },
	[WRITER_WAITING_FOR_POST_SNAPSHOT] = { "VSS_WS_WAITING_FOR_POST_SNAPSHOT",
		"Waiting for post-snapshot" },
	[WRITER_WAITING_FOR_BACKUP_COMPLETE] = { "VSS_WS_WAITING_FOR_BACKUP_COMPLETE",
		"Waiting for completion" },
	[WRITER_FAILED_AT_IDENTIFY] = { "VSS_WS_FAILED_AT_IDENTIFY", "Failed" },
	[WRITER_FAILED_AT_PREPARE_BACKUP] = { "VSS_WS_FAILED_AT_PREPARE_BACKUP", "Failed" },
	[WRITER_FAILED_AT_PREPARE_SNAPSHOT] = { "VSS_WS_FAILED_AT_PREPARE_SNAPSHOT", "Failed" },
	[WRITER_FAILED_AT_FREEZE] = { "VSS_WS_FAILED_AT_FREEZE", "Failed" },
	[WRITER_FAILED_AT_THAW] = { "VSS_WS_FAILED_AT_THAW", "Failed" },
	[WRITER_FAILED_AT_POST_SNAPSHOT] = { "VSS_WS_FAILED_AT_POST_SNAPSHOT", "Failed" },
	[WRITER_FAILED_AT_BACKUP_COMPLETE] = { "VSS_WS_FAILED_AT_BACKUP_COMPLETE", "Failed" },
	[WRITER_FAILED_AT_PRE_RESTORE] = { "VSS_WS_FAILED_AT_PRE_RESTORE", "Failed" },
	[WRITER_FAILED_AT_POST_RESTORE] = { "VSS_WS_FAILED_AT_POST_RESTORE", "Failed" },
	[WRITER_FAILED_AT_BACKUP_SHUTDOWN] = { "VSS_WS_FAILED_AT_BACKUPSHUTDOWN", "Failed" },
};

const char *writer_state_name(enum writer_state state)
{
	return states[state].name;
}

const char *writer_blame_name(enum writer_blame blame)
{
	static const char *const names[] = {
		[BLAME_WRITER] = "writer",
		[BLAME_ANOTHER] = "another writer",
		[BLAME_REQUESTER] = "requester",
		[BLAME_VOLUME] = "volume",
		[BLAME_SERVICE] = "service",
	};

	return names[blame];
}

static json_t *failure_json(const struct volume_writer *writer)
{
	const struct vss_code *code = vss_code_of(writer->error);
	char text[16];

	snprintf(text, sizeof text, "0x%08x", code->code);
	return json_pack("{s:s, s:s, s:s, s:b, s:s, s:s}", "code", text, "code_name", code->name,
		"error", error_name(writer->error), "retryable", (int)code->retry, "blame",
		writer_blame_name(writer->blame), "why", writer->why);
}

json_t *writer_json(const struct volume_writer *writer)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:b, s:o}", "name", writer->spec.name,
		"kind", writer_kind_name(writer->spec.kind), "id", writer->spec.id, "instance_id",
		writer->instance, "state", (int)writer->state, "state_name",
		writer_state_name(writer->state), "frozen", (int)writer->is_frozen, "failure",
		writer_has_failed(writer) ? failure_json(writer) : json_null());
}

json_t *writers_status(const struct volume *volume)
{
	json_t *array = json_array();

	list_for_each (at, &volume->writers.list)
		json_array_append_new(
			array, writer_json(CONTAINER_OF(at, struct volume_writer, link)));
	return array;
}

json_t *volume_writers_json(const struct volume *volume)
{
	static const char *const phases[] = {
		[SET_IDLE] = "idle",
		[SET_TELLING] = "telling",
		[SET_COMMITTING] = "committing",
		[SET_HELD] = "held",
		[SET_ABORTING] = "aborting",
		[SET_DEAD] = "dead",
	};

	return json_pack("{s:s, s:o, s:o}", "set", phases[volume->writers.set.phase], "dead_set",
		writers_dead_set(volume), "writers", writers_status(volume));
}

char *volume_writers_text(const struct volume *volume)
{
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	if (!stream)
		return NULL;
	list_for_each (at, &volume->writers.list) {
		const struct volume_writer *writer = CONTAINER_OF(at, struct volume_writer, link);

		fprintf(stream,
			"Writer name: '%s'\n"
			"   Writer Id: %s\n"
			"   Writer Instance Id: %s\n"
			"   State: [%d] %s\n"
			"   Last error: %s\n\n",
			writer->spec.name, writer->spec.id, writer->instance, (int)writer->state,
			states[writer->state].shown,
			writer_has_failed(writer) ? vss_code_of(writer->error)->last_error
						  : "No error");
	}
	if (fclose(stream) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
