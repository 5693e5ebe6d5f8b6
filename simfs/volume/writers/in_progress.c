/* SPDX-License-Identifier: Apache-2.0 */
/*
 * in_progress.c - a set in progress keeps others from starting: an active one, and one whose
 * requester has died.
 *
 * About the latter VSS only knows that it was never told its end. The service itself thaws
 * the frozen writers, and gives the snapshot up (writers.h, promises 1 and 3).
 */
#include <errno.h>
#include <stdio.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/base/vss_codes.h"
#include "simfs/volume/core.h"
#include "simfs/volume/writers/steps.h"

#define CODE_TEXT_BYTES 16

/* ---- refusing others ---- */

bool writer_set_rests(const struct volume *volume)
{
	return volume->writers.set.phase == SET_IDLE || volume->writers.set.phase == SET_DEAD;
}

/* A writer that is not idle: a Thaw did not reach it, or it is still thawing. */
static const struct volume_writer *find_not_idle(const struct volume *volume)
{
	list_for_each (at, &volume->writers.list) {
		const struct volume_writer *writer = CONTAINER_OF(at, struct volume_writer, link);

		if (!writer_is_idle(writer))
			return writer;
	}
	return NULL;
}

static bool keeps_dead_sets(const struct volume *volume)
{
	return volume->options.profile->dead_set_limit_ns > 0;
}

/* Stores in set->busy why a set in progress keeps others from starting. */
static void say_in_progress(struct volume *volume)
{
	struct writer_set *set = &volume->writers.set;
	const struct vss_code *code = vss_code_of(-EBUSY);

	if (set->phase == SET_DEAD)
		snprintf(set->busy, sizeof set->busy,
			"%s (0x%08x): the set of '%s', whose requester has died, is still in "
			"progress ('snaprig writers notify MNT abort' ends it)",
			code->name, code->code, set->dead_name);
	else if (keeps_dead_sets(volume))
		snprintf(set->busy, sizeof set->busy,
			"%s (0x%08x): the writers are busy with another snapshot", code->name,
			code->code);
	else
		snprintf(set->busy, sizeof set->busy, "the writers are busy with another snapshot");
}

int writer_set_check(struct volume *volume)
{
	struct writer_set *set = &volume->writers.set;
	const struct volume_writer *writer = find_not_idle(volume);

	if (set->phase != SET_IDLE) {
		say_in_progress(volume);
		return -EBUSY;
	}
	if (!writer)
		return 0;
	snprintf(set->busy, sizeof set->busy, "writer '%s' is still %s", writer->spec.name,
		writer->is_frozen ? "frozen" : "thawing");
	return -EBUSY;
}

/* ---- a requester dies ---- */

#define WHY_KILLED "its requester was killed"

/* At the end of the volume no dead set is left behind. */
static bool is_to_outlive(const struct volume *volume)
{
	return keeps_dead_sets(volume) && !volume->writers.is_stopping;
}

void writer_set_cancel(struct snapshot_create *create)
{
	struct volume *volume = create->volume;
	struct writer_set *set = &volume->writers.set;

	if (set->create != create || set->phase != SET_TELLING)
		return;
	set->is_orphaned = is_to_outlive(volume);
	if (set->is_orphaned || !create->snapshot)
		writer_set_give_up(volume, -EINTR, WHY_KILLED);
}

bool writer_set_lost_requester(struct snapshot_create *create)
{
	struct volume *volume = create->volume;
	struct writer_set *set = &volume->writers.set;
	bool failed_itself = set->error < 0 && set->error != -EINTR;

	/* A failed set is over, whether or not anyone is there to hear of it. */
	if (!create->is_cancelled || !is_to_outlive(volume) || failed_itself)
		return false;
	set->is_orphaned = true;
	set->error = -EINTR;
	snprintf(set->why, sizeof set->why, WHY_KILLED);
	return true;
}

/* ---- the dead set ---- */

static void format_code(char *buffer, size_t length)
{
	snprintf(buffer, length, "0x%08x", vss_code_of(-EBUSY)->code);
}

void writer_set_die(struct volume *volume)
{
	struct writer_set *set = &volume->writers.set;
	const struct profile *profile = volume->options.profile;
	char code[CODE_TEXT_BYTES];

	MUST(set->create);
	set->phase = SET_DEAD;
	set->dead_due_ns = clock_now_ns() + profile->dead_set_limit_ns;
	snprintf(set->dead_name, sizeof set->dead_name, "%s", set->create->copied_name);
	format_code(code, sizeof code);
	journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS], EVENT_SET_DIED,
		json_pack("{s:s, s:s}", "snapshot", set->dead_name, "code", code));
	if (profile->log_dead_set)
		profile->log_dead_set(&volume->kernel_log);
}

void writer_set_end_dead(struct volume *volume, const char *why)
{
	struct writer_set *set = &volume->writers.set;

	MUST(set->phase == SET_DEAD);
	set->phase = SET_IDLE;
	journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS], EVENT_SET_ENDED,
		json_pack("{s:s, s:s}", "snapshot", set->dead_name, "why", why));
}

json_t *writers_dead_set(const struct volume *volume)
{
	const struct writer_set *set = &volume->writers.set;
	uint64_t now_ns = clock_now_ns();
	char code[CODE_TEXT_BYTES];

	if (set->phase != SET_DEAD)
		return json_null();
	format_code(code, sizeof code);
	return json_pack("{s:s, s:s, s:f}", "snapshot", set->dead_name, "code", code,
		"ends_in_seconds",
		set->dead_due_ns > now_ns ? (double)(set->dead_due_ns - now_ns) / NS_PER_S : 0.0);
}
