/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/engine_views.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void views_take(struct engine *engine, struct views *views)
{
	*views = (struct views){ .live = engine_content(engine, NULL) };
	for (struct snapshot *at = volume_snapshot_next(engine->volume, NULL); at;
		at = volume_snapshot_next(engine->volume, at)) {
		snprintf(views->snapshots[views->count].name, STORE_NAME_BYTES, "%s",
			snapshot_name(at));
		views->snapshots[views->count++].bytes = engine_content(engine, at);
	}
}

void view_check(struct engine *engine, struct snapshot *snapshot, const uint8_t *expected)
{
	uint64_t at = engine_view_difference(engine, snapshot, expected);

	if (at < volume_bytes(engine->volume))
		ck_abort_msg("%s differs at byte %" PRIu64,
			snapshot ? snapshot_name(snapshot) : "the live view", at);
}

void views_check(struct engine *engine, const struct views *views)
{
	view_check(engine, NULL, views->live);
	for (unsigned i = 0; i < views->count; i++) {
		struct snapshot *snapshot = volume_snapshot_find(
			engine->volume, views->snapshots[i].name);

		if (snapshot)
			view_check(engine, snapshot, views->snapshots[i].bytes);
	}
}

void views_free(struct views *views)
{
	free(views->live);
	for (unsigned i = 0; i < views->count; i++)
		free(views->snapshots[i].bytes);
}
