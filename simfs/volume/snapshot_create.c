/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_create.c - the request for a snapshot, from its checks to its answer.
 *
 *   place ─▶ (faults) ─▶ (writers freeze) ─▶ topology->snapshot_create ─▶ (they thaw) ─▶ told
 */
#include <errno.h>
#include <stdio.h>

#include "simfs/volume/acting.h"
#include "simfs/volume/core.h"
#include "simfs/volume/creation.h"

/* Whether SNAPSHOT (may be NULL), whose number was ID, still exists: another one may have its
 * address now. */
static bool is_there(struct volume *volume, const struct snapshot *snapshot, uint64_t id)
{
	return !snapshot || volume_snapshot_by_id(volume, id) == snapshot;
}

/* After a fault has held it up, the state of the volume may have changed. */
static int check_again(struct volume *volume, struct snapshot_create *create)
{
	if (!is_there(volume, create->replaces, create->replaces_id) ||
		!is_there(volume, create->of, create->of_id))
		return snapshot_refuse(create, -ENOENT, "its source, a snapshot or clone, is gone");
	return snapshot_place_check(volume, create);
}

static void points_passed(struct volume_moment *moment, int result)
{
	struct snapshot_create *create = CONTAINER_OF(moment, struct snapshot_create, moment);

	if (result == 0 && moment->has_waited)
		result = check_again(create->volume, create);
	if (result < 0)
		snapshot_create_tell(create, result);
	else if (writer_set_is_wanted(create))
		writer_set_begin(create);
	else
		create->volume->topology->snapshot_create(create);
}

void snapshot_create_commit(struct snapshot_create *create)
{
	int error = check_again(create->volume, create);

	if (error < 0)
		snapshot_create_answer(create, error);
	else
		create->volume->topology->snapshot_create(create);
}

static void create_go(struct volume_moment *moment, int result)
{
	struct snapshot_create *create = CONTAINER_OF(moment, struct snapshot_create, moment);

	enum fault_point point = create->volume->topology->create_point;

	if (result < 0 || point == FAULT_SNAPSHOT_CREATE) {
		points_passed(moment, result);
		return;
	}
	moment->go = points_passed;
	fault_moment(create->volume, point, create->name, NULL, moment);
}

void volume_snapshot_create(struct volume *volume, struct snapshot_create *create)
{
	int error;

	create->volume = volume;
	create->snapshot = NULL;
	create->store = NULL;
	create->entering = NULL;
	create->refusal = NULL;
	create->was_logged = false;
	create->is_in_set = false;
	create->is_cancelled = false;
	create->hold = (struct snapshot_hold){ .due_ns = UINT64_MAX };
	create->hold_is_limited = writer_limits_hold(create);
	/* First the reason that deleting a snapshot would not remedy. */
	if ((create->of || create->kind != SNAPSHOT_TAKEN) && !volume->topology->has_clones)
		error = snapshot_refuse(
			create, -EOPNOTSUPP, "only a chain has clones (try --profile xen)");
	else
		error = snapshot_place_check(volume, create);
	if (error < 0) {
		create->done(create, error);
		return;
	}
	snprintf(create->copied_name, sizeof create->copied_name, "%s", create->name);
	create->name = create->copied_name;
	create->of_id = create->of ? create->of->id : 0;
	create->replaces_id = create->replaces ? create->replaces->id : 0;
	volume_moment_arm(&create->moment, create_go);
	fault_moment(volume, FAULT_SNAPSHOT_CREATE, create->name, NULL, &create->moment);
}
