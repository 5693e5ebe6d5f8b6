/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/fallback.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/run/run_points.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/sizes.h"

void fallback_destroy(struct fallback *fallback)
{
	if (!fallback)
		return;
	point_deinit(&fallback->live);
	free(fallback);
}

/* The client took no snapshot, or none could be taken. */
static bool has_none(struct run *run, const struct run_backup *backup)
{
	const struct snapshot_point *point = point_of_backup(run, backup);

	return !point || point->never_came;
}

/* A snapshot that is gone was deleted by the client if that had taken it, else by the system. */
static bool has_bad_one(struct run *run, const struct run_backup *backup)
{
	json_t *snapshot = rig_snapshot(run->rig, backup->of);
	const char *state = json_string_value(json_object_get(snapshot, "state"));
	bool is_bad = state ? strcmp(state, "active") != 0 : !backup->takes;

	json_decref(snapshot);
	return is_bad;
}

void fallback_look(struct run *run, struct run_backup *backup)
{
	struct measures *measures = &backup->measures;
	struct reason ignored = { "" };
	bool is_none = has_none(run, backup);

	if (!measures->has_live || measures->live_read_bytes == 0)
		return;
	measures->fell_back = is_none || has_bad_one(run, backup);
	/* If a snapshot was expected, its content cannot be that of the live view. */
	if (!is_none || !backup->takes)
		return;
	backup->fallback = heap_new(sizeof *backup->fallback);
	backup->fallback->was_written = measures->live_written_bytes > 0;
	backup->fallback->live.name = backup->of;
	/* If the client has spoilt the live view, it may not be readable. */
	if (point_read(run, &backup->fallback->live, &ignored) < 0)
		fallback_destroy(TAKE_PTR(backup->fallback));
}

void fallback_judge(const struct fallback *fallback, struct restoring *found)
{
	AUTO(auto_free) char *detail = found->detail;
	bool is_same = found->restored == RESTORED_RIGHT;

	if (is_same)
		found->restored = fallback->was_written ? RESTORED_WRONG : RESTORED_UNKNOWN;
	found->detail = heap_format("%s; compared with that: %s",
		fallback->was_written ? "which was written to in the meantime"
				      : "nobody wrote to the live view in the meantime",
		detail ? detail : "nothing is known");
}

char *fallback_text(const struct run_backup *backup)
{
	char read[32];

	if (!backup->measures.fell_back)
		return heap_copy("");
	return heap_format("; it read %s of the live view, and no good snapshot",
		size_format(backup->measures.live_read_bytes, read, sizeof read));
}
